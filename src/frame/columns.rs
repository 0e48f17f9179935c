//! The columns that a frame shows: which of the files' columns they are, what part of them, and what they are called.

use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, ErrorKind, Result},
    expr::unknown_column,
    features::Features,
    parquet::bytes_type,
};

/// The key under which pandas describes columns by their names.
const PANDAS: &str = "pandas";

/// A column of a frame.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownColumn {
    /// What the frame calls it.
    pub name: String,
    /// What the files call it.
    pub source: String,
    /// Of a struct, or a list of structs, the fields that are shown: for each the names on the way to it. All of them
    /// if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Vec<String>>,
    /// Whether text in the column is read as the bytes that it is, be they UTF-8 or not. A filter takes it as text all the same:
    /// what is no UTF-8 compares by its bytes.
    #[serde(default)]
    pub bytes: bool,
}

impl ShownColumn {
    /// A column as the files have it.
    fn whole(field: &Field) -> Self {
        Self { name: field.name().clone(), source: field.name().clone(), ..Self::default() }
    }

    /// All columns of a schema.
    pub(super) fn all(schema: &Schema) -> Vec<Self> {
        schema.fields().iter().map(|field| Self::whole(field)).collect()
    }

    fn field(&self, schema: &Schema) -> Result<FieldRef> {
        let index = schema.index_of(&self.source).map_err(|_| unknown(schema, &self.source))?;
        let field = schema.fields().get(index).ok_or_else(|| unknown(schema, &self.source))?;
        let field = self.shown_part(field).ok_or_else(|| {
            let path = self.fields.first().map(|path| path.join(".")).unwrap_or_default();
            unknown(schema, &format!("{}.{path}", self.source))
        })?;
        match bytes_type(field.data_type()) {
            Some(bytes) if self.bytes => Ok(Arc::new(Field::clone(&field).with_data_type(bytes))),
            _ => Ok(field),
        }
    }

    fn shown_part(&self, field: &FieldRef) -> Option<FieldRef> {
        if self.fields.is_empty() {
            return Some(Arc::clone(field));
        }
        let paths: Vec<&[String]> = self.fields.iter().map(Vec::as_slice).collect();
        prune(field, &paths)
    }
}

/// The columns of `schema` that are shown (`None`: all), as the files call them.
///
/// # Errors
/// Kind `invalid` for a name that the schema has not, with the nearest one.
pub(super) fn project(schema: &SchemaRef, columns: Option<&[ShownColumn]>) -> Result<SchemaRef> {
    let Some(columns) = columns else { return Ok(Arc::clone(schema)) };
    let fields = columns.iter().map(|column| column.field(schema)).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone())))
}

/// The same with the names that the frame gives them, and features that go by these names.
pub(super) fn renamed(projected: &SchemaRef, columns: Option<&[ShownColumn]>) -> SchemaRef {
    let Some(columns) = columns.filter(|columns| columns.iter().any(|one| one.name != one.source)) else {
        return Arc::clone(projected);
    };
    let fields = projected.fields().iter().zip(columns);
    let fields: Vec<Field> =
        fields.map(|(field, column)| Field::clone(field).with_name(&column.name)).collect();
    let mut metadata = projected.metadata().clone();
    metadata.remove(PANDAS);
    if let Some(text) = metadata.remove(Features::METADATA_KEY)
        && let Ok(Some(features)) = Features::from_metadata_json(&text)
    {
        let feature =
            |column: &ShownColumn| Some((column.name.clone(), features.get(&column.source)?.clone()));
        let features: Features = columns.iter().filter_map(feature).collect();
        metadata.insert(Features::METADATA_KEY.to_owned(), features.to_metadata_json());
    }
    Arc::new(Schema::new_with_metadata(fields, metadata))
}

/// The columns that names and paths stand for, among those shown so far: `"a"`, or `"image.path"` for a field of a struct
/// column. Fields of one column are shown together, where the first of them is named.
///
/// # Errors
/// Kind `invalid` for a name that there is not, with the nearest one, and for a column that is named twice.
pub(super) fn select(shown: &SchemaRef, columns: &[ShownColumn], names: &[&str]) -> Result<Vec<ShownColumn>> {
    let mut selected: Vec<ShownColumn> = Vec::new();
    for name in names {
        let mut inner = find(shown.fields(), name).ok_or_else(|| unknown(shown, name))?;
        let first = inner.remove(0);
        let column = columns.iter().find(|column| column.name == first);
        let column = column.ok_or_else(|| unknown(shown, name))?;
        let earlier = selected.iter_mut().find(|earlier| earlier.name == column.name);
        match (earlier, inner.is_empty()) {
            (None, true) => selected.push(column.clone()),
            (None, false) => selected.push(ShownColumn { fields: vec![inner], ..column.clone() }),
            (Some(earlier), false) if !overlaps(&earlier.fields, &inner) => earlier.fields.push(inner),
            (Some(_), _) => {
                let message = format!("The column {name:?} is selected twice.");
                return Err(Error::new(ErrorKind::Invalid, "select columns", message));
            }
        }
    }
    Ok(selected)
}

/// The names on the way to a field, outermost first: of the column of just that name if there is one, else of a field of
/// a struct, or of the structs in a list.
fn find(fields: &Fields, path: &str) -> Option<Vec<String>> {
    if fields.find(path).is_some() {
        return Some(vec![path.to_owned()]);
    }
    path.match_indices('.').find_map(|(at, _)| {
        let (head, tail) = (path.get(..at)?, path.get(at + 1..)?);
        let mut found = find(fields_of(fields.find(head)?.1.data_type())?, tail)?;
        found.insert(0, head.to_owned());
        Some(found)
    })
}

fn fields_of(data_type: &DataType) -> Option<&Fields> {
    match data_type {
        DataType::Struct(fields) => Some(fields),
        DataType::List(item) | DataType::LargeList(item) => fields_of(item.data_type()),
        _ => None,
    }
}

/// The error for a name that the schema has not.
pub(super) fn unknown(schema: &Schema, name: &str) -> Error {
    unknown_column("select columns", schema, name)
}

/// Whether a field is among those of `fields`, or holds one of them. Without any, all are meant.
fn overlaps(fields: &[Vec<String>], path: &[String]) -> bool {
    fields.is_empty() || fields.iter().any(|known| known.starts_with(path) || path.starts_with(known))
}

/// A field with only those of its fields that the paths lead to, in its own order. `None` when one leads nowhere.
fn prune(field: &FieldRef, paths: &[&[String]]) -> Option<FieldRef> {
    if paths.iter().any(|path| path.is_empty()) {
        return Some(Arc::clone(field));
    }
    let data_type = match field.data_type() {
        DataType::Struct(fields) => DataType::Struct(prune_fields(fields, paths)?),
        DataType::List(item) => DataType::List(prune(item, paths)?),
        DataType::LargeList(item) => DataType::LargeList(prune(item, paths)?),
        _ => return None,
    };
    Some(Arc::new(Field::clone(field).with_data_type(data_type)))
}

fn prune_fields(fields: &Fields, paths: &[&[String]]) -> Option<Fields> {
    let inner = |name: &str| -> Vec<&[String]> {
        let below = paths.iter().filter_map(|path| path.split_first());
        below.filter(|(first, _)| first.as_str() == name).map(|(_, inner)| inner).collect()
    };
    if paths.iter().any(|path| path.first().is_none_or(|name| fields.find(name).is_none())) {
        return None;
    }
    let named =
        fields.iter().map(|field| (field, inner(field.name()))).filter(|(_, inner)| !inner.is_empty());
    named.map(|(field, inner)| prune(field, &inner)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> SchemaRef {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let message = DataType::Struct(vec![text("role"), text("content"), text("name")].into());
        Arc::new(Schema::new(vec![
            Field::new("delay", DataType::Int32, true),
            Field::new_struct("image", vec![text("bytes"), text("path")], true),
            Field::new("messages", DataType::new_list(message, true), true),
            text("origin"),
        ]))
    }

    fn selected(names: &[&str]) -> Result<SchemaRef> {
        let columns = select(&schema(), &ShownColumn::all(&schema()), names)?;
        project(&schema(), Some(&columns))
    }

    #[test]
    fn columns_come_in_the_order_asked_for() {
        let projected = selected(&["origin", "delay"]).unwrap();
        assert_eq!(
            projected.fields().iter().map(|f| f.name().as_str()).collect::<Vec<_>>(),
            ["origin", "delay"]
        );
    }

    #[test]
    fn fields_of_a_struct_keep_their_struct() {
        let projected = selected(&["image.path", "delay"]).unwrap();
        assert_eq!(projected.field(0).data_type().to_string(), r#"Struct("path": Utf8)"#);
        let both = selected(&["image.path", "delay", "image.bytes"]).unwrap();
        assert_eq!(both.fields().len(), 2);
        assert_eq!(both.field(0), schema().field(1));
    }

    #[test]
    fn names_are_checked() {
        let error = selected(&["Delays"]).unwrap_err();
        assert_eq!(error.message(), "There is no column \"Delays\"; the nearest is \"delay\".");
        for twice in [["delay", "delay"], ["image", "image.path"], ["image.path", "image"], ["image.path"; 2]]
        {
            assert!(selected(&twice).unwrap_err().message().contains("twice"), "{twice:?}");
        }
        assert!(selected(&["image.pat"]).unwrap_err().message().contains("image.path"));
    }

    #[test]
    fn lists_of_structs_are_pruned_through_the_list() {
        let fields = vec![vec!["content".to_owned()], vec!["role".to_owned()]];
        let column =
            ShownColumn { name: "chat".into(), source: "messages".into(), fields, ..ShownColumn::default() };
        let projected = project(&schema(), Some(std::slice::from_ref(&column))).unwrap();
        let expected = r#"List(Struct("role": Utf8, "content": Utf8))"#;
        assert_eq!(projected.field(0).data_type().to_string(), expected);
        assert_eq!(renamed(&projected, Some(&[column])).field(0).name(), "chat");
    }

    #[test]
    fn features_follow_a_new_name() {
        let features = r#"{"info":{"features":{"delay":{"names":["a","b"],"_type":"ClassLabel"},"origin":{"dtype":"string","_type":"Value"}}}}"#;
        let metadata =
            [(Features::METADATA_KEY.to_owned(), features.to_owned()), (PANDAS.into(), "{}".into())];
        let schema = Arc::new(Schema::clone(&schema()).with_metadata(metadata));
        let column = ShownColumn { name: "late".into(), source: "delay".into(), ..ShownColumn::default() };
        let columns = [column];
        let renamed = renamed(&project(&schema, Some(&columns)).unwrap(), Some(&columns));
        let features = renamed.metadata().get(Features::METADATA_KEY).unwrap();
        assert!(features.contains(r#""late""#) && !features.contains("delay"), "{features}");
        assert!(!renamed.metadata().contains_key(PANDAS));
    }
}
