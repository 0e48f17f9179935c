//! YAML 1.1 as PyYAML's `safe_load` reads it, with the line of every node.
//!
//! The grammar comes from `granit-parser`; this module composes its events into nodes, resolves scalars by the rules of 1.1
//! and refuses what PyYAML refuses: tabs between tokens, a second document, unknown tags, an anchor given twice. Input is not
//! trusted: size, depth and the number of nodes after aliases are expanded have bounds.

use std::collections::{HashMap, HashSet};

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag, options};

use super::place::Place;
use super::yaml_node::{Node, Value};
use super::yaml_scalar;
use crate::error::{Error, ErrorKind, Result};

/// The longest text that is parsed, in bytes.
pub(super) const MAX_LEN: usize = 1 << 20;
/// The deepest nesting of lists and mappings.
const MAX_DEPTH: u8 = 128;
/// The most nodes of one document. An anchor counts its node again, and an alias all that it stands for.
const MAX_NODES: usize = 200_000;

/// The one document of `text`, whose first line stands at `start`; `None` when it is empty.
///
/// # Errors
/// [`ErrorKind::Invalid`] where PyYAML fails, and [`ErrorKind::Limit`] beyond the bounds of this module; both name the line.
pub(super) fn parse(text: &str, start: Place) -> Result<Option<Node>> {
    if text.len() > MAX_LEN {
        return Err(start.error(
            ErrorKind::Limit,
            format!("This YAML is {} bytes long; at most {MAX_LEN} are read. Shorten it.", text.len()),
        ));
    }
    refuse_control_characters(text, start)?;
    // YAML 1.1 also breaks lines at these three.
    let replaced = text.contains(OTHER_BREAKS).then(|| text.replace(OTHER_BREAKS, "\n"));
    Composer::new(replaced.as_deref().unwrap_or(text), start).compose()
}

const OTHER_BREAKS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// Builds nodes from events with a stack of its own, so that depth costs no recursion.
struct Composer<'a> {
    text: &'a str,
    start: Place,
    open: Vec<Open>,
    root: Option<Node>,
    /// Finished nodes by anchor, with the number of nodes in each.
    anchors: HashMap<usize, (Node, usize)>,
    anchor_names: HashSet<String>,
    nodes: usize,
    has_document: bool,
}

/// A list or mapping whose end has not come yet.
struct Open {
    place: Place,
    anchor: usize,
    nodes_before: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map { entries: Vec<(Node, Node)>, key: Option<Node> },
}

impl<'a> Composer<'a> {
    fn new(text: &'a str, start: Place) -> Self {
        Self {
            text,
            start,
            open: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            anchor_names: HashSet::new(),
            nodes: 0,
            has_document: false,
        }
    }

    fn compose(mut self) -> Result<Option<Node>> {
        let options = options! {
            bom_inside_document_as_content: true,
            emit_anchor_events: true,
            flow_nesting_limit: MAX_DEPTH.into(),
            block_nesting_limit: MAX_DEPTH.into(),
        };
        let mut quoted = Vec::new();
        for next in Parser::new_from_str_with_options(self.text, options) {
            let (event, span) = next.map_err(|error| self.syntax_error(&error))?;
            if let (Event::Scalar(_, style, ..), Some(range)) = (&event, span.byte_range())
                && *style != ScalarStyle::Plain
            {
                quoted.push(range);
            }
            self.handle(event, span)?;
        }
        self.refuse_tabs(&quoted)?;
        Ok(self.root)
    }

    fn handle(&mut self, event: Event<'_>, span: Span) -> Result<()> {
        let place = self.place(span.start.line());
        match event {
            Event::DocumentStart(..) if self.has_document => {
                Err(place
                    .invalid("A second YAML document starts here; remove what begins it ('---' or '...')."))
            }
            Event::DocumentStart(..) => {
                self.has_document = true;
                Ok(())
            }
            Event::Scalar(_, ScalarStyle::Plain, 0, None) if self.is_at_key() && span.is_empty() => {
                Err(place
                    .invalid("A ':' stands here without a key before it; write the key, or remove the ':'."))
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value =
                    self.scalar(&text, style, tag.as_deref()).map_err(|message| place.invalid(message))?;
                let before = self.count(1, place)?;
                self.finish(Node { place, value }, anchor, before)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.begin(place, anchor, tag.as_deref(), Content::List(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                self.begin(place, anchor, tag.as_deref(), Content::Map { entries: Vec::new(), key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                let Some(size) = self.anchors.get(&anchor).map(|(_, size)| *size) else {
                    return Err(place
                        .invalid("An alias may not stand inside the node that it repeats; write it out."));
                };
                self.count(size, place)?;
                let value = self.anchors.get(&anchor).map_or(Value::Null, |(node, _)| node.value.clone());
                self.put(Node { place, value })
            }
            Event::Anchor(_, name) if !self.anchor_names.insert(name.to_string()) => {
                Err(place.invalid(format!("The anchor '&{name}' is given twice; rename one.")))
            }
            _ => Ok(()),
        }
    }

    /// Whether the next node is a mapping's key.
    fn is_at_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { content: Content::Map { key: None, .. }, .. }))
    }

    /// The value of a scalar, with the two plain scalars that mean something as keys only.
    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
        let is_key = self.is_at_key();
        match tag.map(Tag::to_string).as_deref() {
            None if style != ScalarStyle::Plain => Ok(Value::String(text.to_owned())),
            None | Some("!") => match (text, is_key) {
                ("<<", true) => Ok(Value::Merge),
                ("=", true) => Ok(Value::String(text.to_owned())),
                ("<<" | "=", false) => Err(format!("A bare '{text}' is no value; put it in quotes.")),
                _ => yaml_scalar::resolve(text).map_err(|problem| format!("{problem}.")),
            },
            Some(tag) => yaml_tag(tag)
                .and_then(|tag| yaml_scalar::construct(tag, text))
                .ok_or_else(|| format!("The tag '{tag}' does not fit here; remove it.")),
        }
    }

    fn begin(&mut self, place: Place, anchor: usize, tag: Option<&Tag>, content: Content) -> Result<()> {
        let tag = tag.map(Tag::to_string).filter(|tag| tag != "!");
        let fits = matches!(
            (tag.as_deref().map(yaml_tag), &content),
            (None, _)
                | (Some(Some("seq" | "omap" | "pairs")), Content::List(_))
                | (Some(Some("map" | "set")), Content::Map { .. })
        );
        if !fits {
            let tag = tag.unwrap_or_default();
            return Err(place.invalid(format!("The tag '{tag}' does not fit here; remove it.")));
        }
        let nodes_before = self.count(1, place)?;
        self.open.push(Open { place, anchor, nodes_before, content });
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        let Some(Open { place, anchor, nodes_before, content }) = self.open.pop() else { return Ok(()) };
        let value = match content {
            Content::List(items) => Value::List(items),
            Content::Map { entries, .. } => Value::Map(self.merged(entries, place)?),
        };
        self.finish(Node { place, value }, anchor, nodes_before)
    }

    fn finish(&mut self, node: Node, anchor: usize, nodes_before: usize) -> Result<()> {
        if anchor != 0 {
            let size = self.nodes - nodes_before;
            self.count(size, node.place)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        self.put(node)
    }

    /// Puts a finished node where it belongs: into the collection that is open, or at the root.
    fn put(&mut self, node: Node) -> Result<()> {
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map { entries, key }) => match key.take() {
                Some(key) => entries.push((key, node)),
                None if node.identity().is_none() => {
                    return Err(node
                        .place
                        .invalid(format!("{} cannot be a key; write a text.", node.describe())));
                }
                None => *key = Some(node),
            },
        }
        Ok(())
    }

    /// A mapping's entries with `<<` resolved and equal keys joined: merged entries first, the mapping's own winning.
    fn merged(&mut self, entries: Vec<(Node, Node)>, place: Place) -> Result<Vec<(Node, Node)>> {
        let (merges, own): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|(key, _)| matches!(key.value, Value::Merge));
        let mut all = Vec::new();
        for (_, value) in merges {
            let maps = match value.value {
                Value::List(items) => items.into_iter().rev().collect(),
                _ => vec![value],
            };
            for map in maps {
                let Value::Map(entries) = map.value else {
                    return Err(map
                        .place
                        .invalid("'<<' takes a mapping or a list of mappings; write the keys out."));
                };
                self.count(entries.len(), place)?;
                all.extend(entries);
            }
        }
        all.extend(own);
        let mut positions: HashMap<Option<String>, usize> = HashMap::new();
        let mut joined: Vec<(Node, Node)> = Vec::with_capacity(all.len());
        for (key, value) in all {
            match positions.get(&key.identity()).and_then(|at| joined.get_mut(*at)) {
                Some(entry) => entry.1 = value,
                None => {
                    positions.insert(key.identity(), joined.len());
                    joined.push((key, value));
                }
            }
        }
        Ok(joined)
    }

    /// Counts `nodes` more and returns how many there were before.
    fn count(&mut self, nodes: usize, place: Place) -> Result<usize> {
        let before = self.nodes;
        self.nodes += nodes;
        if self.nodes > MAX_NODES {
            let message = format!(
                "This YAML holds more than {MAX_NODES} values with its aliases expanded. Shorten it."
            );
            return Err(place.error(ErrorKind::Limit, message));
        }
        Ok(before)
    }

    fn place(&self, line: usize) -> Place {
        Place { line: self.start.line + line.saturating_sub(1), ..self.start }
    }

    fn syntax_error(&self, error: &ScanError) -> Error {
        let is_nesting = matches!(error.kind(), granit_parser::ErrorKind::RecursionLimitExceeded);
        let kind = if is_nesting { ErrorKind::Limit } else { ErrorKind::Invalid };
        let column = error.marker().col() + 1;
        let message = format!(
            "The YAML breaks off at column {column}: {}. Mend the line or the one before.",
            error.info()
        );
        self.place(error.marker().line()).error(kind, message)
    }

    /// PyYAML takes a tab inside quotes, block scalars and comments, and nowhere else.
    fn refuse_tabs(&self, quoted: &[std::ops::Range<usize>]) -> Result<()> {
        let mut quoted = quoted.iter().peekable();
        let mut in_comment = false;
        let mut before = ' ';
        let mut line = 1;
        for (at, c) in self.text.char_indices() {
            while quoted.next_if(|range| range.end <= at).is_some() {}
            let is_quoted = quoted.peek().is_some_and(|range| range.contains(&at));
            in_comment =
                !is_quoted && c != '\n' && c != '\r' && (in_comment || c == '#' && before.is_whitespace());
            if c == '\t' && !is_quoted && !in_comment {
                return Err(self
                    .place(line)
                    .invalid("There is a tab between YAML tokens; replace it by spaces."));
            }
            line += usize::from(c == '\n');
            before = c;
        }
        Ok(())
    }
}

/// `int` of `tag:yaml.org,2002:int`.
fn yaml_tag(tag: &str) -> Option<&str> {
    tag.strip_prefix("tag:yaml.org,2002:").or_else(|| tag.strip_prefix("!!"))
}

/// PyYAML's `Reader.NON_PRINTABLE`.
fn refuse_control_characters(text: &str, start: Place) -> Result<()> {
    let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    let Some((at, c)) = text.char_indices().find(|(_, c)| !is_allowed(*c)) else { return Ok(()) };
    let line = start.line + text.get(..at).unwrap_or("").matches('\n').count();
    Err(Place { line, ..start }
        .invalid(format!("YAML may not hold the control character U+{:04X}; remove it.", u32::from(c))))
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;

    const START: Place = Place { file: "README.md", line: 2 };

    fn json(text: &str) -> String {
        parse(text, START).unwrap().map_or(Json::Null, |node| node.to_json()).to_string()
    }

    fn problem(text: &str) -> Error {
        parse(text, START).expect_err(text)
    }

    #[test]
    fn documents_as_pyyaml_reads_them() {
        assert_eq!(json("a: [1, no, x]\n'b': {c: ~}"), r#"{"a":[1,false,"x"],"b":{"c":null}}"#);
        assert_eq!(
            json("a: 1\na: 2\nb: 3"),
            r#"{"a":2,"b":3}"#,
            "of equal keys the last value, in the first place"
        );
        assert_eq!(json("a: &x {p: 1}\nb: *x"), r#"{"a":{"p":1},"b":{"p":1}}"#);
        assert_eq!(json("a: {<<: [{x: 1}, {x: 2, z: 4}], z: 3}"), r#"{"a":{"x":1,"z":3}}"#);
        assert_eq!(json("a: !!str 3\nb: !!int '3'\n=: c"), r#"{"a":"3","b":3,"=":"c"}"#);
        assert_eq!(json("a: |\n  x\n   y\nb: >-\n  x\n  y"), r#"{"a":"x\n y\n","b":"x y"}"#);
        assert_eq!(json("# nothing"), "null");
        assert_eq!(json("a: 'x\ty' # a\ttab\nb: |\n  x\ty"), r#"{"a":"x\ty","b":"x\ty\n"}"#);
    }

    #[test]
    fn what_pyyaml_refuses_is_refused_with_its_line() {
        for (text, line, says) in [
            ("a: b\nc:\td", "3", "tab"),
            ("a: b\t", "2", "tab"),
            ("a: b\n...\nc: d", "4", "second YAML document"),
            ("a: [b", "2", "breaks off"),
            ("a: &x 1\nb: &x 2", "3", "given twice"),
            ("a: *x", "2", "breaks off"),
            ("a: &x [*x]", "2", "inside the node"),
            ("a: !!python/object:os.system x", "2", "tag"),
            ("a: !foo [x]", "2", "tag"),
            ("a: =", "2", "quotes"),
            ("? [a]\n: b", "2", "cannot be a key"),
            (": b", "2", "without a key"),
            ("a:\n  <<: 3", "3", "'<<' takes"),
            ("x: 1\ny: \u{7}", "3", "U+0007"),
            ("date: 2023-02-30", "2", "no date of the calendar"),
        ] {
            let error = problem(text);
            assert_eq!(
                (error.get("file"), error.get("line")),
                (Some("README.md"), Some(line)),
                "{text:?}: {error}"
            );
            assert!(error.message().contains(says), "{text:?}: {error}");
        }
    }

    #[test]
    fn attacks_are_bounded() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        let merges: String = (0..400).map(|at| format!("m{at}: {{<<: *base, own: 1}}\n")).collect();
        let base = (0..1000).map(|at| format!("  k{at}: 1\n")).collect::<String>();
        for (text, says) in [
            (bomb, "aliases expanded"),
            (format!("base: &base\n{base}{merges}"), "aliases expanded"),
            ("[".repeat(5000) + &"]".repeat(5000), "breaks off"),
            ("- ".repeat(5000), "breaks off"),
            ((0..300).map(|depth| " ".repeat(depth) + "a:\n").collect(), "breaks off"),
            (
                (0..100).map(|at| format!("&a{at} [")).collect::<String>()
                    + &"x, ".repeat(3000)
                    + &"]".repeat(100),
                "aliases expanded",
            ),
            ("-\n".repeat(250_000), "aliases expanded"),
            ("a: ".to_owned() + &"x".repeat(MAX_LEN), "bytes long"),
        ] {
            let error = problem(&text);
            assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
            assert!(error.message().contains(says), "{error}");
            assert!(error.get("line").is_some());
        }
    }
}
