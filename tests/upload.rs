//! Uploads to the local Hub: what is sent, what is not sent twice, and the commit that is made.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
#[path = "common/upload.rs"]
mod support;

use std::{cell::RefCell, rc::Rc};

use common::{NativeTransport, wait};
use hubframe::{
    ErrorKind,
    hub::NewRepo,
    path::RepoId,
    upload::{Head, Place, Plan, Stage, StoredFile, Uploader},
};
use hubframe_hub::{CommitSeed, Fault, FaultAction, NetworkProfile, Origin};
use support::{
    AFTER, REPO, assert_uploaded, bytes, client, commit, commits, files, hub, listing, local, place,
    stored_bodies, summary, upload, uploader,
};

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
