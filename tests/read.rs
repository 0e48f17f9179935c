//! Reading tables from the local Hub: the rows are pyarrow's, the cost is what was planned, and every fault ends
//! in the right rows or the right error.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;
#[path = "fixtures/golden.rs"]
mod golden;

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use common::{bytes, impatient, read, requests, session, wait};
use golden::{Golden, fixtures};
use hubframe::{ErrorKind, frame::Frame};
use hubframe_hub::{Fault, FaultAction, Gated, Hub, Origin, RepoSeed, RunningHub, Source};

fn fixture_hub() -> RunningHub {
    Hub::builder().data(fixtures().join("repos")).start().unwrap()
}

fn table(frame: &Frame<common::NativeTransport>, batches: &[RecordBatch]) -> RecordBatch {
    match batches.first() {
        Some(first) => concat_batches(&first.schema(), batches).unwrap(),
        None => RecordBatch::new_empty(frame.schema().clone()),
    }
}

#[test]
fn every_shape_reads_as_pyarrow_read_it() {
    let hub = fixture_hub();
    let paths = [
        "types/integers",
        "types/decimals",
        "types/temporal",
        "types/nested",
        "types/text",
        "types/binary",
        "types/floats",
        "types/nulls",
        "types/dictionary",
        "types/pandas",
        "codecs/zstd",
        "codecs/lz4_raw",
        "beyond-datasets/maps",
        "beyond-datasets/no-rows",
        "chat/data/test-00000-of-00001",
        "images/data/train-00000-of-00001",
        "odd-names/100% data/a#b?c&d",
        "odd-names/日本語/😀",
        "odd-names/a%20b",
        "pages/indexed",
        "pages/nested-indexed",
    ];
    for path in paths {
        let name = format!("fixtures/{path}.parquet");
        let rows = wait(async {
            let frame = read(&hub, &format!("hf://datasets/{name}")).await.unwrap();
            let batches = frame.collect().await.unwrap();
            table(&frame, &batches)
        });
        Golden::of(&name).assert_equals(&rows, path);
    }
}

#[test]
fn first_rows_of_an_indexed_file_cost_four_requests() {
    let hub = fixture_hub();
    let (opened, cost, size) = wait(async {
        let frame = read(&hub, "hf://datasets/fixtures/pages/indexed.parquet").await.unwrap();
        let columns: Vec<_> = frame.columns().into_iter().map(str::to_owned).collect();
        let three = frame.select(&[&columns[0], &columns[3], &columns[6]]).unwrap();
        let opened = requests(&hub);
        hub.reset();
        let rows: usize = three.head(100).await.unwrap().iter().map(RecordBatch::num_rows).sum();
        assert_eq!(rows, 100);
        (opened, (requests(&hub), bytes(&hub)), frame.spec().files[0].size)
    });
    // The commit, the listing, the footer.
    assert_eq!(opened, 3);
    assert!(cost.0 <= 3, "{} requests after the footer", cost.0);
    assert!(cost.1 * 100 < size * 3 || cost.1 < 64 << 10, "{} of {size} bytes", cost.1);
    assert_eq!(hub.counters(Origin::Hub).preflights + hub.counters(Origin::Storage).preflights, 0);
}

#[test]
fn rows_in_pages_that_are_here_cost_nothing() {
    let hub = fixture_hub();
    wait(async {
        let frame = read(&hub, "hf://datasets/fixtures/pages/indexed.parquet").await.unwrap();
        frame.slice(0, 10).unwrap().collect().await.unwrap();
        hub.reset();
        let rows: usize =
            frame.slice(10, 10).unwrap().collect().await.unwrap().iter().map(RecordBatch::num_rows).sum();
        assert_eq!((rows, requests(&hub)), (10, 0));
        frame.slice(frame.count().await.unwrap() - 10, 10).unwrap().collect().await.unwrap();
        assert!(requests(&hub) > 0, "other rows lie in other pages");
    });
}

#[test]
fn counting_costs_one_request_a_file() {
    let hub = fixture_hub();
    wait(async {
        let frame = read(&hub, "hf://datasets/fixtures/many-files").await.unwrap();
        assert_eq!(frame.num_partitions(), 20);
        hub.reset();
        let expected: u64 = (0..20)
            .map(|file| {
                Golden::of(&format!("fixtures/many-files/data/train-{file:05}-of-00020.parquet")).num_rows
                    as u64
            })
            .sum();
        assert_eq!(frame.count().await.unwrap(), expected);
        // The first footer is known from opening.
        assert_eq!(requests(&hub), 19);
        assert_eq!(frame.slice(10, 25).unwrap().count().await.unwrap(), 25.min(expected - 10));
    });
}

#[test]
fn rows_cross_files() {
    let hub = fixture_hub();
    wait(async {
        let frame = read(&hub, "hf://datasets/fixtures/many-files/data").await.unwrap();
        let batches = frame.collect().await.unwrap();
        let whole = table(&frame, &batches);
        let num_rows = whole.num_rows();
        for (offset, len) in
            [(0, 1), (0, num_rows), (7, 30), (num_rows - 3, 10), (num_rows, 5), (num_rows / 2, 100)]
        {
            let slice = frame.slice(offset as u64, len as u64).unwrap();
            let batches = slice.collect().await.unwrap();
            let part = table(&frame, &batches);
            let len = len.min(num_rows - offset);
            assert_eq!(part.columns(), whole.slice(offset, len).columns(), "rows {offset} + {len}");
        }
        let tail = frame.slice(5, 40).unwrap().tail(3).await.unwrap();
        assert_eq!(table(&frame, &tail).columns(), whole.slice(42, 3).columns());
        let limited = frame.limit(4).unwrap().head(100).await.unwrap();
        assert_eq!(table(&frame, &limited).num_rows(), 4);
    });
}

#[test]
fn files_come_in_code_point_order_and_lists_in_their_own() {
    let hub = fixture_hub();
    let files = |path: &[&str]| {
        let path: Vec<_> = path.iter().map(|path| format!("hf://datasets/fixtures/{path}")).collect();
        let frame = wait(session(&hub, None).read_parquet(&path, None)).unwrap();
        frame.spec().files.iter().map(|file| file.path.clone()).collect::<Vec<_>>()
    };
    let dask = files(&["dask"]);
    assert_eq!(dask[..4], ["part.0.parquet", "part.1.parquet", "part.10.parquet", "part.11.parquet"]);
    assert_eq!(files(&["dask/part.1*.parquet"]).len(), 3);
    assert_eq!(files(&["dask/part.2.parquet", "dask/part.0.parquet"]), ["part.2.parquet", "part.0.parquet"]);
    assert_eq!(files(&["configs/en", "configs/fr/data"]).last().unwrap(), "fr/data/0.parquet");
    assert_eq!(files(&["splits/**/*.parquet"]).len(), files(&["splits"]).len());
}

#[test]
fn wrong_paths_say_what_is_wrong() {
    let hub = fixture_hub();
    let error = |path: &str| wait(read(&hub, path)).unwrap_err();
    let cases = [
        ("hf://datasets/fixtures/types/nope.parquet", ErrorKind::NotFound, "no such file"),
        ("hf://datasets/fixtures/types@nope", ErrorKind::NotFound, "branch, tag or commit"),
        ("hf://datasets/fixtures/nope", ErrorKind::NotFound, "name and the token"),
        ("hf://datasets/fixtures/types/*.csv", ErrorKind::NotFound, "no Parquet file"),
        ("hf://datasets/fixtures/types/README.md", ErrorKind::Corrupt, "not a Parquet file"),
        ("hf://dataset/fixtures/types", ErrorKind::Invalid, "datasets"),
        ("fixtures", ErrorKind::Invalid, ""),
    ];
    for (path, kind, text) in cases {
        let error = error(path);
        assert_eq!(error.kind(), kind, "{path}: {error}");
        assert!(error.to_string().contains(text), "{path}: {error}");
    }
    let frame = wait(read(&hub, "hf://datasets/fixtures/pages/indexed.parquet")).unwrap();
    let error = frame.select(&["no such column"]).unwrap_err();
    assert!(error.message().contains("the nearest is"), "{error}");
}

#[test]
fn a_revision_is_pinned_when_it_is_opened() {
    let file = |name: &str| Source::File(fixtures().join("repos/fixtures/pages").join(name));
    let seed = RepoSeed::new("user/moving")
        .file("a.parquet", hubframe_hub::FileSeed::Source(file("indexed.parquet")));
    let hub = Hub::builder().repo(seed).start().unwrap();
    wait(async {
        let frame = read(&hub, "hf://datasets/user/moving/a.parquet").await.unwrap();
        let other = hubframe_hub::FileSeed::Source(file("nested-indexed.parquet"));
        hub.commit("user/moving", &hubframe_hub::CommitSeed::new("replace").file("a.parquet", other))
            .unwrap();
        let before: usize = frame.head(10).await.unwrap().iter().map(RecordBatch::num_rows).sum();
        assert_eq!(before, 10);
        let after = read(&hub, "hf://datasets/user/moving@main/a.parquet").await.unwrap();
        assert_ne!(after.spec().sha, frame.spec().sha);
        assert_ne!(after.columns(), frame.columns());
        let old =
            read(&hub, &format!("hf://datasets/user/moving@{}/a.parquet", frame.spec().sha)).await.unwrap();
        assert_eq!(old.columns(), frame.columns());
    });
}

#[test]
fn tokens_open_what_they_may_and_go_nowhere_else() {
    let file = || {
        hubframe_hub::FileSeed::Source(Source::File(fixtures().join("repos/fixtures/pages/indexed.parquet")))
    };
    let hub = Hub::builder()
        .repo(RepoSeed::new("user/private").file("a.parquet", file()).private())
        .repo(RepoSeed::new("org/gated").file("a.parquet", file()).gated(Gated::Manual, &["user"]))
        .start()
        .unwrap();
    let open = |path: &str, token: Option<&str>| {
        wait(async {
            let frame = session(&hub, token).read_parquet(&[path.to_owned()], None).await?;
            frame.head(3).await
        })
    };
    for path in ["hf://datasets/user/private", "hf://datasets/org/gated"] {
        assert_eq!(open(path, Some("hf_read")).unwrap().len(), 1, "{path}");
        let refused = open(path, None).unwrap_err();
        assert!(
            matches!(refused.kind(), ErrorKind::NotFound | ErrorKind::Unauthorized | ErrorKind::Gated),
            "{path}: {refused}"
        );
        assert!(open(path, Some("hf_wrong")).is_err());
    }
    assert!(hub.counters(Origin::Hub).authorized > 0);
    assert_eq!(hub.counters(Origin::Storage).authorized, 0, "a token reached the storage origin");
}

#[test]
fn a_signed_url_that_expires_is_renewed() {
    let hub = fixture_hub();
    wait(async {
        let frame = read(&hub, "hf://datasets/fixtures/pages/indexed.parquet").await.unwrap();
        hub.expire_urls();
        assert_eq!(frame.slice(15_000, 10).unwrap().collect().await.unwrap()[0].num_rows(), 10);
    });
}

/// Every fault, at every request of an open-and-read: once, and lasting.
#[test]
fn every_fault_ends_well() {
    let hub = fixture_hub();
    let path = "hf://datasets/fixtures/pages/indexed.parquet";
    let run = || {
        wait(async {
            let frame = read(&hub, path).await?;
            let columns: Vec<_> = frame.columns().into_iter().map(str::to_owned).collect();
            let some = frame.select(&[&columns[0], &columns[5]])?;
            some.slice(9_990, 20)?.collect().await
        })
    };
    hub.reset();
    let right = run().unwrap();
    let steps = hub.log().len() as u64;
    assert!(steps >= 5, "{steps} requests");
    let status = |status| FaultAction::Status { status, code: None, message: None };
    let faults: Vec<(FaultAction, &[ErrorKind])> = vec![
        (status(429), &[ErrorKind::RateLimited]),
        (FaultAction::RateLimited { retry_after: 0 }, &[ErrorKind::RateLimited]),
        (status(500), &[ErrorKind::Server]),
        (status(503), &[ErrorKind::Server]),
        (status(401), &[ErrorKind::Unauthorized]),
        (status(403), &[ErrorKind::Forbidden]),
        (status(404), &[ErrorKind::NotFound]),
        (FaultAction::Slow { delay_ms: 30 }, &[]),
        (FaultAction::Slow { delay_ms: 60_000 }, &[ErrorKind::Network]),
        (FaultAction::Stall { after_bytes: 10 }, &[ErrorKind::Network]),
        (FaultAction::Truncate { after_bytes: 10 }, &[ErrorKind::Network]),
        (FaultAction::Drop, &[ErrorKind::Network]),
        (FaultAction::IgnoreRange, &[]),
        (FaultAction::WrongContentRange { shift: 7 }, &[ErrorKind::RangeUnsupported]),
        // Of a listing, what is short is the JSON.
        (
            FaultAction::Short { missing_bytes: 3 },
            &[ErrorKind::RangeUnsupported, ErrorKind::Network, ErrorKind::Server],
        ),
        (FaultAction::OtherEtag { etag: "other".to_owned() }, &[ErrorKind::Changed]),
        (FaultAction::Expired, &[ErrorKind::Forbidden]),
    ];
    let wanted = |kinds: &[ErrorKind], what: &str, result: hubframe::Result<Vec<RecordBatch>>| match result {
        Ok(rows) => assert_eq!(rows, right, "{what}: wrong rows"),
        Err(error) => assert!(kinds.contains(&error.kind()), "{what}: {error}"),
    };
    for (action, kinds) in faults {
        // What waits for a second at each attempt is not tried to the end.
        let is_long = matches!(
            action,
            FaultAction::Slow { delay_ms: 60_000 }
                | FaultAction::Stall { .. }
                | FaultAction::RateLimited { .. }
        );
        for step in 0..steps {
            let what = format!("{action:?} at request {step}");
            hub.clear_faults();
            hub.fault(Fault::new(action.clone()).after(step).count(1));
            let once = run();
            let final_once = kinds.iter().any(|kind| {
                matches!(
                    kind,
                    ErrorKind::Unauthorized | ErrorKind::Forbidden | ErrorKind::NotFound | ErrorKind::Changed
                )
            });
            assert!(once.is_ok() || final_once, "{what}, once: {:?}", once.err());
            wanted(kinds, &what, once);
            if !is_long {
                hub.clear_faults();
                hub.fault(Fault::new(action.clone()).after(step));
                wanted(kinds, &format!("{what}, lasting"), run());
            }
        }
    }
    hub.clear_faults();
    assert_eq!(impatient().attempts, 5);
    assert_eq!(run().unwrap(), right);
}
