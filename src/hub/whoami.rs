//! Who the token belongs to: `GET /api/whoami-v2`.

use serde::{Deserialize, Serialize};

use super::Hub;
use crate::{error::Result, http::Transport};

/// The owner of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Identity {
    /// The account's name, which is also its namespace.
    pub name: String,
    /// The name that the user shows.
    #[serde(default, rename(deserialize = "fullname"), skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// `user`, `org` or `app`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The organizations that the user is a member of: further namespaces, to which the user may have the right to write.
    #[serde(default, rename(deserialize = "orgs"))]
    pub organizations: Vec<Organization>,
}

/// An organization of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// Its name, which is also its namespace.
    pub name: String,
    /// What the user may do in it: `admin`, `write`, `contributor`, `read`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_in_org: Option<String>,
}

impl<T: Transport> Hub<T> {
    /// Asks who the token belongs to. One request, of which the Hub allows few: keep the answer.
    ///
    /// # Errors
    /// Kind `unauthorized` without a valid token.
    pub async fn who_am_i(&self) -> Result<Identity> {
        let url = format!("{}/api/whoami-v2", self.endpoint);
        Ok(self.get_json("ask who the token belongs to", &url).await?.0)
    }
}
