//! The Parquet layer over files in memory: every fixture reads as pyarrow read it, whole and in parts, and a part
//! costs no more bytes than the pages that hold it.

#![allow(clippy::single_range_in_vec_init, reason = "a list of one range is what is meant")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "fixtures/golden.rs"]
mod golden;
#[path = "common/memory_file.rs"]
mod memory_file;

use std::path::Path;

use bytes::Bytes;
use golden::{Golden, fixtures};
use hubframe::parquet::{Footer, FooterStep, row_groups, row_runs};
use memory_file::MemoryFile;

fn open(path: &str) -> MemoryFile {
    MemoryFile::read(&fixtures().join("repos/fixtures").join(path))
}

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

#[test]
fn every_fixture_reads_whole() {
    let names = all_fixtures();
    assert!(names.len() > 100, "the fixtures are missing");
    for name in names.iter().filter(|name| readable(name)) {
        let mut file = open(name);
        let footer = file.footer().unwrap();
        let rows = file.rows(&footer, None, 0..footer.num_rows()).unwrap();
        Golden::of(&format!("fixtures/{name}")).assert_equals(&rows, name);
    }
}

#[test]
fn every_fixture_reads_in_parts() {
    for name in all_fixtures().iter().filter(|name| readable(name)) {
        let mut file = open(name);
        let footer = file.footer().unwrap();
        let num_rows = footer.num_rows();
        let whole = file.rows(&footer, None, 0..num_rows).unwrap();
        let columns: Vec<_> = whole.schema().fields().iter().map(|field| field.name().clone()).collect();
        let last = columns.last().map(|name| vec![name.as_str()]).unwrap_or_default();
        let position = columns.len().saturating_sub(1);
        for rows in [0..num_rows.min(1), num_rows / 3..num_rows / 2, num_rows.saturating_sub(1)..num_rows] {
            let part = file.rows(&footer, Some(&last), rows.clone()).unwrap();
            assert_eq!(part.num_rows() as u64, rows.end - rows.start, "{name}");
            if let Some(column) = part.columns().first() {
                let expected = whole.column(position).slice(rows.start as usize, part.num_rows());
                assert_eq!(column, &expected, "{name}, rows {rows:?}");
            }
        }
    }
}

#[test]
fn columns_come_in_the_order_asked_for() {
    let mut file = open("pages/indexed.parquet");
    let footer = file.footer().unwrap();
    let names: Vec<_> = footer.reader().schema().fields().iter().map(|field| field.name().clone()).collect();
    let (first, third) = (names[0].as_str(), names[2].as_str());
    let rows = file.rows(&footer, Some(&[third, "no such column", first]), 0..10).unwrap();
    let schema = rows.schema();
    assert_eq!(schema.fields().iter().map(|field| field.name()).collect::<Vec<_>>(), [third, first]);
}

#[test]
fn a_page_index_saves_bytes() {
    let cost = |name: &str| {
        let mut file = open(name);
        let footer = file.footer().unwrap();
        file.read.clear();
        let rows = file.rows(&footer, None, 10_000..10_100).unwrap();
        assert_eq!(rows.num_rows(), 100);
        (file.bytes_read() * 100 / file.bytes.len() as u64, footer.row_group_lens().count())
    };
    let (indexed, groups) = cost("pages/indexed.parquet");
    let (unindexed, _) = cost("pages/unindexed.parquet");
    assert_eq!(groups, 4);
    assert!(indexed <= 5, "{indexed} % of the file was read for 100 of 20,000 rows");
    assert!((24..=27).contains(&unindexed), "{unindexed} % is not one of four row groups");
}

#[test]
fn a_footer_survives_the_journey_to_another_worker() {
    for name in ["pages/indexed.parquet", "types/nested.parquet", "pages/unindexed.parquet"] {
        let mut file = open(name);
        let footer = file.footer().unwrap();
        let FooterStep::Done(arrived) = Footer::decode(footer.file_len(), footer.known()).unwrap() else {
            panic!("{name}: the bytes that travel do not suffice");
        };
        assert_eq!(arrived.metadata().row_groups(), footer.metadata().row_groups());
        assert_eq!(arrived.metadata().page_index().is_some(), footer.metadata().page_index().is_some());
    }
}

#[test]
fn rows_are_cut_at_row_groups() {
    let mut file = open("pages/indexed.parquet");
    let footer = file.footer().unwrap();
    let lens: Vec<_> = footer.row_group_lens().collect();
    let wanted = row_groups(&footer, &(lens[0] - 5..lens[0] + lens[1]));
    assert_eq!(wanted.len(), 2);
    assert_eq!(
        (wanted[0].row_group, wanted[0].rows.clone(), wanted[0].whole),
        (0, lens[0] - 5..lens[0], false)
    );
    assert_eq!((wanted[1].row_group, wanted[1].rows.clone(), wanted[1].whole), (1, 0..lens[1], true));
    // All of it is far below what is worth a second task.
    assert_eq!(row_runs(&footer, &(7..1000), |_| true, |_| true), [7..1000]);
}

#[test]
fn damaged_files_are_refused() {
    let whole = open("pages/indexed.parquet").bytes;
    let footer_of = |bytes: &[u8]| MemoryFile::new(Bytes::copy_from_slice(bytes)).footer();
    for len in [0, 1, 7, 8, 100, whole.len() / 2, whole.len() - 1] {
        let error = footer_of(&whole[..len]).unwrap_err();
        assert_eq!(error.kind().code(), "corrupt", "{len} bytes: {error}");
    }
    let mut lying = whole.to_vec();
    let len = lying.len();
    lying[len - 8..len - 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(footer_of(&lying).unwrap_err().kind().code(), "corrupt");
    assert_eq!(footer_of(b"city,delay\nBern,3\nGenf,4\n").unwrap_err().kind().code(), "corrupt");
}

#[test]
fn brotli_is_named_when_it_is_missing() {
    let mut file = open("codecs/brotli.parquet");
    let footer = file.footer().unwrap();
    let read = file.rows(&footer, None, 0..1);
    if cfg!(feature = "whole") {
        assert_eq!(read.unwrap().num_rows(), 1);
    } else {
        let error = read.unwrap_err();
        assert_eq!((error.kind().code(), error.message().contains("brotli")), ("unsupported", true));
    }
}
