//! RAM, session, bucket and VPC endpoint policies: reading and evaluating.

use std::net::{IpAddr, Ipv4Addr};

use arbitrary::{Arbitrary, Unstructured};
use oss_policy::{
    Access, ConditionOperator, Context, Decision, Effect, MAX_BUCKET_POLICY_BYTES, Policy,
    PolicyKind, Principal, PrincipalPattern, ResourceName, Statement, Timestamp,
};
use serde_json::Value;

use crate::dice::Dice;

const KINDS: [PolicyKind; 4] = [
    PolicyKind::Ram,
    PolicyKind::Session,
    PolicyKind::Bucket,
    PolicyKind::VpcEndpoint,
];

/// Reading. The input is a policy as JSON.
///
/// What is read is JSON to another reader too; what is printed reads back as the same policy and is no longer; an error stands in the
/// text; kinds that may name principals accept whatever the others do.
pub fn parse(data: &[u8]) -> bool {
    let reads = KINDS.map(|kind| Policy::parse(data, kind));
    for (kind, read) in KINDS.iter().zip(&reads) {
        match read {
            Ok(policy) => {
                assert!(data.len() <= MAX_BUCKET_POLICY_BYTES);
                assert_eq!(policy.kind(), *kind);
                let printed = policy.to_json();
                assert!(printed.len() <= data.len(), "printed longer than written");
                let again =
                    Policy::parse(printed.as_bytes(), *kind).expect("what is printed reads back");
                assert_eq!(
                    again.to_json(),
                    printed,
                    "printed otherwise the second time"
                );
                assert_eq!(again.statements().len(), policy.statements().len());
                assert!(serde_json::from_slice::<Value>(data).is_ok_and(|value| value.is_object()));
            }
            Err(error) => {
                if let Some(position) = error.position() {
                    assert!(
                        position.offset <= data.len() && position.line >= 1 && position.column >= 1
                    );
                }
                assert!(error.ec().starts_with("0030-"));
                let _ = (error.message(), error.to_string(), error.path());
            }
        }
    }
    let [ram, session, bucket, endpoint] = reads.map(|read| read.is_ok());
    assert_eq!((ram, bucket), (session, endpoint));
    assert!(
        !ram || bucket,
        "a kind that may name principals refuses a policy without"
    );
    true
}

/// Who wants what, made from the bytes behind the policy.
#[derive(Arbitrary, Debug)]
struct Wish {
    kind: u8,
    action: u8,
    resource: u8,
    principal: u8,
    address: [u8; 4],
    secure: bool,
    vpc: Option<u8>,
    now: u32,
    prefix: Option<u8>,
    tagged: bool,
    acl: Option<u8>,
}

const ACTIONS: [&str; 8] = [
    "oss:GetObject",
    "oss:PutObject",
    "oss:ListObjects",
    "oss:PutObjectAcl",
    "oss:GetBucketAcl",
    "oss:DeleteBucket",
    "oss:ListBuckets",
    "OSS:getobject",
];
const OWNER: &str = "1000000000000001";

/// Evaluating. The input is a policy as JSON, a NUL, and bytes that say who wants what.
///
/// The decision is that of the statements one by one, whatever their order and number; one Deny more never grants, one Allow more never
/// refuses; a condition or the loss of an action only narrows a statement.
pub fn evaluate(data: &[u8]) -> bool {
    let split = data
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(data.len());
    let (json, rest) = data.split_at(split);
    let mut rest = Unstructured::new(rest);
    let Ok(wish) = Wish::arbitrary(&mut rest) else {
        return false;
    };
    // Not every kind may name principals.
    let kinds = KINDS
        .iter()
        .cycle()
        .skip(usize::from(wish.kind) % KINDS.len());
    let policy = kinds
        .take(KINDS.len())
        .find_map(|kind| Policy::parse(json, *kind).ok());
    let Some(policy) = policy else {
        return false;
    };
    wish.with_access(|access| laws(&policy, access, Dice::new(data)));
    true
}

fn laws(policy: &Policy, access: &Access<'_>, mut dice: Dice) {
    let judged = Judged {
        kind: policy.kind(),
        statements: policy.statements(),
        access,
        decision: policy.evaluate(access),
    };
    judged.follows_from_each_statement();
    judged.is_the_same_in_any_order();
    let at = dice.roll(judged.statements.len() + 1);
    judged.heeds_one_deny_more(at);
    judged.heeds_one_allow_more(at);
    // With a condition `Principal "*"` means the owner too, which without one it does not.
    if !judged.is_exempt() {
        judged.narrows_by_a_condition(dice.roll(judged.statements.len()));
    }
}

/// A policy, taken apart, and what it decides of an access.
struct Judged<'p> {
    kind: PolicyKind,
    statements: &'p [Statement],
    access: &'p Access<'p>,
    decision: Decision,
}

impl Judged<'_> {
    /// What other statements come to.
    fn decision_of(&self, statements: Vec<Statement>) -> Decision {
        match Policy::new(self.kind, statements) {
            Ok(policy) => policy.evaluate(self.access),
            Err(_) => Decision::ImplicitDeny,
        }
    }

    /// Whether the owner asks, whom a statement of a bucket policy on everybody does not mean.
    fn is_exempt(&self) -> bool {
        self.kind == PolicyKind::Bucket && self.access.principal == Principal::Root { uid: OWNER }
    }

    fn follows_from_each_statement(&self) {
        let one_by_one: Vec<Decision> = self
            .statements
            .iter()
            .map(|one| self.decision_of(vec![one.clone()]))
            .collect();
        let denies = one_by_one.contains(&Decision::ExplicitDeny);
        let allows = one_by_one.contains(&Decision::Allow);
        let expected = match (denies, allows) {
            (true, _) => Decision::ExplicitDeny,
            (false, true) => Decision::Allow,
            (false, false) => Decision::ImplicitDeny,
        };
        assert_eq!(
            self.decision, expected,
            "not what the statements come to one by one"
        );
        for (statement, alone) in self.statements.iter().zip(&one_by_one) {
            let applies = applies(self.kind, statement, self.access);
            let expected = match (applies, statement.effect()) {
                (Some(true), Effect::Allow) => Decision::Allow,
                (Some(true), Effect::Deny) => Decision::ExplicitDeny,
                (Some(false), _) => Decision::ImplicitDeny,
                (None, _) => *alone,
            };
            assert_eq!(*alone, expected, "a statement by itself: {statement:?}");
        }
    }

    fn is_the_same_in_any_order(&self) {
        let mut reversed = self.statements.to_vec();
        reversed.reverse();
        reversed.extend_from_slice(self.statements);
        assert_eq!(
            self.decision_of(reversed),
            self.decision,
            "order or number of statements matters"
        );
    }

    fn heeds_one_deny_more(&self, at: usize) {
        let expected = if self.is_exempt() {
            self.decision
        } else {
            Decision::ExplicitDeny
        };
        assert_eq!(
            self.decision_of(self.with_one_of_everything(Effect::Deny, at)),
            expected,
            "one Deny of everything more"
        );
    }

    fn heeds_one_allow_more(&self, at: usize) {
        let expected = match self.decision {
            Decision::ImplicitDeny if !self.is_exempt() => Decision::Allow,
            same => same,
        };
        assert_eq!(
            self.decision_of(self.with_one_of_everything(Effect::Allow, at)),
            expected,
            "one Allow of everything more"
        );
    }

    fn with_one_of_everything(&self, effect: Effect, at: usize) -> Vec<Statement> {
        let mut statements = self.statements.to_vec();
        let everything = Statement::new(effect, &["*"], &["*"]).expect("a statement");
        statements.insert(at, everything);
        statements
    }

    fn narrows_by_a_condition(&self, at: usize) {
        let narrower = self.statements[at].clone().with_condition(
            ConditionOperator::StringEquals,
            "acs:UserAgent",
            &["nobody/1.0"],
        );
        if let Ok(narrower) = narrower {
            assert_eq!(
                self.decision_of(vec![narrower]),
                Decision::ImplicitDeny,
                "a condition that never holds"
            );
        }
    }
}

/// Whether a statement applies, worked out a second time for statements without conditions; `None` for others.
fn applies(kind: PolicyKind, statement: &Statement, access: &Access<'_>) -> Option<bool> {
    if !statement.conditions().is_empty() {
        return None;
    }
    let owner = access.principal == Principal::Root { uid: OWNER };
    let everybody = !(kind == PolicyKind::Bucket && owner);
    let named = match statement.principals() {
        _ if !matches!(kind, PolicyKind::Bucket | PolicyKind::VpcEndpoint) => true,
        None => everybody,
        Some(named) => named
            .iter()
            .any(|pattern| match (pattern, &access.principal) {
                (PrincipalPattern::Everybody, _) => everybody,
                (
                    PrincipalPattern::Uid(wanted),
                    Principal::Root { uid } | Principal::RamUser { uid, .. },
                ) => wanted == uid,
                (
                    PrincipalPattern::AssumedRole {
                        account,
                        role,
                        session,
                    },
                    Principal::Role {
                        account: a,
                        role: r,
                        session: s,
                    },
                ) => {
                    account == a && role == r && session.as_ref().is_none_or(|session| session == s)
                }
                _ => false,
            }),
    };
    let action = access.action.to_ascii_lowercase();
    let acts = statement
        .actions()
        .iter()
        .any(|pattern| wild(&pattern.as_str().to_ascii_lowercase(), &action));
    (!(named && acts)).then_some(false)
}

/// Wildcards by the definition of them: slow and plain.
pub(crate) fn wild(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    // row[j]: whether the pattern so far covers the first j characters.
    let mut row = vec![false; text.len() + 1];
    row[0] = true;
    for sign in pattern {
        let mut next = vec![false; text.len() + 1];
        next[0] = sign == '*' && row[0];
        for (j, character) in text.iter().enumerate() {
            next[j + 1] = match sign {
                '*' => row[j + 1] || next[j],
                '?' => row[j],
                sign => row[j] && sign == *character,
            };
        }
        row = next;
    }
    row[text.len()]
}

impl Wish {
    fn with_access(&self, then: impl FnOnce(&Access<'_>)) {
        let tags = [("team".to_owned(), "a".to_owned())];
        let headers = [
            ("x-oss-acl", "public-read"),
            ("x-oss-object-acl", "private"),
        ];
        let context = Context {
            source_ip: Some(IpAddr::V4(Ipv4Addr::from(self.address))),
            secure_transport: self.secure,
            source_vpc: self.vpc.map(|vpc| ["vpc-a", "vpc-b"][usize::from(vpc % 2)]),
            now: Timestamp(i64::from(self.now)),
            user_agent: Some("agent/1.0"),
            access_key_id: Some("OSS403OWNERKEY0001"),
            mfa_present: self.secure,
            prefix: self
                .prefix
                .map(|prefix| ["", "a/", "b"][usize::from(prefix % 3)]),
            delimiter: None,
            bucket_tags: if self.tagged { &tags } else { &[] },
            object_tags: if self.tagged { &tags } else { &[] },
            request_tags: &[],
            headers: if self.acl.is_some() { &headers } else { &[] },
            bucket_owner: OWNER,
        };
        let owner = OWNER;
        then(&Access {
            action: ACTIONS[usize::from(self.action) % ACTIONS.len()],
            resource: match self.resource % 4 {
                0 => ResourceName::Service { owner },
                1 => ResourceName::Bucket {
                    owner,
                    bucket: "examplebucket",
                },
                2 => ResourceName::Object {
                    owner,
                    bucket: "examplebucket",
                    key: "k.txt",
                },
                _ => ResourceName::Object {
                    owner,
                    bucket: "examplebucket",
                    key: "a/b*?c",
                },
            },
            principal: match self.principal % 6 {
                0 => Principal::Anonymous,
                1 => Principal::Root { uid: OWNER },
                2 => Principal::Root {
                    uid: "1000000000000002",
                },
                3 => Principal::RamUser {
                    account: OWNER,
                    uid: "200000000000000001",
                },
                _ => Principal::Role {
                    account: OWNER,
                    role: "reader",
                    session: "s",
                },
            },
            context: &context,
        });
    }
}
