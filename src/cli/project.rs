//! The project that the current folder belongs to, and its bundles by name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::CliError;
use crate::bundle::read_receipt_at;
use crate::did_you_mean;
use crate::project::{ProjectBundle, find_project, read_project};

/// A project that was read.
pub(crate) struct Project {
    /// The path of its file.
    pub(crate) file: PathBuf,
    /// Its bundles, by name; there is at least one.
    pub(crate) bundles: BTreeMap<String, ProjectBundle>,
}

impl Project {
    /// Reads the project in `file`, or else the one that the current folder belongs to.
    pub(crate) fn open(file: Option<&Path>) -> Result<Self, CliError> {
        let file = match file {
            Some(file) => file.to_owned(),
            None => find_project().map_err(CliError::Diagnostics)?,
        };
        let bundles = read_project(&file).map_err(CliError::Diagnostics)?;
        Ok(Self { file, bundles })
    }

    /// Returns the bundle with this name, or else the only one.
    pub(crate) fn bundle(&self, name: Option<&str>) -> Result<&ProjectBundle, CliError> {
        let mut bundles = self.bundles.values();
        match (name, bundles.next(), bundles.next()) {
            (Some(name), ..) => self.bundles.get(name).ok_or_else(|| self.unknown(name)),
            (None, Some(bundle), None) => Ok(bundle),
            (None, ..) => Err(CliError::Usage(format!(
                "'{}' has several bundles: name one with --bundle: {}",
                self.file.display(),
                self.names()
            ))),
        }
    }

    /// Returns the error for a name that no bundle has.
    pub(crate) fn unknown(&self, name: &str) -> CliError {
        let names = self.bundles.keys().map(String::as_str);
        let hint = match did_you_mean::nearest(name, names) {
            Some(nearest) => format!(": did you mean '{nearest}'?"),
            None => format!(", but {}", self.names()),
        };
        CliError::Usage(format!("the project has no bundle '{name}'{hint}"))
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.bundles.keys().map(String::as_str).collect();
        names.join(", ")
    }
}

/// Returns the bundle of the project that an argument names, unless a file or the folder of a bundle has that path. The
/// folder of an app often has the name of its bundle.
pub(crate) fn named_bundle(argument: &Path) -> Option<ProjectBundle> {
    let name = argument.to_str()?;
    let is_path = name.contains(['/', '\\']) || argument.exists() && !argument.is_dir();
    if is_path || read_receipt_at(argument).is_ok() {
        return None;
    }
    Project::open(None).ok()?.bundles.remove(name)
}

/// Returns the folder of the bundle of the project that an argument names, or else the argument, which is a path then.
pub(crate) fn bundle_path(argument: &Path) -> PathBuf {
    named_bundle(argument).map_or_else(|| argument.to_owned(), |bundle| bundle.out)
}
