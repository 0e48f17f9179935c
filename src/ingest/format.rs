//! Which format a file is in, by its content: names lie, and a dropped file may have none.

use serde::{Deserialize, Serialize};

use super::json::Parser;
use crate::error::{Error, ErrorKind, Result};

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Apache Parquet.
    Parquet,
    /// An Arrow IPC file or stream.
    Arrow,
    /// Fields between delimiters, tabs among them.
    Csv,
    /// A JSON array of objects, or an object that holds one.
    Json,
    /// A JSON object on each line.
    JsonLines,
}

/// Beginnings of files that hold no table, and what to say of them.
const REFUSED: [(&[u8], &str); 8] = [
    (b"\x1f\x8b", "gzip data; decompress it first"),
    (b"PK\x03\x04", "a ZIP archive or an office document; unpack it, or save the sheet as CSV"),
    (b"\x28\xb5\x2f\xfd", "zstandard data; decompress it first"),
    (b"BZh", "bzip2 data; decompress it first"),
    (b"\xfd7zXZ\0", "xz data; decompress it first"),
    (b"\xd0\xcf\x11\xe0", "an old office document; save the sheet as CSV"),
    (b"SQLite format 3\0", "an SQLite database; export its tables as CSV"),
    (b"\x89PNG", "an image"),
];

/// The format of a file by its first bytes: Parquet and Arrow by their magic, JSON by its first character, and CSV else.
///
/// # Errors
/// Kind `unsupported` for what is known to be something else, and for bytes that are no text.
pub fn sniff_format(head: &[u8]) -> Result<Format> {
    if head.starts_with(b"PAR1") {
        return Ok(Format::Parquet);
    }
    if head.starts_with(b"ARROW1") || is_arrow_stream(head) {
        return Ok(Format::Arrow);
    }
    if let Some((_, what)) = REFUSED.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(unsupported(format!("The file is {what}.")));
    }
    match super::Encoding::of_mark(head) {
        // What is behind the mark is looked at again once it is decoded.
        Some((_, len)) => Ok(sniff_text(head.get(len..).unwrap_or_default())),
        None if head.contains(&0) => {
            let message = "The file is no text: it holds NUL bytes. Hubframe reads CSV, TSV, JSON, JSON Lines, Arrow and \
                           Parquet; UTF-16 needs a byte order mark.";
            Err(unsupported(message.into()))
        }
        None => Ok(sniff_text(head)),
    }
}

/// The format of text in UTF-8.
pub(super) fn sniff_text(head: &[u8]) -> Format {
    let text = head.trim_ascii_start();
    match text.first() {
        Some(b'[') => Format::Json,
        Some(b'{') if is_whole_file_object(text) => Format::Json,
        Some(b'{') => Format::JsonLines,
        _ => Format::Csv,
    }
}

/// Whether text that begins with an object is that object, and no line of many: its first line does not end it, or it
/// holds a list of objects and nothing comes after it.
fn is_whole_file_object(text: &[u8]) -> bool {
    let (line, rest) = match memchr::memchr(b'\n', text) {
        Some(at) => text.split_at(at),
        None => (text, &[][..]),
    };
    let known = std::str::from_utf8(line).unwrap_or_else(|error| {
        let valid = line.get(..error.valid_up_to()).unwrap_or_default();
        std::str::from_utf8(valid).unwrap_or_default()
    });
    let mut parser = Parser::new(known);
    let complete = parser.skip().is_ok();
    if complete && !rest.trim_ascii().is_empty() {
        return false;
    }
    if !complete && !rest.is_empty() {
        return true;
    }
    holds_rows(known)
}

/// Whether a value of the object, as far as it is there, is a list that begins with an object.
fn holds_rows(object: &str) -> bool {
    let mut parser = Parser::new(object);
    let mut search = || {
        parser.value()?;
        while parser.next_key()?.is_some() {
            if parser.peeks_list_of_objects() {
                return Ok(true);
            }
            parser.skip()?;
        }
        Ok::<_, super::json::Syntax>(false)
    };
    search().unwrap_or(false)
}

/// An IPC stream begins with a continuation mark and the length of a schema message
/// (<https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format>).
fn is_arrow_stream(head: &[u8]) -> bool {
    matches!(head, [0xff, 0xff, 0xff, 0xff, _, _, _, 0, ..])
}

fn unsupported(message: String) -> Error {
    Error::new(ErrorKind::Unsupported, "recognise file", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        for (head, format) in [
            (&b"PAR1\x15\x04"[..], Format::Parquet),
            (b"ARROW1\0\0", Format::Arrow),
            (b"\xff\xff\xff\xff\x10\x01\0\0", Format::Arrow),
            (b"a,b\n1,2\n", Format::Csv),
            (b"", Format::Csv),
            (b"  [1,\n", Format::Json),
            (b"{\"a\": 1}\n{\"a\": 2}\n", Format::JsonLines),
            (b"{\"a\": 1}\n", Format::JsonLines),
            (b"{\"a\": [{\"b\": 1}]}\n{\"a\": []}\n", Format::JsonLines),
            (b"{\"a\": 1", Format::JsonLines),
            (b"{\n  \"a\": 1\n", Format::Json),
            (b"{\"data\": [{\"a\": 1}, {\"a\": 2}]}", Format::Json),
            (b"{\"type\": \"x\", \"data\": [ {\"a\": 1}, {\"a\"", Format::Json),
            (b"\xef\xbb\xbf[{}]", Format::Json),
            (b"\xff\xfea\0,\0", Format::Csv),
        ] {
            assert_eq!(sniff_format(head).unwrap(), format, "{:?}", String::from_utf8_lossy(head));
        }
        assert!(sniff_format(b"\x1f\x8b\x08").unwrap_err().message().contains("decompress"));
        assert_eq!(sniff_format(b"a\0b").unwrap_err().kind(), ErrorKind::Unsupported);
    }
}
