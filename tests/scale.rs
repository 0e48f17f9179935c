//! What reading costs on a dataset of very many files.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;
#[path = "fixtures/golden.rs"]
mod golden;

use arrow_array::RecordBatch;
use common::{bytes, requests, session_with, wait};
use golden::fixtures;
use hubframe::{expr::col, http::RetryPolicy};
use hubframe_hub::{Hub, LogEntry, NetworkProfile, Origin, RepoSeed};

/// The most requests of which each came after the one before it had ended.
fn round_trips(log: &[LogEntry]) -> usize {
    let mut spans: Vec<_> = log
        .iter()
        .map(|entry| (entry.started_ms + entry.duration_ms.unwrap_or(0), entry.started_ms))
        .collect();
    spans.sort_unstable();
    let mut free = 0;
    let mut length = 0;
    for (end, start) in spans {
        if start >= free {
            (length, free) = (length + 1, end);
        }
    }
    length
}

#[test]
fn the_first_rows_of_25000_short_files_take_three_round_trips() {
    let one = fixtures().join("repos/fixtures/many-files/data/train-00001-of-00020.parquet");
    let seed = RepoSeed::new("user/many").many("data/train-{}.parquet", 25_000, one.as_path());
    let hub = Hub::builder().repo(seed).start().unwrap();
    wait(async {
        let session = session_with(&hub, None, RetryPolicy::default());
        let frame = session.read_parquet(&["hf://datasets/user/many".to_owned()], None).await.unwrap();
        assert_eq!(frame.num_partitions(), 25_000);
        let rows_of_one = frame.spec().files[0].footer.as_ref().unwrap().num_rows;
        let far = NetworkProfile { rtt_ms: 60, ..NetworkProfile::default() };
        hub.reset();
        hub.set_network(Origin::Hub, far.clone());
        hub.set_network(Origin::Storage, far);
        let num_rows: usize = frame.head(500).await.unwrap().iter().map(RecordBatch::num_rows).sum();
        assert_eq!(num_rows, 500);
        let num_files = 500u64.div_ceil(rows_of_one);
        assert!(num_files > 2, "the rows lie in several files");
        assert!(requests(&hub) < num_files, "no file is looked at in vain: {}", requests(&hub));
        // A redirect is a round trip of its own.
        assert!(round_trips(&hub.log()) <= 3, "{} round trips", round_trips(&hub.log()));
    });
}

#[test]
fn a_filter_that_footers_refute_costs_a_short_request_a_file() {
    let one = fixtures().join("repos/fixtures/pages/indexed.parquet");
    let seed = RepoSeed::new("user/many").many("data/train-{}.parquet", 1_000, one.as_path());
    let hub = Hub::builder().repo(seed).start().unwrap();
    wait(async {
        let session = session_with(&hub, None, RetryPolicy::default());
        let frame = session.read_parquet(&["hf://datasets/user/many".to_owned()], None).await.unwrap();
        hub.reset();
        let none = frame.filter(col("id").gt(1_000_000_i64)).unwrap();
        assert_eq!(none.count().await.unwrap(), 0);
        assert_eq!(requests(&hub), 999, "one for each footer but the first, which is known");
        // Footer and page index are of 10 kB; of each file without an idea of that, 64 KiB would be read.
        assert!(bytes(&hub) < 999 * (20 << 10), "{} bytes", bytes(&hub));
    });
}
