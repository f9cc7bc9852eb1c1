//! What a pasted answer means: which documented causes it fits, best first, and why; what its elements say; whether it is of OSS at all.

use std::sync::Arc;

use super::ecs::{self, Ec};
use super::foreign::not_of_oss;
use super::notes::notes;
use super::paste::Pasted;
use crate::doctor::{Evidence, Examination, examine};
use crate::judge::recognise::{Candidate, Said, candidates};
use oss403_case::Ledger;
use oss403_case::model::CaseFile;

/// A cause that fits, and in what.
#[derive(Debug, Clone)]
pub struct Fit {
    /// The cause.
    pub file: Arc<CaseFile>,
    /// In what it fits, each a fragment.
    pub why: Vec<String>,
}

/// What an answer says, and what it means.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    /// HTTP status, when known.
    pub status: Option<u16>,
    /// The `Code` element.
    pub code: String,
    /// The `Message` element.
    pub message: String,
    /// The EC, from `x-oss-ec` or the body.
    pub ec: Option<String>,
    /// The `RequestId` element.
    pub request_id: Option<String>,
    /// The host that answered.
    pub host: Option<String>,
    /// Who answered instead of OSS.
    pub not_of_oss: Option<String>,
    /// What the EC stands for, where it is known.
    pub ec_known: Option<&'static Ec>,
    /// Sentences with the values of the answer.
    pub notes: Vec<String>,
    /// Causes that fit, best first.
    pub fits: Vec<Fit>,
    /// What the doctor says of a signature that does not match.
    pub doctor: Option<Examination>,
    /// How many causes share the code alone, when nothing more telling fits.
    pub same_code: usize,
}

impl Diagnosis {
    /// Whether anything is known of it.
    pub fn fits_anything(&self) -> bool {
        self.not_of_oss.is_none()
            && (!self.fits.is_empty() || self.ec_known.is_some() || self.doctor.is_some())
    }
}

/// Holds an answer against every cause of the ledger, and asks the doctor where it is about a signature. `more` adds what else is known of
/// the signature; the secret is never shown.
pub fn diagnose(
    ledger: &Ledger,
    pasted: &Pasted,
    more: impl Fn(Evidence) -> Evidence,
    secret: Option<&str>,
) -> Diagnosis {
    let (code, message) = (
        pasted.trimmed("Code").to_owned(),
        pasted.trimmed("Message").to_owned(),
    );
    let ec = pasted.text("EC").map(|ec| ec.trim().to_owned());
    let ec_known = ec.as_deref().and_then(ecs::find);
    let said = Said {
        code: &code,
        message: &message,
        ec: ec.as_deref(),
    };
    let mut fits = ranked(ledger, pasted, candidates(ledger, &said), ec_known);
    if fits.is_empty() {
        fits = by_code_alone(ledger, &code, ec_known);
    }
    let known = ec_known.is_some()
        || fits
            .iter()
            .any(|fit| fit.why.iter().any(|why| why.contains("message")));
    let not_of_oss = not_of_oss(pasted, known);
    if not_of_oss.is_some() {
        fits.clear();
    }
    let mut evidence = Evidence::of_answer(|name| pasted.text(name));
    evidence.ec.clone_from(&ec);
    if let Some(asked) = &pasted.asked {
        evidence = evidence.with_request(asked.clone());
    }
    let is_mismatch = code == "SignatureDoesNotMatch"
        || fits
            .first()
            .is_some_and(|fit| fit.file.cause == "signature-mismatch");
    let evidence = is_mismatch
        .then(|| more(evidence))
        .filter(Evidence::is_telling);
    let own = |name: &str| pasted.text(name).map(|text| text.trim().to_owned());
    Diagnosis {
        status: pasted.status,
        same_code: ledger.causes().filter(|file| file.code == code).count(),
        request_id: own("RequestId"),
        host: own("HostId"),
        ec_known: ec_known.filter(|_| not_of_oss.is_none()),
        notes: if not_of_oss.is_some() {
            Vec::new()
        } else {
            notes(pasted)
        },
        doctor: evidence
            .filter(|_| not_of_oss.is_none())
            .map(|evidence| examine(&evidence, secret)),
        not_of_oss,
        code,
        message,
        ec,
        fits,
    }
}

/// The candidates in their order: the causes whose own EC it is first, then those that AccessDeniedDetail names; without those that
/// either contradicts, and without those that only mention the EC when others have the message.
fn ranked(
    ledger: &Ledger,
    pasted: &Pasted,
    found: Vec<Candidate>,
    ec: Option<&'static Ec>,
) -> Vec<Fit> {
    let detail = of_detail(pasted);
    let is_message = |fit: &Fit| fit.why.iter().any(|why| why.contains("message"));
    let mut fits: Vec<Fit> = found
        .into_iter()
        .map(|candidate| Fit {
            file: candidate.file,
            why: candidate.why,
        })
        .collect();
    let own = |cause: &str| ec.is_some_and(|ec| ec.causes.contains(&cause));
    for cause in ec
        .map_or(&[][..], |ec| &ec.causes[..])
        .iter()
        .chain(detail.first)
    {
        let is_in = fits.iter().any(|fit| fit.file.cause == *cause);
        // The message decides between several causes of one EC.
        let sole = ec.is_none_or(|ec| ec.causes.len() == 1 || !fits.iter().any(is_message))
            || detail.first.contains(cause);
        if let Some(file) = ledger
            .causes()
            .find(|file| file.cause == *cause)
            .filter(|_| !is_in && sole)
        {
            fits.push(Fit {
                file: Arc::clone(file),
                why: Vec::new(),
            });
        }
    }
    let named = |why: &String| why.starts_with("EC ") && why.contains("named by its sources");
    for fit in &mut fits {
        let cause = fit.file.cause.as_str();
        if ec.is_some() {
            fit.why.retain(|why| !named(why));
        }
        if let Some(ec) = ec.filter(|_| own(cause)) {
            fit.why.push(format!("EC {} is its own", ec.ec));
        }
        if pasted.text("Code").is_none() && is_message(fit) {
            fit.why.retain(|why| !why.contains("message"));
            fit.why.push("the message is a known one of its".into());
        }
        if detail.first.contains(&cause) {
            fit.why.insert(0, "AccessDeniedDetail names it".into());
        }
    }
    let contradicted = |fit: &Fit| {
        let cause = fit.file.cause.as_str();
        let by_ec = ec.is_some_and(|ec| {
            ec.status == 400 || DENIES.contains(&cause) && !own(cause) && is_of_policies(ec)
        });
        by_ec && !own(cause) || detail.never.contains(&cause) && !own(cause)
    };
    fits.retain(|fit| !contradicted(fit) && !fit.why.is_empty());
    let told: Vec<bool> = fits
        .iter()
        .map(|fit| is_message(fit) || detail.first.contains(&fit.file.cause.as_str()))
        .collect();
    if told.contains(&true) && ec.is_some_and(|ec| ec.causes.len() != 1) {
        let mut told = told.into_iter();
        fits.retain(|_| told.next().unwrap_or(true));
    }
    // A form that is documented so, or whose EC it is alone, leaves nothing to those that merely resemble it.
    let is_sure = |fit: &Fit| {
        let sole = own(&fit.file.cause) && ec.is_some_and(|ec| ec.causes.len() == 1);
        is_message(fit)
            && (sole
                || fit
                    .why
                    .iter()
                    .any(|why| why == "code and message are those documented"))
    };
    if fits.iter().any(is_sure) {
        fits.retain(|fit| {
            is_sure(fit) || own(&fit.file.cause) || detail.first.contains(&fit.file.cause.as_str())
        });
    }
    let place = |fit: &Fit| {
        let cause = fit.file.cause.as_str();
        let sole = own(cause) && ec.is_some_and(|ec| ec.causes.len() == 1);
        std::cmp::Reverse((
            sole,
            detail.first.contains(&cause),
            own(cause) && is_message(fit),
            is_message(fit),
            own(cause),
        ))
    };
    fits.sort_by_key(place);
    fits
}

/// Causes of a Deny, which message alone cannot tell apart.
const DENIES: [&str; 3] = [
    "bucket-policy",
    "ram-policy-explicit-deny",
    "ram-and-bucket-policy-deny",
];

fn is_of_policies(ec: &Ec) -> bool {
    ec.ec.starts_with("0003-000001")
        || ec.ec.starts_with("0003-000002")
        || ec.ec.starts_with("0003-000003")
}

/// What AccessDeniedDetail names, and what it rules out.
struct Detail {
    first: &'static [&'static str],
    never: &'static [&'static str],
}

fn of_detail(pasted: &Pasted) -> Detail {
    let policy = pasted.trimmed("PolicyType");
    let is_identity = policy.ends_with("IdentityBasedPolicy") || policy == "ControlPolicy";
    let (first, never): (&[_], &[_]) = match (policy, pasted.trimmed("NoPermissionType")) {
        ("SessionPolicy", _) => (&["authorizer-policy"], &DENIES),
        ("ResourcePolicy" | "BucketPolicy", "ExplicitDeny") => {
            (&["bucket-policy"], &["ram-policy-explicit-deny"])
        }
        (_, "ExplicitDeny") if is_identity => (&["ram-policy-explicit-deny"], &["bucket-policy"]),
        (_, "ImplicitDeny") => (&[], &DENIES),
        _ => (&[], &[]),
    };
    Detail { first, never }
}

/// The causes with a code that few have, for an answer whose message is unknown or was lost.
fn by_code_alone(ledger: &Ledger, code: &str, ec: Option<&'static Ec>) -> Vec<Fit> {
    const FEW: usize = 2;
    let with: Vec<Fit> = ledger
        .causes()
        .filter(|file| {
            file.code == code && ec.is_none_or(|ec| ec.causes.contains(&file.cause.as_str()))
        })
        .map(|file| Fit {
            file: Arc::clone(file),
            why: vec!["the code is its own".into()],
        })
        .collect();
    if with.len() > FEW { Vec::new() } else { with }
}
