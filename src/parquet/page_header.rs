//! The header before each page: the struct `PageHeader` of the format's `parquet.thrift`, written in Thrift's compact
//! protocol (<https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>).
//!
//! The `parquet` crate reads headers too, but only together with their pages. This reader takes any bytes, tells a
//! header that is cut short from one that is none, and allocates nothing.

/// Types of the compact protocol. In a struct the two types of a bool are its values.
const STOP: u8 = 0;
const BOOL_TRUE: u8 = 1;
const BOOL_FALSE: u8 = 2;
const I8: u8 = 3;
const I16: u8 = 4;
const I32: u8 = 5;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;
const UUID: u8 = 13;

/// Values that are nested deeper than this are no page header; `parquet.thrift` nests three deep.
const MAX_DEPTH: u8 = 16;

/// What a header says of its page, as far as a walk needs it. All lengths are in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageHeader {
    /// The length of the header itself.
    pub(super) len: u64,
    /// The length of the page behind the header.
    pub(super) compressed_len: u64,
    /// The length of the page once it is decompressed.
    pub(super) uncompressed_len: u64,
    pub(super) page: PageType,
}

/// The kind of a page, with what its own header says. Encodings are numbers of `parquet.thrift`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageType {
    Data { num_values: u64, encoding: u64 },
    DataV2(DataPageV2),
    Dictionary { num_values: u64 },
    Index,
}

/// The own header of a data page of the second version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DataPageV2 {
    pub(super) num_values: u64,
    pub(super) num_nulls: u64,
    pub(super) num_rows: u64,
    pub(super) encoding: u64,
    pub(super) definition_levels_len: u64,
    pub(super) repetition_levels_len: u64,
}

/// Why there is no header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoHeader {
    /// The bytes end within it.
    CutShort,
    /// The bytes are no header, or one that no reader can trust.
    Unsound,
}

type Result<T> = std::result::Result<T, NoHeader>;

impl PageHeader {
    /// Reads the header that `bytes` begin with.
    pub(super) fn read(bytes: &[u8]) -> Result<Self> {
        let mut reader = CompactReader { bytes };
        let (mut data, mut dictionary, mut data_v2) = (None, None, None);
        let [page_type, uncompressed_len, compressed_len] = reader.i32_fields(0, |reader, id, kind| {
            match (id, kind) {
                (5, STRUCT) => data = Some(reader.i32_fields::<2>(1, skip_other)?),
                (7, STRUCT) => dictionary = Some(reader.i32_fields::<1>(1, skip_other)?),
                (8, STRUCT) => data_v2 = Some(reader.i32_fields::<6>(1, skip_other)?),
                _ => reader.skip(kind, 1)?,
            }
            Ok(())
        })?;
        let page = match (number(page_type)?, data, dictionary, data_v2) {
            (0, Some([num_values, encoding]), ..) => {
                PageType::Data { num_values: number(num_values)?, encoding: number(encoding)? }
            }
            (1, ..) => PageType::Index,
            (2, _, Some([num_values]), _) => PageType::Dictionary { num_values: number(num_values)? },
            (3, .., Some(own)) => PageType::DataV2(DataPageV2::new(own)?),
            _ => return Err(NoHeader::Unsound),
        };
        Ok(Self {
            len: (bytes.len() - reader.bytes.len()) as u64,
            compressed_len: number(compressed_len)?,
            uncompressed_len: number(uncompressed_len)?,
            page,
        })
    }

    /// The length of header and page together.
    pub(super) fn page_len(&self) -> u64 {
        self.len + self.compressed_len
    }
}

impl DataPageV2 {
    /// From the fields 1 to 6.
    fn new(fields: [Option<i32>; 6]) -> Result<Self> {
        let [num_values, num_nulls, num_rows, encoding, definition_levels_len, repetition_levels_len] =
            fields;
        Ok(Self {
            num_values: number(num_values)?,
            num_nulls: number(num_nulls)?,
            num_rows: number(num_rows)?,
            encoding: number(encoding)?,
            definition_levels_len: number(definition_levels_len)?,
            repetition_levels_len: number(repetition_levels_len)?,
        })
    }
}

/// A required field that is a count or a length.
fn number(field: Option<i32>) -> Result<u64> {
    field.and_then(|value| u64::try_from(value).ok()).ok_or(NoHeader::Unsound)
}

fn skip_other(reader: &mut CompactReader<'_>, _id: i64, kind: u8) -> Result<()> {
    reader.skip(kind, 2)
}

/// Reads values off the front of `bytes`.
struct CompactReader<'a> {
    bytes: &'a [u8],
}

impl CompactReader<'_> {
    /// Reads a struct and returns its `i32` fields with the ids 1 to `N`; `other` must read every other field.
    fn i32_fields<const N: usize>(
        &mut self,
        depth: u8,
        mut other: impl FnMut(&mut Self, i64, u8) -> Result<()>,
    ) -> Result<[Option<i32>; N]> {
        let mut fields = [None; N];
        self.fields(depth, |reader, id, kind| {
            let field = usize::try_from(id - 1).ok().and_then(|index| fields.get_mut(index));
            match field {
                Some(field) if kind == I32 => *field = Some(reader.i32()?),
                _ => other(reader, id, kind)?,
            }
            Ok(())
        })?;
        Ok(fields)
    }

    /// Reads a struct; `field` gets the id and type of each field and must read its value.
    fn fields(&mut self, depth: u8, mut field: impl FnMut(&mut Self, i64, u8) -> Result<()>) -> Result<()> {
        if depth > MAX_DEPTH {
            return Err(NoHeader::Unsound);
        }
        let mut id = 0;
        loop {
            let byte = self.byte()?;
            let (delta, kind) = (byte >> 4, byte & 0x0f);
            if kind == STOP {
                return Ok(());
            }
            id = if delta == 0 { i64::from(self.i16()?) } else { id + i64::from(delta) };
            field(self, id, kind)?;
        }
    }

    /// Passes over the value of a field.
    fn skip(&mut self, kind: u8, depth: u8) -> Result<()> {
        match kind {
            BOOL_TRUE | BOOL_FALSE => Ok(()),
            I8 => self.pass(1),
            I16 | I32 | I64 => self.varint().map(|_| ()),
            DOUBLE => self.pass(8),
            BINARY => self.varint().and_then(|len| self.pass(len)),
            LIST | SET => self.skip_list(depth),
            MAP => self.skip_map(depth),
            STRUCT => self.fields(depth, |reader, _, kind| reader.skip(kind, depth + 1)),
            UUID => self.pass(16),
            _ => Err(NoHeader::Unsound),
        }
    }

    fn skip_list(&mut self, depth: u8) -> Result<()> {
        let byte = self.byte()?;
        let len = if byte >> 4 == 15 { self.varint()? } else { u64::from(byte >> 4) };
        (0..len).try_for_each(|_| self.skip_element(byte & 0x0f, depth))
    }

    fn skip_map(&mut self, depth: u8) -> Result<()> {
        let len = self.varint()?;
        if len == 0 {
            return Ok(());
        }
        let kinds = self.byte()?;
        (0..len).try_for_each(|_| {
            self.skip_element(kinds >> 4, depth)?;
            self.skip_element(kinds & 0x0f, depth)
        })
    }

    /// Passes over an element of a list or map. Each is at least one byte long, even a bool: so no length that the
    /// bytes claim makes this loop for longer than they last.
    fn skip_element(&mut self, kind: u8, depth: u8) -> Result<()> {
        match kind {
            BOOL_TRUE | BOOL_FALSE => self.pass(1),
            _ if depth >= MAX_DEPTH => Err(NoHeader::Unsound),
            _ => self.skip(kind, depth + 1),
        }
    }

    fn i16(&mut self) -> Result<i16> {
        i16::try_from(self.zigzag()?).map_err(|_| NoHeader::Unsound)
    }

    fn i32(&mut self) -> Result<i32> {
        i32::try_from(self.zigzag()?).map_err(|_| NoHeader::Unsound)
    }

    fn zigzag(&mut self) -> Result<i64> {
        let value = self.varint()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn varint(&mut self) -> Result<u64> {
        let (value, rest) = varint(self.bytes)?;
        self.bytes = rest;
        Ok(value)
    }

    fn byte(&mut self) -> Result<u8> {
        let (first, rest) = self.bytes.split_first().ok_or(NoHeader::CutShort)?;
        self.bytes = rest;
        Ok(*first)
    }

    fn pass(&mut self, len: u64) -> Result<()> {
        let len = usize::try_from(len).map_err(|_| NoHeader::CutShort)?;
        self.bytes = self.bytes.get(len..).ok_or(NoHeader::CutShort)?;
        Ok(())
    }
}

/// An unsigned LEB128 number of at most 64 bits, and the bytes behind it. Thrift and the level encodings share it.
pub(super) fn varint(bytes: &[u8]) -> Result<(u64, &[u8])> {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok((value, bytes.get(index + 1..).unwrap_or_default()));
        }
    }
    Err(if bytes.len() < 10 { NoHeader::CutShort } else { NoHeader::Unsound })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::prefix::tests::handmade::{DATA, DATA_V2, DICTIONARY, INDEX, header},
        *,
    };

    #[test]
    fn each_type_of_page() {
        let page = |bytes: &[u8]| PageHeader::read(bytes).map(|header| header.page);
        assert_eq!(page(&header(DATA, 10, &[3, 0, 3, 3])), Ok(PageType::Data { num_values: 3, encoding: 0 }));
        assert_eq!(page(&header(INDEX, 10, &[])), Ok(PageType::Index));
        assert_eq!(page(&header(DICTIONARY, 10, &[3, 0])), Ok(PageType::Dictionary { num_values: 3 }));
        let second = DataPageV2 {
            num_values: 7,
            num_nulls: 1,
            num_rows: 5,
            encoding: 0,
            definition_levels_len: 4,
            repetition_levels_len: 2,
        };
        assert_eq!(page(&header(DATA_V2, 10, &[7, 1, 5, 0, 4, 2])), Ok(PageType::DataV2(second)));
        assert_eq!(page(&header(4, 10, &[])), Err(NoHeader::Unsound), "a type of tomorrow");
        let bytes = [header(DATA, 70_000, &[300_000, 0, 3, 3]), vec![0x15; 8]].concat();
        let header = PageHeader::read(&bytes).unwrap();
        assert_eq!(
            (header.len, header.page_len()),
            (bytes.len() as u64 - 8, bytes.len() as u64 - 8 + 70_000)
        );
    }

    #[test]
    fn what_is_missing_or_negative_is_unsound() {
        for bytes in [
            header(DATA, -1, &[3, 0, 3, 3]),
            header(DATA, 10, &[-3, 0, 3, 3]),
            header(DATA, 10, &[]),
            header(DICTIONARY, 10, &[]),
            header(DATA_V2, 10, &[7, 1, 5, 0, 4]),
            header(DATA_V2, 10, &[7, 1, -5, 0, 4, 2]),
            vec![0],
            b"PAR1".repeat(100),
            vec![0x1c; 100],
        ] {
            assert_eq!(PageHeader::read(&bytes), Err(NoHeader::Unsound), "{bytes:x?}");
        }
    }

    #[test]
    fn other_fields_of_any_type_are_passed_over() {
        let unknown: [&[u8]; 12] = [
            &[0x01],
            &[0x02],
            &[0x03, 9],
            &[0x04, 0x80, 0x01],
            &[0x06, 0xff, 0xff, 0x03],
            &[0x07, 1, 2, 3, 4, 5, 6, 7, 8],
            &[0x08, 3, b'a', b'b', b'c'],
            &[0x09, 0x21, 1, 2],
            &[0x0a, 0xf8, 0x02, 1, b'x', 0],
            &[0x0b, 0x02, 0x85, 1, b'k', 4, 0, 6],
            &[0x0c, 0x18, 1, b'x', 0x1c, 0, 0],
            &[0x0d, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        ];
        let known = header(DICTIONARY, 10, &[3, 0]);
        for field in unknown {
            // Field 40 by its full number, as no field of a header is.
            let bytes = [&known[..known.len() - 1], &field[..1], &[80], &field[1..], &[0]].concat();
            let header = PageHeader::read(&bytes);
            assert_eq!(header.map(|header| header.len), Ok(bytes.len() as u64), "{field:x?}");
            for len in 0..bytes.len() {
                assert_eq!(
                    PageHeader::read(&bytes[..len]),
                    Err(NoHeader::CutShort),
                    "{field:x?}, {len} bytes"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_header_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(header) = PageHeader::read(&bytes) {
                prop_assert!(header.len <= bytes.len() as u64);
            }
        }
    }
}
