//! Laws that hold for every policy and every access.

use oss_policy::{ConditionOperator, Decision, Effect, Policy, PolicyKind, PostPolicy, Timestamp};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::access::ROOT;
use crate::draft::{
    ConditionDraft, Draft, PolicyDraft, Scene, conditions, policy_and_scene,
    policy_scene_and_statement,
};

/// The same cases in every run, and nothing written to disk.
pub(crate) fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(403),
        ..Config::default()
    }
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn adding_a_deny_never_grants_and_refuses_wherever_it_applies(
        (policy, scene, deny) in policy_scene_and_statement(Effect::Deny), at in any::<usize>()
    ) {
        let before = scene.ask(&policy.build());
        let applies = scene.ask(&policy.with(std::slice::from_ref(&deny))) == Decision::ExplicitDeny;
        let after = scene.ask(&with_inserted(&policy, deny, at));
        prop_assert_eq!(after, if applies { Decision::ExplicitDeny } else { before });
    }

    #[test]
    fn adding_an_allow_never_revokes_and_grants_wherever_it_applies_and_nothing_denies(
        (policy, scene, allow) in policy_scene_and_statement(Effect::Allow), at in any::<usize>()
    ) {
        let before = scene.ask(&policy.build());
        let applies = scene.ask(&policy.with(std::slice::from_ref(&allow))) == Decision::Allow;
        let after = scene.ask(&with_inserted(&policy, allow, at));
        let grants = applies && before == Decision::ImplicitDeny;
        prop_assert_eq!(after, if grants { Decision::Allow } else { before });
    }

    #[test]
    fn a_policy_of_all_statements_says_what_one_policy_each_says((policy, scene) in policy_and_scene()) {
        let apart = policy.statements
            .iter()
            .map(|draft| scene.ask(&policy.with(std::slice::from_ref(draft))))
            .fold(Decision::ImplicitDeny, Decision::combine);
        prop_assert_eq!(scene.ask(&policy.build()), apart);
    }

    #[test]
    fn the_order_of_statements_never_matters((policy, scene) in policy_and_scene(), order in any::<Order>()) {
        let mut reordered = policy.clone();
        reorder(&mut reordered.statements, order);
        prop_assert_eq!(scene.ask(&reordered.build()), scene.ask(&policy.build()));
    }

    #[test]
    fn the_order_of_conditions_never_matters((policy, scene) in policy_and_scene(), order in any::<Order>()) {
        let mut reordered = policy.clone();
        for draft in &mut reordered.statements {
            reorder(&mut draft.conditions, order);
        }
        prop_assert_eq!(scene.ask(&reordered.build()), scene.ask(&policy.build()));
    }

    #[test]
    fn the_order_of_values_never_matters((policy, scene) in policy_and_scene(), order in any::<Order>()) {
        let mut reordered = policy.clone();
        for draft in &mut reordered.statements {
            reorder(&mut draft.actions, order);
            reorder(&mut draft.resources, order);
            reorder(draft.principals.as_deref_mut().unwrap_or_default(), order);
            for condition in &mut draft.conditions {
                reorder(&mut condition.values, order);
            }
        }
        prop_assert_eq!(scene.ask(&reordered.build()), scene.ask(&policy.build()));
    }

    #[test]
    fn widening_a_wildcard_never_revokes_in_an_allow_and_never_grants_in_a_deny(
        (policy, scene) in policy_and_scene(), which in any::<usize>(), cut in any::<(usize, usize)>()
    ) {
        let mut wider = policy.clone();
        let kind = wider.kind;
        let draft = pick(&mut wider, which);
        // What a statement is not about grows where its pattern does, so that there only the resources may.
        let is_fixed = draft.is_about_all_but(kind);
        let actions = draft.actions.clone();
        widen(draft, cut);
        if is_fixed {
            draft.actions = actions;
        }
        let effect = draft.effect;
        assert_lawful(effect, &scene, &policy, &wider)?;
    }

    #[test]
    fn one_more_value_never_revokes_in_an_allow_and_never_grants_in_a_deny(
        (policy, scene, donor) in policy_scene_and_statement(Effect::Allow), which in any::<usize>()
    ) {
        let mut wider = policy.clone();
        let kind = wider.kind;
        let draft = pick(&mut wider, which);
        if !draft.is_about_all_but(kind) {
            draft.actions.extend(donor.actions);
        }
        draft.resources.extend(donor.resources);
        if let (Some(principals), Some(more)) = (&mut draft.principals, donor.principals) {
            principals.extend(more);
        }
        let effect = draft.effect;
        assert_lawful(effect, &scene, &policy, &wider)?;
    }

    /// Help page: *Policy elements*, NotAction.
    #[test]
    fn a_statement_about_all_but_some_actions_applies_where_the_one_about_them_does_not(
        (mut policy, scene, mut draft) in policy_scene_and_statement(Effect::Deny), session in any::<bool>()
    ) {
        policy.kind = if session { PolicyKind::Session } else { PolicyKind::Ram };
        let applies = |draft: &Draft| {
            scene.ask(&policy.with(std::slice::from_ref(draft))) == Decision::ExplicitDeny
        };
        draft.all_but = false;
        let about_them = applies(&draft);
        let about_everything = applies(&Draft { actions: vec!["*".to_owned()], ..draft.clone() });
        draft.all_but = true;
        prop_assert_eq!(applies(&draft), about_everything && !about_them);
    }

    #[test]
    fn one_more_exception_never_grants_in_an_allow_and_never_refuses_in_a_deny(
        (mut policy, scene, donor) in policy_scene_and_statement(Effect::Allow), which in any::<usize>()
    ) {
        policy.kind = PolicyKind::Ram;
        pick(&mut policy, which).all_but = true;
        let mut narrower = policy.clone();
        let draft = pick(&mut narrower, which);
        draft.actions.extend(donor.actions);
        let effect = draft.effect;
        assert_lawful(effect, &scene, &narrower, &policy)?;
    }

    #[test]
    fn narrowing_a_condition_never_grants_in_an_allow_and_never_revokes_in_a_deny(
        (policy, scene) in policy_and_scene(), which in any::<usize>()
    ) {
        let mut narrower = policy.clone();
        let draft = pick(&mut narrower, which);
        narrow_every(&mut draft.conditions);
        let effect = draft.effect;
        assert_lawful(effect, &scene, &narrower, &policy)?;
    }

    /// For everybody but the owner, whom `Principal "*"` means only when there is a condition (help page: *Bucket
    /// Policy*).
    #[test]
    fn one_more_condition_never_grants_in_an_allow_and_never_revokes_in_a_deny(
        (policy, scene, more) in policy_and_scene().prop_flat_map(|(policy, scene)| {
            let more = conditions(&scene);
            (Just(policy), Just(scene), more)
        }),
        which in any::<usize>()
    ) {
        prop_assume!(scene.principal != ROOT);
        let mut narrower = policy.clone();
        let draft = pick(&mut narrower, which);
        draft.add_conditions(&more);
        let effect = draft.effect;
        assert_lawful(effect, &scene, &narrower, &policy)?;
    }

    #[test]
    fn what_is_printed_reads_back_and_evaluates_the_same((policy, scene) in policy_and_scene()) {
        let built = policy.build();
        let text = built.to_json();
        let read = Policy::parse(text.as_bytes(), policy.kind).unwrap();
        prop_assert_eq!(scene.ask(&read), scene.ask(&built));
        prop_assert_eq!(read.to_json(), text);
    }

    /// A form carries its lifetime in its policy, so that this is what a URL's `Expires` is elsewhere.
    #[test]
    fn a_post_policy_valid_at_some_time_is_valid_at_every_earlier_time(
        expiration in 0..4_102_444_800_i64, offset in -2..=2_i64, earlier in 0..100_000_i64
    ) {
        let text = jiff::Timestamp::from_second(expiration).unwrap();
        let json = format!(r#"{{"expiration": "{text}", "conditions": [{{"bucket": "b"}}]}}"#);
        let policy = PostPolicy::parse(json.as_bytes()).unwrap();
        let now = expiration + offset;
        prop_assert_eq!(policy.is_expired(Timestamp(now)), offset > 0);
        prop_assert!(policy.is_expired(Timestamp(now)) || !policy.is_expired(Timestamp(now - earlier)));
    }

    #[test]
    fn white_space_and_the_order_of_members_never_matter((policy, scene) in policy_and_scene()) {
        let built = policy.build();
        let text = serde_json::to_string_pretty(&backwards(serde_json::from_str(&built.to_json()).unwrap())).unwrap();
        let read = Policy::parse(text.as_bytes(), policy.kind).unwrap();
        prop_assert_eq!(scene.ask(&read), scene.ask(&built));
    }
}

/// The laws would hold for a generator that never grants, or whose changes never change anything.
#[test]
fn the_generator_reaches_every_decision_and_its_changes_matter() {
    const DRAWS: usize = 2000;
    let mut runner = TestRunner::new(config(1));
    let mut decisions = [0; 3];
    let [
        mut deny_applies,
        mut allow_grants,
        mut widened_differs,
        mut narrowed_differs,
    ] = [0; 4];
    let draws = (
        policy_scene_and_statement(Effect::Deny),
        policy_scene_and_statement(Effect::Allow),
        any::<usize>(),
        any::<(usize, usize)>(),
    );
    for _ in 0..DRAWS {
        let ((policy, scene, deny), (other, elsewhere, allow), which, cut) =
            draws.new_tree(&mut runner).unwrap().current();
        let before = scene.ask(&policy.build());
        decisions[before as usize] += 1;
        deny_applies += usize::from(scene.ask(&with_inserted(&policy, deny, 0)) != before);
        let granted = elsewhere.ask(&with_inserted(&other, allow, 0));
        allow_grants += usize::from(granted != elsewhere.ask(&other.build()));
        let mut wider = policy.clone();
        widen(pick(&mut wider, which), cut);
        widened_differs += usize::from(scene.ask(&wider.build()) != before);
        let mut narrower = policy.clone();
        narrow_every(&mut pick(&mut narrower, which).conditions);
        narrowed_differs += usize::from(scene.ask(&narrower.build()) != before);
    }
    assert!(
        decisions.iter().all(|&count| count > DRAWS / 5),
        "explicit denials, grants and implicit denials: {decisions:?} of {DRAWS}"
    );
    for (change, count) in [
        ("one more Deny", deny_applies),
        ("one more Allow", allow_grants),
        ("a wider wildcard", widened_differs),
        ("a narrower condition", narrowed_differs),
    ] {
        assert!(count > DRAWS / 100, "{change} changes {count} of {DRAWS}");
    }
}

/// Whether going from the narrower to the wider statement went the way that its effect allows.
fn assert_lawful(
    effect: Effect,
    scene: &Scene,
    narrower: &PolicyDraft,
    wider: &PolicyDraft,
) -> Result<(), TestCaseError> {
    let (before, after) = (scene.ask(&narrower.build()), scene.ask(&wider.build()));
    let lawful = match effect {
        Effect::Allow => (before, after) == (Decision::ImplicitDeny, Decision::Allow),
        Effect::Deny => after == Decision::ExplicitDeny,
    };
    prop_assert!(
        before == after || lawful,
        "a wider {effect:?} made {after:?} of {before:?}"
    );
    Ok(())
}

fn with_inserted(policy: &PolicyDraft, extra: Draft, at: usize) -> Policy {
    let mut statements = policy.statements.clone();
    statements.insert(at % (statements.len() + 1), extra);
    policy.with(&statements)
}

fn pick(policy: &mut PolicyDraft, which: usize) -> &mut Draft {
    let count = policy.statements.len();
    &mut policy.statements[which % count]
}

/// How far a list is rotated, and whether it is reversed then: together every order of up to three items.
type Order = (usize, bool);

fn reorder<T>(items: &mut [T], (by, reverse): Order) {
    if !items.is_empty() {
        items.rotate_left(by % items.len());
    }
    if reverse {
        items.reverse();
    }
}

fn widen(draft: &mut Draft, cut: (usize, usize)) {
    for text in draft.actions.iter_mut().chain(&mut draft.resources) {
        *text = widened(text, cut);
    }
}

/// A text with a run of characters replaced by `*`, which covers all that it did, if the run lies behind every colon.
fn widened(text: &str, cut: (usize, usize)) -> String {
    let start = text.rfind(':').map_or(0, |at| at + 1);
    let tail: Vec<char> = text[start..].chars().collect();
    let from = cut.0 % (tail.len() + 1);
    // Half the runs go on to the end, as most patterns do.
    let to = match cut.1 % 2 {
        0 => tail.len(),
        _ => from + cut.1 % (tail.len() - from + 1),
    };
    let kept = |chars: &[char]| chars.iter().collect::<String>();
    format!(
        "{}{}*{}",
        &text[..start],
        kept(&tail[..from]),
        kept(&tail[to..])
    )
}

/// Makes every condition hold for fewer accesses, in the way that its operator has for it.
fn narrow_every(conditions: &mut [ConditionDraft]) {
    for at in 0..conditions.len() {
        narrow(conditions, at);
    }
}

fn narrow(conditions: &mut [ConditionDraft], at: usize) {
    use ConditionOperator as Op;
    let taken = |operator: Op| {
        conditions
            .iter()
            .any(|other| (other.operator, other.key) == (operator, conditions[at].key))
    };
    let stricter = match conditions[at].operator {
        Op::NumericLessThanEquals => Some(Op::NumericLessThan),
        Op::NumericGreaterThanEquals => Some(Op::NumericGreaterThan),
        Op::DateLessThanEquals => Some(Op::DateLessThan),
        Op::DateGreaterThanEquals => Some(Op::DateGreaterThan),
        Op::StringEqualsIgnoreCase => Some(Op::StringEquals),
        Op::StringNotEquals => Some(Op::StringNotEqualsIgnoreCase),
        _ => None,
    }
    .filter(|operator| !taken(*operator));
    let condition = &mut conditions[at];
    if let Some(operator) = stricter {
        condition.operator = operator;
    } else if condition.operator.is_negated() {
        let one_more = match condition.operator {
            Op::NumericNotEquals => "10.5",
            Op::DateNotEquals => "1970-01-01T00:01:39Z",
            Op::NotIpAddress => "10.1.0.0/16",
            _ => "browser",
        };
        condition.values.push(one_more.to_owned());
    } else if condition.values.len() > 1 {
        condition.values.remove(0);
    } else if condition.operator == Op::StringLike {
        condition.values[0] = condition.values[0].replacen('*', "rows", 1);
    }
}

/// The members of every object in the opposite order.
fn backwards(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Array(items) => items.into_iter().map(backwards).collect(),
        Value::Object(members) => members
            .into_iter()
            .rev()
            .map(|(key, value)| (key, backwards(value)))
            .collect(),
        other => other,
    }
}
