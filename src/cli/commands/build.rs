//! `stdlib-pack build`: builds the bundles of a project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cache::Cache;
use crate::cli::args::{is_quiet, is_verbose, jobs};
use crate::cli::build_bundle::{BuiltBundle, build_bundle_with, show_discarded_entries};
use crate::cli::cache_dir::cache_folder;
use crate::cli::complete;
use crate::cli::error::CliError;
use crate::cli::input_files::{InputFiles, canonical};
use crate::cli::output::{Destinations, UserFile, bundle_paths, write_user_file};
use crate::cli::parallel::run_in_parallel;
use crate::cli::project::Project;
use crate::cli::render::diagnostics;
use crate::cli::render::json::print_json;
use crate::cli::render::stdout::outln;
use crate::compare::{Difference, LOCK_FILE, Lock, LockError, Snapshot};
use crate::diagnostic::{Diagnostic, DiagnosticRecord};
use crate::escape;
use crate::pipeline::{PackError, Reporter, ScanLock, Stage};
use crate::project::ProjectBundle;
use crate::report::{Summary, difference_text};

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)] // each is a flag
pub(crate) struct BuildArgs {
    /// Only these bundles
    #[arg(add = ArgValueCompleter::new(complete::bundles))]
    pub(crate) bundle: Vec<String>,
    /// Project file: bundles by name, each with the flags of 'pack' as keys [default: stdlib-pack.yaml, or
    /// pyproject.toml with [tool.stdlib-pack], in this folder or the nearest one above]
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Write nothing; exit with 1 unless every bundle is what the lock says
    #[arg(long, conflicts_with = "update_lock")]
    pub(crate) check: bool,
    /// Write only bundles that are what the lock says
    #[arg(long, conflicts_with = "update_lock")]
    pub(crate) locked: bool,
    /// Write the lock as well
    #[arg(long)]
    pub(crate) update_lock: bool,
    /// Lock file [default: stdlib-pack.lock beside the project]
    #[arg(long, value_name = "FILE")]
    pub(crate) lock: Option<PathBuf>,
    /// Print the outcome as JSON
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
}

/// A reporter that prefixes warnings with the name of the bundle. It shows no progress bars, since several bundles are
/// built at once.
struct PrefixedReporter<'a> {
    name: &'a str,
}

impl Reporter for PrefixedReporter<'_> {
    fn warn(&self, warnings: &[Diagnostic]) {
        if !is_quiet() {
            let prefixed = |warning: &Diagnostic| Diagnostic {
                message: format!("{}: {}", self.name, warning.message),
                ..warning.clone()
            };
            let prefixed: Vec<Diagnostic> = warnings.iter().map(prefixed).collect();
            diagnostics::show(&prefixed, is_verbose());
        }
    }
    fn begin(&self, _: Stage, _: u64, _: &'static str) {}
    fn advance(&self, _: u64) {}
    fn end(&self) {}
}

/// The result for one bundle.
#[derive(Serialize, JsonSchema)]
pub(crate) struct BuildReport {
    /// Whether the bundle was built and, with `--check` or `--locked`, matches the lock.
    passed: bool,
    /// The output of `pack --json`; absent if the bundle could not be built.
    #[serde(flatten)]
    summary: Option<Summary>,
    /// The difference from the lock.
    #[serde(skip_serializing_if = "Difference::is_empty")]
    difference: Difference,
    /// The reasons why the bundle was not built or not written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<DiagnosticRecord>,
}

pub(crate) fn run(args: &BuildArgs) -> Result<ExitCode, CliError> {
    let project = Project::open(args.file.as_deref())?;
    let file = project.file.clone();
    let bundles = select_bundles(project, &args.bundle)?;
    let default_lock = file.with_file_name(LOCK_FILE);
    let lock_file = args.lock.clone().unwrap_or(default_lock);
    let mut lock = read_lock(args, &lock_file)?;
    let built = build_all(&bundles)?;
    if !args.check {
        reject_output_collisions(&bundles, &built)?;
    }
    let mut exit_code = check_stale_lock_entries(args, &bundles, &lock);
    let mut reports = BTreeMap::new();
    let mut snapshots = BTreeMap::new();
    for (name, built) in built {
        let outcome = built.and_then(|mut built| {
            built.inputs = built.inputs.with_dependency(&file);
            built.inputs = if args.locked {
                built.inputs.with_dependency(&lock_file)
            } else {
                built.inputs.with_file(&lock_file)
            };
            let snapshot = built.snapshot();
            let locked = (&snapshot, &lock);
            let report = check_and_write(args, name, &bundles[name], built, locked)?;
            snapshots.insert(name.to_owned(), snapshot);
            Ok(report)
        });
        let (code, report) = match outcome {
            Ok(report) => (u8::from(!report.passed), report),
            Err(error) => (error.exit_code(), report_failure(name, &error)),
        };
        exit_code = exit_code.max(code);
        reports.insert(name, report);
    }
    if args.update_lock && exit_code == 0 {
        let is_kept = |name: &String| bundles.contains_key(name) || !args.bundle.is_empty();
        lock.bundles.retain(|name, _| is_kept(name));
        lock.bundles.extend(snapshots);
        let text = lock.to_yaml();
        let text = text.map_err(|error| PackError::Internal(error.to_string()))?;
        let user_file = UserFile {
            path: &lock_file,
            bytes: text.into_bytes(),
            is_earlier: Lock::is_lock,
        };
        write_user_file(&user_file, &InputFiles::default().with_file(file))?;
    } else if args.update_lock {
        diagnostics::warn("the lock was not updated, since not every bundle could be built");
    }
    if args.json {
        print_json(&reports)?;
    } else if !is_quiet() {
        for (name, report) in reports {
            let summary = report.summary.filter(|_| report.passed);
            if args.check && summary.is_some() {
                outln!("{}: as locked", escape::line(name));
            } else if let Some(summary) = summary {
                outln!("{}: {}", escape::line(name), summary.to_text().trim_end());
            }
        }
    }
    Ok(ExitCode::from(exit_code))
}

fn build_all(
    bundles: &BTreeMap<String, ProjectBundle>,
) -> Result<BTreeMap<&str, Result<BuiltBundle, CliError>>, CliError> {
    let scan_lock = ScanLock::default();
    run_in_parallel(bundles, |name, bundle| {
        let cache = if bundle.no_cache {
            Cache::disabled()
        } else {
            Cache::in_folder(cache_folder()?)
        };
        let mut options = bundle.options.clone();
        options.workers = jobs().or(options.workers);
        let request = options.into_request(cache);
        let request = request.map_err(CliError::Diagnostics)?;
        let reporter = PrefixedReporter { name };
        let built = build_bundle_with(&request, &reporter, &scan_lock)?;
        if is_verbose() {
            show_discarded_entries(&request.cache);
        }
        Ok(built)
    })
}

/// Reads the lock. A missing file is an error with `--check` or `--locked`, and an empty lock otherwise.
fn read_lock(args: &BuildArgs, file: &Path) -> Result<Lock, CliError> {
    match Lock::read(file) {
        Err(LockError::Missing(_)) if args.check || args.locked => Err(CliError::Usage(format!(
            "there is no lock '{}': 'stdlib-pack build --update-lock' writes it",
            file.display()
        ))),
        Err(LockError::Missing(_)) => Ok(Lock::default()),
        lock => Ok(lock?),
    }
}

/// Prints the error of a bundle that could not be built or written, and returns its report.
fn report_failure(name: &str, error: &CliError) -> BuildReport {
    show_bundle_error(name, error);
    BuildReport {
        passed: false,
        summary: None,
        difference: Difference::default(),
        errors: diagnostic_records(error),
    }
}

fn diagnostic_records(error: &CliError) -> Vec<DiagnosticRecord> {
    let diagnostics = error.diagnostics();
    diagnostics.iter().map(DiagnosticRecord::from).collect()
}

/// Prints the error of a bundle, with its name.
fn show_bundle_error(name: &str, error: &CliError) {
    let mut errors = error.diagnostics();
    for error in &mut errors {
        error.message = format!("bundle '{name}': {}", error.message);
    }
    diagnostics::show(&errors, false);
}

/// Returns 1 if all bundles are checked and the lock has a bundle that the project no longer has, else 0.
fn check_stale_lock_entries(
    args: &BuildArgs,
    bundles: &BTreeMap<String, ProjectBundle>,
    lock: &Lock,
) -> u8 {
    let locked = lock.bundles.keys();
    let mut stale = locked.filter(|name| !bundles.contains_key(*name));
    match stale.next() {
        Some(name) if args.check && args.bundle.is_empty() => {
            diagnostics::show_error(&CliError::LockMismatch(format!(
                "the lock has a bundle '{name}', the project has not: 'stdlib-pack build --update-lock' removes it"
            )));
            1
        }
        _ => 0,
    }
}

/// Rejects bundles that would overwrite each other: bundles of the same Python version have the same file names.
fn reject_output_collisions(
    bundles: &BTreeMap<String, ProjectBundle>,
    built: &BTreeMap<&str, Result<BuiltBundle, CliError>>,
) -> Result<(), CliError> {
    let mut path_owners = BTreeMap::new();
    for (name, built) in built {
        let Ok(built) = built else { continue };
        let bundle = &bundles[*name];
        let paths = [
            &bundle.missing_stdlib_config,
            &bundle.depfile,
            &bundle.drop_in,
        ];
        let paths = paths.into_iter().flatten();
        let bundle_files = bundle_paths(&bundle.out, &built.bundle).into_iter();
        let mut outputs = bundle_files.chain(paths.map(|path| canonical(path)));
        let other = outputs.find_map(|path| {
            path_owners
                .insert(path, name)
                .filter(|other| *other != name)
        });
        if let Some(other) = other {
            return Err(CliError::OutputConflict(format!(
                "the bundles '{other}' and '{name}' would be written to the same files, and nothing was written: give \
                 each an 'out' of its own"
            )));
        }
    }
    Ok(())
}

/// Returns the bundles in `names`, or all if it is empty.
fn select_bundles(
    project: Project,
    names: &[String],
) -> Result<BTreeMap<String, ProjectBundle>, CliError> {
    let unknown = names
        .iter()
        .find(|name| !project.bundles.contains_key(*name));
    if let Some(name) = unknown {
        return Err(project.unknown(name));
    }
    let mut bundles = project.bundles;
    bundles.retain(|name, _| names.is_empty() || names.contains(name));
    Ok(bundles)
}

/// Compares a bundle with the lock if requested, and writes it if it matches.
fn check_and_write(
    args: &BuildArgs,
    name: &str,
    bundle: &ProjectBundle,
    built: BuiltBundle,
    (snapshot, lock): (&Snapshot, &Lock),
) -> Result<BuildReport, CliError> {
    let mut difference = Difference::default();
    if args.check || args.locked {
        let old = lock.bundles.get(name).ok_or_else(|| {
            CliError::LockMismatch(
                "the lock does not have it: 'stdlib-pack build --update-lock' adds it".to_owned(),
            )
        })?;
        difference = Difference::new(old, snapshot);
    }
    let passed = difference.is_empty();
    let (mut errors, mut outputs) = (Vec::new(), Vec::new());
    if !passed {
        let mismatch = |details: String| {
            let accept = "'stdlib-pack build --update-lock' accepts it";
            CliError::LockMismatch(format!("it differs from the lock; {accept}{details}"))
        };
        let text = difference_text(&difference);
        show_bundle_error(name, &mismatch(format!(":\n{}", text.trim_end())));
        errors = diagnostic_records(&mismatch(String::new()));
    } else if !args.check {
        let drop_in = bundle.drop_in.as_deref();
        let drop_in = drop_in.map(|folder| built.drop_in(folder)).transpose()?;
        let destinations = Destinations {
            out: &bundle.out,
            missing_stdlib_config: bundle.missing_stdlib_config.as_deref(),
            depfile: bundle.depfile.as_deref(),
            drop_in,
        };
        outputs = destinations.write(&built.bundle, &built.inputs)?;
    }
    Ok(BuildReport {
        passed,
        summary: Some(built.summary(outputs)),
        difference,
        errors,
    })
}
