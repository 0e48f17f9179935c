//! What columns come to: counts, extremes, sums, moments, frequencies, histograms, medians.
//!
//! A [`Query`] says what is asked. Its [`Query::step`] says what to measure of which column next, or answers, so that
//! what takes several passes over the rows (a median of many values) is still a pure function of what the passes found.
//! An [`Accumulator`] measures batches into [`Partial`]s, which are plain data and merge in any grouping: workers
//! measure parts of a table, and a tree of merges makes one whole of them.
//!
//! Values are compared by the keys of [`crate::expr`]: numbers, or byte strings. A NaN is a value (it is counted, and
//! distinct from all others) that no measure takes in, as in pandas and Dask. The module knows Arrow arrays and nothing
//! of files.

mod accumulate;
mod answer;
mod arrays;
mod bins;
mod datetime;
mod describe;
mod functions;
mod measure;
mod moments;
mod order;
mod partial;
mod query;
mod statistics;
mod sum;
mod tally;
mod value_counts;
mod values;

#[cfg(test)]
mod tests;

pub use accumulate::Accumulator;
pub use answer::Answer;
pub use functions::{ColumnFunctions, Function};
pub use measure::{ColumnMeasures, Measures, Of, TallyOptions};
pub use moments::Moments;
pub use partial::{Key, Partial, merge};
pub use query::{Pass, Query, Step};
pub use sum::Sum;
pub use tally::Tally;
