//! READMEs before and after, to the byte.

#![allow(clippy::unwrap_used, reason = "a failed test should stop at once")]

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{edit_metadata, read_metadata};
use crate::error::ErrorKind;

fn configs() -> Json {
    json!([{ "config_name": "default", "data_files": [{ "split": "my_split", "path": "my_split/*.parquet" }] }])
}

const CONFIGS: &str = "configs:
- config_name: default
  data_files:
  - split: my_split
    path: my_split/*.parquet";

fn with_configs(readme: &str) -> String {
    edit_metadata(Some(readme.as_bytes()), &[("configs", Some(configs()))]).unwrap()
}

#[test]
fn a_readme_without_front_matter_gets_one_and_keeps_every_byte() {
    assert_eq!(
        edit_metadata(None, &[("configs", Some(configs()))]).unwrap(),
        format!("---\n{CONFIGS}\n---\n")
    );
    let crlf = CONFIGS.replace('\n', "\r\n");
    for (readme, edited) in [
        ("", format!("---\n{CONFIGS}\n---\n")),
        ("# Card", format!("---\n{CONFIGS}\n---\n# Card")),
        ("\u{feff}# Card\n", format!("\u{feff}---\n{CONFIGS}\n---\n# Card\n")),
        ("# Card\r\nx\r\n", format!("---\r\n{crlf}\r\n---\r\n# Card\r\nx\r\n")),
        ("--- \na: b\n---\n", format!("---\n{CONFIGS}\n---\n--- \na: b\n---\n")),
        ("---\nnever: closed\n", format!("---\n{CONFIGS}\n---\n---\nnever: closed\n")),
    ] {
        assert_eq!(with_configs(readme), edited, "{readme:?}");
    }
}

#[test]
fn keys_come_after_the_last_one_and_everything_else_stays() {
    for (before, after) in [
        ("license: mit # free\n# the end", "license: mit # free\n{}\n# the end"),
        ("# top\nlicense: mit\n\n\ntags: [a,  b]\n", "# top\nlicense: mit\n\n\ntags: [a,  b]\n{}\n"),
        ("text: |\n  a\n   b\n\n", "text: |\n  a\n   b\n{}\n\n"),
        ("empty:", "empty:\n{}"),
        ("a: 'x: y'   ", "a: 'x: y'   \n{}"),
        ("# only a comment", "# only a comment\n{}"),
        ("", "{}"),
    ] {
        let readme = format!("\n---\n{before}\n---\t\n# Card --- \n---\n");
        let edited = format!("\n---\n{}\n---\t\n# Card --- \n---\n", after.replace("{}", CONFIGS));
        assert_eq!(with_configs(&readme), edited, "{before:?}");
        let crlf = |text: &str| text.replace('\n', "\r\n");
        // Behind a mark the fence must follow at once.
        let marked = |text: &str| format!("\u{feff}{}", crlf(text.trim_start()));
        assert_eq!(with_configs(&crlf(&readme)), crlf(&edited), "{before:?} with CRLF");
        assert_eq!(with_configs(&marked(&readme)), marked(&edited), "{before:?} with a mark");
    }
}

/// A card of three configs, each spelled in a way of its own.
const CARD: &str = "---
# who may use it
license: apache-2.0
configs:
# the first
- config_name: en      # English
  data_files:
  - split: train
    path: en/train.parquet   # one file
  - split: test
    path:
    - en/test-0.parquet
    - \"en/test-1.parquet\"
  default: true
- {config_name: de, data_files: de/*.parquet}
-   config_name: 'fr'
    # by directory
    data_dir: fr
tags: [ b, a ]
---
# Card
";

fn edited(change: impl FnOnce(&mut Json)) -> String {
    let mut metadata = Json::Object(read_metadata(Some(CARD.as_bytes())).unwrap());
    change(&mut metadata["configs"]);
    edit_metadata(Some(CARD.as_bytes()), &[("configs", Some(metadata["configs"].clone()))]).unwrap()
}

#[test]
fn only_what_differs_is_replaced() {
    assert_eq!(edited(|_| {}), CARD);
    for (change, from, to) in [
        (
            &(|configs: &mut Json| configs[0]["data_files"][0]["path"] = json!("train/*"))
                as &dyn Fn(&mut Json),
            "path: en/train.parquet   #",
            "path: train/*   #",
        ),
        (
            &|configs| configs[0]["data_files"][1]["path"] = json!(["a", "b c"]),
            "    path:\n    - en/test-0.parquet\n    - \"en/test-1.parquet\"\n",
            "    path:\n    - a\n    - 'b c'\n",
        ),
        (
            &|configs| {
                let splits = configs[0]["data_files"].as_array_mut().unwrap();
                splits.push(json!({ "split": "no", "path": "en/no-*" }));
            },
            "en/test-1.parquet\"\n",
            "en/test-1.parquet\"\n  - split: 'no'\n    path: en/no-*\n",
        ),
        (
            &|configs| drop(configs[0]["data_files"].as_array_mut().unwrap().remove(0)),
            "  - split: train\n    path: en/train.parquet   # one file\n",
            "",
        ),
        (
            &|configs| configs[0]["data_files"] = json!("x/**"),
            "  data_files:\n  - split: train\n    path: en/train.parquet   # one file\n  - split: test\n    path:\n    - en/test-0.parquet\n    - \"en/test-1.parquet\"\n",
            "  data_files: x/**\n",
        ),
        (&|configs| configs[1]["data_files"] = json!(["a"]), "\"de/*.parquet\"", "\"de/*.parquet\""),
        (
            &|configs| {
                let fr = configs[2].as_object_mut().unwrap();
                fr.remove("data_dir");
                fr.insert("data_files".to_owned(), json!("fr/**"));
            },
            "    # by directory\n    data_dir: fr\n",
            "    data_files: fr/**\n    # by directory\n",
        ),
        (&|configs| drop(configs.as_array_mut().unwrap().remove(0)), "", ""),
        (
            &|configs| {
                configs.as_array_mut().unwrap().push(json!({ "config_name": "2024", "data_dir": "x" }))
            },
            "    data_dir: fr\n",
            "    data_dir: fr\n- config_name: '2024'\n  data_dir: x\n",
        ),
    ] {
        let edited = edited(change);
        if CARD.contains(from) && !from.is_empty() {
            assert_eq!(edited, CARD.replacen(from, to, 1));
        } else {
            // A whole item goes, or is written anew; the rest of the card is as it was.
            assert!(
                edited.starts_with("---\n# who may use it\nlicense: apache-2.0\nconfigs:\n# the first\n")
            );
            assert!(
                edited.ends_with("    # by directory\n    data_dir: fr\ntags: [ b, a ]\n---\n# Card\n"),
                "{edited}"
            );
        }
    }
}

#[test]
fn keys_can_be_removed() {
    let without = edit_metadata(Some(CARD.as_bytes()), &[("configs", None)]).unwrap();
    assert_eq!(without, "---\n# who may use it\nlicense: apache-2.0\ntags: [ b, a ]\n---\n# Card\n");
    let last = edit_metadata(Some(b"---\na: 1\nb: 2\n---\n"), &[("b", None)]).unwrap();
    assert_eq!(last, "---\na: 1\n---\n");
}

#[test]
fn flow_style_stays_flow_style() {
    let edited = with_configs("---\n{license: mit, tags: [a]}\n---\n");
    assert!(edited.starts_with("---\n{license: mit, tags: [a], \"configs\": [{"), "{edited}");
    assert_eq!(with_configs("---\nconfigs: []\n---\n"), format!("---\n{CONFIGS}\n---\n"));
    assert_eq!(with_configs("---\nconfigs: # none yet\n---\n"), format!("---\n{CONFIGS} # none yet\n---\n"));
}

#[test]
fn what_cannot_be_edited_is_refused_with_a_way_out() {
    // The value of `other` would change with that of `configs`.
    let anchored = "---\nconfigs: &c\n- config_name: a\n  data_dir: a\nother: *c\n---\n";
    let error = edit_metadata(Some(anchored.as_bytes()), &[("configs", Some(configs()))]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(error.get("file"), Some("README.md"));
    for broken in ["---\na: [\n---\n", "---\n- a\n---\n"] {
        let error = edit_metadata(Some(broken.as_bytes()), &[("configs", Some(configs()))]).unwrap_err();
        assert_eq!((error.kind(), error.get("line")), (ErrorKind::Invalid, Some("2")), "{error}");
    }
}

#[test]
fn texts_are_quoted_where_yaml_would_read_something_else() {
    for text in [
        "no",
        "2023",
        "1_000",
        "2023-01-01",
        "~",
        "",
        " a",
        "a: b",
        "a #b",
        "*",
        "[x]",
        "it's",
        "a\nb",
        "é",
        "-",
        "=",
        "0x1f",
        "1e3",
        "null",
        "a,b",
        "{",
        "\u{7f}",
        "日本/x-*.parquet",
        "@x",
        "12:30:45",
        "<<",
    ] {
        let edited = edit_metadata(None, &[("configs", Some(json!({ "x": [text] })))]).unwrap();
        assert_eq!(
            read_metadata(Some(edited.as_bytes())).unwrap()["configs"],
            json!({ "x": [text] }),
            "{edited}"
        );
    }
}

proptest! {
    #[test]
    fn any_value_reads_back(value in any_value(), other in "[a-z]{1,6}") {
        let changes = [("configs", Some(json!({ "v": value })))];
        let fresh = edit_metadata(None, &changes).unwrap();
        prop_assert_eq!(&read_metadata(Some(fresh.as_bytes())).unwrap()["configs"]["v"], &value);
        // And once more in place of another value, beside a key that stays.
        let card = format!("---\nconfigs:\n  v: {other} # c\nlast: x # d\n---\nbody\n");
        let edited = edit_metadata(Some(card.as_bytes()), &changes).unwrap();
        prop_assert!(edited.ends_with("\nlast: x # d\n---\nbody\n"));
    }
}

fn any_value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        "[ -~é\\n]{0,8}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[a-z0-9 ]{1,5}", inner, 0..4)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}
