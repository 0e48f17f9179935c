//! Conditions on rows: how they are written, checked against a schema, evaluated, and held against statistics.
//!
//! An [`Expr`] is what a user writes. [`Expr::bind`] checks it against a schema and makes a [`Predicate`] of it, which
//! [`Predicate::evaluate`] answers for a batch of rows and [`Predicate::verdict`] for rows that were not read, from
//! what is known of them.
//!
//! # Logic
//!
//! That of SQL: a comparison with a null is unknown, and a row passes only where the condition is true. So neither
//! `a = 1` nor `not (a = 1)` holds where `a` is null. (Dask's `filters=[("a", "!=", 1)]` keeps such rows; its masks do
//! not.) A field of a null struct is null. Floats compare as in IEEE 754, pandas and pyarrow: NaN is other than
//! everything, so that `not (a > 1)` holds of it; both zeros are equal. Nothing is rounded: `a = 300` holds of no int8,
//! `a < 1.5` of the int 1, `a = 0.1` of no float32. Strings compare by their bytes in UTF-8, which is code-point order.
//!
//! # As plain data
//!
//! What `col("score").gt(0.5).and(col("lang").isIn(["en"]))` stands for:
//!
//! ```json
//! { "op": "and", "args": [
//!     { "op": "gt", "column": "score", "value": 0.5 },
//!     { "op": "isIn", "column": "lang", "values": ["en"] } ] }
//! ```
//!
//! | `op` | further keys |
//! |---|---|
//! | `eq`, `ne`, `lt`, `le`, `gt`, `ge` | `column`, `value` |
//! | `between` (both ends included) | `column`, `low`, `high` |
//! | `isIn` | `column`, `values` |
//! | `isNull`, `isNotNull` | `column` |
//! | `contains` (text in a string, an item in a list) | `column`, `value` |
//! | `startsWith` (strings, bytes), `endsWith`, `matches` (strings) | `column`, `value` |
//! | `and`, `or` | `args`, a list of expressions |
//! | `not` | `arg`, an expression |
//!
//! A `column` is a [`ColumnPath`] (`"a"`, `"image.path"`, `["image", "path"]`), or `{"length": path}` for the number
//! of items of a list. A value is a [`Literal`]: JSON's own, or an object such as `{"int": "9007199254740993"}`,
//! `{"decimal": "1.10"}`, `{"timestamp": "2024-01-01T00:00:00Z"}`, `{"bytes": "00ff"}`.
//!
//! Dask's lists are taken in the same place: `[["score", ">", 0.5], ["lang", "in", ["en"]]]` is a conjunction, and a
//! list of such lists are alternatives. The operators are `=`, `==`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `not in`, `is`
//! and `is not`, the last two with `null`.

mod bind;
mod coerce;
mod describe;
mod evaluate;
mod literal;
mod number;
mod path;
mod plain;
mod predicate;
mod spans;
mod time;
mod tree;
mod verdict;

#[cfg(test)]
mod tests;

pub use bind::{ClassNames, Missing};
pub use coerce::{float_key, key_float, wide_key};
pub use literal::Literal;
pub use path::{ColumnPath, unknown_column};
pub use predicate::{Condition, Pattern, Predicate, Set, Test};
pub use spans::{Key, Spans};
pub(crate) use time::days_from_civil;
pub use tree::{Comparison, Expr, Operand, col};
pub use verdict::{Bounds, Limits, Nulls, Verdict};
