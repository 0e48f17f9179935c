//! `hf://` paths and globs: text in, names out.
//!
//! [`HfPath`] is the grammar of `huggingface_hub.parse_hf_uri` and of `HfFileSystem`; [`Glob`] is the pattern language of
//! `fsspec`. Both decide from text alone: whether a repo exists is the Hub's to say, so this module knows nothing of HTTP.

mod glob;
mod hf_path;
mod repo_id;
mod web_url;

pub(crate) use glob::Positions;
pub use glob::{Glob, has_magic};
pub use hf_path::{CONVERT_PARQUET, DEFAULT_REVISION, HfPath};
pub use repo_id::{RepoId, RepoType};

#[cfg(test)]
mod tests;
