//! The two streams of the command, whether they take color, and how errors look.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write};

use super::ColorWhen;
use crate::exit::Exit;
use crate::report::style::{Style, harmless};

/// Standard output and standard error, with what is known about them.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    color_out: bool,
    color_err: bool,
    /// Whether standard output belongs to a report, so that text for people goes to standard error.
    beside: bool,
}

impl Console {
    /// Looks at the streams and the environment.
    pub fn new(when: ColorWhen) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let color = |terminal: bool| match when {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => terminal && !plain,
        };
        Self {
            color_out: color(io::stdout().is_terminal()),
            color_err: color(io::stderr().is_terminal()),
            beside: false,
        }
    }

    /// Whether standard output takes color.
    pub fn color_out(self) -> bool {
        self.color_out
    }

    /// The same, with standard output left to a report: what [`Self::print`] prints goes to standard error.
    pub fn beside_a_report(self) -> Self {
        Self {
            color_out: self.color_err,
            beside: true,
            ..self
        }
    }

    /// Prints text for people.
    ///
    /// # Errors
    /// When standard output cannot be written, other than for the want of a reader.
    pub fn print(self, text: &str) -> io::Result<()> {
        if self.beside {
            self.complain(text);
            return Ok(());
        }
        print(text)
    }

    /// Whether standard error takes color.
    pub fn color_err(self) -> bool {
        self.color_err
    }

    /// Columns of standard output; 100 when it is no terminal and COLUMNS does not say either.
    pub fn width(self) -> usize {
        told_width()
            .or_else(seen_width)
            .unwrap_or(100)
            .clamp(40, 200)
    }

    /// Columns of standard error, where somebody reads it in columns. What goes to a file or another program stays in one piece.
    pub fn width_err(self) -> Option<usize> {
        width_where(io::stderr().is_terminal())
    }

    /// The same of standard output.
    pub fn width_out(self) -> Option<usize> {
        width_where(io::stdout().is_terminal())
    }

    /// Whether standard error is a terminal that can redraw a line.
    pub fn is_interactive(self) -> bool {
        io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
    }

    /// Prints `error: …` and, when there is something to be done about it, `help: …`.
    pub fn error(self, message: impl Display, help: Option<&str>) {
        let (red, cyan, reset) = if self.color_err {
            ("\x1b[1;31m", "\x1b[36m", "\x1b[0m")
        } else {
            ("", "", "")
        };
        // It may say what a server said.
        let message = self.hung(&harmless(&message.to_string()), "error: ".len());
        let mut text = format!("{red}error{reset}: {message}\n");
        if let Some(help) = help {
            let help = self.hung(help, "help: ".len());
            text.push_str(&format!("{cyan}help{reset}: {help}\n"));
        }
        self.complain(&text);
    }

    /// Prints `error: …`; the command ends with `exit`.
    pub fn fail(self, message: impl Display, exit: Exit) -> Exit {
        self.error(message, None);
        exit
    }

    /// A text that goes on below itself, where standard error has columns.
    fn hung(self, text: &str, before: usize) -> String {
        let Some(width) = self.width_err() else {
            return text.to_owned();
        };
        let color = self.color_err;
        let lines = Style { color, width }.wrap(text, before);
        lines.join("\n").trim_start().to_owned()
    }

    /// Prints to standard error. Nobody is left to tell when that is closed.
    pub fn complain(self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

fn width_where(is_terminal: bool) -> Option<usize> {
    let seen = || seen_width().filter(|_| is_terminal);
    Some(told_width().or_else(seen)?.clamp(40, 200))
}

fn told_width() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.parse().ok()
}

fn seen_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(columns, _)| usize::from(columns.0))
}

/// Writes `text` to standard output at once. A reader that has gone away is no error: `oss403 list | head` is ordinary.
///
/// # Errors
/// Any other failure of standard output (a full disk).
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    tolerate_closed_pipe(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Takes the absence of a reader for success.
///
/// # Errors
/// Any other failure.
pub(super) fn tolerate_closed_pipe(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
