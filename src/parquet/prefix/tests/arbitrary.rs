//! Files by arrow-rs with pages of any size, any nesting, encoding and codec.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, RecordBatch,
    builder::{Int32Builder, Int64Builder, ListBuilder, StringBuilder, StructBuilder},
};
use arrow_schema::{DataType, Field, Fields};
use bytes::Bytes;
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, GzipLevel, ZstdLevel},
    file::properties::{EnabledStatistics, WriterProperties, WriterVersion},
};
use proptest::prelude::*;

use super::{compare, footer, rows};

/// A row: a number, a word, a list of numbers, and a list of lists of pairs.
type Row = (Option<i64>, Option<u8>, Option<Vec<Option<i32>>>, Option<Vec<Vec<Option<u8>>>>);

fn row() -> impl Strategy<Value = Row> {
    (
        any::<Option<i64>>(),
        any::<Option<u8>>(),
        proptest::option::of(lists(any::<Option<i32>>(), 90)),
        proptest::option::of(lists(prop::collection::vec(any::<Option<u8>>(), 0..4), 20)),
    )
}

/// Mostly short lists, and some long ones that are more than a page.
fn lists<T: Strategy + Clone>(item: T, long: usize) -> impl Strategy<Value = Vec<T::Value>> {
    prop_oneof![
        9 => prop::collection::vec(item.clone(), 0..4),
        1 => prop::collection::vec(item, 4..long),
    ]
}

fn batch(rows: &[Row]) -> RecordBatch {
    let word = |number: u8| format!("word number {number}");
    let mut numbers = Int64Builder::new();
    let mut words = StringBuilder::new();
    let mut lists = ListBuilder::new(Int32Builder::new());
    let pair = Fields::from(vec![
        Field::new("word", DataType::Utf8, true),
        Field::new("length", DataType::Int32, true),
    ]);
    let mut nested = ListBuilder::new(ListBuilder::new(StructBuilder::from_fields(pair, 0)));
    for (number, named, list, outer) in rows {
        numbers.append_option(*number);
        words.append_option(named.map(word));
        lists.append_option(list.clone());
        for inner in outer.iter().flatten() {
            for value in inner {
                let pairs = nested.values().values();
                pairs.field_builder::<StringBuilder>(0).unwrap().append_option(value.map(word));
                pairs.field_builder::<Int32Builder>(1).unwrap().append_value(7);
                pairs.append(value.is_some());
            }
            nested.values().append(true);
        }
        nested.append(outer.is_some());
    }
    let columns: [(&str, ArrayRef); 4] = [
        ("number", Arc::new(numbers.finish())),
        ("word", Arc::new(words.finish())),
        ("list", Arc::new(lists.finish())),
        ("nested", Arc::new(nested.finish())),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap()
}

fn properties() -> impl Strategy<Value = WriterProperties> {
    let codecs = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::LZ4_RAW,
        Compression::GZIP(GzipLevel::default()),
        Compression::ZSTD(ZstdLevel::default()),
    ];
    let lengths = (16..2000usize, 1..60usize, 1..40usize, 20..400usize);
    let choices = (any::<bool>(), any::<bool>(), prop::sample::select(codecs.to_vec()));
    (lengths, choices).prop_map(|((page_len, page_rows, write, group_rows), (second, dictionary, codec))| {
        WriterProperties::builder()
            .set_writer_version(if second { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 })
            .set_data_page_size_limit(page_len)
            .set_data_page_row_count_limit(page_rows)
            .set_write_batch_size(write)
            .set_max_row_group_row_count(Some(group_rows))
            .set_dictionary_enabled(dictionary)
            .set_dictionary_page_size_limit(page_len)
            .set_compression(codec)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .build()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn any_file_gives_the_same_rows(
        table in prop::collection::vec(row(), 2..300),
        properties in properties(),
        ends in prop::collection::vec((0.0..1.0, 0.0..1.0), 1..4),
        step in 1..3000u64,
    ) {
        let batch = batch(&table);
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let bytes = Bytes::from(bytes);
        let plain = footer(&bytes);
        prop_assert!(plain.metadata().page_index().is_none());
        let (whole, _) = rows(&bytes, &plain, &(0..plain.num_rows())).unwrap();
        prop_assert_eq!(&whole, &batch);
        let num_rows = table.len() as f64;
        for (start, end) in ends {
            let wanted = (start * end * num_rows) as u64..((end * num_rows) as u64).max(1);
            compare(&bytes, &whole, &wanted, step, "arbitrary");
        }
    }
}
