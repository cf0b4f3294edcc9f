//! Hermetic builds: every input is a flag.

use crate::cli::args::InputArgs;
use crate::cli::error::CliError;
use crate::compile::PythonCommand;
use crate::pipeline::PackError;

/// Refuses a build Python that is looked for on the PATH, or is run by something that is.
pub(crate) fn check(inputs: &InputArgs) -> Result<(), CliError> {
    let python = inputs.build_python.as_deref().unwrap_or_default();
    let path = match PythonCommand::new(python).map_err(PackError::from)? {
        PythonCommand::Native(words) => words[0].contains(['/', '\\']),
        // It runs under the Node.js that is on the PATH.
        PythonCommand::Pyodide(_) => false,
    };
    if path {
        return Ok(());
    }
    Err(CliError::Usage(format!(
        "--hermetic ignores the PATH: pass the path of the build Python, not '{python}'"
    )))
}
