//! Bytes that were read before: at an earlier visit, say, of the same page.
//!
//! A file at a commit never changes, so what is known of it stays true. A cache is best effort: what it has lost is
//! read again, and what it cannot keep is not kept.

use std::{fmt::Debug, ops::Range, rc::Rc};

use bytes::{Bytes, BytesMut};
use futures_util::future::{LocalBoxFuture, join_all};

use super::slice;
use crate::{error::Result, range::coalesce};

/// Keeps bytes of files, which are named by their address at a commit.
pub trait RangeCache: Debug {
    /// The ranges of a file that are here, in any order; they may overlap.
    fn ranges(&self, file: &str) -> Vec<Range<u64>>;

    /// The bytes of one of these ranges; `None` if they were lost in the meantime.
    fn get<'a>(&'a self, file: &'a str, range: Range<u64>) -> LocalBoxFuture<'a, Option<Bytes>>;

    /// Keeps bytes that begin at `start`. Returns at once.
    fn put(&self, file: &str, start: u64, bytes: &Bytes);
}

/// A cache, or none.
pub type SharedCache = Option<Rc<dyn RangeCache>>;

/// Bytes and where they begin.
type Piece = (u64, Bytes);

/// Reads ranges of `file` from `cache`, and what is missing there with one call of `fetch`; that is kept.
pub(super) async fn read_through<'a>(
    cache: &dyn RangeCache,
    file: &str,
    ranges: &[Range<u64>],
    fetch: &dyn Fn(Vec<Range<u64>>) -> LocalBoxFuture<'a, Result<Vec<Bytes>>>,
) -> Result<Vec<Bytes>> {
    let wanted = coalesce(ranges, 0);
    let useful =
        cache.ranges(file).into_iter().filter(|stored| wanted.iter().any(|range| overlap(stored, range)));
    let found = join_all(useful.map(|stored| async move {
        let bytes = cache.get(file, stored.clone()).await?;
        (bytes.len() as u64 == stored.end - stored.start).then_some((stored.start, bytes))
    }));
    let mut pieces: Vec<Piece> = found.await.into_iter().flatten().collect();
    let missing = subtract(&wanted, &pieces);
    if !missing.is_empty() {
        for (range, bytes) in missing.iter().zip(fetch(missing.clone()).await?) {
            cache.put(file, range.start, &bytes);
            pieces.push((range.start, bytes));
        }
    }
    pieces.sort_unstable_by_key(|(start, _)| *start);
    Ok(ranges.iter().map(|range| assemble(range, &pieces)).collect())
}

fn overlap(a: &Range<u64>, b: &Range<u64>) -> bool {
    a.start < b.end && b.start < a.end
}

/// What of `wanted` lies in no piece. `wanted` is sorted and does not overlap.
fn subtract(wanted: &[Range<u64>], pieces: &[Piece]) -> Vec<Range<u64>> {
    let known: Vec<_> = pieces.iter().map(|(start, bytes)| *start..start + bytes.len() as u64).collect();
    let known = coalesce(&known, 0);
    let mut missing = Vec::new();
    for range in wanted {
        let mut start = range.start;
        for piece in known.iter().filter(|piece| overlap(piece, range)) {
            if start < piece.start {
                missing.push(start..piece.start);
            }
            start = piece.end;
        }
        if start < range.end {
            missing.push(start..range.end);
        }
    }
    missing
}

/// The bytes of `range`, which pieces cover without a gap; they are sorted by where they begin.
fn assemble(range: &Range<u64>, pieces: &[Piece]) -> Bytes {
    if let Some(whole) = pieces.iter().find_map(|(start, bytes)| slice(bytes, *start, range)) {
        return whole;
    }
    let mut joined = BytesMut::new();
    let mut at = range.start;
    for (start, bytes) in pieces {
        let end = (start + bytes.len() as u64).min(range.end);
        if let Some(part) = slice(bytes, *start, &(at..end)).filter(|part| !part.is_empty()) {
            joined.extend_from_slice(&part);
            at = end;
        }
    }
    joined.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(range: Range<u64>) -> Piece {
        (range.start, range.map(|at| at as u8).collect::<Vec<_>>().into())
    }

    #[test]
    fn what_is_missing_is_what_lies_in_no_piece() {
        let pieces = [piece(10..20), piece(15..30), piece(50..60)];
        let wanted = [0..5, 12..18, 25..55, 60..70];
        assert_eq!(subtract(&wanted, &pieces), vec![0..5, 30..50, 60..70]);
        assert_eq!(subtract(&wanted, &[]), wanted);
        assert_eq!(subtract(std::slice::from_ref(&(10..30)), &pieces), vec![]);
    }

    #[test]
    fn a_range_is_joined_from_pieces_that_touch_or_overlap() {
        let pieces = [piece(10..20), piece(15..30), piece(16..18), piece(30..60)];
        for range in [10..20, 12..28, 10..60, 29..31, 59..60, 20..20] {
            assert_eq!(assemble(&range, &pieces), piece(range.clone()).1, "{range:?}");
        }
    }
}
