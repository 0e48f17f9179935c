//! Footers: read once, kept decoded for a while, and kept as bytes in the frame's files.

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, VecDeque},
    ops::Range,
    rc::Rc,
};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{DataFile, FooterPiece, KnownFooter, Session};
use crate::{
    error::{Error, Result, ResultExt},
    http::Transport,
    parquet::{Footer, FooterStep, KnownBytes},
    path::RepoId,
    source::{ByteSource, RemoteFile},
};

/// Decoded footers kept at once. A decoded footer is some ten times the size of its bytes.
const MAX_DECODED: usize = 64;

/// Footers read side by side.
const MAX_IN_FLIGHT: usize = 16;

/// The footers decoded last, by the address of their file at its commit.
#[derive(Debug, Default)]
pub(super) struct FooterCache {
    decoded: RefCell<Decoded>,
    /// The longest end of a file that was of use so far.
    tail_len: Cell<Option<u64>>,
}

#[derive(Debug, Default)]
struct Decoded {
    footers: HashMap<String, Rc<Footer>>,
    /// The addresses, the oldest first.
    order: VecDeque<String>,
}

impl FooterCache {
    fn get(&self, url: &str) -> Option<Rc<Footer>> {
        self.decoded.borrow().footers.get(url).cloned()
    }

    /// Keeps a footer, and lets the oldest go when there are too many.
    pub(super) fn put(&self, url: &str, footer: &Rc<Footer>) {
        let Decoded { footers, order } = &mut *self.decoded.borrow_mut();
        if footers.insert(url.to_owned(), Rc::clone(footer)).is_none() {
            order.push_back(url.to_owned());
        }
        if order.len() > MAX_DECODED
            && let Some(oldest) = order.pop_front()
        {
            footers.remove(&oldest);
        }
    }
}

impl<T: Transport> Session<T> {
    /// The footer of a file: out of the cache, from the bytes that came with the file, or read. One request, or
    /// two when footer is longer than a tail read.
    ///
    /// # Errors
    /// Kind `corrupt` for a file that is not Parquet, `unsupported` for an encrypted one, and those of reading.
    pub(super) async fn footer(&self, repo: &RepoId, sha: &str, file: &DataFile) -> Result<Rc<Footer>> {
        let remote = self.remote_file(repo, sha, file);
        if let Some(footer) = self.footers.get(remote.url()) {
            return Ok(footer);
        }
        let known = file.footer.as_ref().map(|footer| footer.ranges.iter().map(KnownBytes::from).collect());
        let tail = Footer::first_range(remote.byte_len(), self.footers.tail_len.get());
        let footer = read_footer(&remote, tail, known.unwrap_or_default()).await;
        let footer = Rc::new(footer.context("file", &file.path)?);
        self.footers.tail_len.set(self.footers.tail_len.get().max(Some(footer.tail_len())));
        self.footers.put(remote.url(), &footer);
        Ok(footer)
    }

    /// Fills in the footers of `files`, side by side. No request for those that are known.
    pub(super) async fn learn_footers(&self, repo: &RepoId, sha: &str, files: &mut [DataFile]) -> Result<()> {
        let learnt: Vec<Option<DataFile>> = stream::iter(files.iter())
            .map(|file| async move {
                if file.num_rows().is_some() {
                    return Ok::<_, Error>(None);
                }
                let footer = self.footer(repo, sha, file).await?;
                Ok(Some(self.learnt(repo, sha, file, &footer)))
            })
            .buffered(MAX_IN_FLIGHT)
            .try_collect()
            .await?;
        for (file, learnt) in files.iter_mut().zip(learnt) {
            if let Some(learnt) = learnt {
                *file = learnt;
            }
        }
        Ok(())
    }

    /// The file with all that is known of it now.
    pub(super) fn learnt(&self, repo: &RepoId, sha: &str, file: &DataFile, footer: &Footer) -> DataFile {
        let url = self.hub.resolve_url(repo, sha, &file.path);
        let ranges = footer.known().iter().map(FooterPiece::from).collect();
        DataFile {
            footer: Some(KnownFooter { num_rows: footer.num_rows(), ranges }),
            location: self.locations.get(&url),
            ..file.clone()
        }
    }
}

/// Reads the tail of a file, unless something of it is known, and what the tail says is missing.
async fn read_footer<T: Transport>(
    remote: &RemoteFile<T>,
    tail: Range<u64>,
    mut known: Vec<KnownBytes>,
) -> Result<Footer> {
    if known.is_empty() {
        known.extend(read_pieces(remote, &[tail]).await?);
    }
    loop {
        match Footer::decode(remote.byte_len(), known.clone())? {
            FooterStep::Done(footer) => return Ok(*footer),
            FooterStep::NeedsData(range) => known.extend(read_pieces(remote, &[range]).await?),
        }
    }
}

/// Ranges of a file, as known bytes.
pub(super) async fn read_pieces<S: ByteSource>(source: &S, ranges: &[Range<u64>]) -> Result<Vec<KnownBytes>> {
    let bytes = source.read(ranges).await?;
    Ok(ranges.iter().zip(bytes).map(|(range, bytes)| KnownBytes { start: range.start, bytes }).collect())
}
