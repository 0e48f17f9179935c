//! Driving the Parquet layer by hand: whatever range it asks for is cut out of a file in memory.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test uses its part")]

use std::{ops::Range, path::Path};

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use bytes::Bytes;
use hubframe::{
    Result,
    parquet::{Footer, FooterStep, KnownBytes, ReadOptions, ReadStep, Reader, row_groups},
};

/// A file that counts what is read of it.
pub(crate) struct MemoryFile {
    pub(crate) bytes: Bytes,
    /// The ranges that were read, in order.
    pub(crate) read: Vec<Range<u64>>,
}

impl MemoryFile {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self { bytes, read: Vec::new() }
    }

    pub(crate) fn read(path: &Path) -> Self {
        Self::new(Bytes::from(std::fs::read(path).unwrap()))
    }

    /// Reads a range.
    pub(crate) fn slice(&mut self, range: &Range<u64>) -> Bytes {
        self.read.push(range.clone());
        self.bytes.slice(range.start as usize..range.end as usize)
    }

    pub(crate) fn footer(&mut self) -> Result<Footer> {
        let len = self.bytes.len() as u64;
        let mut known = Vec::new();
        let mut next = Footer::first_range(len, None);
        loop {
            known.push(KnownBytes { start: next.start, bytes: self.slice(&next) });
            match Footer::decode(len, known.clone())? {
                FooterStep::Done(footer) => return Ok(*footer),
                FooterStep::NeedsData(range) => next = range,
            }
        }
    }

    /// Those of the columns, or of all, that are in these rows.
    pub(crate) fn rows(
        &mut self,
        footer: &Footer,
        columns: Option<&[&str]>,
        rows: Range<u64>,
    ) -> Result<RecordBatch> {
        let field = |name: &&str| footer.reader().schema().field_with_name(name).ok().cloned();
        let columns = columns.map(|names| names.iter().filter_map(field).collect());
        let options =
            ReadOptions { columns, row_groups: row_groups(footer, &rows), ..ReadOptions::default() };
        self.read_rows(footer, &options)
    }

    /// All rows that a reader gives.
    pub(crate) fn read_rows(&mut self, footer: &Footer, options: &ReadOptions) -> Result<RecordBatch> {
        let mut reader = Reader::new(footer, options)?;
        let mut batches = Vec::new();
        loop {
            match reader.step()? {
                ReadStep::Batch(batch) => batches.push(batch),
                ReadStep::Finished => return Ok(concat_batches(reader.schema(), &batches).unwrap()),
                ReadStep::NeedsData(ranges) => {
                    for range in ranges {
                        let bytes = self.slice(&range);
                        reader.push(range.start, bytes)?;
                    }
                }
            }
        }
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.read.iter().map(|range| range.end - range.start).sum()
    }
}
