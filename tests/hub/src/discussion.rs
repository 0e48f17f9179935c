//! Discussions and pull requests of a repo. A pull request is a discussion with a ref, `refs/pr/{num}`.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// A discussion; its number is its place in the repo's list, from 1.
#[derive(Debug, Clone)]
pub(crate) struct Discussion {
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) created: SystemTime,
    pub(crate) status: Status,
    /// What a pull request is to be merged into; none for a mere discussion.
    pub(crate) pull_request: Option<PullRequest>,
    pub(crate) events: Vec<Event>,
}

/// A discussion's state. Python opens a pull request as a draft and commits to it later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Draft,
    Open,
    Closed,
    Merged,
}

#[derive(Debug, Clone)]
pub(crate) struct PullRequest {
    /// The commit it was made from.
    pub(crate) base: String,
    pub(crate) merge_commit: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) author: String,
    pub(crate) created: SystemTime,
    pub(crate) what: What,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    Comment(String),
    StatusChange(Status),
}

impl Discussion {
    /// A discussion that its description opens.
    pub(crate) fn new(title: String, description: String, author: String, status: Status) -> Self {
        let created = SystemTime::now();
        let event = Event { author: author.clone(), created, what: What::Comment(description) };
        Self { title, author, created, status, pull_request: None, events: vec![event] }
    }

    pub(crate) fn add(&mut self, author: &str, what: What) {
        if let What::StatusChange(status) = &what {
            self.status = *status;
        }
        self.events.push(Event { author: author.to_owned(), created: SystemTime::now(), what });
    }
}
