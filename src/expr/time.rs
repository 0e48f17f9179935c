//! Dates, times and durations in ISO 8601, as nanoseconds; and back, for messages.

/// Nanoseconds of a second.
pub(super) const SECOND: i128 = 1_000_000_000;

/// Nanoseconds of a day.
pub(super) const DAY: i128 = 86_400 * SECOND;

/// A point in time as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    /// Nanoseconds from 1970-01-01T00:00:00, on the clock that it is written for.
    pub(super) nanos: i128,
    /// How far that clock is ahead of UTC, in nanoseconds, if it is said.
    pub(super) offset: Option<i128>,
}

/// Parses `2024-01-31`, `2024-01-31T12:30`, `2024-01-31 12:30:00.5+01:00`.
pub(super) fn parse_timestamp(text: &str) -> Option<Written> {
    let Some((date, rest)) = text.split_once(['T', 't', ' ']) else {
        return Some(Written { nanos: parse_date(text)?, offset: None });
    };
    let date = parse_date(date)?;
    let zone = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (time, zone) = rest.split_at_checked(zone)?;
    let offset = if zone.is_empty() { None } else { Some(parse_offset(zone)?) };
    Some(Written { nanos: date + parse_time(time)?, offset })
}

/// Parses `2024-01-31`, to nanoseconds from 1970-01-01. The year may have a sign and more than four digits.
pub(super) fn parse_date(text: &str) -> Option<i128> {
    let (sign, unsigned) = match text.strip_prefix(['-', '+']) {
        Some(rest) if text.starts_with('-') => (-1, rest),
        Some(rest) => (1, rest),
        None => (1, text),
    };
    let mut parts = unsigned.splitn(3, '-');
    let year = parts.next().filter(|year| (4..=6).contains(&year.len()))?;
    let (year, month, day) = (sign * digits(year)?, two_digits(parts.next()?)?, two_digits(parts.next()?)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let [year, month, day] =
        [i64::try_from(year).ok()?, i64::try_from(month).ok()?, i64::try_from(day).ok()?];
    (1..=last).contains(&day).then(|| i128::from(days_from_civil(year, month, day)) * DAY)
}

/// Parses `12:30`, `12:30:00` or `12:30:00.123456789`, to nanoseconds.
pub(super) fn parse_time(text: &str) -> Option<i128> {
    let mut parts = text.splitn(3, ':');
    let (hour, minute) = (two_digits(parts.next()?)?, two_digits(parts.next()?)?);
    let (second, nanos) = match parts.next() {
        Some(seconds) => {
            let (second, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
            (two_digits(second)?, fraction_nanos(fraction)?)
        }
        None => (0, 0),
    };
    let valid = hour < 24 && minute < 60 && second < 60;
    valid.then_some(((hour * 60 + minute) * 60 + second) * SECOND + nanos)
}

/// Parses `P1DT2H30M1.5S`, with a sign or not, to nanoseconds. Weeks and days have 24-hour days.
pub(super) fn parse_duration(text: &str) -> Option<i128> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (days, times) = unsigned.strip_prefix('P')?.split_once('T').unwrap_or((unsigned.get(1..)?, ""));
    if days.is_empty() && times.is_empty() {
        return None;
    }
    let day_units = [('W', 7 * DAY), ('D', DAY)];
    let time_units = [('H', 3600 * SECOND), ('M', 60 * SECOND), ('S', SECOND)];
    Some(sign * (parse_units(days, &day_units)? + parse_units(times, &time_units)?))
}

/// Numbers with their units, which come in this order and at most once each.
fn parse_units(mut text: &str, units: &[(char, i128)]) -> Option<i128> {
    let mut total = 0;
    for (letter, unit) in units {
        let Some((number, rest)) = text.split_once(*letter) else { continue };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        total += digits(whole)?.checked_mul(*unit)? + fraction_nanos(fraction)? * (unit / SECOND);
        text = rest;
    }
    text.is_empty().then_some(total)
}

/// Parses `Z`, `+01:00`, `-0530` or `+01`, to nanoseconds ahead of UTC.
pub(super) fn parse_offset(text: &str) -> Option<i128> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("Z" | "z", "") => return Some(0),
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_at_checked(2)?;
    let minutes = minutes.strip_prefix(':').unwrap_or(minutes);
    let minutes = if rest.len() == 2 { 0 } else { two_digits(minutes)? };
    let hours = two_digits(hours)?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60 * SECOND)
}

/// `2024-01-31T12:30:00.5`, from nanoseconds since 1970; without a time at midnight.
pub(super) fn format_timestamp(nanos: i128) -> String {
    let (year, month, day) = civil_from_days(nanos.div_euclid(DAY));
    let date = format!("{year:04}-{month:02}-{day:02}");
    match nanos.rem_euclid(DAY) {
        0 => date,
        time => format!("{date}T{}", format_time(time)),
    }
}

/// `12:30:00.5`, from nanoseconds.
pub(super) fn format_time(nanos: i128) -> String {
    let (seconds, fraction) = (nanos / SECOND, nanos % SECOND);
    let text = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    match fraction {
        0 => text,
        _ => format!("{text}.{}", format!("{fraction:09}").trim_end_matches('0')),
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar: "days_from_civil" in Howard Hinnant's "chrono-Compatible
/// Low-Level Date Algorithms".
pub(crate) fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse.
fn civil_from_days(days: i128) -> (i128, i128, i128) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = (shifted + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i128::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

/// Up to nine digits after the point.
fn fraction_nanos(text: &str) -> Option<i128> {
    let missing = 9usize.checked_sub(text.len())?;
    Some(digits(text)? * 10i128.pow(u32::try_from(missing).ok()?))
}

fn two_digits(text: &str) -> Option<i128> {
    if text.len() == 2 { digits(text) } else { None }
}

/// At most eighteen digits.
fn digits(text: &str) -> Option<i128> {
    let valid = (1..=18).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if valid { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn points_in_time() {
        let nanos = |text| parse_timestamp(text).map(|written| written.nanos);
        assert_eq!(nanos("1970-01-01"), Some(0));
        assert_eq!(nanos("1970-01-02T00:00:01"), Some(DAY + SECOND));
        assert_eq!(nanos("1969-12-31T23:59:59.999999999"), Some(-1));
        assert_eq!(nanos("2024-02-29 12:30"), Some(1_709_209_800 * SECOND));
        assert_eq!(nanos("0000-01-01"), Some(-719_528 * DAY));
        let offset = |text| parse_timestamp(text).and_then(|written| written.offset);
        assert_eq!(offset("2024-01-01T00:00:00Z"), Some(0));
        assert_eq!(offset("2024-01-01T00:00:00.5-05:30"), Some(-(5 * 60 + 30) * 60 * SECOND));
        assert_eq!(offset("2024-01-01T00:00:00+01"), Some(3600 * SECOND));
        assert_eq!(offset("2024-01-01T00:00:00"), None);
    }

    #[test]
    fn durations() {
        assert_eq!(parse_duration("P1DT2H30M1.5S"), Some(DAY + 9000 * SECOND + 1_500_000_000));
        assert_eq!(parse_duration("-PT0.000000001S"), Some(-1));
        assert_eq!(parse_duration("P2W"), Some(14 * DAY));
        assert_eq!(parse_duration("PT36H"), Some(36 * 3600 * SECOND));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        let stamps = [
            "",
            "2023-02-29",
            "2024-13-01",
            "2024-1-1",
            "24-01-01",
            "2024-01-01T24:00",
            "2024-01-01T",
            "2024-01-01T00:00:00+1",
            "2024-01-01T00:00:00.0000000001",
            "yesterday",
            "2024-01-0é",
        ];
        for text in stamps {
            assert_eq!(parse_timestamp(text), None, "{text:?}");
        }
        for text in ["", "P", "PT", "1D", "P1Y", "P1M", "PT1D", "P1H", "PTS", "P1D2W"] {
            assert_eq!(parse_duration(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(nanos in -10_i128.pow(19)..10_i128.pow(19)) {
            let written = format_timestamp(nanos);
            prop_assert_eq!(parse_timestamp(&written).map(|written| written.nanos), Some(nanos), "{}", written);
        }
    }
}
