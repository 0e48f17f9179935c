//! The `features` of a card, brought into the form that Parquet metadata has, and checked as far as the library checks them
//! when it resolves a repo (`datasets.Features._from_yaml_list` and `generate_from_dict`). One bad type there makes the whole
//! dataset unreadable to it. What a feature means for Arrow is not this module's affair.

use serde_json::{Map, Value as Json};

use super::place::Place;
use super::yaml_node::{Node, Value};
use crate::error::Result;

/// Feature types that can stand alone, without parameters.
const PLAIN_TYPES: [&str; 10] = [
    "Audio",
    "BioSequence",
    "BioStructure",
    "Image",
    "Json",
    "Mesh",
    "Nifti",
    "Pdf",
    "TranslationVariableLanguages",
    "Video",
];
/// The `dtype`s of `Value` that are written without parameters: those that pyarrow makes by this name.
const DTYPES: [&str; 30] = [
    "binary",
    "binary_view",
    "bool",
    "bool8",
    "bool_",
    "date32",
    "date64",
    "double",
    "float",
    "float16",
    "float32",
    "float64",
    "int16",
    "int32",
    "int64",
    "int8",
    "json_",
    "large_binary",
    "large_string",
    "large_utf8",
    "month_day_nano_interval",
    "null",
    "string",
    "string_view",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "utf8",
    "uuid",
];

/// The YAML form (`- name: a` / `  dtype: int64`) as the JSON form (`{"a": {"dtype": "int64", "_type": "Value"}}`).
///
/// # Errors
/// `Invalid`, naming the line of the feature that the library cannot read.
pub(super) fn from_yaml(features: &Node) -> Result<Json> {
    let json = convert(features)?;
    let names_are_texts = match &features.value {
        Value::List(items) => {
            items.iter().all(|item| item.get("name").is_some_and(|name| name.as_str().is_some()))
        }
        _ => true,
    };
    match &json {
        Json::Object(columns) if names_are_texts && !columns.get("_type").is_some_and(Json::is_string) => {
            Ok(json)
        }
        _ => Err(features
            .place
            .invalid("'features' must be a list of entries with a text 'name' and a 'dtype'.")),
    }
}

/// Checks the JSON form; `place` stands for all of it in the error.
pub(super) fn check(feature: &Json, place: Place) -> Result<()> {
    let object = match feature {
        Json::Array(items) => return items.iter().try_for_each(|item| check(item, place)),
        Json::Object(object) => object,
        _ => return Err(place.invalid(format!("A feature must be a mapping with a type, not {feature}."))),
    };
    match object.get("_type") {
        None | Some(Json::Object(_)) => object.values().try_for_each(|value| check(value, place)),
        Some(Json::String(name)) => {
            check_type(name, object, place)?;
            match object.get("feature") {
                Some(item) if matches!(name.as_str(), "List" | "LargeList" | "Sequence") => {
                    check(item, place)
                }
                _ => Ok(()),
            }
        }
        Some(other) => Err(place.invalid(format!("A feature's '_type' must be a text, not {other}."))),
    }
}

fn convert(feature: &Node) -> Result<Json> {
    match &feature.value {
        Value::List(items) => {
            let mut fields = Map::new();
            for item in items {
                let Some(name) = item.get("name") else {
                    return Err(item.place.invalid("Each feature needs a 'name' and a 'dtype'."));
                };
                let rest = item.entries().iter().filter(|(key, _)| key.as_str() != Some("name"));
                fields.insert(name.key_text(), convert_entries(item, &rest.collect::<Vec<_>>())?);
            }
            Ok(Json::Object(fields))
        }
        Value::Map(entries) => convert_entries(feature, &entries.iter().collect::<Vec<_>>()),
        _ => Err(feature
            .place
            .invalid(format!("A feature must be a mapping or a list, not {}.", feature.describe()))),
    }
}

/// A mapping's first key says what kind of feature it is.
fn convert_entries(feature: &Node, entries: &[&(Node, Node)]) -> Result<Json> {
    let Some(((kind, value), rest)) = entries.split_first().map(|(first, rest)| ((&first.0, &first.1), rest))
    else {
        return Ok(Json::Object(Map::new()));
    };
    let parameters = || rest.iter().map(|(key, value)| (key.key_text(), value.to_json()));
    match kind.as_str() {
        Some("struct") => convert(value),
        Some("dtype") => match value.as_str() {
            Some(dtype) => scalar(dtype, parameters(), value.place),
            None => convert(value),
        },
        Some("sequence") if matches!(value.value, Value::List(_)) => {
            let Json::Object(fields) = convert(value)? else { return Ok(Json::Null) };
            let lists = fields
                .into_iter()
                .map(|(name, field)| Ok((name, list("List", field, parameters(), kind.place)?)));
            lists.collect::<Result<Map<_, _>>>().map(Json::Object)
        }
        Some(name @ ("list" | "sequence" | "large_list")) => {
            let item = match value.as_str() {
                Some(dtype) => scalar(dtype, [], value.place)?,
                None => convert(value)?,
            };
            list(if name == "large_list" { "LargeList" } else { "List" }, item, parameters(), kind.place)
        }
        Some(name) if matches!(value.value, Value::Map(_)) => {
            let names = if name == "class_label" { class_names(value)? } else { None };
            let parameters = value.entries().iter().map(|(key, value)| match &names {
                Some(names) if key.as_str() == Some("names") => (key.key_text(), names.clone()),
                _ => (key.key_text(), value.to_json()),
            });
            typed(&camel_case(name), parameters, kind.place)
        }
        _ => {
            let message = format!("'{}' is no feature type with parameters below it.", kind.key_text());
            Err(feature.place.invalid(message))
        }
    }
}

/// A feature that is only named: a dtype, or a type without parameters.
fn scalar(dtype: &str, parameters: impl IntoIterator<Item = (String, Json)>, place: Place) -> Result<Json> {
    if is_dtype(dtype) {
        let dtype = ("dtype".to_owned(), Json::from(dtype));
        return typed("Value", std::iter::once(dtype).chain(parameters), place);
    }
    typed(&camel_case(dtype), [], place)
}

fn list(
    kind: &str,
    item: Json,
    parameters: impl IntoIterator<Item = (String, Json)>,
    place: Place,
) -> Result<Json> {
    typed(kind, std::iter::once(("feature".to_owned(), item)).chain(parameters), place)
}

fn typed(kind: &str, parameters: impl IntoIterator<Item = (String, Json)>, place: Place) -> Result<Json> {
    let mut object: Map<String, Json> = parameters.into_iter().collect();
    check_type(kind, &object, place)?;
    object.insert("_type".to_owned(), Json::from(kind));
    Ok(Json::Object(object))
}

/// `{'0': neg, '1': pos}` as `["neg", "pos"]`.
fn class_names(label: &Node) -> Result<Option<Json>> {
    let Some(names) = label.get("names").filter(|names| matches!(names.value, Value::Map(_))) else {
        return Ok(None);
    };
    let ids = names
        .entries()
        .iter()
        .map(|(id, name)| Some((id.key_text().trim().parse::<usize>().ok()?, name.to_json())));
    let mut ids: Vec<(usize, Json)> = ids.collect::<Option<_>>().ok_or_else(|| {
        names
            .place
            .invalid("The keys of a class label's 'names' must be the numbers of the labels, from '0' on.")
    })?;
    ids.sort_by_key(|(id, _)| *id);
    match ids.iter().enumerate().find(|(expected, (id, _))| expected != id) {
        Some((missing, _)) => {
            Err(names.place.invalid(format!("The class label '{missing}' has no name; give it one.")))
        }
        None => Ok(Some(ids.into_iter().map(|(_, name)| name).collect())),
    }
}

/// Whether a feature of type `name` can be made from these parameters, what it contains left aside.
fn check_type(name: &str, object: &Map<String, Json>, place: Place) -> Result<()> {
    let needs = |key: &str| match object.get(key) {
        Some(value) => Ok(value),
        None => Err(place.invalid(format!("The feature type '{name}' needs '{key}'."))),
    };
    match name {
        "Value" => match needs("dtype")?.as_str() {
            Some(dtype) if is_dtype(dtype) => Ok(()),
            _ => Err(place.invalid(format!("{} is no dtype; see the documentation of datasets.Value.", needs("dtype")?))),
        },
        "List" | "LargeList" => {
            let known = |key: &str| matches!(key, "_type" | "feature" | "id") || (key == "length" && name == "List");
            if let Some(key) = object.keys().find(|key| !known(key)) {
                return Err(place.invalid(format!("A '{name}' feature has no parameter '{key}'; remove it.")));
            }
            needs("feature").map(|_| ())
        }
        "Sequence" => needs("feature").map(|_| ()),
        "ClassLabel" => check_names(needs("names")?, place),
        "Translation" => needs("languages").map(|_| ()),
        "Array2D" | "Array3D" | "Array4D" | "Array5D" => {
            needs("dtype")?;
            let shape = needs("shape")?;
            if shape.is_array() || shape.is_string() || shape.is_object() {
                return Ok(());
            }
            Err(place.invalid(format!("The 'shape' of an array must be a list of sizes, not {shape}.")))
        }
        _ if PLAIN_TYPES.contains(&name) => Ok(()),
        _ => Err(place.invalid(format!(
            "'{name}' is neither a dtype nor a feature type; common ones are string, int64, float32, bool, image and audio."
        ))),
    }
}

fn check_names(names: &Json, place: Place) -> Result<()> {
    let Json::Array(names) = names else {
        return Err(place.invalid(format!("The 'names' of a class label must be a list, not {names}.")));
    };
    let mut seen = std::collections::HashSet::new();
    match names.iter().find(|name| !seen.insert(name.to_string())) {
        Some(name) => Err(place.invalid(format!("The class label {name} is named twice; rename one."))),
        None => Ok(()),
    }
}

/// `datasets.features.features.string_to_arrow`, as a yes or no.
fn is_dtype(dtype: &str) -> bool {
    let Some((name, parameters)) = dtype.split_once(['[', '(']) else { return DTYPES.contains(&dtype) };
    let Some(parameters) = parameters.strip_suffix(if dtype.contains('[') { ']' } else { ')' }) else {
        return false;
    };
    match name {
        "timestamp" => match parameters.split_once(',') {
            None => matches!(parameters, "s" | "ms" | "us" | "ns"),
            Some((unit, zone)) => {
                matches!(unit, "s" | "ms" | "us" | "ns")
                    && zone.trim_start().strip_prefix("tz=").is_some_and(|zone| {
                        zone.bytes().all(|b| {
                            b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'+' | b'-' | b':')
                        })
                    })
            }
        },
        "duration" => matches!(parameters, "s" | "ms" | "us" | "ns"),
        "time32" => matches!(parameters, "s" | "ms"),
        "time64" => matches!(parameters, "us" | "ns"),
        "decimal128" => is_decimal(parameters, 38),
        "decimal256" => is_decimal(parameters, 76),
        "fixed_size_binary" => !parameters.is_empty() && parameters.bytes().all(|byte| byte.is_ascii_digit()),
        _ => false,
    }
}

fn is_decimal(parameters: &str, max_precision: u32) -> bool {
    let Some((precision, scale)) = parameters.split_once(',') else { return false };
    let scale = scale.trim_start();
    let digits = scale.strip_prefix('-').unwrap_or(scale);
    precision.parse::<u32>().is_ok_and(|precision| (1..=max_precision).contains(&precision))
        && !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// `datasets.naming.snakecase_to_camelcase`: `array2_d` is `Array2D`.
fn camel_case(name: &str) -> String {
    name.split('_')
        .flat_map(|part| {
            let mut chars = part.chars();
            chars.next().into_iter().flat_map(char::to_uppercase).chain(chars.flat_map(char::to_lowercase))
        })
        .collect()
}
