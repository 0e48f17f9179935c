//! Half-open byte ranges: how they are spelled in HTTP, and how many requests they become.
//!
//! A range is a `std::ops::Range<u64>`, `start..end`, end excluded. Only the `Range` and `Content-Range`
//! headers count the last byte in (RFC 9110, sections 14.2 and 14.4).

use std::ops::Range;

use crate::error::{Error, ErrorKind, Result};

/// The value of a `Range` header. Never the suffix form `bytes=-n`: it is not on the CORS safelist, so it
/// would cost a browser a preflight on the Hub and another behind the redirect.
pub fn range_header(range: &Range<u64>) -> String {
    format!("bytes={}-{}", range.start, range.end.saturating_sub(1))
}

/// A `Content-Range` header: the range that was answered, and the length of the whole when it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentRange {
    /// The bytes that the body holds.
    pub range: Range<u64>,
    /// The length of the whole file; `None` for `*`.
    pub total: Option<u64>,
}

impl ContentRange {
    /// Parses `bytes 0-99/1234` or `bytes 0-99/*`.
    ///
    /// # Errors
    /// Kind `range_unsupported` for any other form, `bytes */1234` included: that one carries no bytes.
    pub fn parse(value: &str) -> Result<Self> {
        let parsed = || {
            let (range, total) = value.strip_prefix("bytes ")?.split_once('/')?;
            let (first, last) = range.split_once('-')?;
            let (first, last) = (first.trim().parse::<u64>().ok()?, last.trim().parse::<u64>().ok()?);
            let total = match total.trim() {
                "*" => None,
                total => Some(total.parse().ok()?),
            };
            (first <= last).then_some(Self { range: first..last.checked_add(1)?, total })
        };
        parsed().ok_or_else(|| {
            Error::new(
                ErrorKind::RangeUnsupported,
                "read range",
                "The server's Content-Range header cannot be understood.",
            )
            .with("content_range", value)
        })
    }
}

/// Requests that are sent side by side. Browsers open six connections to a host that speaks HTTP/1.1; more requests
/// wait.
pub const SIDE_BY_SIDE: usize = 6;

/// Of the bytes that are needed, one in so many may be read besides them to save requests that would have to wait.
const SPARE_SHARE: u64 = 12;

/// How ranges become requests.
#[derive(Debug, Clone, Copy)]
pub struct Coalescing {
    /// Two ranges at most this many bytes apart are read as one: a request costs more than the bytes between.
    pub max_gap: u64,
    /// A merged range longer than this is read by several requests side by side.
    pub max_request: u64,
}

impl Default for Coalescing {
    /// 32 KiB between ranges, and 64 MiB a request: the row groups of most files are one request then, and their bytes need
    /// not be put together from parts.
    fn default() -> Self {
        Self { max_gap: 32 << 10, max_request: 64 << 20 }
    }
}

impl Coalescing {
    /// The requests that ranges become.
    pub fn requests(&self, ranges: &[Range<u64>]) -> Vec<Range<u64>> {
        self.runs(ranges).iter().flat_map(|run| split(run, self.max_request)).collect()
    }

    /// The ranges, joined where that is cheaper: the narrow gaps between them are read along; where there are more than
    /// can be read side by side also wider ones, the narrowest first, while all that is read besides the ranges stays
    /// below a twelfth of them.
    pub fn runs(&self, ranges: &[Range<u64>]) -> Vec<Range<u64>> {
        let runs = coalesce(ranges, self.max_gap);
        let Some(waiting @ 1..) = runs.len().checked_sub(SIDE_BY_SIDE) else { return runs };
        let needed = num_bytes(&coalesce(ranges, 0));
        let mut spare = (needed / SPARE_SHARE).saturating_sub(num_bytes(&runs) - needed);
        let mut gaps: Vec<u64> = runs.iter().zip(runs.iter().skip(1)).map(|(a, b)| b.start - a.end).collect();
        gaps.sort_unstable();
        let too_wide = gaps.iter().enumerate().find(|(index, gap)| {
            let left = spare.checked_sub(**gap).filter(|_| *index < waiting);
            spare = left.unwrap_or(spare);
            left.is_none()
        });
        match too_wide {
            Some((_, gap)) => coalesce(&runs, gap.saturating_sub(1)),
            None => runs,
        }
    }
}

/// How many bytes there are in ranges that do not overlap.
fn num_bytes(ranges: &[Range<u64>]) -> u64 {
    ranges.iter().map(|range| range.end - range.start).sum()
}

/// Sorts ranges and joins those that overlap, touch, or lie at most `max_gap` bytes apart. Empty ranges vanish.
pub fn coalesce(ranges: &[Range<u64>], max_gap: u64) -> Vec<Range<u64>> {
    let mut sorted: Vec<_> = ranges.iter().filter(|range| !range.is_empty()).cloned().collect();
    sorted.sort_unstable_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<u64>> = Vec::with_capacity(sorted.len());
    for range in sorted {
        match merged.last_mut() {
            Some(last) if range.start <= last.end.saturating_add(max_gap) => {
                last.end = last.end.max(range.end)
            }
            _ => merged.push(range),
        }
    }
    merged
}

/// Cuts a range into the fewest equal parts of at most `max_len` bytes, in order.
pub fn split(range: &Range<u64>, max_len: u64) -> Vec<Range<u64>> {
    let len = range.end.saturating_sub(range.start);
    let parts = len.div_ceil(max_len.max(1)).max(1);
    let step = len.div_ceil(parts);
    (0..parts)
        .map(|part| range.start + part * step..(range.start + (part + 1) * step).min(range.end))
        .filter(|part| !part.is_empty() || parts == 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        assert_eq!(range_header(&(0..100)), "bytes=0-99");
        assert_eq!(
            ContentRange::parse("bytes 0-99/1234").ok(),
            Some(ContentRange { range: 0..100, total: Some(1234) })
        );
        assert_eq!(ContentRange::parse("bytes 5-5/*").ok(), Some(ContentRange { range: 5..6, total: None }));
        for bad in [
            "",
            "bytes */10",
            "bytes 5-4/10",
            "bytes a-b/10",
            "items 0-1/2",
            "bytes 0-18446744073709551615/*",
        ] {
            assert!(ContentRange::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn neighbours_are_read_together() {
        assert_eq!(coalesce(&[50..60, 0..10, 15..20, 8..12, 30..30], 5), vec![0..20, 50..60]);
        assert_eq!(coalesce(&[0..10, 11..20], 0), vec![0..10, 11..20]);
        assert_eq!(coalesce(&[0..100, 10..20], 0), vec![0..100]);
    }

    #[test]
    fn what_would_have_to_wait_is_joined_across_the_narrowest_gaps() {
        let coalescing = Coalescing { max_gap: 0, max_request: u64::MAX };
        let starts = [0, 1_010, 2_030, 3_060, 4_100, 5_150, 6_210, 7_900];
        let ranges: Vec<_> = starts.iter().map(|start| *start..start + 1000).collect();
        // Two are too many, and 10 and 20 bytes little beside 8,000.
        let runs = coalescing.runs(&ranges);
        assert_eq!(runs.len(), SIDE_BY_SIDE);
        assert_eq!(runs.first(), Some(&(0..3_030)));
        assert_eq!(coalescing.runs(&ranges[2..]), ranges[2..], "six at once need not wait");
        let far: Vec<_> = (0..20).map(|index| index * 10_000..index * 10_000 + 1000).collect();
        assert_eq!(coalescing.runs(&far), far, "wide gaps cost more than they save");
        let near: Vec<_> = (0..20).map(|index| index * 1_100..index * 1_100 + 1000).collect();
        let read = num_bytes(&coalescing.runs(&near));
        assert!(read <= 20_000 + 20_000 / SPARE_SHARE, "{read}");
    }

    #[test]
    fn long_ranges_are_cut_into_equal_parts() {
        assert_eq!(split(&(0..10), 4), vec![0..4, 4..8, 8..10]);
        assert_eq!(split(&(5..15), 10), vec![5..15]);
        assert_eq!(split(&(7..7), 10), vec![7..7]);
    }
}
