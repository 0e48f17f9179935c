//! Which row groups, and which of their rows, a range of a file's rows falls into; how large a batch should be.

use std::ops::Range;

use super::Footer;

/// Rows of one row group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowGroupRows {
    /// The row group's index in the file.
    pub row_group: usize,
    /// The rows wanted of it, counted from its first.
    pub rows: Range<u64>,
    /// Whether these are all rows that it has.
    pub whole: bool,
}

/// A partition's work is cut into runs of row groups of about this many compressed bytes, so that several workers
/// share a large file. Less would cost more requests than it saves time.
const RUN_LEN: u64 = 8 << 20;

/// The Arrow bytes that a batch should come to. Large enough that the cost of a batch (a message, an allocation)
/// vanishes, small enough that a handful of batches in flight are no burden.
const BATCH_LEN: u64 = 8 << 20;

/// The row groups that hold the rows `rows` of the file, in file order. Row groups without rows are skipped.
pub fn row_groups(footer: &Footer, rows: &Range<u64>) -> Vec<RowGroupRows> {
    let mut first = 0;
    let mut groups = Vec::new();
    for (row_group, num_rows) in footer.row_group_lens().enumerate() {
        let end = first + num_rows;
        let wanted = rows.start.max(first)..rows.end.min(end);
        if wanted.start < wanted.end {
            let whole = wanted == (first..end);
            groups.push(RowGroupRows { row_group, rows: wanted.start - first..wanted.end - first, whole });
        }
        first = end;
    }
    groups
}

/// Cuts a range of the file's rows at row group boundaries, into runs of about 8 MiB of column chunks.
pub fn row_runs(footer: &Footer, rows: &Range<u64>) -> Vec<Range<u64>> {
    let mut runs: Vec<(Range<u64>, u64)> = Vec::new();
    let mut first = 0;
    for group in footer.metadata().row_groups() {
        let end = first + u64::try_from(group.num_rows()).unwrap_or(0);
        let wanted = rows.start.max(first)..rows.end.min(end);
        let len = u64::try_from(group.compressed_size()).unwrap_or(0);
        if wanted.start < wanted.end {
            match runs.last_mut() {
                Some((run, run_len)) if *run_len + len <= RUN_LEN => {
                    run.end = wanted.end;
                    *run_len += len;
                }
                _ => runs.push((wanted, len)),
            }
        }
        first = end;
    }
    runs.into_iter().map(|(run, _)| run).collect()
}

/// The number of rows of a batch, from the mean size that the footer gives a row of the leaf columns `is_read`.
pub fn batch_rows(footer: &Footer, row_groups: &[RowGroupRows], is_read: impl Fn(usize) -> bool) -> usize {
    let metadata = footer.metadata();
    let groups = || row_groups.iter().filter_map(|rows| metadata.row_groups().get(rows.row_group));
    let rows: u64 = groups().filter_map(|group| u64::try_from(group.num_rows()).ok()).sum();
    let bytes: u64 = groups()
        .flat_map(|group| group.columns().iter().enumerate())
        .filter(|(leaf, _)| is_read(*leaf))
        .filter_map(|(_, column)| u64::try_from(column.uncompressed_size()).ok())
        .sum();
    let row_len = bytes.checked_div(rows).unwrap_or(0).max(1);
    usize::try_from((BATCH_LEN / row_len).clamp(32, 64 << 10)).unwrap_or(1024)
}
