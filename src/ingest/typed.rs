//! Columns whose types the caller set: whether all values fit is found in the first pass, not in the middle of a read.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::{
    Finding, FindingKind, Guess, Severity,
    build::{ColumnBuilder, Refused, StructBuilder, column_builder},
    csv::Fields,
    json::Parser,
    rows::bad_json,
};
use crate::{
    error::{Error, ErrorKind, Result},
    features::{Feature, FeatureKind, Features},
};

/// Rows after which the values that were built to check them are dropped.
const MAX_ROWS: usize = 4096;

/// The types that the caller set, and what does not fit them.
#[derive(Debug)]
pub(super) struct TypedColumns {
    features: Features,
    columns: IndexMap<String, Typed>,
    rows: Option<StructBuilder>,
    num_rows: usize,
}

#[derive(Debug)]
struct Typed {
    builder: Box<dyn ColumnBuilder>,
    shown: String,
    misfits: u64,
    first: Option<(u64, String)>,
}

/// The features that `types` spells: each a dtype of `datasets`, or a feature as it is in Parquet metadata.
///
/// # Errors
/// Kind `invalid` for what is neither.
pub(crate) fn features_of(types: &IndexMap<String, Json>) -> Result<Features> {
    let spelled = types.iter().map(|(name, spelled)| match spelled {
        Json::String(dtype) => (name.clone(), serde_json::json!({ "dtype": dtype, "_type": "Value" })),
        other => (name.clone(), other.clone()),
    });
    let features = Features::from_json(&Json::Object(spelled.collect::<Map<_, _>>()));
    features.map_err(|error| Error::new(ErrorKind::Invalid, "set types", error.message()))
}

impl TypedColumns {
    /// # Errors
    /// Kind `invalid` for types that do not exist, `unsupported` for those that text cannot be read as.
    pub(super) fn new(types: &IndexMap<String, Json>) -> Result<Self> {
        let features = features_of(types)?;
        let mut columns = IndexMap::new();
        for (name, feature) in features.iter() {
            let field = feature.to_arrow_field(name).ok_or_else(|| {
                let message = "There is no such type; a type is a name such as string, int64 or timestamp[us], or a feature.";
                Error::new(ErrorKind::Invalid, "set types", message).with("column", name)
            })?;
            let shown = match &feature.kind {
                FeatureKind::Value { dtype } => dtype.clone(),
                _ => field.data_type().to_string(),
            };
            let builder = column_builder(&field)?;
            columns.insert(name.to_owned(), Typed { builder, shown, misfits: 0, first: None });
        }
        Ok(Self { features, columns, rows: None, num_rows: 0 })
    }

    /// The type of a column: what the caller set, or the guess.
    pub(super) fn feature(&self, name: &str, guess: &Guess) -> Feature {
        self.features.get(name).cloned().unwrap_or_else(|| guess.feature())
    }

    /// What does not fit the type of a column; `None` if it has none set.
    pub(super) fn misfits(&self, name: &str) -> Option<Option<Finding>> {
        let typed = self.columns.get(name)?;
        let finding = typed.first.as_ref().map(|(line, value)| {
            let message = format!("{value:?} is no {}. Set another type, or mend the file.", typed.shown);
            let finding = Finding::new(FindingKind::WrongType, Severity::Error, message);
            finding.at(*line).of(name).times(typed.misfits)
        });
        Some(finding)
    }

    pub(super) fn check_fields(
        &mut self,
        names: &IndexMap<String, Guess>,
        fields: Fields<'_>,
        line: u64,
    ) -> Result<()> {
        for (name, typed) in &mut self.columns {
            let Some(index) = names.get_index_of(name) else { continue };
            if let Err(Refused::Misfit { value, .. }) = typed.builder.push_text(fields.get(index)) {
                typed.note(line, value);
            }
        }
        self.num_rows += 1;
        if self.num_rows >= MAX_ROWS {
            self.num_rows = 0;
            self.columns.values_mut().try_for_each(|typed| typed.builder.finish().map(|_| ()))?;
        }
        Ok(())
    }

    pub(super) fn check_json(&mut self, row: &str, line: u64) -> Result<()> {
        if self.columns.is_empty() {
            return Ok(());
        }
        let mut rows = match self.rows.take().filter(|rows| rows.len() < MAX_ROWS) {
            Some(rows) => rows,
            None => StructBuilder::new(self.features.to_arrow_schema()?.fields())?,
        };
        match rows.push_json(&mut Parser::new(row)) {
            // A builder is of no more use once it has refused something.
            Err(Refused::Misfit { value, path }) => {
                let column = path.split('.').next().unwrap_or_default();
                if let Some(typed) = self.columns.get_mut(column) {
                    typed.note(line, value);
                }
            }
            Err(Refused::Syntax(syntax)) => return Err(bad_json(row, line, &syntax)),
            Ok(()) => self.rows = Some(rows),
        }
        Ok(())
    }
}

impl Typed {
    fn note(&mut self, line: u64, value: String) {
        self.misfits += 1;
        self.first.get_or_insert((line, value));
    }
}

/// The error of a value that does not fit, when rows are read.
pub(super) fn misfit(value: &str, path: &str, line: u64, data_type: &str) -> Error {
    let message =
        format!("The value {value:?} is no {data_type}. Set the column's type to string, or mend the file.");
    Error::new(ErrorKind::Corrupt, "read text file", message).with("line", line).with("column", path)
}
