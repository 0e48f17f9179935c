//! Cuts JSON text that comes in slices into its rows: the lines of a JSON Lines file, the items of an array, or those of
//! the list of objects in an object. Holds one row at most; what lies beside the list is passed over.

use crate::{
    error::{Error, ErrorKind, Result},
    ingest::{
        encoding::TextBuffer,
        rows::{MAX_ROW_BYTES, Step, count_lines, malformed, row_too_long},
    },
};

/// Where the rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ingest) enum Shape {
    /// One a line.
    Lines,
    /// The items of the array that is the file; or of a list in the object that is the file: under this key, or the
    /// only list of objects.
    Document {
        /// The key, if the caller named it.
        key: Option<String>,
    },
}

/// The rows of a JSON file.
#[derive(Debug)]
pub(in crate::ingest) struct JsonRows {
    shape: Shape,
    place: Place,
    /// The key under which rows were found.
    found: Option<String>,
    /// The other keys of the object, the first few of them.
    ignored: Vec<String>,
    /// The line of the next character.
    line: u64,
    row: String,
    row_line: u64,
}

/// How many keys a finding names.
const MAX_IGNORED: usize = 20;

/// How far in the document we are.
#[derive(Debug)]
enum Place {
    /// Before its array or object.
    Start,
    /// In the object, before a member or its end.
    Members,
    /// In the object, before the value of this key.
    Value(String),
    /// In the object, in a value that is passed over.
    Beside(Nesting),
    /// In the list of rows, before an item or its end. `separated`: whether an item may come without a comma.
    Items { separated: bool },
    /// In an item, of which so many bytes were looked at.
    Item(Nesting, usize),
    /// Behind everything.
    End,
}

/// The state of the search for the end of a value.
#[derive(Debug, Default)]
struct Nesting {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Nesting {
    /// Where the value ends in `text`, which goes on with it.
    fn end(&mut self, text: &[u8]) -> Option<usize> {
        for (at, byte) in text.iter().enumerate() {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' | b',' if self.depth == 0 => return Some(at),
                b'}' | b']' => self.depth -= 1,
                _ => {}
            }
        }
        None
    }
}

impl JsonRows {
    /// Rows from the beginning of a file, or (`within`) from behind one of its rows.
    pub(in crate::ingest) fn new(shape: Shape, within: bool, line: u64) -> Self {
        let place = if within { Place::Items { separated: false } } else { Place::Start };
        Self { shape, place, found: None, ignored: Vec::new(), line, row: String::new(), row_line: line }
    }

    /// The row that [`JsonRows::step`] found.
    pub(in crate::ingest) fn row(&self) -> &str {
        &self.row
    }

    /// Its first line.
    pub(in crate::ingest) fn row_line(&self) -> u64 {
        self.row_line
    }

    /// The line of the text that comes next.
    pub(in crate::ingest) fn line(&self) -> u64 {
        self.line
    }

    /// The keys whose values were passed over.
    pub(in crate::ingest) fn ignored_keys(&self) -> &[String] {
        &self.ignored
    }

    pub(in crate::ingest) fn step(&mut self, buffer: &mut TextBuffer, last: bool) -> Result<Step> {
        if self.shape == Shape::Lines {
            return self.step_line(buffer, last);
        }
        loop {
            if !matches!(self.place, Place::Beside(_) | Place::Item(..)) {
                self.skip_space(buffer);
            }
            let before = (buffer.rest().len(), std::mem::discriminant(&self.place));
            if last && before.0 == 0 && matches!(self.place, Place::End) {
                return Ok(Step::Finished);
            }
            if let Some(step) = self.advance(buffer)? {
                return Ok(step);
            }
            let after = (buffer.rest().len(), std::mem::discriminant(&self.place));
            if before == after {
                return if last { Err(self.cut_short()) } else { Ok(Step::NeedsData) };
            }
        }
    }

    fn step_line(&mut self, buffer: &mut TextBuffer, last: bool) -> Result<Step> {
        self.skip_space(buffer);
        let rest = buffer.rest();
        let end = match memchr::memchr(b'\n', rest) {
            Some(end) => end,
            None if !last && rest.len() > MAX_ROW_BYTES => return Err(row_too_long(self.line)),
            None if !last => return Ok(Step::NeedsData),
            None if rest.is_empty() => return Ok(Step::Finished),
            None => rest.len(),
        };
        self.take_row(buffer, end);
        Ok(Step::Row)
    }

    /// Takes one step in a document, as far as its text goes; nothing changes when that is not far enough.
    fn advance(&mut self, buffer: &mut TextBuffer) -> Result<Option<Step>> {
        let rest = buffer.rest();
        let next = rest.first().copied();
        match (&mut self.place, next) {
            (Place::Item(nesting, seen), _) => {
                let found = nesting.end(rest.get(*seen..).unwrap_or_default());
                let Some(end) = found.map(|end| *seen + end) else {
                    *seen = rest.len();
                    return if rest.len() > MAX_ROW_BYTES { Err(row_too_long(self.line)) } else { Ok(None) };
                };
                self.place = Place::Items { separated: false };
                self.take_row(buffer, end);
                return Ok(Some(Step::Row));
            }
            (Place::Beside(nesting), _) => {
                let end = nesting.end(rest);
                let len = end.unwrap_or(rest.len());
                if end.is_some() {
                    self.place = Place::Members;
                }
                self.consume(buffer, len);
            }
            (Place::End, Some(_)) => {
                return Err(malformed(
                    self.line,
                    "There is more text behind the end of the JSON document. If the file has a document on each line, set the format to jsonlines.",
                ));
            }
            (_, None) => {}
            (Place::Start, Some(byte)) => {
                self.place = match byte {
                    b'[' => Place::Items { separated: true },
                    b'{' => Place::Members,
                    _ => {
                        return Err(malformed(
                            self.line,
                            "A JSON file begins with [ or {; this one does not.",
                        ));
                    }
                };
                self.consume(buffer, 1);
            }
            (Place::Members, Some(b'}')) => {
                self.consume(buffer, 1);
                self.place = Place::End;
                if self.found.is_none() {
                    return Err(self.no_rows());
                }
            }
            (Place::Members, Some(b',')) => self.consume(buffer, 1),
            (Place::Members, Some(_)) => self.take_key(buffer)?,
            (Place::Value(_), Some(_)) => self.begin_value(buffer)?,
            (Place::Items { .. }, Some(b']')) => {
                self.consume(buffer, 1);
                self.place = if self.found.is_some() { Place::Members } else { Place::End };
            }
            (Place::Items { separated: false }, Some(b',')) => {
                self.place = Place::Items { separated: true };
                self.consume(buffer, 1);
            }
            (Place::Items { separated: true }, Some(_)) => self.place = Place::Item(Nesting::default(), 0),
            (Place::Items { separated: false }, Some(_)) => {
                return Err(malformed(self.line, "A comma or ] was expected behind a row."));
            }
        }
        Ok(None)
    }

    /// Takes `"key":`, once it is there whole.
    fn take_key(&mut self, buffer: &mut TextBuffer) -> Result<()> {
        let rest = buffer.rest();
        let mut stream = serde_json::Deserializer::from_slice(rest).into_iter::<String>();
        let key = match stream.next() {
            Some(Ok(key)) => key,
            Some(Err(error)) if error.is_eof() => return Ok(()),
            _ => return Err(malformed(self.line, "A key in double quotes was expected.")),
        };
        let behind = rest.get(stream.byte_offset()..).unwrap_or_default();
        match behind.trim_ascii_start() {
            [] => return Ok(()),
            [b':', value @ ..] => {
                let len = rest.len() - value.len();
                self.consume(buffer, len);
            }
            _ => return Err(malformed(self.line, "A colon was expected behind a key.")),
        }
        self.place = Place::Value(key);
        Ok(())
    }

    /// Decides whether a value is the list of rows, once its first two characters are there.
    fn begin_value(&mut self, buffer: &mut TextBuffer) -> Result<()> {
        let Place::Value(key) = &self.place else { return Ok(()) };
        let Shape::Document { key: wanted } = &self.shape else { return Ok(()) };
        let rest = buffer.rest();
        let is_list = rest.first() == Some(&b'[');
        let first = rest.get(1..).unwrap_or_default().trim_ascii_start().first().copied();
        if is_list && first.is_none() {
            return Ok(());
        }
        let has_rows = match wanted {
            Some(wanted) if wanted == key && !is_list => {
                return Err(malformed(self.line, format!("The value of {key:?} is no list of rows.")));
            }
            Some(wanted) => wanted == key,
            None => is_list && first == Some(b'{'),
        };
        let key = key.clone();
        if !has_rows {
            if self.ignored.len() < MAX_IGNORED {
                self.ignored.push(key);
            }
            self.place = Place::Beside(Nesting::default());
            return Ok(());
        }
        if let Some(found) = &self.found {
            let message = format!(
                "The file has several lists of rows, {found:?} and {key:?} among them; name one as `rows`."
            );
            return Err(malformed(self.line, message));
        }
        self.found = Some(key);
        self.place = Place::Items { separated: true };
        self.consume(buffer, 1);
        Ok(())
    }

    fn take_row(&mut self, buffer: &mut TextBuffer, end: usize) {
        self.row.clear();
        let text = buffer.rest().get(..end).unwrap_or_default().trim_ascii_end();
        // The buffer holds decoded text, and cuts at ASCII characters keep it whole.
        self.row.push_str(std::str::from_utf8(text).unwrap_or_default());
        self.row_line = self.line;
        self.consume(buffer, end);
    }

    fn skip_space(&mut self, buffer: &mut TextBuffer) {
        let rest = buffer.rest();
        let len = rest.len() - rest.trim_ascii_start().len();
        self.consume(buffer, len);
    }

    fn consume(&mut self, buffer: &mut TextBuffer, len: usize) {
        self.line += count_lines(buffer.rest().get(..len).unwrap_or_default());
        buffer.consume(len);
    }

    fn cut_short(&self) -> Error {
        let message = match self.place {
            Place::Start => "The file is empty.",
            Place::Item(..) => {
                "The file ends inside the row that begins here; it was cut short, or a bracket or quote is not closed."
            }
            _ => "The file ends before its JSON does; it was cut short.",
        };
        malformed(self.line, message)
    }

    fn no_rows(&self) -> Error {
        let Shape::Document { key: Some(key) } = &self.shape else {
            let message = "The file is one JSON object without a list of objects in it. A table is a list of objects, a list under one key of an object, or an object on each line.";
            return Error::new(ErrorKind::Unsupported, "read text file", message);
        };
        let message = format!("The JSON object has no key {key:?}. It has {}.", self.ignored.join(", "));
        Error::new(ErrorKind::Invalid, "read text file", message)
    }
}
