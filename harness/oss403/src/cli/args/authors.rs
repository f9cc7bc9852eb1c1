//! The arguments of what authors of cases and those who install the command use.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// Arguments of `new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// A cause of the lists, and the name of the scenario: `url-auth-expired/read-after-expiry`.
    #[arg(value_name = "CAUSE[/SCENARIO]")]
    pub case: String,
    /// Folder of the case files. Default: ./cases when it is a ledger.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// Arguments of `fmt`.
#[derive(Debug, Args)]
pub struct FmtArgs {
    /// Case files, folders of case files, or `-`: from standard input to standard output. Default: ./cases when it is a ledger.
    #[arg(value_name = "PATH|-")]
    pub paths: Vec<PathBuf>,
    /// Write nothing: name the files that are not in their canonical form, and end with 1 when there are some.
    #[arg(long)]
    pub check: bool,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(
    after_help = "bash: oss403 completions bash > ~/.local/share/bash-completion/completions/oss403\n\
        zsh:  oss403 completions zsh > ~/.zfunc/_oss403       # with `fpath+=~/.zfunc` before `compinit`\n\
        fish: oss403 completions fish > ~/.config/fish/completions/oss403.fish"
)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Folder to write a page for each command into, such as ~/.local/share/man/man1. Default: the page of `oss403` is printed.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}
