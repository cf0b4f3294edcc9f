//! Runs a program and records what its Pythons load.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::process::{Command, ExitStatus};

use super::Recording;
use super::log::Log;
use crate::exit_guard;
use crate::types::{ModuleName, Version};

const RECORDER: &str = include_str!("recorder.py");

/// The name under which Python imports the recorder when it starts.
const RECORDER_FILE: &str = "sitecustomize.py";

/// The environment variable with the folders that Python searches first.
const PYTHONPATH: &str = "PYTHONPATH";

/// A program that ran.
#[derive(Debug)]
pub struct ProgramRun {
    /// What it loaded; `None` if no Python was recorded.
    pub recording: Option<Recording>,
    /// The exit code as shells tell it: 128 more than its number for a signal.
    pub exit_code: u8,
    /// The modules that were loaded before the program by something else than the interpreter: `.pth` files, or
    /// `sitecustomize`.
    pub loaded_by_site: Vec<ModuleName>,
    /// The versions of other Pythons that it started, which are not in the recording.
    pub other_versions: Vec<Version>,
}

/// The reason why a program could not be run or recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The program cannot be started.
    #[error("cannot start '{program}': {source}")]
    Start {
        /// The program.
        program: String,
        /// The operating system's error.
        source: io::Error,
    },
    /// The temporary folder cannot be used.
    #[error("cannot record: {0}")]
    Io(#[from] io::Error),
}

/// Runs `program` with `arguments` to its end. It keeps its environment, except that a folder is put before its
/// `PYTHONPATH`.
///
/// # Errors
/// When the program cannot be started, or the temporary files of the recorder cannot be written or read.
pub fn run(program: &OsStr, arguments: &[OsString]) -> Result<ProgramRun, RunError> {
    let folder = tempfile::tempdir()?;
    let _registration = exit_guard::guard_file(folder.path());
    fs::write(folder.path().join(RECORDER_FILE), RECORDER)?;
    let log = folder.path().join("log");
    fs::write(&log, "")?;
    let earlier = env::var_os(PYTHONPATH).filter(|paths| !paths.is_empty());
    let separator = if cfg!(windows) { ";" } else { ":" };
    let mut paths = folder.path().as_os_str().to_owned();
    if let Some(earlier) = earlier {
        paths.push(separator);
        paths.push(earlier);
    }
    let mut command = Command::new(program);
    command.args(arguments).env(PYTHONPATH, paths);
    let status = exit_guard::run_in_foreground(&mut command).map_err(|source| RunError::Start {
        program: program.to_string_lossy().into_owned(),
        source,
    })?;
    let log = Log::read(BufReader::new(File::open(&log)?))?;
    let exit_code = exit_code(status);
    let (recording, loaded_by_site) = log.recording().unzip();
    Ok(ProgramRun {
        recording: recording.map(|mut recording| {
            recording.exit_codes.insert(exit_code);
            recording
        }),
        exit_code,
        loaded_by_site: loaded_by_site.unwrap_or_default().into_iter().collect(),
        other_versions: log.other_versions(),
    })
}

/// Returns the exit code as shells tell it.
fn exit_code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal = None;
    let code = status.code().or(signal.map(|signal| 128 + signal));
    // Windows has larger codes, and none of them is success.
    code.map_or(u8::MAX, |code| u8::try_from(code).unwrap_or(u8::MAX))
}
