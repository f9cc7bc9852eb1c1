//! `oss403 verify`: what can be found out about a certificate that was handed over.

use std::collections::BTreeMap;

use super::args::VerifyArgs;
use super::certify::ledger;
use super::runtime::block_on;
use super::{Console, signals, target};
use crate::certify::key::PublicKey;
use crate::certify::keys::renamed;
use crate::certify::sample::sample;
use crate::certify::terms::Terms;
use crate::certify::verify::{Question, Verified, verify};
use crate::exit::Exit;
use crate::judge::verdict::VerdictKind;
use crate::report::style::{Style, counted, grouped, harmless};
use crate::run::{Options, StopSignal};
use crate::suite::{Step, certify, select};
use crate::target::{Profile, Target};
use oss403_case::Ledger;
use oss403_case::revision::Revision;

/// Verifies a bundle.
pub(super) fn run(args: &VerifyArgs, console: Console) -> Exit {
    verified(args, console).unwrap_or_else(|exit| exit)
}

fn verified(args: &VerifyArgs, console: Console) -> Result<Exit, Exit> {
    let key = PublicKey::load(&args.key).map_err(|error| {
        console.fail(format_args!("{}: {error}", args.key.display()), Exit::Usage)
    })?;
    if !args.bundle.is_dir() {
        let message = format!("{} is no folder with a bundle", args.bundle.display());
        console.error(message, Some("an archive of one is unpacked first"));
        return Err(Exit::Usage);
    }
    let suite = ledger(args.cases.as_deref(), Revision::Documented, console)?;
    let profile = args.target.as_deref();
    let profile = profile
        .map(|named| target::profile(Some(named), console))
        .transpose()?;
    let question = Question {
        key: &key,
        ledger: &suite,
        challenge: args.challenge.as_deref(),
    };
    let verified = verify(&args.bundle, &question)
        .map_err(|refusal| console.fail(format_args!("refused: {refusal}"), Exit::Deviations))?;
    let style = Style {
        color: console.color_out(),
        width: console.width(),
    };
    let text = in_words(&verified, args, &key, style);
    if let Err(error) = console.print(&text) {
        return Err(console.fail(format_args!("standard output: {error}"), Exit::Target));
    }
    let (Some(percent), Some(profile)) = (args.replay, profile) else {
        return Ok(Exit::Ok);
    };
    let ids = sample(&verified, percent);
    let revision = verified.terms.revision.parse().unwrap_or_default();
    let replay = Replay {
        verified: &verified,
        ledger: suite.at(revision),
        ids,
    };
    Ok(block_on(replay.run(args, &profile, console), console))
}

/// What was found out, what it proves, and what not.
fn in_words(verified: &Verified, args: &VerifyArgs, key: &PublicKey, style: Style) -> String {
    let mut lines = said(verified, args.challenge.is_some(), key);
    lines.extend(reservations(verified));
    lines.push(String::new());
    lines.extend(not_again(verified));
    lines.push(String::new());
    lines.push(PROVES.into());
    let mut text = String::new();
    for line in lines {
        let wrapped = style.wrap(&harmless(&line), 0);
        if wrapped.is_empty() {
            text.push('\n');
        }
        for line in wrapped {
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    text
}

/// What a signature is worth.
const PROVES: &str = "What the signature proves: who has the key stands for these records, and nobody changed them since. Every verdict, the level and the \
     scope follow from them. What it does not prove: that the records are what a server really answered. Only a run of your own shows that \
     (`--replay 5% --target FILE`), or one by somebody you trust.";

/// What every certificate says. `is_asked` is whether the challenge was compared with one that was given.
fn said(verified: &Verified, is_asked: bool, key: &PublicKey) -> Vec<String> {
    let Verified { head, terms, .. } = verified;
    let product = &terms.product;
    vec![
        format!("ok: {}", head.sentence()),
        String::new(),
        format!(
            "product: {} {} of {}",
            product.name, product.version, product.vendor
        ),
        format!("target: {} at {}", head.target.name, head.target.endpoint),
        format!("run: {}, as it says itself", head.started),
        format!(
            "suite: {}, SHA-256 {}, the one of this program",
            terms.revision, terms.suite
        ),
        format!("signed by: key {}", key.id()),
        match (&terms.challenge, is_asked) {
            (Some(_), true) => "challenge: yours; this is no unchanged older bundle, but who has the signing key can rewrite records".into(),
            (Some(given), false) => {
                format!("challenge: {given}; was it yours? `--challenge` compares")
            }
            (None, _) => {
                "challenge: none; the run may be of any time and any number of tries".into()
            }
        },
        format!(
            "judged again: {} from their records, {} of them rightly set aside",
            counted(verified.judged, "instance"),
            grouped(verified.aside as u64)
        ),
    ]
}

/// What to know before relying on a certificate.
fn reservations(verified: &Verified) -> Vec<String> {
    let Verified { head, terms, .. } = verified;
    let mut lines = Vec::new();
    if terms.surroundings.embedded {
        let wrong = head.target.made_wrong();
        let wrong = wrong.map_or(String::new(), |wrong| {
            format!(", made wrong on purpose ({wrong})")
        });
        lines.push(format!(
            "this is the reference server of oss403{wrong}, not a product"
        ));
    }
    match &terms.artifact {
        Some(artifact) => lines.push(format!(
            "artifact: {} SHA-256 {}, as the profile says; that this is what ran is not shown",
            artifact.name, artifact.sha256
        )),
        None => lines.push("artifact: none is named; nothing ties this to a build".into()),
    }
    if !head.scope.not_claimed.is_empty() {
        lines.push(format!(
            "not claimed: {}",
            head.scope.not_claimed.join(", ")
        ));
    }
    if terms.attempts > 1 {
        lines.push(format!("attempts: up to {}", terms.attempts));
    }
    lines
}

fn not_again(verified: &Verified) -> Vec<String> {
    let mut lines = Vec::new();
    for (what, count) in &verified.not_again {
        let of = counted(*count, "instance");
        lines.push(format!("not judged again, of {of}: {what}"));
    }
    lines.push(
        "not judged again: that nothing else answers at the endpoint, name of the profile, times, the number of requests, notes, what was left behind".into(),
    );
    lines
}

/// Instances that are run again, to see whether the same becomes of them.
struct Replay<'a> {
    verified: &'a Verified,
    /// At the revision of the certificate.
    ledger: Ledger,
    ids: Vec<String>,
}

/// Of each instance by its id what became of it now, and why.
type Found = BTreeMap<String, (VerdictKind, String)>;

impl Replay<'_> {
    async fn run(&self, args: &VerifyArgs, profile: &Profile, console: Console) -> Exit {
        let found = match self.found(args, profile, console).await {
            Ok(found) => found,
            Err(exit) => return exit,
        };
        let others = self.others(&found);
        let again = counted(self.ids.len(), "instance");
        let came_to = match others.len() {
            0 => "all came to the same".to_owned(),
            other => format!("{other} came to something else"),
        };
        let text = format!(
            "{}\nreplayed: {again}, drawn by lot; {came_to}\n",
            others.concat()
        );
        if let Err(error) = console.print(&text) {
            return console.fail(format_args!("standard output: {error}"), Exit::Target);
        }
        if !others.is_empty() {
            return console.fail(
                "refused: the target does not answer as the certificate says",
                Exit::Deviations,
            );
        }
        Exit::Ok
    }

    /// Runs the instances. What keeps them from being run to the end has been printed.
    async fn found(
        &self,
        args: &VerifyArgs,
        profile: &Profile,
        console: Console,
    ) -> Result<Found, Exit> {
        // Under names of its own, as the certificate's run was.
        let names = Terms::names(None, &oss_auth::hex(&fastrand::u128(..).to_be_bytes()));
        let instances = select(&self.ledger, &self.ids, &[])
            .map_err(|error| console.fail(&error, Exit::Usage))?;
        let instances = renamed(&instances, &names);
        let target = Target::ready(profile)
            .await
            .map_err(|error| console.fail(&error, error.exit()))?;
        let usual = Options::default();
        let options = Options {
            names: Some(names),
            attempts: self.verified.terms.attempts,
            out: args.journals.clone().unwrap_or(usual.out.clone()),
            keep_journals: Some(20),
            ..usual
        };
        let stop = StopSignal::new();
        signals::stop_on_signal(stop.clone(), console);
        let mut found = Found::new();
        let ran = certify(&target, instances, &options, stop, None, |step| {
            if let Step::Finished(done) = step {
                let reason = done.redactor.text(&done.judged.judgement.reason);
                let verdict = done.judged.verdict().kind();
                found.insert(done.instance.id.clone(), (verdict, reason));
            }
        })
        .await;
        target.stop().await;
        let certified =
            ran.map_err(|failed| console.fail(failed.error.to_string(), failed.error.exit()))?;
        if certified.run.stopped.is_some() {
            return Err(console.fail("the replay was interrupted", Exit::Interrupted));
        }
        Ok(found)
    }

    /// A line for each instance that came to something else than the certificate says.
    fn others(&self, found: &Found) -> Vec<String> {
        let name = |verdict: Option<VerdictKind>| verdict.map_or("nothing", VerdictKind::name);
        let mut lines = Vec::new();
        for id in &self.ids {
            let said = self.verified.sent.get(id).copied();
            let now = found.get(id);
            let verdict = now.map(|(verdict, _)| *verdict);
            if said == verdict {
                continue;
            }
            let why = now.map_or("", |(_, reason)| reason.as_str());
            lines.push(harmless(&format!(
                "{id}: {} in the certificate, {} now: {why}\n",
                name(said),
                name(verdict)
            )));
        }
        lines
    }
}
