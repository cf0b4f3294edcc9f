//! The files that a run reads, which it must not overwrite.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf, absolute};

use crate::bundle::find_owning_receipt;
use crate::cli::error::CliError;
use crate::compile::PythonCommand;
use crate::pipeline::PackRequest;

/// What of a Pyodide decides what it compiles.
const PYODIDE_FILES: [&str; 3] = ["pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip"];

/// What a run reads.
#[derive(Clone, Debug, Default)]
pub(crate) struct InputFiles {
    /// Files that the output was made from.
    files: Vec<PathBuf>,
    /// Files that were read and decide nothing.
    others: Vec<PathBuf>,
    /// Folders that were looked through.
    folders: Vec<PathBuf>,
}

impl InputFiles {
    /// Those of `request`; `manifests` and `reads` are the files of facts, and of library and app, that were read.
    pub(crate) fn new(request: &PackRequest, manifests: &[PathBuf], reads: &[PathBuf]) -> Self {
        let mut files = [reads, manifests, &request.profile.files].concat();
        files.extend(
            request
                .profile
                .extra_modules
                .iter()
                .map(|added| added.file.clone()),
        );
        files.extend(request.delta_from.clone());
        let python = request.build_python.as_deref().map(PythonCommand::new);
        files.extend(match python {
            Some(Ok(PythonCommand::Native(words))) => vec![PathBuf::from(&words[0])],
            Some(Ok(PythonCommand::Pyodide(folder))) => {
                PYODIDE_FILES.map(|name| folder.join(name)).into()
            }
            _ => Vec::new(),
        });
        let named = [&request.stdlib, &request.cpython_build, &request.manifests];
        let named = named.into_iter().flatten().chain(&request.apps).cloned();
        let (folders, others) = named.partition(|path| path.is_dir());
        Self {
            files,
            others,
            folders,
        }
    }

    /// A file that is read and decides nothing.
    pub(crate) fn and(mut self, file: impl Into<PathBuf>) -> Self {
        self.others.push(file.into());
        self
    }

    /// The files that the output was made from, sorted.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = self.files.clone();
        // A command on the PATH has no file that could be named.
        files.retain(|file| file.is_file());
        files.sort();
        files.dedup();
        files
    }

    /// Refuses to write over a file that is read, by whatever name.
    pub(crate) fn reject_overwrite<'a>(
        &self,
        outputs: impl IntoIterator<Item = &'a Path>,
    ) -> Result<(), CliError> {
        let outputs = outputs.into_iter();
        let outputs = outputs.filter_map(|output| Some((file_identity(output)?, output)));
        let outputs: HashMap<_, _> = outputs.collect();
        if outputs.is_empty() {
            return Ok(());
        }
        let mut files = self.files.iter().chain(&self.others);
        let written = files.find_map(|file| Some((file, outputs.get(&file_identity(file)?)?)));
        match written {
            Some((file, output)) => Err(CliError::OutputConflict(format!(
                "'{}' is an input of this run ('{}') and would be overwritten: choose another path for the output",
                output.display(),
                file.display()
            ))),
            None => Ok(()),
        }
    }

    /// Refuses to write over a file in a folder that is read, unless it `is_earlier`: one that was written so before.
    pub(crate) fn reject_overwrite_inside(
        &self,
        output: &Path,
        is_earlier: fn(&[u8]) -> bool,
    ) -> Result<(), CliError> {
        let Ok(path) = fs::canonicalize(output) else {
            return Ok(());
        };
        let is_above = |folder: &&PathBuf| {
            fs::canonicalize(folder).is_ok_and(|folder| path.starts_with(folder))
        };
        match self.folders.iter().find(is_above) {
            Some(folder) if !fs::read(&path).is_ok_and(|bytes| is_earlier(&bytes)) => {
                Err(CliError::OutputConflict(format!(
                    "'{}' lies in '{}', which this run reads, and was not written by this command: choose another \
                     place for the output",
                    output.display(),
                    folder.display()
                )))
            }
            _ => Ok(()),
        }
    }
}

/// Refuses to write over a file of some bundle.
pub(crate) fn reject_bundle_file(output: &Path) -> Result<(), CliError> {
    match find_owning_receipt(output) {
        Some(receipt) => Err(CliError::OutputConflict(format!(
            "'{}' is a file of the bundle of '{}': choose another name",
            output.display(),
            receipt.display()
        ))),
        None => Ok(()),
    }
}

/// What is the same for all names of a file; none for what is not there.
#[cfg(unix)]
fn file_identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// The path in one spelling, whether or not there is something.
pub(crate) fn canonical(path: &Path) -> PathBuf {
    let mut missing = Vec::new();
    let mut folder = absolute(path).unwrap_or_else(|_| path.to_owned());
    while let Some(name) = folder.file_name().map(ToOwned::to_owned) {
        folder.pop();
        missing.push(name);
        if let Ok(canonical) = fs::canonicalize(&folder) {
            folder = canonical;
            break;
        }
    }
    folder.extend(missing.into_iter().rev());
    folder
}
