//! What a read costs on the network, counted as it happens.

use std::{cell::Cell, rc::Rc};

/// A count of requests and bytes. Its clones count together.
#[derive(Debug, Clone, Default)]
pub struct Traffic(Rc<Cell<Amount>>);

/// An amount of traffic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// Requests sent, those that were tried again included. A redirect that is followed belongs to its request.
    pub requests: u64,
    /// Bytes of bodies received.
    pub bytes: u64,
}

impl Traffic {
    /// What was counted since this was last called.
    pub fn take(&self) -> Amount {
        self.0.take()
    }

    pub(super) fn sent(&self) {
        let amount = self.0.get();
        self.0.set(Amount { requests: amount.requests + 1, ..amount });
    }

    pub(super) fn received(&self, len: usize) {
        let amount = self.0.get();
        self.0.set(Amount { bytes: amount.bytes + len as u64, ..amount });
    }
}
