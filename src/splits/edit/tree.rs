//! Where each node of a YAML text stands.

use granit_parser::{Event, Parser, ScalarStyle, options};

/// A node, from its first byte to its last.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) shape: Shape,
}

/// What a node is.
#[derive(Debug)]
pub(super) enum Shape {
    Leaf,
    List { flow: bool, items: Vec<Tree> },
    Map { flow: bool, entries: Vec<Entry> },
}

/// A key of a mapping with its value.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: Tree,
    pub(super) value: Tree,
}

/// A collection whose end has not come yet.
struct Open {
    start: usize,
    flow: bool,
    is_map: bool,
    children: Vec<Tree>,
}

/// The root node; `None` when there is none, or when the text is nothing this module knows.
pub(super) fn read(text: &str) -> Option<Tree> {
    let options = options! { bom_inside_document_as_content: true };
    let mut open: Vec<Open> = Vec::new();
    let mut root = None;
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.ok()?;
        let range = span.byte_range()?;
        let node = match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                let flow = text.get(range.start..)?.starts_with(['[', '{']);
                let is_map = matches!(event, Event::MappingStart(..));
                open.push(Open { start: range.start, flow, is_map, children: Vec::new() });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop()?.close(range.end)?,
            Event::Scalar(_, style, ..) => leaf(text, range, style == ScalarStyle::Plain)?,
            Event::Alias(..) => leaf(text, range, false)?,
            _ => continue,
        };
        match open.last_mut() {
            Some(parent) => parent.children.push(node),
            None => root = Some(node),
        }
    }
    root
}

/// A scalar. Of an empty one the parser gives the place of what comes next; it ends where the text before it does.
fn leaf(text: &str, range: std::ops::Range<usize>, plain: bool) -> Option<Tree> {
    let end = text.get(..range.end)?.trim_end().len();
    let is_empty = plain && range.is_empty();
    Some(Tree { start: if is_empty { end } else { range.start.min(end) }, end, shape: Shape::Leaf })
}

impl Open {
    /// A block collection ends with its last child, a flow collection with its bracket.
    fn close(self, bracket: usize) -> Option<Tree> {
        let Self { start, flow, is_map, children } = self;
        let end = if flow { bracket } else { children.last()?.end };
        let shape = if is_map {
            let mut entries = Vec::with_capacity(children.len() / 2);
            let mut nodes = children.into_iter();
            while let (Some(key), Some(value)) = (nodes.next(), nodes.next()) {
                entries.push(Entry { key, value });
            }
            Shape::Map { flow, entries }
        } else {
            Shape::List { flow, items: children }
        };
        Some(Tree { start, end, shape })
    }
}
