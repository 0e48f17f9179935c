//! Bloom filters: what a column chunk certainly does not hold
//! (<https://parquet.apache.org/docs/file-format/bloomfilter/>).

use std::ops::Range;

use arrow_schema::DataType;
use parquet::{
    basic::Type, bloom_filter::Sbbf, file::metadata::ColumnChunkMetaData, schema::types::ColumnDescriptor,
};

use crate::expr::{Condition, Set};

/// Where a column chunk's filter lies, if it has one and says how long it is.
pub(super) fn range(chunk: &ColumnChunkMetaData) -> Option<Range<u64>> {
    let start = u64::try_from(chunk.bloom_filter_offset()?).ok()?;
    let len = u64::try_from(chunk.bloom_filter_length()?).ok()?;
    Some(start..start.checked_add(len)?)
}

/// The values that a test looks for, each as the spellings that were hashed if it is there; `None` for a test that a
/// filter cannot answer.
pub(super) fn probes(
    condition: &Condition,
    data_type: &DataType,
    leaf: &ColumnDescriptor,
) -> Option<Vec<Vec<u8>>> {
    let (Condition::Value(set) | Condition::Item(set, true)) = condition else { return None };
    let spelled: Option<Vec<Vec<Vec<u8>>>> = match set {
        // NaN has many spellings.
        Set::Numbers { nan: true, .. } => None,
        Set::Numbers { spans, .. } => {
            spans.points()?.into_iter().map(|key| spell_number(*key, data_type, leaf)).collect()
        }
        Set::Bytes(_) if matches!(data_type, DataType::Decimal256(..)) => None,
        Set::Bytes(spans) => Some(spans.points()?.into_iter().map(|bytes| vec![bytes.clone()]).collect()),
    };
    Some(spelled?.into_iter().flatten().collect())
}

/// Whether a filter rules every probe out. One that cannot be read rules nothing out.
pub(super) fn excludes(filter: &[u8], probes: &[Vec<u8>]) -> bool {
    match Sbbf::from_bytes(filter) {
        Ok(filter) if filter.num_blocks() > 0 => !probes.iter().any(|probe| filter.check(probe.as_slice())),
        _ => false,
    }
}

/// A number as its physical type is hashed: in plain encoding, lowest byte first.
fn spell_number(key: i128, data_type: &DataType, leaf: &ColumnDescriptor) -> Option<Vec<Vec<u8>>> {
    use DataType as T;
    let unsigned = data_type.is_unsigned_integer();
    match (leaf.physical_type(), data_type) {
        (_, T::Float16 | T::Float32 | T::Float64 | T::Boolean | T::Date64) => {
            spell_float(key, leaf.physical_type())
        }
        (Type::INT32, _) if unsigned => Some(vec![u32::try_from(key).ok()?.to_le_bytes().to_vec()]),
        (Type::INT32, _) => Some(vec![i32::try_from(key).ok()?.to_le_bytes().to_vec()]),
        (Type::INT64, _) if unsigned => Some(vec![u64::try_from(key).ok()?.to_le_bytes().to_vec()]),
        (Type::INT64, _) => Some(vec![i64::try_from(key).ok()?.to_le_bytes().to_vec()]),
        (Type::FIXED_LEN_BYTE_ARRAY, T::Decimal32(..) | T::Decimal64(..) | T::Decimal128(..)) => {
            let len = usize::try_from(leaf.type_length()).ok()?;
            let bytes = key.to_be_bytes();
            Some(vec![bytes.get(bytes.len().checked_sub(len)?..)?.to_vec()])
        }
        // A decimal in a byte array has no one length.
        _ => None,
    }
}

/// A float of either width; zero with both signs.
fn spell_float(key: i128, physical: Type) -> Option<Vec<Vec<u8>>> {
    let value = crate::expr::key_float(key);
    let values = if value == 0.0 { vec![0.0, -0.0] } else { vec![value] };
    let spell = |value: f64| match physical {
        Type::DOUBLE => Some(value.to_le_bytes().to_vec()),
        Type::FLOAT => {
            let narrow = value as f32;
            (f64::from(narrow) == value).then(|| narrow.to_le_bytes().to_vec())
        }
        _ => None,
    };
    values.into_iter().map(spell).collect()
}
