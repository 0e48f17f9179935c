//! The dataset card: the YAML between two `---` lines at the start of README.md.

use serde_json::Value;

/// The card's metadata: none without a YAML block, an explanation when it is not a mapping in valid YAML.
pub(crate) fn metadata(readme: &str) -> Result<Option<Value>, String> {
    let Some(yaml) = front_matter(readme) else { return Ok(None) };
    match serde_saphyr::from_str::<Option<Value>>(yaml) {
        Ok(None) => Ok(None),
        Ok(Some(metadata @ Value::Object(_))) => Ok(Some(metadata)),
        Ok(Some(_)) => Err("the YAML metadata must be a mapping".into()),
        Err(error) => Err(error.to_string()),
    }
}

fn front_matter(readme: &str) -> Option<&str> {
    let text = readme.strip_prefix('\u{feff}').unwrap_or(readme);
    let rest = text.strip_prefix("---")?.trim_start_matches([' ', '\t', '\r']).strip_prefix('\n')?;
    let end = rest.match_indices("---").map(|(at, _)| at).find(|&at| {
        let starts_line = at == 0 || rest.as_bytes().get(at - 1) == Some(&b'\n');
        let ends_line = rest.get(at + 3..).is_some_and(|after| {
            after.trim_start_matches([' ', '\r']).is_empty()
                || after.trim_start_matches([' ', '\r']).starts_with('\n')
        });
        starts_line && ends_line
    })?;
    rest.get(..end)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cards() {
        let card = "---\nlicense: mit\ntags: [a, b]\n---\n# Title\n---\n";
        assert_eq!(metadata(card), Ok(Some(json!({ "license": "mit", "tags": ["a", "b"] }))));
        assert_eq!(metadata("---\r\nlicense: mit\r\n---\r\n"), Ok(Some(json!({ "license": "mit" }))));
        for none in ["# Title\n", "", "---\n---\n", "---\nnever: closed\n"] {
            assert_eq!(metadata(none), Ok(None), "{none:?}");
        }
        for wrong in ["---\na: [\n---\n", "---\n- a\n---\n", "---\na: b: c\n---\n"] {
            assert!(metadata(wrong).is_err(), "{wrong:?}");
        }
    }
}
