//! The modules and data files of a standard library: a `Lib` folder or a zip of one.
//!
//! Opening a library lists its files. Sources are read on demand, so that a bundle of seventy modules does not read six
//! hundred.

mod archive;
mod contents;
mod entries;
mod error;
mod folder;
mod stub;
mod version;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use archive::{Archive, ArchiveLimits};
pub use contents::ArchiveContents;
pub use entries::{ModuleEntries, ModuleKind};
pub use error::StdlibError;
pub use folder::{Folder, is_extension_module, skipped_folder};
pub use stub::{MESSAGES_MODULE, STUB_HELPER_NAME, STUB_PREFIX, is_stub};

use crate::fs::{ReadLog, limited};
use crate::manifest::Manifests;
use crate::types::{ByteSize, ModuleName, Sha256, Version};

/// A module of the standard library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StdlibModule {
    /// The path relative to the root of the library, with forward slashes, such as `json/__init__.py`. For a namespace
    /// package, the path of its folder with a trailing slash.
    pub path: String,
    /// The kind of module.
    pub kind: ModuleKind,
}

/// The sources of a standard library.
#[derive(Debug)]
pub struct Stdlib {
    /// The path that was opened.
    path: PathBuf,
    storage: Storage,
    modules: BTreeMap<ModuleName, StdlibModule>,
    data: Vec<String>,
    version: Option<Version>,
    /// Whether the version was detected from the modules that there are.
    version_is_from_modules: bool,
    /// The contents of extra modules, by their path in the library.
    extra: BTreeMap<String, Vec<u8>>,
    reads: ReadLog,
    /// Messages about files that were skipped, with the reason.
    pub warnings: Vec<String>,
}

#[derive(Debug)]
enum Storage {
    Folder(Folder),
    Archive(Archive),
}

impl Stdlib {
    /// Lists the files of the standard library at `path`: a `Lib` folder, a folder that contains one (a CPython
    /// checkout or the prefix of an installation), or a zip of sources.
    ///
    /// # Errors
    /// If there is no standard library, or the zip is damaged or unsafe.
    pub fn open(path: &Path, manifests: &Manifests) -> Result<Self, StdlibError> {
        let (storage, entries) = if path.is_dir() {
            let (folder, entries) = Folder::open(path)?;
            (Storage::Folder(folder), entries)
        } else {
            let (archive, entries) = Archive::open(path)?;
            (Storage::Archive(archive), entries)
        };
        let mut stdlib = Self {
            path: path.to_owned(),
            storage,
            modules: entries.modules,
            data: entries.data,
            version: None,
            version_is_from_modules: false,
            extra: BTreeMap::new(),
            reads: ReadLog::default(),
            warnings: entries.warnings,
        };
        stdlib.version = version::stated_version(&stdlib, path, manifests);
        if stdlib.version.is_none() {
            stdlib.version = manifests.detect_version(|name| stdlib.get(name).is_some());
            stdlib.version_is_from_modules = true;
        }
        Ok(stdlib)
    }

    /// Adds the module in `file` to the root of the library, or replaces one with the same name. This is for files that
    /// a build generates, such as `_sysconfigdata_…`, which are not in the library.
    ///
    /// # Errors
    /// If the file cannot be read, or its name is not a module name.
    pub fn add(&mut self, file: &Path) -> Result<ModuleName, StdlibError> {
        let not_a_module = || StdlibError::NotAModule(file.display().to_string());
        let name = file.file_name().ok_or_else(not_a_module)?.to_string_lossy();
        let stem = name.strip_suffix(".py").ok_or_else(not_a_module)?;
        let module = ModuleName::new(stem).map_err(|_| not_a_module())?;
        if module.parent().is_some() {
            return Err(not_a_module());
        }
        if !file.exists() {
            return Err(StdlibError::NotFound(file.display().to_string()));
        }
        let bytes = limited::read(file, ByteSize(ArchiveLimits::default().file))
            .map_err(|error| StdlibError::of_input(error, file.display().to_string()))?;
        let path = name.clone().into_owned();
        self.extra.insert(path.clone(), bytes);
        let kind = ModuleKind::Module;
        self.modules
            .insert(module.clone(), StdlibModule { path, kind });
        Ok(module)
    }

    /// Returns the Python version of the sources, if it could be detected.
    pub fn version(&self) -> Option<Version> {
        self.version
    }

    /// Returns whether the sources may be of `version`. Modules cannot tell a version that is newer than all manifests
    /// from the newest that has one.
    pub fn may_be_of(&self, version: Version, manifests: &Manifests) -> bool {
        let is_newest = self.version == manifests.newest_version();
        self.version.is_none_or(|own| {
            own == version || self.version_is_from_modules && is_newest && version > own
        })
    }

    /// Returns all modules by name.
    pub fn modules(&self) -> &BTreeMap<ModuleName, StdlibModule> {
        &self.modules
    }

    /// Returns the module with this name.
    pub fn get(&self, name: &str) -> Option<&StdlibModule> {
        self.modules.get(name)
    }

    /// Returns the sorted paths of the files that are not modules, relative to the root of the library.
    pub fn data(&self) -> &[String] {
        &self.data
    }

    /// Reads a file by its path relative to the root of the library, and records its digest for [`Stdlib::reads`].
    ///
    /// # Errors
    /// If the file cannot be read, or exceeds the size limit.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, StdlibError> {
        let bytes = self.load(path)?;
        self.reads.record(path, &bytes);
        Ok(bytes)
    }

    /// Returns the digest of the current content of a file, without recording it as read.
    ///
    /// # Errors
    /// The same as for [`Stdlib::read`].
    pub fn digest(&self, path: &str) -> Result<Sha256, StdlibError> {
        Ok(Sha256::of(&self.load(path)?))
    }

    fn load(&self, path: &str) -> Result<Vec<u8>, StdlibError> {
        if let Some(bytes) = self.extra.get(path) {
            return Ok(bytes.clone());
        }
        match &self.storage {
            Storage::Folder(folder) => folder.read(path),
            Storage::Archive(archive) => archive.read(path),
        }
    }

    /// Returns the file on disk that contains a path of the library: the zip, if the library is one. Returns `None` for
    /// extra modules.
    pub fn file(&self, path: &str) -> Option<PathBuf> {
        if self.extra.contains_key(path) {
            return None;
        }
        Some(match &self.storage {
            Storage::Folder(folder) => folder.file(path),
            Storage::Archive(_) => self.path.clone(),
        })
    }

    /// Returns the real path of a file if symbolic links lead out of the folder of the library.
    pub fn link_target_outside(&self, path: &str) -> Option<PathBuf> {
        match &self.storage {
            Storage::Folder(folder) if !self.extra.contains_key(path) => {
                folder.link_target_outside(path)
            }
            _ => None,
        }
    }

    /// Returns the digest of each file that was read so far, by path.
    pub fn reads(&self) -> BTreeMap<String, Sha256> {
        self.reads.digests()
    }

    /// Returns a digest of the paths of all files, without their contents.
    pub fn listing(&self) -> Sha256 {
        let modules = self.modules.iter();
        let modules = modules.flat_map(|(name, module)| [name.as_str(), &module.path]);
        let data = self.data.iter().map(String::as_str);
        // No path is empty, so an empty part separates the two lists.
        let parts = modules.chain([""]).chain(data);
        Sha256::of_parts(parts.map(str::as_bytes))
    }

    /// Returns the size of a file in bytes, without reading it.
    ///
    /// # Errors
    /// If the file no longer exists.
    pub fn size(&self, path: &str) -> Result<u64, StdlibError> {
        if let Some(bytes) = self.extra.get(path) {
            return Ok(bytes.len() as u64);
        }
        match &self.storage {
            Storage::Folder(folder) => folder.size(path),
            Storage::Archive(archive) => archive.size(path),
        }
    }
}
