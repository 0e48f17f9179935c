//! The page headers of a column chunk, held against its footer entry and its offset index.

use std::{ops::Range, sync::Arc};

use bytes::{Buf, Bytes};
use parquet::file::{
    metadata::{ColumnChunkMetaData, ParquetMetaData},
    page_index::offset_index::PageLocation,
};

use super::{
    delta,
    page::{is_dictionary_encoded, unsound},
    split,
};
use crate::{
    error::{Error, ErrorKind, Result},
    parquet::page_header::{DataPageV2, PageHeader, PageType},
};

/// A column chunk that is being read.
#[derive(Debug)]
pub(super) struct Chunk {
    metadata: Arc<ParquetMetaData>,
    row_group: usize,
    leaf: usize,
    /// Where it lies in the file.
    range: Range<u64>,
}

/// Bytes of the file.
pub(super) struct Piece<'a> {
    pub(super) start: u64,
    pub(super) bytes: &'a Bytes,
}

impl Piece<'_> {
    fn range(&self) -> Range<u64> {
        self.start..self.start + self.bytes.len() as u64
    }

    fn get(&self, range: &Range<u64>) -> Option<Bytes> {
        let from = usize::try_from(range.start.checked_sub(self.start)?).ok()?;
        let to = usize::try_from(range.end.checked_sub(self.start)?).ok()?;
        (from <= to && to <= self.bytes.len()).then(|| self.bytes.slice(from..to))
    }
}

impl Chunk {
    pub(super) fn new(metadata: &Arc<ParquetMetaData>, row_group: usize, leaf: usize) -> Option<Self> {
        let (start, len) = metadata.row_groups().get(row_group)?.columns().get(leaf)?.byte_range();
        Some(Self { metadata: Arc::clone(metadata), row_group, leaf, range: start..start + len })
    }

    /// Whether all of it is in the piece, so that nothing is left to check afterwards.
    pub(super) fn is_in(&self, piece: &Piece<'_>) -> bool {
        let known = piece.range();
        known.start <= self.range.start && self.range.end <= known.end
    }

    /// Checks the pages that are in the piece: those of the offset index where there is one, because the decoder goes by
    /// it; else one after the other, when all of them are there.
    pub(super) fn check(&self, piece: &Piece<'_>) -> Result<()> {
        let known = piece.range();
        if known.end <= self.range.start || self.range.end <= known.start {
            return Ok(());
        }
        let Some(column) = self.column() else { return Ok(()) };
        let index =
            self.metadata.page_index().and_then(|index| index.offset_index(self.row_group, self.leaf));
        match index {
            Some(index) => self.check_located(column, index.page_locations(), piece),
            None => match piece.get(&self.range) {
                Some(bytes) => self.check_all(column, bytes),
                None => Ok(()),
            },
        }
    }

    /// Walks from page to page.
    fn check_all(&self, column: &ColumnChunkMetaData, mut left: Bytes) -> Result<()> {
        let (mut offset, mut num_values, mut has_dictionary, mut is_first) =
            (self.range.start, 0, false, true);
        while !left.is_empty() {
            let header = self.header(column, offset, &left)?;
            match header.page {
                PageType::Dictionary { .. } if is_first => has_dictionary = true,
                PageType::Dictionary { .. } => {
                    return Err(
                        self.damaged(offset, "A dictionary page is not the first of its column chunk.")
                    );
                }
                page => num_values += self.values(page, has_dictionary, offset)?,
            }
            is_first = false;
            offset += header.page_len();
            let len = usize::try_from(header.page_len()).unwrap_or(usize::MAX);
            left.advance(len.min(left.len()));
        }
        let num_rows = self.num_rows();
        if is_flat(column) && num_values != num_rows {
            let message =
                format!("The pages of a column hold {num_values} values, but the footer says {num_rows}.");
            return Err(self.damaged(self.range.start, &message));
        }
        Ok(())
    }

    /// Checks each page that the offset index names and the piece holds.
    fn check_located(
        &self,
        column: &ColumnChunkMetaData,
        pages: &[PageLocation],
        piece: &Piece<'_>,
    ) -> Result<()> {
        let place = |page: &PageLocation| {
            let start = u64::try_from(page.offset).unwrap_or(0);
            start..start + u64::try_from(page.compressed_page_size).unwrap_or(0)
        };
        let first = pages.first().map_or(self.range.start, |page| place(page).start);
        let has_dictionary = first != self.range.start;
        let dictionary = self.range.start..first;
        if has_dictionary && let Some(bytes) = piece.get(&dictionary) {
            let header = self.header(column, dictionary.start, &bytes)?;
            if !matches!(header.page, PageType::Dictionary { .. }) {
                return Err(self.damaged(dictionary.start, "The first page is no dictionary page."));
            }
        }
        let ends = pages.iter().skip(1).map(|next| next.first_row_index);
        let ends = ends.chain([i64::try_from(self.num_rows()).unwrap_or(0)]);
        for (page, end) in pages.iter().zip(ends) {
            // What stands in for pages that a prefix has not reached is shorter than any page; it is never read.
            let Some(bytes) = piece.get(&place(page)).filter(|bytes| bytes.len() > 1) else { continue };
            let offset = place(page).start;
            let header = self.header(column, offset, &bytes)?;
            if header.page_len() != bytes.len() as u64 {
                return Err(self.damaged(offset, "A page is not as long as the offset index says."));
            }
            let num_values = self.values(header.page, has_dictionary, offset)?;
            let num_rows = u64::try_from(end - page.first_row_index).unwrap_or(0);
            if is_flat(column) && num_values != num_rows {
                return Err(self.damaged(offset, "A page has other rows than the offset index says."));
            }
        }
        Ok(())
    }

    /// The header of the page that `bytes` begin with, once it is sound and its page lies within them.
    fn header(&self, column: &ColumnChunkMetaData, offset: u64, bytes: &Bytes) -> Result<PageHeader> {
        let header = PageHeader::read(bytes)
            .map_err(|_| self.damaged(offset, "There is no page header where a page should begin."))?;
        if header.page_len() > bytes.len() as u64 {
            return Err(self.damaged(offset, "A page reaches beyond its column chunk."));
        }
        if let Some(what) = unsound(column, &header) {
            return Err(self.damaged(offset, &format!("A page header {what}.")));
        }
        let len = usize::try_from(header.page_len()).unwrap_or(usize::MAX);
        let page = bytes.slice(..len.min(bytes.len()));
        if delta::is_unsound(column, &header, &page) {
            return Err(self.damaged(offset, "The byte arrays of a page have impossible lengths."));
        }
        if split::is_unsound(column, &header, &page) {
            return Err(self.damaged(offset, "A page has fewer values than levels for them."));
        }
        Ok(header)
    }

    /// The number of values of a data page, which must have a dictionary if it needs one.
    fn values(&self, page: PageType, has_dictionary: bool, offset: u64) -> Result<u64> {
        if is_dictionary_encoded(page) && !has_dictionary {
            return Err(self.damaged(offset, "A page needs a dictionary, and its column chunk has none."));
        }
        match page {
            PageType::Data { num_values, .. } | PageType::DataV2(DataPageV2 { num_values, .. }) => {
                Ok(num_values)
            }
            PageType::Index | PageType::Dictionary { .. } => Ok(0),
        }
    }

    fn column(&self) -> Option<&ColumnChunkMetaData> {
        self.metadata.row_groups().get(self.row_group)?.columns().get(self.leaf)
    }

    fn num_rows(&self) -> u64 {
        let group = self.metadata.row_groups().get(self.row_group);
        group.and_then(|group| u64::try_from(group.num_rows()).ok()).unwrap_or(0)
    }

    fn damaged(&self, offset: u64, message: &str) -> Error {
        let column = self.column().map(|column| column.column_path().string()).unwrap_or_default();
        let message = format!("{message} The file is damaged.");
        Error::new(ErrorKind::Corrupt, "read rows", message)
            .with("row_group", self.row_group)
            .with("column", column)
            .with("offset", offset)
    }
}

fn is_flat(column: &ColumnChunkMetaData) -> bool {
    column.column_descr().max_rep_level() == 0
}
