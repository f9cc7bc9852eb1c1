//! `oss403 explain`: what a cause, a code, an EC or a message means and how to fix it, or what a pasted answer shows.

use std::io::{self, Read};
use std::path::Path;

use super::args::{ExplainArgs, Format};
use super::console::{print, tolerate_closed_pipe};
use super::{Console, source};
use crate::doctor::{Asked, Evidence};
use crate::exit::Exit;
use crate::explain::json::Explained;
use crate::explain::paste::{self, MAX_BYTES, Pasted, Vocabulary};
use crate::explain::{self, Diagnosis, Term};
use crate::report::style::{Style, harmless};
use oss403_case::Ledger;
use oss403_case::revision::Revision;

/// What is explained, and what else is known of the signature.
struct Desk<'a> {
    ledger: &'a Ledger,
    vocabulary: Vocabulary,
    format: Format,
    style: Style,
    console: Console,
    own: Option<Vec<u8>>,
    request: Option<Asked>,
    secret: Option<String>,
}

pub(super) fn explain(args: &ExplainArgs, console: Console) -> Exit {
    // An explanation is wanted whatever the revision: the last one has them all.
    let ledger = match source::ledger(args.cases.as_deref(), Revision::Observed, console) {
        Ok((ledger, _)) => ledger,
        Err(exit) => return exit,
    };
    let desk = match Desk::new(args, &ledger, console) {
        Ok(desk) => desk,
        Err(exit) => return exit,
    };
    let subject = args.subject.as_str();
    match explain::term(subject, &ledger, &desk.vocabulary) {
        _ if subject == "-" => desk.bytes(subject, read(subject)),
        Term::Cause(id) => desk.cause(&id),
        Term::Code(code) => desk.code(&code),
        term => match read(subject) {
            Err(error) if is_absent(&error) => desk.term(term, subject, &error),
            bytes => desk.bytes(subject, bytes),
        },
    }
}

/// Whether no file of this name can be there.
fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, InvalidInput, NotADirectory, NotFound};
    [NotFound, InvalidFilename, InvalidInput, NotADirectory].contains(&error.kind())
}

fn read(subject: &str) -> io::Result<Vec<u8>> {
    // One more than may be, to know that it is too long.
    let most = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    if subject == "-" {
        io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(Path::new(subject))?
            .take(most)
            .read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

impl<'a> Desk<'a> {
    fn new(args: &ExplainArgs, ledger: &'a Ledger, console: Console) -> Result<Self, Exit> {
        let file = |path: &Option<std::path::PathBuf>| {
            let Some(path) = path else {
                return Ok(None);
            };
            read(&path.to_string_lossy()).map(Some).map_err(|error| {
                console.error(format_args!("{}: {error}", path.display()), None);
                Exit::Usage
            })
        };
        let request = match (file(&args.request)?, &args.request) {
            (Some(bytes), Some(path)) => match Asked::read(&String::from_utf8_lossy(&bytes)) {
                Ok(asked) => Some(asked),
                Err(error) => {
                    let help =
                        "give the command of curl, a HAR file, or the request as it is on the wire";
                    console.error(format_args!("{}: {error}", path.display()), Some(help));
                    return Err(Exit::Usage);
                }
            },
            _ => None,
        };
        let secret = match &args.secret_env {
            Some(name) => match std::env::var(name) {
                Ok(secret) if !secret.is_empty() => Some(secret),
                _ => {
                    console.error(
                        format_args!("the environment variable `{}` is not set", harmless(name)),
                        None,
                    );
                    return Err(Exit::Usage);
                }
            },
            None => None,
        };
        Ok(Self {
            ledger,
            vocabulary: Vocabulary::of(ledger),
            format: args.format,
            style: Style {
                color: console.color_out(),
                width: console.width(),
            },
            console,
            own: file(&args.string_to_sign)?,
            request,
            secret,
        })
    }

    fn cause(&self, id: &str) -> Exit {
        let causes = self.ledger.listed().iter().zip(self.ledger.entries());
        let Some((row, entry)) = causes.into_iter().find(|(row, _)| row.id == id) else {
            return Exit::Usage;
        };
        let text = match self.format {
            Format::Json => json(&Explained::of_causes(std::iter::once(&*entry.file))),
            Format::Text => explain::cause(entry, row.revision, self.style),
        };
        self.finish(&text, Exit::Ok)
    }

    fn code(&self, code: &str) -> Exit {
        let files: Vec<_> = self
            .ledger
            .causes()
            .filter(|file| {
                file.code == code
                    || file
                        .alternatives
                        .iter()
                        .any(|other| other.code.as_deref() == Some(code))
            })
            .collect();
        if files.is_empty() {
            let said = "No documented 403 has this code: the message or the EC of the answer tells what is wrong.\n";
            return match self.format {
                Format::Json => self.finish(&json(&Explained::of(&[])), Exit::Deviations),
                Format::Text => self.finish(said, Exit::Deviations),
            };
        }
        if let [one] = &files[..] {
            return self.cause(&one.cause);
        }
        let mut text = format!(
            "{} causes are answered with {code}; the message tells which:\n\n",
            files.len()
        );
        for file in &files {
            text.push_str(&format!("  {}\n", file.cause));
            for line in self.style.wrap(&file.message, 6) {
                text.push_str(&format!("{line}\n"));
            }
        }
        text.push_str("\nMore: oss403 explain <cause>, or the message in quotation marks\n");
        match self.format {
            Format::Json => self.finish(
                &json(&Explained::of_causes(files.iter().map(|file| &***file))),
                Exit::Ok,
            ),
            Format::Text => self.finish(&text, Exit::Ok),
        }
    }

    fn term(&self, term: Term, subject: &str, error: &io::Error) -> Exit {
        let did_you_mean = |near: Option<&str>, else_: &str| {
            near.map_or_else(
                || else_.to_owned(),
                |near| format!("did you mean `{near}`?"),
            )
        };
        match term {
            Term::Ec(ec) => self.answers(&[of_ec(ec.ec)]),
            Term::Message(pasted) => self.answers(&[*pasted]),
            Term::Answer => self.bytes("the argument", Ok(subject.as_bytes().to_vec())),
            Term::UnknownEc { nearest } => {
                let help = did_you_mean(
                    nearest,
                    "look for it at https://api.aliyun.com/troubleshoot",
                );
                self.console.error(
                    format_args!(
                        "no page that is known here has the EC `{}`",
                        harmless(subject)
                    ),
                    Some(&help),
                );
                Exit::Deviations
            }
            Term::UnknownMessage { nearest } => {
                let help = did_you_mean(
                    nearest.as_deref(),
                    "give the whole answer: its code and EC tell more",
                );
                self.console
                    .error("no documented answer has this message", Some(&help));
                Exit::Deviations
            }
            _ if subject.contains(['/', '.']) => {
                self.console
                    .error(format_args!("{}: {error}", harmless(subject)), None);
                Exit::Usage
            }
            Term::Unknown { nearest } => {
                let help = did_you_mean(nearest.as_deref(), "`oss403 list` shows every cause");
                self.console.error(
                    format_args!(
                        "`{}` is neither a cause, a code, an EC nor a file",
                        harmless(subject)
                    ),
                    Some(&help),
                );
                Exit::Usage
            }
            Term::Cause(_) | Term::Code(_) => Exit::Usage,
        }
    }

    fn bytes(&self, name: &str, bytes: io::Result<Vec<u8>>) -> Exit {
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) => {
                self.console
                    .error(format_args!("{}: {error}", harmless(name)), None);
                return Exit::Usage;
            }
        };
        // What would be a word or a part of a message as an argument is one here too.
        let text = std::str::from_utf8(&bytes).unwrap_or_default();
        let part = match explain::term(text, self.ledger, &self.vocabulary) {
            Term::Cause(id) => return self.cause(&id),
            Term::Code(code) => return self.code(&code),
            Term::Ec(ec) => return self.answers(&[of_ec(ec.ec)]),
            Term::Message(pasted) => Some(*pasted),
            _ => None,
        };
        match (paste::read(&bytes, &self.vocabulary), part) {
            (Ok(answers), Some(part)) if answers.iter().all(Pasted::says_nothing) => {
                self.answers(&[part])
            }
            (Ok(answers), _) => self.answers(&answers),
            (Err(error), _) => {
                let help = "give an answer of OSS: its XML, the text of an exception, what `curl -i` or `curl -v` prints, or a HAR file";
                self.console
                    .error(format_args!("{}: {error}", harmless(name)), Some(help));
                Exit::Usage
            }
        }
    }

    /// Explains answers; the exit code says whether anything fits one of them.
    fn answers(&self, answers: &[Pasted]) -> Exit {
        let more = |mut evidence: Evidence| {
            if let Some(own) = &self.own {
                evidence = evidence.with_client_string(own);
            }
            match &self.request {
                Some(asked) => evidence.with_request(asked.clone()),
                None => evidence,
            }
        };
        let diagnose =
            |pasted: &Pasted| explain::diagnose(self.ledger, pasted, more, self.secret.as_deref());
        let diagnoses: Vec<Diagnosis> = answers.iter().map(diagnose).collect();
        let fits = diagnoses.iter().any(Diagnosis::fits_anything);
        let exit = if fits { Exit::Ok } else { Exit::Deviations };
        let text = match self.format {
            Format::Json => json(&Explained::of(&diagnoses)),
            Format::Text => {
                let text = |(at, diagnosis): (usize, &Diagnosis)| match diagnoses.len() {
                    0 | 1 => explain::describe(diagnosis, self.style),
                    all => format!(
                        "── Answer {} of {all}\n{}",
                        at + 1,
                        explain::describe(diagnosis, self.style)
                    ),
                };
                diagnoses.iter().enumerate().map(text).collect()
            }
        };
        let text = if diagnoses.is_empty() && self.format == Format::Text {
            "No answer in it is a refusal.\n".to_owned()
        } else {
            text
        };
        self.finish(&self.without_secret(&text), exit)
    }

    /// A secret that somebody pasted along with the answer is not shown either.
    fn without_secret(&self, text: &str) -> String {
        match self
            .secret
            .as_deref()
            .map(str::trim)
            .filter(|secret| secret.len() >= 6)
        {
            Some(secret) => text.replace(secret, "[redacted]"),
            None => text.to_owned(),
        }
    }

    fn finish(&self, text: &str, exit: Exit) -> Exit {
        match tolerate_closed_pipe(print(text)) {
            Ok(()) => exit,
            Err(error) => {
                self.console
                    .error(format_args!("standard output: {error}"), None);
                Exit::Usage
            }
        }
    }
}

/// An answer of which the EC alone is known.
fn of_ec(ec: &str) -> Pasted {
    let mut pasted = Pasted::default();
    pasted.elements.insert("EC".into(), ec.into());
    pasted
}

fn json(explained: &Explained) -> String {
    let mut text = serde_json::to_string_pretty(explained).unwrap_or_default();
    text.push('\n');
    text
}
