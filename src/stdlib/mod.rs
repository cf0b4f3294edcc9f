//! The standard library: a `Lib` folder or a zip of one.
//!
//! Opening one lists its files; a module's source is read on demand, so that a
//! bundle of seventy modules does not pay for six hundred.

mod archive;
mod contents;
mod entries;
mod error;
mod folder;
mod stub;
mod version;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

pub use archive::{Archive, ArchiveLimits};
pub use contents::ArchiveContents;
pub use entries::{ModuleEntries, ModuleKind};
pub use error::StdlibError;
pub use folder::{Folder, is_extension_module, skipped_folder};
pub use stub::{STUB_HELPER_NAME, STUB_PREFIX, is_stub};

use crate::fs::limited;
use crate::manifest::Manifests;
use crate::types::{ByteSize, ModuleName, Sha256, Version};

/// One module of the standard library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StdlibModule {
    /// Where it lies, relative to the library's root, with forward slashes: `json/__init__.py`.
    /// A namespace package has its folder here, with a slash at the end.
    pub path: String,
    /// Module, package or namespace package.
    pub kind: ModuleKind,
}

/// The standard library's sources.
#[derive(Debug)]
pub struct Stdlib {
    /// Where it was looked for.
    place: PathBuf,
    storage: Storage,
    modules: BTreeMap<ModuleName, StdlibModule>,
    data: Vec<String>,
    version: Option<Version>,
    /// Files from elsewhere that were put in, by the path that they have in the library.
    added: BTreeMap<String, Vec<u8>>,
    reads: Mutex<BTreeMap<String, Sha256>>,
    /// What was left out and why, one sentence each, for the user.
    pub warnings: Vec<String>,
}

#[derive(Debug)]
enum Storage {
    Folder(Folder),
    Archive(Archive),
}

impl Stdlib {
    /// Lists the standard library at `path`: a `Lib` folder, a folder that holds one (a CPython
    /// checkout, an installation's prefix), or a zip of sources.
    ///
    /// # Errors
    /// When there is none there, or the zip is damaged or hostile.
    pub fn open(path: &Path, manifests: &Manifests) -> Result<Self, StdlibError> {
        let (storage, entries) = if path.is_dir() {
            let (folder, entries) = Folder::open(path)?;
            (Storage::Folder(folder), entries)
        } else {
            let (archive, entries) = Archive::open(path)?;
            (Storage::Archive(archive), entries)
        };
        let mut stdlib = Self {
            place: path.to_owned(),
            storage,
            modules: entries.modules,
            data: entries.data,
            version: None,
            added: BTreeMap::new(),
            reads: Mutex::default(),
            warnings: entries.warnings,
        };
        stdlib.version = version::detect_version(&stdlib, path, manifests);
        Ok(stdlib)
    }

    /// Puts the module in `file` at the top of the library, in place of one of its name. What is written by a build,
    /// such as `_sysconfigdata_…`, lies in no library.
    ///
    /// # Errors
    /// When the file cannot be read, or its name is none of a module.
    pub fn add(&mut self, file: &Path) -> Result<ModuleName, StdlibError> {
        let not_a_module = || StdlibError::NotAModule(file.display().to_string());
        let name = file.file_name().ok_or_else(not_a_module)?.to_string_lossy();
        let stem = name.strip_suffix(".py").ok_or_else(not_a_module)?;
        let module = ModuleName::new(stem).map_err(|_| not_a_module())?;
        if module.parent().is_some() {
            return Err(not_a_module());
        }
        if !file.exists() {
            return Err(StdlibError::NotThere(file.display().to_string()));
        }
        let bytes = limited::read(file, ByteSize(ArchiveLimits::default().file))
            .map_err(|error| StdlibError::of_input(error, file.display().to_string()))?;
        let path = name.clone().into_owned();
        self.added.insert(path.clone(), bytes);
        let kind = ModuleKind::Module;
        self.modules
            .insert(module.clone(), StdlibModule { path, kind });
        Ok(module)
    }

    /// The Python version the sources are of, where they tell.
    pub fn version(&self) -> Option<Version> {
        self.version
    }

    /// Every module, by name.
    pub fn modules(&self) -> &BTreeMap<ModuleName, StdlibModule> {
        &self.modules
    }

    /// The module of that name.
    pub fn get(&self, name: &str) -> Option<&StdlibModule> {
        self.modules.get(name)
    }

    /// Paths of the files that are no modules, relative to the library's root, sorted.
    pub fn data(&self) -> &[String] {
        &self.data
    }

    /// Reads a file of the library, by its path relative to the root.
    ///
    /// # Errors
    /// When it cannot be read, or is larger than any source could be.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, StdlibError> {
        let bytes = self.load(path)?;
        let digest = Sha256::of(&bytes);
        let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        reads.insert(path.to_owned(), digest);
        Ok(bytes)
    }

    /// Digest of a file's bytes as they are now. It does not count as read.
    ///
    /// # Errors
    /// As [`Stdlib::read`].
    pub fn digest(&self, path: &str) -> Result<Sha256, StdlibError> {
        Ok(Sha256::of(&self.load(path)?))
    }

    fn load(&self, path: &str) -> Result<Vec<u8>, StdlibError> {
        if let Some(bytes) = self.added.get(path) {
            return Ok(bytes.clone());
        }
        match &self.storage {
            Storage::Folder(folder) => folder.read(path),
            Storage::Archive(archive) => archive.read(path),
        }
    }

    /// The file in which a path of the library lies: the zip, for all that is in one; none for what was put in.
    pub fn file(&self, path: &str) -> Option<PathBuf> {
        if self.added.contains_key(path) {
            return None;
        }
        Some(match &self.storage {
            Storage::Folder(folder) => folder.file(path),
            Storage::Archive(_) => self.place.clone(),
        })
    }

    /// Where a file of the library really lies, if links lead out of the library's folder.
    pub fn outside(&self, path: &str) -> Option<PathBuf> {
        match &self.storage {
            Storage::Folder(folder) if !self.added.contains_key(path) => folder.outside(path),
            _ => None,
        }
    }

    /// Every file that was read so far, with the digest of its bytes.
    pub fn reads(&self) -> BTreeMap<String, Sha256> {
        let reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        reads.clone()
    }

    /// Digest of the paths of all files, without what is in them.
    pub fn listing(&self) -> Sha256 {
        let modules = self.modules.iter();
        let modules = modules.flat_map(|(name, module)| [name.as_str(), &module.path]);
        let data = self.data.iter().map(String::as_str);
        // An empty part between the two, since no path is empty.
        let parts = modules.chain([""]).chain(data);
        Sha256::of_parts(parts.map(str::as_bytes))
    }

    /// Size of a file of the library in bytes, without reading it.
    ///
    /// # Errors
    /// When there is no such file any more.
    pub fn size(&self, path: &str) -> Result<u64, StdlibError> {
        if let Some(bytes) = self.added.get(path) {
            return Ok(bytes.len() as u64);
        }
        match &self.storage {
            Storage::Folder(folder) => folder.size(path),
            Storage::Archive(archive) => archive.size(path),
        }
    }
}
