//! The closed list of edits: what each is called, when it happens, and whose state it touches.

use super::model::{Call, Edit};

/// When an edit happens, which decides the order in which a twin is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EditKind {
    /// It changes the request before it is signed, or how it is signed.
    Request,
    /// It changes the signed request on its way.
    Wire,
    /// It changes the world between the two requests, which are the same.
    World,
}

impl EditKind {
    /// The kind of the edit with this name, when there is one.
    pub fn of(name: &str) -> Option<Self> {
        let position = Edit::NAMES.iter().position(|known| *known == name)?;
        Some(match position {
            0..FIRST_ON_THE_WIRE => Self::Request,
            FIRST_ON_THE_WIRE..FIRST_IN_THE_WORLD => Self::Wire,
            _ => Self::World,
        })
    }
}

/// Where the edits of the signed request begin in [`Edit::NAMES`].
const FIRST_ON_THE_WIRE: usize = 23;
/// Where the edits of the world begin in [`Edit::NAMES`].
const FIRST_IN_THE_WORLD: usize = 38;

impl Edit {
    /// The name of the edit that is made of others.
    pub const ALL: &str = "all";
    /// How many edits [`Edit::All`] is made of.
    pub const PARTS: std::ops::RangeInclusive<usize> = 2..=3;

    /// Every edit that is not made of others, by name: those of the request, then those of the wire, then those of the world.
    pub const NAMES: [&str; 59] = [
        "as",
        "sign",
        "request",
        "method",
        "bucket",
        "host",
        "set-header",
        "drop-header",
        "set-query",
        "drop-query",
        "body",
        "set-field",
        "drop-field",
        "conditions",
        "clock",
        "expires-in",
        "expires",
        "access-key-id",
        "wrong-secret",
        "token",
        "token-of",
        "drop-token",
        "scope-region",
        "flip-signature",
        "respell-signature",
        "tamper-date",
        "tamper-host",
        "tamper-bucket",
        "tamper-additional-headers",
        "tamper-method",
        "tamper-path",
        "tamper-header",
        "repeat-header",
        "remove-header",
        "tamper-query",
        "repeat-query",
        "remove-query",
        "tamper-field",
        "put-object",
        "object-acl",
        "bucket-acl",
        "bucket-policy",
        "add-statement",
        "ram-policy",
        "referer",
        "cors",
        "lock-worm",
        "vpc-policy",
        "bind-domain",
        "block-public-access",
        "account-status",
        "kms-status",
        "key-status",
        "key-networks",
        "bucket-status",
        "sts-refused-in-region",
        "sts-refused-in-operation",
        "risky-domain",
        "close-feature",
    ];

    /// The edit's name, as a case writes it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::As(_) => "as",
            Self::Sign(_) => "sign",
            Self::Request(_) => "request",
            Self::Method(_) => "method",
            Self::Bucket(_) => "bucket",
            Self::Host(_) => "host",
            Self::SetHeader(_) => "set-header",
            Self::DropHeader(_) => "drop-header",
            Self::SetQuery(_) => "set-query",
            Self::DropQuery(_) => "drop-query",
            Self::Body(_) => "body",
            Self::SetField(_) => "set-field",
            Self::DropField(_) => "drop-field",
            Self::Conditions(_) => "conditions",
            Self::Clock(_) => "clock",
            Self::ExpiresIn(_) => "expires-in",
            Self::Expires(_) => "expires",
            Self::AccessKeyId(_) => "access-key-id",
            Self::WrongSecret(_) => "wrong-secret",
            Self::Token(_) => "token",
            Self::TokenOf(_) => "token-of",
            Self::DropToken(_) => "drop-token",
            Self::ScopeRegion(_) => "scope-region",
            Self::FlipSignature(_) => "flip-signature",
            Self::RespellSignature(_) => "respell-signature",
            Self::TamperDate(_) => "tamper-date",
            Self::TamperHost(_) => "tamper-host",
            Self::TamperBucket(_) => "tamper-bucket",
            Self::TamperAdditionalHeaders(_) => "tamper-additional-headers",
            Self::TamperMethod(_) => "tamper-method",
            Self::TamperPath(_) => "tamper-path",
            Self::TamperHeader(_) => "tamper-header",
            Self::RepeatHeader(_) => "repeat-header",
            Self::RemoveHeader(_) => "remove-header",
            Self::TamperQuery(_) => "tamper-query",
            Self::RepeatQuery(_) => "repeat-query",
            Self::RemoveQuery(_) => "remove-query",
            Self::TamperField(_) => "tamper-field",
            Self::PutObject(_) => "put-object",
            Self::ObjectAcl(_) => "object-acl",
            Self::BucketAcl(_) => "bucket-acl",
            Self::BucketPolicy(_) => "bucket-policy",
            Self::AddStatement(_) => "add-statement",
            Self::RamPolicy(_) => "ram-policy",
            Self::Referer(_) => "referer",
            Self::Cors(_) => "cors",
            Self::LockWorm(_) => "lock-worm",
            Self::VpcPolicy(_) => "vpc-policy",
            Self::BindDomain(_) => "bind-domain",
            Self::BlockPublicAccess(_) => "block-public-access",
            Self::AccountStatus(_) => "account-status",
            Self::KmsStatus(_) => "kms-status",
            Self::KeyStatus(_) => "key-status",
            Self::KeyNetworks(_) => "key-networks",
            Self::BucketStatus(_) => "bucket-status",
            Self::StsRefusedInRegion(_) => "sts-refused-in-region",
            Self::StsRefusedInOperation(_) => "sts-refused-in-operation",
            Self::RiskyDomain(_) => "risky-domain",
            Self::CloseFeature(_) => "close-feature",
            Self::All(_) => Self::ALL,
        }
    }

    /// The edits it is made of, in the order in which they are made: itself, unless it is [`Edit::All`].
    pub fn parts(&self) -> &[Self] {
        match self {
            Self::All(parts) => parts,
            one => std::slice::from_ref(one),
        }
    }

    /// When the edit happens. Of several it is the last thing that is touched, the world before the wire before the request.
    pub fn kind(&self) -> EditKind {
        let kind = |part: &Self| EditKind::of(part.name()).unwrap_or(EditKind::Request);
        let kinds: Vec<EditKind> = self.parts().iter().map(kind).collect();
        [EditKind::World, EditKind::Wire]
            .into_iter()
            .find(|kind| kinds.contains(kind))
            .unwrap_or(EditKind::Request)
    }

    /// Makes, in a call, those edits that are simply another word in it.
    pub fn on_call(&self, call: &mut Call) {
        for part in self.parts() {
            match part {
                Self::As(name) => call.r#as.clone_from(name),
                Self::Sign(with) => call.sign = Some(*with),
                Self::Request(line) => call.request.clone_from(line),
                Self::Bucket(name) => call.bucket = Some(name.clone()),
                Self::Host(host) => call.host = Some(host.clone()),
                Self::Body(body) => call.body = Some(body.clone()),
                _ => {}
            }
        }
    }

    /// Whether it changes the state of the owner's account, so that everything else of that account would notice.
    pub fn touches_account(&self) -> bool {
        let touches = |part: &Self| {
            matches!(
                part,
                Self::AccountStatus(_)
                    | Self::KmsStatus(_)
                    | Self::StsRefusedInRegion(_)
                    | Self::StsRefusedInOperation(_)
                    | Self::CloseFeature(_)
            )
        };
        self.parts().iter().any(touches)
    }

    /// Identities the edit names: those it puts to use, and those whose state it changes.
    pub fn identities(&self) -> Vec<&str> {
        match self {
            Self::As(who) | Self::TokenOf(who) | Self::BindDomain(who) => vec![who],
            Self::RamPolicy(of) => of.keys().map(String::as_str).collect(),
            Self::KeyStatus(of) => of.keys().map(String::as_str).collect(),
            Self::KeyNetworks(of) => of.keys().map(String::as_str).collect(),
            Self::All(parts) => parts.iter().flat_map(Self::identities).collect(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use oss403_operator::KmsStatus;

    use super::*;
    use crate::model::Yes;

    #[test]
    fn the_kinds_part_the_list_where_the_wire_and_the_world_begin() {
        let kind = |name| EditKind::of(name).unwrap();
        assert_eq!(kind("as"), EditKind::Request);
        assert_eq!(kind("scope-region"), EditKind::Request);
        assert_eq!(kind("flip-signature"), EditKind::Wire);
        assert_eq!(kind("tamper-field"), EditKind::Wire);
        assert_eq!(kind("put-object"), EditKind::World);
        assert_eq!(kind("close-feature"), EditKind::World);
        assert_eq!(EditKind::of("put"), None);
    }

    #[test]
    fn several_edits_are_of_the_kind_that_is_furthest_from_the_request() {
        let all = |parts: &[Edit]| Edit::All(parts.to_vec());
        let (request, wire) = (Edit::Method("PUT".into()), Edit::FlipSignature(Yes));
        let world = Edit::KmsStatus(KmsStatus::None);
        assert_eq!(
            all(&[request.clone(), request.clone()]).kind(),
            EditKind::Request
        );
        assert_eq!(all(&[wire.clone(), request.clone()]).kind(), EditKind::Wire);
        let whole = all(&[request, world, wire]);
        assert_eq!(whole.kind(), EditKind::World);
        assert!(whole.touches_account());
    }

    #[test]
    fn every_name_is_a_variant_and_every_variant_is_named() {
        let schema = schemars::schema_for!(Edit).to_value();
        let variants: Vec<&str> = schema["oneOf"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|variant| variant["required"].as_array().unwrap())
            .map(|name| name.as_str().unwrap())
            .collect();
        let (last, others) = variants.split_last().unwrap();
        assert_eq!((others, *last), (&Edit::NAMES[..], Edit::ALL));
    }
}
