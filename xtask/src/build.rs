//! Building: Rust → wasm → bindings → optimised wasm → the npm package → the pages.

use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result};

use crate::process::{self, run, timed};
use crate::repo::Repo;
use crate::setup;
use crate::stamp::{Inputs, Stamp};
use crate::wasm_module;

/// A wasm of the package. The second does all that the first does, and is loaded when that is not enough.
#[derive(Debug)]
pub(crate) struct Artefact {
    /// The stem of its files in pkg/wasm.
    pub(crate) name: &'static str,
    cargo_flags: &'static [&'static str],
    /// What it never calls: the linker keeps what a table of functions names, though no caller of that entry is left.
    dead: &'static [&'static [Named]],
}

/// Functions by the beginning and the end of their paths.
type Named = (&'static str, &'static str);

/// A codec is a table of two functions, and who only reads calls one of them; the others are named by tables of
/// strategies, by level, which nobody chooses from then.
const COMPRESSION: &[Named] = &[
    ("parquet::compression::", " as parquet::compression::Codec>::compress"),
    ("ZSTD_compressBlock_", ""),
    ("ZSTD_compressStream2", ""),
    ("zlib_rs::deflate::algorithm::", ""),
];

/// Arrays of a type that no column has where nothing but Parquet files is read: columns are read as the types of their
/// values (`parquet::schema::plain_schema`), and `mapPartitions` makes no such columns either.
const DICTIONARIES: &[Named] = &[
    ("arrow_array::array::dictionary_array::", ""),
    ("arrow_array::array::run_array::", ""),
    ("arrow_array::array::union_array::", ""),
    ("arrow_array::builder::fixed_size_binary_dictionary_builder::", ""),
    ("arrow_array::builder::generic_bytes_dictionary_builder::", ""),
    ("arrow_array::builder::primitive_dictionary_builder::", ""),
    ("arrow_data::transform::run::", ""),
    ("arrow_data::transform::union::", ""),
    ("arrow_ipc::reader::get_dictionary_values", ""),
    ("arrow_ipc::reader::update_dictionaries", ""),
    ("arrow_ipc::writer::DictionaryTracker::insert_column", ""),
    ("arrow_ipc::writer::IpcDataGenerator::dictionary_batch_to_sink", ""),
    ("arrow_ipc::writer::unslice_run_array", ""),
    ("arrow_select::dictionary::", ""),
    ("arrow_select::interleave::", ""),
    ("parquet::arrow::array_reader::byte_array_dictionary::", ""),
    ("parquet::arrow::array_reader::primitive_array::pack_dictionary", ""),
    ("parquet::arrow::buffer::dictionary_buffer::", ""),
];

/// What ends in a panic. There is nobody to print its message, which is formatted for nothing: the caller traps instead.
const PANICS: &[Named] = &[
    ("", "::assert_failed"),
    ("alloc::alloc::handle_alloc_error", ""),
    ("alloc::raw_vec::capacity_overflow", ""),
    ("alloc::raw_vec::handle_error", ""),
    ("bytes::panic_", ""),
    ("core::cell::panic_already_", ""),
    ("core::num::from_ascii_radix_panic", ""),
    ("core::option::", "_failed"),
    ("core::panicking::", ""),
    ("core::result::unwrap_failed", ""),
    ("core::slice::", "_fail"),
    ("core::str::slice_error_fail", ""),
    ("std::thread::local::panic_access_error", ""),
];

fn is_of(names: &[Named], path: &str) -> bool {
    let path = path.trim_start_matches(['<', '&']);
    names.iter().any(|(start, end)| path.starts_with(start) && path.ends_with(end))
}

/// All of them.
pub(crate) const ARTEFACTS: [Artefact; 2] = [
    Artefact {
        name: "hubframe",
        cargo_flags: &["--no-default-features"],
        dead: &[COMPRESSION, DICTIONARIES],
    },
    Artefact { name: "hubframe_whole", cargo_flags: &[], dead: &[] },
];

/// For pages and workers without a bundler. Without a default path in the glue, pkg/src is the only place that
/// names the wasm's file, and bundlers emit it once.
const BINDGEN_FLAGS: [&str; 4] =
    ["--target", "web", "--omit-default-module-path", "--ts-typed-array-buffers"];

/// What wasm-opt does. Names are kept for the order of functions, and taken away later. The features come from the
/// module's own `target_features` section, which is why no profile in Cargo.toml may say `strip = true`.
///
/// What counts is the size after brotli, and for that `-Oz` does harm: of its passes, coalesced locals and functions
/// inlined or sorted by use make code that was alike different. Functions sorted by name have their like next to them.
const OPTIMISATION: [&str; 12] = [
    "--dce",
    "--remove-unused-module-elements",
    "--duplicate-function-elimination",
    "--vacuum",
    "--optimize-instructions",
    "--merge-blocks",
    "--vacuum",
    "--remove-unused-brs",
    "--vacuum",
    "--duplicate-function-elimination",
    "--reorder-functions-by-name",
    "-g",
];

/// What zstd's C code calls of Rust. It is linked by then, so nobody outside needs it; and its sort, which only the
/// trainer of dictionaries calls, can go.
const INTERNAL_EXPORTS: &str = "rust_zstd_wasm_shim_";

/// What `cargo xtask build` does.
pub(crate) fn everything(repo: &Repo) -> Result<()> {
    package(repo)?;
    pages(repo)
}

/// The wasm, its bindings, and pkg/dist.
pub(crate) fn package(repo: &Repo) -> Result<()> {
    wasm(repo)?;
    timed("building the npm package (pkg/dist)", || {
        run(repo.command("npm").args(["run", "build", "--workspace", "pkg"]))
    })
}

/// The pages, as static files in www/dist.
pub(crate) fn pages(repo: &Repo) -> Result<()> {
    timed("building the pages (www/dist)", || {
        run(repo.command("npm").args(["run", "build", "--workspace", "www"]))
    })
}

/// Every artefact in pkg/wasm: `NAME.js`, `NAME.d.ts`, `NAME_bg.wasm`.
pub(crate) fn wasm(repo: &Repo) -> Result<()> {
    setup::rust(repo)?;
    setup::wasm_bindgen(repo)?;
    setup::node_modules(repo)?;
    fs::create_dir_all(repo.path("pkg/wasm")).context("make pkg/wasm")?;
    // While cargo compiles the second one on mostly one core, the first is optimised on another.
    thread::scope(|scope| {
        let mut finishing = Vec::new();
        for artefact in &ARTEFACTS {
            let stamp = stamp(repo, artefact)?;
            if !stamp.is_fresh() {
                let compiled = compile(repo, artefact)?;
                finishing.push(scope.spawn(move || {
                    bind(repo, artefact, &compiled)?;
                    optimise(repo, artefact)?;
                    stamp.write()
                }));
            }
        }
        finishing
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// All that an artefact is made from. Cargo cannot say whether it is up to date: the file that it links has
/// the same name for all artefacts, so that each looks out of date once another was linked.
fn stamp(repo: &Repo, artefact: &Artefact) -> Result<Stamp> {
    let mut inputs = Inputs::default()
        .text(&process::output(repo.command("rustc").arg("--version"))?)
        .text(&process::output(repo.command("wasm-bindgen").arg("--version"))?)
        .text(&process::output(repo.command("wasm-opt").arg("--version"))?)
        .text(&format!("{artefact:?} {BINDGEN_FLAGS:?} {OPTIMISATION:?} {INTERNAL_EXPORTS} {PANICS:?}"))
        .tree(&repo.path("src"), "rs")?;
    for file in ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "xtask/src/wasm_module.rs"] {
        inputs = inputs.file(&repo.path(file))?;
    }
    Ok(Stamp::new(repo.path("pkg/wasm").join(format!(".{}-stamp", artefact.name)), inputs))
}

/// Compiles the crate. Returns the path of a copy, because the next artefact replaces what cargo wrote.
fn compile(repo: &Repo, artefact: &Artefact) -> Result<PathBuf> {
    timed(&format!("compiling {}.wasm", artefact.name), || {
        let mut cargo = setup::cargo_for_wasm(repo, "build")?;
        run(cargo.args(["--package", "hubframe", "--lib", "--release"]).args(artefact.cargo_flags))
    })?;
    let compiled = unshipped(repo, artefact, "compiled");
    fs::copy(repo.target.join("wasm32-unknown-unknown/release/hubframe.wasm"), &compiled)
        .with_context(|| format!("write {}", compiled.display()))?;
    Ok(compiled)
}

/// Writes the JavaScript bindings to pkg/wasm, and the module beside them.
fn bind(repo: &Repo, artefact: &Artefact, compiled: &Path) -> Result<()> {
    let mut command = repo.command("wasm-bindgen");
    command.args(BINDGEN_FLAGS).args(["--out-name", artefact.name, "--out-dir"]);
    run(command.arg(repo.path("pkg/wasm")).arg(compiled))
}

/// Replaces the module that wasm-bindgen wrote by a smaller one, and keeps a copy with names.
fn optimise(repo: &Repo, artefact: &Artefact) -> Result<()> {
    timed(&format!("optimising {}.wasm", artefact.name), || {
        let (shipped, named) = (shipped(repo, artefact), named(repo, artefact));
        let bound = fs::read(&shipped).context("read the module of wasm-bindgen")?;
        let bound = wasm_module::without_exports(&bound, INTERNAL_EXPORTS)?;
        let is_dead = |path: &str| artefact.dead.iter().any(|names| is_of(names, path));
        let bound = wasm_module::trapping(&bound, is_dead, |path| is_of(PANICS, path))?;
        let bound = wasm_module::without_locations(&bound)?;
        fs::write(&shipped, bound).context("write the module")?;
        run(repo.command("wasm-opt").args(OPTIMISATION).arg("-o").arg(&named).arg(&shipped))?;
        fs::write(shipped, wasm_module::without_names(&fs::read(&named)?)?).context("write the module")
    })
}

/// The wasm that ships.
pub(crate) fn shipped(repo: &Repo, artefact: &Artefact) -> PathBuf {
    repo.path("pkg/wasm").join(format!("{}_bg.wasm", artefact.name))
}

/// The same with the names of its functions, which say what it is made of.
pub(crate) fn named(repo: &Repo, artefact: &Artefact) -> PathBuf {
    unshipped(repo, artefact, "named")
}

/// A module that stays in pkg/wasm: not in target/, which several checkouts may share.
fn unshipped(repo: &Repo, artefact: &Artefact, state: &str) -> PathBuf {
    repo.path("pkg/wasm").join(format!("{}_{state}.wasm", artefact.name))
}

/// Compiles the local Hub's program.
pub(crate) fn local_hub(repo: &Repo) -> Result<()> {
    timed("compiling the local Hub", || {
        run(repo.command("cargo").args(["build", "--package", "hubframe-hub"]))
    })
}

/// Compiles the example that prints configs and splits.
pub(crate) fn splits(repo: &Repo) -> Result<()> {
    timed("compiling the example `splits`", || {
        run(repo.command("cargo").args(["build", "--package", "hubframe", "--example", "splits"]))
    })
}

/// Its program, once [`splits`] has passed.
pub(crate) fn splits_path(repo: &Repo) -> PathBuf {
    repo.target.join("debug/examples/splits")
}

/// The local Hub's program, once [`local_hub`] has passed.
pub(crate) fn local_hub_path(repo: &Repo) -> PathBuf {
    repo.target.join("debug/hubframe-hub")
}
