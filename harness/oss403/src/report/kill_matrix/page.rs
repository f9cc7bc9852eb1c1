//! The kill matrix as a page that stands alone: a row for each cause, a column for each kind of mutant, a mark for each mutant.

use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Suite, Tables, outside, sums};
use crate::mutate::Kind;
use crate::mutate::matrix::{Extent, Fate, Matrix, Row};
use crate::report::style::{counted, grouped};

/// The whole page.
pub fn page(tables: Tables<'_>, suite: &Suite) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "oss403: kill matrix" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { h1 { "Kill matrix" } }
                main {
                    @if let Some(matrix) = tables.inside { (inside(matrix, suite)) }
                    @if let Some(rows) = tables.outside { (outside::page(rows)) }
                }
                footer {
                    p { "oss403 " (env!("CARGO_PKG_VERSION")) ", ledger of " (suite.revision) ", SHA-256 " code { (suite.hash) } }
                }
            }
        }
    };
    page.into_string()
}

fn inside(matrix: &Matrix, suite: &Suite) -> Markup {
    let total = matrix.killed() + matrix.survivors().count();
    let kinds: Vec<Kind> = sums(matrix).into_keys().collect();
    html! {
        header {
            p {
                "The reference server is made wrong in one respect after the other. A mark stands for one such server, in the row of \
                 each cause whose scenarios could notice; point at it to read what is wrong with it and how many instances noticed."
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
            i .all {} " every instance noticed "
            i .most {} " at least half "
            i .few {} " fewer than half "
            i .survived {} " survived "
            i .equivalent {} " equivalent"
        }
    }
}

fn table(matrix: &Matrix, suite: &Suite, kinds: &[Kind]) -> Markup {
    let mut cells: BTreeMap<(&str, Kind), Vec<&Row>> = BTreeMap::new();
    for row in &matrix.rows {
        for cause in row.causes.keys() {
            cells.entry((cause, row.mutant.kind)).or_default().push(row);
        }
    }
    let code_begins =
        |place: usize| place == 0 || suite.causes[place - 1].0 != suite.causes[place].0;
    html! {
        div .wide {
            table {
                thead {
                    tr {
                        th { "cause" }
                        @for kind in kinds { th .kind { (kind.name().replace('-', " ")) } }
                    }
                }
                tbody {
                    @for (place, (code, cause)) in suite.causes.iter().enumerate() {
                        @if code_begins(place) {
                            tr .code { th colspan=(kinds.len() + 1) { (code) } }
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
    html! { i class=(class) title=(said) {} }
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

const STYLE: &str = include_str!("page.css");

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
                text.starts_with(&format!("<i class=\"{class}\"")),
                "{by} of {of}: {text}"
            );
        }
    }
}
