//! Distributes work among worker processes.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::CompileError;
use super::python::BuildPython;
use super::worker::Worker;

/// Does `work` for the pieces 0 to `pieces`, on at most `workers` workers; answers come in the
/// order of the pieces. The first error ends it.
pub(super) fn run_on_workers<T: Send>(
    python: &BuildPython,
    pieces: usize,
    workers: usize,
    work: impl Fn(&Worker, usize) -> Result<T, CompileError> + Sync,
) -> Result<Vec<T>, CompileError> {
    let workers = workers
        .min(pieces.div_ceil(python.command.min_modules_per_worker()))
        .max(1);
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<T>>> = Mutex::new((0..pieces).map(|_| None).collect());
    let one = || -> Result<(), CompileError> {
        let mut worker = None;
        loop {
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= pieces {
                break;
            }
            let worker = match &mut worker {
                Some(worker) => &*worker,
                none => none.insert(python.worker()?),
            };
            let result =
                work(worker, piece).inspect_err(|_| next.store(pieces, Ordering::Relaxed))?;
            results.lock().unwrap_or_else(PoisonError::into_inner)[piece] = Some(result);
        }
        if let Some(worker) = worker {
            python.return_worker(worker);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (1..workers).map(|_| scope.spawn(one)).collect();
        let mut outcome = one();
        for thread in threads {
            match thread.join() {
                Ok(result) => outcome = outcome.and(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        outcome
    })?;
    Ok(results
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .into_iter()
        .flatten()
        .collect())
}
