//! What a wasm module is made of: its code by crate, and its other sections; and the module without some of it.
//!
//! Reads the WebAssembly binary format (core specification, chapter 5) just far enough: section sizes, the
//! sizes of function bodies, and the function names of the `name` section.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};

const PREAMBLE: &[u8] = b"\0asm\x01\0\0\0";
const CUSTOM: u8 = 0;
const IMPORT: u8 = 2;
const EXPORT: u8 = 7;
const CODE: u8 = 10;
const DATA: u8 = 11;
const FUNCTION_NAMES: u8 = 1;
/// The body of a function without locals that is `unreachable`.
const TRAP: &[u8] = &[0x00, 0x00, 0x0b];

/// The parts of a module that still has its names, largest first, as `(name, bytes)`.
///
/// Code is grouped by the crate that a function's name begins with, so a generic function counts for the crate
/// that wrote it, not for the one that made it concrete. The name section itself is left out: it does not ship.
pub(crate) fn parts(module: &[u8]) -> Result<Vec<(String, usize)>> {
    let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
    let mut bodies = Vec::new();
    let mut names = BTreeMap::new();
    let mut imported = 0;
    for section in sections(module)? {
        let mut content = section.content.clone();
        match section.id {
            CUSTOM if section.is_names()? => names = function_names(content)?,
            IMPORT => imported = imported_functions(content)?,
            CODE => {
                bodies =
                    (0..content.number()?).map(|_| Ok(content.sized()?.rest.len())).collect::<Result<_>>()?
            }
            DATA => *sizes.entry("constant data".into()).or_default() += content.rest.len(),
            _ => *sizes.entry("other sections".into()).or_default() += content.rest.len(),
        }
    }
    for (index, size) in (imported..).zip(bodies) {
        let name = names.get(&index).copied().unwrap_or_default();
        *sizes.entry(part_of(name)).or_default() += size;
    }
    let mut parts: Vec<_> = sizes.into_iter().collect();
    parts.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    Ok(parts)
}

/// The same module without its `name` section, byte for byte what wasm-opt writes when it keeps no names.
pub(crate) fn without_names(module: &[u8]) -> Result<Vec<u8>> {
    let mut stripped = PREAMBLE.to_vec();
    for section in sections(module)? {
        if !section.is_names()? {
            stripped.extend_from_slice(section.whole);
        }
    }
    Ok(stripped)
}

/// The same module without the exports whose names begin with `prefix`, so that what only they keep alive can go.
pub(crate) fn without_exports(module: &[u8], prefix: &str) -> Result<Vec<u8>> {
    let mut stripped = PREAMBLE.to_vec();
    for section in sections(module)? {
        if section.id != EXPORT {
            stripped.extend_from_slice(section.whole);
            continue;
        }
        let mut kept = Vec::new();
        for (name, entry) in exports(section.content)? {
            if !name.starts_with(prefix) {
                kept.push(entry);
            }
        }
        let content = [number(kept.len())?, kept.concat()].concat();
        stripped.push(EXPORT);
        stripped.extend(number(content.len())?);
        stripped.extend(content);
    }
    Ok(stripped)
}

/// The same module, whose functions with names that `is_dead` trap instead of doing what they did, so that what only they
/// keep alive can go.
pub(crate) fn without_bodies(module: &[u8], is_dead: impl Fn(&str) -> bool) -> Result<Vec<u8>> {
    let (mut names, mut imported) = (BTreeMap::new(), 0);
    for section in sections(module)? {
        match section.id {
            CUSTOM if section.is_names()? => names = function_names(section.content)?,
            IMPORT => imported = imported_functions(section.content)?,
            _ => {}
        }
    }
    let mut stripped = PREAMBLE.to_vec();
    for Section { id, mut content, whole } in sections(module)? {
        if id != CODE {
            stripped.extend_from_slice(whole);
            continue;
        }
        let count = content.number()?;
        let mut bodies = number(usize::try_from(count)?)?;
        for index in imported..imported + count {
            let body = content.sized()?.rest;
            let body = if names.get(&index).is_some_and(|name| is_dead(name)) { TRAP } else { body };
            bodies.extend(number(body.len())?);
            bodies.extend_from_slice(body);
        }
        stripped.push(CODE);
        stripped.extend(number(bodies.len())?);
        stripped.extend(bodies);
    }
    Ok(stripped)
}

/// One section of a module.
struct Section<'a> {
    id: u8,
    content: Reader<'a>,
    /// With its id and size.
    whole: &'a [u8],
}

impl Section<'_> {
    fn is_names(&self) -> Result<bool> {
        Ok(self.id == CUSTOM && self.content.clone().string()? == "name")
    }
}

fn sections(module: &[u8]) -> Result<Vec<Section<'_>>> {
    let mut reader = Reader { rest: module };
    ensure!(reader.take(PREAMBLE.len())? == PREAMBLE, "this is not a WebAssembly 1.0 module");
    let mut sections = Vec::new();
    while !reader.rest.is_empty() {
        let from = reader.rest;
        let (id, content) = (reader.byte()?, reader.sized()?);
        let (whole, _) = from.split_at(from.len() - reader.rest.len());
        sections.push(Section { id, content, whole });
    }
    Ok(sections)
}

/// The part a function belongs to, by its demangled name: `<arrow_array::X as core::Y>::z` is of arrow_array.
fn part_of(name: &str) -> String {
    const ZSTD: [&str; 8] = ["ZSTD", "HUF", "FSE", "HIST", "XXH", "COVER", "ERR_", "rust_zstd"];
    const STANDARD: [&str; 5] = ["alloc", "core", "std", "hashbrown", "compiler_builtins"];
    if ZSTD.iter().any(|prefix| name.starts_with(prefix)) {
        return "zstd (C)".into();
    }
    let path = name.trim_start_matches(['<', '&', '(', '[', '*']);
    let path = ["mut ", "const ", "dyn ", "impl "]
        .iter()
        .fold(path, |path, word| path.strip_prefix(word).unwrap_or(path));
    match path.split_once("::").map(|(first, _)| first) {
        Some(krate) if STANDARD.contains(&krate) => "Rust's standard library".into(),
        Some(krate) if krate.chars().all(|c| c.is_alphanumeric() || c == '_') => krate.into(),
        _ => "exports and other code".into(),
    }
}

/// The names by function index. The section is a sequence of subsections, each with an id and a size.
fn function_names(mut section: Reader<'_>) -> Result<BTreeMap<u32, &str>> {
    section.string()?;
    while !section.rest.is_empty() {
        let id = section.byte()?;
        let mut subsection = section.sized()?;
        if id == FUNCTION_NAMES {
            let count = subsection.number()?;
            return (0..count).map(|_| Ok((subsection.number()?, subsection.string()?))).collect();
        }
    }
    Ok(BTreeMap::new())
}

/// How many functions are imported; their indices come before those of the module's own.
fn imported_functions(mut section: Reader<'_>) -> Result<u32> {
    let mut functions = 0;
    for _ in 0..section.number()? {
        section.string()?;
        section.string()?;
        match section.byte()? {
            0 => {
                section.number()?;
                functions += 1;
            }
            1 => {
                section.byte()?;
                section.limits()?;
            }
            2 => section.limits()?,
            3 => {
                section.take(2)?;
            }
            kind => anyhow::bail!("import kind {kind} is unknown"),
        }
    }
    Ok(functions)
}

/// The exports: the name of each, and the bytes of its whole entry.
fn exports(mut section: Reader<'_>) -> Result<Vec<(&str, &[u8])>> {
    let count = section.number()?;
    (0..count).map(|_| section.export()).collect()
}

/// An unsigned LEB128 number of 32 bits.
fn number(value: usize) -> Result<Vec<u8>> {
    let mut rest = u32::try_from(value)?;
    let mut bytes = Vec::new();
    while rest >= 0x80 {
        bytes.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    Ok(bytes)
}

/// Takes values off the front of a slice.
#[derive(Clone)]
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len).context("the module is cut short")?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        self.take(1)?.first().copied().context("the module is cut short")
    }

    /// An unsigned LEB128 number of 32 bits.
    fn number(&mut self) -> Result<u32> {
        let mut value = 0;
        for shift in (0..32).step_by(7) {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        anyhow::bail!("a number is longer than 32 bits")
    }

    /// What follows its own length.
    fn sized(&mut self) -> Result<Self> {
        let len = self.number()?;
        Ok(Reader { rest: self.take(usize::try_from(len)?)? })
    }

    fn string(&mut self) -> Result<&'a str> {
        Ok(std::str::from_utf8(self.sized()?.rest)?)
    }

    /// An export's name, and the whole entry.
    fn export(&mut self) -> Result<(&'a str, &'a [u8])> {
        let from = self.rest;
        let name = self.string()?;
        self.byte()?;
        self.number()?;
        let (entry, _) = from.split_at(from.len() - self.rest.len());
        Ok((name, entry))
    }

    fn limits(&mut self) -> Result<()> {
        let has_maximum = self.byte()? & 1 == 1;
        for _ in 0..=usize::from(has_maximum) {
            self.number()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with one imported function, two bodies of 3 and 5 bytes, and names for all three.
    fn module() -> Vec<u8> {
        let section =
            |id: u8, content: &[u8]| [&[id, u8::try_from(content.len()).unwrap()], content].concat();
        let name =
            |index: u8, name: &str| [&[index, u8::try_from(name.len()).unwrap()], name.as_bytes()].concat();
        let names =
            [vec![3], name(0, "js::now"), name(1, "<parquet::A as core::B>::c"), name(2, "ZSTD_x")].concat();
        [
            b"\0asm\x01\0\0\0".to_vec(),
            section(IMPORT, b"\x01\x01e\x01f\x00\x00"),
            section(CODE, b"\x02\x03\x00\x01\x0b\x05\x00\x01\x01\x01\x0b"),
            section(CUSTOM, &[b"\x04name".to_vec(), section(FUNCTION_NAMES, &names)].concat()),
        ]
        .concat()
    }

    #[test]
    fn code_is_grouped_by_the_crate_of_its_name() {
        let parts = parts(&module()).unwrap();
        let others = ("other sections".to_owned(), 0);
        let parts: Vec<_> = parts.into_iter().filter(|part| *part != others).collect();
        assert_eq!(parts, [("zstd (C)".to_owned(), 5), ("parquet".to_owned(), 3)]);
        assert_eq!(part_of("core::fmt::write::h0123456789abcdef"), "Rust's standard library");
        assert_eq!(part_of("<&mut dyn arrow_array::Array>::len"), "arrow_array");
        assert_eq!(part_of("memcpy"), "exports and other code");
    }

    #[test]
    fn only_names_are_taken_away() {
        let module = module();
        let stripped = without_names(&module).unwrap();
        assert!(module.starts_with(&stripped), "the names come last here");
        assert!(parts(&stripped).unwrap().contains(&("exports and other code".to_owned(), 8)));
        assert_eq!(without_names(&stripped).unwrap(), stripped);
    }

    #[test]
    fn bodies_are_replaced_by_the_names_of_their_functions() {
        let trapped = without_bodies(&module(), |name| name.starts_with("ZSTD")).unwrap();
        let others = |part: &(String, usize)| part.0 != "other sections";
        let parts: Vec<_> = parts(&trapped).unwrap().into_iter().filter(others).collect();
        assert_eq!(parts, [("parquet".to_owned(), 3), ("zstd (C)".to_owned(), 3)]);
        assert!(trapped.windows(TRAP.len()).any(|bytes| bytes == TRAP));
        assert_eq!(without_bodies(&module(), |_| false).unwrap(), module());
    }

    #[test]
    fn exports_are_taken_away_by_the_beginning_of_their_names() {
        let export = |name: &str, index: u8| {
            [&[u8::try_from(name.len()).unwrap()], name.as_bytes(), &[0, index]].concat()
        };
        let with = |exports: &[Vec<u8>]| {
            let content = [number(exports.len()).unwrap(), exports.concat()].concat();
            [module(), vec![EXPORT], number(content.len()).unwrap(), content].concat()
        };
        let [kept, long] = [export("scan", 1), export(&"s".repeat(100), 2)];
        let full = with(&[export("shim_a", 0), kept.clone(), long.clone(), export("shim_b", 1)]);
        assert_eq!(without_exports(&full, "shim_").unwrap(), with(&[kept, long]));
        assert_eq!(without_exports(&module(), "shim_").unwrap(), module());
        assert_eq!(number(300).unwrap(), [0xac, 2]);
    }

    #[test]
    fn a_module_cut_anywhere_is_an_error_or_lacks_its_last_sections() {
        let module = module();
        assert!((0..8).all(|len| parts(module.get(..len).unwrap()).is_err()));
        for len in 8..module.len() {
            let _ = parts(module.get(..len).unwrap());
        }
    }
}
