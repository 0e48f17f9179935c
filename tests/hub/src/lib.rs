//! A local Hub: an HTTP server that unmodified Hugging Face clients cannot tell from the real one, for the
//! datasets part of its API.
//!
//! Three listeners on loopback: the Hub's own origin, a storage origin that serves large files from expiring
//! signed URLs, and a control port that tests use to seed repos, inject faults, shape the network and read
//! what was requested. [`Hub::builder`] starts one inside a test; the binary of this crate runs one alone.
//! Nothing here knows hubframe: the clients under test only ever see HTTP.

mod account;
mod api;
mod blob;
mod bodies;
mod card;
mod control;
mod cors;
mod discussion;
mod errors;
mod faults;
mod folder;
mod hash_cache;
mod hub;
mod lfs;
mod network;
mod oauth;
mod objects;
mod origin;
mod params;
mod plant;
mod range;
mod repo;
mod repo_id;
mod rights;
mod seed;
mod server;
mod signing;
mod spoil;
mod state;
mod storage;
mod traffic;
mod wildcard;

pub use account::{Account, Role};
pub use faults::{Fault, FaultAction};
pub use hub::{Hub, HubBuilder, RunningHub};
pub use network::NetworkProfile;
pub use origin::Origin;
pub use repo::Gated;
pub use seed::{CommitSeed, FileSeed, ManySeed, RefSeed, RepoSeed, Source};
pub use state::Settings;
pub use traffic::{Counters, LogEntry, Outcome};
