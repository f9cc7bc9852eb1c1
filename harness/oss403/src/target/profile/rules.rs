//! What must hold between the keys of a profile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use oss_reference::Server;
use oss_reference::host::is_label;

use super::addressing::{read_overrides, read_suffix};
use super::claims::{Grounds, without_scheme};
use super::keys::{
    File, IdentityKeys, LimitKeys, OperatorKeys, PatienceKeys, RetiredName, SettleKeys,
};
use super::source::{LITERAL, USER_INFO, UrlSource, parse_url};
use super::{CanaryRequest, Endpoint, IdentitySource, OperatorSource, Profile, Remote};
use crate::wire::address::{Address, Addresses, Scheme};
use crate::wire::limits::Limits;
use crate::wire::patience::{Patience, Settle};
use crate::wire::tls::Tls;
use oss403_case::decode::Problem;
use oss403_case::diagnostic::Diagnostic;
use oss403_case::document::{Document, problem};
use oss403_case::model::{Capability, Span, Who};
use oss403_case::place::{Part, Path};
use oss403_case::suggest;

/// Reads a profile from its document. `stem` is the target's name when the document gives none.
/// Beside it stands what makes a level impossible, although a run is not.
pub(super) fn read(
    document: &Document,
    stem: &str,
) -> Result<(Profile, Option<Diagnostic>), Vec<Diagnostic>> {
    let file: File = document.decode().map_err(|mut found| {
        for diagnostic in found.iter_mut().filter(|found| found.message == LITERAL) {
            diagnostic.help = Some(
                "write `{ env: NAME }`, `{ file: PATH }` or `{ command: [PROGRAM, …] }` instead"
                    .into(),
            );
        }
        found
    })?;
    let mut problems = Problems::default();
    let profile = file.into_profile(stem, &mut problems);
    match profile {
        Some(profile) if problems.0.is_empty() => {
            let without = without_scheme(&profile).map(|found| document.diagnostic(&found));
            Ok((profile, without))
        }
        _ => Err(problems
            .0
            .iter()
            .map(|problem| document.diagnostic(problem))
            .collect()),
    }
}

/// What is wrong so far.
#[derive(Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn add(
        &mut self,
        path: impl Into<Path>,
        message: impl Into<String>,
    ) -> &mut Problem {
        self.0.push(problem(path.into(), Part::Value, message));
        self.0.last_mut().expect("it was just pushed")
    }

    pub(super) fn key(
        &mut self,
        path: impl Into<Path>,
        message: impl Into<String>,
    ) -> &mut Problem {
        let problem = self.add(path, message);
        problem.part = Part::Key;
        problem
    }
}

impl File {
    fn into_profile(mut self, stem: &str, problems: &mut Problems) -> Option<Profile> {
        let name = self.name.clone().unwrap_or_else(|| stem.to_owned());
        let snapshots = self.folder_of_snapshots(&name, problems);
        self.check_quirks(problems);
        let quirks = std::mem::take(&mut self.quirks);
        let product = std::mem::take(&mut self.product);
        let artifact = self.artifact.take();
        if let Some(artifact) = &artifact
            && !artifact.is_digest()
        {
            problems
                .add(["artifact", "sha256"], "it is no SHA-256")
                .help = Some("64 hexadecimal digits, such as those of an image's digest".into());
        }
        let is_embedded = self.endpoint == "embedded";
        let limits = self.limits.read(is_embedded, problems);
        let claims = std::mem::take(&mut self.capabilities);
        let gone = std::mem::take(&mut self.retired);
        let has_operator = is_embedded || self.operator.is_some();
        let endpoint = if is_embedded {
            self.embedded(problems)
        } else {
            self.remote(problems)
        };
        let endpoint = endpoint?;
        let grounds = Grounds::of(&endpoint, has_operator);
        let mut capabilities = claims.read(&grounds, problems);
        let retired: BTreeSet<Capability> = gone
            .into_iter()
            .flat_map(RetiredName::members)
            .copied()
            .collect();
        capabilities.retain(|claimed| !retired.contains(claimed));
        Some(Profile {
            name,
            endpoint,
            capabilities,
            retired,
            limits,
            snapshots,
            quirks,
            product,
            artifact,
        })
    }

    /// The folder that the snapshots are in: one of the target's name, where nothing else is said.
    fn folder_of_snapshots(&self, name: &str, problems: &mut Problems) -> String {
        for (key, given) in [("name", &self.name), ("snapshots", &self.snapshots)] {
            if let Some(text) = given
                && !is_folder_name(text)
            {
                let help = "letters, digits, `.`, `_` and `-`, not beginning with a dot";
                problems
                    .add([key], format!("`{text}` cannot name a folder"))
                    .help = Some(help.into());
            }
        }
        let folder = self.snapshots.as_deref().unwrap_or(name);
        let folder = Some(folder).filter(|folder| is_folder_name(folder));
        folder.unwrap_or("target").to_owned()
    }

    fn check_quirks(&self, problems: &mut Problems) {
        for (index, quirk) in self.quirks.iter().enumerate() {
            if let Some((key, message)) = quirk.defect() {
                let quirk = Path::from(["quirks"]).then(index);
                let place = if key.is_empty() {
                    quirk
                } else {
                    quirk.then(key)
                };
                problems.add(place, message).help = Some(
                    "a quirk is a matter of `status`, `code`, `message` or `envelope`, or a feature that is refused"
                        .into(),
                );
            }
        }
    }

    fn embedded(self, problems: &mut Problems) -> Option<Endpoint> {
        let set = [
            ("regions", !self.regions.is_empty()),
            ("suffix", self.suffix.is_some()),
            ("addressing", !self.addressing.is_empty()),
            ("tls", self.tls.ca_file.is_some()),
            ("identities", !self.identities.is_empty()),
            ("operator", self.operator.is_some()),
            ("canary", self.canary.is_some()),
        ];
        for (key, _) in set.into_iter().filter(|(_, set)| *set) {
            problems
                .key(
                    [key],
                    format!("`{key}` has no meaning for the embedded server"),
                )
                .help = Some("its own are set under `embedded.config`".into());
        }
        let config = self.embedded.map_or_else(Box::default, |keys| keys.config);
        if let Err(error) = Server::validate(&config) {
            problems.key(["embedded", "config"], error.to_string());
            return None;
        }
        Some(Endpoint::Embedded(config))
    }

    fn remote(self, problems: &mut Problems) -> Option<Endpoint> {
        if self.embedded.is_some() {
            problems
                .key(["embedded"], "`embedded` has no meaning for another server")
                .help = Some("write `endpoint: embedded` to have the reference server".into());
        }
        let (scheme, endpoint) = match read_url(&self.endpoint) {
            Ok((scheme, endpoint)) => (scheme, Some(endpoint)),
            Err(defect) => {
                problems.add(["endpoint"], defect).help =
                    Some("write `http://host:port`, `https://host:port` or `embedded`".into());
                (Scheme::Http, None)
            }
        };
        let (home, away) = read_regions(&self.regions, problems);
        let suffix = read_suffix(self.suffix.as_deref(), &self.addressing, problems);
        let addressing = self.addressing.read(away.is_some(), problems);
        let overrides = read_overrides(&self.addressing.resolve, scheme, problems);
        if self.tls.ca_file.is_some() && scheme == Scheme::Http {
            problems.key(["tls"], "the endpoint does not speak TLS");
        }
        let identities = read_identities(self.identities, problems);
        let operator = self.operator.and_then(|keys| keys.read(problems));
        let canary = self.canary.map(|keys| {
            let words: Vec<&str> = keys.request.split(' ').collect();
            if !matches!(words[..], ["GET" | "HEAD", path] if path.starts_with('/')) {
                let message = format!("`{}` is not `GET /key?query`", keys.request);
                problems.add(["canary", "request"], message).help =
                    Some("a canary is a `GET` or a `HEAD`, so that it changes nothing".into());
            }
            CanaryRequest {
                request: keys.request,
                bucket: keys.bucket,
            }
        });
        Some(Endpoint::Remote(Box::new(Remote {
            url: self.endpoint.trim_end_matches('/').to_owned(),
            addresses: Addresses {
                scheme,
                endpoint: endpoint?,
                overrides,
            },
            home: home?,
            away,
            suffix,
            addressing,
            tls: Tls {
                ca_file: self.tls.ca_file,
            },
            identities,
            operator,
            canary,
            folder: PathBuf::new(),
        })))
    }
}

impl LimitKeys {
    fn read(&self, is_embedded: bool, problems: &mut Problems) -> Limits {
        let mut limits = if is_embedded {
            Profile::embedded().limits
        } else {
            Limits::default()
        };
        if let Some(rate) = self.requests_per_second {
            if rate.is_nan() || rate <= 0.0 {
                problems.add(
                    ["limits", "requests-per-second"],
                    "a rate must be above zero",
                );
            }
            limits.requests_per_second = Some(rate);
        }
        let mut count = |key, given: Option<usize>, limit: &mut usize| {
            if given == Some(0) {
                problems.add(["limits", key], "a limit must be at least 1");
            }
            *limit = given.unwrap_or(*limit);
        };
        count("concurrency", self.concurrency, &mut limits.concurrency);
        count("buckets", self.buckets, &mut limits.buckets);
        count("body-bytes", self.body_bytes, &mut limits.body_bytes);
        limits.bucket_pool = self.bucket_pool.unwrap_or(limits.bucket_pool);
        if limits.bucket_pool > 0 && limits.bucket_pool >= limits.buckets {
            let (pool, all) = (limits.bucket_pool, limits.buckets);
            let what = format!(
                "a pool of {pool} leaves no bucket to anything else: {all} may exist at a time, those of the pool among them"
            );
            problems.add(["limits", "bucket-pool"], &what).help =
                Some("a few are enough; `limits.buckets` says how many there may be".into());
        }
        let time = &mut limits.time_per_request;
        read_span(
            ["limits", "time-per-request"],
            self.time_per_request,
            time,
            problems,
        );
        read_span(["limits", "idle"], self.idle, &mut limits.idle, problems);
        self.patience.read(&mut limits.patience, problems);
        self.settle.read(&mut limits.settle, problems);
        limits
    }
}

impl PatienceKeys {
    fn read(&self, patience: &mut Patience, problems: &mut Problems) {
        if let Some(attempts) = self.attempts {
            if attempts == 0 {
                problems.add(
                    ["limits", "patience", "attempts"],
                    "a limit must be at least 1",
                );
            }
            patience.attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
        }
        let path = ["limits", "patience", "time"];
        read_span(path, self.time, &mut patience.time, problems);
    }
}

impl SettleKeys {
    fn read(&self, settle: &mut Settle, problems: &mut Problems) {
        for (key, own, time) in [
            ("acl", self.acl, &mut settle.acl),
            ("policy", self.policy, &mut settle.policy),
            ("key-status", self.key_status, &mut settle.key_status),
            ("default", self.default, &mut settle.other),
        ] {
            if own.is_none()
                && let Some(Ok(usual)) = self.default.map(|span| u64::try_from(span.seconds()))
            {
                *time = Duration::from_secs(usual);
            }
            read_span(["limits", "settle", key], own, time, problems);
        }
        for (key, own, time) in [
            ("acceleration", self.acceleration, &mut settle.acceleration),
            ("restore", self.restore, &mut settle.restore),
        ] {
            read_span(["limits", "settle", key], own, time, problems);
        }
    }
}

fn read_span<const N: usize>(
    path: [&str; N],
    given: Option<Span>,
    limit: &mut Duration,
    problems: &mut Problems,
) {
    match given.map(|span| u64::try_from(span.seconds())) {
        None => {}
        Some(Ok(seconds)) if seconds > 0 => *limit = Duration::from_secs(seconds),
        Some(_) => {
            problems.add(path, "a span must be above zero");
        }
    }
}

impl OperatorKeys {
    fn read(self, problems: &mut Problems) -> Option<OperatorSource> {
        let mut time = Duration::from_secs(30);
        read_span(["operator", "time"], self.time, &mut time, problems);
        match (self.url, self.token, self.command) {
            (Some(url), Some(token), None) => {
                if let UrlSource::Text(text) = &url
                    && let Err(defect) = parse_url(text)
                {
                    problems.add(["operator", "url"], defect);
                }
                Some(OperatorSource::Http { url, token, time })
            }
            (None, None, Some(words)) if !words.is_empty() => {
                Some(OperatorSource::Command { words, time })
            }
            _ => {
                problems
                    .key(
                        ["operator"],
                        "either `url` and `token`, or `command` is needed",
                    )
                    .help = Some("an operator is asked over HTTP or by running a command".into());
                None
            }
        }
    }
}

fn read_url(text: &str) -> Result<(Scheme, Address), String> {
    let (scheme, rest) = match text.split_once("://") {
        Some(("http", rest)) => (Scheme::Http, rest),
        Some(("https", rest)) => (Scheme::Https, rest),
        _ => return Err(format!("`{text}` is no HTTP address")),
    };
    if rest.contains('@') {
        return Err(USER_INFO.into());
    }
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    Ok((scheme, Address::parse(rest, Some(scheme.default_port()))?))
}

fn read_regions(regions: &[String], problems: &mut Problems) -> (Option<String>, Option<String>) {
    let bare: Vec<&str> = regions
        .iter()
        .map(|region| region.strip_prefix("oss-").unwrap_or(region))
        .collect();
    for (index, region) in bare.iter().enumerate() {
        if !is_label(region) {
            let path = Path::from(["regions"]).then(index);
            problems.add(
                path,
                format!("`{region}` is no region id such as `cn-hangzhou`"),
            );
        }
    }
    match bare[..] {
        [home] => (Some(home.to_owned()), None),
        [home, away] if home == away => {
            problems.add(["regions"], "the second region is the first");
            (None, None)
        }
        [home, away] => (Some(home.to_owned()), Some(away.to_owned())),
        [] => {
            problems
                .key(["endpoint"], "the key `regions` is missing or empty")
                .help = Some("the target's region, and a second one if it has it".into());
            (None, None)
        }
        [..] => {
            problems.add(["regions"], "more than two regions").help =
                Some("scenarios know a home and an away region".into());
            (None, None)
        }
    }
}

fn read_identities(
    identities: BTreeMap<String, IdentityKeys>,
    problems: &mut Problems,
) -> BTreeMap<String, IdentitySource> {
    if !identities.contains_key("owner") {
        problems
            .key(["identities"], "the identity `owner` is missing")
            .help = Some("it makes the buckets that everything else happens in".into());
    }
    let mut read = BTreeMap::new();
    for (name, keys) in identities {
        let built_in = Who::BUILT_IN.iter().map(Who::as_str);
        let known = built_in.filter(|known| Who::Anonymous != *known);
        if !known.clone().any(|known| known == name) {
            problems
                .key(["identities", &name], format!("unknown identity `{name}`"))
                .help = Some(suggest::help(&name, known, "identities"));
        }
        if name == "sts" && keys.security_token.is_none() {
            let message = "a session has a `security-token`";
            problems.key(["identities", &name], message);
        }
        for (key, uid) in [("account", &keys.account), ("user", &keys.user)] {
            if uid
                .as_ref()
                .is_some_and(|uid| uid.is_empty() || !uid.bytes().all(|b| b.is_ascii_digit()))
            {
                problems.add(["identities", &name, key], "a UID has decimal digits only");
            }
        }
        let IdentityKeys {
            access_key_id,
            access_key_secret,
            security_token,
            account,
            user,
        } = keys;
        let source = IdentitySource {
            access_key_id,
            access_key_secret,
            security_token,
            account,
            user,
        };
        read.insert(name, source);
    }
    read
}

fn is_folder_name(text: &str) -> bool {
    let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    !text.is_empty() && text.len() <= 100 && !text.starts_with('.') && text.bytes().all(known)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::target::Profile;

    #[test]
    fn a_limit_of_nothing_is_one_mistake_and_no_pool_is_none() {
        let mistakes = |limits: &str| {
            let text = format!("name: x\nendpoint: http://127.0.0.1:1\nlimits: {{ {limits} }}\n");
            Profile::parse(&text, Path::new("x.yaml")).map_or_else(|found| found.len(), |_| 0)
        };
        let others = mistakes("buckets: 9");
        assert_eq!(mistakes("buckets: 0"), others + 1);
        assert_eq!(mistakes("buckets: 9, bucket-pool: 0"), others);
        assert_eq!(mistakes("buckets: 9, bucket-pool: 8"), others);
        assert_eq!(mistakes("buckets: 9, bucket-pool: 9"), others + 1);
    }
}
