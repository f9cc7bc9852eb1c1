//! Rebuilds the crate when a case file comes, goes or changes: the ledger is compiled in.

fn main() {
    println!("cargo::rerun-if-changed=../../cases");
    println!("cargo::rerun-if-changed=build.rs");
}
