//! Certificates: made, verified, and refused when somebody doctored them.

mod bundle;
mod doctorings;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use oss403_case::Ledger;
use serde_json::Value;

use crate::fit::{mismatch, schema};
use crate::support::{Desk, root};
use bundle::{Bundle, CHALLENGE, certified};
use doctorings::Doctoring;

#[test]
fn what_was_certified_is_verified_by_everybody() {
    let bundle = certified();
    let desk = &bundle.desk;
    let ran = desk.run(&format!(
        "verify bundle --cases cases --key vendor.key.pub --challenge {CHALLENGE}"
    ));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for said in [
        "ok: ",
        "target: faulty at ",
        "made wrong on purpose (without referer), not a",
        "run: 2",
        "challenge: yours",
        "judged again: ",
        "What it does not prove",
        "not claimed: ",
        "Widgets Ltd",
        "SignatureProvided",
    ] {
        assert!(ran.out.contains(said), "{said}: {}", ran.out);
    }
    assert!(ran.out.lines().all(|line| line.chars().count() <= 100));
    // What the program has compiled in is another suite than this small one.
    let other = desk.run("verify bundle --key vendor.key.pub");
    assert_eq!(other.code, Some(1), "{other:?}");
    assert!(other.err.contains("of another suite"), "{}", other.err);
    let usage = desk.run("verify nothing --key vendor.key.pub");
    assert_eq!(usage.code, Some(2), "{usage:?}");
    let usage = desk.run("verify bundle --key vendor.key");
    assert_eq!(usage.code, Some(2), "{usage:?}");
    assert!(usage.err.contains("it is a private key"), "{}", usage.err);
}

#[test]
fn a_bundle_shows_no_secret_and_its_badge_is_what_shields_reads() {
    let bundle = certified();
    let mut secrets = Vec::new();
    for identity in oss_reference::config::Config::default()
        .identities
        .0
        .into_values()
    {
        secrets.push(identity.access_key_secret);
        secrets.extend(identity.security_token);
    }
    secrets.push(
        bundle
            .desk
            .read("vendor.key")
            .lines()
            .nth(1)
            .unwrap()
            .to_owned(),
    );
    assert!(secrets.len() > 5);
    for file in bundle.files() {
        let text = bundle.text(&file);
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{file}");
        }
    }
    let records = bundle.text("records.jsonl");
    assert!(records.contains("Signature=[redacted]"));
    assert!(
        !records.contains("<ListBucketResult>"),
        "a base that succeeded"
    );
    // https://shields.io/badges/endpoint-badge
    let badge: Value = serde_json::from_str(&bundle.text("badge.json")).unwrap();
    let known = ["schemaVersion", "label", "message", "color"];
    let keys: Vec<&String> = badge.as_object().unwrap().keys().collect();
    assert_eq!(keys, known);
    assert_eq!(badge["schemaVersion"], 1);
    for text in ["label", "message", "color"] {
        assert!(
            badge[text].as_str().is_some_and(|text| !text.is_empty()),
            "{text}"
        );
    }
    let picture = bundle.text("badge.svg");
    assert!(picture.contains(badge["message"].as_str().unwrap()));
    assert!(!picture.contains("href") && !picture.contains("<image"));
    roxmltree_free(&picture);
    let terms: Value = serde_json::from_str(&bundle.text("terms.json")).unwrap();
    assert_eq!(
        mismatch(&schema("harness/oss403/terms.schema.json"), &terms),
        None
    );
    assert_eq!(terms["challenge"], CHALLENGE);
    let product = bundle.text("PRODUCT.yaml");
    assert!(
        product
            .contains("vendor: \"Widgets Ltd\"\nname: \"Store\"\nversion: \"1.2\"\nwebsite_url: "),
        "{product}"
    );
}

/// Every opening tag of the picture is closed.
fn roxmltree_free(picture: &str) {
    let mut open = Vec::new();
    for tag in picture.split('<').skip(1) {
        let name = tag.split(['>', ' ', '/']).next().unwrap();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), closed.split('>').next(), "{picture}");
        } else if !tag.split('>').next().unwrap().ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{picture}");
}

#[test]
fn names_and_seed_come_from_the_challenge() {
    let bundle = certified();
    let terms = bundle.terms();
    let run = terms.run();
    let records = bundle.text("records.jsonl");
    assert!(records.contains(&format!("oss403-{run}-")));
    let result = bundle.json("result.json");
    assert_eq!(result["seed"], terms.seed);
    assert!(terms.seed < 1 << 53, "every reader of JSON keeps it");
    // And so do those of objects: none is called as the case files call it.
    assert!(!records.contains("/k.txt"), "{records}");
    let names = |names: &str| {
        let ledger = Ledger::load(&bundle.desk.path("cases")).unwrap();
        let instances: Vec<_> = ledger.instances().collect();
        let mut renamed = oss403::certify::keys::renamed(&instances, names).into_iter();
        let first = renamed.find_map(|instance| {
            instance
                .scenario
                .given
                .bucket
                .as_ref()?
                .objects
                .first()
                .map(|(key, _)| key.clone())
        });
        first.unwrap()
    };
    let key = names(&terms.named_by());
    assert!(
        key.starts_with("k-") && records.contains(&format!("/{key}")),
        "{key}"
    );
    let others = names(&oss403::certify::terms::Terms::names(
        Some("00"),
        &terms.nonce,
    ));
    assert_ne!(key, others);
    let other = oss403::certify::terms::Terms::seed_of(Some("00"), &terms.nonce);
    assert_ne!(terms.seed, other);
}

#[test]
fn what_was_sampled_and_run_again_is_compared() {
    let bundle = certified();
    let desk = &bundle.desk;
    let line = "verify bundle --cases cases --key vendor.key.pub --replay 10%";
    let same = desk.run(&format!("{line} --target faulty.yaml"));
    assert_eq!(same.code, Some(0), "{same:?}");
    assert!(same.out.contains("all came to the same"), "{}", same.out);
    // Another server than the one that was certified: all of it, so that no lot decides.
    let other = desk.run(
        &line
            .replace("10%", "100%")
            .replace("--replay", "--target embedded --replay"),
    );
    assert_eq!(other.code, Some(1), "{other:?}");
    assert!(
        other
            .out
            .contains("deviates in the certificate, conformant now"),
        "{}",
        other.out
    );
    let usage = desk.run(line);
    assert_eq!(usage.code, Some(2), "{usage:?}");
}

#[test]
fn what_certify_cannot_do_is_said_before_anything_is_sent() {
    let desk = Desk::new();
    let refused = |line: &str, says: &str| {
        let ran = desk.run(line);
        assert_eq!(ran.code, Some(2), "{line}: {ran:?}");
        assert!(ran.err.contains(says), "{line}: {}", ran.err);
    };
    let named = "--vendor V --product P --product-version 1";
    refused("certify", "--target");
    refused("certify --target embedded --out b", "nobody signs");
    desk.run("certify keygen --out k");
    refused("certify keygen --out k", "it is there already");
    refused("certify keygen --out -", "a private key is not printed");
    refused(
        "certify --target embedded --out b --key k",
        "`vendor` is not said",
    );
    refused(
        &format!("certify --target embedded --out b --key k.pub {named}"),
        "no private key",
    );
    refused(
        &format!("certify --target embedded --out b --key k --challenge xy {named}"),
        "hexadecimal",
    );
    refused(
        &format!("certify referer-denied --target embedded --out b --key k {named}"),
        "referer-denied",
    );
    desk.write("full/file", "there");
    refused(
        &format!("certify --target embedded --out full --key k {named}"),
        "not empty",
    );
    assert_eq!(desk.read("full/file"), "there");
    let shown = desk.run("certify keygen --out other");
    let private = desk.read("other");
    assert!(!shown.out.contains(private.lines().nth(1).unwrap()));
}

/// The recipe of the page is the script that is run with openssl, line for line.
#[test]
fn the_recipe_of_the_page_is_the_one_that_is_tested() {
    let page = std::fs::read_to_string(root().join("harness/oss403/CERTIFICATES.md")).unwrap();
    let script = std::fs::read_to_string(root().join(".ci/check-certificate")).unwrap();
    let (_, recipe) = script.split_once("# -- recipe\n").unwrap();
    assert!(recipe.contains("openssl pkeyutl -verify"));
    assert!(page.contains(&format!("```bash\n{recipe}```")), "{recipe}");
    assert!(Path::new(&root().join(".ci/run")).is_file());
    let run = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(run.contains(".ci/check-certificate"));
}

/// 40 ways and more, each refused with a sentence of its own.
#[test]
fn every_doctored_bundle_is_refused_and_says_how_it_was_doctored() {
    let honest = certified();
    let all: Vec<_> = doctorings::all().collect();
    let names: BTreeSet<_> = all.iter().map(|doctoring| doctoring.name).collect();
    assert_eq!(names.len(), all.len(), "a name stands there twice");
    let wrong = Mutex::new(Vec::new());
    let (halves, doctored) = (all.chunks(all.len().div_ceil(2)), |of: &[&Doctoring]| {
        for doctoring in of {
            let bundle = Bundle::copy(honest);
            (doctoring.doctor)(&bundle);
            match bundle.verify() {
                Err(said) if said.contains(doctoring.says) => {}
                other => wrong
                    .lock()
                    .unwrap()
                    .push(format!("{}: {other:?}", doctoring.name)),
            }
        }
    });
    std::thread::scope(|scope| {
        for half in halves {
            scope.spawn(|| doctored(half));
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(names.len() >= 100, "{}", names.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // What an envelope calls its key, and a signature besides, are hints that nobody signed: they decide nothing.
    let hinted = Bundle::copy(honest);
    hinted.edit_lines("cert.intoto.jsonl", |lines| {
        lines[0]["signatures"][0]["keyid"] = "somebody else".into();
        let signatures = lines[0]["signatures"].as_array_mut().unwrap();
        signatures.insert(0, serde_json::json!({ "keyid": "auditor", "sig": "AAAA" }));
    });
    assert_eq!(hinted.verify(), Ok(()));
    // The copy itself is no reason to refuse it, nor is it that the vendor signs again what is true.
    let again = Bundle::copy(honest);
    assert_eq!(again.verify(), Ok(()));
    again.sign_again();
    assert_eq!(again.verify(), Ok(()));
}
