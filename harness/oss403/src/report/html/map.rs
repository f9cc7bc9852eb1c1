//! The heat map: a row for each cause, a column for each way to sign.

use maud::{Markup, html};

use super::gathered::{Cause, Cell, Gathered, Open, UNSAID};
use super::shown;
use crate::report::lore::Lore;
use crate::report::style::grouped;

pub(super) fn section(gathered: &Gathered, lore: &Lore) -> Markup {
    let columns = gathered.columns();
    let mut causes: Vec<(&String, &Cause)> = gathered.causes.iter().collect();
    causes.sort_by_key(|(name, cause)| (&cause.code, *name));
    let mut cells = causes.iter().flat_map(|(_, cause)| cause.cells.values());
    let is_cut = cells.any(|cell| cell.open != Open::Nothing);
    let begins = |at: usize| at == 0 || causes[at - 1].1.code != causes[at].1.code;
    html! {
        section #map {
            h2 { "Causes and signatures" }
            p .hint {
                "Each field is a cause of a refusal, tried with one way to sign: how many of its instances are as OSS documents them. It leads to them; \
                 the arrow keys move about."
            }
            @if is_cut {
                p .hint {
                    strong { "The run ended early. " }
                    "No field that is not whole is fully green, and a cause of which nothing was done has no row."
                }
            }
            (legend(is_cut))
            div .wide tabindex="0" role="region" aria-label="Causes and signatures" {
                table .map data-keys {
                    thead {
                        tr {
                            th scope="col" { "cause" }
                            th scope="col" { "all" }
                            @for scheme in &columns { th scope="col" { (column(scheme)) } }
                        }
                    }
                    tbody {
                        @for (at, (name, cause)) in causes.iter().enumerate() {
                            @if begins(at) {
                                tr .code { th scope="colgroup" colspan=(columns.len() + 2) { span { (cause.code) } } }
                            }
                            tr {
                                th scope="row" {
                                    a href={ "#cause=" (escaped(name)) } title=[lore.causes.get(*name).map(|told| &told.means)] { (name) }
                                }
                                td .whole { (field(name, None, &cause.whole())) }
                                @for scheme in &columns {
                                    @match cause.cells.get(*scheme) {
                                        Some(cell) => td { (field(name, Some(scheme), cell)) },
                                        None => td {},
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn legend(is_cut: bool) -> Markup {
    html! {
        p .legend {
            span .field .ok { "✓ 4" } " all as documented "
            span .field .part { "✓ 3/4" } @if is_cut { " the rest was not asked, or not done " span .field .part { "✓ 3/…" } " nobody knows how many were not done " } @else { " the rest was not asked " }
            span .field .bad { "✗ 3/4" } " some deviate "
            span .field .grave { "‼ 3/4" } " something is granted, changed or shown "
            span .field .warn { "? 3/4" } " not proven "
            span .field .aside { "– 4" } " not asked"
        }
    }
}

/// The name of a column. What is not signed is no scheme.
fn column(scheme: &str) -> &str {
    match scheme {
        "none" => "unsigned",
        UNSAID => "other",
        name => name,
    }
}

fn field(cause: &str, scheme: Option<&str>, cell: &Cell) -> Markup {
    let (class, mark) = look(cell);
    let conformant = grouped(cell.conformant as u64);
    let all = match cell.open {
        Open::Nothing | Open::Unknown => cell.total,
        Open::Some(open) => cell.total + open,
    };
    let numbers = match cell.open {
        Open::Unknown => format!("{conformant}/…"),
        Open::Nothing if cell.conformant == all || cell.aside == all => grouped(all as u64),
        _ => format!("{conformant}/{}", grouped(all as u64)),
    };
    let done = match cell.open {
        Open::Unknown => " that were done",
        _ => "",
    };
    let mut said = format!("{} of {all}{done} conformant", cell.conformant);
    if cell.aside > 0 {
        said.push_str(&format!(", {} not asked", cell.aside));
    }
    match cell.open {
        Open::Nothing => {}
        Open::Some(open) => said.push_str(&format!(", {open} not done")),
        Open::Unknown => said.push_str(", more may be open"),
    }
    if let Some((_, worst)) = &cell.worst {
        said.push_str(&format!(", at worst {worst}"));
    }
    let (of, also) = match scheme {
        Some(scheme) => (
            format!("{cause}, {}", column(scheme)),
            format!("&scheme={}", escaped(scheme)),
        ),
        None => (cause.to_owned(), String::new()),
    };
    html! {
        a .field .(class) href={ "#cause=" (escaped(cause)) (also) } title=(format!("{of}: {said}")) {
            span aria-hidden="true" { (mark) " " (numbers) }
            span .unseen { (of) ": " (said) }
        }
    }
}

/// Colour and mark of a field: no colour says anything that its mark does not.
pub(super) fn look(cell: &Cell) -> (&'static str, &'static str) {
    match &cell.worst {
        Some((0..=2, _)) => ("grave", "‼"),
        Some((3, _)) => ("bad", "✗"),
        Some(_) => ("warn", "?"),
        None if cell.aside == cell.total => ("aside", "–"),
        None if cell.aside > 0 || cell.open != Open::Nothing => ("part", "✓"),
        None => ("ok", "✓"),
    }
}

/// A text as part of an address.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in shown(text).bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_looks_like_the_worst_of_it() {
        let cell = |aside, open, worst: Option<u8>| Cell {
            total: 2,
            aside,
            open,
            worst: worst.map(|worst| (worst, "x".into())),
            ..Cell::default()
        };
        for (cell, class) in [
            (cell(0, Open::Nothing, None), "ok"),
            (cell(1, Open::Nothing, None), "part"),
            (cell(0, Open::Some(1), None), "part"),
            (cell(0, Open::Unknown, None), "part"),
            (cell(2, Open::Nothing, None), "aside"),
            (cell(0, Open::Nothing, Some(4)), "warn"),
            (cell(0, Open::Nothing, Some(3)), "bad"),
            (cell(0, Open::Nothing, Some(2)), "grave"),
            (cell(0, Open::Nothing, Some(0)), "grave"),
        ] {
            assert_eq!(look(&cell).0, class, "{cell:?}");
        }
    }

    #[test]
    fn of_an_address_only_the_plainest_signs_stay() {
        assert_eq!(escaped("a-B.9_/b c\u{e9}"), "a-B.9_%2Fb%20c%C3%A9");
    }
}
