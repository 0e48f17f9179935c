//! The OAuth endpoints (hub-docs "Sign in with Hugging Face"). The page on which a user would consent is
//! passed at once, in the name that [`Settings`](crate::Settings) has; an empty name says no.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::target::base;
use super::whoami::user_id;
use crate::account::Caller;
use crate::errors::HubError;
use crate::oauth::Consent;
use crate::params::Params;
use crate::repo_id::encode;
use crate::rights::signed_in;
use crate::state::State;

pub(super) async fn configuration(Shared(state): Shared<Arc<State>>, headers: HeaderMap) -> Json<Value> {
    let base = base(&state, &headers);
    Json(json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/oauth/authorize"),
        "token_endpoint": format!("{base}/oauth/token"),
        "userinfo_endpoint": format!("{base}/oauth/userinfo"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "scopes_supported": ["openid", "profile", "email", "read-repos", "gated-repos", "contribute-repos",
            "write-repos", "manage-repos", "write-discussions"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["none"],
    }))
}

/// Redirects back with a code, or with an error when the user says no. What is wrong with the request itself
/// is told to the user, because the redirect cannot be trusted then.
pub(super) async fn authorize(
    Shared(state): Shared<Arc<State>>,
    query: Params,
) -> Result<Response, HubError> {
    let wanted = |key: &str| {
        query.get(key).map(str::to_owned).ok_or_else(|| HubError::bad_request(format!("{key} is missing")))
    };
    let redirect_uri = wanted("redirect_uri")?;
    let client_id = wanted("client_id")?;
    if query.get("response_type") != Some("code") {
        return Err(HubError::bad_request("response_type must be code"));
    }
    if query.get("code_challenge").is_some() && query.get("code_challenge_method") != Some("S256") {
        return Err(HubError::bad_request("code_challenge_method must be S256"));
    }
    let user = state.settings.read().oauth_user.clone();
    let answer = if user.is_empty() {
        "error=access_denied&error_description=The%20user%20denied%20the%20request".to_owned()
    } else {
        let consent = Consent {
            user,
            client_id,
            scope: query.get("scope").unwrap_or("openid profile").to_owned(),
            redirect_uri: redirect_uri.clone(),
            nonce: query.get("nonce").map(str::to_owned),
            code_challenge: query.get("code_challenge").map(str::to_owned),
        };
        format!("code={}", state.oauth.consent(consent))
    };
    let state = query.get("state").map(|state| format!("&state={}", encode(state))).unwrap_or_default();
    let joint = if redirect_uri.contains('?') { '&' } else { '?' };
    Ok((StatusCode::FOUND, [(header::LOCATION, format!("{redirect_uri}{joint}{answer}{state}"))])
        .into_response())
}

pub(super) async fn token(
    Shared(state): Shared<Arc<State>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, HubError> {
    let form = Params::parse(&body);
    if form.get("grant_type") != Some("authorization_code") {
        return Err(HubError::oauth("unsupported_grant_type", "grant_type must be authorization_code"));
    }
    let wanted = |key: &str| {
        form.get(key).ok_or_else(|| HubError::oauth("invalid_request", &format!("{key} is missing")))
    };
    let seconds = state.settings.read().oauth_token_seconds;
    let lifetime = Duration::from_secs(seconds);
    let exchanged =
        state.oauth.exchange(wanted("code")?, wanted("redirect_uri")?, form.get("code_verifier"), lifetime);
    let (token, consent) = exchanged.map_err(|why| HubError::oauth("invalid_grant", why))?;
    Ok(Json(json!({
        "access_token": token,
        "token_type": "bearer",
        "expires_in": seconds,
        "scope": consent.scope,
        "id_token": id_token(&consent, &base(&state, &headers), seconds),
    })))
}

pub(super) async fn userinfo(
    Shared(state): Shared<Arc<State>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Json<Value>, HubError> {
    let user = signed_in(&caller)?;
    let granted = |scope: &str| user.grant.as_ref().is_none_or(|grant| grant.has(scope));
    if !granted("openid") {
        return Err(HubError::new(StatusCode::FORBIDDEN, "The token lacks the scope openid"));
    }
    let base = base(&state, &headers);
    let mut info = Map::from_iter([("sub".to_owned(), json!(user_id(&user.name)))]);
    if granted("profile") {
        let profile = json!({
            "name": user.name,
            "preferred_username": user.name,
            "profile": format!("{base}/{}", user.name),
            "picture": format!("{base}/avatars/{}.svg", user.name),
            "website": "",
            "isPro": false,
            "orgs": user.orgs.iter().map(|org| organisation(org, &base)).collect::<Vec<_>>(),
        });
        info.extend(profile.as_object().cloned().unwrap_or_default());
    }
    if granted("email") {
        info.insert("email".into(), json!(format!("{}@example.com", user.name)));
        info.insert("email_verified".into(), json!(true));
    }
    Ok(Json(info.into()))
}

fn organisation(name: &str, base: &str) -> Value {
    json!({
        "sub": user_id(name),
        "name": name,
        "preferred_username": name,
        "picture": format!("{base}/avatars/{name}.svg"),
        "isEnterprise": false,
        "roleInOrg": "write",
        "securityRestrictions": [],
    })
}

/// An unsigned JWT: nobody here checks more than its claims.
fn id_token(consent: &Consent, issuer: &str, seconds: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let claims = json!({
        "iss": issuer,
        "sub": user_id(&consent.user),
        "aud": consent.client_id,
        "iat": now,
        "exp": now + seconds,
        "nonce": consent.nonce,
    });
    let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", encode(&json!({ "alg": "none", "typ": "JWT" })), encode(&claims))
}
