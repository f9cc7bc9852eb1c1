//! `oss403 report html` and `report site`: pages of results that were written before. How they behave is looked at by `.ci/browse-reports`.

use serde_json::Value;

use crate::support::{Desk, Ran};

/// A few instances, some of which a server without the hotlink rule fails.
const CAUSES: &str = "referer-denied/blacklist-alone kms-in-debt";

/// A night of a server with this name and these faults of the reference server.
fn night(desk: &Desk, name: &str, faults: &str, result: &str) {
    let profile = format!(
        "name: {name}\nendpoint: embedded\nsnapshots: embedded\nembedded: {{ config: {{ faults: {faults} }} }}\n"
    );
    let file = format!("{}.yaml", result.replace('/', "-"));
    desk.write(&file, &profile);
    desk.write(result, "");
    let ran = desk.run(&format!(
        "run {CAUSES} --target {file} --report json={result}"
    ));
    assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
}

/// Makes a result one of a whole run, as if the suite were what it is of.
fn whole(desk: &Desk, path: &str) {
    let mut result = desk.json(path);
    result["selection"]["filters"] = Value::Array(Vec::new());
    desk.write(path, &result.to_string());
}

/// The same night, some days later.
fn moved(desk: &Desk, from: &str, to: &str, day: &str) {
    let mut result = desk.json(from);
    result["started"] = Value::from(format!("{day}T03:00:00.000Z"));
    desk.write(to, &result.to_string());
}

fn is_fine(ran: &Ran) {
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn a_page_is_made_of_a_result_and_says_what_its_causes_mean() {
    let desk = Desk::new();
    night(&desk, "faulty", "{ without: [referer] }", "one.json");
    is_fine(&desk.run("report html one.json --out page.html"));
    is_fine(&desk.run("report --from one.json --report html=same.html"));
    let page = desk.read("page.html");
    assert_eq!(page, desk.read("same.html"));
    let means = desk.run("explain referer-denied");
    let means = means.out.lines().find(|line| line.starts_with("Means"));
    let means = means.expect("is said").trim_start_matches("Means").trim();
    assert!(page.contains(means), "{means}");
    assert!(page.contains("1 request that OSS refuses is granted"));
    let ran = desk.run("report html absent.json");
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

#[test]
fn servers_stand_side_by_side_with_the_nights_of_each_and_nothing_counts_twice() {
    let desk = Desk::new();
    night(
        &desk,
        "Vendor-A",
        "{ without: [referer] }",
        "all/a/first.json",
    );
    whole(&desk, "all/a/first.json");
    moved(&desk, "all/a/first.json", "all/a/first.json", "2026-01-01");
    night(&desk, "Vendor-A", "{}", "all/a/second.json");
    // The newest, and only of a part: it is no night.
    moved(&desk, "all/a/second.json", "all/a/part.json", "2026-01-03");
    whole(&desk, "all/a/second.json");
    moved(
        &desk,
        "all/a/second.json",
        "all/a/second.json",
        "2026-01-02",
    );
    moved(&desk, "all/a/second.json", "all/a/again.json", "2026-01-02");
    night(
        &desk,
        "vendor-a",
        "{ without: [referer] }",
        "all/b/result.json",
    );
    whole(&desk, "all/b/result.json");
    let mut cut = desk.json("all/b/result.json");
    cut["started"] = Value::from("2026-12-31T03:00:00.000Z");
    cut["summary"]["interrupted"] = Value::Bool(true);
    desk.write("all/c/cut.json", &cut.to_string());
    desk.write("all/b/badge.json", "{}");
    desk.write("all/other.json", "{\"no\": \"result\"}");
    let ran = desk.run("report site all --out site");
    is_fine(&ran);
    assert!(ran.out.contains("3 results of 2 servers in"), "{ran:?}");
    assert!(
        ran.err.contains("other.json is left out: neither"),
        "{ran:?}"
    );
    assert!(ran.err.contains("that run is there already"), "{ran:?}");
    for (file, why) in [
        ("part.json", "only a part was run: referer-denied"),
        ("cut.json", "the run was interrupted"),
    ] {
        let said = format!("{file} is left out: {why}");
        assert!(ran.err.contains(&said), "{said} in {ran:?}");
    }
    assert!(
        !ran.err.contains("badge.json"),
        "a bundle is its result: {ran:?}"
    );
    let index = desk.read("site/index.html");
    assert!(index.contains("2 results are left out"));
    let (_, text) = index.split_once("application/json\">").expect("has data");
    let (text, _) = text.split_once("</script>").expect("ends");
    let data: Value = serde_json::from_str(text).expect("is JSON");
    let servers = data["servers"].as_array().expect("servers");
    let names: Vec<_> = servers
        .iter()
        .map(|server| (server["name"].as_str(), server["slug"].as_str()))
        .collect();
    let is = [("Vendor-A", "vendor-a"), ("vendor-a", "vendor-a-2")];
    assert_eq!(names, is.map(|(name, slug)| (Some(name), Some(slug))));
    let spell = &servers[0]["spells"]["referer-denied"];
    let expected =
        "[[\"2026-01-01T03:00:00.000Z\",\"2026-01-02T03:00:00.000Z\",\"deviates/granted\"]]";
    assert_eq!(spell.to_string(), expected);
    assert_eq!(servers[1]["spells"]["referer-denied"][0][1], Value::Null);
    assert_eq!(
        index.matches("data-differs>").count(),
        1,
        "in one cause they differ"
    );
    let mut pages = Vec::new();
    for server in servers {
        for night in server["nights"].as_array().expect("nights") {
            pages.push(format!(
                "site/{}",
                night["page"].as_str().expect("an address")
            ));
            let page = desk.read(&pages[pages.len() - 1]);
            assert!(page.starts_with("<!DOCTYPE html>"));
        }
    }
    assert!(
        index.contains("reference server: without referer"),
        "a server of ours is nobody's product"
    );
    // Nothing that began in the first night is still wrong: its page goes, also one that is there already, and its place in the history stays.
    let ran = desk.run("report site all --out site --pages 1");
    is_fine(&ran);
    assert_eq!(pages.len(), 3);
    for (page, is_there) in pages.iter().zip([false, true, true]) {
        assert_eq!(desk.path(page).exists(), is_there, "{page}");
    }
    let index = desk.read("site/index.html");
    assert!(index.contains(r#""started":"2026-01-01T03:00:00.000Z","page":null"#));
    assert!(!index.contains(pages[0].trim_start_matches("site/")));
}

#[test]
fn a_site_of_nothing_is_none() {
    let desk = Desk::new();
    desk.write("empty/readme.txt", "");
    let ran = desk.run("report site empty --out site");
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(!desk.path("site/index.html").exists());
    desk.write("no.json", "{}");
    let ran = desk.run("report site no.json --out site");
    assert_eq!(
        ran.code,
        Some(2),
        "what was named has to be a result: {ran:?}"
    );
    let ran = desk.run("run kms-in-debt --partition 1/2 --report json=part.json");
    assert!(matches!(ran.code, Some(0 | 4)), "{ran:?}");
    let ran = desk.run("report site part.json --out site");
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.err.contains("it is part 1/2 of a run"), "{ran:?}");
}

#[test]
fn a_site_overwrites_its_own_pages_and_nobody_elses() {
    let desk = Desk::new();
    night(&desk, "vendor", "{}", "night.json");
    whole(&desk, "night.json");
    let site = |out: &str| desk.run(&format!("report site night.json --out {out}"));
    is_fine(&site("site"));
    is_fine(&site("site"));
    let refused = |out: &str, why: &str| {
        let ran = site(out);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        let is_said = ran.err.contains(why) && ran.err.contains("name another folder");
        assert!(is_said, "{ran:?}");
    };
    desk.write("home/index.html", "<title>Mine</title>");
    refused("home", "was not written by `oss403 report site`");
    assert_eq!(desk.read("home/index.html"), "<title>Mine</title>");
    std::fs::create_dir(desk.path("run")).unwrap();
    is_fine(&desk.run("report html night.json --out run/index.html"));
    refused("run", "was not written by `oss403 report site`");
    desk.write("bundle/result.json", "{}");
    desk.write("bundle/cert.intoto.jsonl", "{}");
    for out in ["bundle", "bundle/site"] {
        refused(out, "is the bundle of a certificate");
    }
    for made in ["bundle/index.html", "bundle/site"] {
        assert!(!desk.path(made).exists(), "{made}");
    }
}
