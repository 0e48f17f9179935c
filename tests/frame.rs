//! Frames over files made here: columns by new names and in part, samples, and files whose schemas differ.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BinaryArray, Float32Array, Float64Array, Int32Array, Int64Array, LargeStringArray,
    ListArray, RecordBatch, StringArray, StructArray, TimestampMillisecondArray, TimestampSecondArray,
    cast::AsArray,
    types::{Float64Type, Int64Type, TimestampMillisecondType},
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, Fields};
use arrow_select::concat::concat_batches;
use common::{NativeTransport, bytes, read, wait};
use hubframe::{
    ErrorKind,
    expr::{Expr, col},
    frame::{Frame, Sample, ShownColumn},
};
use hubframe_hub::{FileSeed, Hub, RepoSeed, RunningHub, Source};
use parquet::{
    arrow::ArrowWriter,
    basic::{LogicalType, Repetition, Type as PhysicalType},
    data_type::{ByteArray, ByteArrayType},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::types::Type,
};

type Columns = Vec<(&'static str, ArrayRef)>;

fn parquet(columns: Columns) -> Vec<u8> {
    let columns = columns.into_iter().map(|(name, array)| (name, array, true));
    let table = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(500))
        .set_data_page_row_count_limit(100)
        .set_write_batch_size(100)
        .set_dictionary_enabled(false)
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, table.schema(), Some(properties)).unwrap();
    writer.write(&table).unwrap();
    writer.close().unwrap();
    bytes
}

fn hub(files: Vec<(&str, Vec<u8>)>) -> RunningHub {
    let repo = files.into_iter().fold(RepoSeed::new("user/data"), |repo, (path, bytes)| {
        repo.file(path, FileSeed::Source(Source::Bytes(bytes.into())))
    });
    Hub::builder().repo(repo).start().unwrap()
}

async fn open(hub: &RunningHub) -> Frame<NativeTransport> {
    read(hub, "hf://datasets/user/data").await.unwrap()
}

async fn collect(frame: &Frame<NativeTransport>) -> RecordBatch {
    let batches = frame.collect().await.unwrap();
    match batches.first() {
        Some(first) => concat_batches(&first.schema(), &batches).unwrap(),
        None => RecordBatch::new_empty(frame.schema().clone()),
    }
}

fn ids(table: &RecordBatch) -> Vec<i64> {
    table.column_by_name("id").unwrap().as_primitive::<Int64Type>().values().to_vec()
}

fn words_of(rows: std::ops::Range<i64>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(rows.map(|row| row.to_string())))
}

fn numbers(rows: std::ops::Range<i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(rows))
}

/// A struct of a small and a large field.
fn images(rows: i64) -> ArrayRef {
    let path = StringArray::from_iter_values((0..rows).map(|row| format!("{row}.png")));
    let data = StringArray::from_iter_values((0..rows).map(|row| format!("{row:0200}")));
    let fields = Fields::from(vec![
        Field::new("data", DataType::Utf8, true),
        Field::new("path", DataType::Utf8, true),
    ]);
    Arc::new(StructArray::new(fields, vec![Arc::new(data), Arc::new(path)], None))
}

fn lists(name: &str, values: ArrayRef, rows: i32) -> ArrayRef {
    let item = Field::new(name, values.data_type().clone(), true);
    let offsets = OffsetBuffer::new((0..=rows).collect::<Vec<_>>().into());
    Arc::new(ListArray::new(Arc::new(item), offsets, values, None))
}

#[test]
fn parts_of_structs_are_read_without_the_rest() {
    let columns = vec![
        ("id", numbers(0..1000)),
        ("image", images(1000)),
        ("images", lists("item", images(1000), 1000)),
    ];
    let hub = hub(vec![("a.parquet", parquet(columns))]);
    wait(async {
        let frame = open(&hub).await;
        let whole = collect(&frame.select(&["image", "images"]).unwrap()).await;
        let whole_len = bytes(&hub);
        hub.reset();
        let part = frame.select(&["image.path", "id"]).unwrap();
        assert_eq!(part.schema().field(0).data_type().to_string(), r#"Struct("path": Utf8)"#);
        let rows = collect(&part).await;
        let path = whole.column(0).as_struct().column(1);
        assert_eq!(rows.column(0).as_struct().columns(), std::slice::from_ref(path));
        assert_eq!(ids(&rows), (0..1000).collect::<Vec<_>>());
        assert!(bytes(&hub) * 4 < whole_len, "{} of {whole_len} bytes", bytes(&hub));
        // A filter on the part that is not shown; a list; a new name.
        let some = frame.filter(col("image.data").ends_with("7")).unwrap();
        let some = some.select(&["images.path"]).unwrap().rename(&[("images", "x")]).unwrap();
        assert_eq!(some.columns(), ["x"]);
        let rows = collect(&some.slice(10, 20).unwrap()).await;
        assert_eq!(rows.schema().field(0).name(), "x");
        let first = rows.column(0).as_list::<i32>().value(0);
        let path = first.as_struct().column(0).as_string::<i32>().value(0);
        assert_eq!((path, rows.num_rows()), ("107.png", 20));
        assert!(some.select(&["images"]).unwrap_err().message().contains("\"x\""));
        assert!(frame.rename(&[("id", "image")]).is_err() && frame.rename(&[("idd", "x")]).is_err());
    });
}

#[test]
fn samples_do_not_depend_on_what_else_is_asked() {
    let file = |rows| parquet(vec![("id", numbers(rows)), ("image", images(1500))]);
    let hub = hub(vec![("a.parquet", file(0..1500)), ("b.parquet", file(1500..3000))]);
    let share = |start, end| Sample { seed: 42, start, end };
    wait(async {
        let frame = open(&hub).await;
        let (train, test) = (frame.sample(share(0.0, 0.8)).unwrap(), frame.sample(share(0.8, 1.0)).unwrap());
        let (left, right) = (ids(&collect(&train).await), ids(&collect(&test).await));
        let mut all = [left.clone(), right.clone()].concat();
        all.sort_unstable();
        assert_eq!(all, (0..3000).collect::<Vec<_>>());
        assert!(left.is_sorted() && left.len().abs_diff(2400) < 100, "{} rows", left.len());
        assert_eq!(test.count().await.unwrap(), right.len() as u64);

        let filter = || col("id").between(400, 2600).and(col("image.path").ends_with("5.png"));
        let passing = |id: &&i64| (400..=2600).contains(*id) && (*id % 1500) % 10 == 5;
        let expected: Vec<i64> = right.iter().filter(passing).copied().collect();
        for derived in
            [test.filter(filter()).unwrap(), frame.filter(filter()).unwrap().sample(share(0.8, 1.0)).unwrap()]
        {
            assert_eq!(ids(&collect(&derived).await), expected);
            assert_eq!(derived.count().await.unwrap(), expected.len() as u64);
            assert_eq!(ids(&collect(&derived.slice(3, 9).unwrap()).await), expected[3..12]);
            let tail = derived.tail(4).await.unwrap();
            let tail = concat_batches(&tail[0].schema(), &tail).unwrap();
            assert_eq!(ids(&tail), expected[expected.len() - 4..]);
        }
        let error = frame.limit(5).unwrap().sample(share(0.0, 0.5)).unwrap_err();
        assert!(error.message().contains("slice"), "{error}");
    });
}

/// The first file's columns, and the same rows in other types.
fn two_schemas() -> Vec<(&'static str, Vec<u8>)> {
    let texts = |rows: std::ops::Range<i64>| rows.map(|row| format!("row {row:05}"));
    let seconds = (0..1000).map(|row| row + 1_700_000_000);
    let first: Columns = vec![
        ("id", numbers(0..1000)),
        ("score", Arc::new(Float64Array::from_iter_values((0..1000).map(|row| f64::from(row) / 4.0)))),
        ("text", Arc::new(StringArray::from_iter_values(texts(0..1000)))),
        ("time", Arc::new(TimestampMillisecondArray::from_iter_values(seconds.clone().map(|s| s * 1000)))),
        ("tags", lists("item", numbers(0..1000), 1000)),
        ("image", images(1000)),
    ];
    let paths = StringArray::from_iter_values((1000..2000).map(|row| format!("{row}.png")));
    let path = Field::new("path", DataType::Utf8, true);
    let second: Columns = vec![
        ("extra", numbers(0..1000)),
        ("image", Arc::new(StructArray::new(Fields::from(vec![path]), vec![Arc::new(paths)], None))),
        ("tags", lists("element", Arc::new(Int32Array::from_iter_values(1000..2000)), 1000)),
        ("time", Arc::new(TimestampSecondArray::from_iter_values(seconds.map(|s| s + 1000)))),
        ("text", Arc::new(LargeStringArray::from_iter_values(texts(1000..2000)))),
        ("score", Arc::new(Float32Array::from_iter_values((1000u16..2000).map(|row| f32::from(row) / 4.0)))),
        ("id", Arc::new(Int32Array::from_iter_values(1000..2000))),
    ];
    let third: Columns = vec![("id", Arc::new(Float64Array::from_iter_values((2000..2500).map(f64::from))))];
    vec![("a.parquet", parquet(first)), ("b.parquet", parquet(second)), ("c.parquet", parquet(third))]
}

#[test]
fn files_are_read_as_the_first_one_where_nothing_is_lost() {
    let hub = hub(two_schemas());
    wait(async {
        let frame = open(&hub).await;
        let table = collect(&frame).await;
        assert_eq!(ids(&table), (0..2500).collect::<Vec<_>>());
        let score = table.column(1).as_primitive::<Float64Type>();
        assert!((0..2000).all(|row| score.value(row) == row as f64 / 4.0) && score.null_count() == 500);
        let text = table.column(2).as_string::<i32>();
        assert_eq!((text.value(1234), text.null_count()), ("row 01234", 500));
        let time = table.column(3).as_primitive::<TimestampMillisecondType>();
        assert!((0..2000).all(|row| time.value(row) == (1_700_000_000 + row as i64) * 1000));
        let tags = table.column(4).as_list::<i32>().value(1999);
        assert_eq!(tags.as_primitive::<Int64Type>().values(), &[1999]);
        let image = table.column(5).as_struct();
        assert_eq!(image.column(0).null_count(), 1500);
        assert_eq!(image.column(1).as_string::<i32>().value(1999), "1999.png");
        // A part that only the first file has.
        let data = collect(&frame.select(&["image.data", "id"]).unwrap()).await;
        assert_eq!(data.column(0).as_struct().column(0).null_count(), 1500);
        assert_eq!(data.column(0).null_count(), 500);
    });
}

#[test]
fn filters_mean_the_frames_types_whatever_the_files_are() {
    let hub = hub(two_schemas());
    wait(async {
        let frame = open(&hub).await;
        let count = async |filter: Expr| {
            let filtered = frame.filter(filter).unwrap();
            let rows = collect(&filtered.select(&["id"]).unwrap()).await.num_rows();
            assert_eq!(filtered.count().await.unwrap(), rows as u64);
            rows
        };
        assert_eq!(count(col("id").between(990, 1009)).await, 20);
        assert_eq!(count(col("id").ge(1999.5)).await, 500);
        assert_eq!(count(col("id").eq(1i64 << 40)).await, 0);
        assert_eq!(count(col("score").eq(250.25)).await, 1);
        assert_eq!(count(col("score").lt(0.1)).await, 1);
        assert_eq!(count(col("text").starts_with("row 00").or(col("text").eq("row 01500"))).await, 1001);
        assert_eq!(
            count(col("time").ge("2023-11-14T22:30:00Z")).await,
            1000 + 1000 - (1_700_001_000 - 1_700_000_000)
        );
        assert_eq!(count(col("tags").contains(1500)).await, 1);
        assert_eq!(count(col("image.data").is_null()).await, 1500);
        assert_eq!(count(col("text").is_not_null()).await, 2000);
        let explanation = frame.filter(col("id").eq(1234)).unwrap().explain().await.unwrap();
        assert_eq!(explanation.kept.row_groups.kept, 1, "{explanation}");
    });
}

#[test]
fn what_cannot_be_read_as_the_first_file_is_named() {
    let first = vec![("id", numbers(0..10)), ("n", numbers(0..10)), ("m", numbers(0..10))];
    let words = words_of(0..10);
    let halves: ArrayRef = Arc::new(Float64Array::from_iter_values((0..10).map(|row| f64::from(row) / 2.0)));
    let second = vec![("id", numbers(10..20)), ("n", words.clone()), ("m", words)];
    let third = vec![("id", numbers(20..30)), ("n", halves)];
    let fourth = vec![("id", numbers(30..40)), ("m", words_of(30..40))];
    let files = vec![
        ("a.parquet", parquet(first)),
        ("b.parquet", parquet(second)),
        ("c.parquet", parquet(third)),
        ("d.parquet", parquet(fourth)),
    ];
    let hub = hub(files);
    wait(async {
        let frame = open(&hub).await;
        let error = frame.collect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        let (n, m) =
            (r#"the column "n" is Utf8 in it, not Int64"#, r#"the column "m" is Utf8 in it, not Int64"#);
        let list = format!(
            "2 of 4 files do not fit the columns of the first one. Read them apart, or select the other columns.\n- b.parquet: {n}; {m}\n- d.parquet: {m}"
        );
        assert_eq!(error.message(), list);
        let rest = read(&hub, "hf://datasets/user/data/[ac].parquet").await.unwrap();
        let error = rest.collect().await.unwrap_err();
        assert!(error.message().contains("0.5 is no Int64"), "{error}");
        assert_eq!(ids(&collect(&frame.select(&["id"]).unwrap()).await), (0..40).collect::<Vec<_>>());
    });
}

#[test]
fn a_survey_has_the_columns_of_all_files_and_what_is_wrong_with_some() {
    let id = |start| -> (&'static str, ArrayRef) { ("id", numbers(start..start + 10)) };
    let files = vec![
        ("a.parquet", parquet(vec![id(0), ("n", numbers(0..10))])),
        ("b.parquet", parquet(vec![id(10), ("more", words_of(10..20))])),
        ("c.parquet", b"PAR1 this is no table PAR1".to_vec()),
        ("d.parquet", parquet(vec![id(30), ("n", words_of(30..40))])),
    ];
    let hub = hub(files);
    wait(async {
        let frame = open(&hub).await;
        let survey = frame.survey().await.unwrap();
        let columns: Vec<&str> = survey.source.schema.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(columns, ["id", "n", "more"]);
        let read: Vec<&str> = survey.source.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(read, ["a.parquet", "b.parquet", "d.parquet"]);
        let [a, b, c, d] = &survey.files[..] else { panic!("{survey:?}") };
        assert_eq!((a.columns.len(), b.columns.len(), d.columns.len()), (2, 2, 2));
        assert_eq!(a.row_groups.iter().map(|group| group.num_rows).collect::<Vec<_>>(), [10]);
        assert!(a.row_groups[0].total_byte_size > 80);
        assert!(a.misfits.is_empty() && b.misfits.is_empty());
        assert_eq!(d.misfits, ["n"]);
        let problem = c.problem.as_ref().unwrap();
        assert_eq!(problem.kind(), ErrorKind::Corrupt);
        assert_eq!((problem.get("file"), problem.get("offset")), (Some("c.parquet"), Some("18")));
        let data = serde_json::to_value(problem).unwrap();
        assert_eq!((&data["code"], &data["context"]["file"]), (&"corrupt".into(), &"c.parquet".into()));
    });
}

#[test]
fn a_survey_without_a_file_that_can_be_read_is_an_error() {
    let hub =
        hub(vec![("a.parquet", parquet(vec![("n", numbers(0..10))])), ("b.parquet", b"PAR1PAR1".to_vec())]);
    wait(async {
        let mut spec = open(&hub).await.spec().clone();
        spec.files.remove(0);
        let error = common::session(&hub, None).survey(&spec).await.unwrap_err();
        assert_eq!((error.kind(), error.get("file")), (ErrorKind::Corrupt, Some("b.parquet")));
    });
}

#[test]
fn text_that_is_no_utf_8_is_read_as_bytes() {
    let broken = BinaryArray::from_vec(vec![b"good", b"b\xffd", b""]);
    let table = RecordBatch::try_from_iter([("text", Arc::new(broken) as ArrayRef)]).unwrap();
    let text = Type::primitive_type_builder("text", PhysicalType::BYTE_ARRAY)
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(Some(LogicalType::String))
        .build();
    let root = Type::group_type_builder("schema").with_fields(vec![Arc::new(text.unwrap())]).build().unwrap();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, Arc::new(root), Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let values: Vec<ByteArray> =
        table.column(0).as_binary::<i32>().iter().flatten().map(|value| value.to_vec().into()).collect();
    column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    let hub = hub(vec![("a.parquet", bytes)]);
    wait(async {
        let frame = open(&hub).await;
        let error = frame.collect().await.unwrap_err();
        assert_eq!((error.kind(), error.get("encoding")), (ErrorKind::Corrupt, Some("utf-8")));
        let mut spec = frame.spec().clone();
        spec.columns = Some(vec![ShownColumn {
            name: "text".into(),
            source: "text".into(),
            bytes: true,
            ..Default::default()
        }]);
        let rows = collect(&Frame::new(common::session(&hub, None), spec).unwrap()).await;
        assert_eq!(rows.column(0), table.column(0));
    });
}

#[test]
fn text_that_is_no_utf_8_is_read_as_bytes_within_lists_and_structs_and_through_a_filter() {
    let text = |prefix: &str| {
        let values: Vec<String> =
            (0..4).map(|row| format!("{prefix} b{}d {row}", if row == 2 { "?" } else { "a" })).collect();
        Arc::new(StringArray::from(values)) as ArrayRef
    };
    let list = |items: ArrayRef| {
        let field = Arc::new(Field::new("item", items.data_type().clone(), true));
        let offsets = OffsetBuffer::from_lengths([1, 0, 2, 1]);
        Arc::new(ListArray::new(field, offsets, items, None)) as ArrayRef
    };
    let role = Arc::new(Field::new("role", DataType::Utf8, true));
    let turn = Arc::new(Field::new("turn", DataType::Int64, true));
    let said = StructArray::from(vec![(role, text("role")), (turn, numbers(0..4))]);
    let mut file = parquet(vec![
        ("id", numbers(0..4)),
        ("text", text("text")),
        ("words", list(text("word"))),
        ("chat", list(Arc::new(said))),
    ]);
    // Pages are not compressed, so what is in the file can be damaged where it lies.
    for at in 0..file.len() - 3 {
        if file[at..].starts_with(b"b?d") {
            file[at + 1] = 0xff;
        }
    }
    let hub = hub(vec![("a.parquet", file)]);
    wait(async {
        let frame = open(&hub).await;
        let as_bytes = |names: &[&str], filter: Option<Expr>| {
            let mut spec = frame.spec().clone();
            let column = |name: &&str| ShownColumn {
                name: (*name).into(),
                source: (*name).into(),
                bytes: true,
                ..Default::default()
            };
            spec.columns = Some(names.iter().map(column).collect());
            spec.filter = filter;
            Frame::new(common::session(&hub, None), spec).unwrap()
        };
        for names in [["id", "words"], ["id", "chat"]] {
            let mut spec = frame.spec().clone();
            spec.columns = as_bytes(&names, None).spec().columns.clone();
            spec.columns.iter_mut().flatten().for_each(|column| column.bytes = false);
            let error = Frame::new(common::session(&hub, None), spec).unwrap().collect().await.unwrap_err();
            assert_eq!(
                (error.kind(), error.get("encoding")),
                (ErrorKind::Corrupt, Some("utf-8")),
                "{names:?}"
            );
            assert_eq!(collect(&as_bytes(&names, None)).await.num_rows(), 4);
        }
        let rows = collect(&as_bytes(&["words", "chat"], None)).await;
        let words = rows.column(0).as_list::<i32>().values().as_binary::<i32>();
        assert_eq!(words.value(2), b"word b\xffd 2");
        let chat = rows.column(1).as_list::<i32>().values().as_struct();
        assert_eq!(chat.column(0).as_binary::<i32>().value(2), b"role b\xffd 2");
        assert_eq!(chat.column(1).as_ref(), numbers(0..4).as_ref());

        for (filter, expected) in [
            (col("id").ge(2), vec![2, 3]),
            (col("text").contains("d 2"), vec![2]),
            (col("text").ge("text bb"), vec![2]),
            (col("words").contains("word bad 3"), vec![3]),
        ] {
            let rows = collect(&as_bytes(&["id", "text", "words"], Some(filter.clone()))).await;
            assert_eq!(rows.column(0).as_primitive::<Int64Type>().values().to_vec(), expected);
            let texts = rows.column(1).as_binary::<i32>();
            let is_broken = texts.iter().flatten().any(|text| text == b"text b\xffd 2");
            assert_eq!(is_broken, expected.contains(&2));
            // What only the filter reads need not be text, either.
            let rows = collect(&as_bytes(&["id"], Some(filter))).await;
            assert_eq!(rows.column(0).as_primitive::<Int64Type>().values().to_vec(), expected);
        }
    });
}
