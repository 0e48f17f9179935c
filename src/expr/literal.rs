//! The values that columns are compared with, and their plain-data form.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor},
};

/// The largest integer that every JavaScript number below it is told apart from.
const MAX_SAFE_INTEGER: i128 = (1 << 53) - 1;

/// A value in an expression.
///
/// As plain data, booleans, strings and numbers stand for themselves; what JSON cannot say is an object with one key:
/// `{"int": "9007199254740993"}`, `{"decimal": "1.10"}`, `{"float": "NaN"}`, `{"timestamp": "2024-01-01T00:00:00Z"}`,
/// `{"date": "2024-01-01"}`, `{"time": "12:30:00"}`, `{"duration": "PT1.5S"}`, `{"bytes": "00ff"}` (hexadecimal).
/// JavaScript's `BigInt` and `Uint8Array` are read as well.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// No value. Nothing can be compared with it.
    Null,
    /// True or false.
    Bool(bool),
    /// An integer.
    Int(i128),
    /// A binary floating-point number.
    Float(f64),
    /// An exact decimal number: `-12.50`.
    Decimal(String),
    /// A string. Compared with a date, time or timestamp, it is read as one.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A point in time, in ISO 8601: `2024-01-01T00:00:00.123456789+01:00`.
    Timestamp(String),
    /// A day, in ISO 8601.
    Date(String),
    /// A time of day, in ISO 8601: `12:30:00.5`.
    Time(String),
    /// A length of time, in ISO 8601: `P1DT2H30M1.5S`. Years and months have none.
    Duration(String),
}

impl fmt::Display for Literal {
    /// As a person would write it: strings in quotes, bytes in hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Bytes(bytes) => write!(f, "0x{}", to_hex(bytes)),
            Self::Decimal(text)
            | Self::Timestamp(text)
            | Self::Date(text)
            | Self::Time(text)
            | Self::Duration(text) => f.write_str(text),
        }
    }
}

macro_rules! literal_from {
    ($($type:ty => $value:ident $variant:expr;)*) => {
        $(impl From<$type> for Literal {
            fn from($value: $type) -> Self {
                $variant
            }
        })*
    };
}

literal_from! {
    bool => value Self::Bool(value);
    i32 => value Self::Int(value.into());
    i64 => value Self::Int(value.into());
    u64 => value Self::Int(value.into());
    f64 => value Self::Float(value);
    &str => value Self::Text(value.to_owned());
    String => value Self::Text(value);
    Vec<u8> => value Self::Bytes(value);
}

impl Serialize for Literal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tagged = |serializer: S, tag: &str, text: &str| serializer.collect_map([(tag, text)]);
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) if value.abs() <= MAX_SAFE_INTEGER => match i64::try_from(*value) {
                Ok(value) => serializer.serialize_i64(value),
                Err(error) => Err(serde::ser::Error::custom(error)),
            },
            Self::Int(value) => tagged(serializer, "int", &value.to_string()),
            Self::Float(value) if value.is_finite() => serializer.serialize_f64(*value),
            Self::Float(value) => tagged(serializer, "float", &value.to_string()),
            Self::Decimal(text) => tagged(serializer, "decimal", text),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => tagged(serializer, "bytes", &to_hex(bytes)),
            Self::Timestamp(text) => tagged(serializer, "timestamp", text),
            Self::Date(text) => tagged(serializer, "date", text),
            Self::Time(text) => tagged(serializer, "time", text),
            Self::Duration(text) => tagged(serializer, "duration", text),
        }
    }
}

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LiteralVisitor)
    }
}

/// Reads a literal from whatever kind of value it is given as.
pub(super) struct LiteralVisitor;

impl<'de> Visitor<'de> for LiteralVisitor {
    type Value = Literal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a boolean, number, string, or an object such as {\"timestamp\": \"2024-01-01T00:00:00Z\"}",
        )
    }

    fn visit_bool<E>(self, value: bool) -> Result<Literal, E> {
        Ok(Literal::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Literal, E> {
        Ok(Literal::Int(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Literal, E> {
        Ok(Literal::Int(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Literal, E> {
        Ok(Literal::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Literal, E> {
        Ok(Literal::Text(value.to_owned()))
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<Literal, E> {
        Ok(Literal::Bytes(value.to_vec()))
    }

    fn visit_unit<E>(self) -> Result<Literal, E> {
        Ok(Literal::Null)
    }

    fn visit_none<E>(self) -> Result<Literal, E> {
        Ok(Literal::Null)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Literal, A::Error> {
        let Some((tag, text)) = map.next_entry::<String, String>()? else {
            return Err(de::Error::invalid_length(0, &self));
        };
        if map.next_key::<String>()?.is_some() {
            return Err(de::Error::invalid_length(2, &self));
        }
        let malformed = || de::Error::invalid_value(de::Unexpected::Str(&text), &self);
        match tag.as_str() {
            "int" => text.parse().map(Literal::Int).map_err(|_| malformed()),
            "float" => text.parse().map(Literal::Float).map_err(|_| malformed()),
            "decimal" => Ok(Literal::Decimal(text)),
            "bytes" => from_hex(&text).map(Literal::Bytes).ok_or_else(malformed),
            "timestamp" => Ok(Literal::Timestamp(text)),
            "date" => Ok(Literal::Date(text)),
            "time" => Ok(Literal::Time(text)),
            "duration" => Ok(Literal::Duration(text)),
            _ => Err(de::Error::unknown_field(&tag, &TAGS)),
        }
    }
}

const TAGS: [&str; 8] = ["int", "float", "decimal", "bytes", "timestamp", "date", "time", "duration"];

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let digits = std::str::from_utf8(pair).ok().filter(|digits| digits.len() == 2)?;
            // `from_str_radix` would take a sign.
            digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_data_says_exactly_what_is_meant() {
        for (json, literal) in [
            ("true", Literal::Bool(true)),
            ("-3", Literal::Int(-3)),
            ("0.5", Literal::Float(0.5)),
            (r#""en""#, Literal::Text("en".into())),
            ("null", Literal::Null),
            (r#"{"int":"9007199254740993"}"#, Literal::Int(9_007_199_254_740_993)),
            (r#"{"decimal":"1.10"}"#, Literal::Decimal("1.10".into())),
            (r#"{"bytes":"00ff"}"#, Literal::Bytes(vec![0, 255])),
            (r#"{"timestamp":"2024-01-01T00:00:00Z"}"#, Literal::Timestamp("2024-01-01T00:00:00Z".into())),
            (r#"{"float":"inf"}"#, Literal::Float(f64::INFINITY)),
        ] {
            assert_eq!(serde_json::from_str::<Literal>(json).unwrap(), literal, "{json}");
            assert_eq!(serde_json::to_string(&literal).unwrap(), json);
        }
        let large = Literal::Int(i128::from(u64::MAX));
        assert_eq!(serde_json::from_str::<Literal>("18446744073709551615").unwrap(), large);
    }

    #[test]
    fn malformed_literals_are_refused() {
        for json in [
            "{}",
            r#"{"int":"1.5"}"#,
            r#"{"bytes":"0"}"#,
            r#"{"bytes":"+1"}"#,
            r#"{"day":"x"}"#,
            "[1]",
            r#"{"int":1}"#,
        ] {
            assert!(serde_json::from_str::<Literal>(json).is_err(), "{json}");
        }
    }
}
