//! The control port, a data folder, and the program.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed test should stop at once")]

mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hubframe_hub::{Hub, Origin};
use serde_json::{Value, json};
use support::{TemporaryFolder, eventually, get, get_following, get_with, post_json, send};

/// A data folder with one public dataset that has a Parquet branch, and one private dataset.
fn data(name: &str) -> TemporaryFolder {
    let folder = TemporaryFolder::new(name);
    let put = |path: &str, content: &[u8]| {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    };
    put(".hub.json", br#"{"accounts":[{"name":"ada","tokens":{"hf_ada":"read"}}]}"#);
    put("ada/open/README.md", b"# open\n");
    put("ada/open/data/train.parquet", &[3; 200_000]);
    put("ada/open/.hub/parquet/default/train/0000.parquet", b"PAR1");
    let refs = r#"{"refs/convert/parquet":{"folder":".hub/parquet"},"refs/tags/v1":{"at":"main"}}"#;
    put("ada/open/.hub.json", format!("{{\"refs\":{refs}}}").as_bytes());
    put("ada/secret/a.txt", b"secret");
    put("ada/secret/.hub.json", br#"{"private":true}"#);
    folder
}

#[test]
fn a_data_folder_is_a_set_of_repos() {
    let folder = data("folder");
    let hub = Hub::builder().data(folder.path()).start().unwrap();
    let api = format!("{}/api/datasets/ada/open", hub.endpoint());
    let names: Vec<Value> =
        get(&api).json()["siblings"].as_array().unwrap().iter().map(|s| s["rfilename"].clone()).collect();
    assert_eq!(names, [".gitattributes", "README.md", "data/train.parquet"]);
    let converted = get(&format!("{api}/tree/refs%2Fconvert%2Fparquet?recursive=true")).json();
    assert!(converted.to_string().contains("default/train/0000.parquet"));
    assert_eq!(get(&format!("{api}/revision/v1")).json()["sha"], get(&api).json()["sha"]);
    let file = format!("{}/datasets/ada/open/resolve/main/data/train.parquet", hub.endpoint());
    assert_eq!(get_following(&file, &[]).body, vec![3; 200_000]);
    let secret = format!("{}/api/datasets/ada/secret", hub.endpoint());
    assert_eq!(get(&secret).status, 404);
    assert_eq!(get_with(&secret, &[("authorization", "Bearer hf_ada")]).status, 200);
    // The same folder is the same commit: pinned URLs survive a restart.
    let again = Hub::builder().data(folder.path()).start().unwrap();
    let info = get(&format!("{}/api/datasets/ada/open", again.endpoint())).json();
    assert_eq!(info["sha"], get(&api).json()["sha"]);
}

#[test]
fn the_program_starts_at_once_and_ends_with_its_parent() {
    let folder = data("program");
    let huge = fs::File::create(folder.path().join("ada/open/huge.bin")).unwrap();
    huge.set_len(3 << 30).unwrap();
    let start = Instant::now();
    let mut program = Command::new(env!("CARGO_BIN_EXE_hubframe-hub"))
        .arg("--data")
        .arg(folder.path())
        .arg("--exit-with-stdin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let took = start.elapsed();
    let origins: Value = serde_json::from_str(&line).unwrap();
    let info = get(&format!("{}/api/datasets/ada/open", origins["hub"].as_str().unwrap())).json();
    assert_eq!(info["usedStorage"].as_u64().unwrap() / (3 << 30), 1);
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!(get(origins["control"].as_str().unwrap()).json(), origins);
    drop(program.stdin.take());
    assert!(program.wait().unwrap().success());
}

#[test]
fn wrong_arguments_are_explained() {
    for arguments in [&["--port", "x"][..], &["--nope", "1"], &["--data"], &["--data", "/no/such/folder"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_hubframe-hub")).args(arguments).output().unwrap();
        assert!(!output.status.success());
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains("usage:") || text.contains("/no/such/folder"), "{text}");
    }
}

#[test]
fn repos_over_the_control_port() {
    let hub = Hub::builder().start().unwrap();
    let control = hub.control();
    let seed = json!({
        "id": "org/made",
        "gated": "auto",
        "files": {
            "README.md": "text",
            "a.bin": { "base64": "AAEC" },
            "z.bin": { "zeros": 10 },
            "r.bin": { "random": { "len": 10, "seed": 7 } },
            "f.txt": { "file": concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml") },
        },
        "many": [{ "template": "data/part-{}.txt", "count": 3, "content": "x" }],
        "refs": {
            "refs/heads/dev": { "at": "main" },
            "refs/convert/parquet": { "files": { "default/train/0000.parquet": "PAR1" } },
        },
    });
    assert_eq!(post_json(&format!("{control}/repos"), &seed.to_string()).json(), json!({ "id": "org/made" }));
    assert_eq!(get(&format!("{control}/repos")).json(), json!(["org/made"]));
    let read = |revision: &str, path: &str| {
        let url = format!("{}/datasets/org/made/resolve/{revision}/{path}", hub.endpoint());
        get_following(&url, &[("authorization", "Bearer hf_read")])
    };
    assert_eq!(read("main", "data/part-00002.txt").text(), "x");
    assert!(read("main", "f.txt").text().contains("hubframe-hub"));
    let info = get(&format!("{}/api/datasets/org/made?blobs=1", hub.endpoint())).json();
    assert_eq!((info["gated"].as_str(), info["siblings"].as_array().unwrap().len()), (Some("auto"), 9));

    let commit = json!({ "title": "t", "files": { "README.md": "new" }, "delete": ["a.bin"] });
    let oid =
        post_json(&format!("{control}/repos/org/made/commits"), &commit.to_string()).json()["oid"].clone();
    assert_eq!(get(&format!("{}/api/datasets/org/made", hub.endpoint())).json()["sha"], oid);
    assert_eq!(
        (read("main", "README.md").text(), read("dev", "README.md").text()),
        ("new".into(), "text".into())
    );
    assert_eq!(read("main", "a.bin").status, 404);

    for (wrong, why) in
        [(json!({ "id": "nope" }), "namespace/name"), (json!({ "id": "a/b", "flies": {} }), "flies")]
    {
        let answer = post_json(&format!("{control}/repos"), &wrong.to_string());
        assert!((400..500).contains(&answer.status) && answer.text().contains(why), "{}", answer.text());
    }
    let gone = send("DELETE", &format!("{control}/repos/org/made"), &[], b"");
    assert_eq!(gone.json(), json!({ "existed": true }));
    assert_eq!(get(&format!("{}/api/datasets/org/made", hub.endpoint())).status, 404);
}

#[test]
fn everything_else_over_the_control_port() {
    let hub = Hub::builder().start().unwrap();
    let control = |path: &str| format!("{}{path}", hub.control());
    let put = |path: &str, body: Value| {
        send("PUT", &control(path), &[("content-type", "application/json")], body.to_string().as_bytes())
    };
    let account = json!({ "name": "ada", "orgs": ["lab"], "tokens": { "hf_ada": "write" } });
    assert_eq!(post_json(&control("/accounts"), &account.to_string()).status, 200);
    let whoami = format!("{}/api/whoami-v2", hub.endpoint());
    let ada = [("authorization", "Bearer hf_ada")];
    assert_eq!(get_with(&whoami, &ada).json()["name"], "ada");

    let fault = json!({ "origin": "hub", "path": "whoami", "count": 1, "kind": "status", "status": 503 });
    assert_eq!(post_json(&control("/faults"), &fault.to_string()).status, 200);
    assert_eq!([get_with(&whoami, &ada).status, get_with(&whoami, &ada).status], [503, 200]);
    let listed = get(&control("/faults")).json();
    assert_eq!((listed[0]["struck"].as_u64(), listed[0]["matched"].as_u64()), (Some(1), Some(2)));
    assert!(!(200..300).contains(&post_json(&control("/faults"), r#"{"kind":"nonsense"}"#).status));

    assert_eq!(put("/network/both", json!({ "rtt_ms": 1, "max_in_flight": 6 })).status, 200);
    assert_eq!(get(&control("/network")).json()["storage"]["max_in_flight"], 6);
    assert_eq!(put("/network/nowhere", json!({})).status, 400);
    assert_eq!(put("/settings", json!({ "page_len": 10 })).status, 200);
    assert_eq!(get(&control("/settings")).json()["page_len"], 10);
    assert_eq!(post_json(&control("/expire-urls"), "").status, 200);

    let counters = get(&control("/counters")).json();
    assert_eq!(
        (counters["hub"]["requests"]["GET"].as_u64(), counters["hub"]["authorized"].as_u64()),
        (Some(3), Some(3))
    );
    assert_eq!(get(&control("/log")).json().as_array().unwrap().len(), 3);
    assert_eq!(post_json(&control("/reset"), "").status, 200);
    assert_eq!(get(&control("/faults")).json(), json!([]));
    assert_eq!(get(&control("/log")).json(), json!([]));
    assert_eq!(get(&control("/network")).json()["hub"]["rtt_ms"], 0);
    assert_eq!(hub.counters(Origin::Hub).total(), 0);

    let page = [("origin", "http://page.example"), ("access-control-request-method", "PUT")];
    let preflight = send("OPTIONS", &control("/settings"), &page, b"");
    assert_eq!(preflight.header("access-control-allow-methods"), Some("*"));
}

#[test]
fn a_hub_may_live_and_end_in_async_code() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let endpoint = runtime.block_on(async {
        let hub = Hub::builder().start().unwrap();
        let endpoint = hub.endpoint().to_owned();
        let url = format!("{endpoint}/nowhere");
        assert_eq!(tokio::task::spawn_blocking(move || get(&url).status).await.unwrap(), 404);
        endpoint
    });
    let address = endpoint.strip_prefix("http://").unwrap();
    eventually("the port is closed", || std::net::TcpStream::connect(address).is_err());
}
