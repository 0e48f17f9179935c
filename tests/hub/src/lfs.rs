//! Which files git keeps itself and which it keeps as pointers to LFS objects, as the Hub decides it.
//!
//! A file is an LFS file when `.gitattributes` says so, when it is larger than 10 MB, or when it is binary.

use std::io;

use crate::blob::{Blob, hex};
use crate::wildcard;
use sha1::{Digest, Sha1};

/// Files above this size are never inline.
pub(crate) const LARGEST_INLINE: u64 = 10_000_000;

/// How much of a file tells text from binary, as in a preupload `sample`.
const SAMPLE: usize = 512;

/// The `.gitattributes` that the Hub puts into a new dataset repo.
pub(crate) const DEFAULT_GITATTRIBUTES: &str = include_str!("default.gitattributes");

/// The LFS rules of one commit.
#[derive(Debug)]
pub(crate) struct LfsRules(Vec<(String, bool)>);

impl LfsRules {
    /// Reads the lines that set or unset `filter=lfs`; other attributes do not matter here.
    pub(crate) fn parse(gitattributes: &str) -> Self {
        let rule = |line: &str| {
            let mut words = line.split_whitespace();
            let pattern = words.next().filter(|pattern| !pattern.starts_with('#'))?.to_owned();
            words.find_map(|word| match word {
                "filter=lfs" => Some((pattern.clone(), true)),
                "-filter" | "!filter" => Some((pattern.clone(), false)),
                _ => None,
            })
        };
        Self(gitattributes.lines().filter_map(rule).collect())
    }

    /// Whether a file with this content becomes an LFS file at this path. Reads its first bytes if need be.
    pub(crate) fn is_lfs(&self, path: &str, blob: &Blob) -> io::Result<bool> {
        match self.by_path(path) {
            Some(lfs) => Ok(lfs),
            None => Ok(self.decide(path, blob.len(), &blob.head(SAMPLE)?)),
        }
    }

    /// The same from a file's size and its first bytes.
    pub(crate) fn decide(&self, path: &str, size: u64, sample: &[u8]) -> bool {
        self.by_path(path).unwrap_or_else(|| size > LARGEST_INLINE || is_binary(sample))
    }

    /// What the last matching line says. A pattern without a slash is matched with the file's name, as git does.
    fn by_path(&self, path: &str) -> Option<bool> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let matching =
            self.0.iter().rev().find(|(pattern, _)| {
                wildcard::matches(pattern, if pattern.contains('/') { path } else { name })
            });
        matching.map(|&(_, lfs)| lfs)
    }
}

/// Whether the start of a file is something else than UTF-8 text.
pub(crate) fn is_binary(sample: &[u8]) -> bool {
    let cut_character = |error: std::str::Utf8Error| error.error_len().is_none();
    sample.contains(&0) || std::str::from_utf8(sample).is_err_and(|error| !cut_character(error))
}

/// The text that git has in place of an LFS file (git-lfs `docs/spec.md`).
pub(crate) fn pointer(sha256: &str, size: u64) -> String {
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n")
}

/// The git object id of a pointer.
pub(crate) fn pointer_oid(pointer: &str) -> String {
    let header = format!("blob {}\0", pointer.len());
    hex(&Sha1::new().chain_update(header).chain_update(pointer).finalize())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should stop at once")]
    use super::*;

    #[test]
    fn modes() {
        let rules = LfsRules::parse(DEFAULT_GITATTRIBUTES);
        let is_lfs = |path, content: &[u8]| rules.is_lfs(path, &Blob::memory(content.to_vec())).unwrap();
        assert!(is_lfs("data/a.parquet", b"PAR1"));
        assert!(is_lfs("x.PNG.png", b""));
        assert!(!is_lfs("README.md", "# caf\u{e9}".as_bytes()));
        assert!(is_lfs("unknown", &[0, 1, 2]));
        assert!(is_lfs("unknown", &[0xff, 0xfe, b'a', b'b', b'c', b'd']));
        assert!(!is_lfs("data.csv", b"a,b\n"));
        assert!(is_lfs("data.csv", &vec![b'a'; 10_000_001]));
    }

    #[test]
    fn a_later_line_wins() {
        let rules = LfsRules::parse("*.bin filter=lfs\nsmall/*.bin -filter\n# c\n");
        assert_eq!(rules.by_path("a.bin"), Some(true));
        assert_eq!(rules.by_path("small/a.bin"), Some(false));
        assert_eq!(rules.by_path("a.txt"), None);
    }

    #[test]
    fn a_cut_character_is_still_text() {
        let mut sample = "x".repeat(511).into_bytes();
        sample.push(0xc3);
        assert!(!is_binary(&sample));
    }

    #[test]
    fn pointers_have_git_names() {
        // `git hash-object` of the same text.
        let text = pointer(&"a".repeat(64), 12);
        assert_eq!(text.len(), 127);
        assert_eq!(pointer_oid("hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
    }
}
