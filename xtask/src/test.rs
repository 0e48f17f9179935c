//! `cargo xtask test`: the whole check, in steps that can be asked for alone.

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::process::seconds;
use crate::repo::Repo;
use crate::system::{
    self,
    Program::{self, Chromedriver, Chromium, Clang, Python},
};
use crate::tally::{Count, Tally};
use crate::{build, fixtures, setup};

/// One step: what it needs of the system, what it needs built, and its checks.
struct Step {
    name: &'static str,
    programs: &'static [Program],
    prepare: fn(&Repo) -> Result<()>,
    check: fn(&Repo, &mut Tally) -> Result<()>,
}

/// Cheap and telling first.
const STEPS: [Step; 6] = [
    Step { name: "lint", programs: &[Clang], prepare: prepare_lint, check: lint },
    Step { name: "native", programs: &[], prepare: |_| Ok(()), check: native },
    Step { name: "wasm", programs: &[Clang, Chromium, Chromedriver], prepare: prepare_wasm, check: wasm },
    Step { name: "package", programs: &[Clang, Chromium], prepare: prepare_package, check: package },
    Step { name: "browser", programs: &[Clang, Chromium, Python], prepare: prepare_browser, check: browser },
    Step { name: "interop", programs: &[Clang, Chromium, Python], prepare: prepare_interop, check: interop },
];

/// What became of a step.
struct Report {
    name: &'static str,
    prepared: Duration,
    checked: Duration,
    tally: Tally,
}

/// Runs the named steps, or all of them. The last line is `N passed, N failed`.
pub(crate) fn run(repo: &Repo, names: &[String]) -> Result<ExitCode> {
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        let known = STEPS.map(|step| step.name).join(", ");
        bail!("there is no step `{unknown}`; the steps are {known}");
    }
    let wanted = |step: &&Step| names.is_empty() || names.iter().any(|name| name == step.name);
    let steps: Vec<&Step> = STEPS.iter().filter(wanted).collect();
    // All at once and first: what only a person can install is asked for before the long compilations.
    let programs: Vec<Program> = steps.iter().flat_map(|step| step.programs).copied().collect();
    system::ensure(repo, &programs)?;
    let reports: Vec<Report> = steps.into_iter().map(|step| run_step(repo, step)).collect();
    let total = summarise(&reports);
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A step that fails does not keep the next from running: one run shows all that is wrong.
fn run_step(repo: &Repo, step: &Step) -> Report {
    println!("\n=== {}", step.name);
    let mut tally = Tally::default();
    let start = Instant::now();
    let ready = (step.prepare)(repo);
    let prepared = start.elapsed();
    if let Err(error) = ready.and_then(|()| (step.check)(repo, &mut tally)) {
        tally.fail(&error);
    }
    Report { name: step.name, prepared, checked: start.elapsed() - prepared, tally }
}

fn summarise(reports: &[Report]) -> Count {
    println!("\n{:<10}{:>10}{:>10}{:>10}{:>10}", "step", "prepare", "check", "passed", "failed");
    let mut total = Count::default();
    for Report { name, prepared, checked, tally } in reports {
        let (prepared, checked, count) = (seconds(*prepared), seconds(*checked), tally.count);
        println!("{name:<10}{prepared:>10}{checked:>10}{:>10}{:>10}", count.passed, count.failed);
        total += count;
    }
    for Report { name, tally, .. } in reports {
        for failure in &tally.failures {
            println!("failed in {name}: {failure}");
        }
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    total
}

fn prepare_lint(repo: &Repo) -> Result<()> {
    setup::rust(repo)?;
    setup::node_modules(repo)
}

/// Formats and lints of Rust and TypeScript, and the documentation's links.
fn lint(repo: &Repo, tally: &mut Tally) -> Result<()> {
    let cargo = |arguments: &str| {
        let mut command = repo.command("cargo");
        command.args(arguments.split(' '));
        command
    };
    tally.check(&mut cargo("fmt --all --check"))?;
    tally.check(&mut cargo("clippy --workspace --all-targets --quiet -- -D warnings"))?;
    for features in ["--test wasm", "--no-default-features"] {
        let arguments = format!("--package hubframe --lib {features} --quiet -- -D warnings");
        tally.check(setup::cargo_for_wasm(repo, "clippy")?.args(arguments.split(' ')))?;
    }
    tally.check(cargo("doc --workspace --no-deps --quiet").env("RUSTDOCFLAGS", "-D warnings"))?;
    tally.check(repo.command("npx").args(["biome", "ci", "--error-on-warnings"]))
}

/// Every Rust test that needs no browser; and the codecs that the first wasm has, by themselves.
fn native(repo: &Repo, tally: &mut Tally) -> Result<()> {
    tally.check(repo.command("cargo").args(["test", "--workspace", "--no-fail-fast"]))?;
    let reader = "test --package hubframe --no-default-features --test parquet --test parquet_testing";
    tally.check(repo.command("cargo").args(reader.split(' ')))
}

fn prepare_wasm(repo: &Repo) -> Result<()> {
    setup::rust(repo)?;
    setup::wasm_bindgen(repo)
}

/// The tests of the edge, in a page and in a worker. `webdriver.json` has Chromium's flags.
fn wasm(repo: &Repo, tally: &mut Tally) -> Result<()> {
    for place in ["WASM_BINDGEN_USE_BROWSER", "WASM_BINDGEN_USE_DEDICATED_WORKER"] {
        let mut cargo = setup::cargo_for_wasm(repo, "test")?;
        cargo.args(["--package", "hubframe", "--test", "wasm"]);
        tally.check(cargo.env("CHROMEDRIVER", Chromedriver.path(repo)?).env(place, "1"))?;
    }
    Ok(())
}

fn prepare_package(repo: &Repo) -> Result<()> {
    build::everything(repo)?;
    build::local_hub(repo)
}

/// Types, unit tests and contents of the npm package, and its tarball installed in projects of other tools.
fn package(repo: &Repo, tally: &mut Tally) -> Result<()> {
    for script in ["typecheck --workspaces --if-present", "test --workspace pkg", "check --workspace pkg"] {
        tally.check(repo.command("npm").arg("run").args(script.split(' ')))?;
    }
    tally.check(&mut npm_browser_tests(repo, "test:package")?)
}

fn prepare_browser(repo: &Repo) -> Result<()> {
    prepare_package(repo)?;
    fixtures::generate(repo)
}

/// The pages, in Chromium against the local Hub.
fn browser(repo: &Repo, tally: &mut Tally) -> Result<()> {
    tally.check(&mut npm_browser_tests(repo, "test")?)
}

fn npm_browser_tests(repo: &Repo, script: &str) -> Result<Command> {
    let mut command = repo.command("npm");
    command.args(["run", script, "--workspace", "tests/browser"]);
    command.env("CHROMIUM", Chromium.path(repo)?).env("HUBFRAME_HUB_BIN", build::local_hub_path(repo));
    Ok(command)
}

fn prepare_interop(repo: &Repo) -> Result<()> {
    prepare_package(repo)?;
    setup::python(repo)?;
    fixtures::samples(repo)?;
    build::splits(repo)
}

/// Other clients of the Hub, against the local Hub; what they read of hubframe's, in Chromium, and it of theirs; and
/// `datasets` against what hubframe finds.
fn interop(repo: &Repo, tally: &mut Tally) -> Result<()> {
    let hub = build::local_hub_path(repo);
    let mut pytest = Command::new(repo.venv().join("bin/python"));
    pytest.current_dir(&repo.root).args(["-m", "pytest", "tests/interop"]);
    pytest.env("HUBFRAME_HUB_BIN", &hub).env("HUBFRAME_SPLITS_BIN", build::splits_path(repo));
    pytest.env("CHROMIUM", Chromium.path(repo)?);
    tally.check(&mut pytest)?;
    tally.check(
        repo.command("npm").args(["test", "--workspace", "tests/interop"]).env("HUBFRAME_HUB_BIN", &hub),
    )
}
