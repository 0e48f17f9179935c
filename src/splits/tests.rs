#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::error::{Error, ErrorKind};

const SHARED_CASES: &str = include_str!("../../tests/fixtures/cases/split-cases.json");
const ORACLE_CASES: &str = include_str!("../../tests/fixtures/cases/oracle-cases.json");

fn files(paths: &[&str]) -> Vec<RepoFile> {
    paths.iter().map(|path| RepoFile { path: (*path).to_owned(), size: 10 }).collect()
}

fn layout_of(paths: &[&str], readme: Option<&str>) -> Result<Layout> {
    let files = files(paths);
    let repo = RepoContents { files: &files, readme: readme.map(str::as_bytes), ..RepoContents::default() };
    layout(&repo, &LoadArgs::default())
}

/// `split: files` for every split of every config.
fn summary(layout: &Layout) -> Vec<String> {
    let of_config = |config: &Config| {
        let of_split = |split: &Split| {
            let paths: Vec<&str> = split.files.iter().map(|file| file.path.as_str()).collect();
            format!("{}/{}: {}", config.name, split.name, paths.join(" "))
        };
        config.splits.iter().map(of_split).collect::<Vec<_>>()
    };
    layout.configs.iter().flat_map(of_config).collect()
}

/// The answer to a case in the form in which the library's was recorded.
fn answer(case: &Value) -> Result<Value, String> {
    let strings = |value: &Value| -> Vec<String> {
        match value {
            Value::String(text) => vec![text.clone()],
            _ => value.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect(),
        }
    };
    let paths = strings(&case["files"]);
    let files = files(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    let zip_members = case["zip_members"].as_object().into_iter().flatten();
    let zip_members = zip_members.map(|(path, members)| (path.clone(), strings(members))).collect();
    let content = |name: &str| case["contents"][name].as_str().map(str::as_bytes);
    let repo = RepoContents {
        files: &files,
        readme: case["readme"].as_str().map(str::as_bytes),
        standalone_yaml: content(SIDE_FILES[0]),
        dataset_infos: content(SIDE_FILES[1]),
        zip_members: &zip_members,
        ..RepoContents::default()
    };
    let data_files = match &case["args"]["data_files"] {
        Value::Null => None,
        Value::Object(splits) => {
            Some(splits.iter().map(|(name, patterns)| (name.clone(), strings(patterns))).collect())
        }
        patterns => Some(vec![("train".to_owned(), strings(patterns))]),
    };
    let args = LoadArgs { data_dir: case["args"]["data_dir"].as_str().map(str::to_owned), data_files };
    let layout = layout(&repo, &args).map_err(|error| error.to_string())?;
    let configs = layout.configs.iter().map(|config| match &config.problem {
        Some(problem) => Err(problem.clone()),
        None => Ok(recorded_form(config)),
    });
    let configs = configs.collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "builder": layout.builder, "default_config": layout.default_config, "configs": configs }))
}

fn recorded_form(config: &Config) -> Value {
    let splits = config.splits.iter().map(|split| {
        let paths: Vec<&str> = split.files.iter().map(|file| file.path.as_str()).collect();
        json!({ "split": split.name, "files": paths })
    });
    let mut form = json!({ "config_name": config.name, "default": config.is_default, "splits": splits.collect::<Vec<_>>() });
    if let Some(names) = &config.declared_splits {
        form["split_names"] = json!(names);
    }
    form
}

fn check_cases(text: &str) {
    let cases: Vec<Value> = serde_json::from_str(text).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        // What holds on the Hub outranks what holds for a local folder.
        let on_hub = case.get("on_hub");
        let recorded = on_hub.filter(|on_hub| on_hub.get("builder").is_some());
        let expected =
            recorded.or_else(|| on_hub.unwrap_or(case).get("expected")).cloned().map(|mut expected| {
                expected.as_object_mut().unwrap().remove("load_without_config_name_error");
                expected
            });
        let answer = answer(case);
        if answer.as_ref().ok() != expected.as_ref() {
            wrong.push(format!("{}: expected {expected:?}, got {answer:?}", case["name"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn every_shared_case() {
    check_cases(SHARED_CASES);
}

#[test]
fn every_random_case_that_the_library_answered() {
    check_cases(ORACLE_CASES);
}

#[test]
fn an_error_names_the_line_and_the_way_out() {
    let readme = |yaml: &str| format!("---\nlicense: mit\n{yaml}\n---\n# Card\n");
    for (yaml, line, says) in [
        ("configs:\n- config_name: no\n  data_files: a.parquet", "4", "put it in quotes"),
        ("configs:\n- config_name: a/b", "4", "'/'"),
        ("configs:\n- data_files: a.parquet", "4", "config_name"),
        ("configs: x", "3", "must be a list"),
        (
            "configs:\n- config_name: x\n  data_files:\n  - split: my-split\n    path: a.parquet",
            "6",
            "no dash",
        ),
        ("configs:\n- config_name: x\n  data_files:\n  - split: 2023\n    path: a.parquet", "6", "in quotes"),
        ("configs:\n- config_name: x\n  data_files: {train: a.parquet}", "5", "'split' and 'path'"),
        ("configs:\n- config_name: x\n  data_files:", "5", "remove the key"),
        ("configs:\n- config_name: x\n  data_files: en", "5", "'en/*'"),
        ("configs:\n- config_name: x\n  data_files: '{a,b}.parquet'", "5", "braces"),
        ("configs:\n- config_name: x\n  data_files: /a.parquet", "5", "relative"),
        ("configs:\n- config_name: x\n  data_files: hf://datasets/a/b/c.parquet", "5", "relative"),
        ("configs:\n- config_name: x\n  data_files: './a.parquet'", "5", "'./'"),
        ("configs:\n- config_name: x\n  data_files: a.parq", "5", "did you mean 'a.parquet'"),
        ("configs:\n- config_name: x\n  data_files: '**.parquet'", "5", "'**'"),
        ("configs:\n- config_name: x\n  data_files: a//b", "5", "doubled"),
        ("configs:\n- config_name: x\n  data_dir: nope", "4", "'nope'"),
        ("configs:\n- config_name: x\n  default: true\n- config_name: y\n  default: yes", "6", "claim"),
        ("dataset_info:\n  features:\n  - name: a\n    dtype: not_a_dtype", "6", "'NotADtype'"),
        ("dataset_info:\n  splits:\n  - train", "5", "num_bytes"),
        ("2023: x", "3", "must be a text"),
    ] {
        let error =
            layout_of(&["a.parquet", "en/b.parquet", "README.md"], Some(&readme(yaml))).expect_err(yaml);
        assert_eq!(
            (error.get("file"), error.get("line")),
            (Some("README.md"), Some(line)),
            "{yaml}: {error}"
        );
        assert!(error.message().contains(says), "{yaml}: {error}");
    }
}

#[test]
fn an_error_without_a_readme_names_the_file() {
    let error = layout_of(&["data/my-split-00000-of-00001.csv"], None).unwrap_err();
    assert_eq!(
        (error.kind(), error.get("file")),
        (ErrorKind::Invalid, Some("data/my-split-00000-of-00001.csv"))
    );
    assert_eq!(layout_of(&["README.md", ".gitattributes"], None).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(layout_of(&["model.bin"], None).unwrap_err().kind(), ErrorKind::Unsupported);
    assert!(
        layout_of(&["train.csv", "test.tsv"], None)
            .unwrap_err()
            .message()
            .contains("'test' is csv with tabs")
    );
    assert!(layout_of(&["a.zip"], None).unwrap_err().message().contains("archives"));
    let id = RepoId::dataset("me/demo").unwrap();
    let files = files(&["demo.py", "a.parquet"]);
    let repo = RepoContents { id: Some(&id), files: &files, ..RepoContents::default() };
    assert!(layout(&repo, &LoadArgs::default()).unwrap_err().message().contains("loading script"));
}

#[test]
fn one_bad_config_leaves_the_others() {
    let readme = "---\nconfigs:\n- config_name: en\n  data_files: en/*\n- config_name: fr\n  data_files: fr.parquet\n---\n";
    let layout = layout_of(&["en/a.parquet", "README.md"], Some(readme)).unwrap();
    assert_eq!(summary(&layout), ["en/train: en/a.parquet"]);
    assert!(layout.config(Some("fr")).unwrap().problem.as_ref().unwrap().contains("line: 6"));
}

#[test]
fn every_file_has_its_rule() {
    let reason = |layout: &Layout, path: &str| {
        let file = layout.files.iter().find(|file| file.path == path).unwrap();
        file.rules.iter().map(|rule| layout.rules[*rule].clone()).collect::<Vec<_>>()
    };
    let layout = layout_of(
        &[
            "train/my-train/0.parquet",
            "test.parquet",
            "README.md",
            ".x/y.parquet",
            "__a__/b.parquet",
            "train/n.xyz",
            "train/a.csv",
        ],
        None,
    )
    .unwrap();
    let placed = reason(&layout, "train/my-train/0.parquet");
    assert_eq!(placed.len(), 2, "it matches two patterns of one split");
    assert_eq!(placed[0].placed.as_ref().unwrap().pattern, "**/train/**");
    assert!(placed[0].reason.contains("Directories named after splits"));
    for (path, says) in [
        ("test.parquet", "Directories named after splits"),
        ("README.md", "never data"),
        (".x/y.parquet", "dot"),
        ("__a__/b.parquet", "underscores"),
        ("train/n.xyz", "no data format"),
        ("train/a.csv", "parquet"),
    ] {
        let rules = reason(&layout, path);
        assert!(rules[0].placed.is_none() && rules[0].reason.contains(says), "{path}: {rules:?}");
    }
    let readme = "---\nconfigs:\n- config_name: x\n  data_files: a.parquet\n---\n";
    let layout = layout_of(&["a.parquet", "b.parquet", "README.md"], Some(readme)).unwrap();
    assert!(reason(&layout, "a.parquet")[0].reason.contains("line 4"));
    assert!(reason(&layout, "b.parquet")[0].reason.contains("No config"));
}

#[test]
fn what_the_card_declares_is_passed_on() {
    let readme = "---\ndataset_info:\n  features:\n  - name: z\n    dtype: image\n  - name: label\n    dtype:\n      class_label:\n        \
                  names:\n          '0': neg\n          '1': pos\n  - name: a\n    list: int32\n    length: 2\n  - name: s\n    \
                  sequence:\n    - name: t\n      dtype: string\n  splits:\n  - name: train\n    num_bytes: 8\n    num_examples: \
                  12\n---\n";
    let layout = layout_of(&["train.parquet", "test.parquet", "README.md"], Some(readme)).unwrap();
    let config = layout.config(None).unwrap();
    assert_eq!(config.declared_splits.as_deref(), Some(["train".to_owned()].as_slice()));
    assert_eq!(
        (config.splits[0].num_rows, config.splits[1].num_rows, config.splits[0].num_bytes),
        (Some(12), None, 10)
    );
    assert_eq!(
        config.features.as_ref().unwrap().to_string(),
        concat!(
            r#"{"z":{"_type":"Image"},"label":{"names":["neg","pos"],"_type":"ClassLabel"},"#,
            r#""a":{"feature":{"dtype":"int32","_type":"Value"},"length":2,"_type":"List"},"#,
            r#""s":{"t":{"feature":{"dtype":"string","_type":"Value"},"_type":"List"}}}"#
        ),
    );
    let json = serde_json::to_value(&layout).unwrap();
    assert_eq!(
        json["configs"][0]["splits"][0],
        json!({
            "name": "train", "files": [{ "path": "train.parquet", "size": 10 }], "numBytes": 10, "numRows": 12
        })
    );
    assert_eq!((&json["defaultConfig"], &json["configs"][0]["isDefault"]), (&json!("default"), &json!(true)));
}

#[test]
fn parquet_is_offered_where_the_strict_answer_is_something_else() {
    let files = files(&["data.parquet", "a.json", "b.json", "test/test_load.py"]);
    let repo = RepoContents { files: &files, ..RepoContents::default() };
    assert_eq!(
        layout(&repo, &LoadArgs::default()).unwrap_err().kind(),
        ErrorKind::Unsupported,
        "test/ takes over"
    );
    let offered = parquet_layout(&repo, &LoadArgs::default()).unwrap();
    assert_eq!(summary(&offered), ["default/train: data.parquet"]);
    let repo = RepoContents { files: &files[1..], ..repo };
    assert_eq!(parquet_layout(&repo, &LoadArgs::default()).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn the_converted_branch_is_read_by_its_own_names() {
    let files = files(&[
        "en/test/0000.parquet",
        "en/train/0001.parquet",
        "en/train/0000.parquet",
        "en/train-part1/0000.parquet",
        "en/train-part10/0000.parquet",
        "en/train-part2/0000.parquet",
        "en/extra/0000.parquet",
        "fr/partial-train/0000.parquet",
        "fr/partial-test/0000.parquet",
        ".gitattributes",
        "en/train/notes.parquet",
    ]);
    let Converted { layout, partial } = converted(&files, None);
    assert_eq!(
        summary(&layout),
        [
            "en/train: en/train/0000.parquet en/train/0001.parquet en/train-part1/0000.parquet en/train-part2/0000.parquet \
             en/train-part10/0000.parquet",
            "en/test: en/test/0000.parquet",
            "en/extra: en/extra/0000.parquet",
            "fr/train: fr/partial-train/0000.parquet",
            "fr/test: fr/partial-test/0000.parquet",
        ]
    );
    assert_eq!((partial, layout.default_config.clone()), (vec!["fr".to_owned()], None));
    assert_eq!(converted(&files, Some("fr")).layout.default_config.as_deref(), Some("fr"));
    let report = |path: &str| layout.files.iter().find(|file| file.path == path).unwrap().rules[0];
    assert_eq!((report(".gitattributes"), report("en/train/notes.parquet")), (0, 0));
    assert!(layout.rules[report("fr/partial-train/0000.parquet")].reason.starts_with("The first rows"));
}

#[test]
fn hostile_readmes_are_errors() {
    let with = |readme: &[u8]| {
        let files = files(&["a.parquet", "README.md"]);
        layout(
            &RepoContents { files: &files, readme: Some(readme), ..RepoContents::default() },
            &LoadArgs::default(),
        )
    };
    assert_eq!(with(b"---\nx: \xff\n---\n").unwrap_err().get("line"), Some("2"));
    let megabytes = format!("---\nx: {}\n---\n", "y ".repeat(1_500_000));
    assert_eq!(with(megabytes.as_bytes()).unwrap_err().kind(), ErrorKind::Limit);
    assert!(with("\u{feff}---\nlicense: mit\n---\n".as_bytes()).is_ok());
    let deep = format!("---\nx: {}\n---\n", "[".repeat(100_000));
    assert_eq!(with(deep.as_bytes()).unwrap_err().kind(), ErrorKind::Limit);
}

#[test]
fn work_is_bounded_by_files_times_patterns() {
    let paths: Vec<String> =
        (0..20_000).map(|at| format!("part-{}/shard-{at:05}.parquet", at % 100)).collect();
    let files = files(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    let listing = patterns::Listing::new(&files);
    ladder::default_patterns(&listing, "").unwrap().unwrap();
    assert!(listing.checks() <= 65 * files.len(), "{} checks", listing.checks());

    let refused = (0..5000).find_map(|_| listing.matches("", "**").err()).unwrap();
    assert_eq!(refused.kind(), ErrorKind::Limit, "no card may cost more than a hundred million checks");

    let configs: String = (0..300).map(|at| format!("- config_name: c{at}\n  data_files: '**'\n")).collect();
    let readme = format!("---\nconfigs:\n{configs}---\n");
    let repo = RepoContents { files: &files, readme: Some(readme.as_bytes()), ..RepoContents::default() };
    let layout = layout(&repo, &LoadArgs::default()).unwrap();
    let limited = |config: &&Config| {
        config.problem.as_ref().is_some_and(|problem| problem.contains("too many patterns"))
    };
    assert_eq!(
        layout.configs.iter().filter(limited).count(),
        201,
        "two million files are placed, and no more"
    );

    let configs: String = (0..10_000).map(|at| format!("- config_name: c{at}\n")).collect();
    let readme = format!("---\nconfigs:\n{configs}---\n");
    let repo = RepoContents { readme: Some(readme.as_bytes()), ..repo };
    let args = LoadArgs { data_dir: Some("part-7".to_owned()), ..LoadArgs::default() };
    let refused = super::layout(&repo, &args).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Limit, "200 files in each of 10,000 configs");
}

fn check_whole(layout: &Layout, paths: &HashSet<String>) {
    let reported: HashSet<&String> = layout.files.iter().map(|file| &file.path).collect();
    assert_eq!(reported.len(), layout.files.len(), "a file is reported once");
    assert_eq!(reported.len(), paths.len(), "every file is reported");
    for file in &layout.files {
        let placements = file.rules.iter().filter(|rule| layout.rules[**rule].placed.is_some()).count();
        let placed = layout.configs.iter().flat_map(|config| &config.splits).flat_map(|split| &split.files);
        assert_eq!(placements, placed.filter(|placed| placed.path == file.path).count(), "{}", file.path);
        assert!(!file.rules.is_empty());
    }
}

fn answered(paths: HashSet<String>, readme: Option<&[u8]>) -> Result<(), Error> {
    let files: Vec<RepoFile> = paths.iter().map(|path| RepoFile { path: path.clone(), size: 1 }).collect();
    let repo = RepoContents {
        files: &files,
        readme,
        standalone_yaml: readme,
        dataset_infos: readme,
        ..RepoContents::default()
    };
    for repo in [repo, RepoContents { standalone_yaml: None, dataset_infos: None, ..repo }] {
        check_whole(&layout(&repo, &LoadArgs::default())?, &paths);
    }
    check_whole(&converted(&files, None).layout, &paths);
    Ok(())
}

fn any_paths() -> impl Strategy<Value = HashSet<String>> {
    let segment = prop_oneof!["\\PC{1,8}", "(data|train|test|dev|[.]x|__y)([-._ 0-9]|é){0,2}(train|test)?"];
    let name = prop_oneof![
        "\\PC{0,12}",
        "[a-zé]{0,3}[-._]?(train|test)?-0000[0-9]-of-00001[.](parquet|csv)",
        "[a-z]{1,3}[.](parquet|csv|zip|png|xyz)"
    ];
    let path = (prop::collection::vec(segment, 0..3), name).prop_map(|(mut segments, name)| {
        segments.push(name);
        segments.join("/")
    });
    prop::collection::hash_set(path, 0..12)
}

fn any_readme() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just("configs:".to_owned()),
        "- config_name: [a-z]{0,2}",
        "  data_files: (\\PC{0,6}|[*a-z./]{1,8})",
        "  - split: [a-zé.-]{0,4}",
        "    path: [*a-z./\\[\\]!?]{0,8}",
        "  data_dir: [a-z./*]{0,5}",
        "dataset_info:",
        "  features:",
        "  - name: [a-z]",
        "    dtype: [a-z0-9\\[\\]]{0,8}",
        "\\PC{0,12}",
        "[&*!|>{}\\[\\],:'\"# a-]{0,8}",
    ];
    let text = prop::collection::vec(line, 0..12)
        .prop_map(|lines| format!("---\n{}\n---\n", lines.join("\n")).into_bytes());
    prop_oneof![4 => text, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_repo_has_an_answer_or_an_error(paths in any_paths(), readme in prop::option::of(any_readme())) {
        if let Err(error) = answered(paths, readme.as_deref()) {
            prop_assert!(!error.message().is_empty());
            prop_assert_ne!(error.kind(), ErrorKind::Internal);
        }
    }
}

#[test]
fn names_of_local_files_mean_splits() {
    let guess =
        |paths: &[&str]| guess_splits(&paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>());
    assert_eq!(guess(&["birdstrikes.csv", "movies.json"]), ["train", "train"]);
    assert_eq!(guess(&["train.csv", "my_test-2.jsonl", "dev"]), ["train", "test", "validation"]);
    // Directories outrank names, and what they leave out has to go somewhere.
    assert_eq!(guess(&["test/a.csv", "train/b.csv", "c_test.csv"]), ["test", "train", "train"]);
    assert!(guess(&[]).is_empty());
}
