//! Text files as frames: their schema, and the rows of a task out of one.

use std::{ops::Range, rc::Rc, sync::Arc};

use arrow_array::{BooleanArray, RecordBatch};
use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder};
use arrow_schema::{ArrowError, FieldRef, Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;
use indexmap::IndexMap;
use serde_json::Value as Json;

use super::{
    Column, DataFile, FrameSource, ScanTask, TextFile,
    adapt::Adapter,
    ipc::{decode_schema, encode_schema},
    sample::FileSample,
};
use crate::{
    error::{Error, ErrorKind, Result},
    expr::{Missing, Predicate},
    ingest::{Inspection, TextReader, schema_of},
    source::ByteSource,
};

/// A table of text files that were inspected, in row order. Reads nothing. Each file is called by its position and name,
/// because dropped files may share a name; `types` are those that the files were inspected with.
///
/// # Errors
/// Kind `invalid` without files, and for the type of a column that no file has.
pub fn open_text(inspections: &[Inspection], types: &IndexMap<String, Json>) -> Result<FrameSource> {
    if inspections.is_empty() {
        return Err(Error::new(ErrorKind::Invalid, "open files", "A table needs at least one file."));
    }
    let schema = schema_of(inspections, types)?;
    let arrow_schema = encode_schema(&schema)?;
    let file = |(index, inspection): (usize, &Inspection)| DataFile {
        path: format!("{index}/{}", inspection.file),
        size: inspection.size,
        text: Some(TextFile { layout: inspection.layout.clone(), schema: arrow_schema.clone() }),
        ..DataFile::default()
    };
    Ok(FrameSource {
        repo_type: "dataset".to_owned(),
        repo: "local/files".to_owned(),
        sha: String::new(),
        files: inspections.iter().enumerate().map(file).collect(),
        schema: Column::all(&schema),
        arrow_schema,
    })
}

/// A task on a text file, under way.
#[derive(Debug)]
pub struct TextScan<S> {
    reader: TextReader<S>,
    schema: SchemaRef,
    adapter: Adapter,
    predicate: Option<Predicate>,
    sample: Option<FileSample>,
    /// The row of the file that the next batch begins with.
    row: u64,
    /// Rows that may still come.
    left: u64,
}

impl<S: ByteSource> TextScan<S> {
    /// Starts a task, whose file's bytes come from `source`. Reads nothing yet.
    ///
    /// # Errors
    /// Kind `invalid` for a task that is not of a text file, and for a filter that does not fit the file's types.
    pub fn new(source: S, task: &ScanTask) -> Result<Self> {
        let text = task.file.text.as_ref().ok_or_else(|| {
            Error::new(ErrorKind::Invalid, "read text file", "The task is not of a text file.")
        })?;
        let (all, schema) = (decode_schema(&text.schema)?, decode_schema(&task.schema)?);
        let predicate = task.filter.as_ref().map(|filter| filter.bind(&all, Missing::AsNulls)).transpose()?;
        let read = Arc::new(read_schema(&all, &schema, predicate.as_ref()));
        let adapter = Adapter::new(&schema, &read)?;
        let rows = task.rows.start..task.rows.end.unwrap_or(text.layout.num_rows);
        let row = rows.start;
        let reader = TextReader::new(Rc::new(source), &text.layout, read, rows)?;
        let sample = (!task.samples.is_empty()).then(|| FileSample::new(&task.samples, &task.file.path));
        Ok(Self { reader, schema, adapter, predicate, sample, row, left: task.limit.unwrap_or(u64::MAX) })
    }

    /// The schema of the batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The next rows that pass, or `None` after the last.
    ///
    /// # Errors
    /// Those of [`TextReader::next_batch`].
    pub async fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        while self.left > 0 {
            let Some(batch) = self.reader.next_batch().await? else { break };
            let batch = self.pass(&batch)?;
            let num_rows = batch.num_rows() as u64;
            if num_rows > 0 {
                let kept = num_rows.min(self.left);
                self.left -= kept;
                return Ok(Some(batch.slice(0, usize::try_from(kept).unwrap_or(usize::MAX))));
            }
        }
        self.left = 0;
        Ok(None)
    }

    /// The rows that pass the filter and are in the samples, with the columns that are wanted.
    fn pass(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let rows = self.row..self.row + batch.num_rows() as u64;
        self.row = rows.end;
        let passed = self.predicate.as_ref().map(|predicate| predicate.evaluate(batch)).transpose()?;
        let taken = self.sample.as_ref().map(|sample| taken(sample, rows));
        let mask = match (passed, taken) {
            (Some(passed), Some(taken)) => BooleanArray::new(passed.values() & &taken, None),
            (None, Some(taken)) => BooleanArray::new(taken, None),
            (Some(passed), None) => passed,
            (None, None) => return self.adapter.adapt(batch),
        };
        self.adapter.adapt(&filter_record_batch(batch, &mask).map_err(|error| failed(&error))?)
    }
}

/// The columns to read: those that are wanted, as far as they are wanted, and those that are tested, whole.
fn read_schema(all: &Schema, wanted: &Schema, predicate: Option<&Predicate>) -> Schema {
    let is_tested = |name: &str| {
        let tests = predicate.map(Predicate::tests).unwrap_or_default();
        tests.iter().any(|test| test.path.first().is_some_and(|first| first == name))
    };
    let field = |field: &FieldRef| match wanted.fields().find(field.name()) {
        _ if is_tested(field.name()) => Some(Arc::clone(field)),
        Some((_, wanted)) => Some(Arc::clone(wanted)),
        None => None,
    };
    Schema::new(all.fields().iter().filter_map(field).collect::<Vec<_>>())
}

/// Which of the rows `rows` of a file are in its samples.
fn taken(sample: &FileSample, rows: Range<u64>) -> BooleanBuffer {
    let mut taken = BooleanBufferBuilder::new(0);
    let mut next = rows.start;
    for run in sample.runs(rows.clone()) {
        taken.append_n(len(next..run.start), false);
        taken.append_n(len(run.clone()), true);
        next = run.end;
    }
    taken.append_n(len(next..rows.end), false);
    taken.finish()
}

/// Of rows in one batch.
fn len(rows: Range<u64>) -> usize {
    usize::try_from(rows.end - rows.start).unwrap_or(usize::MAX)
}

fn failed(error: &ArrowError) -> Error {
    Error::new(ErrorKind::Internal, "read text file", "A batch does not fit its frame.")
        .with_source(error.to_string())
}

#[cfg(test)]
mod tests {
    use arrow_array::{cast::AsArray, types::Int64Type};
    use futures_util::FutureExt;

    use super::*;
    use crate::{
        expr::{Expr, col},
        frame::{FrameSpec, RowRange, Sample, Session, ShownColumn},
        http::{RetryPolicy, fake::FakeTransport},
        hub::Hub,
        ingest::{TextOptions, inspect},
        source::MemorySource,
    };

    /// Files of `n` and `even`, from one number to another.
    fn file(numbers: std::ops::Range<u64>) -> MemorySource {
        let rows: String = numbers.clone().map(|n| format!("{n},{}\n", n % 2 == 0)).collect();
        MemorySource::new(format!("{}.csv", numbers.start), format!("n,even\n{rows}"))
    }

    fn frame(files: &[MemorySource]) -> FrameSpec {
        let inspected = files.iter().map(|file| inspect(file.clone(), TextOptions::default()));
        let inspected = inspected.map(|inspection| inspection.now_or_never().unwrap().unwrap());
        FrameSpec::from(open_text(&inspected.collect::<Vec<_>>(), &IndexMap::new()).unwrap())
    }

    fn shown(name: &str) -> ShownColumn {
        ShownColumn { name: name.into(), source: name.into(), ..ShownColumn::default() }
    }

    fn session() -> Rc<Session<FakeTransport>> {
        let hub = Hub::new(FakeTransport::new(|_| None), "http://hub.test", None, RetryPolicy::default());
        Rc::new(Session::new(hub.unwrap()))
    }

    /// The numbers of all tasks of a plan.
    fn numbers(files: &[MemorySource], spec: &FrameSpec) -> Vec<i64> {
        let plan = session().plan(spec).now_or_never().unwrap().unwrap();
        let mut found = Vec::new();
        for task in &plan.tasks {
            let index: usize = task.file.path.split('/').next().unwrap().parse().unwrap();
            let mut scan = TextScan::new(files[index].clone(), task).unwrap();
            while let Some(batch) = scan.next_batch().now_or_never().unwrap().unwrap() {
                assert_eq!(batch.num_columns(), 1);
                found.extend(batch.column(0).as_primitive::<Int64Type>().values());
            }
        }
        let rows =
            plan.rows.start as usize..plan.rows.end.map_or(found.len(), |end| found.len().min(end as usize));
        found.drain(rows).collect()
    }

    fn count(spec: &FrameSpec) -> u64 {
        session().plan_count(spec).now_or_never().unwrap().unwrap().tasks.len() as u64
    }

    #[test]
    fn rows_cross_files_and_filters_read_other_columns() {
        let files = [file(0..10), file(10..15), file(15..30)];
        let spec = FrameSpec { columns: Some(vec![shown("n")]), ..frame(&files) };
        assert_eq!(numbers(&files, &spec), (0..30).collect::<Vec<_>>());
        let rows = RowRange { start: 8, end: Some(17) };
        assert_eq!(numbers(&files, &FrameSpec { rows, ..spec.clone() }), (8..17).collect::<Vec<_>>());
        let filter: Option<Expr> = Some(col("even").eq(true).and(col("n").gt(3)));
        let filtered = FrameSpec { filter: filter.clone(), ..spec.clone() };
        assert_eq!(numbers(&files, &filtered), (4..30).step_by(2).collect::<Vec<_>>());
        let rows = RowRange { start: 2, end: Some(5) };
        assert_eq!(numbers(&files, &FrameSpec { rows, ..filtered.clone() }), [8, 10, 12]);
        let [half, other] = [(0.0, 0.5), (0.5, 1.0)].map(|(start, end)| {
            let samples = vec![Sample { seed: 1, start, end }];
            numbers(&files, &FrameSpec { samples, ..filtered.clone() })
        });
        let mut both = [half.clone(), other].concat();
        both.sort_unstable();
        assert!(both == (4..30).step_by(2).collect::<Vec<_>>() && !half.is_empty() && half.len() < 13);
        assert_eq!(count(&filtered), 3, "text files prove nothing");
        let sliced = FrameSpec { rows: RowRange { start: 3, end: None }, ..spec.clone() };
        assert_eq!(session().count(&sliced).now_or_never().unwrap().unwrap().num_rows, 27);
        let explained = session().explain(&filtered).now_or_never().unwrap().unwrap();
        assert_eq!(explained.at_most.requests, 0);
    }

    #[test]
    fn a_large_file_is_shared_by_tasks() {
        let files = [file(0..3_000_000)];
        let spec = FrameSpec { columns: Some(vec![shown("n")]), ..frame(&files) };
        let plan = session().plan(&spec).now_or_never().unwrap().unwrap();
        assert_eq!(plan.tasks.len() as u64, files[0].byte_len().div_ceil(33 << 20));
        let last = TextScan::new(files[0].clone(), plan.tasks.last().unwrap());
        let batch = last.unwrap().next_batch().now_or_never().unwrap().unwrap().unwrap();
        let first = plan.tasks.last().unwrap().rows.start;
        assert_eq!(batch.column(0).as_primitive::<Int64Type>().value(0) as u64, first);
    }
}
