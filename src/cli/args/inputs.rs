//! Arguments for the inputs other than the app.

use std::path::PathBuf;

use clap::Args;

use crate::manifest::{ManifestError, Manifests};
use crate::pipeline::InputPaths;

/// The locations of the inputs other than the app.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Inputs")]
pub(crate) struct InputArgs {
    /// Standard library sources [default: those of the build Python]
    #[arg(long, value_name = "DIR|ZIP")]
    pub(crate) stdlib: Option<PathBuf>,
    /// Python that compiles, of the library's version: a command, or pyodide:DIR with the folder of
    /// Pyodide's npm package [default: from the PATH]
    #[arg(long, value_name = "CMD")]
    pub(crate) build_python: Option<String>,
    /// Extra module file to add, such as the target's _sysconfigdata_*.py (repeatable)
    #[arg(long, value_name = "FILE")]
    pub(crate) extra_module: Vec<PathBuf>,
    /// Folder of a CPython cross build: provides the library, _sysconfigdata and the set of C modules
    #[arg(long, value_name = "DIR")]
    pub(crate) cpython_build: Option<PathBuf>,
    /// Folder of manifests that override or extend the built-in ones
    #[arg(long, value_name = "DIR")]
    pub(crate) manifests: Option<PathBuf>,
}

impl InputArgs {
    /// Returns the paths of the inputs. The extra modules are not among them, because they belong to the profile.
    pub(crate) fn paths(&self) -> InputPaths {
        InputPaths {
            stdlib: self.stdlib.clone(),
            build_python: self.build_python.clone(),
            cpython_build: self.cpython_build.clone(),
            manifests: self.manifests.clone(),
        }
    }

    /// Loads the manifests: the embedded ones, with those of `--manifests`.
    pub(crate) fn load_manifests(&self) -> Result<Manifests, ManifestError> {
        match &self.manifests {
            Some(folder) => Manifests::with_folder(folder),
            None => Manifests::embedded(),
        }
    }
}
