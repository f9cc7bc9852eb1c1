//! What the operator hook makes for a world: accounts, people, VPC endpoints, proofs of domains.

use std::sync::Arc;

use oss403_operator::{Create, Credential, DomainOwnership, Set};

use super::World;
use super::people::People;
use crate::run::fault::RunFault;
use crate::run::journal::Made;
use crate::run::sender::Sender;
use crate::target::operator::OperatorError;
use crate::wire::identity::Identity;
use crate::wire::identity::Secret;
use oss403_case::model::{EndpointPolicy, Who};

/// An account made for one scenario, because the scenario changes the account's state.
#[derive(Debug)]
pub(crate) struct OwnAccount {
    pub(crate) uid: String,
    pub(crate) root: Arc<Identity>,
}

impl OwnAccount {
    /// Makes one through the operator hook.
    ///
    /// # Errors
    /// `Ok(None)` when the operator does not know how to make accounts.
    pub(crate) async fn make(sender: &Sender<'_>) -> Result<Option<Self>, RunFault> {
        let made = |account: &str| Made::Account {
            account: account.to_owned(),
        };
        match create(sender, Create::Account {}, &made).await {
            Ok((credential, _)) => {
                let uid = credential.uid.clone();
                Ok(Some(Self {
                    root: Arc::new(identity(credential, &uid, None)),
                    uid,
                }))
            }
            Err(Refusal::Operator(error)) if error.is_unknown_command() => Ok(None),
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// What has to be removed.
    pub(crate) fn made(&self) -> Made {
        Made::Account {
            account: self.uid.clone(),
        }
    }
}

impl World {
    pub(super) async fn make_endpoint(
        &self,
        sender: &Sender<'_>,
        account: &str,
    ) -> Result<Option<String>, RunFault> {
        let Some(EndpointPolicy { policy }) = &self.given.vpc_endpoint else {
            return Ok(None);
        };
        let context = sender.context;
        let now = context.now();
        let policy = policy
            .as_ref()
            .map(|policy| self.scene.json(policy, now))
            .transpose()?;
        let named = |endpoint: &str| Made::VpcEndpoint {
            account: account.to_owned(),
            endpoint: endpoint.to_owned(),
        };
        let operator = context.operator()?;
        let seq = context.making(&named("")).await;
        let request = Create::VpcEndpoint {
            account: account.to_owned(),
            policy,
        };
        let made = operator.vpc_endpoint_for(&context.id, request);
        match sender.operated(made, "create vpc-endpoint").await {
            Ok(endpoint) => {
                let made = named(&endpoint.endpoint);
                context.journal.made(seq, &made);
                self.note(made);
                Ok(Some(endpoint.address))
            }
            Err(error) => {
                not_created(sender, seq, &named(""), &error);
                Err(error.into())
            }
        }
    }

    /// Proves to the target that the domain belongs to those whom `given` names.
    pub(super) async fn prove_domain(
        &self,
        sender: &Sender<'_>,
        people: &People,
        owner: &str,
    ) -> Result<(), RunFault> {
        for who in &self.given.domain_proven_by {
            let known = people
                .identities
                .get(who)
                .or_else(|| self.scene.identities.get(who));
            let account = match (who, known) {
                (Who::Owner, _) => owner.to_owned(),
                (_, Some(identity)) => {
                    sender
                        .context
                        .account_of(who, identity, &self.scene, sender)
                        .await?
                }
                (_, None) => {
                    return Err(RunFault::Harness(
                        format!("there is no identity `{who}`").into(),
                    ));
                }
            };
            self.prove_domain_of(sender, account).await?;
        }
        Ok(())
    }

    /// The scenario's domain.
    pub(crate) fn domain(&self) -> String {
        self.scene.values.get("domain").cloned().unwrap_or_default()
    }

    /// Takes the proofs of everybody but one account away: a domain changes hands.
    pub(crate) async fn disprove_domain(
        &self,
        sender: &Sender<'_>,
        but: &str,
    ) -> Result<(), RunFault> {
        let context = sender.context;
        let domain = self.domain();
        for who in &self.given.domain_proven_by {
            let account = match who {
                Who::Owner => self.account_of_owner(sender).await?,
                who => {
                    let identity = self.person(who)?;
                    context
                        .account_of(who, &identity, &self.scene, sender)
                        .await?
                }
            };
            if account != but {
                let domain = domain.clone();
                let set = Set::DomainOwnership {
                    domain,
                    account,
                    value: DomainOwnership::None,
                };
                sender.set(set).await?;
            }
        }
        Ok(())
    }

    /// Proves to the target that the domain belongs to an account.
    pub(crate) async fn prove_domain_of(
        &self,
        sender: &Sender<'_>,
        account: String,
    ) -> Result<(), RunFault> {
        let context = sender.context;
        let domain = self.domain();
        context.operator()?;
        let made = Made::Domain {
            domain: domain.clone(),
        };
        let seq = context.making(&made).await;
        self.note(made.clone());
        let set = Set::DomainOwnership {
            domain,
            account,
            value: DomainOwnership::Proven,
        };
        sender.set(set).await?;
        context.journal.made(seq, &made);
        Ok(())
    }
}

/// Asks the operator to make somebody; the intent stands in the journal before.
pub(super) async fn create(
    sender: &Sender<'_>,
    request: Create,
    made: &(dyn Fn(&str) -> Made + Sync),
) -> Result<(Credential, Made), Refusal> {
    let context = sender.context;
    let operator = context.operator().map_err(Refusal::RunFault)?;
    let is_session = matches!(request, Create::Session { .. });
    let seq = context.making(&made("")).await;
    let credential = operator.credential_for(&context.id, request);
    match sender.operated(credential, "create").await {
        Ok(credential) => {
            let id = if is_session {
                &credential.access_key_id
            } else {
                &credential.uid
            };
            let made = made(id);
            context.journal.made(seq, &made);
            Ok((credential, made))
        }
        Err(error) => {
            not_created(sender, seq, &made(""), &error);
            Err(Refusal::Operator(error))
        }
    }
}

/// Why the operator made nobody.
pub(super) enum Refusal {
    Operator(OperatorError),
    RunFault(RunFault),
}

impl From<Refusal> for RunFault {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Operator(error) => error.into(),
            Refusal::RunFault(fault) => fault,
        }
    }
}

/// A refusal makes nothing for sure; where no answer came, something may exist that nobody can name, and the intent stays open. A session
/// ends by itself.
fn not_created(sender: &Sender<'_>, seq: u64, what: &Made, error: &OperatorError) {
    if !error.may_be_done() {
        sender.context.journal.not_made(seq);
    } else if !matches!(what, Made::Session { .. }) {
        sender.context.leave_behind(
            what,
            "the operator was asked for it and did not answer, so that it may be there",
        );
    }
}

pub(super) fn identity(credential: Credential, account: &str, user: Option<String>) -> Identity {
    let Credential {
        access_key_id,
        access_key_secret,
        security_token,
        ..
    } = credential;
    let token = security_token.map(Secret::new);
    Identity::new(access_key_id, Secret::new(access_key_secret), token)
        .with_uids(Some(account.to_owned()), user)
}
