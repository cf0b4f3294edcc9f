//! `stdlib-pack build`: make all bundles of a project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf, absolute};
use std::process::ExitCode;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::args::VerbosityArgs;
use super::build_bundle::{BuiltBundle, build_bundle_with, show_discarded_entries};
use super::diagnostics::{show_error, warn};
use super::error::CliError;
use super::inputs::{InputFiles, canonical};
use super::json::print_json;
use super::output::{UserFile, bundle_paths, write_user_file};
use super::parallel::run_in_parallel;
use super::project::{PROJECT_FILE, ProjectBundle, read_project};
use super::resolve_args::build_request;
use crate::compare::{Difference, LOCK_FILE, Lock, LockError, Snapshot};
use crate::escape;
use crate::pipeline::{Reporter, ScanLock, Stage};
use crate::report::{Summary, difference_text};

#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    /// Only these bundles
    pub(super) bundle: Vec<String>,
    /// The project: bundles by name, each with the flags of 'pack' as keys
    #[arg(long, value_name = "FILE", default_value = PROJECT_FILE)]
    pub(super) file: PathBuf,
    /// Write nothing: tell whether each bundle is as locked (exit code 1 when one is not)
    #[arg(long, conflicts_with = "update_lock")]
    pub(super) check: bool,
    /// Write only what is as locked
    #[arg(long, conflicts_with = "update_lock")]
    pub(super) locked: bool,
    /// Write the lock as well
    #[arg(long)]
    pub(super) update_lock: bool,
    /// The lock [default: stdlib-pack.lock beside the project]
    #[arg(long, value_name = "FILE")]
    pub(super) lock: Option<PathBuf>,
    #[command(flatten)]
    pub(super) verbosity: VerbosityArgs,
}

/// Shows whose warning it is; bars of several bundles at once would be a muddle.
struct PrefixedReporter<'a> {
    name: &'a str,
    quiet: bool,
}

impl Reporter for PrefixedReporter<'_> {
    fn warn(&self, message: &str) {
        if !self.quiet {
            warn(&format!("{}: {message}", self.name));
        }
    }
    fn begin(&self, _: Stage, _: u64, _: &'static str) {}
    fn advance(&self, _: u64) {}
    fn end(&self) {}
}

/// What became of a bundle.
#[derive(Serialize, JsonSchema)]
pub(super) struct BuildReport {
    /// It was made, and it is as locked where that was asked.
    passed: bool,
    /// What `pack --json` prints; none when it could not be made.
    #[serde(flatten)]
    summary: Option<Summary>,
    /// How it differs from what is locked.
    #[serde(skip_serializing_if = "Difference::is_empty")]
    difference: Difference,
    /// Why it was not made, or not written.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

pub(super) fn run(arguments: &BuildArgs) -> Result<ExitCode, CliError> {
    // Before the program works in another folder.
    let lock_file = arguments.lock.as_deref().map(absolute).transpose();
    let lock_file = lock_file.map_err(|error| CliError::Environment(error.to_string()))?;
    let project = absolute(&arguments.file).unwrap_or_else(|_| arguments.file.clone());
    let bundles = select_bundles(read_project(&arguments.file)?, &arguments.bundle)?;
    let lock_file = lock_file.unwrap_or_else(|| LOCK_FILE.into());
    let mut lock = read_lock(arguments, &lock_file)?;
    let turn = ScanLock::default();
    let (quiet, verbose) = (arguments.verbosity.quiet, arguments.verbosity.verbose);
    let made = run_in_parallel(&bundles, |name, bundle| {
        let observer = PrefixedReporter { name, quiet };
        let ProjectBundle { selection, output } = bundle;
        let mut request = build_request(selection, Some(&output.forms), output.forms.cache()?)?;
        request.companions = output.companions();
        let made = build_bundle_with(&request, quiet, &observer, &turn)?;
        if verbose {
            show_discarded_entries(&request.cache);
        }
        Ok(made)
    })?;
    if !arguments.check {
        reject_output_collisions(&bundles, &made)?;
    }
    let mut worst = check_stale_lock_entries(arguments, &bundles, &lock);
    let mut built = BTreeMap::new();
    let mut snapshots = BTreeMap::new();
    for (name, made) in made {
        let outcome = made.and_then(|mut made| {
            made.inputs = made.inputs.and(&project).and(&lock_file);
            let snapshot = made.snapshot()?;
            let built = check_and_write(arguments, name, &bundles[name], made, (&snapshot, &lock))?;
            snapshots.insert(name.to_owned(), snapshot);
            Ok(built)
        });
        let (code, outcome) = match outcome {
            Ok(built) => (u8::from(!built.passed), built),
            Err(error) => (error.exit_code(), report_failure(name, &error)),
        };
        worst = worst.max(code);
        built.insert(name, outcome);
    }
    if arguments.update_lock && worst == 0 {
        let is_kept = |name: &String| bundles.contains_key(name) || !arguments.bundle.is_empty();
        lock.bundles.retain(|name, _| is_kept(name));
        lock.bundles.extend(snapshots);
        let text = lock.to_yaml().map_err(CliError::Environment)?;
        let named = UserFile {
            path: &lock_file,
            bytes: text.into_bytes(),
            is_earlier: Lock::is_in,
        };
        write_user_file(&named, &InputFiles::default().and(&project))?;
    } else if arguments.update_lock {
        warn("the lock stays as it was, since not every bundle could be made");
    }
    if arguments.verbosity.json {
        print_json(&built)?;
    } else if !quiet {
        for (name, built) in built {
            if let Some(summary) = built.summary.filter(|_| built.passed) {
                outln!("{}: {}", escape::line(name), summary.to_text().trim_end());
            }
        }
    }
    Ok(ExitCode::from(worst))
}

/// The lock, which has to be there for those who hold bundles against it.
fn read_lock(arguments: &BuildArgs, file: &Path) -> Result<Lock, CliError> {
    match Lock::read(file) {
        Err(LockError::Missing(_)) if arguments.check || arguments.locked => {
            Err(CliError::Usage(format!(
                "there is no lock '{}': 'stdlib-pack build --update-lock' writes it",
                file.display()
            )))
        }
        Err(LockError::Missing(_)) => Ok(Lock::default()),
        lock => Ok(lock?),
    }
}

/// A bundle that could not be made or written, which is told.
fn report_failure(name: &str, error: &CliError) -> BuildReport {
    show_bundle_error(name, error);
    BuildReport {
        passed: false,
        summary: None,
        difference: Difference::default(),
        error: Some(error.to_string()),
    }
}

fn show_bundle_error(name: &str, error: &CliError) {
    warn(&format!("bundle '{name}':"));
    show_error(error);
}

/// 1 when bundles are locked that the project, of which all was asked for, does not name any more.
fn check_stale_lock_entries(
    arguments: &BuildArgs,
    bundles: &BTreeMap<String, ProjectBundle>,
    lock: &Lock,
) -> u8 {
    let mut gone = lock
        .bundles
        .keys()
        .filter(|name| !bundles.contains_key(*name));
    match gone.next() {
        Some(name) if arguments.check && arguments.bundle.is_empty() => {
            show_error(&CliError::CheckFailed(format!(
                "the lock has a bundle '{name}', the project has not: 'stdlib-pack build --update-lock' drops it"
            )));
            1
        }
        _ => 0,
    }
}

/// The folder of a bundle: bundles of one Python have files of one name.
fn output_folder(name: &str, bundle: &ProjectBundle) -> PathBuf {
    let out = bundle.output.out.clone();
    out.unwrap_or_else(|| Path::new("dist").join(name))
}

/// Refuses bundles of which one would be written over the other.
fn reject_output_collisions(
    bundles: &BTreeMap<String, ProjectBundle>,
    made: &BTreeMap<&str, Result<BuiltBundle, CliError>>,
) -> Result<(), CliError> {
    let mut taken = BTreeMap::new();
    for (name, made) in made {
        let Ok(made) = made else { continue };
        let bundle = &bundles[*name];
        let folder = output_folder(name, bundle);
        let config = bundle.output.missing_stdlib_config.as_deref();
        let mut written = bundle_paths(&folder, &made.bundle.stem).chain(config.map(canonical));
        let other =
            written.find_map(|path| taken.insert(path, name).filter(|other| *other != name));
        if let Some(other) = other {
            return Err(CliError::Usage(format!(
                "the bundles '{other}' and '{name}' would be written to the same files, and nothing was written: give \
                 each an 'out' of its own"
            )));
        }
    }
    Ok(())
}

/// The bundles that are asked for; all, when none is named.
fn select_bundles(
    mut bundles: BTreeMap<String, ProjectBundle>,
    names: &[String],
) -> Result<BTreeMap<String, ProjectBundle>, CliError> {
    let known: Vec<&str> = bundles.keys().map(String::as_str).collect();
    let known = known.join(", ");
    for name in names {
        if !bundles.contains_key(name) {
            return Err(CliError::Usage(format!(
                "the project has no bundle '{name}', but {known}"
            )));
        }
    }
    bundles.retain(|name, _| names.is_empty() || names.contains(name));
    Ok(bundles)
}

/// Compares a bundle with the lock, and writes it.
fn check_and_write(
    arguments: &BuildArgs,
    name: &str,
    bundle: &ProjectBundle,
    made: BuiltBundle,
    (snapshot, lock): (&Snapshot, &Lock),
) -> Result<BuildReport, CliError> {
    let mut difference = Difference::default();
    if arguments.check || arguments.locked {
        let old = lock.bundles.get(name).ok_or_else(|| {
            CliError::CheckFailed(
                "the lock does not have it: 'stdlib-pack build --update-lock' adds it".to_owned(),
            )
        })?;
        difference = Difference::new(old, snapshot);
    }
    let passed = difference.is_empty();
    let mut error = None;
    let mut outputs = Vec::new();
    if !passed {
        let no = CliError::CheckFailed(format!(
            "it is not as locked; 'stdlib-pack build --update-lock' accepts it:\n{}",
            difference_text(&difference).trim_end()
        ));
        show_bundle_error(name, &no);
        error = Some("it is not as locked".to_owned());
    } else if !arguments.check {
        let folder = output_folder(name, bundle);
        outputs = bundle
            .output
            .write(&folder, &made.bundle, None, &made.inputs)?;
    }
    Ok(BuildReport {
        passed,
        summary: Some(made.summary(outputs)),
        difference,
        error,
    })
}
