//! Cuts a file that comes in slices into rows, whatever its format.

use super::{
    Checkpoint, Encoding, Format,
    csv::{CsvRows, Fields},
    dialect::Dialect,
    encoding::TextBuffer,
    json::{JsonRows, Shape},
};
use crate::error::{Error, ErrorKind, Result};

/// The most bytes of text that one row may have. A quote or bracket that is never closed makes a row of all that follows.
pub(super) const MAX_ROW_BYTES: usize = 64 << 20;

/// What came of looking for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A row is there.
    Row,
    /// The next slice is needed.
    NeedsData,
    /// There are no more rows.
    Finished,
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Row<'a> {
    Fields(Fields<'a>),
    Json(&'a str),
}

/// How the rows of a file are written.
#[derive(Debug, Clone)]
pub(super) enum Syntax {
    Csv(Dialect),
    Json(Shape),
}

impl Syntax {
    /// Of a file whose dialect is known; `rows` is the key of the list of rows in a JSON object.
    pub(super) fn new(format: Format, dialect: Option<Dialect>, rows: Option<String>) -> Self {
        match format {
            Format::JsonLines => Self::Json(Shape::Lines),
            Format::Json => Self::Json(Shape::Document { key: rows }),
            Format::Csv | Format::Arrow | Format::Parquet => Self::Csv(dialect.unwrap_or_default()),
        }
    }
}

/// The rows of a file from some place on.
#[derive(Debug)]
pub(super) struct RowCutter {
    buffer: TextBuffer,
    rows: Rows,
    /// The number of the next row.
    next: u64,
    ended: bool,
}

#[derive(Debug)]
enum Rows {
    Csv(Box<CsvRows>),
    Json(JsonRows),
}

impl RowCutter {
    /// Cuts rows from a checkpoint on.
    pub(super) fn new(syntax: Syntax, encoding: Encoding, from: Checkpoint) -> Self {
        let rows = match syntax {
            Syntax::Csv(dialect) => Rows::Csv(Box::new(CsvRows::new(dialect, from.line))),
            Syntax::Json(shape) => Rows::Json(JsonRows::new(shape, from.row > 0, from.line)),
        };
        Self { buffer: TextBuffer::new(encoding, from.offset), rows, next: from.row, ended: false }
    }

    /// Takes the next slice of the file.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.push(bytes);
    }

    /// The file has no more slices.
    pub(super) fn finish(&mut self) {
        self.buffer.finish();
        self.ended = true;
    }

    /// Looks for the next row.
    ///
    /// # Errors
    /// Kind `corrupt` with the line of what cannot be a row, or no text.
    pub(super) fn step(&mut self) -> Result<Step> {
        let last = self.ended && !self.buffer.is_broken();
        let step = match &mut self.rows {
            Rows::Csv(rows) => rows.step(&mut self.buffer, last)?,
            Rows::Json(rows) => rows.step(&mut self.buffer, last)?,
        };
        match step {
            Step::NeedsData if self.buffer.is_broken() => Err(self.undecodable()),
            Step::Row => {
                self.next += 1;
                Ok(step)
            }
            _ => Ok(step),
        }
    }

    /// The row that was found.
    pub(super) fn row(&self) -> Row<'_> {
        match &self.rows {
            Rows::Csv(rows) => Row::Fields(rows.fields()),
            Rows::Json(rows) => Row::Json(rows.row()),
        }
    }

    /// Its first line.
    pub(super) fn row_line(&self) -> u64 {
        match &self.rows {
            Rows::Csv(rows) => rows.row_line(),
            Rows::Json(rows) => rows.row_line(),
        }
    }

    /// The number of the next row.
    pub(super) fn next_row(&self) -> u64 {
        self.next
    }

    /// How much text was used in all, in bytes of UTF-8: what tells cheaply that it is time for a checkpoint.
    pub(super) fn used(&self) -> u64 {
        self.buffer.used()
    }

    /// The place behind the row, from which the next ones can be cut.
    pub(super) fn place(&self) -> Checkpoint {
        let line = match &self.rows {
            Rows::Csv(rows) => rows.line(),
            Rows::Json(rows) => rows.line(),
        };
        Checkpoint { row: self.next, offset: self.buffer.offset(), line }
    }

    /// Takes the row that was found for a header: the next one is row 0.
    pub(super) fn pass_header(&mut self) {
        self.next = 0;
    }

    /// The keys of a JSON object that were passed over.
    pub(super) fn ignored_keys(&self) -> &[String] {
        match &self.rows {
            Rows::Csv(_) => &[],
            Rows::Json(rows) => rows.ignored_keys(),
        }
    }

    fn undecodable(&self) -> Error {
        let line = self.place().line + count_lines(self.buffer.rest());
        let message = match self.buffer.encoding() {
            Encoding::Utf8 => {
                "The file is not UTF-8 in this line. If it was written as Latin-1 or Windows-1252, set the encoding to \
                 windows-1252; else save it as UTF-8."
            }
            _ => "The file does not keep to its encoding in this line; save it as UTF-8.",
        };
        malformed(line, message)
    }
}

/// An error about what is in a line.
pub(super) fn malformed(line: u64, message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Corrupt, "read text file", message).with("line", line)
}

/// An error about the JSON of a row.
pub(super) fn bad_json(row: &str, row_line: u64, syntax: &super::json::Syntax) -> Error {
    let before = row.get(..syntax.offset).unwrap_or(row);
    let line = row_line + count_lines(before.as_bytes());
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let message =
        format!("This is no JSON: {} was expected at character {column} of the line.", syntax.expected);
    malformed(line, message)
}

pub(super) fn row_too_long(line: u64) -> Error {
    let message =
        "The row that begins here is longer than 64 MiB; a quote or bracket in it may not be closed.";
    Error::new(ErrorKind::Limit, "read text file", message).with("line", line)
}

pub(super) fn count_lines(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}
