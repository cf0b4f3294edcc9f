//! The trial of a program: it runs with only the bundle, and prints what it prints with the whole
//! library.

use std::path::{Path, absolute};
use std::time::Duration;

use super::place::{Library, Place};
use super::{ProgramTrial, Ran, VerifyError};
use crate::escape;

const RUNNER: &str = include_str!("runner.py");

/// Longest that a program may be silent.
const PATIENCE: Duration = Duration::from_mins(5);

/// Runs the script, or the folder with a `__main__.py`, at `path` in both libraries.
pub(super) fn try_program(place: &Place, path: &Path) -> Result<ProgramTrial, VerifyError> {
    let (folder, script) = script(path)?;
    let there = place.app_folder(&folder);
    let call = format!(
        "run({}, {})\n",
        escape::python(&there.join(script).to_string_lossy()),
        escape::python(&there.to_string_lossy())
    );
    let program = RUNNER.to_owned() + &call;
    let ran = |library| -> Result<Ran, VerifyError> {
        let heard = place.run(&program, library, Some(&folder), PATIENCE)?;
        let exit = heard.answers.iter().find(|answer| answer[0] == "exit");
        let exit = exit.and_then(|answer| answer.get(1)?.parse().ok());
        Ok(Ran {
            exit_code: exit,
            printed: String::from_utf8_lossy(&heard.printed).into_owned(),
            last_words: heard.last_words().to_owned(),
        })
    };
    Ok(ProgramTrial {
        program: path.display().to_string(),
        expected: ran(Library::Own)?,
        got: ran(Library::Bundle)?,
    })
}

/// The folder that the program sees first on `sys.path`, and the file in it that is run.
fn script(path: &Path) -> Result<(std::path::PathBuf, String), VerifyError> {
    let bad = |what: &str| VerifyError::Input(format!("cannot run '{}': {what}", path.display()));
    let path = absolute(path)?;
    if path.is_dir() {
        let main = "__main__.py";
        let has_main = path.join(main).is_file();
        let folder = has_main.then_some(path);
        return folder
            .map(|folder| (folder, main.to_owned()))
            .ok_or_else(|| bad("it is a folder without a __main__.py; name the script in it"));
    }
    let name = path.file_name().filter(|_| path.is_file());
    let name = name.ok_or_else(|| bad("there is no such file"))?;
    let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
    Ok((folder, name.to_string_lossy().into_owned()))
}
