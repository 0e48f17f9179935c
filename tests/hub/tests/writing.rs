//! Creating, uploading and committing, as it goes over the wire.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed test should stop at once")]

mod support;

use std::time::{Duration, Instant};

use hubframe_hub::{
    Account, Fault, FaultAction, Hub, NetworkProfile, Origin, Outcome, RepoSeed, Role, RunningHub, Settings,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use support::{Answer, get, get_following, send, try_send};

fn hub() -> RunningHub {
    Hub::builder()
        .repo(RepoSeed::new("user/demo").file("old.txt", "old").file("old.parquet", vec![9; 100]))
        .account(Account::new("guest", "hf_guest", Role::Write))
        .settings(Settings { part_len: 1000, ..Settings::default() })
        .start()
        .unwrap()
}

fn ask(hub: &RunningHub, method: &str, path: &str, token: &str, body: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("origin", "http://page.example")];
    send(method, &format!("{}{path}", hub.endpoint()), &headers, body.as_bytes())
}

fn post(hub: &RunningHub, path: &str, body: &Value) -> Answer {
    ask(hub, "POST", path, "hf_write", &body.to_string())
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Asks for the upload of one object and returns its line of the answer.
fn batch(hub: &RunningHub, bytes: &[u8], transfers: &[&str]) -> Value {
    let object = json!({ "oid": sha256(bytes), "size": bytes.len() });
    let body =
        json!({ "operation": "upload", "transfers": transfers, "objects": [object], "hash_algo": "sha_256" });
    let answer = post(hub, "/datasets/user/demo.git/info/lfs/objects/batch", &body);
    assert_eq!(answer.header("content-type"), Some("application/vnd.git-lfs+json"));
    answer.json()["objects"][0].clone()
}

fn lfs_line(path: &str, bytes: &[u8]) -> Value {
    let value = json!({ "path": path, "algo": "sha256", "oid": sha256(bytes), "size": bytes.len() });
    json!({ "key": "lfsFile", "value": value })
}

fn commit(hub: &RunningHub, query: &str, lines: &[Value]) -> Answer {
    let mut body = json!({ "key": "header", "value": { "summary": "change" } }).to_string();
    for line in lines {
        body.push_str(&format!("\n{line}"));
    }
    ask(hub, "POST", &format!("/api/datasets/user/demo/commit/{query}"), "hf_write", &body)
}

fn read(hub: &RunningHub, path: &str) -> Answer {
    get_following(&format!("{}/datasets/user/demo/resolve/{path}", hub.endpoint()), &[])
}

fn head(hub: &RunningHub) -> String {
    get(&format!("{}/api/datasets/user/demo", hub.endpoint())).json()["sha"].as_str().unwrap().to_owned()
}

#[test]
fn creating_and_deleting() {
    let hub = hub();
    let body = json!({ "name": "new", "organization": "user", "type": "dataset", "visibility": "private" });
    let made = post(&hub, "/api/repos/create", &body);
    let url = format!("{}/datasets/user/new", hub.endpoint());
    assert_eq!((made.status, made.json()["url"].as_str()), (200, Some(url.as_str())));
    let again = post(&hub, "/api/repos/create", &body);
    assert_eq!((again.status, again.json()["url"].as_str()), (409, Some(url.as_str())));
    let info = ask(&hub, "GET", "/api/datasets/user/new", "hf_write", "").json();
    assert_eq!(
        (info["private"].as_bool(), info["siblings"].clone()),
        (Some(true), json!([{ "rfilename": ".gitattributes" }]))
    );

    let create =
        |token: &str, body: Value| ask(&hub, "POST", "/api/repos/create", token, &body.to_string()).status;
    let of = |organization: &str| json!({ "name": "x", "organization": organization, "type": "dataset" });
    assert_eq!(create("hf_read", of("user")), 403);
    assert_eq!(create("hf_guest", of("user")), 403);
    assert_eq!(create("hf_nobody", of("user")), 401);
    assert_eq!(create("hf_write", of("org")), 200);
    assert_eq!(create("hf_write", json!({ "name": "own", "type": "dataset" })), 200);
    assert_eq!(create("hf_write", json!({ "name": "m", "type": "model" })), 400);
    assert_eq!(create("hf_write", json!({ "name": "a--b", "type": "dataset" })), 400);
    let anonymous =
        send("POST", &format!("{}/api/repos/create", hub.endpoint()), &[], of("user").to_string().as_bytes());
    assert_eq!(anonymous.status, 401);

    let delete = |token: &str| ask(&hub, "DELETE", "/api/repos/delete", token, &body.to_string()).status;
    assert_eq!((delete("hf_read"), delete("hf_write"), delete("hf_write")), (403, 200, 404));
}

#[test]
fn preupload_modes_and_what_is_there() {
    let hub = hub();
    let files = json!([
        { "path": "old.txt", "size": 3, "sample": "b2xk" },
        { "path": "old.parquet", "size": 3, "sample": "" },
        { "path": "new.csv", "size": 20_000_000, "sample": "YSxi" },
        { "path": "new", "size": 3, "sample": "AAEC" },
        { "path": "x.tmp", "size": 3, "sample": "YSxi" },
    ]);
    let url = "/api/datasets/user/demo/preupload/main";
    let answer = post(&hub, url, &json!({ "files": files, "gitIgnore": "*.tmp\n" })).json();
    let modes: Vec<_> =
        answer["files"].as_array().unwrap().iter().map(|f| f["uploadMode"].as_str().unwrap()).collect();
    assert_eq!(modes, ["regular", "lfs", "lfs", "lfs", "regular"]);
    // `printf old | git hash-object --stdin`
    assert_eq!(answer["files"][0]["oid"], "489ce0f857e7634a0eb9f328265a3e91fad49f61");
    assert_eq!(answer["files"][1]["oid"], sha256(&[9; 100]));
    assert_eq!(
        (answer["files"][0]["shouldIgnore"].as_bool(), answer["files"][4]["shouldIgnore"].as_bool()),
        (Some(false), Some(true))
    );
    let all_inline =
        json!({ "files": [{ "path": "a.parquet", "size": 3, "sample": "" }], "gitAttributes": "" });
    assert_eq!(post(&hub, url, &all_inline).json()["files"][0]["uploadMode"], "regular");
    let guest =
        |query: &str| ask(&hub, "POST", &format!("{url}{query}"), "hf_guest", &all_inline.to_string()).status;
    assert_eq!((guest(""), guest("?create_pr=1")), (403, 200));
    assert_eq!(post(&hub, "/api/datasets/user/demo/preupload/nope", &all_inline).status, 404);
}

#[test]
fn a_basic_upload() {
    let hub = hub();
    let bytes = vec![5; 800];
    let object = batch(&hub, &bytes, &["basic", "multipart"]);
    let url = object["actions"]["upload"]["href"].as_str().unwrap();
    assert!(url.starts_with(hub.storage()) && object["actions"]["upload"].get("header").is_none());
    let put = |bytes: &[u8]| send("PUT", url, &[("origin", "http://page.example")], bytes);

    let line = lfs_line("a.bin", &bytes);
    let early = commit(&hub, "main", std::slice::from_ref(&line));
    assert_eq!(early.status, 400, "not stored yet: {}", early.text());
    for wrong in [&[5; 799][..], &[5; 801], &[6; 800]] {
        let answer = put(wrong);
        assert_eq!((answer.status, answer.header("content-type")), (400, Some("application/xml")));
    }
    assert_eq!(commit(&hub, "main", std::slice::from_ref(&line)).status, 400, "nothing wrong was stored");
    let stored = put(&bytes);
    assert_eq!((stored.status, stored.header("access-control-allow-origin")), (200, Some("*")));
    assert!(stored.header("etag").unwrap().starts_with('"'));
    let verify = object["actions"]["verify"]["href"].as_str().unwrap().strip_prefix(hub.endpoint()).unwrap();
    let verified = post(&hub, verify, &json!({ "oid": sha256(&bytes), "size": 800 }));
    assert_eq!(verified.status, 200);
    assert_eq!(commit(&hub, "main", &[line]).status, 200);
    assert_eq!(read(&hub, "main/a.bin").body, bytes);
    assert!(batch(&hub, &bytes, &["basic"]).get("actions").is_none(), "the bytes are known now");
    assert!(
        batch(&hub, &[9; 100], &["basic"]).get("actions").is_none(),
        "as are those of a file in a commit"
    );
    hub.expire_urls();
    assert_eq!(put(&bytes).status, 403);
}

#[test]
fn an_upload_in_parts() {
    let hub = hub();
    let bytes: Vec<u8> = (0..2500_u32).map(|n| (n % 251) as u8).collect();
    assert!(batch(&hub, &bytes, &["basic"])["actions"]["upload"].get("header").is_none());
    let upload = batch(&hub, &bytes, &["basic", "multipart", "xet"])["actions"]["upload"].clone();
    let header = upload["header"].as_object().unwrap();
    assert_eq!(header["chunk_size"], "1000");
    let mut numbers: Vec<&String> = header.keys().filter(|key| *key != "chunk_size").collect();
    numbers.sort();
    assert_eq!(numbers, ["00001", "00002", "00003"]);
    let part = |number: usize| &bytes[(number - 1) * 1000..bytes.len().min(number * 1000)];
    let put = |number: usize, bytes: &[u8]| {
        send(
            "PUT",
            header[&format!("{number:05}")].as_str().unwrap(),
            &[("origin", "http://page.example")],
            bytes,
        )
    };
    // Out of order, as the JavaScript client sends them, and one of them twice.
    let mut etags = vec![String::new(); 4];
    for number in [3, 1, 2, 1] {
        let stored = put(number, part(number));
        assert_eq!((stored.status, stored.header("access-control-expose-headers")), (200, Some("*")));
        stored.header("etag").unwrap().clone_into(&mut etags[number]);
    }
    assert_eq!(put(3, part(1)).status, 400, "a part of another length");

    let href = upload["href"].as_str().unwrap();
    assert!(href.starts_with(hub.endpoint()), "the completion is the Hub's own");
    let oid = sha256(&bytes);
    let complete = |parts: &[(usize, &str)]| {
        let parts: Vec<_> =
            parts.iter().map(|(number, etag)| json!({ "partNumber": number, "etag": etag })).collect();
        send("POST", href, &[], json!({ "oid": oid, "parts": parts }).to_string().as_bytes())
    };
    let named: Vec<_> = (1..=3).map(|number| (number, etags[number].as_str())).collect();
    assert_eq!(complete(&named[..2]).status, 400);
    assert_eq!(complete(&[named[0], named[1], (3, "\"wrong\"")]).status, 400);
    for attempt in 1..=2 {
        let done = complete(&named);
        assert_eq!(
            done.status,
            200,
            "attempt {attempt}: the first answer may have been lost: {}",
            done.text()
        );
    }
    assert_eq!(put(1, part(1)).status, 400, "an object does not change any more");
    assert_eq!(commit(&hub, "main", &[lfs_line("a.bin", &bytes)]).status, 200);
    assert_eq!(read(&hub, "main/a.bin").body, bytes);
    assert_eq!(send("POST", &href.replace("Signature=", "Signature=0"), &[], b"{}").status, 403);
}

#[test]
fn parts_that_are_not_the_object() {
    let hub = hub();
    let upload = batch(&hub, &[1; 1500], &["multipart"])["actions"]["upload"].clone();
    let put = |number: &str, bytes: &[u8]| {
        let stored = send("PUT", upload["header"][number].as_str().unwrap(), &[], bytes);
        stored.header("etag").unwrap().to_owned()
    };
    let parts = [("00001", vec![1; 1000]), ("00002", vec![2; 500])];
    let parts: Vec<_> = (1..)
        .zip(parts)
        .map(|(number, (name, bytes))| json!({ "partNumber": number, "etag": put(name, &bytes) }))
        .collect();
    let body = json!({ "oid": sha256(&[1; 1500]), "parts": parts }).to_string();
    let answer = send("POST", upload["href"].as_str().unwrap(), &[], body.as_bytes());
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("SHA-256"), "{}", answer.text());
    assert_eq!(commit(&hub, "main", &[lfs_line("a.bin", &[1; 1500])]).status, 400);
}

#[test]
fn commits() {
    let hub = hub();
    let before = head(&hub);
    let lines = [
        json!({ "key": "file", "value": { "path": "a/b.txt", "content": "aGk=", "encoding": "base64" } }),
        json!({ "key": "file", "value": { "path": "plain.txt", "content": "hi", "encoding": "utf-8" } }),
        json!({ "key": "lfsFile", "value": { "path": "copy.parquet", "algo": "sha256", "oid": sha256(&[9; 100]) } }),
        json!({ "key": "deletedFile", "value": { "path": "old.txt" } }),
    ];
    let done = commit(&hub, "main", &lines).json();
    assert_eq!(done["success"], true);
    assert_eq!(done["commitOid"], head(&hub).as_str());
    let url = format!("{}/datasets/user/demo/commit/{}", hub.endpoint(), head(&hub));
    assert_eq!((done["commitUrl"].as_str(), done.get("pullRequestUrl")), (Some(url.as_str()), None));
    assert_eq!(
        (read(&hub, "main/a/b.txt").text(), read(&hub, "main/plain.txt").text()),
        ("hi".into(), "hi".into())
    );
    assert_eq!(read(&hub, "main/copy.parquet").body, vec![9; 100]);
    assert_eq!(
        (read(&hub, "main/old.txt").status, read(&hub, &format!("{before}/old.txt")).status),
        (404, 200)
    );

    // Windows lines, and a final newline.
    let parent = head(&hub);
    let header =
        json!({ "key": "header", "value": { "summary": "s", "description": "d", "parentCommit": parent } });
    let folder = json!({ "key": "deletedFolder", "value": { "path": "a/" } });
    let body = format!("{header}\r\n{folder}\r\n");
    let path = "/api/datasets/user/demo/commit/main";
    assert_eq!(ask(&hub, "POST", path, "hf_write", &body).status, 200);
    assert_eq!(read(&hub, "main/a/b.txt").status, 404);
    let stale = ask(&hub, "POST", path, "hf_write", &body);
    assert_eq!(
        (stale.status, stale.header("access-control-allow-origin")),
        (412, Some("http://page.example"))
    );
    assert!(stale.text().contains("A commit has happened since"));
    assert_eq!(ask(&hub, "POST", path, "hf_guest", &body).status, 403);
}

#[test]
fn a_commit_is_whole_or_not_at_all() {
    let hub = hub();
    let before = head(&hub);
    let good = json!({ "key": "file", "value": { "path": "good.txt", "content": "x" } });
    let file =
        |path: &str, content: &str| json!({ "key": "file", "value": { "path": path, "content": content } });
    for (bad, status) in [
        (json!({ "key": "deletedFile", "value": { "path": "absent" } }), 404),
        (json!({ "key": "deletedFolder", "value": { "path": "absent/" } }), 404),
        (lfs_line("a.bin", b"never stored"), 400),
        (json!({ "key": "lfsFile", "value": { "path": "a", "oid": sha256(&[9; 100]), "size": 99 } }), 400),
        (file("../up.txt", "x"), 400),
        (file("a//b.txt", "x"), 400),
        (file("README.md", "---\na: [\n---\n"), 400),
        (file("long.txt", &"x".repeat(10_000_001)), 400),
        (json!({ "key": "file", "value": { "path": "b", "content": "AAEC", "encoding": "base64" } }), 400),
        (json!({ "key": "copyFile", "value": { "path": "b" } }), 400),
        (json!({ "key": "header", "value": { "summary": "again" } }), 400),
    ] {
        let answer = commit(&hub, "main", &[good.clone(), bad]);
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(answer.header("x-error-message").is_some());
    }
    for body in ["", "{}", &good.to_string(), "not json"] {
        assert_eq!(ask(&hub, "POST", "/api/datasets/user/demo/commit/main", "hf_write", body).status, 400);
    }
    assert_eq!(head(&hub), before);
    for absent in ["absent", "refs%2Fpr%2F1", &before] {
        let answer = commit(&hub, absent, std::slice::from_ref(&good));
        assert_eq!((answer.status, answer.header("x-error-code")), (404, Some("RevisionNotFound")));
    }
}

#[test]
fn files_and_folders_take_each_others_place() {
    let hub = hub();
    let file = |path: &str| json!({ "key": "file", "value": { "path": path, "content": path } });
    assert_eq!(commit(&hub, "main", &[file("x/y/z.txt"), file("x-y")]).status, 200);
    assert_eq!(commit(&hub, "main", &[file("x")]).status, 200);
    assert_eq!((read(&hub, "main/x").text(), read(&hub, "main/x/y/z.txt").status), ("x".into(), 404));
    assert_eq!(commit(&hub, "main", &[file("x/y/z.txt")]).status, 200);
    assert_eq!((read(&hub, "main/x").status, read(&hub, "main/x/y/z.txt").status), (404, 200));
    assert_eq!(read(&hub, "main/x-y").status, 200);
}

#[test]
fn pull_requests() {
    let hub = hub();
    let before = head(&hub);
    let file = |content: &str| json!({ "key": "file", "value": { "path": "old.txt", "content": content } });
    let body =
        format!("{}\n{}", json!({ "key": "header", "value": { "summary": "Better" } }), file("theirs"));
    let open = |query: &str| {
        ask(&hub, "POST", &format!("/api/datasets/user/demo/commit/main{query}"), "hf_guest", &body)
    };
    assert_eq!(open("").status, 403);
    let opened = open("?create_pr=1").json();
    let url = format!("{}/datasets/user/demo/discussions/1", hub.endpoint());
    assert_eq!(opened["pullRequestUrl"], url.as_str());
    assert_eq!((head(&hub), read(&hub, "refs%2Fpr%2F1/old.txt").text()), (before, "theirs".into()));

    let discussions = "/api/datasets/user/demo/discussions";
    let details = ask(&hub, "GET", &format!("{discussions}/1?diff=1"), "hf_write", "").json();
    assert_eq!(
        (details["status"].as_str(), details["author"]["name"].as_str()),
        (Some("open"), Some("guest"))
    );
    assert_eq!(details["filesWithConflicts"], json!([]));
    assert_eq!(commit(&hub, "main", &[file("ours")]).status, 200);
    let details = ask(&hub, "GET", &format!("{discussions}/1"), "hf_write", "").json();
    assert_eq!(details["filesWithConflicts"], json!(["old.txt"]));
    assert_eq!(ask(&hub, "POST", &format!("{discussions}/1/merge"), "hf_write", "").status, 409);
    assert_eq!(ask(&hub, "POST", &format!("{discussions}/1/merge"), "hf_guest", "").status, 403);
    assert_eq!(ask(&hub, "POST", &format!("{discussions}/9/merge"), "hf_write", "").status, 404);
    let closed =
        post(&hub, &format!("{discussions}/1/status"), &json!({ "status": "closed", "comment": "no" }))
            .json();
    assert_eq!(closed["newStatus"]["data"]["status"], "closed");
    let listed = ask(&hub, "GET", &format!("{discussions}?status=open"), "hf_write", "").json();
    assert_eq!((listed["count"].as_u64(), listed["start"].as_u64()), (Some(0), Some(0)));
}

#[test]
fn branches_and_tags() {
    let hub = hub();
    let before = head(&hub);
    let api = "/api/datasets/user/demo";
    let branch = |name: &str, body: Value| post(&hub, &format!("{api}/branch/{name}"), &body).status;
    assert_eq!((branch("dev%2Fx", json!({})), branch("dev%2Fx", json!({}))), (200, 409));
    assert_eq!(branch("dev%2Fx", json!({ "overwrite": true })), 200);
    assert_eq!(branch("empty", json!({ "emptyBranch": true })), 200);
    assert_eq!(get(&format!("{}{api}/tree/empty", hub.endpoint())).json(), json!([]));
    assert_eq!(branch("no", json!({ "startingPoint": "absent" })), 404);
    assert_eq!(branch("a..b", json!({})), 400);
    let file = json!({ "key": "file", "value": { "path": "old.txt", "content": "dev" } });
    assert_eq!(commit(&hub, "dev%2Fx", &[file]).status, 200);
    assert_eq!((head(&hub), read(&hub, "dev%2Fx/old.txt").text()), (before, "dev".into()));

    let tag = |revision: &str| post(&hub, &format!("{api}/tag/{revision}"), &json!({ "tag": "v1" })).status;
    assert_eq!((tag("absent"), tag("dev%2Fx"), tag("dev%2Fx")), (404, 200, 409));
    assert_eq!(read(&hub, "v1/old.txt").text(), "dev");
    let delete = |path: &str| ask(&hub, "DELETE", &format!("{api}/{path}"), "hf_write", "").status;
    assert_eq!((delete("tag/v1"), delete("tag/v1")), (200, 404));
    assert_eq!((delete("branch/dev%2Fx"), delete("branch/dev%2Fx"), delete("branch/main")), (200, 404, 403));
}

#[test]
fn faults_of_writing() {
    let hub = hub();
    let line = json!({ "key": "file", "value": { "path": "a.txt", "content": "x" } });
    hub.fault(Fault::new(FaultAction::Late { delay_ms: 60 }).path("/commit/").count(1));
    let start = Instant::now();
    assert_eq!(commit(&hub, "main", std::slice::from_ref(&line)).status, 200);
    assert!(start.elapsed() >= Duration::from_millis(60));

    let before = head(&hub);
    hub.fault(Fault::new(FaultAction::LostAnswer).path("/commit/").count(1));
    let url = format!("{}/api/datasets/user/demo/commit/main", hub.endpoint());
    let body = format!("{}\n{line}", json!({ "key": "header", "value": { "summary": "lost" } }));
    let bearer = [("authorization", "Bearer hf_write")];
    assert!(try_send("POST", &url, &bearer, body.as_bytes()).is_none());
    assert_ne!(head(&hub), before, "it was carried out all the same");

    let bytes = vec![7; 900];
    let href = batch(&hub, &bytes, &["basic"])["actions"]["upload"]["href"].as_str().unwrap().to_owned();
    hub.reset();
    hub.fault(Fault::new(FaultAction::CutUpload { after_bytes: 300 }).on(Origin::Storage).count(1));
    assert!(try_send("PUT", &href, &[], &bytes).is_none());
    let cut = &hub.log()[0];
    assert_eq!((cut.outcome, cut.bytes_received), (Outcome::Cut, 300));
    assert!(batch(&hub, &bytes, &["basic"]).get("actions").is_some(), "nothing was stored");

    let paced = NetworkProfile { bytes_per_second: Some(5_000), ..NetworkProfile::default() };
    hub.set_network(Origin::Storage, paced);
    let start = Instant::now();
    assert_eq!(send("PUT", &href, &[], &bytes).status, 200);
    assert!(start.elapsed() >= Duration::from_millis(175), "{:?}", start.elapsed());
}
