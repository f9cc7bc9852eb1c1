//! Runs that go on, runs that repeat what failed, and what removes what dead ones left.

use std::fs::File;

use oss_reference::config::Config;
use serde_json::{Value, json};

use crate::support::{Desk, reference};

/// A journal whose run was killed after so many lines, and half a line more.
pub(crate) fn cut_off(desk: &Desk, journal: &str, lines: usize) {
    let text = desk.read(journal);
    let mut kept: String = text.split_inclusive('\n').take(lines).collect();
    let next = text.lines().nth(lines).unwrap();
    kept.push_str(&next[..next.len() / 2]);
    desk.write(journal, &kept);
}

#[test]
fn a_run_is_finished_as_it_was_begun_or_not_at_all() {
    let desk = Desk::with_faulty();
    let line = "run referer-denied bucket-acl --target faulty.yaml --seed 7 --out o";
    let whole = desk.run(&format!(
        "{line} --report json=whole.json --report events=e.jsonl"
    ));
    assert_eq!(whole.code, Some(1), "{whole:?}");
    let [journal] = &desk.journals("o")[..] else {
        panic!("one journal");
    };
    // Every line of the copy is one of the journal.
    let (copy, own) = (desk.read("e.jsonl"), desk.read(journal));
    let own: Vec<&str> = own
        .lines()
        .filter(|line| !line.starts_with("{\"event\":\"exchanged\""))
        .collect();
    assert_eq!(copy.lines().collect::<Vec<_>>(), own);
    desk.run(&format!("{line} --resume {journal}"))
        .fails(2, "its run came to its end");

    let lines = desk.read(journal).lines().count();
    cut_off(&desk, journal, lines / 2);
    // Half a line at the end judges nothing.
    let judged = |text: &str| {
        let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
        whole.matches("{\"event\":\"instance-finished\"").count()
    };
    let taken_over = judged(&desk.read(journal));
    assert!(taken_over > 3, "{taken_over}");
    for (other, says) in [
        (line.replace("--seed 7", "--seed 8"), "its seed is 7, not 8"),
        (
            line.replace(" bucket-acl", ""),
            "its selection is referer-denied bucket-acl, not referer-denied",
        ),
        (
            format!("{line} --harmless"),
            "its selection is referer-denied bucket-acl, not referer-denied bucket-acl --harmless",
        ),
        (
            line.replace("--target faulty.yaml", "--target embedded"),
            "its target is faulty, not embedded",
        ),
    ] {
        desk.run(&format!("{other} --resume {journal}"))
            .fails(2, says);
    }
    let resumed = desk.run(&format!(
        "{line} --resume {journal} --report json=resumed.json"
    ));
    assert_eq!(resumed.code, Some(1), "{resumed:?}");
    assert!(
        resumed
            .err
            .contains(&format!("{taken_over} instances taken over")),
        "{}",
        resumed.err
    );
    let verdicts = |name: &str| -> Vec<Value> {
        let result = desk.json(name);
        let instances = result["instances"].as_array().unwrap();
        instances
            .iter()
            .map(|one| {
                json!([
                    one["id"],
                    one["verdict"],
                    one["facet"],
                    one["reason"],
                    one["observed"]
                ])
            })
            .collect()
    };
    assert_eq!(verdicts("resumed.json"), verdicts("whole.json"));
    let sums = |name: &str| desk.json(name)["summary"]["instances"].clone();
    assert_eq!(sums("resumed.json"), sums("whole.json"));
    // What finished it can be read without what it finished.
    let newest = desk.journals("o");
    let newest = newest.iter().find(|path| *path != journal).unwrap();
    let shown = desk.run(&format!("report --from {newest} --report json=again.json"));
    assert_eq!(verdicts("again.json"), verdicts("whole.json"), "{shown:?}");
}

#[test]
fn what_cannot_be_gone_on_with_says_which_file_or_claims_it_should_be() {
    let desk = Desk::with_faulty();
    let line = "run referer-denied time-skewed --target faulty.yaml --out o";
    let whole = desk.run(&format!("{line} --report json=night.json"));
    assert_eq!(whole.code, Some(1), "{whole:?}");
    desk.run(&format!("{line} --resume night.json"))
        .fails(2, "night.json: it is the result file of a run; what a run is gone on with is its journal\nhelp: that run came to its end; `--rerun-failed night.json` runs again");
    // One that was cut off has its journal, where that is there.
    let journal = desk.journals("o").remove(0);
    let text = desk.read("night.json");
    let cut = text.replacen("\"summary\":{", "\"summary\":{\"interrupted\":true,", 1);
    assert_ne!(text, cut);
    desk.write("night.json", &cut);
    let journal = journal.split('/').next_back().unwrap();
    desk.run(&format!("{line} --resume night.json"))
        .fails(2, &format!("help: `--resume o/{journal}`"));
    desk.run(&format!(
        "{} --resume night.json",
        line.replace("--out o", "--out p")
    ))
    .fails(2, "help: the journal of a run is `journal-<run>.jsonl`");
    for (line, says) in [
        ("run --resume faulty.yaml", "faulty.yaml: line 1"),
        (
            "sweep night.json --target",
            "it is not the journal of a run",
        ),
    ] {
        let profile = desk.profile(std::net::SocketAddr::from(([127, 0, 0, 1], 1)), "");
        let line = line.replace("--target", &format!("--target {}", profile.display()));
        let ran = desk.run(&line);
        ran.fails(2, says);
        ran.fails(2, "help: the journal of a run is `journal-<run>.jsonl`");
    }

    let path = format!("o/{journal}");
    let lines = desk.read(&path).lines().count();
    cut_off(&desk, &path, lines / 2);
    let claims = "capabilities: { except: [kms, worm, sts, versioning, append, multipart] }\n";
    desk.write("faulty.yaml", &(crate::support::FAULTY.to_owned() + claims));
    let other = desk.run_with(&format!("{line} --resume {path}"), &[("COLUMNS", "80")]);
    assert_eq!(other.code, Some(2), "{other:?}");
    let words = other.err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("which claims other things: `") && words.contains(" more there alone"),
        "{}",
        other.err
    );
    assert!(
        words.contains("help: ask for it as it was begun"),
        "{words}"
    );
    assert!(other.err.len() < 500, "{}", other.err);
    for line in other.err.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn half_a_line_is_forgiven_at_the_end_alone() {
    let desk = Desk::with_faulty();
    let line = "run referer-denied --target faulty.yaml --out o";
    desk.run(line);
    let journal = desk.journals("o").remove(0);
    cut_off(&desk, &journal, 30);
    let text = desk
        .read(&journal)
        .replacen("{\"event\":\"made\"", "{\"event\":\"ma", 1);
    desk.write(&journal, &text);
    let ran = desk.run(&format!("{line} --resume {journal}"));
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains(": line "), "{}", ran.err);
}

#[test]
fn only_what_failed_is_run_again() {
    let desk = Desk::with_faulty();
    let first = "run referer-denied bucket-acl --target faulty.yaml --report json=a.json --report events=a.jsonl";
    assert_eq!(desk.run(first).code, Some(1));
    let result = desk.json("a.json");
    let failed = result["instances"].as_array().unwrap();
    let mut failed: Vec<&str> = failed
        .iter()
        .filter(|one| one["verdict"] == "deviates")
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    failed.sort_unstable();
    assert!(!failed.is_empty());
    for earlier in ["a.json", "a.jsonl"] {
        let line = format!("run --target embedded --rerun-failed {earlier} --report json=b.json");
        let ran = desk.run(&line);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let again = desk.json("b.json");
        let ids: Vec<&str> = again["instances"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids, failed);
        assert_eq!(again["selection"]["rerun"], true);
        assert_eq!(again["summary"]["level"], Value::Null);
        assert!(
            ran.out.contains("only what had failed was run again"),
            "{}",
            ran.out
        );
    }
    desk.run("run --rerun-failed b.json")
        .fails(4, "nothing to run again: everything in it is conformant");
    desk.run("run time-skewed --rerun-failed a.json")
        .fails(4, "nothing to run again: none of the");
    desk.run("run --rerun-failed absent.json")
        .fails(2, "absent.json");
    desk.run("run --rerun-failed a.json --resume x")
        .fails(2, "cannot be used");
}

/// A journal of a run against a server, with these lines after the first.
pub(crate) fn journal_of(desk: &Desk, run: &str, endpoint: &str, lines: &[Value]) -> String {
    let mut text = json!({
        "event": "run-started", "schema": 1, "run": run, "at": "2026-11-29T08:00:00.000Z",
        "target": { "name": "elsewhere", "endpoint": endpoint }, "seed": 0,
    })
    .to_string();
    text.push('\n');
    for line in lines {
        text += &format!("{line}\n");
    }
    desk.write(&format!("o/journal-{run}.jsonl"), &text);
    format!("o/journal-{run}.jsonl")
}

pub(crate) fn bucket(seq: u64, name: &str) -> Value {
    json!({ "event": "making", "seq": seq, "what": { "bucket": { "name": name, "region": "cn-hangzhou", "owner": "owner" } } })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_obeys_no_journal_that_names_what_is_not_its_runs() {
    let desk = Desk::new();
    let server = reference().await;
    let profile = desk
        .profile_of(server.address(), &server, "")
        .display()
        .to_string();
    let endpoint = format!("http://{}", server.address());
    // An id that proves itself: of the SHA-256 of `oss403 run 00000000` the first six digits.
    let run = "00000000".to_owned() + &proof("00000000");
    for name in ["oss403-backup", "photos"] {
        crate::killed::put_bucket(server.address(), name).await;
    }
    let before = server.inventory();
    let own = format!("oss403-{run}-1");
    crate::killed::put_bucket(server.address(), &own).await;
    let undo = |bucket: &str, value: &str| {
        let undo = json!({ "set": "bucket-status", "bucket": bucket, "value": value });
        json!({ "event": "making", "seq": 9, "what": { "state": { "undo": undo } } })
    };
    let lines = [
        bucket(1, "photos"),
        bucket(2, "oss403-backup"),
        bucket(3, &own),
        undo("photos", "disabled"),
        undo(&own, "disabled"),
    ];
    let journal = journal_of(&desk, &run, &endpoint, &lines);
    let started = desk.run(&format!("run url-auth-expired --target {profile} --out o"));
    assert!(
        started.err.contains("left 5 things")
            && started.err.contains(&format!("oss403 sweep {journal}")),
        "{}",
        started.err
    );
    let dry = desk.run(&format!("sweep {journal} --target {profile} --dry-run"));
    assert_eq!(dry.code, Some(3), "{dry:?}");
    for says in [
        format!("would remove  bucket {own}"),
        "would leave   bucket photos".into(),
        "1 thing would be removed, 4 left".into(),
    ] {
        assert!(dry.out.contains(&says), "{says}: {}", dry.out);
    }
    assert!(server.buckets().contains(&own));

    let swept = desk.run(&format!("sweep {journal} --target {profile}"));
    swept.fails(3, "left behind: bucket photos");
    assert!(
        swept.err.contains("left behind: bucket oss403-backup"),
        "{}",
        swept.err
    );
    assert!(
        swept.out.contains(&format!("removed  bucket {own}")),
        "{}",
        swept.out
    );
    assert_eq!(server.inventory(), before);

    // Nobody whom the profile lets in was made by a run, even if the profile does not say who that is.
    let owner = Config::default().identities.0["owner"].clone();
    let account = json!({ "account": { "account": owner.account } });
    let lines = [json!({ "event": "making", "seq": 1, "what": account })];
    let journal = journal_of(&desk, &run, &endpoint, &lines);
    let swept = desk.run(&format!("sweep {journal} --target {profile}"));
    swept.fails(3, &format!("left behind: account {}", owner.account));
    let alive = desk.run(&format!("run url-auth-expired --target {profile} --out p"));
    assert_eq!(alive.code, Some(0), "{alive:?}");

    // What is not of this target, or of nobody, is not touched at all.
    let elsewhere = journal_of(&desk, &run, "http://127.0.0.1:1", &[bucket(1, &own)]);
    desk.run(&format!("sweep {elsewhere} --target {profile}"))
        .fails(2, "is of a run against http://127.0.0.1:1");
    let nobodys = journal_of(&desk, "00000000000000", &endpoint, &[bucket(1, "photos")]);
    desk.run(&format!("sweep {nobodys} --target {profile}"))
        .fails(2, "names no run of this program");
    desk.write("notes.txt", "no journal\n");
    desk.run(&format!("sweep notes.txt --target {profile}"))
        .fails(2, "it is not the journal of a run");
    desk.run("sweep --target embedded")
        .fails(2, "embedded server");
    assert_eq!(server.inventory(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_living_run_is_not_swept_and_a_young_one_may_live() {
    let desk = Desk::new();
    let server = reference().await;
    let profile = desk
        .profile_of(server.address(), &server, "")
        .display()
        .to_string();
    let endpoint = format!("http://{}", server.address());
    let run = "00000000".to_owned() + &proof("00000000");
    let own = format!("oss403-{run}-1");
    crate::killed::put_bucket(server.address(), &own).await;
    let journal = journal_of(&desk, &run, &endpoint, &[bucket(1, &own)]);
    // Whoever writes a journal holds it.
    let held = File::options()
        .write(true)
        .open(desk.path(&journal))
        .unwrap();
    held.try_lock().unwrap();
    desk.run(&format!("sweep {journal} --target {profile}"))
        .fails(2, "its run is still going on");
    let spared = desk.run(&format!("sweep --target {profile} --out o --older-than 0s"));
    assert_eq!(spared.code, Some(0), "{spared:?}");
    assert!(
        spared.out.contains("left alone: its run lives"),
        "{}",
        spared.out
    );
    let line = format!("run bucket-acl --target {profile} --resume {journal}");
    desk.run(&line).fails(2, "of another run");
    assert!(server.buckets().contains(&own));
    drop(held);

    // Without its journal it is the age that tells.
    std::fs::remove_file(desk.path(&journal)).unwrap();
    let young = desk.run(&format!("sweep --target {profile} --out o"));
    assert_eq!(young.code, Some(0), "{young:?}");
    assert!(
        young.out.contains("left alone, since it may live"),
        "{}",
        young.out
    );
    assert!(server.buckets().contains(&own));
    let old = desk.run(&format!("sweep --target {profile} --out o --older-than 0s"));
    assert_eq!(old.code, Some(0), "{old:?}");
    assert_eq!(server.buckets(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_of_a_silent_target_ends_with_3() {
    let desk = Desk::new();
    let server = reference().await;
    let profile = desk.profile(server.address(), "").display().to_string();
    server.stop().await;
    let ran = desk.run(&format!("sweep --target {profile}"));
    ran.fails(3, "unreachable");
}

pub(crate) fn proof(drawn: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::digest(format!("oss403 run {drawn}"));
    digest[..3]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
