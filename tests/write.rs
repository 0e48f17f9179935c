//! What is written reads back: every fixture through the writer and the reader, against what pyarrow read of it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "fixtures/golden.rs"]
mod golden;
#[path = "common/memory_file.rs"]
mod memory_file;

use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use bytes::Bytes;
use golden::{Golden, fixtures};
use hubframe::parquet::{Codec, Finished, ParquetWriter, WriteOptions};
use memory_file::MemoryFile;

/// The names of all fixtures, relative to `repos/fixtures`.
fn all_fixtures() -> Vec<String> {
    fn walk(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, files) } else { files.push(path) }
        }
    }
    let root = fixtures().join("repos/fixtures");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let names = files.iter().map(|path| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
    let mut names: Vec<_> = names.filter(|name| name.ends_with(".parquet")).collect();
    names.sort();
    names
}

/// Whether this build has the codecs of the file.
fn readable(name: &str) -> bool {
    cfg!(feature = "whole") || !(name.ends_with("brotli.parquet") || name.ends_with("codecs/mixed.parquet"))
}

fn read(file: &mut MemoryFile) -> RecordBatch {
    let footer = file.footer().unwrap();
    file.rows(&footer, None, 0..footer.num_rows()).unwrap()
}

fn write(batch: &RecordBatch, options: &WriteOptions) -> hubframe::Result<(Bytes, Finished)> {
    let mut writer = ParquetWriter::new(&batch.schema(), options)?;
    writer.write(batch)?;
    let mut bytes: Vec<Bytes> = writer.take_bytes();
    let finished = writer.finish()?;
    bytes.extend(finished.bytes.iter().cloned());
    let bytes = Bytes::from(bytes.concat());
    assert_eq!(bytes.len() as u64, finished.size);
    Ok((bytes, finished))
}

#[test]
fn every_fixture_is_written_as_it_was_read() {
    let codecs = [Codec::Zstd, Codec::Snappy, Codec::Gzip, Codec::Lz4, Codec::Uncompressed];
    for (index, name) in all_fixtures().iter().filter(|name| readable(name)).enumerate() {
        let original = read(&mut MemoryFile::read(&fixtures().join("repos/fixtures").join(name)));
        if original.num_columns() == 0 {
            continue; // Rows without columns cannot be written, and are refused.
        }
        let options = WriteOptions {
            compression: codecs[index % codecs.len()],
            content_defined_chunking: index % 2 == 0,
            ..WriteOptions::default()
        };
        let (bytes, finished) = match write(&original, &options) {
            Ok(written) => written,
            Err(error) => panic!("{name}: {error}"),
        };
        assert_eq!(finished.num_rows, original.num_rows() as u64, "{name}");
        let mut file = MemoryFile::new(bytes);
        assert_all_optional(file.footer().unwrap().reader().schema(), name);
        Golden::of(&format!("fixtures/{name}")).assert_equals(&read(&mut file), name);
    }
}

fn assert_all_optional(schema: &Schema, name: &str) {
    for field in schema.fields() {
        assert!(field.is_nullable(), "{name}: {field}");
    }
}
