//! Random tables, files and conditions, from a seed.

#![allow(dead_code, reason = "each test uses its part")]

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Decimal256Array, FixedSizeBinaryArray,
    Float16Array, Float32Array, Float64Array, Int8Array, Int64Array, LargeBinaryArray, RecordBatch,
    StringArray, StructArray, TimestampMillisecondArray, UInt32Array, UInt64Array,
    builder::{Int32Builder, ListBuilder},
    types::{ArrowPrimitiveType, Float16Type},
};
use arrow_buffer::{NullBuffer, i256};
use arrow_schema::{DataType, Field};
use bytes::Bytes;
use hubframe::expr::{Comparison, Expr, Literal, Operand, col};
use parquet::{
    arrow::ArrowWriter,
    basic::Compression,
    file::properties::{EnabledStatistics, WriterProperties, WriterVersion},
};

/// A random number generator that any seed starts ("splitmix64").
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Clone>(&mut self, options: &[T]) -> T {
        options[self.below(options.len() as u64) as usize].clone()
    }
}

/// A table with a column of every kind. Its values are few enough to meet often; some columns are sorted, some have no
/// nulls, some rows are all null.
pub(crate) fn table(random: &mut Random, rows: usize) -> RecordBatch {
    let mut columns: Vec<(&str, ArrayRef)> = Vec::new();
    let values = |random: &mut Random| -> Vec<Option<i64>> {
        let nulls = random.pick(&[0, 10, 60]);
        let shape = random.below(3);
        let block = random.below(rows as u64 + 1) as usize;
        (0..rows)
            .map(|row| {
                let value = match shape {
                    0 => row as i64 / 3 - 10,
                    1 => random.below(16) as i64 - 8,
                    _ => (row as i64 - 40) * (row as i64 % 3 - 1),
                };
                let in_null_block = (block..block + 20).contains(&row) && nulls > 0;
                (!random.chance(nulls) && !in_null_block).then_some(value)
            })
            .collect()
    };
    let text = |value: i64| format!("{}{value:03}", ["ab", "b", "é", ""][value.unsigned_abs() as usize % 4]);
    let float = |value: i64| match value {
        7 => f64::NAN,
        6 => -0.0,
        5 => f64::INFINITY,
        value => value as f64 / 2.0,
    };
    macro_rules! column {
        ($name:literal, $array:ident, $map:expr) => {{
            let values = values(random);
            columns
                .push(($name, Arc::new($array::from_iter(values.into_iter().map(|value| value.map($map))))));
        }};
    }
    column!("i8", Int8Array, |v| v.clamp(-128, 127) as i8);
    column!("i64", Int64Array, |v| v);
    column!("u32", UInt32Array, |v| (v as u32).rotate_left(31));
    column!("u64", UInt64Array, |v| v as u64);
    column!("f32", Float32Array, |v| float(v) as f32);
    column!("f64", Float64Array, float);
    column!("f16", Float16Array, |v| <Float16Type as ArrowPrimitiveType>::Native::from_f64(float(v)));
    column!("bool", BooleanArray, |v| v > 0);
    column!("text", StringArray, text);
    column!("bytes", LargeBinaryArray, |v| v.to_be_bytes()[6..].to_vec());
    column!("date", Date32Array, |v| v as i32);
    let stamps: TimestampMillisecondArray =
        values(random).into_iter().map(|value| value.map(|v| v * 1_500)).collect();
    columns.push(("time", Arc::new(stamps.with_timezone("UTC"))));
    for (name, precision) in [("dec9", 9), ("dec18", 18), ("dec38", 38)] {
        let decimals: Decimal128Array =
            values(random).into_iter().map(|value| value.map(i128::from)).collect();
        columns.push((name, Arc::new(decimals.with_precision_and_scale(precision, 1).unwrap())));
    }
    let wide: Decimal256Array =
        values(random).into_iter().map(|value| value.map(|v| i256::from_i128(v.into()))).collect();
    columns.push(("dec60", Arc::new(wide.with_precision_and_scale(60, 1).unwrap())));
    let fixed = values(random).into_iter().map(|value| value.map(|v| (v as u16).to_be_bytes()));
    columns
        .push(("fixed", Arc::new(FixedSizeBinaryArray::try_from_sparse_iter_with_size(fixed, 2).unwrap())));
    columns.push(("struct", structs(values(random), values(random))));
    columns.push(("list", lists(random, values)));
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap()
}

fn structs(inner: Vec<Option<i64>>, outer: Vec<Option<i64>>) -> ArrayRef {
    let nulls = NullBuffer::from_iter(outer.iter().map(Option::is_some));
    let field = Arc::new(Field::new("x", DataType::Int64, true));
    Arc::new(StructArray::new(vec![field].into(), vec![Arc::new(Int64Array::from(inner))], Some(nulls)))
}

fn lists(random: &mut Random, values: impl Fn(&mut Random) -> Vec<Option<i64>>) -> ArrayRef {
    let mut lists = ListBuilder::new(Int32Builder::new());
    for value in values(random) {
        let items = |v: i64| (0..v.rem_euclid(4)).map(move |item| (item != 2).then_some((v + item) as i32));
        lists.append_option(value.map(items));
    }
    Arc::new(lists.finish())
}

/// A file of the table: small row groups of small pages, with whatever statistics the writer may leave out.
pub(crate) fn file(random: &mut Random, table: &RecordBatch) -> Bytes {
    let page_rows = 1 + random.below(60) as usize;
    let statistics = random.pick(&[
        EnabledStatistics::None,
        EnabledStatistics::Chunk,
        EnabledStatistics::Page,
        EnabledStatistics::Page,
    ]);
    let truncated = random.pick(&[None, Some(1), Some(3)]);
    let properties = WriterProperties::builder()
        .set_writer_version(random.pick(&[WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0]))
        .set_max_row_group_row_count(Some(1 + random.below(300) as usize))
        .set_data_page_row_count_limit(page_rows)
        .set_write_batch_size(page_rows)
        .set_dictionary_enabled(random.chance(50))
        .set_statistics_enabled(statistics)
        .set_statistics_truncate_length(truncated)
        .set_column_index_truncate_length(truncated)
        .set_bloom_filter_enabled(random.chance(40))
        .set_offset_index_disabled(random.chance(20))
        .set_compression(random.pick(&[Compression::UNCOMPRESSED, Compression::SNAPPY]))
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, table.schema(), Some(properties)).unwrap();
    writer.write(table).unwrap();
    writer.close().unwrap();
    Bytes::from(bytes)
}

/// A condition on such a table, with values near those that it holds.
pub(crate) fn condition(random: &mut Random, depth: u64) -> Expr {
    if depth > 0 && random.chance(55) {
        let mut parts = Vec::new();
        for _ in 0..=random.below(3) {
            parts.push(condition(random, depth - 1));
        }
        return match random.below(5) {
            0 | 1 => Expr::And(parts),
            2 | 3 => Expr::Or(parts),
            _ => Expr::Not(Box::new(Expr::And(parts))),
        };
    }
    test(random)
}

fn test(random: &mut Random) -> Expr {
    const NUMBERS: [&str; 11] =
        ["i8", "i64", "u32", "u64", "f32", "f64", "f16", "dec9", "dec18", "dec38", "dec60"];
    let int = |random: &mut Random| random.below(140) as i64 - 20;
    let number = |random: &mut Random| match random.below(4) {
        0 => Literal::from(int(random) as f64 / 4.0),
        1 => Literal::Decimal(format!("{}.5", random.below(60))),
        _ => Literal::from(int(random)),
    };
    let text =
        |random: &mut Random| format!("{}{:03}", random.pick(&["ab", "b", "é", ""]), random.below(100));
    match random.below(12) {
        0..=3 => compare(random, col(random.clone().pick(&NUMBERS)), number),
        4 => compare(random, col("text"), |random| text(random).into()),
        5 => compare(random, col("date"), |random| format!("1970-{:02}-15", 1 + random.below(12)).into()),
        6 => compare(random, col("time"), |random| {
            Literal::Timestamp(format!("1970-01-01T00:0{}:{:02}.250Z", random.below(4), random.below(60)))
        }),
        7 => compare(random, col("bytes"), |random| (random.below(200) as u16).to_be_bytes().to_vec().into()),
        8 => compare(random, col("fixed"), |random| (random.below(200) as u16).to_be_bytes().to_vec().into()),
        9 => match random.below(4) {
            0 => col("struct.x").is_null(),
            1 => col("struct").is_null(),
            2 => compare(random, col("struct.x"), number),
            _ => col(random.pick(&["i64", "text", "list", "dec60", "bool"])).is_null(),
        },
        10 => match random.below(3) {
            0 => col("list").contains(int(random)),
            1 => compare(random, col("list").length(), |random| Literal::from(random.below(4) as i64)),
            _ => col("bool").eq(random.chance(50)),
        },
        _ => match random.below(4) {
            0 => col("text").starts_with(random.pick(&["a", "b0", "é0", "0"])),
            1 => col("text").contains(random.pick(&["0", "b01", "é"])),
            2 => col("text").ends_with(&random.below(10).to_string()),
            _ => col("text").matches(random.pick(&["^a?b0[0-4]", "1$", "[^0]{2}"])),
        },
    }
}

fn compare(random: &mut Random, operand: Operand, value: impl Fn(&mut Random) -> Literal) -> Expr {
    use Comparison::{Eq, Ge, Gt, Le, Lt, Ne};
    let expr = match random.below(4) {
        0 => {
            let count = random.below(4);
            operand.is_in((0..count).map(|_| value(random)).collect::<Vec<_>>())
        }
        1 => operand.between(value(random), value(random)),
        _ => Expr::Compare(operand, random.pick(&[Eq, Eq, Ne, Lt, Le, Gt, Ge]), value(random)),
    };
    if random.chance(20) { expr.negate() } else { expr }
}
