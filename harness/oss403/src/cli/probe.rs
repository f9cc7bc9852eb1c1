//! `oss403 probe`: what a target has, and how that differs from what its profile claims.

use std::path::Path;

use serde_json::json;

use super::args::{Format, ProbeArgs};
use super::console::print;
use super::runtime::block_on;
use super::{Console, signals, source, target};
use crate::exit::Exit;
use crate::probe::{Answer, ProbeError, Probed, probe};
use crate::report::style::{Style, Tone, counted, harmless};
use crate::run::{Options, StopSignal};
use crate::target::Profile;
use oss403_case::model::Capability;
use oss403_case::revision::Revision;
use oss403_case::{Instance, Ledger};

/// Asks the target and prints what was found.
pub(super) fn run(args: &ProbeArgs, console: Console) -> Exit {
    ask_and_print(args, console).unwrap_or_else(|exit| exit)
}

fn ask_and_print(args: &ProbeArgs, console: Console) -> Result<Exit, Exit> {
    let instances = instances(args.cases.as_deref(), console)?;
    let profile = target::profile(Some(&args.target), console)?;
    let probed = ask(&profile, &instances, args.out.as_deref(), console)
        .map_err(|unasked| unasked.say(console))?;
    let style = Style {
        color: console.color_out(),
        width: console.width(),
    };
    let text = match args.format {
        Format::Json => as_json(&probed, &profile),
        Format::Text => as_text(&probed, &profile, style),
    };
    if let Err(error) = print(&text) {
        return Err(console.fail(format_args!("standard output: {error}"), Exit::Target));
    }
    Ok(exit(&probed, &profile))
}

/// Every instance of the ledger.
pub(super) fn instances(cases: Option<&Path>, console: Console) -> Result<Vec<Instance>, Exit> {
    let (ledger, _): (Ledger, _) = source::ledger(cases, Revision::default(), console)?;
    ledger.select(&[]).map_err(|unknown| {
        console.error(&unknown, Some(&unknown.help));
        Exit::NothingSelected
    })
}

/// Why nothing was found out.
pub(super) enum Unasked {
    /// It has been printed.
    Said(Exit),
    /// It has not.
    Failed(ProbeError),
}

impl Unasked {
    /// Prints it unless it has been.
    pub(super) fn say(self, console: Console) -> Exit {
        match self {
            Self::Said(exit) => exit,
            Self::Failed(error) => console.fail(harmless(&error.to_string()), Exit::Target),
        }
    }
}

/// Asks.
pub(super) fn ask(
    profile: &Profile,
    instances: &[Instance],
    out: Option<&Path>,
    console: Console,
) -> Result<Probed, Unasked> {
    let mut options = Options::default();
    if let Some(out) = out {
        out.clone_into(&mut options.out);
    }
    let mut answer = None;
    let work = async {
        let stop = StopSignal::new();
        signals::stop_on_signal(stop.clone(), console);
        answer = Some(probe(profile, instances, &options, stop).await);
        Exit::Ok
    };
    let exit = block_on(work, console);
    answer.ok_or(Unasked::Said(exit))?.map_err(Unasked::Failed)
}

/// What is claimed and was found not to be there, and the reverse.
fn differences(probed: &Probed, profile: &Profile) -> (Vec<Capability>, Vec<Capability>) {
    let claims = |capability| profile.capabilities.contains(&capability);
    let those = |answer, claimed| {
        let findings = probed.findings.iter();
        let found = findings.filter(move |finding| finding.answer == answer);
        let found = found.map(|finding| finding.capability);
        found
            .filter(|capability| claims(*capability) == claimed)
            .collect()
    };
    (those(Answer::NotSpoken, true), those(Answer::Spoken, false))
}

fn exit(probed: &Probed, profile: &Profile) -> Exit {
    let (missing, more) = differences(probed, profile);
    if probed.interrupted {
        Exit::Interrupted
    } else if !probed.left_behind.is_empty() {
        Exit::Target
    } else if missing.is_empty() && more.is_empty() {
        Exit::Ok
    } else {
        Exit::Deviations
    }
}

fn as_json(probed: &Probed, profile: &Profile) -> String {
    let names = |these: Vec<Capability>| -> Vec<&str> {
        these.into_iter().map(Capability::as_str).collect()
    };
    let (missing, more) = differences(probed, profile);
    let findings: Vec<_> = probed
        .findings
        .iter()
        .map(|finding| {
            json!({
                "capability": finding.capability.as_str(), "answer": finding.answer, "evidence": finding.evidence,
                "instance": finding.instance, "claimed": profile.capabilities.contains(&finding.capability),
            })
        })
        .collect();
    let value = json!({
        "claims": names(probed.claims().into_iter().collect()),
        "claimed_not_spoken": names(missing),
        "spoken_not_claimed": names(more),
        "findings": findings,
        "requests": probed.requests,
        "left_behind": probed.left_behind,
    });
    format!("{value:#}\n")
}

fn as_text(probed: &Probed, profile: &Profile, style: Style) -> String {
    let column = Capability::NAMES
        .iter()
        .map(|name| name.len())
        .max()
        .unwrap_or_default();
    let mut text = String::new();
    for finding in &probed.findings {
        let (sign, tone) = match finding.answer {
            Answer::Spoken => ("✓", Tone::Good),
            Answer::NotSpoken => ("✗", Tone::Bad),
            Answer::Unknown => ("?", Tone::Faint),
        };
        let name = format!("{:column$}", finding.capability.as_str());
        let evidence = harmless(&finding.evidence).replace('\n', " ");
        let lines = style.wrap(&evidence, column + 4);
        let line = format!(
            "{} {}  {}\n",
            style.paint(tone, sign),
            style.paint(tone, &name),
            lines.join("\n").trim_start()
        );
        text.push_str(&line);
    }
    let (missing, more) = differences(probed, profile);
    for (these, what) in [
        (&missing, "claimed, and not spoken"),
        (&more, "spoken, and not claimed"),
    ] {
        if !these.is_empty() {
            let names: Vec<&str> = these.iter().map(|these| these.as_str()).collect();
            let sentence = format!("{what}: {}", names.join(", "));
            text.push_str(&format!("\n{}\n", style.wrap(&sentence, 0).join("\n")));
        }
    }
    let claims = format!("capabilities: {}", proposed(&probed.claims()));
    text.push_str(&format!("\n{}\n", style.wrap(&claims, 0).join("\n")));
    for what in &probed.left_behind {
        text.push_str(&format!("left behind: {}\n", harmless(what)));
    }
    text.push_str(&format!(
        "\n{} sent\n",
        counted(probed.requests as usize, "request")
    ));
    text
}

/// The claims as a profile writes them, in the shorter of two ways.
fn proposed(claims: &std::collections::BTreeSet<Capability>) -> String {
    let names = |claimed: bool| -> Vec<&str> {
        let all = Capability::ALL.iter();
        let those = all.filter(|capability| claims.contains(capability) == claimed);
        those.map(|capability| capability.as_str()).collect()
    };
    let (listed, except) = (names(true), names(false));
    if except.is_empty() {
        "all".into()
    } else if except.len() < listed.len() {
        format!("{{ except: [{}] }}", except.join(", "))
    } else {
        format!("[{}]", listed.join(", "))
    }
}
