//! Bundles for build systems: every input is a flag, and every file that was read is told.

use std::path::PathBuf;

use super::args::WhatArguments;
use super::error::CliError;
use super::made::Made;
use crate::compile::PythonCommand;
use crate::pipeline::{PackError, Request};

/// What of a Pyodide decides what it compiles.
const OF_PYODIDE: [&str; 3] = ["pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip"];

/// Refuses a build Python that is looked for on the PATH, or is run by something that is.
pub(super) fn check(what: &WhatArguments) -> Result<(), CliError> {
    let python = what.build_python.as_deref().unwrap_or_default();
    let path = match PythonCommand::new(python).map_err(PackError::from)? {
        PythonCommand::Native(words) => words[0].contains(['/', '\\']),
        // It runs under the Node.js that is on the PATH.
        PythonCommand::Pyodide(_) => false,
    };
    if path {
        return Ok(());
    }
    Err(CliError::Usage(format!(
        "--hermetic takes nothing from the PATH: name the build Python by its path, not '{python}'"
    )))
}

/// The files that a bundle was made from, sorted.
pub(super) fn inputs(what: &WhatArguments, request: &Request, made: &Made) -> Vec<PathBuf> {
    let mut inputs = made.bundle.reads.clone();
    inputs.extend(request.profile.files.iter().cloned());
    inputs.extend(request.profile.add.iter().map(|added| added.file.clone()));
    inputs.extend(request.delta_from.clone());
    inputs.extend(made.manifests.iter().cloned());
    let python = what.build_python.as_deref().map(PythonCommand::new);
    inputs.extend(match python {
        Some(Ok(PythonCommand::Native(words))) => vec![PathBuf::from(&words[0])],
        Some(Ok(PythonCommand::Pyodide(folder))) => OF_PYODIDE.map(|name| folder.join(name)).into(),
        _ => Vec::new(),
    });
    // A command on the PATH has no file that could be told.
    inputs.retain(|file| file.is_file());
    inputs.sort();
    inputs.dedup();
    inputs
}
