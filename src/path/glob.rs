//! Globs as `fsspec` reads them (`fsspec.utils.glob_translate`), matched without backtracking.
//!
//! A pattern becomes a short list of tokens. Matching carries the set of positions in the path that the tokens so far can
//! end at, so a path costs at most tokens × bytes, whatever the pattern.

use crate::error::{Error, ErrorKind, Result};

/// A compiled pattern over whole repo-relative paths.
///
/// `*` is any run inside one segment (at least one character when it is the whole segment), `?` one character, `[a-z]` and
/// `[!a-z]` a set, and `**` any number of whole segments, none included. There are no braces and no escapes, upper and lower
/// case differ, and a leading dot is nothing special.
///
/// ```
/// use hubframe::path::Glob;
///
/// let glob = Glob::new("data/**/*.parquet")?;
/// assert!(glob.is_match("data/x.parquet") && glob.is_match("data/a/b/x.parquet"));
/// assert!(!glob.is_match("data/x.csv"));
/// assert_eq!(glob.root(), "data");
/// # Ok::<(), hubframe::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Glob {
    pattern: String,
    tokens: Vec<Token>,
    /// The longest literal text: a path without it cannot match, and looking for it is cheap.
    needle: String,
}

impl Glob {
    /// Compiles `pattern`.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when `**` is only part of a segment, as in `**.parquet`.
    pub fn new(pattern: &str) -> Result<Self> {
        let mut tokens = Vec::new();
        let mut segments = pattern.split('/').peekable();
        while let Some(segment) = segments.next() {
            let is_last = segments.peek().is_none();
            match segment {
                "**" if is_last => tokens.push(Token::Rest),
                "**" => tokens.push(Token::Directories),
                _ if segment.contains("**") => return Err(partial_double_star(pattern, segment)),
                "*" => tokens.push(Token::Segment),
                _ => push_segment(segment, &mut tokens),
            }
            if !is_last && segment != "**" {
                push_literal('/', &mut tokens);
            }
        }
        let needle = tokens
            .iter()
            .filter_map(Token::literal)
            .max_by_key(|literal| literal.len())
            .unwrap_or("")
            .to_owned();
        Ok(Self { pattern: pattern.to_owned(), tokens, needle })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.pattern
    }

    /// Whether the whole of `path` matches. Costs at most a step for each pair of a byte and a token.
    pub fn is_match(&self, path: &str) -> bool {
        self.is_match_with(path, &mut Positions::default())
    }

    /// As [`Glob::is_match`], with memory that many calls can share.
    pub(crate) fn is_match_with(&self, path: &str, positions: &mut Positions) -> bool {
        path.contains(&self.needle) && self.steps(path, positions).0
    }

    /// The directory below which every match lies: the text before the first magic character, up to its last `/`, without
    /// that. Empty for the repo's root. Listing it is enough to find all matches.
    pub fn root(&self) -> &str {
        let literal_len = self.pattern.find(MAGIC).unwrap_or(self.pattern.len());
        let literal = self.pattern.get(..literal_len).unwrap_or("");
        literal.rsplit_once('/').map_or("", |(root, _)| root)
    }

    /// Whether matches may lie deeper than directly in [`Glob::root`], so that its listing must be recursive.
    pub fn is_recursive(&self) -> bool {
        let below = self.pattern.get(self.root().len()..).unwrap_or("");
        below.trim_start_matches('/').contains('/') || self.tokens.contains(&Token::Rest)
    }

    /// The answer, and how many positions were visited for it: the work that tests bound.
    pub(super) fn steps(&self, path: &str, Positions { ends, next }: &mut Positions) -> (bool, usize) {
        ends.clear();
        ends.push(0);
        let mut steps = 0;
        for token in &self.tokens {
            next.clear();
            token.advance(path, ends, next);
            std::mem::swap(ends, next);
            steps += ends.len();
            if ends.is_empty() {
                return (false, steps);
            }
        }
        (ends.last() == Some(&path.len()), steps)
    }
}

/// Where the tokens so far can end, and where the next one can.
#[derive(Debug, Default)]
pub(crate) struct Positions {
    ends: Vec<usize>,
    next: Vec<usize>,
}

/// Whether `text` is a pattern rather than the name of one path.
pub fn has_magic(text: &str) -> bool {
    text.contains(MAGIC)
}

const MAGIC: [char; 3] = ['*', '?', '['];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// This text.
    Literal(String),
    /// `?`: one character other than `/`.
    One,
    /// `[…]`: one character of a set; as in Python, even a `/` when the set holds it.
    Set(CharSet),
    /// `*` beside other text: any run without `/`.
    Run,
    /// `*` as a whole segment: a run without `/` that is not empty.
    Segment,
    /// `**/`: nothing, or anything that ends in `/`.
    Directories,
    /// A final `**`: anything.
    Rest,
}

impl Token {
    fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            _ => None,
        }
    }

    /// Every position where this token can end when it starts at one of `starts`. Both lists are ascending byte offsets. An offset
    /// inside a character does no harm: no token goes on from there.
    fn advance(&self, path: &str, starts: &[usize], ends: &mut Vec<usize>) {
        let rest = |start: usize| path.get(start..).unwrap_or("");
        let first = |start: usize| rest(start).chars().next();
        match self {
            Self::Literal(text) => {
                ends.extend(
                    starts
                        .iter()
                        .filter(|start| rest(**start).starts_with(text))
                        .map(|start| start + text.len()),
                );
            }
            Self::One => ends.extend(
                starts
                    .iter()
                    .filter_map(|start| Some(start + first(*start).filter(|c| *c != '/')?.len_utf8())),
            ),
            Self::Set(set) => ends.extend(
                starts
                    .iter()
                    .filter_map(|start| Some(start + first(*start).filter(|c| set.contains(*c))?.len_utf8())),
            ),
            Self::Run | Self::Segment => {
                for &start in starts {
                    // A start inside a run that was walked before can only reach what that run reached.
                    if ends.last().is_none_or(|end| *end < start) {
                        let run =
                            rest(start).bytes().position(|byte| byte == b'/').unwrap_or(path.len() - start);
                        ends.extend(start + usize::from(*self == Self::Segment)..=start + run);
                    }
                }
            }
            Self::Directories => {
                let Some(&min) = starts.first() else { return };
                // At least one character stands before the '/', which is why the first byte does not count.
                let slashes = rest(min).bytes().enumerate().skip(1).filter(|(_, byte)| *byte == b'/');
                ends.extend(starts.iter().copied().chain(slashes.map(|(at, _)| min + at + 1)));
                ends.sort_unstable();
                ends.dedup();
            }
            Self::Rest => ends.push(path.len()),
        }
    }
}

/// The inside of `[…]`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CharSet {
    negated: bool,
    ranges: Vec<(char, char)>,
}

impl CharSet {
    /// Reads what stands between the brackets as Python's `fnmatch` does: a range that runs backwards is dropped together
    /// with both of its ends, and a `-` that joins nothing stands for itself.
    fn new(inside: &[char]) -> Self {
        let mut chunks = split_ranges(inside);
        for index in (1..chunks.len()).rev() {
            let (Some([.., from]), Some([to, rest @ ..])) =
                (chunks.get(index - 1).map(Vec::as_slice), chunks.get(index).map(Vec::as_slice))
            else {
                continue;
            };
            if from > to {
                let rest = rest.to_vec();
                chunks.remove(index);
                if let Some(before) = chunks.get_mut(index - 1) {
                    before.pop();
                    before.extend(rest);
                }
            }
        }
        let negated = chunks.first().and_then(|chunk| chunk.first()) == Some(&'!');
        let mut ranges: Vec<(char, char)> = Vec::new();
        for (index, chunk) in chunks.iter().enumerate() {
            let mut chars = chunk.iter().copied();
            match ranges.last_mut() {
                Some(range) if index > 0 => range.1 = chars.next().unwrap_or(range.1),
                _ => chars = chunk.get(usize::from(negated)..).unwrap_or(&[]).iter().copied(),
            }
            ranges.extend(chars.map(|c| (c, c)));
        }
        Self { negated, ranges }
    }

    fn contains(&self, c: char) -> bool {
        self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != self.negated
    }
}

/// Cuts at every `-` that joins two characters; the characters on both sides of a cut are the ends of a range.
fn split_ranges(inside: &[char]) -> Vec<Vec<char>> {
    let mut chunks: Vec<Vec<char>> = Vec::new();
    let mut start = 0;
    let mut search_from = if inside.first() == Some(&'!') { 2 } else { 1 };
    while let Some(dash) = (search_from..inside.len()).find(|at| inside.get(*at) == Some(&'-')) {
        chunks.push(inside.get(start..dash).unwrap_or(&[]).to_vec());
        start = dash + 1;
        search_from = dash + 3;
    }
    match (inside.get(start..).filter(|rest| !rest.is_empty()), chunks.last_mut()) {
        (None, Some(last)) => last.push('-'),
        (rest, _) => chunks.push(rest.unwrap_or(&[]).to_vec()),
    }
    chunks
}

/// One segment that is neither `*` nor `**`.
fn push_segment(segment: &str, tokens: &mut Vec<Token>) {
    let chars: Vec<char> = segment.chars().collect();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        at += 1;
        match c {
            '*' => tokens.push(Token::Run),
            '?' => tokens.push(Token::One),
            '[' => match closing_bracket(&chars, at) {
                Some(end) => {
                    tokens.push(Token::Set(CharSet::new(chars.get(at..end).unwrap_or(&[]))));
                    at = end + 1;
                }
                None => push_literal('[', tokens),
            },
            _ => push_literal(c, tokens),
        }
    }
}

/// Where the `]` is that closes a set whose inside starts at `start`. A `]` in the first place is part of the set.
fn closing_bracket(chars: &[char], start: usize) -> Option<usize> {
    let after_negation = start + usize::from(chars.get(start) == Some(&'!'));
    let first_end = after_negation + usize::from(chars.get(after_negation) == Some(&']'));
    (first_end..chars.len()).find(|at| chars.get(*at) == Some(&']'))
}

fn push_literal(c: char, tokens: &mut Vec<Token>) {
    match tokens.last_mut() {
        Some(Token::Literal(text)) => text.push(c),
        _ => tokens.push(Token::Literal(c.to_string())),
    }
}

fn partial_double_star(pattern: &str, segment: &str) -> Error {
    Error::new(
        ErrorKind::Invalid,
        "parse glob",
        format!("'**' must be a whole path segment, and '{segment}' is more; write '**/*…' for files at any depth."),
    )
    .with("pattern", pattern)
}
