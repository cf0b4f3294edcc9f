//! Bundles for build systems: every input is a flag, and every file that was read is told.

use std::path::PathBuf;

use super::args::WhatArguments;
use super::error::CliError;
use super::made::Made;
use crate::pipeline::Request;

/// Refuses a build Python that is looked for on the PATH.
pub(super) fn check(what: &WhatArguments) -> Result<(), CliError> {
    let python = what.build_python.as_deref().unwrap_or_default();
    if python.contains(['/', '\\']) {
        return Ok(());
    }
    Err(CliError::Usage(format!(
        "--hermetic takes nothing from the PATH: name the build Python by its path, not '{python}'"
    )))
}

/// The files that a bundle was made from, sorted.
pub(super) fn inputs(request: &Request, made: &Made) -> Vec<PathBuf> {
    let mut inputs = made.bundle.reads.clone();
    inputs.extend(request.profile.files.iter().cloned());
    inputs.extend(request.profile.add.iter().map(|added| added.file.clone()));
    inputs.extend(request.delta_from.clone());
    inputs.sort();
    inputs.dedup();
    inputs
}
