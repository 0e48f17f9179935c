//! Parquet files made page by page, with what no writer writes.

use std::sync::Arc;

use bytes::Bytes;
use parquet::{
    basic::Compression,
    file::metadata::{
        ColumnChunkMetaData, FileMetaData, ParquetMetaData, ParquetMetaDataWriter, RowGroupMetaData,
    },
    schema::{parser::parse_message_type, types::SchemaDescriptor},
};

/// The numbers of page types and encodings in `parquet.thrift`.
pub(in crate::parquet) const DATA: i32 = 0;
pub(in crate::parquet) const INDEX: i32 = 1;
pub(in crate::parquet) const DICTIONARY: i32 = 2;
pub(in crate::parquet) const DATA_V2: i32 = 3;
const PLAIN: i32 = 0;
const RLE: i32 = 3;

/// A page header: the type, both lengths, and the struct of the type's own fields.
pub(in crate::parquet) fn header(page_type: i32, len: i32, own: &[i32]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for field in [page_type, len, len] {
        bytes.push(0x15);
        zigzag(&mut bytes, field);
    }
    let id = [5, 6, 7, 8][usize::try_from(page_type).unwrap_or(0).min(3)];
    bytes.push((id - 3) << 4 | 0x0c);
    for field in own {
        bytes.push(0x15);
        zigzag(&mut bytes, *field);
    }
    bytes.extend([0, 0]);
    bytes
}

fn zigzag(bytes: &mut Vec<u8>, value: i32) {
    let mut value = ((value << 1) ^ (value >> 31)).cast_unsigned();
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// A page with its header.
fn page(page_type: i32, own: &[i32], body: &[u8]) -> Vec<u8> {
    [&header(page_type, body.len() as i32, own), body].concat()
}

/// A data page of a `required int32` column.
pub(in crate::parquet) fn flat(values: &[i32]) -> Vec<u8> {
    page(DATA, &[values.len() as i32, PLAIN, RLE, RLE], &plain(values))
}

/// A data page, version 2, of a `required int32` column.
pub(in crate::parquet) fn flat_v2(values: &[i32]) -> Vec<u8> {
    let len = values.len() as i32;
    page(DATA_V2, &[len, 0, len, PLAIN, 0, 0], &plain(values))
}

/// A data page of a `repeated int32` column, without empty lists. A level of 0 begins a row.
pub(in crate::parquet) fn repeated(values: &[(u8, i32)]) -> Vec<u8> {
    let body = [with_len(&levels(values)), with_len(&ones(values.len())), plain_of(values)].concat();
    page(DATA, &[values.len() as i32, PLAIN, RLE, RLE], &body)
}

/// The same, version 2.
pub(in crate::parquet) fn repeated_v2(values: &[(u8, i32)]) -> Vec<u8> {
    let (repetition, definition) = (levels(values), ones(values.len()));
    let rows = values.iter().filter(|(level, _)| *level == 0).count() as i32;
    let own = [values.len() as i32, 0, rows, PLAIN, definition.len() as i32, repetition.len() as i32];
    page(DATA_V2, &own, &[repetition, definition, plain_of(values)].concat())
}

/// An index page, which no writer writes and every reader must pass over.
pub(in crate::parquet) fn index() -> Vec<u8> {
    page(INDEX, &[], b"what an index page holds was never specified")
}

/// A dictionary page that nothing refers to.
pub(in crate::parquet) fn dictionary(values: &[i32]) -> Vec<u8> {
    page(DICTIONARY, &[values.len() as i32, PLAIN], &plain(values))
}

/// Repetition levels of one bit: a bit-packed run.
fn levels(values: &[(u8, i32)]) -> Vec<u8> {
    let groups = values.chunks(8);
    let mut bytes = vec![(groups.len() as u8) << 1 | 1];
    bytes.extend(
        groups.map(|group| group.iter().enumerate().fold(0, |byte, (bit, (level, _))| byte | level << bit)),
    );
    bytes
}

/// Definition levels of one bit that are all 1: a run of one repeated value.
fn ones(len: usize) -> Vec<u8> {
    let run = (len as u16) << 1;
    vec![(run & 0x7f) as u8 | 0x80, (run >> 7) as u8, 1]
}

fn with_len(levels: &[u8]) -> Vec<u8> {
    [&(levels.len() as u32).to_le_bytes(), levels].concat()
}

fn plain(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn plain_of(values: &[(u8, i32)]) -> Vec<u8> {
    values.iter().flat_map(|(_, value)| value.to_le_bytes()).collect()
}

/// A file of one column, whose chunk is made of these pages.
pub(in crate::parquet) fn file(column: &str, pages: &[Vec<u8>], num_rows: usize, num_values: usize) -> Bytes {
    let schema = parse_message_type(&format!("message m {{ {column} x; }}")).unwrap();
    let schema = Arc::new(SchemaDescriptor::new(Arc::new(schema)));
    let body = pages.concat();
    let chunk = ColumnChunkMetaData::builder(schema.column(0))
        .set_num_values(num_values as i64)
        .set_compression(Compression::UNCOMPRESSED)
        .set_data_page_offset(4)
        .set_total_compressed_size(body.len() as i64)
        .set_total_uncompressed_size(body.len() as i64)
        .build()
        .unwrap();
    let group = RowGroupMetaData::builder(Arc::clone(&schema))
        .set_num_rows(num_rows as i64)
        .set_total_byte_size(body.len() as i64)
        .set_column_metadata(vec![chunk])
        .build()
        .unwrap();
    let metadata =
        ParquetMetaData::new(FileMetaData::new(2, num_rows as i64, None, None, schema, None), vec![group]);
    let mut bytes = [b"PAR1", body.as_slice()].concat();
    let mut footer = Vec::new();
    ParquetMetaDataWriter::new(&mut footer, &metadata).finish().unwrap();
    bytes.extend(footer);
    Bytes::from(bytes)
}
