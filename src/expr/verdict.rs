//! What statistics prove: that a predicate is true of no row, or of every row, without looking at any.

use super::{Condition, Predicate, Set, Spans, Test, key_float};

/// Of which of some rows a predicate is true, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Of none.
    None,
    /// Not known; perhaps of some.
    Some,
    /// Of every one.
    All,
}

/// What is known of the values of one column in some rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// Between which keys the values lie that are neither null nor NaN.
    pub limits: Limits,
    /// Which of them are null.
    pub nulls: Nulls,
    /// Whether any may be NaN.
    pub nans: bool,
}

/// A smallest and a largest key, both included, which may be out of reach; `None` where there is no bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limits {
    /// Nothing is known.
    Unknown,
    /// Of a type with keys that are numbers.
    Numbers(Option<i128>, Option<i128>),
    /// Of a type with keys that are byte strings.
    Bytes(Option<Vec<u8>>, Option<Vec<u8>>),
}

/// How many values are null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// None is.
    None,
    /// Not known; perhaps some.
    Some,
    /// Every one is.
    All,
}

impl Bounds {
    /// Nothing is known.
    pub fn unknown() -> Self {
        Self { limits: Limits::Unknown, nulls: Nulls::Some, nans: true }
    }
}

impl Predicate {
    /// The verdict on rows of which `judge` knows the verdict of each test.
    pub fn verdict(&self, judge: &mut dyn FnMut(&Test) -> Verdict) -> Verdict {
        match self {
            Self::Test(test) => judge(test),
            Self::All(parts) => parts.iter().map(|part| part.verdict(judge)).min().unwrap_or(Verdict::All),
            Self::Any(parts) => parts.iter().map(|part| part.verdict(judge)).max().unwrap_or(Verdict::None),
        }
    }

    /// The fewest tests, none of which is true of any row, that prove the predicate true of none; nothing if it may be
    /// true of one.
    pub fn refuted_by(&self, judge: &mut dyn FnMut(&Test) -> Verdict) -> Option<Vec<&Test>> {
        match self {
            Self::Test(test) => (judge(test) == Verdict::None).then(|| vec![test]),
            Self::All(parts) => parts.iter().filter_map(|part| part.refuted_by(judge)).min_by_key(Vec::len),
            Self::Any(parts) => {
                let all: Option<Vec<_>> = parts.iter().map(|part| part.refuted_by(judge)).collect();
                all.map(|tests| tests.into_iter().flatten().collect())
            }
        }
    }

    /// A guess at the share of rows of which the predicate is true, where `guess` has one for each test.
    pub fn share(&self, guess: &mut dyn FnMut(&Test) -> f64) -> f64 {
        match self {
            Self::Test(test) => guess(test),
            Self::All(parts) => parts.iter().map(|part| part.share(guess)).fold(1.0, f64::min),
            Self::Any(parts) => parts.iter().map(|part| part.share(guess)).sum::<f64>().min(1.0),
        }
    }
}

impl Condition {
    /// The verdict on rows with these bounds.
    pub fn verdict(&self, bounds: &Bounds) -> Verdict {
        match (self, bounds.nulls) {
            (Self::Null(true), Nulls::None) | (Self::Null(false), Nulls::All) => Verdict::None,
            (Self::Null(true), Nulls::All) | (Self::Null(false), Nulls::None) => Verdict::All,
            (Self::Null(_), Nulls::Some) => Verdict::Some,
            (_, Nulls::All) => Verdict::None,
            (Self::Value(set), nulls) => match set.verdict(bounds) {
                // A null lies in no set.
                Verdict::All if nulls != Nulls::None => Verdict::Some,
                verdict => verdict,
            },
            // The bounds are those of the items, of which a list may have none.
            (Self::Item(set, true), _) => set.verdict(bounds).min(Verdict::Some),
            (Self::Item(_, false) | Self::Length(_) | Self::Text(..), _) => Verdict::Some,
        }
    }
}

impl Test {
    /// A guess at the share of rows that pass, of rows with these bounds and about so many distinct values.
    pub fn share(&self, bounds: &Bounds, distinct: f64) -> f64 {
        let equal = |points: usize| (points as f64 / distinct.max(1.0)).min(1.0);
        let guess = match &self.condition {
            Condition::Value(Set::Numbers { spans, .. }) => match (spans.points(), &bounds.limits) {
                (Some(points), _) => equal(points.len()),
                (None, Limits::Numbers(Some(min), Some(max))) => self.overlap(spans, *min, *max),
                _ => 0.5,
            },
            Condition::Value(Set::Bytes(spans)) => spans.points().map_or(0.5, |points| equal(points.len())),
            // What is searched for is rare, or it would not have to be searched for; but not that rare.
            _ => 0.25,
        };
        match self.condition.verdict(bounds) {
            Verdict::None => 0.0,
            Verdict::Some => guess,
            Verdict::All => 1.0,
        }
    }

    /// The share of the values from `min` to `max` that lie in the set, if they are spread evenly.
    fn overlap(&self, spans: &Spans<i128>, min: i128, max: i128) -> f64 {
        // The keys of floats are closer together the larger they are.
        let value = |key: i128| if self.data_type.is_floating() { key_float(key) } else { key as f64 };
        let width = |from: i128, to: i128| if from < to { value(to) - value(from) } else { 0.0 };
        let end = max.saturating_add(1);
        let inside = spans.iter().map(|(start, stop)| width((*start).max(min), stop.unwrap_or(end).min(end)));
        let share = inside.sum::<f64>() / width(min, end);
        // Infinite bounds tell nothing.
        if share.is_finite() { share.min(1.0) } else { 0.5 }
    }
}

impl Set {
    /// The verdict on values with these bounds that are not null.
    fn verdict(&self, bounds: &Bounds) -> Verdict {
        let (meets, covers, nan) = match (self, &bounds.limits) {
            (Self::Numbers { spans, nan }, Limits::Numbers(min, max)) => {
                (spans.meets(min.as_ref(), max.as_ref()), spans.covers(min.as_ref(), max.as_ref()), *nan)
            }
            (Self::Bytes(spans), Limits::Bytes(min, max)) => {
                (spans.meets(min.as_ref(), max.as_ref()), spans.covers(min.as_ref(), max.as_ref()), false)
            }
            (Self::Numbers { spans, nan }, _) => (!spans.is_none(), spans.is_all(), *nan),
            (Self::Bytes(spans), _) => (!spans.is_none(), spans.is_all(), false),
        };
        match (meets, covers) {
            (false, _) if !(nan && bounds.nans) => Verdict::None,
            (_, true) if nan || !bounds.nans => Verdict::All,
            _ => Verdict::Some,
        }
    }
}
