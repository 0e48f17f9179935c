//! A range of a table's rows, whose end may be open.

use serde::{Deserialize, Serialize};

/// Rows `start..end`, counted from the table's first; without an end, to its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowRange {
    /// The first row.
    pub start: u64,
    /// One past the last row; `None` for all that follow.
    #[serde(default)]
    pub end: Option<u64>,
}

impl RowRange {
    /// Rows `offset..offset + len` of these rows.
    #[must_use]
    pub fn slice(self, offset: u64, len: u64) -> Self {
        let start = self.start.saturating_add(offset);
        let end = start.saturating_add(len);
        let end = self.end.map_or(end, |own| own.min(end));
        Self { start: start.min(end), end: Some(end) }
    }

    /// How many of `num_rows` rows lie in this range.
    pub fn len_of(self, num_rows: u64) -> u64 {
        let end = self.end.map_or(num_rows, |end| end.min(num_rows));
        end.saturating_sub(self.start)
    }

    /// Whether the range is all rows, whatever their number.
    pub fn is_all(self) -> bool {
        self.start == 0 && self.end.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_compose() {
        let all = RowRange::default();
        assert!(all.is_all());
        let slice = all.slice(100, 50);
        assert_eq!(slice, RowRange { start: 100, end: Some(150) });
        assert_eq!(slice.slice(10, 1000), RowRange { start: 110, end: Some(150) });
        assert_eq!(slice.slice(70, 5), RowRange { start: 150, end: Some(150) });
        assert_eq!((slice.len_of(120), slice.len_of(10), all.len_of(7)), (20, 0, 7));
        assert_eq!(all.slice(u64::MAX, 9), RowRange { start: u64::MAX, end: Some(u64::MAX) });
    }
}
