//! Cuts CSV text that comes in slices into records (RFC 4180, as leniently as `csv-core` reads it).

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::{
    dialect::Dialect,
    encoding::TextBuffer,
    rows::{MAX_ROW_BYTES, Step, count_lines, malformed, row_too_long},
};
use crate::error::{Error, ErrorKind, Result};

/// The most fields that a row may have: a file of the wrong delimiter or a binary one is stopped early.
const MAX_FIELDS: usize = 1 << 16;

/// The records of a CSV file.
#[derive(Debug)]
pub(super) struct CsvRows {
    reader: Reader,
    /// The fields of the record, one behind the other.
    text: Vec<u8>,
    text_len: usize,
    /// Where each field ends in `text`.
    ends: Vec<usize>,
    num_fields: usize,
    /// Whether a record has begun and not ended.
    within: bool,
    row_line: u64,
}

/// The fields of one record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a> {
    text: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Fields<'a> {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A field without its quotes; empty beyond the last.
    pub(super) fn get(&self, index: usize) -> &'a [u8] {
        let Some(&end) = self.ends.get(index) else { return &[] };
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(start..end).unwrap_or_default()
    }

    /// All of them, in order.
    pub(super) fn iter(self) -> impl Iterator<Item = &'a [u8]> {
        let mut start = 0;
        self.ends
            .iter()
            .map(move |&end| self.text.get(std::mem::replace(&mut start, end)..end).unwrap_or_default())
    }
}

impl CsvRows {
    pub(super) fn new(dialect: Dialect, line: u64) -> Self {
        let mut reader = ReaderBuilder::new().delimiter(dialect.delimiter).quote(dialect.quote).build();
        reader.set_line(line);
        Self {
            reader,
            text: vec![0; 4096],
            text_len: 0,
            ends: vec![0; 64],
            num_fields: 0,
            within: false,
            row_line: line,
        }
    }

    /// The record that [`CsvRows::step`] found.
    pub(super) fn fields(&self) -> Fields<'_> {
        let ends = self.ends.get(..self.num_fields).unwrap_or_default();
        Fields { text: self.text.get(..self.text_len).unwrap_or_default(), ends }
    }

    /// Its first line.
    pub(super) fn row_line(&self) -> u64 {
        self.row_line
    }

    /// The line of the text that comes next.
    pub(super) fn line(&self) -> u64 {
        self.reader.line()
    }

    pub(super) fn step(&mut self, buffer: &mut TextBuffer, last: bool) -> Result<Step> {
        loop {
            if !self.within {
                self.skip_blank_lines(buffer);
                if buffer.rest().is_empty() {
                    return Ok(if last { Step::Finished } else { Step::NeedsData });
                }
                (self.text_len, self.num_fields, self.within) = (0, 0, true);
                self.row_line = self.reader.line();
            }
            let rest = buffer.rest();
            let at_end = rest.is_empty();
            if at_end && !last {
                return Ok(Step::NeedsData);
            }
            // A line end is no part of a last row that lacks it, and ends it unless a quote is open.
            let input = if at_end { b"\n" } else { rest };
            let (text, ends) = (self.text.get_mut(self.text_len..), self.ends.get_mut(self.num_fields..));
            let (result, used, text_len, num_ends) =
                self.reader.read_record(input, text.unwrap_or_default(), ends.unwrap_or_default());
            buffer.consume(used);
            self.text_len += text_len;
            self.num_fields += num_ends;
            match result {
                ReadRecordResult::InputEmpty if at_end => {
                    let message = "A quote that is opened in the row that begins here is never closed.";
                    return Err(malformed(self.row_line, message));
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.text.len() >= MAX_ROW_BYTES => {
                    return Err(row_too_long(self.row_line));
                }
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() >= MAX_FIELDS => {
                    return Err(too_many_fields(self.row_line));
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record | ReadRecordResult::End => {
                    self.within = false;
                    return Ok(Step::Row);
                }
            }
        }
    }

    /// The reader skips them too, but then nobody knows on which line a record begins.
    fn skip_blank_lines(&mut self, buffer: &mut TextBuffer) {
        let rest = buffer.rest();
        let len = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        let lines = count_lines(rest.get(..len).unwrap_or_default());
        self.reader.set_line(self.reader.line() + lines);
        buffer.consume(len);
    }
}

fn too_many_fields(line: u64) -> Error {
    let message = format!(
        "The row has more than {MAX_FIELDS} fields; look at the delimiter, or turn the table on its side."
    );
    Error::new(ErrorKind::Limit, "read text file", message).with("line", line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Encoding;

    /// The records of a text that comes in pieces, with their lines.
    fn records(text: &str, piece: usize) -> Result<Vec<(u64, Vec<String>)>> {
        let mut buffer = TextBuffer::new(Encoding::Utf8, 0);
        let mut rows = CsvRows::new(Dialect::default(), 1);
        let mut found = Vec::new();
        let mut pieces = text.as_bytes().chunks(piece);
        let mut last = false;
        loop {
            match rows.step(&mut buffer, last)? {
                Step::Finished => return Ok(found),
                Step::NeedsData => match pieces.next() {
                    Some(piece) => buffer.push(piece),
                    None => last = true,
                },
                Step::Row => {
                    let text = |field: &[u8]| String::from_utf8(field.to_vec()).unwrap();
                    let fields = rows.fields();
                    assert!(fields.iter().enumerate().all(|(index, field)| fields.get(index) == field));
                    found.push((rows.row_line(), fields.iter().map(text).collect()));
                }
            }
        }
    }

    fn row(line: u64, fields: &[&str]) -> (u64, Vec<String>) {
        (line, fields.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn records_and_lines_do_not_depend_on_slices() {
        let text = "a,b\r\n\"x\ny\",\"say \"\"hi\"\"\"\r\n\r\n1,\n\n,é";
        let expected =
            [row(1, &["a", "b"]), row(2, &["x\ny", "say \"hi\""]), row(5, &["1", ""]), row(7, &["", "é"])];
        for piece in 1..text.len() {
            assert_eq!(records(text, piece).unwrap(), expected, "in pieces of {piece}");
        }
    }

    #[test]
    fn an_open_quote_is_found_where_its_row_begins() {
        for text in ["a\n1\n\"x\n2\n3\n", "a\n1\n\"", "a\n1\n\"x"] {
            let error = records(text, 4).unwrap_err();
            assert_eq!((error.kind(), error.get("line")), (ErrorKind::Corrupt, Some("3")), "{text:?}");
        }
        assert_eq!(records("\"x\"", 9).unwrap(), [row(1, &["x"])]);
        assert_eq!(records("\"\"", 9).unwrap(), [row(1, &[""])]);
        assert_eq!(records("", 9).unwrap(), []);
    }

    #[test]
    fn long_and_wide_rows_are_whole() {
        let long = "x".repeat(100_000);
        assert_eq!(records(&format!("{long}\n{long}"), 999).unwrap()[1].1, [long]);
        let wide = ["1"; 10_000].join(",");
        assert_eq!(records(&wide, 999).unwrap()[0].1.len(), 10_000);
        assert_eq!(records(&",".repeat(MAX_FIELDS), 4096).unwrap_err().kind(), ErrorKind::Limit);
    }
}
