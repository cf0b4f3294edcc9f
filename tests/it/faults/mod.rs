//! Faults from outside: the program or its build Python is killed, the disk is full, others write the same
//! files, clocks are wrong, inputs are huge or made to do harm.

mod clock;
mod concurrency;
mod disk;
mod hostile;
mod kill;
mod large;
mod nested;
mod owners;
mod special;
mod worker;
mod zips;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::DirEntryExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::common::{Outcome, World, any_python};
use stdlib_pack::bundle::BundleFiles;

/// Files by name.
type Files = BTreeMap<String, Vec<u8>>;

/// Whether `verify` would take the files in `folder` for a bundle, as far as their digests tell.
fn is_a_bundle(folder: &Path) -> bool {
    BundleFiles::open(folder).is_ok()
}

/// What stands in `folder` under the names that bundles' files have.
fn bundle_in(world: &World, folder: &str) -> Files {
    let mut files = world.files(folder);
    files.retain(|name, _| name.starts_with("python"));
    files
}

/// Copies a folder with what is below it.
fn copy_folder(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let place = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(place).unwrap();
        } else {
            fs::copy(entry.path(), place).unwrap();
        }
    }
}

/// Waits until `folder` has changed so many times, or `run` has ended.
fn wait_for_changes(world: &World, folder: &str, changes: u32, run: &mut Child) {
    // A file's number tells it from the next of its name.
    let listing = || {
        let entries = fs::read_dir(world.path(folder)).into_iter();
        let entries = entries.flatten().flatten();
        let mut listing: Vec<_> = entries
            .map(|entry| (entry.file_name(), entry.ino()))
            .collect();
        listing.sort();
        listing
    };
    let mut seen = listing();
    let mut left = changes;
    while left > 0 && run.try_wait().unwrap().is_none() {
        let now = listing();
        if now != seen {
            left -= 1;
            seen = now;
        }
    }
}

/// A shell that sends signals, sooner than a process started for each would.
struct Signals(Child);

impl Signals {
    fn new() -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", "while read -r signal; do kill -$signal; done"]);
        shell.stdin(Stdio::piped()).stderr(Stdio::null());
        Self(shell.spawn().unwrap())
    }

    fn send(&mut self, signal: &str, process: u32) {
        let stdin = self.0.stdin.as_mut().unwrap();
        writeln!(stdin, "{signal} {process}").unwrap();
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Waits for a command and tells how much memory it, or one of its children, had at most.
const MEASURE: &str = "\
import os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(pid, 0)
with open(sys.argv[1], 'w') as file:
    file.write(str(used.ru_maxrss * (1 if sys.platform == 'darwin' else 1024)))
code = os.waitstatus_to_exitcode(status)
sys.exit(code if code >= 0 else 128 - code)
";

/// Runs a command to its end; also the most memory that one of its processes had, in bytes.
fn measured(world: &World, command: &Command) -> (Outcome, u64) {
    let peak = world.path("peak");
    let python = [
        &any_python().path,
        "-I",
        "-c",
        MEASURE,
        peak.to_str().unwrap(),
    ];
    let outcome = world.finish(behind(&python, command));
    let peak = String::from_utf8(world.read("peak")).unwrap();
    (outcome, peak.parse().unwrap())
}

/// `words` with the words of `command` as further arguments, in its folder and its environment.
fn behind(words: &[&str], command: &Command) -> Command {
    let mut whole = Command::new(words[0]);
    whole.args(&words[1..]);
    whole.arg(command.get_program()).args(command.get_args());
    whole.current_dir(command.get_current_dir().unwrap());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => whole.env(name, value),
            None => whole.env_remove(name),
        };
    }
    whole
}
