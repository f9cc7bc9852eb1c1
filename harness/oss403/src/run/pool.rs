//! Buckets that one world is done with and a later one may have, so that a run makes fewer of them.
//!
//! Only a bucket of which the run knows all that was ever in it comes here, and no longer has any of it: objects, uploads, and the few
//! [settings](Setting) that can be taken back without a trace. Whatever else was asked of it, or may still be under way to it, it is deleted, and
//! the next world has a new one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use tokio::time::Instant;

use super::journal::Made;
use super::plan::is_read;
use crate::wire::draft::{Body, Draft};
use crate::wire::exchange::Exchange;
use crate::wire::patience::Settle;
use oss403_case::model::{BucketSpec, Edit, Staged, Who, WireEdit};

/// The buckets that wait. They are in the journal as made, so that whoever cleans up after the run finds them there.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    most: usize,
    idle: Mutex<Vec<Idle>>,
}

/// A bucket that waits.
#[derive(Debug)]
struct Idle {
    made: Made,
    /// When what was taken back of it is forgotten by every cache.
    rested: Instant,
}

impl Pool {
    /// A pool that holds so many; none by default.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            idle: Mutex::default(),
        }
    }

    /// Whether another one may wait.
    pub(crate) fn has_room(&self) -> bool {
        self.idle().len() < self.most
    }

    /// A bucket of that region and owner, if one has waited long enough.
    pub(crate) fn take(&self, region: &str, owner: &Who) -> Option<Made> {
        let mut idle = self.idle();
        let now = Instant::now();
        let fits = |idle: &Idle| {
            let is_it = matches!(
                &idle.made,
                Made::Bucket { region: known, owner: known_owner, .. }
                    if known == region && known_owner == owner.as_str()
            );
            is_it && idle.rested <= now
        };
        let place = idle.iter().position(fits)?;
        Some(idle.swap_remove(place).made)
    }

    /// Lets a bucket wait, until then at least. Whether it does: there may be enough.
    pub(crate) fn put(&self, made: &Made, rested: Instant) -> bool {
        let mut idle = self.idle();
        let fits = idle.len() < self.most;
        if fits {
            idle.push(Idle {
                made: made.clone(),
                rested,
            });
        }
        fits
    }

    /// All that wait; nothing may be put afterwards.
    pub(crate) fn drain(&self) -> Vec<Made> {
        let idle = std::mem::take(&mut *self.idle());
        idle.into_iter().map(|idle| idle.made).collect()
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().expect("nobody panics with this lock")
    }
}

/// What may be set of a bucket that is to be used again, since it can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Setting {
    /// The ACL of the bucket.
    Acl,
    /// ACLs of its objects, which go with them.
    ObjectAcl,
    /// The bucket policy.
    Policy,
    /// CORS rules.
    Cors,
    /// Hotlink protection.
    Referer,
}

impl Setting {
    /// How long a server may go by it when it is taken back.
    pub(crate) fn lasts(self, settle: &Settle) -> std::time::Duration {
        match self {
            Self::Acl | Self::ObjectAcl => settle.acl,
            Self::Policy => settle.policy,
            Self::Cors | Self::Referer => settle.other,
        }
    }
}

/// Whether a bucket is made with nothing but rights, if any. Accounts that are made for a scenario take theirs with them.
pub(crate) fn is_plain(spec: &BucketSpec) -> bool {
    let owner = spec.owner.as_ref().unwrap_or(&Who::Owner);
    matches!(owner, Who::Owner | Who::OtherAccount)
        && spec.storage_class.is_none()
        && !spec.hierarchical_namespace
}

/// Whether it is made without rights, as one that was used before is.
pub(crate) fn is_private(spec: &BucketSpec) -> bool {
    spec.acl.as_deref().is_none_or(|acl| acl == "private")
}

/// What was done with the buckets of a world, as far as that outlasts their objects.
#[derive(Debug, Default)]
pub(crate) struct Doubts(Mutex<Done>);

#[derive(Debug, Default)]
struct Done {
    /// Whether nobody can say anything of any.
    all: bool,
    /// Those of which nobody can say what is in them, or still comes.
    doubtful: BTreeSet<String>,
    set: BTreeMap<String, BTreeSet<Setting>>,
}

impl Doubts {
    /// Takes in a request that is about to go out as it was drafted.
    pub(crate) fn about_to_send(&self, draft: &Draft) {
        match (outlasts(draft), &draft.bucket) {
            (Outlasts::Nothing, _) => {}
            (Outlasts::This(setting), Some(bucket)) => {
                let mut done = self.done();
                let set = done.set.entry(bucket.clone()).or_default();
                set.insert(setting);
            }
            (_, bucket) => self.add(bucket.as_deref()),
        }
    }

    /// Takes in that an edited request is about to go out, by the method that was signed and the one that it has after all.
    pub(crate) fn about_to_tamper(&self, edit: &Edit, methods: [&str; 2]) {
        let writes = !methods.iter().all(|method| is_read(method));
        if writes && edit.steps().any(goes_elsewhere) {
            self.add(None);
        }
    }

    /// Takes in an exchange. What was sent twice, or was not answered, may arrive at any time.
    pub(crate) fn sent(&self, bucket: Option<&str>, exchange: &Exchange) {
        let is_settled = exchange.unreadable().is_none() && exchange.earlier.is_empty();
        if !is_settled && !is_read(&exchange.request.method) {
            self.add(bucket);
        }
    }

    /// Takes in that something else may have been done with a bucket; with any, when nobody can say with which.
    pub(crate) fn add(&self, bucket: Option<&str>) {
        let mut done = self.done();
        match bucket {
            Some(bucket) => drop(done.doubtful.insert(bucket.to_owned())),
            None => done.all = true,
        }
    }

    /// What has to be taken back of a bucket; `None` when nobody can say what.
    pub(crate) fn set(&self, bucket: &str) -> Option<BTreeSet<Setting>> {
        let done = self.done();
        let is_known = !done.all && !done.doubtful.contains(bucket);
        is_known.then(|| done.set.get(bucket).cloned().unwrap_or_default())
    }

    fn done(&self) -> std::sync::MutexGuard<'_, Done> {
        self.0.lock().expect("nobody panics with this lock")
    }
}

/// What an object is written, uploaded or thawed with.
const OF_OBJECTS: [&str; 8] = [
    "append",
    "delete",
    "partNumber",
    "position",
    "restore",
    "symlink",
    "uploadId",
    "uploads",
];

/// What of a request outlasts the objects and uploads of its bucket.
enum Outlasts {
    Nothing,
    This(Setting),
    /// Nobody can say.
    Unknown,
}

fn outlasts(draft: &Draft) -> Outlasts {
    if is_read(&draft.method) {
        return Outlasts::Nothing;
    }
    let fields = match &draft.body {
        Body::Form(form) => &form.fields[..],
        Body::Empty | Body::Bytes(_) => &[],
    };
    // Of headers that nobody has thought of, and of rights that a form or a query has.
    let named = draft.headers.iter().chain(fields).map(|(name, _)| name);
    let rights: Vec<String> = named
        .map(|name| name.to_ascii_lowercase())
        .filter(|name| name.starts_with("x-oss-object-") || name.starts_with("x-oss-acl"))
        .collect();
    let mut names = draft.query.iter().map(|(name, _)| name.as_str());
    let sole = match &draft.query[..] {
        [(name, None)] => name.as_str(),
        _ => "",
    };
    let is_of_objects = names.all(|name| OF_OBJECTS.contains(&name));
    let has_delete = draft.query.iter().any(|(name, _)| name == "delete");
    let only = |right: &str| rights.iter().all(|name| name == right);
    match (&*draft.method, &draft.key, &draft.body) {
        ("PUT", Some(_), _) if sole == "acl" && only("x-oss-object-acl") => {
            Outlasts::This(Setting::ObjectAcl)
        }
        (_, Some(_), _) if is_of_objects && rights.is_empty() => Outlasts::Nothing,
        (_, Some(_), _) if is_of_objects && only("x-oss-object-acl") => {
            Outlasts::This(Setting::ObjectAcl)
        }
        ("POST", None, Body::Form(_)) if draft.query.is_empty() && rights.is_empty() => {
            Outlasts::Nothing
        }
        ("POST", None, Body::Form(_)) if draft.query.is_empty() && only("x-oss-object-acl") => {
            Outlasts::This(Setting::ObjectAcl)
        }
        ("POST", None, _) if is_of_objects && has_delete && rights.is_empty() => Outlasts::Nothing,
        // PutBucket without a class or a namespace; one that is there already keeps everything but its ACL.
        ("PUT", None, Body::Empty) if draft.query.is_empty() && draft.headers.is_empty() => {
            Outlasts::Nothing
        }
        ("PUT", None, Body::Empty)
            if (draft.query.is_empty() || sole == "acl")
                && draft.headers.len() == 1
                && rights == ["x-oss-acl"] =>
        {
            Outlasts::This(Setting::Acl)
        }
        ("PUT" | "DELETE", None, _) if rights.is_empty() => match sole {
            "policy" => Outlasts::This(Setting::Policy),
            "cors" => Outlasts::This(Setting::Cors),
            "referer" => Outlasts::This(Setting::Referer),
            _ => Outlasts::Unknown,
        },
        _ => Outlasts::Unknown,
    }
}

/// Whether a request may have become another one on its way than the one that was signed.
fn goes_elsewhere(step: Staged<'_>) -> bool {
    let Staged::Wire(edit) = step else {
        return false;
    };
    match edit {
        WireEdit::FlipSignature(_)
        | WireEdit::RespellSignature(_)
        | WireEdit::TamperDate(_)
        | WireEdit::TamperAdditionalHeaders(_)
        | WireEdit::RemoveHeader(_) => false,
        WireEdit::TamperHost(_)
        | WireEdit::TamperBucket(_)
        | WireEdit::TamperMethod(_)
        | WireEdit::TamperPath(_)
        | WireEdit::TamperHeader(_)
        | WireEdit::RepeatHeader(_)
        | WireEdit::TamperQuery(_)
        | WireEdit::RepeatQuery(_)
        | WireEdit::RemoveQuery(_)
        | WireEdit::TamperField(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing::draft;
    use crate::wire::draft::FormDraft;

    #[test]
    fn a_form_leaves_its_object_and_what_its_fields_or_its_query_say_besides() {
        for (line, field, nothing) in [
            ("POST ", "key", true),
            ("POST ", "x-oss-object-acl", false),
            ("POST ?acl", "key", false),
            ("POST ?acl", "x-oss-object-acl", false),
        ] {
            let form = FormDraft {
                fields: vec![(field.into(), "private".into())],
                conditions: None,
                file: String::new(),
            };
            let draft = draft(line, None, Body::Form(form));
            let is_nothing = matches!(outlasts(&draft), Outlasts::Nothing);
            assert_eq!(is_nothing, nothing, "{line} {field}");
        }
    }
}
