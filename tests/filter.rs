//! Filtered frames over the local Hub: the rows are those that pass, and what they cost is what `explain` said.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;
mod random;

use std::sync::{Arc, LazyLock};

use arrow_array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, cast::AsArray, types::Int64Type,
};
use arrow_select::{concat::concat_batches, filter::filter_record_batch};
use bytes::Bytes;
use common::{NativeTransport, bytes, requests, wait};
use hubframe::{
    expr::{Expr, Literal, Missing, col},
    frame::{Cost, Explanation, Frame, FrameSpec, Session},
    http::RetryPolicy,
    parquet::PrunedBy,
};
use hubframe_hub::{FileSeed, Hub, RepoSeed, RunningHub, Source};
use parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties};
use random::Random;

const ROWS: usize = 40_000;

/// Four row groups of 10,000 rows in pages of 500: a sorted id, a key that is unique in no order, a score, and long
/// text.
fn large(bloom_filters: bool, page_index: bool) -> Vec<u8> {
    let mut random = Random::new(1);
    let text =
        |random: &mut Random| (0..10).map(|_| format!("{:015x}", random.below(1 << 60))).collect::<String>();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(Int64Array::from_iter_values(0..ROWS as i64))),
        ("key", Arc::new(StringArray::from_iter_values((0..ROWS as u64).map(key)))),
        ("score", Arc::new(Float64Array::from_iter_values((0..ROWS).map(|row| (row * 7 % 100) as f64)))),
        ("text", Arc::new(StringArray::from_iter_values((0..ROWS).map(|_| text(&mut random))))),
    ];
    let table = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(10_000))
        .set_data_page_row_count_limit(500)
        .set_write_batch_size(500)
        .set_column_dictionary_enabled("key".into(), false)
        .set_column_dictionary_enabled("text".into(), false)
        .set_column_bloom_filter_enabled("key".into(), bloom_filters)
        .set_offset_index_disabled(!page_index)
        .set_compression(Compression::SNAPPY);
    let properties = match page_index {
        true => properties.build(),
        false => {
            properties.set_statistics_enabled(parquet::file::properties::EnabledStatistics::Chunk).build()
        }
    };
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, table.schema(), Some(properties)).unwrap();
    writer.write(&table).unwrap();
    writer.close().unwrap();
    bytes
}

/// In no order, and the same nowhere.
fn key(row: u64) -> String {
    format!("{:016x}", row.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

static INDEXED: LazyLock<Bytes> = LazyLock::new(|| large(false, true).into());
static BLOOM: LazyLock<Bytes> = LazyLock::new(|| large(true, true).into());
static PLAIN: LazyLock<Bytes> = LazyLock::new(|| large(false, false).into());

fn fixture_hub() -> RunningHub {
    Hub::builder().data(common::fixtures().join("repos")).start().unwrap()
}

/// A hub with one large file.
fn large_hub(file: &Bytes) -> RunningHub {
    let repo = RepoSeed::new("user/large").file("a.parquet", FileSeed::Source(Source::Bytes(file.clone())));
    Hub::builder().repo(repo).start().unwrap()
}

/// Opens a path with the patience that a busy machine wants.
async fn read(hub: &RunningHub, path: &str) -> Frame<NativeTransport> {
    common::session_with(hub, None, RetryPolicy::default())
        .read_parquet(&[path.to_owned()], None)
        .await
        .unwrap()
}

async fn read_large(hub: &RunningHub) -> Frame<NativeTransport> {
    read(hub, "hf://datasets/user/large/a.parquet").await
}

fn table(frame: &Frame<NativeTransport>, batches: &[RecordBatch]) -> RecordBatch {
    match batches.first() {
        Some(first) => concat_batches(&first.schema(), batches).unwrap(),
        None => RecordBatch::new_empty(frame.schema().clone()),
    }
}

async fn collect(frame: &Frame<NativeTransport>) -> RecordBatch {
    table(frame, &frame.collect().await.unwrap())
}

fn passing(table: &RecordBatch, expr: &Expr) -> RecordBatch {
    let predicate = expr.bind(&table.schema(), Missing::Refuse).unwrap();
    filter_record_batch(table, &predicate.evaluate(table).unwrap()).unwrap()
}

fn ids(table: &RecordBatch) -> Vec<i64> {
    table.column_by_name("id").unwrap().as_primitive::<Int64Type>().values().to_vec()
}

/// Explains the frame, reads it, and returns what it said, what it cost, and the rows.
async fn explained(hub: &RunningHub, frame: &Frame<NativeTransport>) -> (Explanation, Cost, RecordBatch) {
    let explanation = frame.explain().await.unwrap();
    hub.reset();
    let rows = collect(frame).await;
    let cost = Cost { requests: requests(hub), bytes: bytes(hub), ..Cost::default() };
    (explanation, cost, rows)
}

#[test]
fn filtered_rows_are_those_that_pass() {
    let hub = fixture_hub();
    wait(async {
        for (path, filters) in [
            (
                "hf://datasets/fixtures/pages/indexed.parquet",
                vec![
                    col("id").between(7_000, 7_010),
                    col("time").lt("2023-11-14T22:13:25Z").and(col("word").starts_with("a")),
                    col("sparse").is_not_null().and(col("score").gt(50)),
                    col("text").contains("birch").and(col("id").ge(19_000)),
                    col("word").is_in(["amber", "nothing"]).negate(),
                    col("id").lt(0),
                ],
            ),
            (
                "hf://datasets/fixtures/pages/nested-indexed.parquet",
                vec![col("words").length().gt(2), col("id").eq(1500).or(col("words").is_null())],
            ),
            (
                "hf://datasets/fixtures/labels/data/train-00000-of-00001.parquet",
                vec![col("topics").contains(3).and(col("label").ne(1)), col("topics").length().eq(0)],
            ),
        ] {
            let frame = read(&hub, path).await;
            let whole = collect(&frame).await;
            for filter in filters {
                let filtered = frame.filter(filter.clone()).unwrap();
                let expected = passing(&whole, &filter);
                assert_eq!(collect(&filtered).await.columns(), expected.columns(), "{filter}");
                assert_eq!(filtered.count().await.unwrap(), expected.num_rows() as u64, "{filter}");
            }
        }
    });
}

#[test]
fn slices_count_the_rows_that_pass() {
    let hub = fixture_hub();
    wait(async {
        let frame = read(&hub, "hf://datasets/fixtures/many-files").await;
        let whole = collect(&frame).await;
        let column = frame.columns()[0].to_owned();
        let some =
            whole.column_by_name(&column).unwrap().as_primitive::<Int64Type>().value(whole.num_rows() / 2);
        let filter = col(column.as_str()).ne(some);
        let expected = passing(&whole, &filter);
        let filtered = frame.filter(filter).unwrap();
        let total = expected.num_rows();
        for (offset, len) in [(0, 5), (total / 2 - 3, 20), (total - 2, 10), (total, 1), (0, total)] {
            let slice = filtered.slice(offset as u64, len as u64).unwrap();
            let part = expected.slice(offset, len.min(total - offset));
            assert_eq!(collect(&slice).await.columns(), part.columns(), "{offset} + {len}");
            assert_eq!(slice.count().await.unwrap(), part.num_rows() as u64);
        }
        let tail = filtered.tail(7).await.unwrap();
        assert_eq!(table(&frame, &tail).columns(), expected.slice(total - 7, 7).columns());
        let tail = filtered.slice(3, 30).unwrap().tail(4).await.unwrap();
        assert_eq!(table(&frame, &tail).columns(), expected.slice(29, 4).columns());
        hub.reset();
        assert_eq!(filtered.head(3).await.unwrap().iter().map(RecordBatch::num_rows).sum::<usize>(), 3);
        assert!(requests(&hub) <= 2, "{} requests for the first rows of the first file", requests(&hub));
        let error = frame.slice(0, 5).unwrap().filter(col(column.as_str()).is_null()).unwrap_err();
        assert!(error.message().contains("filter and sample first"), "{error}");
    });
}

#[test]
fn the_cost_is_what_explain_says() {
    wait(async {
        for (file, filter, by) in [
            // Page by page, on a sorted column.
            (&INDEXED, Some(col("id").between(12_300, 12_345)), Some(PrunedBy::PageIndex)),
            // Without page index, whole row groups.
            (&PLAIN, Some(col("id").between(12_300, 12_345)), Some(PrunedBy::Statistics)),
            // Rows that pass are in every page.
            (&INDEXED, Some(col("score").gt(90).and(col("id").lt(9_000))), Some(PrunedBy::PageIndex)),
            (&INDEXED, Some(col("id").lt(0)), Some(PrunedBy::Statistics)),
            (&INDEXED, None, None),
        ] {
            let hub = large_hub(file);
            let whole = collect(&read_large(&hub).await).await;
            // A session of its own, which has read nothing yet.
            let frame = read_large(&hub).await;
            let frame = match &filter {
                Some(filter) => frame.filter(filter.clone()).unwrap(),
                None => frame.select(&["text", "id"]).unwrap().slice(15_000, 7_000).unwrap(),
            };
            let (explanation, cost, rows) = explained(&hub, &frame).await;
            if let Some(filter) = &filter {
                assert_eq!(rows.columns(), passing(&whole, filter).columns(), "{filter}");
            }
            let said = explanation.cost;
            assert_eq!((cost.requests, cost.bytes), (said.requests, said.bytes), "{explanation}");
            assert_eq!(explanation.at_most, said, "nothing hangs on the rows:\n{explanation}");
            let evidence: Vec<_> = explanation.pruned.iter().map(|pruned| pruned.by).collect();
            assert!(by.is_none_or(|by| evidence.contains(&by)), "{explanation}");
            let spared: u64 = explanation.pruned.iter().map(|pruned| pruned.num_rows).sum();
            if filter.is_some() {
                assert_eq!(explanation.kept.rows.kept + spared, ROWS as u64, "{explanation}");
            }
        }
    });
}

#[test]
fn the_columns_of_a_filter_are_read_first_where_that_pays() {
    let hub = large_hub(&INDEXED);
    wait(async {
        let frame = read_large(&hub).await;
        let filtered = frame.filter(col("key").eq(key(23_456))).unwrap();
        let (explanation, cost, rows) = explained(&hub, &filtered).await;
        assert_eq!(ids(&rows), [23_456]);
        assert!(explanation.at_most.bytes > 9 * explanation.cost.bytes, "{explanation}");
        // The pages of one row, beside all keys.
        let more = cost.bytes - explanation.cost.bytes;
        assert!(more > 100_000 && more < 300_000, "{} bytes more than\n{explanation}", more);
        assert_eq!(explanation.kept.row_groups.kept, 4);
        // All keys at once; then, at the worst, pages of each row group.
        assert_eq!(explanation.cost.round_trips, 1);
        assert_eq!(explanation.at_most.round_trips, 5);
    });
}

#[test]
fn bloom_filters_are_read_where_they_pay() {
    let hub = large_hub(&BLOOM);
    wait(async {
        let frame = read_large(&hub).await;
        let present = frame.filter(col("key").eq(key(23_456))).unwrap();
        let (explanation, _, rows) = explained(&hub, &present).await;
        assert_eq!(ids(&rows), [23_456]);
        let by_bloom = explanation.pruned.iter().filter(|pruned| pruned.by == PrunedBy::BloomFilter).count();
        assert!(by_bloom >= 2, "{explanation}");
        let absent = frame.filter(col("key").is_in(["nothing", "at all"])).unwrap();
        hub.reset();
        assert_eq!(absent.count().await.unwrap(), 0);
        // The filters are known from before. A false positive costs a row group's keys.
        assert!(requests(&hub) <= 1, "{} requests", requests(&hub));
    });
}

#[test]
fn counting_reads_what_footers_do_not_prove() {
    let hub = large_hub(&INDEXED);
    wait(async {
        let frame = read_large(&hub).await;
        let count = async |filter: Expr| {
            hub.reset();
            (frame.filter(filter).unwrap().count().await.unwrap(), requests(&hub), bytes(&hub))
        };
        assert_eq!(count(col("id").ge(10_000)).await, (30_000, 0, 0));
        assert_eq!(count(col("id").ge(0).and(col("score").le(99))).await, (40_000, 0, 0));
        assert_eq!(count(col("text").is_null()).await, (0, 0, 0));
        let (rows, requests, bytes) = count(col("id").ge(10_100)).await;
        assert_eq!((rows, requests), (29_900, 1));
        // One page of the one row group that the bound falls into, or all of its ids where that is no dearer.
        assert!(bytes < 100_000, "{bytes} bytes");
    });
}

#[test]
fn labels_go_by_name_and_lists_by_dask() {
    let hub = fixture_hub();
    wait(async {
        let path = "hf://datasets/fixtures/labels/data/train-00000-of-00001.parquet";
        let frame = read(&hub, path).await;
        let count = async |filter: Expr| frame.filter(filter).unwrap().count().await.unwrap();
        assert_eq!(count(col("label").eq("positive")).await, count(col("label").eq(2)).await);
        assert_eq!(count(col("topics").contains("delta")).await, count(col("topics").contains(3)).await);
        let error = frame.filter(col("label").eq("positiv")).unwrap_err();
        assert!(error.message().contains("the nearest is \"positive\""), "{error}");
        let lists =
            r#"[[["label", "in", ["negative", "neutral"]], ["text", "!=", ""]], [["label", "==", 2]]]"#;
        let dnf: Expr = serde_json::from_str(lists).unwrap();
        let tree = col("label").is_in([0, 1]).and(col("text").ne("")).or(col("label").eq(2));
        assert_eq!(count(dnf).await, count(tree).await);
        for (filter, expected) in [
            (col("lable").eq(1), "the nearest is \"label\""),
            (col("text").gt(Literal::from(1)), "Utf8 cannot be compared with 1"),
        ] {
            let error = frame.filter(filter).unwrap_err();
            assert_eq!(error.kind().code(), "invalid");
            assert!(error.message().contains(expected), "{error}");
        }
    });
}

#[test]
fn a_frame_is_plain_data() {
    let hub = large_hub(&INDEXED);
    wait(async {
        let frame = read_large(&hub).await;
        let filtered = frame.filter(col("id").lt(3)).unwrap().select(&["score"]).unwrap();
        let json = serde_json::to_string(filtered.spec()).unwrap();
        let spec: FrameSpec = serde_json::from_str(&json).unwrap();
        let elsewhere: std::rc::Rc<Session<NativeTransport>> = common::session(&hub, None);
        let plan = elsewhere.plan(&spec).await.unwrap();
        assert_eq!(
            plan.tasks.len(),
            1,
            "three of four row groups are ruled out by the footer that came along"
        );
        let task = serde_json::from_str(&serde_json::to_string(&plan.tasks[0]).unwrap()).unwrap();
        let mut scan = elsewhere.scan(task).unwrap();
        let batch = scan.next_batch().await.unwrap().unwrap();
        assert_eq!((batch.num_rows(), batch.num_columns()), (3, 1));
        assert!(scan.next_batch().await.unwrap().is_none());
        let shown = serde_json::to_value(filtered.explain().await.unwrap()).unwrap();
        assert_eq!(shown["filter"], "id < 3");
        let by = |index: usize| shown["pruned"][index]["by"].as_str();
        assert_eq!((by(0), by(3)), (Some("statistics"), Some("pageIndex")));
        assert_eq!(shown["kept"]["rowGroups"]["kept"], 1);
    });
}
