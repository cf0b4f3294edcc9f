//! `stdlib-pack build`: make all bundles of a project.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use clap::Args;

use super::STACK;
use super::args::TalkArguments;
use super::cache::cache_if_any;
use super::diagnostics::{show_error, warn};
use super::error::CliError;
use super::json::print_json;
use super::made::{Made, make_among};
use super::output::{write_file, write_files};
use super::project::{PROJECT_FILE, ProjectBundle, read_project};
use super::request::{available_cores, request};
use crate::compare::{Difference, LOCK_FILE, Lock, LockError};
use crate::pipeline::{Observer, Stage, Turn};
use crate::report::{Summary, difference_text};

#[derive(Debug, Args)]
pub(super) struct BuildArguments {
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
    /// The lock, beside the project
    #[arg(long, value_name = "FILE", default_value = LOCK_FILE)]
    pub(super) lock: PathBuf,
    #[command(flatten)]
    pub(super) talk: TalkArguments,
}

/// Shows whose warning it is; bars of several bundles at once would be a muddle.
struct Named<'a> {
    name: &'a str,
    quiet: bool,
}

impl Observer for Named<'_> {
    fn warn(&self, message: &str) {
        if !self.quiet {
            warn(&format!("{}: {message}", self.name));
        }
    }
    fn begin(&self, _: Stage, _: u64, _: &'static str) {}
    fn advance(&self, _: u64) {}
    fn end(&self) {}
}

pub(super) fn run(arguments: &BuildArguments) -> Result<ExitCode, CliError> {
    let talk = &arguments.talk;
    let bundles = chosen(read_project(&arguments.file)?, &arguments.bundle)?;
    let lock = match Lock::read(&arguments.lock) {
        Err(LockError::Missing(_)) if !arguments.check && !arguments.locked => Lock::default(),
        lock => lock?,
    };
    let lock = Mutex::new(lock);
    let turn = Turn::default();
    let done = at_once(&bundles, |name, bundle| {
        one(arguments, name, bundle, &lock, &turn)
    })?;
    let mut worst = 0;
    let mut summaries = BTreeMap::new();
    for (name, outcome) in done {
        match outcome {
            Ok(summary) => {
                summaries.insert(name, summary);
            }
            Err(error) => {
                worst = worst.max(error.exit_code());
                warn(&format!("bundle '{name}':"));
                show_error(&error);
            }
        }
    }
    if arguments.update_lock && worst == 0 {
        let lock = lock.into_inner().unwrap_or_default();
        let text = lock.to_yaml().map_err(CliError::Environment)?;
        write_file(&arguments.lock, text.as_bytes())?;
    }
    if talk.json {
        print_json(&summaries)?;
    } else if !talk.quiet {
        for (name, summary) in summaries {
            say!("{name}: {}", summary.to_text().trim_end());
        }
    }
    Ok(ExitCode::from(worst))
}

/// Does `work` for all bundles, on as many threads as there are cores. They are threads of their own: those of the pool
/// that scans could take up a second bundle in the midst of a first, and wait for it forever.
fn at_once(
    bundles: &BTreeMap<String, ProjectBundle>,
    work: impl Fn(&str, &ProjectBundle) -> Result<Summary, CliError> + Sync,
) -> Result<BTreeMap<&str, Result<Summary, CliError>>, CliError> {
    let open = Mutex::new(bundles.iter());
    let done = Mutex::new(BTreeMap::new());
    let next = || lock_of(&open).next();
    thread::scope(|scope| {
        for _ in 0..available_cores().min(bundles.len()) {
            let thread = thread::Builder::new().stack_size(STACK);
            let spawned = thread.spawn_scoped(scope, || {
                while let Some((name, bundle)) = next() {
                    let outcome = work(name, bundle);
                    lock_of(&done).insert(name.as_str(), outcome);
                }
            });
            spawned.map_err(|error| {
                CliError::Environment(format!("cannot start a thread: {error}"))
            })?;
        }
        Ok::<(), CliError>(())
    })?;
    Ok(done.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn lock_of<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The bundles that are asked for; all, when none is named.
fn chosen(
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

/// Makes one bundle, compares it with the lock, and writes it.
fn one(
    arguments: &BuildArguments,
    name: &str,
    bundle: &ProjectBundle,
    lock: &Mutex<Lock>,
    turn: &Turn,
) -> Result<Summary, CliError> {
    let ProjectBundle { what, output } = bundle;
    let cache = if output.no_cache {
        crate::compile::Cache::none()
    } else {
        cache_if_any()
    };
    let quiet = arguments.talk.quiet;
    let observer = Named { name, quiet };
    let made = make_among(&request(what, Some(output), cache)?, quiet, &observer, turn)?;
    if arguments.check || arguments.locked {
        as_locked(name, &made, lock)?;
    }
    if arguments.update_lock {
        let snapshot = made.snapshot()?;
        let mut lock = lock
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        lock.bundles.insert(name.to_owned(), snapshot);
    }
    if arguments.check {
        return Ok(made.summary(Vec::new()));
    }
    let out = output
        .out
        .clone()
        .or_else(|| made.out.clone().map(PathBuf::from));
    // Bundles of one Python have files of one name.
    let out = out.unwrap_or_else(|| PathBuf::from("dist").join(name));
    let outputs = write_files(&out, &made.bundle, output)?;
    Ok(made.summary(outputs))
}

fn as_locked(name: &str, made: &Made, lock: &Mutex<Lock>) -> Result<(), CliError> {
    let new = made.snapshot()?;
    let lock = lock
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let old = lock.bundles.get(name).ok_or_else(|| {
        CliError::No(
            "the lock does not have it: 'stdlib-pack build --update-lock' adds it".to_owned(),
        )
    })?;
    let difference = Difference::new(old, &new);
    if difference.is_empty() {
        return Ok(());
    }
    Err(CliError::No(format!(
        "it is not as locked; 'stdlib-pack build --update-lock' accepts it:\n{}",
        difference_text(&difference).trim_end()
    )))
}
