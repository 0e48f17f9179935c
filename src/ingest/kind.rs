//! What one written value could be: the alphabet of type inference.
//!
//! A value counts as a number only if the number, written again, would be the same value: a leading zero, a plus sign or
//! more digits than int64 has make it text. So inference never changes what a file says.

use serde::{Deserialize, Serialize};

use super::instant::{Clock, Written};

/// The words that pandas takes for a missing value (`STR_NA_VALUES` in its `_libs/parsers.pyx`), but the empty one.
/// They are null in columns of numbers, booleans and dates; in columns of text they are text.
pub const NULL_WORDS: [&str; 17] = [
    "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A",
    "NA", "NULL", "NaN", "None", "n/a", "nan",
];

/// The last of them, on its own because JSON has it too.
const NULL: &str = "null";

/// The largest integer up to which every one is a float64.
const MAX_SAFE: u64 = 1 << 53;

/// What a value could be. Nulls are counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One of [`NULL_WORDS`].
    NullWord,
    /// `true`, `False`, `TRUE`, ….
    Bool,
    /// An integer that is a float64 as well.
    Int,
    /// An integer of int64 that no float64 holds exactly.
    WideInt,
    /// An integer beyond int64.
    BigInt,
    /// Digits with a leading zero or a plus sign: a postcode, a telephone number.
    Code,
    /// A number with a point or an exponent, or infinity.
    Float,
    /// `2024-01-31`.
    Date,
    /// A date and a time, without a zone.
    Timestamp,
    /// A date and a time with a zone.
    ZonedTimestamp,
    /// Anything else.
    Text,
    /// A JSON object.
    Object,
    /// A JSON array.
    List,
}

impl Kind {
    /// In words, for messages.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::NullWord => "words for a missing value",
            Self::Bool => "booleans",
            Self::Int | Self::WideInt => "integers",
            Self::BigInt => "integers beyond int64",
            Self::Code => "digits with a leading zero or plus sign",
            Self::Float => "numbers",
            Self::Date => "dates",
            Self::Timestamp => "timestamps",
            Self::ZonedTimestamp => "timestamps with a zone",
            Self::Text => "text",
            Self::Object => "objects",
            Self::List => "lists",
        }
    }

    /// What a CSV field could be. It must not be empty.
    pub(super) fn of_field(field: &[u8]) -> Self {
        let trimmed = field.trim_ascii();
        match trimmed.first() {
            Some(b'0'..=b'9' | b'-' | b'+' | b'.') => {
                match Self::of_number(trimmed).or_else(|| Self::of_instant(trimmed)) {
                    Some(kind) => kind,
                    None => null_word_or_text(trimmed),
                }
            }
            Some(b't' | b'T' | b'f' | b'F') => {
                if parse_bool(trimmed).is_some() {
                    Self::Bool
                } else {
                    Self::Text
                }
            }
            Some(b'n' | b'N' | b'<' | b'#') => null_word_or_text(trimmed),
            Some(b'i' | b'I') if is_infinity(trimmed) => Self::Float,
            _ => Self::Text,
        }
    }

    /// What a JSON string could be: JSON has no dates of its own, everything else it has.
    pub(super) fn of_json_string(text: &str) -> Self {
        Self::of_instant(text.as_bytes()).unwrap_or(Self::Text)
    }

    /// What a JSON number is.
    pub(super) fn of_json_number(text: &str) -> Self {
        Self::of_number(text.as_bytes()).unwrap_or(Self::Float)
    }

    fn of_number(text: &[u8]) -> Option<Self> {
        let (negative, unsigned) = match text.split_first()? {
            (b'-', rest) => (true, rest),
            (b'+', rest) => return all_digits(rest).then_some(Self::Code),
            _ => (false, text),
        };
        let num_digits = unsigned.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = unsigned.split_at(num_digits);
        let leading_zero = matches!(digits, [b'0', _, ..]);
        if rest.is_empty() && num_digits > 0 {
            return Some(match digits {
                // The integer 0 has no sign.
                [b'0'] if negative => Self::Float,
                _ if leading_zero => Self::Code,
                _ => integer(digits, negative),
            });
        }
        if is_infinity(unsigned) {
            return Some(Self::Float);
        }
        (!leading_zero && is_fraction(num_digits, rest)).then_some(Self::Float)
    }

    fn of_instant(text: &[u8]) -> Option<Self> {
        // Cheaper than parsing: most values are no dates.
        if text.get(4) != Some(&b'-') {
            return None;
        }
        let written = Written::parse(text)?;
        if !written.is_whole_micros() {
            return None;
        }
        Some(match written.clock {
            Clock::None => Self::Date,
            Clock::Local => Self::Timestamp,
            Clock::Zoned => Self::ZonedTimestamp,
        })
    }
}

/// `true` and `false`, as pandas and pyarrow spell them.
pub(super) fn parse_bool(text: &[u8]) -> Option<bool> {
    match text {
        b"true" | b"True" | b"TRUE" => Some(true),
        b"false" | b"False" | b"FALSE" => Some(false),
        _ => None,
    }
}

/// Whether a field of a column that is not text says that its value is missing.
pub(super) fn is_null_word(text: &[u8]) -> bool {
    text == NULL.as_bytes() || NULL_WORDS.iter().any(|word| word.as_bytes() == text)
}

fn null_word_or_text(text: &[u8]) -> Kind {
    if is_null_word(text) { Kind::NullWord } else { Kind::Text }
}

fn is_infinity(text: &[u8]) -> bool {
    matches!(text, b"inf" | b"Inf" | b"INF" | b"Infinity" | b"infinity" | b"-inf" | b"-Infinity")
}

fn all_digits(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

fn integer(digits: &[u8], negative: bool) -> Kind {
    let value = |byte: &u8| u64::from(byte - b'0');
    let step = |sum: Option<u64>, byte: &u8| sum?.checked_mul(10)?.checked_add(value(byte));
    match digits.iter().fold(Some(0), step) {
        Some(size) if size <= MAX_SAFE => Kind::Int,
        Some(size) if size <= i64::MAX as u64 + u64::from(negative) => Kind::WideInt,
        _ => Kind::BigInt,
    }
}

/// Whether `rest`, behind so many digits, is a fraction, an exponent or both.
fn is_fraction(num_digits: usize, rest: &[u8]) -> bool {
    let (fraction, exponent) = match rest.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => rest.split_at(at),
        None => (rest, &[][..]),
    };
    let fraction_ok = match fraction.split_first() {
        Some((b'.', digits)) => digits.iter().all(u8::is_ascii_digit) && num_digits + digits.len() > 0,
        Some(_) => false,
        None => num_digits > 0,
    };
    let exponent_ok = match exponent {
        [] => true,
        [_, b'+' | b'-', digits @ ..] | [_, digits @ ..] => all_digits(digits),
    };
    fraction_ok && exponent_ok
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(kind: Kind, fields: &[&str]) {
        for field in fields {
            assert_eq!(Kind::of_field(field.as_bytes()), kind, "{field:?}");
        }
    }

    #[test]
    fn numbers_that_would_change_are_not_numbers() {
        kinds(Kind::Int, &["0", "7", "-12", " 42 ", "9007199254740992"]);
        kinds(Kind::WideInt, &["9007199254740993", "9223372036854775807", "-9223372036854775808"]);
        kinds(
            Kind::BigInt,
            &["9223372036854775808", "-9223372036854775809", "123456789012345678901234567890"],
        );
        kinds(Kind::Code, &["007", "00", "-01", "+491234"]);
        kinds(Kind::Float, &["-0", "1.5", ".5", "5.", "1e9", "1E-9", "-2.5e+3", "inf", "-inf", "0.0"]);
        kinds(
            Kind::Text,
            &["1.2.3", "1e", "e5", ".", "-", "+", "1_000", "1,5", "0x1f", "00.5", "12 kg", "+1.5", "é"],
        );
    }

    #[test]
    fn dates_have_one_spelling() {
        kinds(Kind::Date, &["2024-02-29", "0001-01-01"]);
        kinds(
            Kind::Timestamp,
            &["2024-01-31T12:30", "2024-01-31 12:30:00.5", "2024-01-31T12:30:00.123456000"],
        );
        kinds(
            Kind::ZonedTimestamp,
            &["2024-01-31T12:30:00Z", "2024-01-31 12:30:00+01:00", "2024-01-31T12:30-0530"],
        );
        kinds(
            Kind::Text,
            &["2023-02-29", "01/02/2024", "2024-1-1", "2024-01-31T25:00", "2024-01-31T00:00:00.1234567"],
        );
    }

    #[test]
    fn words() {
        kinds(Kind::Bool, &["true", "False", "TRUE"]);
        kinds(Kind::NullWord, &NULL_WORDS);
        kinds(Kind::NullWord, &["null", " NA "]);
        kinds(Kind::Text, &["yes", "tRUE", "Nope", "NONE", "#1", "<b>", "inform", " "]);
    }
}
