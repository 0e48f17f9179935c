//! From the bytes of a file to UTF-8 text, slice by slice, without losing track of file offsets.
//!
//! Without a byte order mark a file is UTF-8. A byte that is not is an error with its line and not a reason to guess:
//! Windows-1252 gives every byte a meaning, so a wrong guess would go unseen. The caller can name it.

use serde::{Deserialize, Serialize};

/// How text is written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8, with a byte order mark or without.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, low byte first.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, high byte first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// Windows-1252, which Latin-1 is taken for, as in the WHATWG Encoding Standard.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

/// What the bytes 0x80 to 0x9f are in Windows-1252: index-windows-1252.txt of the WHATWG Encoding Standard.
const HIGH_CONTROLS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

impl Encoding {
    /// The encoding that a byte order mark says, and the length of the mark.
    pub fn of_mark(head: &[u8]) -> Option<(Self, usize)> {
        match head {
            [0xef, 0xbb, 0xbf, ..] => Some((Self::Utf8, 3)),
            [0xff, 0xfe, ..] => Some((Self::Utf16Le, 2)),
            [0xfe, 0xff, ..] => Some((Self::Utf16Be, 2)),
            _ => None,
        }
    }

    /// How many bytes this text takes in the file. Text that is not UTF-8 never gets here.
    fn len_in_file(self, text: &[u8]) -> u64 {
        let chars = || std::str::from_utf8(text).unwrap_or_default().chars();
        match self {
            Self::Utf8 => text.len() as u64,
            Self::Utf16Le | Self::Utf16Be => chars().map(|c| 2 * c.len_utf16() as u64).sum(),
            Self::Windows1252 => chars().count() as u64,
        }
    }
}

/// The decoded text between what has been read and what has been used. Holds no more than was pushed and not consumed.
#[derive(Debug)]
pub(super) struct TextBuffer {
    encoding: Encoding,
    text: Vec<u8>,
    /// Where the unused text begins.
    at: usize,
    /// Where the text ends that is known to be whole characters.
    valid: usize,
    /// Bytes of UTF-16 that are no character yet.
    pending: Vec<u8>,
    /// The file offset of the first byte of `text`.
    start: u64,
    /// Bytes of text that were used in all.
    used: u64,
    broken: bool,
}

impl TextBuffer {
    /// A buffer for a file from `start` on, which must be the beginning of a character.
    pub(super) fn new(encoding: Encoding, start: u64) -> Self {
        Self {
            encoding,
            text: Vec::new(),
            at: 0,
            valid: 0,
            pending: Vec::new(),
            start,
            used: 0,
            broken: false,
        }
    }

    /// Appends bytes of the file. Those behind a byte that cannot be decoded are dropped.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.broken {
            return;
        }
        self.start = self.offset();
        self.text.drain(..self.at);
        self.valid -= self.at;
        self.at = 0;
        match self.encoding {
            Encoding::Utf8 => self.push_utf8(bytes),
            Encoding::Utf16Le => self.push_utf16(bytes, u16::from_le_bytes),
            Encoding::Utf16Be => self.push_utf16(bytes, u16::from_be_bytes),
            Encoding::Windows1252 => self.push_windows1252(bytes),
        }
    }

    /// The file has no more bytes: half a character at its end cannot be completed.
    pub(super) fn finish(&mut self) {
        self.broken |= self.valid < self.text.len() || !self.pending.is_empty();
    }

    /// The text that has not been used.
    pub(super) fn rest(&self) -> &[u8] {
        self.text.get(self.at..self.valid).unwrap_or_default()
    }

    /// Marks text as used.
    pub(super) fn consume(&mut self, len: usize) {
        let len = len.min(self.valid - self.at);
        self.at += len;
        self.used += len as u64;
    }

    /// How many bytes of text were used in all.
    pub(super) fn used(&self) -> u64 {
        self.used
    }

    /// The file offset of [`TextBuffer::rest`]. Looks at all text of the last slice, so not for every row.
    pub(super) fn offset(&self) -> u64 {
        self.start + self.encoding.len_in_file(self.text.get(..self.at).unwrap_or_default())
    }

    /// How the file writes its text.
    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Whether the rest ends before bytes that cannot be decoded.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    fn push_utf8(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(bytes);
        let unchecked = self.text.get(self.valid..).unwrap_or_default();
        match std::str::from_utf8(unchecked) {
            Ok(_) => self.valid = self.text.len(),
            Err(error) => {
                self.valid += error.valid_up_to();
                self.broken = error.error_len().is_some();
            }
        }
    }

    fn push_utf16(&mut self, bytes: &[u8], unit: fn([u8; 2]) -> u16) {
        self.pending.extend_from_slice(bytes);
        let (pairs, _) = self.pending.as_chunks::<2>();
        let units = pairs.iter().copied().map(unit);
        let mut used = 0;
        let mut utf8 = [0; 4];
        for decoded in char::decode_utf16(units) {
            match decoded {
                Ok(c) => {
                    self.text.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
                    used += 2 * c.len_utf16();
                }
                // The first half of a pair whose second half is in the next slice.
                Err(_) if used + 2 == 2 * pairs.len() => break,
                Err(_) => {
                    self.broken = true;
                    break;
                }
            }
        }
        self.pending.drain(..used);
        self.valid = self.text.len();
    }

    fn push_windows1252(&mut self, bytes: &[u8]) {
        let mut utf8 = [0; 4];
        for &byte in bytes {
            let high = byte.checked_sub(0x80).and_then(|index| HIGH_CONTROLS.get(usize::from(index)));
            let c = high.copied().unwrap_or_else(|| char::from(byte));
            self.text.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
        }
        self.valid = self.text.len();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Pushes `bytes` in pieces and takes all text out after each.
    fn decode(encoding: Encoding, bytes: &[u8], piece: usize) -> (String, bool) {
        let mut buffer = TextBuffer::new(encoding, 0);
        let mut text = Vec::new();
        for bytes in bytes.chunks(piece) {
            buffer.push(bytes);
            let rest = buffer.rest().to_vec();
            buffer.consume(rest.len());
            text.extend(rest);
        }
        buffer.finish();
        if !buffer.is_broken() {
            assert_eq!(buffer.offset(), bytes.len() as u64, "all bytes are accounted for");
        }
        (String::from_utf8(text).unwrap(), buffer.is_broken())
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn bytes_that_are_no_text_end_it() {
        assert_eq!(decode(Encoding::Utf8, b"ab\xffcd", 9), ("ab".into(), true));
        assert_eq!(decode(Encoding::Utf8, "aé".as_bytes(), 1), ("aé".into(), false));
        assert_eq!(decode(Encoding::Utf8, b"ab\xc3", 2), ("ab".into(), true));
        assert_eq!(decode(Encoding::Utf16Le, &[b'a', 0, b'b'], 1), ("a".into(), true));
        assert_eq!(decode(Encoding::Utf16Le, &[0, 0xd8, b'b', 0, b'c', 0], 6), (String::new(), true));
        assert_eq!(decode(Encoding::Windows1252, b"\x80 caf\xe9", 3), ("€ café".into(), false));
    }

    proptest! {
        #[test]
        fn text_comes_back_however_it_is_cut(text in "\\PC{0,40}", piece in 1usize..9) {
            prop_assert_eq!(decode(Encoding::Utf8, text.as_bytes(), piece), (text.clone(), false));
            let little = utf16(&text, u16::to_le_bytes);
            prop_assert_eq!(decode(Encoding::Utf16Le, &little, piece), (text.clone(), false));
            let big = utf16(&text, u16::to_be_bytes);
            prop_assert_eq!(decode(Encoding::Utf16Be, &big, piece), (text, false));
        }
    }
}
