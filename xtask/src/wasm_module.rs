//! What a wasm module is made of: its code by crate, and its other sections; and the module without some of it.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use anyhow::{Context, Result};
use wasmparser::{
    BinaryReader, CodeSectionReader, Data, DataKind, FunctionBody, KnownCustom, Name, Operator, Parser,
    Payload, TypeRef,
};

const PREAMBLE: &[u8] = b"\0asm\x01\0\0\0";
/// The instruction `unreachable`.
const UNREACHABLE: u8 = 0x00;
/// The body of a function without locals that is `unreachable`.
const TRAP: &[u8] = &[0x00, UNREACHABLE, 0x0b];

/// The parts of a module that still has its names, largest first, as `(name, bytes)`.
///
/// Code is grouped by the crate that a function's name begins with, so a generic function counts for the crate
/// that wrote it, not for the one that made it concrete. The name section itself is left out: it does not ship.
pub(crate) fn parts(module: &[u8]) -> Result<Vec<(String, usize)>> {
    let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
    let Functions { imported, names } = functions(module)?;
    let mut indices = imported..;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        let (part, range) = match &payload {
            Payload::CodeSectionEntry(body) => {
                let name = indices.next().and_then(|index| names.get(&index));
                (part_of(name.map_or("", String::as_str)), body.range())
            }
            Payload::CodeSectionStart { .. } => continue,
            Payload::DataSection(data) => ("constant data".into(), data.range()),
            payload if is_names(payload) => continue,
            payload => match payload.as_section() {
                Some((_, range)) => ("other sections".into(), range),
                None => continue,
            },
        };
        *sizes.entry(part).or_default() += usize::try_from(range.end - range.start)?;
    }
    let mut parts: Vec<_> = sizes.into_iter().collect();
    parts.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    Ok(parts)
}

/// The same module without its `name` section, byte for byte what wasm-opt writes when it keeps no names.
pub(crate) fn without_names(module: &[u8]) -> Result<Vec<u8>> {
    rewritten(module, |payload, content| Ok((!is_names(payload)).then_some(Cow::Borrowed(content))))
}

/// The same module without the exports whose names begin with `prefix`, so that what only they keep alive can go.
pub(crate) fn without_exports(module: &[u8], prefix: &str) -> Result<Vec<u8>> {
    rewritten(module, |payload, content| {
        let Payload::ExportSection(exports) = payload else { return Ok(Some(content.into())) };
        let mut starts = Vec::new();
        for export in exports.clone().into_iter_with_offsets() {
            let (start, export) = export?;
            starts.push((start, export.name.starts_with(prefix)));
        }
        let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([exports.range().end]);
        let mut kept = Vec::new();
        for ((start, is_dropped), end) in starts.iter().zip(ends) {
            if !is_dropped {
                kept.push(slice(module, *start..end)?);
            }
        }
        Ok(Some([number(kept.len())?, kept.concat()].concat().into()))
    })
}

/// The same module, whose functions with names that `is_dead` trap instead of doing what they did, and in which calls of
/// functions with names that `is_panic` are traps: what only those keep alive, and the arguments of these, can go.
pub(crate) fn trapping(
    module: &[u8],
    is_dead: impl Fn(&str) -> bool,
    is_panic: impl Fn(&str) -> bool,
) -> Result<Vec<u8>> {
    let Functions { imported, names } = functions(module)?;
    let named = |is: &dyn Fn(&str) -> bool| -> BTreeSet<u32> {
        names.iter().filter(|(_, name)| is(name)).map(|(index, _)| *index).collect()
    };
    let (dead, panics) = (named(&is_dead), named(&is_panic));
    rewritten(module, |payload, content| {
        let Payload::CodeSectionStart { count, .. } = payload else { return Ok(Some(content.into())) };
        let mut bodies = number(usize::try_from(*count)?)?;
        for (index, body) in (imported..).zip(CodeSectionReader::new(BinaryReader::new(content, 0))?) {
            let body =
                if dead.contains(&index) { TRAP.to_vec() } else { without_calls(&body?, content, &panics)? };
            bodies.extend(number(body.len())?);
            bodies.extend(body);
        }
        Ok(Some(bodies.into()))
    })
}

/// A body in which calls of some functions, of which none returns, are traps.
fn without_calls(body: &FunctionBody<'_>, content: &[u8], called: &BTreeSet<u32>) -> Result<Vec<u8>> {
    let mut written = Vec::new();
    let mut copied = body.range().start;
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let (operator, start) = operators.read_with_offset()?;
        if matches!(operator, Operator::Call { function_index } if called.contains(&function_index)) {
            written.extend_from_slice(slice(content, copied..start)?);
            written.push(UNREACHABLE);
            copied = operators.original_position();
        }
    }
    written.extend_from_slice(slice(content, copied..body.range().end)?);
    Ok(written)
}

/// The same module with zeros for the places in source code that panics name (`core::panic::Location`: the address and the
/// length of a path, a line, a column), which nobody prints, and for the paths.
pub(crate) fn without_locations(module: &[u8]) -> Result<Vec<u8>> {
    rewritten(module, |payload, content| {
        let Payload::DataSection(segments) = payload else { return Ok(Some(content.into())) };
        let mut written = content.to_vec();
        for segment in segments.clone() {
            let Data { kind: DataKind::Active { offset_expr, .. }, data, range } = segment? else { continue };
            let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else { continue };
            // A segment ends with its data.
            let from = usize::try_from(range.end - segments.range().start)? - data.len();
            for range in locations(data, usize::try_from(value.cast_unsigned())?) {
                let range = from + range.start..from + range.end;
                written.get_mut(range).context("the module is cut short")?.fill(0);
            }
        }
        Ok(Some(written.into()))
    })
}

/// Where locations and their paths are in data that is loaded at `address`.
fn locations(data: &[u8], address: usize) -> Vec<Range<usize>> {
    const LEN: usize = 16;
    let mut found = Vec::new();
    for start in (address.next_multiple_of(4) - address..data.len().saturating_sub(LEN)).step_by(4) {
        let words = data.get(start..start + LEN).unwrap_or_default().chunks_exact(4);
        let words: Vec<usize> =
            words.map(|word| word.iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte))).collect();
        let [path, len, line, column] = words[..] else { continue };
        let path = path.wrapping_sub(address)..path.wrapping_sub(address).saturating_add(len);
        let is_path = data.get(path.clone()).is_some_and(|path| path.ends_with(b".rs"));
        if is_path && (1..100_000).contains(&line) && (1..1000).contains(&column) {
            found.extend([start..start + LEN, path]);
        }
    }
    found
}

/// A module with other contents of sections; `None` leaves one out.
fn rewritten<'a>(
    module: &'a [u8],
    content_of: impl Fn(&Payload<'a>, &'a [u8]) -> Result<Option<Cow<'a, [u8]>>>,
) -> Result<Vec<u8>> {
    let mut written = PREAMBLE.to_vec();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        let Some((id, range)) = payload.as_section() else { continue };
        if let Some(content) = content_of(&payload, slice(module, range)?)? {
            written.push(id);
            written.extend(number(content.len())?);
            written.extend_from_slice(&content);
        }
    }
    Ok(written)
}

fn is_names(payload: &Payload<'_>) -> bool {
    matches!(payload, Payload::CustomSection(section) if section.name() == "name")
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

/// What functions are called, by their indices.
struct Functions {
    /// How many are imported; their indices come before those of the module's own.
    imported: u32,
    names: BTreeMap<u32, String>,
}

fn functions(module: &[u8]) -> Result<Functions> {
    let mut functions = Functions { imported: 0, names: BTreeMap::new() };
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    functions.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Name(subsections) = section.as_known() else { continue };
                for subsection in subsections {
                    let Name::Function(names) = subsection? else { continue };
                    for naming in names {
                        let naming = naming?;
                        functions.names.insert(naming.index, path(naming.name));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(functions)
}

/// A function's name without what tells crates and instances of one name apart: `core[0123456789abcdef]::f::h0123456789abcdef`.
fn path(name: &str) -> String {
    let is_hash = |text: &str| text.len() > 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = match name.rsplit_once("::h") {
        Some((path, hash)) if is_hash(hash) => path,
        _ => name,
    };
    let mut pieces = name.split('[');
    let mut path = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once(']') {
            Some((hash, rest)) if is_hash(hash) => path.push_str(rest),
            _ => path.extend(["[", piece]),
        }
    }
    path
}

fn slice(bytes: &[u8], range: Range<u64>) -> Result<&[u8]> {
    let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
    bytes.get(range).context("the module is cut short")
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

#[cfg(test)]
mod tests {
    use super::*;

    const CUSTOM: u8 = 0;
    const IMPORT: u8 = 2;
    const FUNCTION: u8 = 3;
    const EXPORT: u8 = 7;
    const CODE: u8 = 10;
    const DATA: u8 = 11;
    const FUNCTION_NAMES: u8 = 1;

    /// A module with one imported function, two bodies of 3 and 5 bytes, and names for all three.
    fn module() -> Vec<u8> {
        with_second_body(&[0x00, 0x01, 0x01, 0x01, 0x0b])
    }

    fn with_second_body(body: &[u8]) -> Vec<u8> {
        with_exports(&[], body)
    }

    fn with_exports(exports: &[u8], body: &[u8]) -> Vec<u8> {
        let section =
            |id: u8, content: &[u8]| [&[id, u8::try_from(content.len()).unwrap()], content].concat();
        let name =
            |index: u8, name: &str| [&[index, u8::try_from(name.len()).unwrap()], name.as_bytes()].concat();
        let names =
            [vec![3], name(0, "js::now"), name(1, "<parquet::A as core::B>::c"), name(2, "ZSTD_x")].concat();
        [
            b"\0asm\x01\0\0\0".to_vec(),
            section(IMPORT, b"\x01\x01e\x01f\x00\x00"),
            section(FUNCTION, b"\x02\x00\x00"),
            exports.to_vec(),
            section(CODE, &[b"\x02\x03\x00\x01\x0b", &number(body.len()).unwrap()[..], body].concat()),
            section(CUSTOM, &[b"\x04name".to_vec(), section(FUNCTION_NAMES, &names)].concat()),
        ]
        .concat()
    }

    #[test]
    fn code_is_grouped_by_the_crate_of_its_name() {
        let parts = parts(&module()).unwrap();
        let parts: Vec<_> = parts.into_iter().filter(|part| part.0 != "other sections").collect();
        assert_eq!(parts, [("zstd (C)".to_owned(), 5), ("parquet".to_owned(), 3)]);
        assert_eq!(part_of(&path("core[0123456789abcdef]::fmt::write")), "Rust's standard library");
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
        let trapped = trapping(&module(), |name| name.starts_with("ZSTD"), |_| false).unwrap();
        let others = |part: &(String, usize)| part.0 != "other sections";
        let parts: Vec<_> = parts(&trapped).unwrap().into_iter().filter(others).collect();
        assert_eq!(parts, [("parquet".to_owned(), 3), ("zstd (C)".to_owned(), 3)]);
        assert!(trapped.windows(TRAP.len()).any(|bytes| bytes == TRAP));
        assert_eq!(trapping(&module(), |_| false, |_| false).unwrap(), module());
    }

    #[test]
    fn calls_are_replaced_by_the_names_of_their_functions() {
        // i32.const 7, call 0, unreachable, end
        let calling = with_second_body(&[0x00, 0x41, 0x07, 0x10, 0x00, 0x00, 0x0b]);
        let trapped = with_second_body(&[0x00, 0x41, 0x07, 0x00, 0x00, 0x0b]);
        assert_eq!(trapping(&calling, |_| false, |name| name == "js::now").unwrap(), trapped);
        assert_eq!(trapping(&calling, |_| false, |name| name == "js").unwrap(), calling);
    }

    #[test]
    fn what_tells_instances_of_a_name_apart_is_no_part_of_its_path() {
        let paths = [
            ("core::fmt::write::h0123456789abcdef", "core::fmt::write"),
            ("<std[a543996e6e7dbf1e]::A as core[c5930c85a12de822]::B>::c", "<std::A as core::B>::c"),
            ("<[u8]>::align_to::<[u8; 8usize]>", "<[u8]>::align_to::<[u8; 8usize]>"),
            ("memcpy", "memcpy"),
        ];
        assert!(paths.iter().all(|(name, expected)| path(name) == *expected));
    }

    #[test]
    fn locations_and_their_paths_become_zeros() {
        // At address 1026: a path, two bytes that align what follows, its location, a pointer to it that is none.
        let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
        let with_data = |data: &[u8]| {
            let segment = [b"\x01\x00\x41\x82\x08\x0b", &number(data.len()).unwrap()[..], data].concat();
            [module(), vec![DATA], number(segment.len()).unwrap(), segment].concat()
        };
        let other = words(&[1026, 8, 100_000, 9]);
        let data = [b"src/a.rs\x07\x07".to_vec(), words(&[1026, 8, 70, 9]), other.clone()].concat();
        let zeros = [&[0; 8], &b"\x07\x07"[..], &[0; 16], &other[..]].concat();
        assert_eq!(without_locations(&with_data(&data)).unwrap(), with_data(&zeros));
        assert_eq!(without_locations(&with_data(&other)).unwrap(), with_data(&other));
    }

    #[test]
    fn exports_are_taken_away_by_the_beginning_of_their_names() {
        let export = |name: &str, index: u8| {
            [&[u8::try_from(name.len()).unwrap()], name.as_bytes(), &[0, index]].concat()
        };
        let with = |exports: &[Vec<u8>]| {
            let content = [number(exports.len()).unwrap(), exports.concat()].concat();
            let section = [vec![EXPORT], number(content.len()).unwrap(), content].concat();
            with_exports(&section, &[0x00, 0x0b])
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
