//! Hotlink protection: whether a `Referer` header is allowed (help page: *PutBucketReferer*).
//!
//! The service asks only for object requests that are anonymous or carry their signature in the URL; a request with an
//! `Authorization` header is never checked (help page: *Hotlink protection*). That decision is the caller's.

use crate::wildcard::Pattern;

/// The hotlink configuration of a bucket. [`Default`] is the bucket that was never configured: everything is allowed.
///
/// ```
/// use oss_policy::{RefererDenied, RefererRules};
///
/// let rules = RefererRules {
///     allow_empty: false,
///     whitelist: vec!["https://www.example.com".to_owned(), "https://*.example.net/*".to_owned()],
///     ..RefererRules::default()
/// };
/// assert_eq!(rules.check(Some("https://www.example.com/gallery?page=2")), Ok(()));
/// assert_eq!(rules.check(Some("https://cdn.example.net/a.html")), Ok(()));
/// assert_eq!(rules.check(Some("https://elsewhere.example/")), Err(RefererDenied::NotListed));
/// let denied = rules.check(None).unwrap_err();
/// assert_eq!((denied, denied.ec()), (RefererDenied::Empty, "0003-00000501"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefererRules {
    /// Whether a request without a Referer, or with an empty one, is allowed.
    pub allow_empty: bool,
    /// Whether the query is cut off the Referer before it is compared.
    pub allow_truncate_query: bool,
    /// Whether path and query are cut off the Referer before it is compared.
    pub truncate_path: bool,
    /// Patterns of which one has to match, unless the list is empty.
    pub whitelist: Vec<String>,
    /// Patterns of which none may match; asked before the whitelist.
    pub blacklist: Vec<String>,
}

/// Why a Referer is refused: 403 `AccessDenied` "You are denied by bucket referer policy.".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum RefererDenied {
    /// There is no Referer and the rules want one.
    #[error("the referer is empty")]
    Empty,
    /// A pattern of the blacklist matches.
    #[error("the referer is on the blacklist")]
    Blacklisted,
    /// No pattern of the whitelist matches.
    #[error("the referer is not on the whitelist")]
    NotListed,
}

impl RefererDenied {
    /// The EC that the service documents for this refusal.
    #[must_use]
    pub fn ec(self) -> &'static str {
        match self {
            Self::Empty => "0003-00000501",
            Self::Blacklisted => "0003-00000502",
            Self::NotListed => "0003-00000503",
        }
    }
}

impl Default for RefererRules {
    fn default() -> Self {
        Self {
            allow_empty: true,
            allow_truncate_query: true,
            truncate_path: false,
            whitelist: Vec::new(),
            blacklist: Vec::new(),
        }
    }
}

impl RefererRules {
    /// Checks the value of the `Referer` header, `None` when there is no such header.
    ///
    /// Patterns cover the whole Referer, scheme included, without regard to ASCII case. A pattern without `*` and
    /// without a path also admits every page of the site it names.
    ///
    /// # Errors
    ///
    /// The first rule that refuses: emptiness, then blacklist, then whitelist. Nothing is refused while both lists are
    /// empty, not even an empty Referer.
    pub fn check(&self, referer: Option<&str>) -> Result<(), RefererDenied> {
        if self.whitelist.is_empty() && self.blacklist.is_empty() {
            return Ok(());
        }
        let referer = referer.map_or("", str::trim);
        if referer.is_empty() {
            return if self.allow_empty {
                Ok(())
            } else {
                Err(RefererDenied::Empty)
            };
        }
        let compared = self.cut(referer);
        let listed = |list: &[String]| list.iter().any(|entry| admits(entry, compared));
        if listed(&self.blacklist) {
            return Err(RefererDenied::Blacklisted);
        }
        if !self.whitelist.is_empty() && !listed(&self.whitelist) {
            return Err(RefererDenied::NotListed);
        }
        Ok(())
    }

    /// The part of the Referer that is compared.
    fn cut<'r>(&self, referer: &'r str) -> &'r str {
        if self.truncate_path {
            let start = authority_start(referer);
            let end = referer[start..]
                .find(['/', '?'])
                .map_or(referer.len(), |at| start + at);
            &referer[..end]
        } else if self.allow_truncate_query {
            referer.split_once('?').map_or(referer, |(page, _)| page)
        } else {
            referer
        }
    }
}

/// Whether one list entry covers the Referer, or names the site that the Referer is a page of.
fn admits(entry: &str, referer: &str) -> bool {
    let pattern = Pattern::new(entry);
    if pattern.matches_ignore_case(referer) {
        return true;
    }
    let names_a_site = !entry.contains('*') && !entry[authority_start(entry)..].contains('/');
    names_a_site && {
        let start = authority_start(referer);
        referer[start..]
            .find('/')
            .is_some_and(|at| pattern.matches_ignore_case(&referer[..start + at]))
    }
}

fn authority_start(url: &str) -> usize {
    url.find("://").map_or(0, |at| at + "://".len())
}
