//! The `matrix` and the `exclude` of a scenario, as written.

use std::collections::HashSet;

use serde_json::Value;

use super::decode::Problem;
use super::document::problem;
use super::place::{Part, Path};
use super::suggest;
use super::template::{Axis, AxisValue};

/// Reads `matrix`.
pub(crate) fn axes(matrix: Option<&Value>, problems: &mut Vec<Problem>) -> Vec<Axis> {
    let entries = match matrix {
        None => return Vec::new(),
        Some(Value::Object(entries)) if !entries.is_empty() => entries,
        Some(_) => {
            let message = "a matrix is a map from axis to values";
            let help = "for example `matrix: { method: [GET, HEAD] }`";
            problems.push(problem(Path::from(["matrix"]), Part::Value, message).help(help));
            return Vec::new();
        }
    };
    entries
        .iter()
        .map(|(name, values)| axis(name, values, problems))
        .collect()
}

fn axis(name: &str, written: &Value, problems: &mut Vec<Problem>) -> Axis {
    let path = Path::from(["matrix", name]);
    let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
        });
    if !is_name {
        let message = format!(
            "`{name}` cannot be the name of an axis: a small letter, then small letters, digits, `-`, `_`"
        );
        problems.push(problem(path.clone(), Part::Key, message));
    }
    let values: Vec<AxisValue> = match written {
        Value::Array(items) if !items.is_empty() => {
            let listed = items.iter().enumerate();
            listed
                .filter_map(|(index, item)| listed_value(item, path.then(index), problems))
                .collect()
        }
        Value::Object(entries) if !entries.is_empty() => entries
            .iter()
            .map(|(label, value)| axis_value(label, value, path.then(label.as_str())))
            .collect(),
        _ => {
            let help = "for example `method: [GET, HEAD]` or `method: { read: GET, write: PUT }`";
            problems.push(
                problem(
                    path,
                    Part::Value,
                    format!("the axis `{name}` has no values"),
                )
                .help(help),
            );
            Vec::new()
        }
    };
    let mut seen = HashSet::new();
    for value in &values {
        if value.slug.is_empty() {
            let message = format!("the label `{}` has no letter or digit", value.label);
            problems.push(
                problem(value.path.clone(), Part::Key, message)
                    .help("give the value a label: `axis: { label: value }`"),
            );
        } else if !seen.insert(&value.slug) {
            let message = format!("the axis `{name}` has the value `{}` twice", value.label);
            problems.push(problem(value.path.clone(), Part::Key, message).help(
                "ids must be unique: give the values labels that differ in letters or digits",
            ));
        }
    }
    Axis {
        name: name.to_owned(),
        values,
    }
}

fn listed_value(item: &Value, path: Path, problems: &mut Vec<Problem>) -> Option<AxisValue> {
    let label = match item {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => item.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            let help = "write the axis as a map from label to value: `axis: { label: value, … }`";
            problems.push(
                problem(
                    path,
                    Part::Value,
                    "a value that is no plain text or number needs a label",
                )
                .help(help),
            );
            return None;
        }
    };
    Some(axis_value(&label, item, path))
}

fn axis_value(label: &str, value: &Value, path: Path) -> AxisValue {
    AxisValue {
        label: label.to_owned(),
        slug: slug(label),
        value: value.clone(),
        path,
    }
}

/// A label as part of an id, which is also part of a file name: letters, digits, `.`, `_`, `-`.
fn slug(label: &str) -> String {
    let mut slug = String::with_capacity(label.len());
    for character in label.chars() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => slug.push(character),
            _ if slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    let trimmed = slug.trim_end_matches('-');
    let only_marks = !trimmed.contains(|c: char| c.is_ascii_alphanumeric());
    if only_marks {
        String::new()
    } else {
        trimmed.to_owned()
    }
}

/// Reads `exclude`: for each entry the values, by number, of the axes that it names.
pub(crate) fn exclude(
    written: Option<&Value>,
    axes: &[Axis],
    problems: &mut Vec<Problem>,
) -> Vec<Vec<(usize, Vec<usize>)>> {
    let top = Path::from(["exclude"]);
    let entries = match written {
        None => return Vec::new(),
        Some(Value::Array(entries)) => entries,
        Some(_) => {
            problems.push(problem(
                top,
                Part::Value,
                "`exclude` is a list of maps from axis to label",
            ));
            return Vec::new();
        }
    };
    let mut all = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let path = top.then(index);
        match entry {
            Value::Object(map) if !map.is_empty() => {
                let excluded = map
                    .iter()
                    .filter_map(|(axis, labels)| exclusion(axis, labels, &path, axes, problems));
                all.push(excluded.collect());
            }
            _ => problems.push(problem(
                path,
                Part::Value,
                "an entry of `exclude` is a map from axis to label",
            )),
        }
    }
    all
}

fn exclusion(
    name: &str,
    written: &Value,
    path: &Path,
    axes: &[Axis],
    problems: &mut Vec<Problem>,
) -> Option<(usize, Vec<usize>)> {
    let here = path.then(name);
    let Some(position) = axes.iter().position(|axis| axis.name == name) else {
        let help = suggest::help(name, axes.iter().map(|axis| axis.name.as_str()), "axes");
        problems.push(
            problem(
                here,
                Part::Key,
                format!("`{name}` is no axis of this scenario"),
            )
            .help(help),
        );
        return None;
    };
    let values = &axes[position].values;
    let labels = match written {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| (item, here.then(index)))
            .collect(),
        single => vec![(single, here)],
    };
    let mut numbers = Vec::new();
    for (label, path) in labels {
        let text = label
            .as_str()
            .map_or_else(|| label.to_string(), str::to_owned);
        match values.iter().position(|value| value.label == text) {
            Some(number) => numbers.push(number),
            None => {
                let help = suggest::help(
                    &text,
                    values.iter().map(|value| value.label.as_str()),
                    "labels",
                );
                let message = format!("`{text}` is no label of the axis `{name}`");
                problems.push(problem(path, Part::Value, message).help(help));
            }
        }
    }
    Some((position, numbers))
}
