//! Sets of keys as spans of neighbouring keys: what every comparison comes to, and what statistics are held against.

use std::borrow::Borrow;

/// Values that are ordered and have a next one.
pub trait Key: Ord + Clone {
    /// The first of all keys.
    fn least() -> Self;

    /// The key after this one, with none between. The last key is its own next.
    #[must_use]
    fn next(&self) -> Self;
}

impl Key for i128 {
    fn least() -> Self {
        Self::MIN
    }

    fn next(&self) -> Self {
        self.saturating_add(1)
    }
}

/// Byte strings in lexicographic order: nothing lies between one and the same with a zero byte after it.
impl Key for Vec<u8> {
    fn least() -> Self {
        Self::new()
    }

    fn next(&self) -> Self {
        let mut next = self.clone();
        next.push(0);
        next
    }
}

/// A set of keys: ascending, disjoint spans, each from its first key to before its end, or without an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spans<K>(Vec<(K, Option<K>)>);

impl<K: Key> Spans<K> {
    /// No key.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// Every key.
    pub fn all() -> Self {
        Self(vec![(K::least(), None)])
    }

    /// The keys from `start` to before `end`.
    pub fn between(start: K, end: Option<K>) -> Self {
        Self::union(vec![(start, end)])
    }

    /// The keys that are in any of these spans, which may come in any order and overlap.
    pub fn union(mut spans: Vec<(K, Option<K>)>) -> Self {
        spans.retain(|(start, end)| end.as_ref().is_none_or(|end| start < end));
        spans.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let mut merged: Vec<(K, Option<K>)> = Vec::with_capacity(spans.len());
        for (start, end) in spans {
            let joins = |last: &Option<K>| last.as_ref().is_none_or(|last| start <= *last);
            match merged.last_mut().filter(|(_, last)| joins(last)) {
                Some((_, last)) => {
                    let longer = |last: &K| end.as_ref().is_none_or(|end| end > last);
                    if last.as_ref().is_some_and(longer) {
                        *last = end;
                    }
                }
                None => merged.push((start, end)),
            }
        }
        Self(merged)
    }

    /// The keys that are not in this set.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut gaps = Vec::with_capacity(self.0.len() + 1);
        let mut start = Some(K::least());
        for (next, end) in &self.0 {
            gaps.extend(start.map(|start| (start, Some(next.clone()))));
            start = end.clone();
        }
        gaps.extend(start.map(|start| (start, None)));
        Self::union(gaps)
    }

    /// Whether no key is in the set.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every key is in the set.
    pub fn is_all(&self) -> bool {
        matches!(self.0.as_slice(), [(start, None)] if *start == K::least())
    }

    /// Whether a key is in the set.
    pub fn contains<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        let after = self.0.partition_point(|(start, _)| start.borrow() <= key);
        let span = after.checked_sub(1).and_then(|index| self.0.get(index));
        span.is_some_and(|(_, end)| end.as_ref().is_none_or(|end| key < end.borrow()))
    }

    /// Whether any key from `min` to `max`, both included, is in the set. Without a bound there is none.
    pub fn meets(&self, min: Option<&K>, max: Option<&K>) -> bool {
        self.0.iter().any(|(start, end)| {
            max.is_none_or(|max| start <= max)
                && match (min, end) {
                    (Some(min), Some(end)) => min < end,
                    _ => true,
                }
        })
    }

    /// Whether every key from `min` to `max`, both included, is in the set.
    pub fn covers(&self, min: Option<&K>, max: Option<&K>) -> bool {
        self.0.iter().any(|(start, end)| {
            let from = min.map_or(*start == K::least(), |min| start <= min);
            let to = match (max, end) {
                (_, None) => true,
                (Some(max), Some(end)) => max < end,
                (None, Some(_)) => false,
            };
            from && to
        })
    }

    /// The keys of the set, when it is a few single ones.
    pub fn points(&self) -> Option<Vec<&K>> {
        self.0.iter().map(|(start, end)| (*end == Some(start.next())).then_some(start)).collect()
    }

    /// The spans.
    pub fn iter(&self) -> impl Iterator<Item = &(K, Option<K>)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn spans() -> impl Strategy<Value = Spans<i128>> {
        vec((0i128..30, proptest::option::of(0i128..30)), 0..6).prop_map(Spans::union)
    }

    proptest! {
        #[test]
        fn a_set_and_its_complement_share_every_key_out(set in spans(), key in -5i128..40) {
            prop_assert_ne!(set.contains(&key), set.complement().contains(&key));
            prop_assert_eq!(set.complement().complement(), set);
        }

        #[test]
        fn union_holds_what_any_span_holds(list in vec((0i128..30, proptest::option::of(0i128..30)), 0..6), key in 0i128..31) {
            let any = list.iter().any(|(start, end)| *start <= key && end.is_none_or(|end| key < end));
            prop_assert_eq!(Spans::union(list).contains(&key), any);
        }

        #[test]
        fn bounds_are_judged_as_their_keys_are(set in spans(), min in 0i128..30, len in 0i128..10) {
            let max = min + len;
            prop_assert_eq!(set.meets(Some(&min), Some(&max)), (min..=max).any(|key| set.contains(&key)));
            prop_assert_eq!(set.covers(Some(&min), Some(&max)), (min..=max).all(|key| set.contains(&key)));
            prop_assert!(!set.covers(None, None) || set.is_all());
            prop_assert_eq!(set.meets(None, None), !set.is_none());
        }

        #[test]
        fn nothing_lies_between_a_byte_string_and_the_next(key in vec(any::<u8>(), 0..4), other in vec(any::<u8>(), 0..5)) {
            prop_assert!(!(key < other && other < key.next()));
        }
    }

    #[test]
    fn points_are_single_keys() {
        let points = Spans::union(vec![(3i128, Some(4)), (9, Some(10))]);
        assert_eq!(points.points(), Some(vec![&3, &9]));
        assert_eq!(Spans::union(vec![(3i128, Some(5))]).points(), None);
        assert_eq!(Spans::between(b"a".to_vec(), Some(b"a\0".to_vec())).points(), Some(vec![&b"a".to_vec()]));
    }
}
