//! Dask-style tables on the Hugging Face Hub, in the browser.
//!
//! The core (everything but `wasm`) is pure or sans-I/O and runs natively; `wasm` binds it to JavaScript.
//! `ARCHITECTURE.md` has the map and the invariants.

pub mod aggregate;
pub mod error;
pub mod expr;
pub mod features;
pub mod frame;
pub mod http;
pub mod hub;
pub mod ingest;
pub mod parquet;
pub mod path;
pub mod range;
pub mod source;
pub mod splits;
pub mod upload;

pub use error::{Error, ErrorKind, Result};

#[cfg(target_arch = "wasm32")]
pub mod wasm;
