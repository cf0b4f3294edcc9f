//! Distributes tasks among worker processes.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::CompileError;
use super::python::BuildPython;
use super::worker::Worker;

/// Runs `work` for each task from 0 to `tasks`, on at most `workers` workers, and returns the results in the order of
/// the tasks.
///
/// # Errors
/// When a worker cannot be started, or a task fails. No more tasks are started then.
pub(super) fn run_on_workers<T: Send>(
    python: &BuildPython,
    tasks: usize,
    workers: usize,
    work: impl Fn(&Worker, usize) -> Result<T, CompileError> + Sync,
) -> Result<Vec<T>, CompileError> {
    let workers = workers
        .min(tasks.div_ceil(python.command.min_modules_per_worker()))
        .max(1);
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<T>>> = Mutex::new((0..tasks).map(|_| None).collect());
    let run = || -> Result<(), CompileError> {
        let mut worker = None;
        loop {
            let task = next.fetch_add(1, Ordering::Relaxed);
            if task >= tasks {
                break;
            }
            let worker = match &mut worker {
                Some(worker) => &*worker,
                none => none.insert(python.worker()?),
            };
            let result =
                work(worker, task).inspect_err(|_| next.store(tasks, Ordering::Relaxed))?;
            results.lock().unwrap_or_else(PoisonError::into_inner)[task] = Some(result);
        }
        if let Some(worker) = worker {
            python.return_worker(worker);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (1..workers).map(|_| scope.spawn(run)).collect();
        let mut outcome = run();
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
