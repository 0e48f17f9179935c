//! Resolve and raw: redirects, ranges, ETags, signed URLs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed test should stop at once")]

mod support;

use std::sync::LazyLock;
use std::time::Duration;

use hubframe_hub::{CommitSeed, Hub, RepoSeed, RunningHub, Settings};
use support::{TemporaryFolder, get, get_following, get_with, send};

static CONTENT: LazyLock<Vec<u8>> = LazyLock::new(|| (0..2_000_000_u32).flat_map(u32::to_le_bytes).collect());

/// One large file from memory and the same from disk.
fn hub(folder: &std::path::Path) -> RunningHub {
    let large = folder.join("large.bin");
    std::fs::write(&large, &*CONTENT).unwrap();
    let demo = RepoSeed::new("user/demo")
        .file("README.md", "# demo\n")
        .file("empty.txt", "")
        .file("a b#c?.txt", "odd name")
        .file("memory.bin", CONTENT.clone())
        .file("disk.bin", large.as_path());
    Hub::builder().repo(demo).start().unwrap()
}

#[test]
fn small_files_are_redirected_within_the_hub() {
    let folder = TemporaryFolder::new("small");
    let hub = hub(folder.path());
    let url = format!("{}/datasets/user/demo/resolve/main/README.md", hub.endpoint());
    let sha = get(&format!("{}/api/datasets/user/demo", hub.endpoint())).json()["sha"].clone();
    let first = get(&url);
    assert_eq!(first.status, 307);
    let location = first.header("location").unwrap();
    let expected = format!("/api/resolve-cache/datasets/user/demo/{}/README.md?", sha.as_str().unwrap());
    assert!(location.starts_with(&expected), "{location}");
    let second = get_following(&url, &[]);
    assert_eq!((second.status, second.text().as_str()), (200, "# demo\n"));
    for hop in [&first, &second] {
        assert_eq!(hop.header("x-repo-commit"), sha.as_str());
        assert_eq!(hop.header("etag"), Some("\"fc72a5c1094e203eefcd1c710f060957ebbbaac4\""));
    }
    let part = get_following(&url, &[("range", "bytes=2-5")]);
    assert_eq!((part.status, part.text().as_str()), (206, "demo"));
    assert_eq!(part.header("content-range"), Some("bytes 2-5/7"));
    let again = get_following(&url, &[("if-none-match", second.header("etag").unwrap())]);
    assert_eq!((again.status, again.body.len()), (304, 0));
    let odd =
        get_following(&format!("{}/datasets/user/demo/resolve/main/a%20b%23c%3F.txt", hub.endpoint()), &[]);
    assert_eq!(odd.text(), "odd name");
}

#[test]
fn large_files_are_redirected_to_the_storage() {
    let folder = TemporaryFolder::new("large");
    let hub = hub(folder.path());
    for name in ["memory.bin", "disk.bin"] {
        let url = format!("{}/datasets/user/demo/resolve/main/{name}", hub.endpoint());
        let first = get(&url);
        assert_eq!(first.status, 302);
        assert!(first.header("location").unwrap().starts_with(hub.storage()));
        assert_eq!(first.header("x-linked-size"), Some("8000000"));
        // Of the same bytes by Python's hashlib.
        let sha256 = "\"5bf07e7a50ae646be813d5702eb3207569f943851a8d3d8d20cdf5b8f31d3bdb\"";
        assert_eq!(first.header("x-linked-etag"), Some(sha256));
        assert!(first.header("x-repo-commit").is_some());
        assert!(first.header("x-xet-hash").is_none());

        let whole = get_following(&url, &[]);
        assert_eq!((whole.status, whole.body == *CONTENT), (200, true));
        assert_ne!(whole.header("etag"), first.header("x-linked-etag"), "the CDN's ETag is its own");
        assert_eq!(whole.header("access-control-expose-headers"), Some("*"));
        for (range, start, end) in [
            ("bytes=0-0", 0, 1),
            ("bytes=7999990-", 7_999_990, 8_000_000),
            ("bytes=-8", 7_999_992, 8_000_000),
            ("bytes=1000-5000999", 1000, 5_001_000),
            ("bytes=7999999-99999999", 7_999_999, 8_000_000),
        ] {
            let part = get_following(&url, &[("range", range)]);
            assert_eq!(part.status, 206, "{range}");
            let expected = format!("bytes {start}-{}/8000000", end - 1);
            assert_eq!(part.header("content-range"), Some(expected.as_str()));
            assert!(part.body == CONTENT[start..end], "{range}");
            assert_eq!(part.header("etag"), whole.header("etag"), "one ETag for all parts");
        }
        let past = get_following(&url, &[("range", "bytes=8000000-")]);
        assert_eq!((past.status, past.header("content-range")), (416, Some("bytes */8000000")));
        let other = get_following(&url, &[("range", "bytes=0-0"), ("if-range", "\"another\"")]);
        assert_eq!((other.status, other.body.len()), (200, 8_000_000));
    }
}

#[test]
fn heads_have_the_length_of_the_body_they_lack() {
    let folder = TemporaryFolder::new("heads");
    let hub = hub(folder.path());
    let head = |url: &str| send("HEAD", url, &[("accept-encoding", "identity")], b"");
    let files = format!("{}/datasets/user/demo", hub.endpoint());
    let small = head(&format!("{files}/resolve/main/README.md"));
    assert_eq!(small.status, 307);
    let cached = head(&format!("{}{}", hub.endpoint(), small.header("location").unwrap()));
    assert_eq!((cached.status, cached.header("content-length"), cached.body.len()), (200, Some("7"), 0));
    let large = head(&format!("{files}/resolve/main/disk.bin"));
    assert_eq!((large.status, large.header("x-linked-size")), (302, Some("8000000")));
    let stored = head(large.header("location").unwrap());
    assert_eq!(
        (stored.status, stored.header("content-length"), stored.body.len()),
        (200, Some("8000000"), 0)
    );
    let raw = head(&format!("{files}/raw/main/disk.bin"));
    assert_eq!((raw.status, raw.header("content-length")), (200, Some("132")));
    let empty = get_following(&format!("{files}/resolve/main/empty.txt"), &[]);
    assert_eq!((empty.status, empty.header("content-length")), (200, Some("0")));
}

#[test]
fn raw_is_what_git_has() {
    let folder = TemporaryFolder::new("raw");
    let hub = hub(folder.path());
    let raw = format!("{}/datasets/user/demo/raw/main", hub.endpoint());
    assert_eq!(get(&format!("{raw}/README.md")).text(), "# demo\n");
    let pointer = get(&format!("{raw}/disk.bin")).text();
    assert!(pointer.starts_with("version https://git-lfs.github.com/spec/v1\noid sha256:"), "{pointer}");
    assert!(pointer.ends_with("\nsize 8000000\n"), "{pointer}");
}

#[test]
fn missing_files_name_the_commit() {
    let folder = TemporaryFolder::new("missing");
    let hub = hub(folder.path());
    let files = format!("{}/datasets/user/demo", hub.endpoint());
    for path in ["resolve/main/nope.bin", "raw/main/nope.bin", "resolve/main/nope%2Fdeeper"] {
        let answer = get(&format!("{files}/{path}"));
        assert_eq!((answer.status, answer.header("x-error-code")), (404, Some("EntryNotFound")));
        assert_eq!(answer.header("x-repo-commit").map(str::len), Some(40));
        assert!(answer.header("content-type").unwrap().starts_with("text/plain"));
        assert_eq!(answer.text(), "Entry not found");
    }
    let revision = get(&format!("{files}/resolve/nope/README.md"));
    assert_eq!(revision.header("x-error-code"), Some("RevisionNotFound"));
}

#[test]
fn content_disposition_is_a_matter_of_the_query() {
    let folder = TemporaryFolder::new("disposition");
    let hub = hub(folder.path());
    let url = format!("{}/datasets/user/demo/resolve/main/disk.bin", hub.endpoint());
    let disposition = |query: &str| {
        let answer = get_following(&format!("{url}{query}"), &[("range", "bytes=0-0")]);
        answer.header("content-disposition").map(str::to_owned)
    };
    let inline = "inline; filename*=UTF-8''disk.bin; filename=\"disk.bin\";";
    assert_eq!(disposition("").as_deref(), Some(inline));
    assert!(disposition("?download=true").unwrap().starts_with("attachment;"));
    assert_eq!(disposition("?noContentDisposition=1"), None);
}

#[test]
fn signed_urls_expire() {
    let folder = TemporaryFolder::new("signed");
    let hub = hub(folder.path());
    let url = format!("{}/datasets/user/demo/resolve/main/disk.bin", hub.endpoint());
    let signed = || get(&url).header("location").unwrap().to_owned();
    let status = |url: &str| get_with(url, &[("range", "bytes=0-0")]).status;

    let lasting = signed();
    assert_eq!(status(&lasting), 206);
    assert_eq!(status(&lasting.replace("Signature=", "Signature=0")), 403, "a forged signature");
    let later = lasting.replace("Expires=", "Expires=9");
    assert_eq!(status(&later), 403, "a forged expiry");
    assert_eq!(status(lasting.split('?').next().unwrap()), 403, "no signature");

    hub.set_settings(Settings { url_lifetime_ms: 30, ..Settings::default() });
    let brief = signed();
    std::thread::sleep(Duration::from_millis(40));
    let expired = get(&brief);
    assert_eq!((expired.status, expired.header("content-type")), (403, Some("application/xml")));
    assert_eq!(expired.header("access-control-allow-origin"), Some("*"));
    assert_eq!(status(&lasting), 206, "given out before");
    hub.expire_urls();
    assert_eq!(status(&lasting), 403);
}

#[test]
fn a_commit_does_not_change_older_revisions() {
    let folder = TemporaryFolder::new("pinned");
    let hub = hub(folder.path());
    let sha = get(&format!("{}/api/datasets/user/demo", hub.endpoint())).json()["sha"].clone();
    let oid = hub
        .commit("user/demo", &CommitSeed::new("new").file("README.md", "other").delete("disk.bin"))
        .unwrap();
    assert_ne!(sha, oid.as_str());
    let read = |revision: &str, path: &str| {
        get_following(&format!("{}/datasets/user/demo/resolve/{revision}/{path}", hub.endpoint()), &[])
    };
    assert_eq!(read("main", "README.md").text(), "other");
    assert_eq!(read("main", "disk.bin").status, 404);
    assert_eq!(read(sha.as_str().unwrap(), "README.md").text(), "# demo\n");
    assert_eq!(read(sha.as_str().unwrap(), "disk.bin").body.len(), 8_000_000);
}

#[test]
fn a_file_changed_on_disk_is_not_served_as_the_old_one() {
    let folder = TemporaryFolder::new("changed");
    let hub = hub(folder.path());
    let url = format!("{}/datasets/user/demo/resolve/main/disk.bin", hub.endpoint());
    assert_eq!(get_following(&url, &[]).status, 200);
    std::fs::write(folder.path().join("large.bin"), b"shorter").unwrap();
    let answer = get_following(&url, &[]);
    assert_eq!(answer.status, 500);
    assert!(answer.text().contains("changed"), "{}", answer.text());
}
