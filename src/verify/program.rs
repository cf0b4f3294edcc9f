//! Runs a program with the runtime's own library and with only the bundle, to compare what it prints.

use std::borrow::Cow;
use std::path::{Path, PathBuf, absolute};

use super::sandbox::{APP_PLACE, LibraryUnderTest, Sandbox};
use super::{ProgramOutcome, ProgramResult, ProgramRun, VerifyError, VerifyRequest};
use crate::dependency::search_path;
use crate::escape;
use crate::fs::limited;
use crate::runtime::{ProcessOutput, View};
use crate::stdlib::ArchiveContents;

const RUNNER: &str = include_str!("runner.py");

/// What a program is started with.
pub(super) struct ProgramStart<'a> {
    pub(super) dependencies: &'a [PathBuf],
    pub(super) arguments: &'a [String],
    /// The file that it reads as standard input; without one, it is empty.
    pub(super) stdin: Option<&'a Path>,
}

/// Runs the script, folder or zip at `path` with both libraries. It can import the dependencies of the request.
pub(super) fn run_program(
    sandbox: &Sandbox,
    path: &Path,
    request: &VerifyRequest,
) -> Result<ProgramResult, VerifyError> {
    let start = ProgramStart {
        dependencies: &request.dependencies,
        arguments: &request.arguments,
        stdin: request.stdin.as_deref(),
    };
    let (program, view) = write_program(sandbox, path, &start)?;
    let run_with = |library| -> Result<ProgramRun, VerifyError> {
        let output = sandbox.run_program(&program, library, &view)?;
        Ok(run_of(&output))
    };
    let expected = run_with(LibraryUnderTest::Own)?;
    let actual = run_with(LibraryUnderTest::Bundle)?;
    Ok(ProgramResult {
        program: path.display().to_string(),
        outcome: ProgramOutcome::of(&expected, &actual),
        expected,
        actual,
    })
}

/// Returns the Python code that runs the script, folder or zip at `path` as its user would, and what it sees.
pub(super) fn write_program(
    sandbox: &Sandbox,
    path: &Path,
    with: &ProgramStart<'_>,
) -> Result<(String, View), VerifyError> {
    let Program {
        folder,
        file,
        start,
    } = Program::find(path)?;
    let mut view = View {
        mounts: Vec::new(),
        stdin: with.stdin.map(check_stdin).transpose()?,
    };
    let place = match &start {
        Start::Package(name) => format!("{APP_PLACE}/{name}"),
        _ => APP_PLACE.to_owned(),
    };
    let folder = sandbox.show(&folder, &place, &mut view)?;
    let main = file.map_or_else(|| folder.clone(), |file| folder.join(file));
    // As in CPython, the first entry of `sys.path` is the folder or zip that is run, or the folder of the script or
    // package.
    let path_entry = match start {
        Start::Main => &*main,
        Start::Script => &folder,
        Start::Package(_) => folder.parent().unwrap_or(&folder),
    };
    let mut program = RUNNER.to_owned();
    for (number, dependency) in with.dependencies.iter().enumerate() {
        let place = format!("/dependencies/{number}");
        let path = sandbox.show(&search_path(dependency), &place, &mut view)?;
        let path = escape::python(&path.to_string_lossy());
        program += &format!("sys.path.append({path})\n");
    }
    let arguments = [main.to_string_lossy(), path_entry.to_string_lossy()].into_iter();
    let module = match &start {
        Start::Script => "",
        Start::Main => "__main__",
        Start::Package(name) => name,
    };
    let arguments = arguments.chain([Cow::from(module)]);
    let arguments = arguments.chain(with.arguments.iter().map(Cow::from));
    let arguments: Vec<String> = arguments.map(|text| escape::python(&text)).collect();
    program += &format!("run({})\n", arguments.join(", "));
    Ok((program, view))
}

/// Checks that a file can be read twice, once for each run.
fn check_stdin(file: &Path) -> Result<PathBuf, VerifyError> {
    let opened = limited::open(file).map_err(|error| {
        VerifyError::Input(format!(
            "cannot read '{}' as standard input: {error}",
            file.display()
        ))
    });
    opened.and(Ok(absolute(file)?))
}

/// Returns how a program ended and what it printed.
pub(super) fn run_of(output: &ProcessOutput) -> ProgramRun {
    let is_end = |answer: &&Vec<String>| matches!(&*answer[0], "exit" | "raised");
    let end = output.answers.iter().find(is_end);
    let answered = end.and_then(|end| end.get(1)?.parse().ok());
    // Without an answer, it ended by `os._exit` or a signal.
    let exited = output.exit_code.filter(|_| !output.timed_out);
    let exit_code = answered.or(exited.and_then(|code| u8::try_from(code).ok()));
    let by_signal = exit_code.is_none() && !output.timed_out;
    ProgramRun {
        exit_code,
        raised: by_signal || end.is_some_and(|end| end[0] == "raised"),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr_last_line: output.stderr_tail().to_owned(),
    }
}

/// A program to run.
struct Program {
    /// The folder that contains the program, or that is the program.
    folder: PathBuf,
    /// The name of the file in the folder; `None` if the folder is the program.
    file: Option<String>,
    start: Start,
}

/// How a user starts a program.
enum Start {
    /// A script: `python FILE`.
    Script,
    /// A folder or zip with a `__main__.py`: `python FOLDER`.
    Main,
    /// The folder of a package with this name and a `__main__.py`: `python -m NAME`.
    Package(String),
}

impl Program {
    fn find(path: &Path) -> Result<Self, VerifyError> {
        let input_error =
            |reason: &str| VerifyError::Input(format!("cannot run '{}': {reason}", path.display()));
        let path = absolute(path)?;
        if path.is_dir() {
            let has_module = |name: &str| {
                let mut files = [format!("{name}.py"), format!("{name}.pyc")].into_iter();
                files.any(|file| path.join(file).is_file())
            };
            if !has_module("__main__") {
                return Err(input_error(
                    "it is a folder without a __main__.py; name the script in it",
                ));
            }
            let name = path.file_name().filter(|_| has_module("__init__"));
            let name = name.map(|name| name.to_string_lossy().into_owned());
            return Ok(Self {
                start: name.map_or(Start::Main, Start::Package),
                folder: path,
                file: None,
            });
        }
        let name = path.file_name().filter(|_| path.is_file());
        let name = name.ok_or_else(|| input_error("there is no such file"))?;
        let is_document = [".ipynb", ".html", ".htm", ".js", ".mjs", ".ts"];
        if is_document
            .iter()
            .any(|end| name.to_string_lossy().ends_with(end))
        {
            return Err(input_error(
                "notebooks, pages and scripts run in programs of their own; without --app, every module is imported, and with --rebuild, the bundle is built again",
            ));
        }
        let archive = ArchiveContents::read(&path).ok();
        let has_main = archive.map(|contents| contents.modules.contains_key("__main__"));
        if has_main == Some(false) {
            return Err(input_error("it is a zip without a __main__.py"));
        }
        Ok(Self {
            folder: path.parent().unwrap_or(Path::new("/")).to_owned(),
            file: Some(name.to_string_lossy().into_owned()),
            start: match has_main {
                Some(_) => Start::Main,
                None => Start::Script,
            },
        })
    }
}
