//! Everything between a set of files and a commit: storing their bytes, deciding what the commit does, making it.
//!
//! [`Uploader::store`] sends bytes and changes nothing that anybody sees. [`Uploader::commit`] reads the head of the
//! branch, makes a [`Plan`] on it, which is pure, and sends the one request that changes the repo. So whatever fails or is
//! cancelled leaves the repo as it was, and trying again sends only what is not stored yet.

mod commit;
mod configs;
mod dataset;
mod hash;
mod info;
mod path;
mod permits;
mod progress;
mod store;
mod table;
mod transfer;

#[cfg(test)]
mod tests;

pub use commit::{Head, Message, Outcome, Plan};
pub use dataset::DatasetChange;
pub use hash::sha256;
pub use path::WritePath;
pub use progress::{Progress, Stage};
pub use store::{Content, LocalFile, Place, StoredFile};
pub use table::{Mode, Naming, Table, TableFile, Target};
pub use transfer::{LargeFileTransfer, LfsTransfer, Object};

use std::rc::Rc;

use crate::hub::Hub;

/// Uploads to one Hub. It remembers which parts of large files are stored, so that an upload that is tried again on the
/// same uploader goes on where it stopped.
#[derive(Debug)]
pub struct Uploader<T, X = LfsTransfer> {
    hub: Rc<Hub<T>>,
    transfer: X,
}

impl<T> Uploader<T> {
    /// An uploader that sends large files as Git LFS objects.
    pub fn new(hub: Rc<Hub<T>>) -> Self {
        Self::with_transfer(hub, LfsTransfer::default())
    }
}

impl<T, X> Uploader<T, X> {
    /// An uploader that sends large files by `transfer`.
    pub fn with_transfer(hub: Rc<Hub<T>>, transfer: X) -> Self {
        Self { hub, transfer }
    }
}
