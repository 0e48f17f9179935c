//! Tokens, private and gated repos, and what pages of other origins may see.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed test should stop at once")]

mod support;

use hubframe_hub::{Account, Gated, Hub, Origin, RepoSeed, Role, RunningHub};
use support::{get, get_following, get_with, send};

fn hub() -> RunningHub {
    Hub::builder()
        .repo(RepoSeed::new("user/open").file("a.txt", "a").file("b.parquet", vec![0; 50]))
        .repo(RepoSeed::new("user/private").file("a.txt", "secret").private())
        .repo(RepoSeed::new("org/private").file("a.txt", "ours").private())
        .repo(RepoSeed::new("user/gated").file("a.txt", "a").gated(Gated::Manual, &["guest"]))
        .account(Account::new("guest", "hf_guest", Role::Read))
        .account(Account::new("stranger", "hf_stranger", Role::Read))
        .start()
        .unwrap()
}

fn bearer(token: &str) -> [(&'static str, String); 1] {
    [("authorization", format!("Bearer {token}"))]
}

fn get_as(url: &str, token: &str) -> support::Answer {
    let [(name, value)] = &bearer(token);
    get_following(url, &[(name, value)])
}

#[test]
fn whoami() {
    let hub = hub();
    let url = format!("{}/api/whoami-v2", hub.endpoint());
    let me = get_as(&url, "hf_write").json();
    assert_eq!((me["type"].as_str(), me["name"].as_str()), (Some("user"), Some("user")));
    assert_eq!(
        (me["orgs"][0]["name"].as_str(), me["auth"]["accessToken"]["role"].as_str()),
        (Some("org"), Some("write"))
    );
    assert_eq!(get_as(&url, "hf_read").json()["auth"]["accessToken"]["role"], "read");
    for (headers, what) in
        [(vec![], "no token"), (vec![("authorization", "Bearer hf_nope")], "unknown token")]
    {
        let answer = get_with(&url, &headers);
        assert_eq!((answer.status, answer.header("x-error-code")), (401, None), "{what}");
    }
}

#[test]
fn private_repos_do_not_exist_for_others() {
    let hub = hub();
    let info = format!("{}/api/datasets/user/private", hub.endpoint());
    let file = format!("{}/datasets/user/private/resolve/main/a.txt", hub.endpoint());
    for url in [&info, &file] {
        for answer in [get(url), get_as(url, "hf_stranger")] {
            assert_eq!((answer.status, answer.header("x-error-code")), (404, Some("RepoNotFound")));
        }
        assert_eq!(get_as(url, "hf_read").status, 200);
        assert_eq!(get_as(url, "hf_expired").status, 401, "a bad token is told so before anything else");
    }
    assert_eq!(get_as(&file, "hf_read").text(), "secret");
    let ours = format!("{}/datasets/org/private/resolve/main/a.txt", hub.endpoint());
    assert_eq!(get_as(&ours, "hf_read").text(), "ours");
}

#[test]
fn gated_repos_list_and_do_not_open() {
    let hub = hub();
    let file = format!("{}/datasets/user/gated/resolve/main/a.txt", hub.endpoint());
    let info = get(&format!("{}/api/datasets/user/gated", hub.endpoint())).json();
    assert_eq!(info["gated"], "manual");
    assert_eq!(get(&format!("{}/api/datasets/user/gated/tree/main", hub.endpoint())).status, 200);
    let anonymous = get(&file);
    assert_eq!((anonymous.status, anonymous.header("x-error-code")), (401, Some("GatedRepo")));
    let stranger = get_as(&file, "hf_stranger");
    assert_eq!((stranger.status, stranger.header("x-error-code")), (403, Some("GatedRepo")));
    for welcome in ["hf_guest", "hf_read"] {
        assert_eq!(get_as(&file, welcome).text(), "a");
    }
    let check = format!("{}/api/datasets/user/gated/auth-check", hub.endpoint());
    assert_eq!((get_as(&check, "hf_guest").status, get_as(&check, "hf_stranger").status), (200, 403));
}

const EXPOSED: &str = "X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,\
Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash";

#[test]
fn cors_of_the_hub_on_every_answer() {
    let hub = hub();
    let page = ("origin", "http://page.example");
    for path in [
        "/api/datasets/user/open",
        "/api/datasets/user/open/tree/main",
        "/datasets/user/open/resolve/main/a.txt",
        "/datasets/user/open/resolve/main/b.parquet",
        "/datasets/user/open/resolve/main/nope",
        "/api/datasets/user/nope",
        "/api/whoami-v2",
        "/nowhere",
    ] {
        let answer = get_with(&format!("{}{path}", hub.endpoint()), &[page]);
        assert_eq!(answer.header("access-control-allow-origin"), Some(page.1), "{path}");
        assert_eq!(answer.header("access-control-expose-headers"), Some(EXPOSED), "{path}");
        assert_eq!(answer.header("vary"), Some("Origin"), "{path}");
        assert!(answer.header("x-request-id").is_some(), "{path}");
    }
    let elsewhere = get(&format!("{}/api/datasets/user/open", hub.endpoint()));
    assert_eq!(elsewhere.header("access-control-allow-origin"), None);
}

#[test]
fn preflights() {
    let hub = hub();
    let url = format!("{}/api/datasets/user/private/tree/main", hub.endpoint());
    let headers = [
        ("origin", "http://page.example"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "authorization"),
    ];
    let answer = send("OPTIONS", &url, &headers, b"");
    assert_eq!(answer.status, 204, "no token is asked for");
    assert_eq!(answer.header("access-control-allow-origin"), Some("http://page.example"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("authorization"));
    assert_eq!(answer.header("access-control-max-age"), Some("86400"));
    assert!(answer.body.is_empty());

    let storage = format!("{}/repos/x/y", hub.storage());
    let headers = [("origin", "null"), ("access-control-request-method", "PUT")];
    let answer = send("OPTIONS", &storage, &headers, b"");
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, Some("*")));
    assert!(answer.header("access-control-allow-methods").unwrap().contains("PUT"));
    assert_eq!(hub.counters(Origin::Hub).preflights, 1);
    assert_eq!(hub.counters(Origin::Hub).total(), 0);
    assert_eq!(hub.counters(Origin::Storage).preflights, 1);
}
