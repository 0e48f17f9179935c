//! Whatever the pages of a file are like, rows read by prefixes are those read by whole column chunks.

mod arbitrary;
pub(in crate::parquet) mod handmade;

use std::{
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use bytes::Bytes;
use handmade::{DATA, dictionary, file, flat, flat_v2, header, index, repeated, repeated_v2};

use super::{Prefix, State, walk::Stop};
use crate::{
    error::Result,
    parquet::{Footer, FooterStep, KnownBytes, ReadOptions, ReadStep, Reader, row_groups},
};

fn footer(bytes: &Bytes) -> Footer {
    let known = vec![KnownBytes { start: 0, bytes: bytes.clone() }];
    match Footer::decode(bytes.len() as u64, known).unwrap() {
        FooterStep::Done(footer) => *footer,
        FooterStep::NeedsData(range) => panic!("{range:?} of a whole file is missing"),
    }
}

/// Reads rows of all columns, and says which ranges that took.
fn rows(bytes: &Bytes, footer: &Footer, rows: &Range<u64>) -> Result<(RecordBatch, Vec<Range<u64>>)> {
    let options = ReadOptions { row_groups: row_groups(footer, rows), ..ReadOptions::default() };
    let mut reader = Reader::new(footer, &options)?;
    let (mut batches, mut read) = (Vec::new(), Vec::new());
    loop {
        match reader.step()? {
            ReadStep::Batch(batch) => batches.push(batch),
            ReadStep::Finished => return Ok((concat_batches(reader.schema(), &batches).unwrap(), read)),
            ReadStep::NeedsData(ranges) => {
                for range in ranges {
                    reader.push(range.start, bytes.slice(range.start as usize..range.end as usize))?;
                    read.push(range);
                }
            }
        }
    }
}

/// A prefix that never gives up because it pays too little, and that gets its bytes in steps of `step`.
fn walked(bytes: &Bytes, footer: &Footer, row_group: usize, leaf: usize, end: u64, step: u64) -> Prefix {
    let mut prefix = Prefix::empty(footer, row_group, leaf, end).unwrap();
    let State::Walking(mut walk) = std::mem::replace(&mut prefix.state, State::Whole) else { return prefix };
    let mut known_end = prefix.chunk.start;
    loop {
        known_end = (known_end + step).min(prefix.chunk.end);
        prefix.bytes = bytes.slice(prefix.chunk.start as usize..known_end as usize);
        match walk.walk(&prefix.bytes, prefix.rows) {
            Ok(()) => {
                prefix.state = State::Walking(walk);
                prefix.finish();
                return prefix;
            }
            Err(Stop::Short(to)) if known_end < prefix.chunk.end => assert!(to > prefix.chunk.start),
            Err(_) => return prefix,
        }
    }
}

/// Asserts that rows read by prefixes are the same as `whole` has. Returns how many prefixes found their pages, and
/// how many did not.
fn compare(bytes: &Bytes, whole: &RecordBatch, wanted: &Range<u64>, step: u64, name: &str) -> (usize, usize) {
    let plain = footer(bytes);
    let prefixes: Vec<_> = row_groups(&plain, wanted)
        .iter()
        .filter(|group| !group.whole)
        .flat_map(|group| (0..whole_leaves(&plain)).map(move |leaf| (group.row_group, leaf, group.rows.end)))
        .map(|(group, leaf, end)| walked(bytes, &plain, group, leaf, end, step))
        .collect();
    let found = |prefix: &&Prefix| matches!(prefix.state, State::Found(_));
    let known: Vec<_> = prefixes.iter().filter(found).map(|p| (p.chunk.clone(), p.known_end())).collect();
    let count = (known.len(), prefixes.len() - known.len());
    let (part, read) = rows(bytes, &plain.with_prefixes(prefixes).unwrap(), wanted).unwrap();
    let expected = whole.slice(wanted.start as usize, (wanted.end - wanted.start) as usize);
    assert_eq!(part.columns(), expected.columns(), "{name}, rows {wanted:?}");
    for (chunk, known_end) in known {
        let inside = |range: &&Range<u64>| chunk.start <= range.start && range.start < chunk.end;
        for range in read.iter().filter(inside) {
            assert!(
                range.end <= known_end,
                "{name}: {range:?} is behind the prefix, which ends at {known_end}"
            );
        }
    }
    count
}

fn whole_leaves(footer: &Footer) -> usize {
    footer.metadata().file_metadata().schema_descr().num_columns()
}

/// The first rows of each row group of a file, in several lengths.
fn first_rows(footer: &Footer) -> Vec<Range<u64>> {
    let mut first = 0;
    let mut ranges = Vec::new();
    for len in footer.row_group_lens() {
        for end in [1, 100, len / 2, len.saturating_sub(1)] {
            ranges.push(first..first + end.min(len));
            ranges.push(first + end.min(len) / 2..first + end.min(len));
        }
        first += len;
    }
    ranges.retain(|range| !range.is_empty());
    ranges
}

#[test]
fn every_fixture_gives_the_same_rows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/repos/fixtures");
    let (mut found, mut given_up, mut folders) = (0, 0, vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "parquet") {
                let name = path.strip_prefix(&root).unwrap().display().to_string();
                let bytes = Bytes::from(std::fs::read(&path).unwrap());
                let plain = footer(&bytes);
                let whole = rows(&bytes, &plain, &(0..plain.num_rows()));
                // Builds without the brotli codec cannot read some.
                let Ok((whole, _)) = whole else { continue };
                for range in first_rows(&plain) {
                    let count = compare(&bytes, &whole, &range, 1000, &name);
                    (found, given_up) = (found + count.0, given_up + count.1);
                }
            }
        }
    }
    // Where they are given up, a column has repeated values and all rows but none behind them are wanted.
    assert!(found > 2000 && given_up * 10 < found, "{found} found, {given_up} given up");
}

/// Three rows a page, each a number.
fn flat_pages(range: Range<i32>) -> Vec<Vec<u8>> {
    range.map(|page| flat(&[page * 3, page * 3 + 1, page * 3 + 2])).collect()
}

/// Reads the first rows of a handmade file in every length. Returns how many prefixes found their pages, and how many
/// did not.
fn compare_handmade(column: &str, pages: &[Vec<u8>], num_rows: usize, num_values: usize) -> (usize, usize) {
    let bytes = file(column, pages, num_rows, num_values);
    let plain = footer(&bytes);
    let (whole, _) = rows(&bytes, &plain, &(0..num_rows as u64)).unwrap();
    assert_eq!(whole.num_rows(), num_rows);
    let mut count = (0, 0);
    for end in 1..num_rows as u64 {
        for step in [1, 7, 1000] {
            let (found, not) = compare(&bytes, &whole, &(end / 2..end), step, "handmade");
            count = (count.0 + found, count.1 + not);
        }
    }
    count
}

#[test]
fn pages_of_flat_columns_are_skipped_where_the_decoder_can_follow() {
    let required = |pages: &[Vec<u8>]| {
        let (found, given_up) = compare_handmade("required int32", pages, 12, 12);
        assert_eq!(found + given_up, 33);
        given_up == 0
    };
    let with = |place: usize, page: Vec<u8>| {
        let mut pages = flat_pages(0..4);
        pages.insert(place, page);
        pages
    };
    assert!(required(&flat_pages(0..4)));
    assert!(required(&[flat(&[1, 2]), flat_v2(&[3, 4, 5, 6]), flat(&[7]), flat_v2(&[8, 9, 10, 11, 12])]));
    assert!(required(&with(0, dictionary(&[4, 5]))), "a dictionary page that the footer does not mention");
    assert!(required(&with(1, index())));
    assert!(required(&with(2, flat(&[]))));
    // All before the first data page is the dictionary page to the decoder.
    assert!(!required(&with(0, flat(&[]))));
    let bytes = file("required int32", &with(0, index()), 12, 12);
    assert!(matches!(walked(&bytes, &footer(&bytes), 0, 0, 5, 1000).state, State::Whole));
}

#[test]
fn rows_of_repeated_values_may_cross_pages() {
    let in_rows = [(0, 1), (1, 2), (0, 3)];
    let across = [(1, 4), (0, 5), (1, 6), (1, 7)];
    for make in [repeated, repeated_v2] {
        let sound: Vec<_> = (0..4).map(|_| make(&in_rows)).collect();
        let (found, given_up) = compare_handmade("repeated int32", &sound, 8, 12);
        assert_eq!((found, given_up), (21, 0));
    }
    let pages = [repeated(&in_rows), repeated(&across), repeated(&in_rows), repeated(&across)];
    let (found, given_up) = compare_handmade("repeated int32", &pages, 6, 14);
    assert_eq!(
        (found, given_up),
        (3, 12),
        "only the first of two rows in the first page is sure to end there"
    );
}

#[test]
fn damaged_pages_never_give_other_rows() {
    let flat_file = file("required int32", &[flat_pages(0..2), vec![flat_v2(&[7, 8, 9])]].concat(), 9, 9);
    let pages = [repeated(&[(0, 1), (1, 2), (0, 3)]), repeated_v2(&[(0, 4), (0, 5), (1, 6)])];
    let repeated_file = file("repeated int32", &pages, 4, 6);
    let mut compared = 0;
    for bytes in [flat_file, repeated_file] {
        let (start, len) = footer(&bytes).metadata().row_group(0).column(0).byte_range();
        for place in start as usize..(start + len) as usize {
            for damage in [0x01, 0x02, 0x10, 0x80, 0xff] {
                let mut damaged = bytes.to_vec();
                damaged[place] ^= damage;
                compared += compare_damaged(&Bytes::from(damaged));
            }
        }
    }
    assert!(compared > 1000, "only {compared} damages went unnoticed");
}

/// Compares the first rows of a damaged file, where they can be read at all, and counts how often they could.
fn compare_damaged(bytes: &Bytes) -> usize {
    let plain = footer(bytes);
    let compare = |end: &u64| {
        let prefix = walked(bytes, &plain, 0, 0, *end, 1000);
        let prefixed = plain.clone().with_prefixes(vec![prefix]).unwrap();
        // Some damage the decoder only notices by a panic; that is not the matter here.
        let decoded = |footer: &Footer| {
            let rows = AssertUnwindSafe(|| rows(bytes, footer, &(0..*end)));
            catch_unwind(rows).ok()?.ok().map(|(rows, _)| rows)
        };
        let (Some(by_prefix), Some(by_chunk)) = (decoded(&prefixed), decoded(&plain)) else { return false };
        assert_eq!(by_prefix, by_chunk);
        true
    };
    (1..plain.num_rows()).filter(compare).count()
}

/// Reads a prefix as a scan does. Returns how often it was read, how many bytes that were, and whether the pages
/// were found.
fn read(bytes: &Bytes, end: u64) -> (u32, usize, bool) {
    let mut prefix = Prefix::new(&footer(bytes), 0, 0, end).unwrap();
    while let Some(missing) = prefix.missing() {
        prefix.push(&bytes.slice(missing.start as usize..missing.end as usize)).unwrap();
    }
    (prefix.reads, prefix.bytes.len(), matches!(prefix.state, State::Found(_)))
}

#[test]
fn prefixes_grow_only_when_they_are_short() {
    let page = |rows: i32, len: i32| [header(DATA, len, &[rows, 0, 3, 3]), vec![0; len as usize]].concat();
    let cost = |pages: &[Vec<u8>], num_rows: usize, end: u64| {
        read(&file("required int32", pages, num_rows, num_rows), end)
    };
    let (usual, first) = (1 << 20, (1 << 20) + (1 << 16));
    // Pages of the usual length and less are in the first read; of larger ones the header in it tells the length.
    assert_eq!(cost(&vec![page(1000, usual); 8], 8000, 100), (1, first, true));
    assert_eq!(cost(&vec![page(10, 4000); 2000], 20_000, 100), (1, first, true));
    let large = page(2000, usual * 2);
    assert_eq!(cost(&vec![large.clone(); 16], 32_000, 100), (2, large.len(), true));
    // Rows in the fourth page: the first says how far away that is.
    assert_eq!(cost(&vec![large.clone(); 16], 32_000, 7000), (2, large.len() * 4, true));
    // Half of the column chunk and more: all of it at once. One page alone: nothing can be skipped.
    let three = vec![page(1000, usual); 3];
    assert_eq!(cost(&three, 3000, 2000), (1, three.concat().len(), false));
    assert_eq!(cost(std::slice::from_ref(&large), 2000, 1), (1, large.len(), false));
    // Pages of one row, each longer than the one before: no read foretells the next, so the third one doubles.
    let rising: Vec<_> =
        (1..=30).map(|row| row * 10_000).chain([12_000_000]).map(|len| page(1, len)).collect();
    let (reads, len, found) = cost(&rising, 1000, 30);
    assert_eq!((reads, found), (3, true));
    assert!(len < 7_500_000, "{len} bytes for 4,650,000");
}
