//! Finds and lists a standard library in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::{ArchiveLimits, ModuleEntries, StdlibError};
use crate::fs::limited;
use crate::types::ByteSize;

/// Folders of an installed Python that contain no sources of the standard library.
const SKIPPED: [&str; 4] = [
    "site-packages",
    "dist-packages",
    "__pycache__",
    "lib-dynload",
];

/// Returns whether folders with this name are never part of the standard library.
pub fn skipped_folder(name: &str) -> bool {
    SKIPPED.contains(&name) || name.starts_with("config-") || name.starts_with('.')
}

/// A standard library in a folder.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Finds the library at or below `path` and lists its files.
    ///
    /// # Errors
    /// If there is no library, or its folder cannot be read.
    pub fn open(path: &Path) -> Result<(Self, ModuleEntries), StdlibError> {
        let root = library_root(path).ok_or_else(|| StdlibError::NotAStdlib(path.to_owned()))?;
        let mut paths = Vec::new();
        let mut warnings = Vec::new();
        let is_kept = |entry: &DirEntry| {
            !(entry.depth() > 0
                && entry.file_type().is_dir()
                && entry.file_name().to_str().is_some_and(skipped_folder))
        };
        // Links are followed, since some build systems link to the sources. walkdir detects loops.
        let walk = WalkDir::new(&root).follow_links(true);
        for entry in walk.into_iter().filter_entry(is_kept) {
            match entry {
                Ok(entry) if entry.file_type().is_file() => match relative(&root, entry.path()) {
                    Some(path) if is_compiled(&path) => {}
                    Some(path) => paths.push(path),
                    None => warnings.push(format!(
                        "skipped '{}': its name is not UTF-8",
                        entry.path().display()
                    )),
                },
                Ok(_) => {}
                Err(error) if error.depth() == 0 => {
                    let path = root.display().to_string();
                    let source = error.into();
                    return Err(StdlibError::Io { path, source });
                }
                Err(error) => warnings.push(format!("skipped: {error}")),
            }
        }
        // The order of directory entries depends on the file system. `from_paths` sorts the paths.
        warnings.sort_unstable();
        let mut entries = ModuleEntries::of_library(paths);
        entries.warnings.append(&mut warnings);
        Ok((Self { root }, entries))
    }

    pub(super) fn file(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Returns the real path of a file if symbolic links lead out of the library.
    pub(super) fn link_target_outside(&self, path: &str) -> Option<PathBuf> {
        let root = self.root.canonicalize().ok()?;
        let real = self.root.join(path).canonicalize().ok()?;
        (!real.starts_with(root)).then_some(real)
    }

    pub(super) fn read(&self, path: &str) -> Result<Vec<u8>, StdlibError> {
        let full_path = self.root.join(path);
        let to_error = |error| StdlibError::of_input(error, full_path.display().to_string());
        limited::read(&full_path, ByteSize(ArchiveLimits::default().file)).map_err(to_error)
    }

    pub(super) fn size(&self, path: &str) -> Result<u64, StdlibError> {
        let full_path = self.root.join(path);
        let metadata = fs::metadata(&full_path).map_err(|source| StdlibError::Io {
            path: full_path.display().to_string(),
            source,
        })?;
        Ok(metadata.len())
    }
}

/// A file that every standard library has, because the interpreter cannot start without it.
const LANDMARK: &str = "encodings/__init__.py";

fn library_root(path: &Path) -> Option<PathBuf> {
    let direct = [path.to_owned(), path.join("Lib")];
    if let Some(root) = direct
        .into_iter()
        .find(|root| root.join(LANDMARK).is_file())
    {
        return Some(root);
    }
    let installed = fs::read_dir(path.join("lib")).ok()?;
    let mut roots: Vec<PathBuf> = installed
        .flatten()
        .map(|entry| entry.path())
        .filter(|folder| folder.join(LANDMARK).is_file())
        .collect();
    roots.sort();
    // With several versions under one prefix, the choice would be a guess.
    (roots.len() == 1).then(|| roots.remove(0))
}

fn relative(root: &Path, path: &Path) -> Option<String> {
    let parts = path.strip_prefix(root).ok()?.iter();
    let parts: Option<Vec<&str>> = parts.map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

/// The file name suffixes of extension modules: on all platforms, the results of `_imp.extension_suffixes()` end with
/// one of them.
const EXTENSION_MODULES: [&str; 2] = [".so", ".pyd"];

/// Returns whether the file at this path is an extension module.
pub fn is_extension_module(path: &str) -> bool {
    EXTENSION_MODULES
        .iter()
        .any(|suffix| path.ends_with(suffix))
}

/// Returns whether a file is compiled code, which is skipped because bundles are built from sources.
pub(super) fn is_compiled(path: &str) -> bool {
    let extension = Path::new(path).extension().and_then(|e| e.to_str());
    matches!(extension, Some("pyc" | "pyo" | "so" | "pyd" | "dll" | "a"))
}
