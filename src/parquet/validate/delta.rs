//! The lengths of byte arrays that are delta-encoded
//! (<https://parquet.apache.org/docs/file-format/data-pages/encodings/>).
//!
//! The decoder allocates as many lengths as the page says there are, and takes negative ones for huge ones. So pages of
//! these two encodings, which few writers use, are decompressed and their lengths walked before it gets them.

use bytes::Bytes;
use parquet::file::metadata::ColumnChunkMetaData;

use crate::parquet::{
    lone_page::{lone_page, sections},
    page_header::{DataPageV2, PageHeader, PageType, varint},
};

/// The numbers of the encodings in `parquet.thrift`.
const DELTA_LENGTH_BYTE_ARRAY: u64 = 6;
const DELTA_BYTE_ARRAY: u64 = 7;

/// Whether a page, header included, holds delta-encoded byte arrays whose lengths are not sound.
pub(super) fn is_unsound(column: &ColumnChunkMetaData, header: &PageHeader, page: &Bytes) -> bool {
    let (encoding, num_values) = match header.page {
        PageType::Data { encoding, num_values }
        | PageType::DataV2(DataPageV2 { encoding, num_values, .. }) => (encoding, num_values),
        PageType::Dictionary { .. } | PageType::Index => return false,
    };
    if ![DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY].contains(&encoding) {
        return false;
    }
    let sound = || {
        let page = lone_page(column, page)?;
        let mut values = sections(column, &page)?.values;
        if encoding == DELTA_BYTE_ARRAY {
            (_, values) = lengths(values, num_values)?;
        }
        let (total, data) = lengths(values, num_values)?;
        (total <= data.len() as u64).then_some(())
    };
    sound().is_none()
}

/// The sum of at most `most` lengths in the encoding DELTA_BINARY_PACKED, and the bytes behind them. `None` when one is
/// negative.
fn lengths(bytes: &[u8], most: u64) -> Option<(u64, &[u8])> {
    let (block_len, bytes) = varint(bytes).ok()?;
    let (num_blocks, bytes) = varint(bytes).ok()?;
    let (count, bytes) = varint(bytes).ok()?;
    let (first, mut bytes) = zigzag(bytes)?;
    let block_len = usize::try_from(block_len.checked_div(num_blocks)?).ok()?;
    let num_blocks = usize::try_from(num_blocks).ok()?;
    if count > most || block_len == 0 || block_len % 32 != 0 {
        return None;
    }
    let (mut left, mut length) = (count.saturating_sub(1), i32::try_from(first).ok()?);
    let mut total = if count == 0 { 0 } else { u64::try_from(length).ok()? };
    while left > 0 {
        let (least, rest) = zigzag(bytes)?;
        let least = i32::try_from(least).ok()?;
        let (widths, mut rest) = rest.split_at_checked(num_blocks)?;
        for width in widths.iter().map(|width| usize::from(*width)) {
            if left == 0 {
                break;
            }
            let (packed, behind) = rest.split_at_checked(width.checked_mul(block_len)? / 8)?;
            for index in 0..block_len.min(usize::try_from(left).unwrap_or(block_len)) {
                let delta = unpack(packed, width, index)?;
                length = length.wrapping_add(least).wrapping_add(delta);
                total = total.checked_add(u64::try_from(length).ok()?)?;
            }
            left = left.saturating_sub(block_len as u64);
            rest = behind;
        }
        bytes = rest;
    }
    Some((total, bytes))
}

/// The value at `index` of values that are packed in `width` bits each, least significant bit first.
fn unpack(packed: &[u8], width: usize, index: usize) -> Option<i32> {
    if width > 32 {
        return None;
    }
    let bit = index * width;
    let mut bytes = [0; 8];
    let from = packed.get(bit / 8..).unwrap_or_default();
    bytes.iter_mut().zip(from).take(5).for_each(|(to, from)| *to = *from);
    let value = (u64::from_le_bytes(bytes) >> (bit % 8)) & ((1 << width) - 1);
    Some(u32::try_from(value).ok()?.cast_signed())
}

fn zigzag(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (value, rest) = varint(bytes).ok()?;
    Some(((value >> 1).cast_signed() ^ -(value & 1).cast_signed(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_summed() {
        // The example of the specification: 7, 5, 3, 1, 2, 3, 4, 5, in one block of 128 values with four miniblocks.
        let mut bytes = vec![0x80, 0x01, 4, 8, 14, 3, 2, 0, 0, 0, 0b1100_0000, 0b0011_1111];
        bytes.extend([0; 6]);
        bytes.extend(*b"behind");
        assert_eq!(lengths(&bytes, 8), Some((30, &b"behind"[..])));
        assert_eq!(lengths(&bytes, 7), None, "more lengths than values");
        assert_eq!(lengths(&bytes[..12], 8), None, "cut short");
        let negative = [vec![0x80, 0x01, 4, 2, 0, 3, 0, 0, 0, 0], b"behind".to_vec()].concat();
        assert_eq!(lengths(&negative, 8), None, "0, then 2 less");
        assert_eq!(lengths(&[0x80, 0x01, 4, 0, 0], 8), Some((0, &[][..])));
        assert_eq!(lengths(&[0, 4, 2, 0, 0, 0, 0, 0, 0], 8), None, "blocks of nothing");
    }
}
