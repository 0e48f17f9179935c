//! Which lines of a README are its YAML front matter.
//!
//! The rule is the regular expression of `huggingface_hub.repocard` 2.x, which is also the Hub's own: blank lines may stand
//! before the opening `---`, nothing may stand behind it, and blanks may stand behind the closing one. A README that does not
//! match has no metadata, and that is no error.

use super::place::Place;
use crate::error::Result;

/// The name of the file, as every rule spells it.
pub(super) const README: &str = "README.md";

/// The text between the fences, and where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FrontMatter<'a> {
    pub(super) text: &'a str,
    pub(super) start: Place,
}

/// The front matter of `readme`, if it has any. Costs one pass over the bytes.
///
/// # Errors
/// `Invalid` when the README is not UTF-8, anywhere in it.
pub(super) fn front_matter(readme: &[u8]) -> Result<Option<FrontMatter<'_>>> {
    let text = utf8(readme, README)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let fence = text.trim_start_matches(is_python_space);
    let Some(body) = fence.strip_prefix("---").and_then(strip_line_break) else { return Ok(None) };
    let line = text.len() - body.len();
    let line = 1 + text.get(..line).unwrap_or("").matches('\n').count();
    Ok(closing_fence(body).map(|text| FrontMatter { text, start: Place { file: README, line } }))
}

/// `bytes` as text; the error names the line where it stops being UTF-8.
pub(super) fn utf8<'a>(bytes: &'a [u8], file: &'static str) -> Result<&'a str> {
    std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count();
        Place { file, line }.invalid("The file is not valid UTF-8 here; save it as UTF-8.")
    })
}

/// The text before the first line break that a line of `---` and blanks follows.
fn closing_fence(body: &str) -> Option<&str> {
    body.match_indices("---").find_map(|(at, dashes)| {
        let (before, rest) = (body.get(..at)?, body.get(at + dashes.len()..)?);
        let after = rest.trim_start_matches([' ', '\t']);
        let closes = after.is_empty() || after.starts_with('\n') || after.starts_with("\r\n");
        let block = before.strip_suffix("\r\n").or_else(|| before.strip_suffix(['\n', '\r']))?;
        closes.then_some(block)
    })
}

fn strip_line_break(text: &str) -> Option<&str> {
    text.strip_prefix("\r\n").or_else(|| text.strip_prefix(['\n', '\r']))
}

/// Python's `\s`.
fn is_python_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(readme: &str) -> Option<&str> {
        front_matter(readme.as_bytes()).unwrap().map(|block| block.text)
    }

    #[test]
    fn fences_follow_the_hubs_regular_expression() {
        assert_eq!(text("---\na: b\n---\n# Card"), Some("a: b"));
        assert_eq!(text("\n \n---\r\na: b\r\n--- \t\r\n"), Some("a: b"));
        assert_eq!(text("\u{feff}---\ra: b\r---"), Some("a: b"));
        assert_eq!(text("---\na: b\n----\nc: d\n---"), Some("a: b\n----\nc: d"));
        assert_eq!(text("---\n\n---\n"), Some(""));
        assert_eq!(text("---\n---\n"), None, "the empty block needs a line break of its own");
        assert_eq!(text("--- \na: b\n---\n"), None, "a blank behind the opening fence");
        assert_eq!(text("# Card\n---\na: b\n---\n"), None);
        assert_eq!(text("---\na: b\n--- x\n"), None);
        assert_eq!(text("---\na: b\n---\r"), None);
        assert_eq!(text(""), None);
    }

    #[test]
    fn places_are_lines_of_the_file() {
        let block = front_matter(b"\n\n---\na: b\n---").unwrap().unwrap();
        assert_eq!(block.start.line, 4);
        let error = front_matter(b"---\na: b\n---\nx\n\xff").unwrap_err();
        assert_eq!((error.get("file"), error.get("line")), (Some("README.md"), Some("5")));
    }
}
