//! A pull parser for one JSON value (RFC 8259) that is in memory. It also takes the `NaN` and `Infinity` that Python's
//! `json.dumps` writes.

use std::borrow::Cow;

/// Values in values, at most: a bound for whoever follows them by recursion.
const MAX_DEPTH: usize = 128;

/// What a value is. Of an object or a list this is its beginning: its inside comes next.
#[derive(Debug, PartialEq)]
pub(in crate::ingest) enum Token<'a> {
    Null,
    Bool(bool),
    /// As it is written.
    Number(&'a str),
    String(Cow<'a, str>),
    Object,
    List,
}

impl Token<'_> {
    /// As messages show it.
    pub(in crate::ingest) fn shown(&self) -> &str {
        match self {
            Self::Null => "null",
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
            Self::Number(text) => text,
            Self::String(text) => text,
            Self::Object => "{…}",
            Self::List => "[…]",
        }
    }
}

/// What is wrong with the text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ingest) struct Syntax {
    /// Bytes from the beginning of the value.
    pub(in crate::ingest) offset: usize,
    /// What was expected there.
    pub(in crate::ingest) expected: &'static str,
}

type Result<T, E = Syntax> = std::result::Result<T, E>;

/// A place in the text of a value.
#[derive(Debug)]
pub(in crate::ingest) struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// The objects and lists around this place.
    inside: Vec<Level>,
}

/// An object or list that has begun.
#[derive(Debug)]
struct Level {
    is_object: bool,
    has_members: bool,
}

impl<'a> Parser<'a> {
    pub(in crate::ingest) fn new(text: &'a str) -> Self {
        Self { text, at: 0, inside: Vec::new() }
    }

    /// The next value, or its beginning.
    pub(in crate::ingest) fn value(&mut self) -> Result<Token<'a>> {
        match self.peek() {
            Some(b'{') => self.enter(Token::Object),
            Some(b'[') => self.enter(Token::List),
            Some(b'"') => Ok(Token::String(self.string()?)),
            Some(b't') => self.word("true", Token::Bool(true)),
            Some(b'f') => self.word("false", Token::Bool(false)),
            Some(b'n') => self.word("null", Token::Null),
            Some(b'N') => self.word("NaN", Token::Number("NaN")),
            Some(b'I') => self.word("Infinity", Token::Number("Infinity")),
            Some(b'-') if self.rest().starts_with("-Infinity") => {
                self.word("-Infinity", Token::Number("-Infinity"))
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.expected("a value")),
        }
    }

    /// In an object: the next key, or `None` at its end, which is passed.
    pub(in crate::ingest) fn next_key(&mut self) -> Result<Option<Cow<'a, str>>> {
        if !self.next_member(b'}', "a comma or }")? {
            return Ok(None);
        }
        if self.peek() != Some(b'"') {
            return Err(self.expected("a key in double quotes"));
        }
        let key = self.string()?;
        if self.peek() != Some(b':') {
            return Err(self.expected("a colon"));
        }
        self.at += 1;
        Ok(Some(key))
    }

    /// In a list: whether there is another item; if not, its end is passed.
    pub(in crate::ingest) fn next_item(&mut self) -> Result<bool> {
        self.next_member(b']', "a comma or ]")
    }

    /// Passes over the next value, and returns it as it is written.
    pub(in crate::ingest) fn skip(&mut self) -> Result<&'a str> {
        self.peek();
        let (start, depth) = (self.at, self.inside.len());
        self.skip_token()?;
        while self.inside.len() > depth {
            let is_object = self.inside.last().is_some_and(|level| level.is_object);
            let more = if is_object { self.next_key()?.is_some() } else { self.next_item()? };
            if more {
                self.skip_token()?;
            }
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// Refuses anything but white space behind the value.
    pub(in crate::ingest) fn end(&mut self) -> Result<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.expected("the end of the value")),
        }
    }

    /// Whether the next value is a list whose first item is an object.
    pub(in crate::ingest) fn peeks_list_of_objects(&mut self) -> bool {
        self.peek();
        let inside = self.rest().strip_prefix('[');
        inside.is_some_and(|rest| rest.trim_start().starts_with('{'))
    }

    /// Whether the next value is a string.
    pub(in crate::ingest) fn peeks_string(&mut self) -> bool {
        self.peek() == Some(b'"')
    }

    /// Something is wrong with what was just read.
    pub(in crate::ingest) fn expected(&self, expected: &'static str) -> Syntax {
        Syntax { offset: self.at, expected }
    }

    /// Passes over a scalar, or over the beginning of an object or a list.
    fn skip_token(&mut self) -> Result<()> {
        match self.peek() {
            Some(b'"') => self.raw_string().map(|_| ()),
            _ => self.value().map(|_| ()),
        }
    }

    fn enter(&mut self, token: Token<'a>) -> Result<Token<'a>> {
        if self.inside.len() >= MAX_DEPTH {
            return Err(self.expected("at most 128 values inside of each other"));
        }
        self.at += 1;
        self.inside.push(Level { is_object: token == Token::Object, has_members: false });
        Ok(token)
    }

    /// Passes the comma before the next member, or the end.
    fn next_member(&mut self, end: u8, expected: &'static str) -> Result<bool> {
        let next = self.peek();
        let Some(level) = self.inside.last_mut() else { return Err(self.expected(expected)) };
        let had_members = std::mem::replace(&mut level.has_members, true);
        match next {
            Some(byte) if byte == end => {
                self.at += 1;
                self.inside.pop();
                Ok(false)
            }
            Some(b',') if had_members => {
                self.at += 1;
                Ok(true)
            }
            Some(_) if !had_members => Ok(true),
            _ => Err(self.expected(expected)),
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>> {
        let (quoted, escaped) = self.raw_string()?;
        if escaped {
            let unescaped = serde_json::from_str(quoted).map(Cow::Owned);
            return unescaped.map_err(|_| self.expected("only escapes that JSON has before this"));
        }
        Ok(Cow::Borrowed(quoted.get(1..quoted.len() - 1).unwrap_or_default()))
    }

    /// A string with its quotes, and whether it holds escapes.
    fn raw_string(&mut self) -> Result<(&'a str, bool)> {
        let start = self.at;
        let mut at = start + 1;
        let mut escaped = false;
        while let Some(found) =
            memchr::memchr2(b'"', b'\\', self.text.as_bytes().get(at..).unwrap_or_default())
        {
            at += found + 1;
            if self.text.as_bytes().get(at - 1) == Some(&b'"') {
                self.at = at;
                return Ok((self.text.get(start..at).unwrap_or_default(), escaped));
            }
            escaped = true;
            at += 1;
        }
        self.at = self.text.len();
        Err(self.expected("the end of a string"))
    }

    fn number(&mut self) -> Result<Token<'a>> {
        let text = self.rest();
        let bytes = text.as_bytes();
        let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
        let mut len = usize::from(bytes.first() == Some(&b'-'));
        let whole = digits(len);
        let leading_zero = whole > 1 && bytes.get(len) == Some(&b'0');
        let mut complete = whole > 0 && !leading_zero;
        len += whole;
        if bytes.get(len) == Some(&b'.') {
            let fraction = digits(len + 1);
            complete &= fraction > 0;
            len += 1 + fraction;
        }
        if matches!(bytes.get(len), Some(b'e' | b'E')) {
            len += 1 + usize::from(matches!(bytes.get(len + 1), Some(b'+' | b'-')));
            let exponent = digits(len);
            complete &= exponent > 0;
            len += exponent;
        }
        if !complete {
            return Err(self.expected("a number as JSON writes it"));
        }
        self.at += len;
        Ok(Token::Number(text.get(..len).unwrap_or_default()))
    }

    fn word(&mut self, word: &str, token: Token<'a>) -> Result<Token<'a>> {
        if !self.rest().starts_with(word) {
            return Err(self.expected("a value"));
        }
        self.at += word.len();
        Ok(token)
    }

    /// The next character that is no white space, which is passed.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// Follows a value by recursion, as builders do.
    fn read(parser: &mut Parser<'_>) -> Result<Value> {
        Ok(match parser.value()? {
            Token::Null => Value::Null,
            Token::Bool(value) => value.into(),
            Token::Number(text) => serde_json::from_str(text).unwrap_or(Value::Null),
            Token::String(text) => text.into(),
            Token::Object => {
                let mut object = serde_json::Map::new();
                while let Some(key) = parser.next_key()? {
                    object.insert(key.into_owned(), read(parser)?);
                }
                object.into()
            }
            Token::List => {
                let mut list = Vec::new();
                while parser.next_item()? {
                    list.push(read(parser)?);
                }
                list.into()
            }
        })
    }

    fn parse(text: &str) -> Result<Value> {
        let mut parser = Parser::new(text);
        let value = read(&mut parser)?;
        parser.end()?;
        Ok(value)
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json_on_what_it_writes(value in any_json()) {
            for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
                prop_assert_eq!(parse(&text), Ok(value.clone()));
                prop_assert_eq!(Parser::new(&text).skip(), Ok(text.as_str()));
            }
        }

        #[test]
        fn agrees_with_serde_json_on_what_it_refuses(text in "[\\[\\]{},:\"a\\\\0-9.eE+ntrufalse -]{0,12}") {
            prop_assert_eq!(parse(&text).is_ok(), serde_json::from_str::<Value>(&text).is_ok(), "{}", text);
        }
    }

    #[test]
    fn errors_say_where() {
        for (text, offset, expected) in [
            (r#"{"a": 1 "b": 2}"#, 8, "a comma or }"),
            (r#"{"a" 1}"#, 5, "a colon"),
            (r#"{"a": 1,}"#, 8, "a key in double quotes"),
            (r#"{"a": 01}"#, 6, "a number as JSON writes it"),
            (r#"["a"#, 3, "the end of a string"),
            ("[1, 2", 5, "a comma or ]"),
            ("[1] 2", 4, "the end of the value"),
            (r#"["\ud800"]"#, 9, "only escapes that JSON has before this"),
        ] {
            assert_eq!(parse(text), Err(Syntax { offset, expected }), "{text}");
        }
        assert_eq!(parse(&"[".repeat(1000)).unwrap_err().offset, MAX_DEPTH);
        assert_eq!(Parser::new("  {\"a\": [NaN, -Infinity]} ").skip(), Ok("{\"a\": [NaN, -Infinity]}"));
    }
}
