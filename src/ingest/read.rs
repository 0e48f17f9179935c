//! The second pass: any rows of a file as record batches.

use std::{ops::Range, rc::Rc, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::{
    Checkpoint, TextLayout,
    build::{ColumnBuilder, Refused, StructBuilder, column_builder},
    csv::Fields,
    inspect::read_range,
    json::{Parser, Shape},
    rows::{Row, RowCutter, Step, Syntax, bad_json, malformed},
    typed::misfit,
};
use crate::{
    error::{Error, ErrorKind, Result, ResultExt},
    source::ByteSource,
};

/// The most rows of a batch.
const MAX_BATCH_ROWS: usize = 16_384;

/// The most values of a batch, which nulls are too: a thousand columns make shorter batches.
const MAX_BATCH_VALUES: usize = 1 << 20;

/// How much text a batch is made from.
const MAX_BATCH_BYTES: u64 = 8 << 20;

/// The first slice that is read, for a few rows; each next one is twice as long.
const MIN_SLICE_BYTES: u64 = 256 << 10;

/// The longest slice that is read.
const MAX_SLICE_BYTES: u64 = 4 << 20;

/// Reads rows of a text file. Holds one slice and one batch.
#[derive(Debug)]
pub struct TextReader<S> {
    source: Rc<S>,
    schema: SchemaRef,
    cutter: RowCutter,
    columns: Columns,
    rows: Range<u64>,
    max_rows: usize,
    /// The offset of the next slice.
    at: u64,
    slice_len: u64,
}

/// The columns of a batch in the making.
#[derive(Debug)]
enum Columns {
    /// Each with the position of its field, if the file has it, and how many fields a row may have.
    Csv(Vec<(Option<usize>, Box<dyn ColumnBuilder>)>, usize),
    Json(StructBuilder),
}

impl<S: ByteSource> TextReader<S> {
    /// A reader of the rows `rows`, as columns of `schema` by name; those that the file does not have are null. Starts at
    /// the checkpoint before the first row: at most about 1 MiB is read for nothing.
    ///
    /// # Errors
    /// Kind `unsupported` for a type that text cannot be read as.
    pub fn new(source: Rc<S>, layout: &TextLayout, schema: SchemaRef, rows: Range<u64>) -> Result<Self> {
        let rows = rows.start.min(layout.num_rows)..rows.end.min(layout.num_rows);
        let start = Checkpoint { row: 0, offset: 0, line: 1 };
        let from = layout.checkpoint(rows.start).unwrap_or(start);
        let syntax = Syntax::new(layout.format, layout.dialect, layout.rows_key.clone());
        let columns = match &syntax {
            Syntax::Json(Shape::Lines | Shape::Document { .. }) => {
                Columns::Json(StructBuilder::new(schema.fields())?)
            }
            Syntax::Csv(_) => {
                let position = |field: &Field| layout.columns.iter().position(|name| name == field.name());
                let column = |field: &Arc<Field>| Ok((position(field), column_builder(field)?));
                let columns = schema.fields().iter().map(column).collect::<Result<_>>()?;
                Columns::Csv(columns, layout.columns.len())
            }
        };
        let num_leaves: usize = schema.fields().iter().map(|field| num_leaves(field.data_type())).sum();
        let max_rows = (MAX_BATCH_VALUES / num_leaves.max(1)).clamp(1, MAX_BATCH_ROWS);
        Ok(Self {
            source,
            schema,
            cutter: RowCutter::new(syntax, layout.encoding, from),
            columns,
            rows,
            max_rows,
            at: from.offset,
            slice_len: MIN_SLICE_BYTES,
        })
    }

    /// The schema of the batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The next rows, or `None` after the last: at most 16,384 of them, made from about 8 MiB of text.
    ///
    /// # Errors
    /// Kind `corrupt` with file, line and column for a value that is not of its type and for a row with more fields than
    /// there are columns; and those of reading.
    pub async fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        let batch = self.try_next().await;
        if !matches!(batch, Ok(Some(_))) {
            self.rows.start = self.rows.end;
        }
        batch.context("file", self.source.name())
    }

    async fn try_next(&mut self) -> Result<Option<RecordBatch>> {
        let (mut num_rows, mut start) = (0, 0);
        let max_rows = self.max_rows;
        let is_full = |num_rows, len| num_rows >= max_rows || (num_rows > 0 && len >= MAX_BATCH_BYTES);
        while self.rows.start < self.rows.end && !is_full(num_rows, self.cutter.used() - start) {
            let row = self.cutter.next_row();
            if num_rows == 0 {
                start = self.cutter.used();
            }
            match self.cutter.step()? {
                Step::Row if row < self.rows.start => {}
                Step::Row => {
                    self.columns.push(self.cutter.row(), self.cutter.row_line(), &self.schema)?;
                    self.rows.start += 1;
                    num_rows += 1;
                }
                Step::NeedsData => self.read_slice().await?,
                Step::Finished => return Err(changed()),
            }
        }
        Ok(if num_rows == 0 { None } else { Some(self.columns.finish(&self.schema, num_rows)?) })
    }

    async fn read_slice(&mut self) -> Result<()> {
        let size = self.source.byte_len();
        if self.at >= size {
            self.cutter.finish();
            return Ok(());
        }
        let end = size.min(self.at + self.slice_len);
        let bytes = read_range(&*self.source, self.at..end).await?;
        self.cutter.push(&bytes);
        self.at = end;
        self.slice_len = (self.slice_len * 2).min(MAX_SLICE_BYTES);
        Ok(())
    }
}

impl Columns {
    fn push(&mut self, row: Row<'_>, line: u64, schema: &Schema) -> Result<()> {
        match (self, row) {
            (Self::Csv(columns, num_fields), Row::Fields(fields)) => {
                if fields.len() > *num_fields {
                    return Err(too_long(fields, *num_fields, line));
                }
                for (index, (position, builder)) in columns.iter_mut().enumerate() {
                    let pushed = match position {
                        Some(position) => builder.push_text(fields.get(*position)),
                        None => {
                            builder.push_null();
                            Ok(())
                        }
                    };
                    if let Err(Refused::Misfit { value, .. }) = pushed {
                        return Err(wrong(&value, schema.fields().get(index), None, line));
                    }
                }
                Ok(())
            }
            (Self::Json(rows), Row::Json(text)) => match rows.push_json(&mut Parser::new(text)) {
                Ok(()) => Ok(()),
                Err(Refused::Syntax(syntax)) => Err(bad_json(text, line, &syntax)),
                Err(Refused::Misfit { value, path }) => {
                    let column = path.split('.').next().unwrap_or_default();
                    Err(wrong(
                        &value,
                        schema.fields().iter().find(|field| field.name() == column),
                        Some(&path),
                        line,
                    ))
                }
            },
            _ => Err(changed()),
        }
    }

    fn finish(&mut self, schema: &SchemaRef, num_rows: usize) -> Result<RecordBatch> {
        let columns: Vec<ArrayRef> = match self {
            Self::Csv(columns, _) => {
                columns.iter_mut().map(|(_, builder)| builder.finish()).collect::<Result<_>>()?
            }
            Self::Json(rows) => rows.finish_struct()?.columns().to_vec(),
        };
        let options = RecordBatchOptions::new().with_row_count(Some(num_rows));
        RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options).map_err(|error| {
            Error::new(ErrorKind::Internal, "read text file", "The columns do not make a batch.")
                .with_source(error.to_string())
        })
    }
}

fn num_leaves(data_type: &DataType) -> usize {
    match data_type {
        DataType::Struct(fields) => fields.iter().map(|field| num_leaves(field.data_type())).sum(),
        DataType::List(item) => num_leaves(item.data_type()),
        _ => 1,
    }
}

fn wrong(value: &str, field: Option<&Arc<Field>>, path: Option<&str>, line: u64) -> Error {
    let data_type = field.map_or_else(String::new, |field| field.data_type().to_string());
    let path = path.or(field.map(|field| field.name().as_str())).unwrap_or_default();
    misfit(value, path, line, &data_type)
}

fn too_long(fields: Fields<'_>, num_columns: usize, line: u64) -> Error {
    let num_fields = fields.len();
    malformed(
        line,
        format!(
            "The row has {num_fields} fields and the file {num_columns} columns; look for a delimiter that should be quoted."
        ),
    )
}

fn changed() -> Error {
    let message = "The file is not as it was when it was inspected; open it again.";
    Error::new(ErrorKind::Changed, "read text file", message)
}
