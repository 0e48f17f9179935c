//! Damaged files: thousands of seeded mutations of valid ones, each read as a user reads it: whole, its first rows, and
//! filtered. Each gives a clean error or right rows. No panic, no hang, no more memory than the file's size explains.
//!
//! What "right" is depends on what was damaged, because most files have no checksum:
//!
//! - A lie about sizes, counts or places (in the footer, in page headers, by a file that was cut short) must be found
//!   out or do no harm: the rows are those of the valid file, or there is an error.
//! - Random bits may hit values, names, types and statistics, which nobody can hold against anything. The rows may
//!   differ then, but there are as many as the footer says.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "common/memory_hub.rs"]
mod memory_hub;
mod mutate;
mod random;

use std::{
    collections::BTreeMap,
    fmt,
    io::Write,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use bytes::Bytes;
use hubframe::{
    Error, ErrorKind, Result,
    expr::{Expr, col},
};
use memory_hub::{MemoryHub, now};
use mutate::{Damage, Mutation, Valid};
use peak_alloc::PeakAlloc;
use random::Random;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// How many files are damaged. `HUBFRAME_MUTATIONS=100000` looks longer, `HUBFRAME_MUTATIONS=712..713` looks again.
const MUTATIONS: std::ops::Range<u64> = 0..2_000;

/// A read of a damaged file may hold so many bytes, and so many more for each byte of the file.
const MEMORY_BASE: usize = 24 << 20;
const MEMORY_FACTOR: usize = 64;

/// A read of so small a file that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// Valid files of every codec, encoding and shape, each with a condition that some of its rows pass.
fn fixtures() -> Vec<Fixture> {
    let some = |name| col(name).is_null().negate();
    let files = [
        ("codecs/none", col("id").between(100, 300)),
        ("codecs/snappy", col("count").gt(5)),
        ("codecs/gzip", col("id").between(100, 300)),
        ("codecs/zstd", col("id").between(100, 300)),
        ("codecs/lz4", col("score").gt(0.5)),
        ("codecs/lz4_raw", col("flag").eq(true)),
        ("encodings/page-v2", col("id").between(100, 300)),
        ("encodings/page-v1", some("word")),
        ("encodings/dictionary", some("word")),
        ("encodings/dictionary-fallback", some("key")),
        ("encodings/checksums", col("id").between(100, 300)),
        ("encodings/delta-byte-array", some("key")),
        ("encodings/delta-binary-packed", col("id").between(100, 300)),
        ("encodings/delta-length-byte-array", some("key")),
        ("encodings/byte-stream-split", col("int32").gt(0)),
        ("encodings/rle-boolean", col("flag").eq(true)),
        ("pages/bloom-filters", col("id").eq(1_500)),
        ("pages/nested-indexed", col("id").between(300, 330)),
        ("pages/indexed", col("id").between(7_000, 7_010)),
        ("pages/unindexed", col("id").between(7_000, 7_010)),
        ("types/nested", some("struct")),
        ("types/lists", some("list")),
        ("types/temporal", some("date32")),
        ("types/decimals", some("decimal128_9_2")),
        ("types/binary", some("binary")),
        ("types/int96", some("timestamp_ns")),
        ("types/nulls", col("none_null").gt(3)),
        ("types/required", col("id").gt(1)),
        ("beyond-datasets/maps", some("string_to_int64")),
        ("chat/data/test-00000-of-00001", some("messages")),
    ];
    files.into_iter().map(|(name, filter)| Fixture::new(name, filter)).collect()
}

struct Fixture {
    name: &'static str,
    file: Valid,
    filter: Expr,
    expected: Vec<Table>,
}

/// The ways in which a file is read.
#[derive(Debug, Clone, Copy)]
enum Read {
    Whole,
    First,
    Middle,
    Filtered,
}

const READS: [Read; 4] = [Read::Whole, Read::First, Read::Middle, Read::Filtered];

/// Rows, and how many there should be of them by the footer, where that is known.
struct Table {
    rows: Option<RecordBatch>,
    promised: Option<u64>,
}

impl Fixture {
    fn new(name: &'static str, filter: Expr) -> Self {
        let repos = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/repos/fixtures");
        let file = Valid::new(std::fs::read(repos.join(format!("{name}.parquet"))).unwrap().into());
        let expected: Vec<_> =
            READS.iter().map(|read| read.run(file.bytes.clone(), &filter).unwrap()).collect();
        let rows = |table: &Table| table.rows.as_ref().map_or(0, RecordBatch::num_rows);
        assert!(0 < rows(&expected[3]) && rows(&expected[3]) <= rows(&expected[0]), "{name}: {filter}");
        Self { name, file, filter, expected }
    }

    /// Reads a damaged file in every way.
    fn check(&self, mutation: &Mutation) -> Vec<Outcome> {
        let check = |(read, expected): (&Read, &Table)| {
            MEMORY.reset_peak_usage();
            let before = MEMORY.current_usage();
            let result = unpanicked(|| read.run(mutation.bytes.clone(), &self.filter));
            let held = MEMORY.peak_usage_as_kb();
            let held = (held * 1024.0) as usize - before.min((held * 1024.0) as usize);
            if held > MEMORY_BASE + MEMORY_FACTOR * mutation.bytes.len() {
                return Outcome::Wrong(format!("{read:?}: {held} bytes held of {}", mutation.bytes.len()));
            }
            match result {
                Err(panic) => Outcome::Wrong(format!("{read:?}: {panic}")),
                Ok(Err(error)) => judge_error(&error, mutation.damage),
                Ok(Ok(table)) => judge_rows(&table, expected, mutation.damage),
            }
        };
        READS.iter().zip(&self.expected).map(check).collect()
    }
}

impl Read {
    fn run(self, file: Bytes, filter: &Expr) -> Result<Table> {
        now(async {
            let (_, frame) = MemoryHub::open(file).await?;
            let (frame, promised) = match self {
                Self::Whole => {
                    let num_rows = frame.count().await?;
                    (frame, Some(num_rows))
                }
                Self::First => (frame.limit(3)?, None),
                Self::Middle => {
                    let num_rows = frame.count().await?;
                    (frame.slice(num_rows / 2, 2)?, None)
                }
                Self::Filtered => (frame.filter(filter.clone())?, None),
            };
            let batches = frame.collect().await?;
            let rows = batches.first().map(|first| concat_batches(&first.schema(), &batches).unwrap());
            Ok(Table { rows, promised })
        })
    }
}

/// What came of reading a damaged file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Error(&'static str),
    /// The rows of the valid file.
    Right,
    /// Others, as is to be expected of damaged bits.
    Other,
    Wrong(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(code) => write!(f, "error {code}"),
            Self::Right => f.write_str("the right rows"),
            Self::Other => f.write_str("as many rows, with damaged values"),
            Self::Wrong(what) => f.write_str(what),
        }
    }
}

fn judge_error(error: &Error, damage: Damage) -> Outcome {
    let is_clean = match error.kind() {
        ErrorKind::Corrupt | ErrorKind::Unsupported | ErrorKind::Limit => error.get("file").is_some(),
        // The filter's column has another name or type now.
        ErrorKind::Invalid => damage == Damage::Bits,
        _ => false,
    };
    if is_clean { Outcome::Error(error.kind().code()) } else { Outcome::Wrong(format!("{error:?}")) }
}

fn judge_rows(table: &Table, expected: &Table, damage: Damage) -> Outcome {
    let columns = |table: &Table| table.rows.as_ref().map(|rows| rows.columns().to_vec());
    let num_rows = table.rows.as_ref().map_or(0, |rows| rows.num_rows() as u64);
    if table.promised.is_some_and(|promised| promised != num_rows) {
        return Outcome::Wrong(format!("{num_rows} rows of {:?}", table.promised));
    }
    if columns(table) == columns(expected) {
        Outcome::Right
    } else if damage == Damage::Bits {
        Outcome::Other
    } else {
        Outcome::Wrong("other rows, although only a size, count or place is wrong".to_owned())
    }
}

/// What `run` returns, or where and why it panicked.
fn unpanicked<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    static PANIC: Mutex<String> = Mutex::new(String::new());
    std::panic::set_hook(Box::new(|panic| *PANIC.lock().unwrap() = panic.to_string()));
    let result = catch_unwind(AssertUnwindSafe(run));
    drop(std::panic::take_hook());
    result.map_err(|_| PANIC.lock().unwrap().replace('\n', " "))
}

/// Ends the process when one seed takes too long, naming it.
fn watch(seed: &'static AtomicU64) {
    thread::spawn(move || {
        let (mut last, mut since) = (0, Instant::now());
        loop {
            thread::sleep(Duration::from_millis(200));
            let now = seed.load(Ordering::Relaxed);
            if now != last {
                (last, since) = (now, Instant::now());
            } else if since.elapsed() > PATIENCE {
                let _ = writeln!(std::io::stderr(), "\nmutation {now} hangs");
                std::process::exit(1);
            }
        }
    });
}

/// The seeds to run, and whether each complaint is wanted in full.
fn seeds() -> std::ops::Range<u64> {
    let Ok(wanted) = std::env::var("HUBFRAME_MUTATIONS") else { return MUTATIONS };
    match wanted.split_once("..") {
        Some((first, end)) => first.parse().unwrap()..end.parse().unwrap(),
        None => 0..wanted.parse().unwrap(),
    }
}

#[test]
fn damaged_files_give_a_clean_error_or_right_rows() {
    static SEED: AtomicU64 = AtomicU64::new(0);
    let fixtures = fixtures();
    watch(&SEED);
    let mut counts: BTreeMap<(Damage, Outcome), u64> = BTreeMap::new();
    let mut complaints = Vec::new();
    for seed in seeds() {
        SEED.store(seed, Ordering::Relaxed);
        let mut random = Random::new(seed);
        let fixture = &fixtures[random.below(fixtures.len() as u64) as usize];
        let mutation = fixture.file.mutate(&mut random);
        for outcome in fixture.check(&mutation) {
            match &outcome {
                Outcome::Wrong(what) => {
                    complaints.push(format!("{seed} {}: {}: {what}", fixture.name, mutation.what));
                }
                _ => *counts.entry((mutation.damage, outcome)).or_default() += 1,
            }
        }
    }
    let mut report = format!("\nmutations {:?}, each read in {} ways:\n", seeds(), READS.len());
    for ((damage, outcome), count) in counts {
        report += &format!("  {damage:?}: {outcome}: {count}\n");
    }
    std::io::stderr().write_all(report.as_bytes()).unwrap();
    assert!(complaints.is_empty(), "{} complaints\n{}", complaints.len(), complaints.join("\n"));
}
