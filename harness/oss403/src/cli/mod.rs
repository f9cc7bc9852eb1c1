//! The command line: parses arguments and prints; nothing here decides.

mod again;
mod args;
mod check;
mod console;
mod curl;
mod explain;
mod fuzz;
mod import;
mod init;
mod list;
mod mutants;
mod probe;
mod report;
mod review;
mod run;
mod runtime;
mod schemas;
mod serve;
mod signals;
mod source;
mod sweep;
mod target;

use std::ffi::OsString;

use clap::Parser as _;
use clap::error::ErrorKind;

pub use args::{Arguments, ColorWhen, Command};
pub use console::Console;

use crate::exit::Exit;

/// Runs the command that `arguments` (program name first) ask for.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let parsed = match Arguments::try_parse_from(arguments).and_then(Arguments::resolve) {
        Ok(parsed) => parsed,
        Err(error) => {
            // Nobody is left to tell when the message itself cannot be written.
            let _ = error.print();
            return match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Ok,
                _ => Exit::Usage,
            };
        }
    };
    let (command, color) = parsed;
    let console = Console::new(color);
    match command {
        Command::Run(args) => run::run(&args, console),
        Command::Init(args) => init::init(&args, console),
        Command::Probe(args) => probe::run(&args, console),
        Command::Serve(args) => serve::serve(&args, console),
        Command::Sweep(args) => sweep::sweep(&args, console),
        Command::Report(args) => report::report(&args, console),
        Command::Review(args) => review::review(&args, console),
        Command::List(args) => list::list(&args, console),
        Command::Curl(args) => curl::curl(&args, console),
        Command::Explain(args) => explain::explain(&args, console),
        Command::Import(args) => import::import(&args, console),
        Command::Check(args) => check::check(&args, console),
        Command::Fuzz(args) => fuzz::fuzz(&args, console),
        Command::Mutants(args) => mutants::mutants(&args, console),
    }
}
