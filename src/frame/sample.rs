//! Samples of a table's rows, which do not depend on who reads them, in what order, or beside what.
//!
//! A row is in a sample or not by a number between 0 and 1 that follows from the seed, the file's path and the row's
//! number in the file alone. So shares that do not overlap have no row in common, and together have every row.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// The rows whose number lies in a range.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// Another seed gives every row another number.
    pub seed: u64,
    /// The least number that is taken, from 0.
    pub start: f64,
    /// The least number above it that is not, up to 1.
    pub end: f64,
}

impl Sample {
    /// Narrows samples by another one. A sample of a sample by the same seed is the same share of it.
    pub(super) fn narrow(samples: &[Self], by: Self) -> Vec<Self> {
        let mut samples = samples.to_vec();
        match samples.iter_mut().find(|sample| sample.seed == by.seed) {
            Some(sample) => {
                let len = sample.end - sample.start;
                (sample.start, sample.end) = (sample.start + len * by.start, sample.start + len * by.end);
            }
            None => samples.push(by),
        }
        samples
    }
}

/// The rows of one file that are in all of some samples.
#[derive(Debug)]
pub(super) struct FileSample(Vec<(u64, Range<f64>)>);

impl FileSample {
    pub(super) fn new(samples: &[Sample], path: &str) -> Self {
        let path =
            path.bytes().fold(FNV_OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME));
        Self(samples.iter().map(|sample| (mix(path ^ mix(sample.seed)), sample.start..sample.end)).collect())
    }

    /// The runs of the rows `rows` of the file that are taken.
    pub(super) fn runs(&self, rows: Range<u64>) -> Vec<Range<u64>> {
        let mut runs: Vec<Range<u64>> = Vec::new();
        for row in rows.filter(|row| self.takes(*row)) {
            match runs.last_mut() {
                Some(run) if run.end == row => run.end += 1,
                _ => runs.push(row..row + 1),
            }
        }
        runs
    }

    /// How many of the rows `rows` of the file are taken.
    pub(super) fn count(&self, rows: Range<u64>) -> u64 {
        if self.0.is_empty() {
            rows.end - rows.start
        } else {
            rows.filter(|row| self.takes(*row)).count() as u64
        }
    }

    fn takes(&self, row: u64) -> bool {
        self.0.iter().all(|(base, share)| {
            let bits = mix(base.wrapping_add(row.wrapping_mul(GOLDEN)));
            // 53 bits are what a float tells apart.
            share.contains(&((bits >> 11) as f64 / (1u64 << 53) as f64))
        })
    }
}

/// FNV-1a, 64 bits (<http://www.isthe.com/chongo/tech/comp/fnv/>).
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// The step and the mixing of SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators").
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(samples: &[Sample], path: &str) -> Vec<u64> {
        FileSample::new(samples, path).runs(0..10_000).into_iter().flatten().collect()
    }

    fn share(seed: u64, start: f64, end: f64) -> Sample {
        Sample { seed, start, end }
    }

    #[test]
    fn shares_have_every_row_once() {
        let parts = [share(7, 0.0, 0.8), share(7, 0.8, 0.9), share(7, 0.9, 1.0)];
        let parts = parts.map(|part| rows(&[part], "a.parquet"));
        let mut all = parts.concat();
        all.sort_unstable();
        assert_eq!(all, (0..10_000).collect::<Vec<_>>());
        for (part, expected) in parts.iter().zip([8000, 1000, 1000]) {
            assert!(part.len().abs_diff(expected) < 150, "{} rows", part.len());
        }
    }

    #[test]
    fn a_row_is_taken_by_seed_file_and_number_alone() {
        let half = |seed| share(seed, 0.0, 0.5);
        let sample = FileSample::new(&[half(1)], "a");
        let part: Vec<u64> = sample.runs(1000..2000).into_iter().flatten().collect();
        let all = rows(&[half(1)], "a");
        assert_eq!(part, all.iter().copied().filter(|row| (1000..2000).contains(row)).collect::<Vec<_>>());
        assert_eq!(sample.count(1000..2000), part.len() as u64);
        for other in [rows(&[half(2)], "a"), rows(&[half(1)], "b")] {
            let common = all.iter().filter(|row| other.binary_search(row).is_ok()).count();
            assert!(common.abs_diff(2500) < 200, "{common} rows of 10,000 are in two halves");
        }
        assert_eq!(FileSample::new(&[], "a").count(5..9), 4);
    }

    #[test]
    fn samples_of_samples_are_shares_of_them() {
        let half = share(1, 0.5, 1.0);
        assert_eq!(Sample::narrow(&[half], share(1, 0.0, 0.5)), [share(1, 0.5, 0.75)]);
        assert_eq!(Sample::narrow(&[half], share(2, 0.0, 0.5)), [half, share(2, 0.0, 0.5)]);
        let both = rows(&Sample::narrow(&[half], share(2, 0.0, 0.5)), "a").len();
        assert!(both.abs_diff(2500) < 200, "{both} rows");
    }
}
