//! A small real bundle, copies of it, and what a vendor with the key can do to them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use oss403::certify::bundle::{functions_of, reports, sign};
use oss403::certify::key::{PublicKey, SigningKey};
use oss403::certify::keys::lore;
use oss403::certify::terms::Terms;
use oss403::certify::verify::{Question, verify};
use oss403::report::read::Recorded;
use oss403::report::sink::Reports;
use oss403_case::Ledger;
use serde_json::Value;

use crate::support::{Desk, root};

pub(super) const CHALLENGE: &str = "00112233445566778899aabbccddeeff";

/// Causes of the small suite: what is anonymous, signed, timed, probed, in need of an operator, alike for two objects.
const CAUSES: [&str; 8] = [
    "AccessDenied/anonymous-object",
    "AccessDenied/object-acl-write",
    "AccessDenied/referer-denied",
    "AccessDenied/url-auth-expired",
    "InvalidAccessKeyId/access-key-unknown",
    "KmsInDebt/kms-in-debt",
    "RequestTimeTooSkewed/time-skewed",
    "SignatureDoesNotMatch/signature-mismatch",
];
/// Scenarios of each; of the last one those with requests that are tampered with too.
const SCENARIOS: [usize; CAUSES.len()] = [2, 2, 2, 2, 2, 2, 2, 4];

/// The target: one rule is missing, and something is not claimed.
const FAULTY: &str = "name: faulty
endpoint: embedded
capabilities: { except: [kms] }
embedded: { config: { faults: { without: [referer] } } }
product: { vendor: Widgets Ltd, name: Store, version: \"1.2\", website-url: \"https://widgets.example\" }
artifact: { name: widgets/store, sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 }
";

/// A bundle in a folder.
pub(super) struct Bundle {
    pub(super) desk: Desk,
    folder: PathBuf,
}

/// The honest one, made once.
pub(super) fn certified() -> &'static Bundle {
    static MADE: OnceLock<Bundle> = OnceLock::new();
    MADE.get_or_init(|| {
        let desk = Desk::new();
        small_suite(&desk.path("cases"));
        desk.write("faulty.yaml", FAULTY);
        assert_eq!(desk.run("certify keygen --out vendor.key").code, Some(0));
        assert_eq!(desk.run("certify keygen --out stranger.key").code, Some(0));
        let ran = desk.run(&format!(
            "certify --cases cases --target faulty.yaml --out bundle --key vendor.key --challenge {CHALLENGE}"
        ));
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.out.contains("certificate in bundle"), "{}", ran.out);
        let folder = desk.path("bundle");
        Bundle { desk, folder }
    })
}

fn small_suite(folder: &Path) {
    let cases = root().join("cases");
    let mut listed = String::new();
    let causes = fs::read_to_string(cases.join("causes.tsv")).unwrap();
    for (number, row) in causes.lines().enumerate() {
        let id = row.split('\t').next().unwrap();
        let is_chosen = CAUSES
            .iter()
            .any(|cause| cause.ends_with(&format!("/{id}")));
        if number == 0 || is_chosen {
            let _ = writeln!(listed, "{row}");
        }
    }
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("causes.tsv"), listed).unwrap();
    for (cause, count) in CAUSES.into_iter().zip(SCENARIOS) {
        let text = fs::read_to_string(cases.join(format!("{cause}.yaml"))).unwrap();
        let mut starts = text.match_indices("\n  - name:").map(|(at, _)| at + 1);
        let end = starts.nth(count).unwrap_or(text.len());
        let path = folder.join(format!("{cause}.yaml"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &text[..end]).unwrap();
    }
}

impl Bundle {
    /// A copy, to be doctored.
    pub(super) fn copy(honest: &Self) -> Self {
        let desk = Desk::new();
        let folder = desk.path("bundle");
        fs::create_dir_all(&folder).unwrap();
        for name in honest.files() {
            fs::copy(honest.folder.join(&name), folder.join(&name)).unwrap();
        }
        Self { desk, folder }
    }

    /// Why it is refused.
    pub(super) fn verify(&self) -> Result<(), String> {
        static LEDGER: OnceLock<(Ledger, PublicKey)> = OnceLock::new();
        let (ledger, key) = LEDGER.get_or_init(|| {
            let desk = &certified().desk;
            let ledger = Ledger::load(&desk.path("cases")).unwrap();
            (
                ledger,
                PublicKey::load(&desk.path("vendor.key.pub")).unwrap(),
            )
        });
        let question = Question {
            key,
            ledger,
            challenge: Some(CHALLENGE),
        };
        let found = verify(&self.folder, &question);
        found.map(drop).map_err(|refusal| refusal.to_string())
    }

    pub(super) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(super) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(super) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).unwrap()
    }

    pub(super) fn terms(&self) -> Terms {
        serde_json::from_str(&self.text("terms.json")).unwrap()
    }

    /// Changes one byte of a file, in its middle.
    pub(super) fn change_a_byte(&self, name: &str) {
        let mut bytes = fs::read(self.path(name)).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(self.path(name), bytes).unwrap();
    }

    pub(super) fn edit(&self, name: &str, change: impl FnOnce(&mut Value)) {
        let mut value = self.json(name);
        change(&mut value);
        self.write(name, &value.to_string());
    }

    /// Changes lines of JSON, and keeps those that are left.
    pub(super) fn edit_lines(&self, name: &str, change: impl FnOnce(&mut Vec<Value>)) {
        let mut lines: Vec<Value> = self
            .text(name)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        change(&mut lines);
        let lines: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
        self.write(name, &lines.concat());
    }

    /// Changes the record of an instance.
    pub(super) fn edit_record(&self, instance: &str, change: impl FnOnce(&mut Value)) {
        self.edit_lines("records.jsonl", |lines| {
            let mut lines = lines.iter_mut();
            let line = lines
                .find(|line| line["record"]["instance"] == instance)
                .unwrap();
            change(&mut line["record"]);
        });
    }

    /// Changes what the result says of an instance, the sums with it.
    pub(super) fn edit_entry(&self, instance: &str, change: impl FnOnce(&mut Value)) {
        self.edit("result.json", |result| {
            let entries = result["instances"].as_array_mut().unwrap();
            let entry = entries
                .iter_mut()
                .find(|entry| entry["id"] == instance)
                .unwrap();
            let sum = |entry: &Value| entry["verdict"].as_str().unwrap().to_owned();
            let before = sum(entry);
            change(entry);
            let after = sum(entry);
            let sums = &mut result["summary"]["instances"];
            for (verdict, by) in [(before, -1), (after, 1)] {
                let count = sums[&verdict].as_i64().unwrap() + by;
                sums[&verdict] = count.into();
            }
        });
    }

    /// The id of the first instance of the result of which something is true, besides what its record says.
    pub(super) fn find(&self, is_it: impl Fn(&Value, &Value) -> bool) -> String {
        let records: Vec<Value> = self
            .text("records.jsonl")
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let result = self.json("result.json");
        let entries = result["instances"].as_array().unwrap();
        let mut found = entries.iter().filter(|entry| {
            let record = records
                .iter()
                .find(|line| line["record"]["instance"] == entry["id"]);
            is_it(entry, &record.unwrap()["record"])
        });
        found.next().expect("there is such an instance")["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The vendor signs what lies there, as it is.
    pub(super) fn sign_as_it_is(&self) {
        self.sign_with("vendor.key");
    }

    pub(super) fn sign_with(&self, key: &str) {
        self.sign_by_result_of(self, key);
    }

    /// The vendor signs what lies there, with the statements that follow from the honest bundle.
    pub(super) fn sign_files(&self) {
        self.sign_by_result_of(certified(), "vendor.key");
    }

    fn sign_by_result_of(&self, other: &Self, key: &str) {
        let key = SigningKey::load(&certified().desk.path(key)).unwrap();
        let mut recorded = Recorded::read(&other.path("result.json")).unwrap();
        let entries = recorded.entries().unwrap();
        sign(&self.folder, &recorded.head, &entries, &other.terms(), &key).unwrap();
    }

    /// The vendor makes everything again that follows from result and terms, and signs it.
    pub(super) fn sign_again(&self) {
        let run = self.run_of_events();
        let mut recorded = Recorded::read(&self.path("result.json")).unwrap();
        for (name, text) in functions_of(&recorded.head, &self.terms()) {
            self.write(name, &text);
        }
        let wanted: Vec<String> = reports()
            .map(|(kind, name)| format!("{kind}={}", self.path(name).display()))
            .collect();
        let mut again = Reports::open(&wanted).unwrap();
        let ledger = Ledger::load(&certified().desk.path("cases")).unwrap();
        again.explain(lore(&ledger, &self.terms().named_by()));
        again.of(&mut recorded).unwrap();
        self.name_run_of_events(&run);
        self.sign_as_it_is();
    }

    /// The id that the events begin with, which no result has.
    fn run_of_events(&self) -> Value {
        let events = self.text("events.jsonl");
        let started: Value = serde_json::from_str(events.lines().next().unwrap()).unwrap();
        started["run"].clone()
    }

    fn name_run_of_events(&self, run: &Value) {
        let events = self.text("events.jsonl");
        let (first, rest) = events.split_once('\n').unwrap();
        let mut started: Value = serde_json::from_str(first).unwrap();
        started["run"].clone_from(run);
        self.write("events.jsonl", &format!("{started}\n{rest}"));
    }
}
