//! What each report makes of a baseline, and what parts of a run come to.

use super::*;

#[test]
fn every_report_tells_what_is_known_from_what_is_new() {
    let desk = recorded();
    let kinds = "--report junit=n.xml --report ctrf=n.ctrf --report sarif=n.sarif --report tap=n.tap --report markdown=n.md --report json=n.json";
    let github = [("GITHUB_ACTIONS", "true")];
    let line = format!("run referer-denied --target faulty.yaml --baseline known.yaml {kinds}");
    let ran = desk.run_with(&line, &github);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!ran.out.contains("::error"), "{}", ran.out);
    let known = usize::try_from(counts(&desk, "n.json")[0]).unwrap();
    let (junit, tap) = (desk.read("n.xml"), desk.read("n.tap"));
    assert_eq!(
        junit
            .matches("<skipped message=\"known: proxy (web-team")
            .count(),
        known,
        "{junit}"
    );
    assert_eq!(junit.matches("<failure").count(), 0);
    let (ctrf, sarif) = (desk.json("n.ctrf"), desk.json("n.sarif"));
    let sums = &ctrf["results"]["summary"];
    assert_eq!(
        (&sums["failed"], &sums["skipped"]),
        (&0.into(), &known.into())
    );
    let tests = ctrf["results"]["tests"].as_array().unwrap();
    assert!(tests.iter().all(|test| {
        test["status"] == "skipped"
            && test["rawStatus"]
                .as_str()
                .unwrap()
                .starts_with("known: deviates/")
    }));
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), known);
    for result in results {
        let suppression = &result["suppressions"][0];
        assert_eq!(
            (&suppression["kind"], &suppression["status"]),
            (&"external".into(), &"accepted".into())
        );
    }
    let todo = tap
        .lines()
        .filter(|line| line.starts_with("not ok ") && line.contains(" # TODO known: proxy"));
    assert_eq!(todo.count(), known, "{tap}");
    let page = desk.read("n.md");
    assert!(
        page.contains("known |") && page.contains(&format!("| 0 | 0 | {known} | 0 |")),
        "{page}"
    );

    // The next night it is mended, and every report fails for the entries.
    server(&desk, SOUND);
    let ran = desk.run_with(&line, &github);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let stale = usize::try_from(counts(&desk, "n.json")[2]).unwrap();
    let shown: Vec<&str> = ran
        .out
        .lines()
        .filter(|line| line.starts_with("::error file=known.yaml,line="))
        .collect();
    assert!(
        !shown.is_empty() && shown[0].contains("stale"),
        "{}",
        ran.out
    );
    assert_eq!(
        desk.read("n.xml")
            .matches("<failure type=\"stale\"")
            .count(),
        stale
    );
    assert_eq!(desk.json("n.ctrf")["results"]["summary"]["failed"], stale);
    assert_eq!(
        desk.json("n.ctrf")["results"]["summary"]["tests"],
        desk.json("n.ctrf")["results"]["tests"]
            .as_array()
            .unwrap()
            .len()
    );
    let tap = desk.read("n.tap");
    let points = tap
        .lines()
        .filter(|line| line.starts_with("ok ") || line.starts_with("not ok "));
    assert!(tap.contains(&format!("\n1..{}\n", points.count())), "{tap}");
    assert_eq!(tap.matches("not ok ").count(), stale);
    let sarif = desk.json("n.sarif");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), stale);
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "known.yaml");
    let line = place["region"]["startLine"].as_u64().unwrap();
    let text = desk.read("known.yaml");
    assert!(
        text.lines()
            .nth(usize::try_from(line).unwrap() - 1)
            .unwrap()
            .contains("- id: ")
    );
    assert!(desk.read("n.md").contains("is stale"));
    // A report that is made later says the same.
    let later = desk.run("report --from n.json --report tap=later.tap --report junit=later.xml");
    assert_eq!(later.code, Some(0), "{later:?}");
    assert_eq!(desk.read("later.tap"), tap);
    assert_eq!(desk.read("later.xml"), desk.read("n.xml"));
}

/// What passes in one part may be half of an entry: stale is what the whole says.
#[test]
fn in_parts_the_merge_says_what_is_stale() {
    let desk = recorded();
    server(&desk, SOUND);
    for part in 1..=3 {
        let ran = night(
            &desk,
            &format!(
                "referer-denied time-skewed --partition {part}/3 --baseline known.yaml --report json=part-{part}"
            ),
        );
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(counts(&desk, &format!("part-{part}"))[2], 0);
    }
    let merged = desk.run("report merge part-1 part-2 part-3 --report json=merged.json");
    assert_eq!(merged.code, Some(1), "{merged:?}");
    assert!(merged.out.contains(" stale"), "{merged:?}");
    let whole = night(
        &desk,
        "referer-denied time-skewed --baseline known.yaml --report json=whole.json",
    );
    assert_eq!(whole.code, Some(1));
    assert_eq!(counts(&desk, "merged.json"), counts(&desk, "whole.json"));
    assert_eq!(
        desk.json("merged.json")["baseline"],
        desk.json("whole.json")["baseline"]
    );
    // A part that was held against another baseline is of another run.
    desk.write(
        "known.yaml",
        &desk.read("known.yaml").replace("proxy", "another proxy"),
    );
    night(
        &desk,
        "referer-denied time-skewed --partition 3/3 --baseline known.yaml --report json=part-3",
    );
    let refused = desk.run("report merge part-1 part-2 part-3");
    assert_eq!(
        (refused.code, refused.err.contains("its baseline is")),
        (Some(2), true),
        "{refused:?}"
    );

    server(&desk, NO_REFERER);
    for part in 1..=3 {
        let ran = night(
            &desk,
            &format!(
                "referer-denied time-skewed --partition {part}/3 --baseline known.yaml --report json=part-{part}"
            ),
        );
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    let merged = desk.run("report merge part-1 part-2 part-3 --report json=merged.json");
    assert_eq!(merged.code, Some(0), "{merged:?}");
    let [known, new, stale, expired, unobserved] = counts(&desk, "merged.json");
    assert_eq!(
        (known > 0, new, stale, expired, unobserved),
        (true, 0, 0, 0, 0)
    );
}
