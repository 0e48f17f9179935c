//! Whole files, from bytes to values.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at the first surprise")]

use std::{ops::Range, rc::Rc, sync::Arc};

use arrow_array::{Array, ArrayRef, RecordBatch, cast::AsArray, types};
use arrow_schema::{DataType, Schema, TimeUnit};
use futures_util::FutureExt;
use indexmap::IndexMap;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::{
    error::{Error, ErrorKind, Result},
    source::MemorySource,
};

fn inspect_bytes(bytes: &[u8], options: &TextOptions) -> Result<Inspection> {
    let source = MemorySource::new("test.txt", bytes.to_vec());
    inspect(source, options.clone()).now_or_never().unwrap()
}

fn read_rows(
    bytes: &[u8],
    layout: &TextLayout,
    schema: &Schema,
    rows: Range<u64>,
) -> Result<Vec<RecordBatch>> {
    let source = Rc::new(MemorySource::new("test.txt", bytes.to_vec()));
    let mut reader = TextReader::new(source, layout, Arc::new(schema.clone()), rows)?;
    let mut batches = Vec::new();
    while let Some(batch) = reader.next_batch().now_or_never().unwrap()? {
        batches.push(batch);
    }
    Ok(batches)
}

fn options(spelled: Json) -> TextOptions {
    serde_json::from_value(spelled).unwrap()
}

/// Inspects and reads a file: what was found, its types, its values as JSON.
fn load(bytes: &[u8], spelled: Json) -> Result<(Inspection, Vec<String>, Vec<Json>)> {
    let options = options(spelled);
    let inspection = inspect_bytes(bytes, &options)?;
    let schema = schema_of(std::slice::from_ref(&inspection), &options.types)?;
    let batches = read_rows(bytes, &inspection.layout, &schema, 0..u64::MAX)?;
    let types = schema.fields().iter().map(|field| field.data_type().to_string()).collect();
    let rows: Vec<Json> = batches.iter().flat_map(rows_of).collect();
    assert_eq!(rows.len() as u64, inspection.layout.num_rows);
    Ok((inspection, types, rows))
}

/// The rows of a batch, as lists of values.
fn rows_of(batch: &RecordBatch) -> Vec<Json> {
    (0..batch.num_rows())
        .map(|row| batch.columns().iter().map(|column| value(column, row)).collect())
        .collect()
}

fn value(column: &ArrayRef, row: usize) -> Json {
    if column.is_null(row) {
        return Json::Null;
    }
    match column.data_type() {
        DataType::Boolean => json!(column.as_boolean().value(row)),
        DataType::Int32 => json!(column.as_primitive::<types::Int32Type>().value(row)),
        DataType::Int64 => json!(column.as_primitive::<types::Int64Type>().value(row)),
        DataType::Float64 => json!(column.as_primitive::<types::Float64Type>().value(row)),
        DataType::Utf8 => json!(column.as_string::<i32>().value(row)),
        DataType::Date32 => json!(column.as_primitive::<types::Date32Type>().value(row)),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            json!(column.as_primitive::<types::TimestampMicrosecondType>().value(row))
        }
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(row);
            (0..items.len()).map(|item| value(&items, item)).collect()
        }
        DataType::Struct(fields) => {
            let columns = fields.iter().zip(column.as_struct().columns());
            Json::Object(columns.map(|(field, column)| (field.name().clone(), value(column, row))).collect())
        }
        other => panic!("{other}"),
    }
}

fn error_of(bytes: &[u8], spelled: Json) -> Error {
    load(bytes, spelled).map(|(_, _, rows)| rows).unwrap_err()
}

fn kinds(inspection: &Inspection) -> Vec<(FindingKind, Option<u64>)> {
    inspection.findings.iter().map(|finding| (finding.kind, finding.line)).collect()
}

#[test]
fn csv() {
    let text = "id,zip,name,score,day,at,ok\n1,01234,ann,1.5,2024-01-31,2024-01-31T12:00:00Z,true\n\
                2,94110,\"b, \"\"c\"\"\nd\",NA,,2024-01-31T13:00+01:00,False\n";
    let (inspection, types, rows) = load(text.as_bytes(), json!({})).unwrap();
    assert_eq!(types, ["Int64", "Utf8", "Utf8", "Float64", "Date32", "Timestamp(µs, \"UTC\")", "Boolean"]);
    let noon = 1_706_702_400_000_000_i64;
    assert_eq!(
        rows,
        [
            json!([1, "01234", "ann", 1.5, 19753, noon, true]),
            json!([2, "94110", "b, \"c\"\nd", null, null, noon, false]),
        ]
    );
    assert_eq!(inspection.layout.format, Format::Csv);
    assert_eq!(kinds(&inspection), [(FindingKind::LeadingZeros, Some(2))]);
    assert_eq!(inspection.columns[3].values.count(Kind::NullWord), 1);
    assert_eq!(inspection.columns[4].values.nulls, 1);
}

#[test]
fn json_in_its_three_forms() {
    let rows =
        ["{\"a\": 1, \"b\": {\"c\": [1, 2.5]}}", "{\"a\": null, \"b\": null}", "{\"d\": \"x\\u00e9\"}"];
    let expected =
        [json!([1, {"c": [1.0, 2.5]}, null]), json!([null, null, null]), json!([null, null, "xé"])];
    for (text, format) in [
        (rows.join("\n"), Format::JsonLines),
        (format!("\n[{}]\n", rows.join(",\n")), Format::Json),
        (format!("{{\"n\": {{\"x\": [1]}}, \"rows\": [ {}], \"m\": \"]\"}}", rows.join(" , ")), Format::Json),
    ] {
        let (inspection, types, found) = load(text.as_bytes(), json!({})).unwrap();
        assert_eq!(inspection.layout.format, format, "{text}");
        assert_eq!(found, expected, "{text}");
        assert_eq!(types[0], "Int64");
    }
}

#[test]
fn values_that_do_not_go_together_are_kept_and_named() {
    let (inspection, types, rows) = load(b"a\n1\n2\nthree\n4\n", json!({})).unwrap();
    assert_eq!((types[0].as_str(), rows.len()), ("Utf8", 4));
    assert_eq!(kinds(&inspection), [(FindingKind::MixedTypes, Some(4))]);
    assert!(inspection.findings[0].message.contains("\"three\""), "{:?}", inspection.findings);
    let lines = b"{\"a\": 1}\n{\"a\": {\"b\": 2}}\n{\"a\": \"x\"}\n";
    let (inspection, _, rows) = load(lines, json!({})).unwrap();
    assert_eq!(kinds(&inspection)[0].0, FindingKind::MixedTypes);
    assert_eq!(rows, [json!(["1"]), json!(["{\"b\": 2}"]), json!(["\"x\""])]);
    let (_, _, rows) = load(b"{\"a\": 12345678901234567890123}\n{\"a\": true}\n", json!({})).unwrap();
    assert_eq!(rows, [json!(["12345678901234567890123"]), json!(["true"])]);
}

#[test]
fn types_can_be_set() {
    let (_, types, rows) = load(b"a,b\n1,2\n3,4\n", json!({"types": {"a": "string", "b": "int32"}})).unwrap();
    assert_eq!((types, rows), (vec!["Utf8".into(), "Int32".into()], vec![json!(["1", 2]), json!(["3", 4])]));
    let list = json!({"types": {"a": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "List"}}});
    let (_, _, rows) = load(b"{\"a\": [1]}\n", list).unwrap();
    assert_eq!(rows, [json!([["1"]])]);
    let error = error_of(b"a\n1\nx\n", json!({"types": {"a": "int64"}}));
    assert_eq!(
        (error.kind(), error.get("line"), error.get("column")),
        (ErrorKind::Corrupt, Some("3"), Some("a"))
    );
    let inspection = inspect_bytes(b"a\n1\nx\ny\n", &options(json!({"types": {"a": "int64"}}))).unwrap();
    assert_eq!(kinds(&inspection), [(FindingKind::WrongType, Some(3))]);
    assert_eq!(inspection.findings[0].count, 2);
    let typed = options(json!({"types": {"a": "float64"}}));
    let inspection = inspect_bytes(b"{\"a\": 1}\n{\"a\": {}}\n{\"a\": 2}", &typed).unwrap();
    assert_eq!(kinds(&inspection), [(FindingKind::WrongType, Some(2))]);
    for (types, kind) in [
        (json!({"b": "int64"}), ErrorKind::Invalid),
        (json!({"a": "integer"}), ErrorKind::Invalid),
        (json!({"a": "binary"}), ErrorKind::Unsupported),
    ] {
        assert_eq!(error_of(b"a\n1\n", json!({ "types": types })).kind(), kind);
    }
}

#[test]
fn bad_files_say_where() {
    for (text, line, words) in [
        (&b"a,b\n1,2\n1,2,3\n"[..], Some("3"), "3 fields"),
        (b"a,b\n1,\"2\n3,4\n", Some("2"), "never closed"),
        (b"a,b\n1,2\n3,\xff\n", Some("3"), "UTF-8"),
        (b"{\"a\": 1}\n{\"a\": }\n", Some("2"), "a value was expected at character 7"),
        (b"{\"a\": 1}\n[1]\n", Some("2"), "A row is a JSON object"),
        (b"[{\"a\": 1},\n 2]", Some("2"), "A row is a JSON object"),
        (b"[{\"a\": 1},\n{\"a\":\n 01}]", Some("3"), "a number as JSON writes it"),
        (b"[{\"a\": 1},\n{\"a\": 1", Some("2"), "cut short"),
        (b"{\"a\": 1, \"a\": 2}\n", Some("1"), "each key only once"),
        (b"{\n\"a\": [{\"b\": 1}],\n\"c\": [{}]}", Some("3"), "several lists"),
        (b"{\n\"a\": 1}", None, "without a list of objects"),
        (b"", Some("1"), "empty"),
        (b" \n", Some("1"), "empty"),
    ] {
        let error = error_of(text, json!({}));
        let text = String::from_utf8_lossy(text);
        assert_eq!((error.get("line"), error.get("file")), (line, Some("test.txt")), "{text}: {error}");
        assert!(error.message().contains(words), "{text}: {error}");
    }
    let error = error_of(b"[{\"a\": 1}]", json!({"format": "jsonlines"}));
    assert!(error.message().contains("set the format to json"), "{error}");
}

#[test]
fn odd_files_are_read_with_a_finding() {
    for (text, kind, line, rows) in [
        (&b"a,b\n"[..], FindingKind::NoRows, None, json!([])),
        (b"1,2\n3,4\n", FindingKind::NoHeader, Some(1), json!([[1, 2], [3, 4]])),
        (b"a,b\n1\n2,3\n", FindingKind::ShortRows, Some(2), json!([[1, null], [2, 3]])),
        (b"a,a\nx,2\n", FindingKind::DuplicateColumn, Some(1), json!([["x", 2]])),
        (b",a\nx,2\n", FindingKind::UnnamedColumn, Some(1), json!([["x", 2]])),
        (b"a\nx\nNA\n", FindingKind::NullWords, Some(3), json!([["x"], ["NA"]])),
        (
            b"a\n9223372036854775808\n1\n",
            FindingKind::BigIntegers,
            Some(2),
            json!([["9223372036854775808"], ["1"]]),
        ),
        (b"{\"n\": 1, \"rows\": [{\"a\": 1}]}", FindingKind::IgnoredKeys, None, json!([[1]])),
        (b"\xff\xfea\x00\n\x001\x00\n\x00", FindingKind::Encoding, None, json!([[1]])),
    ] {
        let (inspection, _, found) = load(text, json!({})).unwrap();
        let text = String::from_utf8_lossy(text);
        assert_eq!(kinds(&inspection), [(kind, line)], "{text}");
        assert_eq!(Json::from(found), rows, "{text}");
    }
    let (inspection, ..) = load(b"a,a,a,a.1\n1,2,3,4\n", json!({})).unwrap();
    let names: Vec<_> = inspection.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["a", "a.1", "a.2", "a.1.1"]);
    let header: Vec<String> = (0..10_000).map(|column| format!("c{column}")).collect();
    let wide = format!("{}\n{}\n", header.join(","), ["1"; 10_000].join(","));
    let (inspection, types, _) = load(wide.as_bytes(), json!({})).unwrap();
    assert_eq!((kinds(&inspection)[0].0, types.len()), (FindingKind::ManyColumns, 10_000));
}

#[test]
fn other_encodings() {
    let (_, _, rows) = load(b"a\ncaf\xe9\n", json!({"encoding": "windows-1252"})).unwrap();
    assert_eq!(rows, [json!(["café"])]);
    let (_, _, rows) = load(b"\xef\xbb\xbfa\n1\n", json!({})).unwrap();
    assert_eq!(rows, [json!([1])]);
    let big: Vec<u8> = "\u{feff}a\tb\né\t2\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let (inspection, _, rows) = load(&big, json!({})).unwrap();
    assert_eq!((rows, inspection.layout.dialect.unwrap().delimiter), (vec![json!(["é", 2])], b'\t'));
}

#[test]
fn files_share_one_schema() {
    let options = TextOptions::default();
    let first = inspect_bytes(b"a,b\n1,\n", &options).unwrap();
    let second = inspect_bytes(b"b,a,c\nx,2.5,1\n", &options).unwrap();
    let schema = schema_of(&[first.clone(), second.clone()], &IndexMap::new()).unwrap();
    let types: Vec<_> =
        schema.fields().iter().map(|field| (field.name().as_str(), field.data_type().clone())).collect();
    assert_eq!(types, [("a", DataType::Float64), ("b", DataType::Utf8), ("c", DataType::Int64)]);
    let rows = |bytes: &[u8], inspection: &Inspection| {
        rows_of(&read_rows(bytes, &inspection.layout, &schema, 0..9).unwrap()[0])
    };
    assert_eq!(rows(b"a,b\n1,\n", &first), [json!([1.0, null, null])]);
    assert_eq!(rows(b"b,a,c\nx,2.5,1\n", &second), [json!([2.5, "x", 1])]);
}

/// A file of `num_rows` rows and its text.
fn numbered(num_rows: u64, format: Format) -> String {
    let row = |row: u64| match format {
        Format::Csv => format!("{row},\"text {row}\nwith a line\"\r\n"),
        Format::Json => {
            format!("{}{{\"n\": {row}, \"t\": \"text {row}, ]}}\"}}\n", if row == 0 { "[" } else { "," })
        }
        _ => format!("{{\"n\": {row}, \"t\": \"text {row}\"}}\n"),
    };
    let rows: String = (0..num_rows).map(row).collect();
    match format {
        Format::Csv => format!("n,t\r\n{rows}"),
        Format::Json => format!("{rows}]"),
        _ => rows,
    }
}

#[test]
fn any_rows_are_read_from_the_checkpoint_before_them() {
    for format in [Format::Csv, Format::Json, Format::JsonLines] {
        let text = numbered(200_000, format);
        let inspection = inspect_bytes(text.as_bytes(), &TextOptions::default()).unwrap();
        let layout = &inspection.layout;
        assert_eq!((layout.format, layout.num_rows), (format, 200_000));
        assert!(layout.checkpoints.len() as u64 >= text.len() as u64 >> 21, "{}", layout.checkpoints.len());
        let schema = schema_of(std::slice::from_ref(&inspection), &IndexMap::new()).unwrap();
        let mut starts: Vec<u64> = layout.checkpoints.iter().map(|checkpoint| checkpoint.row).collect();
        starts.extend([1, 199_999, 123_456]);
        for start in starts {
            let batches = read_rows(text.as_bytes(), layout, &schema, start..start + 3).unwrap();
            let rows: Vec<Json> = batches.iter().flat_map(rows_of).collect();
            let numbers: Vec<u64> = rows.iter().map(|row| row[0].as_u64().unwrap()).collect();
            assert_eq!(numbers, (start..(start + 3).min(200_000)).collect::<Vec<_>>(), "{format:?}");
        }
        let runs = layout.runs(10..199_000, 2 << 20);
        assert!(runs.len() >= 3 && runs[0].start == 10 && runs.last().unwrap().end == 199_000);
        assert!(runs.windows(2).all(|pair| pair[0].end == pair[1].start));
    }
}

#[test]
fn batches_are_bounded() {
    let text = numbered(100_000, Format::JsonLines);
    let inspection = inspect_bytes(text.as_bytes(), &TextOptions::default()).unwrap();
    let schema = schema_of(std::slice::from_ref(&inspection), &IndexMap::new()).unwrap();
    let batches = read_rows(text.as_bytes(), &inspection.layout, &schema, 0..u64::MAX).unwrap();
    assert_eq!(batches.iter().map(RecordBatch::num_rows).max(), Some(16_384));
    let long = format!("{{\"t\": \"{}\"}}\n", "x".repeat(3 << 20)).repeat(10);
    let inspection = inspect_bytes(long.as_bytes(), &TextOptions::default()).unwrap();
    let schema = schema_of(std::slice::from_ref(&inspection), &IndexMap::new()).unwrap();
    let batches = read_rows(long.as_bytes(), &inspection.layout, &schema, 0..u64::MAX).unwrap();
    assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [3, 3, 3, 1]);
}

/// A CSV field as RFC 4180 writes it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

proptest! {
    #[test]
    fn texts_come_back_from_csv(rows in prop::collection::vec(prop::collection::vec("[ -~é\n\r\"]{0,6}", 3), 1..8)) {
        let written: String = rows.iter().map(|row| {
            row.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(",") + "\r\n"
        }).collect();
        let text = format!("a,b,c\r\n{written}");
        let types = json!({"types": {"a": "string", "b": "string", "c": "string"}, "delimiter": ","});
        let (_, _, found) = load(text.as_bytes(), types).unwrap();
        let expected: Vec<Json> = rows.iter().map(|row| {
            row.iter().map(|field| if field.is_empty() { Json::Null } else { json!(field) }).collect()
        }).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn values_come_back_from_json(rows in prop::collection::vec((any::<i64>(), any::<f64>(), any::<Option<bool>>(), "\\PC*"), 1..8)) {
        let objects: Vec<Json> = rows.iter().map(|(a, b, c, d)| json!({"a": a, "b": b, "c": c, "d": d})).collect();
        let types = json!({"types": {"b": "float64", "c": "bool", "d": "string"}});
        let expected: Vec<Json> = objects.iter().map(|row| row.as_object().unwrap().values().cloned().collect()).collect();
        let lines: String = objects.iter().map(|row| format!("{row}\n")).collect();
        prop_assert_eq!(load(lines.as_bytes(), types.clone()).unwrap().2, expected.clone());
        let array = serde_json::to_string_pretty(&objects).unwrap();
        prop_assert_eq!(load(array.as_bytes(), types).unwrap().2, expected);
    }

    #[test]
    fn any_bytes_are_rows_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = load(&bytes, json!({}));
    }

    #[test]
    fn any_text_that_looks_like_a_table_is_rows_or_an_error(
        text in "[\\[{]?[\\[\\]{}:,;\"\\\\a0-2.\n\r\t -]{0,60}",
        format in prop::sample::select(vec!["csv", "json", "jsonlines"]),
    ) {
        let _ = load(text.as_bytes(), json!({}));
        let _ = load(text.as_bytes(), json!({ "format": format }));
    }
}
