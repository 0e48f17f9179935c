//! Partial results merge to what the whole gives, in any grouping; and what takes several passes ends at the same
//! values.

use std::sync::Arc;

use arrow_array::{ArrayRef, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::Schema;
use proptest::{collection::vec, prelude::*};

use super::{
    order::{Numbers, Progress},
    query::found,
    *,
};
use crate::expr::float_key;

fn batch(column: ArrayRef) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable([("a", column, true)]).unwrap()
}

fn measure(measures: &[ColumnMeasures], batches: &[RecordBatch]) -> Vec<Partial> {
    let mut accumulator = Accumulator::new(measures);
    batches.iter().for_each(|batch| accumulator.add(batch).unwrap());
    accumulator.finish()
}

fn everything(max_values: u64) -> Measures {
    let tally = Some(TallyOptions { max_values, within: Vec::new() });
    Measures { extremes: true, sum: true, moments: true, tally, edges: vec![-10, 0, 10] }
}

/// Answers as the frame does, with `measure` in place of a table.
fn answer(query: &Query, schema: &Schema, batches: &[RecordBatch]) -> (Answer, usize) {
    let mut passes = Vec::new();
    loop {
        match query.step(schema, &passes).unwrap() {
            Step::Answer(answer) => return (answer, passes.len()),
            Step::Measure(measures) => {
                let partials = measure(&measures, batches);
                passes.push(Pass { measures, partials });
            }
        }
    }
}

fn middle(sorted: &[f64]) -> (f64, f64) {
    (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2])
}

/// The two middle values, when no more than `max_tally` values may be tallied; and the number of passes.
fn middle_in_passes(column: &ArrayRef, max_tally: u64) -> ((i128, i128), usize) {
    let batches = [batch(Arc::clone(column))];
    let first = Measures {
        extremes: true,
        tally: Some(TallyOptions { max_values: max_tally, within: Vec::new() }),
        ..Measures::default()
    };
    let mut next = ColumnMeasures::new("a", Of::Values, first);
    let mut passes = Vec::new();
    for number in 1..20 {
        let measures = vec![next];
        let partials = measure(&measures, &batches);
        passes.push(Pass { measures, partials });
        let found = found(&passes, "a", Of::Values);
        match Numbers::new(&found).unwrap().middle(max_tally) {
            Progress::Known(middle) => return (middle, number),
            Progress::Measure(measures) => next = ColumnMeasures::new("a", Of::Values, measures),
        }
    }
    panic!("the passes do not come to an end");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn parts_merge_to_the_whole(
        values in vec(prop_oneof![Just(None), (-20i64..20).prop_map(Some)], 0..60),
        cuts in vec(0usize..60, 0..4),
        max_values in 1u64..60,
    ) {
        let column: ArrayRef = Arc::new(Int64Array::from(values.clone()));
        let whole = batch(column);
        let measures = [ColumnMeasures::new("a", Of::Values, everything(max_values))];
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(values.len())).collect();
        cuts.extend([0, values.len()]);
        cuts.sort_unstable();
        let parts = cuts.windows(2).map(|pair| whole.slice(pair[0], pair[1] - pair[0]));
        let parts: Vec<_> = parts.map(|part| measure(&measures, &[part])).collect();
        // What crosses between workers comes out as it went in.
        let parts: Vec<Vec<Partial>> = serde_json::from_str(&serde_json::to_string(&parts).unwrap()).unwrap();
        let merged = merge(&measures, parts).remove(0);
        let once = measure(&measures, &[whole]).remove(0);
        prop_assert_eq!((merged.rows, merged.nulls, &merged.extremes), (once.rows, once.nulls, &once.extremes));
        prop_assert_eq!(merged.sum.exact(), once.sum.exact());
        prop_assert_eq!(merged.tally.and_then(|tally| tally.sorted()), once.tally.and_then(|tally| tally.sorted()));
        prop_assert_eq!(merged.bins.iter().sum::<u64>(), once.bins.iter().sum::<u64>());
        match (merged.moments.std(), once.moments.std()) {
            (Some(merged), Some(once)) => prop_assert!((merged - once).abs() < 1e-9),
            (merged, once) => prop_assert_eq!(merged, once),
        }
    }

    #[test]
    fn the_middle_is_found_with_any_room(
        mut values in vec(prop_oneof![-1e300..1e300f64, -1.0..1.0f64, Just(0.0), Just(1e-300)], 1..200),
        max_tally in 1u64..50,
    ) {
        let column: ArrayRef = Arc::new(Float64Array::from(values.clone()));
        let (found, passes) = middle_in_passes(&column, max_tally);
        values.sort_by(f64::total_cmp);
        let (low, high) = middle(&values);
        prop_assert_eq!(found, (float_key(low), float_key(high)));
        prop_assert!(passes <= 7, "{} passes", passes);
    }
}

#[test]
fn decimals_are_added_exactly_and_described_as_floats() {
    let cents = vec![Some(i128::from(i64::MAX) * 1_000_000), Some(1), Some(-3), None];
    let column = Decimal128Array::from(cents).with_precision_and_scale(38, 2).unwrap();
    let batches = [batch(Arc::new(column))];
    let schema = batches[0].schema();
    let functions = vec![Function::Sum, Function::Max, Function::Histogram];
    let query = Query::Aggregate { columns: vec![ColumnFunctions { column: "a".into(), functions }] };
    let (aggregates, _) = answer(&query, &schema, &batches);
    let row = aggregates.table.unwrap();
    let row = row.column(0).as_any().downcast_ref::<arrow_array::StructArray>().unwrap().clone();
    let sum = row.column(0).as_any().downcast_ref::<arrow_array::Decimal256Array>().unwrap().clone();
    assert_eq!(sum.value_as_string(0), "92233720368547758069999.98");
    let (described, _) = answer(&Query::Describe { columns: None }, &schema, &batches);
    assert!(described.text.contains(r#""column_type":"float""#), "{}", described.text);
}

#[test]
fn a_sum_of_floats_keeps_what_each_addition_rounds_off() {
    let values = vec![1e100, 1.0, -1e100, 1e-3, f64::NAN];
    let batches = [batch(Arc::new(Float64Array::from(values)))];
    let measures = [ColumnMeasures::new("a", Of::Values, everything(9))];
    let partial = measure(&measures, &batches).remove(0);
    assert_eq!(partial.sum.float(), 1.001);
    assert_eq!((partial.nans, partial.num_values()), (1, 4));
    let infinite = [batch(Arc::new(Float64Array::from(vec![f64::INFINITY, 1.0])))];
    assert_eq!(measure(&measures, &infinite).remove(0).sum.float(), f64::INFINITY);
}

#[test]
fn too_many_distinct_values_are_said_to_be() {
    let words = (0..2_000).map(|n| Some(n.to_string())).collect::<StringArray>();
    let measures = [ColumnMeasures::new("a", Of::Values, everything(1_000))];
    let partial = measure(&measures, &[batch(Arc::new(words))]).remove(0);
    let tally = partial.tally.unwrap();
    assert_eq!((tally.num_values(), tally.sorted()), (None, None));
}
