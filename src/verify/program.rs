//! Runs a program with the runtime's own library and with only the bundle, to compare what it prints.

use std::path::{Path, PathBuf, absolute};
use std::time::Duration;

use super::sandbox::{LibraryUnderTest, Sandbox};
use super::{ProgramResult, ProgramRun, VerifyError};
use crate::dependency::search_path;
use crate::escape;
use crate::stdlib::Archive;

const RUNNER: &str = include_str!("runner.py");

/// The maximum time without output from a program.
const PROGRAM_TIMEOUT: Duration = Duration::from_mins(5);

/// Runs the script, folder or zip at `path` with both libraries. It can import its dependencies.
pub(super) fn run_program(
    sandbox: &Sandbox,
    path: &Path,
    dependencies: &[PathBuf],
) -> Result<ProgramResult, VerifyError> {
    if !dependencies.is_empty() && !sandbox.is_native() {
        return Err(VerifyError::Input(
            "programs with dependencies run in a native Python only: leave out --runtime"
                .to_owned(),
        ));
    }
    let Program {
        folder,
        file,
        has_main,
    } = Program::find(path)?;
    let sandbox_folder = sandbox.app_folder(&folder);
    let main = file.map_or_else(|| sandbox_folder.clone(), |file| sandbox_folder.join(file));
    // As in CPython, the first entry of `sys.path` is the folder or zip that is run, or the folder of the script.
    let path_entry = if has_main { &main } else { &sandbox_folder };
    let call = format!(
        "run({}, {})\n",
        escape::python(&main.to_string_lossy()),
        escape::python(&path_entry.to_string_lossy())
    );
    let search_paths = dependencies.iter().map(|path| search_path(path));
    let search_paths = search_paths.map(|path| {
        let path = escape::python(&path.to_string_lossy());
        format!("sys.path.append({path})\n")
    });
    let program = RUNNER.to_owned() + &search_paths.collect::<String>() + &call;
    let run_with = |library| -> Result<ProgramRun, VerifyError> {
        let output = sandbox.run(&program, library, Some(&folder), PROGRAM_TIMEOUT)?;
        let is_end = |answer: &&Vec<String>| matches!(&*answer[0], "exit" | "raised");
        let end = output.answers.iter().find(is_end);
        Ok(ProgramRun {
            exit_code: end.and_then(|end| end.get(1)?.parse().ok()),
            raised: end.is_some_and(|end| end[0] == "raised"),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr_last_line: output.stderr_tail().to_owned(),
        })
    };
    Ok(ProgramResult {
        program: path.display().to_string(),
        expected: run_with(LibraryUnderTest::Own)?,
        actual: run_with(LibraryUnderTest::Bundle)?,
    })
}

/// A program to run.
struct Program {
    /// The folder that contains the program, or that is the program.
    folder: PathBuf,
    /// The name of the file in the folder; `None` if the folder is the program.
    file: Option<String>,
    /// Whether the program is a folder or zip with a `__main__.py`.
    has_main: bool,
}

impl Program {
    fn find(path: &Path) -> Result<Self, VerifyError> {
        let input_error =
            |reason: &str| VerifyError::Input(format!("cannot run '{}': {reason}", path.display()));
        let path = absolute(path)?;
        if path.is_dir() {
            if !path.join("__main__.py").is_file() {
                return Err(input_error(
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
        let name = name.ok_or_else(|| input_error("there is no such file"))?;
        let archive = Archive::open_any(&path).ok();
        let has_main = archive.map(|(_, entries)| entries.modules.contains_key("__main__"));
        if has_main == Some(false) {
            return Err(input_error("it is a zip without a __main__.py"));
        }
        Ok(Self {
            folder: path.parent().unwrap_or(Path::new("/")).to_owned(),
            file: Some(name.to_string_lossy().into_owned()),
            has_main: has_main.is_some(),
        })
    }
}
