//! Badges: what a certificate says, in a few words and a colour that the words repeat.

use serde::{Deserialize, Serialize};

use crate::report::json::ResultFile;

/// What shields.io reads from an endpoint (<https://shields.io/badges/endpoint-badge>).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Badge {
    /// Always 1.
    pub schema_version: u8,
    /// The left text.
    pub label: String,
    /// The right text, never empty.
    pub message: String,
    /// The colour of the right half.
    pub color: String,
}

/// Width of a character in tenths of a pixel, for Verdana at 11 pixels, generously.
const CHARACTER: usize = 70;

impl Badge {
    /// The badge of a result.
    pub fn of(head: &ResultFile) -> Self {
        let summary = &head.summary;
        let (message, color) = match summary.level {
            Some(level) => {
                let names = ["Secure", "Codes", "Messages", "Exact"];
                let name = names[usize::from(level.clamp(1, 4)) - 1];
                let scope = match summary.complete {
                    true => String::new(),
                    false => format!(", {} of {} causes", head.scope.tested, head.scope.causes),
                };
                let colors = ["orange", "yellow", "yellowgreen", "brightgreen"];
                let color = colors[usize::from(level.clamp(1, 4)) - 1];
                (format!("level {level} {name}{scope}"), color)
            }
            None => ("no level".to_owned(), "red"),
        };
        let message = match head.target.is_reference() {
            true => format!("{message} (reference server)"),
            false => message,
        };
        Self {
            schema_version: 1,
            label: "oss403".into(),
            message,
            color: color.into(),
        }
    }

    /// It as the text of a file.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        format!("{text}\n")
    }

    /// A picture of it that asks nobody for anything.
    pub fn to_svg(&self) -> String {
        let width = |text: &str| (text.chars().count() * CHARACTER).div_ceil(10) + 10;
        let (left, right) = (width(&self.label), width(&self.message));
        let whole = left + right;
        let color = match self.color.as_str() {
            "brightgreen" => "#2f7a1f",
            "yellowgreen" => "#5e7512",
            "yellow" => "#7a6400",
            "orange" => "#a2500a",
            _ => "#b3261e",
        };
        let escape = |text: &str| quick_xml::escape::escape(text).into_owned();
        let (label, message) = (escape(&self.label), escape(&self.message));
        let (middle, other) = (left / 2, left + right / 2);
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img" aria-label="{label}: {message}"><title>{label}: {message}</title><rect width="{left}" height="20" rx="3" fill="#3c3f44"/><rect x="{left}" width="{right}" height="20" rx="3" fill="{color}"/><g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11"><text x="{middle}" y="14">{label}</text><text x="{other}" y="14">{message}</text></g></svg>
"##
        )
    }
}
