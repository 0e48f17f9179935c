//! Aggregates over the local Hub: the values that Python and numpy find, whatever way the rows are cut into parts, and no
//! page read that the footers answer for.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;
#[path = "fixtures/golden.rs"]
mod golden;

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray,
    cast::AsArray,
    types::{Float64Type, Int64Type},
};
use bytes::Bytes;
use common::{NativeTransport, bytes, requests, wait};
use golden::{encode, fixtures};
use hubframe::{
    Error, ErrorKind,
    aggregate::{Answer, ColumnFunctions, Function, Query},
    expr::col,
    frame::{Frame, Sample},
    http::RetryPolicy,
};
use hubframe_hub::{FileSeed, Hub, RepoSeed, RunningHub, Source};
use parquet::{
    arrow::ArrowWriter,
    file::properties::{EnabledStatistics, WriterProperties, WriterVersion},
};
use serde_json::{Value, json};

fn fixture_hub() -> RunningHub {
    Hub::builder().data(fixtures().join("repos")).start().unwrap()
}

async fn read(hub: &RunningHub, path: &str) -> Frame<NativeTransport> {
    let session = common::session_with(hub, None, RetryPolicy::default());
    session.read_parquet(&[format!("hf://datasets/{path}")], None).await.unwrap()
}

fn functions(column: &str, functions: &[Function]) -> ColumnFunctions {
    ColumnFunctions { column: column.to_owned(), functions: functions.to_vec() }
}

async fn aggregate(frame: &Frame<NativeTransport>, columns: Vec<ColumnFunctions>) -> Value {
    to_json(&frame.query(&Query::Aggregate { columns }).await.unwrap())
}

/// The one row of an answer: values by function, by column.
fn to_json(answer: &Answer) -> Value {
    let table = answer.table.as_ref().unwrap();
    assert_eq!(table.num_rows(), 1);
    let schema = table.schema();
    let columns = schema.fields().iter().zip(table.columns());
    columns.map(|(field, column)| (field.name().clone(), encode(column)[0].clone())).collect()
}

fn by_name(name: &str) -> Function {
    serde_json::from_value(json!(name)).unwrap()
}

/// Whether a number is the golden one but for the last digits, in which ways of adding differ.
fn assert_close(found: &Value, golden: &Value, context: &str) {
    match (found, golden) {
        (Value::Object(found), Value::Object(golden)) => {
            assert_eq!(found.len(), golden.len(), "{context}");
            golden
                .iter()
                .for_each(|(key, value)| assert_close(&found[key], value, &format!("{context}.{key}")));
        }
        (Value::Array(found), Value::Array(golden)) => {
            assert_eq!(found.len(), golden.len(), "{context}");
            found.iter().zip(golden).for_each(|(found, golden)| assert_close(found, golden, context));
        }
        (Value::Number(found), Value::Number(golden)) => {
            let (found, golden) = (found.as_f64().unwrap(), golden.as_f64().unwrap());
            let error = (found - golden).abs();
            assert!(error <= 1e-12 * golden.abs().max(1e-300), "{context}: {found}, not {golden}");
        }
        _ => assert_eq!(found, golden, "{context}"),
    }
}

fn golden_statistics() -> Vec<Value> {
    let text = std::fs::read(fixtures().join("statistics.json")).unwrap();
    serde_json::from_slice::<Value>(&text).unwrap().as_array().unwrap().clone()
}

#[test]
fn aggregates_are_those_of_python() {
    let hub = fixture_hub();
    let mut compared = 0;
    wait(async {
        for entry in golden_statistics() {
            let path = entry["path"].as_str().unwrap();
            let frame = read(&hub, path).await;
            let golden = entry["aggregates"].as_object().unwrap();
            let columns = golden.iter().map(|(column, values)| {
                let names = values.as_object().unwrap().keys();
                functions(column, &names.map(|name| by_name(name)).collect::<Vec<_>>())
            });
            let found = aggregate(&frame, columns.collect()).await;
            for (column, golden) in golden {
                assert_close(&found[column], golden, &format!("{path}: {column}"));
                compared += golden.as_object().unwrap().len();
            }
        }
    });
    assert!(compared > 500, "only {compared} values were compared");
}

#[test]
fn descriptions_are_those_of_the_hub() {
    let hub = fixture_hub();
    wait(async {
        for entry in golden_statistics() {
            let path = entry["path"].as_str().unwrap();
            let answer = read(&hub, path).await.query(&Query::Describe { columns: None }).await.unwrap();
            let found: Value = serde_json::from_str(&answer.text).unwrap();
            let golden = &entry["describe"];
            let is_counted = !found["num_examples"].is_null();
            assert_eq!(is_counted, !found["statistics"].as_array().unwrap().is_empty(), "{path}");
            assert!(!is_counted || found["num_examples"] == golden["num_examples"], "{path}");
            let columns = |value: &Value| value["statistics"].as_array().unwrap().clone();
            assert_eq!(columns(&found).len(), columns(golden).len(), "{path}");
            for (found, golden) in columns(&found).iter().zip(&columns(golden)) {
                assert_close(found, golden, &format!("{path}: {}", golden["column_name"]));
            }
        }
    });
}

/// Ten row groups of 1,000 rows: whole numbers; floats, of which one in a hundred is NaN, and in the second file all of
/// a row group; words of 40 letters, or nulls.
fn table(start: i64) -> RecordBatch {
    let rows = start..start + 10_000;
    let words = |row: i64| (row % 7 != 0).then(|| format!("{:0>40}", row % 1_000));
    let score = |row: i64| match row % 100 {
        13 => f64::NAN,
        _ if start > 0 && (10_000..11_000).contains(&row) => f64::NAN,
        _ => row as f64 / 8.0,
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(Int64Array::from_iter_values(rows.clone()))),
        ("score", Arc::new(Float64Array::from_iter_values(rows.clone().map(score)))),
        ("word", Arc::new(rows.map(words).collect::<StringArray>())),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap()
}

fn to_parquet(table: &RecordBatch, properties: WriterProperties) -> Bytes {
    let properties = properties.into_builder().set_max_row_group_row_count(Some(1_000)).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, table.schema(), Some(properties)).unwrap();
    writer.write(table).unwrap();
    writer.close().unwrap();
    bytes.into()
}

/// Two files, written so.
fn two_files(properties: &WriterProperties) -> RunningHub {
    let file = |start| {
        let bytes = to_parquet(&table(start), properties.clone());
        FileSeed::Source(Source::Bytes(bytes))
    };
    let repo = RepoSeed::new("user/two").file("a.parquet", file(0)).file("b.parquet", file(10_000));
    Hub::builder().repo(repo).start().unwrap()
}

const TWO: &str = "user/two";

#[test]
fn counts_and_extremes_read_no_page() {
    let exact = WriterProperties::builder().set_statistics_truncate_length(None).build();
    let hub = two_files(&exact);
    wait(async {
        let frame = read(&hub, TWO).await;
        assert_eq!(frame.count().await.unwrap(), 20_000);
        hub.reset();
        let wanted = [Function::Count, Function::NullCount, Function::Min, Function::Max];
        let columns = vec![functions("id", &wanted), functions("word", &wanted)];
        let found = aggregate(&frame, columns.clone()).await;
        assert_eq!(requests(&hub), 0, "all footers were known");
        assert_eq!(found["id"], json!({"count": 20_000.0, "nullCount": 0.0, "min": "0", "max": "19999"}));
        let word = |n: u64| format!("{n:0>40}");
        let words = json!({"count": 17_142.0, "nullCount": 2_858.0, "min": word(0), "max": word(999)});
        assert_eq!(found["word"], words);

        // Of a slice, only the row groups at its ends are read; of filtered rows, those that the filter divides.
        let slice = frame.slice(500, 12_000).unwrap();
        hub.reset();
        let found = aggregate(&slice, vec![functions("id", &wanted)]).await;
        assert_eq!(found["id"], json!({"count": 12_000.0, "nullCount": 0.0, "min": "500", "max": "12499"}));
        assert_eq!(requests(&hub), 2);
        let filtered = frame.filter(col("id").ge(4_250)).unwrap();
        hub.reset();
        let found = aggregate(&filtered, vec![functions("id", &wanted)]).await;
        assert_eq!(found["id"], json!({"count": 15_750.0, "nullCount": 0.0, "min": "4250", "max": "19999"}));
        assert_eq!(requests(&hub), 1);
        assert!(bytes(&hub) < 20_000, "{} bytes", bytes(&hub));
        let both = filtered.slice(100, 50).unwrap();
        let found = aggregate(&both, vec![functions("id", &wanted), functions("word", &wanted)]).await;
        assert_eq!(found["id"], json!({"count": 50.0, "nullCount": 0.0, "min": "4350", "max": "4399"}));
    });
}

#[test]
fn columns_go_by_the_names_that_the_frame_gives_them() {
    let hub = two_files(&WriterProperties::builder().build());
    wait(async {
        let frame = read(&hub, TWO).await.select(&["word", "id"]).unwrap();
        let frame = frame.rename(&[("id", "word"), ("word", "id")]).unwrap();
        let wanted = [Function::Count, Function::Min, Function::Distinct];
        let columns = || vec![functions("word", &wanted), functions("id", &[Function::MaxLength])];
        let expected = json!({"word": {"count": 20_000.0, "min": "0", "distinct": 20_000.0},
                              "id": {"maxLength": 40.0}});
        assert_eq!(aggregate(&frame, columns()).await, expected);
        // The same where one task goes through all rows in order.
        let some = frame.filter(col("id").ge(4_250)).unwrap().slice(100, 50).unwrap();
        let expected = json!({"word": {"count": 50.0, "min": "4350", "distinct": 50.0},
                              "id": {"maxLength": 40.0}});
        assert_eq!(aggregate(&some, columns()).await, expected);
        let unknown = Query::ValueCounts { column: "score".to_owned(), limit: None };
        assert_eq!(frame.query(&unknown).await.unwrap_err().kind(), ErrorKind::Invalid);
    });
}

#[test]
fn samples_are_measured_row_by_row() {
    let hub = two_files(&WriterProperties::builder().build());
    wait(async {
        let sample = Sample { seed: 3, start: 0.0, end: 0.01 };
        let frame = read(&hub, TWO).await.sample(sample).unwrap();
        let mut ids: Vec<i64> = Vec::new();
        for batch in frame.select(&["id"]).unwrap().collect().await.unwrap() {
            ids.extend(batch.column(0).as_primitive::<Int64Type>().values());
        }
        let wanted = [Function::Count, Function::Min, Function::Max];
        let of = |ids: &[i64]| json!({"count": ids.len() as f64, "min": ids[0].to_string(), "max": ids[ids.len() - 1].to_string()});
        assert!(ids.len() > 100 && ids.len() < 400 && ids[0] > 0, "{} rows", ids.len());
        assert_eq!(aggregate(&frame, vec![functions("id", &wanted)]).await["id"], of(&ids));
        let slice = frame.slice(10, 20).unwrap();
        assert_eq!(aggregate(&slice, vec![functions("id", &wanted)]).await["id"], of(&ids[10..30]));
    });
}

#[test]
fn statistics_that_are_not_exact_are_not_believed() {
    for properties in [
        WriterProperties::builder().set_statistics_truncate_length(Some(8)).build(),
        WriterProperties::builder().set_statistics_enabled(EnabledStatistics::None).build(),
        WriterProperties::builder().set_writer_version(WriterVersion::PARQUET_2_0).build(),
    ] {
        let hub = two_files(&properties);
        wait(async {
            let frame = read(&hub, TWO).await;
            let extremes = [Function::Min, Function::Max, Function::NanCount, Function::Distinct];
            let columns =
                vec![functions("score", &extremes), functions("word", &[Function::Min, Function::Max])];
            let found = aggregate(&frame, columns).await;
            // One row of a hundred, and of the rest all of one row group.
            let (nans, all) = (100 + 90 + 1_000, 20_000);
            let score = json!({"min": 0.0, "max": 2_499.875, "nanCount": nans as f64,
                               "distinct": (all - nans + 1) as f64});
            assert_eq!(found["score"], score);
            assert_eq!(found["word"], json!({"min": format!("{:0>40}", 0), "max": format!("{:0>40}", 999)}));
        });
    }
}

#[test]
fn values_are_counted() {
    let hub = two_files(&WriterProperties::builder().build());
    wait(async {
        let frame = read(&hub, TWO).await.filter(col("id").lt(5_000)).unwrap();
        let query = |column: &str| Query::ValueCounts { column: column.to_owned(), limit: Some(3) };
        let answer = frame.query(&query("word")).await.unwrap();
        let head: Value = serde_json::from_str(&answer.text).unwrap();
        assert_eq!(head, json!({"num_rows": 5_000, "null_count": 715, "num_distinct": 1_000}));
        let table = answer.table.unwrap();
        let word = |n: u64| format!("{n:0>40}");
        // Of five rows with one word, at most one is null: rows 7, 1007, … are a multiple of 7 once in seven times.
        let whole = |n: u64| (0..5).all(|thousand: u64| !(thousand * 1_000 + n).is_multiple_of(7));
        let expected: Vec<Value> = (0..1_000).filter(|n| whole(*n)).take(3).map(|n| json!(word(n))).collect();
        assert_eq!(encode(table.column(0)), expected);
        assert_eq!(encode(table.column(1)), [json!("5"), json!("5"), json!("5")]);
        let answer = frame.query(&query("score")).await.unwrap();
        let table = answer.table.unwrap();
        let scores = table.column(0).as_primitive::<Float64Type>();
        assert!(scores.value(0).is_nan() && scores.value(1) == 0.0 && table.num_rows() == 3);
        assert_eq!(encode(&table.column(1).slice(0, 2)), [json!("50"), json!("1")]);
    });
}

#[test]
fn what_a_type_has_not_is_refused() {
    let hub = fixture_hub();
    wait(async {
        let frame = read(&hub, "fixtures/types/text.parquet").await;
        let refused = async |column: &str, function| -> Error {
            let columns = vec![functions(column, &[function])];
            frame.query(&Query::Aggregate { columns }).await.unwrap_err()
        };
        let error = refused("string", Function::Mean).await;
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert_eq!(error.message(), "The column \"string\" is Utf8, which has no mean.");
        let error = refused("strin", Function::Count).await;
        assert!(error.message().contains("the nearest is \"string\""), "{error}");
    });
}
