//! Pack options from flags and project files, and their conversion into a [`PackRequest`].

use std::path::PathBuf;

use super::PackRequest;
use crate::bundle::SideFiles;
use crate::cache::Cache;
use crate::dependency::find_wheels;
use crate::diagnostic::{Code, Diagnostic, Sourced};
use crate::profile::{Budgets, Overrides, load_beside};

/// The default name of the file with the options of a project's bundles.
pub const PROJECT_FILE: &str = "stdlib-pack.yaml";

/// The paths of a bundle's inputs, except for the app.
#[derive(Clone, Debug, Default)]
pub struct InputPaths {
    /// The standard library; by default that of the build Python.
    pub stdlib: Option<PathBuf>,
    /// The build Python; by default one from the `PATH`.
    pub build_python: Option<String>,
    /// A cross build of CPython that provides the library and the target facts.
    pub cpython_build: Option<PathBuf>,
    /// A folder of manifests that replaces the embedded ones.
    pub manifests: Option<PathBuf>,
}

impl InputPaths {
    /// Returns these paths, replaced by those of `other` that are set.
    #[must_use]
    pub fn overridden_by(self, other: Self) -> Self {
        Self {
            stdlib: other.stdlib.or(self.stdlib),
            build_python: other.build_python.or(self.build_python),
            cpython_build: other.cpython_build.or(self.cpython_build),
            manifests: other.manifests.or(self.manifests),
        }
    }
}

/// The user's choices: a profile, its overrides and the paths of the inputs. Both flags and the entries of
/// `stdlib-pack.yaml` are converted to this type.
#[derive(Clone, Debug)]
pub struct PackOptions {
    /// The name of a built-in profile, or the path of a YAML file.
    pub profile: Sourced<String>,
    /// The folder that the profile's path is relative to; empty for the current directory.
    pub folder: PathBuf,
    /// Changes to the profile.
    pub overrides: Overrides,
    /// The paths of the app: files, folders, wheels or zips.
    pub apps: Vec<PathBuf>,
    /// The paths of the dependencies: wheels, zips, packages or folders of packages.
    pub dependencies: Vec<PathBuf>,
    /// Requirements or lock files, and the folder of the wheels that they name.
    pub wheels: Option<(Vec<PathBuf>, PathBuf)>,
    /// The paths of the other inputs.
    pub inputs: InputPaths,
    /// An earlier zip that clients have: the base of the deltas.
    pub delta_from: Option<PathBuf>,
    /// The recordings that the bundle is checked against.
    pub check_against: Vec<PathBuf>,
    /// The side files to write with the bundle.
    pub side_files: SideFiles,
    /// The maximum number of worker processes; by default one per core.
    pub workers: Option<usize>,
}

impl PackOptions {
    /// Returns options for `profile`, with defaults for everything else.
    pub fn new(profile: Sourced<String>) -> Self {
        Self {
            profile,
            folder: PathBuf::new(),
            overrides: Overrides::default(),
            apps: Vec::new(),
            dependencies: Vec::new(),
            wheels: None,
            inputs: InputPaths::default(),
            delta_from: None,
            check_against: Vec::new(),
            side_files: SideFiles::default(),
            workers: None,
        }
    }

    /// Loads the profile and applies the overrides to it.
    ///
    /// # Errors
    /// All errors in the profile, or else all errors in the overrides.
    pub fn into_request(self, cache: Cache) -> Result<PackRequest, Vec<Diagnostic>> {
        let mut profile = load_beside(&self.profile, &self.folder)?;
        // The budget of a built-in profile is for its unchanged contents.
        if profile.files.is_empty() && (self.overrides.change_contents() || !self.apps.is_empty()) {
            profile.budget = Budgets::default();
        }
        let errors = self.overrides.apply(&mut profile);
        if !errors.is_empty() {
            return Err(errors);
        }
        profile.include_needed(!self.apps.is_empty());
        let mut request = PackRequest::new(profile).with_inputs(self.inputs);
        request.apps = self.apps;
        let dependencies = std::mem::take(&mut request.profile.dependencies);
        request.dependencies = [dependencies, self.dependencies].concat();
        if let Some((files, folder)) = &self.wheels {
            for file in files {
                let wheels = find_wheels(file, folder).map_err(|error| {
                    vec![Diagnostic::error(
                        Code::InvalidDependency,
                        error.to_string(),
                    )]
                })?;
                request.dependencies.extend(wheels);
            }
        }
        request.delta_from = self.delta_from;
        request.check_against = self.check_against;
        request.side_files = self.side_files;
        request.cache = cache;
        request.workers = self.workers.unwrap_or(request.workers);
        Ok(request)
    }
}

impl PackRequest {
    /// Replaces the paths of the inputs.
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
