//! `oss403 curl`: an instance as commands of curl that really work, signed now.

use super::args::CurlArgs;
use super::console::print;
use super::runtime::block_on;
use super::{Console, signals, source, target};
use crate::exit::Exit;
use crate::report::style::harmless;
use crate::run::{Options, StopSignal};
use crate::suite::{Part, Sent, rehearse, select};
use crate::target::{Profile, Target};
use oss403_case::Instance;

pub(super) fn curl(args: &CurlArgs, console: Console) -> Exit {
    wanted(args, console).unwrap_or_else(|exit| exit)
}

fn wanted(args: &CurlArgs, console: Console) -> Result<Exit, Exit> {
    let (ledger, _) = source::ledger(args.cases.as_deref(), args.revision, console)?;
    let files = match source::is_case_file(&args.id) {
        true => vec![source::case_file(&args.id, console)?],
        false => Vec::new(),
    };
    let filters: Vec<String> = match files.is_empty() {
        true => vec![args.id.clone()],
        false => Vec::new(),
    };
    let instances = select(&ledger, &filters, &files).map_err(|error| {
        console.error(&error, error.help());
        error.exit()
    })?;
    let Ok([instance]) = <[Instance; 1]>::try_from(instances) else {
        let help = format!("`oss403 list '{}'` shows their ids", harmless(&args.id));
        let message = format!("`{}` names more than one instance", harmless(&args.id));
        console.error(message, Some(&help));
        return Err(Exit::Usage);
    };
    let profile = target::profile(Some(&args.target), console)?;
    Ok(block_on(show(instance, &profile, args, console), console))
}

async fn show(instance: Instance, profile: &Profile, args: &CurlArgs, console: Console) -> Exit {
    let target = match Target::ready(profile).await {
        Ok(target) => target,
        Err(error) => return console.fail(&error, error.exit()),
    };
    let stop = StopSignal::new();
    signals::stop_on_signal(stop.clone(), console);
    let options = Options {
        jobs: Some(1),
        out: args.out.clone(),
        ..Options::default()
    };
    let id = instance.id.clone();
    let name = harmless(target.name());
    let sent = rehearse(&target, instance, &options, stop).await;
    target.stop().await;
    let sent = match sent {
        Ok(Ok(sent)) => sent,
        Ok(Err(why)) => {
            return console.fail(
                format_args!("{id}: {}", harmless(&why)),
                Exit::NothingSelected,
            );
        }
        Err(error) => return console.fail(&error, error.exit()),
    };
    let text = match (args.base, args.edited) {
        (true, _) => only(&sent, Part::Base),
        (_, true) => only(&sent, Part::Edited),
        _ => script(&id, &name, &sent),
    };
    if text.is_empty() {
        return console.fail(
            format_args!("{id}: that request was not sent"),
            Exit::NothingSelected,
        );
    }
    console.complain(
        "note: these commands carry signatures that are valid; whoever has them can send the requests until they expire\n",
    );
    match print(&text) {
        Ok(()) => Exit::Ok,
        Err(error) => console.fail(format_args!("standard output: {error}"), Exit::Target),
    }
}

fn only(sent: &[Sent], part: Part) -> String {
    let found = sent.iter().rfind(|sent| sent.part == part);
    found.map_or_else(String::new, |sent| format!("{}\n", sent.curl))
}

/// A script that makes the world again, sends the twin, and removes the world.
fn script(id: &str, target: &str, sent: &[Sent]) -> String {
    let mut text = format!(
        "#!/bin/sh\n# {} at {target}, as it was sent just now.\n\
         # A signature in a header is taken for 15 minutes, a URL for as long as it says. What the server itself names (an upload, a\n\
         # version) has another name each time, and what an operator or a hook did is not repeated.\n",
        harmless(id).replace('\n', " ")
    );
    let mut former = None;
    for Sent { part, status, curl } in sent {
        let answered = status.map_or_else(String::new, |status| format!(", answered {status}"));
        let what = match part {
            Part::SetUp => "set-up",
            Part::Base => "the base request",
            Part::Edited => "the edited request",
            Part::CleanUp => "clean-up",
        };
        if former != Some(*part) {
            text.push_str(&format!("\n# {what}{answered}\n"));
        }
        former = Some(*part);
        text.push_str(&format!("{curl}\necho\n"));
    }
    text
}
