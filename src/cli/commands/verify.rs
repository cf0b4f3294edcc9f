//! `stdlib-pack verify`: imports every module of a bundle in a real runtime.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use schemars::JsonSchema;
use serde::Serialize;

use super::rebuild::Rebuild;
use crate::bundle::BundleFiles;
use crate::cache::Cache;
use crate::cli::args::{InputArgs, is_quiet, is_verbose};
use crate::cli::complete;
use crate::cli::error::CliError;
use crate::cli::project::{Project, named_bundle};
use crate::cli::render::json::print_json;
use crate::cli::render::progress::Progress;
use crate::cli::render::stdout::outln;
use crate::escape;
use crate::profile::{StartTier, is_target_file};
use crate::project::ProjectBundle;
use crate::runtime::Runtime;
use crate::verify::{
    ImportedFrom, ModuleResult, Outcome, ProgramOutcome, ProgramResult, ProgramRun, VerifyReport,
    VerifyRequest, verify,
};

#[derive(Clone, Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The bundle: its folder, zip, receipt or name in the project [default: dist, or else the project's only one]
    #[arg(add = ArgValueCompleter::new(complete::bundles_and_paths))]
    pub(crate) bundle: Option<PathBuf>,
    /// Runtime: native, pyodide:DIR, browser:DIR, emscripten:DIR, browser-emscripten:DIR, wasi:FILE.wasm or
    /// wasmtime:FILE.wasm. One that carries no library compares with that of --stdlib [default: native, or the Pyodide
    /// that the project builds with]
    #[arg(long, value_name = "RUNTIME", add = ArgValueCompleter::new(complete::runtimes))]
    pub(crate) runtime: Option<Runtime>,
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
    /// Print the outcome as JSON
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
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

/// The folder that bundles are written to without a project.
const DEFAULT_FOLDER: &str = "dist";

pub(crate) fn run(args: &VerifyArgs) -> Result<ExitCode, CliError> {
    let mut args = args.clone();
    let bundle = args.find_bundle()?;
    let args = &args;
    let inputs = &args.inputs;
    if args.rebuild {
        let rebuild = Rebuild {
            bundle: &bundle,
            apps: &args.app,
            dependencies: &args.dependency,
            inputs,
            target: args.target.as_deref(),
            delta_from: args.delta_from.as_deref(),
            start_recorded: args.start_recorded.as_deref(),
            json: args.json,
        };
        return rebuild.run();
    }
    if inputs.cpython_build.is_some() || !inputs.extra_module.is_empty() {
        return Err(CliError::Usage(
            "--extra-module and --cpython-build are inputs of --rebuild: nothing else compiles"
                .to_owned(),
        ));
    }
    let runtime = args.runtime.clone().unwrap_or(Runtime::Native);
    if inputs.stdlib.is_some() && !runtime.takes_library() {
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
        bundle,
        runtime,
        build_python: inputs.build_python.clone(),
        library: inputs.stdlib.clone(),
        programs: args.app.clone(),
        dependencies: args.dependency.clone(),
        arguments: args.arguments.clone(),
        stdin: args.stdin.clone(),
    };
    let progress = Progress::new(args.json);
    let verified = progress.during("verify", || verify(&request, &manifests))?;
    let passed = verified.passed();
    if args.json {
        let report = VerifyOutput {
            passed,
            verified: &verified,
        };
        print_json(&report)?;
    } else {
        let quiet = is_quiet();
        print_modules(&verified.modules, quiet, is_verbose());
        for program in &verified.programs {
            print_program(program, quiet);
        }
    }
    Ok(ExitCode::from(u8::from(!passed)))
}

impl VerifyArgs {
    /// Returns the path of the bundle. If it is one of the project, the project's values are used for the flags that are
    /// not given.
    fn find_bundle(&mut self) -> Result<PathBuf, CliError> {
        let default = Path::new(DEFAULT_FOLDER);
        let bundle = match &self.bundle {
            Some(argument) => named_bundle(argument),
            None if BundleFiles::open(default).is_ok() => None,
            None => match Project::open(None) {
                Ok(project) => Some(project.bundle(None)?.clone()),
                Err(_) => None,
            },
        };
        let Some(bundle) = bundle else {
            return Ok(self.bundle.clone().unwrap_or_else(|| default.to_owned()));
        };
        self.use_options(&bundle)?;
        Ok(bundle.out)
    }

    fn use_options(&mut self, bundle: &ProjectBundle) -> Result<(), CliError> {
        let options = &bundle.options;
        let given = self.inputs.paths();
        let paths = options.inputs.clone().overridden_by(given);
        let pyodide = paths.build_python.as_deref();
        let pyodide = pyodide.and_then(|command| command.strip_prefix("pyodide:"));
        if let (None, Some(folder)) = (&self.runtime, pyodide) {
            self.runtime = Some(Runtime::Pyodide(folder.into()));
        }
        self.inputs.manifests = paths.manifests;
        self.inputs.build_python = paths.build_python;
        let target = options.overrides.target.as_ref();
        let target = target.filter(|target| is_target_file(&target.value));
        let target = target.map(|target| PathBuf::from(&target.value));
        self.target = self.target.take().or(target);
        if !self.rebuild {
            return Ok(());
        }
        let request = options.clone().into_request(Cache::disabled());
        let request = request.map_err(CliError::Diagnostics)?;
        self.inputs.stdlib = paths.stdlib;
        self.inputs.cpython_build = paths.cpython_build;
        if self.inputs.extra_module.is_empty() {
            let modules = options.overrides.extra_modules.iter();
            self.inputs.extra_module = modules.map(|file| file.value.clone()).collect();
        }
        if self.app.is_empty() {
            self.app = request.apps;
        }
        if self.dependency.is_empty() {
            self.dependency = request.dependencies;
        }
        self.delta_from = self.delta_from.take().or(request.delta_from);
        if let Some(StartTier::Recorded(file)) = request.profile.tiers.map(|tiers| tiers.start) {
            self.start_recorded.get_or_insert(file);
        }
        Ok(())
    }
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
