//! A slower network than loopback: round-trip time, shared bandwidth, a bound on requests in flight.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};

/// What the way to one origin is like.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkProfile {
    /// Milliseconds that every request, preflights included, waits before it is looked at.
    pub rtt_ms: u64,
    /// Bandwidth in each direction, shared by all requests to this origin; none means unlimited.
    pub bytes_per_second: Option<u64>,
    /// How many requests are answered at one time; others wait. None means unlimited.
    pub max_in_flight: Option<usize>,
}

/// The network of one origin.
#[derive(Debug, Default)]
pub(crate) struct Network {
    profile: RwLock<NetworkProfile>,
    gate: RwLock<Option<Arc<Semaphore>>>,
    down: Pace,
    up: Pace,
}

/// When the line is free again.
#[derive(Debug, Default)]
struct Pace(Mutex<Option<Instant>>);

/// Which way a body goes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Direction {
    Down,
    Up,
}

impl Network {
    pub(crate) fn profile(&self) -> NetworkProfile {
        self.profile.read().clone()
    }

    /// Requests that already passed the old gate keep their place.
    pub(crate) fn set(&self, profile: NetworkProfile) {
        *self.gate.write() = profile.max_in_flight.map(|limit| Arc::new(Semaphore::new(limit)));
        *self.profile.write() = profile;
    }

    /// Waits for a place and for the round trip. The place is given back when the permit is dropped.
    pub(crate) async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        let gate = self.gate.read().clone();
        let permit = match gate {
            Some(gate) => gate.acquire_owned().await.ok(),
            None => None,
        };
        let rtt_ms = self.profile.read().rtt_ms;
        if rtt_ms > 0 {
            sleep(Duration::from_millis(rtt_ms)).await;
        }
        permit
    }

    pub(crate) fn is_paced(&self) -> bool {
        self.profile.read().bytes_per_second.is_some()
    }

    /// Takes a turn for `bytes` on the line: the time when they are through, none when it is unlimited.
    pub(crate) fn reserve(&self, direction: Direction, bytes: usize) -> Option<Instant> {
        let rate = self.profile.read().bytes_per_second?;
        let pace = match direction {
            Direction::Down => &self.down,
            Direction::Up => &self.up,
        };
        let now = Instant::now();
        let mut free = pace.0.lock();
        let through = free.map_or(now, |free| free.max(now))
            + Duration::from_secs_f64(bytes as f64 / rate.max(1) as f64);
        *free = Some(through);
        Some(through)
    }
}
