//! The bytes read last, in memory: the rows beside those that somebody looks at lie in the same pages.

use std::{cell::RefCell, collections::VecDeque, ops::Range, rc::Rc};

use bytes::Bytes;
use futures_util::future::{LocalBoxFuture, ready};

use super::RangeCache;

/// What is kept of all files together, in bytes.
const MAX_KEPT: usize = 8 << 20;

/// A read of more bytes than this is no look at some rows: it neither uses what is kept, nor is it kept.
pub(super) const MAX_READ_LEN: u64 = 2 << 20;

/// Shared by all reads of a session.
#[derive(Debug, Clone, Default)]
pub struct RecentBytes(Rc<RefCell<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    /// What was used last comes last.
    pieces: VecDeque<Piece>,
    len: usize,
}

#[derive(Debug)]
struct Piece {
    file: String,
    start: u64,
    bytes: Bytes,
}

impl Piece {
    fn range(&self) -> Range<u64> {
        self.start..self.start + self.bytes.len() as u64
    }
}

impl RangeCache for RecentBytes {
    fn ranges(&self, file: &str) -> Vec<Range<u64>> {
        self.0.borrow().pieces.iter().filter(|piece| piece.file == file).map(Piece::range).collect()
    }

    fn get<'a>(&'a self, file: &'a str, range: Range<u64>) -> LocalBoxFuture<'a, Option<Bytes>> {
        let Kept { pieces, .. } = &mut *self.0.borrow_mut();
        let found = pieces.iter().position(|piece| piece.file == file && piece.range() == range);
        let bytes = found.and_then(|index| pieces.remove(index)).map(|piece| {
            let bytes = piece.bytes.clone();
            pieces.push_back(piece);
            bytes
        });
        Box::pin(ready(bytes))
    }

    fn put(&self, file: &str, start: u64, bytes: &Bytes) {
        let Kept { pieces, len } = &mut *self.0.borrow_mut();
        // A copy, since the original may be a part of something larger that would be kept with it.
        pieces.push_back(Piece { file: file.to_owned(), start, bytes: Bytes::copy_from_slice(bytes) });
        *len += bytes.len();
        while *len > MAX_KEPT
            && let Some(oldest) = pieces.pop_front()
        {
            *len -= oldest.bytes.len();
        }
    }
}
