//! [`Predicate`]: a condition whose columns, types and values were checked, in the form that is evaluated and held
//! against statistics.
//!
//! `not` is gone: it was pushed down to the tests, which turns `and` into `or` and each test into its opposite. In
//! three-valued logic that changes nothing, and what is left has one question to answer: of which rows is it true.

use std::fmt;

use arrow_schema::DataType;
use regex_lite::Regex;

use super::spans::Spans;

/// A condition on rows, of alternatives and conjunctions of tests.
#[derive(Debug, Clone)]
pub enum Predicate {
    /// True where all are; everywhere, if there are none.
    All(Vec<Predicate>),
    /// True where any is; nowhere, if there are none.
    Any(Vec<Predicate>),
    /// True where the test is.
    Test(Test),
}

/// A test of one column.
#[derive(Debug, Clone)]
pub struct Test {
    /// The names on the way to the column, outermost first.
    pub path: Vec<String>,
    /// Its type.
    pub data_type: DataType,
    /// What is asked of it.
    pub condition: Condition,
    /// The test as it was written, for people.
    pub text: String,
}

/// What is asked of a value. A null passes only [`Condition::Null`].
#[derive(Debug, Clone)]
pub enum Condition {
    /// It is null, or (`false`) it is not.
    Null(bool),
    /// It lies in the set.
    Value(Set),
    /// Its number of items lies in the set.
    Length(Spans<i128>),
    /// One of its items lies in the set, or (`false`) none does. An item that is null does not.
    Item(Set, bool),
    /// The text fits the pattern, or (`false`) it does not.
    Text(Pattern, bool),
}

/// A set of values of one type, as keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Set {
    /// Of booleans, integers, floats, decimals up to 128 bits, dates and times.
    Numbers {
        /// The keys: the values themselves, in the column's unit; of floats [`super::float_key`].
        spans: Spans<i128>,
        /// Whether NaN is in the set.
        nan: bool,
    },
    /// Of strings and bytes; of 256-bit decimals as [`super::wide_key`].
    Bytes(Spans<Vec<u8>>),
}

/// What a text is searched for.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// It holds this.
    Contains(String),
    /// It ends so.
    EndsWith(String),
    /// This matches somewhere.
    Matches(Regex),
}

impl Predicate {
    /// True of every row.
    pub fn always() -> Self {
        Self::All(Vec::new())
    }

    /// True of no row.
    pub fn never() -> Self {
        Self::Any(Vec::new())
    }

    /// True where all are: conjunctions inside of it dissolve, and one that is never true decides.
    pub(super) fn all(parts: Vec<Self>) -> Self {
        let mut all = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::All(inner) => all.extend(inner),
                Self::Any(inner) if inner.is_empty() => return Self::never(),
                other => all.push(other),
            }
        }
        if all.len() == 1 { all.remove(0) } else { Self::All(all) }
    }

    /// True where any is: alternatives inside of it dissolve, and one that is always true decides.
    pub(super) fn any(parts: Vec<Self>) -> Self {
        let mut any = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Any(inner) => any.extend(inner),
                Self::All(inner) if inner.is_empty() => return Self::always(),
                other => any.push(other),
            }
        }
        if any.len() == 1 { any.remove(0) } else { Self::Any(any) }
    }

    /// Whether it is true of no row, whatever the rows are.
    pub fn is_never(&self) -> bool {
        matches!(self, Self::Any(any) if any.is_empty())
    }

    /// Whether it is true of every row, whatever the rows are.
    pub fn is_always(&self) -> bool {
        matches!(self, Self::All(all) if all.is_empty())
    }

    /// The conditions that must all hold: the parts of a conjunction, else this one.
    pub fn conjuncts(self) -> Vec<Self> {
        match self {
            Self::All(all) => all,
            other => vec![other],
        }
    }

    /// All tests, from left to right.
    pub fn tests(&self) -> Vec<&Test> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::tests).collect(),
            Self::Test(test) => vec![test],
        }
    }
}

impl Test {
    /// The type of what is looked at: of a list's items, if the test is of these, else of the column.
    pub fn value_type(&self) -> &DataType {
        match &self.condition {
            Condition::Item(..) => item_type(&self.data_type).unwrap_or(&self.data_type),
            _ => &self.data_type,
        }
    }

    /// Whether it is answered by any leaf column below the column: nulls and lengths are the same in all of them.
    pub fn needs_one_leaf(&self) -> bool {
        matches!(self.condition, Condition::Null(_) | Condition::Length(_))
    }
}

impl Set {
    /// The values that are not in the set.
    #[must_use]
    pub(super) fn complement(&self) -> Self {
        match self {
            Self::Numbers { spans, nan } => Self::Numbers { spans: spans.complement(), nan: !nan },
            Self::Bytes(spans) => Self::Bytes(spans.complement()),
        }
    }
}

impl Pattern {
    /// Whether a text fits.
    pub fn fits(&self, text: &str) -> bool {
        match self {
            Self::Contains(part) => text.contains(part.as_str()),
            Self::EndsWith(suffix) => text.ends_with(suffix.as_str()),
            Self::Matches(regex) => regex.is_match(text),
        }
    }
}

/// The type of a list's items.
pub(super) fn item_type(data_type: &DataType) -> Option<&DataType> {
    match data_type {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            Some(item.data_type())
        }
        _ => None,
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
