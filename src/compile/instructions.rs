//! Asks the build Python for its instructions, which the packed form models.

use packed::InstructionSet;

use super::CompileError;
use super::modules::answer_body;
use super::python::BuildPython;

/// The name of the program in error messages.
const SCRIPT: &str = "instruction_set.py";

/// Returns the instructions that `python` compiles to.
///
/// # Errors
/// When its worker fails.
pub fn read_instruction_set(python: &BuildPython) -> Result<InstructionSet, CompileError> {
    let worker = python.worker()?;
    let request = [b"instructions", InstructionSet::SCRIPT.as_bytes()];
    let answer = worker.compile_request(SCRIPT, &request)?;
    let body = answer_body(&answer, SCRIPT, &|| python.command.to_string())?;
    let set = InstructionSet::parse(&String::from_utf8_lossy(body));
    let set = set.map_err(|error| CompileError::Worker {
        command: python.command.to_string(),
        problem: error.to_string(),
        file: SCRIPT.to_owned(),
        stderr_tail: String::new(),
    })?;
    python.return_worker(worker);
    Ok(set)
}
