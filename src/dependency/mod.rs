//! The packages that an app depends on: wheels, packages and folders like `site-packages`.
//!
//! They are libraries, like the standard library: only what the app reaches of them counts. Opening them lists their
//! files. Sources are read on demand.

mod entry_points;
mod folder;
mod lock_file;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

pub use entry_points::EntryPointGroups;
pub use folder::search_path;
pub use lock_file::find_wheels;

use self::folder::Folder;
use crate::fs::{ReadLog, limited};
use crate::stdlib::{Archive, ArchiveLimits, ModuleEntries, ModuleKind, StdlibError};
use crate::types::{ByteSize, ModuleName, Sha256};

/// A module of a dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DependencyModule {
    /// The kind of module.
    pub kind: ModuleKind,
    /// The path of the file, with that of the dependency.
    pub path: String,
    /// Whether it is an extension module.
    pub is_extension: bool,
}

/// The modules of all dependencies.
#[derive(Debug, Default)]
pub struct Dependencies {
    packages: Vec<Package>,
    modules: BTreeMap<ModuleName, DependencyModule>,
    /// The package that has the file at a path, and the path in it.
    files: HashMap<String, (usize, String)>,
    entry_points: EntryPointGroups,
    reads: ReadLog,
}

/// One `--dependency`.
#[derive(Debug)]
struct Package {
    path: PathBuf,
    storage: Storage,
}

#[derive(Debug)]
enum Storage {
    Folder(Folder),
    Archive(Archive),
}

/// The reason why a dependency cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DependencyError {
    /// A path that does not exist.
    #[error("there is no dependency at '{}': no such file or folder", .0.display())]
    Missing(PathBuf),
    /// A path without Python modules.
    #[error("'{}' holds no Python modules: name a wheel, a zip, a package or a folder of packages such as site-packages", .0.display())]
    Empty(PathBuf),
    /// A requirements or lock file that cannot be read, or that the folder of wheels does not fit.
    #[error("cannot use '{}': {reason}", file.display())]
    LockFile {
        /// The path of the file.
        file: PathBuf,
        /// The reason.
        reason: String,
    },
    /// A folder with more files than the limit.
    #[error("'{}' is refused: it has more than {limit} files", path.display())]
    TooMany {
        /// The path of the folder.
        path: PathBuf,
        /// The maximum number of files.
        limit: usize,
    },
    /// A file that cannot be read, or a damaged or unsafe wheel or zip.
    #[error(transparent)]
    Unreadable(#[from] StdlibError),
}

impl Dependencies {
    /// Lists the files of the dependencies at `paths`: wheels, zips, packages, folders of packages, and virtual
    /// environments. If several have the same module, the first one counts, like on `sys.path`.
    ///
    /// # Errors
    /// If a path has no modules, or cannot be read.
    pub fn open(paths: &[PathBuf]) -> Result<Self, DependencyError> {
        let mut dependencies = Self::default();
        for path in paths {
            dependencies.add(path)?;
        }
        Ok(dependencies)
    }

    fn add(&mut self, path: &Path) -> Result<(), DependencyError> {
        if !path.exists() {
            return Err(DependencyError::Missing(path.to_owned()));
        }
        let (storage, entries, extensions) = if path.is_dir() {
            let (folder, entries, extensions) = Folder::open(path)?;
            (Storage::Folder(folder), entries, extensions)
        } else {
            let (archive, entries) = Archive::open_any(path)?;
            let extensions = archive.extension_modules().into_iter().map(str::to_owned);
            let extensions = extensions.collect();
            (Storage::Archive(archive), entries, extensions)
        };
        let package = self.packages.len();
        let before = self.modules.len();
        let metadata = entries.data.iter().filter(|path| is_metadata(path));
        for inner in metadata {
            let text = storage.read(inner)?;
            self.entry_points.add(&String::from_utf8_lossy(&text));
        }
        let full_path = |inner: &str| match &storage {
            Storage::Folder(folder) => folder.file(inner),
            Storage::Archive(_) => path.join(inner),
        };
        self.add_modules(package, full_path, entries, extensions);
        if self.modules.len() == before {
            return Err(DependencyError::Empty(path.to_owned()));
        }
        let path = path.to_owned();
        self.packages.push(Package { path, storage });
        Ok(())
    }

    fn add_modules(
        &mut self,
        package: usize,
        full_path: impl Fn(&str) -> PathBuf,
        entries: ModuleEntries,
        extensions: Vec<String>,
    ) {
        let sources = entries.modules.into_iter().map(|(name, module)| {
            let is_extension = false;
            (name, module.kind, module.path, is_extension)
        });
        // An extension module that lies beside its source was compiled from it.
        let compiled = extensions.into_iter().filter_map(|inner| {
            let name = extension_module_name(&inner)?;
            Some((name, ModuleKind::Module, inner, true))
        });
        for (name, kind, inner, is_extension) in sources.chain(compiled) {
            let known = self.modules.get(&name).map(|module| module.kind);
            // Like `sys.path`: the first module with a file counts, before all namespace packages.
            let is_namespace = known == Some(ModuleKind::Namespace);
            if known.is_some() && !(is_namespace && kind != ModuleKind::Namespace) {
                continue;
            }
            let path = full_path(&inner).display().to_string();
            self.files.insert(path.clone(), (package, inner));
            self.modules.insert(
                name,
                DependencyModule {
                    kind,
                    path,
                    is_extension,
                },
            );
        }
    }

    /// Returns all modules by name.
    pub fn modules(&self) -> &BTreeMap<ModuleName, DependencyModule> {
        &self.modules
    }

    /// Returns the entry points that the dependencies declare, by group.
    pub fn entry_points(&self) -> &EntryPointGroups {
        &self.entry_points
    }

    /// Reads the file of a module by its path, and records its digest for [`Dependencies::reads`].
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
    /// The same as for [`Dependencies::read`].
    pub fn digest(&self, path: &str) -> Result<Sha256, StdlibError> {
        Ok(Sha256::of(&self.load(path)?))
    }

    fn load(&self, path: &str) -> Result<Vec<u8>, StdlibError> {
        let (package, inner) = self
            .files
            .get(path)
            .ok_or_else(|| StdlibError::NotFound(path.to_owned()))?;
        self.packages[*package].storage.read(inner)
    }

    /// Returns the file on disk with a path of a dependency: the wheel or zip, if the dependency is one.
    pub fn file(&self, path: &str) -> Option<PathBuf> {
        let (package, _) = self.files.get(path)?;
        let package = &self.packages[*package];
        Some(match package.storage {
            Storage::Folder(_) => PathBuf::from(path),
            Storage::Archive(_) => package.path.clone(),
        })
    }

    /// Returns the digest of each file that was read so far, by path.
    pub fn reads(&self) -> BTreeMap<String, Sha256> {
        self.reads.digests()
    }

    /// Returns, for each dependency, the last part of its path, and the number and a digest of its files that were read.
    pub fn inputs(&self) -> Vec<(String, usize, Sha256)> {
        let reads = self.reads();
        let input = |(index, package): (usize, &Package)| {
            let mut files = 0;
            let mut parts = Vec::new();
            for (path, digest) in &reads {
                if let Some((owner, inner)) = self.files.get(path)
                    && *owner == index
                {
                    files += 1;
                    parts.extend([inner.clone(), digest.to_string()]);
                }
            }
            let absolute = package.path.canonicalize().ok();
            let name = absolute.as_deref().unwrap_or(&package.path).file_name();
            let name = name.unwrap_or_default().to_string_lossy().into_owned();
            (
                name,
                files,
                Sha256::of_parts(parts.iter().map(String::as_bytes)),
            )
        };
        self.packages.iter().enumerate().map(input).collect()
    }

    /// Returns a digest of the names and kinds of all modules and of the entry points, without the contents of files.
    pub fn listing(&self) -> Sha256 {
        let mut parts = Vec::new();
        for (name, module) in &self.modules {
            parts.push(name.to_string());
            parts.push(format!("{:?} {}", module.kind, module.is_extension));
        }
        parts.push(format!("{:?}", self.entry_points));
        Sha256::of_parts(parts.iter().map(String::as_bytes))
    }
}

impl Storage {
    fn read(&self, inner: &str) -> Result<Vec<u8>, StdlibError> {
        match self {
            Self::Folder(folder) => {
                let file = folder.file(inner);
                let to_error = |error| StdlibError::of_input(error, file.display().to_string());
                limited::read(&file, ByteSize(ArchiveLimits::default().file)).map_err(to_error)
            }
            Self::Archive(archive) => archive.read(inner),
        }
    }
}

/// Returns whether a file lists entry points, in `NAME-VERSION.dist-info` of an installed package or a wheel.
fn is_metadata(path: &str) -> bool {
    let folder = path.strip_suffix("/entry_points.txt");
    folder.is_some_and(|folder| folder.ends_with(".dist-info") || folder.ends_with(".egg-info"))
}

/// Returns the name of the module in an extension module's file, such as `a/x.cpython-313-x86_64-linux-gnu.so`.
fn extension_module_name(path: &str) -> Option<ModuleName> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.split('.').next().unwrap_or(file);
    let dotted = format!("{}.{stem}", folder.replace('/', "."));
    ModuleName::new(dotted.trim_start_matches('.')).ok()
}
