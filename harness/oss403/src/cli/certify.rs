//! `oss403 certify`: a run under fixed rules, and the bundle that comes of it.

use std::path::Path;

use ring::rand::{SecureRandom as _, SystemRandom};
use sha2::{Digest as _, Sha256};

use super::args::{CertifyArgs, CertifyCommand, KeygenArgs};
use super::runtime::block_on;
use super::{Console, signals, source, target};
use crate::certify::bundle::Bundle;
use crate::certify::key::{SigningKey, generate};
use crate::certify::keys::renamed;
use crate::certify::terms::{SCHEMA, Terms};
use crate::exit::Exit;
use crate::job::{Asked, Done, Job, Ready};
use crate::report::json::{Selection, Tool};
use crate::report::progress::Progress;
use crate::report::sink::Reports;
use crate::report::style::{Style, harmless};
use crate::run::{Options, StopSignal, Surroundings};
use crate::suite::{Step, select};
use crate::target::Profile;
use crate::target::product::Product;
use oss403_case::Ledger;
use oss403_case::revision::Revision;

/// Makes a bundle, or a pair of keys.
pub(super) fn certify(args: &CertifyArgs, console: Console) -> Exit {
    if let Some(CertifyCommand::Keygen(args)) = &args.command {
        return keygen(args, console);
    }
    prepared(args, console).unwrap_or_else(|exit| exit)
}

fn keygen(args: &KeygenArgs, console: Console) -> Exit {
    if args.out == Path::new("-") {
        let message = "a private key is not printed: `--out` names a file";
        return console.fail(message, Exit::Usage);
    }
    let (beside, public) = match generate(&args.out) {
        Ok(made) => made,
        Err(error) => return console.fail(error, Exit::Usage),
    };
    let text = format!(
        "private key  {}  (yours alone: who has it can sign in your name)\n public key  {}  (for those who verify)\n     key id  {}\n",
        args.out.display(),
        beside.display(),
        public.id()
    );
    printed(console, &harmless(&text), Exit::Ok)
}

fn printed(console: Console, text: &str, exit: Exit) -> Exit {
    match console.print(text) {
        Ok(()) => exit,
        Err(error) => console.fail(format_args!("standard output: {error}"), Exit::Target),
    }
}

/// The ledger that a certificate is of: the one compiled in, unless another is named. What is wrong with it has been printed.
pub(super) fn ledger(
    named: Option<&Path>,
    revision: Revision,
    console: Console,
) -> Result<Ledger, Exit> {
    let loaded = match named {
        Some(folder) => Ledger::load(folder),
        None => Ledger::embedded(),
    };
    let loaded = loaded.map_err(|found| source::refuse(&found, console))?;
    Ok(loaded.at(revision))
}

fn key(args: &CertifyArgs, console: Console) -> Result<SigningKey, Exit> {
    let refused = |error: &dyn std::fmt::Display| {
        let help = "`oss403 certify keygen --out vendor.key` makes one; or `openssl genpkey -algorithm ed25519`";
        console.error(error, Some(help));
        Exit::Usage
    };
    if let Some(path) = &args.key {
        return SigningKey::load(path)
            .map_err(|error| refused(&format_args!("{}: {error}", path.display())));
    }
    let name = &args.key_env;
    match std::env::var(name) {
        Ok(text) => SigningKey::parse(text.as_bytes())
            .map_err(|error| refused(&format_args!("the variable `{name}`: {error}"))),
        Err(_) => Err(refused(&format_args!(
            "nobody signs: there is no `--key`, and the environment has no variable `{name}`"
        ))),
    }
}

/// What the certificate is about: flags go before the profile.
fn product(args: &CertifyArgs, profile: &Profile, console: Console) -> Result<Product, Exit> {
    let mut product = profile.product.clone();
    let flags = [
        (&args.vendor, &mut product.vendor),
        (&args.product, &mut product.name),
        (&args.product_version, &mut product.version),
    ];
    for (flag, field) in flags {
        if let Some(text) = flag {
            field.clone_from(text);
        }
    }
    let Some(missing) = product.missing() else {
        return Ok(product);
    };
    let help = "the profile says it: `product: { vendor: …, name: …, version: … }`; or `--vendor`, `--product`, `--product-version`";
    let message = format!("a certificate names its product, and `{missing}` is not said");
    console.error(message, Some(help));
    Err(Exit::Usage)
}

fn prepared(args: &CertifyArgs, console: Console) -> Result<Exit, Exit> {
    let ledger = ledger(args.cases.as_deref(), args.revision, console)?;
    let named = args.target.as_deref();
    let profile = target::profile(named, console)?;
    let key = key(args, console)?;
    let product = product(args, &profile, console)?;
    let instances = select(&ledger, &[], &[]).map_err(|error| {
        console.error(&error, error.help());
        error.exit()
    })?;
    let nonce = fresh_nonce(console)?;
    let options = options(args, &nonce);
    let instances = renamed(&instances, &Terms::names(args.challenge.as_deref(), &nonce));
    let file = named.filter(|named| *named != Path::new("embedded"));
    let terms = |surroundings: Surroundings| Terms {
        schema: SCHEMA,
        tool: Tool::default(),
        revision: ledger.revision().name().to_owned(),
        suite: ledger.hash().to_owned(),
        challenge: args.challenge.clone(),
        seed: Terms::seed_of(args.challenge.as_deref(), &nonce),
        nonce,
        attempts: args.attempts,
        target: profile.name.clone(),
        surroundings,
        profile_sha256: file
            .and_then(|file| std::fs::read(file).ok())
            .map(|text| oss_auth::hex(&Sha256::digest(text))),
        product,
        artifact: profile.artifact.clone(),
    };
    let job = Job {
        asked: Asked {
            selection: Selection {
                revision: ledger.revision().name().to_owned(),
                ..Selection::default()
            },
            // Where it lies is nobody's business.
            profile: file
                .and_then(Path::file_name)
                .map(|name| name.to_string_lossy().into_owned()),
        },
        options,
        ..Job::of(&ledger, instances, &profile)
    };
    let Some(folder) = &args.out else {
        return Err(console.fail("`--out` says where the bundle goes", Exit::Usage));
    };
    let seal = Seal { folder, key: &key };
    Ok(block_on(carry_out(job, terms, seal, console), console))
}

fn fresh_nonce(console: Console) -> Result<String, Exit> {
    let mut nonce = [0; 16];
    match SystemRandom::new().fill(&mut nonce) {
        Ok(()) => Ok(oss_auth::hex(&nonce)),
        Err(_) => Err(console.fail("the system gives no random numbers", Exit::Target)),
    }
}

/// Seed and names of the run follow from what it was challenged with, and from the nonce.
fn options(args: &CertifyArgs, nonce: &str) -> Options {
    let challenge = args.challenge.as_deref();
    let usual = Options::default();
    Options {
        seed: Terms::seed_of(challenge, nonce),
        names: Some(Terms::names(challenge, nonce)),
        jobs: args.jobs,
        attempts: args.attempts,
        out: args.journals.clone().unwrap_or(usual.out.clone()),
        keep_journals: Some(20),
        ..usual
    }
}

/// Where the bundle goes, and what it is signed with.
struct Seal<'a> {
    folder: &'a Path,
    key: &'a SigningKey,
}

async fn carry_out(
    job: Job<'_>,
    terms: impl FnOnce(Surroundings) -> Terms,
    seal: Seal<'_>,
    console: Console,
) -> Exit {
    let count = job.instances.len();
    let mut ready = match job.ready().await {
        Ok(ready) => ready,
        Err(error) => return console.fail(&error, error.exit()),
    };
    let terms = terms(ready.surroundings());
    let header = header(&terms, count);
    let mut bundle = match Bundle::begin(seal.folder, terms) {
        Ok(bundle) => bundle,
        Err(error) => return console.fail(error, Exit::Usage),
    };
    match Reports::open(&bundle.reports()) {
        Ok(reports) => ready.write_to(reports),
        Err(error) => return console.fail(error, Exit::Usage),
    }
    if let Err(error) = console.print(&header) {
        return console.fail(format_args!("standard output: {error}"), Exit::Target);
    }
    let done = run(ready, &mut bundle, console).await;
    conclude(&done, bundle, &seal, console)
}

fn header(terms: &Terms, count: usize) -> String {
    format!(
        "oss403 {} certifies {} {} of {}\n{count} instances of {}, attempts {}, challenge {}, seed {}\n\n",
        terms.tool.version,
        terms.product.name,
        terms.product.version,
        terms.product.vendor,
        terms.revision,
        terms.attempts,
        terms.challenge.as_deref().unwrap_or("none"),
        terms.seed,
    )
}

/// Runs the job, puts each record into the bundle, and shows how far it is.
async fn run(ready: Ready<'_>, bundle: &mut Bundle, console: Console) -> Done {
    let stop = StopSignal::new();
    signals::stop_on_signal(stop.clone(), console);
    let mut progress = None;
    let done = ready.run(stop, |step| match step {
        Step::Planned(total) => progress = Some(Progress::new(total, console.is_interactive())),
        Step::Ran {
            attempt,
            record,
            redactor,
        } => bundle.add(attempt, record, redactor),
        // A certificate has no baseline.
        Step::Known(_) => {}
        Step::Finished(finished) => {
            if let Some(progress) = &mut progress {
                match finished.judged.verdict().kind() {
                    kind if kind.is_set_aside() => progress.skip(),
                    kind => progress.step(kind.is_failure()),
                }
            }
        }
    });
    let done = done.await;
    if let Some(progress) = &progress {
        progress.finish();
    }
    done
}

/// Signs the bundle of a run that came to its end; of any other it says why there is no certificate.
fn conclude(done: &Done, bundle: Bundle, seal: &Seal<'_>, console: Console) -> Exit {
    let exit = done.exit();
    if !done.trouble.is_empty() {
        for sentence in &done.trouble {
            console.error(format_args!("no certificate: {sentence}"), None);
        }
        return exit;
    }
    let text = done.text(Style {
        color: console.color_out(),
        width: console.width(),
    });
    if !matches!(exit, Exit::Ok | Exit::Deviations) {
        let why = done.facts.failure.clone();
        let why = why.unwrap_or_else(|| "the run did not come to its end as it should have".into());
        let _ = console.print(&text);
        return console.fail(format_args!("no certificate: {why}"), exit);
    }
    match bundle.finish(&done.facts.scope.retired, seal.key) {
        Ok(head) => {
            let signed = format!(
                "\n{}\ncertificate in {}, signed by the key {}\n",
                head.sentence(),
                seal.folder.display(),
                seal.key.public().id()
            );
            printed(console, &(text + &signed), exit)
        }
        Err(error) => console.fail(format_args!("no certificate: {error}"), Exit::Target),
    }
}
