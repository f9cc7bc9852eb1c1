//! `oss403 init`: asks a server what it has and writes a profile that says so.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use super::args::{InitArgs, InitStyle};
use super::console::print;
use super::probe::Unasked;
use super::{Console, probe};
use crate::exit::Exit;
use crate::probe::{Answer, ProbeError, Probed};
use crate::report::style::harmless;
use crate::target::Profile;
use crate::wire::address::{Address, host_name};
use oss403_case::Instance;
use oss403_case::diagnostic::Diagnostic;

/// Asks and writes.
pub(super) fn init(args: &InitArgs, console: Console) -> Exit {
    ask_and_write(args, console).unwrap_or_else(|exit| exit)
}

fn ask_and_write(args: &InitArgs, console: Console) -> Result<Exit, Exit> {
    let to_stdout = args.out.as_os_str() == "-";
    if !to_stdout && args.out.exists() {
        let help = "name another file with --out, or move this one away";
        console.error(
            format_args!("{} is there already", args.out.display()),
            Some(help),
        );
        return Err(Exit::Usage);
    }
    if !["http://", "https://"]
        .iter()
        .any(|scheme| args.endpoint.to_ascii_lowercase().starts_with(scheme))
    {
        let message = format!("`{}` is no address of HTTP", args.endpoint);
        let host = args.endpoint.rsplit("://").next().unwrap_or_default();
        let help = format!("write `http://{host}`, or `https://{host}` when the server speaks TLS");
        console.error(message, Some(&help));
        return Err(Exit::Usage);
    }
    let instances = probe::instances(None, console)?;
    let (draft, probed) = found(args, &instances, console)?;
    let text = draft.text(Some(&probed));
    if to_stdout {
        return match print(&text) {
            Ok(()) => Ok(Exit::Ok),
            Err(error) => Err(console.fail(format_args!("standard output: {error}"), Exit::Target)),
        };
    }
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.out);
    if let Err(error) = file.and_then(|mut file| file.write_all(text.as_bytes())) {
        return Err(console.fail(format_args!("{}: {error}", args.out.display()), Exit::Usage));
    }
    let spoken = probed.claims().len();
    let done = format!(
        "wrote {}: {spoken} of {} capabilities are spoken\nnext: oss403 run --target {}\n",
        args.out.display(),
        probed.findings.len(),
        args.out.display(),
    );
    let _ = print(&done);
    Ok(Exit::Ok)
}

/// The first draft with which buckets are found, and what is found with it. What went wrong has been printed when there is none: a profile
/// with which no bucket is found would prove nothing.
fn found<'a>(
    args: &'a InitArgs,
    instances: &[Instance],
    console: Console,
) -> Result<(Draft<'a>, Probed), Exit> {
    let mut is_let_in = false;
    let mut refusals = Vec::new();
    for draft in Draft::all(args) {
        let profile = Profile::parse(&draft.text(None), Path::new(DRAFT))
            .map_err(|found| refuse(&found, console))?;
        let why = match probe::ask(&profile, instances, args.journals.as_deref(), console) {
            Ok(probed) if probed.interrupted => return Err(Exit::Interrupted),
            Ok(probed) if probed.finds_buckets => return Ok((draft, probed)),
            Ok(probed) => {
                is_let_in = true;
                let why = probed.bucket_refusal;
                why.unwrap_or_else(|| "no base could be sent".into())
            }
            // Under another name the server may have another answer.
            Err(Unasked::Failed(ProbeError::NoScheme(error))) if error.is_refusal() => {
                error.to_string()
            }
            Err(unasked) => return Err(unasked.say(console)),
        };
        refusals.push((draft.in_words(), why));
    }
    let what = match is_let_in {
        true => "the owner is let in, but no request on a bucket succeeded",
        false => "the owner is let in by no signature scheme",
    };
    console.error(
        format_args!(
            "{what}, so that nothing was written\n{}",
            in_turn(&refusals)
        ),
        Some(&advice(args)),
    );
    Err(Exit::Target)
}

/// Prints what is wrong with a draft. Whoever calls the command has written options and no file.
fn refuse(found: &[Diagnostic], console: Console) -> Exit {
    for diagnostic in found {
        let help = diagnostic.help.as_deref();
        let message = format!("what is asked for makes no profile: {}", diagnostic.message);
        console.error(message, help);
    }
    Exit::Usage
}

/// What was tried, with what came of it; what came of several is said once.
fn in_turn(refusals: &[(String, String)]) -> String {
    let mut text = Vec::new();
    for (at, (tried, why)) in refusals.iter().enumerate() {
        let is_repeated = refusals.get(at + 1).is_some_and(|(_, next)| next == why);
        text.push(format!("  {tried}"));
        if !is_repeated {
            let lines = why
                .lines()
                .map(|line| format!("    {}", harmless(line.trim())));
            text.extend(lines);
        }
    }
    text.join("\n")
}

/// Which options of this command say how the server and its buckets are called.
fn advice(args: &InitArgs) -> String {
    let suffix = match &args.suffix {
        Some(_) => "`--suffix` names what stands in host names behind the region",
        None => {
            "give the server's own suffix with `--suffix`, what stands in its host names behind the region (`oss403 serve` prints its own, \
             aliyuncs.test)"
        }
    };
    format!(
        "{suffix}; `--service` what it calls itself where that is no `oss-<region>.<suffix>`, `--region` its home region, `--style` where requests \
         carry their bucket"
    )
}

/// What a profile that is being made is called where something is wrong with it.
const DRAFT: &str = "profile.yaml";
/// Characters of what speaks for a claim that stand beside it.
const EVIDENCE: usize = 90;
/// What names of buckets begin with that a run made.
const BUCKET: &str = "oss403-";

/// A profile that is being made.
struct Draft<'a> {
    args: &'a InitArgs,
    style: InitStyle,
    regions: Vec<String>,
    /// What stands behind the region in host names; `None` where hosts have no such names.
    suffix: Option<String>,
    /// What the service is called, where that is no `oss-<region>.<suffix>`; it may have `{suffix}` in it.
    service: Option<String>,
}

impl<'a> Draft<'a> {
    /// What is tried, the likelier first.
    fn all(args: &'a InitArgs) -> Vec<Self> {
        let authority = args
            .endpoint
            .split_once("://")
            .map_or(args.endpoint.as_str(), |(_, rest)| rest);
        let authority = authority.trim_end_matches('/');
        let host = host_name(authority);
        let is_name = host.contains('.')
            && host.chars().any(|c| c.is_ascii_alphabetic())
            && Address::parse(host, Some(80)).is_ok();
        let told = host
            .strip_prefix("oss-")
            .and_then(|rest| rest.split_once('.'));
        let region = told.map_or("cn-hangzhou", |(region, _)| region);
        let regions = if args.regions.is_empty() {
            vec![region.to_owned()]
        } else {
            args.regions.clone()
        };
        // What stands behind the region, what the service is called, and the likelier style with that.
        let (hosted, path) = (InitStyle::VirtualHosted, InitStyle::Path);
        let guesses = match (args.service.as_deref(), args.suffix.as_deref(), told) {
            (Some(service), None, _) => vec![(None, Some(service), path)],
            (service, Some(suffix), _) if service.is_some() || is_name => {
                vec![(Some(suffix), service, hosted)]
            }
            (service, Some(suffix), _) => vec![(Some(suffix), service, path)],
            (None, None, Some((_, suffix))) => vec![(Some(suffix), None, hosted)],
            (None, None, None) if is_name => vec![(Some(host), Some("{suffix}"), hosted)],
            // Requests go to the address whatever hosts are called.
            (None, None, None) => vec![
                (None, Some(authority), path),
                (Some("aliyuncs.com"), None, path),
            ],
        };
        let tried = guesses.into_iter().flat_map(|(suffix, service, likelier)| {
            let styles = match args.style {
                Some(style) => vec![style],
                // A bucket in the host name stands before a suffix.
                None if suffix.is_none() => vec![path],
                None => vec![likelier, likelier.other()],
            };
            let has_place =
                |style: &InitStyle| *style == path || suffix.is_some() || args.service.is_some();
            styles
                .into_iter()
                .filter(has_place)
                .map(|style| (style, suffix, service))
                .collect::<Vec<_>>()
        });
        let draft = |(style, suffix, service): (InitStyle, Option<&str>, Option<&str>)| Self {
            args,
            style,
            regions: regions.clone(),
            suffix: suffix.map(str::to_owned),
            service: service.map(str::to_owned),
        };
        tried.map(draft).collect()
    }

    /// What was guessed, as options of this command.
    fn in_words(&self) -> String {
        let style = match self.style {
            InitStyle::VirtualHosted => "virtual-hosted",
            InitStyle::Path => "path",
        };
        let mut words = format!(
            "--style {style} --region {}",
            self.regions.join(" --region ")
        );
        if let Some(suffix) = &self.suffix {
            words.push_str(&format!(" --suffix {suffix}"));
        }
        if let Some(service) = &self.service {
            let suffix = self.suffix.as_deref().unwrap_or_default();
            words.push_str(&format!(
                " --service {}",
                service.replace("{suffix}", suffix)
            ));
        }
        words
    }

    /// The profile; without findings it claims everything, to be asked with.
    fn text(&self, probed: Option<&Probed>) -> String {
        let mut text = String::from(
            "# A target profile for `oss403 run --target`, as `oss403 init` found the server. What every key means stands in the example\n\
             # of the documentation; `oss403 check` says what is wrong with a profile, `oss403 probe` what the server has.\n\n",
        );
        text.push_str(&format!("endpoint: {}\n", quoted(&self.args.endpoint)));
        let regions: Vec<String> = self.regions.iter().map(|region| quoted(region)).collect();
        text.push_str(&format!("regions: [{}]\n", regions.join(", ")));
        if let Some(suffix) = &self.suffix {
            text.push_str(&format!("suffix: {}\n", quoted(suffix)));
        }
        let mut addressing = Vec::new();
        if self.style == InitStyle::Path {
            addressing.push("style: path".to_owned());
        } else if self.service.is_some() {
            addressing.push("template: \"{bucket}.{suffix}\"".to_owned());
        }
        if let Some(service) = &self.service {
            addressing.push(format!("service: {}", quoted(service)));
        }
        if !addressing.is_empty() {
            text.push_str(&format!("addressing: {{ {} }}\n", addressing.join(", ")));
        }
        text.push_str(&format!(
            "\n# A credential never stands here. More identities make more causes testable: `other-account`, `ram-user`, `sts`,\n\
             # `disabled-key`; an `operator` hook still more.\nidentities:\n  owner:\n    access-key-id: {{ env: {} }}\n    \
             access-key-secret: {{ env: {} }}\n",
            self.args.key_env, self.args.secret_env
        ));
        if let Some(probed) = probed {
            text.push_str(&claims(probed));
        }
        text.push_str("\n# How much the server is asked to bear.\nlimits:\n  concurrency: 16\n  buckets: 20\n  time-per-request: 10s\n");
        text
    }
}

/// The claims, each with what speaks for it, and below them what was not found and why.
fn claims(probed: &Probed) -> String {
    let mut text = String::from(
        "\n# What the server has. What is not claimed is not sent, and narrows what a level is stated for.\ncapabilities:\n",
    );
    let line = |start: &str, name: &str, evidence: &str| {
        let evidence = shortened(&without_buckets(&harmless(evidence)), EVIDENCE);
        format!("{start}{name:23} # {evidence}\n")
    };
    for finding in &probed.findings {
        if finding.answer == Answer::Spoken {
            text.push_str(&line(
                "  - ",
                finding.capability.as_str(),
                &finding.evidence,
            ));
        }
    }
    for (answer, heading) in [
        (Answer::NotSpoken, "  # Not there, as far as was seen:\n"),
        (Answer::Unknown, "  # Not asked:\n"),
    ] {
        let those = probed
            .findings
            .iter()
            .filter(|finding| finding.answer == answer);
        let lines: Vec<String> = those
            .map(|finding| line("  # - ", finding.capability.as_str(), &finding.evidence))
            .collect();
        if !lines.is_empty() {
            text.push_str(heading);
            text.push_str(&lines.concat());
        }
    }
    text
}

/// A text in which no bucket of the run is named: it is gone by then, and another one the next time.
fn without_buckets(text: &str) -> String {
    let mut rest = text;
    let mut whole = String::new();
    while let Some(at) = rest.find(BUCKET) {
        let (before, name) = rest.split_at(at);
        let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        whole.push_str(before);
        whole.push_str("BUCKET");
        rest = name.trim_start_matches(is_part);
    }
    whole + rest
}

/// A text on one line, of so many characters at most, cut between two words.
fn shortened(text: &str, most: usize) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > most {
            line.push_str(" …");
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// A text as YAML writes it in double quotes.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
