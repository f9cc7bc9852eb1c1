//! `oss403 list`: every instance, what causes it and what it needs.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::args::{Format, ListArgs};
use super::console::tolerate_closed_pipe;
use super::{Console, source};
use crate::exit::Exit;
use crate::report::style::{Style, Tone, counted};
use crate::suite::harmless;
use oss403_case::model::{Capability, ProvokedBy};
use oss403_case::{Burden, Instance};

pub(super) fn list(args: &ListArgs, console: Console) -> Exit {
    let style = Style {
        color: console.color_out(),
        width: console.width(),
    };
    if args.capabilities {
        let mut out = BufWriter::new(io::stdout().lock());
        let written = match args.format {
            Format::Json => capabilities_json(&mut out),
            Format::Text => capabilities_text(style, &mut out),
        };
        return ended(written.and_then(|()| out.flush()), console);
    }
    let (ledger, _) = match source::ledger(args.cases.as_deref(), args.revision, console) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let instances = match ledger.select(&args.filters) {
        Ok(instances) => instances,
        Err(unknown) => {
            console.error(&unknown, Some(&unknown.help));
            return Exit::NothingSelected;
        }
    };
    let (instances, left_out) = if args.harmless {
        let (instances, left_out) = harmless(instances);
        (instances, Some(left_out))
    } else {
        (instances, None)
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let written = match args.format {
        Format::Json => json(&instances, &mut out),
        Format::Text => text(&instances, style, &mut out).and_then(|()| match left_out {
            Some(left_out) => writeln!(out, "{left_out}"),
            None => Ok(()),
        }),
    };
    ended(written.and_then(|()| out.flush()), console)
}

fn ended(written: io::Result<()>, console: Console) -> Exit {
    match tolerate_closed_pipe(written) {
        Ok(()) => Exit::Ok,
        Err(error) => {
            console.error(format_args!("standard output: {error}"), None);
            Exit::Usage
        }
    }
}

/// Writes an array with an object for each name that a profile may claim, one a line.
fn capabilities_json(out: &mut dyn Write) -> io::Result<()> {
    let names = |these: &[Capability]| -> Vec<&'static str> {
        these.iter().map(|these| these.as_str()).collect()
    };
    writeln!(out, "[")?;
    for (number, named) in Capability::TABLE.iter().enumerate() {
        let comma = if number + 1 == Capability::TABLE.len() {
            ""
        } else {
            ","
        };
        let members = if named.is_group() { named.members } else { &[] };
        let line = json!({
            "name": named.name, "means": named.means, "stands_for": names(members), "needs": names(named.needs),
        });
        writeln!(out, "  {line}{comma}")?;
    }
    writeln!(out, "]")
}

/// Writes the same for people.
fn capabilities_text(style: Style, out: &mut dyn Write) -> io::Result<()> {
    let column = Capability::NAMES
        .iter()
        .map(|name| name.len())
        .max()
        .unwrap_or_default();
    for (heading, groups) in [("capabilities", false), ("names for several", true)] {
        writeln!(out, "{}", style.paint(Tone::Strong, heading))?;
        let rows = Capability::TABLE
            .iter()
            .filter(|named| named.is_group() == groups);
        for named in rows {
            let mut about = named.means.to_owned();
            let others = if groups { named.members } else { named.needs };
            if !others.is_empty() {
                let what = if groups { ":" } else { "; nothing without" };
                let others: Vec<&str> = others.iter().map(|other| other.as_str()).collect();
                about.push_str(&format!("{what} {}", others.join(", ")));
            }
            let lines = style.wrap(&about, column + 4);
            let about = lines.join("\n");
            let name = format!("{:column$}", named.name);
            writeln!(
                out,
                "  {}  {}",
                style.paint(Tone::Good, &name),
                about.trim_start()
            )?;
        }
        if !groups {
            writeln!(out)?;
        }
    }
    Ok(())
}

/// An instance as `--format json` shows it.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    cause: &'a str,
    code: &'a str,
    scenario: &'a str,
    matrix: Map<String, Value>,
    provoked_by: ProvokedBy,
    requires: Vec<&'static str>,
    leaves: Vec<&'static str>,
}

impl<'a> Listed<'a> {
    fn of(instance: &'a Instance) -> Self {
        let label = |(axis, label): &(String, String)| (axis.clone(), Value::from(label.as_str()));
        Self {
            id: &instance.id,
            cause: &instance.file.cause,
            code: &instance.file.code,
            scenario: &instance.scenario.name,
            matrix: instance.axes.iter().map(label).collect(),
            provoked_by: instance.file.provoked_by,
            requires: needs(instance),
            leaves: instance.burdens().into_iter().map(Burden::as_str).collect(),
        }
    }
}

fn needs(instance: &Instance) -> Vec<&'static str> {
    let needs = instance.needs.capabilities.iter();
    needs.map(|need| need.as_str()).collect()
}

/// Writes an array with an object for each instance, one a line.
///
/// # Errors
/// When `out` cannot be written.
pub(super) fn json(instances: &[Instance], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "[")?;
    for (number, instance) in instances.iter().enumerate() {
        let comma = if number + 1 == instances.len() {
            ""
        } else {
            ","
        };
        writeln!(
            out,
            "  {}{comma}",
            serde_json::to_string(&Listed::of(instance))?
        )?;
    }
    writeln!(out, "]")
}

/// Writes the instances by code and cause, what they need beside them, and counts at the end.
///
/// # Errors
/// When `out` cannot be written.
pub(super) fn text(instances: &[Instance], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let longest = instances
        .iter()
        .map(|instance| local(instance).chars().count())
        .max()
        .unwrap_or_default();
    let column = longest.min(style.width.saturating_sub(24)).max(16);
    let (mut code, mut cause) = ("", "");
    let mut causes = 0;
    for instance in instances {
        let file = &*instance.file;
        if file.code != code {
            let gap = if code.is_empty() { "" } else { "\n" };
            writeln!(out, "{gap}{}", style.paint(Tone::Strong, &file.code))?;
            code = &file.code;
        }
        if file.cause != cause {
            writeln!(out, "  {}", style.paint(Tone::Good, &file.cause))?;
            cause = &file.cause;
            causes += 1;
        }
        let needs = style.paint(Tone::Faint, &needs(instance).join(", "));
        writeln!(
            out,
            "{}",
            format!("    {:column$}  {needs}", local(instance)).trim_end()
        )?;
    }
    let gap = if instances.is_empty() { "" } else { "\n" };
    writeln!(
        out,
        "{gap}{}, {}",
        counted(causes, "cause"),
        counted(instances.len(), "instance")
    )
}

/// The id without the cause, which stands above it.
fn local(instance: &Instance) -> &str {
    instance
        .id
        .split_once('/')
        .map_or(instance.id.as_str(), |(_, local)| local)
}

#[cfg(test)]
mod tests {
    use super::*;
    use oss403_case::check;
    use oss403_case::ledger::embedded_lists;

    const CASE: &str = "\
# yaml-language-server: $schema=../case.schema.json
cause: url-auth-expired
code: AccessDenied
message: Request has expired
status: 403
sources: [{ kind: documented, page: HTTP status code 403 }]
severity: grants-access
provoked-by: owner
means: The URL was used after the time it was good for.
fix: Sign a new URL.
scenarios:
  - name: read
    matrix: { scheme: [url-v1, url-v4], method: [GET, HEAD] }
    base: { sign: $scheme, request: $method /k.txt }
    edit: { expires-in: -1s }
  - name: one
    base: { as: sts, sign: url-v1, host: away-bucket, request: GET /k.txt }
    edit: { expires-in: -1s }
";

    fn instances() -> Vec<Instance> {
        let (entry, found) = check::file(
            "AccessDenied/url-auth-expired.yaml",
            CASE,
            &embedded_lists(),
        );
        assert!(found.is_empty(), "{found:?}");
        entry.expect("the case is sound").instances().collect()
    }

    #[test]
    fn the_json_has_the_keys_that_programs_rely_on() {
        let mut out = Vec::new();
        json(&instances(), &mut out).unwrap();
        let listed: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(listed.as_array().unwrap().len(), 5);
        let first = json!({
            "id": "url-auth-expired/read/url-v1-GET", "cause": "url-auth-expired", "code": "AccessDenied", "scenario": "read",
            "matrix": { "scheme": "url-v1", "method": "GET" }, "provoked_by": "owner", "requires": ["url-v1"], "leaves": [],
        });
        assert_eq!(listed[0], first);
        assert_eq!(listed[4]["matrix"], json!({}));
        assert_eq!(
            listed[4]["requires"],
            json!(["two-regions", "sts", "url-v1"])
        );
    }

    #[test]
    fn an_empty_list_is_json_too() {
        let mut out = Vec::new();
        json(&[], &mut out).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), json!([]));
    }

    #[test]
    fn the_text_is_grouped_and_counted() {
        let mut out = Vec::new();
        text(
            &instances(),
            Style {
                color: false,
                width: 100,
            },
            &mut out,
        )
        .unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r"
        AccessDenied
          url-auth-expired
            read/url-v1-GET   url-v1
            read/url-v1-HEAD  url-v1
            read/url-v4-GET   url-v4
            read/url-v4-HEAD  url-v4
            one               two-regions, sts, url-v1

        1 cause, 5 instances
        ");
    }
}
