//! Every fault as a client meets it, the network profile, and what the log says of both.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed test should stop at once")]

mod support;

use std::io::Read;
use std::time::{Duration, Instant};

use hubframe_hub::{Fault, FaultAction, Hub, NetworkProfile, Origin, Outcome, RepoSeed, RunningHub, Source};
use support::{eventually, get, get_following, get_with, open, send, try_send};

const LEN: u64 = 1_000_000;

fn hub() -> RunningHub {
    let demo = RepoSeed::new("user/demo")
        .file("a.txt", "hello")
        .file("a.bin", Source::Random { len: LEN as usize, seed: 1 });
    Hub::builder().repo(demo).start().unwrap()
}

/// A signed URL of `a.bin`, and the log and counters as if nothing had been asked yet.
fn signed(hub: &RunningHub) -> String {
    let url = format!("{}/datasets/user/demo/resolve/main/a.bin", hub.endpoint());
    let signed = get(&url).header("location").unwrap().to_owned();
    hub.reset();
    signed
}

#[test]
fn statuses_look_like_the_origins() {
    let hub = hub();
    let url = format!("{}/api/datasets/user/demo", hub.endpoint());
    let page = [("origin", "http://page.example")];
    for status in [401, 403, 404, 500, 502, 503, 504] {
        hub.fault(Fault::new(FaultAction::Status { status, code: None, message: None }).count(1));
        let answer = get_with(&url, &page);
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, Some(page[0].1)));
        assert!(answer.json()["error"].is_string());
        assert!(answer.header("x-request-id").is_some());
        assert_eq!(get(&url).status, 200, "it strikes once");
    }
    let gated =
        FaultAction::Status { status: 403, code: Some("GatedRepo".into()), message: Some("no".into()) };
    hub.fault(Fault::new(gated).count(1));
    assert_eq!(get(&url).header("x-error-code"), Some("GatedRepo"));

    hub.fault(Fault::new(FaultAction::RateLimited { retry_after: 7 }).count(1));
    let limited = get_with(&url, &page);
    assert_eq!((limited.status, limited.header("retry-after")), (429, Some("7")));
    assert_eq!(limited.header("ratelimit"), Some("\"api\";r=0;t=7"));
    assert!(!limited.header("access-control-expose-headers").unwrap().to_lowercase().contains("ratelimit"));

    let url = signed(&hub);
    for action in [FaultAction::Status { status: 503, code: None, message: None }, FaultAction::Expired] {
        hub.fault(Fault::new(action).on(Origin::Storage).count(1));
        let answer = get(&url);
        assert!(answer.text().starts_with("<?xml"), "{}", answer.text());
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
    let faults: Vec<_> = hub.log().into_iter().map(|entry| (entry.status, entry.fault)).collect();
    assert_eq!(faults, [(Some(503), Some("status".into())), (Some(403), Some("expired".into()))]);
}

#[test]
fn slow_answers() {
    let hub = hub();
    hub.fault(Fault::new(FaultAction::Slow { delay_ms: 80 }));
    let start = Instant::now();
    assert_eq!(get(&format!("{}/api/datasets/user/demo", hub.endpoint())).status, 200);
    assert!(start.elapsed() >= Duration::from_millis(80));
}

#[test]
fn cut_connections() {
    let hub = hub();
    let url = signed(&hub);
    hub.fault(Fault::new(FaultAction::Drop).count(1));
    assert!(try_send("GET", &url, &[], b"").is_none());
    hub.fault(Fault::new(FaultAction::Truncate { after_bytes: 12_345 }).count(1));
    let cut = get(&url);
    assert_eq!((cut.status, cut.header("content-length")), (200, Some("1000000")));
    assert_eq!(cut.body.len(), 12_345);
    hub.fault(Fault::new(FaultAction::Truncate { after_bytes: 0 }).count(1));
    let cut = get(&url);
    assert_eq!((cut.status, cut.body.len()), (200, 0));
    let outcomes: Vec<_> = hub.log().iter().map(|entry| (entry.outcome, entry.bytes_sent)).collect();
    assert_eq!(outcomes, [(Outcome::Cut, 0), (Outcome::Cut, 12_345), (Outcome::Cut, 0)]);
    assert_eq!(hub.counters(Origin::Storage).aborted, 0);
}

#[test]
fn a_stalled_body_waits_for_the_client_to_go() {
    let hub = hub();
    let url = signed(&hub);
    hub.fault(Fault::new(FaultAction::Stall { after_bytes: 1000 }));
    let mut stream = open("GET", &url, &[], b"");
    stream.set_read_timeout(Some(Duration::from_millis(150))).unwrap();
    let mut bytes = Vec::new();
    assert!(stream.read_to_end(&mut bytes).is_err(), "the connection stays open");
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    assert_eq!(bytes.len() - head, 1000);
    assert_eq!((hub.log()[0].outcome, hub.counters(Origin::Storage).in_flight), (Outcome::Open, 1));
    drop(stream);
    eventually("the abort is seen", || hub.counters(Origin::Storage).aborted == 1);
    assert_eq!((hub.log()[0].outcome, hub.log()[0].bytes_sent), (Outcome::Aborted, 1000));
    eventually("it is not in flight", || hub.counters(Origin::Storage).in_flight == 0);
}

#[test]
fn ranges_gone_wrong() {
    let hub = hub();
    let url = signed(&hub);
    let range = [("range", "bytes=100-199")];
    let good = get_with(&url, &range);
    let once = |action| {
        hub.fault(Fault::new(action).count(1));
        get_with(&url, &range)
    };
    let whole = once(FaultAction::IgnoreRange);
    assert_eq!((whole.status, whole.body.len(), whole.header("content-range")), (200, LEN as usize, None));

    let shifted = once(FaultAction::WrongContentRange { shift: 10 });
    assert_eq!((shifted.status, shifted.header("content-range")), (206, Some("bytes 110-209/1000000")));
    assert_eq!(shifted.body, good.body);

    let short = once(FaultAction::Short { missing_bytes: 30 });
    assert_eq!((short.status, short.header("content-length")), (206, Some("70")));
    assert_eq!((short.header("content-range"), short.body.len()), (Some("bytes 100-199/1000000"), 70));

    let etag = once(FaultAction::OtherEtag { etag: "other".into() });
    assert_eq!((etag.header("etag"), &etag.body), (Some("\"other\""), &good.body));

    let changed = once(FaultAction::Changed { grow: 5 });
    assert_eq!(changed.header("content-range"), Some("bytes 100-199/1000005"));
    assert_ne!(changed.header("etag"), good.header("etag"));
    assert!(changed.body.iter().zip(&good.body).all(|(new, old)| *new == !old));
    assert!(hub.log().iter().all(|entry| entry.outcome == Outcome::Done));
}

#[test]
fn compressed_heads() {
    let hub = hub();
    hub.fault(Fault::new(FaultAction::GzipHead));
    let url = format!("{}/datasets/user/demo/raw/main/a.txt", hub.endpoint());
    let head = send("HEAD", &url, &[], b"");
    assert_eq!((head.status, head.header("content-encoding")), (200, Some("gzip")));
    assert!(matches!(head.header("content-length"), None | Some("0")), "{head:?}");
    assert_eq!(get(&url).text(), "hello");
}

#[test]
fn faults_by_path_and_turn() {
    let hub = hub();
    let status = |path: &str| get(&format!("{}{path}", hub.endpoint())).status;
    let broken = FaultAction::Status { status: 500, code: None, message: None };
    hub.fault(Fault::new(broken).path("tree/*recursive").after(1).count(1));
    let tree = "/api/datasets/user/demo/tree/main?recursive=true";
    let seen: Vec<_> = [tree, "/api/datasets/user/demo", tree, tree].map(status).into();
    assert_eq!(seen, [200, 200, 500, 200]);
}

#[test]
fn network_profiles() {
    let hub = hub();
    let url = signed(&hub);
    hub.set_network(Origin::Hub, NetworkProfile { rtt_ms: 60, ..NetworkProfile::default() });
    let start = Instant::now();
    get(&format!("{}/api/datasets/user/demo", hub.endpoint()));
    assert!(start.elapsed() >= Duration::from_millis(60));

    // Two downloads share what one would have alone.
    let paced = NetworkProfile { bytes_per_second: Some(10_000_000), ..NetworkProfile::default() };
    hub.set_network(Origin::Storage, paced);
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| assert_eq!(get(&url).body.len(), LEN as usize));
        }
    });
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(195), "{took:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");

    // A gate of two, and five requests that would take one round trip side by side.
    let gate = NetworkProfile { rtt_ms: 40, max_in_flight: Some(2), ..NetworkProfile::default() };
    hub.set_network(Origin::Storage, gate);
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| get_with(&url, &[("range", "bytes=0-9")]));
        }
    });
    assert!(start.elapsed() >= Duration::from_millis(120), "three turns");
    assert_eq!(hub.counters(Origin::Storage).peak_in_flight, 5);
}

#[test]
fn the_log_tells_all_but_the_token() {
    let hub = hub();
    let url = format!("{}/datasets/user/demo/resolve/main/a.bin", hub.endpoint());
    let answer = get_with(&url, &[("authorization", "Bearer hf_write"), ("range", "bytes=0-9")]);
    get_with(answer.header("location").unwrap(), &[("range", "bytes=0-9"), ("origin", "null")]);
    let log = hub.log();
    assert_eq!(log.len(), 2);
    assert_eq!((log[0].origin, log[0].method.as_str(), log[0].status), (Origin::Hub, "GET", Some(302)));
    assert_eq!(log[0].path, "/datasets/user/demo/resolve/main/a.bin");
    assert_eq!((log[0].authorization, log[0].range.as_deref()), (true, Some("bytes=0-9")));
    assert_eq!((log[1].origin, log[1].authorization), (Origin::Storage, false));
    assert_eq!((log[1].page_origin.as_deref(), log[1].bytes_sent), (Some("null"), 10));
    assert!(log[1].query.contains("Signature="));
    assert!(!format!("{log:?}").contains("hf_write"));
    let counters = hub.counters(Origin::Storage);
    assert_eq!((counters.total(), counters.bytes_sent, counters.authorized), (1, 10, 0));
    hub.reset();
    assert!(hub.log().is_empty());
    assert_eq!(get_following(&url, &[]).body.len(), LEN as usize);
}
