//! What an upload says while it runs.

use serde::Serialize;

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress<'a> {
    /// The file's path in the repo; empty in the stage [`Stage::Committing`], which is of all files.
    pub path: &'a str,
    /// What is being done.
    pub stage: Stage,
    /// The bytes of the file for which that is done.
    pub bytes: u64,
    /// The bytes of the file.
    pub size: u64,
}

/// What is being done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Its SHA-256 is computed.
    Hashing,
    /// Its bytes are sent.
    Sending,
    /// Its bytes are at the Hub. They were there before if no `Sending` came first.
    Stored,
    /// The commit is made.
    Committing,
}
