//! Reads Python sources from zips, such as Pyodide's `python_stdlib.zip`. Zips are untrusted.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zip::ZipArchive;

use super::folder::{is_compiled, is_extension_module, skipped_folder};
use super::{ModuleEntries, StdlibError};
use crate::fs::limited;
use crate::types::ByteSize;

/// Limits for untrusted archives.
#[derive(Clone, Copy, Debug)]
pub struct ArchiveLimits {
    /// The maximum unpacked size of one file, in bytes. The largest file in any CPython is under 2 MB.
    pub file: u64,
    /// The maximum size of an archive, in bytes. Archives are kept in memory.
    pub packed: u64,
    /// The maximum unpacked size of an archive, in bytes. A whole `Lib` folder with its tests is under 100 MB.
    pub archive: u64,
    /// The maximum number of files in an archive.
    pub entries: usize,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        Self {
            file: 64 << 20,
            packed: 256 << 20,
            archive: 1 << 30,
            entries: 200_000,
        }
    }
}

/// The bytes of a zip, and the indexes of its entries by path.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    zip: ZipArchive<Cursor<Bytes>>,
    indexes: HashMap<String, usize>,
    /// The indexes of extension modules, which are not sources of a library.
    extension_modules: HashMap<String, usize>,
}

/// The bytes of a zip, shared by all its readers. Creating an `Arc<[u8]>` would copy them.
#[derive(Clone, Debug)]
pub(super) struct Bytes(Arc<Vec<u8>>);

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Archive {
    /// Reads the directory of a zip and lists the files of the standard library in it.
    ///
    /// # Errors
    /// If the file is not a zip, is damaged, has unsafe entry names, exceeds [`ArchiveLimits`], or contains no sources
    /// of a standard library.
    pub fn open(path: &Path) -> Result<(Self, ModuleEntries), StdlibError> {
        Self::of_library(path, load(path)?)
    }

    /// Like [`Archive::open`], for the bytes of the file at `path`.
    pub(crate) fn of_library(
        path: &Path,
        bytes: Vec<u8>,
    ) -> Result<(Self, ModuleEntries), StdlibError> {
        let (mut archive, names) = Self::list(path, bytes)?;
        let prefix = library_prefix(&names).ok_or_else(|| {
            let bytecode = names.iter().any(|name| name.ends_with("__init__.pyc"));
            let path = path.to_owned();
            if bytecode {
                StdlibError::OnlyBytecode(path)
            } else {
                StdlibError::NotAStdlib(path)
            }
        })?;
        archive.restrict_to_prefix(&prefix);
        let entries = ModuleEntries::of_library(archive.indexes.keys().cloned());
        Ok((archive, entries))
    }

    /// Reads the directory of any zip of Python files, such as a wheel.
    ///
    /// # Errors
    /// The same as for [`Archive::open`], except that any contents are accepted.
    pub fn open_any(path: &Path) -> Result<(Self, ModuleEntries), StdlibError> {
        Self::of_any(path, load(path)?)
    }

    /// Like [`Archive::open_any`], for the bytes of the file at `path`.
    pub(crate) fn of_any(
        path: &Path,
        bytes: Vec<u8>,
    ) -> Result<(Self, ModuleEntries), StdlibError> {
        let (archive, _) = Self::list(path, bytes)?;
        let entries = ModuleEntries::from_paths(archive.indexes.keys().cloned());
        Ok((archive, entries))
    }

    fn list(path: &Path, bytes: Vec<u8>) -> Result<(Self, Vec<String>), StdlibError> {
        let limits = ArchiveLimits::default();
        let mut zip = directory(path, bytes)?;
        if zip.len() > limits.entries {
            return Err(StdlibError::TooMany {
                path: path.to_owned(),
                entries: zip.len(),
                limit: limits.entries,
            });
        }
        let overlap = zip.has_overlapping_files();
        if overlap.map_err(|error| damaged_archive(path, &error.to_string()))? {
            return Err(damaged_archive(path, "files in it share the same bytes"));
        }
        let mut indexes = HashMap::new();
        let mut extension_modules = HashMap::new();
        let mut names = Vec::new();
        let mut unpacked = 0_u64;
        for index in 0..zip.len() {
            let name = match zip.name_for_index(index) {
                Some(Ok(name)) => name.into_owned(),
                Some(Err(error)) => return Err(damaged_archive(path, &error.to_string())),
                None => continue,
            };
            check_name(path, &name)?;
            if name.ends_with('/') {
                continue;
            }
            names.push(name.clone());
            if is_extension_module(&name) {
                extension_modules.insert(name, index);
                continue;
            }
            if is_in_skipped_folder(&name) || is_compiled(&name) {
                continue;
            }
            let entry = zip.by_index_raw(index);
            let entry =
                entry.map_err(|error| damaged_archive(path, &format!("{name}: {error}")))?;
            // The content of a link is a path, which may happen to parse as Python.
            if entry.is_symlink() && name.ends_with(".py") {
                return Err(unsafe_entry(path, &name, "is a symbolic link"));
            }
            // The sizes come from the zip and may be wrong, so the sum must not overflow.
            unpacked = unpacked.saturating_add(entry.size());
            indexes.insert(name, index);
        }
        if unpacked > limits.archive {
            return Err(StdlibError::TooLarge {
                label: format!("{} (unpacked)", path.display()),
                size: unpacked,
                limit: limits.archive,
            });
        }
        let archive = Self {
            path: path.to_owned(),
            zip,
            indexes,
            extension_modules,
        };
        Ok((archive, names))
    }

    /// Returns the names of all entries, also of those that count as no files of the tree.
    pub fn names(&self) -> impl Iterator<Item = Cow<'_, str>> {
        // Opening fails for a name that cannot be decoded.
        self.zip.file_names().flatten()
    }

    /// Returns the sorted paths of the extension modules in the zip.
    pub fn extension_modules(&self) -> Vec<&str> {
        let mut paths: Vec<&str> = self.extension_modules.keys().map(String::as_str).collect();
        paths.sort_unstable();
        paths
    }

    /// Removes entries outside `prefix`, and strips the prefix from the others.
    fn restrict_to_prefix(&mut self, prefix: &str) {
        let indexes = std::mem::take(&mut self.indexes);
        self.indexes = indexes
            .into_iter()
            .filter_map(|(name, index)| Some((name.strip_prefix(prefix)?.to_owned(), index)))
            .collect();
    }

    /// Unpacks a file.
    ///
    /// # Errors
    /// If the file is missing, damaged, or exceeds [`ArchiveLimits`].
    pub fn read(&self, name: &str) -> Result<Vec<u8>, StdlibError> {
        let limit = ArchiveLimits::default().file;
        let damaged = |reason: String| StdlibError::Damaged {
            path: self.path.clone(),
            reason: format!("{name}: {reason}"),
        };
        let index = self.index(name)?;
        let mut zip = self.zip.clone();
        let entry = zip
            .by_index(index)
            .map_err(|error| damaged(error.to_string()))?;
        read_at_most(entry, limit, name).map_err(|error| damaged(error.to_string()))?
    }

    pub(crate) fn size(&self, name: &str) -> Result<u64, StdlibError> {
        let index = self.index(name)?;
        let mut zip = self.zip.clone();
        let entry = zip
            .by_index_raw(index)
            .map_err(|error| StdlibError::Damaged {
                path: self.path.clone(),
                reason: format!("{name}: {error}"),
            })?;
        Ok(entry.size())
    }

    fn index(&self, name: &str) -> Result<usize, StdlibError> {
        let index = self.indexes.get(name);
        index
            .or_else(|| self.extension_modules.get(name))
            .copied()
            .ok_or_else(|| StdlibError::Damaged {
                path: self.path.clone(),
                reason: format!("no entry '{name}'"),
            })
    }
}

/// Reads the file at `path`, which may not be a zip.
pub(super) fn load(path: &Path) -> Result<Vec<u8>, StdlibError> {
    if !path.exists() {
        return Err(StdlibError::Missing(path.to_owned()));
    }
    let to_error = |error| StdlibError::of_input(error, path.display().to_string());
    limited::read(path, ByteSize(ArchiveLimits::default().packed)).map_err(to_error)
}

pub(super) fn directory(
    path: &Path,
    bytes: Vec<u8>,
) -> Result<ZipArchive<Cursor<Bytes>>, StdlibError> {
    let zip = ZipArchive::new(Cursor::new(Bytes(Arc::new(bytes))));
    zip.map_err(|error| damaged_archive(path, &error.to_string()))
}

pub(super) fn damaged_archive(path: &Path, reason: &str) -> StdlibError {
    StdlibError::Damaged {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

/// Reads to the end, or fails after reading one byte more than `limit`.
fn read_at_most(
    source: impl Read,
    limit: u64,
    label: &str,
) -> io::Result<Result<Vec<u8>, StdlibError>> {
    let mut bytes = Vec::new();
    source.take(limit + 1).read_to_end(&mut bytes)?;
    let size = bytes.len() as u64;
    Ok(if size > limit {
        let label = label.to_owned();
        Err(StdlibError::TooLarge { label, size, limit })
    } else {
        Ok(bytes)
    })
}

fn is_in_skipped_folder(name: &str) -> bool {
    let folders = name.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').any(skipped_folder)
}

pub(super) fn check_name(path: &Path, name: &str) -> Result<(), StdlibError> {
    let has_drive = name.as_bytes().get(1) == Some(&b':');
    if name.starts_with('/') || name.starts_with('\\') || has_drive {
        return Err(unsafe_entry(path, name, "has an absolute name"));
    }
    if name.split(['/', '\\']).any(|part| part == "..") {
        return Err(unsafe_entry(path, name, "leads out of the archive"));
    }
    if name.contains('\0') {
        return Err(unsafe_entry(path, name, "holds a zero byte"));
    }
    Ok(())
}

fn unsafe_entry(path: &Path, entry: &str, reason: &'static str) -> StdlibError {
    StdlibError::UnsafeEntry {
        path: path.to_owned(),
        entry: entry.to_owned(),
        reason,
    }
}

/// Returns the root of the library in the zip: the prefix of the shallowest `encodings` package.
fn library_prefix(names: &[String]) -> Option<String> {
    names
        .iter()
        .filter_map(|name| name.strip_suffix("encodings/__init__.py"))
        .filter(|prefix| prefix.is_empty() || prefix.ends_with('/'))
        .min_by_key(|prefix| prefix.len())
        .map(str::to_owned)
}
