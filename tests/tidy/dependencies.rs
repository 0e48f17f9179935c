//! Facts about the dependency tree of the wasm that every page downloads.

use std::process::Command;

use super::{assert_none, root};

/// Runtimes, network stacks and umbrellas that a default feature could drag in unseen.
const UNWANTED: [&str; 12] = [
    "arrow",
    "async-trait",
    "brotli",
    "futures",
    "futures-executor",
    "hyper",
    "mio",
    "object_store",
    "rayon",
    "regex",
    "reqwest",
    "tokio",
];

#[test]
fn the_wasm_holds_no_runtime_and_no_network_stack() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--package", "hubframe", "--target", "wasm32-unknown-unknown"])
        .args(["--no-default-features", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .expect("cargo prints the tree");
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"parquet"), "the tree is of the crate: {tree}");
    let found = UNWANTED.iter().filter(|unwanted| names.contains(unwanted)).map(ToString::to_string);
    assert_none("crates that do not belong in the wasm", found.collect());
}
