//! Pack options, as flags and project files give them, and the request that they make.

use std::path::PathBuf;

use super::PackRequest;
use crate::bundle::SideFiles;
use crate::cache::Cache;
use crate::diagnostic::{Diagnostic, Sourced};
use crate::profile::{Budgets, Overrides, load_beside};

/// Where the inputs of a bundle are, but for the app.
#[derive(Clone, Debug, Default)]
pub struct InputPaths {
    /// The standard library; the build Python's own if none is named.
    pub stdlib: Option<PathBuf>,
    /// The build Python; one from the PATH if none is named.
    pub build_python: Option<String>,
    /// A cross build of CPython, whose library and facts are used.
    pub cpython_build: Option<PathBuf>,
    /// A folder of manifests to use in place of those built in.
    pub manifests: Option<PathBuf>,
}

/// What the user chooses: a profile by name, what changes it, and where the inputs are. Flags and the entries of
/// `stdlib-pack.yaml` both become this.
#[derive(Clone, Debug)]
pub struct PackOptions {
    /// A built-in profile, or the path of a YAML file.
    pub profile: Sourced<String>,
    /// The folder that the path is relative to; empty for where the program runs.
    pub folder: PathBuf,
    /// What changes the profile.
    pub overrides: Overrides,
    /// The user's code.
    pub apps: Vec<PathBuf>,
    /// Where the other inputs are.
    pub inputs: InputPaths,
    /// The zip that clients have, to make a delta from.
    pub delta_from: Option<PathBuf>,
    /// What describes the bundle's files, and is written with them.
    pub side_files: SideFiles,
    /// Most worker processes at once; one a core, if it is not said.
    pub workers: Option<usize>,
}

impl PackOptions {
    /// This profile, and all else by default.
    pub fn new(profile: Sourced<String>) -> Self {
        Self {
            profile,
            folder: PathBuf::new(),
            overrides: Overrides::default(),
            apps: Vec::new(),
            inputs: InputPaths::default(),
            delta_from: None,
            side_files: SideFiles::default(),
            workers: None,
        }
    }

    /// Loads the profile and applies what changes it.
    ///
    /// # Errors
    /// Every error in the profile and the overrides.
    pub fn into_request(self, cache: Cache) -> Result<PackRequest, Vec<Diagnostic>> {
        let mut profile = load_beside(&self.profile, &self.folder)?;
        // A built-in profile's budget is for what it is by itself.
        if profile.files.is_empty() && (self.overrides.change_contents() || !self.apps.is_empty()) {
            profile.budget = Budgets::default();
        }
        let errors = self.overrides.apply(&mut profile);
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut request = PackRequest::new(profile).with_inputs(self.inputs);
        request.apps = self.apps;
        request.delta_from = self.delta_from;
        request.side_files = self.side_files;
        request.cache = cache;
        request.workers = self.workers.unwrap_or(request.workers);
        Ok(request)
    }
}

impl PackRequest {
    /// The same with these inputs.
    #[must_use]
    pub fn with_inputs(mut self, inputs: InputPaths) -> Self {
        let InputPaths {
            stdlib,
            build_python,
            cpython_build,
            manifests,
        } = inputs;
        self.stdlib = stdlib;
        self.build_python = build_python;
        self.cpython_build = cpython_build;
        self.manifests = manifests;
        self
    }
}
