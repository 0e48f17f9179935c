//! Statistics of columns in the shapes of the Hub's own (dataset viewer, `/statistics`, `statistics_utils.py`).
//!
//! What the Hub has and this has not: strings that look like dates are strings, and media (whose widths and durations
//! would have to be decoded) have no entry; neither have structs and binaries, nor have they there. What this has
//! besides: decimals, as floats; dates, as timestamps. Times are in UTC.

use arrow_schema::{DataType, Schema, TimeUnit};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::{
    Answer, ColumnMeasures, Key, Measures, Of, Partial, Pass, Step, TallyOptions,
    datetime::{Clock, time_delta},
    measure::{is_list, is_number, is_text},
    order::{Found, Numbers, Progress},
    query::{found, max_tally, measure_or, type_of},
    statistics::{Histogram, Numeric, Order, Wanted, int_edges, mean, round},
};
use crate::{
    error::Result,
    features::{FeatureKind, Features},
};

/// A string column with no more distinct values than this has labels ...
const MAX_LABELS: u64 = 1000;
/// ... when they are not more than this share of its rows ...
const MAX_LABEL_SHARE: f64 = 0.2;
/// ... or when they are this few.
const FEW_LABELS: u64 = 10;

/// The key of a class label that says "no label".
const NO_LABEL: i128 = -1;

/// What the Hub takes a column for.
enum Kind<'a> {
    ClassLabel(&'a [String]),
    Bool,
    Int,
    Float,
    /// Either labels or text: the values decide.
    String,
    List,
    /// Of so many units a second; negative: of so many seconds a unit.
    Datetime(i128),
}

#[derive(Serialize)]
struct ColumnStatistics<'a> {
    column_name: &'a str,
    column_type: &'static str,
    column_statistics: Statistics,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Statistics {
    Numerical(Numerical<f64, Histogram>),
    Datetime(Numerical<String, Map<String, Json>>),
    Labels {
        nan_count: u64,
        nan_proportion: f64,
        no_label_count: u64,
        no_label_proportion: f64,
        n_unique: u64,
        frequencies: Map<String, Json>,
    },
    Bool {
        nan_count: u64,
        nan_proportion: f64,
        frequencies: Map<String, Json>,
    },
}

#[derive(Serialize)]
struct Numerical<T, H> {
    nan_count: u64,
    nan_proportion: f64,
    min: Option<T>,
    max: Option<T>,
    mean: Option<T>,
    median: Option<T>,
    std: Option<T>,
    histogram: Option<H>,
}

pub(super) fn describe(columns: Option<&[String]>, schema: &Schema, passes: &[Pass]) -> Result<Step> {
    // A `huggingface` key that cannot be understood tells nothing.
    let features = Features::from_arrow_schema(schema).unwrap_or_default();
    let names: Vec<&str> = match columns {
        Some(names) => names.iter().map(String::as_str).collect(),
        None => schema.fields().iter().map(|field| field.name().as_str()).collect(),
    };
    let mut kinds = Vec::new();
    for name in names {
        let kind = kind_of(features.get(name).map(|feature| &feature.kind), type_of(schema, name)?);
        kinds.extend(kind.map(|kind| (name, kind)));
    }
    let max_tally = max_tally(kinds.len());
    if passes.is_empty() && !kinds.is_empty() {
        let mut measures = Vec::new();
        for (name, kind) in &kinds {
            measures.extend(first_pass(name, kind, max_tally));
        }
        return Ok(Step::Measure(measures));
    }
    let (mut statistics, mut missing) = (Vec::new(), Vec::new());
    for (name, kind) in &kinds {
        let (column_type, column_statistics, more) = Column { name, passes, max_tally }.statistics(kind);
        statistics.push(ColumnStatistics { column_name: name, column_type, column_statistics });
        missing.extend(more);
    }
    measure_or(missing, || {
        // Without a column that is described, nobody counted.
        let rows = passes.first().and_then(|pass| pass.partials.first()).map(|partial| partial.rows);
        let text = serde_json::json!({ "num_examples": rows, "statistics": statistics, "partial": false });
        Ok(Answer { text: text.to_string(), table: None })
    })
}

fn kind_of<'a>(feature: Option<&'a FeatureKind>, data_type: &DataType) -> Option<Kind<'a>> {
    let per_second = |unit: &TimeUnit| match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    };
    Some(match (feature, data_type) {
        (Some(FeatureKind::ClassLabel { names }), data_type) if data_type.is_integer() => {
            Kind::ClassLabel(names)
        }
        (Some(FeatureKind::Json | FeatureKind::Array { .. } | FeatureKind::Media(_)), _) => return None,
        (_, DataType::Boolean) => Kind::Bool,
        (_, DataType::Timestamp(unit, _)) => Kind::Datetime(per_second(unit)),
        (_, DataType::Date64) => Kind::Datetime(1_000),
        (_, DataType::Date32) => Kind::Datetime(-86_400),
        (_, data_type) if data_type.is_integer() => Kind::Int,
        (_, data_type) if is_number(data_type) => Kind::Float,
        (_, data_type) if is_text(data_type) => Kind::String,
        (_, data_type) if is_list(data_type) => Kind::List,
        _ => return None,
    })
}

fn first_pass(name: &str, kind: &Kind<'_>, max_tally: u64) -> Vec<ColumnMeasures> {
    let tally = |max_values| Some(TallyOptions { max_values, within: Vec::new() });
    let labels = Measures { tally: tally(MAX_LABELS + 1), ..Measures::default() };
    let numbers =
        Measures { extremes: true, sum: true, moments: true, tally: tally(max_tally), ..Measures::default() };
    match kind {
        Kind::ClassLabel(names) => {
            let tally = tally(names.len() as u64 + MAX_LABELS);
            vec![ColumnMeasures::new(name, Of::Values, Measures { tally, ..Measures::default() })]
        }
        Kind::Bool => vec![ColumnMeasures::new(name, Of::Values, labels)],
        Kind::String => vec![
            ColumnMeasures::new(name, Of::Values, labels),
            ColumnMeasures::new(name, Of::Lengths, numbers),
        ],
        kind => vec![ColumnMeasures::new(name, kind.of(), numbers)],
    }
}

impl Kind<'_> {
    fn of(&self) -> Of {
        match self {
            Self::Float => Of::Floats,
            Self::List | Self::String => Of::Lengths,
            _ => Of::Values,
        }
    }
}

/// One column and what was measured of it.
struct Column<'a> {
    name: &'a str,
    passes: &'a [Pass],
    max_tally: u64,
}

type Described = (&'static str, Statistics, Option<ColumnMeasures>);

impl Column<'_> {
    fn statistics(&self, kind: &Kind<'_>) -> Described {
        let found = found(self.passes, self.name, Of::Values);
        let nothing = Partial::default();
        let partial = found.first().map_or(&nothing, |(_, partial)| *partial);
        match kind {
            Kind::ClassLabel(names) => ("class_label", class_labels(partial, names), None),
            Kind::Bool => ("bool", bools(partial), None),
            Kind::String => match labels(partial) {
                Some(statistics) => ("string_label", statistics, None),
                None => self.numbers("string_text", kind, Numeric::Int),
            },
            Kind::Int => self.numbers("int", kind, Numeric::Int),
            Kind::Float => self.numbers("float", kind, Numeric::Float),
            Kind::List => self.numbers("list", kind, Numeric::Int),
            Kind::Datetime(unit) => self.datetimes(*unit),
        }
    }

    fn numbers(&self, column_type: &'static str, kind: &Kind<'_>, numeric: Numeric) -> Described {
        let found = found(self.passes, self.name, kind.of());
        let nothing = Partial::default();
        let partial = found.first().map_or(&nothing, |(_, partial)| *partial);
        let wanted = Wanted { median: true, histogram: true, rounded: true };
        let order = Order::new(&found, numeric, wanted, self.max_tally);
        let (nan_count, nan_proportion) = nans(partial);
        let extremes = Numbers::new(&found).map(|numbers| numbers.extremes());
        let value = |key| round(numeric.value(key));
        let statistics = Numerical {
            nan_count,
            nan_proportion,
            min: extremes.map(|(min, _)| value(min)),
            max: extremes.map(|(_, max)| value(max)),
            mean: mean(partial, 0).map(round),
            median: order.median.map(round),
            std: partial.moments.std().map(round),
            histogram: order.histogram,
        };
        let missing = order.missing.map(|measures| ColumnMeasures::new(self.name, kind.of(), measures));
        (column_type, Statistics::Numerical(statistics), missing)
    }

    fn datetimes(&self, unit: i128) -> Described {
        let found = found(self.passes, self.name, Of::Values);
        let (statistics, missing) = datetime_statistics(&found, unit, self.max_tally);
        let missing = missing.map(|measures| ColumnMeasures::new(self.name, Of::Values, measures));
        ("datetime", Statistics::Datetime(statistics), missing)
    }
}

/// Of times in whole seconds after the first one, as the Hub counts them.
fn datetime_statistics(
    found: &Found<'_>,
    unit: i128,
    max_tally: u64,
) -> (Numerical<String, Map<String, Json>>, Option<Measures>) {
    let nothing = Partial::default();
    let partial = found.first().map_or(&nothing, |(_, partial)| *partial);
    let (nan_count, nan_proportion) = nans(partial);
    let mut statistics = Numerical {
        nan_count,
        nan_proportion,
        min: None,
        max: None,
        mean: None,
        median: None,
        std: None,
        histogram: None,
    };
    let Some(numbers) = Numbers::new(found) else { return (statistics, None) };
    let clock = Clock { unit, first: numbers.extremes().0 };
    let mut missing = Vec::new();
    match numbers.middle(max_tally) {
        Progress::Known((low, high)) => {
            statistics.median = Some(clock.text((clock.seconds(low) + clock.seconds(high)) as f64 / 2.0));
        }
        Progress::Measure(measures) => missing.push(measures),
    }
    let last = clock.seconds(numbers.extremes().1);
    let seconds = int_edges(0, last);
    let edges: Vec<i128> = seconds.iter().map(|edge| clock.key(*edge)).collect();
    match numbers.histogram(&edges) {
        Progress::Known(hist) => {
            let edges = seconds.iter().map(|edge| Json::from(clock.text(*edge as f64))).collect();
            let histogram = [("hist", Json::from(hist)), ("bin_edges", Json::Array(edges))];
            statistics.histogram =
                Some(histogram.map(|(key, value)| (key.to_owned(), value)).into_iter().collect());
        }
        Progress::Measure(measures) => missing.push(measures),
    }
    let mean = mean(partial, 0).map(|mean| clock.seconds_of(mean));
    statistics.min = Some(clock.text(0.0));
    statistics.max = Some(clock.text(last as f64));
    statistics.mean = mean.map(|mean| clock.text(mean));
    statistics.std = partial.moments.std().map(|std| time_delta(round(clock.scaled(std))));
    (statistics, missing.into_iter().reduce(Measures::and))
}

/// Nulls and NaNs together, and their share of the rows.
fn nans(partial: &Partial) -> (u64, f64) {
    let nans = partial.nulls + partial.nans;
    (nans, share(nans, partial))
}

fn share(count: u64, partial: &Partial) -> f64 {
    if count == 0 { 0.0 } else { round(count as f64 / partial.rows as f64) }
}

fn class_labels(partial: &Partial, names: &[String]) -> Statistics {
    let (nan_count, nan_proportion) = nans(partial);
    let count_of = |label: i128| partial.tally.as_ref().map_or(0, |tally| tally.count_of(label));
    let no_label_count = count_of(NO_LABEL);
    let frequencies = (0..).zip(names).map(|(label, name)| (name.clone(), count_of(label).into()));
    Statistics::Labels {
        nan_count,
        nan_proportion,
        no_label_count,
        no_label_proportion: share(no_label_count, partial),
        n_unique: names.len() as u64,
        frequencies: frequencies.collect(),
    }
}

fn bools(partial: &Partial) -> Statistics {
    let (nan_count, nan_proportion) = nans(partial);
    let count_of = |value: i128| partial.tally.as_ref().map_or(0, |tally| tally.count_of(value));
    let both = [("False", count_of(0)), ("True", count_of(1))];
    let frequencies =
        both.into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| (name.to_owned(), count.into()));
    Statistics::Bool { nan_count, nan_proportion, frequencies: frequencies.collect() }
}

/// The strings as labels, the most frequent first, when they are few; a null is one, too, when they are counted.
fn labels(partial: &Partial) -> Option<Statistics> {
    let sorted = match &partial.tally {
        Some(tally) => tally.sorted()?,
        None => Vec::new(),
    };
    let num_unique = sorted.len() as u64 + u64::from(partial.nulls > 0);
    let is_share = num_unique as f64 / partial.rows.max(1) as f64 <= MAX_LABEL_SHARE;
    if !(is_share && num_unique <= MAX_LABELS || num_unique <= FEW_LABELS) {
        return None;
    }
    let (nan_count, nan_proportion) = nans(partial);
    let n_unique = sorted.len() as u64;
    let mut counts = sorted;
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let frequencies = counts.into_iter().filter_map(|(key, count)| match key {
        Key::Bytes(bytes) => Some((String::from_utf8(bytes).ok()?, count.into())),
        Key::Number(_) => None,
    });
    Some(Statistics::Labels {
        nan_count,
        nan_proportion,
        no_label_count: 0,
        no_label_proportion: 0.0,
        n_unique,
        frequencies: frequencies.collect(),
    })
}
