#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use proptest::prelude::*;
use serde_json::Value;

use super::glob::Positions;
use super::*;

const URI_CASES: &str = include_str!("../../tests/fixtures/cases/hf-uri-cases.json");
const GLOB_CASES: &str = include_str!("../../tests/fixtures/cases/glob-cases.json");

#[test]
fn every_hf_uri_case() {
    let cases: Value = serde_json::from_str(URI_CASES).unwrap();
    for case in cases["cases"].as_array().unwrap() {
        let text = case["uri"].as_str().unwrap();
        let parsed = HfPath::parse(text);
        if case.get("error").is_some() {
            let message = parsed.expect_err(text).to_string();
            assert!(message.contains(text), "{message} does not name {text}");
            continue;
        }
        let parsed = parsed.unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(parsed.repo.repo_type().singular(), case["type"].as_str().unwrap(), "{text}");
        assert_eq!(parsed.repo.to_string(), case["id"].as_str().unwrap(), "{text}");
        assert_eq!(parsed.revision.as_deref(), case["revision"].as_str(), "{text}");
        assert_eq!(parsed.path, case["path"].as_str().unwrap(), "{text}");
        assert_eq!(
            HfPath::parse(&parsed.to_string()).unwrap().path,
            parsed.path,
            "{text} does not survive printing"
        );
    }
}

#[test]
fn every_glob_case() {
    let cases: Value = serde_json::from_str(GLOB_CASES).unwrap();
    let paths: Vec<&str> =
        cases["paths"].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
    for case in cases["patterns"].as_array().unwrap() {
        let pattern = case["pattern"].as_str().unwrap();
        let Some(expected) = case["matches"].as_array() else {
            assert!(Glob::new(pattern).unwrap_err().message().contains("'**'"), "{pattern}");
            continue;
        };
        let glob = Glob::new(pattern).unwrap();
        let matches: Vec<&str> = paths.iter().copied().filter(|path| glob.is_match(path)).collect();
        assert_eq!(
            matches,
            expected.iter().map(|path| path.as_str().unwrap()).collect::<Vec<_>>(),
            "{pattern}"
        );
    }
}

#[test]
fn a_path_prints_as_it_was_written() {
    for text in [
        "hf://datasets/me/demo",
        "hf://datasets/me/demo@main/a.csv",
        "hf://datasets/me/demo@feature%2Fx/a.csv",
        "hf://datasets/me/demo@refs%2Fpr%2F3",
        "hf://datasets/me/demo@refs/pr/3/a b#c?.txt",
        "hf://datasets/me/demo@~parquet/default/train/0000.parquet",
        "hf://me/model/config.json",
        "hf://models/datasets/x/y",
        "hf://models/space/x",
        "hf://buckets/me/b/x",
    ] {
        assert_eq!(HfPath::parse(text).unwrap().to_string(), text);
    }
    let mut path = HfPath::parse("hf://datasets/me/demo@feature%2Fx/a.csv").unwrap();
    path.revision = Some("100% new/x".to_owned());
    assert_eq!(
        path.to_string(),
        "hf://datasets/me/demo@100%25%20new%2Fx/a.csv",
        "a changed revision is escaped afresh"
    );
    assert_eq!(HfPath::parse("hf://models/me/model").unwrap().to_string(), "hf://me/model");
}

#[test]
fn the_revision_to_ask_for() {
    let revision = |text: &str| HfPath::parse(text).unwrap().resolved_revision().to_owned();
    assert_eq!(revision("hf://datasets/me/demo"), "main");
    assert_eq!(revision("hf://datasets/me/demo@~parquet/default"), "refs/convert/parquet");
    assert_eq!(revision("hf://datasets/me/demo@refs/convert/duckdb.v1/x"), "refs/convert/duckdb.v1");
    assert_eq!(revision("hf://datasets/me/demo@feature/x/a.csv"), "feature");
    assert_eq!(revision("hf://datasets/me/demo@refs/heads/main/x"), "refs");
}

#[test]
fn a_missing_namespace_is_explained() {
    for text in ["hf://datasets/squad/train.csv", "hf://gpt2/config.json", "hf://datasets/squad/*.parquet"] {
        let message = HfPath::parse(text).unwrap_err().to_string();
        assert!(message.contains("namespace is missing"), "{message}");
    }
    assert!(HfPath::parse("hf://datasets/squad").unwrap_err().message().contains("no namespace"));
    let escaped = HfPath::parse("hf://datasets/squad/train.csv@main").unwrap();
    assert_eq!((escaped.repo.name(), escaped.path.as_str()), ("train.csv", ""));
    let hint =
        HfPath::parse("hf://datasets/squad/plain_text/train.parquet").unwrap().not_found_hint().unwrap();
    assert!(hint.contains("'squad/plain_text' is read as the dataset id"), "{hint}");
    assert_eq!(HfPath::parse("hf://datasets/me/demo").unwrap().not_found_hint(), None);
}

#[test]
fn malformed_paths_say_what_to_write() {
    for (text, way_out) in [
        ("hf://", "name a repo"),
        ("hf://datasets", "datasets/namespace/name"),
        ("hf://dataset/me/demo", "hf://datasets/"),
        ("hf://dataset", "hf://datasets/"),
        ("hf://datasets/me/demo@", "remove the '@'"),
        ("hf://datasets/me/demo@/a", "remove the '@'"),
        ("hf://datasets/me/demo@dev//a", "doubled '/'"),
        ("hf://datasets/@main/x", "no namespace"),
        ("hf://buckets/me", "namespace/name"),
        ("hf://datasets/-me/demo", "starts and ends"),
        ("https://hf.co/me", "names no repo"),
        ("https://hf.co/dataset/me", "plural"),
        ("https://hf.co/buckets/me/b/blob/x", "tree"),
        ("me/demo", "hf://[datasets/]"),
    ] {
        let error = HfPath::parse(text).expect_err(text);
        assert!(error.message().contains(way_out), "{text}: {error}");
        assert_eq!(error.get("path"), Some(text));
    }
}

#[test]
fn web_addresses_of_other_hubs() {
    let endpoint = "http://user@LOCALHOST:8080/hf/";
    let path =
        HfPath::parse_with_endpoint("http://localhost:9999/hf/datasets/me/demo/tree/dev/a%2Fb#L1", endpoint)
            .unwrap();
    assert_eq!(
        (path.repo.to_string().as_str(), path.revision.as_deref(), &*path.path),
        ("me/demo", Some("dev"), "a%2Fb")
    );
    assert!(HfPath::parse("http://localhost:9999/hf/datasets/me/demo").is_err());
    let path = HfPath::parse("huggingface.co/me/model/resolve/refs/pr/4/a.json?download=true").unwrap();
    assert_eq!((path.resolved_revision(), path.path.as_str()), ("refs/pr/4", "a.json"));
    let path = HfPath::parse_with_endpoint("[::1]:80/me/model", "http://[::1]:80").unwrap_err();
    assert!(path.message().contains("starts with 'hf://'"));
}

#[test]
fn what_a_glob_needs_listed() {
    let listing = |pattern: &str| {
        let glob = Glob::new(pattern).unwrap();
        (glob.root().to_owned(), glob.is_recursive())
    };
    assert_eq!(listing("*.parquet"), (String::new(), false));
    assert_eq!(listing("**"), (String::new(), true));
    assert_eq!(listing("data/train-*"), ("data".to_owned(), false));
    assert_eq!(listing("data/en/x[0-9]/*.parquet"), ("data/en".to_owned(), true));
    assert_eq!(listing("a/b/c.parquet"), ("a/b".to_owned(), false));
    assert_eq!(listing("a/**"), ("a".to_owned(), true));
    assert!(has_magic("a?") && has_magic("[") && !has_magic("{a,b}"));
}

#[test]
fn a_hostile_pattern_costs_tokens_times_bytes() {
    let pattern = "*a".repeat(50) + "b";
    let path = "a".repeat(5000);
    let (matched, steps) = Glob::new(&pattern).unwrap().steps(&path, &mut Positions::default());
    assert!(!matched);
    assert!(steps <= 101 * 5001, "{steps}");
    let deep = "**/".repeat(100) + "x";
    let path = "a/".repeat(2000);
    assert!(Glob::new(&deep).unwrap().steps(&path, &mut Positions::default()).1 <= 101 * 4001);
}

/// `glob_translate`'s regular expression, matched by trying everything.
fn matches_by_definition(pattern: &[&str], path: &[char]) -> bool {
    let Some((segment, rest)) = pattern.split_first() else { return false };
    let is_last = rest.is_empty();
    match *segment {
        "**" if is_last => true,
        "**" => {
            let deeper = (1..path.len()).filter(|at| path[*at] == '/');
            matches_by_definition(rest, path)
                || deeper.into_iter().any(|at| matches_by_definition(rest, &path[at + 1..]))
        }
        _ => (0..=path.len()).any(|end| {
            let whole = segment_matches(segment, &path[..end], *segment == "*");
            whole
                && if is_last {
                    end == path.len()
                } else {
                    path.get(end) == Some(&'/') && matches_by_definition(rest, &path[end + 1..])
                }
        }),
    }
}

fn segment_matches(segment: &str, text: &[char], not_empty: bool) -> bool {
    match (segment.chars().next(), text.first()) {
        (None, _) => text.is_empty(),
        (Some('*'), _) if not_empty => !text.is_empty() && !text.contains(&'/'),
        (Some('*'), first) => {
            segment_matches(&segment[1..], text, false)
                || first.is_some_and(|c| *c != '/') && segment_matches(segment, &text[1..], false)
        }
        (Some('?'), Some(c)) => *c != '/' && segment_matches(&segment[1..], &text[1..], false),
        (Some('['), Some(c)) => {
            let (set, rest) = segment[1..].split_once(']').unwrap();
            (set.strip_prefix('!').map_or(set.contains(*c), |set| !set.contains(*c)))
                && segment_matches(rest, &text[1..], false)
        }
        (Some(expected), Some(c)) => {
            *c == expected && segment_matches(&segment[expected.len_utf8()..], &text[1..], false)
        }
        (Some(_), None) => false,
    }
}

proptest! {
    #[test]
    fn a_glob_matches_what_its_definition_says(
        pattern in r"(\*\*/)?([ab.é/]|\*[ab/]|\?|\[ab\]|\[!a\]){0,6}(/\*\*)?",
        path in "[ab.é/]{0,8}",
    ) {
        let glob = Glob::new(&pattern).unwrap();
        let segments: Vec<&str> = pattern.split('/').collect();
        let chars: Vec<char> = path.chars().collect();
        prop_assert_eq!(glob.is_match(&path), matches_by_definition(&segments, &chars), "{} on {}", pattern, path);
    }

    #[test]
    fn any_text_is_a_path_or_an_error(text in "(hf://|https://hf.co/|)(datasets/|buckets/|)\\PC{0,30}") {
        if let Ok(path) = HfPath::parse(&text) {
            let printed = path.to_string();
            let again = HfPath::parse(&printed).unwrap();
            prop_assert_eq!((&again.repo, &again.revision, &again.path), (&path.repo, &path.revision, &path.path));
        }
    }

    #[test]
    fn any_glob_answers_in_bounded_steps(pattern in "\\PC{0,40}|[*?\\[\\]!/a-]{0,40}", path in "\\PC{0,40}|[a/\\-\\]]{0,40}") {
        if let Ok(glob) = Glob::new(&pattern) {
            let (_, steps) = glob.steps(&path, &mut Positions::default());
            prop_assert!(steps <= (pattern.len() + 1) * (path.len() + 1));
        }
    }
}
