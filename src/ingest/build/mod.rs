//! Arrow columns, value by value, from text and from JSON.

mod nested;
mod scalar;
mod text;

use std::{borrow::Cow, sync::Arc};

use arrow_array::ArrayRef;
use arrow_schema::extension::EXTENSION_TYPE_NAME_KEY;
use arrow_schema::{DataType, Field};

pub(super) use self::nested::StructBuilder;
use self::{
    nested::ListBuilder,
    scalar::scalar_builder,
    text::{JsonBuilder, TextBuilder},
};
use super::json::{Parser, Syntax, Token};
use crate::error::{Error, ErrorKind, Result};

/// Why a value was not taken. The builder is of no more use then.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is no value of the column's type.
    Misfit {
        /// As much of it as a message shows.
        value: String,
        /// The fields on the way to it, with dots.
        path: String,
    },
    /// It is no JSON.
    Syntax(Syntax),
}

impl Refused {
    fn misfit(value: impl Into<String>) -> Self {
        Self::Misfit { value: value.into(), path: String::new() }
    }

    /// The same, seen from around a field.
    fn within(self, name: &str) -> Self {
        match self {
            Self::Misfit { value, path } if path.is_empty() => Self::Misfit { value, path: name.to_owned() },
            Self::Misfit { value, path } => Self::Misfit { value, path: format!("{name}.{path}") },
            Self::Syntax(syntax) => Self::Syntax(syntax),
        }
    }
}

impl From<Syntax> for Refused {
    fn from(syntax: Syntax) -> Self {
        Self::Syntax(syntax)
    }
}

/// Values of one column on their way into an array.
pub(super) trait ColumnBuilder: std::fmt::Debug {
    /// Appends a missing value.
    fn push_null(&mut self);

    /// Appends a value that is written as text; what is missing in a CSV file is, too.
    fn push_text(&mut self, text: &[u8]) -> Result<(), Refused>;

    /// Appends the next value of a JSON text.
    fn push_json(&mut self, parser: &mut Parser<'_>) -> Result<(), Refused>;

    /// The values, after which it is empty.
    fn finish(&mut self) -> Result<ArrayRef>;
}

/// A builder for columns of this type.
///
/// # Errors
/// Kind `unsupported` for types that text cannot be read as: binary, durations, maps and the like.
pub(super) fn column_builder(field: &Field) -> Result<Box<dyn ColumnBuilder>> {
    if field.metadata().get(EXTENSION_TYPE_NAME_KEY).is_some_and(|name| name == "arrow.json") {
        return Ok(Box::new(JsonBuilder::default()));
    }
    Ok(match field.data_type() {
        DataType::Utf8 => Box::new(TextBuilder::<i32>::default()),
        DataType::LargeUtf8 => Box::new(TextBuilder::<i64>::default()),
        DataType::Struct(fields) => Box::new(StructBuilder::new(fields)?),
        DataType::List(item) => Box::new(ListBuilder::new(Arc::clone(item))?),
        other => return scalar_builder(other).ok_or_else(|| unsupported(field)),
    })
}

/// Texts as values of a column that text can be read as, by the rules for CSV files. The message says which one is none.
pub(crate) fn parse_texts<'a>(
    texts: impl IntoIterator<Item = Option<&'a str>>,
    field: &Field,
) -> Result<ArrayRef, String> {
    let mut builder = column_builder(field).map_err(|error| error.message().to_owned())?;
    for text in texts {
        match text {
            None => builder.push_null(),
            Some(text) => {
                let misfit = |_| format!("{text:?} is no {}", field.data_type());
                builder.push_text(text.as_bytes()).map_err(misfit)?;
            }
        }
    }
    builder.finish().map_err(|error| error.message().to_owned())
}

/// A JSON scalar as the text that a builder of scalars takes; `None` for null.
fn scalar_text(token: Token<'_>) -> Result<Option<Cow<'_, str>>, Refused> {
    Ok(match token {
        Token::Null => None,
        Token::Bool(value) => Some(Cow::Borrowed(if value { "true" } else { "false" })),
        Token::Number(text) => Some(Cow::Borrowed(text)),
        Token::String(text) => Some(text),
        Token::Object | Token::List => return Err(Refused::misfit(token.shown())),
    })
}

fn unsupported(field: &Field) -> Error {
    let message = format!(
        "The column {:?} cannot be read as {} from text. Types that can: string, bool, integers, floats, decimals, \
         date32, timestamps, and structs and lists of them in JSON.",
        field.name(),
        field.data_type()
    );
    Error::new(ErrorKind::Unsupported, "read text file", message).with("column", field.name())
}

fn not_built(error: &arrow_schema::ArrowError) -> Error {
    Error::new(ErrorKind::Internal, "read text file", "The rows do not make a column.")
        .with_source(error.to_string())
}
