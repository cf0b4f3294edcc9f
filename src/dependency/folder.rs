//! Lists the files of a dependency in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::error::DependencyError;
use crate::stdlib::{ArchiveLimits, ModuleEntries, StdlibError, is_extension_module};

/// A folder of packages.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// The name of the package and a slash, if the folder is one package; else empty.
    prefix: String,
}

impl Folder {
    /// Lists the modules and data files, and the extension modules, of a package, a folder of packages, or a virtual
    /// environment.
    pub(super) fn open(path: &Path) -> Result<(Self, ModuleEntries, Vec<String>), DependencyError> {
        let root = site_packages(path).unwrap_or_else(|| path.to_owned());
        Self::list(root)
    }

    /// Lists those of a folder that is an entry of `sys.path`, or of a package.
    pub(super) fn list(
        root: PathBuf,
    ) -> Result<(Self, ModuleEntries, Vec<String>), DependencyError> {
        let folder = Self {
            prefix: package_prefix(&root),
            root,
        };
        let walk = WalkDir::new(&folder.root).follow_links(true);
        let (mut paths, mut extensions) = (Vec::new(), Vec::new());
        for entry in walk.into_iter().filter_entry(is_kept) {
            let entry = match entry {
                Ok(entry) => entry,
                // A loop of links leads to files that are found elsewhere.
                Err(error) if error.loop_ancestor().is_some() => continue,
                Err(error) => {
                    let path = error.path().unwrap_or(&folder.root).display().to_string();
                    let source = error.into();
                    return Err(StdlibError::Io { path, source }.into());
                }
            };
            let Some(inner) = folder.inner_path(&entry) else {
                continue;
            };
            if is_extension_module(&inner) {
                extensions.push(inner);
            } else if !inner.ends_with(".pyc") {
                paths.push(inner);
            }
            let limit = ArchiveLimits::default().entries;
            if paths.len() + extensions.len() > limit {
                let path = folder.root;
                return Err(DependencyError::TooMany { path, limit });
            }
        }
        extensions.sort();
        Ok((folder, ModuleEntries::from_paths(paths), extensions))
    }

    /// Returns the path of a file in the dependency, or `None` for folders and for names that are not UTF-8.
    fn inner_path(&self, entry: &DirEntry) -> Option<String> {
        if !entry.file_type().is_file() {
            return None;
        }
        let parts = entry.path().strip_prefix(&self.root).ok()?.iter();
        let parts: Option<Vec<&str>> = parts.map(|part| part.to_str()).collect();
        Some(format!("{}{}", self.prefix, parts?.join("/")))
    }

    /// Returns the file at a path in the dependency.
    pub(super) fn file(&self, inner: &str) -> PathBuf {
        self.root
            .join(inner.strip_prefix(&*self.prefix).unwrap_or(inner))
    }
}

fn is_kept(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    entry.depth() == 0
        // delocate's folder of shared libraries
        || name == ".dylibs"
        || !(entry.file_type().is_dir() && (name == "__pycache__" || name.starts_with('.')))
}

/// Returns the name of a package and a slash, for the folder of a package.
fn package_prefix(folder: &Path) -> String {
    if !folder.join("__init__.py").is_file() {
        return String::new();
    }
    let name = folder.canonicalize().ok();
    let name = name.as_deref().and_then(Path::file_name);
    name.map_or_else(String::new, |name| format!("{}/", name.to_string_lossy()))
}

/// Returns the entry of `sys.path` from which a dependency is imported: its own path, or the folder around a package.
pub fn search_path(dependency: &Path) -> PathBuf {
    let root = site_packages(dependency).unwrap_or_else(|| dependency.to_owned());
    let absolute = root.canonicalize().unwrap_or(root);
    match absolute.parent() {
        Some(parent) if absolute.join("__init__.py").is_file() => parent.to_owned(),
        _ => absolute,
    }
}

/// Returns the folder of the installed packages of a virtual environment.
fn site_packages(environment: &Path) -> Option<PathBuf> {
    if !environment.join("pyvenv.cfg").is_file() {
        return None;
    }
    let windows = environment.join("Lib/site-packages");
    if windows.is_dir() {
        return Some(windows);
    }
    let versions = fs::read_dir(environment.join("lib")).ok()?.flatten();
    let mut folders: Vec<PathBuf> = versions
        .map(|version| version.path().join("site-packages"))
        .filter(|folder| folder.is_dir())
        .collect();
    folders.sort();
    folders.pop()
}
