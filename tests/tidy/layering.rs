//! Which module of `src/` may import which: the table of modules in ARCHITECTURE.md, read from there.

use std::collections::{BTreeMap, BTreeSet};

use super::{SourceFile, assert_none, files, root};

/// Words of the JavaScript edge. The core names none of them, which is what keeps its tests native.
const EDGE_WORDS: [&str; 7] =
    ["wasm_bindgen", "js_sys", "web_sys", "gloo_net", "gloo_timers", "serde_wasm_bindgen", "JsValue"];

/// For each module, all that it may import.
type Layers = BTreeMap<String, BTreeSet<String>>;

#[test]
fn modules_import_only_what_architecture_md_allows() {
    let layers = layers(&std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap());
    let mut violations = Vec::new();
    for file in sources().iter().filter(|file| file.path != "src/lib.rs") {
        let module = module_of(&file.path);
        match layers.get(module) {
            None => {
                violations.push(format!("{}: ARCHITECTURE.md does not list the module {module}", file.path))
            }
            Some(allowed) => violations.extend(
                imports(file, &layers)
                    .into_iter()
                    .filter(|import| import != module && !allowed.contains(import))
                    .map(|import| format!("{}: {module} may not import {import}", file.path)),
            ),
        }
    }
    assert_none("imports against the layering", violations);
}

#[test]
fn architecture_md_lists_modules_that_exist() {
    let layers = layers(&std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap());
    let existing: BTreeSet<String> = sources().iter().map(|file| module_of(&file.path).to_owned()).collect();
    let gone = layers.into_keys().filter(|module| !existing.contains(module)).collect();
    assert_none("modules that ARCHITECTURE.md lists and src/ has not", gone);
}

#[test]
fn only_the_edge_names_javascript_or_the_target() {
    let mut violations = Vec::new();
    for file in sources().iter().filter(|file| module_of(&file.path) != "wasm") {
        for (number, line) in file.code() {
            let edge_word = words(line).any(|word| EDGE_WORDS.contains(&word));
            // The one line that makes the edge part of the crate.
            let is_the_switch = file.path == "src/lib.rs" && line == r#"#[cfg(target_arch = "wasm32")]"#;
            let target =
                words(line).any(|word| matches!(word, "target_arch" | "target_family" | "target_os"));
            if edge_word || (target && !is_the_switch) {
                violations.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    assert_none("the JavaScript edge outside src/wasm", violations);
}

#[test]
fn every_file_says_first_what_it_is() {
    let bare = |file: &SourceFile| !file.path.ends_with("/tests.rs") && !file.text.starts_with("//! ");
    let bare = sources().into_iter().filter(bare).map(|file| file.path).collect();
    assert_none("files without a `//!` paragraph at the top", bare);
}

#[test]
fn imports_are_found_however_they_are_written() {
    let layers = layers("| `a` | x | – |\n| `b` | x | `a` |\n| `c` | x | `b` |\n| `edge` | x | all |\n");
    assert_eq!(
        layers["c"],
        BTreeSet::from(["a".to_owned(), "b".to_owned()]),
        "imports of imports are allowed"
    );
    assert_eq!(layers["edge"].len(), 3);
    for (path, text, expected) in [
        ("src/a.rs", "use crate::b::C;", &["b"][..]),
        ("src/a.rs", "use crate::{\n    b::{C, D},\n    c,\n};", &["b", "c"]),
        ("src/a.rs", "let x = crate::c::f();", &["c"]),
        ("src/a.rs", "// crate::c::f()\nuse super::b;", &["b"]),
        ("src/a/mod.rs", "use super::c::X;", &["c"]),
        ("src/a/x.rs", "use super::c;\nuse super::super::b;", &["b"]),
        ("src/a.rs", "use crate::Result;", &[]),
    ] {
        let file = SourceFile { path: path.into(), text: text.into() };
        assert_eq!(imports(&file, &layers), expected.iter().map(|&name| name.into()).collect(), "{text}");
    }
}

fn sources() -> Vec<SourceFile> {
    files(|path| path.starts_with("src/") && path.ends_with(".rs"))
}

/// `src/http/retry.rs` and `src/http.rs` are of the module `http`.
fn module_of(path: &str) -> &str {
    let inner = path.trim_start_matches("src/");
    inner.split('/').next().unwrap().trim_end_matches(".rs")
}

/// Rows of the form ``| `module` | what | `import`, `import` |``; an import brings what it may import itself.
fn layers(architecture: &str) -> Layers {
    let mut layers = Layers::new();
    for row in architecture.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let quoted =
            |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
        let (name, imports) = (quoted(cells[1]), cells[3]);
        let mut allowed = quoted(imports);
        if imports == "all" {
            allowed.extend(layers.keys().cloned());
        }
        let further: Vec<String> = allowed.iter().flat_map(|import| layers[import].iter().cloned()).collect();
        allowed.extend(further);
        layers.insert(name.into_iter().next().unwrap(), allowed);
    }
    layers
}

/// The modules of the crate that a file names through `crate::` or a chain of `super::` to the crate's root.
fn imports(file: &SourceFile, layers: &Layers) -> BTreeSet<String> {
    let text = file.code().map(|(_, line)| line).collect::<Vec<_>>().join("\n");
    let depth = file.path.trim_start_matches("src/").trim_end_matches("/mod.rs").split('/').count();
    [String::from("crate::"), "super::".repeat(depth)]
        .iter()
        .flat_map(|prefix| text.split(prefix.as_str()).skip(1).flat_map(first_names).collect::<Vec<_>>())
        .filter(|name| layers.contains_key(*name))
        .map(str::to_owned)
        .collect()
}

/// The first segment of a path, or the first segments of all paths in `{…}`.
fn first_names(path: &str) -> Vec<&str> {
    let Some(group) = path.strip_prefix('{') else {
        return words(path).take(1).collect();
    };
    let mut depth = 0;
    let end = group.find(|c| {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        depth < 0
    });
    let mut names = Vec::new();
    let mut depth = 0;
    for item in group[..end.unwrap_or(group.len())].split_inclusive(['{', '}', ',']) {
        if depth == 0 {
            names.extend(words(item).next());
        }
        depth += match item.chars().last() {
            Some('{') => 1,
            Some('}') => -1,
            _ => 0,
        };
    }
    names
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}
