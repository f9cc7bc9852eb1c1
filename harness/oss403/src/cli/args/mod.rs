//! The arguments of the command, as clap reads them.

mod again;
mod authors;
mod baseline;
mod certify;
mod init;
mod report;
mod run;
mod values;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub(super) use again::{AgainOptions, OnFlaky, SweepArgs};
pub(super) use authors::{CompletionsArgs, FmtArgs, ManArgs, NewArgs};
pub(super) use baseline::{BaselineArgs, BaselineCommand, KnownArgs, PruneArgs, UpdateArgs};
pub(super) use certify::{CertifyArgs, CertifyCommand, KeygenArgs, VerifyArgs};
pub(super) use init::{InitArgs, InitStyle};
pub(super) use report::{
    CompareArgs, HtmlArgs, MergeArgs, RenderArgs, ReportArgs, ReportCommand, SiteArgs,
};
pub(super) use run::{Most, RunArgs, RunOptions};

use values::{at_least_one, report, revision, time};

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use oss403_case::revision::Revision;

/// How a run ends.
const EXIT_CODES: &str = "Exit codes: 0 all selected are conformant; 1 deviations, flaky or not provoked; 2 usage, invalid case or profile; \
    3 target unreachable, canary failed or harness error; 4 nothing was selected; 130 interrupted.";

/// Certifies that a server which speaks the OSS protocol refuses what OSS refuses, the way OSS refuses it.
#[derive(Debug, Parser)]
#[command(
    name = "oss403",
    version,
    about,
    disable_help_subcommand = true,
    after_help = format!("Without a command, `oss403` does what `oss403 run` does.\n\n{EXIT_CODES}")
)]
pub struct Arguments {
    /// When to use color. `auto` means on a terminal, unless NO_COLOR is set.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    pub color: ColorWhen,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options of `run`, which is what happens without a command.
    #[command(flatten)]
    pub run: RunOptions,
}

impl Arguments {
    /// The command, `run` when none was named.
    ///
    /// # Errors
    /// When options of `run` stand before another command, where they would mean nothing.
    pub fn resolve(self) -> Result<(Command, ColorWhen), clap::Error> {
        let Some(command) = self.command else {
            let run = RunArgs {
                filters: Vec::new(),
                options: self.run,
            };
            return Ok((Command::Run(run), self.color));
        };
        if self.run != RunOptions::default() {
            return Err(Self::command().error(
                clap::error::ErrorKind::ArgumentConflict,
                "options of a command stand after its name",
            ));
        }
        Ok((command, self.color))
    }
}

/// When to use color.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the suite, or a part of it, against a target
    Run(RunArgs),
    /// Ask a server what it has, and write a profile that says so
    Init(InitArgs),
    /// Say what a target has, what speaks for it, and where its profile claims otherwise
    Probe(ProbeArgs),
    /// List every instance: its id, its cause, what it needs
    List(ListArgs),
    /// Say what a cause, code, EC or message means and how to fix it, or diagnose an error answer in whatever form it was pasted
    Explain(ExplainArgs),
    /// Run an instance, and print what was sent as commands of curl that work, signatures included
    Curl(CurlArgs),
    /// Turn a request that a fuzzer found into a case file
    Import(ImportArgs),
    /// Validate case files, target profiles and baselines, without a network
    Check(CheckArgs),
    /// Begin a case file, or one more scenario of a cause
    New(NewArgs),
    /// Put case files into their canonical form
    Fmt(FmtArgs),
    /// Test the suite: make the reference server wrong in one respect after the other, and see who notices
    Mutants(MutantsArgs),
    /// Hold a target against the reference server with scenarios made up on the way; findings become case files
    Fuzz(FuzzArgs),
    /// Run the reference server alone
    Serve(ServeArgs),
    /// Remove what runs that died left at a target
    Sweep(SweepArgs),
    /// Make other reports of a result, or compare two
    Report(ReportArgs),
    /// Write down deviations that are known, drop those that are gone, look at a baseline
    Baseline(BaselineArgs),
    /// Accept or reject new and changed snapshots
    Review(ReviewArgs),
    /// Run the whole suite under fixed rules, and sign what came of it: a bundle that others can check
    Certify(CertifyArgs),
    /// Check somebody's certificate without a network: signature, digests, suite, and every verdict judged again
    Verify(VerifyArgs),
    /// Print what completes the words of this command in a shell
    Completions(CompletionsArgs),
    /// Print the manual, or write its pages
    Man(ManArgs),
}

/// Arguments of `probe`.
#[derive(Debug, Args)]
pub struct ProbeArgs {
    /// Target profile, or `embedded`.
    #[arg(long, value_name = "FILE")]
    pub target: PathBuf,
    /// How to print it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Folder of the case files. Default: ./cases when it is a ledger, else the one compiled in.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
    /// Folder of the journals. Default: ./reports.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// As for `run`.
    #[arg(value_name = "FILTER")]
    pub filters: Vec<String>,
    /// List what a profile may claim instead: each capability, and the names that stand for several.
    #[arg(long, conflicts_with_all = ["filters", "harmless", "revision", "cases"])]
    pub capabilities: bool,
    /// As for `run`.
    #[arg(long)]
    pub harmless: bool,
    /// Text to read, or JSON.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// `documented`, the causes of the 403 page, or `observed`, those and what the service was seen to refuse besides.
    #[arg(long, value_name = "NAME", default_value = "documented", value_parser = revision(), hide_possible_values = true)]
    pub revision: Revision,
    /// Folder of the case files. Default: ./cases when it is a ledger, else the one compiled in.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// What is to be explained: id of a cause, code, EC, message, or an error answer in whatever form it was pasted (XML, JSON, text of an
    /// exception, `curl -i` or `-v`, HAR): a file, `-` for standard input, or the text itself.
    #[arg(value_name = "CAUSE|CODE|EC|MESSAGE|FILE|-")]
    pub subject: String,
    /// The string that the client signs (StringToSign or canonical request), to hold against the server's.
    #[arg(long, value_name = "FILE")]
    pub string_to_sign: Option<PathBuf>,
    /// The request that the client sent: a command of curl, a HAR file, or the text of the request.
    #[arg(long, value_name = "FILE")]
    pub request: Option<PathBuf>,
    /// Environment variable with the AccessKeySecret, which is used to compute signatures and never shown.
    #[arg(long, value_name = "NAME")]
    pub secret_env: Option<String>,
    /// How to print it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Folder of the case files. Default: ./cases when it is a ledger, else the one compiled in.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// Arguments of `curl`.
#[derive(Debug, Args)]
#[command(
    after_help = "What is printed is a script for any POSIX shell: set-up, base, edited request and clean-up, each signed just now with \
        the credentials of the profile. It carries valid signatures, which is what it is for: treat it like the credentials until they \
        expire. The secrets themselves are not in it."
)]
pub struct CurlArgs {
    /// Id of an instance, or the path of a case file with one instance.
    #[arg(value_name = "ID|PATH.yaml")]
    pub id: String,
    /// Target profile.
    #[arg(long, value_name = "FILE")]
    pub target: PathBuf,
    /// Print the base request alone. What it asks for is gone already.
    #[arg(long, conflicts_with = "edited")]
    pub base: bool,
    /// Print the edited request alone. What it asks for is gone already.
    #[arg(long)]
    pub edited: bool,
    /// Folder of the journal.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// `documented`, the causes of the 403 page, or `observed`, those and what the service was seen to refuse besides.
    #[arg(long, value_name = "NAME", default_value = "documented", value_parser = revision(), hide_possible_values = true)]
    pub revision: Revision,
    /// Folder of the case files. Default: ./cases when it is a ledger, else the one compiled in.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The input that a fuzz target crashed on: the bytes of a request.
    #[arg(value_name = "CRASH")]
    pub crash: PathBuf,
    /// The fuzz target it comes from, which names the scenario.
    #[arg(long, value_name = "TARGET")]
    pub target_name: Option<String>,
    /// Folder to write the case into, as a ledger of its own. Default: the case is printed.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Folder of the case files. Default: ./cases when it is a ledger, else the one compiled in.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Case files, folders of case files, target profiles, baselines. Default: ./cases when it is a ledger, else the one compiled in.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Text to read, or JSON, which goes to standard output.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Write the JSON Schemas of every file that people and programs write, those of this project's own checkout to their places.
    #[arg(long, conflicts_with = "format")]
    pub write_schema: bool,
}

/// Arguments of `mutants`.
#[derive(Debug, Args)]
pub struct MutantsArgs {
    /// Parts of the ids of mutants, faults and weather: a kind or class, a check, a cause. Every one, when none is given.
    #[arg(value_name = "FILTER")]
    pub filters: Vec<String>,
    /// Only the mutants of the reference server.
    #[arg(long, conflicts_with = "outside")]
    pub inside: bool,
    /// Only the faults and the weather between server and engine.
    #[arg(long)]
    pub outside: bool,
    /// Let the whole suite meet each weather, and not only a sample of every cause. Takes minutes.
    #[arg(long, conflicts_with = "inside")]
    pub whole: bool,
    /// Text to read, or JSON.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Write the kill matrix as a page as well.
    #[arg(long, value_name = "PATH")]
    pub html: Option<PathBuf>,
    /// The revision of the suite to test: `observed` is the whole of it.
    #[arg(long, value_name = "NAME", default_value_t = Revision::Observed, value_parser = revision(), hide_possible_values = true)]
    pub revision: Revision,
    /// Most mutants at a time. Default: two for each processor.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub jobs: Option<usize>,
    /// Folder of the case files. Default: ./cases when it is a ledger, else the one compiled in.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// Arguments of `fuzz`.
#[derive(Debug, Args)]
pub struct FuzzArgs {
    /// Target profile, or `embedded` for the reference server inside this process.
    #[arg(long, value_name = "FILE", required_unless_present = "mutants")]
    pub target: Option<PathBuf>,
    /// Decides the scenarios. Default: 0, or that of the exploration to go on with.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Stop after so long: a whole number with `s`, `m`, `h` or `d`.
    #[arg(long, value_name = "SPAN", value_parser = time)]
    pub time: Option<Duration>,
    /// Stop after so many requests to the target.
    #[arg(long, value_name = "N")]
    pub requests: Option<u64>,
    /// Stop after so many findings.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub findings: Option<usize>,
    /// Folder of the findings, of the state to go on with, and of the journals.
    #[arg(long, value_name = "DIR", default_value = "reports/fuzz")]
    pub out: PathBuf,
    /// Go on where the exploration in the folder stopped.
    #[arg(long)]
    pub resume: bool,
    /// Hold the target against laws alone that need no reference server: for servers that word everything otherwise.
    #[arg(long)]
    pub without_model: bool,
    /// Measure the fuzzer instead: how many requests it takes to find each mutant of the reference server.
    #[arg(long, conflicts_with_all = ["target", "resume", "without_model", "findings", "time"])]
    pub mutants: bool,
    /// Parts of the ids of mutants. Every one, when none is given.
    #[arg(value_name = "MUTANT", requires = "mutants")]
    pub filters: Vec<String>,
    /// Folder of the case files. Default: ./cases when it is a ledger, else the one compiled in.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where to listen.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9403")]
    pub listen: SocketAddr,
    /// Let the bucket stand in the path, as clients without wildcard names need it.
    #[arg(long)]
    pub allow_path_style: bool,
    /// Configuration of the server, in YAML or JSON.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How to announce that it listens: text to read, or one line of JSON.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Arguments of `review`.
#[derive(Debug, Args)]
pub struct ReviewArgs {
    /// Parts of the names of snapshots. Everything that is pending, when none is given.
    #[arg(value_name = "FILTER")]
    pub filters: Vec<String>,
    /// Accept without asking.
    #[arg(long, conflicts_with = "reject")]
    pub accept: bool,
    /// Reject without asking.
    #[arg(long)]
    pub reject: bool,
    /// Folder of the snapshots. Default: ./snapshots.
    #[arg(long, value_name = "DIR")]
    pub snapshots: Option<PathBuf>,
}

/// How to print.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<(Command, ColorWhen), clap::Error> {
        Arguments::try_parse_from(line.split_whitespace()).and_then(Arguments::resolve)
    }

    #[test]
    fn clap_finds_no_contradiction_in_the_declarations() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn no_command_is_run_and_takes_its_options() {
        let (command, _) = parse("oss403 --seed 7").expect("is run");
        let Command::Run(run) = command else {
            panic!("not run: {command:?}")
        };
        assert_eq!(run.options.seed, Some(7));
        assert!(run.filters.is_empty());
    }

    #[test]
    fn the_revision_is_the_documented_one_unless_another_is_named() {
        let revision = |line: &str| match parse(line).expect("it is understood").0 {
            Command::Run(run) => run.options.revision,
            Command::List(list) => list.revision,
            other => panic!("{other:?}"),
        };
        assert_eq!(revision("oss403"), Revision::Documented);
        assert_eq!(revision("oss403 list"), Revision::Documented);
        assert_eq!(revision("oss403 --revision observed"), Revision::Observed);
        assert_eq!(
            revision("oss403 list --revision observed-2026-11"),
            Revision::Observed
        );
        assert!(parse("oss403 run --revision newest").is_err());
    }

    #[test]
    fn options_of_run_before_another_command_are_refused() {
        assert!(parse("oss403 --seed 7 list").is_err());
        assert!(parse("oss403 --color never list").is_ok());
    }

    #[test]
    fn a_misspelt_command_is_not_taken_for_a_filter() {
        assert!(parse("oss403 lsit").is_err());
    }

    #[test]
    fn no_command_offers_to_leave_out_the_canaries() {
        assert!(parse("oss403 run --no-canaries").is_err());
    }
}
