//! Runs a program in a runtime with the runtime's own library, and records what it loads.

use std::path::PathBuf;

use super::program::{ProgramStart, run_of, write_program};
use super::sandbox::{LibraryUnderTest, Sandbox};
use super::{ProgramRun, VerifyError};
use crate::manifest::Manifests;
use crate::recording::Recording;
use crate::runtime::{ProcessOutput, Runtime};
use crate::types::ModuleName;

const RECORDER: &str = include_str!("recorder.py");

/// The package of codecs, without those that are loaded with it.
const CODECS: &str = "encodings.";

/// A program to record in a runtime.
#[derive(Clone, Debug)]
pub struct RecordRequest {
    /// The runtime; not [`Runtime::Native`], where programs are recorded as they run.
    pub runtime: Runtime,
    /// The complete library, for a runtime that carries none: a `Lib` folder or a zip.
    pub library: Option<PathBuf>,
    /// The script, or the folder or zip with a `__main__.py`.
    pub program: PathBuf,
    /// The dependencies of the program.
    pub dependencies: Vec<PathBuf>,
    /// The arguments of the program.
    pub arguments: Vec<String>,
}

/// Runs a program to its end and records the modules and codecs that it loads. Data files are not recorded.
///
/// # Errors
/// If the program is missing or ends the interpreter itself, or the runtime cannot be started.
pub fn record(
    request: &RecordRequest,
    manifests: &Manifests,
) -> Result<(Recording, ProgramRun), VerifyError> {
    let library = request.library.as_deref();
    let sandbox = Sandbox::without_bundle(&request.runtime, library, manifests)?;
    let start = ProgramStart {
        dependencies: &request.dependencies,
        arguments: &request.arguments,
        stdin: None,
    };
    let (program, view) = write_program(&sandbox, &request.program, &start)?;
    let program = format!("{RECORDER}finish = make_recorder()\n{program}finish()\n");
    let output = sandbox.run_program(&program, LibraryUnderTest::Own, &view)?;
    let run = run_of(&output);
    match recording_of(&output) {
        Some(mut recording) => {
            recording.exit_codes.extend(run.exit_code);
            Ok((recording, run))
        }
        None => Err(VerifyError::Input(format!(
            "nothing was recorded: '{}' did not come to its end in {}: {}",
            request.program.display(),
            request.runtime,
            output.stderr_tail()
        ))),
    }
}

/// Returns what the recorder says, if it has come to its end.
fn recording_of(output: &ProcessOutput) -> Option<Recording> {
    let mut answers = output.answers.iter();
    let python = answers.find(|answer| answer[0] == "python")?;
    let mut recording = Recording::new(python.get(1)?.parse().ok()?, python.get(2)?.clone());
    for answer in answers {
        let name = answer.get(1)?;
        let module = ModuleName::new(name);
        match (&*answer[0], name.strip_prefix(CODECS)) {
            ("before", _) => recording.startup_modules.extend(module),
            ("loaded", Some(codec)) => recording.codecs.extend(ModuleName::new(codec)),
            ("loaded", None) => recording.modules.extend(module),
            _ => {}
        }
    }
    Some(recording)
}
