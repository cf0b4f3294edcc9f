//! The packages that an app depends on: wheels, packages and folders like `site-packages`.
//!
//! They are libraries, like the standard library: only what the app reaches of them counts. Opening them lists their
//! files. Sources are read on demand.

mod data_files;
mod distributions;
mod entry_points;
mod error;
mod folder;
pub(crate) mod lock_file;
mod locked_package;
mod requirements;
mod vendored;
mod wheels;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

pub use data_files::DataFile;
pub use distributions::Distribution;
pub use entry_points::EntryPointGroups;
pub use error::DependencyError;
pub use folder::search_path;
pub use vendored::VendoredModules;
pub use wheels::find_wheels;

use self::folder::Folder;
use crate::fs::{ReadLog, limited};
use crate::stdlib::{Archive, ArchiveLimits, ModuleEntries, ModuleKind, StdlibError, StdlibModule};
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
    /// The paths of extension modules that the target does not load.
    foreign_extensions: Vec<String>,
    reads: ReadLog,
}

/// One `--dependency`.
#[derive(Debug)]
struct Package {
    path: PathBuf,
    /// Whether it is installed in an app, whose path this is.
    is_in_app: bool,
    storage: Storage,
    /// The paths of its files that are not modules, sorted.
    data: Vec<String>,
}

#[derive(Debug)]
enum Storage {
    Folder(Folder),
    Archive(Archive),
}

impl Dependencies {
    /// Lists the files of the dependencies at `paths`: wheels, zips, packages, folders of packages, and virtual
    /// environments. If several have the same module, the first one counts, like on `sys.path`. Extension modules only
    /// count if `loads_extension` returns true for their file names.
    ///
    /// # Errors
    /// If a path has no modules, or cannot be read.
    pub fn open(
        paths: &[PathBuf],
        loads_extension: &dyn Fn(&str) -> bool,
    ) -> Result<Self, DependencyError> {
        let mut dependencies = Self::default();
        dependencies.add_all(paths, loads_extension)?;
        Ok(dependencies)
    }

    /// Adds those at `paths` after those that are there.
    ///
    /// # Errors
    /// Those of [`Dependencies::open`].
    pub fn add_all(
        &mut self,
        paths: &[PathBuf],
        loads_extension: &dyn Fn(&str) -> bool,
    ) -> Result<(), DependencyError> {
        for path in paths {
            match wheels_in(path) {
                Some(wheels) => {
                    for wheel in wheels {
                        self.add(&wheel, None, loads_extension)?;
                    }
                }
                None => self.add(path, None, loads_extension)?,
            }
        }
        Ok(())
    }

    /// Adds the packages with these files that are installed in the folder or zip of an app.
    ///
    /// # Errors
    /// Those of [`Dependencies::open`].
    pub fn add_installed(
        &mut self,
        app: &Path,
        files: &BTreeSet<String>,
        loads_extension: &dyn Fn(&str) -> bool,
    ) -> Result<(), DependencyError> {
        self.add(app, Some(files), loads_extension)
    }

    /// Adds a dependency, or those files of it that are in `installed`, if it is an app.
    fn add(
        &mut self,
        path: &Path,
        installed: Option<&BTreeSet<String>>,
        loads_extension: &dyn Fn(&str) -> bool,
    ) -> Result<(), DependencyError> {
        if !path.exists() {
            return Err(DependencyError::Missing(path.to_owned()));
        }
        let (storage, mut entries, mut extensions) = if path.is_dir() {
            let (folder, entries, extensions) = match installed {
                Some(_) => Folder::list(path.to_owned())?,
                None => Folder::open(path)?,
            };
            (Storage::Folder(folder), entries, extensions)
        } else {
            let (archive, entries) = Archive::open_any(path)?;
            let extensions = archive.extension_modules().into_iter().map(str::to_owned);
            let extensions = extensions.collect();
            (Storage::Archive(archive), entries, extensions)
        };
        if let Some(installed) = installed {
            let is_installed = |inner: &String| installed.contains(inner);
            entries.data.retain(is_installed);
            extensions.retain(is_installed);
            entries.modules.retain(|_, module| {
                module.kind == ModuleKind::Namespace || is_installed(&module.path)
            });
        }
        let metadata = entries.data.iter().filter(|path| is_metadata(path));
        for inner in metadata {
            let text = storage.read(inner)?;
            self.entry_points.add(&String::from_utf8_lossy(&text));
        }
        let is_loadable = |inner: &String| {
            let name = inner.rsplit('/').next().unwrap_or(inner);
            loads_extension(name)
        };
        let ModuleEntries {
            modules, mut data, ..
        } = entries;
        let is_library = |inner: &String| libraries_of(inner).is_some();
        let (libraries, extensions): (Vec<String>, Vec<String>) =
            extensions.into_iter().partition(is_library);
        data.extend(libraries);
        data.sort();
        let (extensions, foreign): (Vec<String>, _) = extensions.into_iter().partition(is_loadable);
        let package = Package {
            path: path.to_owned(),
            is_in_app: installed.is_some(),
            storage,
            data,
        };
        let foreign = foreign.iter().map(|inner| package.full_path(inner));
        self.foreign_extensions.extend(foreign);
        if modules.is_empty() && extensions.is_empty() && installed.is_none() {
            return Err(DependencyError::Empty(path.to_owned()));
        }
        self.add_modules(&package, modules, extensions);
        for inner in &package.data {
            let place = (self.packages.len(), inner.clone());
            self.files.insert(package.full_path(inner), place);
        }
        self.packages.push(package);
        Ok(())
    }

    fn add_modules(
        &mut self,
        package: &Package,
        sources: BTreeMap<ModuleName, StdlibModule>,
        extensions: Vec<String>,
    ) {
        let sources = sources.into_iter().map(|(name, module)| {
            let is_extension = false;
            (name, module.kind, module.path, is_extension)
        });
        // An extension module that lies beside its source was compiled from it.
        let compiled = extensions.into_iter().filter_map(|inner| {
            let (name, kind) = extension_module(&inner)?;
            Some((name, kind, inner, true))
        });
        for (name, kind, inner, is_extension) in sources.chain(compiled) {
            let known = self.modules.get(&name).map(|module| module.kind);
            // Like `sys.path`: the first module with a file counts, before all namespace packages.
            let is_namespace = known == Some(ModuleKind::Namespace);
            if known.is_some() && !(is_namespace && kind != ModuleKind::Namespace) {
                continue;
            }
            let path = package.full_path(&inner);
            self.files
                .insert(path.clone(), (self.packages.len(), inner));
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

    /// Returns the modules that the dependencies carry in folders of their own. `in_library` returns whether the standard
    /// library has a top-level module.
    pub fn vendored(&self, in_library: impl Fn(&str) -> bool) -> VendoredModules {
        VendoredModules::new(&self.modules, in_library)
    }

    /// Returns the paths of the extension modules that the target does not load.
    pub fn foreign_extensions(&self) -> &[String] {
        &self.foreign_extensions
    }

    /// Returns the path of a file in its dependency.
    pub fn path_in_package(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(|(_, inner)| inner.as_str())
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
    /// Packages that are installed in an app are left out.
    pub fn inputs(&self) -> Vec<(String, usize, Sha256)> {
        let reads = self.reads();
        let packages = self.packages.iter().enumerate();
        let given = packages.filter(|(_, package)| !package.is_in_app);
        let input = |(index, package): (usize, &Package)| {
            let (files, digest) = self.read_of(index, &reads);
            let absolute = package.path.canonicalize().ok();
            let name = absolute.as_deref().unwrap_or(&package.path).file_name();
            let name = name.unwrap_or_default().to_string_lossy().into_owned();
            (name, files, digest)
        };
        given.map(input).collect()
    }

    /// Returns a digest of the files that were read of the packages that are installed in an app, if there are any.
    pub fn installed_input(&self, app: &Path) -> Option<Sha256> {
        let mut packages = self.packages.iter();
        let index = packages.position(|package| package.is_in_app && package.path == app)?;
        Some(self.read_of(index, &self.reads()).1)
    }

    /// Returns the number and a digest of the files of a package that were read.
    fn read_of(&self, package: usize, reads: &BTreeMap<String, Sha256>) -> (usize, Sha256) {
        let mut files = 0;
        let mut parts = Vec::new();
        for (path, digest) in reads {
            if let Some((owner, inner)) = self.files.get(path)
                && *owner == package
            {
                files += 1;
                parts.extend([inner.clone(), digest.to_string()]);
            }
        }
        (files, Sha256::of_parts(parts.iter().map(String::as_bytes)))
    }

    /// Returns a digest of the names of all files, the kinds of the modules and the entry points, without the contents of
    /// files.
    pub fn listing(&self) -> Sha256 {
        let mut parts = Vec::new();
        for (name, module) in &self.modules {
            parts.push(name.to_string());
            parts.push(format!("{:?} {}", module.kind, module.is_extension));
        }
        parts.extend(
            self.packages
                .iter()
                .flat_map(|package| package.data.clone()),
        );
        parts.extend(self.foreign_extensions.iter().cloned());
        parts.push(format!("{:?}", self.entry_points));
        Sha256::of_parts(parts.iter().map(String::as_bytes))
    }
}

impl Package {
    /// Returns the path of a file, with that of the dependency.
    fn full_path(&self, inner: &str) -> String {
        let path = match &self.storage {
            Storage::Folder(folder) => folder.file(inner),
            Storage::Archive(_) => self.path.join(inner),
        };
        path.display().to_string()
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

/// Returns the name of the package that brings a file as a shared library for its extension modules: `pillow` for
/// `pillow.libs/libtiff.so.6` (auditwheel's and delvewheel's convention).
fn libraries_of(path: &str) -> Option<&str> {
    path.split_once('/')?.0.strip_suffix(".libs")
}

/// Returns the name and the kind of the module in an extension module's file, such as
/// `a/x.cpython-313-x86_64-linux-gnu.so`. The body of a package may be one, too.
fn extension_module(path: &str) -> Option<(ModuleName, ModuleKind)> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.split('.').next().unwrap_or(file);
    let package = folder.replace('/', ".");
    let (name, kind) = if stem == "__init__" {
        (package, ModuleKind::Package)
    } else {
        (format!("{package}.{stem}"), ModuleKind::Module)
    };
    let name = ModuleName::new(name.trim_start_matches('.')).ok()?;
    Some((name, kind))
}

/// Returns the wheels in a folder that has nothing else for Python, such as that of `pip download`, sorted.
fn wheels_in(folder: &Path) -> Option<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let (mut wheels, others): (Vec<PathBuf>, Vec<PathBuf>) = entries
        .map(|entry| entry.path())
        .partition(|path| path.extension().is_some_and(|extension| extension == "whl"));
    let is_source = |path: &PathBuf| {
        path.is_dir() || path.extension().is_some_and(|extension| extension == "py")
    };
    wheels.sort();
    (!wheels.is_empty() && !others.iter().any(is_source)).then_some(wheels)
}
