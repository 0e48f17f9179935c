//! All that is known of one row group's columns without reading them.

use std::ops::Range;

use arrow_schema::DataType;
use parquet::{
    basic::{Encoding, PageType},
    file::{
        metadata::{ColumnChunkMetaData, PageEncodingStats},
        page_index::{column_index::ColumnIndexMetaData, offset_index::PageLocation},
    },
};

use super::{bloom, bounds::Leaf, leaves::Leaves, rows::intersect};
use crate::{
    expr::{Bounds, Predicate, Test, Verdict},
    parquet::{Footer, RowGroupRows},
    range::coalesce,
};

/// What a value takes in a dictionary page, in bytes, more or less.
const DICTIONARY_VALUE_LEN: f64 = 8.0;

/// The evidence on one row group.
pub(super) struct Evidence<'a> {
    footer: &'a Footer,
    leaves: &'a Leaves,
    row_group: usize,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(footer: &'a Footer, leaves: &'a Leaves, row_group: usize) -> Self {
        Self { footer, leaves, row_group }
    }

    /// What the statistics of the column chunk say.
    pub(super) fn chunk_bounds(&self, test: &Test) -> Bounds {
        let found = self.leaf(test).and_then(|(leaf, index)| Some((leaf, self.chunk(index)?)));
        match found {
            Some((leaf, chunk)) => match chunk.statistics() {
                Some(statistics) => leaf.chunk_bounds(statistics, chunk.num_values()),
                None => leaf.bounds(),
            },
            None => Bounds::unknown(),
        }
    }

    /// What the statistics of the pages with these rows say, if all of these are in one page; else of the chunk.
    pub(super) fn bounds_in(&self, test: &Test, rows: &Range<u64>) -> Bounds {
        let one_page = || {
            let (leaf, index) = self.leaf(test)?;
            let (pages, statistics) = self.pages(index)?;
            let page = pages.iter().position(|page| page.start <= rows.start && rows.end <= page.end)?;
            Some(leaf.page_bounds(statistics, page))
        };
        one_page().unwrap_or_else(|| self.chunk_bounds(test))
    }

    /// A guess at the number of distinct values of a test's column: few when all of them are in a dictionary of this
    /// length, else as many as there are.
    pub(super) fn distinct(&self, test: &Test) -> f64 {
        let guess = || {
            let chunk = self.chunk(*self.leaves.of(test).first()?)?;
            let is_data = |page: &&PageEncodingStats| {
                matches!(page.page_type, PageType::DATA_PAGE | PageType::DATA_PAGE_V2)
            };
            let in_dictionary = |page: &PageEncodingStats| {
                matches!(page.encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY)
            };
            let all_in_dictionary = chunk.page_encoding_stats()?.iter().filter(is_data).all(in_dictionary);
            let len = chunk.data_page_offset().saturating_sub(chunk.dictionary_page_offset()?);
            all_in_dictionary.then(|| (len as f64 / DICTIONARY_VALUE_LEN).max(1.0))
        };
        guess().unwrap_or(f64::INFINITY)
    }

    /// The rows among `rows` that may pass by the column index; `None` when there is none to ask.
    pub(super) fn rows(&self, predicate: &Predicate, rows: &[Range<u64>]) -> Option<Vec<Range<u64>>> {
        let has_index = |test: &&Test| self.leaf(test).is_some_and(|(_, index)| self.pages(index).is_some());
        predicate.tests().iter().any(has_index).then(|| self.rows_of(predicate, rows))
    }

    fn rows_of(&self, predicate: &Predicate, among: &[Range<u64>]) -> Vec<Range<u64>> {
        match predicate {
            Predicate::All(parts) => {
                parts.iter().fold(among.to_vec(), |rows, part| self.rows_of(part, &rows))
            }
            Predicate::Any(parts) => {
                let any: Vec<_> = parts.iter().flat_map(|part| self.rows_of(part, among)).collect();
                coalesce(&any, 0)
            }
            Predicate::Test(test) => match self.pages_of(test) {
                Some(pages) => intersect(among, &coalesce(&pages, 0)),
                None => among.to_vec(),
            },
        }
    }

    /// Whether the column index rules out, by this test alone, any of the pages with these rows.
    pub(super) fn excludes_pages(&self, test: &Test, rows: &[Range<u64>]) -> bool {
        self.pages_of(test).is_some_and(|pages| intersect(rows, &coalesce(&pages, 0)) != rows)
    }

    /// The rows of the pages that may hold a row that passes.
    fn pages_of(&self, test: &Test) -> Option<Vec<Range<u64>>> {
        let (leaf, index) = self.leaf(test)?;
        let (pages, statistics) = self.pages(index)?;
        let may_pass =
            |page: &usize| test.condition.verdict(&leaf.page_bounds(statistics, *page)) != Verdict::None;
        Some(pages.into_iter().enumerate().filter(|(page, _)| may_pass(page)).map(|(_, rows)| rows).collect())
    }

    /// Whether a Bloom filter that was read rules the test out.
    pub(super) fn is_excluded(&self, test: &Test) -> bool {
        let excluded = || {
            let (range, probes) = self.bloom(test)?;
            Some(bloom::excludes(&self.footer.known_bytes(&range)?, &probes))
        };
        excluded().unwrap_or(false)
    }

    /// The Bloom filter that can answer a test, and what to look for in it.
    pub(super) fn bloom(&self, test: &Test) -> Option<(Range<u64>, Vec<Vec<u8>>)> {
        let index = *self.leaves.of(test).first()?;
        let chunk = self.chunk(index)?;
        let range = bloom::range(chunk).filter(|range| range.end <= self.footer.file_len())?;
        Some((range, bloom::probes(&test.condition, test.value_type(), chunk.column_descr())?))
    }

    /// A guess at the bytes of the leaf columns `is_read` that need not be read of a row group of whose rows a share
    /// passes, spread evenly: those of the pages without any.
    pub(super) fn spared(&self, group: &RowGroupRows, share: f64, is_read: impl Fn(usize) -> bool) -> f64 {
        let Some(metadata) = self.footer.metadata().row_groups().get(self.row_group) else { return 0.0 };
        let none_of = |rows: f64| (1.0 - share.clamp(0.0, 1.0)).powf(rows);
        let pages = |leaf: usize, chunk: &ColumnChunkMetaData| -> f64 {
            match self.offset_index(leaf) {
                Some((locations, rows)) => {
                    let wanted = |rows: &Range<u64>| {
                        group.ranges().iter().map(|range| overlap(range, rows)).sum::<u64>()
                    };
                    let pages = locations.iter().zip(&rows).filter(|(_, rows)| wanted(rows) > 0);
                    pages
                        .map(|(page, rows)| {
                            f64::from(page.compressed_page_size) * none_of(wanted(rows) as f64)
                        })
                        .sum()
                }
                None => chunk.compressed_size() as f64 * none_of(group.num_rows() as f64),
            }
        };
        let columns = metadata.columns().iter().enumerate().filter(|(leaf, _)| is_read(*leaf));
        columns.map(|(leaf, chunk)| pages(leaf, chunk)).sum()
    }

    /// The rows of each page of a leaf column, and their statistics.
    fn pages(&self, leaf: usize) -> Option<(Vec<Range<u64>>, &'a ColumnIndexMetaData)> {
        let (locations, rows) = self.offset_index(leaf)?;
        let statistics = self.footer.metadata().page_index()?.column_index(self.row_group, leaf)?;
        (statistics.num_pages() == locations.len() as u64).then_some((rows, statistics))
    }

    fn offset_index(&self, leaf: usize) -> Option<(&'a [PageLocation], Vec<Range<u64>>)> {
        let metadata = self.footer.metadata();
        let locations = metadata.page_index()?.offset_index(self.row_group, leaf)?.page_locations();
        let num_rows = u64::try_from(metadata.row_groups().get(self.row_group)?.num_rows()).ok()?;
        let start = |page: &PageLocation| u64::try_from(page.first_row_index).unwrap_or(0);
        let ends = locations.iter().skip(1).map(start).chain([num_rows]);
        let rows = locations.iter().zip(ends).map(|(page, end)| start(page)..end).collect();
        Some((locations, rows))
    }

    fn chunk(&self, leaf: usize) -> Option<&'a ColumnChunkMetaData> {
        self.footer.metadata().row_groups().get(self.row_group)?.columns().get(leaf)
    }

    /// The leaf column whose statistics speak about a test, and its index.
    fn leaf<'t>(&self, test: &'t Test) -> Option<(Leaf<'t>, usize)>
    where
        'a: 't,
    {
        let metadata = self.footer.metadata();
        let index = *self.leaves.of(test).first()?;
        let is_the_column = !matches!(
            test.data_type,
            DataType::Struct(_)
                | DataType::List(_)
                | DataType::LargeList(_)
                | DataType::FixedSizeList(..)
                | DataType::Map(..)
        );
        Some((Leaf::new(metadata, index, test.value_type(), is_the_column)?, index))
    }
}

fn overlap(a: &Range<u64>, b: &Range<u64>) -> u64 {
    a.end.min(b.end).saturating_sub(a.start.max(b.start))
}
