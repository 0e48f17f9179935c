//! Features as Arrow types.
//!
//! `get_nested_type`, `generate_from_arrow_type` and `Features.from_arrow_schema` of `datasets` are the reference.

use std::sync::Arc;

use arrow_schema::extension::{EXTENSION_TYPE_METADATA_KEY, EXTENSION_TYPE_NAME_KEY};
use arrow_schema::{DataType, Field, Fields, Schema};
use serde_json::Value;

use super::{Feature, FeatureKind, Features, array_rank, dtype};
use crate::error::{Error, ErrorKind, Result};

/// The name of list elements in Arrow, which becomes their name in Parquet: the one that its LogicalTypes.md wants.
const ELEMENT: &str = "element";
const JSON: &str = "arrow.json";
/// Extension names of arrays are this, the type's name and `ExtensionType`.
const ARRAY_PREFIX: &str = "datasets.features.features.";
const ARRAY_SUFFIX: &str = "ExtensionType";

impl Features {
    /// The features of the columns of a schema, as `datasets` sees them in a file.
    ///
    /// What the `huggingface` key says of a column counts only if the column has exactly the Arrow type of that
    /// feature (the names of list elements aside); else, and for columns that it does not name, the feature follows
    /// from the type. Columns whose type has no feature, such as maps, are left out.
    ///
    /// # Errors
    /// `Corrupt`, as [`Features::from_metadata_json`].
    pub fn from_arrow_schema(schema: &Schema) -> Result<Self> {
        let text = schema.metadata().get(Self::METADATA_KEY);
        let described =
            text.map(|text| Self::from_metadata_json(text)).transpose()?.flatten().unwrap_or_default();
        let feature = |field: &Field| {
            let fits = |feature: &&Feature| match feature.to_arrow_field(field.name()) {
                Some(expected) => same(&expected, field),
                None => true,
            };
            described.get(field.name()).filter(fits).cloned().or_else(|| Feature::from_arrow_field(field))
        };
        let columns = schema.fields().iter();
        Ok(columns.filter_map(|field| Some((field.name().clone(), feature(field)?))).collect())
    }

    /// The schema to store these features in, with the `huggingface` key in its metadata.
    ///
    /// # Errors
    /// `Unsupported` when this crate does not know how a feature's type is stored.
    pub fn to_arrow_schema(&self) -> Result<Schema> {
        let field = |(name, feature): (&str, &Feature)| {
            feature.to_arrow_field(name).ok_or_else(|| {
                let message =
                    "The feature's type is unknown, so its Arrow type is too. Take that of the file.";
                Error::new(ErrorKind::Unsupported, "make schema", message).with("feature", name)
            })
        };
        let fields = self.iter().map(field).collect::<Result<Vec<_>>>()?;
        Ok(Schema::new(fields).with_metadata([(Self::METADATA_KEY, self.to_metadata_json())]))
    }
}

impl Feature {
    /// The feature that follows from an Arrow type alone: a value, list, struct, array or JSON. `None` for types that
    /// `datasets` refuses: maps, unions, intervals, decimals of less than 128 bits, other extension types.
    pub fn from_arrow_field(field: &Field) -> Option<Self> {
        match extension_name(field) {
            Some(JSON) => return Some(FeatureKind::Json.into()),
            Some(name) => return array_from_extension(name, field),
            None => {}
        }
        let element = |field: &Field| Some(Box::new(Self::from_arrow_field(field)?));
        let kind = match field.data_type() {
            DataType::Struct(fields) => FeatureKind::Struct(
                fields
                    .iter()
                    .map(|field| Some((field.name().clone(), Self::from_arrow_field(field)?)))
                    .collect::<Option<_>>()?,
            ),
            DataType::List(field) => FeatureKind::List { feature: element(field)?, length: None },
            DataType::FixedSizeList(field, length) => {
                FeatureKind::List { feature: element(field)?, length: Some(*length) }
            }
            DataType::LargeList(field) => FeatureKind::LargeList { feature: element(field)? },
            other => FeatureKind::Value { dtype: dtype::from_arrow(other)? },
        };
        Some(kind.into())
    }

    /// The nullable Arrow field that stores this feature; `None` for types and dtypes that this crate does not know.
    pub fn to_arrow_field(&self, name: &str) -> Option<Field> {
        let data_type = match &self.kind {
            FeatureKind::Value { dtype } => {
                let (data_type, extension) = dtype::to_arrow(dtype)?;
                let field = Field::new(name, data_type, true);
                return Some(match extension {
                    Some(extension) => with_extension(field, extension, ""),
                    None => field,
                });
            }
            FeatureKind::ClassLabel { .. } => DataType::Int64,
            FeatureKind::Media(_) => {
                DataType::Struct(fields([("bytes", DataType::Binary), ("path", DataType::Utf8)]))
            }
            FeatureKind::List { feature, length: None } => DataType::List(element(feature)?),
            FeatureKind::List { feature, length: Some(length) } => {
                DataType::FixedSizeList(element(feature)?, *length)
            }
            FeatureKind::LargeList { feature } => DataType::LargeList(element(feature)?),
            FeatureKind::Struct(features) => DataType::Struct(
                features
                    .iter()
                    .map(|(name, feature)| feature.to_arrow_field(name))
                    .collect::<Option<Fields>>()?,
            ),
            FeatureKind::Translation { languages } => {
                let mut sorted: Vec<_> =
                    languages.iter().map(|language| (language.as_str(), DataType::Utf8)).collect();
                sorted.sort_unstable_by_key(|(language, _)| *language);
                sorted.dedup();
                DataType::Struct(fields(sorted))
            }
            FeatureKind::TranslationVariableLanguages { .. } => {
                let texts = list_of(DataType::Utf8);
                DataType::Struct(fields([("language", texts.clone()), ("translation", texts)]))
            }
            FeatureKind::Array { rank, shape, dtype } => return array_field(name, *rank, shape, dtype),
            FeatureKind::Json => {
                return Some(with_extension(Field::new(name, DataType::Utf8, true), JSON, ""));
            }
            FeatureKind::Unknown { .. } => return None,
        };
        Some(Field::new(name, data_type, true))
    }
}

fn element(feature: &Feature) -> Option<Arc<Field>> {
    feature.to_arrow_field(ELEMENT).map(Arc::new)
}

fn list_of(data_type: DataType) -> DataType {
    DataType::List(Arc::new(Field::new(ELEMENT, data_type, true)))
}

fn fields<'a>(named: impl IntoIterator<Item = (&'a str, DataType)>) -> Fields {
    named.into_iter().map(|(name, data_type)| Field::new(name, data_type, true)).collect()
}

/// Lists of lists, marked as `datasets` marks them; only the first dimension may be free.
fn array_field(name: &str, rank: usize, shape: &[Option<u64>], dtype: &str) -> Option<Field> {
    if shape.len() != rank || shape.iter().skip(1).any(Option::is_none) {
        return None;
    }
    let (value, _) = dtype::to_arrow(dtype)?;
    let storage = (0..rank).fold(value, |data_type, _| list_of(data_type));
    let extension = format!("{ARRAY_PREFIX}Array{rank}D{ARRAY_SUFFIX}");
    let parameters = serde_json::json!([shape, dtype]).to_string();
    Some(with_extension(Field::new(name, storage, true), &extension, &parameters))
}

fn array_from_extension(name: &str, field: &Field) -> Option<Feature> {
    let rank = extension_rank(name)?;
    let parameters: Value = serde_json::from_str(field.metadata().get(EXTENSION_TYPE_METADATA_KEY)?).ok()?;
    let [shape, dtype] = parameters.as_array()?.as_slice() else { return None };
    let shape = serde_json::from_value(shape.clone()).ok()?;
    Some(FeatureKind::Array { rank, shape, dtype: dtype.as_str()?.to_owned() }.into())
}

/// The name of an extension that `datasets` and pyarrow know; they take others for their storage.
fn extension_name(field: &Field) -> Option<&str> {
    let name = field.metadata().get(EXTENSION_TYPE_NAME_KEY)?;
    (name.starts_with("arrow.") || extension_rank(name).is_some()).then_some(name)
}

fn extension_rank(name: &str) -> Option<usize> {
    array_rank(name.strip_prefix(ARRAY_PREFIX)?.strip_suffix(ARRAY_SUFFIX)?)
}

fn with_extension(field: Field, name: &str, parameters: &str) -> Field {
    field.with_metadata([(EXTENSION_TYPE_NAME_KEY, name), (EXTENSION_TYPE_METADATA_KEY, parameters)])
}

/// Whether pyarrow would call two fields of one name equal: by type, nullability and the order and names of struct
/// fields; not by the names of list elements, other metadata or the parameters of an extension.
fn same(left: &Field, right: &Field) -> bool {
    left.is_nullable() == right.is_nullable()
        && extension_name(left) == extension_name(right)
        && same_type(left.data_type(), right.data_type())
}

fn same_type(left: &DataType, right: &DataType) -> bool {
    match (left, right) {
        (DataType::List(left), DataType::List(right))
        | (DataType::LargeList(left), DataType::LargeList(right)) => same(left, right),
        (DataType::FixedSizeList(left, n), DataType::FixedSizeList(right, m)) => n == m && same(left, right),
        (DataType::Struct(left), DataType::Struct(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| left.name() == right.name() && same(left, right))
        }
        _ => left == right,
    }
}
