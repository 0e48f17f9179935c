//! Uploads that fail, are cut, answered late or never, or cancelled: no failure leaves a repo half-written.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
#[path = "common/upload.rs"]
mod support;

use common::wait;
use futures_util::future::{Either, select};
use hubframe::ErrorKind;
use hubframe_hub::{Fault, FaultAction, NetworkProfile, Origin};
use support::{
    AFTER, assert_uploaded, bytes, hub, listing, local, num_commits, place, stored_bodies, upload, uploader,
};

/// Every request of an upload by a text in its path, its method, and how many there are.
const REQUESTS: [(&str, &str); 10] = [
    ("POST", "/preupload/"),
    ("POST", "objects/batch"),
    ("PUT", "/uploads/"),
    ("PUT", "/parts/"),
    ("POST", "complete_multipart"),
    ("POST", "objects/verify"),
    ("GET", "/revision/"),
    ("GET", "/tree/"),
    ("POST", "validate-yaml"),
    ("POST", "/commit/"),
];

#[test]
fn a_request_that_fails_once_is_sent_again() {
    for action in [
        FaultAction::Status { status: 503, code: None, message: None },
        FaultAction::RateLimited { retry_after: 0 },
        FaultAction::Drop,
        FaultAction::LostAnswer,
        FaultAction::Truncate { after_bytes: 0 },
        FaultAction::CutUpload { after_bytes: 20 },
        FaultAction::Late { delay_ms: 3_500 },
    ] {
        // Waiting for answers takes its time: where it does no harm twice, once is enough.
        let late = matches!(action, FaultAction::Late { .. });
        for (method, path) in REQUESTS {
            if late && !matches!(path, "/parts/" | "complete_multipart" | "/commit/") {
                continue;
            }
            let hub = hub();
            let commits = num_commits(&hub);
            hub.fault(Fault::new(action.clone()).method(method).path(path).count(1));
            let done = wait(upload(&uploader(&hub), &place()));
            assert!(done.is_ok(), "{action:?} of {path}: {}", done.unwrap_err());
            hub.clear_faults();
            assert_uploaded(&hub);
            assert_eq!(num_commits(&hub), commits + 1, "{action:?} of {path}: one commit");
        }
    }
}

#[test]
fn a_request_that_always_fails_changes_nothing_and_trying_again_sends_no_stored_part() {
    let status = FaultAction::Status { status: 500, code: None, message: None };
    for action in [status, FaultAction::Drop, FaultAction::CutUpload { after_bytes: 20 }] {
        let cuts_bodies = matches!(action, FaultAction::CutUpload { .. });
        for (method, path) in REQUESTS {
            if cuts_bodies && method == "GET" {
                continue;
            }
            let hub = hub();
            let before = listing(&hub, "main");
            hub.reset();
            let uploader = uploader(&hub);
            // Some of the bodies pass.
            let skip = if method == "PUT" && path == "/parts/" { 2 } else { 0 };
            hub.fault(Fault::new(action.clone()).method(method).path(path).after(skip));
            let error = wait(upload(&uploader, &place())).unwrap_err();
            let what = format!("{action:?} of {path}: {error}");
            assert!(matches!(error.kind(), ErrorKind::Server | ErrorKind::Network), "{what}");
            if method == "PUT"
                || path.contains("verify")
                || path == "complete_multipart"
                || path == "/commit/"
            {
                assert!(error.get("stored").is_some(), "{what}");
            }
            hub.clear_faults();
            assert_eq!(listing(&hub, "main"), before, "{what}");
            wait(upload(&uploader, &place())).unwrap();
            assert_uploaded(&hub);
            assert_eq!(stored_bodies(&hub), (6, 460_000), "{what}: each part is stored once");
        }
    }
}

#[test]
fn answers_that_never_come_leave_the_repo_as_it_was_or_whole() {
    let lost = [FaultAction::LostAnswer, FaultAction::Truncate { after_bytes: 0 }];
    let requests = lost.iter().flat_map(|action| REQUESTS.map(|(_, path)| (action.clone(), path)));
    let late = FaultAction::Late { delay_ms: 2_000 };
    for (action, path) in requests.chain(["/uploads/", "/commit/"].map(|path| (late.clone(), path))) {
        let hub = hub();
        let (before, commits) = (listing(&hub, "main"), num_commits(&hub));
        let uploader = uploader(&hub);
        hub.fault(Fault::new(action.clone()).path(path));
        let outcome = wait(upload(&uploader, &place()));
        hub.clear_faults();
        let what = format!("{action:?} of {path}: {outcome:?}");
        match &outcome {
            Ok(_) => assert_eq!(num_commits(&hub), commits + 1, "{what}"),
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::Server | ErrorKind::Network), "{what}");
                assert_eq!(listing(&hub, "main"), before, "{what}");
            }
        }
        // What was carried out without a word is found out.
        assert!(outcome.is_ok() || path != "/commit/", "{what}");
        wait(upload(&uploader, &place())).unwrap();
        assert_uploaded(&hub);
        assert!(num_commits(&hub) - commits <= 2, "{what}");
    }
}

#[test]
fn an_upload_given_again_after_a_reload_sends_no_stored_object() {
    let hub = hub();
    hub.reset();
    // The last part of the one object that has several never gets through.
    hub.fault(Fault::new(FaultAction::Drop).method("PUT").path("/parts/").after(3));
    let error = wait(upload(&uploader(&hub), &place())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    hub.clear_faults();
    let first = stored_bodies(&hub);
    assert!(first.0 >= 3, "{first:?}");
    hub.reset();
    // This one remembers nothing: what is stored the Hub says, and it knows objects, not parts.
    wait(upload(&uploader(&hub), &place())).unwrap();
    assert_uploaded(&hub);
    let puts = hub.log().into_iter().filter(|entry| entry.method == "PUT").map(|entry| entry.path);
    let whole = puts.filter(|path| path.contains("/uploads/")).count();
    assert_eq!(whole, 2 - (first.0 - 3), "those that were stored are not sent again");
}

#[test]
fn an_upload_that_is_cancelled_goes_on_where_it_stopped() {
    let hub = hub();
    let before = listing(&hub, "main");
    hub.reset();
    let uploader = uploader(&hub);
    wait(async {
        // The last part never gets through.
        hub.fault(Fault::new(FaultAction::Slow { delay_ms: 60_000 }).path("/parts/").after(3));
        let place = place();
        let under_way = std::pin::pin!(upload(&uploader, &place));
        let cancel = std::pin::pin!(tokio::time::sleep(std::time::Duration::from_millis(700)));
        assert!(matches!(select(under_way, cancel).await, Either::Right(_)), "it is still sending");
    });
    hub.clear_faults();
    assert_eq!(listing(&hub, "main"), before);
    wait(upload(&uploader, &place())).unwrap();
    assert_uploaded(&hub);
    assert_eq!(stored_bodies(&hub), (6, 460_000));
}

#[test]
fn an_upload_may_be_cancelled_at_any_moment() {
    let hub = hub();
    let uploader = uploader(&hub);
    let slow = NetworkProfile { rtt_ms: 10, ..NetworkProfile::default() };
    for origin in [Origin::Hub, Origin::Storage] {
        hub.set_network(origin, slow.clone());
    }
    let before = listing(&hub, "main");
    let mut is_done = false;
    // One after the other they come further, because what is stored stays stored.
    for patience in (0..60).map(|step| step * step) {
        wait(async {
            let place = place();
            let under_way = std::pin::pin!(upload(&uploader, &place));
            let cancel = std::pin::pin!(tokio::time::sleep(std::time::Duration::from_millis(patience)));
            select(under_way, cancel).await;
        });
        let now = listing(&hub, "main");
        assert!(now == before || now.1 == AFTER, "after {patience} ms: {now:?}");
        is_done = now != before;
        if is_done {
            break;
        }
    }
    assert!(is_done, "the last ones are given three seconds");
    assert_uploaded(&hub);
}

#[test]
fn expired_urls_are_renewed_once() {
    let hub = hub();
    hub.fault(Fault::new(FaultAction::Expired).path("/parts/").count(1));
    hub.fault(Fault::new(FaultAction::Expired).path("/uploads/").count(1));
    wait(upload(&uploader(&hub), &place())).unwrap();
    assert_uploaded(&hub);
    hub.reset();
    hub.fault(Fault::new(FaultAction::Expired).path("/uploads/"));
    let more = vec![local("x.parquet", bytes(1000, 9))];
    let error = wait(uploader(&hub).store(&place(), more, &|_| {})).unwrap_err();
    assert_eq!((error.kind(), error.get("stored")), (ErrorKind::Forbidden, Some("0 of 1 files")));
}
