//! Builds several bundles in parallel.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::cli::args::jobs;
use crate::cli::build_bundle::BuiltBundle;
use crate::cli::error::CliError;
use crate::pipeline::available_cores;
use crate::project::ProjectBundle;

/// Runs `work` for all bundles, with at most one thread per core, and returns the outcomes by name. It does not use the
/// rayon pool: a pool thread that waits in the scan of one bundle could start work on a second one, and deadlock.
pub(crate) fn run_in_parallel(
    bundles: &BTreeMap<String, ProjectBundle>,
    work: impl Fn(&str, &ProjectBundle) -> Result<BuiltBundle, CliError> + Sync,
) -> Result<BTreeMap<&str, Result<BuiltBundle, CliError>>, CliError> {
    let pending = Mutex::new(bundles.iter());
    let outcomes = Mutex::new(BTreeMap::new());
    let next = || lock_ignoring_poison(&pending).next();
    thread::scope(|scope| {
        for _ in 0..jobs().unwrap_or_else(available_cores).min(bundles.len()) {
            let spawned = thread::Builder::new().spawn_scoped(scope, || {
                while let Some((name, bundle)) = next() {
                    let outcome = work(name, bundle);
                    lock_ignoring_poison(&outcomes).insert(name.as_str(), outcome);
                }
            });
            spawned.map_err(|error| {
                CliError::Environment(format!("cannot start a thread: {error}"))
            })?;
        }
        Ok::<(), CliError>(())
    })?;
    Ok(outcomes
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner))
}

fn lock_ignoring_poison<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
