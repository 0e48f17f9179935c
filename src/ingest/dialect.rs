//! How the fields of a CSV file are written, and whether its first row names them: read off its first rows.

use serde::{Deserialize, Serialize};

use super::{
    Checkpoint, Encoding, Kind, TextOptions,
    rows::{Row, RowCutter, Step, Syntax},
};
use crate::error::{Error, ErrorKind, Result};

/// How fields are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dialect {
    /// What separates them.
    pub delimiter: u8,
    /// What they are quoted with.
    pub quote: u8,
    /// Whether the first row is one of names.
    pub header: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self { delimiter: b',', quote: b'"', header: true }
    }
}

/// What delimiters are tried, the likelier first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Rows that are looked at.
const MAX_SAMPLE_ROWS: usize = 100;

impl Dialect {
    /// The dialect of a file by its beginning in UTF-8, as far as the caller has not settled it. `whole`: that is all of
    /// the file.
    ///
    /// # Errors
    /// Kind `invalid` for a delimiter or quote that is no ASCII character.
    pub(super) fn sniff(head: &[u8], whole: bool, options: &TextOptions) -> Result<Self> {
        let quote = options.quote.map(ascii).transpose()?.unwrap_or(b'"');
        let candidates = match options.delimiter.map(ascii).transpose()? {
            Some(delimiter) => vec![delimiter],
            None => DELIMITERS.to_vec(),
        };
        let tried = candidates.into_iter().map(|delimiter| {
            let rows = sample(Self { delimiter, quote, header: false }, head, whole);
            (score(&rows), delimiter, rows)
        });
        // Of equal ones the first.
        let best = tried.reduce(|best, next| if next.0 > best.0 { next } else { best });
        let (_, delimiter, rows) = best.unwrap_or(((0, 0), b',', Vec::new()));
        let header = options.header.unwrap_or_else(|| is_header(&rows));
        Ok(Self { delimiter, quote, header })
    }
}

fn ascii(character: char) -> Result<u8> {
    u8::try_from(character).ok().filter(|byte| byte.is_ascii() && !matches!(byte, b'\n' | b'\r')).ok_or_else(
        || {
            let message = format!("A delimiter or quote is one ASCII character, which {character:?} is not.");
            Error::new(ErrorKind::Invalid, "read text file", message)
        },
    )
}

/// The first rows under a dialect. What cannot be a row ends them.
fn sample(dialect: Dialect, head: &[u8], whole: bool) -> Vec<Vec<Vec<u8>>> {
    let start = Checkpoint { row: 0, offset: 0, line: 1 };
    let mut cutter = RowCutter::new(Syntax::Csv(dialect), Encoding::Utf8, start);
    cutter.push(head);
    if whole {
        cutter.finish();
    }
    let mut rows = Vec::new();
    while rows.len() < MAX_SAMPLE_ROWS {
        let Ok(Step::Row) = cutter.step() else { break };
        if let Row::Fields(fields) = cutter.row() {
            rows.push(fields.iter().map(<[u8]>::to_vec).collect());
        }
    }
    rows
}

/// How well a delimiter fits: by how many rows have the most frequent number of fields (in percent), if that is more than
/// one, and then by that number.
fn score(rows: &[Vec<Vec<u8>>]) -> (usize, usize) {
    let mut lens: Vec<usize> = rows.iter().map(Vec::len).collect();
    lens.sort_unstable();
    let runs = lens.chunk_by(|a, b| a == b);
    let Some(most) = runs.max_by_key(|run| run.len()) else { return (0, 0) };
    let num_fields = most.first().copied().unwrap_or(0);
    if num_fields < 2 { (0, 0) } else { (most.len() * 100 / lens.len(), num_fields) }
}

/// Whether the first row names the columns. It does unless it looks like the rows below it: in each column in which those
/// are numbers, booleans or dates, so is it, and there is such a column. Years are names often enough: they count for
/// nothing.
fn is_header(rows: &[Vec<Vec<u8>>]) -> bool {
    let Some((first, below)) = rows.split_first() else { return true };
    let mut alike = false;
    for (index, name) in first.iter().enumerate() {
        let of_below = || below.iter().filter_map(|row| row.get(index)).filter(|field| !field.is_empty());
        let mut kinds = of_below().map(|field| Kind::of_field(field)).filter(|kind| *kind != Kind::NullWord);
        let Some(kind) = kinds.next() else { continue };
        let is_typed = |kind: Kind| !matches!(kind, Kind::Text | Kind::Code | Kind::BigInt);
        if !is_typed(kind) || !kinds.all(is_typed) || name.is_empty() {
            continue;
        }
        if !is_typed(Kind::of_field(name)) {
            return true;
        }
        alike |= !is_year(name);
    }
    !alike
}

fn is_year(field: &[u8]) -> bool {
    matches!(field, [b'1' | b'2', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniff(text: &str) -> (char, bool) {
        let dialect = Dialect::sniff(text.as_bytes(), true, &TextOptions::default()).unwrap();
        (char::from(dialect.delimiter), dialect.header)
    }

    #[test]
    fn delimiters() {
        assert_eq!(sniff("a,b\n1,2\n").0, ',');
        assert_eq!(sniff("a\tb\n\"1,5\"\t2\n").0, '\t');
        assert_eq!(sniff("a;b\n1,5;2,5\n1,7;3,5\n").0, ';');
        assert_eq!(sniff("a|b|c\n1|2|3\n").0, '|');
        assert_eq!(sniff("text\nhello, world\nhow are you\n").0, ',');
        assert_eq!(sniff("a,b\n\"x;y;z\",1\n\"x;y;z\",2\n").0, ',');
        assert_eq!(sniff("").0, ',');
    }

    #[test]
    fn headers() {
        assert!(sniff("a,b\n1,2\n").1);
        assert!(sniff("a,b\nx,y\n").1, "text above text is a header");
        assert!(!sniff("1,2\n3,4\n").1);
        assert!(!sniff("ann,1.5\nbob,2\n").1);
        assert!(sniff("name,2019,2020\nann,1,2\nbob,3,4\n").1, "years are names");
        assert!(sniff(",a\n0,x\n1,y\n").1, "pandas leaves its index without a name");
        assert!(sniff("a,b\n").1);
    }

    #[test]
    fn only_ascii_delimits() {
        let options = TextOptions { delimiter: Some('é'), ..TextOptions::default() };
        assert_eq!(Dialect::sniff(b"", true, &options).unwrap_err().kind(), ErrorKind::Invalid);
        let options = TextOptions { delimiter: Some(':'), header: Some(false), ..TextOptions::default() };
        let dialect = Dialect::sniff(b"a:b\n", true, &options).unwrap();
        assert_eq!(dialect, Dialect { delimiter: b':', quote: b'"', header: false });
    }
}
