//! What is odd about a file, with the line to look at.

use serde::{Deserialize, Serialize};

use super::{Guess, Kind};
use crate::features::FeatureKind;

/// One thing that a person should know before the file becomes a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// How bad it is.
    pub severity: Severity,
    /// The first line that shows it, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The column; of a field of a struct its path, with dots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// How many rows or values show it.
    pub count: u64,
    /// A sentence or two: what was found, and what becomes of it.
    pub message: String,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// The file has no rows.
    NoRows,
    /// The first row is a row and no header.
    NoHeader,
    /// Rows have fewer fields than there are columns.
    ShortRows,
    /// Rows have more fields than there are columns.
    LongRows,
    /// A column has no name.
    UnnamedColumn,
    /// Two columns have one name.
    DuplicateColumn,
    /// The Hub's viewer shows no more than 1,000 columns.
    ManyColumns,
    /// The objects of a column have more different keys than a struct should have fields.
    ManyKeys,
    /// The values of a column are of kinds that do not go together.
    MixedTypes,
    /// Digits that begin with zeros.
    LeadingZeros,
    /// Integers beyond int64.
    BigIntegers,
    /// A text column holds words that often stand for a missing value.
    NullWords,
    /// Values do not fit the type that the caller set.
    WrongType,
    /// The file is an object, and only its list of rows was taken.
    IgnoredKeys,
    /// The file is not in UTF-8.
    Encoding,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Info,
    /// Probably not what was meant.
    Warning,
    /// The rows cannot be read until it is mended.
    Error,
}

impl Finding {
    pub(super) fn new(kind: FindingKind, severity: Severity, message: impl Into<String>) -> Self {
        Self { kind, severity, line: None, column: None, count: 1, message: message.into() }
    }

    pub(super) fn at(self, line: u64) -> Self {
        Self { line: Some(line), ..self }
    }

    pub(super) fn of(self, column: impl Into<String>) -> Self {
        Self { column: Some(column.into()), ..self }
    }

    pub(super) fn times(self, count: u64) -> Self {
        Self { count, ..self }
    }
}

/// What is odd about the values of a column, and of the fields and items in it.
pub(super) fn column_findings(path: &str, values: &Guess, is_json: bool, findings: &mut Vec<Finding>) {
    let feature = values.feature().kind;
    let is_text = matches!(&feature, FeatureKind::Value { dtype } if dtype == "string");
    if values.sprawling {
        let message = "Its objects have so many different keys that they are kept as JSON.";
        findings.push(Finding::new(FindingKind::ManyKeys, Severity::Info, message).of(path));
    } else if is_text || feature == FeatureKind::Json {
        findings.extend(mixed(values, is_json).map(|finding| finding.of(path)));
    }
    if let Some(word) = values.find(Kind::NullWord).filter(|_| is_text) {
        let message = format!(
            "{:?} may stand for a missing value; in a column of text it is kept as it is.",
            word.value
        );
        let finding = Finding::new(FindingKind::NullWords, Severity::Info, message);
        findings.push(finding.at(word.line).of(path).times(word.count));
    }
    for (name, field) in &values.fields {
        column_findings(&format!("{path}.{name}"), field, is_json, findings);
    }
    if let Some(items) = &values.items {
        column_findings(&format!("{path}[]"), items, is_json, findings);
    }
}

/// Why a column became text or JSON although some of its values are neither.
fn mixed(values: &Guess, is_json: bool) -> Option<Finding> {
    let count = |kinds: &[Kind]| kinds.iter().map(|kind| values.count(*kind)).sum::<u64>();
    let total = values.num_values() - values.count(Kind::NullWord);
    let numbers = count(&[Kind::Int, Kind::WideInt, Kind::Float]);
    for (kind, finding, what) in [
        (Kind::Code, FindingKind::LeadingZeros, "has digits that a number would lose"),
        (Kind::BigInt, FindingKind::BigIntegers, "is an integer beyond int64"),
    ] {
        if let Some(seen) = values.find(kind).filter(|seen| seen.count + numbers == total) {
            let message = format!("{:?} {what}, so the column is text.", seen.value);
            return Some(Finding::new(finding, Severity::Info, message).at(seen.line).times(seen.count));
        }
    }
    // In a CSV file all is text, and digits among words are no surprise; JSON says what it means.
    let class = |kind: Kind| match kind {
        Kind::Date | Kind::Timestamp | Kind::ZonedTimestamp if is_json => Kind::Text,
        Kind::Int | Kind::WideInt | Kind::BigInt | Kind::Code => Kind::Int,
        Kind::Float if is_json => Kind::Int,
        other => other,
    };
    let mut classes: Vec<(Kind, u64)> = Vec::new();
    for seen in values.seen.iter().filter(|seen| seen.kind != Kind::NullWord) {
        match classes.iter_mut().find(|(of, _)| *of == class(seen.kind)) {
            Some((_, count)) => *count += seen.count,
            None => classes.push((class(seen.kind), seen.count)),
        }
    }
    let (most, most_count) = *classes.iter().max_by_key(|(_, count)| *count)?;
    if most == Kind::Text && (classes.len() == 1 || !is_json) {
        return None;
    }
    let breaking = values.seen.iter().filter(|seen| seen.kind != Kind::NullWord && class(seen.kind) != most);
    let first = breaking.min_by_key(|seen| seen.line).or_else(|| values.find(Kind::WideInt))?;
    let becomes = if values.feature().kind == FeatureKind::Json { "JSON" } else { "text" };
    let message = format!(
        "{most_count} of {total} values are {}, but {:?} is not; the column is {becomes}.",
        most.words(),
        first.value
    );
    let finding = Finding::new(FindingKind::MixedTypes, Severity::Warning, message);
    Some(finding.at(first.line).times(total - most_count))
}
