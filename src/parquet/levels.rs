//! Repetition and definition levels, as data pages hold them: in the hybrid of RLE and bit-packing
//! (<https://parquet.apache.org/docs/file-format/data-pages/encodings/>), runs of either kind, the kind in the lowest bit
//! of the number that each begins with.

use super::page_header::varint;

/// Where one level occurs among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Occurrences {
    pub(super) count: u64,
    /// Whether it is the first of them.
    pub(super) is_first: bool,
}

/// How often `level` occurs among the first `num_levels` levels. `None` when there are fewer.
pub(super) fn occurrences(
    mut levels: &[u8],
    max_level: i16,
    num_levels: u64,
    level: u16,
) -> Option<Occurrences> {
    let bit_width = usize::try_from(i16::BITS - max_level.leading_zeros()).ok()?.max(1);
    let (mut left, mut found) = (num_levels, Occurrences { count: 0, is_first: false });
    while left > 0 {
        let (header, rest) = varint(levels).ok()?;
        let run = match header & 1 {
            0 => Run::repeated(rest, bit_width, (header >> 1).min(left), level),
            _ => Run::packed(rest, bit_width, (header >> 1).saturating_mul(8).min(left), level),
        }?;
        if left == num_levels && run.len > 0 {
            found.is_first = run.begins_with_it;
        }
        levels = run.rest;
        left -= run.len;
        found.count += run.count;
    }
    Some(found)
}

struct Run<'a> {
    len: u64,
    /// How often the level that is counted occurs.
    count: u64,
    begins_with_it: bool,
    /// The bytes behind the run.
    rest: &'a [u8],
}

impl<'a> Run<'a> {
    /// `len` times the value that `bytes` begin with, in as few bytes as it needs.
    fn repeated(bytes: &'a [u8], bit_width: usize, len: u64, level: u16) -> Option<Self> {
        let (value, rest) = bytes.split_at_checked(bit_width.div_ceil(8))?;
        let wanted = level.to_le_bytes().into_iter().chain([0; 2]);
        let is_it = value.iter().copied().eq(wanted.take(value.len()));
        Some(Self { len, count: if is_it { len } else { 0 }, begins_with_it: is_it, rest })
    }

    /// `len` values in groups of eight, each of `bit_width` bytes, least significant bit first.
    fn packed(bytes: &'a [u8], bit_width: usize, len: u64, level: u16) -> Option<Self> {
        let num_values = usize::try_from(len).ok()?;
        // The last group may end with its last value: some writers leave the rest of it away.
        let byte_len = num_values.checked_mul(bit_width)?.div_ceil(8);
        let groups = bytes.get(..byte_len)?.chunks(bit_width);
        let values = groups.flat_map(|group| unpack(group, bit_width)).take(num_values);
        let mut is_it = values.map(|value| value == level.into()).peekable();
        let begins_with_it = is_it.peek() == Some(&true);
        let count = is_it.filter(|is_it| *is_it).count() as u64;
        let rest = bytes.get(byte_len.next_multiple_of(bit_width)..).unwrap_or_default();
        Some(Self { len, count, begins_with_it, rest })
    }
}

/// The eight values of a group. A `bit_width` is at most 15, the width of an `i16` that is positive.
fn unpack(group: &[u8], bit_width: usize) -> impl Iterator<Item = u128> {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(group).for_each(|(to, from)| *to = *from);
    let bits = u128::from_le_bytes(bytes);
    (0..8).map(move |index| (bits >> (index * bit_width)) & ((1 << bit_width) - 1))
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

    fn found(bytes: &[u8], max_level: i16, num_levels: usize, level: u16) -> Option<(u64, bool)> {
        let found = occurrences(bytes, max_level, num_levels as u64, level)?;
        Some((found.count, found.is_first))
    }

    proptest! {
        #[test]
        fn levels_are_counted(
            (max_level, level, runs) in (1..600u16).prop_flat_map(|max| (Just(max), 0..=max, runs(max))),
            cut in 0..9usize,
        ) {
            let bit_width = (u16::BITS - max_level.leading_zeros()) as usize;
            let (bytes, mut levels) = write(&runs, bit_width);
            let max_level = max_level.cast_signed();
            let expected = |levels: &[u16]| {
                let count = levels.iter().filter(|found| **found == level).count() as u64;
                Some((count, levels.first() == Some(&level)))
            };
            prop_assert_eq!(found(&bytes, max_level, levels.len(), level), expected(&levels));
            prop_assert_eq!(found(&bytes, max_level, levels.len() + 1, level), None);
            levels.truncate(levels.len().saturating_sub(cut));
            prop_assert_eq!(found(&bytes, max_level, levels.len(), level), expected(&levels));
        }

        #[test]
        fn any_bytes_are_levels_or_none(
            bytes in prop::collection::vec(any::<u8>(), 0..50), max_level: i16, num_levels: u32, level: u16,
        ) {
            let found = occurrences(&bytes, max_level, num_levels.into(), level);
            prop_assert!(found.is_none_or(|found| found.count <= num_levels.into()));
        }
    }

    #[test]
    fn the_last_group_may_end_with_its_last_value() {
        // Nine levels of two bits: a whole group, and one of which only the first byte was written.
        let levels = [0b101, 0b0100_0100, 0, 0b0000_0001];
        assert_eq!(found(&levels, 3, 9, 0), Some((6, true)));
        assert_eq!(found(&levels, 3, 13, 0), None);
    }
}
