//! JSON text as it is pulled: values out of a row ([`Parser`]), rows out of a file ([`JsonRows`]).
//!
//! Numbers stay the text that they are until the type of their column is known. `serde_json` would have made a rounded
//! float of an integer beyond 64 bits, and has other last bits without its slower feature; the strings that need
//! unescaping are left to it.

mod parser;
mod rows;

pub(super) use parser::{Parser, Syntax, Token};
pub(super) use rows::{JsonRows, Shape};
