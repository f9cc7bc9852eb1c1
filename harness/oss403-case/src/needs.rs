//! What a scenario asks of a target, read off its words.

use std::collections::BTreeSet;

use serde_json::Value;

use super::model::{
    BucketSpec, Call, Capability, Edit, Given, HostName, IdentitySpec, ObjectSpec, RegionName,
    RequestEdit, Scenario, SignWith, Staged, TextMap, Who, WireEdit, WorldEdit,
};
use super::placeholder::{self, Kind};
use super::visit;

impl SignWith {
    /// The capability that a target must claim to understand this scheme in this carrier, if any.
    pub fn needs(self) -> Option<Capability> {
        match self {
            Self::None => None,
            Self::HeaderV1 => Some(Capability::HeaderV1),
            Self::UrlV1 => Some(Capability::UrlV1),
            Self::FormV1 => Some(Capability::FormV1),
            Self::HeaderV2 => Some(Capability::HeaderV2),
            Self::UrlV2 => Some(Capability::UrlV2),
            Self::HeaderV4 => Some(Capability::HeaderV4),
            Self::UrlV4 => Some(Capability::UrlV4),
            Self::FormV4 => Some(Capability::FormV4),
            Self::S3HeaderV2 => Some(Capability::S3HeaderV2),
            Self::S3UrlV2 => Some(Capability::S3UrlV2),
            Self::S3HeaderV4 => Some(Capability::S3HeaderV4),
            Self::S3UrlV4 => Some(Capability::S3UrlV4),
        }
    }
}

impl Call {
    /// How the call is signed: as it says, by default V4 in the header or in the form; nobody signs for `anonymous`.
    pub fn signed_with(&self) -> SignWith {
        if self.r#as == Who::Anonymous {
            return SignWith::None;
        }
        let default = if self.form.is_some() {
            SignWith::FormV4
        } else {
            SignWith::HeaderV4
        };
        self.sign.unwrap_or(default)
    }
}

/// What an instance asks of a target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Everything a target must claim for it to mean anything there: what `requires` names and what the words imply.
    pub capabilities: BTreeSet<Capability>,
    /// Everybody it speaks of, by a word or in a placeholder.
    pub people: BTreeSet<Who>,
    /// Those among them whose UIDs are asked for.
    pub uids: BTreeSet<Who>,
}

impl Needs {
    /// What a scenario needs, and the elements of its file's header with it.
    pub fn of(scenario: &Scenario, elements: &TextMap) -> Self {
        // A scenario is plain data with text keys, which always has a value.
        let filled = serde_json::to_value(scenario).unwrap_or_default();
        Self::of_filled(scenario, &filled, elements)
    }

    /// The same, where the value is at hand that the scenario was read from.
    pub(crate) fn of_filled(scenario: &Scenario, filled: &Value, elements: &TextMap) -> Self {
        let mut needs = Self::default();
        needs.capabilities.extend(&scenario.requires);
        of_given(&scenario.given, &mut needs.capabilities);
        of_call(&scenario.base, &mut needs.capabilities);
        of_service(scenario, &mut needs.capabilities);
        of_edit(&scenario.edit, &mut needs.capabilities);
        for read in &scenario.unchanged {
            of_request(
                &format!("GET /{}", read.trim_start_matches('/')),
                &mut needs.capabilities,
            );
        }
        needs.people = people(scenario);
        // Placeholders may stand in any text.
        visit::texts_of_scenario(filled, &mut |text| needs.add_placeholders(text));
        elements
            .values()
            .for_each(|text| needs.add_placeholders(text));
        for who in &needs.people {
            of_identity(who, &mut needs.capabilities);
        }
        needs
    }

    /// What a scenario's base alone shows when it succeeds: the rest is needed by the edit.
    pub fn shown_by_base(scenario: &Scenario) -> BTreeSet<Capability> {
        let mut shown = BTreeSet::new();
        of_given(&scenario.given, &mut shown);
        of_call(&scenario.base, &mut shown);
        of_service(scenario, &mut shown);
        of_identity(&scenario.base.r#as, &mut shown);
        shown
    }

    fn add_placeholders(&mut self, text: &str) {
        if !text.contains("${") {
            return;
        }
        if placeholder::names(text).any(|name| name.starts_with("away-")) {
            self.capabilities.insert(Capability::TwoRegions);
        }
        for (kind, who) in placeholder::people(text) {
            if kind != Kind::AccessKeyId {
                self.uids.insert(who.clone());
            }
            self.people.insert(who);
        }
    }
}

/// Everybody whom a scenario names by a word, and the owner of everything else.
fn people(scenario: &Scenario) -> BTreeSet<Who> {
    let given = &scenario.given;
    let buckets = given.bucket.iter().chain(given.buckets.values());
    let owners = buckets.filter_map(|bucket| bucket.owner.as_ref());
    let calls = given.requests.iter().chain([&scenario.base]);
    owners
        .chain(&given.domain_proven_by)
        .chain(calls.map(|call| &call.r#as))
        .chain(scenario.edit.identities())
        .chain([&Who::Owner])
        .cloned()
        .collect()
}

fn of_given(given: &Given, needs: &mut BTreeSet<Capability>) {
    for bucket in given.bucket.iter().chain(given.buckets.values()) {
        of_bucket(bucket, needs);
    }
    for identity in given.identities.values() {
        needs.insert(Capability::Operator);
        let IdentitySpec {
            ram_user,
            session,
            account: _,
        } = identity;
        needs.extend(ram_user.as_ref().map(|_| Capability::RamUsers));
        needs.extend(session.as_ref().map(|_| Capability::Sts));
    }
    if !given.domain_proven_by.is_empty() {
        needs.extend([Capability::Cname, Capability::Operator]);
    }
    if given.vpc_endpoint.is_some() {
        needs.extend([Capability::VpcEndpoint, Capability::Operator]);
    }
    given.requests.iter().for_each(|call| of_call(call, needs));
}

fn of_bucket(bucket: &BucketSpec, needs: &mut BTreeSet<Capability>) {
    let implied = [
        (
            bucket.region == Some(RegionName::Away),
            Capability::TwoRegions,
        ),
        (
            bucket.hierarchical_namespace,
            Capability::HierarchicalNamespace,
        ),
        (bucket.policy.is_some(), Capability::BucketPolicy),
        (bucket.referer.is_some(), Capability::Referer),
        (!bucket.cors.is_empty(), Capability::Cors),
        (bucket.worm.is_some(), Capability::Worm),
        (bucket.acceleration, Capability::Acceleration),
        (bucket.requester_pays, Capability::RequesterPays),
        (bucket.block_public_access, Capability::BlockPublicAccess),
        (bucket.domain, Capability::Cname),
        (bucket.domain, Capability::Operator),
        (bucket.acl.is_some(), Capability::BucketAcl),
        (is_public(bucket.acl.as_deref()), Capability::PublicBuckets),
        (!bucket.uploads.is_empty(), Capability::Multipart),
        (bucket.encryption.is_some(), Capability::Encryption),
        (is_kms(bucket.encryption.as_deref()), Capability::Kms),
        (
            is_archive(bucket.storage_class.as_deref()),
            Capability::Archive,
        ),
    ];
    needs.extend(
        implied
            .into_iter()
            .filter(|(holds, _)| *holds)
            .map(|(_, need)| need),
    );
    bucket
        .objects
        .values()
        .for_each(|object| of_object(object, needs));
}

fn of_object(object: &ObjectSpec, needs: &mut BTreeSet<Capability>) {
    if is_kms(object.encryption.as_deref()) {
        needs.insert(Capability::Kms);
    }
    needs.extend(object.acl.as_ref().map(|_| Capability::ObjectAcl));
    if is_archive(object.storage_class.as_deref()) {
        needs.insert(Capability::Archive);
    }
    of_headers(object.headers.iter(), needs);
}

fn of_call(call: &Call, needs: &mut BTreeSet<Capability>) {
    needs.extend(call.signed_with().needs());
    needs.extend(call.form.as_ref().map(|_| Capability::PostObject));
    needs.extend(call.via.map(|_| Capability::VpcEndpoint));
    if let Some(host) = &call.host {
        of_host(host, needs);
    }
    of_request(&call.request, needs);
    of_headers(call.headers.iter(), needs);
    if let Some(form) = &call.form {
        of_headers(form.fields.iter(), needs);
    }
}

/// What the base asks of the service itself, and of its names: the list of all buckets, and a bucket in the path of the service's host.
fn of_service(scenario: &Scenario, needs: &mut BTreeSet<Capability>) {
    let base = &scenario.base;
    let no_bucket = match base.bucket.as_deref() {
        Some(bucket) => bucket == "none",
        None => scenario.given.no_bucket && base.host != Some(HostName::Bucket),
    };
    let query = base.request.split_once('?').map_or("", |(_, query)| query);
    let asks_for = |name: &str| query.split('&').any(|parameter| parameter == name);
    let path = base.request.split(['?', ' ']).nth(1);
    if no_bucket && base.request.starts_with("GET ") && path == Some("/") && !asks_for("regions") {
        needs.insert(Capability::ListBuckets);
    }
}

fn of_edit(edit: &Edit, needs: &mut BTreeSet<Capability>) {
    for row in edit.rows() {
        needs.extend(row.needs);
        needs.extend(row.operator_command.map(|_| Capability::Operator));
    }
    for step in edit.steps() {
        match step {
            Staged::Request(edit) => of_request_edit(edit, needs),
            Staged::Wire(edit) => of_wire_edit(edit, needs),
            Staged::World(WorldEdit::PutObject(objects)) => {
                objects.values().for_each(|object| of_object(object, needs));
            }
            Staged::World(WorldEdit::BucketAcl(acl)) if is_public(Some(acl)) => {
                needs.insert(Capability::PublicBuckets);
            }
            // What these need, their rows say.
            Staged::World(_) | Staged::Operator(_) => {}
        }
    }
}

fn of_request_edit(edit: RequestEdit<'_>, needs: &mut BTreeSet<Capability>) {
    match edit {
        RequestEdit::Sign(scheme) => needs.extend(scheme.needs()),
        RequestEdit::Host(host) => of_edited_host(host, needs),
        RequestEdit::Request(line) | RequestEdit::Method(line) => of_request(line, needs),
        RequestEdit::SetHeader(named) | RequestEdit::SetField(named) => {
            of_headers(named.iter(), needs);
        }
        RequestEdit::SetQuery(query) => of_query(query, needs),
        RequestEdit::As(_)
        | RequestEdit::Bucket(_)
        | RequestEdit::DropHeader(_)
        | RequestEdit::DropQuery(_)
        | RequestEdit::Body(_)
        | RequestEdit::DropField(_)
        | RequestEdit::Conditions(_)
        | RequestEdit::Clock(_)
        | RequestEdit::ExpiresIn(_)
        | RequestEdit::Expires(_)
        | RequestEdit::AccessKeyId(_)
        | RequestEdit::WrongSecret(_)
        | RequestEdit::Token(_)
        | RequestEdit::TokenOf(_)
        | RequestEdit::DropToken(_)
        | RequestEdit::ScopeRegion(_) => {}
    }
}

fn of_wire_edit(edit: WireEdit<'_>, needs: &mut BTreeSet<Capability>) {
    match edit {
        WireEdit::TamperHost(host) => of_edited_host(host, needs),
        WireEdit::TamperMethod(method) => of_request(method, needs),
        WireEdit::TamperHeader(named)
        | WireEdit::RepeatHeader(named)
        | WireEdit::TamperField(named) => of_headers(named.iter(), needs),
        WireEdit::TamperQuery(query) | WireEdit::RepeatQuery(query) => of_query(query, needs),
        WireEdit::FlipSignature(_)
        | WireEdit::RespellSignature(_)
        | WireEdit::TamperDate(_)
        | WireEdit::TamperBucket(_)
        | WireEdit::TamperAdditionalHeaders(_)
        | WireEdit::TamperPath(_)
        | WireEdit::RemoveHeader(_)
        | WireEdit::RemoveQuery(_) => {}
    }
}

fn of_identity(who: &Who, needs: &mut BTreeSet<Capability>) {
    needs.extend(match who {
        Who::OtherAccount => Some(Capability::SecondAccount),
        Who::RamUser | Who::DisabledKey => Some(Capability::RamUsers),
        Who::Sts => Some(Capability::Sts),
        Who::Owner | Who::Anonymous | Who::Other(_) => None,
    });
}

fn of_host(host: &HostName, needs: &mut BTreeSet<Capability>) {
    match host {
        HostName::AwayBucket | HostName::AwayService => needs.insert(Capability::TwoRegions),
        HostName::Accelerate => needs.insert(Capability::Acceleration),
        HostName::S3Service => needs.insert(Capability::S3Service),
        HostName::Domain => needs.insert(Capability::Cname),
        HostName::Literal(name) => {
            if name.contains("${bucket") {
                needs.insert(Capability::VirtualHosted);
            }
            needs.insert(Capability::AnyHost)
        }
        HostName::Bucket | HostName::Service | HostName::Ip => return,
    };
}

/// Another host for a request that is about a bucket: where it is the service's own, the bucket goes into the path.
fn of_edited_host(host: &HostName, needs: &mut BTreeSet<Capability>) {
    of_host(host, needs);
    if matches!(host, HostName::Service | HostName::S3Service | HostName::Ip) {
        needs.insert(Capability::SecondLevel);
    }
}

/// What a target must have to understand a sub-resource at all.
const SUB_RESOURCES: [(&str, Capability); 42] = [
    ("policy", Capability::BucketPolicy),
    ("referer", Capability::Referer),
    ("cors", Capability::Cors),
    ("worm", Capability::Worm),
    ("wormId", Capability::Worm),
    ("wormExtend", Capability::Worm),
    ("transferAcceleration", Capability::Acceleration),
    ("cname", Capability::Cname),
    ("restore", Capability::Archive),
    ("x-oss-rename", Capability::HierarchicalNamespace),
    ("x-oss-dir", Capability::HierarchicalNamespace),
    ("x-oss-delete", Capability::HierarchicalNamespace),
    ("logging", Capability::Logging),
    ("publicAccessBlock", Capability::BlockPublicAccess),
    ("requestPayment", Capability::RequesterPays),
    ("uploads", Capability::Multipart),
    ("uploadId", Capability::Multipart),
    ("partNumber", Capability::Multipart),
    ("append", Capability::Append),
    ("position", Capability::Append),
    ("delete", Capability::MultiDelete),
    ("symlink", Capability::Symlink),
    ("objectMeta", Capability::ObjectMeta),
    ("tagging", Capability::Tagging),
    ("bucketInfo", Capability::BucketInfo),
    ("location", Capability::Location),
    ("stat", Capability::BucketStat),
    ("regions", Capability::Regions),
    ("encryption", Capability::Encryption),
    ("lifecycle", Capability::Lifecycle),
    ("website", Capability::Website),
    ("versioning", Capability::Versioning),
    ("versions", Capability::Versioning),
    ("versionId", Capability::Versioning),
    ("dataAccelerator", Capability::DataAccelerator),
    ("list-type", Capability::ListObjectsV2),
    ("response-content-type", Capability::ResponseOverrides),
    (
        "response-content-disposition",
        Capability::ResponseOverrides,
    ),
    ("response-content-language", Capability::ResponseOverrides),
    ("response-content-encoding", Capability::ResponseOverrides),
    ("response-cache-control", Capability::ResponseOverrides),
    ("response-expires", Capability::ResponseOverrides),
];

fn of_request(request: &str, needs: &mut BTreeSet<Capability>) {
    if request.starts_with("OPTIONS") {
        needs.insert(Capability::Cors);
    }
    if request.contains("x-oss-process=image/") {
        needs.insert(Capability::ImageProcessing);
    }
    let (line, query) = request.split_once('?').unwrap_or((request, ""));
    for parameter in query.split('&') {
        let name = parameter.split('=').next().unwrap_or_default();
        let implied = SUB_RESOURCES.iter().find(|(known, _)| *known == name);
        needs.extend(implied.map(|(_, need)| *need));
        if name == "acl" {
            // Of the bucket, unless a key stands before it.
            let of_bucket = line.ends_with([' ', '/', ':']);
            needs.insert(if of_bucket {
                Capability::BucketAcl
            } else {
                Capability::ObjectAcl
            });
        }
    }
}

fn of_query(query: &TextMap, needs: &mut BTreeSet<Capability>) {
    for (name, value) in query {
        of_request(&format!(" /?{name}={value}"), needs);
    }
}

fn of_headers<'a>(
    headers: impl Iterator<Item = (&'a String, &'a String)>,
    needs: &mut BTreeSet<Capability>,
) {
    for (name, value) in headers {
        match name.to_ascii_lowercase().as_str() {
            "x-oss-server-side-encryption" if is_kms(Some(value)) => needs.insert(Capability::Kms),
            "x-oss-storage-class" if is_archive(Some(value)) => needs.insert(Capability::Archive),
            "x-oss-acl" => {
                if is_public(Some(value)) {
                    needs.insert(Capability::PublicBuckets);
                }
                needs.insert(Capability::BucketAcl)
            }
            "x-oss-object-acl" => needs.insert(Capability::ObjectAcl),
            "x-oss-copy-source" => needs.insert(Capability::Copy),
            "x-oss-tagging" => needs.insert(Capability::Tagging),
            "x-oss-symlink-target" => needs.insert(Capability::Symlink),
            _ => continue,
        };
    }
}

fn is_kms(algorithm: Option<&str>) -> bool {
    algorithm.is_some_and(|algorithm| algorithm.eq_ignore_ascii_case("KMS"))
}

fn is_public(acl: Option<&str>) -> bool {
    acl.is_some_and(|acl| acl.starts_with("public-read"))
}

fn is_archive(class: Option<&str>) -> bool {
    class.is_some_and(|class| class.contains("Archive"))
}
