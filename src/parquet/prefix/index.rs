//! The offset index of a file, with the parts that prefixes stand in for.

use std::{any::Any, collections::BTreeMap, sync::Arc};

use parquet::file::{
    metadata::{OffsetIndexBuilder, page_index::PageIndexProvider},
    page_index::{
        column_index::ColumnIndexMetaData,
        offset_index::{OffsetIndexMetaData, PageLocation},
    },
};

/// What the file itself has, and beside it the first pages of some column chunks, by row group and leaf column.
#[derive(Debug)]
pub(super) struct PrefixIndex {
    file: Option<Arc<dyn PageIndexProvider>>,
    prefixes: BTreeMap<(usize, usize), OffsetIndexMetaData>,
}

impl PrefixIndex {
    pub(super) fn new(
        file: Option<Arc<dyn PageIndexProvider>>,
        prefixes: impl Iterator<Item = ((usize, usize), Vec<PageLocation>)>,
    ) -> Self {
        Self { file, prefixes: prefixes.map(|(place, pages)| (place, offset_index(&pages))).collect() }
    }
}

impl PageIndexProvider for PrefixIndex {
    fn has_offset_indexes(&self) -> bool {
        !self.prefixes.is_empty() || self.file.as_ref().is_some_and(|file| file.has_offset_indexes())
    }

    fn has_column_indexes(&self) -> bool {
        self.file.as_ref().is_some_and(|file| file.has_column_indexes())
    }

    fn column_index(&self, row_group: usize, column: usize) -> Option<&ColumnIndexMetaData> {
        self.file.as_ref()?.column_index(row_group, column)
    }

    fn offset_index(&self, row_group: usize, column: usize) -> Option<&OffsetIndexMetaData> {
        let prefix = self.prefixes.get(&(row_group, column));
        prefix.or_else(|| self.file.as_ref()?.offset_index(row_group, column))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The pages in the type that the decoder wants. The builder takes the rows of each page where a location has the
/// first one.
fn offset_index(pages: &[PageLocation]) -> OffsetIndexMetaData {
    let mut index = OffsetIndexBuilder::new();
    let ends = pages.iter().skip(1).map(|next| next.first_row_index).chain([0]);
    for (page, end) in pages.iter().zip(ends) {
        index.append_offset_and_size(page.offset, page.compressed_page_size);
        index.append_row_count(end - page.first_row_index);
    }
    index.build()
}
