//! The rules of the doctor as a table: each looks for one mistake, and says what speaks for it.

mod client;
mod server;
mod shape;
mod version4;

use super::align::{Row, rows};
use super::evidence::{Evidence, Kind, Lines, RESOURCE, URI};
use super::text::hidden;
use crate::wire::redact::one_line;

/// How sure a guess is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Surety {
    /// Worth a look.
    Hint,
    /// The first thing to look at.
    Likely,
    /// Nothing else explains what is seen.
    Certain,
    /// A signature computed with the secret shows it.
    Proven,
}

/// What may be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// Id of the rule.
    pub rule: &'static str,
    /// How sure it is.
    pub surety: Surety,
    /// What is wrong and what to do, in sentences.
    pub says: String,
    /// What speaks for it, in a sentence.
    pub because: String,
}

/// One mistake that is looked for.
pub(super) struct Rule {
    /// Its name.
    pub id: &'static str,
    /// Looks for it.
    find: fn(&Case<'_>) -> Option<Found>,
}

/// What a rule found: how sure, what is wrong, and what speaks for it.
type Found = (Surety, String, String);

/// What the rules look at.
struct Case<'e> {
    known: &'e Evidence,
    kind: Option<Kind>,
    server: Lines,
    client: Option<Lines>,
    canonical: Lines,
    client_canonical: Option<Lines>,
    /// The rows of the string that names headers and resource, where both sides are known.
    rows: Vec<Row>,
}

/// Path and sub-resources.
type Resource<'c> = (&'c str, &'c str);

/// Every rule. Of equally sure guesses the earlier in this table comes first.
pub(super) const RULES: &[Rule] = &[
    rule("plus-unescaped", shape::plus_unescaped),
    rule("signature-escaped", shape::signature_escaped),
    rule("signature-length", shape::signature_length),
    rule("signature-upper-case", shape::signature_upper_case),
    rule("key-id-blank", shape::key_id_blank),
    rule("line-ends", shape::line_ends),
    rule("same-string", shape::same_string),
    rule("line-feeds-lost", shape::line_feeds_lost),
    rule("expires-milliseconds", server::expires_milliseconds),
    rule("token-in-url", server::token_in_url),
    rule("sts-token-missing", server::sts_token_missing),
    rule("method-changed", client::method_changed),
    rule("key-escaped", client::key_escaped),
    rule("bucket-left-out", client::bucket_left_out),
    rule("subresource-left-out", client::subresource_left_out),
    rule(
        "parameter-signed-too-much",
        client::parameter_signed_too_much,
    ),
    rule("subresource-order", client::subresource_order),
    rule("header-name-case", client::header_name_case),
    rule("header-order", client::header_order),
    rule("header-blanks", client::header_blanks),
    rule("header-added", client::header_added),
    rule("header-lost", client::header_lost),
    rule("date-line", client::date_line),
    rule("content-md5", client::content_md5),
    rule("empty-value", client::empty_value),
    rule("blank-as-plus", client::blank_as_plus),
    rule("scope", client::scope),
    rule("bucket-twice", server::bucket_twice),
    rule("bucket-of-another-host", server::bucket_of_another_host),
    rule("key-with-slash", server::key_with_slash),
    rule("escaped-twice", server::escaped_twice),
    rule("form-content-type", server::form_content_type),
    rule("content-type-charset", server::content_type_charset),
    rule("content-type", server::content_type),
    rule("cdn-header", server::cdn_header),
    rule("cdn-head", server::cdn_head),
    rule("meta-bytes", server::meta_bytes),
    rule("meta-empty", server::meta_empty),
    rule("ip-bound", server::ip_bound),
    rule("odd-key", server::odd_key),
    rule("subresources", server::subresources),
    rule("scope-day", version4::scope_day),
    rule("scope-region", version4::scope_region),
    rule("scope-product", version4::scope_product),
    rule("payload-hash", version4::payload_hash),
    rule("host-signed", version4::host_signed),
    rule("fragile-header", version4::fragile_header),
];

const fn rule(id: &'static str, find: fn(&Case<'_>) -> Option<Found>) -> Rule {
    Rule { id, find }
}

/// What every rule finds, in the order of the table.
pub(super) fn guesses(known: &Evidence) -> Vec<Guess> {
    let case = Case::of(known);
    let guess = |rule: &Rule| {
        let (surety, says, because) = (rule.find)(&case)?;
        Some(Guess {
            rule: rule.id,
            surety,
            says,
            because,
        })
    };
    RULES.iter().filter_map(guess).collect()
}

impl<'e> Case<'e> {
    fn of(known: &'e Evidence) -> Self {
        let kind = known.kind();
        let is_v4 = matches!(kind, Some(Kind::V4 | Kind::S3V4));
        let has = |one: &Option<Vec<u8>>| one.is_some();
        let both = if is_v4 {
            has(&known.canonical) && has(&known.client_canonical)
        } else {
            has(&known.server) && has(&known.client)
        };
        Self {
            known,
            kind,
            server: known.server_lines(),
            client: has(&known.client).then(|| known.client_lines()),
            canonical: known.canonical_lines(),
            client_canonical: has(&known.client_canonical).then(|| known.client_canonical_lines()),
            rows: if both { rows(known, is_v4) } else { Vec::new() },
        }
    }

    fn is_v4(&self) -> bool {
        matches!(self.kind, Some(Kind::V4 | Kind::S3V4))
    }

    /// Whether both sides are known, so that a difference says something.
    fn has_both(&self) -> bool {
        !self.rows.is_empty()
    }

    /// The server's lines in which headers and resource stand.
    fn telling(&self) -> &Lines {
        if self.is_v4() {
            &self.canonical
        } else {
            &self.server
        }
    }

    /// The client's lines in which headers and resource stand.
    fn telling_client(&self) -> Option<&Lines> {
        if self.is_v4() {
            self.client_canonical.as_ref()
        } else {
            self.client.as_ref()
        }
    }

    /// A line of the server's.
    fn line(&self, name: &str) -> Option<&str> {
        self.telling().get(name)
    }

    /// A line of both, when they differ.
    fn differing(&self, name: &str) -> Option<(&str, &str)> {
        let server = self.line(name)?;
        let client = self
            .telling_client()
            .filter(|_| self.has_both())?
            .get(name)?;
        (server != client).then_some((server, client))
    }

    /// Path and sub-resources of the server's resource.
    fn resource(&self) -> Option<(&str, &str)> {
        split(self.line(self.resource_name())?)
    }

    /// The same of both, when they differ.
    fn resources(&self) -> Option<(Resource<'_>, Resource<'_>)> {
        let (server, client) = self.differing(self.resource_name())?;
        Some((split(server)?, split(client)?))
    }

    fn resource_name(&self) -> &'static str {
        if self.is_v4() { URI } else { RESOURCE }
    }

    /// The rows of headers that stand on one side or differ.
    fn header_rows(&self) -> impl Iterator<Item = &Row> {
        let rows = self.rows.iter();
        rows.filter(|row| row.differs_at.is_some() && row.name.ends_with(" header"))
    }
}

fn split(resource: &str) -> Option<(&str, &str)> {
    Some(resource.split_once('?').unwrap_or((resource, "")))
}

/// A text of the answer in quotation marks: on one line, without what is secret, and not long.
fn quoted(text: &str) -> String {
    const LONGEST: usize = 96;
    let text = one_line(hidden(text));
    let mut shown: String = text.chars().take(LONGEST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// A line of bytes in quotation marks.
fn quoted_bytes(line: &[u8]) -> String {
    quoted(&String::from_utf8_lossy(line))
}
