//! `GET /api/whoami-v2` (@huggingface/hub `who-am-i.ts`, huggingface_hub `HfApi.whoami`).

use axum::Json;
use serde_json::{Value, json};

use crate::account::{Caller, Role};
use crate::blob::hex;
use crate::errors::HubError;
use crate::rights::signed_in;

pub(super) async fn whoami(caller: Caller) -> Result<Json<Value>, HubError> {
    let user = signed_in(&caller)?;
    let orgs: Vec<Value> = user.orgs.iter().map(|org| organisation(org)).collect();
    let role = match user.role {
        Role::Read => "read",
        Role::Write => "write",
    };
    let auth = match &user.grant {
        Some(grant) => json!({ "type": "oauth", "scope": grant.scope, "clientId": grant.client_id }),
        None => {
            let token = json!({ "displayName": role, "role": role, "createdAt": "2025-01-01T00:00:00.000Z" });
            json!({ "type": "access_token", "accessToken": token })
        }
    };
    Ok(Json(json!({
        "type": "user",
        "id": user_id(&user.name),
        "name": user.name,
        "fullname": user.name,
        "email": format!("{}@example.com", user.name),
        "emailVerified": true,
        "isPro": false,
        "canPay": false,
        "billingMode": "prepaid",
        "periodEnd": 0,
        "avatarUrl": format!("/avatars/{}.svg", user.name),
        "orgs": orgs,
        "auth": auth,
    })))
}

fn organisation(name: &str) -> Value {
    json!({
        "type": "org",
        "id": user_id(name),
        "name": name,
        "fullname": name,
        "email": null,
        "canPay": false,
        "periodEnd": 0,
        "avatarUrl": format!("/avatars/{name}.svg"),
        "isEnterprise": false,
        "roleInOrg": "write",
    })
}

/// 24 hex digits that differ between names of up to twelve characters.
pub(super) fn user_id(name: &str) -> String {
    format!("{:0>24}", hex(name.as_bytes().get(..name.len().min(12)).unwrap_or_default()))
}
