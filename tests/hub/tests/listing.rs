//! Info, tree, paths-info, refs and commits, as they go over the wire.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed test should stop at once")]

mod support;

use hubframe_hub::{CommitSeed, Hub, RepoSeed, RunningHub};
use support::{get, get_with, post_json, send};

fn hub() -> RunningHub {
    let demo = RepoSeed::new("user/demo")
        .file("README.md", "# demo\n")
        .file("data/a.parquet", vec![1; 100])
        .file("data/sub/b c.txt", "text")
        .file_at("refs/convert/parquet", "default/train/0000.parquet", vec![2; 10])
        .file_at("refs/heads/feature/x", "only-here.txt", "x")
        .reference("refs/tags/v1", "main")
        .reference("refs/pr/1", "main");
    Hub::builder().repo(demo).start().unwrap()
}

fn paths(value: &serde_json::Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|line| line["path"].as_str().unwrap()).collect()
}

#[test]
fn info_by_every_kind_of_revision() {
    let hub = hub();
    let api = format!("{}/api/datasets/user/demo", hub.endpoint());
    let info = get(&api).json();
    let sha = info["sha"].as_str().unwrap().to_owned();
    assert_eq!(sha.len(), 40);
    assert_eq!((info["id"].as_str(), info["gated"].as_bool()), (Some("user/demo"), Some(false)));
    let siblings: Vec<_> =
        info["siblings"].as_array().unwrap().iter().map(|s| s["rfilename"].clone()).collect();
    assert_eq!(siblings, [".gitattributes", "README.md", "data/a.parquet", "data/sub/b c.txt"]);

    for revision in ["main", "HEAD", "v1", "refs%2Fheads%2Fmain", "refs/pr/1", &sha, &sha[..7]] {
        assert_eq!(get(&format!("{api}/revision/{revision}")).json()["sha"], sha, "{revision}");
    }
    for other in ["refs/convert/parquet", "refs%2Fconvert%2Fparquet", "feature%2Fx"] {
        let answer = get(&format!("{api}/revision/{other}"));
        assert_eq!(answer.status, 200, "{other}");
        assert_ne!(answer.json()["sha"], sha, "{other}");
    }
    let missing = get(&format!("{api}/revision/nope"));
    assert_eq!((missing.status, missing.header("x-error-code")), (404, Some("RevisionNotFound")));
    let absent = get(&format!("{}/api/datasets/user/nope", hub.endpoint()));
    assert_eq!((absent.status, absent.header("x-error-code")), (404, Some("RepoNotFound")));
    assert_eq!(absent.header("x-error-message"), Some("Repository not found"));
}

#[test]
fn info_with_blobs_and_expand() {
    let hub = hub();
    let api = format!("{}/api/datasets/user/demo", hub.endpoint());
    let info = get(&format!("{api}?blobs=true")).json();
    let lfs = &info["siblings"][2];
    assert_eq!((lfs["size"].as_u64(), lfs["lfs"]["size"].as_u64()), (Some(100), Some(100)));
    assert_eq!(lfs["lfs"]["sha256"].as_str().unwrap().len(), 64);
    assert!(info["siblings"][1].get("lfs").is_none());
    // `printf '# demo\n' | git hash-object --stdin`
    assert_eq!(info["siblings"][1]["blobId"], "fc72a5c1094e203eefcd1c710f060957ebbbaac4");

    let info = get(&format!("{api}/revision/HEAD?expand[]=likes&expand=private")).json();
    let mut fields: Vec<_> = info.as_object().unwrap().keys().cloned().collect();
    fields.sort();
    assert_eq!(fields, ["_id", "id", "likes", "private"]);
}

#[test]
fn tree_of_directories_files_and_refs() {
    let hub = hub();
    let tree = format!("{}/api/datasets/user/demo/tree", hub.endpoint());
    let list = |rest: &str| get(&format!("{tree}/{rest}")).json();
    assert_eq!(paths(&list("main")), ["data", ".gitattributes", "README.md"]);
    assert_eq!(paths(&list("main/data")), ["data/sub", "data/a.parquet"]);
    assert_eq!(
        paths(&list("main?recursive=True")),
        ["data", ".gitattributes", "README.md", "data/sub", "data/a.parquet", "data/sub/b c.txt"]
    );
    for escaped in ["main/data/sub/b%20c.txt", "main/data%2Fsub%2Fb%20c.txt"] {
        assert_eq!(paths(&list(escaped)), ["data/sub/b c.txt"]);
    }
    for spelled in ["refs/convert/parquet/default/train", "refs%2Fconvert%2Fparquet/default%2Ftrain"] {
        assert_eq!(paths(&list(spelled)), ["default/train/0000.parquet"]);
    }
    assert_eq!(paths(&list("feature%2Fx")), [".gitattributes", "only-here.txt"]);
    assert_eq!(get(&format!("{tree}/feature/x")).header("x-error-code"), Some("RevisionNotFound"));

    let file = &list("main/data/a.parquet")[0];
    assert_eq!((file["type"].as_str(), file["size"].as_u64()), (Some("file"), Some(100)));
    assert_eq!(file["lfs"]["pointerSize"], 128);
    assert!(file.get("xetHash").is_none());
    let missing = get(&format!("{tree}/main/dat"));
    assert_eq!((missing.status, missing.header("x-error-code")), (404, Some("EntryNotFound")));
    assert_eq!(missing.header("content-type"), Some("application/json"));
}

#[test]
fn tree_pages_of_a_thousand() {
    let many = RepoSeed::new("user/many").many("data/part-{}.parquet", 25_000, vec![7; 9]);
    let hub = Hub::builder().repo(many).start().unwrap();
    let mut url =
        format!("{}/api/datasets/user/many/tree/main/data?recursive=false&expand=false", hub.endpoint());
    let (mut pages, mut seen) = (0, Vec::new());
    loop {
        let answer = get(&url);
        let page = answer.json();
        seen.extend(paths(&page).into_iter().map(str::to_owned));
        pages += 1;
        let Some(link) = answer.header("link") else { break };
        assert_eq!(paths(&page).len(), 1000);
        // The JavaScript client wants a scheme, on the host it used.
        let next = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).unwrap();
        assert!(next.starts_with(hub.endpoint()), "{next}");
        next.clone_into(&mut url);
    }
    assert_eq!((pages, seen.len()), (25, 25_000));
    seen.dedup();
    assert_eq!((seen.len(), seen[24_999].as_str()), (25_000, "data/part-24999.parquet"));

    let expanded = get(&format!("{}/api/datasets/user/many/tree/main/data?expand=true", hub.endpoint()));
    let page = expanded.json();
    assert_eq!(paths(&page).len(), 50);
    assert_eq!(page[0]["lastCommit"]["title"], "Upload files");
    assert!(expanded.header("link").unwrap().contains("expand=true"));
    let by_two = get(&format!("{}/api/datasets/user/many/tree/main?limit=1", hub.endpoint()));
    assert_eq!(paths(&by_two.json()), ["data"]);
    assert!(by_two.header("link").is_some());
}

#[test]
fn paths_info_by_form_and_by_json() {
    let hub = hub();
    let url = format!("{}/api/datasets/user/demo/paths-info/main", hub.endpoint());
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = b"paths=README.md&paths=data&paths=nope&paths=data%2Fa.parquet&expand=False";
    let answer = send("POST", &url, &form, body).json();
    assert_eq!(paths(&answer), ["README.md", "data", "data/a.parquet"]);
    assert_eq!(answer[1]["type"], "directory");
    assert!(answer[0].get("lastCommit").is_none());
    let answer = post_json(&url, r#"{"paths":["data/sub/b c.txt"],"expand":true}"#).json();
    assert_eq!(paths(&answer), ["data/sub/b c.txt"]);
    assert!(answer[0]["lastCommit"]["id"].is_string());
    let many: Vec<String> = (0..1001).map(|n| n.to_string()).collect();
    let body = serde_json::json!({ "paths": many }).to_string();
    assert_eq!(post_json(&url, &body).status, 413);
}

#[test]
fn refs_by_kind() {
    let hub = hub();
    let url = format!("{}/api/datasets/user/demo/refs", hub.endpoint());
    let refs = get(&url).json();
    let names = |kind: &str| -> Vec<String> {
        refs[kind].as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("branches"), ["feature/x", "main"]);
    assert_eq!(names("converts"), ["parquet"]);
    assert_eq!(names("tags"), ["v1"]);
    assert_eq!(refs["converts"][0]["ref"], "refs/convert/parquet");
    assert!(refs.get("pullRequests").is_none());
    assert_eq!(get(&format!("{url}?include_prs=1")).json()["pullRequests"][0]["ref"], "refs/pr/1");
}

#[test]
fn commits_newest_first_in_pages() {
    let hub = hub();
    for number in 0..5 {
        hub.commit("user/demo", &CommitSeed::new(format!("change {number}")).file("n.txt", vec![number]))
            .unwrap();
    }
    let url = format!("{}/api/datasets/user/demo/commits/main", hub.endpoint());
    let answer = get(&format!("{url}?limit=3&expand[]=formatted"));
    let commits = answer.json();
    assert_eq!(answer.header("x-total-count"), Some("7"));
    assert_eq!(
        (commits[0]["title"].as_str(), commits[2]["title"].as_str()),
        (Some("change 4"), Some("change 2"))
    );
    assert_eq!(commits[0]["authors"][0]["user"], "user");
    assert_eq!(commits[0]["formatted"]["title"], "<p>change 4</p>\n");
    let next = answer.header("link").unwrap().trim_start_matches('<').split('>').next().unwrap().to_owned();
    assert_eq!(get(&next).json()[0]["title"], "change 1");
    assert!(get(&format!("{url}?limit=7")).header("link").is_none());

    // A file's last commit is the last one that touched it.
    let tree = format!("{}/api/datasets/user/demo/tree/main?expand=true", hub.endpoint());
    let lines = get(&tree).json();
    let last = |path: &str| {
        let line = lines.as_array().unwrap().iter().find(|line| line["path"] == path).unwrap();
        line["lastCommit"]["title"].as_str().unwrap().to_owned()
    };
    assert_eq!(last("n.txt"), "change 4");
    assert_eq!(last("README.md"), "Upload files");
    assert_eq!(last(".gitattributes"), "initial commit");
}

#[test]
fn parquet_shortcuts() {
    let hub = hub();
    let api = format!("{}/api/datasets/user/demo/parquet", hub.endpoint());
    let url = format!("{api}/default/train/0.parquet");
    assert_eq!(get(&api).json(), serde_json::json!({ "default": { "train": [url] } }));
    assert_eq!(get(&format!("{api}/default")).json(), serde_json::json!({ "train": [url] }));
    let answer = get(&url);
    let wanted = "/datasets/user/demo/resolve/refs%2Fconvert%2Fparquet/default/train/0000.parquet";
    assert_eq!((answer.status, answer.header("location")), (302, Some(wanted)));
    assert_eq!(get(&format!("{api}/nope")).status, 404);
    hub.create_repo(RepoSeed::new("user/unconverted")).unwrap();
    assert_eq!(get(&format!("{}/api/datasets/user/unconverted/parquet", hub.endpoint())).status, 404);
}

#[test]
fn only_datasets_are_here() {
    let hub = hub();
    for path in ["/api/models/user/demo", "/api/spaces/user/demo/tree/main", "/user/demo/resolve/main/x"] {
        let answer = get(&format!("{}{path}", hub.endpoint()));
        assert_eq!((answer.status, answer.header("x-error-code")), (404, Some("RepoNotFound")), "{path}");
    }
    let answer = get_with(&format!("{}/no/such/page", hub.endpoint()), &[]);
    assert_eq!((answer.status, answer.header("x-error-code")), (404, None));
    assert!(answer.header("x-request-id").is_some());
}
