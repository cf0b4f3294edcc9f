//! The trial of a program: it runs with only the bundle, and prints what it prints with the whole
//! library.

use std::path::{Path, PathBuf, absolute};
use std::time::Duration;

use super::sandbox::{LibraryUnderTest, Sandbox};
use super::{ProgramResult, ProgramRun, VerifyError};
use crate::escape;
use crate::stdlib::Archive;

const RUNNER: &str = include_str!("runner.py");

/// Longest that a program may be silent.
const PROGRAM_TIMEOUT: Duration = Duration::from_mins(5);

/// Runs the script, or the folder or zip with a `__main__`, at `path` in both libraries.
pub(super) fn run_program(place: &Sandbox, path: &Path) -> Result<ProgramResult, VerifyError> {
    let Program {
        folder,
        file,
        has_main,
    } = Program::find(path)?;
    let there = place.app_folder(&folder);
    let started = file.map_or_else(|| there.clone(), |file| there.join(file));
    // What Python finds first on its path: what it starts, if modules are in it, or the script's folder.
    let first = if has_main { &started } else { &there };
    let call = format!(
        "run({}, {})\n",
        escape::python(&started.to_string_lossy()),
        escape::python(&first.to_string_lossy())
    );
    let program = RUNNER.to_owned() + &call;
    let ran = |library| -> Result<ProgramRun, VerifyError> {
        let heard = place.run(&program, library, Some(&folder), PROGRAM_TIMEOUT)?;
        let is_end = |answer: &&Vec<String>| matches!(&*answer[0], "exit" | "raised");
        let end = heard.answers.iter().find(is_end);
        Ok(ProgramRun {
            exit_code: end.and_then(|end| end.get(1)?.parse().ok()),
            raised: end.is_some_and(|end| end[0] == "raised"),
            printed: String::from_utf8_lossy(&heard.printed).into_owned(),
            last_words: heard.stderr_tail().to_owned(),
        })
    };
    Ok(ProgramResult {
        program: path.display().to_string(),
        expected: ran(LibraryUnderTest::Own)?,
        got: ran(LibraryUnderTest::Bundle)?,
    })
}

/// What is run.
struct Program {
    /// The folder that it lies in, or is.
    folder: PathBuf,
    /// The file in it.
    file: Option<String>,
    /// It is a folder or zip of modules, of which `__main__` is run.
    has_main: bool,
}

impl Program {
    fn find(path: &Path) -> Result<Self, VerifyError> {
        let bad =
            |what: &str| VerifyError::Input(format!("cannot run '{}': {what}", path.display()));
        let path = absolute(path)?;
        if path.is_dir() {
            if !path.join("__main__.py").is_file() {
                return Err(bad(
                    "it is a folder without a __main__.py; name the script in it",
                ));
            }
            return Ok(Self {
                folder: path,
                file: None,
                has_main: true,
            });
        }
        let name = path.file_name().filter(|_| path.is_file());
        let name = name.ok_or_else(|| bad("there is no such file"))?;
        let archive = Archive::open_any(&path).ok();
        let has_main = archive.map(|(_, entries)| entries.modules.contains_key("__main__"));
        if has_main == Some(false) {
            return Err(bad("it is a zip without a __main__.py"));
        }
        Ok(Self {
            folder: path.parent().unwrap_or(Path::new("/")).to_owned(),
            file: Some(name.to_string_lossy().into_owned()),
            has_main: has_main.is_some(),
        })
    }
}
