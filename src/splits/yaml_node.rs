//! A YAML value with the line where it stands.

use serde_json::Value as Json;

use super::place::Place;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
}

/// What Python would hold after `yaml.safe_load`.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    String(String),
    /// A date, a time or binary data, as it was written.
    Other(String),
    List(Vec<Node>),
    /// In order of first appearance; of equal keys the last value.
    Map(Vec<(Node, Node)>),
    /// The plain scalar `<<`. It only stands as a key, and not in a finished tree.
    Merge,
}

impl Node {
    /// The value of `key`, when this is a mapping that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(k, _)| k.as_str() == Some(key)).map(|(_, value)| value)
    }

    /// The entries of a mapping; none for anything else.
    pub(super) fn entries(&self) -> &[(Node, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Python's `bool(value)`.
    pub(super) fn is_truthy(&self) -> bool {
        match &self.value {
            Value::Null | Value::Merge => false,
            Value::Bool(value) => *value,
            Value::Int(value) => *value != 0,
            Value::Float(value) => *value != 0.0,
            Value::String(text) => !text.is_empty(),
            Value::Other(_) => true,
            Value::List(items) => !items.is_empty(),
            Value::Map(entries) => !entries.is_empty(),
        }
    }

    /// What this is, in words for an error.
    pub(super) fn describe(&self) -> String {
        match &self.value {
            Value::Null => "nothing (null)".to_owned(),
            Value::Bool(value) => format!("the truth value {value}, as YAML 1.1 reads yes, no, on and off"),
            Value::Int(value) => format!("the number {value}"),
            Value::Float(value) => format!("the number {value}"),
            Value::String(text) => format!("the text '{text}'"),
            Value::Other(text) => format!("the date or binary value {text}"),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
            Value::Merge => "the merge key <<".to_owned(),
        }
    }

    /// The value as JSON, for what is passed on rather than decided here. Dates become their text.
    pub(super) fn to_json(&self) -> Json {
        match &self.value {
            Value::Null | Value::Merge => Json::Null,
            Value::Bool(value) => Json::from(*value),
            Value::Int(value) => i64::try_from(*value).map_or_else(|_| Json::from(*value as f64), Json::from),
            Value::Float(value) => Json::from(*value),
            Value::String(text) | Value::Other(text) => Json::from(text.as_str()),
            Value::List(items) => items.iter().map(Node::to_json).collect(),
            Value::Map(entries) => {
                entries.iter().map(|(key, value)| (key.key_text(), value.to_json())).collect()
            }
        }
    }

    /// This key as the text of a JSON key.
    pub(super) fn key_text(&self) -> String {
        match self.to_json() {
            Json::String(text) => text,
            other => other.to_string(),
        }
    }

    /// A name that equal keys of a Python `dict` share; `None` for what cannot be a key.
    pub(super) fn identity(&self) -> Option<String> {
        match &self.value {
            Value::Null | Value::Merge => Some("null".to_owned()),
            Value::Bool(value) => Some(format!("n{}", f64::from(u8::from(*value)))),
            Value::Int(value) => Some(format!("n{}", *value as f64)),
            Value::Float(value) => Some(format!("n{value}")),
            Value::String(text) => Some(format!("s{text}")),
            Value::Other(text) => Some(format!("o{text}")),
            Value::List(_) | Value::Map(_) => None,
        }
    }
}
