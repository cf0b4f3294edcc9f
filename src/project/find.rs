//! Finds the file of a project: in the current folder, or in the nearest one above.

use std::env;
use std::path::{Path, PathBuf};

use super::parse::read_project;
use crate::diagnostic::{Code, Diagnostic};
use crate::fs::limited;
use crate::pipeline::PROJECT_FILE;
use crate::pyproject::{PYPROJECT_FILE, TABLE, read_tool_table};

/// Returns the path of the project's file, relative to the current folder: `stdlib-pack.yaml`, or a `pyproject.toml` with
/// `[tool.stdlib-pack]`. Folders of other users are not searched, because a project names programs to run.
///
/// # Errors
/// When there is none, when a folder has both, or when a `pyproject.toml` that may have the table is not TOML.
pub fn find_project() -> Result<PathBuf, Vec<Diagnostic>> {
    let current = env::current_dir().unwrap_or_default();
    let mut folder = PathBuf::new();
    let is_ours = same_owner(&current);
    for _ in current.ancestors().take_while(|folder| is_ours(folder)) {
        if let Some(file) = project_in(&folder)? {
            return Ok(file);
        }
        folder.push("..");
    }
    let message = format!(
        "there is no project: neither this folder nor one above it has a {PROJECT_FILE}, or a {PYPROJECT_FILE} with \
         {TABLE}"
    );
    let help = "it names bundles, each with the flags that make it: see 'stdlib-pack build --help'";
    let error = Diagnostic::error(Code::InvalidProject, message);
    Err(vec![error.with_help(help.to_owned())])
}

/// Returns the project's file in a folder, if there is one.
fn project_in(folder: &Path) -> Result<Option<PathBuf>, Vec<Diagnostic>> {
    let yaml = folder.join(PROJECT_FILE);
    let yaml = yaml.is_file().then_some(yaml);
    let toml = folder.join(PYPROJECT_FILE);
    let toml = has_table(&toml)?.then_some(toml);
    match (yaml, toml) {
        (Some(yaml), Some(toml)) => {
            let message = format!(
                "there are two projects: '{}', and {TABLE} in '{}'",
                yaml.display(),
                toml.display()
            );
            let help = "move the bundles of one into the other, or name one with --file";
            let error = Diagnostic::error(Code::InvalidProject, message);
            Err(vec![error.with_help(help.to_owned())])
        }
        (yaml, toml) => Ok(yaml.or(toml)),
    }
}

/// Returns whether a `pyproject.toml` has the table of a project. One that cannot be read has none.
fn has_table(file: &Path) -> Result<bool, Vec<Diagnostic>> {
    let Ok(text) = limited::read_text(file, limited::MAX_YAML) else {
        return Ok(false);
    };
    match read_tool_table(&text) {
        Ok(table) => Ok(table.is_some()),
        // Read again for the message, which has the place.
        Err(_) => read_project(file).map(|_| true),
    }
}

/// Returns a test whether folders have the owner of the folder `current`.
#[cfg(unix)]
fn same_owner(current: &Path) -> impl Fn(&Path) -> bool {
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    let owner = |folder: &Path| fs::metadata(folder).ok().map(|metadata| metadata.uid());
    let ours = owner(current);
    move |folder| owner(folder) == ours
}

#[cfg(not(unix))]
fn same_owner(_: &Path) -> impl Fn(&Path) -> bool {
    |_: &Path| true
}
