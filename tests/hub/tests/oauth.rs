//! Signing in: what the OAuth endpoints refuse, which no well-behaved client shows.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed test should stop at once")]

mod support;

use std::time::Duration;

use hubframe_hub::{Hub, RepoSeed, RunningHub, Settings};
use support::{Answer, get, get_with, send};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT: &str = "http%3A%2F%2F127.0.0.1%3A5173%2F";

fn authorize(hub: &RunningHub, scope: &str, more: &str) -> Answer {
    let query =
        format!("client_id=app&response_type=code&redirect_uri={REDIRECT}&state=s%201&scope={scope}{more}");
    get(&format!("{}/oauth/authorize?{query}", hub.endpoint()))
}

fn code(hub: &RunningHub, scope: &str) -> String {
    let pkce = format!("&code_challenge={CHALLENGE}&code_challenge_method=S256");
    let answer = authorize(hub, scope, &pkce);
    let location = answer.header("location").unwrap();
    let query = location.strip_prefix("http://127.0.0.1:5173/?code=").unwrap();
    let (code, state) = query.split_once("&state=").unwrap();
    assert_eq!((answer.status, state), (302, "s%201"));
    code.to_owned()
}

fn exchange(hub: &RunningHub, code: &str, redirect: &str, verifier: &str) -> Answer {
    let body =
        format!("grant_type=authorization_code&code={code}&redirect_uri={redirect}&code_verifier={verifier}");
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("origin", "http://page.example")];
    send("POST", &format!("{}/oauth/token", hub.endpoint()), &headers, body.as_bytes())
}

fn token(hub: &RunningHub, scope: &str) -> String {
    let answer = exchange(hub, &code(hub, scope), REDIRECT, VERIFIER).json();
    answer["access_token"].as_str().unwrap().to_owned()
}

fn get_as(hub: &RunningHub, path: &str, token: &str) -> Answer {
    get_with(&format!("{}{path}", hub.endpoint()), &[("authorization", &format!("Bearer {token}"))])
}

#[test]
fn a_code_is_exchanged_once_by_whom_it_was_given_to() {
    let hub = Hub::builder().start().unwrap();
    let configuration = get(&format!("{}/.well-known/openid-configuration", hub.endpoint())).json();
    assert_eq!(configuration["token_endpoint"], format!("{}/oauth/token", hub.endpoint()));

    let given = code(&hub, "openid");
    let answer = exchange(&hub, &given, REDIRECT, VERIFIER);
    assert_eq!(answer.header("access-control-allow-origin"), Some("http://page.example"));
    let tokens = answer.json();
    assert!(tokens["access_token"].as_str().unwrap().starts_with("hf_oauth_"));
    assert_eq!((tokens["expires_in"].as_u64(), tokens["scope"].as_str()), (Some(28_800), Some("openid")));
    for (code, redirect, verifier) in [
        (given, REDIRECT, VERIFIER),
        (code(&hub, "openid"), REDIRECT, "another-verifier"),
        (code(&hub, "openid"), "http%3A%2F%2Fevil.example%2F", VERIFIER),
        ("made-up".into(), REDIRECT, VERIFIER),
    ] {
        let refused = exchange(&hub, &code, redirect, verifier);
        assert_eq!((refused.status, refused.json()["error"].as_str()), (400, Some("invalid_grant")));
    }
    for wrong in ["&code_challenge=x&code_challenge_method=plain", "&code_challenge=x"] {
        assert_eq!(authorize(&hub, "openid", wrong).status, 400);
    }
}

#[test]
fn tokens_expire_and_users_may_say_no() {
    let hub = Hub::builder().start().unwrap();
    hub.set_settings(Settings { oauth_token_seconds: 1, ..Settings::default() });
    let token = token(&hub, "openid%20profile%20email");
    let me = get_as(&hub, "/oauth/userinfo", &token).json();
    assert_eq!(
        (me["preferred_username"].as_str(), me["email_verified"].as_bool()),
        (Some("user"), Some(true))
    );
    assert_eq!(me["orgs"][0]["preferred_username"], "org");
    assert_eq!(get_as(&hub, "/api/whoami-v2", &token).json()["auth"]["type"], "oauth");
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(get_as(&hub, "/oauth/userinfo", &token).status, 401);
    hub.set_settings(Settings { oauth_user: String::new(), ..Settings::default() });
    let denied = authorize(&hub, "openid", "");
    assert!(denied.header("location").unwrap().contains("error=access_denied"));
}

#[test]
fn scopes_bound_what_a_token_reads() {
    let private = RepoSeed::new("user/private").file("a.txt", "secret").private();
    let hub = Hub::builder().repo(private).start().unwrap();
    let status = |scope: &str| get_as(&hub, "/api/datasets/user/private", &token(&hub, scope)).status;
    assert_eq!(status("openid%20profile"), 404);
    assert_eq!(status("read-repos"), 200);
    assert_eq!(status("contribute-repos"), 404, "another app's repo");
    assert_eq!(get_as(&hub, "/oauth/userinfo", &token(&hub, "read-repos")).status, 403);
}
