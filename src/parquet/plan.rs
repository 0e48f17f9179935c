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
    /// The runs of these rows that may pass a filter, ascending; `None` where nothing is known of any.
    pub runs: Option<Vec<Range<u64>>>,
    /// Whether the columns of a filter are read first, and of the others only pages with rows that pass.
    pub filter_first: bool,
}

impl RowGroupRows {
    /// The rows to read, ascending.
    pub fn ranges(&self) -> &[Range<u64>] {
        self.runs.as_deref().unwrap_or(std::slice::from_ref(&self.rows))
    }

    /// How many rows there are to read.
    pub fn num_rows(&self) -> u64 {
        self.ranges().iter().map(|rows| rows.end - rows.start).sum()
    }

    /// The compressed bytes of the leaf columns `is_read`, in proportion to the rows to read.
    pub fn read_len(&self, footer: &Footer, is_read: impl Fn(usize) -> bool) -> u64 {
        let Some(group) = footer.metadata().row_groups().get(self.row_group) else { return 0 };
        let read = group.columns().iter().enumerate().filter(|(leaf, _)| is_read(*leaf));
        let len: u64 = read.map(|(_, column)| u64::try_from(column.compressed_size()).unwrap_or(0)).sum();
        let num_rows = u64::try_from(group.num_rows()).unwrap_or(0).max(1);
        (len as f64 * self.num_rows() as f64 / num_rows as f64) as u64
    }

    /// How many data pages of the leaf columns `is_read` hold rows to read, and how many pages these columns have, as
    /// far as their offset index is known.
    pub fn num_pages(&self, footer: &Footer, is_read: impl Fn(usize) -> bool) -> (u64, u64) {
        let metadata = footer.metadata();
        let num_columns = metadata.file_metadata().schema_descr().num_columns();
        let indexes = (0..num_columns)
            .filter(|leaf| is_read(*leaf))
            .filter_map(|leaf| metadata.page_index()?.offset_index(self.row_group, leaf));
        indexes.fold((0, 0), |(kept, all), index| {
            let starts =
                index.page_locations().iter().map(|page| u64::try_from(page.first_row_index).unwrap_or(0));
            let ends = starts.clone().skip(1).chain([u64::MAX]);
            let holds = |(start, end): &(u64, u64)| {
                self.ranges().iter().any(|rows| rows.start < *end && *start < rows.end)
            };
            let pages = index.page_locations().len() as u64;
            (kept + starts.zip(ends).filter(holds).count() as u64, all + pages)
        })
    }
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
            let rows = wanted.start - first..wanted.end - first;
            groups.push(RowGroupRows { row_group, rows, whole, runs: None, filter_first: false });
        }
        first = end;
    }
    groups
}

/// Cuts a range of the file's rows at row group boundaries, into runs of about 8 MiB of the leaf columns `is_read`. Row
/// groups that are not `wanted` are left out where a run begins or ends, and weigh nothing inside of one.
pub fn row_runs(
    footer: &Footer,
    rows: &Range<u64>,
    is_read: impl Fn(usize) -> bool,
    wanted: impl Fn(usize) -> bool,
) -> Vec<Range<u64>> {
    let mut runs: Vec<(Range<u64>, u64)> = Vec::new();
    let mut first = 0;
    for (index, group) in footer.metadata().row_groups().iter().enumerate() {
        let end = first + u64::try_from(group.num_rows()).unwrap_or(0);
        let part = rows.start.max(first)..rows.end.min(end);
        let read = group.columns().iter().enumerate().filter(|(leaf, _)| is_read(*leaf));
        let len: u64 = read.map(|(_, column)| u64::try_from(column.compressed_size()).unwrap_or(0)).sum();
        if part.start < part.end && wanted(index) {
            match runs.last_mut() {
                Some((run, run_len)) if *run_len + len <= RUN_LEN => {
                    run.end = part.end;
                    *run_len += len;
                }
                _ => runs.push((part, len)),
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
    usize::try_from((BATCH_LEN / row_len).clamp(1, 64 << 10)).unwrap_or(1024)
}
