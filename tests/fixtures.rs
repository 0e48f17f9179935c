//! The fixtures mean the same to the `parquet` crate as to pyarrow, which wrote them and their golden values.
//! So a difference that a test of hubframe finds in them is hubframe's own.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "fixtures/golden.rs"]
mod golden;

use std::fs::File;
use std::path::{Path, PathBuf};

use golden::{Golden, fixtures};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

#[test]
fn every_fixture_reads_as_pyarrow_read_it() {
    let repos = fixtures().join("repos");
    let mut compared = 0;
    for path in parquet_files(&repos) {
        let name = path.strip_prefix(&repos).unwrap().to_str().unwrap();
        if cfg!(not(feature = "brotli"))
            && ["brotli.parquet", "mixed.parquet"].iter().any(|n| name.ends_with(n))
        {
            continue;
        }
        Golden::of(name).assert_equals(&read(&path), name);
        compared += 1;
    }
    assert!(compared > 90, "only {compared} fixtures were found");
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
