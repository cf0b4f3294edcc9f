//! Exit guards: child processes to kill and temporary files to delete when a signal ends the program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The signal that ends the program; 0 while none does.
static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// Held by work that must not end halfway.
static WHOLE: Mutex<()> = Mutex::new(());

static LEFT: Mutex<Left> = Mutex::new(Left {
    next: 0,
    children: BTreeMap::new(),
    files: BTreeMap::new(),
});

struct Left {
    next: u64,
    children: BTreeMap<u64, Arc<Mutex<Child>>>,
    files: BTreeMap<u64, PathBuf>,
}

/// Keeps something on the list; dropping it takes it off.
#[derive(Debug)]
pub struct ExitGuard(u64);

impl Drop for ExitGuard {
    fn drop(&mut self) {
        with(|left| {
            left.children.remove(&self.0);
            left.files.remove(&self.0);
        });
    }
}

/// Puts a child process on the list.
pub fn guard_child(child: &Arc<Mutex<Child>>) -> ExitGuard {
    with(|left| {
        left.next += 1;
        left.children.insert(left.next, child.clone());
        ExitGuard(left.next)
    })
}

/// Puts an unfinished file, or a folder for passing things, on the list.
pub fn guard_file(path: &Path) -> ExitGuard {
    with(|left| {
        left.next += 1;
        left.files.insert(left.next, path.to_owned());
        ExitGuard(left.next)
    })
}

/// The signal that ends the program, if one does: what fails now fails because of that.
pub fn received_signal() -> Option<i32> {
    Some(SIGNAL.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
}

/// Makes an interrupt wait for as long as the guard lives: for work of a moment that must not end halfway.
pub fn defer_interrupts() -> MutexGuard<'static, ()> {
    WHOLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Kills the children and deletes the files and folders. For the moment before a program that got `signal` exits.
pub fn clean_up(signal: i32) {
    SIGNAL.store(signal, Ordering::SeqCst);
    // Never let go: nothing may begin between now and the exit.
    std::mem::forget(defer_interrupts());
    with(|left| {
        for child in left.children.values() {
            let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
            // Errors mean that it is gone already.
            let _ = child.kill();
            let _ = child.wait();
        }
        for file in left.files.values() {
            let _ = std::fs::remove_file(file);
            let _ = std::fs::remove_dir_all(file);
        }
    });
}

fn with<T>(change: impl FnOnce(&mut Left) -> T) -> T {
    change(&mut LEFT.lock().unwrap_or_else(PoisonError::into_inner))
}
