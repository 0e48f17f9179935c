//! Frames and their work as plain data, which crosses to JavaScript and between workers.

use arrow_schema::Schema;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{RowRange, Sample, ShownColumn};
use crate::{expr::Expr, features::Features, ingest::TextLayout, parquet::KnownBytes};

/// What opening a path found: the files of one repo at one commit, and the schema of the first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameSource {
    /// The repo's type, in the singular: `dataset`.
    pub repo_type: String,
    /// The repo, `namespace/name`.
    pub repo: String,
    /// The commit that the revision was at.
    pub sha: String,
    /// The Parquet files, in row order.
    pub files: Vec<DataFile>,
    /// The columns, for people and checks.
    pub schema: Vec<Column>,
    /// The schema as an Arrow IPC message, for machines.
    #[serde(with = "serde_bytes")]
    pub arrow_schema: Vec<u8>,
}

/// Files that are known already, say by a dataset's listing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileSet {
    /// The repo's type, in the singular.
    pub repo_type: String,
    /// The repo.
    pub repo: String,
    /// The commit.
    pub sha: String,
    /// The files, in row order.
    pub files: Vec<DataFile>,
    /// The features that the dataset's card declares. They outrank those in the files wherever they fit the types.
    #[serde(default)]
    pub features: Option<Json>,
}

/// One file of rows: Parquet, or text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DataFile {
    /// Its path in the repo.
    pub path: String,
    /// Its length in bytes.
    pub size: u64,
    /// What identifies its content; empty when the listing did not say.
    #[serde(default)]
    pub oid: String,
    /// Its footer, once it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<KnownFooter>,
    /// Of a text file, how it is read; it has no footer then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<TextFile>,
    /// The signed URL that its address led to, once that was learnt. A capability: never to be shown or stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

impl DataFile {
    /// The number of its rows, once it is known.
    pub fn num_rows(&self) -> Option<u64> {
        let of_footer = self.footer.as_ref().map(|footer| footer.num_rows);
        of_footer.or(self.text.as_ref().map(|text| text.layout.num_rows))
    }
}

/// How a text file is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TextFile {
    /// How it is laid out.
    pub layout: TextLayout,
    /// The columns that its values become, as an Arrow IPC message.
    #[serde(with = "serde_bytes")]
    pub schema: Vec<u8>,
}

/// A footer as it was read, so that another worker need not read it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KnownFooter {
    /// The number of rows in the file.
    pub num_rows: u64,
    /// The bytes that it is decoded from.
    pub ranges: Vec<FooterPiece>,
}

/// Bytes of a file and where they begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FooterPiece {
    /// The offset of the first byte.
    pub start: u64,
    /// The bytes.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

impl From<&KnownBytes> for FooterPiece {
    fn from(piece: &KnownBytes) -> Self {
        Self { start: piece.start, bytes: piece.bytes.to_vec() }
    }
}

impl From<&FooterPiece> for KnownBytes {
    fn from(piece: &FooterPiece) -> Self {
        Self { start: piece.start, bytes: Bytes::copy_from_slice(&piece.bytes) }
    }
}

/// A column of a schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its Arrow type, as Arrow's Rust implementation spells it: `Int64`, `List(Utf8)`.
    #[serde(rename = "type")]
    pub data_type: String,
    /// Whether it may hold nulls.
    pub nullable: bool,
    /// What it means beyond its type (label names, an image), as `datasets` spells it in Parquet metadata.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<Json>,
}

impl Column {
    /// The columns of a schema, with the features under its `huggingface` key where they fit the columns' types. A
    /// key that cannot be understood tells nothing.
    pub(super) fn all(schema: &Schema) -> Vec<Self> {
        let features = Features::from_arrow_schema(schema).unwrap_or_default().to_json();
        let column = |field: &std::sync::Arc<arrow_schema::Field>| Self {
            name: field.name().clone(),
            data_type: field.data_type().to_string(),
            nullable: field.is_nullable(),
            feature: features.get(field.name()).cloned(),
        };
        schema.fields().iter().map(column).collect()
    }
}

/// A lazy table: files, columns, rows.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameSpec {
    /// The repo's type, in the singular.
    pub repo_type: String,
    /// The repo.
    pub repo: String,
    /// The commit.
    pub sha: String,
    /// The files, in row order.
    pub files: Vec<DataFile>,
    /// The schema of all columns, as an Arrow IPC message.
    #[serde(with = "serde_bytes")]
    pub arrow_schema: Vec<u8>,
    /// The columns shown, in order; `None` for all.
    #[serde(default)]
    pub columns: Option<Vec<ShownColumn>>,
    /// Which rows there are: those of which this is true. May be on any column, shown or not. [`crate::expr`] has its
    /// shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Expr>,
    /// Of these, only those that are in each of the samples.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Sample>,
    /// The rows shown, counted among those that pass: filters and samples come before every slice.
    pub rows: RowRange,
}

impl From<FrameSource> for FrameSpec {
    fn from(source: FrameSource) -> Self {
        let FrameSource { repo_type, repo, sha, files, arrow_schema, schema: _ } = source;
        Self {
            repo_type,
            repo,
            sha,
            files,
            arrow_schema,
            columns: None,
            filter: None,
            samples: Vec::new(),
            rows: RowRange::default(),
        }
    }
}

/// The work that a frame comes to. Tasks are in row order; their batches, one task after the other, are the table, or
/// hold it ([`ScanPlan::rows`]).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScanPlan {
    /// The schema of every batch, as an Arrow IPC message.
    #[serde(with = "serde_bytes")]
    pub schema: Vec<u8>,
    /// The tasks.
    pub tasks: Vec<ScanTask>,
    /// The rows of all batches together that are the table. All of them, unless the frame is a slice of filtered rows:
    /// then whoever runs the tasks skips the rows before its start, and stops at its end.
    #[serde(default)]
    pub rows: RowRange,
    /// The frame's files, with the footers that planning had to read.
    pub files: Vec<DataFile>,
}

/// One unit of work: some rows of one file. Needs nothing but itself and a token.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScanTask {
    /// The repo's type, in the singular.
    pub repo_type: String,
    /// The repo.
    pub repo: String,
    /// The commit.
    pub sha: String,
    /// The file.
    pub file: DataFile,
    /// The schema of its batches, as an Arrow IPC message.
    #[serde(with = "serde_bytes")]
    pub schema: Vec<u8>,
    /// The rows of the file to read.
    pub rows: RowRange,
    /// Of these rows only those that pass, with class labels as numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Expr>,
    /// Of these, only those that are in each of the samples.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Sample>,
    /// Of those that pass only the first so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

/// The work of counting filtered rows: what footers prove, and tasks for the rest.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CountPlan {
    /// The rows that are known to pass.
    pub num_rows: u64,
    /// Tasks whose batches have no columns, and as many rows as pass beside those.
    pub tasks: Vec<ScanTask>,
    /// The frame's files, with the footers that planning had to read.
    pub files: Vec<DataFile>,
}

/// The number of rows of a frame.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowCount {
    /// The number.
    pub num_rows: u64,
    /// The frame's files, with the footers that counting had to read.
    pub files: Vec<DataFile>,
}
