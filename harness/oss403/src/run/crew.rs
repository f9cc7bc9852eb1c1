//! The crew that works a plan off: makes worlds, sends twins, hands records over, removes worlds, within the limits.

use std::sync::Arc;

use tokio::sync::{RwLock, Semaphore, mpsc};
use tokio::task::JoinSet;

use super::context::{Context, Sender};
use super::events::RunEvent;
use super::fault::RunFault;
use super::plan::{Group, Private, Usage};
use super::record::Progress;
use super::twin::{self, Worlds, blank};
use super::world::remove::remove_by_operator;
use super::world::{OwnAccount, World};
use oss403_case::Instance;

/// What all workers share.
pub(crate) struct Crew {
    pub(crate) context: Arc<Context>,
    /// One permit for each bucket that may exist.
    pub(crate) buckets: Semaphore,
    /// One permit for each instance that may be under way.
    pub(crate) jobs: Semaphore,
    /// Held for writing by whoever changes the state of an account that others use too.
    pub(crate) account: RwLock<()>,
    pub(crate) events: mpsc::Sender<RunEvent>,
}

impl Crew {
    /// Works off one group.
    pub(crate) async fn work(self: Arc<Self>, group: Group) {
        let permits = u32::try_from(group.buckets).unwrap_or(u32::MAX);
        let _buckets = self
            .buckets
            .acquire_many(permits)
            .await
            .expect("the semaphore is never closed");
        if self.context.stop.is_stopped() {
            return;
        }
        match group.usage {
            Usage::Shared => Arc::clone(&self).shared(group).await,
            Usage::Private(how) => self.private(group, how).await,
        }
    }

    async fn shared(self: Arc<Self>, group: Group) {
        let _account = self.account.read().await;
        let sender = Sender::new(&self.context);
        let given = &group.instances[0].scenario.given;
        let mut world = World::named(&self.context, given, None);
        let made = world.make(&sender, &group.wanted).await;
        let world = Arc::new(world);
        match made {
            Ok(()) => {
                let mut twins = JoinSet::new();
                for instance in group.instances {
                    twins.spawn(Arc::clone(&self).read(instance, Arc::clone(&world)));
                }
                while twins.join_next().await.is_some() {}
            }
            Err(fault) => {
                for instance in group.instances {
                    self.give_up(instance, fault.clone()).await;
                }
            }
        }
        world.remove(&sender).await;
    }

    /// Sends the twin of an instance that only reads.
    async fn read(self: Arc<Self>, instance: Instance, world: Arc<World>) {
        let _job = self
            .jobs
            .acquire()
            .await
            .expect("the semaphore is never closed");
        if self.context.stop.is_stopped() {
            return;
        }
        let sender = Sender::new(&self.context);
        let worlds = Worlds {
            base: &world,
            edited: &world,
        };
        let record = twin::send(&instance, worlds, &sender).await;
        self.finish(instance, record).await;
    }

    async fn private(&self, group: Group, how: Private) {
        let _job = self
            .jobs
            .acquire()
            .await
            .expect("the semaphore is never closed");
        let sender = Sender::new(&self.context);
        if !how.own_account {
            let _account = self.account.read().await;
            return self.run_group(group, None, how, &sender).await;
        }
        let shared = self.account.read().await;
        match OwnAccount::make(&sender).await {
            Ok(Some(account)) => {
                let account = Arc::new(account);
                self.run_group(group, Some(Arc::clone(&account)), how, &sender)
                    .await;
                remove_by_operator(&sender, &account.made()).await;
            }
            // Nobody else may be at work while the account that all use is in another state.
            Ok(None) => {
                drop(shared);
                let _alone = self.account.write().await;
                self.run_group(group, None, how, &sender).await;
            }
            Err(fault) => {
                for instance in group.instances {
                    self.give_up(instance, fault.clone()).await;
                }
            }
        }
    }

    /// Makes the world or worlds of an instance, sends its twin, removes them.
    async fn run_group(
        &self,
        group: Group,
        account: Option<Arc<OwnAccount>>,
        how: Private,
        sender: &Sender<'_>,
    ) {
        for instance in group.instances {
            let given = &instance.scenario.given;
            let mut edited = World::named(&self.context, given, account.clone());
            let mut base = how
                .twofold
                .then(|| World::named(&self.context, given, account.clone()));
            let made = match &mut base {
                Some(base) => {
                    let (first, second) = tokio::join!(
                        base.make(sender, &group.wanted),
                        edited.make(sender, &group.wanted)
                    );
                    first.and(second)
                }
                None => edited.make(sender, &group.wanted).await,
            };
            match made {
                Ok(()) => {
                    let worlds = Worlds {
                        base: base.as_ref().unwrap_or(&edited),
                        edited: &edited,
                    };
                    let record = twin::send(&instance, worlds, sender).await;
                    self.finish(instance, record).await;
                }
                Err(fault) => self.give_up(instance, fault).await,
            }
            match &base {
                Some(base) => {
                    tokio::join!(base.remove(sender), edited.remove(sender));
                }
                None => edited.remove(sender).await,
            }
        }
    }

    /// Hands over the record of an instance whose world could not be made.
    async fn give_up(&self, instance: Instance, fault: RunFault) {
        let mut record = blank(&instance, Progress::Complete);
        fault.note_in(&mut record);
        self.finish(instance, record).await;
    }

    /// Writes a record down and hands it over.
    pub(crate) async fn finish(&self, instance: Instance, record: super::record::TwinRecord) {
        let redactor = self.context.journal.record(&record);
        let event = RunEvent::Finished {
            instance,
            record: Box::new(record),
            redactor,
        };
        // Whoever listens has gone only when the whole run was dropped.
        let _ = self.events.send(event).await;
    }
}
