//! Features as the README's YAML spells them, under `dataset_info.features`.
//!
//! `_to_yaml_list` and `_from_yaml_list` of `datasets` are the reference. This spelling is a rearrangement of the
//! JSON one: fields are a list, the type is the key instead of the value, and `list: int32` is short for
//! `list: {dtype: int32}`. So this module only rearranges, and metadata.rs knows what the types mean.

use serde_json::{Map, Value, json};

use super::metadata::corrupt;
use super::{Features, dtype};
use crate::error::{Result, ResultExt};

type Object = Map<String, Value>;

impl Features {
    /// Reads the value of `features` in one `dataset_info` entry, parsed by the rules of YAML 1.1 with the order of
    /// keys kept.
    ///
    /// # Errors
    /// `Corrupt`, with the innermost `feature` in its context, when it is not what `datasets` writes or reads.
    pub fn from_readme(features: &Value) -> Result<Self> {
        match features {
            Value::Array(fields) => Self::from_json(&json_of_fields(fields)?),
            _ => Err(corrupt("The `features` of a README must be a list, each with its `name`.")),
        }
    }

    /// The value to write as `features` in a `dataset_info` entry.
    pub fn to_readme(&self) -> Value {
        fields_of_json(&self.to_json())
    }
}

/// `[{name: a, dtype: int32}]` → `{"a": {"dtype": "int32", "_type": "Value"}}`
fn json_of_fields(fields: &[Value]) -> Result<Value> {
    let mut columns = Object::new();
    for field in fields {
        let mut field = field.as_object().cloned().ok_or_else(|| corrupt("A feature must be a mapping."))?;
        let name = match field.shift_remove("name") {
            Some(Value::String(name)) => name,
            Some(other) => {
                return Err(corrupt(format!("The name {other} must be a text. Put it in quotes.")));
            }
            None => return Err(corrupt("The feature lacks its `name`. Add it.")),
        };
        let feature = json_of_feature(field).context("feature", &name)?;
        columns.insert(name, feature);
    }
    Ok(Value::Object(columns))
}

/// The first key says what the feature is.
fn json_of_feature(mut feature: Object) -> Result<Value> {
    let Some(key) = feature.keys().next().cloned() else { return Ok(json!({})) };
    let value = feature.shift_remove(&key).unwrap_or_default();
    match key.as_str() {
        "list" => Ok(json_of_list("List", json_of_element(value)?, feature)),
        "large_list" => Ok(json_of_list("LargeList", json_of_element(value)?, feature)),
        // Fields directly under `sequence` were a struct of lists.
        "sequence" if value.is_array() => match json_of_element(value)? {
            Value::Object(fields) => Ok(fields
                .into_iter()
                .map(|(name, field)| (name, json_of_list("List", field, feature.clone())))
                .collect()),
            other => Ok(other),
        },
        "sequence" => Ok(json_of_list("List", json_of_element(value)?, feature)),
        "struct" => json_of_element(value),
        "dtype" => match value {
            Value::String(name) if is_dtype(&name) => {
                feature.insert("dtype".to_owned(), name.into());
                Ok(with_type(feature, "Value"))
            }
            Value::String(name) => Ok(json!({ "_type": camel_case(&name) })),
            other => json_of_element(other),
        },
        "class_label" => Ok(with_type(listed_names(attributes(value)?)?, "ClassLabel")),
        other => Ok(with_type(attributes(value)?, &camel_case(other))),
    }
}

/// What is in a list or struct: a type's name, fields, or one feature.
fn json_of_element(element: Value) -> Result<Value> {
    match element {
        Value::String(_) => json_of_feature(Object::from_iter([("dtype".to_owned(), element)])),
        Value::Array(fields) => json_of_fields(&fields),
        Value::Object(feature) => json_of_feature(feature),
        other => Err(corrupt(format!("A feature must be a type, a mapping or a list, and this is {other}."))),
    }
}

fn json_of_list(kind: &str, element: Value, others: Object) -> Value {
    let list = Object::from_iter([("feature".to_owned(), element)]);
    with_type(list.into_iter().chain(others).collect(), kind)
}

fn with_type(mut attributes: Object, kind: &str) -> Value {
    attributes.insert("_type".to_owned(), kind.into());
    Value::Object(attributes)
}

fn attributes(value: Value) -> Result<Object> {
    match value {
        Value::Object(attributes) => Ok(attributes),
        other => Err(corrupt(format!("The attributes of a feature must be a mapping, and this is {other}."))),
    }
}

/// `names: {'0': a, '1': b}` → `names: [a, b]`
fn listed_names(mut label: Object) -> Result<Object> {
    let Some(Value::Object(names)) = label.get("names") else { return Ok(label) };
    let mut numbered = Vec::with_capacity(names.len());
    for (id, name) in names {
        let wrong = |_| corrupt(format!("The label id {id:?} must be a number."));
        numbered.push((id.parse::<usize>().map_err(wrong)?, name.clone()));
    }
    numbered.sort_by_key(|(id, _)| *id);
    match numbered.iter().enumerate().find(|(expected, (id, _))| expected != id) {
        Some((missing, _)) => Err(corrupt(format!("The label {missing} has no name. Labels count from 0."))),
        None => {
            let names = numbered.into_iter().map(|(_, name)| name).collect();
            label.insert("names".to_owned(), Value::Array(names));
            Ok(label)
        }
    }
}

fn is_dtype(name: &str) -> bool {
    name == "double" || name == "float" || dtype::to_arrow(name).is_some()
}

/// `{"a": {"dtype": "int32", "_type": "Value"}}` → `[{name: a, dtype: int32}]`
fn fields_of_json(columns: &Value) -> Value {
    let columns = columns.as_object().into_iter().flatten();
    columns
        .map(|(name, feature)| {
            let name = ("name".to_owned(), json!(name));
            Value::Object([name].into_iter().chain(feature_of_json(feature)).collect())
        })
        .collect()
}

fn feature_of_json(feature: &Value) -> Object {
    let mut attributes = feature.as_object().cloned().unwrap_or_default();
    let pair = |key: &str, value: Value| (key.to_owned(), value);
    let Some(Value::String(kind)) = attributes.get("_type").cloned() else {
        return Object::from_iter([pair("struct", fields_of_json(feature))]);
    };
    attributes.shift_remove("_type");
    match kind.as_str() {
        "Value" => attributes,
        "List" | "LargeList" => {
            let element = feature_of_json(&attributes.shift_remove("feature").unwrap_or_default());
            [pair(&snake_case(&kind), shortened(element))].into_iter().chain(attributes).collect()
        }
        _ if attributes.is_empty() => Object::from_iter([pair("dtype", snake_case(&kind).into())]),
        _ => {
            let attributes = json!({ snake_case(&kind): numbered_names(&kind, attributes) });
            Object::from_iter([pair("dtype", attributes)])
        }
    }
}

/// `{dtype: int32}` → `int32`, and `{struct: […]}` → `[…]`
fn shortened(element: Object) -> Value {
    match (element.len(), element.get("dtype").or_else(|| element.get("struct"))) {
        (1, Some(only)) => only.clone(),
        _ => Value::Object(element),
    }
}

/// `names: [a, b]` → `names: {'0': a, '1': b}`, whose keys the Hub wants to be texts.
fn numbered_names(kind: &str, mut attributes: Object) -> Object {
    if let ("ClassLabel", Some(Value::Array(names))) = (kind, attributes.get("names")) {
        let names = names.iter().enumerate().map(|(id, name)| (id.to_string(), name.clone())).collect();
        attributes.insert("names".to_owned(), Value::Object(names));
    }
    attributes
}

/// `Array2D` → `array2_d`: an underscore goes before a capital that follows a small letter or a digit, or that
/// begins a word after other capitals (`camelcase_to_snakecase` of `datasets/naming.py`).
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| letters.get(index));
        let begins_word = before.is_some_and(|before| {
            let next_is_small = letters.get(index + 1).is_some_and(char::is_ascii_lowercase);
            before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || (before.is_ascii_uppercase() && next_is_small)
        });
        if letter.is_ascii_uppercase() && begins_word {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// `array2_d` → `Array2D`, the way back.
fn camel_case(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let (first, others) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
            first.to_uppercase().chars().chain(others.to_lowercase().chars()).collect::<Vec<_>>()
        })
        .collect()
}
