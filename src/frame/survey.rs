//! What each file of a table holds by itself: its columns and row groups, or why it cannot be read. A table has the columns
//! of its first file; who has looked at all of them can have the columns of all.

use std::rc::Rc;

use arrow_schema::{Field, Schema};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use super::{
    Column, DataFile, FrameSource, FrameSpec, Session, cast::can_cast, ipc::decode_schema,
    ipc::encode_schema, session::repo_id,
};
use crate::{
    error::{Error, ErrorKind, Result},
    features::Features,
    http::Transport,
    parquet::Footer,
    path::RepoId,
};

/// Files that are looked at side by side.
const MAX_IN_FLIGHT: usize = 16;

/// What the files of a table hold.
#[derive(Debug, Serialize)]
pub struct Survey {
    /// Each file, in row order.
    pub files: Vec<SurveyedFile>,
    /// The files that can be read, with the columns of all of them: those of the table, then others in the order of their
    /// first appearance.
    pub source: FrameSource,
}

/// What a file holds.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SurveyedFile {
    /// Its path.
    pub path: String,
    /// Its columns; none of a file that cannot be read.
    pub columns: Vec<Column>,
    /// The names of those whose type in this file cannot be read as the table's.
    pub misfits: Vec<String>,
    /// Its row groups.
    pub row_groups: Vec<SurveyedRowGroup>,
    /// Why it cannot be read, if it cannot: of kind `corrupt` or `unsupported`.
    pub problem: Option<Error>,
}

/// What a file's footer says of a row group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SurveyedRowGroup {
    /// The number of rows.
    pub num_rows: u64,
    /// Its pages before they were compressed, in bytes: `total_byte_size` of the Parquet format.
    pub total_byte_size: u64,
}

impl<T: Transport> Session<T> {
    /// Looks at all files of a frame. One request for each whose footer is not known, two for a long one.
    ///
    /// # Errors
    /// The first problem, when no file can be read; and those of requests. What is wrong with single files is told of them.
    pub async fn survey(&self, frame: &FrameSpec) -> Result<Survey> {
        let repo = &repo_id(&frame.repo_type, &frame.repo)?;
        let footers: Vec<Result<Option<Rc<Footer>>>> = stream::iter(&frame.files)
            .map(|file| self.surveyed_footer(repo, &frame.sha, file))
            .buffered(MAX_IN_FLIGHT)
            .try_collect()
            .await?;
        let mut schema = Schema::clone(&*decode_schema(&frame.arrow_schema)?);
        for footer in footers.iter().flatten().flatten() {
            schema = with_columns_of(schema, footer.reader().schema());
        }
        let mut files = Vec::new();
        let mut readable = Vec::new();
        for (file, footer) in frame.files.iter().zip(footers) {
            if let Ok(footer) = &footer {
                readable.push(match footer {
                    Some(footer) => self.learnt(repo, &frame.sha, file, footer),
                    None => file.clone(),
                });
            }
            files.push(surveyed(file, footer, &schema));
        }
        if readable.is_empty()
            && let Some(problem) = files.iter_mut().find_map(|file| file.problem.take())
        {
            return Err(problem);
        }
        let source = FrameSource {
            repo_type: frame.repo_type.clone(),
            repo: frame.repo.clone(),
            sha: frame.sha.clone(),
            files: readable,
            schema: Column::all(&schema),
            arrow_schema: encode_schema(&schema)?,
        };
        Ok(Survey { files, source })
    }

    /// The footer of a file, nothing for a text file, and within that what is wrong with this file alone.
    async fn surveyed_footer(
        &self,
        repo: &RepoId,
        sha: &str,
        file: &DataFile,
    ) -> Result<Result<Option<Rc<Footer>>>> {
        if file.text.is_some() {
            return Ok(Ok(None));
        }
        match self.footer(repo, sha, file).await {
            Ok(footer) => Ok(Ok(Some(footer))),
            Err(error) if matches!(error.kind(), ErrorKind::Corrupt | ErrorKind::Unsupported) => {
                Ok(Err(error))
            }
            Err(error) => Err(error),
        }
    }
}

fn surveyed(file: &DataFile, footer: Result<Option<Rc<Footer>>>, table: &Schema) -> SurveyedFile {
    let path = file.path.clone();
    let unread = SurveyedFile {
        path,
        columns: Vec::new(),
        misfits: Vec::new(),
        row_groups: Vec::new(),
        problem: None,
    };
    match footer {
        Err(problem) => SurveyedFile { problem: Some(problem), ..unread },
        Ok(None) => SurveyedFile { columns: Column::all(table), ..unread },
        Ok(Some(footer)) => {
            let schema = footer.reader().schema();
            let fits = |field: &Field| {
                let wanted = table.field_with_name(field.name());
                wanted.is_ok_and(|wanted| can_cast(field.data_type(), wanted.data_type()))
            };
            let misfits = schema.fields().iter().filter(|field| !fits(field));
            let row_groups = footer.metadata().row_groups().iter().map(|group| SurveyedRowGroup {
                num_rows: u64::try_from(group.num_rows()).unwrap_or(0),
                total_byte_size: u64::try_from(group.total_byte_size()).unwrap_or(0),
            });
            SurveyedFile {
                columns: Column::all(schema),
                misfits: misfits.map(|field| field.name().clone()).collect(),
                row_groups: row_groups.collect(),
                ..unread
            }
        }
    }
}

/// A schema with the columns that another one has besides, and what is known of their features.
fn with_columns_of(schema: Schema, other: &Schema) -> Schema {
    let is_new = |field: &&arrow_schema::FieldRef| schema.index_of(field.name()).is_err();
    let new: Vec<_> = other.fields().iter().filter(is_new).collect();
    if new.is_empty() {
        return schema;
    }
    let features = |schema: &Schema| Features::from_arrow_schema(schema).unwrap_or_default();
    let (known, others) = (features(&schema), features(other));
    let names: Vec<&str> = new.iter().map(|field| field.name().as_str()).collect();
    let all: Features = known
        .iter()
        .chain(others.iter().filter(|(name, _)| names.contains(name)))
        .map(|(name, feature)| (name.to_owned(), feature.clone()))
        .collect();
    let fields = schema.fields().iter().map(|field| Field::clone(field));
    let fields = fields.chain(new.iter().map(|field| Field::clone(field).with_nullable(true)));
    let mut metadata = schema.metadata().clone();
    if !all.is_empty() {
        metadata.insert(Features::METADATA_KEY.to_owned(), all.to_metadata_json());
    }
    Schema::new_with_metadata(fields.collect::<Vec<_>>(), metadata)
}
