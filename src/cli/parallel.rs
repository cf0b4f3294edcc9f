//! Builds several bundles in parallel.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::cli::build_bundle::BuiltBundle;
use crate::cli::error::CliError;
use crate::pipeline::available_cores;
use crate::project::ProjectBundle;

/// Does `work` for all bundles, on as many threads as there are cores. They are threads of their own: those of the pool
/// that scans could take up a second bundle in the midst of a first, and wait for it forever.
pub(crate) fn run_in_parallel(
    bundles: &BTreeMap<String, ProjectBundle>,
    work: impl Fn(&str, &ProjectBundle) -> Result<BuiltBundle, CliError> + Sync,
) -> Result<BTreeMap<&str, Result<BuiltBundle, CliError>>, CliError> {
    let open = Mutex::new(bundles.iter());
    let done = Mutex::new(BTreeMap::new());
    let next = || lock_of(&open).next();
    thread::scope(|scope| {
        for _ in 0..available_cores().min(bundles.len()) {
            let spawned = thread::Builder::new().spawn_scoped(scope, || {
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
