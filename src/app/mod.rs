//! The app: the user's code, which is scanned for imports, never executed and not bundled.

mod allowance;
mod compiled;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use self::allowance::ReadBudget;
pub use self::compiled::ExtensionModuleStrings;
use crate::fs::limited;
use crate::stdlib::{Archive, ModuleEntries, ModuleKind, StdlibError, is_extension_module};
use crate::types::{ByteSize, ModuleName, Sha256, unused_name};

/// Folders of a project that hold no code of its own.
const SKIPPED: [&str; 4] = [
    "__pycache__",
    "node_modules",
    "site-packages",
    "__pypackages__",
];

/// Folders at a project's root that hold what was built of it, unless they are packages.
const SKIPPED_AT_ROOT: [&str; 5] = ["build", "dist", "env", "target", "venv"];

/// One Python file of an app.
#[derive(Clone, Debug)]
pub struct AppFile {
    /// What it is as a module.
    pub kind: ModuleKind,
    /// Its path as the user would write it.
    pub path: String,
    /// Its bytes; empty for a namespace package, and the digest of compiled code.
    pub source: Vec<u8>,
    /// What is known of it, if it is compiled code: an extension module.
    pub compiled: Option<ExtensionModuleStrings>,
}

/// The modules of one `--app`.
#[derive(Clone, Debug)]
pub struct App {
    /// Last part of the path that it was asked for by.
    pub name: String,
    /// Its modules.
    pub modules: BTreeMap<ModuleName, AppFile>,
    /// The wheel or zip that they all lie in, if they do.
    pub archive: Option<PathBuf>,
}

/// Why an app cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// Nothing there.
    #[error("there is no app at '{}': no such file or folder", .0.display())]
    Missing(PathBuf),
    /// Nothing of Python in it.
    #[error("'{}' holds no Python files", .0.display())]
    Empty(PathBuf),
    /// A file whose name is no module name.
    #[error("'{}' is neither a Python file, a folder, a wheel nor a zip", .0.display())]
    NotPython(PathBuf),
    /// The system would not let us read.
    #[error("cannot read '{}': {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// More files than any program has.
    #[error("'{}' is refused: it has more than {limit} Python files: name the folder of your own code in it", app.display())]
    TooMany {
        /// The app.
        app: PathBuf,
        /// The most that are accepted.
        limit: usize,
    },
    /// More code than any program has.
    #[error("'{}' is refused: its Python files have more than {limit} bytes: name the folder of your own code in it", app.display())]
    TooLarge {
        /// The app.
        app: PathBuf,
        /// The most that is accepted.
        limit: ByteSize,
    },
    /// A damaged or hostile wheel or zip.
    #[error(transparent)]
    Archive(#[from] StdlibError),
}

impl App {
    /// Reads the app at `path`: a script, a package's folder, a project's folder (with or without a
    /// `src`), a wheel or a zip of sources.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn open(path: &Path) -> Result<Self, AppError> {
        let absolute = path
            .canonicalize()
            .map_err(|_| AppError::Missing(path.to_owned()))?;
        let name = absolute
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut in_archive = None;
        let modules = if absolute.is_dir() {
            folder(path, &absolute, &name)?
        } else {
            let extension = path.extension().and_then(|extension| extension.to_str());
            match extension {
                Some("py") => script(path)?,
                Some("whl" | "zip" | "pyz") => {
                    in_archive = Some(path.to_owned());
                    archive(path)?
                }
                _ => {
                    // What is not a file is reported as such, whatever its name.
                    limited::open(path).map_err(|error| unreadable(path, error))?;
                    return Err(AppError::NotPython(path.to_owned()));
                }
            }
        };
        if modules.is_empty() {
            return Err(AppError::Empty(path.to_owned()));
        }
        Ok(Self {
            name,
            modules,
            archive: in_archive,
        })
    }

    /// The files that it was read from.
    pub fn files(&self) -> Vec<PathBuf> {
        if let Some(archive) = &self.archive {
            return vec![archive.clone()];
        }
        let files = self.modules.values();
        let files = files.filter(|file| file.kind != ModuleKind::Namespace);
        files.map(|file| PathBuf::from(&file.path)).collect()
    }

    /// Digest of the files' module names and contents.
    pub fn digest(&self) -> Sha256 {
        let parts = self.modules.iter();
        Sha256::of_parts(parts.flat_map(|(name, file)| [name.as_str().as_bytes(), &file.source]))
    }
}

fn script(path: &Path) -> Result<BTreeMap<ModuleName, AppFile>, AppError> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    // A script need not have a name that can be imported: it runs as __main__.
    let name = ModuleName::new(&stem.replace(['.', ' '], "_"))
        .map_err(|_| AppError::NotPython(path.to_owned()))?;
    let file = AppFile {
        kind: ModuleKind::Module,
        path: path.display().to_string(),
        source: ReadBudget::of(path).read(path)?,
        compiled: None,
    };
    Ok(BTreeMap::from([(name, file)]))
}

fn archive(path: &Path) -> Result<BTreeMap<ModuleName, AppFile>, AppError> {
    let (archive, entries) = Archive::open_any(path)?;
    let mut allowance = ReadBudget::of(path);
    let mut modules = BTreeMap::new();
    for (name, module) in entries.modules {
        let source = match module.kind {
            ModuleKind::Namespace => Vec::new(),
            _ => allowance.spend(archive.read(&module.path)?)?,
        };
        let file = AppFile {
            kind: module.kind,
            path: format!("{}/{}", path.display(), module.path),
            source,
            compiled: None,
        };
        modules.insert(name, file);
    }
    let mut budget = compiled::ExtractionBudget::default();
    for inner in archive.extension_modules() {
        // What is too large is not looked into.
        let size = archive.size(inner).unwrap_or(u64::MAX);
        let is_within = ByteSize(size) <= budget.file();
        let bytes = is_within.then(|| archive.read(inner)).transpose()?;
        let shown = format!("{}/{inner}", path.display());
        compiled::add(
            &mut modules,
            inner,
            shown,
            &bytes.unwrap_or_default(),
            &mut budget,
        );
    }
    Ok(modules)
}

/// A folder is a package when it has an `__init__.py`, else a project whose `src`, if it has one, is
/// where its packages lie.
fn folder(
    shown: &Path,
    folder: &Path,
    name: &str,
) -> Result<BTreeMap<ModuleName, AppFile>, AppError> {
    if folder.join("__init__.py").is_file() {
        return tree(shown, folder, &format!("{name}/"));
    }
    let src = folder.join("src");
    let mut modules = tree(shown, folder, "")?;
    if src.is_dir() && !src.join("__init__.py").is_file() {
        modules.retain(|name, _| name.top_level() != "src");
        for (name, file) in tree(&shown.join("src"), &src, "")? {
            modules.insert(unused_name(&name, &modules), file);
        }
    }
    Ok(modules)
}

/// The Python files below `folder`, called as if they lay below `prefix`.
fn tree(
    shown: &Path,
    folder: &Path,
    prefix: &str,
) -> Result<BTreeMap<ModuleName, AppFile>, AppError> {
    let kept = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        let skipped = entry.file_type().is_dir()
            && (SKIPPED.contains(&&*name)
                || (entry.depth() == 1
                    && SKIPPED_AT_ROOT.contains(&&*name)
                    && !entry.path().join("__init__.py").exists())
                || name.starts_with('.')
                || entry.path().join("pyvenv.cfg").exists());
        entry.depth() == 0 || !skipped
    };
    let (mut paths, mut compiled) = (Vec::new(), Vec::new());
    for entry in WalkDir::new(folder)
        .follow_links(true)
        .into_iter()
        .filter_entry(kept)
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
            // A loop of links holds nothing that is not found elsewhere.
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                let source = error.into();
                return Err(AppError::Io { path, source });
            }
        }
    }
    let mut allowance = ReadBudget::of(shown);
    allowance.count(paths.len())?;
    let mut modules = BTreeMap::new();
    let entries = ModuleEntries::from_paths(paths);
    for (name, module) in entries.modules {
        let inner = module.path.strip_prefix(prefix).unwrap_or(&module.path);
        let source = match module.kind {
            ModuleKind::Namespace => Vec::new(),
            _ => allowance.read(&folder.join(inner))?,
        };
        let path = shown.join(inner).display().to_string();
        modules.insert(
            name,
            AppFile {
                kind: module.kind,
                path,
                source,
                compiled: None,
            },
        );
    }
    compiled.sort();
    let mut budget = compiled::ExtractionBudget::default();
    for path in compiled {
        let inner = path.strip_prefix(prefix).unwrap_or(&path);
        // What is too large is not looked into, and what cannot be read is of no use to the app either.
        let bytes = limited::read(&folder.join(inner), budget.file()).unwrap_or_default();
        let shown = shown.join(inner).display().to_string();
        compiled::add(&mut modules, &path, shown, &bytes, &mut budget);
    }
    // Files whose names cannot be imported (`my.script.py`) are scripts that may be run.
    for path in entries.data {
        let inner = path.strip_prefix(prefix).unwrap_or(&path);
        let name = inner.trim_end_matches(".py").replace(['.', ' ', '/'], "_");
        if let Ok(name) = ModuleName::new(&name) {
            let source = allowance.read(&folder.join(inner))?;
            let path = shown.join(inner).display().to_string();
            modules.insert(
                unused_name(&name, &modules),
                AppFile {
                    kind: ModuleKind::Module,
                    path,
                    source,
                    compiled: None,
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
