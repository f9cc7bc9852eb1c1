//! The command. Everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    oss403::cli::main(std::env::args_os()).into()
}
