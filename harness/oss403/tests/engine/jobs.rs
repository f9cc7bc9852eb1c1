//! The whole of a certification, called by another program.

use std::sync::Mutex;

use oss_reference::config::{Config, Faults};
use oss403::exit::Exit;
use oss403::job::{Done, Job};
use oss403::report::json::ResultFile;
use oss403::report::sink::Reports;
use oss403::report::style::Style;
use oss403::run::{Options, StopSignal};
use oss403::suite::{SelectionError, Step, select};
use oss403::target::Profile;
use oss403::target::profile::Endpoint;
use oss403_case::Ledger;

const PLAIN: Style = Style {
    color: false,
    width: 100,
};

/// Certifies a reference server with these faults in one cause; the result file comes with what was done, and the ids in the order in which
/// they were.
async fn certify(faults: Faults, stop: StopSignal) -> (Done, ResultFile, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result.json");
    let ledger = Ledger::embedded().unwrap();
    let config = Config {
        faults,
        ..Config::default()
    };
    let profile = Profile {
        endpoint: Endpoint::Embedded(Box::new(config)),
        ..Profile::embedded()
    };
    let instances = select(&ledger, &["url-auth-expired".into()], &[]).unwrap();
    let job = Job {
        options: Options {
            out: folder.path().to_owned(),
            ..Options::default()
        },
        reports: Reports::open(&[format!("json={}", path.display())]).unwrap(),
        ..Job::of(&ledger, instances, &profile)
    };
    let ids = Mutex::new(Vec::new());
    let ready = job.ready().await.unwrap();
    let done = ready.run(stop, |step| {
        if let Step::Finished(finished) = step {
            ids.lock().unwrap().push(finished.instance.id.clone());
        }
    });
    let done = done.await;
    let result = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    (done, result, ids.into_inner().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_certifies_as_the_command_does() {
    let (done, result, mut ids) = certify(Faults::default(), StopSignal::new()).await;
    assert_eq!(done.exit(), Exit::Ok);
    assert_eq!(done.trouble, [""; 0]);
    ids.sort();
    let written: Vec<&String> = result.instances.iter().map(|entry| &entry.id).collect();
    assert_eq!(ids.iter().collect::<Vec<_>>(), written);
    assert!(ids.len() > 10, "{ids:?}");
    assert_eq!(result.summary.requests, done.facts.requests);
    let text = done.text(PLAIN);
    let row = text.lines().find(|line| line.contains("url-auth-expired"));
    let share = format!("{0}/{0}", ids.len());
    assert!(
        row.is_some_and(|row| row.contains('✓') && row.contains(&share)),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_deviates_is_in_the_exit_code_the_report_and_the_text() {
    let faults = Faults {
        without: vec!["url-auth-expiry".into()],
        ..Faults::default()
    };
    let (done, result, ids) = certify(faults, StopSignal::new()).await;
    assert_eq!(done.exit(), Exit::Deviations);
    assert_eq!(result.summary.instances.deviates, ids.len());
    assert!(
        done.text(PLAIN).contains(" granted"),
        "{}",
        done.text(PLAIN)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_stopped_says_so() {
    let stop = StopSignal::new();
    stop.stop();
    let (done, result, ids) = certify(Faults::default(), stop).await;
    assert_eq!(done.exit(), Exit::Interrupted);
    assert!(ids.is_empty() && result.summary.interrupted);
}

#[test]
fn what_cannot_be_selected_says_why() {
    let ledger = Ledger::embedded().unwrap();
    let error = select(&ledger, &["url-auth-expird".into()], &[]).unwrap_err();
    assert_eq!(error.help(), Some("did you mean `url-auth-expired`?"));
    assert_eq!(error.exit(), Exit::NothingSelected);
    let entry = ledger.entries()[0].clone();
    let cause = entry.file.cause.clone();
    let twice = select(&ledger, &[cause], &[entry]).unwrap_err();
    assert!(matches!(&twice, SelectionError::Twice(_)), "{twice}");
    assert_eq!(twice.exit(), Exit::Usage);
}
