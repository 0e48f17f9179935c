//! Changing a few keys of a README's front matter in place. Whatever is not changed stays byte for byte: comments, the
//! order of keys, line ends, a byte order mark, the card itself.
//!
//! The old and the new value of the metadata are compared, and only where they differ is text replaced (`tree.rs` knows
//! where each node stands, `diff.rs` what to replace, `write.rs` how values are spelled). The result is parsed again, and
//! is only given out when it says exactly what was wanted.

mod diff;
mod tree;
mod write;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value as Json};

use super::front_matter::{FrontMatter, README, front_matter, utf8};
use super::place::Place;
use super::yaml_node::Node;
use super::yaml11;
use crate::error::{Error, ErrorKind, Result};

/// The metadata in a README's front matter, as JSON; empty when there is none. Dates are texts.
///
/// # Errors
/// Kind `invalid`, with the line, for broken YAML, and for a front matter that is no mapping.
pub fn read_metadata(readme: Option<&[u8]>) -> Result<Map<String, Json>> {
    match readme.map(front_matter).transpose()?.flatten() {
        None => Ok(Map::new()),
        Some(block) => metadata(block.text, block.start),
    }
}

/// The README with these keys of its metadata set, or removed where the value is `None`. A README without front matter gets
/// one, and no README becomes one that holds nothing else.
///
/// # Errors
/// Kind `invalid` for a front matter that cannot be read, and `unsupported` for one that cannot be changed in place.
pub fn edit_metadata(readme: Option<&[u8]>, changes: &[(&str, Option<Json>)]) -> Result<String> {
    let text = readme.map(|readme| utf8(readme, README)).transpose()?.unwrap_or("");
    let old = read_metadata(readme)?;
    let mut new = old.clone();
    for (key, value) in changes {
        match value {
            Some(value) => drop(new.insert((*key).to_owned(), value.clone())),
            None => drop(new.shift_remove(*key)),
        }
    }
    if new == old {
        return Ok(text.to_owned());
    }
    let edited = match front_matter(text.as_bytes())? {
        Some(block) => in_place(text, block, &old, &new),
        None => with_front_matter(text, &new),
    };
    // Whatever the editor made of unusual YAML: only what reads back as it should is given out.
    if read_metadata(Some(edited.as_bytes())).is_ok_and(|read| read == new) {
        return Ok(edited);
    }
    let keys: Vec<&str> = changes.iter().map(|(key, _)| *key).collect();
    let message = format!(
        "The front matter is written in a way that cannot be changed in place (anchors, or a style of its own); write {} \
         as plain indented lines there, and try again.",
        keys.join(" and ")
    );
    Err(Error::new(ErrorKind::Unsupported, "edit README.md", message).with("file", README))
}

fn metadata(text: &str, start: Place) -> Result<Map<String, Json>> {
    match yaml11::parse(text, start)?.as_ref().map(Node::to_json) {
        None | Some(Json::Null) => Ok(Map::new()),
        Some(Json::Object(metadata)) => Ok(metadata),
        Some(_) => Err(start.invalid("The metadata must be a mapping ('key: value' lines).")),
    }
}

fn in_place(text: &str, block: FrontMatter<'_>, old: &Map<String, Json>, new: &Map<String, Json>) -> String {
    // The block is a part of the text.
    let start = (block.text.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    let (before, after) =
        (text.get(..start).unwrap_or(""), text.get(start + block.text.len()..).unwrap_or(""));
    let eol = line_end(text);
    let edited = match tree::read(block.text) {
        Some(root) => diff::apply(block.text, &root, old, new, eol),
        // Nothing but blank lines and comments.
        None if block.text.is_empty() => write::mapping(new, 0).join(eol),
        None => format!("{}{eol}{}", block.text, write::mapping(new, 0).join(eol)),
    };
    format!("{before}{edited}{after}")
}

fn with_front_matter(text: &str, new: &Map<String, Json>) -> String {
    let eol = line_end(text);
    let body = text.strip_prefix('\u{feff}');
    let (mark, body) = body.map_or(("", text), |body| ("\u{feff}", body));
    format!("{mark}---{eol}{}{eol}---{eol}{body}", write::mapping(new, 0).join(eol))
}

/// How the first line ends, which is taken for the way of the whole text.
fn line_end(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text.get(..at).is_some_and(|line| line.ends_with('\r')) => "\r\n",
        None if text.contains('\r') => "\r",
        _ => "\n",
    }
}
