//! `GET /api/whoami-v2` (@huggingface/hub `who-am-i.ts`, huggingface_hub `HfApi.whoami`).

use axum::Json;
use serde_json::{Value, json};

use crate::account::{Caller, Role};
use crate::errors::HubError;

pub(super) async fn whoami(caller: Caller) -> Result<Json<Value>, HubError> {
    let Caller::User(user) = caller else { return Err(HubError::unauthorized()) };
    let orgs: Vec<Value> = user.orgs.iter().map(|org| organisation(org)).collect();
    let role = match user.role {
        Role::Read => "read",
        Role::Write => "write",
    };
    Ok(Json(json!({
        "type": "user",
        "id": format!("{:0>24}", hex_name(&user.name)),
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
        "auth": {
            "type": "access_token",
            "accessToken": { "displayName": role, "role": role, "createdAt": "2025-01-01T00:00:00.000Z" },
        },
    })))
}

fn organisation(name: &str) -> Value {
    json!({
        "type": "org",
        "id": format!("{:0>24}", hex_name(name)),
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

/// Up to 24 hex digits that differ between names of up to twelve characters.
fn hex_name(name: &str) -> String {
    crate::blob::hex(name.as_bytes().get(..name.len().min(12)).unwrap_or_default())
}
