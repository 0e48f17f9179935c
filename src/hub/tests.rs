//! The requests that are sent, and what is made of the answers.

use super::*;
use crate::{
    http::fake::{Answer, FakeTransport, block_on},
    path::RepoId,
};

const HUB: &str = "https://hub.test";

fn hub(server: impl Fn(&Request) -> Option<Answer> + 'static) -> Hub<FakeTransport> {
    Hub::new(FakeTransport::new(server), HUB, None, RetryPolicy::default()).unwrap()
}

fn json(body: &str) -> Option<Answer> {
    Some(Answer { status: 200, body: body.to_owned().into(), ..Answer::default() })
}

fn repo() -> RepoId {
    RepoId::dataset("user/name").unwrap()
}

#[test]
fn a_revision_is_one_segment() {
    let hub = hub(|_| json(r#"{"_id":"1","id":"user/name","sha":"c0ffee"}"#));
    assert_eq!(block_on(hub.revision(&repo(), "refs/convert/parquet")).unwrap().sha, "c0ffee");
    let url = hub.transport().requests().first().unwrap().url.clone();
    assert_eq!(url, "https://hub.test/api/datasets/user/name/revision/refs%2Fconvert%2Fparquet?expand=sha");
}

#[test]
fn listings_are_followed_to_their_end() {
    let hub = hub(|request| {
        let mut answer = match request.url.contains("cursor") {
            false => json(
                r#"[{"type":"directory","oid":"d","size":0,"path":"a b"},
                    {"type":"file","oid":"p","size":130,"path":"a b/x.parquet",
                     "lfs":{"oid":"sha256","size":123456,"pointerSize":130},"xetHash":"h"}]"#,
            ),
            true => json(r#"[{"type":"file","oid":"g","size":7,"path":"README.md"}]"#),
        }?;
        if !request.url.contains("cursor") {
            let next = format!("<{HUB}/api/datasets/user/name/tree/main?cursor=2>; rel=\"next\"");
            answer.headers.push(("link", next));
        }
        Some(answer)
    });
    let entries = block_on(hub.tree(&repo(), "main", "a b/c#d", true)).unwrap();
    let summary: Vec<_> = entries.iter().map(|e| (e.path.as_str(), e.kind, e.size, e.oid.as_str())).collect();
    assert_eq!(
        summary,
        [
            ("a b", EntryKind::Directory, 0, "d"),
            ("a b/x.parquet", EntryKind::File, 123_456, "sha256"),
            ("README.md", EntryKind::File, 7, "g"),
        ]
    );
    let first = hub.transport().requests().first().unwrap().url.clone();
    assert_eq!(
        first,
        format!("{HUB}/api/datasets/user/name/tree/main/a%20b/c%23d?recursive=true&expand=false")
    );
}

#[test]
fn a_whole_repo_of_many_files_is_listed_by_one_more_request() {
    let hub = hub(|request| {
        if request.url.contains("/tree/") {
            let mut answer = json(r#"[{"type":"file","oid":"g","size":7,"path":"a"}]"#)?;
            answer.headers.push(("link", format!("<{HUB}/next>; rel=\"next\"")));
            return Some(answer);
        }
        json(
            r#"{"sha":"c0ffee","siblings":[
                {"rfilename":"a","size":7,"blobId":"g"},
                {"rfilename":"b.parquet","size":130,"blobId":"p","lfs":{"sha256":"s","size":99,"pointerSize":130}}]}"#,
        )
    });
    let entries = block_on(hub.tree(&repo(), "main", "", true)).unwrap();
    let summary: Vec<_> = entries.iter().map(|e| (e.path.as_str(), e.size, e.oid.as_str())).collect();
    assert_eq!(summary, [("a", 7, "g"), ("b.parquet", 99, "s")]);
    let last = hub.transport().requests().last().unwrap().url.clone();
    assert_eq!(last, "https://hub.test/api/datasets/user/name/revision/main?blobs=true");
    assert_eq!(hub.transport().requests().len(), 2);
}

#[test]
fn refs_are_branches_tags_and_conversions() {
    let hub = hub(|_| {
        json(
            r#"{"branches":[{"name":"main","ref":"refs/heads/main","targetCommit":"c0"}],"tags":[],
                "converts":[{"name":"parquet","ref":"refs/convert/parquet","targetCommit":"c1"}]}"#,
        )
    });
    let refs = block_on(hub.refs(&repo())).unwrap();
    assert_eq!((refs.branches[0].name.as_str(), refs.branches[0].sha.as_str()), ("main", "c0"));
    assert_eq!(refs.converts[0].full_name, "refs/convert/parquet");
    assert!(refs.tags.is_empty());
    assert_eq!(hub.transport().requests()[0].url, "https://hub.test/api/datasets/user/name/refs");
}

#[test]
fn refusals_say_what_to_do() {
    let cases = [
        (404, "RepoNotFound", "not_found", "name and the token"),
        (404, "RevisionNotFound", "not_found", "branch, tag or commit"),
        (404, "EntryNotFound", "not_found", "no such file"),
        (403, "GatedRepo", "gated", "accept its conditions"),
        (401, "GatedRepo", "gated", "accept its conditions"),
        (401, "", "unauthorized", "valid token"),
        (403, "", "forbidden", "no right"),
        (412, "", "conflict", "changing the repo"),
        (400, "", "invalid", "refused"),
    ];
    for (status, code, kind, advice) in cases {
        let hub = hub(move |_| {
            Some(Answer {
                status,
                headers: vec![("X-Error-Code", code.to_owned()), ("X-Request-Id", "r1".to_owned())],
                body: r#"{"error":"the Hub's own words"}"#.into(),
                ..Answer::default()
            })
        });
        let error = block_on(hub.revision(&repo(), "main")).unwrap_err();
        assert_eq!(error.kind().code(), kind, "{status} {code}");
        assert!(error.message().contains(advice), "{status} {code}: {error}");
        assert!(error.message().ends_with("the Hub's own words."), "{error}");
        assert_eq!((error.get("request_id"), error.get("repo")), (Some("r1"), Some("user/name")));
        assert_eq!(error.get("hub_code").unwrap_or_default(), code);
        assert_eq!(hub.transport().requests().len(), 1, "{status} is final");
    }
}

#[test]
fn an_answer_that_is_no_json_is_asked_for_again() {
    let hub = hub(|_| json("<html>proxy</html>"));
    let error = block_on(hub.revision(&repo(), "main")).unwrap_err();
    assert_eq!((error.kind().code(), error.get("attempts")), ("server", Some("5")));
}

#[test]
fn bad_settings_are_refused_without_showing_the_token() {
    let with = |endpoint, token: &str| {
        Hub::new(FakeTransport::default(), endpoint, Some(token.to_owned()), RetryPolicy::default())
    };
    assert!(with("huggingface.co", "hf_x").is_err());
    let error = with(HUB, "hf_secret\n").unwrap_err();
    assert!(!error.to_string().contains("hf_secret"), "{error}");
    let hub = with(&format!("{HUB}/"), "hf_secret").unwrap();
    assert_eq!(hub.endpoint(), HUB);
    assert!(!format!("{hub:?}").contains("hf_secret"));
    assert!(hub.owns("https://hub.test/x") && !hub.owns("https://hub.test.evil/x"));
}
