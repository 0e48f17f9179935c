//! How often each value comes, as long as there are not too many.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Key, TallyOptions};

/// The most bytes of distinct strings or binaries that are kept.
const MAX_BYTES: usize = 64 << 20;

/// Counts by value. Once there were more distinct values than wanted it holds none, and says so.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    numbers: HashMap<i128, u64>,
    bytes: HashMap<Vec<u8>, u64>,
    /// The bytes of the keys in `bytes`.
    num_bytes: usize,
    overflowed: bool,
}

impl Tally {
    pub(super) fn add_number(&mut self, key: i128, count: u64, options: &TallyOptions) {
        let wanted = || {
            options.within.is_empty()
                || options.within.iter().any(|(start, end)| (*start..*end).contains(&key))
        };
        if self.overflowed || !wanted() {
            return;
        }
        *self.numbers.entry(key).or_default() += count;
        self.check(options);
    }

    pub(super) fn add_bytes(&mut self, key: &[u8], count: u64, options: &TallyOptions) {
        if self.overflowed {
            return;
        }
        if let Some(found) = self.bytes.get_mut(key) {
            *found += count;
        } else {
            self.num_bytes += key.len();
            self.bytes.insert(key.to_vec(), count);
            self.check(options);
        }
    }

    pub(super) fn merge(&mut self, other: Self, options: &TallyOptions) {
        self.overflowed |= other.overflowed;
        if self.overflowed {
            *self = Self { overflowed: true, ..Self::default() };
            return;
        }
        for (key, count) in other.numbers {
            self.add_number(key, count, options);
        }
        for (key, count) in other.bytes {
            self.add_bytes(&key, count, options);
        }
    }

    fn check(&mut self, options: &TallyOptions) {
        let num_values = (self.numbers.len() + self.bytes.len()) as u64;
        if num_values > options.max_values || self.num_bytes > MAX_BYTES {
            *self = Self { overflowed: true, ..Self::default() };
        }
    }

    /// The number of distinct values; `None` when there were too many.
    pub fn num_values(&self) -> Option<u64> {
        (!self.overflowed).then_some((self.numbers.len() + self.bytes.len()) as u64)
    }

    /// How often a number comes.
    pub fn count_of(&self, key: i128) -> u64 {
        self.numbers.get(&key).copied().unwrap_or_default()
    }

    /// The values that are numbers, in no order, each with its count.
    pub(super) fn numbers(&self) -> impl Iterator<Item = (i128, u64)> {
        self.numbers.iter().map(|(key, count)| (*key, *count))
    }

    /// The values in ascending order, each with its count; `None` when there were too many.
    pub fn sorted(&self) -> Option<Vec<(Key, u64)>> {
        if self.overflowed {
            return None;
        }
        let numbers = self.numbers.iter().map(|(key, count)| (Key::Number(*key), *count));
        let bytes = self.bytes.iter().map(|(key, count)| (Key::Bytes(key.clone()), *count));
        let mut sorted: Vec<_> = numbers.chain(bytes).collect();
        sorted.sort_unstable();
        Some(sorted)
    }
}

/// A tally as it crosses between workers: one block of bytes, since a million objects would take seconds.
#[derive(Serialize, Deserialize)]
struct Packed {
    overflowed: bool,
    /// The number of entries whose key is a number. Those come first.
    num_numbers: u64,
    /// Each entry: the key (a number in zigzag form, or the length of the bytes and the bytes), then the count; all
    /// integers in LEB128.
    #[serde(with = "serde_bytes")]
    entries: Vec<u8>,
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries = Vec::new();
        for (key, count) in &self.numbers {
            put(&mut entries, ((key << 1) ^ (key >> 127)).cast_unsigned());
            put(&mut entries, (*count).into());
        }
        for (key, count) in &self.bytes {
            put(&mut entries, key.len() as u128);
            entries.extend(key);
            put(&mut entries, (*count).into());
        }
        let num_numbers = self.numbers.len() as u64;
        Packed { overflowed: self.overflowed, num_numbers, entries }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tally {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let packed = Packed::deserialize(deserializer)?;
        unpack(&packed).ok_or_else(|| D::Error::custom("a tally is cut short"))
    }
}

fn unpack(packed: &Packed) -> Option<Tally> {
    let mut rest = packed.entries.as_slice();
    let mut tally = Tally { overflowed: packed.overflowed, ..Tally::default() };
    for _ in 0..packed.num_numbers {
        let zigzag = take(&mut rest)?;
        let key = (zigzag >> 1).cast_signed() ^ -((zigzag & 1).cast_signed());
        tally.numbers.insert(key, u64::try_from(take(&mut rest)?).ok()?);
    }
    while !rest.is_empty() {
        let len = usize::try_from(take(&mut rest)?).ok()?;
        let (key, after) = rest.split_at_checked(len)?;
        rest = after;
        tally.num_bytes += len;
        tally.bytes.insert(key.to_vec(), u64::try_from(take(&mut rest)?).ok()?);
    }
    Some(tally)
}

fn put(bytes: &mut Vec<u8>, mut value: u128) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u128> {
    let mut value = 0;
    for shift in (0..u128::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u128::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
