//! Identifies a build Python for cache keys by its files and its bytecode, not only by the version that it reports, so
//! that results of different Pythons are never mixed up.

use std::env;
use std::fmt::Write as _;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::command::PythonCommand;
use super::facts::PythonFacts;
use crate::cache::Cache;
use crate::types::Sha256;

/// The files of a Pyodide that its bytecode depends on. Versions have either `pyodide.asm.js` or `pyodide.asm.mjs`.
const PYODIDE_FILES: [&str; 5] = [
    "pyodide.mjs",
    "pyodide.asm.wasm",
    "pyodide.asm.js",
    "pyodide.asm.mjs",
    "python_stdlib.zip",
];

/// The age below which a file's digest is not cached: it may change again within the resolution of its timestamps.
const RECENT: Duration = Duration::from_secs(2);

/// Returns a digest of the facts that the Python reports, its bytecode and its files.
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
    let reported = format!("{arguments}\0{implementation} {magic} {build}");
    Sha256::of_parts([files.as_bytes(), probe.as_bytes(), reported.as_bytes()])
}

/// Returns the cache key of the facts that the Pyodide in `folder` reports.
pub(super) fn pyodide_key(folder: &Path, cache: &Cache) -> Sha256 {
    let files = digest(&PYODIDE_FILES.map(|name| folder.join(name)), cache);
    let program = env!("STDLIB_PACK_COMPILE").as_bytes();
    Sha256::of_parts([b"facts".as_slice(), program, files.as_bytes()])
}

/// Returns the files that the Python consists of. Those of a Pyodide may not all exist.
fn files(command: &PythonCommand, facts: &PythonFacts) -> Vec<PathBuf> {
    match command {
        PythonCommand::Pyodide(folder) => PYODIDE_FILES.map(|name| folder.join(name)).into(),
        PythonCommand::Native(words) => {
            // Any word may be the path of a script that starts the Python, so its contents matter.
            let mut files: Vec<PathBuf> = words.iter().map(PathBuf::from).collect();
            files.extend(find_on_path(&words[0]));
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

/// Finds a program on the `PATH`.
fn find_on_path(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let mut paths = env::split_paths(&folders).map(|folder| folder.join(program));
    paths.find(|path| path.is_file())
}

/// Returns the possible paths of the interpreter's shared library, relative to the program in `folder`. On Windows and
/// macOS, a process does not report it.
fn libraries(folder: &Path, facts: &PythonFacts) -> [PathBuf; 3] {
    [
        folder.join(format!("python{}.dll", facts.version.tag())),
        folder.join(format!("../lib/libpython{}.dylib", facts.version)),
        folder.join("../Python"),
    ]
}

/// Returns a digest of the contents of `files`. It is cached by their sizes and timestamps, because an interpreter is
/// large.
fn digest(files: &[PathBuf], cache: &Cache) -> Sha256 {
    let metadata = files.iter().map(|file| fs::metadata(file).ok());
    let metadata: Vec<Option<Metadata>> = metadata.collect();
    let mut states = String::from("files");
    for (file, metadata) in files.iter().zip(&metadata) {
        let state = metadata.as_ref().map(state);
        let _ = write!(states, "\n{}\t{state:?}", file.display());
    }
    let key = Sha256::of(states.as_bytes());
    if let Some(cached) = cache.get(key) {
        return Sha256::of(&cached);
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

/// Returns the metadata that changes with a file. On Unix that includes its change time, which programs cannot set.
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
    // `elapsed` fails for a time in the future, which counts as not recent.
    changed.is_none_or(|changed| changed.elapsed().is_ok_and(|age| age < RECENT))
}
