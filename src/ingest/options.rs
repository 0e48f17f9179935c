//! What a caller may settle that would otherwise be found out.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{Encoding, Format};

/// How to read a text file. What is left out is found out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TextOptions {
    /// The format.
    pub format: Option<Format>,
    /// The encoding; a byte order mark outranks it.
    pub encoding: Option<Encoding>,
    /// What separates the fields of a CSV file: one ASCII character.
    pub delimiter: Option<char>,
    /// What fields of a CSV file are quoted with: one ASCII character.
    pub quote: Option<char>,
    /// Whether the first row of a CSV file names the columns.
    pub header: Option<bool>,
    /// The key of the list of rows in a JSON file that is an object.
    pub rows: Option<String>,
    /// Types of columns: a name of `datasets` such as `"string"` or `"timestamp[us]"`, or a feature as it is spelled in
    /// Parquet metadata. Columns that are not named get the type that all their values fit.
    #[serde(default)]
    pub types: IndexMap<String, Json>,
}
