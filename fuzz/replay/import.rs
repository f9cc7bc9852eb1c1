//! The bridge in both directions: seeds are made of cases, and cases of inputs.

use std::collections::BTreeMap;
use std::fs;

use oss403::import::{ImportError, REQUEST_TARGETS, import};
use oss403_case::ledger::embedded_lists;
use oss403_case::{Ledger, check};
use oss403_fuzz_oracles::seeds::{fuzz_dir, request_of};

/// An input becomes a case, the case a request, and that request the same case again.
#[test]
fn inputs_become_cases_and_cases_inputs() {
    let ledger = Ledger::embedded().expect("the ledger is sound");
    let mut causes: BTreeMap<String, usize> = BTreeMap::new();
    for target in REQUEST_TARGETS {
        let mut made = 0;
        for entry in fs::read_dir(fuzz_dir().join("corpus").join(target)).expect("a corpus") {
            let path = entry.expect("readable").path();
            let input = fs::read(&path).expect("readable");
            let found = match import(&input, "found", &ledger) {
                Ok(found) => found,
                Err(ImportError::NoTwin { .. }) => continue,
                Err(error) => panic!("{}: {error}", path.display()),
            };
            let name = found.path.to_string_lossy();
            let (entry, diagnostics) = check::file(&name, &found.text, &embedded_lists());
            let shown: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
            let entry = entry.unwrap_or_else(|| {
                panic!("{}: {}\n{}", path.display(), shown.join("\n"), found.text)
            });
            let instance = entry.instances().next().expect("one instance");
            let request = request_of(&instance)
                .unwrap_or_else(|| panic!("{}: no request\n{}", path.display(), found.text));
            let again = import(&request, "found", &ledger)
                .unwrap_or_else(|error| panic!("{}: {error}\n{}", path.display(), found.text));
            assert_eq!(
                scenario(&again.text),
                scenario(&found.text),
                "{}",
                path.display()
            );
            made += 1;
            *causes.entry(found.cause).or_default() += 1;
        }
        assert!(made > 0, "no input of {target} becomes a case");
    }
    assert!(causes.len() >= 6, "only {causes:?}");
}

fn scenario(text: &str) -> &str {
    &text[text.find("\nscenarios:").expect("a case has scenarios")..]
}
