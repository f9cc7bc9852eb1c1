//! `oss403 explain`: what a cause means and how to fix it, or which cause a saved answer shows.

use std::io::{self, Read, Write};
use std::path::Path;

use super::args::ExplainArgs;
use super::console::{print, tolerate_closed_pipe};
use super::{Console, source};
use crate::exit::Exit;
use crate::explain::{self, Diagnosis, SavedAnswer};
use crate::report::style::{Style, Tone, harmless};
use oss403_case::revision::Revision;
use oss403_case::suggest;

/// Most bytes that are read of a saved answer; one more than may be, to know that it is too long.
const READ: u64 = 1024 * 1024 + 1;

pub(super) fn explain(args: &ExplainArgs, console: Console) -> Exit {
    // An explanation is wanted whatever the revision: the last one has them all.
    let revision = Revision::Observed;
    let (ledger, _) = match source::ledger(args.cases.as_deref(), revision, console) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let style = Style {
        color: console.color_out(),
        width: console.width(),
    };
    let subject = args.subject.as_str();
    let causes = ledger.listed().iter().zip(ledger.entries());
    if let Some((row, entry)) = causes.into_iter().find(|(row, _)| row.id == subject) {
        return finish(print(&explain::cause(entry, row.revision, style)), console);
    }
    let bytes = match saved(subject) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !subject.contains(['/', '.']) => {
            let causes: Vec<&str> = ledger.causes().map(|file| file.cause.as_str()).collect();
            let help = suggest::nearest(subject, causes.iter().copied()).map_or_else(
                || "`oss403 list` shows every cause".into(),
                |near| format!("did you mean `{near}`?"),
            );
            console.error(
                format_args!("`{subject}` is neither a cause nor a file"),
                Some(&help),
            );
            return Exit::Usage;
        }
        Err(error) => {
            console.error(format_args!("{subject}: {error}"), None);
            return Exit::Usage;
        }
    };
    match SavedAnswer::read(&bytes) {
        Ok(answer) => {
            let diagnosis = explain::diagnose(&ledger, &answer);
            let mut text = Vec::new();
            let written = describe(&diagnosis, style, &mut text)
                .and_then(|()| print(&String::from_utf8_lossy(&text)));
            finish(written, console)
        }
        Err(error) => {
            let help =
                "give the XML body of an error answer, or the response as `curl -i` prints it";
            console.error(
                format_args!("{subject}: {}", harmless(&error.to_string())),
                Some(help),
            );
            Exit::Usage
        }
    }
}

fn saved(subject: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if subject == "-" {
        io::stdin().lock().take(READ).read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(Path::new(subject))?
            .take(READ)
            .read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn finish(written: io::Result<()>, console: Console) -> Exit {
    match tolerate_closed_pipe(written) {
        Ok(()) => Exit::Ok,
        Err(error) => {
            console.error(format_args!("standard output: {error}"), None);
            Exit::Usage
        }
    }
}

/// Writes what a saved answer says, the causes it fits with the reasons, and what to do.
///
/// # Errors
/// When `out` cannot be written.
pub(super) fn describe(diagnosis: &Diagnosis, style: Style, out: &mut dyn Write) -> io::Result<()> {
    /// Causes after these fit so much worse that they would only confuse.
    const MOST: usize = 3;
    let status = diagnosis.status.map(|status| status.to_string());
    let facts = [
        ("Status", status.as_deref()),
        ("Code", Some(diagnosis.code.as_str())),
        ("Message", Some(diagnosis.message.as_str())),
        ("EC", diagnosis.ec.as_deref()),
        ("RequestId", diagnosis.request_id.as_deref()),
    ];
    for (name, value) in facts {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            writeln!(out, "{:11}{}", name, harmless(&value.replace('\n', " ")))?;
        }
    }
    writeln!(out)?;
    if diagnosis.status.is_some_and(|status| status != 403) {
        writeln!(
            out,
            "The status is not 403, so none of the documented causes ought to be behind it.\n"
        )?;
    }
    if diagnosis.candidates.is_empty() {
        return unknown(diagnosis, style, out);
    }
    for (number, candidate) in diagnosis.candidates.iter().take(MOST).enumerate() {
        let file = &candidate.file;
        let name = style.paint(Tone::Strong, &file.cause);
        writeln!(out, "{}. {name}: {}", number + 1, candidate.why.join("; "))?;
        for text in [&file.means, &file.fix] {
            for line in style.wrap(text.trim(), 3) {
                writeln!(out, "{line}")?;
            }
        }
        writeln!(out, "   More: oss403 explain {}\n", file.cause)?;
    }
    Ok(())
}

fn unknown(diagnosis: &Diagnosis, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let text = match diagnosis.same_code {
        0 => "No documented cause has this code or this message. Look for the EC in the OSS documentation, and keep the request id for support.".to_owned(),
        count => format!(
            "No documented cause has this message; {count} of them have this code (`oss403 list {}`). Look for the EC in the OSS documentation, and keep the request id for support.",
            harmless(&diagnosis.code)
        ),
    };
    for line in style.wrap(&text, 0) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use oss403_case::Ledger;

    const STYLE: Style = Style {
        color: false,
        width: 100,
    };

    fn said(answer: &str) -> String {
        let ledger = Ledger::embedded()
            .expect("the embedded ledger is sound")
            .at(Revision::Observed);
        let answer = SavedAnswer::read(answer.as_bytes()).unwrap();
        let mut out = Vec::new();
        describe(&explain::diagnose(&ledger, &answer), STYLE, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_known_answer_leads_to_its_cause() {
        let text = said(
            "HTTP/1.1 403 Forbidden\r\nx-oss-ec: 0003-00000001\r\n\r\n<Error><Code>UserDisable</Code><Message>UserDisable</Message><RequestId>6155A1</RequestId></Error>",
        );
        assert!(text.starts_with("Status     403\nCode       UserDisable\nMessage    UserDisable\nEC         0003-00000001\nRequestId  6155A1\n"), "{text}");
        assert!(
            text.contains("1. user-disabled: code and message are those documented\n"),
            "{text}"
        );
        assert!(text.contains("oss403 explain user-disabled"), "{text}");
    }

    #[test]
    fn an_answer_whose_message_no_source_shows_is_known_by_its_code_alone() {
        let answer = |code: &str| {
            said(&format!(
                "<Error><Code>{code}</Code><Message>Some text.</Message></Error>"
            ))
        };
        let known = answer("NeedVerifyDomainOwnership");
        assert!(known.contains("1. cname-ownership: "), "{known}");
        assert!(!known.contains("2. "), "{known}");
        let unknown = answer("AccessDenied");
        assert!(!unknown.contains("1. "), "{unknown}");
    }

    #[test]
    fn an_unknown_answer_keeps_code_message_and_ec() {
        let text = said(
            "<Error><Code>Odd&#x85;[2J</Code><Message>Never seen.</Message><EC>0099-00000001</EC></Error>",
        );
        insta::assert_snapshot!(text, @r"
        Code       Odd\u{85}[2J
        Message    Never seen.
        EC         0099-00000001

        No documented cause has this code or this message. Look for the EC in the OSS documentation, and
        keep the request id for support.
        ");
    }

    #[test]
    fn another_status_than_403_is_pointed_out() {
        let text = said(
            "HTTP/1.1 404 Not Found\r\n\r\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>",
        );
        assert!(text.contains("not 403"), "{text}");
    }

    #[test]
    fn every_cause_can_be_explained() {
        let ledger = Ledger::embedded()
            .expect("the embedded ledger is sound")
            .at(Revision::Observed);
        for (row, entry) in ledger.listed().iter().zip(ledger.entries()) {
            let text = explain::cause(entry, row.revision, STYLE);
            assert!(text.contains(row.revision.name()), "{}", entry.file.cause);
            assert!(
                text.contains(&entry.file.code) && text.contains("Means"),
                "{}",
                entry.file.cause
            );
            for template in &entry.templates {
                assert!(
                    text.contains(&format!("/{}", template.name)),
                    "{}",
                    template.name
                );
            }
        }
    }
}
