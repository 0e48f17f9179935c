//! What no file of the repo may hold.

use super::{assert_none, files, has_extension};

/// Length beyond which a file holds more than one concept.
const MAX_LINES: usize = 500;

/// Files that name what they forbid.
fn is_tidy_itself(path: &str) -> bool {
    path.starts_with("tests/tidy/")
}

fn is_code(path: &str) -> bool {
    has_extension(path, &["rs", "ts", "js", "mjs", "py", "css", "html"])
}

#[test]
fn files_are_short_enough_to_hold_one_concept() {
    let long = files(is_code).into_iter().map(|file| (file.text.lines().count(), file.path));
    let long =
        long.filter(|(lines, _)| *lines > MAX_LINES).map(|(lines, path)| format!("{path}: {lines} lines"));
    assert_none("files over 500 lines", long.collect());
}

#[test]
fn nothing_is_left_unfinished() {
    let marks = ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!("];
    assert_none("unfinished work", lines_with(|path| is_code(path) || path.ends_with(".md"), &marks));
}

#[test]
fn no_file_names_a_place_on_one_machine() {
    let folders = ["/root/", "/home/", "/Users/", "/work/", "C:\\Users"];
    let found = lines_with(|_| true, &folders);
    assert_none("absolute paths of one machine", found);
}

#[test]
fn no_file_names_a_registry() {
    // Lock files stay valid behind any mirror: npm's without addresses, cargo's with the one canonical name.
    let hosts =
        ["registry.npmjs.org", "npmmirror", "pypi.org/simple", "files.pythonhosted", "\"resolved\": \"http"];
    assert_none("addresses of registries", lines_with(|_| true, &hosts));
    let sources = lines_with(|path| path == "Cargo.lock", &["source = "]);
    let canonical = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    assert_none(
        "crates from elsewhere",
        sources.into_iter().filter(|line| !line.ends_with(canonical)).collect(),
    );
}

#[test]
fn only_raw_files_know_the_generated_bindings() {
    let typescript = |path: &str| {
        (path.starts_with("pkg/src/") || path.starts_with("www/"))
            && path.ends_with(".ts")
            && !path.starts_with("pkg/src/raw")
    };
    let bindings = ["/hubframe.js\"", "/hubframe_whole.js\"", ".free()"];
    assert_none("uses of the generated bindings outside pkg/src/raw*.ts", lines_with(typescript, &bindings));
}

/// Every line that holds one of the needles where no longer word or path ends, as `path:line: text`.
fn lines_with(filter: impl Fn(&str) -> bool, needles: &[&str]) -> Vec<String> {
    let stands_alone = |line: &str, at: usize| {
        !line[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '}' | ')'))
    };
    let holds = |line: &str, needle: &str| line.match_indices(needle).any(|(at, _)| stands_alone(line, at));
    files(|path| filter(path) && !is_tidy_itself(path))
        .iter()
        .flat_map(|file| (1..).zip(file.text.lines()).map(|(number, line)| (&file.path, number, line)))
        .filter(|(_, _, line)| needles.iter().any(|needle| holds(line, needle)))
        .map(|(path, number, line): (_, i32, _)| format!("{path}:{number}: {}", line.trim()))
        .collect()
}
