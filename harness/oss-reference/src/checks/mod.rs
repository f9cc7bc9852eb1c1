//! The ordered table of checks: reading [`TABLE`] top to bottom is reading how OSS says no.
//!
//! Every row works out for itself, from facts that the [`Inquiry`] remembers, whether it applies; none relies on an earlier one. So a
//! row can be left out ([`crate::config::Faults`]) and the rest still makes sense.
//!
//! For the front: after [`decide`] has granted a request whose body is small and has been read, [`decide_body`] runs the rows that rest
//! on what the body says.

mod access_key_charset;
mod access_key_enabled;
mod access_key_known;
mod anonymous_operation;
mod bucket_acl;
mod bucket_ownership;
mod bucket_region;
mod bucket_status;
mod claim;
mod clock_skew;
mod cname_ownership;
mod cname_proof;
mod cname_reserved;
mod cname_risk;
mod copy_region;
mod cors_preflight;
mod domain;
mod explicit_deny;
mod faults;
mod feature_open;
mod guards;
mod hierarchical_namespace;
mod image;
mod inquiry;
mod kms;
mod kms_default;
mod kms_key;
mod kms_service;
mod logging_target;
mod multipart_right;
mod object_acl;
mod object_state;
mod owner_status;
mod path_style;
mod policies;
mod post_policy;
mod public_acl;
mod public_policy;
mod referer;
mod requester_pays;
mod retention_lock;
mod rights;
mod run;
mod security_token_interface;
mod security_token_life;
mod security_token_match;
mod security_token_region;
mod security_token_valid;
mod session_policy;
mod signature;
mod signature_version;
mod standard_host;
mod tagging_right;
mod transfer_acceleration;
mod url_auth_date;
mod url_auth_expiry;
mod url_auth_parameters;
mod valid_date;
mod vpc_endpoint_policy;

use guards::addressing as host_guard;
use guards::authentication as claim_guard;
use guards::operation as operation_guard;
use guards::rights as right_guard;

use crate::answer::Refusal;
use crate::denial::Cause;

pub use claim::Caller;
pub use faults::validate as validate_faults;
pub use inquiry::Inquiry;
pub(crate) use run::granted_anyway;
pub use run::{Granted, decide, decide_body, may};

/// The ordered table.
// One row stands on one line, so that it reads as the table it is.
#[rustfmt::skip]
pub static TABLE: &[Row] = {
    use Cause::*;
    use Stage::*;
    &[
        // Is the request addressed to something that can answer it? Nobody is asked who they are yet: a request for an absent bucket
        // fails in routing, and anonymous probes are told the right endpoint.
        guard(Addressing, "method-known", "HTTP", host_guard::method_known),
        guard(Addressing, "bucket-name", "EC 0015-00000001", host_guard::bucket_name),
        guard(Addressing, "bucket-exists", "access logs of absent buckets name no signer", host_guard::bucket_exists),
        check(Addressing, "transfer-acceleration", &[TransferAcceleration], "help page: HTTP status code 403", transfer_acceleration::check),
        check(Addressing, "bucket-region", &[EndpointMismatch, PermanentRedirect], "EC 0003-00001403", bucket_region::check),
        check(Addressing, "path-style", &[SecondLevelDomain, VirtualHostedStyle], "EC 0003-00001401", path_style::check),
        guard(Addressing, "put-bucket-host", "help page: HTTP status code 400", host_guard::put_bucket_host),
        check(Addressing, "standard-host", &[NonStandardHost], "help page: HTTP status code 403", standard_host::check),
        guard(Addressing, "preflight-complete", "EC 0034-00000101, -102", host_guard::preflight_complete),
        check(Addressing, "cors-preflight", &[CorsForbidden, CorsNotEnabled], "help page: OptionObject; EC 0003-00000601, -602", cors_preflight::check),
        check(Addressing, "bucket-status", &[BucketDisabled], "EC 0003-00000908", bucket_status::check),
        check(Addressing, "owner-status", &[UserDisabled, BucketOwnerAbnormal], "EC 0003-00000801", owner_status::check),
        // Who signed it? Expiry comes before the signature by the documentation of signed URLs; that the other rules of time and of
        // keys do too is inferred.
        guard(Authentication, "one-mechanism", "EC 0002-00000039", claim_guard::one_mechanism),
        guard(Authentication, "claim-readable", "EC 0002-00000061 and following", claim_guard::claim_readable),
        guard(Authentication, "form-complete", "EC 0002-00000702 to -706", claim_guard::form_complete),
        check(Authentication, "signature-version", &[SignatureV1Forbidden], "EC 0002-00000080", signature_version::check),
        check(Authentication, "url-auth-parameters", &[UrlAuthMissingParameter], "EC 0002-00000067, -68, -71", url_auth_parameters::check),
        check(Authentication, "url-auth-date", &[UrlAuthInvalidDate], "EC 0002-00000070", url_auth_date::check),
        check(Authentication, "url-auth-expiry", &[UrlAuthExpired], "help page: Add signatures to URLs; EC 0002-00000069", url_auth_expiry::check),
        check(Authentication, "valid-date", &[DateInvalid], "EC 0002-00000502, -503, -505", valid_date::check),
        guard(Authentication, "credential-scope", "EC 0002-00000212, -226, -227", claim_guard::credential_scope),
        check(Authentication, "access-key-charset", &[AccessKeyCharset], "EC 0002-00000901", access_key_charset::check),
        check(Authentication, "access-key-known", &[AccessKeyUnknown, TokenLost], "EC 0002-00000902, -03", access_key_known::check),
        check(Authentication, "access-key-enabled", &[AccessKeyDisabled], "EC 0002-00000903, -904", access_key_enabled::check),
        check(Authentication, "security-token-valid", &[SecurityTokenInvalid], "EC 0002-00000006", security_token_valid::check),
        check(Authentication, "security-token-match", &[SecurityTokenMismatch], "EC 0002-00000004", security_token_match::check),
        check(Authentication, "security-token-life", &[SecurityTokenExpired], "EC 0002-00000007", security_token_life::check),
        check(Authentication, "security-token-region", &[SecurityTokenRegion], "help page: HTTP status code 403", security_token_region::check),
        check(Authentication, "security-token-interface", &[SecurityTokenInterface], "help page: HTTP status code 403", security_token_interface::check),
        check(Authentication, "clock-skew", &[TimeSkewed], "EC 0002-00000504", clock_skew::check),
        check(Authentication, "signature", &[SignatureMismatch], "help page: Authentication, step 1; EC 0002-00000040, -201", signature::check),
        guard(Authentication, "post-policy-syntax", "EC 0006-00000201 and following", post_policy::syntax),
        check(Authentication, "post-policy-expiry", &[PostPolicyExpired], "EC 0006-00000213", post_policy::expiry),
        check(Authentication, "post-policy-conditions", &[PostPolicyConditionFailed, PostPolicyContentType, PostExtraField], "EC 0006-00000227", post_policy::conditions),
        // What is asked?
        guard(Operation, "operation-known", "EC 0017-00000001", operation_guard::known),
        guard(Operation, "object-name", "help page: Objects", operation_guard::object_name),
        guard(Operation, "source", "help page: CopyObject", operation_guard::source),
        guard(Operation, "framing", "EC 0017-00000804", operation_guard::framing),
        // May they? The steps of the page "Authentication", with the hotlink rule and the policy of a VPC endpoint before them; the
        // order of those two is free.
        check(Authorisation, "anonymous-operation", &[AnonymousOperation], "EC 0003-00001201", anonymous_operation::check),
        check(Authorisation, "referer", &[RefererDenied], "EC 0003-00000501 to -503", referer::check),
        check(Authorisation, "vpc-endpoint-policy", &[VpcEndpointPolicy], "EC 0003-00000401", vpc_endpoint_policy::check),
        check(Authorisation, "session-policy", &[AuthorizerPolicy], "help page: Authentication, step 2; EC 0003-00000301", session_policy::check),
        check(Authorisation, "explicit-deny", &[BucketPolicy, RamPolicyDeny, RamAndBucketPolicyDeny], "help page: Authentication, step 4; EC 0003-00000101, -201, -203", explicit_deny::check),
        guard(Authorisation, "bucket-name-free", "EC 0015-00000104", right_guard::bucket_name_free),
        check(Authorisation, "bucket-ownership", &[BucketNotBelong, AnonymousBucket, AccessDenied, ListBucketsForbidden, PutBucketForbidden], "help page: Authentication, step 4.2; EC 0003-00000001, -02", bucket_ownership::check),
        check(Authorisation, "object-acl", &[ObjectAclRead, ObjectAclWrite, ObjectAclReadAcl, ObjectAclWriteAcl], "help page: Authentication, step 5; EC 0003-00000005 to -08", object_acl::check),
        check(Authorisation, "bucket-acl", &[BucketAcl], "help page: Authentication, step 5; EC 0003-00000001", bucket_acl::check),
        check(Authorisation, "multipart-right", &[ObjectNoRight, AnonymousObject], "help page: OSS permission, troubleshooting", multipart_right::check),
        check(Authorisation, "tagging-right", &[AccessDenied], "EC 0003-00000905", tagging_right::check),
        check(Authorisation, "requester-pays", &[RequesterPays], "EC 0003-00000703", requester_pays::check),
        check(Authorisation, "public-acl", &[PublicAclBlocked, PublicObjectAclBlocked], "help page: Block Public Access; EC 0016-00000901", public_acl::check),
        // Can it be done? Only now is anything said about what a bucket holds: who may not read cannot learn what is there.
        guard(State, "bucket-present", "EC 0015-00000101", host_guard::bucket_present),
        check(State, "feature-open", &[FeatureGated], "EC 0024-00000008", feature_open::check),
        // Regions are compared before the source is looked for (inferred), so this stands before the objects' existence.
        check(State, "copy-region", &[CopyCrossRegion], "EC 0016-00000306", copy_region::check),
        guard(State, "object-exists", "EC 0026-00000001", operation_guard::object_exists),
        check(State, "object-state", &[ObjectState], "EC 0016-00000404, -330", object_state::check),
        check(State, "hierarchical-namespace", &[HnsDisabled], "help page: HTTP status code 403", hierarchical_namespace::check),
        check(State, "kms-service", &[KmsNotActivated, KmsServiceNotEnabled, KmsInDebt, KmsInDebtOverdue], "EC 0005-00000218", kms_service::check),
        check(State, "kms-key", &[KmsForbidden], "help page: Server-side encryption", kms_key::check),
        check(State, "retention-lock", &[WormLocked], "help page: Retention policies", retention_lock::check),
        check(State, "image", &[ImageDamage], "help page: HTTP status code 403", image::check),
        guard(State, "image-known", "EC 0040-00000005", image::known),
        // What the body says: these pass until it has been read.
        check(Body, "cname-reserved", &[CnameForbidden], "help page: PutCname", cname_reserved::check),
        check(Body, "cname-risk", &[CnameRisk], "help page: PutCname", cname_risk::check),
        check(Body, "cname-ownership", &[CnameDenied], "help page: PutCname", cname_ownership::check),
        check(Body, "cname-proof", &[DomainOwnership], "help page: PutCname; EC 0018-00000115", cname_proof::check),
        check(Body, "kms-default", &[KmsServiceNotEnabled], "help page: PutBucketEncryption", kms_default::check),
        check(Body, "public-policy", &[PublicPolicyBlocked], "help page: Block Public Access", public_policy::check),
        check(Body, "logging-target", &[LoggingTargetBucket], "help page: PutBucketLogging", logging_target::check),
    ]
};

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub enum Row {
    /// Answers with 400, 404, 405 or 409; cannot be switched off.
    Guard(Guard),
    /// A 403, documented or seen; can be switched off.
    Check(Check),
}

impl Row {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Guard(guard) => guard.name,
            Self::Check(check) => check.name,
        }
    }

    /// Where in the life of a request it stands.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Guard(guard) => guard.stage,
            Self::Check(check) => check.stage,
        }
    }

    /// Passes or refuses.
    fn decide(&self, inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
        match self {
            Self::Guard(guard) => (guard.decide)(inquiry),
            Self::Check(check) => (check.decide)(inquiry),
        }
    }
}

/// The question that a part of the table answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Is it addressed to something that can answer?
    Addressing,
    /// Who asks?
    Authentication,
    /// What is asked?
    Operation,
    /// May they?
    Authorisation,
    /// Can it be done?
    State,
    /// Can what the body says be done?
    Body,
}

/// See [`Row::Guard`].
#[derive(Debug, Clone, Copy)]
pub struct Guard {
    /// Where in the life of a request it stands.
    pub stage: Stage,
    /// Its name, in kebab-case.
    pub name: &'static str,
    /// What it rests on.
    pub source: &'static str,
    /// Passes or refuses.
    pub decide: fn(&Inquiry<'_>) -> Result<(), Refusal>,
}

/// See [`Row::Check`].
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Where in the life of a request it stands.
    pub stage: Stage,
    /// Its name, in kebab-case: public, as configurations name it.
    pub name: &'static str,
    /// The causes it may answer with.
    pub causes: &'static [Cause],
    /// What it rests on.
    pub source: &'static str,
    /// Passes or refuses.
    pub decide: fn(&Inquiry<'_>) -> Result<(), Refusal>,
}

type Decide = fn(&Inquiry<'_>) -> Result<(), Refusal>;

const fn guard(stage: Stage, name: &'static str, source: &'static str, decide: Decide) -> Row {
    Row::Guard(Guard {
        stage,
        name,
        source,
        decide,
    })
}

const fn check(
    stage: Stage,
    name: &'static str,
    causes: &'static [Cause],
    source: &'static str,
    decide: Decide,
) -> Row {
    Row::Check(Check {
        stage,
        name,
        causes,
        source,
        decide,
    })
}
