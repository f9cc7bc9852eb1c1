//! Runs behind a front, with rows that are in no table: each outcome that a row can have is seen once.

use std::time::Duration;

use super::super::exchange::{Answer, Step, send, send_and_end};
use super::super::table::{Does, Fault, Kind, NoticedBy, Weather, What, fault, weather};
use super::super::{Fate, Outside, OutsideError, Plan, run};
use crate::exit::Exit;
use crate::run::StopSignal;
use oss403_case::{Instance, Ledger};

/// Instances whose ids begin like one of these.
fn instances(starts: &[&str]) -> Vec<Instance> {
    let ledger = Ledger::embedded().expect("the ledger that is compiled in is sound");
    let chosen = |instance: &Instance| starts.iter().any(|start| instance.id.starts_with(start));
    let found: Vec<_> = ledger.instances().filter(chosen).collect();
    assert!(found.len() >= starts.len(), "{starts:?}");
    found
}

const SOME: [&str; 3] = [
    "bucket-acl/bucket-is-closed",
    "access-key-unknown/",
    "time-skewed/clock-is-wrong/header-v1",
];

async fn play(
    faults: Vec<&'static Fault>,
    weather: Vec<&'static Weather>,
) -> Result<Outside, OutsideError> {
    let out = tempfile::tempdir().unwrap();
    let plan = Plan {
        faults,
        weather,
        whole: false,
        jobs: 2,
        out: out.path().into(),
    };
    run(&instances(&SOME), plan, &StopSignal::new(), |_| {}).await
}

static OTHER_CODE: Fault = fault(
    "test/other-code",
    "another code",
    Does::Lie(|answer, _| answer.set_element("Code", "Other")),
);
static HARMLESS: Fault = fault(
    "test/harmless",
    "a header more",
    Does::Answer(|answer| answer.add("x-note", "one")),
);
static ONLY_GET: Fault = fault(
    "test/only-get",
    "another code, but not for HEAD",
    Does::Answer(|answer| {
        if answer.to_head {
            answer.add("x-note", "one");
        } else {
            let _ = answer.set_element("Code", "Other");
        }
    }),
);
static EXCUSED: Fault = Fault {
    noticed_by: NoticedBy::Some("HEAD is left out"),
    ..fault(
        "test/excused",
        "another code, but not for HEAD",
        ONLY_GET.does,
    )
};
static NOWHERE: Fault = fault("test/nowhere", "nothing", Does::Lie(|_, _| None));
static UNREMOVED: Fault = Fault {
    on: &[Kind::Removal],
    noticed_by: NoticedBy::Run,
    ..fault(
        "test/unremoved",
        "removals are believed",
        Does::Instead(|_| Some(send(Answer::new(200, "OK").bytes()))),
    )
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_is_killed_by_all_who_met_it_or_survives_or_is_idle() {
    let rows = vec![&OTHER_CODE, &HARMLESS, &ONLY_GET, &EXCUSED, &NOWHERE];
    let outside = play(rows, Vec::new()).await.unwrap();
    let fates: Vec<_> = outside
        .faults
        .iter()
        .map(|row| (row.fault.id, row.fate))
        .collect();
    assert_eq!(
        fates,
        [
            ("test/other-code", Fate::Killed),
            ("test/harmless", Fate::Survived),
            ("test/only-get", Fate::Survived),
            ("test/excused", Fate::Killed),
            ("test/nowhere", Fate::Idle),
        ]
    );
    let [killed, harmless, only_get, ..] = &outside.faults[..] else {
        panic!()
    };
    assert!(
        killed.met > 3 && killed.missed.is_empty() && killed.exit == Exit::Deviations,
        "{killed:?}"
    );
    assert_eq!(
        (harmless.missed.len(), harmless.exit),
        (harmless.met, Exit::Ok)
    );
    assert_eq!(
        killed.met, outside.instances.0,
        "each instance sends one refused request at least"
    );
    assert!(
        only_get.missed.iter().all(|id| id.contains("HEAD")) && !only_get.missed.is_empty(),
        "{only_get:?}"
    );
    assert_eq!(outside.exit(), Exit::Deviations);
    assert_eq!(outside.idle().collect::<Vec<_>>(), ["test/nowhere"]);
}

static CALM: Weather = weather(
    "test/calm",
    "a pause",
    What::After(|meeting| {
        Some(
            [
                vec![Step::Wait(Duration::ZERO)],
                send(meeting.answer.bytes()),
            ]
            .concat(),
        )
    }),
);
static WRONG: Weather = weather(
    "test/wrong",
    "another code",
    What::After(|meeting| {
        let mut answer = meeting.answer.clone();
        answer.set_element("Code", "Other")?;
        Some(send(answer.bytes()))
    }),
)
.on(&[Kind::Refusal]);
static NEVER: Weather = weather("test/never", "nothing", What::Unread(|_| None));
static STICKY: Weather = weather(
    "test/sticky",
    "removals are believed",
    What::Instead(|_| Some(send_and_end(Answer::new(200, "OK").bytes()))),
)
.on(&[Kind::Removal]);
static SELDOM: Weather = weather("test/seldom", "a pause for one in five", CALM.what).at(5, 1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn weather_is_forgiven_or_alarms_or_leaves_something_or_is_idle() {
    let outside = play(Vec::new(), vec![&CALM, &WRONG, &NEVER, &STICKY, &SELDOM])
        .await
        .unwrap();
    let [calm, wrong, never, sticky, seldom] = &outside.weather[..] else {
        panic!("{outside:?}")
    };
    assert!(calm.is_forgiven() && calm.exchanges.len() >= 4, "{calm:?}");
    assert!(!wrong.is_forgiven() && wrong.left_behind.is_empty());
    assert!(
        wrong
            .alarms
            .iter()
            .any(|alarm| alarm.verdict == "deviates: code"
                && alarm.instance.starts_with("bucket-acl/")),
        "{wrong:?}"
    );
    assert!(never.is_idle() && !never.is_forgiven());
    assert!(
        !sticky.left_behind.is_empty() && !sticky.is_forgiven(),
        "{sticky:?}"
    );
    let count = |row: &super::super::WeatherRow, kind| {
        row.exchanges.get(&kind).copied().unwrap_or_default()
    };
    for kind in [Kind::Read, Kind::Write] {
        let (all, some) = (count(calm, kind), count(seldom, kind));
        assert!(
            some > 0 && some <= all.div_ceil(2),
            "{kind:?}: {some} of {all}"
        );
    }
    assert!(seldom.is_forgiven());
    assert_eq!(
        (outside.unforgiven().count(), outside.exit()),
        (2, Exit::Deviations)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_concerns_the_run_is_seen_in_its_exit_code() {
    let outside = play(vec![&UNREMOVED], Vec::new()).await.unwrap();
    let row = &outside.faults[0];
    assert!(row.exchanges.contains_key(&Kind::Removal), "{row:?}");
    assert_eq!(row.fate == Fate::Killed, row.exit != Exit::Ok, "{row:?}");
}

/// In calm weather all is well, or nothing is said of any weather.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suite_that_fails_by_itself_is_not_played_with() {
    let mut broken = instances(&["bucket-acl/bucket-is-closed"]);
    let mut scenario = (*broken[0].scenario).clone();
    scenario.expect.message = Some("Another message.".into());
    broken[0].scenario = scenario.into();
    let out = tempfile::tempdir().unwrap();
    let plan = Plan {
        faults: vec![&OTHER_CODE],
        weather: Vec::new(),
        whole: true,
        jobs: 1,
        out: out.path().into(),
    };
    let error = run(&broken, plan, &StopSignal::new(), |_| {})
        .await
        .unwrap_err();
    assert!(
        matches!(&error, OutsideError::Unsound { count: 1, first, .. } if *first == broken[0].id),
        "{error}"
    );
    assert_eq!(error.exit(), Exit::Deviations);
}
