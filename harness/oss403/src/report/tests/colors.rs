//! What a terminal would obey.

use super::{Style, rendered};

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
