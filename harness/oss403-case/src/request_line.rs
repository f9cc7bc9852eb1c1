//! `METHOD /key?query`, the request line of a case.

/// A request line, taken apart but not decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLine<'text> {
    pub method: &'text str,
    /// The path, from its `/` on.
    pub path: &'text str,
    /// What stands after the first `?`.
    pub query: Option<&'text str>,
}

/// The method of a request line, whatever follows it.
pub fn method(line: &str) -> &str {
    line.split(' ').next().unwrap_or_default()
}

impl<'text> RequestLine<'text> {
    /// Takes a request line apart.
    ///
    /// # Errors
    /// What is wrong with it, as a lower-case fragment.
    pub fn parse(text: &'text str) -> Result<Self, String> {
        let Some((method, target)) = text.split_once(' ') else {
            return Err(
                "a request is `METHOD /key?query`; the blank between the two is missing".into(),
            );
        };
        if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(format!(
                "`{method}` is no method: it is written in capital letters"
            ));
        }
        if !target.starts_with('/') {
            return Err(format!("the path `{target}` must begin with `/`"));
        }
        if target.chars().any(char::is_control) {
            return Err("a request must not hold control characters; percent-encode them".into());
        }
        check_percents(target)?;
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        Ok(Self {
            method,
            path,
            query,
        })
    }
}

fn check_percents(target: &str) -> Result<(), String> {
    let bytes = target.as_bytes();
    for (at, _) in target.match_indices('%') {
        let digits = bytes.get(at + 1..at + 3).unwrap_or_default();
        if digits.len() < 2 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(
                "`%` begins a percent-encoded byte such as `%2F`; a literal one is written `%25`"
                    .into(),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_taken_apart_at_the_first_blank_and_the_first_question_mark() {
        let line = RequestLine::parse("GET /a b?acl&x=?").unwrap();
        assert_eq!(
            (line.method, line.path, line.query),
            ("GET", "/a b", Some("acl&x=?"))
        );
        assert_eq!(RequestLine::parse("PUT /").unwrap().query, None);
    }

    #[test]
    fn what_is_none_is_said() {
        for (text, part) in [
            ("GET", "blank"),
            ("get /", "capital"),
            (" /", "no method"),
            ("GET k.txt", "begin with"),
            ("GET  /k", "begin with"),
            ("GET /\n", "control"),
            ("GET /%", "percent"),
            ("GET /%é", "percent"),
            ("GET /%2", "percent"),
        ] {
            let error = RequestLine::parse(text).unwrap_err();
            assert!(error.contains(part), "{text:?}: {error}");
        }
    }
}
