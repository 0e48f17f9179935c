//! Naming a column: at the top, or inside of struct columns; and what to say of one that is not there.

use std::fmt;

use arrow_schema::{DataType, FieldRef, Fields, Schema};
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

/// The name of a column, or of a field of a struct column.
///
/// As plain data it is a string or a list of strings. The string `"image.path"` is the column of just that name if
/// there is one, else the field `path` of the struct column `image`. The list `["image", "path"]` is never the
/// former, and reaches names that hold dots themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ColumnPath {
    /// A name, or names with dots between.
    Dotted(String),
    /// One name for each level.
    Exact(Vec<String>),
}

impl ColumnPath {
    /// The fields on the way to the column, outermost first; `None` when it does not exist.
    pub fn find<'a>(&self, schema: &'a Schema) -> Option<Vec<&'a FieldRef>> {
        match self {
            Self::Dotted(path) => find_dotted(schema.fields(), path),
            Self::Exact(names) => find_exact(schema.fields(), names),
        }
    }

    /// The same, or the error that there is no such column.
    ///
    /// # Errors
    /// Kind `invalid`, with the nearest name.
    pub(super) fn resolve<'a>(&self, schema: &'a Schema) -> Result<Vec<&'a FieldRef>> {
        self.find(schema).ok_or_else(|| unknown_column("filter rows", schema, &self.to_string()))
    }
}

impl From<&str> for ColumnPath {
    fn from(path: &str) -> Self {
        Self::Dotted(path.to_owned())
    }
}

impl fmt::Display for ColumnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dotted(path) => f.write_str(path),
            Self::Exact(names) => f.write_str(&names.join(".")),
        }
    }
}

/// The error for a name that the schema has not, in the operation that was asked for.
pub fn unknown_column(operation: &'static str, schema: &Schema, name: &str) -> Error {
    let mut known = Vec::new();
    list_names(schema.fields(), "", &mut known);
    let message = match nearest(&known, name) {
        Some(nearest) => format!("There is no column {name:?}; the nearest is {nearest:?}."),
        None => format!("There is no column {name:?}; the table has no columns."),
    };
    Error::new(ErrorKind::Invalid, operation, message)
}

/// The name that takes the fewest changes to become `name`.
pub(super) fn nearest<'a>(known: &'a [String], name: &str) -> Option<&'a String> {
    known.iter().min_by_key(|known| distance(known, name))
}

fn find_dotted<'a>(fields: &'a Fields, path: &str) -> Option<Vec<&'a FieldRef>> {
    if let Some((_, field)) = fields.find(path) {
        return Some(vec![field]);
    }
    path.match_indices('.').find_map(|(at, _)| {
        let (head, tail) = (path.get(..at)?, path.get(at + 1..)?);
        let (_, field) = fields.find(head)?;
        let DataType::Struct(children) = field.data_type() else { return None };
        let mut found = find_dotted(children, tail)?;
        found.insert(0, field);
        Some(found)
    })
}

fn find_exact<'a>(fields: &'a Fields, names: &[String]) -> Option<Vec<&'a FieldRef>> {
    let (first, rest) = names.split_first()?;
    let (_, field) = fields.find(first)?;
    let mut found = vec![field];
    if !rest.is_empty() {
        let DataType::Struct(children) = field.data_type() else { return None };
        found.extend(find_exact(children, rest)?);
    }
    Some(found)
}

/// All names that a path can reach, with dots between levels.
fn list_names(fields: &Fields, prefix: &str, names: &mut Vec<String>) {
    for field in fields {
        let name = format!("{prefix}{}", field.name());
        if let DataType::Struct(children) = field.data_type() {
            list_names(children, &format!("{name}."), names);
        }
        names.push(name);
    }
}

/// The number of letters to insert, delete or replace to get from one name to the other, without regard to case.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().flat_map(char::to_lowercase).collect();
    let mut row: Vec<usize> = (0..=a.len()).collect();
    for (i, b) in b.chars().flat_map(char::to_lowercase).enumerate() {
        let mut next = vec![i + 1];
        for ((above, pair), a) in row.iter().skip(1).zip(row.iter()).zip(&a) {
            let left = next.last().copied().unwrap_or_default();
            next.push((above + 1).min(left + 1).min(pair + usize::from(*a != b)));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use arrow_schema::Field;

    use super::*;

    fn schema() -> Schema {
        let path = || Field::new("path", DataType::Utf8, true);
        let dotted = Field::new_struct("c.d", vec![Field::new("e", DataType::Int8, true)], true);
        Schema::new(vec![
            Field::new("a.b", DataType::Int32, true),
            Field::new_struct("a", vec![Field::new("b", DataType::Int64, true), path()], true),
            Field::new_struct("image", vec![path()], true),
            dotted,
        ])
    }

    fn names(path: &ColumnPath) -> Option<Vec<String>> {
        path.find(&schema()).map(|fields| fields.iter().map(|field| field.name().clone()).collect())
    }

    #[test]
    fn dots_are_part_of_a_name_first_and_levels_second() {
        assert_eq!(names(&"a.b".into()), Some(vec!["a.b".into()]));
        assert_eq!(names(&"image.path".into()), Some(vec!["image".into(), "path".into()]));
        assert_eq!(names(&"c.d.e".into()), Some(vec!["c.d".into(), "e".into()]));
        assert_eq!(
            names(&ColumnPath::Exact(vec!["a".into(), "b".into()])),
            Some(vec!["a".into(), "b".into()])
        );
        for missing in ["", ".", "image.", "image.path.x", "a.b.c", "path"] {
            assert_eq!(names(&missing.into()), None, "{missing}");
        }
        assert_eq!(names(&ColumnPath::Exact(vec![])), None);
    }

    #[test]
    fn an_unknown_name_gets_the_nearest() {
        let error = ColumnPath::from("Image.paths").resolve(&schema()).unwrap_err();
        assert_eq!(error.message(), "There is no column \"Image.paths\"; the nearest is \"image.path\".");
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
