//! How many values lie between given keys.

/// The bin of `key`: from each edge to before the next. What lies outside counts to the first or the last bin.
pub(super) fn bin_of(edges: &[i128], key: i128) -> usize {
    let last = edges.len().saturating_sub(2);
    edges.partition_point(|edge| *edge <= key).saturating_sub(1).min(last)
}

/// The number of bins between so many edges. One edge stands for one bin, of everything.
pub(super) fn num_bins(edges: &[i128]) -> usize {
    edges.len().saturating_sub(1).max(1)
}
