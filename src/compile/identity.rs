//! Which build Python it is, whatever it says of itself: what one has compiled must not be taken for what another would.

use std::env;
use std::fmt::Write as _;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::command::PythonCommand;
use super::facts::PythonFacts;
use crate::cache::Cache;
use crate::types::Sha256;

/// What of a Pyodide decides what it compiles; the third or the fourth of them is there.
const PYODIDE_FILES: [&str; 5] = [
    "pyodide.mjs",
    "pyodide.asm.wasm",
    "pyodide.asm.js",
    "pyodide.asm.mjs",
    "python_stdlib.zip",
];

/// Files as young as this may change again without a trace in their times.
const RECENT: Duration = Duration::from_secs(2);

/// Digest of what the Python says it is, of what it compiles, and of the files that it is.
pub(super) fn identity(command: &PythonCommand, facts: &PythonFacts, cache: &Cache) -> Sha256 {
    let files = digest(&files(command, facts), cache);
    let arguments = match command {
        PythonCommand::Native(words) => words[1..].join("\0"),
        PythonCommand::Pyodide(_) => String::new(),
    };
    let PythonFacts {
        build,
        implementation,
        magic,
        probe,
        ..
    } = facts;
    let words = format!("{arguments}\0{implementation} {magic} {build}");
    Sha256::of_parts([files.as_bytes(), probe.as_bytes(), words.as_bytes()])
}

/// The files that decide what the Python is. Some of them may not be there.
fn files(command: &PythonCommand, facts: &PythonFacts) -> Vec<PathBuf> {
    match command {
        PythonCommand::Pyodide(folder) => PYODIDE_FILES.map(|name| folder.join(name)).into(),
        PythonCommand::Native(words) => {
            // A script that starts a Python is one of the words, and may start it otherwise than it says.
            let mut files: Vec<PathBuf> = words.iter().map(PathBuf::from).collect();
            files.extend(on_path(&words[0]));
            files.extend(facts.files.clone());
            let programs = facts.files.iter().filter_map(|file| file.parent());
            files.extend(programs.flat_map(|folder| libraries(folder, facts)));
            files.retain(|file| file.is_file());
            files.sort();
            files.dedup();
            files
        }
    }
}

/// The program that a command without a folder starts.
fn on_path(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let mut places = env::split_paths(&folders).map(|folder| folder.join(program));
    places.find(|place| place.is_file())
}

/// Where the interpreter's library lies beside its program, on systems where a process does not tell.
fn libraries(folder: &Path, facts: &PythonFacts) -> [PathBuf; 3] {
    [
        folder.join(format!("python{}.dll", facts.version.tag())),
        folder.join(format!("../lib/libpython{}.dylib", facts.version)),
        folder.join("../Python"),
    ]
}

/// Digest of the files' contents, cached by their sizes and times: an interpreter is large.
fn digest(files: &[PathBuf], cache: &Cache) -> Sha256 {
    let metadata = files.iter().map(|file| fs::metadata(file).ok());
    let metadata: Vec<Option<Metadata>> = metadata.collect();
    let mut states = String::from("files");
    for (file, metadata) in files.iter().zip(&metadata) {
        let state = metadata.as_ref().map(state);
        let _ = write!(states, "\n{}\t{state:?}", file.display());
    }
    let key = Sha256::of(states.as_bytes());
    if let Some(known) = cache.get(key) {
        return Sha256::of(&known);
    }
    let digests = files.iter().map(|file| match fs::read(file) {
        Ok(bytes) => Sha256::of(&bytes).to_string(),
        Err(error) => error.kind().to_string(),
    });
    let digests = digests.collect::<Vec<_>>().join("\n");
    if !metadata.iter().flatten().any(is_recent) {
        cache.put(key, digests.as_bytes());
    }
    Sha256::of(digests.as_bytes())
}

/// What changes when a file does. On Unix that is the time of its last change, which nobody can set.
#[cfg(unix)]
fn state(metadata: &Metadata) -> impl std::fmt::Debug + use<> {
    use std::os::unix::fs::MetadataExt;
    (
        metadata.len(),
        (metadata.dev(), metadata.ino()),
        (metadata.mtime(), metadata.mtime_nsec()),
        (metadata.ctime(), metadata.ctime_nsec()),
    )
}

#[cfg(not(unix))]
fn state(metadata: &Metadata) -> impl std::fmt::Debug + use<> {
    (
        metadata.len(),
        metadata.modified().ok(),
        metadata.created().ok(),
    )
}

fn is_recent(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    let changed = {
        use std::os::unix::fs::MetadataExt;
        let seconds = u64::try_from(metadata.ctime()).unwrap_or_default();
        Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
    };
    #[cfg(not(unix))]
    let changed = metadata.modified().ok();
    // A time that is yet to come is none to rely on.
    changed.is_none_or(|changed| changed.elapsed().is_ok_and(|age| age < RECENT))
}
