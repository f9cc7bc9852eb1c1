//! The one thing that differs: the closed list of edits.
//!
//! [`edits!`] is given the table. It makes [`Edit`], which is what a case file says; an enum for each [`Stage`], which those who make
//! the edits of a stage match without a wildcard; and [`Row`], what is known of each edit by itself. To add an edit is to add a row:
//! the compiler then names every place that has to know what it does.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use oss403_operator::{AccountStatus, BucketStatus, KeyStatus, KmsStatus};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Capability, CorsRuleSpec, HostName, ObjectSpec, RefererSpec, SignWith, Span, TextMap, Who,
};

/// What is known of an edit, whatever its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Its name, as a case writes it.
    pub name: &'static str,
    /// When it happens.
    pub stage: Stage,
    /// What a target must claim for it, besides what its value asks for and besides the operator hook.
    pub needs: &'static [Capability],
    /// What the operator is asked for: the command and its subject.
    pub operator_command: Option<&'static str>,
    /// Whether it changes the state of the owner's account, so that everything else of that account would notice.
    pub touches_account: bool,
}

/// What an edit may have as its value.
trait Operand {
    /// The identities in it: those it puts to use, and those whose state it changes.
    fn identities(&self) -> Vec<&Who> {
        Vec::new()
    }
}

macro_rules! edits {
    ($(
        #[doc = $when:literal]
        $stage:ident($staged:ident) { $(
            #[doc = $doc:literal]
            $(#[$more:meta])*
            $name:literal $edit:ident($value:ty)
                $(needs [$($need:ident),+])? $(asks $command:literal)? $(of $whose:ident)?;
        )+ }
    )+) => {
        /// What differs: a map with exactly one key.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        pub enum Edit {
            $($(
                #[doc = $doc]
                $(#[$more])*
                #[serde(rename = $name)]
                $edit($value),
            )+)+
            /// Two or three edits together, in this order, for scenarios that say by `before` which refusal comes first.
            #[serde(rename = "all")]
            All(#[schemars(length(min = 2, max = 3))] Vec<Edit>),
        }

        /// When an edit happens, which decides the order in which a twin is sent. The later of two is the greater one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Stage {
            $(
                #[doc = $when]
                $stage,
            )+
        }

        /// A single edit, by its stage.
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub enum Staged<'e> {
            $(
                #[doc = $when]
                $stage($staged<'e>),
            )+
        }

        $(
            #[doc = $when]
            #[derive(Debug, Clone, Copy, PartialEq)]
            pub enum $staged<'e> {
                $(
                    #[doc = $doc]
                    $edit(&'e $value),
                )+
            }
        )+

        impl Edit {
            /// Every edit that is not made of others, in the order of the table.
            pub const TABLE: &'static [Row] = &[
                $($(edits!(@row $stage $name [$($($need),+)?] [$($command)?] [$($whose)?]),)+)+
            ];

            /// What is known of the edit, whatever its value; `None` when it is made of others.
            pub fn row(&self) -> Option<&'static Row> {
                Some(match self {
                    $($(Self::$edit(_) => {
                        &edits!(@row $stage $name [$($($need),+)?] [$($command)?] [$($whose)?])
                    })+)+
                    Self::All(_) => return None,
                })
            }

            /// The edit by its stage; `None` when it is made of others.
            pub fn staged(&self) -> Option<Staged<'_>> {
                Some(match self {
                    $($(Self::$edit(value) => Staged::$stage($staged::$edit(value)),)+)+
                    Self::All(_) => return None,
                })
            }

            /// Identities the edit names: those it puts to use, and those whose state it changes.
            pub fn identities(&self) -> Vec<&Who> {
                match self {
                    $($(Self::$edit(value) => Operand::identities(value),)+)+
                    Self::All(parts) => parts.iter().flat_map(Self::identities).collect(),
                }
            }
        }
    };
    (@row $stage:ident $name:literal [$($need:ident),*] [$($command:literal)?] [$($whose:ident)?]) => {
        Row {
            name: $name,
            stage: Stage::$stage,
            needs: &[$(Capability::$need),*],
            operator_command: edits!(@command $($command)?),
            touches_account: edits!(@account $($whose)?),
        }
    };
    (@command) => { None };
    (@command $command:literal) => { Some($command) };
    (@account) => { false };
    (@account account) => { true };
}

edits! {
    /// It changes the request before it is signed, or how it is signed.
    Request(RequestEdit) {
        /// Another identity.
        "as" As(Who);
        /// Another signature scheme.
        "sign" Sign(SignWith);
        /// Another request line.
        "request" Request(String);
        /// Another method.
        "method" Method(String);
        /// Another bucket.
        "bucket" Bucket(String);
        /// Another host.
        "host" Host(HostName);
        /// Headers set or replaced.
        #[schemars(with = "BTreeMap<String, String>")]
        "set-header" SetHeader(TextMap);
        /// A header left out.
        "drop-header" DropHeader(String);
        /// Query parameters set or replaced.
        #[schemars(with = "BTreeMap<String, String>")]
        "set-query" SetQuery(TextMap);
        /// A query parameter left out.
        "drop-query" DropQuery(String);
        /// Another body.
        "body" Body(String);
        /// Form fields set or replaced.
        #[schemars(with = "BTreeMap<String, String>")]
        "set-field" SetField(TextMap);
        /// A form field left out.
        "drop-field" DropField(String);
        /// Other Post policy conditions.
        "conditions" Conditions(Vec<Value>);
        /// The sender's clock is off.
        "clock" Clock(Span);
        /// The URL or the Post policy lives until now plus this.
        "expires-in" ExpiresIn(Span);
        /// The expiry as this very text.
        "expires" Expires(String);
        /// The AccessKeyId as this very text, signed with the identity's secret.
        "access-key-id" AccessKeyId(String);
        /// Signed with a secret that is not the identity's.
        "wrong-secret" WrongSecret(Yes);
        /// The token as this very text, signed with it.
        "token" Token(String);
        /// The token of another identity, signed with it.
        "token-of" TokenOf(Who);
        /// No token at all.
        "drop-token" DropToken(Yes);
        /// The region of the credential scope.
        "scope-region" ScopeRegion(String);
    }
    /// It changes the signed request on its way.
    Wire(WireEdit) {
        /// The signature with its middle character changed.
        "flip-signature" FlipSignature(Yes);
        /// The signature written otherwise.
        "respell-signature" RespellSignature(Misspelling);
        /// The time that is signed (of V1 and V2 URLs the expiry) shifted by this, within the same day.
        "tamper-date" TamperDate(Span);
        /// Another host than was signed, for the same bucket.
        "tamper-host" TamperHost(HostName);
        /// Another bucket than was signed.
        "tamper-bucket" TamperBucket(String);
        /// Another list of AdditionalHeaders than was signed; an empty one takes it away.
        "tamper-additional-headers" TamperAdditionalHeaders(Vec<String>);
        /// Another method than was signed.
        "tamper-method" TamperMethod(String);
        /// Another path than was signed.
        "tamper-path" TamperPath(String);
        /// Headers set after signing.
        #[schemars(with = "BTreeMap<String, String>")]
        "tamper-header" TamperHeader(TextMap);
        /// Headers sent a second time with another value.
        #[schemars(with = "BTreeMap<String, String>")]
        "repeat-header" RepeatHeader(TextMap);
        /// A header removed after signing.
        "remove-header" RemoveHeader(String);
        /// Query parameters set after signing.
        #[schemars(with = "BTreeMap<String, String>")]
        "tamper-query" TamperQuery(TextMap);
        /// Query parameters with another value in front of those that were signed.
        #[schemars(with = "BTreeMap<String, String>")]
        "repeat-query" RepeatQuery(TextMap);
        /// A query parameter removed after signing.
        "remove-query" RemoveQuery(String);
        /// Form fields set after signing.
        #[schemars(with = "BTreeMap<String, String>")]
        "tamper-field" TamperField(TextMap);
    }
    /// The owner of the bucket changes the world between the two requests, which are the same.
    World(WorldEdit) {
        /// Objects put anew by the owner.
        #[schemars(with = "BTreeMap<String, ObjectSpec>")]
        "put-object" PutObject(IndexMap<String, ObjectSpec>);
        /// ACLs of objects.
        #[schemars(with = "BTreeMap<String, String>")]
        "object-acl" ObjectAcl(TextMap) needs [ObjectAcl];
        /// ACL of the bucket.
        "bucket-acl" BucketAcl(String) needs [BucketAcl];
        /// The bucket policy; `null` for none.
        "bucket-policy" BucketPolicy(Value) needs [BucketPolicy];
        /// One more statement in the bucket policy.
        "add-statement" AddStatement(Value) needs [BucketPolicy];
        /// Hotlink protection.
        "referer" Referer(RefererSpec) needs [Referer];
        /// CORS rules; an empty list removes them.
        "cors" Cors(Vec<CorsRuleSpec>) needs [Cors];
        /// The retention policy is locked.
        "lock-worm" LockWorm(Yes) needs [Worm];
        /// `${domain}` is bound to a bucket of the named identity first.
        "bind-domain" BindDomain(Who) needs [Cname] asks "set domain-ownership";
        /// Block Public Access is switched on for the bucket.
        "block-public-access" BlockPublicAccess(Yes) needs [BlockPublicAccess];
    }
    /// The operator changes the world between the two requests, which are the same.
    Operator(OperatorEdit) {
        /// RAM policies of identities of the scenario; `null` for none.
        "ram-policy" RamPolicy(BTreeMap<Who, Value>) needs [RamUsers] asks "set ram-policy";
        /// The policy of the VPC endpoint.
        "vpc-policy" VpcPolicy(Value) needs [VpcEndpoint] asks "set vpc-endpoint-policy";
        /// Status of the owner's account (operator).
        "account-status" AccountStatus(AccountStatus) asks "set account-status" of account;
        /// State of the owner's KMS (operator).
        "kms-status" KmsStatus(KmsStatus) needs [Kms] asks "set kms-status" of account;
        /// Keys of identities of the scenario are disabled or enabled (operator).
        "key-status" KeyStatus(BTreeMap<Who, KeyStatus>) asks "set key-status";
        /// Networks from which a key may be used (operator).
        "key-networks" KeyNetworks(BTreeMap<Who, Vec<String>>) asks "set key-networks";
        /// Status of the bucket (operator).
        "bucket-status" BucketStatus(BucketStatus) asks "set bucket-status";
        /// The home region takes no tokens of the owner's account (operator).
        "sts-refused-in-region" StsRefusedInRegion(Yes) needs [Sts] asks "set sts-in-region" of account;
        /// This operation takes no tokens of the owner's account (operator).
        "sts-refused-in-operation" StsRefusedInOperation(String) needs [Sts] asks "set sts-in-operation" of account;
        /// This domain is known for abuse (operator).
        "risky-domain" RiskyDomain(String) needs [Cname] asks "set domain-risk";
        /// This configuration, by its sub-resource, is not open to the owner's account (operator).
        "close-feature" CloseFeature(String) asks "set feature" of account;
    }
}

impl Operand for Who {
    fn identities(&self) -> Vec<&Who> {
        vec![self]
    }
}

impl<T> Operand for BTreeMap<Who, T> {
    fn identities(&self) -> Vec<&Who> {
        self.keys().collect()
    }
}

impl<T> Operand for IndexMap<String, T> {}
impl<T> Operand for Vec<T> {}
impl Operand for AccountStatus {}
impl Operand for BucketStatus {}
impl Operand for HostName {}
impl Operand for KmsStatus {}
impl Operand for Misspelling {}
impl Operand for RefererSpec {}
impl Operand for SignWith {}
impl Operand for Span {}
impl Operand for String {}
impl Operand for Value {}
impl Operand for Yes {}

/// Ways to write a signature that make it another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Misspelling {
    /// Its first half alone.
    Truncated,
    /// One character more.
    Extended,
    /// Base64 without the `=` at its end.
    Unpadded,
    /// Small letters for capitals and capitals for small letters.
    SwappedCase,
    /// The same bytes in hexadecimal digits where base64 is due, and the other way round.
    OtherEncoding,
}

/// `true`, the only value of an edit that needs none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yes;
