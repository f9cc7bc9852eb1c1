//! One scenario, its axes already replaced: its types, its names, its placeholders.

use std::collections::BTreeSet;

use base64::Engine as _;
use serde_json::{Value, json};

use super::words::{self, is_kebab, one_of};
use super::{precedence, requests, shape};
use crate::decode::{self, Problem};
use crate::document::problem;
use crate::listed::{ANY_MESSAGE, Listed};
use crate::model::{
    BucketSpec, CaseFile, Given, IdentitySpec, ObjectSpec, Scenario, SourceKind, Who,
};

use crate::place::{Part, Path};
use crate::placeholder::{self, Kind, Meaning, Named, Piece};
use crate::suggest;
use crate::visit;

/// Reads and checks a scenario.
///
/// # Errors
/// Everything that is wrong with it. Paths begin at the scenario.
pub(super) fn check(
    filled: &Value,
    head: Option<&CaseFile>,
    listed: &[Listed],
) -> Result<Scenario, Vec<Problem>> {
    let mut found = Vec::new();
    let Some(scenario) = read(filled, &mut found) else {
        return Err(found);
    };
    if !is_kebab(&scenario.name) {
        let message = format!(
            "the name `{}` is not kebab-case: small letters, digits and `-`",
            scenario.name
        );
        found.push(problem(Path::from(["name"]), Part::Value, message));
    }
    let known = Known::of(&scenario);
    given(&scenario.given, &known, &mut found);
    placeholders(filled, head, &known, &mut found);
    requests::check(&scenario, &known, &mut found);
    if let Some(head) = head {
        against_header(&scenario, head, &mut found);
    }
    precedence::check(&scenario, head, listed, &mut found);
    if found.is_empty() {
        Ok(scenario)
    } else {
        Err(found)
    }
}

/// Reads the types. The edit is looked at first: its faults are the commonest, and they must not hide the others.
fn read(filled: &Value, found: &mut Vec<Problem>) -> Option<Scenario> {
    let mut edit_is_sound = true;
    if let Some(edit) = filled.get("edit") {
        let problems = shape::of_edit(edit);
        edit_is_sound = problems.is_empty();
        found.extend(problems);
    }
    let mut rest = None;
    if !edit_is_sound {
        let mut copy = filled.clone();
        copy["edit"] = json!({ "flip-signature": true });
        rest = Some(copy);
    }
    match decode::all::<Scenario>(rest.as_ref().unwrap_or(filled)) {
        Ok(scenario) => edit_is_sound.then_some(scenario),
        Err(problems) => {
            found.extend(problems);
            None
        }
    }
}

/// What the scenario's words may refer to.
pub(super) struct Known<'a> {
    pub(super) identities: BTreeSet<&'a str>,
    pub(super) buckets: BTreeSet<&'a str>,
    uploads: BTreeSet<&'a str>,
    /// Whether the scenario's bucket has a retention policy.
    retained: bool,
}

impl<'a> Known<'a> {
    fn of(scenario: &'a Scenario) -> Self {
        let given = &scenario.given;
        let people = Who::BUILT_IN.iter().chain(given.identities.keys());
        let all_buckets = given.bucket.iter().chain(given.buckets.values());
        Self {
            identities: people.map(Who::as_str).collect(),
            buckets: given.buckets.keys().map(String::as_str).collect(),
            uploads: all_buckets
                .flat_map(|bucket| bucket.uploads.keys().map(String::as_str))
                .collect(),
            retained: given
                .bucket
                .as_ref()
                .is_some_and(|bucket| bucket.worm.is_some()),
        }
    }

    /// A problem unless the identity exists.
    pub(super) fn identity(&self, who: &Who, path: Path, part: Part) -> Option<Problem> {
        if self.identities.contains(who.as_str()) {
            return None;
        }
        let help = suggest::help(who.as_str(), self.identities.iter().copied(), "identities");
        Some(problem(path, part, format!("unknown identity `{who}`")).help(help))
    }

    /// A problem unless it is `none` or a bucket of `given.buckets`.
    pub(super) fn bucket(&self, name: &str, path: Path) -> Option<Problem> {
        if name == "none" || self.buckets.contains(name) {
            return None;
        }
        let words = self.buckets.iter().copied().chain(["none"]);
        let help = suggest::help(name, words, "names");
        Some(problem(path, Part::Value, format!("unknown bucket `{name}`")).help(help))
    }
}

fn given(given: &Given, known: &Known<'_>, found: &mut Vec<Problem>) {
    let top = Path::from(["given"]);
    if given.no_bucket && given.bucket.is_some() {
        let message = "`no-bucket` says that there is none, `bucket` describes one";
        found.push(problem(top.then("no-bucket"), Part::Key, message));
    }
    if let Some(spec) = &given.bucket {
        bucket(spec, &top.then("bucket"), known, found);
    }
    for (name, spec) in &given.buckets {
        let path = top.then("buckets").then(name.as_str());
        if name == "none" || !is_kebab(name) {
            let message =
                format!("`{name}` cannot be the name of a bucket: kebab-case, and not `none`");
            found.push(problem(path.clone(), Part::Key, message));
        }
        bucket(spec, &path, known, found);
    }
    for (who, spec) in &given.identities {
        identity(who, spec, &top.then("identities").then(who.as_str()), found);
    }
    for (index, who) in given.domain_proven_by.iter().enumerate() {
        found.extend(known.identity(who, top.then("domain-proven-by").then(index), Part::Value));
    }
}

fn identity(who: &Who, spec: &IdentitySpec, path: &Path, found: &mut Vec<Problem>) {
    if who.is_built_in() {
        let message =
            format!("`{who}` is built in; an identity of the scenario needs another name");
        found.push(problem(path.clone(), Part::Key, message));
    } else if !is_kebab(who.as_str()) {
        found.push(problem(
            path.clone(),
            Part::Key,
            format!("the name `{who}` is not kebab-case"),
        ));
    }
    let kinds = [
        spec.ram_user.is_some(),
        spec.session.is_some(),
        spec.account.is_some(),
    ];
    if kinds.into_iter().filter(|is| *is).count() != 1 {
        let message =
            format!("the identity `{who}` must be exactly one of `ram-user`, `session`, `account`");
        found.push(problem(path.clone(), Part::Key, message));
    }
}

fn bucket(spec: &BucketSpec, path: &Path, known: &Known<'_>, found: &mut Vec<Problem>) {
    if let Some(owner) = &spec.owner {
        found.extend(known.identity(owner, path.then("owner"), Part::Value));
    }
    found.extend(storage_words(
        [&spec.acl, &spec.storage_class, &spec.encryption],
        &words::BUCKET_ACLS,
        path,
    ));
    for (key, spec) in &spec.objects {
        object(spec, &path.then("objects").then(key.as_str()), found);
    }
}

/// Checks an object to be put.
pub(super) fn object(spec: &ObjectSpec, path: &Path, found: &mut Vec<Problem>) {
    let contents = [
        spec.text.is_some(),
        spec.base64.is_some(),
        spec.picture.is_some(),
    ];
    if contents.into_iter().filter(|is| *is).count() > 1 {
        let message = "an object has one content: `text`, `base64` or `picture`";
        found.push(problem(path.clone(), Part::Key, message));
    }
    if let Some(text) = &spec.base64
        && base64::prelude::BASE64_STANDARD.decode(text).is_err()
    {
        found.push(problem(
            path.then("base64"),
            Part::Value,
            "this is no base64",
        ));
    }
    found.extend(storage_words(
        [&spec.acl, &spec.storage_class, &spec.encryption],
        &words::OBJECT_ACLS,
        path,
    ));
}

/// Checks the words that buckets and objects share: ACL, storage class and encryption, in this order.
fn storage_words(
    [acl, class, encryption]: [&Option<String>; 3],
    acls: &[&str],
    path: &Path,
) -> impl Iterator<Item = Problem> {
    [
        (acl, acls, "ACLs", "acl"),
        (
            class,
            &words::STORAGE_CLASSES[..],
            "storage classes",
            "storage-class",
        ),
        (
            encryption,
            &words::ENCRYPTIONS[..],
            "algorithms",
            "encryption",
        ),
    ]
    .into_iter()
    .filter_map(|(word, list, what, key)| one_of(word.as_deref()?, list, what, path.then(key)))
}

fn placeholders(
    filled: &Value,
    head: Option<&CaseFile>,
    known: &Known<'_>,
    found: &mut Vec<Problem>,
) {
    let mut look = |path: &Path, part: Part, text: &str| {
        found.extend(placeholders_of(text, path, part, known));
    };
    for (key, value) in filled.as_object().into_iter().flatten() {
        if !visit::ABOUT_ITSELF.contains(&key.as_str()) {
            visit::placed_texts(value, &Path::from([key.as_str()]), &mut look);
        }
    }
    // The header's elements are read with each scenario's placeholders; the scenario is where one of them may be missing.
    let elements = head.map(|head| &head.elements).into_iter().flatten();
    for (name, text) in elements {
        for wrong in placeholders_of(text, &Path::top(), Part::Value, known) {
            let message = format!("{} in the file's element `{name}`", wrong.message);
            found.push(Problem {
                word: None,
                message,
                ..wrong
            });
        }
    }
}

/// What is wrong with the placeholders of a text.
fn placeholders_of(
    text: &str,
    path: &Path,
    part: Part,
    known: &Known<'_>,
) -> impl Iterator<Item = Problem> {
    placeholder::pieces(text).filter_map(move |piece| match piece {
        Piece::Placeholder(name) => unknown_placeholder(name, path, part, known),
        Piece::Unclosed(rest) => {
            let help = "a literal `$` is written `$$`";
            let message = "`${` is never closed";
            let line = rest.lines().next().unwrap_or(rest);
            Some(problem(path.clone(), part, message).word(line).help(help))
        }
        Piece::Text(_) | Piece::Dollar => None,
    })
}

fn unknown_placeholder(name: &str, path: &Path, part: Part, known: &Known<'_>) -> Option<Problem> {
    let say = |message: String, help: String| {
        Some(
            problem(path.clone(), part, message)
                .word(format!("${{{name}}}"))
                .help(help),
        )
    };
    let Some(meaning) = placeholder::meaning(name) else {
        let dotted = Kind::ALL.iter().flat_map(|kind| {
            let names = known.list(kind.names()).iter();
            names.map(move |of| format!("{}.{of}", kind.as_str()))
        });
        let all: Vec<String> = placeholder::PLAIN
            .iter()
            .map(|plain| (*plain).to_owned())
            .chain(dotted)
            .collect();
        let help = match suggest::nearest(name, all.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `${{{near}}}`?"),
            None => suggest::help(name, all.iter().map(String::as_str), "placeholders"),
        };
        return say(format!("unknown placeholder `${{{name}}}`"), help);
    };
    match meaning {
        Meaning::Plain("worm") if !known.retained => say(
            "the bucket has no retention policy whose id `${worm}` could be".into(),
            "add `worm: in-progress` to `given.bucket`".into(),
        ),
        Meaning::Named(kind, of) if !known.list(kind.names()).contains(of) => {
            let (what, plural) = match kind.names() {
                Named::Bucket => ("bucket", "buckets"),
                Named::Identity => ("identity", "identities"),
                Named::Upload => ("upload", "uploads"),
            };
            let help = suggest::help(of, known.list(kind.names()).iter().copied(), plural);
            say(format!("unknown {what} `{of}` in `${{{name}}}`"), help)
        }
        _ => None,
    }
}

impl<'a> Known<'a> {
    fn list(&self, named: Named) -> &BTreeSet<&'a str> {
        match named {
            Named::Bucket => &self.buckets,
            Named::Identity => &self.identities,
            Named::Upload => &self.uploads,
        }
    }
}

/// What only header and scenario together can get wrong.
fn against_header(scenario: &Scenario, head: &CaseFile, found: &mut Vec<Problem>) {
    let inferred = head
        .sources
        .iter()
        .all(|source| source.kind == SourceKind::Inferred);
    if inferred && !head.sources.is_empty() && !scenario.reference_only {
        let help = "mark it `reference-only: true`, or name a source in the header";
        let message = "every source of this cause is inferred, so no foreign server can be held to this scenario";
        found.push(problem(Path::from(["name"]), Part::Value, message).help(help));
    }
    if let Some(message) = &scenario.expect.message
        && scenario.expect.code.is_none()
        && head.message != ANY_MESSAGE
        && !message.starts_with(head.message.trim_end_matches('.'))
        && !head
            .alternatives
            .iter()
            .filter_map(|other| other.message.as_ref())
            .any(|other| message.starts_with(other.trim_end_matches('.')))
    {
        let help = "a scenario's message continues the cause's; another one belongs in `alternatives`, with its source";
        let text = "this message does not begin with the cause's";
        found.push(problem(Path::from(["expect", "message"]), Part::Value, text).help(help));
    }
    if head.message.ends_with(':') && scenario.expect.message.is_none() {
        let help = "write the whole text in the scenario's `expect.message`";
        let text = "the cause's message is only the beginning of the answer's, and this scenario does not say how it goes on";
        found.push(problem(Path::from(["name"]), Part::Value, text).help(help));
    }
}
