//! The page that compares servers.

use maud::{Markup, html};

use super::gathered::Cell;
use super::map::{escaped, look};
use super::nights::{Night, Server};
use super::shell::{Shell, data_block, tools};
use super::site::{GENERATOR, Site};
use crate::judge::scope::shortened;
use crate::report::style::{counted, grouped};

pub(super) fn page(site: &Site) -> String {
    let servers = counted(site.servers.len(), "server");
    let body = html! {
        header .top {
            (tools())
            p .kicker { "Do they say no the way OSS says no?" }
            h1 { (servers) " side by side" }
            p .hint {
                "Each result is of a whole run, in which a server was asked for everything that it claims. What it does not claim is not counted as passed; a dash stands for it. "
                @for (place, (revision, hash)) in site.suites.iter().enumerate() {
                    @if place > 0 { ", " } "Suite " code { (revision) } " (" code { (hash.get(..12).unwrap_or(hash)) } ")"
                }
                "."
            }
            @if site.left_out > 0 {
                p .hint { (counted(site.left_out, "result")) @if site.left_out == 1 { " is" } @else { " are" } " left out: of a part, or of a run that ended early." }
            }
            @if site.suites.len() > 1 {
                p .alarms { strong { "Note: " } "the results are of different suites, so that some of what differs may be the suite's." }
            }
        }
        main {
            (standings(site))
            (matrix(site))
            section #detail hidden { h2 tabindex="-1" {} div {} }
            (changes(site))
        }
        footer { p { "oss403 " (env!("CARGO_PKG_VERSION")) ". Anybody can write a page: what it says can be checked against the results that it was made of." } }
        (data_block("data", &site.data()))
    };
    let shell = Shell {
        generator: GENERATOR,
        title: &format!("{servers} side by side"),
        description: "What servers that speak the OSS protocol refuse as OSS does, and what not",
        styles: &[include_str!("site.css")],
        scripts: &[include_str!("site.js")],
    };
    shell.render(&body)
}

fn standings(site: &Site) -> Markup {
    html! {
        section #servers {
            h2 { "Servers" }
            div .wide tabindex="0" role="region" aria-label="Servers" {
                table .list .stack {
                    thead {
                        tr {
                            th scope="col" { "server" } th scope="col" { "level" } th scope="col" .number { "causes" } th scope="col" .number { "instances" }
                            th scope="col" { "not claimed" } th scope="col" { "history" } th scope="col" { "last tested" }
                        }
                    }
                    tbody {
                        @for (name, server, night) in site.ranked() { (standing(name, server, night)) }
                    }
                }
            }
        }
    }
}

fn standing(name: &str, server: &Server, night: &Night) -> Markup {
    let (class, mark) = match night.level {
        Some(4) if night.is_complete => ("ok", "✓"),
        Some(4) => ("part", "◔"),
        Some(_) => ("warn", "◐"),
        None => ("grave", "✗"),
    };
    let names: Vec<&str> = night.scope.not_claimed.iter().map(String::as_str).collect();
    let last = server.nights.keys().next_back();
    html! {
        tr {
            th scope="row" { span .name { a href=[&night.page] { (name) } br; small { (night.endpoint) @if let Some(reference) = &night.reference { br; (reference) } } } }
            td { span .tag .(class) { (mark) " " (night.verdict) } @if night.is_complete { br; small { "complete" } } }
            td .number data-as="causes" { (night.causes.0) " / " (night.causes.1) }
            td .number data-as="instances" { (grouped(night.instances.0 as u64)) " / " (grouped(night.instances.1 as u64)) }
            td data-as="not claimed" { small { @if names.is_empty() { "–" } @else { (super::shown(&shortened(&names).join(", "))) } } }
            td { (sparkline(server)) }
            td data-as="last tested" { @if let Some(last) = last { (day(last)) br; } small { (counted(server.nights.len(), "night")) } }
        }
    }
}

/// The day of a moment.
fn day(moment: &str) -> &str {
    moment.get(..10).unwrap_or(moment)
}

/// How many causes were conformant, night after night.
fn sparkline(server: &Server) -> Markup {
    const WIDTH: usize = 120;
    const HEIGHT: usize = 26;
    let counts: Vec<usize> = server.nights.values().map(|night| night.causes.0).collect();
    let most = server.nights.values().map(|night| night.causes.1).max();
    let least = counts.iter().copied().min().unwrap_or_default();
    let (most, floor) = (most.unwrap_or(1).max(1), least.saturating_sub(1));
    let step = WIDTH
        .checked_div(counts.len().saturating_sub(1))
        .unwrap_or(0);
    let height = |count: usize| HEIGHT - 3 - (count - floor) * (HEIGHT - 6) / (most - floor).max(1);
    let places: Vec<(usize, usize)> = counts
        .iter()
        .enumerate()
        .map(|(at, count)| (at * step + 3, height(*count)))
        .collect();
    let points: Vec<String> = places.iter().map(|(x, y)| format!("{x},{y}")).collect();
    let said: Vec<String> = counts.iter().map(usize::to_string).collect();
    let said = format!(
        "conformant causes of {most}, night after night: {}",
        said.join(", ")
    );
    html! {
        svg .spark width=(WIDTH + 8) height=(HEIGHT) role="img" aria-label=(said) {
            title { (said) }
            @if points.len() > 1 { polyline points=(points.join(" ")) {} }
            @if let Some((x, y)) = places.last() { circle cx=(x) cy=(y) r="2.5" {} }
        }
    }
}

fn matrix(site: &Site) -> Markup {
    let mut causes: Vec<(&String, &String)> = site
        .causes
        .iter()
        .map(|(cause, (code, _))| (cause, code))
        .collect();
    causes.sort_by_key(|(cause, code)| (*code, *cause));
    let begins = |at: usize| at == 0 || causes[at - 1].1 != causes[at].1;
    html! {
        section #causes {
            h2 { "Causes" }
            div .filter role="search" {
                label .grow { "Search" input #q type="search" placeholder="a cause or a code" autocomplete="off"; }
                label .tick { input #differ type="checkbox"; " only where they differ" }
            }
            p #count role="status" {}
            (legend())
            div .wide tabindex="0" role="region" aria-label="Causes by server" {
                table .map data-keys {
                    thead {
                        tr { th scope="col" { "cause" } @for name in site.servers.keys() { th scope="col" { span .name { (name) } } } }
                    }
                    tbody {
                        @for (at, (cause, code)) in causes.iter().enumerate() {
                            @if begins(at) { tr .code { th scope="colgroup" colspan=(site.servers.len() + 1) { span { (code) } } } }
                            tr data-cause=(cause) data-code=(code) data-differs[differ(site, cause)] {
                                th scope="row" { (cause) }
                                @for (name, server) in &site.servers {
                                    td { @if let Some(cell) = server.latest().and_then(|night| night.cells.get(*cause)) { (field(name, &server.slug, cause, cell)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whether not all servers that were asked do the same.
fn differ(site: &Site, cause: &str) -> bool {
    let latest = site.servers.values().filter_map(Server::latest);
    let cells = latest.filter_map(|night| night.cells.get(cause));
    let asked = cells.filter(|cell| cell.aside < cell.total);
    let mut said = asked.map(|cell| cell.worst.as_ref().map(|(_, name)| name.as_str()));
    let first = said.next();
    said.any(|other| Some(other) != first)
}

fn legend() -> Markup {
    html! {
        p .legend {
            span .field .ok { "✓" } " as documented " span .field .bad { "✗ code" } " deviates " span .field .grave { "‼ granted" } " granted, changed or shown "
            span .field .warn { "? not provoked" } " not proven " span .field .aside { "–" } " not asked"
        }
    }
}

fn field(server: &str, slug: &str, cause: &str, cell: &Cell) -> Markup {
    let (class, mark) = look(cell);
    let worst = cell.worst.as_ref().map(|(_, name)| name.as_str());
    let word = worst.map(|name| name.trim_start_matches("deviates/").replace('-', " "));
    let said = format!(
        "{server}, {cause}: {} of {} conformant",
        cell.conformant, cell.total
    );
    html! {
        a .field .(class) href={ "#server=" (slug) "&cause=" (escaped(cause)) } title=(said) {
            span aria-hidden="true" { (mark) @if let Some(word) = &word { " " (word) } }
            span .unseen { (said) @if let Some(word) = &word { ", at worst " (word) } }
        }
    }
}

/// What was first seen when, and fixed when.
fn changes(site: &Site) -> Markup {
    let any = site
        .servers
        .values()
        .any(|server| server.spells().next().is_some());
    html! {
        section #changes {
            h2 { "First seen, fixed" }
            @if any {
                div .wide tabindex="0" role="region" aria-label="First seen, fixed" {
                    table .list .stack {
                        thead { tr { th scope="col" { "server" } th scope="col" { "cause" } th scope="col" { "at worst" } th scope="col" { "first seen" } th scope="col" { "fixed" } } }
                        tbody {
                            @for (name, server) in &site.servers {
                                @for (cause, spells) in server.spells() {
                                    @for spell in &spells {
                                        tr {
                                            td { span .name { (name) } }
                                            td { a href={ "#server=" (server.slug) "&cause=" (escaped(cause)) } { (cause) } }
                                            td { (spell.worst.1.replace('/', ": ").replace('-', " ")) }
                                            td data-as="first seen" { (day(spell.first)) }
                                            td data-as="fixed" { @match spell.fixed { Some(night) => { span .good { "✓ " (day(night)) } }, None => "still there" } }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            } @else {
                p { "Nothing was wrong in any night." }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::html::nights::tests::server;

    #[test]
    fn the_line_of_nights_is_as_high_as_what_was_conformant() {
        let mut server = server(&[("1", 0, None), ("2", 0, None)]);
        for (night, conformant) in server.nights.values_mut().zip([1, 5]) {
            night.causes = (conformant, 5);
        }
        let drawn = sparkline(&server).into_string();
        // A fifth of the height, and all of it.
        assert!(drawn.contains("points=\"3,19 123,3\""), "{drawn}");
        assert!(
            drawn.contains("conformant causes of 5, night after night: 1, 5"),
            "{drawn}"
        );
    }
}
