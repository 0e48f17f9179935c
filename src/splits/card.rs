//! The dataset card: the README's front matter with the keys of `.huggingface.yaml` laid over it, one by one
//! (`datasets.load.HubDatasetModuleFactory.get_module`).

use std::collections::HashMap;

use super::front_matter::{front_matter, utf8};
use super::place::Place;
use super::yaml_node::{Node, Value};
use super::yaml11;
use crate::error::Result;

/// The name of the file that overrides the README's front matter.
pub(super) const STANDALONE_YAML: &str = ".huggingface.yaml";

/// The top-level keys of the card.
#[derive(Debug, Default)]
pub(super) struct Card {
    fields: HashMap<String, Node>,
}

impl Card {
    /// Reads both texts, either of which may be missing.
    ///
    /// # Errors
    /// What makes `datasets` refuse the repo: broken YAML, a card that is no mapping, a key that is no text.
    pub(super) fn read(readme: Option<&[u8]>, standalone: Option<&[u8]>) -> Result<Self> {
        let mut card = Self::default();
        if let Some(block) = readme.map(front_matter).transpose()?.flatten()
            && let Some(root) = yaml11::parse(block.text, block.start)?
        {
            card.overlay(root)?;
        }
        if let Some(bytes) = standalone {
            let start = Place { file: STANDALONE_YAML, line: 1 };
            if let Some(root) = yaml11::parse(utf8(bytes, STANDALONE_YAML)?, start)?.filter(Node::is_truthy) {
                card.overlay(root)?;
            }
        }
        Ok(card)
    }

    /// The value of a key; a null counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        self.fields.get(name).filter(|node| !matches!(node.value, Value::Null))
    }

    fn overlay(&mut self, root: Node) -> Result<()> {
        let entries = match root.value {
            Value::Map(entries) => entries,
            Value::Null => return Ok(()),
            _ => {
                let message =
                    format!("The metadata must be a mapping ('key: value' lines), not {}.", root.describe());
                return Err(root.place.invalid(message));
            }
        };
        for (key, value) in entries {
            let Some(name) = key.as_str() else {
                let message =
                    format!("A metadata key must be a text, not {}; put it in quotes.", key.describe());
                return Err(key.place.invalid(message));
            };
            self.fields.insert(name.to_owned(), value);
        }
        Ok(())
    }
}
