//! The fixtures mean the same to the `parquet` crate as to pyarrow, which wrote them and their golden values.
//! So a difference that a test of hubframe finds in them is hubframe's own.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "fixtures/golden.rs"]
mod golden;

use std::fs::File;
use std::path::{Path, PathBuf};

use golden::{Golden, fixtures};
use hubframe::features::Features;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

/// Columns whose Arrow type is not the same to both readers, though their values are: pyarrow reads date64 as date32
/// and dictionaries of large_string as those of string; the crate takes zones for UTC where seconds are stored as
/// milliseconds.
const OTHER_TYPES: [&str; 5] = ["date64", "city", "large_values", "timestamp_s_paris", "timestamp_s_offset"];

#[test]
fn every_fixture_reads_as_pyarrow_read_it() {
    let repos = fixtures().join("repos");
    let mut compared = 0;
    for path in parquet_files(&repos) {
        let name = path.strip_prefix(&repos).unwrap().to_str().unwrap();
        if cfg!(not(feature = "whole"))
            && ["brotli.parquet", "mixed.parquet"].iter().any(|n| name.ends_with(n))
        {
            continue;
        }
        Golden::of(name).assert_equals(&read(&path), name);
        compared += 1;
    }
    assert!(compared > 90, "only {compared} fixtures were found");
}

#[test]
fn every_fixture_has_the_features_that_datasets_sees() {
    let repos = fixtures().join("repos");
    let mut compared = 0;
    for path in parquet_files(&repos) {
        let name = path.strip_prefix(&repos).unwrap().to_str().unwrap();
        let golden = std::fs::read(fixtures().join(format!("golden/{name}.json"))).unwrap();
        let expected = &serde_json::from_slice::<Value>(&golden).unwrap()["features"];
        if expected.is_null() {
            continue;
        }
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap();
        let features = Features::from_arrow_schema(builder.schema()).unwrap();
        assert_eq!(columns(&features.to_json()), columns(expected), "{name}");
        compared += 1;
    }
    assert!(compared > 90, "only {compared} fixtures were compared");
}

/// Columns and their features as text, in order, without those that the two readers give other Arrow types.
fn columns(features: &Value) -> Vec<(String, String)> {
    let columns = features.as_object().unwrap().iter();
    columns
        .filter(|(name, _)| !OTHER_TYPES.contains(&name.as_str()))
        .map(|(name, feature)| (name.clone(), feature.to_string()))
        .collect()
}

fn parquet_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { parquet_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "parquet"))
        .collect()
}

fn read(path: &Path) -> arrow_array::RecordBatch {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let schema = builder.schema().clone();
    let batches: Vec<_> = builder.build().unwrap().collect::<Result<_, _>>().unwrap();
    arrow_select::concat::concat_batches(&schema, &batches).unwrap()
}
