//! Python files that notebooks, pages and scripts lead to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::tree::Tree;
use super::{AppFile, SourceParts};
use crate::embedded::Place;
use crate::stdlib::{ModuleEntries, ModuleKind};
use crate::types::ModuleName;

/// A Python file that documents lead to.
pub(super) struct PythonFile {
    /// The path of the file that has the source, relative to the root.
    pub(super) in_file: PathBuf,
    /// The source.
    pub(super) source: Vec<u8>,
    /// The places, if the source is in a document.
    pub(super) places: Option<Vec<Place>>,
    /// Whether it runs in the namespace of all pages and scripts of the app.
    pub(super) shares_names: bool,
}

/// Adds Python files as modules, by the path that they have for imports. Modules that are there take precedence.
pub(super) fn add_python_files(
    tree: &mut Tree,
    mut files: BTreeMap<String, PythonFile>,
    display_root: &Path,
) {
    let entries = ModuleEntries::from_paths(files.keys().cloned().collect::<Vec<_>>());
    let mut named: Vec<(ModuleName, String, ModuleKind)> = entries
        .modules
        .into_iter()
        .map(|(name, module)| (name, module.path, module.kind))
        .collect();
    // As with other scripts, their names may be no names of modules.
    named.extend(entries.data.into_iter().filter_map(|path| {
        let name = path.trim_end_matches(".py").replace(['.', ' ', '/'], "_");
        Some((ModuleName::new(&name).ok()?, path, ModuleKind::Module))
    }));
    for (name, path, kind) in named {
        let file = files.remove(&path);
        if tree.modules.contains_key(&name) {
            continue;
        }
        let (in_file, source, origin) = match file {
            None => (PathBuf::from(&path), Vec::new(), None),
            Some(file) => {
                let origin = (file.places.is_some() || file.shares_names).then(|| SourceParts {
                    places: file.places.unwrap_or_default(),
                    shares_names: file.shares_names,
                    is_importable: true,
                });
                (file.in_file, file.source, origin)
            }
        };
        let file = AppFile {
            kind,
            path: display_root.join(&in_file).display().to_string(),
            inner: path,
            source,
            compiled: None,
            is_excluded: false,
            origin,
        };
        tree.modules.insert(name, file);
    }
}

/// Returns the path of a file from which Python imports it: relative to the folder that the interpreter starts in, or
/// to that of packages.
pub(super) fn imported_path(path: &str) -> String {
    let relative = path.trim_start_matches("./");
    let in_packages = relative.rsplit_once("site-packages/").map(|(_, path)| path);
    let at_home = relative.strip_prefix("/home/pyodide/");
    match in_packages.or(at_home) {
        Some(path) => path.to_owned(),
        None if relative.starts_with('/') || relative.contains("..") || relative.contains(':') => {
            relative.rsplit('/').next().unwrap_or(relative).to_owned()
        }
        None => relative.to_owned(),
    }
}
