//! Exact decimal numbers, as text: what a number is in units of a power of ten, without a float in between.

use arrow_buffer::i256;

/// A decimal number: `digits` with the point `scale` digits from their right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    negative: bool,
    digits: String,
    scale: usize,
}

/// An integer that is not above a number, and whether it is that number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Floor<T> {
    pub(super) value: T,
    pub(super) exact: bool,
}

impl Number {
    /// Parses `-12.50`: digits, with a point between them or not.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let valid = all_digits(whole) && all_digits(fraction);
        valid.then(|| Self { negative, digits: format!("{whole}{fraction}"), scale: fraction.len() })
    }

    /// A finite float: exact when it is whole and below 2^127, else the shortest decimal that reads back as it.
    pub(super) fn from_f64(value: f64) -> Option<Self> {
        let whole = value.fract() == 0.0 && value.abs() < 1e38;
        Self::parse(&if whole { (value as i128).to_string() } else { value.to_string() })
    }

    /// The largest integer of units of 10^-scale that is not above this number.
    pub(super) fn floor(&self, scale: i32) -> Floor<i128> {
        let (digits, exact) = self.truncate(scale);
        let value = match digits.parse::<i128>() {
            Ok(value) if self.negative => -value,
            Ok(value) => value,
            Err(_) if self.negative => return Floor { value: i128::MIN, exact: false },
            Err(_) => return Floor { value: i128::MAX, exact: false },
        };
        Floor { value: if self.negative && !exact { value - 1 } else { value }, exact }
    }

    /// The same in 256 bits.
    pub(super) fn floor_i256(&self, scale: i32) -> Floor<i256> {
        let (digits, exact) = self.truncate(scale);
        let value = match (digits.parse::<i256>(), self.negative) {
            (Ok(value), true) => value.wrapping_neg(),
            (Ok(value), false) => value,
            (Err(_), true) => return Floor { value: i256::MIN, exact: false },
            (Err(_), false) => return Floor { value: i256::MAX, exact: false },
        };
        let below = self.negative && !exact;
        Floor { value: if below { value.wrapping_sub(i256::ONE) } else { value }, exact }
    }

    /// The digits before the point after it was moved `scale` to the right, and whether only zeros came after.
    fn truncate(&self, scale: i32) -> (String, bool) {
        let len = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        let point = len - i64::try_from(self.scale).unwrap_or(i64::MAX) + i64::from(scale);
        let at = usize::try_from(point.clamp(0, len)).unwrap_or_default();
        let (whole, rest) = self.digits.split_at_checked(at).unwrap_or((&self.digits, ""));
        let zeros = usize::try_from(point - len).unwrap_or_default();
        let digits = format!("0{whole}{}", "0".repeat(zeros));
        (digits, rest.bytes().all(|b| b == b'0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floor(text: &str, scale: i32) -> (i128, bool) {
        let number = Number::parse(text).unwrap();
        let (narrow, wide) = (number.floor(scale), number.floor_i256(scale));
        assert_eq!((wide.value.to_i128(), wide.exact), (Some(narrow.value), narrow.exact), "{text}");
        (narrow.value, narrow.exact)
    }

    #[test]
    fn numbers_are_floored_in_the_units_of_a_column() {
        assert_eq!(floor("1.10", 2), (110, true));
        assert_eq!(floor("1.1", 1), (11, true));
        assert_eq!(floor("1.19", 1), (11, false));
        assert_eq!(floor("-1.19", 1), (-12, false));
        assert_eq!(floor("-1.10", 1), (-11, true));
        assert_eq!(floor("-0.001", 0), (-1, false));
        assert_eq!(floor("0.001", 0), (0, false));
        assert_eq!(floor("7", 3), (7000, true));
        assert_eq!(floor("1234", -2), (12, false));
        assert_eq!(floor("1200", -2), (12, true));
        assert_eq!(floor("5", -3), (0, false));
        assert_eq!(Number::from_f64(0.1).unwrap().floor(1), Floor { value: 1, exact: true });
        let two_to_90 = Number::from_f64(2f64.powi(90)).unwrap();
        assert_eq!(two_to_90.floor(0), Floor { value: 1 << 90, exact: true });
    }

    #[test]
    fn what_is_too_large_is_beyond_every_value() {
        let huge = Number::parse(&"9".repeat(100)).unwrap();
        assert_eq!(huge.floor(0), Floor { value: i128::MAX, exact: false });
        assert_eq!(huge.floor_i256(0), Floor { value: i256::MAX, exact: false });
        assert_eq!(Number::from_f64(-1e300).unwrap().floor(3).value, i128::MIN);
        assert_eq!(Number::from_f64(1e-300).unwrap().floor(3), Floor { value: 0, exact: false });
    }

    #[test]
    fn text_that_is_no_number_is_refused() {
        for text in ["", "-", ".", "1.", ".5", "1e5", "+1", "1 000", "--1", "1.2.3", "٣"] {
            assert_eq!(Number::parse(text), None, "{text:?}");
        }
    }
}
