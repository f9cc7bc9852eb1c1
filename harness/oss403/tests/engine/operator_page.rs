//! The page that vendors implement the operator hook from: which causes need which commands.

use std::collections::BTreeSet;
use std::path::Path;

use futures_util::future::join_all;
use oss_reference::config::Config;
use oss403_case::model::Capability;
use oss403_case::revision::Revision;
use oss403_case::{Instance, Ledger};
use serde_json::Value;

use crate::support::{Desk, Watched, operator, reference, run_all};

/// What a run of each cause really asks of a hook, watched between the engine and the operator of a reference server.
#[tokio::test]
async fn the_page_says_which_cause_needs_which_commands() {
    let ledger = Ledger::embedded().unwrap().at(Revision::Observed);
    let mut instances: Vec<Instance> = ledger.instances().collect();
    instances.retain(|instance| !instance.scenario.reference_only);
    let rows = join_all(ledger.causes().map(|file| row(&instances, &file.cause))).await;
    let rows: String = rows.into_iter().flatten().collect();
    let table = format!("| cause | needs a hook | commands |\n|---|---|---|\n{rows}\n");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../oss403-operator/README.md");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains(&table), "the table is now:\n{table}");
}

/// The row of a cause, when any of its instances needs a hook.
async fn row(instances: &[Instance], cause: &str) -> Option<String> {
    let needs = |instance: &Instance| instance.needs.capabilities.contains(&Capability::Operator);
    let instances = instances.iter().cloned();
    let (needing, others): (Vec<Instance>, Vec<Instance>) = instances
        .filter(|instance| instance.file.cause == cause)
        .partition(needs);
    if needing.is_empty() {
        return None;
    }
    let how_many = if others.is_empty() {
        "always"
    } else {
        "in part"
    };
    let commands = commands(alike_once(needing)).await;
    let commands: Vec<String> = commands.iter().map(|name| format!("`{name}`")).collect();
    Some(format!(
        "| `{cause}` | {how_many} | {} |\n",
        commands.join(", ")
    ))
}

/// One instance of those that ask a hook for the same: they have the same world, sender and edit.
fn alike_once(mut instances: Vec<Instance>) -> Vec<Instance> {
    let mut seen = BTreeSet::new();
    let is_new = |instance: &Instance| {
        let scenario = &instance.scenario;
        let asks = (&scenario.given, &scenario.base.r#as, &scenario.edit);
        seen.insert(serde_json::to_string(&asks).unwrap())
    };
    instances.retain(is_new);
    instances
}

/// The commands of a run, without those that only take away again what others made.
async fn commands(instances: Vec<Instance>) -> BTreeSet<String> {
    let server = reference(Config::default()).await;
    let (watched, desk) = (Watched::default(), Desk::new());
    let hook = watched.stand_before(&server, None).await;
    let more = operator(&desk, hook, server.operator_token());
    let target = desk.target(server.address(), &more).await;
    run_all(&target, instances).await;
    let name = |command: &Value| {
        let verb = ["create", "set"]
            .into_iter()
            .find(|verb| command[verb].is_string())?;
        Some(format!("{verb} {}", command[verb].as_str()?))
    };
    watched.commands().iter().filter_map(name).collect()
}
