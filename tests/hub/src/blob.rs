//! The bytes of a file, in memory or on disk, with their git and LFS names computed when first asked for.
//!
//! Files on disk are never copied into memory: a range is read as it is sent, in large pieces, by a thread
//! that stays at most two pieces ahead of the socket.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use tokio::sync::{OnceCell, mpsc};
use tokio::task::spawn_blocking;

use crate::hash_cache::HashCache;

/// How much is read from disk, and handed to the socket, at a time.
const PIECE: usize = 512 << 10;

/// Immutable bytes.
#[derive(Debug)]
pub(crate) struct Blob {
    content: Content,
    sha256: OnceCell<String>,
    git_oid: OnceCell<String>,
}

#[derive(Debug, Clone)]
enum Content {
    Memory(Bytes),
    Disk(DiskFile),
}

#[derive(Debug, Clone)]
struct DiskFile {
    path: PathBuf,
    len: u64,
    modified: SystemTime,
    hashes: Option<Arc<HashCache>>,
}

impl Blob {
    pub(crate) fn memory(bytes: impl Into<Bytes>) -> Self {
        Self::new(Content::Memory(bytes.into()))
    }

    /// A file on disk, as it is now; if it changes later, reading it is an error.
    pub(crate) fn disk(path: PathBuf, hashes: Option<Arc<HashCache>>) -> io::Result<Self> {
        let path = path.canonicalize()?;
        let metadata = path.metadata()?;
        let file = DiskFile { path, len: metadata.len(), modified: metadata.modified()?, hashes };
        Ok(Self::new(Content::Disk(file)))
    }

    fn new(content: Content) -> Self {
        Self { content, sha256: OnceCell::new(), git_oid: OnceCell::new() }
    }

    pub(crate) fn len(&self) -> u64 {
        match &self.content {
            Content::Memory(bytes) => bytes.len() as u64,
            Content::Disk(file) => file.len,
        }
    }

    /// When a file on disk was last changed.
    pub(crate) fn modified(&self) -> Option<SystemTime> {
        match &self.content {
            Content::Memory(_) => None,
            Content::Disk(file) => Some(file.modified),
        }
    }

    /// A name for these bytes that costs no read of a large file: commits and directories are named by it.
    pub(crate) fn fingerprint(&self) -> String {
        match &self.content {
            Content::Memory(bytes) => {
                // Long content is told apart by its length and its two ends.
                let end = bytes.len().saturating_sub(4096);
                let hash = Sha1::new()
                    .chain_update(bytes.len().to_string())
                    .chain_update(bytes.get(..bytes.len().min(4096)).unwrap_or_default())
                    .chain_update(bytes.get(end..).unwrap_or_default());
                hex(&hash.finalize())
            }
            Content::Disk(file) => {
                let modified = file.modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
                format!("{}:{}:{modified}", file.path.display(), file.len)
            }
        }
    }

    /// The LFS object id: SHA-256 of the bytes, in hex. The first call reads them all.
    pub(crate) async fn sha256(&self) -> io::Result<&str> {
        let hash = self.sha256.get_or_try_init(|| async {
            let content = self.content.clone();
            blocking(move || content.sha256()).await
        });
        hash.await.map(String::as_str)
    }

    /// The git object id: SHA-1 of git's blob header and the bytes, in hex. The first call reads them all.
    pub(crate) async fn git_oid(&self) -> io::Result<&str> {
        let hash = self.git_oid.get_or_try_init(|| async {
            let content = self.content.clone();
            let header = format!("blob {}\0", self.len());
            blocking(move || content.hash(Sha1::new().chain_update(header))).await
        });
        hash.await.map(String::as_str)
    }

    /// The first bytes, for telling text from binary.
    pub(crate) fn head(&self, len: usize) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.content.reader()?.take(len as u64).read_to_end(&mut head)?;
        Ok(head)
    }

    /// A body of the bytes in `range`, which must lie within the length. Fails at once when the file cannot
    /// be read any more; short ranges are whole in memory when this returns.
    pub(crate) async fn body(&self, range: Range<u64>) -> io::Result<BlobBody> {
        let file = match &self.content {
            Content::Memory(bytes) => {
                let part = bytes.slice(range.start as usize..range.end as usize);
                return Ok(BlobBody { left: part.len() as u64, source: BodySource::Memory(part) });
            }
            Content::Disk(file) => file.clone(),
        };
        let left = range.end - range.start;
        let (mut open, first) = blocking(move || {
            let mut open = file.open()?;
            open.seek(SeekFrom::Start(range.start))?;
            let first = read_piece(&mut open, left)?;
            Ok((open, first))
        })
        .await?;
        let rest = left - first.len() as u64;
        if rest == 0 {
            return Ok(BlobBody { left, source: BodySource::Memory(first) });
        }
        let (sender, receiver) = mpsc::channel(2);
        spawn_blocking(move || {
            let mut rest = rest;
            while rest > 0 {
                let piece = read_piece(&mut open, rest);
                rest = piece.as_ref().map_or(0, |bytes| rest - bytes.len() as u64);
                // A closed channel is a client that went away.
                if sender.blocking_send(piece).is_err() {
                    return;
                }
            }
        });
        Ok(BlobBody { left, source: BodySource::Disk { first: Some(first), receiver } })
    }
}

impl Content {
    fn reader(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Self::Memory(bytes) => Box::new(bytes.as_ref()),
            Self::Disk(file) => Box::new(file.open()?),
        })
    }

    fn hash<D: Digest>(&self, mut digest: D) -> io::Result<String> {
        let mut reader = self.reader()?;
        let mut piece = vec![0; PIECE];
        loop {
            match reader.read(&mut piece)? {
                0 => return Ok(hex(&digest.finalize())),
                n => digest.update(piece.get(..n).unwrap_or_default()),
            }
        }
    }

    fn sha256(&self) -> io::Result<String> {
        let Self::Disk(DiskFile { path, len, modified, hashes: Some(cache) }) = self else {
            return self.hash(Sha256::new());
        };
        if let Some(known) = cache.get(path, *len, *modified) {
            return Ok(known);
        }
        let hash = self.hash(Sha256::new())?;
        cache.put(path, *len, *modified, &hash);
        Ok(hash)
    }
}

impl DiskFile {
    fn open(&self) -> io::Result<File> {
        let file = File::open(&self.path)?;
        let metadata = file.metadata()?;
        if metadata.len() != self.len || metadata.modified()? != self.modified {
            return Err(io::Error::other(format!("{} was changed while it was served", self.path.display())));
        }
        Ok(file)
    }
}

/// A streamed part of a [`Blob`].
#[derive(Debug)]
pub(crate) struct BlobBody {
    left: u64,
    source: BodySource,
}

#[derive(Debug)]
enum BodySource {
    Memory(Bytes),
    Disk { first: Option<Bytes>, receiver: mpsc::Receiver<io::Result<Bytes>> },
}

impl Body for BlobBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let piece = match &mut self.source {
            BodySource::Memory(bytes) if bytes.is_empty() => return Poll::Ready(None),
            BodySource::Memory(bytes) => bytes.split_to(bytes.len().min(PIECE)),
            BodySource::Disk { first, receiver } => match first.take() {
                Some(first) => first,
                None => match ready!(receiver.poll_recv(cx)) {
                    Some(Ok(piece)) => piece,
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => return Poll::Ready(None),
                },
            },
        };
        self.left -= piece.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read_piece(file: &mut File, left: u64) -> io::Result<Bytes> {
    let len = left.min(PIECE as u64);
    let mut piece = Vec::with_capacity(len as usize);
    file.take(len).read_to_end(&mut piece)?;
    if piece.is_empty() && len > 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(piece.into())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}
