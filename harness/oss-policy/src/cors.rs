//! Cross-origin rules: which origins may call, and with which headers the answer says so (help page: *PutBucketCors*).

use std::collections::BTreeSet;

/// How many rules a bucket may have (help page: *Configure CORS*; older API pages say 10).
pub const MAX_CORS_RULES: usize = 20;

/// The methods a rule may allow.
const METHODS: [&str; 5] = ["GET", "PUT", "DELETE", "POST", "HEAD"];

/// The CORS configuration of a bucket. [`Default`] is the bucket that was never configured.
///
/// ```
/// use oss_policy::{CorsRule, CorsRules};
///
/// let rules = CorsRules {
///     rules: vec![CorsRule {
///         allowed_origins: vec!["https://*.example.com".to_owned()],
///         allowed_methods: vec!["GET".to_owned(), "PUT".to_owned()],
///         allowed_headers: vec!["x-oss-*".to_owned()],
///         max_age_seconds: Some(600),
///         ..CorsRule::default()
///     }],
///     response_vary: false,
/// };
/// rules.validate()?;
///
/// // OPTIONS, with Access-Control-Request-Method: PUT and Access-Control-Request-Headers: x-oss-meta-a
/// let answer = rules.preflight("https://www.example.com", "PUT", &["x-oss-meta-a"]).expect("a rule matches");
/// assert_eq!(answer.allow_origin, "https://www.example.com");
/// assert_eq!(answer.allow_headers, ["x-oss-meta-a"]);
/// assert_eq!(answer.max_age, Some(600));
/// assert!(rules.preflight("https://www.example.com", "DELETE", &[]).is_none());
///
/// // GET with an Origin that no rule allows: the request is answered, without CORS headers.
/// assert!(rules.simple("https://elsewhere.example", "GET").is_none());
/// # Ok::<(), oss_policy::CorsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorsRules {
    /// The rules; the first that matches decides.
    pub rules: Vec<CorsRule>,
    /// Whether answers carry `Vary: Origin`.
    pub response_vary: bool,
}

/// One rule of a CORS configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorsRule {
    /// Origins, scheme and port included, each with at most one `*`.
    pub allowed_origins: Vec<String>,
    /// Methods, of GET, PUT, DELETE, POST and HEAD.
    pub allowed_methods: Vec<String>,
    /// Request headers that a preflight may ask for, each with at most one `*`.
    pub allowed_headers: Vec<String>,
    /// Response headers that scripts may read. No wildcards.
    pub expose_headers: Vec<String>,
    /// How long a browser may remember a preflight, in seconds.
    pub max_age_seconds: Option<u32>,
}

/// What a matching rule makes the answer say. Lists are to be joined with `, `.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorsAnswer<'a> {
    /// `Access-Control-Allow-Origin`: `*` if the rule allows every origin, else the origin of the request.
    pub allow_origin: &'a str,
    /// `Access-Control-Allow-Methods`: the methods of the rule.
    pub allow_methods: &'a [String],
    /// `Access-Control-Allow-Headers`: the headers a preflight asked for, in its order and spelling.
    pub allow_headers: Vec<&'a str>,
    /// `Access-Control-Expose-Headers`.
    pub expose_headers: &'a [String],
    /// `Access-Control-Max-Age`, in seconds.
    pub max_age: Option<u32>,
    /// Whether to add `Vary: Origin`.
    pub vary: bool,
}

/// Why a CORS configuration is refused. Indices count rules from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CorsError {
    /// There is no rule at all.
    #[error("no CORS rule")]
    NoRules,
    /// There are more than [`MAX_CORS_RULES`].
    #[error("{count} CORS rules, at most {MAX_CORS_RULES} are allowed")]
    TooManyRules {
        /// How many there are.
        count: usize,
    },
    /// A rule allows no origin.
    #[error("CORS rule {rule} allows no origin")]
    NoOrigin {
        /// Which rule.
        rule: usize,
    },
    /// A rule allows no method.
    #[error("CORS rule {rule} allows no method")]
    NoMethod {
        /// Which rule.
        rule: usize,
    },
    /// A method is none of GET, PUT, DELETE, POST and HEAD.
    #[error("CORS rule {rule} allows an unknown method")]
    UnknownMethod {
        /// Which rule.
        rule: usize,
    },
    /// An origin is empty, has two `*`, or is a scheme with nothing but `*` (EC 0034-00000009).
    #[error("CORS rule {rule} has an invalid origin")]
    InvalidOrigin {
        /// Which rule.
        rule: usize,
    },
    /// An allowed header is empty or has two `*`.
    #[error("CORS rule {rule} has an invalid allowed header")]
    InvalidAllowedHeader {
        /// Which rule.
        rule: usize,
    },
    /// An exposed header is empty or has a `*` (EC 0034-00000013).
    #[error("CORS rule {rule} has an invalid exposed header")]
    InvalidExposeHeader {
        /// Which rule.
        rule: usize,
    },
}

impl CorsError {
    /// The EC, for the refusals whose EC is documented.
    #[must_use]
    pub fn ec(&self) -> Option<&'static str> {
        match self {
            Self::InvalidOrigin { .. } => Some("0034-00000009"),
            Self::InvalidExposeHeader { .. } => Some("0034-00000013"),
            _ => None,
        }
    }
}

impl CorsRules {
    /// Checks a configuration before it is stored.
    ///
    /// # Errors
    ///
    /// The first defect, in the order of the rules.
    pub fn validate(&self) -> Result<(), CorsError> {
        match self.rules.len() {
            0 => return Err(CorsError::NoRules),
            count if count > MAX_CORS_RULES => return Err(CorsError::TooManyRules { count }),
            _ => {}
        }
        self.rules
            .iter()
            .enumerate()
            .try_for_each(|(index, rule)| rule.validate(index))
    }

    /// Answers a preflight: `origin` is the `Origin` header, `method` is `Access-Control-Request-Method`, `headers`
    /// are the names in `Access-Control-Request-Headers`.
    ///
    /// `None` is the only refusal CORS knows: 403 `AccessForbidden`, EC 0003-00000601 when the bucket has no rules,
    /// 0003-00000602 when none matches. No authentication takes place before it.
    #[must_use]
    pub fn preflight<'a>(
        &'a self,
        origin: &'a str,
        method: &str,
        headers: &[&'a str],
    ) -> Option<CorsAnswer<'a>> {
        self.answer(origin, method, headers)
    }

    /// The CORS headers for an ordinary request with an `Origin`; `None` means that it is processed without any.
    #[must_use]
    pub fn simple<'a>(&'a self, origin: &'a str, method: &str) -> Option<CorsAnswer<'a>> {
        self.answer(origin, method, &[])
    }

    fn answer<'a>(
        &'a self,
        origin: &'a str,
        method: &str,
        headers: &[&'a str],
    ) -> Option<CorsAnswer<'a>> {
        let headers: Vec<&str> = headers
            .iter()
            .map(|header| header.trim())
            .filter(|header| !header.is_empty())
            .collect();
        let distinct: BTreeSet<String> = headers
            .iter()
            .map(|header| header.to_ascii_lowercase())
            .collect();
        let rule = self
            .rules
            .iter()
            .find(|rule| rule.matches(origin, method, &distinct))?;
        let everyone = rule.allowed_origins.iter().any(|allowed| allowed == "*");
        Some(CorsAnswer {
            allow_origin: if everyone { "*" } else { origin },
            allow_methods: &rule.allowed_methods,
            allow_headers: headers,
            expose_headers: &rule.expose_headers,
            max_age: rule.max_age_seconds,
            vary: self.response_vary,
        })
    }
}

impl CorsRule {
    fn validate(&self, rule: usize) -> Result<(), CorsError> {
        if self.allowed_origins.is_empty() {
            return Err(CorsError::NoOrigin { rule });
        }
        if self.allowed_methods.is_empty() {
            return Err(CorsError::NoMethod { rule });
        }
        if !self.allowed_origins.iter().all(|origin| is_origin(origin)) {
            return Err(CorsError::InvalidOrigin { rule });
        }
        let known = |method: &String| METHODS.contains(&method.as_str());
        if !self.allowed_methods.iter().all(known) {
            return Err(CorsError::UnknownMethod { rule });
        }
        if !self.allowed_headers.iter().all(|name| has_one_star(name)) {
            return Err(CorsError::InvalidAllowedHeader { rule });
        }
        let exposable = |name: &String| !name.is_empty() && !name.contains('*');
        if !self.expose_headers.iter().all(exposable) {
            return Err(CorsError::InvalidExposeHeader { rule });
        }
        Ok(())
    }

    /// `headers` are in lower case.
    fn matches(&self, origin: &str, method: &str, headers: &BTreeSet<String>) -> bool {
        let header_allowed = |header: &String| {
            self.allowed_headers
                .iter()
                .any(|allowed| covers(&allowed.to_ascii_lowercase(), header))
        };
        self.allowed_origins
            .iter()
            .any(|allowed| covers(allowed, origin))
            && self.allowed_methods.iter().any(|allowed| allowed == method)
            && headers.iter().all(header_allowed)
    }
}

/// A lone `*` is fine; a scheme followed by nothing else is not (documented for `https://*`).
fn is_origin(origin: &str) -> bool {
    has_one_star(origin) && !matches!(origin, "http://*" | "https://*")
}

/// Not empty, and at most one star.
fn has_one_star(text: &str) -> bool {
    !text.is_empty() && text.matches('*').count() <= 1
}

/// Matching with one star. Not [`crate::Pattern`]: `?` is a plain character here.
fn covers(allowed: &str, text: &str) -> bool {
    match allowed.split_once('*') {
        None => allowed == text,
        Some((front, back)) => text
            .strip_prefix(front)
            .is_some_and(|rest| rest.ends_with(back)),
    }
}
