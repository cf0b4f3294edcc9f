//! The modules of the app, which is analysed, never executed, and not included in the bundle.

mod compiled;
mod project_files;
mod read_budget;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

pub use self::compiled::{ExtensionModuleStrings, ExtractionBudget};
pub use self::project_files::AppExclusions;
use self::project_files::is_project;
use self::read_budget::ReadBudget;
use crate::fs::limited;
use crate::stdlib::{Archive, ModuleEntries, ModuleKind, StdlibError, is_extension_module};
use crate::types::{ByteSize, ModuleName, Sha256, unused_name};

/// Folders of a project that contain no code of the app.
const SKIPPED: [&str; 4] = [
    "__pycache__",
    "node_modules",
    "site-packages",
    "__pypackages__",
];

/// Folders in the root of a project that contain build output or environments, unless they are packages.
const SKIPPED_AT_ROOT: [&str; 5] = ["build", "dist", "env", "target", "venv"];

/// A Python file or extension module of an app.
#[derive(Clone, Debug)]
pub struct AppFile {
    /// The kind of module.
    pub kind: ModuleKind,
    /// The path of the file, relative to the path that the user passed.
    pub path: String,
    /// The source; empty for a namespace package, and the digest of an extension module.
    pub source: Vec<u8>,
    /// The strings in an extension module; `None` for Python sources.
    pub compiled: Option<ExtensionModuleStrings>,
    /// Whether the file is not part of the program, and only counts when the program imports it.
    pub is_excluded: bool,
}

/// The modules of one `--app`.
#[derive(Clone, Debug)]
pub struct App {
    /// The last part of the path of the app.
    pub name: String,
    /// The modules by name.
    pub modules: BTreeMap<ModuleName, AppFile>,
    /// The wheel or zip that contains the modules, if the app is one.
    pub archive: Option<PathBuf>,
}

/// The reason why an app cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// A path that does not exist.
    #[error("there is no app at '{}': no such file or folder", .0.display())]
    Missing(PathBuf),
    /// An app without Python files.
    #[error("'{}' holds no Python files", .0.display())]
    Empty(PathBuf),
    /// An app all of whose files are excluded.
    #[error("'{}' has no file that is part of a program: all are tests, documentation, build files, or excluded by --app-exclude; with '--app-exclude none', all files of a project count", .0.display())]
    AllExcluded(PathBuf),
    /// A file that is neither a script nor an archive.
    #[error("'{}' is neither a Python file, a folder, a wheel nor a zip", .0.display())]
    NotPython(PathBuf),
    /// An error of the operating system.
    #[error("cannot read '{}': {source}", path.display())]
    Io {
        /// The path of the file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// An app with more files than the limit.
    #[error("'{}' is refused: it has more than {limit} Python files: name the folder of your own code in it", app.display())]
    TooMany {
        /// The path of the app.
        app: PathBuf,
        /// The maximum number of files.
        limit: usize,
    },
    /// An app with more code than the limit.
    #[error("'{}' is refused: its Python files have more than {limit} bytes: name the folder of your own code in it", app.display())]
    TooLarge {
        /// The path of the app.
        app: PathBuf,
        /// The maximum total size of the files.
        limit: ByteSize,
    },
    /// A damaged or unsafe wheel or zip, or a file that exceeds a limit.
    #[error(transparent)]
    Archive(#[from] StdlibError),
}

impl App {
    /// Reads the app at `path`: a script, the folder of a package, the folder of a project (with or without `src`), a
    /// wheel or a zip of sources.
    ///
    /// # Errors
    /// If there is no app, or it cannot be read.
    pub fn open(path: &Path, exclusions: &AppExclusions) -> Result<Self, AppError> {
        let absolute = path
            .canonicalize()
            .map_err(|_| AppError::Missing(path.to_owned()))?;
        let name = absolute
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut archive_path = None;
        let mut modules = if absolute.is_dir() {
            read_folder(path, &absolute, &name)?
        } else {
            let extension = path.extension().and_then(|extension| extension.to_str());
            match extension {
                Some("py") => read_script(path)?,
                Some("whl" | "zip" | "pyz") => {
                    archive_path = Some(path.to_owned());
                    read_archive(path)?
                }
                _ => {
                    // A path that is not a regular file has an error of its own, whatever its name.
                    limited::open(path).map_err(|error| unreadable(path, error))?;
                    return Err(AppError::NotPython(path.to_owned()));
                }
            }
        };
        if modules.is_empty() {
            return Err(AppError::Empty(path.to_owned()));
        }
        let is_project = absolute.is_dir() && is_project(&absolute);
        let prefix = format!("{}/", path.display());
        for file in modules.values_mut() {
            if let Some(inner) = file.path.strip_prefix(&prefix) {
                file.is_excluded = exclusions.excludes(inner, is_project);
            }
        }
        if modules.values().all(|file| file.is_excluded) {
            return Err(AppError::AllExcluded(path.to_owned()));
        }
        Ok(Self {
            name,
            modules,
            archive: archive_path,
        })
    }

    /// Returns the files that the app was read from.
    pub fn files(&self) -> Vec<PathBuf> {
        if let Some(archive) = &self.archive {
            return vec![archive.clone()];
        }
        let files = self.modules.values();
        let files = files.filter(|file| file.kind != ModuleKind::Namespace);
        files.map(|file| PathBuf::from(&file.path)).collect()
    }

    /// Returns a digest of the module names and contents of all files.
    pub fn digest(&self) -> Sha256 {
        let modules = self.modules.iter();
        Sha256::of_parts(modules.flat_map(|(name, file)| [name.as_str().as_bytes(), &file.source]))
    }
}

fn read_script(path: &Path) -> Result<BTreeMap<ModuleName, AppFile>, AppError> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    // The name of a script may not be a valid module name, since the script runs as `__main__`.
    let name = ModuleName::new(&stem.replace(['.', ' '], "_"))
        .map_err(|_| AppError::NotPython(path.to_owned()))?;
    let file = AppFile {
        kind: ModuleKind::Module,
        path: path.display().to_string(),
        source: ReadBudget::of(path).read(path)?,
        compiled: None,
        is_excluded: false,
    };
    Ok(BTreeMap::from([(name, file)]))
}

fn read_archive(path: &Path) -> Result<BTreeMap<ModuleName, AppFile>, AppError> {
    let (archive, entries) = Archive::open_any(path)?;
    let mut read_budget = ReadBudget::of(path);
    let mut modules = BTreeMap::new();
    for (name, module) in entries.modules {
        let source = match module.kind {
            ModuleKind::Namespace => Vec::new(),
            _ => read_budget.spend(archive.read(&module.path)?)?,
        };
        let file = AppFile {
            kind: module.kind,
            path: format!("{}/{}", path.display(), module.path),
            source,
            compiled: None,
            is_excluded: false,
        };
        modules.insert(name, file);
    }
    let mut extraction_budget = compiled::ExtractionBudget::default();
    for inner in archive.extension_modules() {
        // Extension modules that are too large are added without their strings.
        let size = archive.size(inner).unwrap_or(u64::MAX);
        let is_within = ByteSize(size) <= extraction_budget.max_file_size();
        let bytes = is_within.then(|| archive.read(inner)).transpose()?;
        let path_in_archive = format!("{}/{inner}", path.display());
        compiled::add(
            &mut modules,
            inner,
            path_in_archive,
            &bytes.unwrap_or_default(),
            &mut extraction_budget,
        );
    }
    Ok(modules)
}

/// Reads a folder: a package if it has an `__init__.py`, else a project, whose packages may be in `src`.
fn read_folder(
    display_path: &Path,
    folder: &Path,
    name: &str,
) -> Result<BTreeMap<ModuleName, AppFile>, AppError> {
    if folder.join("__init__.py").is_file() {
        return read_tree(display_path, folder, &format!("{name}/"));
    }
    let src = folder.join("src");
    let mut modules = read_tree(display_path, folder, "")?;
    if src.is_dir() && !src.join("__init__.py").is_file() {
        modules.retain(|name, _| name.top_level() != "src");
        for (name, file) in read_tree(&display_path.join("src"), &src, "")? {
            modules.insert(unused_name(&name, &modules), file);
        }
    }
    Ok(modules)
}

/// Reads the Python files below `folder`, with module names as if they were below `prefix`.
fn read_tree(
    display_path: &Path,
    folder: &Path,
    prefix: &str,
) -> Result<BTreeMap<ModuleName, AppFile>, AppError> {
    let is_kept = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        let is_skipped = entry.file_type().is_dir()
            && (SKIPPED.contains(&&*name)
                || (entry.depth() == 1
                    && SKIPPED_AT_ROOT.contains(&&*name)
                    && !entry.path().join("__init__.py").exists())
                || name.starts_with('.')
                || entry.path().join("pyvenv.cfg").exists());
        entry.depth() == 0 || !is_skipped
    };
    let (mut paths, mut compiled) = (Vec::new(), Vec::new());
    for entry in WalkDir::new(folder)
        .follow_links(true)
        .into_iter()
        .filter_entry(is_kept)
    {
        match entry {
            Ok(entry) if entry.file_type().is_file() => {
                let relative = entry.path().strip_prefix(folder).unwrap_or(entry.path());
                let parts: Option<Vec<&str>> = relative.iter().map(|part| part.to_str()).collect();
                if let Some(parts) = parts
                    && let Some(name) = parts.last()
                {
                    let path = format!("{prefix}{}", parts.join("/"));
                    if name.ends_with(".py") {
                        paths.push(path);
                    } else if is_extension_module(name) {
                        compiled.push(path);
                    }
                }
            }
            Ok(_) => {}
            // A loop of links leads to files that are found elsewhere.
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                let source = error.into();
                return Err(AppError::Io { path, source });
            }
        }
    }
    let mut read_budget = ReadBudget::of(display_path);
    read_budget.count(paths.len())?;
    let mut modules = BTreeMap::new();
    let entries = ModuleEntries::from_paths(paths);
    for (name, module) in entries.modules {
        let inner = module.path.strip_prefix(prefix).unwrap_or(&module.path);
        let source = match module.kind {
            ModuleKind::Namespace => Vec::new(),
            _ => read_budget.read(&folder.join(inner))?,
        };
        let path = display_path.join(inner).display().to_string();
        modules.insert(
            name,
            AppFile {
                kind: module.kind,
                path,
                source,
                compiled: None,
                is_excluded: false,
            },
        );
    }
    compiled.sort();
    let mut extraction_budget = compiled::ExtractionBudget::default();
    for path in compiled {
        let inner = path.strip_prefix(prefix).unwrap_or(&path);
        // A file that is too large or unreadable is added without its strings.
        let bytes = limited::read(&folder.join(inner), extraction_budget.max_file_size())
            .unwrap_or_default();
        let display_path = display_path.join(inner).display().to_string();
        compiled::add(
            &mut modules,
            &path,
            display_path,
            &bytes,
            &mut extraction_budget,
        );
    }
    // Files with names that cannot be imported, such as `my.script.py`, may be scripts.
    for path in entries.data {
        let inner = path.strip_prefix(prefix).unwrap_or(&path);
        let name = inner.trim_end_matches(".py").replace(['.', ' ', '/'], "_");
        if let Ok(name) = ModuleName::new(&name) {
            let source = read_budget.read(&folder.join(inner))?;
            let path = display_path.join(inner).display().to_string();
            modules.insert(
                unused_name(&name, &modules),
                AppFile {
                    kind: ModuleKind::Module,
                    path,
                    source,
                    compiled: None,
                    is_excluded: false,
                },
            );
        }
    }
    Ok(modules)
}

fn unreadable(path: &Path, error: limited::ReadError) -> AppError {
    AppError::Io {
        path: path.to_owned(),
        source: error.into(),
    }
}
