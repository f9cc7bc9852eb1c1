//! An exchange's request as a command line of curl that a person can paste into a shell.

use std::borrow::Cow;

use super::client::has;
use super::exchange::SentRequest;
use super::redact::Redactor;

/// Headers that curl writes itself.
const OWN: [&str; 3] = ["content-length", "accept", "user-agent"];

/// The request as a command of curl. Signatures and tokens are redacted.
pub fn command(request: &SentRequest) -> String {
    redacted(request, &Redactor::for_request(request))
}

/// The same with a redactor that hides what the request carried, and maybe more.
pub fn redacted(request: &SentRequest, redactor: &Redactor) -> String {
    written(&redactor.request(request), Shell::Bash)
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
    let mut words: Vec<Cow<'_, str>> = vec![
        "curl".into(),
        "-sS".into(),
        "-i".into(),
        "--path-as-is".into(),
        // The run asks no proxy either.
        "--noproxy".into(),
        "'*'".into(),
    ];
    match request.method.as_str() {
        "GET" => {}
        "HEAD" => words.push("--head".into()),
        method => words.extend(["-X".into(), quoted(method).into()]),
    }
    let place = Place::of(request);
    words.extend(place.options.iter().map(|word| quoted(word).into()));
    for (header, value) in &request.headers {
        if !OWN.iter().any(|own| header.eq_ignore_ascii_case(own)) {
            words.extend(["-H".into(), quoted(&header_line(header, value)).into()]);
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
            words.push(quoted_bytes(&request.body).into());
        }
    } else if matches!(request.method.as_str(), "PUT" | "POST") {
        words.extend(["-H".into(), "'Content-Length: 0'".into()]);
    }
    words.push(quoted(&place.url).into());
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

/// Where a request goes, in such words that curl goes nowhere else: it reads the host of a URL in its own way, and so only a host that
/// can be read in one way stands in one.
struct Place {
    options: Vec<String>,
    url: String,
}

impl Place {
    fn of(request: &SentRequest) -> Self {
        let SentRequest {
            scheme,
            host,
            address,
            target,
            ..
        } = request;
        let default = if scheme == "https" { 443 } else { 80 };
        let mut options = Vec::new();
        let (name, port) = host.split_once(':').unwrap_or((host, ""));
        let number: Option<u16> = port.parse().ok().filter(|number| *number > 0);
        let authority = if is_domain_name(name) && (name == host || number.is_some()) {
            // The name goes into the URL, so that Host and certificate fit; the connection goes to the address.
            let to = format!("{name}:{}:{address}", number.unwrap_or(default));
            options.extend(["--connect-to".into(), to]);
            host
        } else {
            address
        };
        // curl leaves out a port that goes without saying, and writes others anew.
        let same = |number: u16| number != default && number.to_string() == port;
        if authority != host || !(name == host || number.is_some_and(same)) {
            options.extend(["-H".into(), header_line("Host", host)]);
        }
        let is_path = target.starts_with('/')
            && target
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'#');
        let path = if is_path { target } else { "/" };
        if !is_path {
            options.extend(["--request-target".into(), target.clone()]);
        }
        let url = format!("{scheme}://{authority}{path}");
        if url.contains(['[', ']', '{', '}']) {
            // curl would take them for a list of addresses.
            options.push("-g".into());
        }
        Self { options, url }
    }
}

/// Whether a host is a name and nothing else: what ends in a number is an address in one of its many forms.
fn is_domain_name(name: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    name.split('.')
        .all(|label| !label.is_empty() && label.bytes().all(known))
        && name
            .rsplit('.')
            .next()
            .is_some_and(|last| last.starts_with(|first: char| first.is_ascii_alphabetic()))
}

/// A header as curl takes it: it leaves out one without a value unless it ends with a semicolon.
fn header_line(name: &str, value: &str) -> String {
    if value.is_empty() {
        format!("{name};")
    } else {
        format!("{name}: {value}")
    }
}

/// A word of a POSIX shell; control characters need the `$'…'` form of bash and zsh.
fn quoted(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:=,+@%".contains(&b);
    if !text.is_empty() && text.bytes().all(plain) {
        text.to_owned()
    } else if text.chars().any(char::is_control) {
        quoted_bytes(text.as_bytes())
    } else {
        in_quotes(text)
    }
}

/// In single quotes; those inside stand behind a backslash outside of them.
fn in_quotes(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for (number, piece) in text.split('\'').enumerate() {
        if number > 0 {
            quoted.push_str(r"'\''");
        }
        quoted.push_str(piece);
    }
    quoted.push('\'');
    quoted
}

fn quoted_bytes(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.chars().any(char::is_control)
    {
        // A leading `@` would name a file.
        return match text.strip_prefix('@') {
            Some(rest) => format!(r"$'\x40'{}", in_quotes(rest)),
            None => in_quotes(text),
        };
    }
    let mut escaped = String::with_capacity(bytes.len() + 16);
    escaped.push_str("$'");
    for byte in bytes {
        match byte {
            b'\n' => escaped.push_str(r"\n"),
            b'\r' => escaped.push_str(r"\r"),
            b'\\' => escaped.push_str(r"\\"),
            b'\'' => escaped.push_str(r"\'"),
            b' '..=b'~' => escaped.push(char::from(*byte)),
            _ => escaped.push_str(&format!("\\x{byte:02x}")),
        }
    }
    escaped.push('\'');
    escaped
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
            "curl -sS -i --path-as-is --noproxy '*' -X PUT \
             --connect-to b.oss-cn-hangzhou.aliyuncs.test:80:127.0.0.1:9403 -g \
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

    /// Runs the line in a shell whose environment names a proxy where nobody listens, and gives the request that a listener got;
    /// nothing without curl.
    fn ran(command: &str, listener: &std::net::TcpListener) -> Option<String> {
        use std::io::{Read as _, Write as _};
        use std::process::{Command, Stdio};
        Command::new("curl").arg("--version").output().ok()?;
        let child = Command::new("bash")
            .args(["-c", &command.replacen("curl ", "curl -q -m 10 ", 1)])
            .env("http_proxy", "http://127.0.0.1:1/")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .ok()?;
        listener.set_nonblocking(true).unwrap();
        let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
        let mut connection = loop {
            match listener.accept() {
                Ok((connection, _)) => break connection,
                Err(_) if std::time::Instant::now() < until => {
                    std::thread::sleep(std::time::Duration::from_millis(2));
                }
                Err(error) => panic!("{command}: {error}; {:?}", child.wait_with_output()),
            }
        };
        connection.set_nonblocking(false).unwrap();
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") && connection.read(&mut byte).unwrap() == 1 {
            head.push(byte[0]);
        }
        let answer = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        connection.write_all(answer).unwrap();
        drop(connection);
        child.wait_with_output().unwrap();
        Some(String::from_utf8(head).unwrap())
    }

    #[test]
    fn curl_goes_where_the_run_went_whatever_the_host_and_says_the_same() {
        let Ok(trap) = std::net::TcpListener::bind("127.0.0.2:0") else {
            return;
        };
        trap.set_nonblocking(true).unwrap();
        let port = trap.local_addr().unwrap().port();
        let home = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let home_six = std::net::TcpListener::bind("[::1]:0").ok();
        let hosts = [
            format!("127.0.0.2:{port}/x"),
            format!("127.0.0.2:{port}#"),
            format!("127.0.0.2:{port}?x"),
            format!("user@127.0.0.2:{port}"),
            format!("127.0.0.2:{port}"),
            format!("0x7f.2:{port}"),
            format!("2130706434:{port}"),
            format!("127.2:{port}"),
            format!("[::1]:{port}"),
            "[::1]".into(),
            "evil.example:99999".into(),
            "evil.example:".into(),
            "evil.example.".into(),
            "evil.example/x".into(),
            "a{b,c}.example".into(),
            "it's example".into(),
            String::new(),
            "b.oss-cn-hangzhou.aliyuncs.test".into(),
            "b.oss-cn-hangzhou.aliyuncs.test:80".into(),
            "b.oss-cn-hangzhou.aliyuncs.test:08080".into(),
            "b.oss-cn-hangzhou.aliyuncs.test:8080".into(),
        ];
        let name = "b.oss-cn-hangzhou.aliyuncs.test";
        let targets = ["/a[1-3]{b,c}", "*", "@127.0.0.2/", "/k#a", ""];
        let mut requests: Vec<_> = hosts
            .iter()
            .map(|host| (&home, host.as_str(), "/k?acl"))
            .collect();
        requests.extend(targets.map(|target| (&home, name, target)));
        requests.extend(
            home_six
                .iter()
                .flat_map(|six| [(six, name, "/k"), (six, "[::1]", "/k")]),
        );
        for (home, host, target) in requests {
            let mut request = request("GET", "");
            (request.host, request.target) = (host.into(), target.into());
            request.address = home.local_addr().unwrap().to_string();
            let line = command(&request);
            let Some(head) = ran(&line, home) else { return };
            let expected = format!("GET {target} HTTP/1.1\r\n");
            assert!(head.starts_with(&expected), "{line}\n{head}");
            let hosts: Vec<&str> = head
                .lines()
                .filter_map(|line| line.strip_prefix("Host:"))
                .map(str::trim)
                .collect();
            assert_eq!(hosts, [host], "{line}\n{head}");
        }
        assert!(trap.accept().is_err(), "curl went to the host");
    }

    #[test]
    fn only_a_name_stands_in_the_url_of_a_command() {
        for (host, words) in [
            (
                "127.0.0.2:7777/x",
                "-H 'Host: 127.0.0.2:7777/x' http://127.0.0.1:9403/k",
            ),
            (
                "user@h.test",
                "-H 'Host: user@h.test' http://127.0.0.1:9403/k",
            ),
            (
                "[::1]:7778",
                "-H 'Host: [::1]:7778' http://127.0.0.1:9403/k",
            ),
            ("", "-H 'Host;' http://127.0.0.1:9403/k"),
            (
                "h.test:81",
                "--connect-to h.test:81:127.0.0.1:9403 http://h.test:81/k",
            ),
        ] {
            let mut request = request("GET", "");
            request.headers.clear();
            (request.host, request.target) = (host.into(), "/k".into());
            let line = format!("curl -sS -i --path-as-is --noproxy '*' {words}");
            assert_eq!(command(&request), line);
        }
        let mut request = request("GET", "");
        (request.host, request.address) = ("h.test".into(), "[::1]:9403".into());
        let line = command(&request);
        assert!(
            line.contains("--connect-to 'h.test:80:[::1]:9403'"),
            "{line}"
        );
    }
}
