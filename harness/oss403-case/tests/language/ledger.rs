//! The ledger of this repository, ledgers that lack something, and filters.

use std::collections::{BTreeMap, HashSet};

use oss403_case::Ledger;
use oss403_case::diagnostic::{Diagnostic, Severity};
use oss403_case::ledger::embedded_lists;
use oss403_case::model::SourceKind;
use oss403_case::revision::Revision;

use crate::support::{cases, texts};

fn sound() -> Ledger {
    Ledger::load(&cases()).unwrap_or_else(|found| panic!("{}", render(&found)))
}

fn render(found: &[Diagnostic]) -> String {
    found
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_documented_cause_has_a_scenario_and_no_file_has_a_finding() {
    let (ledger, found) = Ledger::of_files("cases", &texts());
    assert!(found.is_empty(), "{}", render(&found));
    let ledger = ledger.unwrap();
    assert_eq!(ledger.causes().len(), 51);
    assert_eq!(ledger.listed().len(), 51);
    let ledger = ledger.at(Revision::Observed);
    assert_eq!(ledger.entries().len(), ledger.listed().len());
    assert!(ledger.listed().len() > 51);
    for (row, entry) in ledger.listed().iter().zip(ledger.entries()) {
        assert_eq!(row.id, entry.file.cause);
        assert!(entry.instances().next().is_some(), "{}", entry.file.cause);
    }
}

#[test]
fn the_observed_revision_includes_the_documented_one_and_does_not_change_it() {
    let documented = sound();
    let observed = documented.clone().at(Revision::Observed);
    assert_eq!(observed.revision(), Revision::Observed);
    assert_eq!(
        observed.listed()[..documented.listed().len()],
        *documented.listed()
    );
    assert_ne!(observed.hash(), documented.hash());
    // Whatever becomes of what was observed, the documented revision is the same to the last bit.
    let mut files = texts();
    let list = files.get_mut("observed.tsv").unwrap();
    *list = list.replace(
        "\tYou are forbidden to oss:ListBuckets",
        "\tYou are forbidden to",
    );
    for row in &observed.listed()[documented.listed().len()..] {
        let path = format!("{}/{}.yaml", row.code, row.id);
        let text = files.get_mut(&path).unwrap();
        *text = text.replace(
            "message: You are forbidden to oss:ListBuckets",
            "message: You are forbidden to",
        );
        text.push_str("# one more remark\n");
    }
    let (changed, found) = Ledger::of_files("cases", &files);
    let changed = changed.unwrap_or_else(|| panic!("{}", render(&found)));
    assert_eq!(changed.hash(), documented.hash());
    assert_eq!(changed.listed(), documented.listed());
    assert_ne!(
        changed.clone().at(Revision::Observed).hash(),
        observed.hash()
    );
    let ids = |ledger: &Ledger| -> Vec<String> {
        ledger.instances().map(|instance| instance.id).collect()
    };
    assert_eq!(ids(&changed), ids(&documented));
    assert_eq!(
        ids(&observed)[..ids(&documented).len()],
        ids(&documented)[..]
    );
}

#[test]
fn a_cause_stands_in_one_list() {
    let mut files = texts();
    let list = files.get_mut("observed.tsv").unwrap();
    list.push_str("bucket-acl\tAccessDenied\tanother text\n");
    let line = list.lines().count();
    let found = Ledger::of_files("cases", &files).1;
    assert_eq!(found.len(), 1, "{}", render(&found));
    assert_eq!(
        (found[0].file.as_str(), found[0].line),
        ("cases/observed.tsv", line)
    );
    assert_eq!(
        found[0].message,
        "the cause `bucket-acl` stands in `causes.tsv` already"
    );
    assert!(found[0].help.as_deref().unwrap().contains("frozen"));
}

#[test]
fn a_file_whose_cause_is_in_no_list_or_without_a_file_is_an_error() {
    let mut files = texts();
    let list = files.get_mut("observed.tsv").unwrap();
    *list = list.replace("date-invalid\t", "date-invalidated\t");
    let found = Ledger::of_files("cases", &files).1;
    let said: Vec<_> = found
        .iter()
        .map(|found| (found.file.as_str(), found.message.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (
                "cases/AccessDenied/date-invalid.yaml",
                "unknown cause `date-invalid`"
            ),
            (
                "cases/observed.tsv",
                "the cause `date-invalidated` has no case file"
            ),
        ]
    );
    assert_eq!(
        found[0].help.as_deref(),
        Some("did you mean `date-invalidated`?")
    );
}

#[test]
fn a_message_that_no_source_shows_is_written_as_a_star() {
    let mut files = texts();
    let text = files.get_mut("CnameIsRisk/cname-risk.yaml").unwrap();
    *text = text.replace("message: \"*\"", "message: The cname is at risk");
    let found = Ledger::of_files("cases", &files).1;
    assert_eq!(
        found[0].message,
        "the listed message of `cname-risk` reads otherwise"
    );
    assert_eq!(
        found[0].help.as_deref(),
        Some("no source shows it: write `message: \"*\"`")
    );
}

#[test]
fn an_observed_cause_is_found_in_its_revision_alone() {
    let ledger = sound();
    for name in ["date-invalid", "date-invalid/date-is-lost", "CnameIsRisk"] {
        let unknown = ledger.select(&[name.to_owned()]).unwrap_err();
        assert!(
            unknown.help.contains("add `--revision observed`"),
            "{}",
            unknown.help
        );
        let observed = ledger.clone().at(Revision::Observed);
        assert!(!observed.select(&[name.to_owned()]).unwrap().is_empty());
    }
}

#[test]
fn the_ledger_compiled_in_is_the_one_of_the_repository() {
    let (embedded, loaded) = (Ledger::embedded().unwrap(), sound());
    assert_eq!(embedded.hash(), loaded.hash());
    assert_eq!(embedded.hash().len(), 64);
    assert_eq!(embedded.instances().count(), loaded.instances().count());
    assert_eq!(embedded.revision().name(), "documented-2023-06-27");
}

#[test]
fn ids_are_unique_and_fit_into_file_names() {
    let mut seen = HashSet::new();
    for instance in sound().at(Revision::Observed).instances() {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-._/".contains(c);
        assert!(
            instance.id.chars().all(fits) && !instance.id.contains(".."),
            "{}",
            instance.id
        );
        assert!(
            seen.insert(instance.id.to_lowercase()),
            "{} comes twice",
            instance.id
        );
    }
}

#[test]
fn every_cause_rests_on_more_than_inference() {
    for file in sound().at(Revision::Observed).causes() {
        let good = file
            .sources
            .iter()
            .any(|source| source.kind != SourceKind::Inferred);
        assert!(good, "{}", file.cause);
    }
}

#[test]
fn a_cause_without_a_file_is_an_error_in_the_list() {
    let mut files = texts();
    files.remove("AccessDenied/bucket-acl.yaml").unwrap();
    let (ledger, found) = Ledger::of_files("cases", &files);
    assert!(ledger.is_none());
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].file.as_str(), found[0].line),
        ("cases/causes.tsv", 20)
    );
    assert_eq!(found[0].message, "the cause `bucket-acl` has no case file");
}

#[test]
fn a_cause_without_a_scenario_is_an_error() {
    let mut files = texts();
    let text = files.get_mut("AccessDenied/bucket-acl.yaml").unwrap();
    let header = text.split("\nscenarios:").next().unwrap();
    *text = format!("{header}\nscenarios: []\n");
    let (ledger, found) = Ledger::of_files("cases", &files);
    assert!(ledger.is_none());
    assert_eq!(found[0].message, "a cause needs at least one scenario");
}

#[test]
fn a_list_of_causes_must_be_one() {
    let one = |list: &str| {
        let files = BTreeMap::from([("causes.tsv".to_owned(), list.to_owned())]);
        Ledger::of_files("x", &files).1.swap_remove(0)
    };
    assert!(one("id\tcode\tmessage\n").message.contains("empty"));
    assert_eq!(one("id\tcode\tmessage\na\tb\n").line, 2);
    assert!(
        one("id\tcode\tmessage\na\tb\tc\na\tb\tc\n")
            .message
            .contains("listed twice")
    );
    let none = Ledger::of_files("x", &BTreeMap::new()).1;
    assert!(none[0].message.contains("causes.tsv") && none[0].severity == Severity::Error);
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Ledger::load(&folder.path().join("nowhere")).is_err());
    assert!(
        Ledger::load(folder.path()).unwrap_err()[0]
            .message
            .contains("causes.tsv")
    );
}

#[test]
fn the_documented_message_may_stop_before_what_differs() {
    let rows = embedded_lists();
    let row = |id: &str| rows.iter().find(|row| row.id == id).unwrap();
    let condition = row("post-policy-condition-failed");
    assert!(condition.allows("Invalid according to Policy: Policy Condition failed:"));
    assert!(!condition.allows("Invalid according to Policy"));
    assert!(
        !condition
            .allows("Invalid according to Policy: Policy Condition failed: <the failed condition>")
    );
    let whole = row("post-policy-content-type");
    assert!(whole.allows(r#"Invalid according to Policy: Policy Condition failed: ["eq", "$Content-Type", "image/png"]"#));
    assert!(row("bucket-policy").allows("Access denied by bucket policy."));
    assert!(!row("bucket-policy").allows("Access denied"));
    assert!(
        !row("access-key-charset")
            .allows("The OSS Access Key Id contains non-acceptable characters")
    );
}

#[test]
fn the_hash_changes_with_any_text() {
    let (before, mut files) = (sound(), texts());
    files
        .get_mut("AccessDenied/bucket-acl.yaml")
        .unwrap()
        .push_str("# one more remark\n");
    assert_ne!(
        Ledger::of_files("cases", &files).0.unwrap().hash(),
        before.hash()
    );
}

#[test]
fn a_filter_is_a_cause_a_code_an_id_its_beginning_or_a_pattern() {
    let ledger = sound();
    let ids = |filter: &str| -> Vec<String> {
        let chosen = ledger.select(&[filter.to_owned()]).unwrap();
        chosen.into_iter().map(|instance| instance.id).collect()
    };
    let of_cause = ids("bucket-acl");
    assert!(!of_cause.is_empty() && of_cause.iter().all(|id| id.starts_with("bucket-acl/")));
    let of_code = ids("SecurityTokenNotSupported");
    assert!(
        of_code
            .iter()
            .any(|id| id.starts_with("security-token-region/"))
    );
    assert!(of_code.iter().all(|id| id.starts_with("security-token-")));
    assert_eq!(ids(&of_cause[0]), of_cause[..1]);
    let scenario = of_cause[0].rsplitn(2, '/').last().unwrap();
    assert!(ids(scenario).contains(&of_cause[0]));
    assert_eq!(ids("bucket-acl/*"), of_cause);
    assert_eq!(ids("bucket-a*"), of_cause);
    // The whole of a name or a part up to `/`, never just its first letters.
    assert!(ledger.select(&["bucket-ac".to_owned()]).is_err());
    let all: Vec<String> = ledger.instances().map(|instance| instance.id).collect();
    assert_eq!(ids("*"), all);
    assert_eq!(ledger.select(&[]).unwrap().len(), all.len());
}

#[test]
fn an_instance_that_two_filters_name_is_selected_once() {
    let ledger = sound();
    let both = ledger
        .select(&["bucket-acl".into(), "bucket-acl/*".into()])
        .unwrap();
    assert_eq!(
        both.len(),
        ledger.select(&["bucket-acl".into()]).unwrap().len()
    );
}

#[test]
fn a_filter_that_names_nothing_says_what_was_meant() {
    let ledger = sound();
    let help = |filter: &str| {
        let unknown = ledger
            .select(&["bucket-acl".into(), filter.into()])
            .unwrap_err();
        assert_eq!(unknown.filter, filter);
        unknown.help
    };
    assert_eq!(help("bucket-alc"), "did you mean `bucket-acl`?");
    assert_eq!(
        help("InvalidAccesKeyId"),
        "did you mean `InvalidAccessKeyId`?"
    );
    assert!(help("nosuchcause").contains("oss403 list"));
    let scenario = ledger.select(&["bucket-acl".into()]).unwrap()[0]
        .scenario
        .name
        .clone();
    assert_eq!(
        help(&format!("bucket-acl/{scenario}s")),
        format!("did you mean `bucket-acl/{scenario}`?")
    );
}
