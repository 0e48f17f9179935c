use std::{
    cell::RefCell,
    fs::File,
    io::{Read, Seek, SeekFrom},
    ops::Range,
    path::Path,
    sync::Arc,
};

use arrow_array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch,
    builder::{Int32Builder, ListBuilder, StringBuilder},
};
use arrow_select::concat::concat_batches;
use bytes::Bytes;
use parquet::{
    arrow::ArrowWriter,
    basic::Compression,
    file::properties::{EnabledStatistics, WriterProperties, WriterVersion},
};

use super::*;
use crate::{
    http::fake::block_on,
    parquet::{FooterStep, KnownBytes, ReadStep, Reader, row_groups},
    range::{Coalescing, coalesce},
};

/// A file that notes what is read of it, wave by wave. A request is a run of ranges that a remote file would coalesce.
struct Counted<F> {
    file: RefCell<F>,
    len: u64,
    waves: RefCell<Vec<Vec<Range<u64>>>>,
}

/// What reading has cost.
#[derive(Debug, PartialEq)]
struct Cost {
    waves: usize,
    requests: usize,
    bytes: u64,
}

impl<F: Read + Seek> Counted<F> {
    fn new(mut file: F) -> Self {
        let len = file.seek(SeekFrom::End(0)).unwrap();
        Self { file: RefCell::new(file), len, waves: RefCell::default() }
    }

    fn piece(&self, range: &Range<u64>) -> Bytes {
        let mut bytes = vec![0; (range.end - range.start) as usize];
        self.file.borrow_mut().seek(SeekFrom::Start(range.start)).unwrap();
        self.file.borrow_mut().read_exact(&mut bytes).unwrap();
        Bytes::from(bytes)
    }

    fn footer(&self) -> Rc<Footer> {
        let mut known = Vec::new();
        let mut next = Footer::first_range(self.len, None);
        loop {
            known.push(KnownBytes { start: next.start, bytes: self.piece(&next) });
            match Footer::decode(self.len, known.clone()).unwrap() {
                FooterStep::Done(footer) => return Rc::new(*footer),
                FooterStep::NeedsData(range) => next = range,
            }
        }
    }

    /// Reads rows as a scan does.
    fn rows(&self, columns: Option<&[&str]>, rows: Range<u64>) -> (RecordBatch, Cost) {
        self.waves.borrow_mut().clear();
        let footer = self.footer();
        let named = |name: &&str| footer.reader().schema().field_with_name(name).unwrap().clone();
        let columns = columns.map(|names| names.iter().map(named).collect());
        let options =
            ReadOptions { columns, row_groups: row_groups(&footer, &rows), ..ReadOptions::default() };
        let footer = block_on(read_prefixes(self, footer, &options)).unwrap();
        let mut reader = Reader::new(&footer, &options).unwrap();
        let mut batches = Vec::new();
        loop {
            match reader.step().unwrap() {
                ReadStep::Batch(batch) => batches.push(batch),
                ReadStep::Finished => break,
                ReadStep::NeedsData(ranges) => {
                    let (known, unknown): (Vec<_>, Vec<_>) =
                        ranges.into_iter().partition(|range| footer.known_bytes(range).is_some());
                    for range in known {
                        reader.push(range.start, footer.known_bytes(&range).unwrap()).unwrap();
                    }
                    if !unknown.is_empty() {
                        let bytes = block_on(self.read(&unknown)).unwrap();
                        for (range, bytes) in unknown.iter().zip(bytes) {
                            reader.push(range.start, bytes).unwrap();
                        }
                    }
                }
            }
        }
        (concat_batches(reader.schema(), &batches).unwrap(), self.cost())
    }

    fn cost(&self) -> Cost {
        let waves = self.waves.borrow();
        let runs: Vec<_> =
            waves.iter().map(|ranges| coalesce(ranges, Coalescing::default().max_gap)).collect();
        let all: Vec<_> = waves.concat();
        let read = |ranges: &[Range<u64>]| ranges.iter().map(|range| range.end - range.start).sum::<u64>();
        assert_eq!(read(&coalesce(&all, 0)), read(&all), "bytes were read twice");
        Cost {
            waves: waves.len(),
            requests: runs.iter().map(Vec::len).sum(),
            bytes: runs.iter().map(|runs| read(runs)).sum(),
        }
    }
}

impl<F: Read + Seek> ByteSource for Counted<F> {
    fn name(&self) -> &str {
        "counted"
    }

    fn byte_len(&self) -> u64 {
        self.len
    }

    async fn read(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.waves.borrow_mut().push(ranges.to_vec());
        Ok(ranges.iter().map(|range| self.piece(range)).collect())
    }
}

/// Well mixed bits of a row's number.
fn mixed(row: u64, salt: u64) -> u64 {
    let mut bits = (row ^ (salt << 32)).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits ^ (bits >> 29)
}

/// Ten columns of about 500 bytes a row: numbers, words that come often, texts of uneven length, and lists.
fn table(num_rows: u64) -> RecordBatch {
    let rows = || 0..num_rows;
    let letters: String = (0..1 << 20).map(|at| char::from(b'a' + (mixed(at, 0) % 26) as u8)).collect();
    let scores = rows().map(|row| mixed(row, 1) as f64);
    let mut columns: Vec<(String, ArrayRef)> = vec![
        ("id".into(), Arc::new(Int64Array::from_iter_values(rows().map(u64::cast_signed)))),
        ("score".into(), Arc::new(Float64Array::from_iter_values(scores))),
    ];
    for salt in 2..6 {
        let (mut texts, mut lists) = (StringBuilder::new(), ListBuilder::new(Int32Builder::new()));
        for row in rows() {
            let bits = mixed(row, salt);
            let start = (bits % 1_000_000) as usize;
            texts.append_option(
                (!bits.is_multiple_of(50)).then(|| &letters[start..start + (bits >> 32) as usize % 300]),
            );
            let list = (0..bits % 9).map(|item| Some(mixed(row, item) as i32));
            lists.append_option((!bits.is_multiple_of(30)).then(|| list.collect::<Vec<_>>()));
        }
        columns.push((format!("text {salt}"), Arc::new(texts.finish())));
        columns.push((format!("list {salt}"), Arc::new(lists.finish())));
    }
    let columns = columns.into_iter().map(|(name, column)| (name, column, true));
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

/// A file without page index, in memory.
fn file(table: &RecordBatch, group_rows: usize, version: WriterVersion) -> Counted<std::io::Cursor<Vec<u8>>> {
    let properties = WriterProperties::builder()
        .set_writer_version(version)
        .set_compression(Compression::SNAPPY)
        .set_data_page_size_limit(32 << 10)
        .set_dictionary_page_size_limit(32 << 10)
        .set_max_row_group_row_count(Some(group_rows))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), table.schema(), Some(properties)).unwrap();
    writer.write(table).unwrap();
    Counted::new(std::io::Cursor::new(writer.into_inner().unwrap()))
}

#[test]
fn first_rows_of_a_row_group_cost_little_of_it() {
    let table = table(30_000);
    for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
        let file = file(&table, 25_000, version);
        let first_group_len = file.len * 25_000 / 30_000;
        assert!((15 << 20..20 << 20).contains(&first_group_len), "{first_group_len} bytes");
        // Rows, and how many percent of the first row group they may cost.
        for (rows, percent) in [(0..1, 5), (0..100, 5), (50..60, 5), (0..1000, 8), (25_000..25_100, 5)] {
            let (read, cost) = file.rows(None, rows.clone());
            let expected = table.slice(rows.start as usize, (rows.end - rows.start) as usize);
            assert_eq!(read.columns(), expected.columns(), "{version:?}, rows {rows:?}");
            assert!(cost.bytes * 100 < first_group_len * percent, "{version:?}, rows {rows:?}: {cost:?}");
            assert!(
                cost.waves <= 2 && cost.requests <= 10 * cost.waves,
                "{version:?}, rows {rows:?}: {cost:?}"
            );
        }
        // Where prefixes do not pay, each row group is read whole and once.
        for rows in [0..29_999, 24_990..28_000, 20_000..30_000] {
            let (read, cost) = file.rows(None, rows.clone());
            let expected = table.slice(rows.start as usize, (rows.end - rows.start) as usize);
            assert_eq!(read.columns(), expected.columns(), "{version:?}, rows {rows:?}");
            assert_eq!((cost.waves, cost.requests), (2, 2), "{version:?}, rows {rows:?}");
        }
        // A mixture: half of the columns by prefixes, the others whole; one row group so, the other so.
        for rows in [10..10_000, 24_990..25_010] {
            let (read, cost) = file.rows(None, rows.clone());
            let expected = table.slice(rows.start as usize, (rows.end - rows.start) as usize);
            assert_eq!(read.columns(), expected.columns(), "{version:?}, rows {rows:?}");
            assert!(cost.waves <= 2 && cost.bytes < file.len, "{version:?}, rows {rows:?}: {cost:?}");
        }
    }
}

/// Runs when `tests/fixtures/generate.py --large-row-group` has written its file.
#[test]
fn a_large_row_group_costs_less_than_a_twentieth() {
    let path = "tests/fixtures/generated/repos/fixtures/large-row-group/train.parquet";
    let Ok(file) = File::open(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)) else { return };
    let file = Counted::new(file);
    let footer = file.footer();
    let names: Vec<_> = footer.reader().schema().fields().iter().map(|field| field.name().as_str()).collect();
    let (rows, cost) = file.rows(Some(&names[..10]), 0..100);
    assert_eq!((rows.num_rows(), rows.num_columns()), (100, 10));
    assert!(cost.bytes * 20 < file.len, "{cost:?} of {} bytes", file.len);
    assert_eq!((cost.waves, cost.requests), (1, 10));
}
