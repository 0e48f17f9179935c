//! The type that all values of a column fit. What was seen is kept by kind, with the first line of each, so that the
//! answer can be explained and the columns of several files can be brought together.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{
    Kind,
    json::{Parser, Syntax, Token},
};
use crate::features::{Feature, FeatureKind};

/// The values of a column, or of the fields and items in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Guess {
    /// Values that are missing: empty fields, JSON nulls and absent keys.
    pub nulls: u64,
    /// The others, by kind.
    pub seen: Vec<Seen>,
    /// The fields of its objects, in the order of their first appearance. Crosses as pairs: a JavaScript object would sort
    /// keys that look like numbers.
    #[serde(default, with = "indexmap::map::serde_seq", skip_serializing_if = "IndexMap::is_empty")]
    pub fields: IndexMap<String, Guess>,
    /// The items of its lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Box<Guess>>,
    /// Whether its objects have too many different keys to be columns.
    #[serde(default)]
    pub sprawling: bool,
    /// How many objects have begun, and in which of them (of its parent's) this field was seen last: a key comes once.
    #[serde(skip)]
    num_objects: u64,
    #[serde(skip)]
    last_object: u64,
}

/// The values of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// The kind.
    pub kind: Kind,
    /// How many there are.
    pub count: u64,
    /// The line of the first.
    pub line: u64,
    /// The first, as far as it goes in a message.
    pub value: String,
}

/// Keys that the objects inside of a column may have before they are taken for data and kept as JSON.
const MAX_FIELDS: usize = 1000;

/// What a parser expected where an object has a key again.
pub(super) const KEY_TWICE: &str = "each key only once in an object";

/// How much of a value is kept for messages, in bytes.
const MAX_VALUE_LEN: usize = 80;

/// A set of kinds, one bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kinds(u16);

impl Kinds {
    fn of(kinds: &[Kind]) -> Self {
        Self(kinds.iter().map(|kind| 1 << *kind as u16).sum())
    }

    fn is_within(self, kinds: &[Kind]) -> bool {
        self.0 & !Self::of(kinds).0 == 0
    }

    fn meets(self, kinds: &[Kind]) -> bool {
        self.0 & Self::of(kinds).0 != 0
    }
}

impl Guess {
    /// Takes a CSV field into account.
    pub(super) fn see_field(&mut self, field: &[u8], line: u64) {
        if field.is_empty() {
            self.nulls += 1;
        } else {
            self.note(Kind::of_field(field), line, field);
        }
    }

    /// Takes the next value of a parser into account, which begins in `line`.
    pub(super) fn see_json(&mut self, parser: &mut Parser<'_>, line: u64) -> Result<(), Syntax> {
        match parser.value()? {
            Token::Null => self.nulls += 1,
            Token::Bool(value) => self.note(Kind::Bool, line, if value { b"true" } else { b"false" }),
            Token::Number(text) => self.note(Kind::of_json_number(text), line, text.as_bytes()),
            Token::String(text) => self.note(Kind::of_json_string(&text), line, text.as_bytes()),
            Token::List => {
                self.note(Kind::List, line, "[…]".as_bytes());
                let items = self.items.get_or_insert_default();
                while parser.next_item()? {
                    items.see_json(parser, line)?;
                }
            }
            Token::Object => {
                self.note(Kind::Object, line, "{…}".as_bytes());
                self.see_members(parser, line, MAX_FIELDS)?;
            }
        }
        Ok(())
    }

    /// Takes the members of an object into account, which has begun.
    pub(super) fn see_members(
        &mut self,
        parser: &mut Parser<'_>,
        line: u64,
        max_fields: usize,
    ) -> Result<(), Syntax> {
        let mut next = 0;
        self.num_objects += 1;
        while let Some(key) = parser.next_key()? {
            // Objects of one column mostly have their keys in one order.
            let index = match self.fields.get_index(next) {
                Some((name, _)) if *name == key => Some(next),
                _ => self.fields.get_index_of(key.as_ref()),
            };
            let index = match index {
                Some(index) => index,
                None if self.sprawling || self.fields.len() >= max_fields => {
                    self.sprawling = true;
                    parser.skip()?;
                    continue;
                }
                None => self.fields.insert_full(key.into_owned(), Self::default()).0,
            };
            next = index + 1;
            if let Some((_, field)) = self.fields.get_index_mut(index) {
                if std::mem::replace(&mut field.last_object, self.num_objects) == self.num_objects {
                    return Err(parser.expected(KEY_TWICE));
                }
                field.see_json(parser, line)?;
            }
        }
        Ok(())
    }

    /// Counts the objects that do not have a key as nulls of that key. Once, when all rows were seen; `num_rows` is the
    /// number of objects.
    pub(super) fn count_absent(&mut self, num_rows: u64) {
        for field in self.fields.values_mut() {
            let present = field.nulls + field.num_values();
            field.nulls += num_rows.saturating_sub(present);
            field.count_absent(field.count(Kind::Object));
        }
        if let Some(items) = &mut self.items {
            items.count_absent(items.count(Kind::Object));
        }
    }

    /// Takes the values of the same column of another file into account.
    pub fn merge(&mut self, other: &Self) {
        self.nulls += other.nulls;
        for seen in &other.seen {
            match self.seen.iter_mut().find(|own| own.kind == seen.kind) {
                Some(own) => own.count += seen.count,
                None => self.seen.push(seen.clone()),
            }
        }
        for (name, field) in &other.fields {
            self.fields.entry(name.clone()).or_default().merge(field);
        }
        if let Some(items) = &other.items {
            self.items.get_or_insert_default().merge(items);
        }
        self.sprawling |= other.sprawling || self.fields.len() > MAX_FIELDS;
    }

    /// The feature that holds all values without a change to any: the narrowest of bool, int64, float64, date32,
    /// timestamp\[us\] (in UTC when every value has a zone), struct and list; else text; JSON where objects or lists stand
    /// beside other values.
    pub fn feature(&self) -> Feature {
        let kinds = self.kinds();
        if kinds == Kinds::of(&[]) {
            return value("string");
        }
        for (allowed, dtype) in [
            (&[Kind::Bool][..], "bool"),
            (&[Kind::Int, Kind::WideInt], "int64"),
            (&[Kind::Int, Kind::Float], "float64"),
            (&[Kind::Date], "date32"),
            (&[Kind::Timestamp], "timestamp[us]"),
            (&[Kind::ZonedTimestamp], "timestamp[us, tz=UTC]"),
        ] {
            if kinds.is_within(allowed) {
                return value(dtype);
            }
        }
        if kinds.is_within(&[Kind::Object]) && !self.sprawling && !self.fields.is_empty() {
            let fields = self.fields.iter().map(|(name, field)| (name.clone(), field.feature()));
            return FeatureKind::Struct(fields.collect()).into();
        }
        if kinds.is_within(&[Kind::List]) {
            let items = self.items.as_ref().map_or_else(|| value("string"), |items| items.feature());
            return FeatureKind::List { feature: Box::new(items), length: None }.into();
        }
        if kinds.meets(&[Kind::Object, Kind::List]) { FeatureKind::Json.into() } else { value("string") }
    }

    /// How many values are of a kind.
    pub fn count(&self, kind: Kind) -> u64 {
        self.find(kind).map_or(0, |seen| seen.count)
    }

    /// What was seen of a kind.
    pub(super) fn find(&self, kind: Kind) -> Option<&Seen> {
        self.seen.iter().find(|seen| seen.kind == kind)
    }

    /// Values that are not missing.
    pub(super) fn num_values(&self) -> u64 {
        self.seen.iter().map(|seen| seen.count).sum()
    }

    /// The kinds that decide: words for a missing value do only if there is nothing else.
    fn kinds(&self) -> Kinds {
        let all: Vec<Kind> =
            self.seen.iter().map(|seen| seen.kind).filter(|kind| *kind != Kind::NullWord).collect();
        Kinds::of(&all)
    }

    fn note(&mut self, kind: Kind, line: u64, value: &[u8]) {
        match self.seen.iter_mut().find(|seen| seen.kind == kind) {
            Some(seen) => seen.count += 1,
            None => self.seen.push(Seen { kind, count: 1, line, value: shortened(value) }),
        }
    }
}

fn value(dtype: &str) -> Feature {
    FeatureKind::Value { dtype: dtype.to_owned() }.into()
}

/// A value as messages show it.
pub(super) fn shortened(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value.get(..MAX_VALUE_LEN).unwrap_or(value));
    if value.len() > MAX_VALUE_LEN {
        format!("{}…", text.trim_end_matches('\u{fffd}'))
    } else {
        text.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Features;

    fn spelled(guess: &Guess) -> String {
        let features: Features = [("x".to_owned(), guess.feature())].into_iter().collect();
        features.to_json().get("x").unwrap().to_string()
    }

    fn of_fields(fields: &[&str]) -> String {
        let mut guess = Guess::default();
        for (line, field) in (1..).zip(fields) {
            guess.see_field(field.as_bytes(), line);
        }
        let spelled = spelled(&guess);
        spelled.trim_start_matches(r#"{"dtype":""#).trim_end_matches(r#"","_type":"Value"}"#).to_owned()
    }

    fn of_json(values: &[&str]) -> Guess {
        let mut guess = Guess::default();
        for (line, value) in (1..).zip(values) {
            guess.see_json(&mut Parser::new(value), line).unwrap();
        }
        guess.count_absent(0);
        guess
    }

    #[test]
    fn every_value_has_a_say() {
        assert_eq!(of_fields(&["1", "2", "", "NA"]), "int64");
        assert_eq!(of_fields(&["1", "2.5"]), "float64");
        assert_eq!(of_fields(&["9007199254740993", "1"]), "int64");
        assert_eq!(of_fields(&["9007199254740993", "2.5"]), "string");
        assert_eq!(of_fields(&["1", "9223372036854775808"]), "string");
        assert_eq!(of_fields(&["1", "02"]), "string");
        assert_eq!(of_fields(&["true", "FALSE"]), "bool");
        assert_eq!(of_fields(&["true", "1"]), "string");
        assert_eq!(of_fields(&["2024-01-01", "2024-01-02"]), "date32");
        assert_eq!(of_fields(&["2024-01-01", "2024-01-02T00:00"]), "string");
        assert_eq!(of_fields(&["2024-01-01T00:00:00Z", "2024-01-02T00:00+01:00"]), "timestamp[us, tz=UTC]");
        assert_eq!(of_fields(&["2024-01-01T00:00:00Z", "2024-01-02T00:00"]), "string");
        assert_eq!(of_fields(&["", "NA"]), "string");
        assert_eq!(of_fields(&[]), "string");
    }

    #[test]
    fn json_values_nest() {
        let int = r#"{"dtype":"int64","_type":"Value"}"#;
        assert_eq!(
            spelled(&of_json(&[r#"{"a": 1}"#, r#"{"a": null}"#, "null"])),
            format!(r#"{{"a":{int}}}"#)
        );
        assert_eq!(spelled(&of_json(&["[1, 2]", "[]"])), format!(r#"{{"feature":{int},"_type":"List"}}"#));
        for mixed in [&["[1]", "2"][..], &["{}", "[1]"], &["{}"], &[r#"{"a": 1}"#, r#""x""#]] {
            assert_eq!(spelled(&of_json(mixed)), r#"{"_type":"Json"}"#, "{mixed:?}");
        }
        assert!(spelled(&of_json(&["1", "\"1\""])).contains("string"), "a text is no number");
        assert!(spelled(&of_json(&["\"2024-01-01\""])).contains("date32"));
        assert!(spelled(&of_json(&["1", "12345678901234567890"])).contains("string"));
        let many: Vec<String> = (0..=MAX_FIELDS).map(|key| format!("\"{key}\": 1")).collect();
        assert!(spelled(&of_json(&[&format!("{{{}}}", many.join(","))])).contains("Json"));
    }

    #[test]
    fn absent_keys_are_nulls() {
        let guess = of_json(&[r#"{"a": 1, "b": {"c": 1}}"#, r#"{"b": {}}"#, r#"{"a": null}"#]);
        let mut rows = Guess { fields: guess.fields, ..Guess::default() };
        rows.count_absent(3);
        assert_eq!(rows.fields["a"].nulls, 2);
        assert_eq!((rows.fields["b"].nulls, rows.fields["b"].fields["c"].nulls), (1, 1));
    }

    #[test]
    fn files_are_brought_together() {
        let mut all = of_json(&[r#"{"a": 1}"#]);
        all.merge(&of_json(&[r#"{"a": 2.5, "b": [true]}"#, "null"]));
        assert_eq!(all.nulls, 1);
        assert!(spelled(&all).starts_with(r#"{"a":{"dtype":"float64""#), "{}", spelled(&all));
    }
}
