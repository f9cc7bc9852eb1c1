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
    let said = |name: &str| pasted.text(name).map(|text| text.trim().to_owned());
    let (code, message) = (
        pasted.trimmed("Code").to_owned(),
        pasted.trimmed("Message").to_owned(),
    );
    let ec = said("EC");
    let ec_known = ec.as_deref().and_then(ecs::find);
    let candidates = candidates(
        ledger,
        &Said {
            code: &code,
            message: &message,
            ec: ec.as_deref(),
        },
    );
    let mut fits = ranked(ledger, pasted, candidates, ec_known);
    if fits.is_empty() {
        fits = by_code_alone(ledger, &code, ec_known);
    }
    let known = ec_known.is_some() || fits.iter().any(has_message);
    let not_of_oss = not_of_oss(pasted, known);
    if not_of_oss.is_some() {
        fits.clear();
    }
    let doctor = is_of_signature(&code, &fits)
        .then(|| more(evidence(pasted, ec.clone())))
        .filter(|evidence| evidence.is_telling() && not_of_oss.is_none())
        .map(|evidence| examine(&evidence, secret));
    Diagnosis {
        status: pasted.status,
        same_code: ledger.causes().filter(|file| file.code == code).count(),
        request_id: said("RequestId"),
        host: said("HostId"),
        ec_known: ec_known.filter(|_| not_of_oss.is_none()),
        notes: if not_of_oss.is_some() {
            Vec::new()
        } else {
            notes(pasted)
        },
        doctor,
        not_of_oss,
        code,
        message,
        ec,
        fits,
    }
}

/// Whether the message is one of the cause's.
fn has_message(fit: &Fit) -> bool {
    fit.why.iter().any(|why| why.contains("message"))
}

fn is_of_signature(code: &str, fits: &[Fit]) -> bool {
    let best = fits.first();
    code == "SignatureDoesNotMatch"
        || best.is_some_and(|fit| fit.file.cause == "signature-mismatch")
}

/// What an answer, and the request that was saved with it, tell of the signature.
fn evidence(pasted: &Pasted, ec: Option<String>) -> Evidence {
    let evidence = Evidence {
        ec,
        ..Evidence::of_answer(|name| pasted.text(name))
    };
    match &pasted.asked {
        Some(asked) => evidence.with_request(asked.clone()),
        None => evidence,
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
    let clues = Clues {
        ec,
        detail: of_detail(pasted),
    };
    let mut fits: Vec<Fit> = found
        .into_iter()
        .map(|candidate| Fit {
            file: candidate.file,
            why: candidate.why,
        })
        .collect();
    add_named(&mut fits, ledger, &clues);
    for fit in &mut fits {
        reword(fit, &clues, pasted.text("Code").is_some());
    }
    fits.retain(|fit| !clues.is_contradicted(fit) && !fit.why.is_empty());
    keep_told(&mut fits, &clues);
    keep_sure(&mut fits, &clues);
    fits.sort_by_key(|fit| {
        std::cmp::Reverse((
            clues.is_sole(fit),
            clues.is_named(fit),
            clues.is_own(fit) && has_message(fit),
            has_message(fit),
            clues.is_own(fit),
        ))
    });
    fits
}

/// What an answer says of its cause besides code and message.
struct Clues {
    ec: Option<&'static Ec>,
    detail: Detail,
}

impl Clues {
    /// Whether the EC is that of a cause.
    fn is_own(&self, fit: &Fit) -> bool {
        let cause = fit.file.cause.as_str();
        self.ec.is_some_and(|ec| ec.causes.contains(&cause))
    }

    /// Whether the EC is that of a cause, and of no other.
    fn is_sole(&self, fit: &Fit) -> bool {
        self.is_own(fit) && self.ec.is_some_and(|ec| ec.causes.len() == 1)
    }

    /// Whether AccessDeniedDetail names a cause.
    fn is_named(&self, fit: &Fit) -> bool {
        self.detail.first.contains(&fit.file.cause.as_str())
    }

    /// Whether EC or AccessDeniedDetail rule a cause out.
    fn is_contradicted(&self, fit: &Fit) -> bool {
        let cause = fit.file.cause.as_str();
        let by_ec = |ec: &Ec| ec.status == 400 || DENIES.contains(&cause) && is_of_policies(ec);
        !self.is_own(fit) && (self.ec.is_some_and(by_ec) || self.detail.never.contains(&cause))
    }
}

/// Adds the causes that EC and AccessDeniedDetail name, whatever code and message say.
fn add_named(fits: &mut Vec<Fit>, ledger: &Ledger, clues: &Clues) {
    let Clues { ec, detail } = clues;
    // The message decides between several causes of one EC.
    let sole = ec.is_none_or(|ec| ec.causes.len() == 1 || !fits.iter().any(has_message));
    let of_ec = ec.iter().flat_map(|ec| &ec.causes);
    for cause in of_ec.chain(detail.first) {
        let is_in = fits.iter().any(|fit| fit.file.cause == *cause);
        if is_in || !sole && !detail.first.contains(cause) {
            continue;
        }
        if let Some(file) = ledger.causes().find(|file| file.cause == *cause) {
            fits.push(Fit {
                file: Arc::clone(file),
                why: Vec::new(),
            });
        }
    }
}

/// Says in what a cause fits, as far as the clues know it better.
fn reword(fit: &mut Fit, clues: &Clues, has_code: bool) {
    if clues.ec.is_some() {
        let named = |why: &str| why.starts_with("EC ") && why.contains("named by its sources");
        fit.why.retain(|why| !named(why));
    }
    if let Some(ec) = clues.ec.filter(|_| clues.is_own(fit)) {
        fit.why.push(format!("EC {} is its own", ec.ec));
    }
    if !has_code && has_message(fit) {
        fit.why.retain(|why| !why.contains("message"));
        fit.why.push("the message is a known one of its".into());
    }
    if clues.is_named(fit) {
        fit.why.insert(0, "AccessDeniedDetail names it".into());
    }
}

/// Leaves those that only mention the EC out when others have the message.
fn keep_told(fits: &mut Vec<Fit>, clues: &Clues) {
    let is_told = |fit: &Fit| has_message(fit) || clues.is_named(fit);
    if fits.iter().any(is_told) && clues.ec.is_some_and(|ec| ec.causes.len() != 1) {
        fits.retain(is_told);
    }
}

/// A form that is documented so, or whose EC it is alone, leaves nothing to those that merely resemble it.
fn keep_sure(fits: &mut Vec<Fit>, clues: &Clues) {
    let is_documented = |why: &String| why == "code and message are those documented";
    let is_sure =
        |fit: &Fit| has_message(fit) && (clues.is_sole(fit) || fit.why.iter().any(is_documented));
    if fits.iter().any(is_sure) {
        fits.retain(|fit| is_sure(fit) || clues.is_own(fit) || clues.is_named(fit));
    }
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
