//! What every level rests on: that a target can tell who is asking at all.
//!
//! With one scheme in one carrier a wrong signature, an unknown key and a time that is off have to be seen refused, and an anonymous request
//! on a private bucket besides. Refused is enough here; how well, the level says.

use std::collections::BTreeSet;

use super::summary::Level;
use super::verdict::Verdict;
use oss403_case::Instance;
use oss403_case::model::{Capability, SignWith};

/// What was seen of the core, and of each capability.
#[derive(Debug, Clone, Default)]
pub struct Core {
    /// Refusals that were seen, with the carrier of the scheme.
    seen: BTreeSet<(Stone, Option<Capability>)>,
    /// Capabilities that a conformant instance asked for.
    shown: BTreeSet<Capability>,
}

/// What has to be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stone {
    Signature,
    UnknownKey,
    Time,
    Anonymous,
}

impl Stone {
    /// Those that have to be seen in one and the same carrier.
    const SIGNED: [Self; 3] = [Self::Signature, Self::UnknownKey, Self::Time];

    fn of(cause: &str) -> Option<Self> {
        Some(match cause {
            "signature-mismatch" => Self::Signature,
            "access-key-unknown" => Self::UnknownKey,
            "time-skewed" | "url-auth-expired" => Self::Time,
            "anonymous-bucket" | "anonymous-object" => Self::Anonymous,
            _ => return None,
        })
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Signature => "a wrong signature (`signature-mismatch`)",
            Self::UnknownKey => "an unknown access key (`access-key-unknown`)",
            Self::Time => "a time that is off (`time-skewed`, `url-auth-expired`)",
            Self::Anonymous => {
                "an anonymous request on a private bucket (`anonymous-bucket`, `anonymous-object`)"
            }
        }
    }
}

/// Carriers in which a request may be signed that is more than a form.
const CARRIERS: [SignWith; 6] = [
    SignWith::HeaderV1,
    SignWith::UrlV1,
    SignWith::HeaderV2,
    SignWith::UrlV2,
    SignWith::HeaderV4,
    SignWith::UrlV4,
];

impl Core {
    /// Takes in an instance that is done.
    pub fn add(&mut self, instance: &Instance, verdict: Verdict) {
        let refused = match verdict {
            Verdict::Conformant => true,
            Verdict::Deviates(facet) => Level::below(facet).is_some(),
            _ => false,
        };
        if verdict == Verdict::Conformant {
            self.shown.extend(&instance.needs.capabilities);
        }
        if let Some(stone) = Stone::of(&instance.file.cause).filter(|_| refused) {
            let carrier = instance.scenario.base.signed_with();
            let carrier = CARRIERS.contains(&carrier).then(|| carrier.needs());
            self.seen.insert((stone, carrier.flatten()));
        }
    }

    /// Whether a conformant instance asked for the capability.
    pub fn shows(&self, capability: Capability) -> bool {
        self.shown.contains(&capability)
    }

    /// What was not seen refused, as a sentence; `None` when the core stands.
    pub fn missing(&self) -> Option<String> {
        let seen =
            |stone: Stone, carrier: Option<Capability>| self.seen.contains(&(stone, carrier));
        let carriers = CARRIERS.map(SignWith::needs);
        let best = carriers
            .into_iter()
            .rev()
            .max_by_key(|carrier| {
                let seen = Stone::SIGNED.iter().filter(|stone| seen(**stone, *carrier));
                seen.count()
            })
            .flatten();
        let mut missing: Vec<Stone> = Stone::SIGNED.into();
        missing.retain(|stone| !seen(*stone, best));
        let with = match best {
            Some(carrier) if missing.len() < Stone::SIGNED.len() => {
                format!("with `{}`", carrier.as_str())
            }
            _ => "with any scheme".into(),
        };
        let mut sentences = Vec::new();
        if !missing.is_empty() {
            let missing: Vec<&str> = missing.into_iter().map(Stone::in_words).collect();
            sentences.push(format!(
                "{with} nothing shows that {} is refused",
                missing.join(", that ")
            ));
        }
        if !self
            .seen
            .iter()
            .any(|(stone, _)| *stone == Stone::Anonymous)
        {
            let anonymous = Stone::Anonymous.in_words();
            sentences.push(format!("nothing shows that {anonymous} is refused"));
        }
        (!sentences.is_empty()).then(|| sentences.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_of_the_core_stands_for_its_stone() {
        for cause in ["anonymous-bucket", "anonymous-object"] {
            assert!(
                matches!(Stone::of(cause), Some(Stone::Anonymous)),
                "{cause}"
            );
        }
        for cause in ["time-skewed", "url-auth-expired"] {
            assert!(matches!(Stone::of(cause), Some(Stone::Time)), "{cause}");
        }
        let of = Stone::of("signature-mismatch");
        assert!(matches!(of, Some(Stone::Signature)));
        assert!(matches!(
            Stone::of("access-key-unknown"),
            Some(Stone::UnknownKey)
        ));
        assert!(Stone::of("bucket-policy-denied").is_none());
    }

    use std::sync::Arc;

    use super::super::testing::Twin;
    use super::super::verdict::Facet;
    use oss403_case::model::Call;

    /// An instance of a cause whose base is signed in that carrier.
    fn signed(cause: &str, carrier: &str) -> Instance {
        let base: Call =
            serde_json::from_value(serde_json::json!({ "request": "GET /k", "sign": carrier }))
                .expect("is a call");
        Twin::new()
            .file(|file| file.cause = cause.into())
            .scenario(|scenario| scenario.base = base)
            .instance
    }

    fn core(seen: &[(&str, &str, Verdict)]) -> Core {
        let mut core = Core::default();
        for (cause, carrier, verdict) in seen {
            core.add(&signed(cause, carrier), *verdict);
        }
        core
    }

    const ALL: [&str; 4] = [
        "signature-mismatch",
        "access-key-unknown",
        "url-auth-expired",
        "anonymous-object",
    ];

    #[test]
    fn refused_in_one_carrier_is_enough_however_it_is_worded() {
        for verdict in [
            Verdict::Conformant,
            Verdict::Deviates(Facet::Status),
            Verdict::Deviates(Facet::Message),
            Verdict::Deviates(Facet::Envelope),
        ] {
            let all = ALL.map(|cause| (cause, "url-v1", verdict));
            assert_eq!(core(&all).missing(), None, "{verdict:?}");
        }
    }

    #[test]
    fn what_was_not_refused_is_missing_and_named() {
        for verdict in [
            Verdict::Deviates(Facet::Granted),
            Verdict::Deviates(Facet::Leak),
            Verdict::NotProvoked,
            Verdict::Flaky,
        ] {
            for missing in ALL {
                let seen = |cause| match cause == missing {
                    true => (cause, "url-v2", verdict),
                    false => (cause, "url-v2", Verdict::Conformant),
                };
                let said = core(&ALL.map(seen)).missing().expect("one is missing");
                assert!(said.contains(missing), "{said}");
                let named = ALL.iter().filter(|cause| said.contains(**cause));
                assert_eq!(named.count(), 1, "{said}");
                let in_carrier = said.starts_with("with `url-v2` nothing shows");
                assert_eq!(in_carrier, missing != "anonymous-object", "{said}");
            }
        }
        let said = core(&[]).missing().expect("everything is missing");
        assert!(said.starts_with("with any scheme nothing"), "{said}");
        assert!(ALL.iter().all(|cause| said.contains(cause)), "{said}");
    }

    /// Half of it in one carrier and half in another shows of neither that it is safe; what is nearest is said.
    #[test]
    fn two_carriers_do_not_add_up() {
        let seen = [
            (ALL[0], "header-v1", Verdict::Conformant),
            (ALL[1], "url-v4", Verdict::Conformant),
            (ALL[2], "url-v4", Verdict::Conformant),
            (ALL[3], "url-v4", Verdict::Conformant),
        ];
        let said = core(&seen).missing().expect("a signature is missing");
        assert!(said.starts_with("with `url-v4` nothing shows"), "{said}");
        assert!(said.contains("signature-mismatch") && !said.contains("access-key-unknown"));
        // A form carries one operation alone.
        let seen = ALL.map(|cause| (cause, "form-v1", Verdict::Conformant));
        let said = core(&seen).missing().expect("no carrier of any request");
        assert!(said.starts_with("with any scheme nothing shows"), "{said}");
    }

    #[test]
    fn only_what_is_conformant_shows_a_capability() {
        let mut instance = signed("sts-denied", "url-v1");
        Arc::make_mut(&mut instance.needs).capabilities = [Capability::Sts].into();
        for (verdict, shows) in [
            (Verdict::Conformant, true),
            (Verdict::Deviates(Facet::Message), false),
            (Verdict::NotProvoked, false),
        ] {
            let mut core = Core::default();
            core.add(&instance, verdict);
            assert_eq!(core.shows(Capability::Sts), shows, "{verdict:?}");
            assert!(!core.shows(Capability::Kms));
        }
    }
}
