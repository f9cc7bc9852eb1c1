//! Resource patterns: `acs:oss:<region>:<owner>:<bucket>[/<key>]`.

use super::access::ResourceName;
use super::error::{PolicyErrorKind, shown};
use crate::wildcard::Pattern;

/// A resource as a statement names it.
///
/// The first four segments are matched one by one, so that no wildcard of theirs reaches across a colon into the
/// bucket; a colon in an object key therefore cannot pose as one of the ARN. What follows the fourth colon is matched
/// against `bucket` or `bucket/key` as one text, where `*` does cross `/` (help page: *RAM Policy*).
///
/// A region other than `*` never matches: the help page *Bucket Policy* knows no other.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourcePattern {
    source: String,
    /// `None` for the pattern `*`.
    arn: Option<Arn>,
}

#[derive(Clone, Debug, PartialEq)]
struct Arn {
    service: Pattern,
    any_region: bool,
    owner: Pattern,
    path: Pattern,
}

impl ResourcePattern {
    /// The text the pattern was made from.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether the pattern covers `resource`.
    #[must_use]
    pub fn matches(&self, resource: &ResourceName<'_>) -> bool {
        self.covers(resource, &resource.path())
    }

    /// Like [`Self::matches`], with the path of the resource made beforehand.
    pub(crate) fn covers(&self, resource: &ResourceName<'_>, path: &str) -> bool {
        self.arn.as_ref().is_none_or(|arn| {
            arn.any_region
                && arn.service.matches("oss")
                && arn.owner.matches(resource.owner())
                && arn.path.matches(path)
        })
    }

    pub(crate) fn parse(text: &str) -> Result<Self, PolicyErrorKind> {
        let source = text.to_owned();
        if is_all_stars(text) {
            return Ok(Self { source, arn: None });
        }
        let mut segments = text.splitn(5, ':');
        let arn = match std::array::from_fn(|_| segments.next()) {
            [
                Some("acs"),
                Some(service),
                Some(region),
                Some(owner),
                Some(path),
            ] if !service.is_empty() && !path.is_empty() => Arn {
                service: Pattern::new(service),
                any_region: is_all_stars(region),
                owner: Pattern::new(owner),
                path: Pattern::new(path),
            },
            _ => return Err(PolicyErrorKind::InvalidResource(shown(text))),
        };
        Ok(Self {
            source,
            arn: Some(arn),
        })
    }
}

/// Whether the text is `*`, perhaps repeated, which means the same.
pub(crate) fn is_all_stars(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b == b'*')
}
