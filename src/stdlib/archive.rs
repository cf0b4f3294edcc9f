//! A standard library in a zip, such as Pyodide's `python_stdlib.zip`.

use std::collections::HashMap;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zip::ZipArchive;

use super::folder::{compiled, is_extension_module, skipped_folder};
use super::{ModuleEntries, StdlibError};
use crate::fs::limited;
use crate::types::ByteSize;

/// Limits on untrusted archives.
#[derive(Clone, Copy, Debug)]
pub struct ArchiveLimits {
    /// Bytes of one file, unpacked. The largest in any CPython is under 2 MB.
    pub file: u64,
    /// Bytes of a whole archive as it is. It is held in memory.
    pub packed: u64,
    /// Bytes of a whole archive, unpacked. A whole Lib with its tests is under 100 MB.
    pub archive: u64,
    /// Files in one archive.
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

/// The bytes of a zip, and where in it each file is.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    zip: ZipArchive<Cursor<Bytes>>,
    places: HashMap<String, usize>,
    /// Extension modules, which are no part of a library's sources.
    extension_modules: HashMap<String, usize>,
}

/// The bytes of a zip, which every reader of it shares. An `Arc<[u8]>` would have to be a copy of them.
#[derive(Clone, Debug)]
pub(super) struct Bytes(Arc<Vec<u8>>);

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Archive {
    /// Reads the zip's directory and lists its files.
    ///
    /// # Errors
    /// When it is no zip, is damaged, names files outside itself, claims more
    /// than [`Limits`] allow, or holds no standard library sources.
    pub fn open(path: &Path) -> Result<(Self, ModuleEntries), StdlibError> {
        Self::of_library(path, load(path)?)
    }

    /// As [`Archive::open`], of the bytes of the file at `path`.
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
        archive.enter(&prefix);
        let entries = ModuleEntries::from_paths(archive.places.keys().cloned());
        Ok((archive, entries))
    }

    /// Reads the directory of any zip of Python files, a wheel for instance.
    ///
    /// # Errors
    /// As [`Archive::open`], but for what the zip is expected to hold.
    pub fn open_any(path: &Path) -> Result<(Self, ModuleEntries), StdlibError> {
        Self::of_any(path, load(path)?)
    }

    /// As [`Archive::open_any`], of the bytes of the file at `path`.
    pub(crate) fn of_any(
        path: &Path,
        bytes: Vec<u8>,
    ) -> Result<(Self, ModuleEntries), StdlibError> {
        let (archive, _) = Self::list(path, bytes)?;
        let entries = ModuleEntries::from_paths(archive.places.keys().cloned());
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
        let mut places = HashMap::new();
        let mut extension_modules = HashMap::new();
        let mut names = Vec::new();
        let mut unpacked = 0_u64;
        for place in 0..zip.len() {
            let name = match zip.name_for_index(place) {
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
                extension_modules.insert(name, place);
                continue;
            }
            if skipped(&name) || compiled(&name) {
                continue;
            }
            let entry = zip.by_index_raw(place);
            let entry =
                entry.map_err(|error| damaged_archive(path, &format!("{name}: {error}")))?;
            // Its text is a path, which may well read as Python.
            if entry.is_symlink() && name.ends_with(".py") {
                return Err(unsafe_entry(path, &name, "is a symbolic link"));
            }
            // Sizes are claims.
            unpacked = unpacked.saturating_add(entry.size());
            places.insert(name, place);
        }
        if unpacked > limits.archive {
            return Err(StdlibError::TooLarge {
                what: format!("{} (unpacked)", path.display()),
                size: unpacked,
                limit: limits.archive,
            });
        }
        let archive = Self {
            path: path.to_owned(),
            zip,
            places,
            extension_modules,
        };
        Ok((archive, names))
    }

    /// Paths of the extension modules in it, sorted.
    pub fn extension_modules(&self) -> Vec<&str> {
        let mut paths: Vec<&str> = self.extension_modules.keys().map(String::as_str).collect();
        paths.sort_unstable();
        paths
    }

    /// Keeps only what lies under `prefix`, and forgets the prefix.
    fn enter(&mut self, prefix: &str) {
        let places = std::mem::take(&mut self.places);
        self.places = places
            .into_iter()
            .filter_map(|(name, place)| Some((name.strip_prefix(prefix)?.to_owned(), place)))
            .collect();
    }

    /// Unpacks one file.
    ///
    /// # Errors
    /// When it is not there, is damaged, or is larger than [`Limits`] allow.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, StdlibError> {
        let limit = ArchiveLimits::default().file;
        let damaged = |reason: String| StdlibError::Damaged {
            path: self.path.clone(),
            reason: format!("{name}: {reason}"),
        };
        let place = self.place(name)?;
        let mut zip = self.zip.clone();
        let entry = zip
            .by_index(place)
            .map_err(|error| damaged(error.to_string()))?;
        read_at_most(entry, limit, name).map_err(|error| damaged(error.to_string()))?
    }

    pub(crate) fn size(&self, name: &str) -> Result<u64, StdlibError> {
        let place = self.place(name)?;
        let mut zip = self.zip.clone();
        let entry = zip
            .by_index_raw(place)
            .map_err(|error| StdlibError::Damaged {
                path: self.path.clone(),
                reason: format!("{name}: {error}"),
            })?;
        Ok(entry.size())
    }

    fn place(&self, name: &str) -> Result<usize, StdlibError> {
        let place = self.places.get(name);
        place
            .or_else(|| self.extension_modules.get(name))
            .copied()
            .ok_or_else(|| StdlibError::Damaged {
                path: self.path.clone(),
                reason: format!("no entry '{name}'"),
            })
    }
}

/// The bytes of a file that may be a zip.
pub(super) fn load(path: &Path) -> Result<Vec<u8>, StdlibError> {
    if !path.exists() {
        return Err(StdlibError::Missing(path.to_owned()));
    }
    let failed = |error| StdlibError::of_input(error, path.display().to_string());
    limited::read(path, ByteSize(ArchiveLimits::default().packed)).map_err(failed)
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

/// Reads to the end, or gives up one byte after `limit`.
fn read_at_most(
    source: impl Read,
    limit: u64,
    what: &str,
) -> io::Result<Result<Vec<u8>, StdlibError>> {
    let mut bytes = Vec::new();
    source.take(limit + 1).read_to_end(&mut bytes)?;
    let size = bytes.len() as u64;
    Ok(if size > limit {
        let what = what.to_owned();
        Err(StdlibError::TooLarge { what, size, limit })
    } else {
        Ok(bytes)
    })
}

fn skipped(name: &str) -> bool {
    let folders = name.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').any(skipped_folder)
}

pub(super) fn check_name(path: &Path, name: &str) -> Result<(), StdlibError> {
    let drive = name.as_bytes().get(1) == Some(&b':');
    if name.starts_with('/') || name.starts_with('\\') || drive {
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

/// The folder in the zip that is the library's root: the shallowest with `encodings` in it.
fn library_prefix(names: &[String]) -> Option<String> {
    names
        .iter()
        .filter_map(|name| name.strip_suffix("encodings/__init__.py"))
        .filter(|prefix| prefix.is_empty() || prefix.ends_with('/'))
        .min_by_key(|prefix| prefix.len())
        .map(str::to_owned)
}
