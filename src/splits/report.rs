//! For every file of the repo, the rule that placed or ignored it.

use std::collections::HashMap;

use super::layout::{FileReport, Placement, Rule};
use super::patterns::{ListedFile, Listing, SourcedPattern};
use super::resolve::{Decider, ResolvedConfig};

/// The files in code-point order, and the rules that they point at.
pub(super) fn report(
    listing: &Listing<'_>,
    configs: &[ResolvedConfig],
    builder: &str,
) -> (Vec<FileReport>, Vec<Rule>) {
    let mut rules = Rules::default();
    let mut placed: Vec<Vec<usize>> = vec![Vec::new(); listing.files().len()];
    for config in configs {
        for split in &config.splits {
            let of_pattern: Vec<usize> = split
                .patterns
                .patterns
                .iter()
                .map(|pattern| rules.index(placing_rule(config, &split.patterns.split, pattern)))
                .collect();
            for found in &split.matches {
                if let (Some(rules), Some(rule)) = (placed.get_mut(found.file), of_pattern.get(found.pattern))
                {
                    rules.push(*rule);
                }
            }
        }
    }
    let unmatched = unmatched_reason(configs, builder);
    let files = listing.files().iter().zip(placed).map(|(file, mut placed)| {
        if placed.is_empty() {
            placed.push(
                rules.index(Rule { placed: None, reason: ignoring_reason(file, &unmatched).to_owned() }),
            );
        }
        FileReport { path: file.path.to_owned(), size: file.size, rules: placed }
    });
    (files.collect(), rules.all)
}

/// Rules without repetition.
#[derive(Default)]
struct Rules {
    all: Vec<Rule>,
    indexes: HashMap<Rule, usize>,
}

impl Rules {
    fn index(&mut self, rule: Rule) -> usize {
        if let Some(index) = self.indexes.get(&rule) {
            return *index;
        }
        self.indexes.insert(rule.clone(), self.all.len());
        self.all.push(rule);
        self.all.len() - 1
    }
}

fn placing_rule(config: &ResolvedConfig, split: &str, pattern: &SourcedPattern) -> Rule {
    let reason = match (config.decider, pattern.place) {
        (Decider::Ladder(rung), _) => format!("{}.", rung.describe()),
        (_, Some(place)) => {
            format!("The 'data_files' of its config in {} (line {}) name it.", place.file, place.line)
        }
        (_, None) => "The data_files that were asked for name it.".to_owned(),
    };
    let placed =
        Placement { config: config.name.clone(), split: split.to_owned(), pattern: pattern.text.clone() };
    Rule { placed: Some(placed), reason }
}

fn unmatched_reason(configs: &[ResolvedConfig], builder: &str) -> String {
    match configs {
        [ResolvedConfig { decider: Decider::Ladder(rung), .. }] => {
            format!(
                "{}; the format of most files among those is {builder}. This file is outside of either.",
                rung.describe()
            )
        }
        [ResolvedConfig { decider: Decider::Args, .. }, ..] => {
            "The data_files that were asked for do not name it.".to_owned()
        }
        _ => "No config names it.".to_owned(),
    }
}

fn ignoring_reason<'a>(file: &ListedFile<'_>, unmatched: &'a str) -> &'a str {
    if file.is_reserved {
        "A file of this name is never data, unless a pattern spells the name."
    } else if file.hidden_parts > 0 {
        "A part of its path begins with a dot, and no pattern spells that."
    } else if file.dunder_parts > 0 {
        "A directory of its path begins with two underscores, and no pattern spells that."
    } else if !file.is_supported {
        "Its ending is that of no data format."
    } else {
        unmatched
    }
}
