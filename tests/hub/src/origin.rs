//! The two origins a client talks to, by name. Traffic, faults and network profiles are kept per origin.

use serde::{Deserialize, Serialize};

/// One of the two servers that a client of the Hub meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The Hub itself: API, small files, redirects.
    Hub,
    /// The host of large files, reached by signed URLs only.
    Storage,
}
