//! What a terminal would obey.

use super::super::style::Tone;
use super::*;

#[test]
fn color_is_ours_alone() {
    let text = rendered(Style {
        color: true,
        width: 100,
    });
    for (at, _) in text.match_indices('\u{1b}') {
        let code = text[at + 1..].split_once('m').map(|(code, _)| code);
        assert!(
            matches!(code, Some("[0" | "[1" | "[2" | "[32" | "[33" | "[1;31")),
            "{:?}",
            &text[at..at + 10]
        );
    }
    let plain = rendered(Style {
        color: false,
        width: 100,
    });
    assert!(
        plain.chars().all(|c| c == '\n' || !c.is_control()),
        "{plain:?}"
    );
}

#[test]
fn the_sum_is_green_when_everything_is_conformant_and_only_then() {
    let style = Style {
        color: true,
        width: 100,
    };
    let sums = |planned: usize| {
        let twins = twins();
        let good = twins
            .iter()
            .find(|twin| twin.judge().verdict == Verdict::Conformant);
        let good = good.expect("one is conformant");
        let cause = &good.instance.file.cause;
        let mut facts = facts(&twins);
        facts.tally = Tally::default();
        for _ in 0..planned {
            facts.tally.plan(cause);
        }
        facts.tally.add(cause, Verdict::Conformant, 1);
        let mut terminal = Terminal::new(Detail::default());
        terminal.add(entry(good));
        let files = files(&twins);
        terminal.render(&facts, &files.iter().collect::<Vec<_>>(), style)
    };
    let all = sums(1);
    assert!(all.contains(&style.paint(Tone::Good, "1 of 1")), "{all}");
    let half = sums(2);
    assert!(
        half.contains(&style.paint(Tone::Strong, "1 of 2")),
        "{half}"
    );
}
