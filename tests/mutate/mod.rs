//! Valid files, damaged by seed.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test uses its part")]

mod page_headers;

use std::ops::Range;

use bytes::Bytes;
use parquet::file::{
    metadata::{
        ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader, ParquetMetaDataWriter,
    },
    writer::TrackedWrite,
};

use self::page_headers::PageHeaders;
use super::random::Random;

/// What the damage is to, and so what a read may make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Damage {
    /// Bits that carry no checksum: values, names, types, statistics, and whatever random bits hit.
    Bits,
    /// Sizes, counts and places.
    Structure,
}

/// A damaged file.
pub(crate) struct Mutation {
    /// What was done, in words.
    pub(crate) what: String,
    pub(crate) damage: Damage,
    pub(crate) bytes: Bytes,
}

/// A valid file, and where its parts lie.
pub(crate) struct Valid {
    pub(crate) bytes: Bytes,
    metadata: ParquetMetaData,
    footer: Range<usize>,
    headers: PageHeaders,
}

impl Valid {
    pub(crate) fn new(bytes: Bytes) -> Self {
        let mut reader = ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Skip);
        reader.try_parse(&bytes).unwrap();
        let metadata = reader.finish().unwrap();
        let len = <[u8; 4]>::try_from(&bytes[bytes.len() - 8..bytes.len() - 4]).unwrap();
        let footer = bytes.len() - 8 - u32::from_le_bytes(len) as usize..bytes.len();
        let headers = PageHeaders::find(&bytes, &metadata);
        Self { bytes, metadata, footer, headers }
    }

    /// The file with some damage.
    pub(crate) fn mutate(&self, random: &mut Random) -> Mutation {
        match random.below(12) {
            0 | 1 => self.flip(random, 4..self.footer.start, "the pages"),
            2 => self.flip(random, self.footer.clone(), "the footer"),
            3 => self.flip_in_headers(random),
            4 => self.truncate(random),
            5 => self.cut_out(random),
            6 => self.overwrite(random),
            7..=9 => self.lie_in_footer(random),
            _ => self.lie_in_page_header(random),
        }
    }

    /// Up to eight flipped bits.
    fn flip(&self, random: &mut Random, range: Range<usize>, part: &str) -> Mutation {
        let mut bytes = self.bytes.to_vec();
        let mut flipped = Vec::new();
        for _ in 0..1 + random.below(8) {
            let at = range.start + random.below(range.len() as u64) as usize;
            let bit = random.below(8);
            bytes[at] ^= 1 << bit;
            flipped.push((at, bit));
        }
        Mutation {
            what: format!("bits {flipped:?} flipped in {part}"),
            damage: Damage::Bits,
            bytes: bytes.into(),
        }
    }

    fn flip_in_headers(&self, random: &mut Random) -> Mutation {
        let Some(header) = self.headers.any(random) else { return self.truncate(random) };
        self.flip(random, header.range.clone(), "a page header")
    }

    fn truncate(&self, random: &mut Random) -> Mutation {
        let len = random.below(self.bytes.len() as u64) as usize;
        Mutation { what: format!("cut at {len}"), damage: Damage::Structure, bytes: self.bytes.slice(..len) }
    }

    /// Some bytes left out, so that all behind them lie elsewhere.
    fn cut_out(&self, random: &mut Random) -> Mutation {
        let start = random.below(self.footer.start as u64) as usize;
        let end = (start + 1 + random.below(64) as usize).min(self.footer.start);
        let bytes = [&self.bytes[..start], &self.bytes[end..]].concat();
        Mutation { what: format!("{start}..{end} left out"), damage: Damage::Bits, bytes: bytes.into() }
    }

    /// A block of zeros, of ones, or of noise.
    fn overwrite(&self, random: &mut Random) -> Mutation {
        let start = random.below(self.bytes.len() as u64) as usize;
        let end = (start + 1 + random.below(100) as usize).min(self.bytes.len());
        let fill = random.below(3);
        let mut bytes = self.bytes.to_vec();
        for byte in &mut bytes[start..end] {
            *byte = [0, 0xff, random.below(256) as u8][fill as usize];
        }
        Mutation { what: format!("{start}..{end} overwritten"), damage: Damage::Bits, bytes: bytes.into() }
    }

    /// A size, count or place in the footer that is another number.
    fn lie_in_footer(&self, random: &mut Random) -> Mutation {
        let mut builder = self.metadata.clone().into_builder();
        let mut groups = builder.take_row_groups();
        let Some(group) = pick(random, groups.len()) else { return self.truncate(random) };
        let columns = groups[group].columns().to_vec();
        let field = random.below(12);
        let chunk = pick(random, columns.len()).unwrap_or(0);
        let (what, damage);
        if field < 2 || columns.is_empty() {
            let num_rows = lie(random, groups[group].num_rows());
            what = format!("row group {group} has {num_rows} rows");
            damage = Damage::Structure;
            groups[group] = groups[group].clone().into_builder().set_num_rows(num_rows).build().unwrap();
        } else {
            let (column, lied) = lie_of_chunk(random, &columns[chunk], field - 2);
            // Statistics in a column index cannot be held against anything.
            damage = if lied.starts_with("column_index") { Damage::Bits } else { Damage::Structure };
            what = format!("row group {group}, leaf column {chunk}: {lied}");
            let mut columns = columns;
            columns[chunk] = column;
            let builder = groups[group].clone().into_builder();
            groups[group] = builder.set_column_metadata(columns).build().unwrap();
        }
        let metadata = builder.set_row_groups(groups).build();
        Mutation { what, damage, bytes: self.with_footer(&self.bytes[..self.footer.start], &metadata) }
    }

    /// A size or count in a page header that is another number. All that lies behind moves when it is longer.
    fn lie_in_page_header(&self, random: &mut Random) -> Mutation {
        let Some(header) = self.headers.any(random) else { return self.truncate(random) };
        let field = &header.numbers[random.below(header.numbers.len() as u64) as usize];
        let value = lie(random, i64::from(field.value)) as i32;
        let number = page_headers::varint(value);
        let grown = number.len() as i64 - field.range.len() as i64;
        let data =
            [&self.bytes[..field.range.start], &number, &self.bytes[field.range.end..self.footer.start]]
                .concat();
        let metadata = moved(&self.metadata, field.range.start as i64, grown);
        Mutation {
            what: format!(
                "page header at {}: {} is {value} instead of {}",
                header.range.start, field.name, field.value
            ),
            damage: if field.is_meaning() { Damage::Bits } else { Damage::Structure },
            bytes: self.with_footer(&data, &metadata),
        }
    }

    fn with_footer(&self, data: &[u8], metadata: &ParquetMetaData) -> Bytes {
        let mut bytes = data.to_vec();
        let mut footer = Vec::new();
        ParquetMetaDataWriter::new_with_tracked(TrackedWrite::new(&mut footer), metadata).finish().unwrap();
        bytes.extend(footer);
        bytes.into()
    }
}

fn pick(random: &mut Random, len: usize) -> Option<usize> {
    (len > 0).then(|| random.below(len as u64) as usize)
}

/// Another number than `truth`: nearly it, a border, or anything.
fn lie(random: &mut Random, truth: i64) -> i64 {
    let around = [truth + 1, truth - 1, truth * 2, truth / 2, truth + 7, truth - 100, -truth];
    let borders = [0, 1, -1, i64::from(i32::MAX), i64::from(i32::MIN), 1 << 40, 1 << 60, -1 << 60, 1 << 20];
    let lie = match random.below(3) {
        0 => random.pick(&around),
        1 => random.pick(&borders),
        _ => random.below(100_000) as i64,
    };
    if lie == truth { truth + 3 } else { lie }
}

fn lie_of_chunk(
    random: &mut Random,
    chunk: &ColumnChunkMetaData,
    field: u64,
) -> (ColumnChunkMetaData, String) {
    let builder = chunk.clone().into_builder();
    let mut number = |truth: i64| lie(random, truth);
    let (builder, name, value) = match field {
        0 | 1 => {
            let value = number(chunk.num_values());
            (builder.set_num_values(value), "num_values", value)
        }
        2 => {
            let value = number(chunk.compressed_size());
            (builder.set_total_compressed_size(value), "total_compressed_size", value)
        }
        3 => {
            let value = number(chunk.uncompressed_size());
            (builder.set_total_uncompressed_size(value), "total_uncompressed_size", value)
        }
        4 => {
            let value = number(chunk.data_page_offset());
            (builder.set_data_page_offset(value), "data_page_offset", value)
        }
        5 => {
            let value = number(chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset()));
            (builder.set_dictionary_page_offset(Some(value)), "dictionary_page_offset", value)
        }
        6 => (builder.set_dictionary_page_offset(None), "no dictionary_page_offset", 0),
        7 => {
            let value = number(chunk.offset_index_offset().unwrap_or(100));
            (builder.set_offset_index_offset(Some(value)), "offset_index_offset", value)
        }
        8 => {
            let value = number(chunk.bloom_filter_offset().unwrap_or(100));
            (builder.set_bloom_filter_offset(Some(value)), "bloom_filter_offset", value)
        }
        _ => {
            let value = number(chunk.column_index_offset().unwrap_or(100));
            (builder.set_column_index_offset(Some(value)), "column_index_offset", value)
        }
    };
    (builder.build().unwrap(), format!("{name} is {value}"))
}

/// The metadata when everything behind `at` lies `by` bytes further. Indexes are left out: they name places themselves.
fn moved(metadata: &ParquetMetaData, at: i64, by: i64) -> ParquetMetaData {
    let mut builder = metadata.clone().into_builder();
    let groups = builder.take_row_groups().into_iter().map(|group| {
        let columns = group.columns().iter().map(|chunk| {
            let moved = |offset: i64| if offset > at { offset + by } else { offset };
            let (start, len) = chunk.byte_range();
            let holds = (start..start + len).contains(&(at as u64));
            let len = chunk.compressed_size() + if holds { by } else { 0 };
            let dictionary = chunk.dictionary_page_offset().map(moved);
            let builder = chunk.clone().into_builder().set_total_compressed_size(len);
            let builder = builder.set_data_page_offset(moved(chunk.data_page_offset()));
            let builder = builder.set_dictionary_page_offset(dictionary);
            let builder = builder.set_offset_index_offset(None).set_offset_index_length(None);
            let builder = builder.set_column_index_offset(None).set_column_index_length(None);
            builder.set_bloom_filter_offset(None).set_bloom_filter_length(None).build().unwrap()
        });
        let columns = columns.collect();
        group.clone().into_builder().set_column_metadata(columns).build().unwrap()
    });
    let groups = groups.collect();
    builder.set_row_groups(groups).build()
}
