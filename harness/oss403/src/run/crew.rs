//! The crew that works a plan off: makes worlds, sends twins, hands records over, removes worlds, within the limits.

use std::convert::Infallible;
use std::sync::Arc;

use tokio::sync::{RwLock, Semaphore, mpsc};
use tokio::task::JoinSet;

use super::context::Context;
use super::events::RunEvent;
use super::fault::RunFault;
use super::plan::{Group, Private, Usage};
use super::record::{Progress, TwinRecord};
use super::sender::Sender;
use super::twin::{self, Turn, Worlds, blank};
use super::world::remove::remove_by_operator;
use super::world::{OwnAccount, Wanted, World};
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

/// In how many worlds, one after the other, an instance is tried when nobody knows what became of a request.
const WORLDS: usize = 4;

impl Crew {
    /// Works off one group.
    pub(crate) async fn work(self: Arc<Self>, group: Group) {
        let permits = u32::try_from(group.buckets).unwrap_or(u32::MAX);
        let _buckets = match self.waited(self.buckets.acquire_many(permits)).await {
            Ok(permits) => permits,
            Err(fault) => return self.give_all_up(group.instances, fault).await,
        };
        match group.usage {
            Usage::Shared => Arc::clone(&self).shared(group).await,
            Usage::Private(how) => self.private(group, how).await,
        }
    }

    /// What was waited for, unless the run has to end before.
    async fn waited<T, E: std::fmt::Debug>(
        &self,
        wait: impl Future<Output = Result<T, E>>,
    ) -> Result<T, RunFault> {
        tokio::select! {
            biased;
            fault = self.context.ending.begun() => Err(fault),
            granted = wait => Ok(granted.expect("the semaphores are never closed")),
        }
    }

    async fn shared(self: Arc<Self>, group: Group) {
        let account = self.waited(async { Ok::<_, Infallible>(self.account.read().await) });
        let _account = match account.await {
            Ok(account) => account,
            Err(fault) => return self.give_all_up(group.instances, fault).await,
        };
        let sender = Sender::new(&self.context);
        let given = &group.instances[0].scenario.given;
        for turn in 1.. {
            let mut world = World::named(&self.context, given, None);
            let made = world.make(&sender, &group.wanted).await;
            let world = Arc::new(world);
            match made {
                Err(RunFault::Unknown { .. }) if turn < WORLDS => {
                    world.remove(&sender).await;
                    continue;
                }
                Ok(()) => {
                    let mut twins = JoinSet::new();
                    for instance in group.instances {
                        twins.spawn(Arc::clone(&self).read(instance, Arc::clone(&world)));
                    }
                    while twins.join_next().await.is_some() {}
                }
                Err(fault) => self.give_all_up(group.instances, fault).await,
            }
            return world.remove(&sender).await;
        }
    }

    /// Sends the twin of an instance that only reads.
    async fn read(self: Arc<Self>, instance: Instance, world: Arc<World>) {
        let _job = match self.waited(self.jobs.acquire()).await {
            Ok(job) => job,
            Err(fault) => return self.give_all_up(vec![instance], fault).await,
        };
        let sender = Sender::new(&self.context);
        let worlds = Worlds {
            base: &world,
            edited: &world,
        };
        match twin::send(&instance, worlds, &sender, Turn::ONLY).await {
            Ok(record) => self.finish(instance, record).await,
            Err(_) => unreachable!("the only turn is the last"),
        }
    }

    async fn private(&self, group: Group, how: Private) {
        let _job = match self.waited(self.jobs.acquire()).await {
            Ok(job) => job,
            Err(fault) => return self.give_all_up(group.instances, fault).await,
        };
        let sender = Sender::new(&self.context);
        let shared = self.waited(async { Ok::<_, Infallible>(self.account.read().await) });
        let shared = match shared.await {
            Ok(shared) => shared,
            Err(fault) => return self.give_all_up(group.instances, fault).await,
        };
        if !how.own_account {
            return self.run_group(group, None, how, &sender).await;
        }
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
                let alone = self.waited(async { Ok::<_, Infallible>(self.account.write().await) });
                match alone.await {
                    Ok(_alone) => self.run_group(group, None, how, &sender).await,
                    Err(fault) => self.give_all_up(group.instances, fault).await,
                }
            }
            Err(fault) => self.give_all_up(group.instances, fault).await,
        }
    }

    /// Makes the world or worlds of each instance, sends its twin, removes them; in other worlds when nobody knows what became of a
    /// request.
    async fn run_group(
        &self,
        group: Group,
        account: Option<Arc<OwnAccount>>,
        how: Private,
        sender: &Sender<'_>,
    ) {
        for instance in group.instances {
            let mut earlier = Vec::new();
            for turn in 1.. {
                let turn = Turn {
                    earlier: &earlier,
                    is_last: turn == WORLDS,
                };
                let given = &instance.scenario.given;
                let edited = World::named(&self.context, given, account.clone());
                let named = || World::named(&self.context, given, account.clone());
                let mut worlds = Owned {
                    edited,
                    base: how.twofold.then(named),
                };
                let sent = match worlds.make(sender, &group.wanted).await {
                    Ok(()) => twin::send(&instance, worlds.lent(), sender, turn).await,
                    Err(RunFault::Unknown { .. }) if !turn.is_last => {
                        worlds.remove(sender).await;
                        continue;
                    }
                    Err(fault) => Ok(given_up(&instance, fault)),
                };
                match sent {
                    Ok(record) => {
                        self.finish(instance, record).await;
                        worlds.remove(sender).await;
                        break;
                    }
                    Err(unsure) => {
                        worlds.remove(sender).await;
                        earlier.extend(unsure);
                    }
                }
            }
        }
    }

    /// Hands over the records of instances for which nothing was sent. Those that a stop has kept from being begun have none.
    async fn give_all_up(&self, instances: Vec<Instance>, fault: RunFault) {
        for instance in instances {
            if fault != RunFault::Interrupted {
                let record = given_up(&instance, fault.clone());
                self.finish(instance, record).await;
            }
        }
    }

    /// Writes a record down and hands it over.
    pub(crate) async fn finish(&self, instance: Instance, record: TwinRecord) {
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

/// The world or worlds of one instance.
struct Owned {
    edited: World,
    /// That of the base, where it must not be the same.
    base: Option<World>,
}

impl Owned {
    async fn make(&mut self, sender: &Sender<'_>, wanted: &Wanted) -> Result<(), RunFault> {
        match &mut self.base {
            Some(base) => {
                let (first, second) =
                    tokio::join!(base.make(sender, wanted), self.edited.make(sender, wanted));
                first.and(second)
            }
            None => self.edited.make(sender, wanted).await,
        }
    }

    fn lent(&self) -> Worlds<'_> {
        Worlds {
            base: self.base.as_ref().unwrap_or(&self.edited),
            edited: &self.edited,
        }
    }

    async fn remove(&self, sender: &Sender<'_>) {
        match &self.base {
            Some(base) => {
                tokio::join!(base.remove(sender), self.edited.remove(sender));
            }
            None => self.edited.remove(sender).await,
        }
    }
}

/// The record of an instance of which nothing was sent.
fn given_up(instance: &Instance, fault: RunFault) -> TwinRecord {
    let mut record = blank(instance, Progress::Complete);
    fault.note_in(&mut record);
    record
}
