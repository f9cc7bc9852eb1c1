//! Policies and the accesses they are asked about, drawn together: most of what a statement names is what the access
//! has, or near it, so that laws are tried where policies decide and not where nothing applies.

use oss_policy::{
    Access, ConditionOperator, Context, Decision, Effect, Policy, PolicyKind, Principal,
    ResourceName, Statement, Timestamp,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::access::*;

/// A policy in parts that laws can change.
#[derive(Clone, Debug)]
pub(crate) struct PolicyDraft {
    pub(crate) kind: PolicyKind,
    pub(crate) statements: Vec<Draft>,
}

/// A statement in parts that laws can change. A policy that names no principals ignores them.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) effect: Effect,
    pub(crate) actions: Vec<String>,
    /// Whether it is about all actions but these, where its policy may say so.
    pub(crate) all_but: bool,
    pub(crate) resources: Vec<String>,
    pub(crate) principals: Option<Vec<&'static str>>,
    pub(crate) conditions: Vec<ConditionDraft>,
}

/// A condition in parts that laws can change.
#[derive(Clone, Debug)]
pub(crate) struct ConditionDraft {
    pub(crate) operator: ConditionOperator,
    pub(crate) key: &'static str,
    pub(crate) values: Vec<String>,
}

impl PolicyDraft {
    pub(crate) fn build(&self) -> Policy {
        self.with(&self.statements)
    }

    /// A policy of the same kind with other statements.
    pub(crate) fn with(&self, statements: &[Draft]) -> Policy {
        let statements = statements.iter().map(|draft| draft.build(self.kind));
        Policy::new(self.kind, statements.collect()).unwrap()
    }
}

impl Draft {
    fn build(&self, kind: PolicyKind) -> Statement {
        let (actions, resources) = (refs(&self.actions), refs(&self.resources));
        let new = match self.is_about_all_but(kind) {
            true => Statement::all_but,
            false => Statement::new,
        };
        let mut statement = new(self.effect, &actions, &resources).unwrap();
        if let Some(principals) = self.principals.as_ref().filter(|_| kind.names_principals()) {
            statement = statement.with_principals(principals).unwrap();
        }
        for condition in &self.conditions {
            let values = refs(&condition.values);
            statement = statement
                .with_condition(condition.operator, condition.key, &values)
                .unwrap();
        }
        statement
    }

    pub(crate) fn is_about_all_but(&self, kind: PolicyKind) -> bool {
        self.all_but && kind.has_not_action()
    }

    /// Adds conditions, but for those of an operator and key that the statement has: a document cannot say that twice.
    pub(crate) fn add_conditions(&mut self, more: &[ConditionDraft]) {
        for extra in more {
            let same =
                |known: &ConditionDraft| (known.operator, known.key) == (extra.operator, extra.key);
            if !self.conditions.iter().any(same) {
                self.conditions.push(extra.clone());
            }
        }
    }
}

fn refs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// An access that owns its circumstances.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    action: &'static str,
    resource: ResourceName<'static>,
    pub(crate) principal: Principal<'static>,
    ip: Option<&'static str>,
    secure_transport: bool,
    user_agent: Option<&'static str>,
    source_vpc: Option<&'static str>,
    now: i64,
    /// The object's tag `size`, which numbers are compared with.
    size: Option<&'static str>,
}

impl Scene {
    pub(crate) fn ask(&self, policy: &Policy) -> Decision {
        let size = self.size.map(|size| ("size".to_owned(), size.to_owned()));
        let context = Context {
            source_ip: self.ip.map(|ip| ip.parse().unwrap()),
            secure_transport: self.secure_transport,
            user_agent: self.user_agent,
            source_vpc: self.source_vpc,
            now: Timestamp(self.now),
            object_tags: size.as_slice(),
            ..context()
        };
        policy.evaluate(&Access {
            action: self.action,
            resource: self.resource,
            principal: self.principal,
            context: &context,
        })
    }
}

pub(crate) fn scene() -> impl Strategy<Value = Scene> {
    (
        select(vec!["oss:GetObject", "oss:PutObject", "oss:ListObjects"]),
        select(vec![OBJECT, OBJECT, BUCKET, SERVICE, object(ODD_KEY)]),
        select(vec![Principal::Anonymous, ROOT, FOREIGN_ROOT, USER, ROLE]),
        select(vec![None, Some("10.1.2.3"), Some("192.0.2.1")]),
        any::<bool>(),
        select(vec![None, Some("browser"), Some("curl"), Some("1")]),
        select(vec![None, Some("vpc-1")]),
        select(vec![99, 100, 101]),
        select(vec![None, Some("9"), Some("10"), Some("10.5"), Some("big")]),
    )
        .prop_map(
            |(
                action,
                resource,
                principal,
                ip,
                secure_transport,
                user_agent,
                source_vpc,
                now,
                size,
            )| Scene {
                action,
                resource,
                principal,
                ip,
                secure_transport,
                user_agent,
                source_vpc,
                now,
                size,
            },
        )
}

const ODD_KEY: &str = "a\"\\\u{1}é";

/// A policy of any kind together with an access that it is likely to speak about.
pub(crate) fn policy_and_scene() -> impl Strategy<Value = (PolicyDraft, Scene)> {
    (kind(), scene()).prop_flat_map(|(kind, scene)| {
        let statements = vec(draft(any_effect(), &scene), 1..4);
        let policy = statements.prop_map(move |statements| PolicyDraft { kind, statements });
        (policy, Just(scene))
    })
}

/// As [`policy_and_scene`], with one more statement of this effect, which is not in the policy yet.
pub(crate) fn policy_scene_and_statement(
    effect: Effect,
) -> impl Strategy<Value = (PolicyDraft, Scene, Draft)> {
    policy_and_scene().prop_flat_map(move |(policy, scene)| {
        let extra = draft(Just(effect), &scene);
        (Just(policy), Just(scene), extra)
    })
}

/// Few conditions, none of which has the operator and key of another.
pub(crate) fn conditions(scene: &Scene) -> impl Strategy<Value = Vec<ConditionDraft>> + use<> {
    let pool = condition_pool(scene);
    prop_oneof![
        2 => Just(Vec::new()),
        3 => vec(pool, 1..4).prop_map(|conditions| {
            let mut draft = Draft::about_everything();
            draft.add_conditions(&conditions);
            draft.conditions
        }),
    ]
}

impl Draft {
    fn about_everything() -> Self {
        Self {
            effect: Effect::Allow,
            actions: vec!["*".to_owned()],
            all_but: false,
            resources: vec!["*".to_owned()],
            principals: None,
            conditions: Vec::new(),
        }
    }
}

fn kind() -> impl Strategy<Value = PolicyKind> {
    prop_oneof![
        5 => Just(PolicyKind::Bucket),
        2 => Just(PolicyKind::VpcEndpoint),
        2 => Just(PolicyKind::Ram),
        1 => Just(PolicyKind::Session),
    ]
}

fn any_effect() -> impl Strategy<Value = Effect> {
    prop_oneof![3 => Just(Effect::Allow), 2 => Just(Effect::Deny)]
}

fn draft<E: Strategy<Value = Effect>>(
    effect: E,
    scene: &Scene,
) -> impl Strategy<Value = Draft> + use<E> {
    let actions = texts(
        near_action(scene.action),
        &[
            "oss:GetObject",
            "oss:PutObject",
            "oss:GetBucket*",
            "oss:?etObjectAcl",
        ],
    );
    let resources = texts(
        near_resource(scene.resource),
        &[
            "acs:oss:*:*:photos",
            "acs:oss:*:1001:photos/docs/b*",
            "acs:oss:*:*:photos/pics/*",
            "acs:oss:*:1002:*",
            "acs:oss:cn-hangzhou:*:*",
        ],
    );
    let principals = prop_oneof![
        2 => Just(None),
        5 => texts(near_principal(scene.principal), &["2001", "3003", "1001"]).prop_map(Some),
    ];
    let conditions = conditions(scene);
    let all_but = proptest::bool::weighted(0.3);
    (effect, all_but, actions, resources, principals, conditions).prop_map(
        |(effect, all_but, actions, resources, principals, conditions)| Draft {
            effect,
            all_but,
            actions: owned(&actions),
            resources: owned(&resources),
            principals,
            conditions,
        },
    )
}

/// One or two texts, of which each is a near one three times in four.
fn texts(
    near: &'static [&'static str],
    far: &'static [&'static str],
) -> impl Strategy<Value = Vec<&'static str>> {
    vec(prop_oneof![3 => select(near), 1 => select(far)], 1..3)
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn near_action(action: &str) -> &'static [&'static str] {
    match action {
        "oss:GetObject" => &[
            "oss:GetObject",
            "oss:getobject",
            "oss:?etObject",
            "oss:*",
            "*",
        ],
        "oss:PutObject" => &["oss:PutObject", "OSS:Put*", "*:PutObject", "oss:*Object"],
        _ => &["oss:ListObjects", "oss:List*", "oss:*Objects", "*"],
    }
}

fn near_resource(resource: ResourceName<'_>) -> &'static [&'static str] {
    match resource {
        ResourceName::Service { .. } => &["*", "acs:oss:*:*:*", "acs:oss:*:1001:*"],
        ResourceName::Bucket { .. } => &["*", "acs:oss:*:*:photos", "acs:*:*:1001:ph?tos"],
        ResourceName::Object { key: ODD_KEY, .. } => &[
            "*",
            "acs:oss:*:*:photos/a\"\\\u{1}é",
            "acs:oss:*:*:photos/a\"*",
            "acs:oss:*:100?:*",
        ],
        ResourceName::Object { .. } => &[
            "acs:oss:*:*:photos/*",
            "acs:oss:*:1001:photos/docs/*",
            "acs:oss:*:*:*.txt",
            "acs:oss:*:*:photos/docs/a.txt",
        ],
    }
}

fn near_principal(principal: Principal<'_>) -> &'static [&'static str] {
    match principal {
        Principal::Anonymous => &["*"],
        Principal::Root { uid: OWNER } => &["*", "1001"],
        Principal::Root { .. } => &["*", "9009"],
        Principal::RamUser { .. } => &["*", "2001"],
        Principal::Role { .. } => &[
            "*",
            "arn:sts::1001:assumed-role/reader/*",
            "arn:sts::1001:assumed-role/reader/s1",
        ],
    }
}

/// A condition with every operator, on a key that the operator can read, with values near those of the scene.
fn condition_pool(scene: &Scene) -> impl Strategy<Value = ConditionDraft> + use<> {
    use ConditionOperator as Op;
    let condition = |operators: Vec<Op>, keys: Vec<&'static str>, values: Vec<&'static str>| {
        (select(operators), select(keys), vec(select(values), 1..3)).prop_map(
            |(operator, key, values)| ConditionDraft {
                operator,
                key,
                values: owned(&values),
            },
        )
    };
    let agent = scene.user_agent.unwrap_or("nobody");
    let text = condition(
        vec![
            Op::StringEquals,
            Op::StringNotEquals,
            Op::StringEqualsIgnoreCase,
            Op::StringNotEqualsIgnoreCase,
        ],
        vec!["acs:UserAgent", "acs:SourceVpc"],
        vec![agent, "Browser", "curl", "vpc-1"],
    );
    let like = condition(
        vec![Op::StringLike, Op::StringNotLike],
        vec!["acs:UserAgent", "acs:SourceVpc"],
        vec![agent, "b*er", "cur?", "vpc-*", "*"],
    );
    let number = condition(
        vec![
            Op::NumericEquals,
            Op::NumericNotEquals,
            Op::NumericLessThan,
            Op::NumericLessThanEquals,
            Op::NumericGreaterThan,
            Op::NumericGreaterThanEquals,
        ],
        vec!["oss:ExistingObjectTag/size"],
        vec!["9", "10", "10.50", "11"],
    );
    let date = condition(
        vec![
            Op::DateEquals,
            Op::DateNotEquals,
            Op::DateLessThan,
            Op::DateLessThanEquals,
            Op::DateGreaterThan,
            Op::DateGreaterThanEquals,
        ],
        vec!["acs:CurrentTime"],
        vec!["1970-01-01T00:01:40Z", "1970-01-01T08:01:41+08:00"],
    );
    let flag = condition(
        vec![Op::Bool],
        vec!["acs:SecureTransport", "acs:MFAPresent"],
        vec![
            if scene.secure_transport {
                "true"
            } else {
                "false"
            },
            "true",
        ],
    );
    let address = condition(
        vec![Op::IpAddress, Op::NotIpAddress],
        vec!["acs:SourceIp"],
        vec!["10.0.0.0/8", "192.0.2.1", "0.0.0.0/0"],
    );
    prop_oneof![text, like, number, date, flag, address]
}
