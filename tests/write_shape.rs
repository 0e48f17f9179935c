//! The shape of written files: row groups and pages of bounded size, columns as the Hub wants them, and bytes that an
//! edit leaves where they were.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "common/memory_file.rs"]
mod memory_file;

use std::{collections::HashSet, sync::Arc};

use arrow_array::{
    ArrayRef, BinaryArray, Float64Array, Int32Array, Int64Array, LargeStringArray, MapArray, RecordBatch,
    StringArray, StructArray, TimestampSecondArray, builder,
};
use arrow_schema::{DataType, Field, Schema};
use bytes::Bytes;
use hubframe::{
    ErrorKind,
    parquet::{Codec, ParquetWriter, WriteOptions},
};
use memory_file::MemoryFile;
use parquet::{basic::Compression, file::metadata::ParquetMetaData};

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter(columns).unwrap()
}

fn with_features(batch: &RecordBatch, features: &str) -> RecordBatch {
    let metadata = [("huggingface", features), ("pandas", r#"{"index_columns": ["a"]}"#)];
    let schema = Schema::new_with_metadata(batch.schema().fields().clone(), metadata);
    RecordBatch::try_new(Arc::new(schema), batch.columns().to_vec()).unwrap()
}

fn write(batches: &[RecordBatch], options: &WriteOptions) -> hubframe::Result<Bytes> {
    let mut writer = ParquetWriter::new(&batches[0].schema(), options)?;
    let mut bytes: Vec<Bytes> = Vec::new();
    for batch in batches {
        writer.write(batch)?;
        bytes.extend(writer.take_bytes());
    }
    bytes.extend(writer.finish()?.bytes);
    Ok(Bytes::from(bytes.concat()))
}

fn metadata(bytes: &Bytes) -> Arc<ParquetMetaData> {
    Arc::clone(MemoryFile::new(bytes.clone()).footer().unwrap().metadata())
}

/// Numbers that no codec makes much of.
fn noise(seed: u64) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(seed.wrapping_mul(2).wrapping_add(1)), |state| {
        let mixed = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some(mixed ^ (mixed >> 29))
    })
}

fn text(seed: u64, len: usize) -> String {
    noise(seed).flat_map(u64::to_le_bytes).map(|byte| char::from(b'a' + byte % 26)).take(len).collect()
}

#[test]
fn row_groups_are_bounded_on_any_input() {
    let limit = 1_000_000;
    // Values that are all different stand in a dictionary first, of 128 KiB, and their indices beside it.
    let at_most = limit as i64 + 150_000;
    let options = WriteOptions { row_group_bytes: limit, ..WriteOptions::default() };
    let narrow: ArrayRef = Arc::new(Int32Array::from_iter_values(0..600_000));
    let rows_of_1_kb: ArrayRef =
        Arc::new(StringArray::from_iter_values((0..5000).map(|seed| text(seed, 1000))));
    let mut lists = builder::ListBuilder::new(builder::Int64Builder::new());
    for row in 0..3000 {
        lists.append_value((0..row % 200).map(|item| Some(i64::from(item))));
    }
    let lists: ArrayRef = Arc::new(lists.finish());
    for column in [narrow, rows_of_1_kb, lists] {
        let bytes = write(&[batch(vec![("a", column)])], &options).unwrap();
        let metadata = metadata(&bytes);
        assert!(metadata.num_row_groups() > 1);
        for group in metadata.row_groups() {
            assert!(group.num_rows() > 0);
            assert!(group.total_byte_size() <= at_most, "{} bytes", group.total_byte_size());
        }
    }
}

#[test]
fn a_cell_of_ten_megabytes_has_a_row_group_of_its_own() {
    let options = WriteOptions { row_group_bytes: 1_000_000, ..WriteOptions::default() };
    let large = text(1, 10_000_000);
    let cells: ArrayRef = Arc::new(StringArray::from(vec!["small", &large, "small", "small"]));
    let bytes = write(&[batch(vec![("a", cells)])], &options).unwrap();
    let rows: Vec<i64> = metadata(&bytes).row_groups().iter().map(|group| group.num_rows()).collect();
    assert_eq!(rows, [1, 1, 2]);
}

#[test]
fn bytes_come_out_with_every_row_group() {
    let options = WriteOptions {
        row_group_bytes: 1_000_000,
        compression: Codec::Uncompressed,
        sha256: true,
        ..WriteOptions::default()
    };
    let column: ArrayRef = Arc::new(StringArray::from_iter_values((0..1000).map(|seed| text(seed, 1000))));
    let batch = batch(vec![("a", column)]);
    let mut writer = ParquetWriter::new(&batch.schema(), &options).unwrap();
    let mut taken = 0;
    for written in 1..=20u64 {
        writer.write(&batch).unwrap();
        taken += writer.take_bytes().iter().map(Bytes::len).sum::<usize>() as u64;
        assert!(writer.num_bytes() - taken < 2_100_000, "{taken} bytes after {written} MB");
    }
    let finished = writer.finish().unwrap();
    assert_eq!((finished.num_rows, finished.sha256.unwrap().len()), (20_000, 64));
}

#[test]
fn no_row_group_is_empty() {
    let empty = batch(vec![("a", Arc::new(Int64Array::from(Vec::<i64>::new())) as ArrayRef)]);
    let some = batch(vec![("a", Arc::new(Int64Array::from(vec![1])) as ArrayRef)]);
    let written = |batches: &[RecordBatch]| {
        let bytes = write(batches, &WriteOptions::default()).unwrap();
        metadata(&bytes).row_groups().iter().map(|group| group.num_rows()).collect::<Vec<_>>()
    };
    assert!(written(std::slice::from_ref(&empty)).is_empty());
    assert_eq!(written(&[empty.clone(), some, empty]), [1]);
}

#[test]
fn features_stand_in_both_places_and_media_is_left_as_it_is() {
    let fields = vec![Field::new("path", DataType::Utf8, true), Field::new("bytes", DataType::Binary, false)];
    let image = vec![7; 4000];
    let images = StructArray::new(
        fields.into(),
        vec![
            Arc::new(StringArray::from(vec!["a.png"; 3])) as ArrayRef,
            Arc::new(BinaryArray::from(vec![image.as_slice(); 3])),
        ],
        None,
    );
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("image", Arc::new(images)),
        ("label", Arc::new(Int32Array::from(vec![0, 1, -1]))),
        ("text", Arc::new(LargeStringArray::from(vec!["x"; 3]))),
    ];
    let features = concat!(
        r#"{"info":{"features":{"image":{"_type":"Image"},"label":{"names":["no","yes"],"_type":"ClassLabel"},"#,
        r#""gone":{"dtype":"int64","_type":"Value"}}}}"#
    );
    let bytes = write(&[with_features(&batch(columns), features)], &WriteOptions::default()).unwrap();
    let footer = MemoryFile::new(bytes).footer().unwrap();
    let schema = footer.reader().schema();
    let types: Vec<String> = schema.fields().iter().map(|field| field.data_type().to_string()).collect();
    assert_eq!(types[1..], ["Int64", "Utf8"], "labels as `datasets` stores them, texts as `string`");
    let expected = concat!(
        r#"{"info":{"features":{"image":{"_type":"Image"},"label":{"names":["no","yes"],"_type":"ClassLabel"},"#,
        r#""text":{"dtype":"string","_type":"Value"}}}}"#
    );
    assert_eq!(schema.metadata().get("huggingface").map(String::as_str), Some(expected));
    let key_values = footer.metadata().file_metadata().key_value_metadata().unwrap();
    let value =
        |key: &str| key_values.iter().find(|pair| pair.key == key).and_then(|pair| pair.value.clone());
    assert_eq!(value("huggingface").as_deref(), Some(expected));
    assert!(value("content_defined_chunking").is_some());
    assert_eq!(value("pandas"), None, "its index columns are not ours");
    let columns = footer.metadata().row_group(0).columns();
    let compressions: Vec<_> =
        columns.iter().map(|column| (column.column_path().string(), column.compression())).collect();
    assert_eq!(compressions[0], ("image.bytes".to_owned(), Compression::UNCOMPRESSED));
    assert!(matches!(compressions[3].1, Compression::ZSTD(_)), "{compressions:?}");
}

#[test]
fn units_that_parquet_has_not_become_those_it_has() {
    let seconds: ArrayRef = Arc::new(TimestampSecondArray::from(vec![Some(1), None]));
    let bytes = write(&[batch(vec![("t", seconds)])], &WriteOptions::default()).unwrap();
    let mut file = MemoryFile::new(bytes);
    let footer = file.footer().unwrap();
    let rows = file.rows(&footer, None, 0..2).unwrap();
    assert_eq!(rows.schema().field(0).data_type().to_string(), "Timestamp(ms)");
    let too_late: ArrayRef = Arc::new(TimestampSecondArray::from(vec![i64::MAX]));
    let error = write(&[batch(vec![("t", too_late)])], &WriteOptions::default()).unwrap_err();
    assert_eq!((error.kind(), error.get("column")), (ErrorKind::Unsupported, Some("t")));
}

#[test]
fn what_cannot_be_written_is_refused_by_name() {
    let mut maps =
        builder::MapBuilder::new(None, builder::StringBuilder::new(), builder::Int64Builder::new());
    maps.keys().append_value("k");
    maps.values().append_value(1);
    maps.append(true).unwrap();
    let maps: MapArray = maps.finish();
    let batch = batch(vec![("counts", Arc::new(maps) as ArrayRef)]);
    let for_hub = WriteOptions { for_hub: true, ..WriteOptions::default() };
    let error = write(std::slice::from_ref(&batch), &for_hub).unwrap_err();
    assert_eq!((error.kind(), error.get("column")), (ErrorKind::Unsupported, Some("counts")));
    assert!(error.message().contains("list of struct<key, value>"), "{error}");
    assert!(write(&[batch], &WriteOptions::default()).is_ok(), "a file of one's own may have maps");

    let twice =
        Schema::new(vec![Field::new("a", DataType::Int64, true), Field::new("a", DataType::Utf8, true)]);
    let error = ParquetWriter::new(&twice, &WriteOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.message().contains("Two columns are called \"a\""), "{error}");
    assert!(ParquetWriter::new(&Schema::empty(), &WriteOptions::default()).is_err());
}

#[test]
fn ten_thousand_columns_are_written() {
    let column: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
    let names: Vec<String> = (0..10_000).map(|index| format!("column_{index}")).collect();
    let columns = names.iter().map(|name| (name.as_str(), Arc::clone(&column))).collect();
    let bytes = write(&[batch(columns)], &WriteOptions::default()).unwrap();
    let metadata = metadata(&bytes);
    assert_eq!((metadata.row_group(0).num_columns(), metadata.row_group(0).num_rows()), (10_000, 3));
}

/// A table like those that people upload: an id, numbers, a category, texts.
fn articles(ids: impl Iterator<Item = u64> + Clone) -> Vec<RecordBatch> {
    let ids: Vec<u64> = ids.collect();
    let rows = |ids: &[u64]| {
        let number = |id: &u64| noise(*id).nth(3).unwrap_or_default();
        batch(vec![
            ("id", Arc::new(Int64Array::from_iter_values(ids.iter().map(|id| *id as i64))) as ArrayRef),
            ("score", Arc::new(Float64Array::from_iter_values(ids.iter().map(|id| number(id) as f64)))),
            (
                "lang",
                Arc::new(StringArray::from_iter_values(
                    ids.iter().map(|id| ["en", "de", "fr"][(number(id) % 3) as usize]),
                )),
            ),
            (
                "text",
                Arc::new(StringArray::from_iter_values(
                    ids.iter().map(|id| text(*id, 200 + (id % 300) as usize)),
                )),
            ),
        ])
    };
    ids.chunks(1000).map(rows).collect()
}

/// The chunks of a file as a storage with content-defined chunks of about 64 kB keeps them: a gear hash over the bytes,
/// 8 kB at least and 128 kB at most, as Xet's.
fn chunks(bytes: &[u8]) -> Vec<&[u8]> {
    let gear: Vec<u64> = noise(5).take(256).collect();
    let mut chunks = Vec::new();
    let (mut start, mut hash) = (0, 0u64);
    for (index, byte) in bytes.iter().enumerate() {
        hash = (hash << 1).wrapping_add(gear[*byte as usize]);
        let len = index + 1 - start;
        if (len >= 8 << 10 && hash >> 48 == 0) || len == 128 << 10 {
            chunks.push(&bytes[start..=index]);
            (start, hash) = (index + 1, 0);
        }
    }
    chunks.push(&bytes[start..]);
    chunks
}

fn share_unchanged(before: &[u8], after: &[u8]) -> f64 {
    let known: HashSet<&[u8]> = chunks(before).into_iter().collect();
    let kept: usize = chunks(after).into_iter().filter(|chunk| known.contains(chunk)).map(<[u8]>::len).sum();
    kept as f64 / after.len() as f64
}

#[test]
fn a_row_inserted_near_the_start_leaves_most_bytes_as_they_were() {
    let before = articles(0..60_000);
    let after = articles((0..100).chain([1_000_000]).chain(100..60_000));
    let share = |content_defined_chunking: bool| {
        let options = WriteOptions { content_defined_chunking, ..WriteOptions::default() };
        share_unchanged(&write(&before, &options).unwrap(), &write(&after, &options).unwrap())
    };
    let [with, without] = [true, false].map(share);
    assert!(with >= 0.9, "{with:.3} of the bytes are in unchanged chunks");
    // Pages whose rows have moved are other bytes, and compressed to entirely different ones.
    assert!(without < 0.2, "without it, {without:.3} are: the test shows nothing");
}
