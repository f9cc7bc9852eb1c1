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
    let work = replay(args, &profile, &suite, &verified, ids, console);
    Ok(block_on(work, console))
}

/// What was found out, what it proves, and what not.
fn in_words(verified: &Verified, args: &VerifyArgs, key: &PublicKey, style: Style) -> String {
    let Verified { head, terms, .. } = verified;
    let product = &terms.product;
    let mut lines = vec![
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
        match (&terms.challenge, &args.challenge) {
            (Some(_), Some(_)) => "challenge: yours; this is no unchanged older bundle, but who has the signing key can rewrite records".into(),
            (Some(given), None) => {
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
    ];
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
    lines.push(String::new());
    for (what, count) in &verified.not_again {
        let of = counted(*count, "instance");
        lines.push(format!("not judged again, of {of}: {what}"));
    }
    lines.push(
        "not judged again: that nothing else answers at the endpoint, name of the profile, times, the number of requests, notes, what was left behind".into(),
    );
    lines.push(String::new());
    lines.push(
        "What the signature proves: who has the key stands for these records, and nobody changed them since. Every verdict, the level and the \
         scope follow from them. What it does not prove: that the records are what a server really answered. Only a run of your own shows that \
         (`--replay 5% --target FILE`), or one by somebody you trust."
            .into(),
    );
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

/// Runs some instances again and compares what becomes of them.
async fn replay(
    args: &VerifyArgs,
    profile: &Profile,
    ledger: &Ledger,
    verified: &Verified,
    ids: Vec<String>,
    console: Console,
) -> Exit {
    let revision = verified.terms.revision.parse().unwrap_or_default();
    let ledger = ledger.clone().at(revision);
    // Under names of its own, as the certificate's run was.
    let names = Terms::names(None, &oss_auth::hex(&fastrand::u128(..).to_be_bytes()));
    let instances = match select(&ledger, &ids, &[]) {
        Ok(instances) => renamed(&instances, &names),
        Err(error) => return console.fail(&error, Exit::Usage),
    };
    let target = match Target::ready(profile).await {
        Ok(target) => target,
        Err(error) => return console.fail(&error, error.exit()),
    };
    let usual = Options::default();
    let options = Options {
        names: Some(names),
        attempts: verified.terms.attempts,
        out: args.journals.clone().unwrap_or(usual.out.clone()),
        keep_journals: Some(20),
        ..usual
    };
    let stop = StopSignal::new();
    signals::stop_on_signal(stop.clone(), console);
    let mut found: BTreeMap<String, (VerdictKind, String)> = BTreeMap::new();
    let ran = certify(&target, instances, &options, stop, None, |step| {
        if let Step::Finished(done) = step {
            let reason = done.redactor.text(&done.judged.judgement.reason);
            let verdict = done.judged.verdict().kind();
            found.insert(done.instance.id.clone(), (verdict, reason));
        }
    })
    .await;
    target.stop().await;
    let certified = match ran {
        Ok(certified) => certified,
        Err(failed) => return console.fail(failed.error.to_string(), failed.error.exit()),
    };
    if certified.run.stopped.is_some() {
        return console.fail("the replay was interrupted", Exit::Interrupted);
    }
    let mut text = String::new();
    let mut other = 0;
    for id in &ids {
        let said = verified.sent.get(id).copied();
        let now = found.get(id);
        if said == now.map(|(verdict, _)| *verdict) {
            continue;
        }
        other += 1;
        let name = |verdict: Option<VerdictKind>| verdict.map_or("nothing", VerdictKind::name);
        let why = now.map_or("", |(_, reason)| reason.as_str());
        text.push_str(&harmless(&format!(
            "{id}: {} in the certificate, {} now: {why}\n",
            name(said),
            name(now.map(|(verdict, _)| *verdict))
        )));
    }
    let again = counted(ids.len(), "instance");
    text.push_str(&match other {
        0 => format!("\nreplayed: {again}, drawn by lot; all came to the same\n"),
        other => format!("\nreplayed: {again}, drawn by lot; {other} came to something else\n"),
    });
    if let Err(error) = console.print(&text) {
        return console.fail(format_args!("standard output: {error}"), Exit::Target);
    }
    if other > 0 {
        return console.fail(
            "refused: the target does not answer as the certificate says",
            Exit::Deviations,
        );
    }
    Exit::Ok
}
