//! The files that a run reads and must not overwrite.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf, absolute};

use crate::app::searched_folders;
use crate::bundle::find_owning_receipt;
use crate::cli::error::CliError;
use crate::compile::PythonCommand;
use crate::pipeline::PackRequest;
use crate::profile::{StartTier, Tiers};

/// The files of a Pyodide package that affect the bytecode that it compiles.
const PYODIDE_FILES: [&str; 3] = ["pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip"];

/// The files and folders that a run reads.
#[derive(Clone, Debug, Default)]
pub(crate) struct InputFiles {
    /// Files that the output depends on.
    files: Vec<PathBuf>,
    /// Files that were read, but that the output does not depend on.
    others: Vec<PathBuf>,
    /// Folders that were searched.
    folders: Vec<PathBuf>,
    /// Folders in which a new file may change the output.
    searched: Vec<PathBuf>,
}

impl InputFiles {
    /// Collects the inputs of `request`. `manifests` are the manifest files that were read, and `reads` the files of
    /// the library and the app.
    pub(crate) fn new(request: &PackRequest, manifests: &[PathBuf], reads: &[PathBuf]) -> Self {
        let mut files = [reads, manifests, &request.profile.files].concat();
        files.extend(
            request
                .profile
                .extra_modules
                .iter()
                .map(|extra| extra.file.clone()),
        );
        files.extend(request.delta_bases().into_values());
        files.extend(request.check_against.iter().cloned());
        if let Some(Tiers {
            start: StartTier::Recorded(file),
            ..
        }) = &request.profile.tiers
        {
            files.push(file.clone());
        }
        let python = request.build_python.as_deref().map(PythonCommand::new);
        files.extend(match python {
            Some(Ok(PythonCommand::Native(command))) => vec![PathBuf::from(&command[0])],
            Some(Ok(PythonCommand::Pyodide(folder))) => {
                PYODIDE_FILES.map(|name| folder.join(name)).into()
            }
            _ => Vec::new(),
        });
        let is_app = |file: &&PathBuf| request.apps.contains(file);
        let read_in = reads.iter().filter(|file| !is_app(file));
        let read_in = read_in.filter_map(|file| file.parent()).map(Path::to_owned);
        let in_apps = request.apps.iter().flat_map(|app| searched_folders(app));
        let packages = request.dependencies.iter().filter(|path| path.is_dir());
        let searched = read_in.chain(in_apps).chain(packages.cloned()).collect();
        let paths = [&request.stdlib, &request.cpython_build, &request.manifests];
        let paths = paths.into_iter().flatten().chain(&request.apps).cloned();
        let (folders, others) = paths.partition(|path| path.is_dir());
        Self {
            files,
            others,
            folders,
            searched,
        }
    }

    /// Adds a file that the output depends on.
    pub(crate) fn with_dependency(mut self, file: impl Into<PathBuf>) -> Self {
        self.files.push(file.into());
        self
    }

    /// Adds a file that was read, but that the output does not depend on.
    pub(crate) fn with_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.others.push(file.into());
        self
    }

    /// Returns the files that the output depends on, sorted.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = self.files.clone();
        // A command that was found on the PATH is not a path.
        files.retain(|file| file.is_file());
        files.sort();
        files.dedup();
        files
    }

    /// Returns the files that the output depends on, and the folders in which a new file may change it, sorted.
    pub(crate) fn files_and_folders(&self) -> Vec<PathBuf> {
        let folders = self.searched.iter();
        let folders = folders.filter(|folder| **folder != Path::new(""));
        let mut paths = self.files();
        paths.extend(folders.cloned());
        paths.sort();
        paths.dedup();
        paths
    }

    /// Rejects outputs that are inputs of this run, also under another path, such as a link.
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
        let overwritten = files.find_map(|file| Some((file, outputs.get(&file_identity(file)?)?)));
        match overwritten {
            Some((file, output)) => Err(CliError::OutputConflict(format!(
                "'{}' is an input of this run ('{}') and would be overwritten: choose another path for the output",
                output.display(),
                file.display()
            ))),
            None => Ok(()),
        }
    }

    /// Rejects an existing output in a folder that this run reads, unless `is_earlier` accepts its content as that of
    /// an earlier output.
    pub(crate) fn reject_overwrite_inside(
        &self,
        output: &Path,
        is_earlier: fn(&[u8]) -> bool,
    ) -> Result<(), CliError> {
        let Ok(path) = fs::canonicalize(output) else {
            return Ok(());
        };
        let contains_output = |folder: &&PathBuf| {
            fs::canonicalize(folder).is_ok_and(|folder| path.starts_with(folder))
        };
        match self.folders.iter().find(contains_output) {
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

/// Rejects an output that is a file of a bundle.
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

/// Returns an identity that all paths of a file share, or `None` if there is no file.
#[cfg(unix)]
fn file_identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn file_identity(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// Returns the canonical form of a path that may not exist.
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
