//! `oss403 completions` and `oss403 man`: what a shell and a reader of manuals are given.

use std::io;
use std::path::Path;

use clap::CommandFactory as _;

use super::Console;
use super::args::{Arguments, CompletionsArgs, ManArgs};
use super::console::print;
use crate::exit::Exit;

/// Prints the script that completes the command's words in a shell.
pub(super) fn completions(args: &CompletionsArgs, console: Console) -> Exit {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    clap_complete::generate(args.shell, &mut command, "oss403", &mut script);
    printed(&String::from_utf8_lossy(&script), console)
}

/// Prints the manual's first page, or writes every page.
pub(super) fn man(args: &ManArgs, console: Console) -> Exit {
    let Some(folder) = &args.out else {
        let mut page = Vec::new();
        return match clap_mangen::Man::new(Arguments::command()).render(&mut page) {
            Ok(()) => printed(&String::from_utf8_lossy(&page), console),
            Err(error) => console.fail(error, Exit::Usage),
        };
    };
    match pages(folder) {
        Ok(()) => {
            console.complain(&format!(
                "wrote the pages of the manual to {}\n",
                folder.display()
            ));
            Exit::Ok
        }
        Err(error) => console.fail(format_args!("{}: {error}", folder.display()), Exit::Usage),
    }
}

fn pages(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Arguments::command(), folder)
}

fn printed(text: &str, console: Console) -> Exit {
    match print(text) {
        Ok(()) => Exit::Ok,
        Err(error) => console.fail(format_args!("standard output: {error}"), Exit::Usage),
    }
}
