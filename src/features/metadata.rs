//! Features as JSON: the value of the `huggingface` key in Arrow and Parquet schema metadata.
//!
//! `generate_from_dict` (with the older spellings that it still reads) and `asdict` of `datasets` are the reference.
//! A dict with a text under `_type` is that type with its attributes; any other dict is a struct; brackets around
//! one feature are an old list.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::{Feature, FeatureKind, Features, Media, array_rank};
use crate::error::{Error, ErrorKind, Result, ResultExt};

type Attributes = Map<String, Value>;

impl Features {
    /// The key of schema metadata that holds features.
    pub const METADATA_KEY: &'static str = "huggingface";

    /// Reads the text under [`Features::METADATA_KEY`], whatever columns there are; `None` when it says nothing of
    /// features (has no `info.features`).
    ///
    /// # Errors
    /// `Corrupt` when the value is not JSON, or not features. `datasets` cannot read such a file at all.
    pub fn from_metadata_json(text: &str) -> Result<Option<Self>> {
        let value: Value = serde_json::from_str(text).map_err(|error| {
            corrupt("The metadata under `huggingface` is not JSON. Write the file again without that key.")
                .with_source(error)
        })?;
        match value.pointer("/info/features") {
            None | Some(Value::Null) => Ok(None),
            Some(features) => Self::from_json(features).map(Some),
        }
    }

    /// The text to write under [`Features::METADATA_KEY`], which `datasets` reads these features from. A file whose
    /// Arrow schema is embedded needs it twice, in that schema's metadata and in the file's own.
    pub fn to_metadata_json(&self) -> String {
        json!({ "info": { "features": self.to_json() } }).to_string()
    }

    /// Reads `{"column": {"dtype": "int32", "_type": "Value"}, …}`.
    ///
    /// # Errors
    /// `Corrupt`, with the innermost `feature` in its context, when something is missing or of a wrong type.
    pub fn from_json(spelled: &Value) -> Result<Self> {
        match spelled {
            Value::Object(columns) => columns
                .iter()
                .map(|(name, spelled)| {
                    Ok((name.clone(), Feature::from_json(spelled).context("feature", name)?))
                })
                .collect(),
            _ => Err(corrupt("Features must be a mapping of column names to features.")),
        }
    }

    /// What [`Features::from_json`] reads, spelled as `datasets` 5 writes it.
    pub fn to_json(&self) -> Value {
        self.iter().map(|(name, feature)| (name.to_owned(), feature.to_json())).collect()
    }
}

impl Feature {
    fn from_json(spelled: &Value) -> Result<Self> {
        match spelled {
            Value::Object(object) => match object.get("_type") {
                // A field may be called `_type`.
                None | Some(Value::Object(_)) => {
                    Ok(FeatureKind::Struct(Features::from_json(spelled)?).into())
                }
                Some(Value::String(name)) => {
                    let mut attributes = object.clone();
                    attributes.shift_remove("_type");
                    typed(name, attributes)
                }
                Some(_) => Err(corrupt("The `_type` of a feature must be a text.")),
            },
            Value::Array(brackets) => match brackets.first() {
                Some(element) => list(Self::from_json(element)?, Map::new()),
                None => Err(corrupt("Brackets must hold the feature of the list's elements.")),
            },
            _ => Err(corrupt(format!("A feature must be a mapping, and this is {spelled}."))),
        }
    }

    fn to_json(&self) -> Value {
        let (name, own): (Cow<'_, str>, Value) = match &self.kind {
            FeatureKind::Struct(fields) => return fields.to_json(),
            FeatureKind::Value { dtype } => ("Value".into(), json!({ "dtype": dtype })),
            FeatureKind::ClassLabel { names } => ("ClassLabel".into(), json!({ "names": names })),
            FeatureKind::Media(media) => (media.name().into(), json!({})),
            FeatureKind::List { feature, length: None } => {
                ("List".into(), json!({ "feature": feature.to_json() }))
            }
            FeatureKind::List { feature, length } => {
                ("List".into(), json!({ "feature": feature.to_json(), "length": length }))
            }
            FeatureKind::LargeList { feature } => {
                ("LargeList".into(), json!({ "feature": feature.to_json() }))
            }
            FeatureKind::Translation { languages } => {
                ("Translation".into(), json!({ "languages": languages }))
            }
            FeatureKind::TranslationVariableLanguages { languages } => {
                let own = match languages.len() {
                    0 => json!({}),
                    count => json!({ "languages": languages, "num_languages": count }),
                };
                ("TranslationVariableLanguages".into(), own)
            }
            FeatureKind::Array { rank, shape, dtype } => {
                (format!("Array{rank}D").into(), json!({ "shape": shape, "dtype": dtype }))
            }
            FeatureKind::Json => ("Json".into(), json!({})),
            FeatureKind::Unknown { name } => (name.as_str().into(), json!({})),
        };
        let own = own.as_object().into_iter().flatten().chain(&self.attributes);
        let mut spelled: Attributes = own.map(|(key, value)| (key.clone(), value.clone())).collect();
        spelled.insert("_type".to_owned(), name.into());
        Value::Object(spelled)
    }
}

/// A feature of the type `name`. What it cannot be without is taken out of the attributes.
fn typed(name: &str, mut attributes: Attributes) -> Result<Feature> {
    let kind = match name {
        "Value" => FeatureKind::Value { dtype: dtype(&mut attributes)? },
        "ClassLabel" => FeatureKind::ClassLabel { names: label_names(&mut attributes)? },
        "List" => return list(element(&mut attributes)?, attributes),
        "LargeList" => FeatureKind::LargeList { feature: Box::new(element(&mut attributes)?) },
        "Sequence" => return sequence(attributes),
        "Translation" => {
            FeatureKind::Translation { languages: texts(required(&mut attributes, "languages")?)? }
        }
        "TranslationVariableLanguages" => {
            FeatureKind::TranslationVariableLanguages { languages: any_languages(&mut attributes)? }
        }
        "Json" => FeatureKind::Json,
        _ => match (Media::from_name(name), array_rank(name)) {
            (Some(media), _) => FeatureKind::Media(media),
            (_, Some(rank)) => {
                let shape = required(&mut attributes, "shape")?;
                FeatureKind::Array { rank, shape: dimensions(&shape)?, dtype: dtype(&mut attributes)? }
            }
            _ => return Ok(Feature { kind: FeatureKind::Unknown { name: name.to_owned() }, attributes }),
        },
    };
    Ok(Feature { kind, attributes: without_defaults(attributes) })
}

fn list(feature: Feature, mut attributes: Attributes) -> Result<Feature> {
    let length = match attributes.shift_remove("length") {
        None | Some(Value::Null) => None,
        Some(length) if length.as_i64() == Some(-1) => None,
        Some(length) => match length.as_u64().and_then(|length| i32::try_from(length).ok()) {
            Some(length) => Some(length),
            None => return Err(corrupt(format!("The length of a list cannot be {length}. Leave it out."))),
        },
    };
    let kind = FeatureKind::List { feature: Box::new(feature), length };
    Ok(Feature { kind, attributes: without_defaults(attributes) })
}

/// The old `Sequence`: of a struct, it is a struct of lists, unless every field is a `List` already.
fn sequence(mut attributes: Attributes) -> Result<Feature> {
    let spelled = required(&mut attributes, "feature")?;
    let feature = Feature::from_json(&spelled)?;
    let is_list = |name: &str, field: &Feature| {
        // Brackets become lists only after `datasets` has looked.
        matches!(field.kind, FeatureKind::List { .. }) && !spelled.get(name).is_some_and(Value::is_array)
    };
    match feature.kind {
        FeatureKind::Struct(fields) if fields.iter().any(|(name, field)| !is_list(name, field)) => {
            let fields = fields.into_iter().map(|(name, field)| Ok((name, list(field, attributes.clone())?)));
            Ok(FeatureKind::Struct(fields.collect::<Result<_>>()?).into())
        }
        _ => list(feature, attributes),
    }
}

fn element(attributes: &mut Attributes) -> Result<Feature> {
    Feature::from_json(&required(attributes, "feature")?)
}

fn dtype(attributes: &mut Attributes) -> Result<String> {
    match required(attributes, "dtype")? {
        // What early versions wrote for types inferred from pandas.
        Value::String(name) if name == "double" => Ok("float64".to_owned()),
        Value::String(name) if name == "float" => Ok("float32".to_owned()),
        Value::String(name) => Ok(name),
        other => Err(corrupt(format!("A `dtype` must be the name of a type, and this is {other}."))),
    }
}

/// `datasets` counts the names itself, and cannot do with `num_classes` alone.
fn label_names(attributes: &mut Attributes) -> Result<Vec<String>> {
    attributes.shift_remove("num_classes");
    let names = texts(required(attributes, "names")?)?;
    let mut sorted: Vec<_> = names.iter().collect();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first()) {
        Some(name) => Err(corrupt(format!("The label name {name:?} is there twice. Rename one of them."))),
        None => Ok(names),
    }
}

fn any_languages(attributes: &mut Attributes) -> Result<Vec<String>> {
    attributes.shift_remove("num_languages");
    let mut languages = match attributes.shift_remove("languages") {
        None | Some(Value::Null) => Vec::new(),
        Some(languages) => texts(languages)?,
    };
    languages.sort_unstable();
    languages.dedup();
    Ok(languages)
}

fn dimensions(shape: &Value) -> Result<Vec<Option<u64>>> {
    let wrong = || corrupt(format!("A `shape` must be a list of sizes, and this is {shape}."));
    let size =
        |size: &Value| if size.is_null() { Ok(None) } else { size.as_u64().map(Some).ok_or_else(wrong) };
    shape.as_array().ok_or_else(wrong)?.iter().map(size).collect()
}

/// The texts of a list. Numbers and truth values, which YAML makes of bare words, get the text Python gives them.
fn texts(list: Value) -> Result<Vec<String>> {
    let Value::Array(list) = list else {
        return Err(corrupt(format!("Names must be a list, and this is {list}.")));
    };
    list.into_iter()
        .map(|name| match name {
            Value::String(name) => Ok(name),
            Value::Bool(true) => Ok("True".to_owned()),
            Value::Bool(false) => Ok("False".to_owned()),
            Value::Null => Ok("None".to_owned()),
            Value::Number(number) => Ok(number.to_string()),
            other => Err(corrupt(format!("A name must be a text, and this is {other}."))),
        })
        .collect()
}

fn required(attributes: &mut Attributes, key: &'static str) -> Result<Value> {
    match attributes.shift_remove(key) {
        None | Some(Value::Null) => Err(corrupt(format!("The feature lacks its `{key}`. Add it."))),
        Some(value) => Ok(value),
    }
}

fn without_defaults(mut attributes: Attributes) -> Attributes {
    attributes.retain(|key, value| !(value.is_null() || (key == "decode" && *value == true)));
    attributes
}

pub(super) fn corrupt(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Corrupt, "read features", message)
}
