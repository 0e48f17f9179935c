//! Counting checks: every tool's own count of tests where it prints one, and otherwise one check a command.

use std::io::{BufRead, BufReader, Write};
use std::ops::AddAssign;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::process;

/// How many checks passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// The checks of one step.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) count: Count,
    /// The commands that failed, as one would type them.
    pub(crate) failures: Vec<String>,
}

impl Tally {
    /// Runs a command as a check, passing its output on. Its failure is counted; only its absence is an error.
    pub(crate) fn check(&mut self, command: &mut Command) -> Result<()> {
        let shown = process::show(command);
        println!("    $ {shown}");
        let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("start `{shown}`"))?;
        let stdout = child.stdout.take().context("its stdout is piped")?;
        let mut count = Count::default();
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line?;
            let mut terminal = std::io::stdout().lock();
            terminal.write_all(&line)?;
            terminal.write_all(b"\n")?;
            count += count_in(&without_colours(&String::from_utf8_lossy(&line)));
        }
        let succeeded = child.wait()?.success();
        if succeeded && count == Count::default() {
            count.passed = 1;
        }
        if !succeeded {
            count.failed = count.failed.max(1);
            self.failures.push(shown);
        }
        self.count += count;
        Ok(())
    }

    /// Counts a failure of xtask itself: of set-up, or of a build that the checks need.
    pub(crate) fn fail(&mut self, error: &anyhow::Error) {
        println!("error: {error:#}");
        self.count.failed += 1;
        self.failures.push(format!("{error:#}"));
    }
}

/// The counts in one line of output, when it is the summary of a test runner:
///
/// - cargo and wasm-bindgen-test: `test result: ok. 12 passed; 0 failed; 0 ignored; …`
/// - Vitest: `      Tests  1 failed | 11 passed (12)`; its `Test Files` line counts something else
/// - pytest: `==== 1 failed, 11 passed in 0.12s ====`
/// - Playwright: `  11 passed (3.1s)` and `  1 failed`, on lines of their own
/// - Node: `ℹ pass 11` and `ℹ fail 1`, or `# pass 11` where there is no terminal
fn count_in(line: &str) -> Count {
    let text = line.trim().trim_matches('=').trim();
    let first = text.split_whitespace().next().unwrap_or_default();
    if let Some(rest) = text.strip_prefix("ℹ ").or_else(|| text.strip_prefix("# ")) {
        return match rest.split_once(' ').map(|(word, number)| (word, number.parse())) {
            Some(("pass", Ok(passed))) => Count { passed, failed: 0 },
            Some(("fail", Ok(failed))) => Count { passed: 0, failed },
            _ => Count::default(),
        };
    }
    let is_summary = text.starts_with("test result:")
        || first == "Tests"
        || (first.parse::<u64>().is_ok()
            && text.split(['(', ',']).next().is_some_and(|start| start.split_whitespace().count() <= 4));
    if !is_summary {
        return Count::default();
    }
    let words: Vec<&str> = text.split([' ', ';', ',', '|']).filter(|word| !word.is_empty()).collect();
    let before = |noun: &str| {
        words.windows(2).find_map(|pair| match pair {
            [number, word] if *word == noun => number.parse::<u64>().ok(),
            _ => None,
        })
    };
    Count { passed: before("passed").unwrap_or(0), failed: before("failed").unwrap_or(0) }
}

/// The line without terminal escapes of the form `ESC [ … letter`.
fn without_colours(line: &str) -> String {
    let mut pieces = line.split("\u{1b}[");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push_str(piece.split_once(|c: char| c.is_ascii_alphabetic()).map_or("", |(_, rest)| rest));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summaries_of_every_runner_are_counted() {
        for (line, passed, failed) in [
            (
                "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s",
                12,
                0,
            ),
            ("test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 filtered out", 1, 2),
            ("      Tests  1 failed | 11 passed (12)", 11, 1),
            (" Test Files  2 passed (2)", 0, 0),
            ("==== 1 failed, 11 passed, 2 skipped in 0.12s ====", 11, 1),
            ("11 passed in 0.12s", 11, 0),
            ("  11 passed (3.1s)", 11, 0),
            ("  1 failed", 0, 1),
            ("ℹ pass 7", 7, 0),
            ("# fail 2", 0, 2),
            ("\u{1b}[32m  11 passed\u{1b}[39m\u{1b}[2m (3.1s)\u{1b}[22m", 11, 0),
            ("test a::b ... ok", 0, 0),
            ("running 3 tests", 0, 0),
            ("3 requests of this page were answered, none of them passed twice", 0, 0),
        ] {
            assert_eq!(count_in(&without_colours(line)), Count { passed, failed }, "{line}");
        }
    }
}
