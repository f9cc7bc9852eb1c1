//! The page that people are shown: one file that stands alone, needs no network and obeys nothing that a server said.
//!
//! What can be read without a script is written as markup: the verdict, the heat map, what is wrong, what was not asked. The instances are
//! data, of which the script makes as much markup as is looked at.

mod data;
mod gathered;
mod head;
mod map;
mod nights;
mod rest;
pub(super) mod shell;
pub mod site;
mod site_folder;
mod site_page;

use std::io::{self, Write};

use maud::{Markup, html};

use self::gathered::Gathered;
use self::shell::{Shell, data_block};
use super::json::ResultFile;
use super::lore::Lore;
use super::spool::Spool;

/// Writes a run. `lore` is what the ledger says besides.
pub(super) fn write(
    out: &mut dyn Write,
    head: &ResultFile,
    lore: Option<&Lore>,
    spool: &mut Spool,
) -> io::Result<()> {
    let unknown = Lore::default();
    let lore = lore.unwrap_or(&unknown);
    let mut gathered = Gathered::new(spool.len());
    spool.each(|entry| {
        gathered.add(&entry, lore);
        Ok(())
    })?;
    gathered.leave_open(head, lore);
    let title = format!("{}: {}", shown(&head.target.name), head::verdict(head));
    let page = Shell {
        generator: "oss403 report html",
        title: &title,
        styles: &[include_str!("page.css")],
        scripts: &[include_str!("page.js")],
        description: &head.sentence(),
    };
    let body = html! {
        (head::section(head, &gathered))
        main {
            (rest::wrong(&gathered))
            (map::section(&gathered, lore))
            (rest::instances(&gathered))
            (rest::aside(head, &gathered))
            (rest::times(head, &gathered))
            (rest::reading())
        }
        (rest::footer(head, lore))
        (data_block("data", &gathered.pack.finish(head, lore)))
    };
    out.write_all(page.render(&body).as_bytes())
}

/// A text of ours, or of a server, whose names between backticks look like what they are.
fn quoted(text: &str) -> Markup {
    let text = shown(text);
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// Longer texts of a server are cut: a page is no place for them.
const MOST_CHARACTERS: usize = 4_000;

/// A text that may hold what a server said, with everything shown that would otherwise be obeyed. Lines remain.
fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (number, c) in text.chars().enumerate() {
        if number == MOST_CHARACTERS {
            let more = text.chars().count() - MOST_CHARACTERS;
            out.push_str(&format!("… ({more} more characters)"));
            break;
        }
        if c != '\n' && crate::wire::redact::is_obeyed(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}
