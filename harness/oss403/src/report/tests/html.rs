//! The page: what a browser is given. How it behaves there is looked at by `.ci/browse-reports`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::super::json::AS_IT_IS;
use super::super::lore::Lore;
use super::*;
use crate::judge::summary::Level;
use crate::wire::redact::is_obeyed;

/// What stands between two texts, for each time that it does.
fn between<'t>(text: &'t str, begin: &str, end: &str) -> Vec<&'t str> {
    let parts = text.split(begin).skip(1);
    parts
        .filter_map(|part| part.split_once(end))
        .map(|(inside, _)| inside)
        .collect()
}

fn data(page: &str) -> Value {
    let blocks = between(
        page,
        "<script id=\"data\" type=\"application/json\">",
        "</script>",
    );
    assert_eq!(blocks.len(), 1);
    serde_json::from_str(blocks[0]).expect("is JSON")
}

#[test]
fn the_policy_of_a_page_lets_its_own_styles_and_scripts_be_and_nothing_else() {
    let page = written("html");
    let policies = between(&page, "Content-Security-Policy\" content=\"", "\"");
    assert_eq!(policies.len(), 1);
    let policy = policies[0];
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(
        !policy.contains("unsafe") && !policy.contains("http"),
        "{policy}"
    );
    for (begin, end, of) in [
        ("<script>", "</script>", "script-src"),
        ("<style>", "</style>", "style-src"),
    ] {
        let (_, sources) = policy.split_once(of).expect("is said");
        let (sources, _) = sources.split_once(';').unwrap_or((sources, ""));
        let blocks = between(&page, begin, end);
        assert_eq!(blocks.len(), 2, "{of}");
        assert_eq!(sources.matches("'sha256-").count(), 2, "{sources}");
        for block in blocks {
            let hash = STANDARD.encode(Sha256::digest(block));
            assert!(sources.contains(&format!("'sha256-{hash}'")), "{of}");
        }
    }
    // With such a policy none of these would do anything, and none is there.
    for word in [
        " style=",
        " onclick=",
        "<link",
        "<img",
        " src=",
        "@import",
        " url(",
    ] {
        assert!(!page.contains(word), "{word}");
    }
    assert_eq!(
        page.matches("<script").count(),
        3,
        "two of ours and the data"
    );
}

#[test]
fn a_page_holds_every_instance_and_its_commands_to_the_letter() {
    let data = data(&written("html"));
    let columns: Vec<&str> = data["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let at = |name: &str| columns.iter().position(|known| *known == name).expect(name);
    let word = |place: &Value| {
        let place = usize::try_from(place.as_u64().expect("a place")).expect("small");
        data["words"][place].as_str().expect("a word").to_owned()
    };
    let number = |value: &Value| usize::try_from(value.as_u64().expect("a number")).expect("small");
    let words = |said: &Value, like: &[String]| -> Vec<String> {
        let said = said.as_array().expect("a command");
        let (head, tail) = (number(&said[0]), number(&said[1]));
        let own = said[2..].iter().map(word);
        let (head, tail) = (&like[..head], &like[like.len() - tail..]);
        head.iter()
            .cloned()
            .chain(own)
            .chain(tail.iter().cloned())
            .collect()
    };
    let twins = twins();
    let rows = data["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), twins.len());
    let mut compared = 0;
    for twin in &twins {
        let entry = entry(twin);
        let row = rows.iter().find(|row| row[at("id")] == entry.id.as_str());
        let row = row.expect("is there");
        let value = |name: &str| &data["values"][number(&row[at(name)])];
        assert_eq!(value("verdict"), &entry.verdict_in_words());
        assert_eq!(value("expected")["code"], entry.expected.code.as_str());
        let base = match &entry.base {
            Some(base) => {
                let said = words(&row[at("base")][1], &[]);
                assert_eq!(said.concat(), base.curl);
                said
            }
            None => Vec::new(),
        };
        if let Some(curl) = &entry.curl {
            assert_eq!(words(&row[at("curl")], &base).concat(), *curl);
            compared += 1;
        }
    }
    assert!(compared > 5, "{compared}");
}

#[test]
fn no_text_of_a_server_ends_the_data_or_turns_the_direction_of_writing() {
    let page = written("html");
    let turned = page.chars().find(|c| is_obeyed(*c) && *c != '\n');
    assert_eq!(turned, None);
    let texts = data(&page)["values"].to_string();
    assert!(
        texts.contains("<script>alert(1)</script>"),
        "is shown as it is"
    );
    assert!(
        texts.contains(r"\\u{202e}"),
        "what would be obeyed is an escape"
    );
    let blocks = between(&page, "type=\"application/json\">", "</script>");
    assert!(!blocks[0].contains(['<', '>', '&']));
}

#[test]
fn a_page_says_what_the_ledger_knows_and_when_that_is_another_ledger() {
    let twins = twins();
    let mut told = Twin::new().file(|file| {
        file.cause = "url-auth-expired".into();
        file.means = "It came <late>.".into();
    });
    told.instance.id = "url-auth-expired/get-after-expiry/url-v1-GET".into();
    let file = std::sync::Arc::clone(&told.instance.file);
    let lore = |hash: &str| Lore::of(hash, [file.clone()], [told.instance.clone()]);
    let made = |lore: Lore| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("page.html");
        let mut reports = Reports::open(&[format!("html={}", path.display())]).expect("opens");
        assert!(reports.want_lore());
        reports.explain(lore);
        for twin in &twins {
            reports.add(&entry(twin)).expect("takes it in");
        }
        finish(reports, &facts(&twins));
        fs::read_to_string(&path).expect("reads")
    };
    let page = made(lore(&facts(&twins).hash));
    assert_eq!(
        data(&page)["causes"]["url-auth-expired"]["means"],
        "It came <late>."
    );
    assert!(
        page.contains("title=\"It came &lt;late&gt;.\""),
        "in the heat map"
    );
    let base = data(&page)["values"].to_string();
    assert!(base.contains(" sends "), "the twin in words");
    let other = "from other case files than those of the run";
    assert!(!page.contains(other));
    assert!(made(lore("another")).contains(other));
    let json = Reports::open(&[]).expect("opens");
    assert!(!json.want_lore(), "nobody expands a ledger for nothing");
}

/// The page of these twins, with what is known of them.
fn page_of(twins: &[Twin], facts: &Facts, lore: Option<Lore>) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("page.html");
    let mut reports = Reports::open(&[format!("html={}", path.display())]).expect("opens");
    if let Some(lore) = lore {
        reports.explain(lore);
    }
    for twin in twins {
        reports.add(&entry(twin)).expect("takes it in");
    }
    finish(reports, facts);
    fs::read_to_string(&path).expect("reads")
}

/// What a person reads of the top of a page.
fn top(page: &str) -> String {
    let tops = between(page, "<header class=\"top\">", "</header>");
    let parts = tops[0].split('<').map(|part| match part.split_once('>') {
        Some((_, text)) => text,
        None => part,
    });
    parts.collect()
}

#[test]
fn a_level_of_a_few_causes_is_not_shown_as_one_of_all() {
    let mut twins = twins();
    twins.truncate(2);
    twins[0].instance.axes = vec![("scheme".into(), "url-v1".into())];
    let mut unclaimed = self::twins().swap_remove(9);
    unclaimed.instance.axes = vec![("scheme".into(), "header-v4".into())];
    twins.push(unclaimed);
    let mut facts = facts(&twins);
    facts.interrupted = false;
    facts.level = Ok(Level::Exact);
    facts.scope.tested = 1;
    let page = page_of(&twins, &facts, None);
    let said = top(&page);
    for words in [
        "Level 4 Exact, for 1 of 51 causes",
        "What was asked and must be refused is refused exactly as OSS does it",
        "That is no statement about the rest.",
        "1 of 51 causes of a refusal",
    ] {
        assert!(said.contains(words), "{words} in {said}");
    }
    assert!(page.contains("<title>vendor: Level 4 Exact, for 1 of 51 causes"));
    assert!(page.contains("verdict part") && !page.contains("verdict good"));
    assert!(said.contains("signed with url-v1"), "{said}");
    assert!(
        !said.contains("header-v4"),
        "nothing was sent with it: {said}"
    );
    facts.scope.tested = 51;
    let said = top(&page_of(&twins, &facts, None));
    assert!(
        said.contains("Level 4 Exact, without what it does not claim"),
        "{said}"
    );
    facts.scope.not_claimed.clear();
    assert!(!said.contains("reference server"), "{said}");
    // One that a profile configures is no product either.
    facts.reference = Some("without referer".into());
    let said = top(&page_of(&twins, &facts, None));
    assert!(
        said.contains("This is the reference server of oss403, made wrong on purpose (without referer), not a product."),
        "{said}"
    );
    facts.reference = Some(AS_IT_IS.into());
    facts.profile = None;
    let page = page_of(&twins, &facts, None);
    let said = top(&page);
    assert!(
        said.contains("This is the reference server of oss403, not a product."),
        "{said}"
    );
    assert!(said.contains("Level 4 Exactcomplete"), "{said}");
    assert!(said.contains("Everything that must be refused is refused exactly"));
    assert!(page.contains("verdict good"));
}

#[test]
fn a_page_of_nothing_says_that_nothing_was_asked() {
    let said = top(&page_of(&[], &facts(&[]), None));
    assert!(said.contains("Nothing was asked."), "{said}");
    assert!(
        !said.contains("signed with") && !said.contains("as OSS refuses it"),
        "{said}"
    );
}

/// The class and the text of the fields of a heat map that are seen.
fn fields(page: &str) -> Vec<(&str, &str)> {
    let maps = between(page, "<table class=\"map\"", "</table>");
    let fields = between(maps[0], "<a class=\"field ", "</a>").into_iter();
    let seen = fields.map(|field| {
        let (class, _) = field.split_once('"').expect("a class");
        (class, between(field, "aria-hidden=\"true\">", "<")[0])
    });
    seen.collect()
}

#[test]
fn a_field_that_is_not_whole_is_not_fully_green() {
    let mut twins = twins();
    twins.truncate(2);
    let mut rest = twins.pop().expect("there are two");
    rest.instance.id = format!("{}-later", rest.instance.id);
    let done = twins;
    let mut facts = facts(&done);
    assert!(facts.interrupted && facts.tally.unfinished() == 1);
    let lore = |hash: &str| {
        let instances = [done[0].instance.clone(), rest.instance.clone()];
        Lore::of(hash, [done[0].instance.file.clone()], instances)
    };
    let hash = facts.hash.clone();
    let page = page_of(&done, &facts, Some(lore(&hash)));
    assert_eq!(fields(&page), [("part", "✓ 1/2"), ("part", "✓ 1/2")]);
    assert!(page.contains("1 of 2 conformant, 1 not done"));
    assert!(page.contains("The run ended early."));
    for unknown in [None, Some(lore("of other cases"))] {
        let page = page_of(&done, &facts, unknown);
        assert_eq!(fields(&page), [("part", "✓ 1/…"), ("part", "✓ 1/…")]);
    }
    // All that was selected, and done.
    facts.interrupted = false;
    facts.tally = Tally::default();
    facts.tally.plan("url-auth-expired");
    let twin = &done[0];
    let verdict = twin.judge().verdict;
    facts.tally.add("url-auth-expired", verdict, 1);
    let page = page_of(&done, &facts, Some(lore(&hash)));
    assert_eq!(fields(&page), [("ok", "✓ 1"), ("ok", "✓ 1")]);
    assert!(!page.contains("The run ended early."));
}

#[test]
fn every_page_has_the_buttons_that_its_script_shows() {
    let page = written("html");
    for button in ["theme", "print"] {
        let shown = format!("<button id=\"{button}\" type=\"button\" hidden>");
        assert!(page.contains(&shown), "{button}");
    }
}
