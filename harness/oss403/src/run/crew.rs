//! The crew that works a plan off: makes worlds, sends twins, hands records over, removes worlds, within the limits.

use std::sync::Arc;

use tokio::sync::{RwLock, Semaphore, mpsc};
use tokio::task::JoinSet;

use super::context::{Context, Courier};
use super::events::RunEvent;
use super::plan::{Group, Usage};
use super::record::Progress;
use super::trouble::Trouble;
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
            Usage::Private {
                own_account,
                twofold,
            } => {
                self.private(group, own_account, twofold).await;
            }
        }
    }

    async fn shared(self: Arc<Self>, group: Group) {
        let _account = self.account.read().await;
        let courier = Courier::new(&self.context);
        let given = &group.instances[0].scenario.given;
        let mut world = World::named(&self.context, given, None);
        let made = world.make(&courier, &group.wanted).await;
        let world = Arc::new(world);
        match made {
            Ok(()) => {
                let mut twins = JoinSet::new();
                for instance in group.instances {
                    twins.spawn(Arc::clone(&self).read(instance, Arc::clone(&world)));
                }
                while twins.join_next().await.is_some() {}
            }
            Err(trouble) => {
                for instance in group.instances {
                    self.give_up(instance, trouble.clone()).await;
                }
            }
        }
        world.remove(&courier).await;
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
        let courier = Courier::new(&self.context);
        let worlds = Worlds {
            base: &world,
            edited: &world,
        };
        let record = twin::send(&instance, worlds, &courier).await;
        self.finish(instance, record).await;
    }

    async fn private(&self, group: Group, own_account: bool, twofold: bool) {
        let _job = self
            .jobs
            .acquire()
            .await
            .expect("the semaphore is never closed");
        let courier = Courier::new(&self.context);
        if !own_account {
            let _account = self.account.read().await;
            return self.play(group, None, twofold, &courier).await;
        }
        let shared = self.account.read().await;
        match OwnAccount::make(&courier).await {
            Ok(Some(account)) => {
                let account = Arc::new(account);
                self.play(group, Some(Arc::clone(&account)), twofold, &courier)
                    .await;
                remove_by_operator(&courier, &account.made()).await;
            }
            // Nobody else may be at work while the account that all use is in another state.
            Ok(None) => {
                drop(shared);
                let _alone = self.account.write().await;
                self.play(group, None, twofold, &courier).await;
            }
            Err(trouble) => {
                for instance in group.instances {
                    self.give_up(instance, trouble.clone()).await;
                }
            }
        }
    }

    /// Makes the world or worlds of an instance, sends its twin, removes them.
    async fn play(
        &self,
        group: Group,
        account: Option<Arc<OwnAccount>>,
        twofold: bool,
        courier: &Courier<'_>,
    ) {
        for instance in group.instances {
            let given = &instance.scenario.given;
            let mut edited = World::named(&self.context, given, account.clone());
            let mut base = twofold.then(|| World::named(&self.context, given, account.clone()));
            let made = match &mut base {
                Some(base) => {
                    let (first, second) = tokio::join!(
                        base.make(courier, &group.wanted),
                        edited.make(courier, &group.wanted)
                    );
                    first.and(second)
                }
                None => edited.make(courier, &group.wanted).await,
            };
            match made {
                Ok(()) => {
                    let worlds = Worlds {
                        base: base.as_ref().unwrap_or(&edited),
                        edited: &edited,
                    };
                    let record = twin::send(&instance, worlds, courier).await;
                    self.finish(instance, record).await;
                }
                Err(trouble) => self.give_up(instance, trouble).await,
            }
            match &base {
                Some(base) => {
                    tokio::join!(base.remove(courier), edited.remove(courier));
                }
                None => edited.remove(courier).await,
            }
        }
    }

    /// Hands over the record of an instance whose world could not be made.
    async fn give_up(&self, instance: Instance, trouble: Trouble) {
        let record = blank(&instance, Progress::from(trouble));
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
