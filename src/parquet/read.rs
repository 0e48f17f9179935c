//! Reading rows: a state machine that asks for byte ranges and gives record batches.

use std::{
    collections::{HashMap, VecDeque},
    ops::Range,
};

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Fields, SchemaRef};
use bytes::Bytes;
use parquet::{
    DecodeResult,
    arrow::{
        ProjectionMask,
        arrow_reader::{ArrowPredicate, ArrowPredicateFn, RowFilter, RowSelection, RowSelector},
        push_decoder::{ParquetPushDecoder, ParquetPushDecoderBuilder, RowGroupSelection},
    },
};

use super::{
    Filter, Footer, RowGroupRows, batch_rows,
    failure::{arrow_failed, failed},
    projection::Projection,
    validate::Unchecked,
};
use crate::{
    error::{Error, ErrorKind, Result},
    expr::Predicate,
};

const READ_ROWS: &str = "read rows";

/// Row groups of so few bytes are read together.
const MAX_WAVE_LEN: u64 = 2 << 20;

/// Decoded values of a filter's columns that are kept for the rows that pass, in bytes.
const FILTER_CACHE_LEN: usize = 16 << 20;

/// What to read of a file.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The columns to read, in the order wanted; `None` for all. Of structs only the fields that are named are read. A
    /// name that the file has not is left out of the batches; what types they are there is not asked here.
    pub columns: Option<Fields>,
    /// The row groups and their rows.
    pub row_groups: Vec<RowGroupRows>,
    /// Of these rows only those that pass.
    pub filter: Option<Filter>,
    /// Of those that pass only the first so many.
    pub limit: Option<u64>,
}

impl ReadOptions {
    /// The leaf columns of the batches.
    pub fn mask(&self, footer: &Footer) -> ProjectionMask {
        Projection::new(footer, self.columns.as_ref()).mask
    }

    /// The schema of the batches: the columns asked for that the file has, in the order asked for.
    pub fn schema(&self, footer: &Footer) -> SchemaRef {
        Projection::new(footer, self.columns.as_ref()).schema
    }
}

/// The next thing that a [`Reader`] wants or has.
#[derive(Debug)]
pub enum ReadStep {
    /// These ranges are missing. Give them to [`Reader::push`].
    NeedsData(Vec<Range<u64>>),
    /// The next rows.
    Batch(RecordBatch),
    /// There are no more.
    Finished,
}

/// The byte ranges that are read together: those of a row group, or of several small ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wave {
    /// What is read before anything is decoded: column chunks of row groups that are read whole, else the pages that
    /// hold the rows wanted; of the columns of a filter alone, where these are read first.
    pub first: Vec<Range<u64>>,
    /// What is read then at most, row group by row group: the pages that hold rows that pass.
    pub later: Vec<Vec<Range<u64>>>,
}

/// Decodes the rows of one file. Holds the encoded bytes of the row group being read, and one decoded batch.
#[derive(Debug)]
pub struct Reader {
    decoder: ParquetPushDecoder,
    /// What is still to be read, in reading order.
    ahead: VecDeque<Wave>,
    /// Positions in the decoder's batches, in the order wanted.
    order: Vec<usize>,
    schema: SchemaRef,
    unchecked: Unchecked,
    /// How many rows are still to come, where no filter leaves that open.
    rows_left: Option<u64>,
}

impl Reader {
    /// A reader of the rows and columns in `options`.
    ///
    /// # Errors
    /// Kind `corrupt` when footer and options do not fit together.
    pub fn new(footer: &Footer, options: &ReadOptions) -> Result<Self> {
        let fail = |error| failed(READ_ROWS, error);
        let metadata = footer.reader();
        let Projection { mask, order, schema } = Projection::new(footer, options.columns.as_ref());
        let batch_rows = batch_rows(footer, &options.row_groups, |leaf| mask.leaf_included(leaf));
        let mut builder = ParquetPushDecoderBuilder::new_with_metadata(metadata.clone())
            .with_projection(mask.clone())
            .with_batch_size(batch_rows)
            .with_row_group_selections(options.row_groups.iter().map(selection).collect::<Result<_>>()?);
        if let Some(filter) = &options.filter {
            // What is kept of the filter's columns need not be decoded again for the rows that pass. But whole batches
            // are kept, and read for that: of a few pages, more would be read than is saved.
            let whole = options.row_groups.iter().all(|group| group.whole);
            let cache = if whole { FILTER_CACHE_LEN } else { 0 };
            builder =
                builder.with_row_filter(row_filter(footer, filter)).with_max_predicate_cache_size(cache);
        }
        if let Some(limit) = options.limit {
            builder = builder.with_limit(usize::try_from(limit).unwrap_or(usize::MAX));
        }
        let decoder = builder.build().map_err(fail)?;
        let ahead = waves(footer, options, &mask, &decoder);
        let is_read = |leaf: usize| {
            mask.leaf_included(leaf) || options.filter.as_ref().is_some_and(|filter| filter.reads(leaf))
        };
        let row_groups = options.row_groups.iter().map(|group| group.row_group);
        let unchecked = Unchecked::new(footer.metadata(), row_groups, is_read);
        let rows: u64 = options.row_groups.iter().map(RowGroupRows::num_rows).sum();
        let rows_left = options.filter.is_none().then(|| rows.min(options.limit.unwrap_or(u64::MAX)));
        Ok(Self { decoder, ahead, order, schema, unchecked, rows_left })
    }

    /// The schema of the batches: the columns asked for that the file has, in the order asked for.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// All that reading will need.
    pub fn waves(&self) -> impl Iterator<Item = &Wave> {
        self.ahead.iter()
    }

    /// Takes the ranges to read next, so that they are read before [`Reader::step`] asks for them.
    pub fn take_ahead(&mut self) -> Option<Vec<Range<u64>>> {
        self.ahead.pop_front().map(|wave| wave.first)
    }

    /// Hands over bytes of the file that begin at `start`.
    ///
    /// # Errors
    /// Kind `corrupt` when a page header among them is not what decoding can rely on, naming row group, column and
    /// offset; kind `internal`, when the decoder does not take them.
    pub fn push(&mut self, start: u64, bytes: Bytes) -> Result<()> {
        self.unchecked.check(start, &bytes)?;
        let end = start + bytes.len() as u64;
        self.decoder.push_range(start..end, bytes).map_err(|error| failed(READ_ROWS, error))
    }

    /// Decodes on, as far as the bytes go.
    ///
    /// # Errors
    /// Kind `corrupt` when the bytes are not what the footer says; kind `unsupported` for a codec or type that
    /// cannot be read.
    pub fn step(&mut self) -> Result<ReadStep> {
        match self.decoder.try_decode().map_err(|error| failed(READ_ROWS, error))? {
            DecodeResult::NeedsData(ranges) if ranges.is_empty() => Err(Error::new(
                ErrorKind::Internal,
                READ_ROWS,
                "The decoder asks for nothing and gives nothing.",
            )),
            DecodeResult::NeedsData(ranges) => Ok(ReadStep::NeedsData(ranges)),
            DecodeResult::Data(batch) => {
                self.count(batch.num_rows() as u64)?;
                let batch = batch.project(&self.order).map_err(|error| arrow_failed(READ_ROWS, error))?;
                Ok(ReadStep::Batch(batch))
            }
            DecodeResult::Finished if self.rows_left.is_some_and(|left| left > 0) => Err(miscounted()),
            DecodeResult::Finished => Ok(ReadStep::Finished),
        }
    }

    /// Counts rows that were decoded. The decoder ends when a column does, whatever the footer says.
    fn count(&mut self, rows: u64) -> Result<()> {
        if let Some(left) = &mut self.rows_left {
            *left = left.checked_sub(rows).ok_or_else(miscounted)?;
        }
        Ok(())
    }
}

fn miscounted() -> Error {
    let message = "The pages hold another number of rows than the footer says. The file is damaged.";
    Error::new(ErrorKind::Corrupt, READ_ROWS, message)
}

/// What the row groups need, small ones together. Whoever wants a number of rows that pass may have them after any row
/// group, so then each is read by itself.
fn waves(
    footer: &Footer,
    options: &ReadOptions,
    mask: &ProjectionMask,
    decoder: &ParquetPushDecoder,
) -> VecDeque<Wave> {
    let mut planned: HashMap<usize, Vec<(usize, Range<u64>)>> = HashMap::new();
    for page in decoder.scan_plan() {
        planned.entry(page.row_group).or_default().push((page.column, page.range));
    }
    let mut waves: VecDeque<Wave> = VecDeque::new();
    let mut room = 0;
    for group in &options.row_groups {
        let pages = planned.remove(&group.row_group).unwrap_or_default();
        let (first, later) = reads(footer, options, mask, group, pages);
        let len: u64 = first.iter().map(|range| range.end - range.start).sum();
        match waves.back_mut() {
            Some(wave) if len <= room && options.limit.is_none() => {
                wave.first.extend(first);
                wave.later.push(later);
                room -= len;
            }
            _ => {
                waves.push_back(Wave { first, later: vec![later] });
                room = MAX_WAVE_LEN.saturating_sub(len);
            }
        }
    }
    waves
}

/// What a row group needs first, and later; `pages` are all that the decoder foresees.
fn reads(
    footer: &Footer,
    options: &ReadOptions,
    mask: &ProjectionMask,
    group: &RowGroupRows,
    pages: Vec<(usize, Range<u64>)>,
) -> (Vec<Range<u64>>, Vec<Range<u64>>) {
    let filtered = |leaf: usize| options.filter.as_ref().is_some_and(|filter| filter.reads(leaf));
    let is_first = |leaf: usize| filtered(leaf) || (mask.leaf_included(leaf) && !group.filter_first);
    let (first, later): (Vec<_>, Vec<_>) = pages.into_iter().partition(|(leaf, _)| is_first(*leaf));
    let later = later.into_iter().map(|(_, range)| range).collect();
    if !group.whole {
        return (first.into_iter().map(|(_, range)| range).collect(), later);
    }
    let chunks = footer.metadata().row_groups().get(group.row_group).map_or(&[][..], |group| group.columns());
    let chunks = chunks.iter().enumerate().filter(|(leaf, _)| is_first(*leaf));
    (chunks.map(|(_, chunk)| chunk.byte_range()).map(|(start, len)| start..start + len).collect(), later)
}

/// The filter as the decoder evaluates it: what must hold together one after the other, the smallest columns first, so
/// that less is decoded of the others.
fn row_filter(footer: &Footer, filter: &Filter) -> RowFilter {
    let schema = footer.reader().parquet_schema();
    let groups = footer.metadata().row_groups();
    let mut parts: Vec<(i64, Vec<usize>, Predicate)> = Vec::new();
    for part in filter.predicate().clone().conjuncts() {
        let leaves = filter.leaves_of(&part);
        let chunks =
            groups.iter().flat_map(|group| leaves.iter().filter_map(|leaf| group.columns().get(*leaf)));
        let len = chunks.map(|chunk| chunk.uncompressed_size()).fold(0, i64::saturating_add);
        let smaller = parts.partition_point(|(other, ..)| *other <= len);
        parts.insert(smaller, (len, leaves, part));
    }
    let predicate = |(_, leaves, part): (i64, Vec<usize>, Predicate)| -> Box<dyn ArrowPredicate> {
        let evaluate = move |batch: RecordBatch| {
            part.evaluate(&batch).map_err(|error| ArrowError::ExternalError(Box::new(error)))
        };
        Box::new(ArrowPredicateFn::new(ProjectionMask::leaves(schema, leaves), evaluate))
    };
    RowFilter::new(parts.into_iter().map(predicate).collect())
}

fn selection(group: &RowGroupRows) -> Result<RowGroupSelection> {
    if group.whole {
        return Ok(RowGroupSelection::new(group.row_group, None));
    }
    let count = |rows: u64| {
        usize::try_from(rows).map_err(|_| {
            Error::new(ErrorKind::Limit, READ_ROWS, "The row group has more rows than memory can address.")
        })
    };
    let mut selectors = Vec::new();
    let mut row = 0;
    for rows in group.ranges() {
        selectors.push(RowSelector::skip(count(rows.start - row)?));
        selectors.push(RowSelector::select(count(rows.end - rows.start)?));
        row = rows.end;
    }
    Ok(RowGroupSelection::new(group.row_group, Some(RowSelection::from(selectors))))
}
