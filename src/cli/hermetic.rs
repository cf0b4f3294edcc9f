//! Hermetic builds, which take every input from a flag.

use crate::cli::args::InputArgs;
use crate::cli::error::CliError;
use crate::compile::PythonCommand;
use crate::pipeline::PackError;

/// Rejects a build Python that is found on the PATH, or that is run by a program found there.
pub(crate) fn check(inputs: &InputArgs) -> Result<(), CliError> {
    let python = inputs.build_python.as_deref().unwrap_or_default();
    let is_path = match PythonCommand::new(python).map_err(PackError::from)? {
        PythonCommand::Native(command) => command[0].contains(['/', '\\']),
        // Pyodide runs under the Node.js on the PATH.
        PythonCommand::Pyodide(_) => false,
    };
    if is_path {
        return Ok(());
    }
    Err(CliError::Usage(format!(
        "--hermetic ignores the PATH: pass the path of the build Python, not '{python}'"
    )))
}
