//! The replacements that turn the text of one value into that of another.

use std::ops::Range;

use serde_json::{Map, Value as Json};

use super::{
    tree::{Entry, Shape, Tree},
    write,
};

/// `text`, whose root is `root` and says `old`, changed to say `new`.
pub(super) fn apply(
    text: &str,
    root: &Tree,
    old: &Map<String, Json>,
    new: &Map<String, Json>,
    eol: &str,
) -> String {
    let mut diff = Diff { text, eol, edits: Vec::new() };
    let (old, new) = (Json::Object(old.clone()), Json::Object(new.clone()));
    if !diff.node(root, &old, &new) {
        let lines = match new.as_object() {
            Some(new) if !diff.is_flow(root) => write::mapping(new, 0).join(eol),
            _ => new.to_string(),
        };
        diff.edits = vec![(root.start..root.end, lines)];
    }
    diff.edits.sort_by_key(|(range, _)| range.start);
    let mut edited = String::with_capacity(text.len());
    let mut at = 0;
    for (range, replacement) in &diff.edits {
        edited.push_str(text.get(at..range.start).unwrap_or(""));
        edited.push_str(replacement);
        at = range.end;
    }
    edited.push_str(text.get(at..).unwrap_or(""));
    edited
}

struct Diff<'a> {
    text: &'a str,
    eol: &'a str,
    edits: Vec<(Range<usize>, String)>,
}

impl Diff<'_> {
    /// Changes a node piece by piece; false, with nothing changed, where it must be replaced as a whole.
    fn node(&mut self, tree: &Tree, old: &Json, new: &Json) -> bool {
        let before = self.edits.len();
        let done = old == new
            || match (&tree.shape, old, new) {
                (Shape::Map { flow, entries }, Json::Object(old), Json::Object(new)) => {
                    self.map(*flow, entries, old, new)
                }
                (Shape::List { flow: false, items }, Json::Array(old), Json::Array(new)) => {
                    self.list(items, old, new)
                }
                _ => false,
            };
        if !done {
            self.edits.truncate(before);
        }
        done
    }

    fn map(
        &mut self,
        flow: bool,
        entries: &[Entry],
        old: &Map<String, Json>,
        new: &Map<String, Json>,
    ) -> bool {
        // With a key given twice, or merged in, text and value do not go side by side.
        if entries.len() != old.len() {
            return false;
        }
        let mut last = None;
        for (entry, (key, old)) in entries.iter().zip(old) {
            let done = match new.get(key) {
                Some(new) => self.node(&entry.value, old, new) || self.replace_entry(entry, flow, key, new),
                None => self.remove(flow, &entry.key, &entry.value),
            };
            if !done {
                return false;
            }
            last = new.get(key).map(|_| entry.value.end.max(entry.key.end)).or(last);
        }
        let added: Map<String, Json> = new
            .iter()
            .filter(|(key, _)| !old.contains_key(*key))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        if added.is_empty() {
            return last.is_some();
        }
        let Some(last) = last else { return false };
        if flow {
            let added: String =
                added.iter().map(|(key, value)| format!(", {}: {value}", Json::from(key.as_str()))).collect();
            self.edits.push((last..last, added));
        } else {
            let Some(first) = entries.first() else { return false };
            let indent = self.column(first.key.start);
            self.append(last, &write::mapping(&added, indent));
        }
        true
    }

    fn replace_entry(&mut self, entry: &Entry, flow: bool, key: &str, new: &Json) -> bool {
        let range = entry.key.start..entry.value.end.max(entry.key.end);
        // An entry without a value ends with its colon.
        let range = if range.end == entry.key.end { range.start..self.colon(range.end) } else { range };
        let text = if flow {
            format!("{}: {new}", Json::from(key))
        } else {
            let indent = self.column(entry.key.start);
            let entry = Map::from_iter([(key.to_owned(), new.clone())]);
            write::mapping(&entry, indent).join(self.eol).trim_start().to_owned()
        };
        self.edits.push((range, text));
        true
    }

    /// Items are told apart by what they name; those that stay must stay in their order, and new ones come last.
    fn list(&mut self, items: &[Tree], old: &[Json], new: &[Json]) -> bool {
        let Some(first) = items.first().filter(|_| items.len() == old.len()) else { return false };
        let mut last = None;
        let mut kept = new.iter().peekable();
        for (item, old) in items.iter().zip(old) {
            let done = match kept.next_if(|new| name(new) == name(old) && name(old).is_some()) {
                Some(new) => {
                    last = Some(item.end);
                    self.node(item, old, new) || self.replace_item(item, new)
                }
                None => name(old).is_some() && self.remove(false, item, item),
            };
            if !done {
                return false;
            }
        }
        let added: Vec<&Json> = kept.collect();
        let Some(last) = last else { return false };
        if added.iter().any(|new| old.iter().any(|old| name(old) == name(new))) {
            return false;
        }
        let Some(indent) = self.dash(first.start) else { return false };
        for item in added {
            self.append(last, &write::item(item, indent));
        }
        true
    }

    fn replace_item(&mut self, item: &Tree, new: &Json) -> bool {
        let Some(indent) = self.dash(item.start) else { return false };
        let lines = write::item(new, indent).join(self.eol);
        let text = lines.trim_start().strip_prefix("- ").unwrap_or_default().to_owned();
        self.edits.push((item.start..item.end, text));
        true
    }

    /// Removes the lines of an entry or item, which must have them for itself.
    fn remove(&mut self, flow: bool, first: &Tree, last: &Tree) -> bool {
        let line = self.line_start(first.start);
        let lead = self.text.get(line..first.start).unwrap_or("");
        if flow || !lead.trim_start().trim_start_matches("- ").is_empty() {
            return false;
        }
        // The first key of an item has the item's dash on its line.
        let is_item = std::ptr::eq(first, last);
        if lead.contains('-') != is_item {
            return false;
        }
        let end = self.line_end(last.end.max(first.end));
        let rest = self.text.get(end..).unwrap_or("");
        let eol = if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) };
        // Without a line after it, the line break before it goes.
        let range = match eol {
            0 => line.saturating_sub(self.eol.len())..end,
            eol => line..end + eol,
        };
        self.edits.push((range, String::new()));
        true
    }

    /// Adds lines after the one in which `end` is.
    fn append(&mut self, end: usize, lines: &[String]) {
        let at = self.line_end(end);
        let text: String = lines.iter().map(|line| format!("{}{line}", self.eol)).collect();
        self.edits.push((at..at, text));
    }

    fn is_flow(&self, tree: &Tree) -> bool {
        matches!(tree.shape, Shape::List { flow: true, .. } | Shape::Map { flow: true, .. })
    }

    fn line_start(&self, at: usize) -> usize {
        self.text.get(..at).and_then(|before| before.rfind(['\n', '\r'])).map_or(0, |found| found + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        self.text
            .get(at..)
            .and_then(|rest| rest.find(['\n', '\r']))
            .map_or(self.text.len(), |found| at + found)
    }

    fn column(&self, at: usize) -> usize {
        self.text.get(self.line_start(at)..at).unwrap_or("").chars().count()
    }

    /// The column of the dash before an item that begins on the dash's line.
    fn dash(&self, item: usize) -> Option<usize> {
        let lead = self.text.get(self.line_start(item)..item)?;
        let dash = lead.rfind('-')?;
        (lead.get(dash + 1..)?.trim().is_empty()).then_some(dash)
    }

    fn colon(&self, key_end: usize) -> usize {
        self.text.get(key_end..).and_then(|rest| rest.find(':')).map_or(key_end, |found| key_end + found + 1)
    }
}

/// What an item of `configs`, `dataset_info`, `data_files` or `splits` names.
fn name(item: &Json) -> Option<&Json> {
    ["config_name", "split", "name"].into_iter().find_map(|key| item.get(key))
}
