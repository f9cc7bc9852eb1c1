//! Laws that hold for every policy and every access.

use oss_policy::{
    Access, ConditionOperator, Context, Decision, Effect, Policy, PolicyKind, PostPolicy,
    Principal, ResourceName, Statement,
};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::access::*;

/// The same cases in every run, and nothing written to disk.
pub(crate) fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(403),
        ..Config::default()
    }
}

/// The parts of a statement, so that laws can change them. Drawn from few values, so that they often meet the access.
#[derive(Clone, Debug)]
struct Draft {
    effect: Effect,
    actions: Vec<String>,
    resources: Vec<String>,
    principals: Option<Vec<&'static str>>,
    conditions: Vec<(ConditionOperator, &'static str, Vec<&'static str>)>,
}

impl Draft {
    fn build(&self) -> Statement {
        fn refs(texts: &[String]) -> Vec<&str> {
            texts.iter().map(String::as_str).collect()
        }
        let mut statement =
            Statement::new(self.effect, &refs(&self.actions), &refs(&self.resources)).unwrap();
        if let Some(principals) = &self.principals {
            statement = statement.with_principals(principals).unwrap();
        }
        for (operator, key, values) in &self.conditions {
            statement = statement.with_condition(*operator, key, values).unwrap();
        }
        statement
    }
}

fn build(drafts: &[Draft]) -> Policy {
    let statements = drafts.iter().map(Draft::build).collect();
    Policy::new(PolicyKind::Bucket, statements).unwrap()
}

fn effect() -> impl Strategy<Value = Effect> {
    select(vec![Effect::Allow, Effect::Deny])
}

fn draft(effect: impl Strategy<Value = Effect>) -> impl Strategy<Value = Draft> {
    let texts = |pool: &[&'static str]| {
        proptest::collection::vec(select(pool.to_vec()).prop_map(str::to_owned), 1..3)
    };
    (
        effect,
        texts(&[
            "oss:GetObject",
            "oss:PutObject",
            "oss:Get*",
            "oss:?etObject",
            "oss:*",
            "*",
        ]),
        texts(&[
            "*",
            "acs:oss:*:*:photos/*",
            "acs:oss:*:*:photos",
            "acs:oss:*:1001:photos/docs/*",
            "acs:oss:*:*:*",
            "acs:oss:*:1002:*",
            "acs:oss:*:*:photos/a\"\\\u{1}é",
        ]),
        proptest::option::of(proptest::collection::vec(
            select(vec![
                "*",
                "1001",
                "2001",
                "arn:sts::1001:assumed-role/reader/*",
            ]),
            1..3,
        )),
        conditions(),
    )
        .prop_map(
            |(effect, actions, resources, principals, conditions)| Draft {
                effect,
                actions,
                resources,
                principals,
                conditions,
            },
        )
}

fn conditions() -> impl Strategy<Value = Vec<(ConditionOperator, &'static str, Vec<&'static str>)>>
{
    use ConditionOperator as Op;
    let pool = vec![
        (Op::StringEquals, "acs:UserAgent", vec!["browser", "curl"]),
        (Op::StringNotEquals, "acs:UserAgent", vec!["curl"]),
        (Op::StringNotLike, "acs:SourceVpc", vec!["vpc-*"]),
        (Op::Bool, "acs:SecureTransport", vec!["true"]),
        (Op::IpAddress, "acs:SourceIp", vec!["10.0.0.0/8"]),
        (
            Op::NotIpAddress,
            "acs:SourceIp",
            vec!["10.0.0.0/8", "192.0.2.1"],
        ),
        (
            Op::DateLessThan,
            "acs:CurrentTime",
            vec!["1970-01-01T00:01:40Z"],
        ),
        (Op::NumericEquals, "acs:UserAgent", vec!["1"]),
    ];
    proptest::sample::subsequence(pool, 0..3).prop_shuffle()
}

fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    proptest::collection::vec(draft(effect()), 1..5)
}

/// An access that owns its circumstances.
#[derive(Clone, Debug)]
struct Scene {
    action: &'static str,
    resource: ResourceName<'static>,
    principal: Principal<'static>,
    context: Context<'static>,
}

impl Scene {
    fn ask(&self, policy: &Policy) -> Decision {
        policy.evaluate(&Access {
            action: self.action,
            resource: self.resource,
            principal: self.principal,
            context: &self.context,
        })
    }
}

fn scene() -> impl Strategy<Value = Scene> {
    (
        select(vec!["oss:GetObject", "oss:PutObject", "oss:ListObjects"]),
        select(vec![OBJECT, BUCKET, SERVICE, object("a\"\\\u{1}é")]),
        select(vec![Principal::Anonymous, ROOT, FOREIGN_ROOT, USER, ROLE]),
        select(vec![None, Some("10.1.2.3"), Some("192.0.2.1")]),
        any::<bool>(),
        select(vec![None, Some("browser"), Some("curl"), Some("1")]),
        select(vec![None, Some("vpc-1")]),
        select(vec![99, 100]),
    )
        .prop_map(
            |(action, resource, principal, ip, secure_transport, user_agent, source_vpc, now)| {
                Scene {
                    action,
                    resource,
                    principal,
                    context: Context {
                        source_ip: ip.map(|ip| ip.parse().unwrap()),
                        secure_transport,
                        user_agent,
                        source_vpc,
                        now,
                        ..context()
                    },
                }
            },
        )
}

/// A text with a run of characters replaced by `*`, which covers all that it did, if the run lies behind every colon.
fn widened(text: &str, cut: (usize, usize)) -> String {
    let start = text.rfind(':').map_or(0, |at| at + 1);
    let tail: Vec<char> = text[start..].chars().collect();
    let from = cut.0 % (tail.len() + 1);
    let to = from + cut.1 % (tail.len() - from + 1);
    let kept = |chars: &[char]| chars.iter().collect::<String>();
    format!(
        "{}{}*{}",
        &text[..start],
        kept(&tail[..from]),
        kept(&tail[to..])
    )
}

/// The laws below would hold for a generator that never grants, or never denies.
#[test]
fn the_generator_reaches_every_decision() {
    let mut runner = TestRunner::new(config(1));
    let mut seen = [0; 3];
    for _ in 0..600 {
        let mut draw = |strategy: BoxedStrategy<(Vec<Draft>, Scene)>| {
            strategy.new_tree(&mut runner).unwrap().current()
        };
        let (drafts, scene) = draw((drafts(), scene()).boxed());
        seen[scene.ask(&build(&drafts)) as usize] += 1;
    }
    assert!(seen.iter().all(|&count| count > 60), "{seen:?}");
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn adding_a_deny_never_grants_and_refuses_wherever_it_applies(
        drafts in drafts(), deny in draft(Just(Effect::Deny)), at in any::<usize>(), scene in scene()
    ) {
        let before = scene.ask(&build(&drafts));
        let applies = scene.ask(&build(std::slice::from_ref(&deny))) == Decision::ExplicitDeny;
        let mut more = drafts;
        more.insert(at % (more.len() + 1), deny);
        let after = scene.ask(&build(&more));
        prop_assert_eq!(after, if applies { Decision::ExplicitDeny } else { before });
    }

    #[test]
    fn adding_an_allow_never_revokes(
        drafts in drafts(), allow in draft(Just(Effect::Allow)), at in any::<usize>(), scene in scene()
    ) {
        let before = scene.ask(&build(&drafts));
        let mut more = drafts;
        more.insert(at % (more.len() + 1), allow);
        let after = scene.ask(&build(&more));
        let lawful = after == before || (before, after) == (Decision::ImplicitDeny, Decision::Allow);
        prop_assert!(lawful, "{before:?} became {after:?}");
    }

    #[test]
    fn a_policy_of_all_statements_says_what_one_policy_each_says(drafts in drafts(), scene in scene()) {
        let apart = drafts
            .iter()
            .map(|draft| scene.ask(&build(std::slice::from_ref(draft))))
            .fold(Decision::ImplicitDeny, Decision::combine);
        prop_assert_eq!(scene.ask(&build(&drafts)), apart);
    }

    #[test]
    fn order_never_matters(
        (drafts, mut shuffled) in drafts().prop_flat_map(|d| (Just(d.clone()), Just(d).prop_shuffle())),
        scene in scene()
    ) {
        for draft in &mut shuffled {
            draft.conditions.reverse();
            draft.actions.reverse();
            draft.resources.reverse();
            if let Some(principals) = &mut draft.principals {
                principals.reverse();
            }
        }
        prop_assert_eq!(scene.ask(&build(&drafts)), scene.ask(&build(&shuffled)));
    }

    #[test]
    fn widening_an_allow_never_revokes_and_widening_a_deny_never_grants(
        drafts in drafts(), which in any::<usize>(), cut in any::<(usize, usize)>(), actions in any::<bool>(),
        scene in scene()
    ) {
        let before = scene.ask(&build(&drafts));
        let mut wider = drafts;
        let which = which % wider.len();
        let texts = if actions { &mut wider[which].actions } else { &mut wider[which].resources };
        texts[0] = widened(&texts[0], cut);
        let after = scene.ask(&build(&wider));
        let lawful = after == before || match wider[which].effect {
            Effect::Allow => after == Decision::Allow && before == Decision::ImplicitDeny,
            Effect::Deny => after == Decision::ExplicitDeny,
        };
        prop_assert!(lawful, "{before:?} became {after:?}");
    }

    /// For everybody but the owner, whom `Principal "*"` means only when there is a condition.
    #[test]
    fn one_more_condition_on_an_allow_never_grants(
        drafts in drafts(), conditions in conditions(), scene in scene()
    ) {
        prop_assume!(scene.principal != ROOT);
        let before = scene.ask(&build(&drafts));
        let mut narrower = drafts;
        for draft in narrower.iter_mut().filter(|draft| draft.effect == Effect::Allow) {
            for extra in &conditions {
                if !draft.conditions.iter().any(|known| (known.0, known.1) == (extra.0, extra.1)) {
                    draft.conditions.push(extra.clone());
                }
            }
        }
        let after = scene.ask(&build(&narrower));
        let lawful = after == before || (before, after) == (Decision::Allow, Decision::ImplicitDeny);
        prop_assert!(lawful, "{before:?} became {after:?}");
    }

    #[test]
    fn what_is_printed_reads_back_and_evaluates_the_same(drafts in drafts(), scene in scene()) {
        let policy = build(&drafts);
        let text = policy.to_json();
        let read = Policy::parse(text.as_bytes(), PolicyKind::Bucket).unwrap();
        prop_assert_eq!(scene.ask(&read), scene.ask(&policy));
        prop_assert_eq!(read.to_json(), text);
    }

    #[test]
    fn near_valid_documents_are_survived_and_print_no_longer_than_they_were(
        drafts in drafts(), edits in proptest::collection::vec((any::<usize>(), any::<u8>(), 0..4_u8), 0..4)
    ) {
        let mut text = build(&drafts).to_json().into_bytes();
        for (at, byte, kind) in edits {
            let at = at % text.len();
            match kind {
                0 => text[at] = byte,
                1 => drop(text.remove(at)),
                2 => text.insert(at, b"{}[]\",:\\ 1"[usize::from(byte) % 10]),
                _ => text.truncate(at.max(1)),
            }
        }
        for kind in [PolicyKind::Bucket, PolicyKind::Ram] {
            match Policy::parse(&text, kind) {
                Ok(policy) => {
                    let printed = policy.to_json();
                    prop_assert!(printed.len() <= text.len());
                    prop_assert_eq!(Policy::parse(printed.as_bytes(), kind).unwrap(), policy);
                }
                Err(error) => prop_assert!(!error.to_string().chars().any(char::is_control)),
            }
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..80), text in any::<String>()) {
        let _ = Policy::parse(&bytes, PolicyKind::Bucket);
        let _ = PostPolicy::parse(&bytes);
        let _ = PostPolicy::decode(&text);
    }

    #[test]
    fn near_valid_post_policies_are_survived(at in any::<usize>(), byte in any::<u8>(), fields in any::<bool>()) {
        let mut text = br#"{"expiration": "2030-01-01T00:00:00.000Z", "conditions": [{"bucket": "b"},
            ["content-length-range", 0, 10], ["in", "\$a", ["b", "\u00e9"]], ["not-in", "$c", []]]}"#.to_vec();
        let at = at % text.len();
        text[at] = byte;
        match PostPolicy::parse(&text) {
            Ok(policy) => {
                let _ = policy.check(&|name| fields.then(|| name.to_owned())).map_err(|failed| failed.to_string());
            }
            Err(error) => prop_assert!(error.message().starts_with("Invalid Policy: ")),
        }
    }
}
