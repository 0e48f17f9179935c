//! From page to page through the beginning of a column chunk, as far as its bytes are known.

use std::ops::Range;

use bytes::Bytes;
use parquet::{
    basic::PageType as EncodedPageType,
    file::{metadata::ColumnChunkMetaData, page_index::offset_index::PageLocation},
};

use super::levels;
use crate::parquet::page_header::{DataPageV2, NoHeader, PageHeader, PageType};

/// What writers fill a data page up to before they compress it, in bytes: 1 MiB by the defaults of parquet-mr,
/// Arrow C++, arrow-rs and Polars, and a sixteenth of that because they notice late that it is full.
const USUAL_PAGE_LEN: u64 = (1 << 20) + (1 << 16);

/// Where a walk stands. It only goes forward, so no page is opened twice however often bytes are added.
#[derive(Debug)]
pub(super) struct PageWalk {
    column: ColumnChunkMetaData,
    chunk: Range<u64>,
    /// The rows of the row group.
    num_rows: u64,
    /// Where the next page header begins in the file.
    next: u64,
    /// The data pages so far.
    pages: Vec<PageLocation>,
    /// The rows that begin in them.
    rows: u64,
    /// The data page seen last; at first what the footer lets one expect.
    typical: PageSize,
}

/// Why a walk stops early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The bytes end here; up to this offset of the file they will probably do.
    Short(u64),
    /// No page may be skipped in this column chunk, or only what the decoder makes of it can tell.
    Unsound,
}

#[derive(Debug, Clone, Copy)]
struct PageSize {
    len: u64,
    rows: u64,
}

impl PageWalk {
    /// A walk from the start of the column chunk `column`, which lies at `chunk`, of a row group of `num_rows` rows.
    pub(super) fn new(column: &ColumnChunkMetaData, chunk: Range<u64>, num_rows: u64) -> Self {
        let data_len = chunk.end.saturating_sub(data_start(column, &chunk));
        let typical = PageSize::expected(column, data_len, num_rows);
        let next = chunk.start;
        Self { column: column.clone(), chunk, num_rows, next, pages: Vec::new(), rows: 0, typical }
    }

    /// The offset that the bytes for the first `rows` rows probably end at.
    pub(super) fn first_guess(&self, rows: u64) -> u64 {
        self.typical.reach(data_start(&self.column, &self.chunk), rows)
    }

    /// Goes on until `rows` rows are found in `bytes`, which begin where the column chunk does.
    pub(super) fn walk(&mut self, bytes: &Bytes, rows: u64) -> Result<(), Stop> {
        while self.rows < rows {
            self.step(bytes, rows - self.rows)?;
        }
        Ok(())
    }

    /// The data pages found, and one stand-in for all others. The decoder never reads it, as no row of it is
    /// selected; and if it did, a single byte is no page, so that it would fail rather than give wrong rows.
    pub(super) fn into_locations(self) -> Vec<PageLocation> {
        let mut pages = self.pages;
        if let (Ok(offset), Ok(first_row_index)) =
            (i64::try_from(self.chunk.end.saturating_sub(1)), i64::try_from(self.rows))
            && self.rows < self.num_rows
        {
            pages.push(PageLocation { offset, compressed_page_size: 1, first_row_index });
        }
        pages
    }

    /// Takes in one page; `left` is the number of rows still to be found.
    fn step(&mut self, bytes: &Bytes, left: u64) -> Result<(), Stop> {
        let slice = |from: u64, to: u64| {
            let from = usize::try_from(from.checked_sub(self.chunk.start)?).ok()?;
            let to = usize::try_from(to.checked_sub(self.chunk.start)?).ok()?;
            (from <= to && to <= bytes.len()).then(|| bytes.slice(from..to))
        };
        let unread = slice(self.next, self.chunk.start + bytes.len() as u64).ok_or(Stop::Unsound)?;
        let header = PageHeader::read(&unread).map_err(|error| match error {
            NoHeader::CutShort => Stop::Short(self.typical.reach(self.next, left)),
            NoHeader::Unsound => Stop::Unsound,
        })?;
        let end = self.next + header.page_len();
        if end > self.chunk.end {
            return Err(Stop::Unsound);
        }
        let page = slice(self.next, end);
        let expected_rows = self.expected_rows(header.page);
        if let Some(rows) = expected_rows {
            self.typical = PageSize { len: header.page_len(), rows: rows.max(1) };
        }
        let Some(page) = page else {
            let left = left.saturating_sub(expected_rows.unwrap_or(0));
            return Err(Stop::Short(self.typical.reach(end, left)));
        };
        self.take(&header, &page)?;
        self.next = end;
        Ok(())
    }

    /// Checks the page at `next` and notes where it lies.
    fn take(&mut self, header: &PageHeader, page: &Bytes) -> Result<(), Stop> {
        let rows = match header.page {
            // The decoder takes all that lies before the first data page for the dictionary page.
            PageType::Dictionary { .. } if self.next == self.chunk.start => return Ok(()),
            PageType::Index if !self.pages.is_empty() => return Ok(()),
            PageType::Dictionary { .. } | PageType::Index => return Err(Stop::Unsound),
            PageType::Data { num_values, .. } if self.is_flat() => num_values,
            PageType::DataV2(own) if self.is_flat() && own.num_values == own.num_rows => own.num_rows,
            PageType::DataV2(_) if self.is_flat() => return Err(Stop::Unsound),
            _ => levels::num_rows(&self.column, header, page).ok_or(Stop::Unsound)?,
        };
        // A page without rows is none that a row could be in; but the first one marks the dictionary's end.
        if rows == 0 {
            return if self.pages.is_empty() { Err(Stop::Unsound) } else { Ok(()) };
        }
        let location = PageLocation {
            offset: i64::try_from(self.next).map_err(|_| Stop::Unsound)?,
            compressed_page_size: i32::try_from(page.len()).map_err(|_| Stop::Unsound)?,
            first_row_index: i64::try_from(self.rows).map_err(|_| Stop::Unsound)?,
        };
        self.pages.push(location);
        self.rows += rows;
        if self.rows <= self.num_rows { Ok(()) } else { Err(Stop::Unsound) }
    }

    /// The rows of a page by its header: exact in a flat column, by the column's mean in one with repeated values.
    /// `None` for a page without rows.
    fn expected_rows(&self, page: PageType) -> Option<u64> {
        match page {
            PageType::Data { num_values, .. } | PageType::DataV2(DataPageV2 { num_values, .. }) => {
                let values = u64::try_from(self.column.num_values()).unwrap_or(0);
                Some(if self.is_flat() { num_values } else { scale(num_values, self.num_rows, values) })
            }
            PageType::Dictionary { .. } | PageType::Index => None,
        }
    }

    fn is_flat(&self) -> bool {
        self.column.column_descr().max_rep_level() == 0
    }
}

impl PageSize {
    /// A data page of `column`, whose data pages are `data_len` bytes long together. All but the last are about
    /// equally long when the writer fills each to a limit; most writers say how many there are.
    fn expected(column: &ColumnChunkMetaData, data_len: u64, num_rows: u64) -> Self {
        let counts = column.page_encoding_stats().into_iter().flatten().filter(|stats| {
            matches!(stats.page_type, EncodedPageType::DATA_PAGE | EncodedPageType::DATA_PAGE_V2)
        });
        let num_pages: u64 = counts.filter_map(|stats| u64::try_from(stats.count).ok()).sum();
        let uncompressed_len = u64::try_from(column.uncompressed_size()).unwrap_or(0);
        let len = match num_pages {
            0 => scale(USUAL_PAGE_LEN, data_len, uncompressed_len),
            pages => data_len / (pages - 1).max(1),
        };
        let len = len.clamp(1, data_len.max(1));
        Self { len, rows: scale(len, num_rows, data_len).max(1) }
    }

    /// Where as many such pages end as hold `rows` rows, when the first begins at `from`.
    fn reach(self, from: u64, rows: u64) -> u64 {
        from.saturating_add(rows.div_ceil(self.rows).saturating_mul(self.len))
    }
}

/// Where the data pages begin, when the footer says where the dictionary page is.
fn data_start(column: &ColumnChunkMetaData, chunk: &Range<u64>) -> u64 {
    let start = u64::try_from(column.data_page_offset()).ok().filter(|start| chunk.contains(start));
    start.unwrap_or(chunk.start)
}

/// `value × numerator / denominator`; `value` itself when the denominator is zero.
fn scale(value: u64, numerator: u64, denominator: u64) -> u64 {
    let scaled = (u128::from(value) * u128::from(numerator)).checked_div(u128::from(denominator));
    scaled.map_or(value, |scaled| u64::try_from(scaled).unwrap_or(u64::MAX))
}
