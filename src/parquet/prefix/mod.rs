//! The first rows of a row group that has no offset index, for less than all of its bytes.
//!
//! A [`Prefix`] reads the beginning of a column chunk and follows its page headers up to the last row wanted. The
//! pages that it finds become the offset index that the file has not, so that the decoder asks for no others.
//! Only the beginning of a row group can be had that way: page headers stand between the pages, so the way to rows far
//! inside leads through all pages before them. When more than half of a column chunk would have to be read, and
//! when its pages are not what skipping needs (see [`PageWalk`]), all of it is.

mod index;
mod levels;
mod walk;

#[cfg(test)]
pub(super) mod tests;

use std::{ops::Range, sync::Arc};

use bytes::{Bytes, BytesMut};
use parquet::file::{
    metadata::{ParquetMetaData, page_index::PageIndexProvider},
    page_index::offset_index::PageLocation,
};

use self::{
    index::PrefixIndex,
    walk::{PageWalk, Stop},
};
use super::{Footer, KnownBytes, ReadOptions, RowGroupRows};
use crate::error::{Error, ErrorKind, Result};

/// Prefixes must save a row group this many bytes. A prefix that proves too short costs a round trip more, in which
/// about as much could be read.
const MIN_SAVED: u64 = 256 << 10;

/// A prefix grows by this many bytes at least.
const MIN_GROWTH: u64 = 4 << 10;

/// The prefixes that make reading the parts of row groups in `options` cheaper: one for each leaf column without
/// offset index. None of a row group where they would save too little.
pub fn prefixes(footer: &Footer, options: &ReadOptions) -> Vec<Prefix> {
    let mask = options.mask(footer);
    let of_group = |group: &RowGroupRows| {
        let leaves =
            0..footer.metadata().row_groups().get(group.row_group).map_or(0, |group| group.num_columns());
        let prefixes: Vec<_> = leaves
            .filter(|leaf| mask.leaf_included(*leaf))
            .filter_map(|leaf| Prefix::new(footer, group.row_group, leaf, group.rows.end))
            .filter(|prefix| footer.known_bytes(&prefix.chunk).is_none())
            .collect();
        let saved: u64 = prefixes.iter().map(|prefix| prefix.chunk.end - prefix.target).sum();
        if saved < MIN_SAVED { Vec::new() } else { prefixes }
    };
    options.row_groups.iter().filter(|group| !group.whole).flat_map(of_group).collect()
}

/// The beginning of a column chunk: a state machine that asks for bytes until the rows wanted are among them.
#[derive(Debug)]
pub struct Prefix {
    row_group: usize,
    leaf: usize,
    /// Where the column chunk lies in the file.
    chunk: Range<u64>,
    /// How many rows the pages must begin.
    rows: u64,
    /// What was read of the column chunk.
    bytes: Bytes,
    /// The offset up to which it shall be read.
    target: u64,
    /// How often it was read.
    reads: u32,
    state: State,
}

#[derive(Debug)]
enum State {
    Walking(Box<PageWalk>),
    /// The first data pages, and what stands in for the others.
    Found(Vec<PageLocation>),
    /// All of the column chunk is read.
    Whole,
}

impl Prefix {
    /// The prefix of a leaf column that holds the rows before `end` of its row group. `None` when there is no such
    /// column chunk, or when it has an offset index.
    fn new(footer: &Footer, row_group: usize, leaf: usize, end: u64) -> Option<Self> {
        let index = footer.metadata().page_index();
        if index.is_some_and(|index| index.offset_index(row_group, leaf).is_some()) {
            return None;
        }
        let mut prefix = Self::empty(footer, row_group, leaf, end)?;
        if let State::Walking(walk) = &prefix.state {
            prefix.grow(walk.first_guess(prefix.rows));
        }
        Some(prefix)
    }

    /// A prefix that asks for nothing yet.
    fn empty(footer: &Footer, row_group: usize, leaf: usize, end: u64) -> Option<Self> {
        let group = footer.metadata().row_groups().get(row_group)?;
        let column = group.columns().get(leaf)?;
        let (start, len) = column.byte_range();
        let chunk = start..start + len;
        let walk = PageWalk::new(column, chunk.clone(), u64::try_from(group.num_rows()).unwrap_or(0));
        Some(Self {
            row_group,
            leaf,
            chunk,
            // Only the beginning of another row proves that a row of repeated values does not go on in the next page.
            rows: end + u64::from(column.column_descr().max_rep_level() > 0),
            bytes: Bytes::new(),
            target: start,
            reads: 0,
            state: State::Walking(Box::new(walk)),
        })
    }

    /// The range to read next; `None` at the end.
    pub fn missing(&self) -> Option<Range<u64>> {
        let known = self.known_end();
        (known < self.target).then_some(known..self.target)
    }

    /// Takes in the bytes of [`Prefix::missing`].
    ///
    /// # Errors
    /// Kind `internal` for bytes of another length. Bytes that are no pages are none: they are the decoder's to judge.
    pub fn push(&mut self, bytes: &Bytes) -> Result<()> {
        if self.known_end() + bytes.len() as u64 != self.target {
            let message = "The bytes read are not those asked for.";
            return Err(Error::new(ErrorKind::Internal, "read prefix", message));
        }
        self.reads += 1;
        self.bytes = if self.bytes.is_empty() { bytes.clone() } else { joined(&self.bytes, bytes) };
        if let State::Walking(walk) = &mut self.state {
            match walk.walk(&self.bytes, self.rows) {
                Ok(()) => self.finish(),
                Err(Stop::Short(to)) => self.grow(to),
                Err(Stop::Unsound) => self.give_up(),
            }
        }
        Ok(())
    }

    /// Aims further, at `to`. Only the second read can be of what the page headers promise; if that was not enough
    /// either, each further one doubles what is known, so that there are few.
    fn grow(&mut self, to: u64) {
        let known = self.bytes.len() as u64;
        let least = if self.reads < 2 { MIN_GROWTH } else { known.max(MIN_GROWTH) };
        self.target = to.max(self.known_end() + least);
        if self.target - self.chunk.start > (self.chunk.end - self.chunk.start) / 2 {
            self.give_up();
        }
    }

    fn give_up(&mut self) {
        self.target = self.chunk.end;
        self.state = State::Whole;
    }

    fn finish(&mut self) {
        if let State::Walking(walk) = std::mem::replace(&mut self.state, State::Whole) {
            self.state = State::Found(walk.into_locations());
        }
    }

    fn known_end(&self) -> u64 {
        self.chunk.start + self.bytes.len() as u64
    }
}

/// Adds what the prefixes found to the page index, and returns it with the bytes that were read.
pub(super) fn with_prefixes(
    metadata: &ParquetMetaData,
    prefixes: Vec<Prefix>,
) -> (Arc<dyn PageIndexProvider>, Vec<KnownBytes>) {
    let known = prefixes
        .iter()
        .map(|prefix| KnownBytes { start: prefix.chunk.start, bytes: prefix.bytes.clone() })
        .collect();
    let pages = prefixes.into_iter().filter_map(|prefix| match prefix.state {
        State::Found(pages) => Some(((prefix.row_group, prefix.leaf), pages)),
        State::Walking(_) | State::Whole => None,
    });
    (Arc::new(PrefixIndex::new(metadata.page_index().cloned(), pages)), known)
}

fn joined(first: &Bytes, second: &Bytes) -> Bytes {
    let mut joined = BytesMut::with_capacity(first.len() + second.len());
    joined.extend_from_slice(first);
    joined.extend_from_slice(second);
    joined.freeze()
}
