//! Where the page headers of a file lie, and the numbers in them: Thrift's compact protocol, read without any care, for
//! files that are known to be valid.

use std::ops::Range;

use parquet::file::metadata::ParquetMetaData;

use crate::random::Random;

/// All page headers of a file.
pub(crate) struct PageHeaders(Vec<PageHeader>);

/// A page header.
pub(crate) struct PageHeader {
    pub(crate) range: Range<usize>,
    /// Its fields of type `i32`, and those of the structs in it.
    pub(crate) numbers: Vec<Number>,
}

/// A number in a page header.
pub(crate) struct Number {
    /// As `parquet.thrift` calls it.
    pub(crate) name: &'static str,
    pub(crate) value: i32,
    pub(crate) range: Range<usize>,
}

impl Number {
    /// Whether it is no size or count but says what bytes mean, or what they hash to.
    pub(crate) fn is_meaning(&self) -> bool {
        ["type", "crc", "encoding", "null count"].contains(&self.name)
    }
}

impl PageHeaders {
    pub(crate) fn find(file: &[u8], metadata: &ParquetMetaData) -> Self {
        let chunks = metadata.row_groups().iter().flat_map(|group| group.columns());
        let mut headers = Vec::new();
        for chunk in chunks {
            let (start, len) = chunk.byte_range();
            let (mut at, end) = (start as usize, (start + len) as usize);
            while at < end {
                let header = PageHeader::read(file, at);
                let page = header.numbers.iter().find(|number| number.name == "compressed_page_size");
                at = header.range.end + page.unwrap().value as usize;
                headers.push(header);
            }
        }
        Self(headers)
    }

    pub(crate) fn any(&self, random: &mut Random) -> Option<&PageHeader> {
        let len = self.0.len() as u64;
        (len > 0).then(|| &self.0[random.below(len) as usize])
    }
}

impl PageHeader {
    fn read(file: &[u8], start: usize) -> Self {
        let mut numbers = Vec::new();
        let end = fields(file, start, 0, &mut numbers);
        Self { range: start..end, numbers }
    }
}

/// Reads a struct, of the field `parent` of the header, and returns where it ends.
fn fields(file: &[u8], mut at: usize, parent: u8, numbers: &mut Vec<Number>) -> usize {
    let mut id = 0;
    loop {
        let (delta, kind) = (file[at] >> 4, file[at] & 0x0f);
        at += 1;
        if kind == 0 {
            return at;
        }
        assert_ne!(delta, 0, "no writer of a fixture spells field ids out");
        id += delta;
        match kind {
            1 | 2 => {}
            5 | 6 => {
                let (value, end) = zigzag(file, at);
                let name = name(parent, id);
                numbers.extend(name.map(|name| Number { name, value: value as i32, range: at..end }));
                at = end;
            }
            8 => {
                let (len, end) = leb128(file, at);
                at = end + len as usize;
            }
            12 => at = fields(file, at, id, numbers),
            other => panic!("a field of type {other} in a page header"),
        }
    }
}

/// What `parquet.thrift` calls the `i32` field `id` of the header, or of the struct that is its field `parent`.
fn name(parent: u8, id: u8) -> Option<&'static str> {
    match (parent, id) {
        (0, 1) => Some("type"),
        (0, 2) => Some("uncompressed_page_size"),
        (0, 3) => Some("compressed_page_size"),
        (0, 4) => Some("crc"),
        (5 | 7 | 8, 1) => Some("num_values"),
        (5 | 7, 2) | (8, 4) | (5, 3 | 4) => Some("encoding"),
        (8, 2) => Some("num_nulls"),
        (8, 3) => Some("num_rows"),
        (8, 5) => Some("definition_levels_byte_length"),
        (8, 6) => Some("repetition_levels_byte_length"),
        _ => None,
    }
}

fn leb128(file: &[u8], at: usize) -> (u64, usize) {
    let len = file[at..].iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
    let value = file[at..at + len].iter().rev().fold(0, |value, byte| value << 7 | u64::from(byte & 0x7f));
    (value, at + len)
}

fn zigzag(file: &[u8], at: usize) -> (i64, usize) {
    let (value, end) = leb128(file, at);
    ((value >> 1).cast_signed() ^ -(value & 1).cast_signed(), end)
}

/// A number as the compact protocol writes it.
pub(crate) fn varint(value: i32) -> Vec<u8> {
    let mut left = ((value << 1) ^ (value >> 31)).cast_unsigned();
    let mut bytes = Vec::new();
    while left > 0x7f {
        bytes.push((left & 0x7f) as u8 | 0x80);
        left >>= 7;
    }
    bytes.push(left as u8);
    bytes
}
