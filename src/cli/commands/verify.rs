//! `stdlib-pack verify`: imports every module of a bundle in a real runtime.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::rebuild::Rebuild;
use crate::cli::args::{InputArgs, VerbosityArgs};
use crate::cli::error::CliError;
use crate::cli::render::json::print_json;
use crate::cli::render::stdout::outln;
use crate::escape;
use crate::runtime::Runtime;
use crate::verify::{
    ImportedFrom, ModuleResult, Outcome, ProgramOutcome, ProgramResult, ProgramRun, VerifyReport,
    VerifyRequest, verify,
};

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The bundle: its folder, zip or receipt
    #[arg(default_value = "dist")]
    pub(crate) bundle: PathBuf,
    /// Runtime: native, pyodide:DIR, browser:DIR, emscripten:DIR, browser-emscripten:DIR, wasi:FILE.wasm or
    /// wasmtime:FILE.wasm. One that carries no library compares with that of --stdlib
    #[arg(long, value_name = "RUNTIME", default_value = "native")]
    pub(crate) runtime: Runtime,
    /// Program to compare (a script, or a folder or zip with a __main__.py): it must behave the same with only the
    /// bundle as with the runtime's own library (repeatable)
    #[arg(long, value_name = "PATH")]
    pub(crate) app: Vec<PathBuf>,
    /// What the programs depend on: wheel, zip, package or folder of packages (repeatable)
    #[arg(long, value_name = "PATH")]
    pub(crate) dependency: Vec<PathBuf>,
    /// File that the programs read as standard input [default: none, which is empty]
    #[arg(
        long,
        value_name = "FILE",
        requires = "app",
        conflicts_with = "rebuild"
    )]
    pub(crate) stdin: Option<PathBuf>,
    /// Run nothing; build the bundle again from its receipt and these flags, and compare every byte. --app is then the
    /// code that it was built for
    #[arg(long)]
    pub(crate) rebuild: bool,
    /// With --rebuild: the earlier zip that .dcb and .dcz were made from
    #[arg(long, value_name = "ZIP", requires = "rebuild")]
    pub(crate) delta_from: Option<PathBuf>,
    /// With --rebuild: the recording that the first of the bundle's tiers was made from
    #[arg(long, value_name = "FILE", requires = "rebuild")]
    pub(crate) start_recorded: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    /// The YAML file of the bundle's target, when it is not a built-in one
    #[arg(long, value_name = "FILE")]
    pub(crate) target: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) verbosity: VerbosityArgs,
    /// Arguments of the programs, after '--'
    #[arg(
        last = true,
        value_name = "ARG",
        requires = "app",
        conflicts_with = "rebuild"
    )]
    pub(crate) arguments: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct VerifyOutput<'a> {
    passed: bool,
    #[serde(flatten)]
    verified: &'a VerifyReport,
}

pub(crate) fn run(args: &VerifyArgs) -> Result<ExitCode, CliError> {
    let inputs = &args.inputs;
    if args.rebuild {
        let rebuild = Rebuild {
            bundle: &args.bundle,
            apps: &args.app,
            dependencies: &args.dependency,
            inputs,
            target: args.target.as_deref(),
            delta_from: args.delta_from.as_deref(),
            start_recorded: args.start_recorded.as_deref(),
            verbosity: &args.verbosity,
        };
        return rebuild.run();
    }
    if inputs.cpython_build.is_some() || !inputs.extra_module.is_empty() {
        return Err(CliError::Usage(
            "--extra-module and --cpython-build are inputs of --rebuild: nothing else compiles"
                .to_owned(),
        ));
    }
    if inputs.stdlib.is_some() && !args.runtime.takes_library() {
        return Err(CliError::Usage(
            "--stdlib is an input of --rebuild, or the complete library of a runtime that carries none: emscripten, \
             browser-emscripten, wasi or wasmtime"
                .to_owned(),
        ));
    }
    let mut manifests = inputs.load_manifests()?;
    if let Some(file) = &args.target {
        manifests.add_target_file(file)?;
    }
    let request = VerifyRequest {
        bundle: args.bundle.clone(),
        runtime: args.runtime.clone(),
        build_python: inputs.build_python.clone(),
        library: inputs.stdlib.clone(),
        programs: args.app.clone(),
        dependencies: args.dependency.clone(),
        arguments: args.arguments.clone(),
        stdin: args.stdin.clone(),
    };
    let verified = verify(&request, &manifests)?;
    let passed = verified.passed();
    if args.verbosity.json {
        let report = VerifyOutput {
            passed,
            verified: &verified,
        };
        print_json(&report)?;
    } else {
        let quiet = args.verbosity.quiet;
        print_modules(&verified.modules, quiet, args.verbosity.verbose);
        for program in &verified.programs {
            print_program(program, quiet);
        }
    }
    Ok(ExitCode::from(u8::from(!passed)))
}

fn print_modules(results: &[ModuleResult], quiet: bool, verbose: bool) {
    let mut origins: BTreeMap<&str, usize> = BTreeMap::new();
    let mut failed = 0;
    for ModuleResult {
        module,
        reason,
        outcome,
    } in results
    {
        let reason = escape::line(reason);
        let origin = match outcome {
            Outcome::Imported(ImportedFrom::Bundle) => "from the bundle",
            Outcome::Imported(ImportedFrom::BuiltIn) => "built in",
            Outcome::Imported(ImportedFrom::Frozen) => "frozen",
            Outcome::Imported(ImportedFrom::Extension) => "extension modules",
            Outcome::Imported(ImportedFrom::AppZip) => "from app.zip",
            Outcome::FailsAnyway(error) => {
                *origins
                    .entry("fail with the complete library as well")
                    .or_default() += 1;
                if verbose {
                    let error = escape::line(error);
                    outln!("{module} ({reason}): fails with the complete library as well: {error}");
                }
                continue;
            }
            Outcome::Imported(ImportedFrom::Elsewhere(path)) => {
                failed += 1;
                outln!(
                    "{module} ({reason}): not from the bundle but from {}",
                    escape::line(path)
                );
                continue;
            }
            Outcome::Failed(error) | Outcome::Differs(error) => {
                failed += 1;
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
    let passed = results.len() - failed;
    outln!(
        "{passed} of {} modules import with only this bundle: {}",
        results.len(),
        origins.join(", ")
    );
}

fn print_program(result: &ProgramResult, quiet: bool) {
    let ProgramResult {
        program,
        outcome,
        expected,
        actual,
    } = result;
    let program = escape::line(program);
    let exit_text = |run: &ProgramRun| match run.exit_code {
        Some(code) => format!("exit code {code}"),
        None if run.raised => "ended by a signal".to_owned(),
        None => "timed out".to_owned(),
    };
    let fails = match expected.exit_code {
        None if !expected.raised => "times out",
        _ => "fails",
    };
    let fails = format!(
        "{fails} with the full library as well; what comes after was not tried: {}",
        escape::line(&expected.stderr_last_line)
    );
    match outcome {
        ProgramOutcome::Same => {
            if !quiet {
                let lines = actual.stdout.lines().count();
                let plural = if lines == 1 { "" } else { "s" };
                outln!(
                    "{program}: same output with only this bundle ({lines} line{plural}, {})",
                    exit_text(actual)
                );
            }
        }
        ProgramOutcome::FailsAnyway => outln!("{program}: {fails}"),
        ProgramOutcome::Different => {
            outln!("{program}: different output with only this bundle");
            if expected.exit_code != actual.exit_code || expected.raised || actual.raised {
                outln!(
                    "  {} in place of {}: {}",
                    exit_text(actual),
                    exit_text(expected),
                    escape::line(&actual.stderr_last_line)
                );
            }
            print_first_difference(&expected.stdout, &actual.stdout);
            if !expected.is_conclusive() {
                outln!("  it {fails}");
            }
        }
    }
}

fn print_first_difference(expected: &str, actual: &str) {
    let pairs = expected.lines().zip(actual.lines().chain([""]));
    if let Some((number, (expected, actual))) = pairs.enumerate().find(|(_, (a, b))| a != b) {
        outln!("  line {}: {actual:?} in place of {expected:?}", number + 1);
    }
}
