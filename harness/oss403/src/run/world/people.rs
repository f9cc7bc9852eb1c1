//! Identities of a world: those the profile has, and those the operator hook makes.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;
use oss403_operator::{Create, Set};
use serde_json::{Value, json};

use super::hook::{create, identity};
use super::{Wanted, World};
use crate::run::fault::RunFault;
use crate::run::journal::Made;
use crate::run::sender::Sender;
use crate::wire::identity::Identity;
use crate::wire::scene::Scene;
use oss403_case::model::{IdentitySpec, Who};
use oss403_case::{placeholder, visit};

/// How long the built-in session of a fresh account lives.
const SESSION_SECONDS: i64 = 3_600;

/// A session that nobody gave a life lives this long.
const USUAL_LIFE: i64 = 3_600;

/// People made, and the VPC endpoint.
#[derive(Default)]
pub(super) struct People {
    pub(super) identities: BTreeMap<Who, Arc<Identity>>,
    vpc_address: Option<String>,
}

impl World {
    /// Those who are there already.
    pub(super) async fn add_known_people(
        &mut self,
        sender: &Sender<'_>,
        wanted: &Wanted,
    ) -> Result<(), RunFault> {
        if let Some(account) = &self.account {
            let root = Arc::clone(&account.root);
            self.scene.add_person(Who::Owner, root);
        }
        for who in std::iter::once(&Who::Owner).chain(&wanted.people) {
            if self.is_own(who) || *who == Who::Anonymous {
                continue;
            }
            if let Some(identity) = sender.context.known_identity(who) {
                self.scene.add_person(who.clone(), identity);
            }
        }
        for who in &wanted.uids {
            if let Some(identity) = self.scene.identities.get(who).map(Arc::clone)
                && identity.account.is_none()
            {
                let context = sender.context;
                let account = context
                    .account_of(who, &identity, &self.scene, sender)
                    .await?;
                let known =
                    Identity::clone(&identity).with_uids(Some(account), identity.user.clone());
                self.scene.add_person(who.clone(), Arc::new(known));
            }
        }
        Ok(())
    }

    /// Lets those who were made take part.
    pub(super) fn place_people(&mut self, people: People) {
        for (who, identity) in people.identities {
            self.scene.add_person(who, identity);
        }
        if people.vpc_address.is_some() {
            self.scene.vpc_address = people.vpc_address;
        }
    }

    /// Makes those who are not there yet, and the VPC endpoint.
    pub(super) async fn make_people(
        &self,
        sender: &Sender<'_>,
        wanted: &Wanted,
    ) -> Result<People, RunFault> {
        let mut people = People::default();
        let is_there = |who: &Who| {
            *who == Who::Anonymous
                || self.scene.identities.contains_key(who)
                || self.given.identities.contains_key(who)
        };
        let missing: Vec<&Who> = wanted.people.iter().filter(|who| !is_there(who)).collect();
        let nothing = missing.is_empty()
            && self.given.identities.is_empty()
            && self.given.domain_proven_by.is_empty()
            && self.given.vpc_endpoint.is_none();
        if nothing {
            return Ok(people);
        }
        let account = self.account_of_owner(sender).await?;
        let built_in = join_all(
            missing
                .into_iter()
                .map(|who| self.make_built_in(sender, who, &account)),
        );
        // A policy may name people who are made here as well; those who have such a policy come in a second round.
        let mut scene = self.scene.clone();
        let (second, first): (Vec<_>, Vec<_>) = self
            .given
            .identities
            .iter()
            .partition(|(_, spec)| speaks_of_people(spec));
        let made = join_all(
            first
                .into_iter()
                .map(|(who, spec)| self.make_given(sender, who, spec, &account, &scene)),
        );
        let endpoint = self.make_endpoint(sender, &account);
        let (built_in, made, endpoint) = tokio::join!(built_in, made, endpoint);
        for person in built_in.into_iter().chain(made) {
            let (who, identity) = person?;
            scene.add_person(who.clone(), Arc::clone(&identity));
            people.identities.insert(who, identity);
        }
        people.vpc_address = endpoint?;
        let made = join_all(
            second
                .into_iter()
                .map(|(who, spec)| self.make_given(sender, who, spec, &account, &scene)),
        );
        for person in made.await {
            people.identities.extend([person?]);
        }
        self.prove_domain(sender, &people, &account).await?;
        Ok(people)
    }

    /// The scene with those of the named sessions made anew whose life is limited, so that it begins now.
    ///
    /// # Errors
    /// When the operator does not make them.
    pub(crate) async fn with_fresh_sessions(
        &self,
        sender: &Sender<'_>,
        people: &[&Who],
    ) -> Result<Scene, RunFault> {
        let mut scene = self.scene.clone();
        for who in people {
            let Some(spec) = self.given.identities.get(*who) else {
                continue;
            };
            if self.makes_session_anew(who) {
                let account = self.account_of_owner(sender).await?;
                let made = self.make_given(sender, who, spec, &account, &self.scene);
                scene.identities.extend([made.await?]);
            }
        }
        Ok(scene)
    }

    /// Whether somebody has a session whose life is limited.
    pub(crate) fn makes_session_anew(&self, who: &Who) -> bool {
        let spec = self.given.identities.get(who);
        let session = spec.and_then(|spec| spec.session.as_ref());
        session.is_some_and(|session| session.lifetime.is_some())
    }

    /// UID of the account that the scenario's owner is.
    pub(crate) async fn account_of_owner(&self, sender: &Sender<'_>) -> Result<String, RunFault> {
        match &self.account {
            Some(account) => Ok(account.uid.clone()),
            None => {
                let owner = self.person(&Who::Owner)?;
                sender
                    .context
                    .account_of(&Who::Owner, &owner, &self.scene, sender)
                    .await
            }
        }
    }

    /// A RAM user without rights or a session with all of them, as the built-in names promise.
    async fn make_built_in(
        &self,
        sender: &Sender<'_>,
        who: &Who,
        account: &str,
    ) -> Result<(Who, Arc<Identity>), RunFault> {
        match who {
            Who::RamUser => self.make_user(sender, who, account, None).await,
            Who::Sts => {
                // "All rights" are those over OSS and over the keys that it encrypts with.
                let all = json!({
                    "Version": "1",
                    "Statement": [{ "Effect": "Allow", "Action": ["oss:*", "kms:*"], "Resource": "*" }],
                });
                let create = Create::Session {
                    account: account.to_owned(),
                    role_policy: Some(all),
                    policy: None,
                    lifetime_seconds: SESSION_SECONDS,
                };
                self.make_session(sender, who, account, create).await
            }
            _ => Err(RunFault::Precondition(
                format!("the profile has no identity `{who}`").into(),
            )),
        }
    }

    async fn make_given(
        &self,
        sender: &Sender<'_>,
        who: &Who,
        spec: &IdentitySpec,
        account: &str,
        scene: &Scene,
    ) -> Result<(Who, Arc<Identity>), RunFault> {
        sender.context.go_on()?;
        let now = sender.context.now();
        let policy = |policy: &Option<Value>| -> Result<Option<Value>, RunFault> {
            Ok(policy
                .as_ref()
                .map(|policy| scene.json(policy, now))
                .transpose()?)
        };
        match spec {
            IdentitySpec {
                ram_user: Some(user),
                ..
            } => {
                let made = self.make_user(sender, who, account, policy(&user.policy)?);
                let made = made.await?;
                if !user.networks.is_empty() {
                    let bound = Set::KeyNetworks {
                        access_key_id: made.1.access_key_id.clone(),
                        value: scene.filled(&user.networks, now)?,
                    };
                    sender.set(bound).await?;
                }
                Ok(made)
            }
            IdentitySpec {
                session: Some(session),
                ..
            } => {
                let create = Create::Session {
                    account: account.to_owned(),
                    role_policy: policy(&session.role_policy)?,
                    policy: policy(&session.policy)?,
                    lifetime_seconds: session.lifetime.map_or(USUAL_LIFE, |span| span.0),
                };
                self.make_session(sender, who, account, create).await
            }
            IdentitySpec {
                account: Some(_), ..
            } => {
                let made = |uid: &str| Made::Account {
                    account: uid.to_owned(),
                };
                let (credential, made) = create(sender, Create::Account {}, &made).await?;
                self.note(made);
                let uid = credential.uid.clone();
                Ok((who.clone(), Arc::new(identity(credential, &uid, None))))
            }
            _ => Err(RunFault::Harness(
                format!("the identity `{who}` is of no kind").into(),
            )),
        }
    }

    async fn make_user(
        &self,
        sender: &Sender<'_>,
        who: &Who,
        account: &str,
        policy: Option<Value>,
    ) -> Result<(Who, Arc<Identity>), RunFault> {
        let made = |user: &str| Made::RamUser {
            account: account.into(),
            user: user.to_owned(),
        };
        let request = Create::RamUser {
            account: account.to_owned(),
            policy,
        };
        let (credential, made) = create(sender, request, &made).await?;
        self.note(made);
        let user = credential.uid.clone();
        Ok((
            who.clone(),
            Arc::new(identity(credential, account, Some(user))),
        ))
    }

    async fn make_session(
        &self,
        sender: &Sender<'_>,
        who: &Who,
        account: &str,
        request: Create,
    ) -> Result<(Who, Arc<Identity>), RunFault> {
        let made = |id: &str| Made::Session {
            account: account.into(),
            access_key_id: id.to_owned(),
        };
        let (credential, made) = create(sender, request, &made).await?;
        self.note(made);
        Ok((who.clone(), Arc::new(identity(credential, account, None))))
    }
}

/// Whether a policy of somebody names people, in a placeholder.
fn speaks_of_people(spec: &IdentitySpec) -> bool {
    let IdentitySpec {
        ram_user,
        session,
        account: _,
    } = spec;
    let policies = [
        ram_user.as_ref().map(|user| &user.policy),
        session.as_ref().map(|session| &session.role_policy),
        session.as_ref().map(|session| &session.policy),
    ];
    policies.into_iter().flatten().flatten().any(|policy| {
        let mut found = false;
        visit::texts(policy, &mut |text| {
            found |= placeholder::people(text).next().is_some();
        });
        found
    })
}
