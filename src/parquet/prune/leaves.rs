//! Which leaf columns of a file the tests of a predicate read.

use std::collections::BTreeMap;

use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

use crate::expr::{Predicate, Test};

/// The leaf columns of each test.
#[derive(Debug, Clone)]
pub(super) struct Leaves {
    /// By the path to the test's column, and whether one leaf is enough.
    of: BTreeMap<(Vec<String>, bool), Vec<usize>>,
    all: Vec<usize>,
}

impl Leaves {
    pub(super) fn new(metadata: &ParquetMetaData, predicate: &Predicate) -> Self {
        let key = |test: &Test| (test.path.clone(), test.needs_one_leaf());
        let of: BTreeMap<_, _> =
            predicate.tests().into_iter().map(|test| (key(test), find(metadata, test))).collect();
        let mut all: Vec<usize> = of.values().flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        Self { of, all }
    }

    /// The leaf columns that a test reads.
    pub(super) fn of(&self, test: &Test) -> &[usize] {
        self.of.get(&(test.path.clone(), test.needs_one_leaf())).map_or(&[], Vec::as_slice)
    }

    /// All of them, ascending.
    pub(super) fn all(&self) -> &[usize] {
        &self.all
    }

    pub(super) fn contains(&self, leaf: usize) -> bool {
        self.all.binary_search(&leaf).is_ok()
    }
}

/// All leaf columns below a test's column; the smallest of them where any would do.
fn find(metadata: &ParquetMetaData, test: &Test) -> Vec<usize> {
    let columns = metadata.file_metadata().schema_descr().columns().iter().enumerate();
    let below =
        columns.filter(|(_, column)| column.path().parts().starts_with(&test.path)).map(|(leaf, _)| leaf);
    if !test.needs_one_leaf() {
        return below.collect();
    }
    let size = |leaf: &usize| -> i64 {
        let chunks = metadata.row_groups().iter().filter_map(|group| group.columns().get(*leaf));
        chunks.map(ColumnChunkMetaData::compressed_size).sum()
    };
    below.min_by_key(size).into_iter().collect()
}
