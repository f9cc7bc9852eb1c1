//! Evaluation: which statements of a policy apply to an access, and what they come to.

use super::access::{Access, Principal};
use super::principal::PrincipalPattern;
use super::{Effect, Policy, PolicyKind, Statement};

/// What a policy, or several together, say about an access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// A Deny statement applies.
    ExplicitDeny,
    /// No Deny applies, and an Allow does.
    Allow,
    /// Nothing applies.
    ImplicitDeny,
}

impl Decision {
    /// What two policies say together: a denial outweighs a grant, a grant outweighs silence.
    #[must_use]
    pub fn combine(self, other: Self) -> Self {
        match (self, other) {
            (Self::ExplicitDeny, _) | (_, Self::ExplicitDeny) => Self::ExplicitDeny,
            (Self::Allow, _) | (_, Self::Allow) => Self::Allow,
            (Self::ImplicitDeny, Self::ImplicitDeny) => Self::ImplicitDeny,
        }
    }
}

impl Policy {
    /// What the policy says about `access`.
    ///
    /// Whether the policy is to be asked at all is for the caller to know: RAM policies of the principal, the bucket's
    /// policy, the policy of the endpoint the request came through.
    #[must_use]
    pub fn evaluate(&self, access: &Access<'_>) -> Decision {
        let path = access.resource.path();
        self.statements
            .iter()
            .filter(|statement| self.applies(statement, access, &path))
            .map(|statement| match statement.effect {
                Effect::Allow => Decision::Allow,
                Effect::Deny => Decision::ExplicitDeny,
            })
            .fold(Decision::ImplicitDeny, Decision::combine)
    }

    fn applies(&self, statement: &Statement, access: &Access<'_>, path: &str) -> bool {
        self.concerns(statement, access)
            && statement.all_but
                != statement
                    .actions
                    .iter()
                    .any(|action| action.matches_ignore_case(access.action))
            && statement
                .resources
                .iter()
                .any(|resource| resource.covers(&access.resource, path))
            && statement
                .conditions
                .iter()
                .all(|condition| condition.holds(access))
    }

    /// Whether the statement speaks of the principal. A missing Principal means everybody.
    fn concerns(&self, statement: &Statement, access: &Access<'_>) -> bool {
        if !self.kind.names_principals() {
            return true;
        }
        let exempt = self.exempts_owner(statement, access);
        let named = statement
            .principals
            .as_deref()
            .unwrap_or(&[PrincipalPattern::Everybody]);
        named.iter().any(|pattern| {
            pattern.matches(&access.principal)
                && !(exempt && *pattern == PrincipalPattern::Everybody)
        })
    }

    /// `Principal "*"` without a condition never means the bucket owner; with one it does, and a Deny then locks the
    /// owner out (help page: *Bucket Policy*). Only the root counts as the owner here.
    fn exempts_owner(&self, statement: &Statement, access: &Access<'_>) -> bool {
        let owner = access.context.bucket_owner;
        self.kind == PolicyKind::Bucket
            && statement.conditions.is_empty()
            && !owner.is_empty()
            && access.principal == Principal::Root { uid: owner }
    }
}
