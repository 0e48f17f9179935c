//! Every spelling in tests/fixtures/features.json, which `datasets` itself wrote, in every direction.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use arrow_schema::{DataType, Field, Metadata, Schema, UnionFields, UnionMode};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::error::ErrorKind;

/// What `datasets` refuses and this crate carries along, so that newer types survive.
const CARRIED: [&str; 3] = ["unknown type", "unknown dtype", "list with unknown attribute"];

fn fixtures(list: &str) -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/features.json");
    let fixtures: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let entries = fixtures[list].as_array().unwrap().clone();
    assert!(entries.len() > 20, "{list} has only {} entries", entries.len());
    entries
}

fn arrow_schema(fixture: &Value) -> Schema {
    let hex = fixture["arrow_schema"].as_str().unwrap();
    let byte = |index| u8::from_str_radix(&hex[index..index + 2], 16).unwrap();
    let message: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
    arrow_ipc::convert::try_schema_from_ipc_buffer(&message).unwrap()
}

/// Asserts that reading gives what `datasets` read, in the same order, or fails where it failed.
fn assert_outcome(fixture: &Value, outcome: crate::Result<Features>) {
    let name = fixture["name"].as_str().unwrap();
    match (fixture.get("features"), outcome) {
        (Some(expected), outcome) => {
            assert_eq!(outcome.unwrap().to_json().to_string(), expected.to_string(), "{name}")
        }
        (None, Ok(_)) => assert!(CARRIED.contains(&name), "{name} must be refused: {}", fixture["error"]),
        (None, Err(error)) => assert_eq!(error.kind(), ErrorKind::Corrupt, "{name}"),
    }
}

#[test]
fn metadata_readme_and_arrow_say_the_same() {
    for fixture in fixtures("round_trips") {
        let name = fixture["name"].as_str().unwrap();
        let metadata = fixture["metadata"].as_str().unwrap();
        let features = Features::from_metadata_json(metadata).unwrap().unwrap();

        let written: Value = serde_json::from_str(metadata).unwrap();
        assert_eq!(features.to_metadata_json(), written.to_string(), "{name}");
        assert_eq!(features.to_readme().to_string(), fixture["readme"].to_string(), "{name}");
        assert_eq!(Features::from_readme(&fixture["readme"]).unwrap(), features, "{name}");

        let schema = arrow_schema(&fixture);
        assert_eq!(Features::from_arrow_schema(&schema).unwrap(), features, "{name}");
        assert_eq!(
            with_python_names(&features.to_arrow_schema().unwrap()),
            without_metadata(&schema),
            "{name}"
        );
    }
}

#[test]
fn metadata_is_read_as_datasets_reads_it() {
    for fixture in fixtures("from_metadata") {
        assert_outcome(&fixture, Features::from_json(&fixture["given"]));
    }
}

#[test]
fn readmes_are_read_as_datasets_reads_them() {
    for fixture in fixtures("from_readme") {
        assert_outcome(&fixture, Features::from_readme(&fixture["given"]));
    }
}

#[test]
fn schemas_are_read_as_datasets_reads_them() {
    for fixture in fixtures("from_arrow") {
        assert_outcome(&fixture, Features::from_arrow_schema(&arrow_schema(&fixture)));
    }
}

#[test]
fn what_is_unknown_is_carried_as_it_was_spelled() {
    let spelled = json!({
        "a": { "shape": [2, { "_type": "n" }], "id": null, "decode": true, "_type": "Hologram" },
        "b": { "dtype": "float8", "_type": "Value" },
        "c": { "feature": { "depth": 1, "_type": "HologramStack" }, "_type": "List" },
    });
    let features = Features::from_json(&spelled).unwrap();
    assert_eq!(features.to_json().to_string(), spelled.to_string());
    assert_eq!(features.to_arrow_schema().unwrap_err().kind(), ErrorKind::Unsupported);

    // In a README, a dtype that is no type would be taken for the name of a feature.
    let readme = json!([features.to_readme()[0], features.to_readme()[2]]);
    let read = Features::from_readme(&readme).unwrap();
    assert_eq!(read.get("a"), features.get("a"));
    assert_eq!(read.get("c"), features.get("c"));

    let column = Schema::new(vec![Field::new("a", DataType::Int32, true)])
        .with_metadata([(Features::METADATA_KEY, features.to_metadata_json())]);
    assert_eq!(Features::from_arrow_schema(&column).unwrap().get("a"), features.get("a"));
}

#[test]
fn columns_that_datasets_cannot_hold_have_no_feature() {
    let entries =
        Field::new("entries", DataType::Struct(vec![Field::new("key", DataType::Utf8, false)].into()), false);
    let map = Field::new("map", DataType::Map(entries.into(), false), true);
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new_list("maps", map.clone(), true),
        map,
        Field::new("union", DataType::Union(UnionFields::empty(), UnionMode::Dense), true),
        Field::new("decimal", DataType::Decimal32(5, 2), true),
    ]);
    let features = Features::from_arrow_schema(&schema).unwrap();
    assert_eq!(features.to_json(), json!({ "id": { "dtype": "int64", "_type": "Value" } }));
}

#[test]
fn errors_name_the_innermost_feature() {
    let spelled = json!({ "outer": { "inner": { "names": ["a", "a"], "_type": "ClassLabel" } } });
    let error = Features::from_json(&spelled).unwrap_err();
    assert_eq!(error.get("feature"), Some("inner"));
    assert!(error.to_string().contains("\"a\""), "{error}");
}

/// JSON that looks like features more often than chance would have it.
fn json_like_features() -> impl Strategy<Value = Value> {
    let texts = [
        "Value",
        "List",
        "Sequence",
        "ClassLabel",
        "Array2D",
        "Translation",
        "Image",
        "int32",
        "x",
        "0",
        "é",
    ];
    let leaf = prop_oneof![
        proptest::sample::select(texts.to_vec()).prop_map(Value::from),
        (-2i64..5).prop_map(Value::from),
        Just(json!(null)),
        Just(json!(true)),
        Just(json!({ "dtype": "int32", "_type": "Value" })),
    ];
    let keys = [
        "_type",
        "feature",
        "dtype",
        "names",
        "shape",
        "languages",
        "length",
        "name",
        "list",
        "sequence",
        "0",
    ];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        let key = proptest::sample::select(keys.to_vec()).prop_map(str::to_owned);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((key, inner), 0..4).prop_map(Value::from_iter),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused_and_what_is_read_is_written_back(spelled in json_like_features()) {
        if let Ok(features) = Features::from_json(&spelled) {
            prop_assert_eq!(Features::from_json(&features.to_json()).unwrap(), features.clone());
            if let Ok(schema) = features.to_arrow_schema() {
                prop_assert_eq!(&Features::from_arrow_schema(&schema).unwrap(), &features);
                prop_assert_eq!(Features::from_readme(&features.to_readme()).unwrap(), features);
            }
        }
        let _ = Features::from_readme(&spelled);
    }
}

/// pyarrow names list elements `item`, and writes extension parameters with spaces.
fn with_python_names(schema: &Schema) -> Schema {
    Schema::new(schema.fields().iter().map(|field| python_field(field, field.name())).collect::<Vec<_>>())
}

fn python_field(field: &Field, name: &str) -> Field {
    let item = |field: &Field| python_field(field, "item").into();
    let data_type = match field.data_type() {
        DataType::List(field) => DataType::List(item(field)),
        DataType::LargeList(field) => DataType::LargeList(item(field)),
        DataType::FixedSizeList(field, length) => DataType::FixedSizeList(item(field), *length),
        DataType::Struct(fields) => {
            DataType::Struct(fields.iter().map(|field| python_field(field, field.name())).collect())
        }
        other => other.clone(),
    };
    let spaced = |text: &String| text.replace(',', ", ");
    let metadata: Metadata =
        field.metadata().iter().map(|(key, value)| (key.clone(), spaced(value))).collect();
    Field::new(name, data_type, field.is_nullable()).with_metadata(metadata)
}

fn without_metadata(schema: &Schema) -> Schema {
    Schema::new(schema.fields().clone())
}
