//! `stdlib-pack verify`: import every module of a bundle with nothing else as standard library.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::args::VerbosityArgs;
use super::error::CliError;
use super::json::print_json;
use super::rebuild;
use crate::escape;
use crate::manifest::Manifests;
use crate::runtime::Runtime;
use crate::verify::{
    ModuleResult, Outcome, ProgramResult, ProgramRun, Provenance, VerifyReport, VerifyRequest,
    verify,
};

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The bundle: its folder, zip or receipt
    #[arg(default_value = "dist")]
    pub(super) bundle: PathBuf,
    /// Where to try it: native, pyodide:DIR, wasi:FILE.wasm, wasmtime:FILE.wasm or browser:DIR
    #[arg(long, value_name = "RUNTIME", default_value = "native")]
    pub(super) runtime: Runtime,
    /// A script, or a folder or zip with a __main__.py, that must do with only the bundle what it does with
    /// the runtime's whole library (repeatable)
    #[arg(long, value_name = "PATH")]
    pub(super) app: Vec<PathBuf>,
    /// The Python that is the native runtime, or that compiles again, of the bundle's version [default: from the
    /// PATH]
    #[arg(long, value_name = "CMD")]
    pub(super) build_python: Option<String>,
    /// Run nothing: make the bundle again, from its receipt and what is named here, and compare every byte; --app is
    /// then the code that it was made for
    #[arg(long)]
    pub(super) rebuild: bool,
    #[command(flatten)]
    pub(super) again: RebuildArgs,
    /// Folder of manifests that replace or add to those built in
    #[arg(long, value_name = "DIR")]
    pub(super) manifests: Option<PathBuf>,
    /// The YAML file of the bundle's target, when it is not a built-in one
    #[arg(long, value_name = "FILE")]
    pub(super) target: Option<PathBuf>,
    #[command(flatten)]
    pub(super) verbosity: VerbosityArgs,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct VerifyOutput<'a> {
    passed: bool,
    #[serde(flatten)]
    verified: &'a VerifyReport,
}

/// What a receipt cannot know: where things are.
#[derive(Debug, Args)]
#[command(next_help_heading = "With --rebuild")]
pub(super) struct RebuildArgs {
    /// The standard library's sources [default: those of the build Python]
    #[arg(long, value_name = "DIR|ZIP", requires = "rebuild")]
    pub(super) stdlib: Option<PathBuf>,
    /// A module that lies in no library (repeatable)
    #[arg(long, value_name = "FILE", requires = "rebuild")]
    pub(super) extra_module: Vec<PathBuf>,
    /// Folder of a cross build of CPython
    #[arg(long, value_name = "DIR", requires = "rebuild")]
    pub(super) cpython_build: Option<PathBuf>,
    /// The earlier zip that .dcb and .dcz were made from
    #[arg(long, value_name = "ZIP", requires = "rebuild")]
    pub(super) delta_from: Option<PathBuf>,
}

pub(super) fn run(arguments: &VerifyArgs) -> Result<ExitCode, CliError> {
    if arguments.rebuild {
        return rebuild::run(arguments);
    }
    let mut manifests = match &arguments.manifests {
        Some(folder) => Manifests::with_folder(folder)?,
        None => Manifests::embedded()?,
    };
    if let Some(file) = &arguments.target {
        manifests.add_target_file(file)?;
    }
    let request = VerifyRequest {
        bundle: arguments.bundle.clone(),
        runtime: arguments.runtime.clone(),
        build_python: arguments.build_python.clone(),
        programs: arguments.app.clone(),
    };
    let verified = verify(&request, &manifests)?;
    let passed = verified.passed();
    if arguments.verbosity.json {
        let report = VerifyOutput {
            passed,
            verified: &verified,
        };
        print_json(&report)?;
    } else {
        let quiet = arguments.verbosity.quiet;
        print_modules(&verified.modules, quiet, arguments.verbosity.verbose);
        for program in &verified.programs {
            print_program(program, quiet);
        }
    }
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

fn print_modules(trials: &[ModuleResult], quiet: bool, verbose: bool) {
    let mut origins: BTreeMap<&str, usize> = BTreeMap::new();
    let mut bad = 0;
    for ModuleResult {
        module,
        reason,
        outcome,
    } in trials
    {
        let reason = escape::line(reason);
        let origin = match outcome {
            Outcome::Imported(Provenance::Bundle) => "from the bundle",
            Outcome::Imported(Provenance::BuiltIn) => "built in",
            Outcome::Imported(Provenance::Frozen) => "frozen",
            Outcome::Imported(Provenance::Extension) => "extension modules",
            Outcome::Imported(Provenance::Elsewhere(path)) => {
                bad += 1;
                outln!(
                    "{module} ({reason}): not from the bundle but from {}",
                    escape::line(path)
                );
                continue;
            }
            Outcome::Failed(error) | Outcome::Differs(error) => {
                bad += 1;
                outln!("{module} ({reason}): {}", escape::line(error));
                continue;
            }
        };
        *origins.entry(origin).or_default() += 1;
        if verbose {
            outln!("{module} ({reason}): {origin}");
        }
    }
    if quiet {
        return;
    }
    let origins: Vec<String> = origins
        .iter()
        .map(|(origin, count)| format!("{count} {origin}"))
        .collect();
    let good = trials.len() - bad;
    outln!(
        "{good} of {} modules import with only this bundle: {}",
        trials.len(),
        origins.join(", ")
    );
}

fn print_program(trial: &ProgramResult, quiet: bool) {
    let ProgramResult {
        program,
        expected,
        got,
    } = trial;
    let program = escape::line(program);
    let ended = |ran: &ProgramRun| match ran.exit_code {
        Some(code) => format!("exit code {code}"),
        None => "no end".to_owned(),
    };
    if trial.passed() {
        if !quiet {
            let lines = got.printed.lines().count();
            outln!(
                "{program}: the same with only this bundle ({lines} lines, {})",
                ended(got)
            );
        }
    } else if !expected.is_proof() {
        let fails = match expected.exit_code {
            Some(_) => "fails",
            None => "does not come to an end",
        };
        outln!(
            "{program}: {fails} with the runtime's own library, which proves nothing: {}",
            escape::line(&expected.last_words)
        );
    } else {
        outln!("{program}: not the same with only this bundle");
        if expected.exit_code != got.exit_code {
            outln!(
                "  {} in place of {}: {}",
                ended(got),
                ended(expected),
                escape::line(&got.last_words)
            );
        }
        let pairs = expected
            .printed
            .lines()
            .zip(got.printed.lines().chain([""]));
        if let Some((number, (expected, got))) = pairs.enumerate().find(|(_, (a, b))| a != b) {
            outln!("  line {}: {got:?} in place of {expected:?}", number + 1);
        }
    }
}
