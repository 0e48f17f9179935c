//! Columns of booleans, numbers, dates and timestamps: parsed from text, with the words for a missing value as nulls.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray,
    types::{
        Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
        TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
        UInt8Type, UInt16Type, UInt32Type, UInt64Type,
    },
};
use arrow_buffer::{BooleanBufferBuilder, NullBufferBuilder};
use arrow_schema::{DataType, TimeUnit};

use super::{ColumnBuilder, Refused, not_built, scalar_text};
use crate::{
    error::Result,
    ingest::{
        guess::shortened,
        instant::{Clock, Written},
        json::Parser,
        kind::{is_null_word, parse_bool},
    },
};

/// A builder for a type without others in it.
pub(super) fn scalar_builder(data_type: &DataType) -> Option<Box<dyn ColumnBuilder>> {
    Some(match data_type {
        DataType::Boolean => Box::new(Booleans::default()),
        DataType::Int8 => number::<Int8Type>(data_type),
        DataType::Int16 => number::<Int16Type>(data_type),
        DataType::Int32 => number::<Int32Type>(data_type),
        DataType::Int64 => number::<Int64Type>(data_type),
        DataType::UInt8 => number::<UInt8Type>(data_type),
        DataType::UInt16 => number::<UInt16Type>(data_type),
        DataType::UInt32 => number::<UInt32Type>(data_type),
        DataType::UInt64 => number::<UInt64Type>(data_type),
        DataType::Float32 => number::<Float32Type>(data_type),
        DataType::Float64 => number::<Float64Type>(data_type),
        DataType::Date32 => boxed::<Date32Type>(data_type, |text, _| Written::parse(text)?.days()),
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => boxed::<TimestampSecondType>(data_type, parse_timestamp),
            TimeUnit::Millisecond => boxed::<TimestampMillisecondType>(data_type, parse_timestamp),
            TimeUnit::Microsecond => boxed::<TimestampMicrosecondType>(data_type, parse_timestamp),
            TimeUnit::Nanosecond => boxed::<TimestampNanosecondType>(data_type, parse_timestamp),
        },
        DataType::Decimal128(..) => boxed::<Decimal128Type>(data_type, parse_decimal),
        _ => return None,
    })
}

type Parse<T> = fn(&[u8], &DataType) -> Option<T>;

/// Values of one primitive type.
#[derive(Debug)]
struct Primitives<T: ArrowPrimitiveType> {
    data_type: DataType,
    parse: Parse<T::Native>,
    values: Vec<T::Native>,
    nulls: NullBufferBuilder,
}

fn boxed<T: ArrowPrimitiveType + std::fmt::Debug>(
    data_type: &DataType,
    parse: Parse<T::Native>,
) -> Box<dyn ColumnBuilder> {
    let nulls = NullBufferBuilder::new(0);
    Box::new(Primitives::<T> { data_type: data_type.clone(), parse, values: Vec::new(), nulls })
}

fn number<T>(data_type: &DataType) -> Box<dyn ColumnBuilder>
where
    T: ArrowPrimitiveType<Native: std::str::FromStr> + std::fmt::Debug,
{
    boxed::<T>(data_type, |text, _| std::str::from_utf8(text).ok()?.parse().ok())
}

impl<T: ArrowPrimitiveType + std::fmt::Debug> Primitives<T> {
    fn push(&mut self, value: Option<T::Native>) {
        self.values.push(value.unwrap_or_default());
        self.nulls.append(value.is_some());
    }
}

impl<T: ArrowPrimitiveType + std::fmt::Debug> ColumnBuilder for Primitives<T> {
    fn push_null(&mut self) {
        self.push(None);
    }

    fn push_text(&mut self, text: &[u8]) -> Result<(), Refused> {
        let text = text.trim_ascii();
        if is_missing(text) {
            self.push(None);
            return Ok(());
        }
        let value = (self.parse)(text, &self.data_type);
        let value = value.ok_or_else(|| Refused::misfit(shortened(text)))?;
        self.push(Some(value));
        Ok(())
    }

    fn push_json(&mut self, parser: &mut Parser<'_>) -> Result<(), Refused> {
        let token = parser.value()?;
        let Some(text) = scalar_text(token)? else {
            self.push(None);
            return Ok(());
        };
        let value = (self.parse)(text.as_bytes(), &self.data_type);
        let value = value.ok_or_else(|| Refused::misfit(shortened(text.as_bytes())))?;
        self.push(Some(value));
        Ok(())
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        let values = std::mem::take(&mut self.values);
        let array = PrimitiveArray::<T>::try_new(values.into(), self.nulls.finish());
        Ok(Arc::new(array.map_err(|error| not_built(&error))?.with_data_type(self.data_type.clone())))
    }
}

#[derive(Debug)]
struct Booleans {
    values: BooleanBufferBuilder,
    nulls: NullBufferBuilder,
}

impl Default for Booleans {
    fn default() -> Self {
        Self { values: BooleanBufferBuilder::new(0), nulls: NullBufferBuilder::new(0) }
    }
}

impl Booleans {
    fn push(&mut self, value: Option<bool>) {
        self.values.append(value.unwrap_or_default());
        self.nulls.append(value.is_some());
    }

    /// Also 0 and 1: that a column is boolean was decided by then.
    fn parse(text: &[u8]) -> Result<bool, Refused> {
        let value = match text {
            b"0" => Some(false),
            b"1" => Some(true),
            other => parse_bool(other),
        };
        value.ok_or_else(|| Refused::misfit(shortened(text)))
    }
}

impl ColumnBuilder for Booleans {
    fn push_null(&mut self) {
        self.push(None);
    }

    fn push_text(&mut self, text: &[u8]) -> Result<(), Refused> {
        let text = text.trim_ascii();
        let value = if is_missing(text) { None } else { Some(Self::parse(text)?) };
        self.push(value);
        Ok(())
    }

    fn push_json(&mut self, parser: &mut Parser<'_>) -> Result<(), Refused> {
        let token = parser.value()?;
        let value = scalar_text(token)?.map(|text| Self::parse(text.as_bytes())).transpose()?;
        self.push(value);
        Ok(())
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        Ok(Arc::new(BooleanArray::new(self.values.finish(), self.nulls.finish())))
    }
}

/// Whether a field that is not text has no value. The words for that do not end in a digit, numbers and dates mostly do.
fn is_missing(text: &[u8]) -> bool {
    text.last().is_none_or(|last| !last.is_ascii_digit() && is_null_word(text))
}

/// A point in time, with a zone exactly if the type has one; without one only a type in UTC takes it.
fn parse_timestamp(text: &[u8], data_type: &DataType) -> Option<i64> {
    let DataType::Timestamp(unit, zone) = data_type else { return None };
    let written = Written::parse(text)?;
    let fits = match zone.as_deref() {
        None => written.clock != Clock::Zoned,
        Some(zone) => written.clock == Clock::Zoned || matches!(zone, "UTC" | "Z" | "+00:00"),
    };
    fits.then(|| written.in_unit(*unit))?
}

/// A decimal that needs no rounding.
fn parse_decimal(text: &[u8], data_type: &DataType) -> Option<i128> {
    let DataType::Decimal128(precision, scale) = data_type else { return None };
    let text = std::str::from_utf8(text).ok()?;
    let (sign, unsigned) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let scale = usize::try_from(*scale).ok()?;
    let extra = fraction.get(scale..).unwrap_or_default();
    let digits = format!("{whole}{:0<scale$}", fraction.get(..scale).unwrap_or(fraction));
    let exact = extra.bytes().all(|byte| byte == b'0');
    let plain = whole.len() + fraction.len() > 0 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let significant = digits.trim_start_matches('0').len() <= usize::from(*precision);
    if exact && plain && significant { Some(sign * digits.parse::<i128>().ok()?) } else { None }
}

#[cfg(test)]
mod tests {
    use arrow_array::{cast::AsArray, types::Decimal128Type};

    use super::*;

    fn build(data_type: DataType, fields: &[&str]) -> Result<ArrayRef, Refused> {
        let mut builder = scalar_builder(&data_type).unwrap();
        for field in fields {
            builder.push_text(field.as_bytes())?;
        }
        let array = builder.finish().unwrap();
        assert_eq!(array.data_type(), &data_type);
        Ok(array)
    }

    fn misfit(data_type: DataType, field: &str) {
        assert_eq!(build(data_type, &[field]).unwrap_err(), Refused::misfit(field));
    }

    #[test]
    fn numbers() {
        let ints = build(DataType::Int64, &["1", " 2 ", "NA", "", "null", "007"]).unwrap();
        let ints: Vec<_> = ints.as_primitive::<Int64Type>().iter().collect();
        assert_eq!(ints, [Some(1), Some(2), None, None, None, Some(7)]);
        let floats = build(DataType::Float64, &["1", "nan", "-NaN", "-inf", "1.#QNAN", ".5"]).unwrap();
        let floats: Vec<_> = floats.as_primitive::<Float64Type>().iter().collect();
        assert_eq!(floats, [Some(1.0), None, None, Some(f64::NEG_INFINITY), None, Some(0.5)]);
        misfit(DataType::Int8, "128");
        misfit(DataType::UInt64, "-1");
        misfit(DataType::Int64, "1.0");
        misfit(DataType::Boolean, "yes");
    }

    #[test]
    fn decimals_are_exact() {
        let decimal = DataType::Decimal128(5, 2);
        let array = build(decimal.clone(), &["1.5", "-123.45", "7", "0.100", ".5"]).unwrap();
        let values: Vec<_> = array.as_primitive::<Decimal128Type>().values().to_vec();
        assert_eq!(values, [150, -12345, 700, 10, 50]);
        misfit(decimal.clone(), "1.005");
        misfit(decimal.clone(), "1234.5");
        misfit(decimal, ".");
    }

    #[test]
    fn timestamps_have_a_zone_or_not() {
        let in_utc = DataType::Timestamp(TimeUnit::Second, Some("UTC".into()));
        let local = DataType::Timestamp(TimeUnit::Second, None);
        let elsewhere = DataType::Timestamp(TimeUnit::Second, Some("Europe/Paris".into()));
        let array = build(in_utc, &["1970-01-01T01:00:00+01:00", "1970-01-02"]).unwrap();
        assert_eq!(array.as_primitive::<TimestampSecondType>().values().to_vec(), [0, 86_400]);
        assert!(build(elsewhere.clone(), &["1970-01-01T01:00:00+01:00"]).is_ok());
        misfit(elsewhere, "1970-01-01T01:00:00");
        misfit(local.clone(), "1970-01-01T01:00:00Z");
        misfit(local, "1970-01-01T01:00:00.5");
    }
}
