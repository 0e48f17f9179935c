//! Uploads to the local Hub: what is sent, what is not sent twice, and that no failure leaves a repo half-written.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::{cell::RefCell, rc::Rc};

use bytes::Bytes;
use common::{NativeTransport, impatient, wait};
use futures_util::future::{Either, select};
use hubframe::{
    ErrorKind, Result,
    hub::{Hub as Client, NewRepo},
    path::RepoId,
    upload::{Head, LocalFile, Message, Outcome, Place, Plan, Stage, StoredFile, Uploader},
};
use hubframe_hub::{
    CommitSeed, Fault, FaultAction, Hub, NetworkProfile, Origin, RepoSeed, RunningHub, Settings,
};

const REPO: &str = "user/up";

/// A Hub whose objects of more than 100,000 bytes come in parts of as many.
fn hub() -> RunningHub {
    let settings = Settings { part_len: 100_000, ..Settings::default() };
    let seed = RepoSeed::new(REPO).file("README.md", "# Card\n").file("old.parquet", "PAR1 old");
    Hub::builder().settings(settings).repo(seed).start().unwrap()
}

fn client(hub: &RunningHub, token: Option<&str>) -> Client<NativeTransport> {
    Client::new(NativeTransport::new(), hub.endpoint(), token.map(str::to_owned), impatient()).unwrap()
}

fn uploader(hub: &RunningHub) -> Uploader<NativeTransport> {
    Uploader::new(Rc::new(client(hub, Some("hf_write"))))
}

fn repo() -> RepoId {
    RepoId::dataset(REPO).unwrap()
}

fn place() -> Place {
    Place { repo: repo(), revision: "main".to_owned(), create_pr: false }
}

/// Bytes that differ from file to file and from part to part.
fn bytes(len: usize, seed: u64) -> Bytes {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..len).map(next).collect::<Vec<u8>>().into()
}

fn local(path: &str, bytes: Bytes) -> LocalFile<Bytes> {
    LocalFile { path: path.to_owned(), blob: bytes, sha256: None }
}

/// Three objects, of one, four and one pieces, and a text.
fn files() -> Vec<LocalFile<Bytes>> {
    vec![
        local("train/a.parquet", bytes(50_000, 1)),
        local("train/b.parquet", bytes(350_000, 2)),
        local("test/c.parquet", bytes(60_000, 3)),
        local("notes.txt", Bytes::from_static(b"hello")),
    ]
}

fn summary() -> Message {
    Message { summary: "Add files".to_owned(), description: "Three, and a text.".to_owned() }
}

/// Stores the files and commits them beside what is there, without `old.parquet`.
async fn upload(uploader: &Uploader<NativeTransport>, place: &Place) -> Result<Outcome> {
    let stored = uploader.store(place, files(), &|_| {}).await?;
    commit(uploader, place, stored).await
}

async fn commit(
    uploader: &Uploader<NativeTransport>,
    place: &Place,
    stored: Vec<StoredFile>,
) -> Result<Outcome> {
    let plan = |head: &Head| {
        let delete = head.files.iter().filter(|entry| entry.path == "old.parquet");
        let delete = delete.map(|entry| entry.path.clone()).collect();
        Ok(Plan { add: stored.clone(), delete, readme: Some("---\nlicense: mit\n---\n".to_owned()) })
    };
    uploader.commit(place, &summary(), plan, &|_| {}).await
}

/// The paths of a branch, and its commit.
fn listing(hub: &RunningHub, revision: &str) -> (String, Vec<String>) {
    let client = client(hub, Some("hf_write"));
    let head = wait(client.revision(&repo(), revision)).unwrap().sha;
    let mut paths: Vec<String> =
        wait(client.tree(&repo(), &head, "", true)).unwrap().into_iter().map(|entry| entry.path).collect();
    paths.retain(|path| path.contains('.') && path != ".gitattributes");
    paths.sort();
    (head, paths)
}

/// The commits on `main`, the last one first.
fn commits(hub: &RunningHub) -> Vec<serde_json::Value> {
    let url = format!("{}/api/datasets/{REPO}/commits/main", hub.endpoint());
    let body = wait(async { reqwest::get(url).await.unwrap().bytes().await.unwrap() });
    serde_json::from_slice(&body).unwrap()
}

fn num_commits(hub: &RunningHub) -> usize {
    commits(hub).len()
}

const AFTER: [&str; 5] = ["README.md", "notes.txt", "test/c.parquet", "train/a.parquet", "train/b.parquet"];

fn assert_uploaded(hub: &RunningHub) {
    assert_eq!(listing(hub, "main").1, AFTER);
    let client = client(hub, None);
    for file in files() {
        let read = wait(client.whole_file(&repo(), "main", &file.path)).unwrap().unwrap();
        assert!(read.bytes == file.blob, "{} has other bytes", file.path);
    }
}

/// How many `PUT`s the storage answered well, and the bytes of them.
fn stored_bodies(hub: &RunningHub) -> (usize, u64) {
    let log = hub.log();
    let puts = log.iter().filter(|entry| entry.method == "PUT" && entry.status == Some(200));
    (puts.clone().count(), puts.map(|entry| entry.bytes_received).sum())
}

#[test]
fn an_upload_is_one_commit_and_the_token_stays_on_the_hub() {
    let hub = hub();
    let before = listing(&hub, "main").0;
    hub.reset();
    let events = RefCell::new(Vec::new());
    let uploader = uploader(&hub);
    let outcome = wait(async {
        let note = |event: hubframe::upload::Progress<'_>| {
            events.borrow_mut().push((event.path.to_owned(), event.stage, event.bytes));
        };
        let stored = uploader.store(&place(), files(), &note).await.unwrap();
        commit(&uploader, &place(), stored).await.unwrap()
    });
    assert_eq!(stored_bodies(&hub), (6, 460_000));
    let log = hub.log();
    let count = |part: &str| log.iter().filter(|entry| entry.path.contains(part)).count();
    assert_eq!(
        ["preupload", "objects/batch", "complete_multipart", "verify", "/commit/"].map(count),
        [1, 1, 1, 3, 1]
    );
    let tokens = log.iter().filter(|entry| entry.origin == Origin::Storage && entry.authorization);
    assert_eq!(tokens.count(), 0);
    assert_uploaded(&hub);
    let commit = &commits(&hub)[0];
    assert_eq!(
        (&commit["title"], &commit["message"]),
        (&serde_json::json!("Add files"), &serde_json::json!("Three, and a text."))
    );
    assert_ne!(outcome.sha, before);
    assert_eq!((outcome.deleted.as_slice(), outcome.pr_url), (["old.parquet".to_owned()].as_slice(), None));
    let events = events.into_inner();
    assert!(events.contains(&("train/b.parquet".to_owned(), Stage::Hashing, 350_000)));
    assert!(events.contains(&("train/b.parquet".to_owned(), Stage::Sending, 350_000)));
    assert!(events.contains(&("notes.txt".to_owned(), Stage::Stored, 5)));
}

#[test]
fn what_is_there_already_is_neither_sent_nor_committed() {
    let hub = hub();
    let first = wait(upload(&uploader(&hub), &place())).unwrap();
    hub.reset();
    // Another uploader: it remembers nothing.
    let uploader = uploader(&hub);
    let again = wait(async {
        let stored = uploader.store(&place(), files(), &|_| {}).await.unwrap();
        let objects: Vec<StoredFile> = stored.into_iter().filter(|file| file.path != "notes.txt").collect();
        uploader
            .commit(&place(), &summary(), |_| Ok(Plan { add: objects.clone(), ..Plan::default() }), &|_| {})
            .await
            .unwrap()
    });
    assert_eq!(stored_bodies(&hub), (0, 0));
    assert_eq!(again.sha, first.sha, "a commit that changes nothing is not made");
}

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
fn many_files_are_sent_in_groups_over_five_connections() {
    let hub = hub();
    let uploader = uploader(&hub);
    let paths: Vec<String> = (0..7).map(|number| format!("{number}.bin")).collect();
    // The last one is the first once more.
    let many = (0..).zip(&paths).map(|(seed, path)| local(path, bytes(9_000_000, seed % 6))).collect();
    let events = RefCell::new(Vec::new());
    let note = |event: hubframe::upload::Progress<'_>| {
        events.borrow_mut().push((event.stage, event.path.to_owned()))
    };
    hub.reset();
    hub.set_network(Origin::Storage, NetworkProfile { rtt_ms: 20, ..NetworkProfile::default() });
    let stored = wait(uploader.store(&place(), many, &note)).unwrap();
    assert!(stored.iter().map(|file| &file.path).eq(&paths));
    assert_eq!(stored[0].content, stored[6].content);
    let events = events.into_inner();
    let first = |stage| events.iter().position(|(other, _)| *other == stage).unwrap();
    let hashed = events[..first(Stage::Sending)].iter().filter(|(stage, _)| *stage == Stage::Hashing);
    assert!(hashed.count() > 0 && first(Stage::Sending) < first(Stage::Stored));
    let batches = hub.log().iter().filter(|entry| entry.path.contains("objects/batch")).count();
    assert_eq!(batches, 2, "of 32 MiB and of the rest");
    let puts = hub.log().into_iter().filter(|entry| entry.method == "PUT").collect::<Vec<_>>();
    let at = |moment| {
        puts.iter()
            .filter(|put| put.started_ms <= moment && moment < put.started_ms + put.duration_ms.unwrap())
            .count()
    };
    let most = puts.iter().map(|put| at(put.started_ms)).max();
    assert!(matches!(most, Some(3..=5)), "{most:?} connections at one time");
    assert_eq!(stored_bodies(&hub).1, 54_000_000);
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
    for patience in (0..40).map(|step| step * 5) {
        wait(async {
            let place = place();
            let under_way = std::pin::pin!(upload(&uploader, &place));
            let cancel = std::pin::pin!(tokio::time::sleep(std::time::Duration::from_millis(patience)));
            select(under_way, cancel).await;
        });
        let now = listing(&hub, "main");
        assert!(now == before || now.1 == AFTER, "after {patience} ms: {now:?}");
        is_done |= now != before;
    }
    assert!(is_done, "some are not cancelled in time");
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

#[test]
fn after_a_commit_of_somebody_else_the_plan_is_made_again() {
    let hub = hub();
    let uploader = uploader(&hub);
    let planned = RefCell::new(Vec::new());
    let outcome = wait(async {
        let stored = uploader.store(&place(), files(), &|_| {}).await.unwrap();
        let plan = |head: &Head| {
            planned.borrow_mut().push(head.files.len());
            if planned.borrow().len() == 1 {
                let mut seed = CommitSeed { title: "theirs".to_owned(), ..CommitSeed::default() };
                seed.files.insert("theirs.txt".to_owned(), "x".into());
                hub.commit(REPO, &seed).unwrap();
            }
            Ok(Plan { add: stored.clone(), ..Plan::default() })
        };
        uploader.commit(&place(), &summary(), plan, &|_| {}).await.unwrap()
    });
    let (head, paths) = listing(&hub, "main");
    assert_eq!(outcome.sha, head);
    assert!(paths.contains(&"theirs.txt".to_owned()) && paths.contains(&"train/a.parquet".to_owned()));
    let planned = planned.into_inner();
    assert_eq!((planned.len(), planned[1] - planned[0]), (2, 1));
}

#[test]
fn a_busy_repo_is_waited_for() {
    let hub = hub();
    let busy = FaultAction::Status {
        status: 409,
        code: None,
        message: Some("Another commit operation is in progress".into()),
    };
    hub.fault(Fault::new(busy.clone()).path("/commit/").count(2));
    wait(upload(&uploader(&hub), &place())).unwrap();
    assert_uploaded(&hub);
    hub.fault(Fault::new(busy).path("/commit/"));
    let stored = wait(uploader(&hub).store(&place(), vec![local("z.bin", bytes(10, 4))], &|_| {})).unwrap();
    let plan = |_: &Head| Ok(Plan { add: stored.clone(), ..Plan::default() });
    let error = wait(uploader(&hub).commit(&place(), &summary(), plan, &|_| {})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
}

#[test]
fn a_pull_request_leaves_the_branch_alone_and_is_opened_once() {
    let hub = hub();
    let before = listing(&hub, "main");
    let place = Place { create_pr: true, ..place() };
    let outcome = wait(upload(&uploader(&hub), &place)).unwrap();
    assert!(outcome.pr_url.unwrap().ends_with("/discussions/1"));
    assert_eq!(listing(&hub, "main"), before);
    assert_eq!(listing(&hub, "refs/pr/1").1, AFTER);
    hub.reset();
    hub.fault(Fault::new(FaultAction::LostAnswer).path("/commit/"));
    let error = wait(upload(&uploader(&hub), &place)).unwrap_err();
    assert!(error.get("hint").unwrap().contains("pull request may have been opened"), "{error}");
    let attempts = hub.log().iter().filter(|entry| entry.path.contains("/commit/")).count();
    assert_eq!(attempts, 1);
}

#[test]
fn repos_are_made_and_removed() {
    let hub = hub();
    let client = client(&hub, Some("hf_write"));
    let id = RepoId::dataset("user/new").unwrap();
    let new = NewRepo { private: true, exist_ok: false, license: Some("mit".to_owned()) };
    // The repo is made, and the answer lost: that it is there is the answer.
    hub.fault(Fault::new(FaultAction::LostAnswer).path("/repos/create").count(1));
    let made = wait(client.create_repo(&id, &new)).unwrap();
    assert!(made.created && made.url.ends_with("/datasets/user/new"), "{made:?}");
    assert_eq!(wait(client.create_repo(&id, &new)).unwrap_err().kind(), ErrorKind::Conflict);
    let there = wait(client.create_repo(&id, &NewRepo { exist_ok: true, ..new.clone() })).unwrap();
    assert!(!there.created && there.url == made.url);
    let card = wait(client.whole_file(&id, "main", "README.md")).unwrap().unwrap();
    assert_eq!(card.bytes, "---\nlicense: mit\n---\n");
    hub.fault(Fault::new(FaultAction::LostAnswer).path("/repos/delete").count(1));
    wait(client.delete_repo(&id)).unwrap();
    assert_eq!(wait(client.delete_repo(&id)).unwrap_err().kind(), ErrorKind::NotFound);
    let foreign = RepoId::dataset("other/new").unwrap();
    assert_eq!(wait(client.create_repo(&foreign, &new)).unwrap_err().kind(), ErrorKind::Forbidden);
}

#[test]
fn errors_name_what_the_token_lacks() {
    let hub = hub();
    let identity = wait(client(&hub, Some("hf_read")).who_am_i()).unwrap();
    assert_eq!((identity.name.as_str(), identity.organizations[0].name.as_str()), ("user", "org"));
    assert_eq!(wait(client(&hub, None).who_am_i()).unwrap_err().kind(), ErrorKind::Unauthorized);
    let reader: Uploader<NativeTransport> = Uploader::new(Rc::new(client(&hub, Some("hf_read"))));
    let error = wait(reader.store(&place(), files(), &|_| {})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert_eq!(stored_bodies(&hub).0, 0, "nothing is sent before it is known whether it may be");
    let nowhere = Place { revision: "nowhere".to_owned(), ..place() };
    let error = wait(uploader(&hub).store(&nowhere, files(), &|_| {})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let plan = |_: &Head| Ok(Plan { readme: Some("---\nlicense: [\n---\n".to_owned()), ..Plan::default() });
    let error = wait(uploader(&hub).commit(&place(), &summary(), plan, &|_| {})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
}
