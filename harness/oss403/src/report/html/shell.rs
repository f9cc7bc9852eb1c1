//! What every page has in common: it stands alone, and a policy sees to it that it stays so.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Colours, text, buttons: in every page.
const STYLE: &str = include_str!("shell.css");
/// Light and dark, printing, tables that the arrow keys move in: in every page.
const SCRIPT: &str = include_str!("shell.js");

/// A page around what it shows.
pub(in crate::report) struct Shell<'a> {
    pub(in crate::report) title: &'a str,
    /// What made it: this program, or a command of it whose pages it knows again.
    pub(in crate::report) generator: &'a str,
    /// What search engines and messengers show of it.
    pub(in crate::report) description: &'a str,
    /// Style sheets of its own.
    pub(in crate::report) styles: &'a [&'a str],
    /// Scripts of its own.
    pub(in crate::report) scripts: &'a [&'a str],
}

impl Shell<'_> {
    pub(in crate::report) fn render(&self, body: &Markup) -> String {
        let styles: Vec<&str> = [&[STYLE], self.styles].concat();
        let scripts: Vec<&str> = [&[SCRIPT], self.scripts].concat();
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy(&styles, &scripts));
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="referrer" content="no-referrer";
                    meta name="generator" content=(self.generator);
                    meta name="description" content=(self.description);
                    title { (self.title) " · oss403" }
                    @for style in &styles { style { (PreEscaped(style)) } }
                }
                body {
                    (body)
                    @for script in &scripts { script { (PreEscaped(script)) } }
                }
            }
        };
        page.into_string()
    }
}

/// Nothing is fetched, nothing runs but these very scripts, and no text ever becomes markup.
fn policy(styles: &[&str], scripts: &[&str]) -> String {
    let hashes = |texts: &[&str]| {
        let hash = |text: &&str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
        texts.iter().map(hash).collect::<Vec<_>>().join(" ")
    };
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        hashes(styles),
        hashes(scripts)
    )
}

/// The buttons at the top of every page.
pub(in crate::report) fn tools() -> Markup {
    html! {
        div .tools {
            button #theme type="button" hidden { "Dark" }
            button #print type="button" hidden { "Print" }
        }
    }
}

/// Data for the script. No text in it ends the block, or begins anything.
pub(in crate::report) fn data_block(id: &str, data: &Value) -> Markup {
    let text = data.to_string();
    let text = text
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026");
    html! { script #(id) type="application/json" { (PreEscaped(text)) } }
}
