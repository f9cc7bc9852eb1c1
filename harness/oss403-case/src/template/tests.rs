//! What an axis is replaced by, and where what was filled came from.

use serde_json::json;

use super::*;

fn axis(name: &str, values: &[Value]) -> Axis {
    let values = values.iter().enumerate().map(|(number, value)| AxisValue {
        label: number.to_string(),
        slug: number.to_string(),
        value: value.clone(),
        path: Path(vec!["matrix".into(), name.into(), number.into()]),
    });
    Axis {
        name: name.into(),
        values: values.collect(),
    }
}

fn filled(template: &Value, axes: &[Axis]) -> Result<Value, String> {
    let picks = vec![0; axes.len()];
    substitute(
        template,
        Choice {
            axes,
            picks: &picks,
        },
    )
    .map_err(|problem| problem.message)
}

#[test]
fn a_whole_text_becomes_the_node_and_a_part_becomes_text() {
    let axes = [
        axis("m", &[json!("GET")]),
        axis("n", &[json!(5)]),
        axis("map", &[json!({ "k": "$m" })]),
    ];
    let template = json!({ "a": "$map", "b": "$m /x?n=$n", "c": "$n", "$m": ["$m-$n"] });
    let expected = json!({ "a": { "k": "GET" }, "b": "GET /x?n=5", "c": 5, "GET": ["GET-5"] });
    assert_eq!(filled(&template, &axes), Ok(expected));
}

#[test]
fn null_takes_the_entry_away() {
    let axes = [axis("x", &[Value::Null])];
    let template = json!({ "a": "$x", "b": ["$x", 1], "c": "<$x>", "d": null, "$x": 1 });
    assert_eq!(
        filled(&template, &axes),
        Ok(json!({ "b": [1], "c": "<>", "d": null }))
    );
}

#[test]
fn dollar_signs_and_placeholders_stay_what_they_are() {
    let template = json!([
        "$$key",
        "${bucket}",
        "$$$${bucket}",
        "$5 $",
        "a$$b",
        "${k $$x"
    ]);
    let expected = json!([
        "$$key",
        "${bucket}",
        "$$$${bucket}",
        "$$5 $$",
        "a$$b",
        "${k $$x"
    ]);
    assert_eq!(filled(&template, &[]), Ok(expected));
    let axes = [axis("x", &[json!("{bucket}")]), axis("y", &[json!("5$")])];
    let template = json!(["$$$x", "$y{bucket}", "${x}"]);
    let expected = json!(["$${bucket}", "5$${bucket}", "${x}"]);
    assert_eq!(filled(&template, &axes), Ok(expected));
}

#[test]
fn the_longest_axis_that_fits_is_meant() {
    let axes = [axis("key", &[json!("K")]), axis("key-id", &[json!("I")])];
    assert_eq!(
        filled(&json!("$key-id $key-x $key"), &axes),
        Ok(json!("I K-x K"))
    );
    assert_eq!(
        filled(&json!("$keys"), &axes),
        Err("`$keys` is no axis of this scenario".into())
    );
}

#[test]
fn what_cannot_be_filled_is_said() {
    let axes = [
        axis("map", &[json!({})]),
        axis("a", &[json!("$b")]),
        axis("b", &[json!("$a")]),
    ];
    assert!(
        filled(&json!("x $map"), &axes)
            .unwrap_err()
            .contains("inside a longer text")
    );
    assert!(
        filled(&json!({ "$map": 1 }), &axes)
            .unwrap_err()
            .contains("cannot be a key")
    );
    assert!(
        filled(&json!("$a"), &axes)
            .unwrap_err()
            .contains("stands for itself")
    );
    let bomb: Vec<Axis> = (0..30)
        .map(|level| {
            axis(
                &format!("a{level}"),
                &[json!(format!("$a{0} $a{0} $a{0}", level + 1))],
            )
        })
        .chain([axis("a30", &[json!("x")])])
        .collect();
    assert!(
        filled(&json!("$a0"), &bomb)
            .unwrap_err()
            .contains("grows too big")
    );
    let axes = [axis("same", &[json!("x")])];
    assert!(
        filled(&json!({ "$same": 1, "x": 2 }), &axes)
            .unwrap_err()
            .contains("comes twice")
    );
}

#[test]
fn what_was_filled_is_traced_to_where_it_was_written() {
    let axes = [
        axis("base", &[json!({ "as": "$who" })]),
        axis("who", &[json!("nobody")]),
        axis("none", &[Value::Null]),
    ];
    let template = json!({ "base": "$base", "list": ["$none", { "x": 1 }] });
    let choice = Choice {
        axes: &axes,
        picks: &[0, 0, 0],
    };
    let of = |steps: &[Step]| origin(&template, choice, &Path(steps.to_vec())).to_string();
    assert_eq!(of(&["base".into(), "as".into()]), "matrix.who[0]");
    assert_eq!(of(&["base".into(), "sing".into()]), "matrix.base[0].sing");
    assert_eq!(of(&["list".into(), 0.into(), "x".into()]), "list[1].x");
    assert_eq!(of(&["edit".into()]), "edit");
}
