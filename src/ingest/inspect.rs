//! The first pass over a file: everything about it but its rows.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{
    Checkpoint, Dialect, Encoding, Finding, FindingKind, Format, Guess, Severity, TextLayout, TextOptions,
    encoding::TextBuffer,
    findings::column_findings,
    format::sniff_text,
    guess::shortened,
    json::{Parser, Token},
    rows::{Row, RowCutter, Step, Syntax, bad_json, malformed},
    sniff_format,
    typed::TypedColumns,
};
use crate::{
    error::{Error, ErrorKind, Result, ResultExt},
    features::Features,
    source::ByteSource,
};

/// What was found out about a file. Plain data, which crosses to JavaScript and back.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    /// The name of the file.
    pub file: String,
    /// Its length in bytes.
    pub size: u64,
    /// What reading its rows takes.
    pub layout: TextLayout,
    /// Its columns, in order.
    pub columns: Vec<InspectedColumn>,
    /// What is odd about it, the worst first.
    pub findings: Vec<Finding>,
}

/// A column of a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InspectedColumn {
    /// Its name.
    pub name: String,
    /// The type that the caller set, or the one that all its values fit, as `datasets` spells it in Parquet metadata.
    pub feature: Json,
    /// What its values are.
    pub values: Guess,
}

/// How much of a file's beginning the format and the dialect are read off.
const HEAD_BYTES: u64 = 256 << 10;

/// How much of a file is read at once.
const SLICE_BYTES: u64 = 4 << 20;

/// How much text lies between two checkpoints.
const CHECKPOINT_BYTES: u64 = 1 << 20;

/// Columns that a file may have; more of them are a wrong delimiter, or objects that are dictionaries.
pub(super) const MAX_COLUMNS: usize = 1 << 16;

/// Columns that the Hub's viewer shows (`columnsMaxNumber` of its first-rows service).
const MAX_VIEWER_COLUMNS: usize = 1000;

/// The first pass, slice by slice, so that its caller can tell how far it is and stop it.
pub struct Inspect<S> {
    source: S,
    options: TextOptions,
    inspector: Option<Inspector>,
    at: u64,
}

/// How far a first pass is.
#[derive(Debug)]
pub enum Progress {
    /// So many bytes were read, and so many rows found in them.
    Read {
        /// The bytes.
        bytes: u64,
        /// The rows.
        rows: u64,
    },
    /// All were.
    Done(Box<Inspection>),
}

impl<S: ByteSource> Inspect<S> {
    /// The first pass over a file. Reads nothing yet.
    pub fn new(source: S, options: TextOptions) -> Self {
        Self { source, options, inspector: None, at: 0 }
    }

    /// Reads the next slice, of 4 MiB at most.
    ///
    /// # Errors
    /// Kind `corrupt` or `limit`, with file and line, for what cannot be read as rows; `unsupported` for files that are
    /// not text; `invalid` for options that do not fit; and those of reading.
    pub async fn next(&mut self) -> Result<Progress> {
        self.try_next().await.context("file", self.source.name())
    }

    async fn try_next(&mut self) -> Result<Progress> {
        let size = self.source.byte_len();
        let inspector = match &mut self.inspector {
            Some(inspector) => inspector,
            none => {
                let head = read_range(&self.source, 0..size.min(HEAD_BYTES)).await?;
                let inspector = Inspector::new(&head, head.len() as u64 == size, &self.options)?;
                self.at = inspector.start;
                none.insert(inspector)
            }
        };
        if self.at < size {
            let end = size.min(self.at + SLICE_BYTES);
            let bytes = read_range(&self.source, self.at..end).await?;
            inspector.cutter.push(&bytes);
            inspector.take_rows()?;
            self.at = end;
            return Ok(Progress::Read { bytes: end, rows: inspector.cutter.place().row });
        }
        inspector.cutter.finish();
        inspector.take_rows()?;
        match self.inspector.take() {
            Some(inspector) => Ok(Progress::Done(Box::new(inspector.finish(self.source.name(), size)))),
            None => Err(Error::new(ErrorKind::Internal, "read text file", "The file was inspected already.")),
        }
    }
}

impl<S: std::fmt::Debug> std::fmt::Debug for Inspect<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inspect").field("source", &self.source).field("at", &self.at).finish_non_exhaustive()
    }
}

/// Reads a text file once, whole, in slices of 4 MiB.
///
/// # Errors
/// Those of [`Inspect::next`].
pub async fn inspect<S: ByteSource>(source: S, options: TextOptions) -> Result<Inspection> {
    let mut inspect = Inspect::new(source, options);
    loop {
        if let Progress::Done(inspection) = inspect.next().await? {
            return Ok(*inspection);
        }
    }
}

/// One range of a file.
pub(super) async fn read_range<S: ByteSource>(
    source: &S,
    range: std::ops::Range<u64>,
) -> Result<bytes::Bytes> {
    Ok(source.read(&[range]).await?.pop().unwrap_or_default())
}

/// The first pass, without I/O.
struct Inspector {
    format: Format,
    encoding: Encoding,
    dialect: Option<Dialect>,
    rows_key: Option<String>,
    /// The offset behind the byte order mark.
    start: u64,
    cutter: RowCutter,
    /// Whether the first row is still to be taken for a header.
    header_due: bool,
    /// The columns, as if each row were an object.
    table: Guess,
    typed: TypedColumns,
    checkpoints: Vec<Checkpoint>,
    checkpoint_due: u64,
    short: RowsOfLen,
    long: RowsOfLen,
    findings: Vec<Finding>,
}

/// Rows that have another number of fields than there are columns.
#[derive(Debug, Default)]
struct RowsOfLen {
    count: u64,
    line: u64,
    len: usize,
}

impl RowsOfLen {
    fn note(&mut self, line: u64, len: usize) {
        if self.count == 0 {
            (self.line, self.len) = (line, len);
        }
        self.count += 1;
    }
}

impl Inspector {
    /// `whole`: the head is all of the file.
    fn new(head: &[u8], whole: bool, options: &TextOptions) -> Result<Self> {
        if head.trim_ascii().is_empty() && whole {
            return Err(malformed(1, "The file is empty."));
        }
        let sniffed = options.format.map_or_else(|| sniff_format(head), Ok)?;
        let (encoding, mark_len) =
            Encoding::of_mark(head).unwrap_or((options.encoding.unwrap_or_default(), 0));
        let mut text = TextBuffer::new(encoding, 0);
        text.push(head.get(mark_len..).unwrap_or_default());
        let format = match options.format {
            None if !matches!(sniffed, Format::Parquet | Format::Arrow) => sniff_text(text.rest()),
            _ => sniffed,
        };
        let dialect = match format {
            Format::Csv => Some(Dialect::sniff(text.rest(), whole, options)?),
            Format::Json | Format::JsonLines => None,
            Format::Parquet | Format::Arrow => {
                let message = "The file is no text: open it as Parquet or Arrow.";
                return Err(Error::new(ErrorKind::Invalid, "read text file", message));
            }
        };
        let start = Checkpoint { row: 0, offset: mark_len as u64, line: 1 };
        let syntax = Syntax::new(format, dialect, options.rows.clone());
        let cutter = RowCutter::new(syntax, encoding, start);
        Ok(Self {
            format,
            encoding,
            dialect,
            rows_key: options.rows.clone(),
            start: start.offset,
            cutter,
            header_due: dialect.is_some_and(|dialect| dialect.header),
            table: Guess::default(),
            typed: TypedColumns::new(&options.types)?,
            checkpoints: vec![start],
            checkpoint_due: CHECKPOINT_BYTES,
            short: RowsOfLen::default(),
            long: RowsOfLen::default(),
            findings: Vec::new(),
        })
    }

    /// Takes all rows that are there.
    fn take_rows(&mut self) -> Result<()> {
        while self.cutter.step()? == Step::Row {
            let line = self.cutter.row_line();
            match self.cutter.row() {
                Row::Fields(fields) => {
                    let fields_len = fields.len();
                    if self.table.fields.is_empty() {
                        let names = column_names(fields.iter(), self.header_due, line, &mut self.findings);
                        self.table.fields = names.into_iter().map(|name| (name, Guess::default())).collect();
                        if std::mem::take(&mut self.header_due) {
                            self.cutter.pass_header();
                            self.checkpoints = vec![self.cutter.place()];
                            continue;
                        }
                    }
                    self.typed.check_fields(&self.table.fields, fields, line)?;
                    for (index, guess) in self.table.fields.values_mut().enumerate() {
                        guess.see_field(fields.get(index), line);
                    }
                    self.note_len(line, fields_len);
                }
                Row::Json(row) => {
                    see_row(&mut self.table, row, line)?;
                    self.typed.check_json(row, line)?;
                }
            }
            if self.cutter.used() >= self.checkpoint_due {
                self.checkpoints.push(self.cutter.place());
                self.checkpoint_due = self.cutter.used() + CHECKPOINT_BYTES;
            }
        }
        Ok(())
    }

    fn note_len(&mut self, line: u64, len: usize) {
        match len.cmp(&self.table.fields.len()) {
            std::cmp::Ordering::Less => self.short.note(line, len),
            std::cmp::Ordering::Greater => self.long.note(line, len),
            std::cmp::Ordering::Equal => {}
        }
    }

    fn finish(mut self, file: &str, size: u64) -> Inspection {
        let num_rows = self.cutter.place().row;
        self.checkpoints.retain(|checkpoint| checkpoint.row < num_rows || checkpoint.row == 0);
        self.table.count_absent(num_rows);
        self.find(num_rows);
        let features: Features = self
            .table
            .fields
            .iter()
            .map(|(name, guess)| (name.clone(), self.typed.feature(name, guess)))
            .collect();
        let spelled = features.to_json();
        let column = |(name, values): (String, Guess)| {
            let feature = spelled.get(&name).cloned().unwrap_or_default();
            InspectedColumn { name, feature, values }
        };
        let layout = TextLayout {
            format: self.format,
            encoding: self.encoding,
            dialect: self.dialect,
            rows_key: self.rows_key,
            columns: self.table.fields.keys().cloned().collect(),
            num_rows,
            checkpoints: self.checkpoints,
        };
        let columns = self.table.fields.into_iter().map(column).collect();
        self.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        Inspection { file: file.to_owned(), size, layout, columns, findings: self.findings }
    }

    /// Finds what is odd about the file as a whole, and then about each column.
    fn find(&mut self, num_rows: u64) {
        use {FindingKind as K, Severity as S};
        let mut findings = std::mem::take(&mut self.findings);
        let num_columns = self.table.fields.len();
        if self.encoding != Encoding::Utf8 {
            findings.push(Finding::new(
                K::Encoding,
                S::Info,
                "The file is not in UTF-8; its text was converted.",
            ));
        }
        if num_rows == 0 {
            findings.push(Finding::new(K::NoRows, S::Warning, "The file has no rows."));
        }
        if self.dialect.is_some_and(|dialect| !dialect.header) {
            let message = "The first row looks like the ones below it, so it was taken for a row, and the columns are numbered.";
            findings.push(Finding::new(K::NoHeader, S::Info, message).at(1));
        }
        if num_columns > MAX_VIEWER_COLUMNS {
            let message =
                format!("The file has {num_columns} columns; the Hub's viewer shows {MAX_VIEWER_COLUMNS}.");
            findings.push(Finding::new(K::ManyColumns, S::Warning, message));
        }
        let keys = self.cutter.ignored_keys();
        if !keys.is_empty() {
            let message = format!(
                "The file is an object; beside its list of rows it has {}, which are left out.",
                keys.join(", ")
            );
            findings.push(Finding::new(K::IgnoredKeys, S::Info, message).times(keys.len() as u64));
        }
        let RowsOfLen { count, line, len } = self.short;
        if count > 0 {
            let message = format!(
                "Row with {len} fields where there are {num_columns} columns; the missing ones are null."
            );
            findings.push(Finding::new(K::ShortRows, S::Warning, message).at(line).times(count));
        }
        let RowsOfLen { count, line, len } = self.long;
        if count > 0 {
            let message = format!(
                "Row with {len} fields where there are {num_columns} columns. Look for an unquoted delimiter in it."
            );
            findings.push(Finding::new(K::LongRows, S::Error, message).at(line).times(count));
        }
        for (name, guess) in &self.table.fields {
            match self.typed.misfits(name) {
                Some(finding) => findings.extend(finding),
                None => column_findings(name, guess, self.format != Format::Csv, &mut findings),
            }
        }
        self.findings = findings;
    }
}

/// Takes a row of a JSON file into account.
fn see_row(table: &mut Guess, row: &str, line: u64) -> Result<()> {
    let mut parser = Parser::new(row);
    let bad = |syntax| bad_json(row, line, &syntax);
    match parser.value().map_err(bad)? {
        Token::Object => table.see_members(&mut parser, line, MAX_COLUMNS).map_err(bad)?,
        other => return Err(not_an_object(&other, line)),
    }
    if table.sprawling {
        let message =
            format!("The rows have more than {MAX_COLUMNS} different keys; turn the table on its side.");
        return Err(Error::new(ErrorKind::Limit, "read text file", message).with("line", line));
    }
    parser.end().map_err(bad)
}

fn not_an_object(token: &Token<'_>, line: u64) -> Error {
    let shown = shortened(token.shown().as_bytes());
    let hint = match token {
        Token::List => " If the file is one JSON array, set the format to json.",
        _ => "",
    };
    malformed(line, format!("A row is a JSON object, which {shown} is not.{hint}"))
}

/// The names of the columns: unique and not empty, as pandas would have them.
fn column_names<'a>(
    fields: impl Iterator<Item = &'a [u8]>,
    header: bool,
    line: u64,
    findings: &mut Vec<Finding>,
) -> Vec<String> {
    if !header {
        return fields.enumerate().map(|(index, _)| format!("column_{}", index + 1)).collect();
    }
    let mut names: IndexMap<String, u64> = IndexMap::new();
    for (index, field) in fields.enumerate() {
        let written = String::from_utf8_lossy(field).into_owned();
        let mut name = written.clone();
        if name.is_empty() {
            name = format!("Unnamed: {index}");
            let message = format!("Column {} has no name; it is called {name:?}, as in pandas.", index + 1);
            let severity = Severity::Info;
            findings.push(Finding::new(FindingKind::UnnamedColumn, severity, message).at(line).of(&name));
        }
        if names.contains_key(&name) {
            let mut copies = names.get(&name).copied().unwrap_or(0);
            let base = name.clone();
            while names.contains_key(&name) {
                copies += 1;
                name = format!("{base}.{copies}");
            }
            names.insert(base, copies);
            let message = format!(
                "There is more than one column {written:?}; this one is called {name:?}, as in pandas."
            );
            let severity = Severity::Warning;
            findings.push(Finding::new(FindingKind::DuplicateColumn, severity, message).at(line).of(&name));
        }
        names.insert(name, 0);
    }
    names.into_keys().collect()
}
