//! An exchange's request as a command line of curl that a person can paste into a shell.

use super::address::{Address, host_name};
use super::client::has;
use super::exchange::SentRequest;
use super::redact::Redactor;

/// Headers that curl writes itself.
const OWN: [&str; 3] = ["content-length", "accept", "user-agent"];

/// The request as a command of curl. Signatures and tokens are redacted.
pub fn command(request: &SentRequest) -> String {
    written(
        &Redactor::for_request(request).request(request),
        Shell::Bash,
    )
}

/// The request as a command for any POSIX shell, its signature included: whoever has it can send the request.
pub(crate) fn signed(request: &SentRequest) -> String {
    written(request, Shell::Posix)
}

/// Whose words are written. Control characters have a form of their own in bash and zsh; elsewhere `printf` writes them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shell {
    Bash,
    Posix,
}

fn written(request: &SentRequest, shell: Shell) -> String {
    let quoted = |text: &str| match shell {
        Shell::Posix if text.chars().any(char::is_control) => {
            format!("\"$(printf {})\"", octal(text.as_bytes()))
        }
        _ => quoted(text),
    };
    let is_text = |bytes: &[u8]| {
        std::str::from_utf8(bytes).is_ok_and(|text| !text.chars().any(char::is_control))
    };
    let mut before = String::new();
    let name = host_name(&request.host);
    let mut words = vec![
        "curl".to_owned(),
        "-sS".into(),
        "-i".into(),
        "--path-as-is".into(),
    ];
    match request.method.as_str() {
        "GET" => {}
        "HEAD" => words.push("--head".into()),
        method => words.extend(["-X".into(), quoted(method)]),
    }
    // The name goes into the URL, so that Host and certificate fit; the connection goes to the address.
    let default = if request.scheme == "https" { 443 } else { 80 };
    let port = Address::parse(&request.host, Some(default)).map_or(default, |host| host.port);
    words.extend([
        "--connect-to".into(),
        quoted(&format!("{name}:{port}:{}", request.address)),
    ]);
    for (header, value) in &request.headers {
        if !OWN.iter().any(|own| header.eq_ignore_ascii_case(own)) {
            // curl leaves out a header without a value unless it ends with a semicolon.
            let line = if value.is_empty() {
                format!("{header};")
            } else {
                format!("{header}: {value}")
            };
            words.extend(["-H".into(), quoted(&line)]);
        }
    }
    if !request.body.is_empty() {
        if !has(&request.headers, "content-type") {
            words.extend(["-H".into(), "Content-Type:".into()]);
        }
        words.push("--data-binary".into());
        let starts_like_a_name = request.body.starts_with(b"@");
        if shell == Shell::Posix && (starts_like_a_name || !is_text(&request.body)) {
            before = format!("printf {} | ", octal(&request.body));
            words.push("@-".into());
        } else {
            words.push(quoted_bytes(&request.body));
        }
    } else if matches!(request.method.as_str(), "PUT" | "POST") {
        words.extend(["-H".into(), quoted("Content-Length: 0")]);
    }
    words.push(quoted(&format!(
        "{}://{}{}",
        request.scheme, request.host, request.target
    )));
    before + &words.join(" ")
}

/// Bytes as a format of `printf`, in single quotes.
fn octal(bytes: &[u8]) -> String {
    let escaped: String = bytes
        .iter()
        .map(|byte| match byte {
            b'%' => "%%".to_owned(),
            b' ' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'<' | b'>' | b'/' | b'=' | b'"' => {
                char::from(*byte).to_string()
            }
            _ => format!("\\{byte:03o}"),
        })
        .collect();
    format!("'{escaped}'")
}

/// A word of a POSIX shell; control characters need the `$'…'` form of bash and zsh.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else if text.chars().any(char::is_control) {
        quoted_bytes(text.as_bytes())
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn quoted_bytes(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.chars().any(char::is_control)
    {
        // A leading `@` would name a file.
        let escaped = text.replace('\'', r"'\''");
        return match escaped.strip_prefix('@') {
            Some(rest) => format!(r"$'\x40''{rest}'"),
            None => format!("'{escaped}'"),
        };
    }
    let escaped: String = bytes
        .iter()
        .map(|byte| match byte {
            b'\n' => r"\n".to_owned(),
            b'\r' => r"\r".to_owned(),
            b'\\' => r"\\".to_owned(),
            b'\'' => r"\'".to_owned(),
            b' '..=b'~' => char::from(*byte).to_string(),
            _ => format!("\\x{byte:02x}"),
        })
        .collect();
    format!("$'{escaped}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, body: &str) -> SentRequest {
        SentRequest {
            method: method.into(),
            scheme: "http".into(),
            host: "b.oss-cn-hangzhou.aliyuncs.test".into(),
            address: "127.0.0.1:9403".into(),
            target: "/it%27s?acl&Signature=abcdefghijk".into(),
            headers: vec![
                ("x-oss-meta-a".into(), "it's".into()),
                ("x-oss-meta-b".into(), String::new()),
                ("Accept".into(), "*/*".into()),
            ],
            body: body.into(),
            string_to_sign: None,
        }
    }

    #[test]
    fn the_command_connects_to_the_address_under_the_name() {
        assert_eq!(
            command(&request("PUT", "a'b")),
            "curl -sS -i --path-as-is -X PUT \
             --connect-to b.oss-cn-hangzhou.aliyuncs.test:80:127.0.0.1:9403 \
             -H 'x-oss-meta-a: it'\\''s' -H 'x-oss-meta-b;' -H Content-Type: --data-binary 'a'\\''b' \
             'http://b.oss-cn-hangzhou.aliyuncs.test/it%27s?acl&Signature=[redacted]'"
        );
    }

    #[test]
    fn any_shell_understands_what_is_signed() {
        let signed = signed(&request("POST", "a%'\n"));
        assert!(
            signed.starts_with(r"printf 'a%%\047\012' | curl ")
                && signed.contains("--data-binary @- "),
            "{signed}"
        );
        assert!(signed.ends_with("&Signature=abcdefghijk'"), "{signed}");
        assert!(!signed.contains("$'"), "{signed}");
    }

    #[test]
    fn no_character_of_a_body_reaches_the_terminal_or_the_shell_unquoted() {
        let command = command(&request("POST", "\u{1b}[31m\r\n'; rm -rf /; '"));
        assert!(
            command.contains(r"$'\x1b[31m\r\n\'; rm -rf /; \''"),
            "{command}"
        );
        assert!(!command.contains('\u{1b}'));
        assert!(super::command(&request("POST", "@/etc/passwd")).contains(r"$'\x40''/etc/passwd'"));
    }
}
