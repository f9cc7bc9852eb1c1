//! The crew that works a plan off: makes worlds, sends twins, hands records over, removes worlds, within the limits.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{RwLock, Semaphore, mpsc};
use tokio::task::JoinSet;

use super::context::Context;
use super::events::RunEvent;
use super::fault::RunFault;
use super::plan::{Group, Private, Usage};
use super::record::{Progress, TwinRecord};
use super::sender::Sender;
use super::twin::{self, Turn, Unsure, Worlds, blank};
use super::world::remove::remove_by_operator;
use super::world::{OwnAccount, Wanted, World};
use crate::wire::patience::Patience;
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
        let patience = &self.context.target.limits.patience;
        let mut turns = Turns::new(patience, sender.in_vain());
        loop {
            let is_last = turns.next_is_last(sender.in_vain());
            let mut world = World::named(&self.context, given, None);
            let made = world.make(&sender, &group.wanted).await;
            let world = Arc::new(world);
            match made {
                Err(RunFault::Unknown { .. }) if !is_last => {
                    turns.unknown(None);
                    world.remove(&sender).await;
                    continue;
                }
                Ok(()) => {
                    let mut twins = JoinSet::new();
                    for instance in group.instances {
                        let read = Arc::clone(&self).read(instance, Arc::clone(&world));
                        twins.spawn(Box::pin(read));
                    }
                    let mut of_interest = None;
                    while let Some(read) = twins.join_next().await {
                        of_interest = of_interest.or(read.ok().flatten());
                    }
                    if let Some(id) = of_interest {
                        world.keep(&sender, &id);
                    }
                }
                Err(fault) => self.give_all_up(group.instances, fault).await,
            }
            return world.remove(&sender).await;
        }
    }

    /// Sends the twin of an instance that only reads; gives its id when somebody wants to look at its world.
    async fn read(self: Arc<Self>, instance: Instance, world: Arc<World>) -> Option<String> {
        let _job = match self.waited(self.jobs.acquire()).await {
            Ok(job) => job,
            Err(fault) => {
                self.give_all_up(vec![instance], fault).await;
                return None;
            }
        };
        let sender = Sender::new(&self.context);
        let worlds = Worlds {
            base: &world,
            edited: &world,
        };
        match twin::send(&instance, worlds, &sender, Turn::ONLY).await {
            Ok(record) => {
                let wanted = self.context.kept.is_wanted(&instance, &record);
                let id = wanted.then(|| instance.id.clone());
                self.finish(instance, record).await;
                id
            }
            Err(_) => unreachable!("the only turn is the last"),
        }
    }

    async fn private(&self, group: Group, how: Private) {
        let _job = match self.waited(self.jobs.acquire()).await {
            Ok(job) => job,
            Err(fault) => return self.give_all_up(group.instances, fault).await,
        };
        let sender = Sender::new(&self.context);
        for instance in group.instances {
            let sent = self.in_worlds(&instance, &group.wanted, how, &sender).await;
            match sent {
                Ok(record) => self.finish(instance, record).await,
                Err(fault) => self.give_all_up(vec![instance], fault).await,
            }
        }
    }

    /// Sends the twin of an instance in a world of its own, and in others when nobody knows what became of a request.
    async fn in_worlds(
        &self,
        instance: &Instance,
        wanted: &Wanted,
        how: Private,
        sender: &Sender<'_>,
    ) -> Result<TwinRecord, RunFault> {
        let patience = &self.context.target.limits.patience;
        let mut turns = Turns::new(patience, sender.in_vain());
        let mut earlier = Vec::new();
        loop {
            let turn = Turn {
                earlier: &earlier,
                is_last: turns.next_is_last(sender.in_vain()),
            };
            match self.in_account(instance, wanted, how, sender, turn).await? {
                Ok(record) => return Ok(record),
                Err(unsure) => {
                    turns.unknown(unsure.as_ref());
                    earlier.extend(unsure);
                }
            }
        }
    }

    /// Sends a twin in an account that nobody else uses meanwhile, where the scenario changes the account's state.
    async fn in_account(
        &self,
        instance: &Instance,
        wanted: &Wanted,
        how: Private,
        sender: &Sender<'_>,
        turn: Turn<'_>,
    ) -> Result<Result<TwinRecord, Option<Unsure>>, RunFault> {
        let shared = self.waited(async { Ok::<_, Infallible>(self.account.read().await) });
        let shared = shared.await?;
        let worlds = |account: Option<&Arc<OwnAccount>>| {
            let given = &instance.scenario.given;
            let named = || World::named(&self.context, given, account.cloned());
            Owned {
                edited: named(),
                base: how.twofold.then(named),
            }
        };
        if !how.own_account {
            return Ok(worlds(None).send(instance, wanted, sender, turn).await);
        }
        match OwnAccount::make(sender).await? {
            Some(account) => {
                let account = Arc::new(account);
                let worlds = worlds(Some(&account));
                let sent = worlds.send(instance, wanted, sender, turn).await;
                let made = account.made();
                if !self.context.kept.holds(&made) {
                    remove_by_operator(sender, &made).await;
                }
                Ok(sent)
            }
            // Nobody else may be at work while the account that all use is in another state.
            None => {
                drop(shared);
                let alone = self.waited(async { Ok::<_, Infallible>(self.account.write().await) });
                let _alone = alone.await?;
                Ok(worlds(None).send(instance, wanted, sender, turn).await)
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

/// In how many worlds, one after the other, something is tried when nobody knows what became of a request.
struct Turns<'c> {
    patience: &'c Patience,
    /// What came to nothing before the first.
    before: Duration,
    /// How often nobody knew it of a request for the world, of the base, and of the edited request.
    unknown: [u32; 3],
}

/// A world takes more than a request does.
const TIMES_A_REQUEST: u32 = 4;

impl<'c> Turns<'c> {
    /// Before the first, when so much time has gone into what came to nothing.
    fn new(patience: &'c Patience, in_vain: Duration) -> Self {
        Self {
            patience,
            before: in_vain,
            unknown: [0; 3],
        }
    }

    /// Whether the next one is the last. Each request has all the attempts that patience has, whatever became of the others; and only the
    /// time counts that came to nothing: a world that takes long to make or to remove, because the target is far away or many are under
    /// way, is no reason to give up.
    fn next_is_last(&self, in_vain: Duration) -> bool {
        let begun = 1 + self.unknown.into_iter().max().unwrap_or_default();
        let since = in_vain.saturating_sub(self.before) / TIMES_A_REQUEST;
        !self.patience.allows(begun, since)
    }

    /// Notes of what nobody knows what became of it in one: a request of the twin, or else one for the world.
    fn unknown(&mut self, unsure: Option<&Unsure>) {
        let at = unsure.map_or(0, |unsure| 1 + usize::from(unsure.edited));
        self.unknown[at] += 1;
    }
}

/// The world or worlds of one instance.
struct Owned {
    edited: World,
    /// That of the base, where it must not be the same.
    base: Option<World>,
}

impl Owned {
    /// Makes them, sends the twin in them, and removes them.
    async fn send(
        mut self,
        instance: &Instance,
        wanted: &Wanted,
        sender: &Sender<'_>,
        turn: Turn<'_>,
    ) -> Result<TwinRecord, Option<Unsure>> {
        let sent = match self.make(sender, wanted).await {
            Ok(()) => twin::send(instance, self.lent(), sender, turn).await,
            Err(RunFault::Unknown { .. }) if !turn.is_last => Err(None),
            Err(fault) => Ok(given_up(instance, fault)),
        };
        if let Ok(record) = &sent
            && sender.context.kept.is_wanted(instance, record)
        {
            self.keep(sender, &instance.id);
        }
        self.remove(sender).await;
        sent
    }

    fn keep(&self, sender: &Sender<'_>, id: &str) {
        for world in self.base.iter().chain([&self.edited]) {
            world.keep(sender, id);
        }
    }

    async fn make(&mut self, sender: &Sender<'_>, wanted: &Wanted) -> Result<(), RunFault> {
        match &mut self.base {
            Some(base) => {
                // Few twins need two, and all of them would be twice as large.
                let base = Box::pin(base.make(sender, wanted));
                let edited = Box::pin(self.edited.make(sender, wanted));
                let (first, second) = tokio::join!(base, edited);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn patience() -> Patience {
        Patience {
            attempts: 3,
            time: Duration::from_secs(10),
            pause: Duration::ZERO,
        }
    }

    fn unsure(edited: bool) -> Option<Unsure> {
        let why = "it was answered 503".into();
        Some(Unsure { edited, why })
    }

    #[test]
    fn every_request_has_as_many_worlds_as_patience_has_attempts() {
        let (world, base, edited) = (None, unsure(false), unsure(true));
        for (unknown, is_last) in [
            (vec![], false),
            (vec![&base], false),
            (vec![&base, &base], true),
            (vec![&edited, &edited], true),
            (vec![&world, &world], true),
            (vec![&base, &edited, &world], false),
            (vec![&base, &edited, &world, &edited], true),
        ] {
            let patience = patience();
            let mut turns = Turns::new(&patience, Duration::ZERO);
            unknown
                .iter()
                .for_each(|unsure| turns.unknown(unsure.as_ref()));
            assert_eq!(turns.next_is_last(Duration::ZERO), is_last, "{unknown:?}");
        }
    }

    #[test]
    fn worlds_end_when_as_much_time_as_four_requests_have_came_to_nothing_and_not_before_the_second()
     {
        let patience = patience();
        let before = Duration::from_secs(100);
        let mut turns = Turns::new(&patience, before);
        let is_last =
            |turns: &Turns<'_>, seconds| turns.next_is_last(before + Duration::from_secs(seconds));
        assert!(!is_last(&turns, 60));
        turns.unknown(None);
        assert!(!is_last(&turns, 39));
        assert!(is_last(&turns, 40));
    }
}
