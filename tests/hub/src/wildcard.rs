//! Matching by `*`, for `.gitattributes` patterns and the paths of faults.

/// Whether `text` is matched by `pattern`, in which `*` stands for any run of characters, `/` included.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    // Most patterns are `*.ext`: the end decides without a search.
    let Some(mut text) = text.strip_suffix(last).and_then(|text| text.strip_prefix(first)) else {
        return false;
    };
    for piece in middle.split('*') {
        match text.find(piece) {
            Some(at) => text = text.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn star_is_any_run() {
        assert!(matches("*.parquet", "a.parquet"));
        assert!(matches("*.parquet", "dir/a.parquet"));
        assert!(matches("*tfevents*", "x.tfevents.1"));
        assert!(matches("/api/*/tree/*", "/api/datasets/u/n/tree/main"));
        assert!(matches("a*b*b", "abb"));
        assert!(!matches("a*b*b", "ab"));
        assert!(!matches("*.parquet", "a.parquet.txt"));
        assert!(matches("ab*bc", "abbc"));
        assert!(!matches("ab*bc", "abc"));
        assert!(matches("plain", "plain"));
        assert!(!matches("plain", "plainer"));
    }
}
