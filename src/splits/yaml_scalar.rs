//! What a YAML 1.1 scalar without quotes means, as PyYAML's `SafeLoader` resolves and constructs it.
//!
//! `no` is false, `2023` and `1_000` and `1:30` are integers, `1.5e3` is a string (the exponent lacks its sign), and a date
//! that does not exist is an error.

use super::yaml_node::Value;

/// The value of a plain scalar, or what is wrong with it. `<<` and `=` are the caller's to treat.
pub(super) fn resolve(text: &str) -> Result<Value, String> {
    if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Ok(Value::Null);
    }
    if let Some(value) = boolean(text) {
        return Ok(Value::Bool(value));
    }
    match text.bytes().next() {
        Some(b'-' | b'+' | b'.' | b'0'..=b'9') => number_or_date(text),
        _ => Ok(Value::String(text.to_owned())),
    }
}

/// The value that an explicit tag such as `!!int` asks for; `None` when the text is not of that type.
pub(super) fn construct(tag: &str, text: &str) -> Option<Value> {
    match (tag, resolve(text).ok()?) {
        ("str", _) => Some(Value::String(text.to_owned())),
        ("null", _) => Some(Value::Null),
        ("binary", _) => Some(Value::Other(text.to_owned())),
        ("bool", _) => boolean(&text.to_ascii_lowercase()).map(Value::Bool),
        ("int", value @ Value::Int(_))
        | ("float", value @ Value::Float(_))
        | ("timestamp", value @ Value::Other(_)) => Some(value),
        ("float", Value::Int(value)) => Some(Value::Float(value as f64)),
        _ => None,
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn number_or_date(text: &str) -> Result<Value, String> {
    if let Some(value) = float(text) {
        return Ok(Value::Float(value));
    }
    if let Some(value) = integer(text) {
        return value
            .map(Value::Int)
            .ok_or_else(|| format!("'{text}' has no digits; put it in quotes if it is a text"));
    }
    match timestamp(text) {
        Some(true) => Ok(Value::Other(text.to_owned())),
        Some(false) => Err(format!("'{text}' is no date of the calendar; put it in quotes if it is a text")),
        None => Ok(Value::String(text.to_owned())),
    }
}

/// `None`: not written as an integer. `Some(None)`: written as one, such as `0x_`, but without digits.
fn integer(text: &str) -> Option<Option<i128>> {
    let (negative, unsigned) = split_sign(text);
    let digits = |text: &str, accepts: fn(u8) -> bool| {
        !text.is_empty() && text.bytes().all(|byte| byte == b'_' || accepts(byte))
    };
    let value = if let Some(rest) =
        unsigned.strip_prefix("0b").filter(|rest| digits(rest, |b| matches!(b, b'0' | b'1')))
    {
        radix(rest, 2)
    } else if let Some(rest) =
        unsigned.strip_prefix("0x").filter(|rest| digits(rest, |b| b.is_ascii_hexdigit()))
    {
        radix(rest, 16)
    } else if unsigned == "0" {
        Some(0)
    } else if unsigned.strip_prefix('0').is_some_and(|rest| digits(rest, |b| matches!(b, b'0'..=b'7'))) {
        radix(unsigned, 8)
    } else if !matches!(unsigned.bytes().next(), Some(b'1'..=b'9')) {
        return None;
    } else if digits(unsigned, |b| b.is_ascii_digit()) {
        radix(unsigned, 10)
    } else {
        let (head, rest) = unsigned.split_once(':')?;
        if !digits(head, |b| b.is_ascii_digit()) {
            return None;
        }
        let mut value = radix(head, 10)?;
        for part in rest.split(':') {
            value = value.saturating_mul(60).saturating_add(sixtieth(part)?);
        }
        Some(value)
    };
    Some(value.map(|value| if negative { -value } else { value }))
}

fn float(text: &str) -> Option<f64> {
    let (negative, unsigned) = split_sign(text);
    let signed = |value: f64| if negative { -value } else { value };
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Some(signed(f64::INFINITY)),
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => return Some(f64::NAN),
        _ => {}
    }
    let (whole, fraction) = unsigned.split_once('.')?;
    if let Some((head, rest)) = whole.split_once(':') {
        let mut value = decimal(head).filter(|_| is_number_start(head))?;
        for part in rest.split(':') {
            value = value * 60.0 + sixtieth(part)? as f64;
        }
        let fraction = decimal(&format!("0.{fraction}")).filter(|_| is_digits(fraction))?;
        return Some(signed(value + fraction));
    }
    let (digits, exponent) = match fraction.find(['e', 'E']) {
        Some(at) => (fraction.get(..at)?, fraction.get(at + 1..)?),
        None => (fraction, "+0"),
    };
    let is_exponent = exponent
        .strip_prefix(['+', '-'])
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
    let is_float = is_exponent
        && is_digits(digits)
        && if whole.is_empty() {
            unsigned.len() == text.len() && is_number_start(digits)
        } else {
            is_number_start(whole)
        };
    is_float.then(|| decimal(&format!("{whole}.{digits}e{exponent}"))).flatten().map(signed)
}

/// `Some(false)` when the text has the form of a date or time and names none that exists.
fn timestamp(text: &str) -> Option<bool> {
    let (date, time) = match text.find(['T', 't', ' ', '\t']) {
        Some(at) => text.split_at_checked(at)?,
        None => (text, ""),
    };
    let mut parts = date.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let short_form = time.is_empty();
    let widths = if short_form { 2..=2 } else { 1..=2 };
    let (year, month, day) = (fixed(year, 4..=4)?, fixed(month, widths.clone())?, fixed(day, widths)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    let is_date = year >= 1 && (1..=days).contains(&day);
    if short_form {
        return Some(is_date);
    }
    let time = time.strip_prefix(['T', 't']).unwrap_or_else(|| time.trim_start_matches([' ', '\t']));
    Some(is_date & clock(time)?)
}

/// `12:30:45.5 +01:00`, as [`timestamp`] answers.
fn clock(text: &str) -> Option<bool> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, rest) = rest.split_once(':')?;
    let (second, rest) = rest.split_at_checked(2)?;
    let (hour, minute, second) = (fixed(hour, 1..=2)?, fixed(minute, 2..=2)?, fixed(second, 2..=2)?);
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let zone = rest.trim_start_matches([' ', '\t']);
    let is_zone = match zone.strip_prefix(['+', '-']) {
        None if zone == "Z" || rest.is_empty() => true,
        None => return None,
        Some(offset) => {
            let (hours, minutes) = offset.split_once(':').unwrap_or((offset, "00"));
            fixed(hours, 1..=2)? * 60 + fixed(minutes, 2..=2)? < 24 * 60
        }
    };
    Some(hour < 24 && minute < 60 && second < 60 && is_zone)
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// Underscores are dropped. A number beyond 127 bits stays at the largest: nothing here needs it exactly.
fn radix(digits: &str, radix: u32) -> Option<i128> {
    let digits = digits.replace('_', "");
    (!digits.is_empty()).then(|| i128::from_str_radix(&digits, radix).unwrap_or(i128::MAX))
}

fn decimal(text: &str) -> Option<f64> {
    text.replace('_', "").parse().ok()
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}

fn is_number_start(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && is_digits(text)
}

/// A part of a base-60 number: `[0-5]?[0-9]`.
fn sixtieth(part: &str) -> Option<i128> {
    fixed(part, 1..=2).filter(|value| *value < 60).map(i128::from)
}

fn fixed(digits: &str, widths: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let is_fixed = widths.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_fixed.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> String {
        match resolve(text) {
            Ok(Value::Null) => "null".to_owned(),
            Ok(Value::Bool(value)) => format!("bool {value}"),
            Ok(Value::Int(value)) => format!("int {value}"),
            Ok(Value::Float(value)) => format!("float {value}"),
            Ok(Value::Other(_)) => "date".to_owned(),
            Ok(Value::String(_)) => "str".to_owned(),
            Ok(_) => "?".to_owned(),
            Err(_) => "error".to_owned(),
        }
    }

    /// Each line was checked with PyYAML 6.0.3.
    #[test]
    fn plain_scalars_as_pyyaml_resolves_them() {
        for (text, expected) in [
            ("", "null"),
            ("~", "null"),
            ("Null", "null"),
            ("no", "bool false"),
            ("On", "bool true"),
            ("y", "str"),
            ("2023", "int 2023"),
            ("-1_000", "int -1000"),
            ("017", "int 15"),
            ("08", "str"),
            ("0o17", "str"),
            ("0x1F", "int 31"),
            ("-0b101", "int -5"),
            ("0_", "int 0"),
            ("0x_", "error"),
            ("1:30", "int 90"),
            ("190:20:30", "int 685230"),
            ("1:60", "str"),
            ("1e5", "str"),
            ("1.5e3", "str"),
            ("1.5e+3", "float 1500"),
            ("1.", "float 1"),
            (".5", "float 0.5"),
            ("-.5", "str"),
            ("1_0.5_0", "float 10.5"),
            ("190:20:30.15", "float 685230.15"),
            ("-.inf", "float -inf"),
            (".NaN", "float NaN"),
            ("+.nan", "str"),
            ("1.0.0", "str"),
            ("2001-01-01", "date"),
            ("2001-1-1", "str"),
            ("2004-02-29", "date"),
            ("1900-02-29", "error"),
            ("2023-13-45", "error"),
            ("2001-12-14t21:59:43.10-05:00", "date"),
            ("2001-12-14 21:59:43 -5", "date"),
            ("2001-12-14 21:59:43 +25:00", "error"),
            ("2001-12-15 25:00:00", "error"),
            ("2001-12-14T21:59", "str"),
            ("my text", "str"),
        ] {
            assert_eq!(kind(text), expected, "{text:?}");
        }
    }
}
