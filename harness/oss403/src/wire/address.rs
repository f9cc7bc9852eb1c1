//! Where requests go: the addresses a profile names, and no others.

use std::fmt;

/// A host, by name or IP address, and a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    /// Name or IP address; an IPv6 address without brackets.
    pub host: String,
    pub port: u16,
}

impl Address {
    /// Reads `host:port`, `[v6]:port`, or a host alone when there is a default port.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(text: &str, default_port: Option<u16>) -> Result<Self, String> {
        let (host, rest) = match text.strip_prefix('[') {
            Some(inner) => inner
                .split_once(']')
                .ok_or_else(|| format!("`{text}` lacks a closing bracket"))?,
            None => text
                .find(':')
                .map_or((text, ""), |colon| text.split_at(colon)),
        };
        let port = match (rest.strip_prefix(':'), default_port) {
            (Some(port), _) => port.parse().map_err(|_| match port.split_once('/') {
                Some((_, path)) => format!("`/{path}` is a path, and here is none"),
                None => format!("`{port}` is no port number"),
            })?,
            (None, Some(port)) if rest.is_empty() => port,
            _ => return Err(format!("`{text}` is not `host:port`")),
        };
        let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':');
        if host.is_empty() || !host.bytes().all(known) {
            return Err(format!("`{host}` is no host name or IP address"));
        }
        Ok(Self {
            host: host.to_owned(),
            port,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Transport of the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Scheme {
    /// Plain text.
    Http,
    /// TLS.
    Https,
}

impl Scheme {
    /// `http` or `https`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The port when none is written.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// All the addresses of a target. A host that no override names goes to the endpoint, whatever it is called.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// Transport.
    pub scheme: Scheme,
    /// Where everything goes that no override names.
    pub endpoint: Address,
    /// Host names, or `*.` and a suffix, with the address each goes to; the first that fits counts.
    pub overrides: Vec<(String, Address)>,
}

impl Addresses {
    /// The address for a Host header.
    pub fn of(&self, host: &str) -> &Address {
        let name = host_name(host);
        self.overrides
            .iter()
            .find(|(pattern, _)| fits(pattern, name))
            .map_or(&self.endpoint, |(_, address)| address)
    }
}

/// The host without its port.
pub fn host_name(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(inner) => inner.split(']').next().unwrap_or(inner),
        None => host.split(':').next().unwrap_or(host),
    }
}

fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix('*') {
        // `*.suffix` stands for every name below the suffix, at any depth.
        Some(tail) => {
            name.len() > tail.len()
                && name
                    .get(name.len() - tail.len()..)
                    .is_some_and(|end| end.eq_ignore_ascii_case(tail))
        }
        None => pattern.eq_ignore_ascii_case(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_nothing_names_goes_to_the_endpoint() {
        let address = |text: &str| Address::parse(text, None).unwrap();
        let addresses = Addresses {
            scheme: Scheme::Http,
            endpoint: address("127.0.0.1:1"),
            overrides: vec![
                ("oss-away.aliyuncs.test".into(), address("127.0.0.1:2")),
                ("*.oss-away.aliyuncs.test".into(), address("[::1]:3")),
            ],
        };
        assert_eq!(addresses.of("evil.example").port, 1);
        assert_eq!(addresses.of("OSS-away.aliyuncs.test:80").port, 2);
        assert_eq!(
            addresses.of("b.oss-away.aliyuncs.test").to_string(),
            "[::1]:3"
        );
        assert_eq!(addresses.of("oss-away.aliyuncs.test.evil.example").port, 1);
        assert_eq!(addresses.of("").port, 1);
    }

    #[test]
    fn addresses_need_a_host_and_a_port() {
        assert!(Address::parse("127.0.0.1", None).is_err());
        assert!(Address::parse("127.0.0.1:99999", None).is_err());
        assert!(Address::parse("a b:80", None).is_err());
        assert!(Address::parse(":80", None).is_err());
        assert!(Address::parse("[::1]80", Some(80)).is_err());
        assert_eq!(Address::parse("oss.example", Some(443)).unwrap().port, 443);
        assert_eq!(
            Address::parse("[::1]", Some(80)).unwrap().to_string(),
            "[::1]:80"
        );
    }
}
