//! Values as YAML lines, in the style of PyYAML's block dumper, which is what `datasets` and `huggingface_hub` write.

use serde_json::{Map, Value as Json};

use super::super::{yaml_node::Value, yaml_scalar};

/// The lines of a mapping whose keys stand in column `indent`.
pub(super) fn mapping(map: &Map<String, Json>, indent: usize) -> Vec<String> {
    map.iter().flat_map(|(key, value)| entry(key, value, indent)).collect()
}

/// The lines of a list's item whose dash stands in column `indent`.
pub(super) fn item(value: &Json, indent: usize) -> Vec<String> {
    let pad = " ".repeat(indent);
    let mut lines = match value {
        Json::Object(map) if !map.is_empty() => mapping(map, indent + 2),
        Json::Array(items) if !items.is_empty() => {
            items.iter().flat_map(|each| item(each, indent + 2)).collect()
        }
        other => vec![format!("{pad}  {}", scalar(other))],
    };
    if let Some(first) = lines.first_mut() {
        *first = format!("{pad}- {}", first.trim_start());
    }
    lines
}

fn entry(key: &str, value: &Json, indent: usize) -> Vec<String> {
    let pad = " ".repeat(indent);
    let key = text(key);
    let mut lines = vec![format!("{pad}{key}:")];
    match value {
        Json::Object(map) if !map.is_empty() => lines.extend(mapping(map, indent + 2)),
        Json::Array(items) if !items.is_empty() => {
            lines.extend(items.iter().flat_map(|each| item(each, indent)));
        }
        other => lines = vec![format!("{pad}{key}: {}", scalar(other))],
    }
    lines
}

/// A value that fits a line. Empty collections, numbers and constants are spelled as in JSON.
fn scalar(value: &Json) -> String {
    match value {
        Json::String(value) => text(value),
        other => other.to_string(),
    }
}

/// A text, in quotes where YAML 1.1 would read something else.
fn text(value: &str) -> String {
    let begins_well = value.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '/'));
    let is_plain = begins_well
        && value.chars().all(|c| c.is_alphanumeric() || "_-./*+@".contains(c))
        && matches!(yaml_scalar::resolve(value), Ok(Value::String(_)));
    if is_plain {
        value.to_owned()
    } else if value.chars().any(is_special) {
        let escaped = |c: char| match c {
            '"' | '\\' => format!("\\{c}"),
            c if is_special(c) => format!("\\u{:04x}", u32::from(c)),
            c => c.to_string(),
        };
        format!("\"{}\"", value.chars().map(escaped).collect::<String>())
    } else {
        format!("'{}'", value.replace('\'', "''"))
    }
}

/// Whether YAML takes a character for a line break, or not at all. All of them have four hex digits at most.
fn is_special(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}
