//! A filtered read gives what an unfiltered read and an evaluation give, whatever statistics, page indexes and Bloom
//! filters there are to prune by; and it costs less.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "common/memory_file.rs"]
mod memory_file;
mod random;

use std::{collections::BTreeMap, path::Path};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Fields};
use arrow_select::{concat::concat_batches, filter::filter_record_batch};
use hubframe::{
    expr::{Expr, Missing, Verdict, col},
    parquet::{
        Filter, Footer, FooterStep, KnownBytes, Lookup, Pruned, PrunedBy, ReadOptions, ReadStep, Reader,
        row_groups,
    },
};
use memory_file::MemoryFile;
use proptest::prelude::*;
use random::Random;

fn fixture(name: &str) -> MemoryFile {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/repos/fixtures");
    MemoryFile::read(&folder.join(name))
}

/// The footer with everything else that lies in the file, or alone.
fn footer_of(file: &mut MemoryFile, whole: bool) -> Footer {
    let len = file.bytes.len() as u64;
    let mut next = if whole { 0..len } else { len - 8..len };
    let mut known = Vec::new();
    loop {
        known.push(KnownBytes { start: next.start, bytes: file.slice(&next) });
        match Footer::decode(len, known.clone()).unwrap() {
            FooterStep::Done(footer) => return *footer,
            FooterStep::NeedsData(range) => next = range,
        }
    }
}

/// Reads as a scan does: what is foreseen first, and then what the decoder still asks for.
fn read(file: &mut MemoryFile, footer: &Footer, options: &ReadOptions) -> RecordBatch {
    let mut reader = Reader::new(footer, options).unwrap();
    let mut batches = Vec::new();
    let mut needed = Vec::new();
    while let Some(ranges) = reader.take_ahead() {
        needed.extend(ranges);
    }
    loop {
        for range in needed.drain(..) {
            let bytes = file.slice(&range);
            reader.push(range.start, bytes).unwrap();
        }
        match reader.step().unwrap() {
            ReadStep::Batch(batch) => batches.push(batch),
            ReadStep::Finished => return concat_batches(reader.schema(), &batches).unwrap(),
            ReadStep::NeedsData(ranges) => needed = ranges,
        }
    }
}

/// Prepares a filtered read as a scan does, with every look-up that pays.
fn plan(
    file: &mut MemoryFile,
    footer: &mut Footer,
    expr: &Expr,
    columns: Option<&[&str]>,
) -> (ReadOptions, Vec<Pruned>) {
    let filter = Filter::new(footer, expr.bind(footer.reader().schema(), Missing::AsNulls).unwrap());
    let field = |name: &&str| footer.reader().schema().field_with_name(name).unwrap().clone();
    let mut options = ReadOptions {
        columns: columns.map(|names| names.iter().map(field).collect()),
        row_groups: row_groups(footer, &(0..footer.num_rows())),
        ..ReadOptions::default()
    };
    let output = options.mask(footer);
    let mut all_pruned = Vec::new();
    loop {
        let remaining = filter.row_groups(footer, options.row_groups, &output);
        options.row_groups = remaining.row_groups;
        all_pruned.extend(remaining.pruned);
        let lookup = filter.lookup(footer, &options.row_groups, &output);
        if lookup.is_empty() {
            options.filter = Some(filter);
            return (options, all_pruned);
        }
        let Lookup { row_groups, leaves, ranges } = lookup;
        let pieces = ranges.iter().map(|range| KnownBytes { start: range.start, bytes: file.slice(range) });
        *footer = footer.clone().add_page_index(&row_groups, &leaves, pieces.collect()).unwrap();
    }
}

/// The rows that pass, by the other road.
fn expected(table: &RecordBatch, expr: &Expr) -> RecordBatch {
    let predicate = expr.bind(&table.schema(), Missing::Refuse).unwrap();
    filter_record_batch(table, &predicate.evaluate(table).unwrap()).unwrap()
}

fn whole(file: &mut MemoryFile) -> RecordBatch {
    let footer = file.footer().unwrap();
    file.rows(&footer, None, 0..footer.num_rows()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_filtered_read_loses_no_row_and_adds_none(seed in any::<u64>()) {
        let mut random = Random::new(seed);
        let rows = 1 + random.below(500) as usize;
        let table = random::table(&mut random, rows);
        let mut file = MemoryFile::new(random::file(&mut random, &table));
        let all = whole(&mut file);
        for _ in 0..8 {
            let expr = random::condition(&mut random, 2);
            let mut footer = footer_of(&mut file, random.chance(80));
            let (mut options, pruned) = plan(&mut file, &mut footer, &expr, None);
            for group in &mut options.row_groups {
                group.filter_first = random.chance(50);
            }
            let expected = expected(&all, &expr);
            let filtered = read(&mut file, &footer, &options);
            prop_assert_eq!(&filtered, &expected, "{}", expr);
            let left: u64 = options.row_groups.iter().map(|group| group.num_rows()).sum();
            let left_out: u64 = pruned.iter().map(|pruned| pruned.num_rows).sum();
            prop_assert_eq!(left + left_out, rows as u64, "{}", expr);
            // One column, some rows: the filter's own columns are not among those shown.
            let limit = random.below(20);
            let one = Fields::from(vec![Field::new("i64", DataType::Int64, true)]);
            let some = ReadOptions { columns: Some(one.clone()), limit: Some(limit), ..options.clone() };
            let first = expected.project(&[1]).unwrap();
            let first = first.slice(0, first.num_rows().min(limit as usize));
            prop_assert_eq!(read(&mut file, &footer, &some), first, "{}, limit {}", expr, limit);
            let none = ReadOptions { columns: Some(Fields::empty()), ..options };
            prop_assert_eq!(read(&mut file, &footer, &none).num_rows(), expected.num_rows(), "{}, counted", expr);
        }
    }

    #[test]
    fn what_footers_prove_is_so(seed in any::<u64>()) {
        let mut random = Random::new(seed);
        let rows = 1 + random.below(300) as usize;
        let table = random::table(&mut random, rows);
        let mut file = MemoryFile::new(random::file(&mut random, &table));
        let footer = footer_of(&mut file, false);
        for _ in 0..20 {
            let expr = random::condition(&mut random, 1);
            let filter = Filter::new(&footer, expr.bind(footer.reader().schema(), Missing::Refuse).unwrap());
            let mut first = 0;
            for (row_group, len) in footer.row_group_lens().enumerate() {
                let passed = expected(&table.slice(first, len as usize), &expr).num_rows() as u64;
                match filter.verdict(&footer, row_group) {
                    Verdict::None => prop_assert_eq!(passed, 0, "{}", expr),
                    Verdict::All => prop_assert_eq!(passed, len, "{}", expr),
                    Verdict::Some => {}
                }
                first += len as usize;
            }
        }
    }
}

/// Footer, page index and Bloom filters that say what is not so are planned by or refused; the plan stays in the file.
#[test]
fn damaged_evidence_ends_in_a_plan_or_an_error() {
    let file = |seed| {
        let mut random = Random::new(seed);
        let table = random::table(&mut random, 200);
        random::file(&mut random, &table)
    };
    let files: Vec<_> = (0..20).map(file).collect();
    let (mut planned, mut refused) = (0, 0);
    for seed in 0..1_500 {
        let mut random = Random::new(seed);
        let mut damaged = random.pick(&files).to_vec();
        let len = damaged.len() as u64;
        for _ in 0..=random.below(3) {
            let at = len - 1 - random.below(len / 3);
            damaged[at as usize] ^= 1 << random.below(8);
        }
        let mut file = MemoryFile::new(damaged.into());
        let known = vec![KnownBytes { start: 0, bytes: file.bytes.clone() }];
        let Ok(FooterStep::Done(mut footer)) = Footer::decode(len, known) else {
            refused += 1;
            continue;
        };
        let expr = random::condition(&mut random, 2);
        if expr.bind(footer.reader().schema(), Missing::AsNulls).is_err() {
            continue;
        }
        let (options, _) = plan(&mut file, &mut footer, &expr, None);
        match Reader::new(&footer, &options) {
            Ok(reader) => {
                let ranges =
                    reader.waves().flat_map(|wave| wave.first.iter().chain(wave.later.iter().flatten()));
                assert!(ranges.into_iter().all(|range| range.start <= range.end && range.end <= len));
                planned += 1;
            }
            Err(_) => refused += 1,
        }
    }
    assert!(planned > 300 && refused > 300, "{planned} planned, {refused} refused");
}

#[test]
fn every_kind_of_evidence_spares_rows() {
    let mut spared: BTreeMap<String, u64> = BTreeMap::new();
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let table = random::table(&mut random, 400);
        let mut file = MemoryFile::new(random::file(&mut random, &table));
        for _ in 0..8 {
            let expr = random::condition(&mut random, 1);
            let mut footer = footer_of(&mut file, true);
            for pruned in plan(&mut file, &mut footer, &expr, None).1 {
                *spared.entry(format!("{:?}", pruned.by)).or_default() += pruned.num_rows;
            }
        }
    }
    // Of 128,000 rows. Half of the files have no statistics of pages, and most no Bloom filters.
    let at_least = |by: &str, rows| assert!(spared.get(by).is_some_and(|found| *found > rows), "{spared:?}");
    at_least("Statistics", 20_000);
    at_least("PageIndex", 4_000);
    at_least("BloomFilter", 5_000);
}

#[test]
fn fixtures_are_filtered_as_they_are_read() {
    for (name, expr, by) in [
        ("pages/indexed.parquet", col("id").between(7_000, 7_010), PrunedBy::PageIndex),
        ("pages/unindexed.parquet", col("id").between(7_000, 7_010), PrunedBy::Statistics),
        ("pages/nested-indexed.parquet", col("id").eq(300), PrunedBy::PageIndex),
    ] {
        let mut file = fixture(name);
        let table = whole(&mut file);
        let mut footer = footer_of(&mut file, true);
        let (options, pruned) = plan(&mut file, &mut footer, &expr, None);
        file.read.clear();
        assert_eq!(read(&mut file, &footer, &options), expected(&table, &expr), "{name}");
        assert!(pruned.iter().any(|pruned| pruned.by == by), "{name}: {pruned:?}");
        assert!(file.bytes_read() * 3 < file.bytes.len() as u64, "{name}: {} bytes", file.bytes_read());
    }
}
