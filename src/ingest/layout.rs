//! How a text file is laid out, as plain data: all that a worker needs to read any of its rows.

use serde::{Deserialize, Serialize};

use super::{Dialect, Encoding, Format};

/// What inspecting a file has taught about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TextLayout {
    /// The format.
    pub format: Format,
    /// The encoding.
    pub encoding: Encoding,
    /// Of a CSV file, how its fields are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialect: Option<Dialect>,
    /// Of a JSON file that is an object, the key of the list of rows, if the caller named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_key: Option<String>,
    /// The names of its columns, in the order of a CSV file's fields.
    pub columns: Vec<String>,
    /// The number of rows.
    pub num_rows: u64,
    /// Where rows begin, in order; the first is that of row 0. There is one in about a MiB.
    pub checkpoints: Vec<Checkpoint>,
}

/// The beginning of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Checkpoint {
    /// The row, from 0.
    pub row: u64,
    /// Its offset in the file, in bytes.
    pub offset: u64,
    /// Its line, from 1.
    pub line: u64,
}

impl TextLayout {
    /// The last checkpoint at or before a row.
    pub(super) fn checkpoint(&self, row: u64) -> Option<Checkpoint> {
        let after = self.checkpoints.partition_point(|checkpoint| checkpoint.row <= row);
        self.checkpoints.get(after.checked_sub(1)?).copied()
    }

    /// Rows cut at checkpoints into runs of about `num_bytes`, for workers to share.
    pub fn runs(&self, rows: std::ops::Range<u64>, num_bytes: u64) -> Vec<std::ops::Range<u64>> {
        let mut runs = Vec::new();
        let (mut start, mut offset) = (rows.start, self.checkpoint(rows.start).map_or(0, |at| at.offset));
        for checkpoint in &self.checkpoints {
            let inside = checkpoint.row > start && checkpoint.row < rows.end;
            if inside && checkpoint.offset.saturating_sub(offset) >= num_bytes {
                runs.push(start..checkpoint.row);
                (start, offset) = (checkpoint.row, checkpoint.offset);
            }
        }
        if start < rows.end {
            runs.push(start..rows.end);
        }
        runs
    }
}
