//! How many rows begin in a data page of a column with repeated values: one wherever the repetition level is zero
//! (<https://parquet.apache.org/docs/file-format/nestedencoding/>).

use bytes::Bytes;
use parquet::{basic::Encoding, column::page::Page, file::metadata::ColumnChunkMetaData};

use crate::parquet::{
    lone_page::lone_page,
    page_header::{DataPageV2, PageHeader, PageType, varint},
    validate::unsound,
};

/// A page that decompresses to more than this is not opened to count its rows.
const MAX_PAGE_LEN: u64 = 64 << 20;

/// The number of rows that begin in the data page `page` (header included) of `column`. `None` when the page begins
/// within a row, or its levels cannot be read.
pub(super) fn num_rows(column: &ColumnChunkMetaData, header: &PageHeader, page: &Bytes) -> Option<u64> {
    let max_level = column.column_descr().max_rep_level();
    match header.page {
        PageType::DataV2(DataPageV2 { num_values, num_rows, repetition_levels_len, .. }) => {
            let start = usize::try_from(header.len).ok()?;
            let end = start.checked_add(usize::try_from(repetition_levels_len).ok()?)?;
            let counted = zeros(page.get(start..end)?, max_level, num_values)?;
            (counted == num_rows).then_some(counted)
        }
        PageType::Data { num_values, .. } => {
            if header.uncompressed_len > MAX_PAGE_LEN || unsound(column, header).is_some() {
                return None;
            }
            let page = decompress(column, page)?;
            let (len, levels) = page.split_first_chunk()?;
            let levels = levels.get(..usize::try_from(u32::from_le_bytes(*len)).ok()?)?;
            zeros(levels, max_level, num_values)
        }
        PageType::Dictionary { .. } | PageType::Index => None,
    }
}

/// The values of a data page of the first version, decompressed, when their levels are RLE-encoded. (The encoding
/// before that has been out of use since 2013.)
fn decompress(column: &ColumnChunkMetaData, page: &Bytes) -> Option<Bytes> {
    match lone_page(column, page)? {
        Page::DataPage { buf, rep_level_encoding: Encoding::RLE, .. } => Some(buf),
        _ => None,
    }
}

/// How many of the first `num_levels` levels are zero. `None` when the first is not, or when there are fewer.
///
/// The levels are in the hybrid of RLE and bit-packing
/// (<https://parquet.apache.org/docs/file-format/data-pages/encodings/>): runs of either kind, the kind in the lowest
/// bit of the number that each begins with.
fn zeros(mut levels: &[u8], max_level: i16, num_levels: u64) -> Option<u64> {
    let bit_width = usize::try_from(i16::BITS - max_level.leading_zeros()).ok()?.max(1);
    let (mut left, mut zeros) = (num_levels, 0);
    while left > 0 {
        let (header, rest) = varint(levels).ok()?;
        let run = match header & 1 {
            0 => Run::repeated(rest, bit_width, (header >> 1).min(left)),
            _ => Run::packed(rest, bit_width, (header >> 1).saturating_mul(8).min(left)),
        }?;
        let is_first = left == num_levels && run.len > 0;
        if is_first && !run.begins_with_zero {
            return None;
        }
        levels = run.rest;
        left -= run.len;
        zeros += run.zeros;
    }
    Some(zeros)
}

struct Run<'a> {
    len: u64,
    zeros: u64,
    begins_with_zero: bool,
    /// The bytes behind the run.
    rest: &'a [u8],
}

impl<'a> Run<'a> {
    /// `len` times the value that `bytes` begin with, in as few bytes as it needs.
    fn repeated(bytes: &'a [u8], bit_width: usize, len: u64) -> Option<Self> {
        let (value, rest) = bytes.split_at_checked(bit_width.div_ceil(8))?;
        let is_zero = value.iter().all(|byte| *byte == 0);
        Some(Self { len, zeros: if is_zero { len } else { 0 }, begins_with_zero: is_zero, rest })
    }

    /// `len` values in groups of eight, each of `bit_width` bytes, least significant bit first.
    fn packed(bytes: &'a [u8], bit_width: usize, len: u64) -> Option<Self> {
        let num_values = usize::try_from(len).ok()?;
        // The last group may end with its last value: some writers leave the rest of it away.
        let byte_len = num_values.checked_mul(bit_width)?.div_ceil(8);
        let groups = bytes.get(..byte_len)?.chunks(bit_width);
        let mut is_zero = groups.flat_map(|group| unpack(group, bit_width)).take(num_values).peekable();
        let begins_with_zero = is_zero.peek() == Some(&true);
        let zeros = is_zero.filter(|is_zero| *is_zero).count() as u64;
        let rest = bytes.get(byte_len.next_multiple_of(bit_width)..).unwrap_or_default();
        Some(Self { len, zeros, begins_with_zero, rest })
    }
}

/// Which of the eight values of a group are zero. A `bit_width` is at most 15, the width of an `i16` that is positive.
fn unpack(group: &[u8], bit_width: usize) -> impl Iterator<Item = bool> {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(group).for_each(|(to, from)| *to = *from);
    let bits = u128::from_le_bytes(bytes);
    (0..8).map(move |index| (bits >> (index * bit_width)) & ((1 << bit_width) - 1) == 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Runs of one repeated value, and runs of groups of eight values.
    #[derive(Debug, Clone)]
    enum Written {
        Repeated(u16, usize),
        Packed(Vec<u16>),
    }

    fn write(runs: &[Written], bit_width: usize) -> (Vec<u8>, Vec<u16>) {
        let (mut bytes, mut levels) = (Vec::new(), Vec::new());
        for run in runs {
            match run {
                Written::Repeated(level, len) => {
                    bytes.push((*len << 1) as u8);
                    bytes.extend(&level.to_le_bytes()[..bit_width.div_ceil(8)]);
                    levels.extend(std::iter::repeat_n(*level, *len));
                }
                Written::Packed(values) => {
                    bytes.push((values.len() / 8) as u8 * 2 + 1);
                    for group in values.chunks(8) {
                        let packed = group
                            .iter()
                            .rev()
                            .fold(0u128, |all, level| all << bit_width | u128::from(*level));
                        bytes.extend(&packed.to_le_bytes()[..bit_width]);
                    }
                    levels.extend(values);
                }
            }
        }
        (bytes, levels)
    }

    fn runs(max_level: u16) -> impl Strategy<Value = Vec<Written>> {
        let level = 0..=max_level;
        prop::collection::vec(
            prop_oneof![
                (level.clone(), 0..60usize).prop_map(|(level, len)| Written::Repeated(level, len)),
                prop::collection::vec(prop::collection::vec(level, 8), 0..6)
                    .prop_map(|groups| Written::Packed(groups.concat())),
            ],
            0..8,
        )
    }

    proptest! {
        #[test]
        fn rows_are_counted(
            (max_level, runs) in (1..600u16).prop_flat_map(|max| (Just(max), runs(max))),
            cut in 0..9usize,
        ) {
            let bit_width = (u16::BITS - max_level.leading_zeros()) as usize;
            let (bytes, mut levels) = write(&runs, bit_width);
            let max_level = max_level.cast_signed();
            let count = |levels: &[u16]| levels.iter().filter(|level| **level == 0).count() as u64;
            let expected = |levels: &[u16]| (*levels.first().unwrap_or(&0) == 0).then(|| count(levels));
            prop_assert_eq!(zeros(&bytes, max_level, levels.len() as u64), expected(&levels));
            prop_assert_eq!(zeros(&bytes, max_level, levels.len() as u64 + 1), None);
            levels.truncate(levels.len().saturating_sub(cut));
            prop_assert_eq!(zeros(&bytes, max_level, levels.len() as u64), expected(&levels));
        }

        #[test]
        fn any_bytes_are_levels_or_none(
            bytes in prop::collection::vec(any::<u8>(), 0..50), max_level: i16, num_levels: u32,
        ) {
            let counted = zeros(&bytes, max_level, num_levels.into());
            prop_assert!(counted.is_none_or(|counted| counted <= num_levels.into()));
        }
    }

    #[test]
    fn the_last_group_may_end_with_its_last_value() {
        // Nine levels of two bits: a whole group, and one of which only the first byte was written.
        let levels = [0b101, 0b0100_0100, 0, 0b0000_0001];
        assert_eq!(zeros(&levels, 3, 9), Some(6));
        assert_eq!(zeros(&levels, 3, 13), None);
    }
}
