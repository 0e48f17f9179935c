//! Dates and timestamps as CSV and JSON files write them: the forms of ISO 8601 that need no guessing.
//!
//! [`crate::expr`] reads more forms, once a filter; this runs once a value, on bytes at fixed places.

use arrow_schema::TimeUnit;

use crate::expr::days_from_civil;

/// What a value says about its time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// Nothing: it is a date.
    None,
    /// A time on a clock that it does not name.
    Local,
    /// A time and how far its clock is from UTC.
    Zoned,
}

/// A point in time as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    /// Seconds since 1970-01-01T00:00:00, in UTC if there is a zone.
    seconds: i64,
    nanos: u32,
    pub(super) clock: Clock,
}

impl Written {
    /// `2024-01-31`, or that and `T` or a space and `12:30[:00[.5]]`, and maybe `Z`, `+01`, `+0100` or `+01:00`.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let (date, rest) = text.split_at_checked(10)?;
        let days = parse_date(date)?;
        let [separator, time @ ..] = rest else {
            return Some(Self { seconds: days * 86_400, nanos: 0, clock: Clock::None });
        };
        if !matches!(separator, b'T' | b't' | b' ') {
            return None;
        }
        let zone_at = time.iter().position(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-'));
        let (time, zone) = time.split_at(zone_at.unwrap_or(time.len()));
        let (seconds, nanos) = parse_time(time)?;
        let (offset, clock) = match zone {
            [] => (0, Clock::Local),
            zone => (parse_offset(zone)?, Clock::Zoned),
        };
        Some(Self { seconds: days * 86_400 + seconds - offset, nanos, clock })
    }

    /// Whether a timestamp in microseconds holds all of it.
    pub(super) fn is_whole_micros(&self) -> bool {
        self.nanos.is_multiple_of(1000)
    }

    /// Days since 1970-01-01, of a date.
    pub(super) fn days(&self) -> Option<i32> {
        (self.clock == Clock::None).then(|| i32::try_from(self.seconds / 86_400).ok())?
    }

    /// The value in a unit, if that holds all of it.
    pub(super) fn in_unit(&self, unit: TimeUnit) -> Option<i64> {
        let per_second: u32 = match unit {
            TimeUnit::Second => 1,
            TimeUnit::Millisecond => 1_000,
            TimeUnit::Microsecond => 1_000_000,
            TimeUnit::Nanosecond => 1_000_000_000,
        };
        let nanos_per_unit = 1_000_000_000 / per_second;
        let exact = self.nanos.is_multiple_of(nanos_per_unit);
        let whole = self.seconds.checked_mul(i64::from(per_second))?;
        exact.then(|| whole.checked_add(i64::from(self.nanos / nanos_per_unit)))?
    }
}

fn parse_date(text: &[u8]) -> Option<i64> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *text else { return None };
    let year = two_digits(y0, y1)? * 100 + two_digits(y2, y3)?;
    let (month, day) = (two_digits(m0, m1)?, two_digits(d0, d1)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=last).contains(&day).then(|| days_from_civil(year, month, day))
}

/// Seconds and nanoseconds of `12:30`, `12:30:00` or `12:30:00.123456789`.
fn parse_time(text: &[u8]) -> Option<(i64, u32)> {
    let [h0, h1, b':', m0, m1, rest @ ..] = text else { return None };
    let (hour, minute) = (two_digits(*h0, *h1)?, two_digits(*m0, *m1)?);
    let (second, nanos) = match rest {
        [] => (0, 0),
        [b':', s0, s1] => (two_digits(*s0, *s1)?, 0),
        [b':', s0, s1, b'.', fraction @ ..] => (two_digits(*s0, *s1)?, parse_fraction(fraction)?),
        _ => return None,
    };
    (hour < 24 && minute < 60 && second < 60).then_some((hour * 3600 + minute * 60 + second, nanos))
}

/// Nanoseconds of one to nine digits after the point.
fn parse_fraction(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    let padded = digits.iter().copied().chain(std::iter::repeat(b'0')).take(9);
    padded
        .map(|byte| byte.is_ascii_digit().then(|| u32::from(byte - b'0')))
        .try_fold(0, |sum, digit| Some(sum * 10 + digit?))
}

/// Seconds that a clock is ahead of UTC.
fn parse_offset(text: &[u8]) -> Option<i64> {
    let (sign, hours, minutes) = match *text {
        [b'Z' | b'z'] => return Some(0),
        [sign @ (b'+' | b'-'), h0, h1] => (sign, two_digits(h0, h1)?, 0),
        [sign @ (b'+' | b'-'), h0, h1, b':', m0, m1] | [sign @ (b'+' | b'-'), h0, h1, m0, m1] => {
            (sign, two_digits(h0, h1)?, two_digits(m0, m1)?)
        }
        _ => return None,
    };
    let seconds = hours * 3600 + minutes * 60;
    (hours < 24 && minutes < 60).then_some(if sign == b'-' { -seconds } else { seconds })
}

fn two_digits(tens: u8, ones: u8) -> Option<i64> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    Some(digit(tens)? * 10 + digit(ones)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> Option<i64> {
        Written::parse(text.as_bytes())?.in_unit(TimeUnit::Microsecond)
    }

    #[test]
    fn points_in_time() {
        assert_eq!(micros("1970-01-01"), Some(0));
        assert_eq!(micros("2024-02-29 12:30"), Some(1_709_209_800_000_000));
        assert_eq!(micros("2024-02-29T12:30:00.5+01:00"), Some(1_709_206_200_500_000));
        assert_eq!(micros("2024-02-29T12:30:00-0530"), micros("2024-02-29T18:00:00Z"));
        assert_eq!(micros("1969-12-31T23:59:59.999999"), Some(-1));
        assert_eq!(Written::parse(b"0001-01-01").unwrap().days(), Some(-719_162));
    }

    #[test]
    fn a_unit_holds_all_or_nothing() {
        let written = Written::parse(b"2024-02-29T12:30:00.123456789").unwrap();
        assert_eq!(written.in_unit(TimeUnit::Nanosecond), Some(1_709_209_800_123_456_789));
        assert_eq!(written.in_unit(TimeUnit::Microsecond), None);
        assert_eq!(Written::parse(b"9999-12-31").unwrap().in_unit(TimeUnit::Nanosecond), None);
        assert_eq!(Written::parse(b"2024-02-29T00:00").unwrap().days(), None);
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in
            ["", "2024-02-30", "2024-13-01", "2024-00-01", "2024-01-00", "2024-01-01T", "2024-01-01x12:00"]
        {
            assert_eq!(Written::parse(text.as_bytes()), None, "{text}");
        }
        for time in [
            "24:00",
            "12:60",
            "12:00:60",
            "1:00",
            "12:00:00.",
            "12:00:00.1234567890",
            "12:00+1",
            "12:00+25:00",
        ] {
            assert_eq!(Written::parse(format!("2024-01-01T{time}").as_bytes()), None, "{time}");
        }
    }
}
