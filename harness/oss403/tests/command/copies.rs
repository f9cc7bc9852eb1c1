//! Copies of a journal: what is swept or gone on with by one of them is settled in the journal of the run itself.

use std::fs::File;

use serde_json::json;

use crate::again::{bucket, cut_off, journal_of, proof};
use crate::support::{Desk, reference};

/// A run that died, with a bucket, its journal in `o` and a copy of that elsewhere.
struct Dead {
    journal: String,
    own: String,
    endpoint: String,
    run: String,
}

const COPY: &str = "tonight.jsonl";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_swept_by_a_copy_is_settled_in_the_runs_own_journal() {
    let desk = Desk::new();
    let server = reference().await;
    let profile = desk.profile_of(server.address(), &server, "");
    let profile = profile.display().to_string();
    let run = "00000000".to_owned() + &proof("00000000");
    let dead = Dead {
        endpoint: format!("http://{}", server.address()),
        own: format!("oss403-{run}-1"),
        journal: format!("o/journal-{run}.jsonl"),
        run,
    };
    crate::killed::put_bucket(server.address(), &dead.own).await;
    // The copy has a line less, and one more: whoever was killed had not written all of the one to the disk.
    let lines = [bucket(1, &dead.own), bucket(2, &format!("{}0", dead.own))];
    journal_of(&desk, &dead.run, &dead.endpoint, &lines);
    let other = json!({ "event": "removed", "what": lines[1]["what"] });
    let copy = desk.read(&dead.journal) + &format!("{other}\n");
    desk.write(COPY, &copy);

    // Its run may live although nobody holds the copy.
    let held = File::options().write(true).open(desk.path(&dead.journal));
    let held = held.unwrap();
    held.try_lock().unwrap();
    let line = format!("sweep {COPY} --target {profile} --out o");
    desk.run(&line).fails(2, "its run is still going on");
    assert!(server.buckets().contains(&dead.own));
    drop(held);

    let before = desk.read(&dead.journal);
    let dry = desk.run(&format!("{line} --dry-run"));
    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert!(dry.out.contains("1 thing would be removed"), "{}", dry.out);
    assert_eq!(desk.read(&dead.journal), before);
    let swept = desk.run(&line);
    assert_eq!(swept.code, Some(0), "{swept:?}");
    assert!(
        swept.out.contains("1 thing removed, 0 left"),
        "{}",
        swept.out
    );
    for name in [COPY, &*dead.journal] {
        let last = desk.read(name);
        let last = last.lines().last().unwrap().to_owned();
        assert!(last.starts_with("{\"event\":\"swept\""), "{name}: {last}");
    }
    let next = desk.run(&format!(
        "run time-skewed/behind --target {profile} --out o"
    ));
    assert!(!next.err.contains("warning"), "{next:?}");
    let again = desk.run(&format!("sweep --target {profile} --out o"));
    assert!(again.out.contains("0 things removed, 0 left"), "{again:?}");
    // Named twice, and by both names, it is one run.
    let both = format!("sweep {COPY} {} {COPY} --target {profile}", dead.journal);
    let both = desk.run(&both);
    assert_eq!(both.code, Some(0), "{both:?}");
    assert!(both.out.contains("0 things removed, 0 left"), "{both:?}");

    // Without the lines that say so it is still gone, and nobody has removed it.
    desk.write("old.jsonl", &copy);
    std::fs::remove_file(desk.path(&dead.journal)).unwrap();
    let gone = desk.run(&format!("sweep old.jsonl --target {profile} --out o"));
    assert_eq!(gone.code, Some(0), "{gone:?}");
    assert!(
        gone.out.contains("0 things removed, 1 gone already")
            && gone.out.contains("0 things removed, 0 left"),
        "{}",
        gone.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_on_with_by_a_copy_is_settled_too() {
    let desk = Desk::new();
    let server = reference().await;
    let profile = desk.profile_of(server.address(), &server, "");
    // Of buckets alone: what an operator was asked for it removes without saying whether it was there.
    let line = format!(
        "run referer-denied/wildcard-forms referer-denied/protection-switched-on --target {} --out o",
        profile.display()
    );
    let whole = desk.run(&format!("{line} --report events={COPY}"));
    assert_eq!(whole.code, Some(0), "{whole:?}");
    let [journal] = &desk.journals("o")[..] else {
        panic!("one journal");
    };
    for name in [COPY, journal] {
        let lines = desk.read(name).lines().count();
        cut_off(&desk, name, lines / 2);
    }
    let resumed = desk.run(&format!("{line} --resume {COPY}"));
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    assert!(
        resumed.err.contains("taken over") && !resumed.err.contains("warning"),
        "{}",
        resumed.err
    );
    // What the run itself had removed behind the line where its journal was cut was removed by nobody else.
    assert!(!resumed.err.contains("removed"), "{}", resumed.err);
    let settled = desk.read(journal);
    let last = settled.lines().last().unwrap();
    assert!(
        last.starts_with("{\"event\":\"swept\"") && last.ends_with("\"left\":0}"),
        "{last}"
    );
}
