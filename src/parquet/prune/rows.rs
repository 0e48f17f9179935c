//! Sets of rows as ascending, disjoint ranges.

use std::ops::Range;

/// The rows that are in both sets.
pub(super) fn intersect(a: &[Range<u64>], b: &[Range<u64>]) -> Vec<Range<u64>> {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut both = Vec::new();
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        let shared = x.start.max(y.start)..x.end.min(y.end);
        if shared.start < shared.end {
            both.push(shared);
        }
        if x.end < y.end {
            a.next()
        } else {
            b.next()
        };
    }
    both
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::range::coalesce;

    fn rows() -> impl Strategy<Value = Vec<Range<u64>>> {
        vec((0u64..40, 1u64..6), 0..6).prop_map(|list| {
            coalesce(&list.iter().map(|(start, len)| *start..start + len).collect::<Vec<_>>(), 0)
        })
    }

    proptest! {
        #[test]
        fn a_row_in_both_is_in_the_intersection(a in rows(), b in rows(), row in 0u64..50) {
            let holds = |rows: &[Range<u64>]| rows.iter().any(|range| range.contains(&row));
            let both = intersect(&a, &b);
            prop_assert_eq!(holds(&both), holds(&a) && holds(&b));
            prop_assert!(both.windows(2).all(|pair| pair[0].end <= pair[1].start));
        }
    }
}
