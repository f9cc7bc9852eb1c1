//! Matrices: which instances there are, what they are called, and what stands in them.

use crate::support::{check_text, instances, with_scenarios};
use oss403_case::model::{Edit, SignWith};

const TWO_AXES: &str = "
  - name: read
    matrix: { scheme: [url-v1, url-v2, url-v4], method: [GET, HEAD] }
    exclude: [{ scheme: url-v2, method: HEAD }]
    base: { sign: $scheme, request: $method /k.txt }
    edit: { expires-in: -1s }
";

#[test]
fn the_last_axis_turns_fastest_and_what_is_excluded_is_left_out() {
    let ids: Vec<String> = instances(TWO_AXES)
        .into_iter()
        .map(|instance| instance.id)
        .collect();
    let read = |labels: &str| format!("url-auth-expired/read/{labels}");
    let expected = [
        "url-v1-GET",
        "url-v1-HEAD",
        "url-v2-GET",
        "url-v4-GET",
        "url-v4-HEAD",
    ];
    assert_eq!(ids, expected.map(read));
}

#[test]
fn an_instance_knows_its_axes_and_is_filled() {
    let instance = instances(TWO_AXES).swap_remove(1);
    let axis = |name: &str, label: &str| (name.to_owned(), label.to_owned());
    assert_eq!(
        instance.axes,
        [axis("scheme", "url-v1"), axis("method", "HEAD")]
    );
    assert_eq!(instance.scenario.base.sign, Some(SignWith::UrlV1));
    assert_eq!(instance.scenario.base.request, "HEAD /k.txt");
    assert_eq!(instance.file.cause, "url-auth-expired");
}

#[test]
fn an_entry_of_exclude_may_name_several_labels_and_leave_axes_open() {
    let text = TWO_AXES.replace(
        "{ scheme: url-v2, method: HEAD }",
        "{ scheme: [url-v1, url-v2] }",
    );
    let ids: Vec<String> = instances(&text)
        .into_iter()
        .map(|instance| instance.id)
        .collect();
    assert_eq!(
        ids,
        [
            "url-auth-expired/read/url-v4-GET",
            "url-auth-expired/read/url-v4-HEAD"
        ]
    );
}

#[test]
fn labels_stand_for_whole_nodes_and_null_for_nothing() {
    let found = instances(
        "
  - name: read
    matrix:
      change: { late: { expires-in: -1s }, odd: { expires: \"1\" } }
      who: { default: ~, named: owner }
    base: { as: $who, sign: url-v1, request: GET /k.txt }
    edit: $change
",
    );
    let edits: Vec<_> = found
        .iter()
        .map(|found| found.scenario.edit.name())
        .collect();
    assert_eq!(edits, ["expires-in", "expires-in", "expires", "expires"]);
    assert!(
        found
            .iter()
            .all(|found| found.scenario.base.r#as == "owner")
    );
    assert!(matches!(&found[2].scenario.edit, Edit::Expires(text) if text == "1"));
    assert_eq!(found[2].id, "url-auth-expired/read/odd-default");
}

#[test]
fn a_value_of_an_axis_may_use_another_axis() {
    let found = instances(
        "
  - name: read
    matrix:
      call: { plain: { sign: url-v1, request: $method /k.txt } }
      method: [GET, HEAD]
    base: $call
    edit: { expires-in: -1s }
",
    );
    let requests: Vec<_> = found
        .iter()
        .map(|found| found.scenario.base.request.as_str())
        .collect();
    assert_eq!(requests, ["GET /k.txt", "HEAD /k.txt"]);
}

#[test]
fn a_literal_dollar_is_doubled_until_a_run_reads_it() {
    let found = instances(
        "
  - name: post
    base:
      sign: form-v4
      request: POST /
      form: { fields: { key: a }, conditions: [[starts-with, \"$$key\", \"\"]], file: x }
    edit: { expires-in: -1s }
    unchanged: [a]
",
    );
    let conditions = found[0]
        .scenario
        .base
        .form
        .as_ref()
        .unwrap()
        .conditions
        .as_ref()
        .unwrap();
    assert_eq!(
        conditions[0],
        serde_json::json!(["starts-with", "$$key", ""])
    );
}

/// Two million seven hundred thousand are refused; this many must come one at a time, without a list of them anywhere.
#[test]
fn instances_of_a_big_matrix_come_one_at_a_time() {
    let digits = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]";
    let text = format!(
        "
  - name: big
    matrix: {{ a: {digits}, b: {digits}, c: {digits} }}
    base: {{ sign: url-v1, request: GET /$a$b$c }}
    edit: {{ expires-in: -1s }}
"
    );
    // A word after `$` ends where a sign does that cannot be in it, so neighbours need a mark between them.
    let text = text.replace("$a$b$c", "$a/$b/$c");
    let (entry, found) = check_text(&with_scenarios(&text));
    assert!(found.is_empty());
    let entry = entry.unwrap();
    let mut iterator = entry.instances();
    assert_eq!(iterator.next().unwrap().id, "url-auth-expired/big/0-0-0");
    assert_eq!(iterator.last().unwrap().id, "url-auth-expired/big/9-9-9");
    assert_eq!(entry.instances().count(), 1000);
}

#[test]
fn labels_that_read_the_same_in_an_id_are_refused() {
    let text = with_scenarios(
        "
  - name: read
    matrix: { a: [x, x-x], b: [x-x, x] }
    base: { sign: url-v1, request: GET /$a/$b }
    edit: { expires-in: -1s }
",
    );
    let (entry, found) = check_text(&text);
    assert!(entry.is_none());
    assert_eq!(found[0].message, "two combinations have the id `x-x-x`");
}
