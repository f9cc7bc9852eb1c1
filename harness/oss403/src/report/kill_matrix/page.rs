//! The kill matrix as a page that stands alone: a row for each cause, a column for each kind of mutant, a mark for each mutant.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{Suite, Tables, outside, sums};
use crate::mutate::Kind;
use crate::mutate::matrix::{Extent, Fate, Matrix, Row};
use crate::report::html::shell::{Shell, tools};
use crate::report::style::{counted, grouped};

/// The whole page.
pub fn page(tables: Tables<'_>, suite: &Suite) -> String {
    let body = html! {
        header .top {
            (tools())
            p .kicker { "Who tests the tests?" }
            h1 { "Kill matrix" }
        }
        main {
            @if let Some(matrix) = tables.inside { (inside(matrix, suite)) }
            @if let Some(rows) = tables.outside { (outside::page(rows)) }
        }
        footer {
            p { "oss403 " (env!("CARGO_PKG_VERSION")) ", ledger of " (suite.revision) ", SHA-256 " code { (suite.hash) } }
        }
        p #said role="status" hidden {}
    };
    let page = Shell {
        generator: "oss403 mutants",
        title: "Kill matrix",
        description: "Wrong servers, one after the other, and which instances of the suite noticed",
        styles: &[include_str!("page.css")],
        scripts: &[include_str!("page.js")],
    };
    page.render(&body)
}

fn inside(matrix: &Matrix, suite: &Suite) -> Markup {
    let total = matrix.killed() + matrix.survivors().count();
    let kinds: Vec<Kind> = sums(matrix).into_keys().collect();
    html! {
        header {
            p .hint {
                "The reference server is made wrong in one respect after the other. A mark stands for one such server, in the row of \
                 each cause whose scenarios could notice; press it to read what is wrong with that server and how many instances noticed."
            }
            (figures(matrix, suite, total))
            (legend())
        }
        (table(matrix, suite, &kinds))
        (survivors_list(matrix))
        (misjudged_list(matrix))
        (idle_list(matrix, suite))
        (equivalents_list(matrix))
    }
}

fn figures(matrix: &Matrix, suite: &Suite, total: usize) -> Markup {
    let figure = |good: bool, value: String, what: &str| {
        html! {
            div .figure .bad[!good] { strong { (value) } span { (what) } }
        }
    };
    let killed = matrix.killed();
    let baselines = matrix.baselines;
    let extremes = format!("{} / {}", baselines.allow_all, baselines.deny_all);
    html! {
        div .figures {
            (figure(killed == total, format!("{} / {}", grouped(killed as u64), grouped(total as u64)), "mutants killed"))
            (figure(true, grouped(matrix.equivalents().count() as u64), "equivalent, reviewed"))
            @if suite.extent == Extent::All {
                (figure(matrix.idle.is_empty(), grouped(matrix.idle.len() as u64), "idle instances"))
            }
            (figure(baselines.are_clean(), extremes, "causes conformant on a server that allows / denies everything"))
            (figure(true, grouped(matrix.instances as u64), "instances"))
            (figure(true, format!("{:.1} s", matrix.elapsed.as_secs_f64()), "wall time"))
        }
    }
}

fn legend() -> Markup {
    html! {
        p .legend {
            @for (class, says) in [
                ("all", "every instance noticed"),
                ("most", "at least half"),
                ("few", "fewer than half"),
                ("survived", "survived"),
                ("equivalent", "equivalent: nobody can notice"),
            ] {
                span .mark .(class) { (glyph(class)) } " " (says) " "
            }
        }
    }
}

/// No colour says anything that its mark does not.
fn glyph(class: &str) -> &'static str {
    match class {
        "all" => "✓",
        "most" => "◕",
        "few" => "◔",
        "survived" => "✗",
        _ => "≡",
    }
}

/// A mark that says more when it is pressed.
pub(super) fn pressed(class: &str, said: &str) -> Markup {
    html! { button type="button" .mark .(class) title=(said) aria-label=(said) { (glyph(class)) } }
}

fn table(matrix: &Matrix, suite: &Suite, kinds: &[Kind]) -> Markup {
    let mut cells: BTreeMap<(&str, Kind), Vec<&Row>> = BTreeMap::new();
    for row in &matrix.rows {
        for cause in row.causes.keys() {
            cells.entry((cause, row.mutant.kind)).or_default().push(row);
        }
    }
    // Where a part was asked for, the rest has no marks, and its rows would say nothing.
    let is_marked = |cause: &str| kinds.iter().any(|kind| cells.contains_key(&(cause, *kind)));
    let causes: Vec<_> = suite
        .causes
        .iter()
        .filter(|(_, cause)| suite.extent == Extent::All || is_marked(cause))
        .collect();
    let code_begins = |place: usize| place == 0 || causes[place - 1].0 != causes[place].0;
    html! {
        div .wide tabindex="0" role="region" aria-label="Mutants by cause and kind" {
            table .map .marks data-keys {
                thead {
                    tr {
                        th scope="col" { "cause" }
                        @for kind in kinds { th scope="col" { (kind.name().replace('-', " ")) } }
                    }
                }
                tbody {
                    @for (place, (code, cause)) in causes.iter().enumerate() {
                        @if code_begins(place) {
                            tr .code { th scope="colgroup" colspan=(kinds.len() + 1) { span { (code) } } }
                        }
                        tr {
                            th scope="row" { (cause) }
                            @for kind in kinds {
                                td {
                                    @for row in cells.get(&(cause.as_str(), *kind)).into_iter().flatten() {
                                        (mark(row, cause))
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

fn mark(row: &Row, cause: &str) -> Markup {
    let noticed = row.causes.get(cause).copied().unwrap_or_default();
    let class = match row.fate {
        Fate::Survived | Fate::Misjudged(_) => "survived",
        Fate::Equivalent(_) => "equivalent",
        Fate::Killed if noticed.by == noticed.of => "all",
        Fate::Killed if noticed.by * 2 >= noticed.of => "most",
        Fate::Killed => "few",
    };
    let said = format!(
        "{}: {}; noticed by {} of {}",
        row.mutant.id,
        row.mutant.description,
        noticed.by,
        counted(noticed.of, "instance"),
    );
    pressed(class, &said)
}

fn survivors_list(matrix: &Matrix) -> Markup {
    html! {
        h2 { "Survivors" }
        @if matrix.survivors().next().is_none() {
            p { "None: every mutant was noticed, or nobody could notice it." }
        } @else {
            dl {
                @for row in matrix.survivors() {
                    dt { (row.mutant.id) }
                    dd { (row.mutant.description) }
                }
            }
        }
    }
}

fn idle_list(matrix: &Matrix, suite: &Suite) -> Markup {
    html! {
        @if suite.extent == Extent::All {
            h2 { "Idle instances" }
            @if matrix.idle.is_empty() {
                p { "None: every instance noticed at least one server that decides or acts otherwise." }
            } @else {
                ul { @for id in &matrix.idle { li { (id) } } }
            }
        }
    }
}

fn misjudged_list(matrix: &Matrix) -> Markup {
    html! {
        @if matrix.misjudged().next().is_some() {
            h2 { "Misjudged: listed as equivalent, and noticed all the same" }
            (excuses(matrix.misjudged()))
        }
    }
}

fn equivalents_list(matrix: &Matrix) -> Markup {
    html! {
        h2 { "Equivalent mutants" }
        @if matrix.equivalents().next().is_none() {
            p { "None." }
        } @else {
            (excuses(matrix.equivalents()))
        }
    }
}

fn excuses<'m>(rows: impl Iterator<Item = (&'m Row, &'static str)>) -> Markup {
    html! {
        dl {
            @for (row, reason) in rows {
                dt { (row.mutant.id) }
                dd { (row.mutant.description) ". " em { (reason) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutate::generate;
    use crate::mutate::matrix::Noticed;

    #[test]
    fn a_mark_says_whether_all_most_or_few_noticed() {
        let mutants = generate(&std::collections::BTreeSet::from(["bucket-acl"]));
        let mut row = Row {
            mutant: mutants.into_iter().next().unwrap(),
            causes: BTreeMap::new(),
            fate: Fate::Killed,
        };
        for (by, of, class) in [(5, 5, "all"), (3, 5, "most"), (1, 2, "most"), (2, 5, "few")] {
            row.causes.insert("bucket-acl", Noticed { by, of });
            let text = mark(&row, "bucket-acl").into_string();
            assert!(
                text.contains(&format!("class=\"mark {class}\""))
                    && text.contains(&format!(">{}<", glyph(class))),
                "{by} of {of}: {text}"
            );
        }
    }

    #[test]
    fn no_two_classes_have_the_same_mark() {
        let mut marks = ["all", "most", "few", "survived", "equivalent"]
            .map(glyph)
            .to_vec();
        marks.sort_unstable();
        marks.dedup();
        assert_eq!(marks.len(), 5);
        assert!(!marks.contains(&""));
    }
}
