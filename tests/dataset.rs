//! Opening datasets on the local Hub: the strict answer, what is read instead, and what it costs.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use common::{fixtures, requests, session, session_with, wait};
use hubframe::frame::{DataFile, Dataset, FileSet, Frame, FrameSpec, InsteadOrigin, LayoutTable};
use hubframe::http::RetryPolicy;
use hubframe_hub::{Fault, FaultAction, FileSeed, Hub, RefSeed, RepoSeed, RunningHub, Source};

fn fixture(path: &str) -> FileSeed {
    FileSeed::Source(Source::File(fixtures().join("repos/fixtures").join(path)))
}

fn open(hub: &RunningHub, name: &str) -> hubframe::Result<Dataset> {
    wait(session(hub, None).dataset(name, None))
}

/// `config/split: files` of a layout, one line a split.
fn splits(layout: &LayoutTable) -> Vec<String> {
    let paths: Vec<&str> = layout.paths.split_terminator('\0').collect();
    let configs = layout.configs.iter();
    configs
        .flat_map(|config| config.splits.iter().map(move |split| (config, split)))
        .map(|(config, split)| {
            let files: Vec<&str> = split.files.iter().map(|&file| paths[file]).collect();
            format!("{}/{}: {}", config.name, split.name, files.join(" "))
        })
        .collect()
}

#[test]
fn configs_of_a_card() {
    let hub = Hub::builder().data(fixtures().join("repos")).start().unwrap();
    let dataset = open(&hub, "fixtures/configs").unwrap();
    let strict = dataset.strict.unwrap();
    assert_eq!(strict.builder, "parquet");
    let configs: Vec<_> = strict.configs.iter().map(|config| config.name.as_str()).collect();
    assert_eq!(configs, ["en", "fr"]);
    assert!(splits(&strict).iter().any(|split| split.contains("fr/data/0.parquet")), "{:?}", splits(&strict));
    // The commit, the listing and the README; the last is redirected on the Hub's own origin.
    assert_eq!(requests(&hub), 3);
    assert!(dataset.instead.is_none() && dataset.problem.is_none());
    // Every file has at least one rule.
    assert_eq!(strict.rule_ends.len(), strict.sizes.len());
    assert!(strict.file_rules.iter().all(|&rule| rule < strict.rules.len()));
}

#[test]
fn a_split_is_a_frame_whose_features_come_from_card_or_file() {
    let hub = Hub::builder().data(fixtures().join("repos")).start().unwrap();
    wait(async {
        let session = session(&hub, None);
        let dataset = session.dataset("hf://datasets/fixtures/labels", None).await.unwrap();
        let strict = dataset.strict.unwrap();
        let paths: Vec<&str> = strict.paths.split_terminator('\0').collect();
        let split = &strict.configs[0].splits[0];
        let files = split.files.iter().map(|&file| DataFile {
            path: paths[file].to_owned(),
            size: strict.sizes[file],
            ..DataFile::default()
        });
        let source = session
            .open_files(FileSet {
                repo_type: dataset.repo_type.to_owned(),
                repo: dataset.repo.clone(),
                sha: dataset.sha.clone(),
                files: files.collect(),
                features: strict.configs[0].features.clone(),
            })
            .await
            .unwrap();
        let label = source
            .schema
            .iter()
            .find_map(|column| column.feature.as_ref().filter(|f| f["_type"] == "ClassLabel"));
        assert!(label.is_some_and(|label| label["names"].is_array()), "{:?}", source.schema);
        let frame = Frame::new(session, FrameSpec::from(source)).unwrap();
        assert!(frame.count().await.unwrap() > 0);
    });
}

#[test]
fn other_formats_are_read_from_the_conversion_or_from_the_parquet_beside_them() {
    let converted = [("default/train/0000.parquet", fixture("dask/part.0.parquet"))];
    let partial = [
        ("default/partial-train/0000.parquet", fixture("dask/part.0.parquet")),
        ("default/partial-test/0000.parquet", fixture("dask/part.1.parquet")),
    ];
    let branch = |files: &[(&str, FileSeed)]| RefSeed::Files {
        files: files.iter().map(|(path, seed)| ((*path).to_owned(), seed.clone())).collect(),
    };
    let with_branch = |id: &str, files: &[(&str, FileSeed)]| {
        let mut seed = RepoSeed::new(id).file("train.csv", FileSeed::Text("a\n1\n".to_owned()));
        seed.refs.insert("refs/convert/parquet".to_owned(), branch(files));
        seed
    };
    let text = |text: &str| FileSeed::Text(text.to_owned());
    let hub = Hub::builder()
        .repo(with_branch("user/converted", &converted))
        .repo(with_branch("user/partial", &partial))
        .repo(RepoSeed::new("user/plain-csv").file("train.csv", text("a\n1\n")))
        .repo(
            RepoSeed::new("user/majority")
                .file("data.parquet", fixture("dask/part.0.parquet"))
                .file("a.json", text("{}"))
                .file("b.json", text("{}")),
        )
        .repo(
            RepoSeed::new("user/trap")
                .file("data.parquet", fixture("dask/part.0.parquet"))
                .file("test/test_load.py", text("pass")),
        )
        .start()
        .unwrap();
    let open = |name: &str| open(&hub, name).unwrap();

    let dataset = open("user/converted");
    assert_eq!(dataset.strict.unwrap().builder, "csv");
    let instead = dataset.instead.unwrap();
    assert_eq!((instead.origin, instead.partial.len()), (InsteadOrigin::Converted, 0));
    assert_eq!(splits(&instead.layout), ["default/train: default/train/0000.parquet"]);
    assert_ne!(instead.sha, dataset.sha);

    let instead = open("user/partial").instead.unwrap();
    assert_eq!(instead.partial, ["default"]);
    assert_eq!(splits(&instead.layout).len(), 2, "the branch is never read by keywords");

    let dataset = open("user/plain-csv");
    assert!(dataset.instead.is_none() && dataset.problem.is_none());

    let dataset = open("user/majority");
    assert_eq!(dataset.strict.unwrap().builder, "json");
    let instead = dataset.instead.unwrap();
    assert_eq!(instead.origin, InsteadOrigin::Repo);
    assert_eq!(splits(&instead.layout), ["default/train: data.parquet"]);

    let dataset = open("user/trap");
    assert!(dataset.strict.is_none());
    let problem = dataset.problem.unwrap().message;
    assert!(!problem.is_empty() && !problem.starts_with("resolve splits"), "{problem}");
    assert_eq!(splits(&dataset.instead.unwrap().layout), ["default/train: data.parquet"]);
}

#[test]
fn many_files_open_in_four_requests() {
    let hub = Hub::builder()
        .repo(RepoSeed::new("user/many").many(
            "data/train-{}.parquet",
            25_000,
            fixture("dask/part.0.parquet"),
        ))
        .start()
        .unwrap();
    // An unoptimised Hub takes its time over 25,000 files.
    let patient = session_with(&hub, None, RetryPolicy::default());
    let dataset = wait(patient.dataset("user/many", None)).unwrap();
    assert_eq!(dataset.strict.unwrap().configs[0].splits[0].files.len(), 25_000);
    // The commit, the first page, the absent README, and every file at once.
    assert_eq!(requests(&hub), 4);
}

#[test]
fn names_and_refusals() {
    let hub = Hub::builder().data(fixtures().join("repos")).start().unwrap();
    let code = |name: &str| open(&hub, name).unwrap_err().kind().code();
    assert_eq!(code("fixtures/nope"), "not_found");
    assert_eq!(code("fixtures/configs@nope"), "not_found");
    assert_eq!(code("squad"), "invalid");
    assert_eq!(code("hf://datasets/fixtures/configs/en"), "invalid");
    let main = open(&hub, "fixtures/configs@main").unwrap();
    assert_eq!(open(&hub, &format!("fixtures/configs@{}", main.sha)).unwrap(), main);
    // A fault on any of the requests is waited out.
    for step in 0..3 {
        hub.clear_faults();
        hub.fault(
            Fault::new(FaultAction::Status { status: 503, code: None, message: None }).after(step).count(1),
        );
        assert_eq!(open(&hub, "fixtures/configs").unwrap(), main, "503 at request {step}");
    }
}
