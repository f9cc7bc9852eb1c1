//! What a scenario asks of a target, read off its words.

use std::collections::BTreeSet;

use super::model::{
    BucketSpec, Call, Capability, Edit, Given, HostName, IdentitySpec, ObjectSpec, RegionName,
    Scenario, SignWith,
};
use super::{placeholder, visit};

/// Identities that every target profile may name. Others come from a scenario's `given.identities`.
pub const BUILT_IN_IDENTITIES: [&str; 6] = [
    "owner",
    "other-account",
    "ram-user",
    "sts",
    "disabled-key",
    "anonymous",
];

impl Capability {
    /// The capability as a case writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TwoRegions => "two-regions",
            Self::SecondAccount => "second-account",
            Self::RamUsers => "ram-users",
            Self::Sts => "sts",
            Self::Operator => "operator",
            Self::Kms => "kms",
            Self::BucketPolicy => "bucket-policy",
            Self::Referer => "referer",
            Self::Cors => "cors",
            Self::Worm => "worm",
            Self::PostObject => "post-object",
            Self::HierarchicalNamespace => "hierarchical-namespace",
            Self::Acceleration => "acceleration",
            Self::Archive => "archive",
            Self::ImageProcessing => "image-processing",
            Self::Cname => "cname",
            Self::VpcEndpoint => "vpc-endpoint",
            Self::BlockPublicAccess => "block-public-access",
            Self::RequesterPays => "requester-pays",
            Self::Logging => "logging",
            Self::SignatureV1 => "signature-v1",
            Self::SignatureV2 => "signature-v2",
            Self::SignatureV4 => "signature-v4",
            Self::S3Dialect => "s3-dialect",
            Self::AnyHost => "any-host",
        }
    }

    /// Every capability, in the order of the language's description.
    pub const ALL: [Self; 25] = [
        Self::TwoRegions,
        Self::SecondAccount,
        Self::RamUsers,
        Self::Sts,
        Self::Operator,
        Self::Kms,
        Self::BucketPolicy,
        Self::Referer,
        Self::Cors,
        Self::Worm,
        Self::PostObject,
        Self::HierarchicalNamespace,
        Self::Acceleration,
        Self::Archive,
        Self::ImageProcessing,
        Self::Cname,
        Self::VpcEndpoint,
        Self::BlockPublicAccess,
        Self::RequesterPays,
        Self::Logging,
        Self::SignatureV1,
        Self::SignatureV2,
        Self::SignatureV4,
        Self::S3Dialect,
        Self::AnyHost,
    ];
}

impl SignWith {
    /// The capability that a target must claim to understand this scheme, if any.
    pub fn needs(self) -> Option<Capability> {
        match self {
            Self::None => None,
            Self::HeaderV1 | Self::UrlV1 | Self::FormV1 => Some(Capability::SignatureV1),
            Self::HeaderV2 | Self::UrlV2 => Some(Capability::SignatureV2),
            Self::HeaderV4 | Self::UrlV4 | Self::FormV4 => Some(Capability::SignatureV4),
            Self::S3HeaderV4 => Some(Capability::S3Dialect),
        }
    }
}

impl Call {
    /// How the call is signed: as it says, by default V4 in the header or in the form; nobody signs for `anonymous`.
    pub fn signed_with(&self) -> SignWith {
        if self.r#as == "anonymous" {
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

impl Scenario {
    /// Everything a target must claim for this scenario to mean anything there: what `requires` names and what the words imply.
    pub fn needs(&self) -> BTreeSet<Capability> {
        let mut needs: BTreeSet<Capability> = self.requires.iter().copied().collect();
        of_given(&self.given, &mut needs);
        of_call(&self.base, &mut needs);
        of_edit(&self.edit, &mut needs);
        visit::texts(self, &mut |text| of_placeholders(text, &mut needs));
        needs
    }
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
        given
            .domain_proven_by
            .iter()
            .for_each(|who| of_identity(who, needs));
    }
    if given.vpc_endpoint.is_some() {
        needs.extend([Capability::VpcEndpoint, Capability::Operator]);
    }
    given.requests.iter().for_each(|call| of_call(call, needs));
}

fn of_bucket(bucket: &BucketSpec, needs: &mut BTreeSet<Capability>) {
    if let Some(owner) = &bucket.owner {
        of_identity(owner, needs);
    }
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
    if is_archive(object.storage_class.as_deref()) {
        needs.insert(Capability::Archive);
    }
    of_headers(object.headers.iter(), needs);
}

fn of_call(call: &Call, needs: &mut BTreeSet<Capability>) {
    of_identity(&call.r#as, needs);
    needs.extend(call.signed_with().needs());
    needs.extend(call.form.as_ref().map(|_| Capability::PostObject));
    needs.extend(call.via.map(|_| Capability::VpcEndpoint));
    needs.extend(call.host.as_ref().and_then(of_host));
    of_request(&call.request, needs);
    of_headers(call.headers.iter(), needs);
}

fn of_edit(edit: &Edit, needs: &mut BTreeSet<Capability>) {
    edit.parts().iter().for_each(|part| of_part(part, needs));
}

fn of_part(edit: &Edit, needs: &mut BTreeSet<Capability>) {
    edit.identities()
        .into_iter()
        .for_each(|who| of_identity(who, needs));
    match edit {
        Edit::Sign(scheme) => needs.extend(scheme.needs()),
        Edit::Host(host) | Edit::TamperHost(host) => needs.extend(of_host(host)),
        Edit::Request(request) => of_request(request, needs),
        Edit::Method(method) | Edit::TamperMethod(method) => of_request(method, needs),
        Edit::SetHeader(headers) | Edit::TamperHeader(headers) | Edit::RepeatHeader(headers) => {
            of_headers(headers.iter(), needs);
        }
        Edit::SetQuery(query) | Edit::TamperQuery(query) | Edit::RepeatQuery(query) => {
            query
                .iter()
                .for_each(|(name, value)| of_request(&format!(" /?{name}={value}"), needs));
        }
        Edit::PutObject(objects) => objects.values().for_each(|object| of_object(object, needs)),
        Edit::BucketPolicy(_) | Edit::AddStatement(_) => needs.extend([Capability::BucketPolicy]),
        Edit::Referer(_) => needs.extend([Capability::Referer]),
        Edit::Cors(_) => needs.extend([Capability::Cors]),
        Edit::LockWorm(_) => needs.extend([Capability::Worm]),
        Edit::RamPolicy(_) => needs.extend([Capability::RamUsers, Capability::Operator]),
        Edit::VpcPolicy(_) => needs.extend([Capability::VpcEndpoint, Capability::Operator]),
        Edit::BindDomain(_) => needs.extend([Capability::Cname, Capability::Operator]),
        Edit::KmsStatus(_) => needs.extend([Capability::Kms, Capability::Operator]),
        Edit::StsRefusedInRegion(_) | Edit::StsRefusedInOperation(_) => {
            needs.extend([Capability::Sts, Capability::Operator]);
        }
        Edit::BlockPublicAccess(_) => needs.extend([Capability::BlockPublicAccess]),
        Edit::RiskyDomain(_) => needs.extend([Capability::Cname, Capability::Operator]),
        Edit::AccountStatus(_)
        | Edit::CloseFeature(_)
        | Edit::KeyStatus(_)
        | Edit::KeyNetworks(_)
        | Edit::BucketStatus(_) => needs.extend([Capability::Operator]),
        _ => {}
    }
}

fn of_identity(name: &str, needs: &mut BTreeSet<Capability>) {
    needs.extend(match name {
        "other-account" => Some(Capability::SecondAccount),
        "ram-user" | "disabled-key" => Some(Capability::RamUsers),
        "sts" => Some(Capability::Sts),
        _ => None,
    });
}

fn of_host(host: &HostName) -> Option<Capability> {
    match host {
        HostName::AwayBucket | HostName::AwayService => Some(Capability::TwoRegions),
        HostName::Accelerate => Some(Capability::Acceleration),
        HostName::S3Service => Some(Capability::S3Dialect),
        HostName::Domain => Some(Capability::Cname),
        HostName::Literal(_) => Some(Capability::AnyHost),
        HostName::Bucket | HostName::Service | HostName::Ip => None,
    }
}

/// What a target must have to understand a sub-resource at all.
const SUB_RESOURCES: [(&str, Capability); 12] = [
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
];

fn of_request(request: &str, needs: &mut BTreeSet<Capability>) {
    if request.starts_with("OPTIONS") {
        needs.insert(Capability::Cors);
    }
    if request.contains("?logging") {
        needs.insert(Capability::Logging);
    }
    if request.contains("x-oss-process=image/") {
        needs.insert(Capability::ImageProcessing);
    }
    let query = request.split_once('?').map_or("", |(_, query)| query);
    for parameter in query.split('&') {
        let name = parameter.split('=').next().unwrap_or_default();
        let implied = SUB_RESOURCES.iter().find(|(known, _)| *known == name);
        needs.extend(implied.map(|(_, need)| *need));
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
            _ => continue,
        };
    }
}

fn of_placeholders(text: &str, needs: &mut BTreeSet<Capability>) {
    if text.contains("${away-") {
        needs.insert(Capability::TwoRegions);
    }
    for placeholder in placeholder::find(text).flatten() {
        if let Some(("uid" | "account" | "access-key-id", who)) = placeholder.name.split_once('.') {
            of_identity(who, needs);
        }
    }
}

fn is_kms(algorithm: Option<&str>) -> bool {
    algorithm.is_some_and(|algorithm| algorithm.eq_ignore_ascii_case("KMS"))
}

fn is_archive(class: Option<&str>) -> bool {
    class.is_some_and(|class| class.contains("Archive"))
}
