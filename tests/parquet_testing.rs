//! Apache's parquet-testing files: each one reads as the `parquet` crate reads it from memory, or is refused as it is.
//!
//! `PARQUET_TESTING` names a checkout of <https://github.com/apache/parquet-testing>; without it there is nothing to do.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "common/memory_file.rs"]
mod memory_file;

use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use bytes::Bytes;
use hubframe::{ErrorKind, Result};
use memory_file::MemoryFile;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// All `.parquet` files in a folder of the checkout, if there is one.
fn files(folder: &str) -> Vec<PathBuf> {
    let Some(root) = std::env::var_os("PARQUET_TESTING") else { return Vec::new() };
    let entries = std::fs::read_dir(Path::new(&root).join(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|ext| ext == "parquet")).collect();
    assert!(!files.is_empty(), "PARQUET_TESTING has no files in {folder}");
    files.sort();
    files
}

fn by_hubframe(path: &Path) -> Result<RecordBatch> {
    let mut file = MemoryFile::read(path);
    let footer = file.footer()?;
    file.rows(&footer, None, 0..footer.num_rows())
}

fn by_the_crate(path: &Path) -> parquet::errors::Result<RecordBatch> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(std::fs::read(path)?))?;
    let schema = builder.schema().clone();
    let batches = builder.build()?.collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(concat_batches(&schema, &batches)?)
}

/// What is wrong with how a file was read, if anything is.
fn complaint(path: &Path) -> Option<String> {
    let what = match (by_hubframe(path), by_the_crate(path)) {
        (Ok(ours), Ok(theirs)) if ours == theirs => return None,
        (Ok(_), Ok(_)) => "other rows than the parquet crate's".to_owned(),
        (Err(ours), Ok(_)) => format!("refused: {ours}"),
        (Ok(_), Err(theirs)) => format!("read, although the parquet crate says: {theirs}"),
        (Err(ours), Err(_)) if matches!(ours.kind(), ErrorKind::Corrupt | ErrorKind::Unsupported) => {
            return None;
        }
        (Err(ours), Err(_)) => format!("refused with kind {:?}: {ours}", ours.kind()),
    };
    Some(format!("{}: {what}", path.file_name()?.display()))
}

fn check(folder: &str) {
    let complaints: Vec<_> = files(folder).iter().filter_map(|path| complaint(path)).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn good_files_read_as_the_crate_reads_them() {
    check("data");
}

#[test]
fn bad_files_are_refused_without_a_panic() {
    check("bad_data");
}
