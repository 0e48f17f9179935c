//! Aggregates of a frame: what its footers answer, and tasks for the rest.
//!
//! A row group whose rows all belong to the frame, and whose statistics are exact, is not read for its counts and
//! extremes. Everything else is measured by tasks, whose partial results merge in any grouping.

use std::{collections::BTreeSet, ops::Range, rc::Rc};

use arrow_schema::{Schema, SchemaRef};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use super::{
    DataFile, Frame, FrameSpec, RowRange, ScanTask, Session,
    columns::{ShownColumn, project, renamed},
    filter::checked,
    ipc::{decode_schema, encode_schema},
    session::repo_id,
    table::Window,
};
use crate::{
    aggregate::{Accumulator, Answer, ColumnMeasures, Key, Partial, Pass, Query, Step, merge},
    error::{Error, ErrorKind, Result, ResultExt},
    expr::{Expr, Limits, Missing, Verdict},
    http::Transport,
    parquet::{ExactBounds, Filter, Footer, row_runs},
};

/// Tasks that are measured side by side.
const MAX_MEASURING: usize = 4;

/// The work that measuring columns comes to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AggregatePlan {
    /// What is measured.
    pub measures: Vec<ColumnMeasures>,
    /// What the footers say of row groups that need not be read: a partial result for each of the measures.
    pub partials: Vec<Partial>,
    /// Tasks for the others.
    pub tasks: Vec<AggregateTask>,
    /// The frame's files, with the footers that planning had to read.
    pub files: Vec<DataFile>,
}

/// One unit of work: some of the measures, of some rows. Needs nothing but itself and a token.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AggregateTask {
    /// What is measured, of columns as the files call them.
    pub measures: Vec<ColumnMeasures>,
    /// Which of the plan's measures these are.
    pub positions: Vec<usize>,
    /// The number of the plan's measures.
    pub num_measures: usize,
    /// The rows: those of these tasks, one after the other ...
    pub scans: Vec<ScanTask>,
    /// ... and of these together the rows in this range.
    pub rows: RowRange,
}

/// A query's next step on a frame.
#[derive(Debug)]
pub enum AggregateStep {
    /// Another pass over the rows, to be run by whoever asked.
    Plan(AggregatePlan),
    /// The answer.
    Answer(Answer),
}

impl<T: Transport> Session<T> {
    /// What a query comes to after some passes over a frame: the answer, or the plan of another pass. Reads the footers
    /// that are not known, side by side: one request a file.
    ///
    /// # Errors
    /// Those of [`Query::step`], and of reading footers; kind `unsupported` for text files.
    pub async fn aggregate_step(
        &self,
        frame: &FrameSpec,
        query: &Query,
        passes: &[Pass],
    ) -> Result<AggregateStep> {
        if frame.files.iter().any(|file| file.text.is_some()) {
            let message = "Columns of text files are not measured: write the rows as Parquet and open that.";
            return Err(Error::new(ErrorKind::Unsupported, "aggregate", message));
        }
        let all = decode_schema(&frame.arrow_schema)?;
        let columns = frame.columns.as_deref();
        let shown = renamed(&project(&all, columns)?, columns);
        Ok(match query.step(&shown, passes)? {
            Step::Answer(answer) => AggregateStep::Answer(answer),
            Step::Measure(measures) => AggregateStep::Plan(self.plan_aggregate(frame, measures).await?),
        })
    }

    /// Plans a pass.
    async fn plan_aggregate(
        &self,
        frame: &FrameSpec,
        measures: Vec<ColumnMeasures>,
    ) -> Result<AggregatePlan> {
        let repo = repo_id(&frame.repo_type, &frame.repo)?;
        let all = decode_schema(&frame.arrow_schema)?;
        let mut files = frame.files.clone();
        if frame.is_selective() && !frame.rows.is_all() {
            return self.plan_in_order(frame, measures).await;
        }
        let parts = if frame.rows.is_all() {
            self.learn_footers(&repo, &frame.sha, &mut files).await?;
            vec![RowRange::default(); files.len()]
        } else {
            self.locate(&repo, &frame.sha, &mut files, frame.rows).await?
        };
        let filter = frame.filter.as_ref().map(|filter| checked(filter, &all)).transpose()?;
        let in_files = frame.in_files(&measures)?;
        let mut partials = vec![vec![Partial::default(); measures.len()]];
        let mut tasks = Vec::new();
        for (file, part) in files.iter().zip(parts) {
            let footer = self.footer(&repo, &frame.sha, file).await?;
            let rows = part.start..part.end.unwrap_or_else(|| footer.num_rows());
            let planning = Planning { frame, schema: &all, measures: &in_files, footer: &footer, file };
            let (known, runs) = planning.row_groups(&rows, filter.as_ref()).context("file", &file.path)?;
            partials.extend(known);
            for (positions, rows) in runs {
                tasks.push(planning.task(positions, rows, filter.clone())?);
            }
        }
        Ok(AggregatePlan { partials: merge(&measures, partials), measures, tasks, files })
    }

    /// Of a slice of filtered or sampled rows nobody knows where it begins: one task goes through all before it.
    async fn plan_in_order(&self, frame: &FrameSpec, measures: Vec<ColumnMeasures>) -> Result<AggregatePlan> {
        let in_files = frame.in_files(&measures)?;
        let spec = FrameSpec { columns: Some(frame.measured(&in_files)), ..frame.clone() };
        let plan = self.plan(&spec).await?;
        let task = AggregateTask {
            positions: (0..measures.len()).collect(),
            num_measures: measures.len(),
            measures: in_files,
            scans: plan.tasks,
            rows: plan.rows,
        };
        let partials = merge(&measures, Vec::new());
        Ok(AggregatePlan { measures, partials, tasks: vec![task], files: plan.files })
    }

    /// Runs a task: a partial result for each of the plan's measures.
    ///
    /// # Errors
    /// Those of [`super::Scan::next_batch`].
    pub async fn measure(self: &Rc<Self>, task: AggregateTask) -> Result<Vec<Partial>>
    where
        T: 'static,
    {
        let AggregateTask { measures, positions, num_measures, scans, rows } = task;
        let mut accumulator = Accumulator::new(&measures);
        let mut window = Window::from(rows);
        for scan in scans {
            let mut scan = self.scan(scan)?;
            while !window.is_done()
                && let Some(batch) = scan.next_batch().await?
            {
                if let Some(batch) = window.cut(batch) {
                    accumulator.add(&batch)?;
                }
            }
        }
        let mut partials = vec![Partial::default(); num_measures];
        for (position, partial) in positions.into_iter().zip(accumulator.finish()) {
            *partials.get_mut(position).ok_or_else(not_ours)? = partial;
        }
        Ok(partials)
    }
}

impl<T: Transport + 'static> Frame<T> {
    /// Answers a query. Counts and extremes come from footers where these are exact; all else reads the columns, once or
    /// a few times (see [`crate::aggregate`]). The package runs tasks side by side in workers.
    ///
    /// # Errors
    /// Those of [`Session::aggregate_step`] and [`Session::measure`].
    pub async fn query(&self, query: &Query) -> Result<Answer> {
        let session = self.session();
        let mut passes = Vec::new();
        loop {
            let plan = match session.aggregate_step(self.spec(), query, &passes).await? {
                AggregateStep::Answer(answer) => return Ok(answer),
                AggregateStep::Plan(plan) => plan,
            };
            let AggregatePlan { measures, partials, tasks, .. } = plan;
            let parts = stream::iter(tasks).map(|task| session.measure(task)).buffered(MAX_MEASURING);
            let merged =
                parts.try_fold(partials, async |whole, part| Ok(merge(&measures, vec![whole, part]))).await?;
            passes.push(Pass { measures, partials: merged });
        }
    }
}

impl FrameSpec {
    /// The same measures, of columns by the names that they have in the files.
    fn in_files(&self, measures: &[ColumnMeasures]) -> Result<Vec<ColumnMeasures>> {
        let Some(columns) = &self.columns else { return Ok(measures.to_vec()) };
        let in_files = measures.iter().map(|measures| {
            let shown = columns.iter().find(|column| column.name == measures.column).ok_or_else(not_ours)?;
            Ok(ColumnMeasures { column: shown.source.clone(), ..measures.clone() })
        });
        in_files.collect()
    }

    /// The columns that are measured, each once and as the files call it, with those of its fields that are shown.
    fn measured(&self, measures: &[ColumnMeasures]) -> Vec<ShownColumn> {
        let mut columns: Vec<ShownColumn> = Vec::new();
        for ColumnMeasures { column: source, .. } in measures {
            if columns.iter().all(|column| column.source != *source) {
                let shown = self.columns.iter().flatten().find(|column| column.source == *source);
                let fields = shown.map(|column| column.fields.clone()).unwrap_or_default();
                columns.push(ShownColumn {
                    name: source.clone(),
                    source: source.clone(),
                    fields,
                    bytes: false,
                });
            }
        }
        columns
    }
}

/// What is planned of one file.
struct Planning<'a> {
    frame: &'a FrameSpec,
    schema: &'a SchemaRef,
    /// By the names that columns have in the files.
    measures: &'a [ColumnMeasures],
    footer: &'a Footer,
    file: &'a DataFile,
}

/// Positions of measures, and the rows that they are to be taken of.
type Run = (BTreeSet<usize>, Range<u64>);

impl Planning<'_> {
    /// What the footer says of the row groups with these rows, and the runs of rows that are to be read, with the
    /// measures that are to be taken of each.
    fn row_groups(&self, rows: &Range<u64>, filter: Option<&Expr>) -> Result<(Vec<Vec<Partial>>, Vec<Run>)> {
        let schema = self.footer.reader().schema();
        let predicate = filter.map(|filter| filter.bind(schema, Missing::AsNulls)).transpose()?;
        let filter = predicate.map(|predicate| Filter::new(self.footer, predicate));
        let (mut known, mut runs): (_, Vec<Run>) = (Vec::new(), Vec::new());
        let mut first = 0;
        for (row_group, num_rows) in self.footer.row_group_lens().enumerate() {
            let group = first..first + num_rows;
            let part = rows.start.max(group.start)..rows.end.min(group.end);
            first = group.end;
            let verdict =
                filter.as_ref().map_or(Verdict::All, |filter| filter.verdict(self.footer, row_group));
            if part.is_empty() || verdict == Verdict::None {
                continue;
            }
            let all = part == group && verdict == Verdict::All && self.frame.samples.is_empty();
            let partials: Vec<Option<Partial>> = self
                .measures
                .iter()
                .map(|measures| if all { self.by_statistics(measures, row_group, num_rows) } else { None })
                .collect();
            let unknown = |(position, partial): (usize, &Option<_>)| partial.is_none().then_some(position);
            let positions: BTreeSet<usize> = partials.iter().enumerate().filter_map(unknown).collect();
            known.push(partials.into_iter().map(Option::unwrap_or_default).collect());
            match runs.last_mut() {
                _ if positions.is_empty() => {}
                Some((last, run)) if *last == positions && run.end == part.start => run.end = part.end,
                _ => runs.push((positions, part)),
            }
        }
        let cut = |(positions, run): Run| {
            let columns = self.frame.measured(&self.measures_at(&positions));
            let leaves = self.footer.metadata().file_metadata().schema_descr().columns();
            let is_measured = |leaf: usize| {
                let root = leaves.get(leaf).and_then(|leaf| leaf.path().parts().first());
                root.is_some_and(|root| columns.iter().any(|column| column.source == *root))
            };
            let is_filtered = |leaf| filter.as_ref().is_some_and(|filter| filter.reads(leaf));
            let runs = row_runs(self.footer, &run, |leaf| is_measured(leaf) || is_filtered(leaf), |_| true);
            runs.into_iter().map(move |run| (positions.clone(), run))
        };
        Ok((known, runs.into_iter().flat_map(cut).collect()))
    }

    /// What the statistics of a row group say of a column, if that is all that is asked.
    fn by_statistics(&self, wanted: &ColumnMeasures, row_group: usize, num_rows: u64) -> Option<Partial> {
        let none = Partial { rows: num_rows, ..Partial::default() };
        let field = self.schema.field_with_name(&wanted.column).ok()?;
        let Ok(found) = self.footer.reader().schema().field_with_name(&wanted.column) else {
            // A column that the file has not is null in all of its rows.
            return Some(Partial { nulls: num_rows, ..none });
        };
        let is_lengths = wanted.of == crate::aggregate::Of::Lengths && wanted.measures.extremes;
        if !wanted.measures.is_in_statistics() || is_lengths || found.data_type() != field.data_type() {
            return None;
        }
        let ExactBounds { nulls, extremes } =
            self.footer.exact_bounds(row_group, &wanted.column, field.data_type());
        let nulls = nulls?;
        let partial = Partial { nulls, ..none };
        if !wanted.measures.extremes || nulls == num_rows {
            return Some(partial);
        }
        let extremes = match extremes? {
            Limits::Numbers(Some(min), Some(max)) => (Key::Number(min), Key::Number(max)),
            Limits::Bytes(Some(min), Some(max)) => (Key::Bytes(min), Key::Bytes(max)),
            _ => return None,
        };
        Some(Partial { extremes: Some(extremes), ..partial })
    }

    fn measures_at(&self, positions: &BTreeSet<usize>) -> Vec<ColumnMeasures> {
        positions.iter().filter_map(|position| self.measures.get(*position)).cloned().collect()
    }

    fn task(
        &self,
        positions: BTreeSet<usize>,
        rows: Range<u64>,
        filter: Option<Expr>,
    ) -> Result<AggregateTask> {
        let measures = self.measures_at(&positions);
        let schema: Schema = project(self.schema, Some(&self.frame.measured(&measures)))?.as_ref().clone();
        let rows = RowRange { start: rows.start, end: Some(rows.end) };
        let scan = self.frame.task(self.file, encode_schema(&schema)?, rows);
        Ok(AggregateTask {
            measures,
            positions: positions.into_iter().collect(),
            num_measures: self.measures.len(),
            scans: vec![ScanTask { filter, ..scan }],
            rows: RowRange::default(),
        })
    }
}

fn not_ours() -> Error {
    Error::new(ErrorKind::Invalid, "aggregate", "This task was not made by hubframe.")
}
