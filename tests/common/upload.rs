//! Uploads of three objects and a text to the local Hub, and what came of them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test uses its part")]

use std::rc::Rc;

use bytes::Bytes;
use hubframe::{
    Result,
    hub::Hub as Client,
    path::RepoId,
    upload::{Head, LocalFile, Message, Outcome, Place, Plan, StoredFile, Uploader},
};
use hubframe_hub::{Hub, RepoSeed, RunningHub, Settings};

use crate::common::{NativeTransport, impatient, wait};

pub(crate) const REPO: &str = "user/up";

/// A Hub whose objects of more than 100,000 bytes come in parts of as many.
pub(crate) fn hub() -> RunningHub {
    let settings = Settings { part_len: 100_000, ..Settings::default() };
    let seed = RepoSeed::new(REPO).file("README.md", "# Card\n").file("old.parquet", "PAR1 old");
    Hub::builder().settings(settings).repo(seed).start().unwrap()
}

pub(crate) fn client(hub: &RunningHub, token: Option<&str>) -> Client<NativeTransport> {
    Client::new(NativeTransport::new(), hub.endpoint(), token.map(str::to_owned), impatient()).unwrap()
}

pub(crate) fn uploader(hub: &RunningHub) -> Uploader<NativeTransport> {
    Uploader::new(Rc::new(client(hub, Some("hf_write"))))
}

pub(crate) fn repo() -> RepoId {
    RepoId::dataset(REPO).unwrap()
}

pub(crate) fn place() -> Place {
    Place { repo: repo(), revision: "main".to_owned(), create_pr: false }
}

/// Bytes that differ from file to file and from part to part.
pub(crate) fn bytes(len: usize, seed: u64) -> Bytes {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..len).map(next).collect::<Vec<u8>>().into()
}

pub(crate) fn local(path: &str, bytes: Bytes) -> LocalFile<Bytes> {
    LocalFile { path: path.to_owned(), blob: bytes, sha256: None }
}

/// Three objects, of one, four and one pieces, and a text.
pub(crate) fn files() -> Vec<LocalFile<Bytes>> {
    vec![
        local("train/a.parquet", bytes(50_000, 1)),
        local("train/b.parquet", bytes(350_000, 2)),
        local("test/c.parquet", bytes(60_000, 3)),
        local("notes.txt", Bytes::from_static(b"hello")),
    ]
}

pub(crate) fn summary() -> Message {
    Message { summary: "Add files".to_owned(), description: "Three, and a text.".to_owned() }
}

/// Stores the files and commits them beside what is there, without `old.parquet`.
pub(crate) async fn upload(uploader: &Uploader<NativeTransport>, place: &Place) -> Result<Outcome> {
    let stored = uploader.store(place, files(), &|_| {}).await?;
    commit(uploader, place, stored).await
}

pub(crate) async fn commit(
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
pub(crate) fn listing(hub: &RunningHub, revision: &str) -> (String, Vec<String>) {
    let client = client(hub, Some("hf_write"));
    let head = wait(client.revision(&repo(), revision)).unwrap().sha;
    let mut paths: Vec<String> =
        wait(client.tree(&repo(), &head, "", true)).unwrap().into_iter().map(|entry| entry.path).collect();
    paths.retain(|path| path.contains('.') && path != ".gitattributes");
    paths.sort();
    (head, paths)
}

/// The commits on `main`, the last one first.
pub(crate) fn commits(hub: &RunningHub) -> Vec<serde_json::Value> {
    let url = format!("{}/api/datasets/{REPO}/commits/main", hub.endpoint());
    let body = wait(async { reqwest::get(url).await.unwrap().bytes().await.unwrap() });
    serde_json::from_slice(&body).unwrap()
}

pub(crate) fn num_commits(hub: &RunningHub) -> usize {
    commits(hub).len()
}

pub(crate) const AFTER: [&str; 5] =
    ["README.md", "notes.txt", "test/c.parquet", "train/a.parquet", "train/b.parquet"];

pub(crate) fn assert_uploaded(hub: &RunningHub) {
    assert_eq!(listing(hub, "main").1, AFTER);
    let client = client(hub, None);
    for file in files() {
        let read = wait(client.whole_file(&repo(), "main", &file.path)).unwrap().unwrap();
        assert!(read.bytes == file.blob, "{} has other bytes", file.path);
    }
}

/// How many `PUT`s the storage answered well, and the bytes of them.
pub(crate) fn stored_bodies(hub: &RunningHub) -> (usize, u64) {
    let log = hub.log();
    let puts = log.iter().filter(|entry| entry.method == "PUT" && entry.status == Some(200));
    (puts.clone().count(), puts.map(|entry| entry.bytes_received).sum())
}
