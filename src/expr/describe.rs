//! Bounds in words, for the reasons that a plan gives.

use arrow_buffer::i256;
use arrow_schema::DataType;

use super::{
    Bounds, Limits, Nulls,
    coerce::{key_float, nanos_of},
    time::{DAY, SECOND, format_time, format_timestamp},
};

/// Characters of a string, or bytes of binary data, that are shown.
const SHOWN: usize = 24;

impl Bounds {
    /// `1 to 9`, `at most "b"`, `all null`: what is known of the values of a column of this type.
    pub fn describe(&self, data_type: &DataType) -> String {
        let number = |key: &i128| show_number(*key, data_type);
        let bytes = |key: &Vec<u8>| show_bytes(key, data_type);
        let (min, max) = match &self.limits {
            _ if self.nulls == Nulls::All => return "all null".to_owned(),
            Limits::Unknown => (None, None),
            Limits::Numbers(min, max) => (min.as_ref().map(number), max.as_ref().map(number)),
            Limits::Bytes(min, max) => (min.as_ref().map(bytes), max.as_ref().map(bytes)),
        };
        match (min, max) {
            (Some(min), Some(max)) if min == max => format!("always {min}"),
            (Some(min), Some(max)) => format!("{min} to {max}"),
            (Some(min), None) => format!("at least {min}"),
            (None, Some(max)) => format!("at most {max}"),
            (None, None) if self.nulls == Nulls::None => "never null".to_owned(),
            (None, None) => "unknown".to_owned(),
        }
    }
}

fn show_number(key: i128, data_type: &DataType) -> String {
    use DataType as T;
    match data_type {
        T::Boolean => (key != 0).to_string(),
        T::Float16 | T::Float32 | T::Float64 => key_float(key).to_string(),
        T::Decimal32(_, scale) | T::Decimal64(_, scale) | T::Decimal128(_, scale) => {
            with_point(key.to_string(), *scale)
        }
        T::Date32 => format_timestamp(key.saturating_mul(DAY)),
        T::Date64 => format_timestamp(key.saturating_mul(SECOND / 1000)),
        T::Timestamp(unit, zone) => {
            let zone = if zone.is_some() { "Z" } else { "" };
            format!("{}{zone}", format_timestamp(key.saturating_mul(nanos_of(*unit))))
        }
        T::Time32(unit) | T::Time64(unit) => format_time(key.saturating_mul(nanos_of(*unit))),
        T::Duration(unit) => format!("{key} {unit:?}s").to_lowercase(),
        _ => key.to_string(),
    }
}

fn show_bytes(key: &[u8], data_type: &DataType) -> String {
    let wide = |key: &[u8]| -> Option<String> {
        let DataType::Decimal256(_, scale) = data_type else { return None };
        let mut bytes = <[u8; 32]>::try_from(key).ok()?;
        bytes[0] ^= 0x80;
        Some(with_point(i256::from_be_bytes(bytes).to_string(), *scale))
    };
    if let Some(text) = wide(key) {
        return text;
    }
    if matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) {
        let text = String::from_utf8_lossy(key);
        let shown: String = text.chars().take(SHOWN).collect();
        return format!("{:?}{}", shown, if shown.len() < text.len() { "…" } else { "" });
    }
    let hex: String = key.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect();
    format!("0x{hex}{}", if key.len() > SHOWN { "…" } else { "" })
}

/// An integer of units of 10^-scale, with its point.
fn with_point(digits: String, scale: i8) -> String {
    let Ok(scale @ 1..) = usize::try_from(scale) else { return digits };
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits.as_str()), |rest| ("-", rest));
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = padded.split_at_checked(padded.len() - scale).unwrap_or((&padded, ""));
    format!("{sign}{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use arrow_schema::TimeUnit;

    use super::*;
    use crate::expr::{float_key, wide_key};

    #[test]
    fn bounds_read_as_values_of_the_column() {
        let describe = |limits, data_type: DataType| {
            Bounds { limits, nulls: Nulls::Some, nans: false }.describe(&data_type)
        };
        let numbers = |min: i128, max: i128| Limits::Numbers(Some(min), Some(max));
        let micros = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        assert_eq!(describe(numbers(-3, 9), DataType::Int8), "-3 to 9");
        assert_eq!(describe(numbers(-3, 1234), DataType::Decimal128(9, 2)), "-0.03 to 12.34");
        assert_eq!(describe(numbers(float_key(-0.5), float_key(2.0)), DataType::Float32), "-0.5 to 2");
        assert_eq!(describe(numbers(0, 19_723), DataType::Date32), "1970-01-01 to 2024-01-01");
        assert_eq!(
            describe(Limits::Numbers(Some(1_500_000), None), micros),
            "at least 1970-01-01T00:00:01.5Z"
        );
        assert_eq!(describe(numbers(0, 1), DataType::Boolean), "false to true");
        let wide = wide_key(i256::from_i128(-15));
        assert_eq!(
            describe(Limits::Bytes(Some(wide.clone()), Some(wide)), DataType::Decimal256(40, 1)),
            "always -1.5"
        );
        let long = Limits::Bytes(None, Some("é".repeat(30).into_bytes()));
        assert_eq!(describe(long, DataType::Utf8), format!("at most \"{}\"…", "é".repeat(24)));
        assert_eq!(describe(Limits::Unknown, DataType::Utf8), "unknown");
        let nulls = Bounds { nulls: Nulls::All, ..Bounds::unknown() };
        assert_eq!(nulls.describe(&DataType::Int8), "all null");
    }
}
