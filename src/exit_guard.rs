//! Kills child processes and deletes temporary files when a signal ends the program.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The signal that is ending the program; 0 if there is none.
static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// The id of the process that [`run_in_foreground`] runs; 0 if there is none.
static FOREGROUND: AtomicU32 = AtomicU32::new(0);

/// Held during work that must not be interrupted, such as replacing the files of a bundle.
static INTERRUPT_LOCK: Mutex<()> = Mutex::new(());

static REGISTRY: Mutex<Registry> = Mutex::new(Registry {
    next: 0,
    children: BTreeMap::new(),
    files: BTreeMap::new(),
});

/// The children and files to clean up, by the id of their guard.
struct Registry {
    next: u64,
    children: BTreeMap<u64, Arc<Mutex<Child>>>,
    files: BTreeMap<u64, PathBuf>,
}

/// Registers a child process or a file for the clean-up. Dropping it removes the registration.
#[derive(Debug)]
pub struct ExitGuard(u64);

impl Drop for ExitGuard {
    fn drop(&mut self) {
        with_registry(|registry| {
            registry.children.remove(&self.0);
            registry.files.remove(&self.0);
        });
    }
}

/// Starts a child process that is killed on exit, unless the guard is dropped before. No interrupt comes between the
/// start and the registration, which would leave the child running.
///
/// # Errors
/// When the command cannot be started.
pub fn spawn(command: &mut Command) -> io::Result<(Arc<Mutex<Child>>, ExitGuard)> {
    let _deferred = defer_interrupts();
    let child = Arc::new(Mutex::new(command.spawn()?));
    let registered = Arc::clone(&child);
    let guard = with_registry(|registry| {
        registry.next += 1;
        registry.children.insert(registry.next, registered);
        ExitGuard(registry.next)
    });
    Ok((child, guard))
}

/// Runs a command to its end, with the program's own input and output. Signals are meant for the command, and do not
/// end the program while it runs: see [`foreground`].
///
/// # Errors
/// When the command cannot be started.
pub fn run_in_foreground(command: &mut Command) -> io::Result<ExitStatus> {
    let mut child = {
        let _deferred = defer_interrupts();
        let child = command.spawn()?;
        FOREGROUND.store(child.id(), Ordering::SeqCst);
        child
    };
    let status = child.wait();
    FOREGROUND.store(0, Ordering::SeqCst);
    status
}

/// Returns the id of the process in the foreground, if there is one.
pub fn foreground() -> Option<u32> {
    // Not while it is being started.
    let _deferred = defer_interrupts();
    Some(FOREGROUND.load(Ordering::SeqCst)).filter(|id| *id != 0)
}

/// Registers a temporary file or folder, which is deleted when a signal ends the program.
pub fn guard_file(path: &Path) -> ExitGuard {
    with_registry(|registry| {
        registry.next += 1;
        registry.files.insert(registry.next, path.to_owned());
        ExitGuard(registry.next)
    })
}

/// Returns the signal that is ending the program, if there is one. It is then the reason for other failures.
pub fn received_signal() -> Option<i32> {
    Some(SIGNAL.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
}

/// Defers interrupts until the returned guard is dropped, for short work that must not be interrupted.
pub fn defer_interrupts() -> MutexGuard<'static, ()> {
    INTERRUPT_LOCK
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
}

/// Kills the registered children, and deletes the registered files and folders. Called before the program exits because
/// of `signal`.
pub fn clean_up(signal: i32) {
    SIGNAL.store(signal, Ordering::SeqCst);
    // Never released, so that no deferring work starts before the exit.
    std::mem::forget(defer_interrupts());
    with_registry(|registry| {
        for child in registry.children.values() {
            let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
            // Errors mean that the process has already ended.
            let _ = child.kill();
            let _ = child.wait();
        }
        for file in registry.files.values() {
            let _ = std::fs::remove_file(file);
            let _ = std::fs::remove_dir_all(file);
        }
    });
}

fn with_registry<T>(change: impl FnOnce(&mut Registry) -> T) -> T {
    change(&mut REGISTRY.lock().unwrap_or_else(PoisonError::into_inner))
}
