//! First rows of row groups that have no offset index, from the local Hub.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, ListArray, RecordBatch, StringArray, types::Int32Type};
use arrow_select::concat::concat_batches;
use common::{bytes, read, requests, wait};
use hubframe_hub::{Hub, RepoSeed};
use parquet::{
    arrow::ArrowWriter,
    file::properties::{EnabledStatistics, WriterProperties},
};

/// Bits of a row's number that look random.
fn mixed(row: u64) -> u64 {
    let bits = row.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (bits ^ (bits >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

fn table(num_rows: u64) -> RecordBatch {
    let text = |row| format!("{:x} {:x} {:x}", mixed(row), mixed(row + 1), mixed(row + 2));
    let list =
        |row| (!mixed(row).is_multiple_of(20)).then(|| (0..mixed(row) % 15).map(|item| Some(item as i32)));
    let columns: [(&str, ArrayRef); 3] = [
        ("id", Arc::new(Int64Array::from_iter_values((0..num_rows).map(u64::cast_signed)))),
        ("text", Arc::new(StringArray::from_iter_values((0..num_rows).map(text)))),
        ("list", Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>((0..num_rows).map(list)))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap()
}

#[test]
fn first_rows_are_right_and_cheap() {
    let table = table(40_000);
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_data_page_size_limit(16 << 10)
        .set_max_row_group_row_count(Some(30_000))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), table.schema(), Some(properties)).unwrap();
    writer.write(&table).unwrap();
    let file = writer.into_inner().unwrap();
    let size = file.len() as u64;
    let hub = Hub::builder().repo(RepoSeed::new("user/data").file("train.parquet", file)).start().unwrap();
    wait(async {
        let rows = [(0, 1), (0, 100), (30_000, 100), (300, 1000), (0, 29_999), (29_990, 20), (10, 39_990)];
        for (start, len) in rows {
            let frame = read(&hub, "hf://datasets/user/data/train.parquet").await.unwrap();
            hub.reset();
            let batches = frame.slice(start, len).unwrap().collect().await.unwrap();
            let part = concat_batches(&batches[0].schema(), &batches).unwrap();
            let expected = table.slice(start as usize, len as usize);
            assert_eq!(part.columns(), expected.columns(), "rows {start} + {len}");
            let (requests, bytes) = (requests(&hub), bytes(&hub));
            if len <= 100 && start % 30_000 == 0 {
                assert!(bytes * 20 < size && requests == 3, "{requests} requests, {bytes} of {size} bytes");
            }
        }
    });
}
