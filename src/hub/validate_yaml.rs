//! What the Hub thinks of a card before it is committed: `POST /api/validate-yaml`.

use serde::Deserialize;
use serde_json::json;

use super::Hub;
use crate::{
    error::{Error, ErrorKind, Result},
    http::{Method, Transport},
};

#[derive(Deserialize)]
struct Verdict {
    #[serde(default)]
    errors: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    message: String,
}

impl<T: Transport> Hub<T> {
    /// Has the front matter of a dataset's README checked. One request.
    ///
    /// # Errors
    /// Kind `invalid`, with what the Hub says is wrong.
    pub async fn validate_card(&self, readme: &str) -> Result<()> {
        const OPERATION: &str = "check README.md";
        let url = format!("{}/api/validate-yaml", self.endpoint);
        let body = json!({ "content": readme, "repoType": "dataset" });
        let request = self.json_request(Method::Post, &url, &body);
        let (verdict, _) = self.send_json::<Verdict>(OPERATION, &request).await?;
        match verdict.errors.first() {
            None => Ok(()),
            Some(Message { message }) => {
                let message = format!("The Hub refuses the README's front matter; mend it: {message}");
                Err(Error::new(ErrorKind::Invalid, OPERATION, message).with("file", "README.md"))
            }
        }
    }
}
