//! Plans: which files a write adds and deletes, and what becomes of the card. Every plan that is made has been held
//! against `splits/`, so a test of the paths and the README is a test of what `datasets` finds.

#![allow(clippy::unwrap_used, reason = "a failed test should stop at once")]

use bytes::Bytes;
use serde_json::json;

use super::*;
use crate::{
    error::{Error, ErrorKind, Result},
    hub::{Entry, EntryKind},
    path::RepoId,
};

fn head(files: &[&str], readme: Option<&str>) -> Head {
    let file = |path: &&str| {
        let (path, size) = ((*path).to_owned(), 1000);
        Entry { oid: format!("old {path}"), path, kind: EntryKind::File, size }
    };
    Head {
        sha: "c0ffee".to_owned(),
        files: files.iter().map(file).collect(),
        readme: readme.map(|text| Bytes::copy_from_slice(text.as_bytes())),
        side_files: Vec::new(),
    }
}

/// A table of `count` files of ten rows each.
fn table(target: Target, count: usize) -> Table {
    let file = |number| TableFile {
        stored: StoredFile {
            path: format!("{number}"),
            size: 500,
            content: Content::Oid(format!("new {number}")),
        },
        num_rows: 10,
        num_bytes: 100,
    };
    Table { target, files: (0..count).map(file).collect(), columns: vec!["a".to_owned()], features: None }
}

fn path(path: &str) -> Target {
    Target::Path(path.to_owned())
}

fn split(config: Option<&str>, split: &str) -> Target {
    let (config, split) = (config.map(str::to_owned), split.to_owned());
    Target::Split { config, split, naming: Naming::Parts }
}

fn write(head: &Head, mode: Mode, tables: Vec<Table>) -> Result<Plan> {
    let repo = RepoId::dataset("user/name").unwrap();
    DatasetChange { mode, tables, ..DatasetChange::default() }.plan(&repo, head)
}

/// The paths of a plan, with `-` before those that go.
fn changes(plan: &Plan) -> Vec<String> {
    let added = plan.add.iter().map(|file| file.path.clone());
    added.chain(plan.delete.iter().map(|path| format!("-{path}"))).collect()
}

fn refused(result: Result<Plan>) -> Error {
    result.expect_err("this write should be refused")
}

#[test]
fn directories_of_the_three_splits_need_no_card() {
    let tables = vec![table(path("train"), 2), table(path("validation"), 1), table(path("dev/x"), 0)];
    let plan = write(&head(&[".gitattributes"], None), Mode::Error, tables).unwrap();
    assert_eq!(
        changes(&plan),
        ["train/part-00000.parquet", "train/part-00001.parquet", "validation/part-00000.parquet"]
    );
    assert_eq!(plan.readme, None);
    let root = write(&head(&["README.md"], Some("# x")), Mode::Error, vec![table(path(""), 1)]).unwrap();
    assert_eq!((changes(&root), root.readme), (vec!["part-00000.parquet".to_owned()], None));
    // A directory's name may be another word for a split.
    let dev =
        write(&head(&["train/part-00000.parquet"], None), Mode::Error, vec![table(path("dev"), 1)]).unwrap();
    assert_eq!(dev.readme, None);
}

#[test]
fn any_other_split_is_written_into_the_card() {
    let tables =
        vec![table(split(None, "train"), 1), table(split(None, "my_split"), 1), table(split(None, "dev"), 1)];
    let plan = write(&head(&["README.md"], Some("# Card\n")), Mode::Error, tables).unwrap();
    assert_eq!(
        plan.readme.as_deref(),
        Some(
            "---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: train/*.parquet\n  \
             - split: my_split\n    path: my_split/*.parquet\n  - split: dev\n    path: dev/*.parquet\n---\n# Card\n"
        )
    );
    // Without a card there is one then, and nothing else is in it.
    let plan = write(&head(&[], None), Mode::Error, vec![table(path("my-split"), 1)]).unwrap();
    let readme = plan.readme.unwrap();
    assert!(readme.contains("- split: my_split\n    path: my-split/*.parquet\n---\n"), "{readme}");
}

#[test]
fn what_was_a_split_stays_one() {
    // A directory `train` would hide the file at the root.
    let plan = write(&head(&["a.parquet"], None), Mode::Error, vec![table(path("train"), 1)]).unwrap();
    let readme = plan.readme.unwrap();
    assert!(
        readme.contains("- split: train\n    path:\n    - '*.parquet'\n    - train/*.parquet\n"),
        "{readme}"
    );
    // `data/` would hide every directory beside it.
    let shards = ["data/train-00000-of-00001.parquet", "data/test-00000-of-00001.parquet"];
    let plan = write(&head(&shards, None), Mode::Error, vec![table(split(None, "extra"), 1)]).unwrap();
    let readme = plan.readme.unwrap();
    for line in ["path: data/train-*.parquet", "path: data/test-*.parquet", "path: extra/*.parquet"] {
        assert!(readme.contains(line), "{readme}");
    }
    // A config of a name makes the nameless one need an entry.
    let plan = write(
        &head(&["train/part-00000.parquet"], None),
        Mode::Error,
        vec![table(split(Some("de"), "train"), 1)],
    )
    .unwrap();
    assert_eq!(changes(&plan), ["de/train/part-00000.parquet"]);
    let readme = plan.readme.unwrap();
    assert!(
        readme
            .contains("- config_name: default\n  data_files:\n  - split: train\n    path: train/*.parquet\n")
    );
    assert!(
        readme.contains("- config_name: de\n  data_files:\n  - split: train\n    path: de/train/*.parquet\n")
    );
}

const CARD: &str = "---
license: mit  # free
configs:
# English first
- config_name: en
  data_files:
  - split: train
    path: en/train/*   # all of it
  default: true
- config_name: de
  data_dir: de
dataset_info:
- config_name: en
  features:
  - name: a
    dtype: int64
  splits:
  - name: train
    num_bytes: 80
    num_examples: 30
  download_size: 1000
  dataset_size: 80
---
# Card
";

#[test]
fn a_card_is_changed_where_it_must_be_and_nowhere_else() {
    let files = ["README.md", "en/train/part-00000.parquet", "de/train.parquet"];
    // The pattern of the card takes the new file; its numbers are brought up to date.
    let more = write(&head(&files, Some(CARD)), Mode::Append, vec![table(path("en/train"), 1)]).unwrap();
    assert_eq!(changes(&more), ["en/train/part-00001.parquet"]);
    let expected = CARD
        .replace("    num_bytes: 80\n    num_examples: 30\n", "    num_bytes: 180\n    num_examples: 40\n")
        .replace("download_size: 1000\n  dataset_size: 80\n", "download_size: 1500\n  dataset_size: 180\n");
    assert_eq!(more.readme.as_deref(), Some(expected.as_str()));
    // A second split gets a line in the entry of its config.
    let test =
        write(&head(&files, Some(CARD)), Mode::Error, vec![table(split(Some("en"), "test"), 2)]).unwrap();
    let readme = test.readme.unwrap();
    assert!(
        readme.contains("    path: en/train/*   # all of it\n  - split: test\n    path: en/test/*.parquet\n  default: true\n"),
        "{readme}"
    );
    assert!(readme.contains("  - name: test\n    num_bytes: 200\n    num_examples: 20\n"), "{readme}");
    assert!(readme.starts_with("---\nlicense: mit  # free\nconfigs:\n# English first\n- config_name: en\n"));
    assert!(readme.ends_with("---\n# Card\n"));
    // An entry with a directory says the files of its splits then.
    let de =
        write(&head(&files, Some(CARD)), Mode::Error, vec![table(split(Some("de"), "extra"), 1)]).unwrap();
    let readme = de.readme.unwrap();
    assert!(!readme.contains("data_dir"), "{readme}");
    assert!(readme.contains("path: de/*.parquet") && readme.contains("path: de/extra/*.parquet"), "{readme}");
}

#[test]
fn declared_features_are_those_of_the_files() {
    let files = ["README.md", "en/train/part-00000.parquet", "de/train.parquet"];
    let other =
        |features| Table { columns: vec!["b".to_owned()], features, ..table(split(Some("en"), "train"), 1) };
    let error = refused(write(&head(&files, Some(CARD)), Mode::Append, vec![other(None)]));
    assert_eq!((error.kind(), error.get("split")), (ErrorKind::Invalid, Some("train")));
    assert!(error.message().contains("'b'"), "{error}");
    let features = json!({ "b": { "names": ["no", "yes"], "_type": "ClassLabel" } });
    let plan = write(&head(&files, Some(CARD)), Mode::Overwrite, vec![other(Some(features))]).unwrap();
    let readme = plan.readme.unwrap();
    assert!(
        readme.contains("  - name: b\n    dtype:\n      class_label:\n        names:\n          '0': 'no'\n"),
        "{readme}"
    );
    let plan = write(&head(&files, Some(CARD)), Mode::Overwrite, vec![other(None)]).unwrap();
    assert!(!plan.readme.unwrap().contains("features"));
}

#[test]
fn modes() {
    let files =
        ["train/part-00000.parquet", "train/part-00007.parquet", "train/x/y.parquet", "train/notes.txt"];
    let before = head(&files, None);
    let error = refused(write(&before, Mode::Error, vec![table(path("train"), 1)]));
    assert_eq!((error.kind(), error.get("path")), (ErrorKind::Conflict, Some("train")));
    let sentence = "There are 3 Parquet files already, such as 'train/part-00000.parquet'. Say mode: \"overwrite\" to replace \
                    them or mode: \"append\" to add to the table.";
    assert_eq!(error.message(), sentence);
    let append = write(&before, Mode::Append, vec![table(path("train"), 2)]).unwrap();
    assert_eq!(changes(&append), ["train/part-00008.parquet", "train/part-00009.parquet"]);
    let over = write(&before, Mode::Overwrite, vec![table(path("train"), 1)]).unwrap();
    assert_eq!(
        changes(&over),
        ["train/part-00000.parquet", "-train/part-00007.parquet", "-train/x/y.parquet"],
        "a file of the same name is replaced, and texts stay"
    );
    // Dask's own names count, too.
    let dask = head(&["train/part.9.parquet", "train/part.10.parquet"], None);
    let append = write(&dask, Mode::Append, vec![table(path("train"), 1)]).unwrap();
    assert_eq!(changes(&append), ["train/part-00011.parquet"]);
    // A split is replaced wherever its files are.
    let shards = head(&["data/train-00000-of-00001.parquet", "data/test-00000-of-00001.parquet"], None);
    let over = write(&shards, Mode::Overwrite, vec![table(split(None, "train"), 1)]).unwrap();
    assert_eq!(changes(&over), ["train/part-00000.parquet", "-data/train-00000-of-00001.parquet"]);
    let readme = over.readme.unwrap();
    assert!(
        readme.contains("path: data/test-*.parquet") && readme.contains("path: train/*.parquet"),
        "{readme}"
    );
    let shard = Target::Split { config: None, split: "train".to_owned(), naming: Naming::Shards };
    let over = write(&shards, Mode::Overwrite, vec![table(shard.clone(), 2)]).unwrap();
    assert_eq!(
        changes(&over),
        [
            "data/train-00000-of-00002.parquet",
            "data/train-00001-of-00002.parquet",
            "-data/train-00000-of-00001.parquet"
        ]
    );
    assert_eq!(over.readme, None);
    assert_eq!(refused(write(&shards, Mode::Append, vec![table(shard, 1)])).kind(), ErrorKind::Unsupported);
}

#[test]
fn what_datasets_could_not_read_is_not_written() {
    let csv = head(&["train.csv", "test.csv"], None);
    let error = refused(write(&csv, Mode::Error, vec![table(split(None, "extra"), 1)]));
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("csv"), "{error}");
    let text = head(&["train.txt"], None);
    let error = refused(write(&text, Mode::Error, vec![table(split(None, "train"), 1)]));
    let sentence = "There is a data file already, 'train.txt'. Say mode: \"overwrite\" to replace it.";
    assert_eq!((error.kind(), error.message()), (ErrorKind::Conflict, sentence));
    let over = write(&text, Mode::Overwrite, vec![table(split(None, "train"), 1)]).unwrap();
    assert_eq!(changes(&over), ["train/part-00000.parquet", "-train.txt"]);
    for (config, name) in [(None, "my-split"), (Some("a/b"), "train"), (None, "")] {
        let error = refused(write(&head(&[], None), Mode::Error, vec![table(split(config, name), 1)]));
        assert_eq!(error.kind(), ErrorKind::Invalid, "{config:?} {name:?}: {error}");
    }
    let broken = head(&["README.md"], Some("---\nconfigs: [\n---\n"));
    let error = refused(write(&broken, Mode::Error, vec![table(path("train"), 1)]));
    assert_eq!((error.kind(), error.get("file")), (ErrorKind::Invalid, Some("README.md")));
    // A file of its own overrides the card.
    let mut overridden = head(&[".huggingface.yaml", "x/a.parquet"], None);
    let yaml = "configs:\n- config_name: default\n  data_files: x/*.parquet\n";
    overridden.side_files = vec![(".huggingface.yaml", Bytes::from_static(yaml.as_bytes()))];
    let error = refused(write(&overridden, Mode::Error, vec![table(split(None, "test"), 1)]));
    assert!(error.message().contains(".huggingface.yaml"), "{error}");
}

#[test]
fn numbers_of_old_are_taken_out_of_dataset_infos_json() {
    let mut old = head(&["dataset_infos.json", "train/part-00000.parquet"], None);
    let infos = json!({ "default": { "description": "d", "splits": { "train": { "name": "train", "num_examples": 3 } } } });
    old.side_files = vec![("dataset_infos.json", infos.to_string().into())];
    let plan = write(&old, Mode::Append, vec![table(path("train"), 1)]).unwrap();
    let Some(StoredFile { content: Content::Inline(text), .. }) =
        plan.add.iter().find(|file| file.path == "dataset_infos.json")
    else {
        panic!("the file is not changed");
    };
    let left: serde_json::Value = serde_json::from_slice(text).unwrap();
    assert_eq!(left, json!({ "default": { "description": "d" } }));
}

#[test]
fn a_license_is_named_once() {
    let repo = RepoId::dataset("user/name").unwrap();
    let change =
        |tables| DatasetChange { tables, license: Some("mit".to_owned()), ..DatasetChange::default() };
    let plan = change(vec![table(path("train"), 1)]).plan(&repo, &head(&[], None)).unwrap();
    assert_eq!(plan.readme.as_deref(), Some("---\nlicense: mit\n---\n"));
    let there = head(&["README.md"], Some("---\nlicense: gpl-3.0\n---\n"));
    assert_eq!(change(vec![table(path("train"), 1)]).plan(&repo, &there).unwrap().readme, None);
}
