//! What a level is stated for: the causes that were tested, and what the target claims and does not claim.

use std::collections::BTreeSet;

use super::summary::{CauseTally, Level, NoLevel, Tally};
use super::verdict::Verdict;
use oss403_case::model::{Capability, Named};

/// What a level is stated for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Causes of the frozen set of which an instance was sent and judged.
    pub tested: usize,
    /// Causes of the frozen set.
    pub of: usize,
    /// Capabilities that the target claims, in the order of the table.
    pub claimed: Vec<&'static str>,
    /// Those that it does not claim.
    pub not_claimed: Vec<&'static str>,
    /// Those that it refuses to everybody, as OSS has begun to do.
    pub retired: Vec<&'static str>,
}

impl Scope {
    /// The scope of a run over the frozen set of causes. What is retired is not claimed, whatever the profile says.
    pub fn of<'a>(
        tally: &Tally,
        frozen: impl IntoIterator<Item = &'a str>,
        claims: &BTreeSet<Capability>,
        retired: &BTreeSet<Capability>,
    ) -> Self {
        let (gone, known): (Vec<Capability>, Vec<Capability>) = Capability::ALL
            .iter()
            .partition(|known| retired.contains(known));
        let (claimed, not_claimed) = known.into_iter().partition(|known| claims.contains(known));
        let names = |these: Vec<Capability>| these.into_iter().map(Capability::as_str).collect();
        let mut scope = Self {
            tested: 0,
            of: 0,
            claimed: names(claimed),
            not_claimed: names(not_claimed),
            retired: names(gone),
        };
        for cause in frozen {
            scope.of += 1;
            scope.tested += usize::from(tally.cause(cause).is_some_and(CauseTally::is_tested));
        }
        scope
    }

    /// Whether everything was claimed and every cause tested.
    pub fn is_complete(&self) -> bool {
        self.tested == self.of && self.not_claimed.is_empty() && self.retired.is_empty()
    }

    /// `for 38 of 51 causes (header-v1, url-v1; not claimed: sts, kms)`, or `complete`.
    pub fn in_words(&self) -> String {
        if self.is_complete() {
            return "complete".into();
        }
        let schemes = ["header-v", "url-v", "form-v", "s3-header-v", "s3-url-v"];
        let is_scheme = |name: &&str| schemes.iter().any(|scheme| name.starts_with(scheme));
        let claimed: Vec<&str> = self.claimed.iter().copied().filter(is_scheme).collect();
        let mut parts = Vec::new();
        if !claimed.is_empty() {
            parts.push(claimed.join(", "));
        }
        if !self.not_claimed.is_empty() {
            parts.push(format!(
                "not claimed: {}",
                shortened(&self.not_claimed).join(", ")
            ));
        }
        if !self.retired.is_empty() {
            parts.push(format!("retired: {}", shortened(&self.retired).join(", ")));
        }
        let about = parts.join("; ");
        format!("for {} of {} causes ({about})", self.tested, self.of)
    }
}

/// The names with those of a group in one, where all of them are there.
pub(crate) fn shortened<'n>(names: &[&'n str]) -> Vec<&'n str> {
    let mut left = names.to_vec();
    let mut groups = Vec::new();
    for group in Capability::TABLE.iter().filter(|named| named.is_group()) {
        let members = || group.members.iter().map(|member| member.as_str());
        if members().all(|member| left.contains(&member)) {
            left.retain(|name| !members().any(|member| member == *name));
            groups.push(group.name);
        }
    }
    left.extend(groups);
    left
}

/// What somebody asks of the result besides that nothing fails.
#[derive(Debug, Clone, Default)]
pub struct Demands {
    /// The least level.
    pub level: Option<u8>,
    /// Causes that have to be conformant.
    pub causes: Vec<String>,
    /// Names of the table of capabilities that have to be claimed, and shown by an instance that is conformant.
    pub features: Vec<&'static Named>,
}

impl Demands {
    /// A sentence for each demand that is not met.
    pub fn unmet(
        &self,
        tally: &Tally,
        level: &Result<Level, NoLevel>,
        scope: &Scope,
    ) -> Vec<String> {
        let mut unmet = Vec::new();
        if let Some(least) = self.level {
            match level {
                Ok(level) if level.number() >= least => {}
                Ok(level) => unmet.push(format!(
                    "the level is {} {}, and level {least} was asked for",
                    level.number(),
                    level.name()
                )),
                Err(why) => unmet.push(format!(
                    "there is no level, and level {least} was asked for: {why}"
                )),
            }
        }
        for cause in &self.causes {
            let found = match tally.cause(cause) {
                None => "was not run",
                Some(tally) => match tally.verdict() {
                    Some(Verdict::Conformant) => continue,
                    Some(verdict) => verdict.kind().name(),
                    None => "was not finished",
                },
            };
            unmet.push(format!("`{cause}` is required to be conformant: {found}"));
        }
        for feature in &self.features {
            let name = feature.name;
            for member in feature.members {
                let member_name = member.as_str();
                let of = match name == member_name {
                    true => String::new(),
                    false => format!(" (of `{name}`)"),
                };
                if !scope.claimed.contains(&member_name) {
                    unmet.push(format!(
                        "`{member_name}`{of} is required, and the target does not claim it"
                    ));
                } else if !tally.core().shows(*member) {
                    unmet.push(format!(
                        "`{member_name}`{of} is required, and no instance that needs it was conformant"
                    ));
                }
            }
        }
        unmet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(claimed: &[&str]) -> Scope {
        let claims = claimed
            .iter()
            .flat_map(|name| Capability::named(name).unwrap().members);
        Scope::of(
            &Tally::default(),
            ["a", "b"],
            &claims.copied().collect(),
            &BTreeSet::new(),
        )
    }

    #[test]
    fn a_scope_says_what_was_tested_and_what_was_not_asked() {
        let mut narrow = scope(&["header-v1", "basics", "sts"]);
        narrow.tested = 1;
        let words = narrow.in_words();
        assert!(
            words.starts_with("for 1 of 2 causes (header-v1; not claimed: two-regions"),
            "{words}"
        );
        assert!(
            words.contains("signature-v4") && words.contains("signature-v2"),
            "{words}"
        );
        assert!(
            words.contains("url-v1") && !words.contains("signature-v1"),
            "{words}"
        );
        assert!(!words.contains("sts"), "{words}");
        assert!(!narrow.is_complete());
    }

    #[test]
    fn what_is_retired_is_neither_claimed_nor_missing_and_causes_set_aside_are_not_tested() {
        let mut tally = Tally::default();
        for (cause, verdict) in [
            ("a", Verdict::Conformant),
            ("b", Verdict::NotClaimed),
            ("c", Verdict::NotApplicable),
            ("d", Verdict::NotProvoked),
        ] {
            tally.plan(cause);
            tally.add(cause, verdict, 0);
        }
        let claims = BTreeSet::from([Capability::HeaderV1, Capability::Sts]);
        let retired = BTreeSet::from([Capability::HeaderV1, Capability::UrlV1]);
        let scope = Scope::of(&tally, ["a", "b", "c", "d", "e"], &claims, &retired);
        assert_eq!((scope.tested, scope.of), (2, 5));
        assert_eq!(scope.claimed, ["sts"]);
        assert_eq!(scope.retired, ["header-v1", "url-v1"]);
        let rest = Capability::ALL.len() - 3;
        assert_eq!(scope.not_claimed.len(), rest);
        assert!(scope.not_claimed.contains(&"header-v4"));
        let mut whole = Scope {
            tested: 5,
            not_claimed: Vec::new(),
            ..scope
        };
        assert!(!whole.is_complete());
        assert_eq!(
            whole.in_words(),
            "for 5 of 5 causes (retired: header-v1, url-v1)"
        );
        whole.retired.clear();
        assert!(whole.is_complete());
    }

    #[test]
    fn complete_is_what_claims_everything_and_was_tested_in_every_cause() {
        let mut scope = Scope {
            not_claimed: Vec::new(),
            retired: Vec::new(),
            ..scope(Capability::NAMES)
        };
        assert!(!scope.is_complete());
        scope.tested = 2;
        assert_eq!(scope.in_words(), "complete");
    }

    #[test]
    fn demands_that_are_not_met_are_sentences() {
        let mut tally = Tally::default();
        for (cause, verdict) in [("a", Verdict::Conformant), ("b", Verdict::NotClaimed)] {
            tally.plan(cause);
            tally.add(cause, verdict, 0);
        }
        let unmet = |demands: Demands, level| demands.unmet(&tally, &level, &scope(&["sts"]));
        let level = |least| Demands {
            level: Some(least),
            ..Demands::default()
        };
        assert!(unmet(level(2), Ok(Level::Codes)).is_empty());
        assert_eq!(
            unmet(level(3), Ok(Level::Codes)),
            ["the level is 2 Codes, and level 3 was asked for"]
        );
        assert_eq!(unmet(level(1), Err(NoLevel::NothingTested)).len(), 1);
        let causes = Demands {
            causes: vec!["a".into(), "b".into(), "c".into()],
            ..Demands::default()
        };
        let found = unmet(causes, Ok(Level::Exact));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].contains("`b`") && found[0].ends_with("not-claimed"),
            "{found:?}"
        );
        let features = Demands {
            features: vec![
                Capability::named("sts").unwrap(),
                Capability::named("kms").unwrap(),
            ],
            ..Demands::default()
        };
        let found = unmet(features, Ok(Level::Exact));
        assert_eq!(
            found,
            [
                "`sts` is required, and no instance that needs it was conformant",
                "`kms` is required, and the target does not claim it"
            ]
        );
    }
}
