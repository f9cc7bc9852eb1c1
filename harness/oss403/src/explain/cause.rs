//! A cause, from what it means down to each of its twins.

use serde_json::Value;

use crate::report::flow::{flow, pairs};
use crate::report::lore::{self, edit, request, severity};
use crate::report::style::{Style, Tone, counted, harmless};
use oss403_case::expand::Template;
use oss403_case::ledger::{ANY_MESSAGE, Entry};
use oss403_case::model::{Alternative, CaseFile, ProvokedBy};
use oss403_case::revision::Revision;

/// Width of the column of titles.
const TITLES: usize = 14;

/// Everything the ledger knows of a cause.
pub fn cause(entry: &Entry, revision: Revision, style: Style) -> String {
    let file = &*entry.file;
    let mut page = Page {
        text: String::new(),
        style,
    };
    page.line(&format!(
        "{} · {} · HTTP {}",
        style.paint(Tone::Strong, &file.cause),
        file.code,
        file.status
    ));
    page.paragraph(&said(&file.message), 2);
    page.blank();
    page.titled("Means", &file.means);
    page.titled("Fix", &file.fix);
    page.titled("Severity", severity(file.severity));
    page.titled("Provoked by", provoked_by(file.provoked_by));
    page.titled("Revision", revision.name());
    page.titled("Notes", file.notes.as_deref().unwrap_or_default());
    let elements: Vec<String> = file
        .elements
        .iter()
        .map(|(name, text)| format!("{name}: {text}"))
        .collect();
    page.titled("Elements", &elements.join(", "));
    sources(file, &mut page);
    page.blank();
    let instances = entry
        .templates
        .iter()
        .map(|template| template.combinations().count())
        .sum();
    let count = format!(
        "{}, {}",
        counted(entry.templates.len(), "scenario"),
        counted(instances, "instance")
    );
    page.line(&style.paint(Tone::Strong, &count));
    for template in &entry.templates {
        page.blank();
        twin(template, file, &mut page);
    }
    page.text
}

/// A message in quotation marks, or that nobody has seen it.
fn said(message: &str) -> String {
    if message == ANY_MESSAGE {
        "any message: no source shows it".into()
    } else {
        format!("“{message}”")
    }
}

fn sources(file: &CaseFile, page: &mut Page) {
    for (number, source) in file.sources.iter().enumerate() {
        page.titled(
            if number == 0 { "Sources" } else { "" },
            &lore::source(source),
        );
    }
    for alternative in &file.alternatives {
        page.titled("Or else", &other_form(alternative, file));
        for source in &alternative.sources {
            page.titled("", &lore::source(source));
        }
    }
}

fn other_form(alternative: &Alternative, file: &CaseFile) -> String {
    let status = alternative.status.map(|status| format!("HTTP {status}, "));
    let status = status.unwrap_or_default();
    let code = alternative.code.as_ref().unwrap_or(&file.code);
    let message = alternative.message.as_ref().unwrap_or(&file.message);
    format!("{status}{code}, {}", said(message))
}

fn provoked_by(who: ProvokedBy) -> &'static str {
    match who {
        ProvokedBy::Anyone => "anyone, with a key or without",
        ProvokedBy::Owner => "the bucket's owner, with RAM users of the same account",
        ProvokedBy::SecondAccount => "a second account",
        ProvokedBy::Sts => "a holder of an STS token",
        ProvokedBy::Operator => "only an operator of the service",
    }
}

fn twin(template: &Template, file: &CaseFile, page: &mut Page) {
    let count = template.combinations().count();
    let head = format!("{}/{}", file.cause, template.name);
    let of = if count == 1 {
        String::new()
    } else {
        format!(" · {}", counted(count, "instance"))
    };
    page.line(&format!(
        "  {}{of}",
        page.style.paint(Tone::Strong, &harmless(&head))
    ));
    let body = template.body();
    if let Some(about) = template.about() {
        page.paragraph(about, 4);
    }
    for axis in &template.axes {
        let labels: Vec<&str> = axis
            .values
            .iter()
            .map(|value| value.label.as_str())
            .collect();
        page.below("where", &format!("${} is {}", axis.name, labels.join(", ")));
    }
    if let Some(given) = body.get("given") {
        page.below("given", &pairs(given));
    }
    page.below("base", &request(body.get("base").unwrap_or(&Value::Null)));
    page.below("edit", &edit(body.get("edit").unwrap_or(&Value::Null)));
    let expected = body
        .get("expect")
        .map(|expect| format!(", {}", pairs(expect)))
        .unwrap_or_default();
    page.below("then", &format!("{} {}{expected}", file.status, file.code));
    if let Some(before) = body.get("before") {
        let other = ["cause", "answer"].iter().find_map(|key| before.get(key));
        let word = |key: &str| before.get(key).and_then(Value::as_str).unwrap_or_default();
        let other = other.map(flow).unwrap_or_default();
        page.below(
            "before",
            &format!("{other} ({}: {})", word("order"), word("source")),
        );
    }
    if let Some(unchanged) = body.get("unchanged") {
        page.below("unchanged", &list(unchanged));
    }
    if body.get("to-the-second") == Some(&Value::Bool(true)) {
        page.below(
            "when",
            "in the very second that each request was made for; they are sent again until it is met",
        );
    }
    if body.get("reference-only") == Some(&Value::Bool(true)) {
        page.below(
            "counts",
            "for the embedded server alone: it rests on inference",
        );
    }
}

fn list(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(flow).collect::<Vec<_>>().join(", "),
        other => flow(other),
    }
}

struct Page {
    text: String,
    style: Style,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }

    fn paragraph(&mut self, text: &str, indent: usize) {
        for line in self.style.wrap(&harmless(text), indent) {
            self.line(&line);
        }
    }

    /// A title in the first column, its text in the second; nothing when there is no text.
    fn titled(&mut self, title: &str, text: &str) {
        self.columns(title, text.trim(), 0, TITLES, Tone::Faint);
    }

    fn below(&mut self, title: &str, text: &str) {
        self.columns(title, text, 4, TITLES, Tone::Faint);
    }

    fn columns(&mut self, title: &str, text: &str, indent: usize, width: usize, tone: Tone) {
        if text.is_empty() {
            return;
        }
        let joined = text.lines().collect::<Vec<_>>().join(" ");
        let lines = self.style.wrap(&harmless(&joined), indent + width);
        for (number, line) in lines.iter().enumerate() {
            let shown = if number == 0 { title } else { "" };
            let padding = " ".repeat(width.saturating_sub(shown.chars().count()));
            let line = line.trim_start();
            let title = self.style.paint(tone, shown);
            self.line(format!("{:indent$}{title}{padding}{line}", "").trim_end());
        }
    }
}
