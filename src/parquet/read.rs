//! Reading rows: a state machine that asks for byte ranges and gives record batches.

use std::{
    collections::{HashMap, VecDeque},
    ops::Range,
    sync::Arc,
};

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use bytes::Bytes;
use parquet::{
    DecodeResult,
    arrow::{
        ProjectionMask,
        arrow_reader::{RowSelection, RowSelector},
        push_decoder::{ParquetPushDecoder, ParquetPushDecoderBuilder, RowGroupSelection},
    },
};

use super::{
    Footer, RowGroupRows, batch_rows,
    failure::{arrow_failed, failed},
};
use crate::error::{Error, ErrorKind, Result};

const READ_ROWS: &str = "read rows";

/// What to read of a file.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The names of the columns to read, in the order wanted; `None` for all. A name that the file has not is
    /// left out of the batches.
    pub columns: Option<Vec<String>>,
    /// The row groups and their rows.
    pub row_groups: Vec<RowGroupRows>,
}

impl ReadOptions {
    /// The leaf columns to read.
    pub(super) fn mask(&self, footer: &Footer) -> ProjectionMask {
        let metadata = footer.reader();
        let (roots, ..) = project(metadata.schema(), self.columns.as_deref());
        ProjectionMask::roots(metadata.parquet_schema(), roots)
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

/// Decodes the rows of one file. Holds the encoded bytes of the row group being read, and one decoded batch.
#[derive(Debug)]
pub struct Reader {
    decoder: ParquetPushDecoder,
    /// The ranges of each row group still to be read, in reading order.
    ahead: VecDeque<Vec<Range<u64>>>,
    /// Positions in the decoder's batches, in the order wanted.
    order: Vec<usize>,
    schema: SchemaRef,
}

impl Reader {
    /// A reader of the rows and columns in `options`.
    ///
    /// # Errors
    /// Kind `corrupt` when footer and options do not fit together.
    pub fn new(footer: &Footer, options: &ReadOptions) -> Result<Self> {
        let fail = |error| failed(READ_ROWS, error);
        let metadata = footer.reader();
        let (_, order, schema) = project(metadata.schema(), options.columns.as_deref());
        let mask = options.mask(footer);
        let batch_rows = batch_rows(footer, &options.row_groups, |leaf| mask.leaf_included(leaf));
        let decoder = ParquetPushDecoderBuilder::new_with_metadata(metadata.clone())
            .with_projection(mask.clone())
            .with_batch_size(batch_rows)
            .with_row_group_selections(options.row_groups.iter().map(selection).collect::<Result<_>>()?)
            .build()
            .map_err(fail)?;
        let ahead = ahead(footer, &options.row_groups, &mask, &decoder);
        Ok(Self { decoder, ahead, order, schema })
    }

    /// The schema of the batches: the columns asked for that the file has, in the order asked for.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Every byte range that reading will need, row group by row group.
    pub fn ranges(&self) -> impl Iterator<Item = &[Range<u64>]> {
        self.ahead.iter().map(Vec::as_slice)
    }

    /// Takes the ranges of the next row group, so that they are read before [`Reader::step`] asks for them.
    pub fn take_ahead(&mut self) -> Option<Vec<Range<u64>>> {
        self.ahead.pop_front()
    }

    /// Hands over bytes of the file that begin at `start`.
    ///
    /// # Errors
    /// Kind `internal`, when the decoder does not take them.
    pub fn push(&mut self, start: u64, bytes: Bytes) -> Result<()> {
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
                let batch = batch.project(&self.order).map_err(|error| arrow_failed(READ_ROWS, error))?;
                Ok(ReadStep::Batch(batch))
            }
            DecodeResult::Finished => Ok(ReadStep::Finished),
        }
    }
}

/// What each row group needs: its column chunks when it is read whole, else the pages that hold the rows wanted.
fn ahead(
    footer: &Footer,
    groups: &[RowGroupRows],
    mask: &ProjectionMask,
    decoder: &ParquetPushDecoder,
) -> VecDeque<Vec<Range<u64>>> {
    let mut planned: HashMap<usize, Vec<Range<u64>>> = HashMap::new();
    for page in decoder.scan_plan() {
        planned.entry(page.row_group).or_default().push(page.range);
    }
    let chunks = |row_group: usize| {
        let columns = footer.metadata().row_groups().get(row_group).map_or(&[][..], |group| group.columns());
        let read = columns.iter().enumerate().filter(|(leaf, _)| mask.leaf_included(*leaf));
        read.map(|(_, column)| column.byte_range()).map(|(start, len)| start..start + len).collect()
    };
    let ranges = |group: &RowGroupRows| {
        if group.whole {
            chunks(group.row_group)
        } else {
            planned.remove(&group.row_group).unwrap_or_default()
        }
    };
    groups.iter().map(ranges).collect()
}

/// The root columns to decode, where each wanted one stands among them, and the schema in the order wanted.
fn project(schema: &SchemaRef, columns: Option<&[String]>) -> (Vec<usize>, Vec<usize>, SchemaRef) {
    let Some(columns) = columns else {
        let all: Vec<_> = (0..schema.fields().len()).collect();
        return (all.clone(), all, Arc::clone(schema));
    };
    let wanted: Vec<_> = columns.iter().filter_map(|name| schema.index_of(name).ok()).collect();
    let mut roots = wanted.clone();
    roots.sort_unstable();
    roots.dedup();
    let order = wanted.iter().filter_map(|root| roots.binary_search(root).ok()).collect();
    let fields: Vec<_> = wanted.iter().filter_map(|root| schema.fields().get(*root).cloned()).collect();
    (roots, order, Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone())))
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
    let skip = RowSelector::skip(count(group.rows.start)?);
    let select = RowSelector::select(count(group.rows.end - group.rows.start)?);
    Ok(RowGroupSelection::new(group.row_group, Some(RowSelection::from(vec![skip, select]))))
}
