//! [`Expr`]: a condition on rows, as people and programs write it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ColumnPath, Literal};

/// What a test is on: a column, or the length of a list column.
///
/// As plain data a [`ColumnPath`], or `{"length": path}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Operand {
    /// The value of a column.
    Column(ColumnPath),
    /// The number of items of a list.
    Length {
        /// The list column.
        length: ColumnPath,
    },
}

impl Operand {
    /// The column.
    pub fn path(&self) -> &ColumnPath {
        match self {
            Self::Column(path) | Self::Length { length: path } => path,
        }
    }
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

/// A condition on rows. A row passes when the condition is true of it: not when it is false, and not when it is
/// unknown because of a null (SQL's three-valued logic).
///
/// [`col`] begins one: `col("score").gt(0.5).and(col("lang").is_in(["en"]))`. The module says how it is written as
/// plain data.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// The operand compares so with the value.
    Compare(Operand, Comparison, Literal),
    /// The operand equals one of the values.
    IsIn(Operand, Vec<Literal>),
    /// The operand is null. Never unknown.
    IsNull(Operand),
    /// The string holds this text, or the list holds this item.
    Contains(Operand, Literal),
    /// The string, or the bytes, begin so.
    StartsWith(Operand, Literal),
    /// The string ends so.
    EndsWith(Operand, String),
    /// The regular expression matches somewhere in the string.
    Matches(Operand, String),
    /// All are true. Of none: true.
    And(Vec<Expr>),
    /// Any is true. Of none: false.
    Or(Vec<Expr>),
    /// The condition is false. Of an unknown one: unknown.
    Not(Box<Expr>),
}

/// Begins a condition on a column: `col("a")`, or `col("image.path")` for a field of a struct column.
pub fn col(path: impl Into<ColumnPath>) -> Operand {
    Operand::Column(path.into())
}

macro_rules! comparisons {
    ($($(#[$doc:meta])* $name:ident $comparison:ident;)*) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $name(self, value: impl Into<Literal>) -> Expr {
            Expr::Compare(self, Comparison::$comparison, value.into())
        })*
    };
}

impl Operand {
    comparisons! {
        /// Equal to the value.
        eq Eq;
        /// Other than the value, and not null.
        ne Ne;
        /// Less than the value.
        lt Lt;
        /// Less than the value, or equal.
        le Le;
        /// Greater than the value.
        gt Gt;
        /// Greater than the value, or equal.
        ge Ge;
    }

    /// From `low` to `high`, both included.
    #[must_use]
    pub fn between(self, low: impl Into<Literal>, high: impl Into<Literal>) -> Expr {
        self.clone().ge(low).and(self.le(high))
    }

    /// Equal to one of the values.
    #[must_use]
    pub fn is_in<L: Into<Literal>>(self, values: impl IntoIterator<Item = L>) -> Expr {
        Expr::IsIn(self, values.into_iter().map(Into::into).collect())
    }

    /// Null.
    #[must_use]
    pub fn is_null(self) -> Expr {
        Expr::IsNull(self)
    }

    /// Not null.
    #[must_use]
    pub fn is_not_null(self) -> Expr {
        self.is_null().negate()
    }

    /// A string that holds this text, or a list that holds this item.
    #[must_use]
    pub fn contains(self, value: impl Into<Literal>) -> Expr {
        Expr::Contains(self, value.into())
    }

    /// A string, or bytes, that begin so.
    #[must_use]
    pub fn starts_with(self, prefix: impl Into<Literal>) -> Expr {
        Expr::StartsWith(self, prefix.into())
    }

    /// A string that ends so.
    #[must_use]
    pub fn ends_with(self, suffix: &str) -> Expr {
        Expr::EndsWith(self, suffix.to_owned())
    }

    /// A string that the regular expression matches somewhere. The syntax is that of the `regex-lite` crate: no
    /// look-around, no back-references; `\w`, `\d`, `\s` and `(?i)` know ASCII only.
    #[must_use]
    pub fn matches(self, pattern: &str) -> Expr {
        Expr::Matches(self, pattern.to_owned())
    }

    /// The number of items of a list column.
    #[must_use]
    pub fn length(self) -> Self {
        match self {
            Self::Column(length) | Self::Length { length } => Self::Length { length },
        }
    }
}

impl Expr {
    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::And(mut all) => {
                all.push(other);
                Self::And(all)
            }
            first => Self::And(vec![first, other]),
        }
    }

    /// Either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match self {
            Self::Or(mut any) => {
                any.push(other);
                Self::Or(any)
            }
            first => Self::Or(vec![first, other]),
        }
    }

    /// The opposite.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(path) => write!(f, "{path}"),
            Self::Length { length } => write!(f, "length({length})"),
        }
    }
}

impl Comparison {
    /// The operator's sign.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }
}

impl fmt::Display for Expr {
    /// As SQL would have it, more or less: for people, in messages and plans.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, args: &[Expr], between: &str, none: &str| {
            match args {
                [] => f.write_str(none)?,
                [first, others @ ..] => {
                    write!(f, "({first}")?;
                    others.iter().try_for_each(|other| write!(f, " {between} {other}"))?;
                    f.write_str(")")?;
                }
            }
            Ok(())
        };
        match self {
            Self::Compare(operand, comparison, value) => write!(f, "{operand} {} {value}", comparison.sign()),
            Self::IsIn(operand, values) => {
                const SHOWN: usize = 5;
                let shown: Vec<_> = values.iter().take(SHOWN).map(ToString::to_string).collect();
                let more = if values.len() > SHOWN { ", …" } else { "" };
                write!(f, "{operand} in ({}{more})", shown.join(", "))
            }
            Self::IsNull(operand) => write!(f, "{operand} is null"),
            Self::Contains(operand, value) => write!(f, "{operand} contains {value}"),
            Self::StartsWith(operand, prefix) => write!(f, "{operand} starts with {prefix}"),
            Self::EndsWith(operand, suffix) => write!(f, "{operand} ends with {suffix:?}"),
            Self::Matches(operand, pattern) => write!(f, "{operand} matches {pattern:?}"),
            Self::And(all) => list(f, all, "and", "true"),
            Self::Or(any) => list(f, any, "or", "false"),
            Self::Not(inner) => match &**inner {
                Self::IsNull(operand) => write!(f, "{operand} is not null"),
                inner => write!(f, "not {inner}"),
            },
        }
    }
}
