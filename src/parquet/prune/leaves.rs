//! Which leaf columns of a file the tests of a predicate read.

use std::{collections::BTreeMap, sync::Arc};

use parquet::{
    basic::{ConvertedType, LogicalType},
    file::metadata::{ColumnChunkMetaData, ParquetMetaData},
    schema::types::{ColumnPath, Type, TypePtr},
};

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

/// All leaf columns below a test's column; the smallest of them where any would do. The two of a map are read together
/// or not at all.
fn find(metadata: &ParquetMetaData, test: &Test) -> Vec<usize> {
    let schema = metadata.file_metadata().schema_descr();
    let columns = schema.columns().iter().enumerate();
    let below: Vec<usize> = columns
        .filter(|(_, column)| column.path().parts().starts_with(&test.path))
        .map(|(leaf, _)| leaf)
        .collect();
    if !test.needs_one_leaf() {
        return below;
    }
    let size = |leaf: &usize| -> i64 {
        let chunks = metadata.row_groups().iter().filter_map(|group| group.columns().get(*leaf));
        chunks.map(ColumnChunkMetaData::compressed_size).sum()
    };
    let alone =
        below.iter().filter(|leaf| !is_in_map(schema.get_column_root(**leaf), schema.column(**leaf).path()));
    alone.copied().min_by_key(size).map_or(below.clone(), |leaf| vec![leaf])
}

/// Whether a column lies in a map, when `root` is its root column.
fn is_in_map(root: &Type, path: &ColumnPath) -> bool {
    let mut group = Some(root);
    let mut deeper = path.parts().iter().skip(1);
    while let Some(parent) = group {
        if matches!(
            parent.get_basic_info().converted_type(),
            ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE
        ) || parent.get_basic_info().logical_type_ref() == Some(&LogicalType::Map)
        {
            return true;
        }
        let name = deeper.next();
        let is_next = |field: &&TypePtr| name.is_some_and(|name| field.name() == name);
        group =
            if parent.is_group() { parent.get_fields().iter().find(is_next).map(Arc::as_ref) } else { None };
    }
    false
}
