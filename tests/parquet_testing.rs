//! Apache's parquet-testing files, read as a user reads them: the rows are pyarrow's, and a damaged file is refused.
//!
//! `fixtures/parquet-testing.json` holds what pyarrow reads, or why it refuses (`fixtures/README.md`). `PARQUET_TESTING`
//! names a checkout of <https://github.com/apache/parquet-testing>; without it these tests only say that they did nothing.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "fixtures/golden.rs"]
mod golden;
#[path = "common/memory_hub.rs"]
mod memory_hub;

use std::{collections::BTreeMap, fmt, io::Write, path::PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, FieldRef, Schema, TimeUnit};
use bytes::Bytes;
use golden::{encode, fixtures};
use hubframe::{Error, ErrorKind, Result};
use memory_hub::{MemoryHub, now};
use serde_json::Value;

/// Files that pyarrow refuses and hubframe reads, how many rows it finds, and why that is right.
const READ_NONETHELESS: [(&str, usize, &str); 2] = [
    (
        "data/incorrect_map_schema.parquet",
        1,
        "the keys of the map are marked as optional, which some writers do, but none is null",
    ),
    (
        "data/large_string_map.brotli.parquet",
        2,
        "pyarrow cannot join two maps of 1 GiB each; here each is a batch",
    ),
];

/// Files that hubframe reads in another way than pyarrow, and why.
const OTHERWISE: [(&str, &str); 3] = [
    (
        "data/int96_from_spark.parquet",
        "the last date, in the year 290000, does not fit a timestamp in nanoseconds; both wrap around, each in its way",
    ),
    (
        "data/dict-page-offset-zero.parquet",
        "the footer has a list where the format has a number; the parquet crate refuses it, pyarrow passes over it",
    ),
    (
        "data/nation.dict-malformed.parquet",
        "the column chunks are said to be shorter than they are; pyarrow guesses for writers of 2013, nobody else",
    ),
];

/// Values of each column that are shown beside a difference.
const FIRST: usize = 3;

/// The rows of a file, as far as they are compared.
struct Table {
    num_rows: usize,
    columns: Vec<Column>,
}

struct Column {
    name: String,
    data_type: String,
    hash: Hash,
    first: Vec<Value>,
}

/// A path in the checkout, if there is one.
fn in_checkout(path: &str) -> Option<PathBuf> {
    Some(PathBuf::from(std::env::var_os("PARQUET_TESTING")?).join(path))
}

/// What pyarrow made of the files in a folder of the checkout, by their paths. Nothing without a checkout, but not in
/// silence: the test harness holds back what passing tests print, not what is written to the stream itself.
fn oracle(folder: &str) -> BTreeMap<String, Value> {
    if in_checkout(folder).is_none() {
        let note =
            format!("\nPARQUET_TESTING is not set: the {folder} of Apache's parquet-testing is NOT read\n");
        std::io::stderr().write_all(note.as_bytes()).unwrap();
        return BTreeMap::new();
    }
    let oracle = std::fs::read(fixtures().join("parquet-testing.json")).unwrap();
    let oracle: BTreeMap<String, Value> = serde_json::from_slice(&oracle).unwrap();
    let files: BTreeMap<_, _> =
        oracle.into_iter().filter(|(path, _)| path.starts_with(&format!("{folder}/"))).collect();
    assert!(!files.is_empty(), "the oracle has no files in {folder}");
    files
}

/// Reads a file batch by batch. Without `values`, only its rows are counted.
fn by_hubframe(path: &str, values: bool) -> Result<Table> {
    let bytes = Bytes::from(std::fs::read(in_checkout(path).unwrap()).unwrap());
    now(async {
        let (session, frame) = MemoryHub::open(bytes).await?;
        let mut table = Table::empty(frame.schema());
        for task in session.plan(frame.spec()).await?.tasks {
            let mut scan = session.scan(task)?;
            while let Some(batch) = scan.next_batch().await? {
                table.add(&batch, values);
            }
        }
        Ok(table)
    })
}

impl Table {
    fn empty(schema: &Schema) -> Self {
        let column = |field: &FieldRef| Column {
            name: field.name().clone(),
            data_type: type_name(field.data_type()),
            hash: Hash::default(),
            first: Vec::new(),
        };
        Self { num_rows: 0, columns: schema.fields().iter().map(column).collect() }
    }

    fn add(&mut self, batch: &RecordBatch, values: bool) {
        self.num_rows += batch.num_rows();
        for (column, array) in self.columns.iter_mut().zip(batch.columns()).filter(|_| values) {
            for value in encode(array).into_iter().map(canonical) {
                let text = value.to_string();
                column.hash.add(&text);
                column.first.push(value);
                column.first.truncate(FIRST);
            }
        }
    }

    /// How this table differs from pyarrow's.
    fn differs(&self, path: &str, expected: &Value) -> Vec<String> {
        let columns = expected["columns"].as_array().unwrap();
        if (self.num_rows as u64, self.columns.len())
            != (expected["num_rows"].as_u64().unwrap(), columns.len())
        {
            return vec![format!("{path}: {} rows of {} columns", self.num_rows, self.columns.len())];
        }
        let pairs = self.columns.iter().zip(columns);
        pairs.filter_map(|(ours, theirs)| ours.differs(theirs)).map(|how| format!("{path}: {how}")).collect()
    }
}

impl Column {
    fn differs(&self, expected: &Value) -> Option<String> {
        let text = |key: &str| expected[key].as_str().unwrap();
        let same = self.name == text("name")
            && self.data_type == text("type")
            && self.hash.to_string() == text("hash");
        (!same).then(|| format!("{self} instead of {expected}"))
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {:?}", self.name, self.data_type, self.hash, self.first)
    }
}

/// 64-bit FNV-1a of texts, one to a line.
struct Hash {
    value: u64,
    is_empty: bool,
}

impl Default for Hash {
    fn default() -> Self {
        Self { value: 0xcbf2_9ce4_8422_2325, is_empty: true }
    }
}

impl Hash {
    fn add(&mut self, text: &str) {
        let separator = if self.is_empty { "" } else { "\n" };
        for byte in separator.bytes().chain(text.bytes()) {
            self.value = (self.value ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
        self.is_empty = false;
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.value)
    }
}

/// The golden encoding with floats by their bits.
fn canonical(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            format!("0x{:016x}", number.as_f64().unwrap().to_bits()).into()
        }
        Value::Array(items) => items.into_iter().map(canonical).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, canonical(value))).collect())
        }
        other => other,
    }
}

/// An Arrow type as pyarrow prints it.
fn type_name(data_type: &DataType) -> String {
    let nested = |field: &FieldRef| {
        let required = if field.is_nullable() { "" } else { " not null" };
        format!("{}: {}{required}", field.name(), type_name(field.data_type()))
    };
    match data_type {
        DataType::Float16 => "halffloat".to_owned(),
        DataType::Float32 => "float".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Utf8 => "string".to_owned(),
        DataType::Boolean => "bool".to_owned(),
        DataType::Date32 => "date32[day]".to_owned(),
        DataType::Timestamp(unit, zone) => {
            let zone = zone.as_ref().map_or_else(String::new, |zone| format!(", tz={zone}"));
            format!("timestamp[{}{zone}]", unit_name(*unit))
        }
        DataType::Time32(unit) => format!("time32[{}]", unit_name(*unit)),
        DataType::Time64(unit) => format!("time64[{}]", unit_name(*unit)),
        DataType::FixedSizeBinary(len) => format!("fixed_size_binary[{len}]"),
        DataType::Decimal128(precision, scale) => format!("decimal128({precision}, {scale})"),
        DataType::List(item) => format!("list<{}>", nested(item)),
        DataType::Struct(fields) => {
            format!("struct<{}>", fields.iter().map(nested).collect::<Vec<_>>().join(", "))
        }
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => {
                format!("map<{}, {}>", type_name(fields[0].data_type()), type_name(fields[1].data_type()))
            }
            other => panic!("a map of {other}"),
        },
        other => other.to_string().to_lowercase(),
    }
}

fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "us",
        TimeUnit::Nanosecond => "ns",
    }
}

#[test]
fn every_file_reads_as_pyarrow_reads_it() {
    let mut complaints = Vec::new();
    for (path, expected) in oracle("data") {
        if OTHERWISE.iter().any(|(file, _)| *file == path) {
            continue;
        }
        let nonetheless = READ_NONETHELESS.iter().find(|(file, ..)| *file == path);
        match (by_hubframe(&path, nonetheless.is_none()), nonetheless) {
            (Err(error), _) if needs_brotli(&error) => {}
            (Err(error), _) => complaints.push(format!("{path}: {error}")),
            (Ok(table), Some((_, num_rows, _))) if table.num_rows == *num_rows => {}
            (Ok(table), _) => complaints.extend(table.differs(&path, &expected)),
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_damaged_file_is_refused_or_read_as_pyarrow_reads_it() {
    let mut complaints = Vec::new();
    for (path, expected) in oracle("bad_data") {
        match by_hubframe(&path, true) {
            Err(error) if matches!(error.kind(), ErrorKind::Corrupt | ErrorKind::Unsupported) => {}
            Err(error) => complaints.push(format!("{path}: kind {:?}: {error}", error.kind())),
            Ok(table) if expected["error"].is_null() => complaints.extend(table.differs(&path, &expected)),
            Ok(table) => complaints.push(format!("{path}: {} rows, but {expected}", table.num_rows)),
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Whether only the build without the brotli codec refuses the file.
fn needs_brotli(error: &Error) -> bool {
    cfg!(not(feature = "whole")) && error.get("codec") == Some("brotli")
}
