//! Reads the files of an app: of a script, a folder or an archive.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::document::DocumentKind;
use super::read_budget::ReadBudget;
use super::{AppError, AppFile, DocumentNote, STANDARD_INPUT, compiled, unreadable};
use crate::fs::limited::{self, standard_input};
use crate::scan::ExtractionBudget;
use crate::stdlib::{Archive, ArchiveLimits, ModuleEntries, ModuleKind, is_extension_module};
use crate::types::{ByteSize, ModuleName, unused_name};

/// Folders of a project that contain no code of the app.
const SKIPPED: [&str; 4] = [
    "__pycache__",
    "node_modules",
    "site-packages",
    "__pypackages__",
];

/// Folders in the root of a project that contain build output or environments, unless they are packages.
const SKIPPED_AT_ROOT: [&str; 5] = ["build", "dist", "env", "target", "venv"];

/// Files that tell that a folder is a virtual environment, or a copy of Pyodide, whose console pages contain Python.
const ENVIRONMENT_MARKERS: [&str; 2] = ["pyvenv.cfg", "pyodide.asm.wasm"];

/// The files of an app, before it is known which are part of the program.
#[derive(Default)]
pub(super) struct Tree {
    pub(super) modules: BTreeMap<ModuleName, AppFile>,
    pub(super) data: BTreeMap<String, String>,
    pub(super) foreign_extensions: Vec<String>,
    pub(super) notes: Vec<DocumentNote>,
    /// The paths and kinds of the files with Python in them.
    pub(super) documents: Vec<(String, DocumentKind)>,
    /// Files that were read besides those of the modules.
    pub(super) document_files: Vec<PathBuf>,
}

/// Reads a script.
pub(super) fn read_script(path: &Path) -> Result<Tree, AppError> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    // The name of a script may not be a valid module name, since the script runs as `__main__`.
    let name = ModuleName::new(&stem.replace(['.', ' '], "_"))
        .map_err(|_| AppError::NotPython(path.to_owned()))?;
    let file = AppFile {
        kind: ModuleKind::Module,
        path: path.display().to_string(),
        inner: file_name(&path.to_string_lossy()).to_owned(),
        source: ReadBudget::of(path).read(path)?,
        compiled: None,
        is_excluded: false,
        origin: None,
    };
    Ok(Tree {
        modules: BTreeMap::from([(name, file)]),
        ..Tree::default()
    })
}

/// Reads a script from standard input.
pub(super) fn read_standard_input() -> Result<Tree, AppError> {
    let path = Path::new(STANDARD_INPUT);
    let limit = ByteSize(ArchiveLimits::default().file);
    let source = standard_input(limit).map_err(|error| unreadable(path, error))?;
    let name = ModuleName::new("stdin").map_err(|_| AppError::NotPython(path.to_owned()))?;
    let file = AppFile {
        kind: ModuleKind::Module,
        path: STANDARD_INPUT.to_owned(),
        inner: "stdin.py".to_owned(),
        source,
        compiled: None,
        is_excluded: false,
        origin: None,
    };
    Ok(Tree {
        modules: BTreeMap::from([(name, file)]),
        ..Tree::default()
    })
}

/// Reads a wheel or a zip of sources.
pub(super) fn read_archive(
    path: &Path,
    loads_extension: &dyn Fn(&str) -> bool,
) -> Result<(Archive, Tree), AppError> {
    let (archive, entries) = Archive::open_any(path)?;
    let mut read_budget = ReadBudget::of(path);
    let mut tree = Tree::default();
    let data = entries.data.into_iter();
    tree.data = data
        .map(|inner| {
            let file = format!("{}/{inner}", path.display());
            (inner, file)
        })
        .collect();
    for (name, module) in entries.modules {
        let source = match module.kind {
            ModuleKind::Namespace => Vec::new(),
            _ => read_budget.spend(archive.read(&module.path)?)?,
        };
        let file = AppFile {
            kind: module.kind,
            path: format!("{}/{}", path.display(), module.path),
            inner: module.path,
            source,
            compiled: None,
            is_excluded: false,
            origin: None,
        };
        tree.modules.insert(name, file);
    }
    let mut extraction_budget = ExtractionBudget::default();
    for inner in archive.extension_modules() {
        let path_in_archive = format!("{}/{inner}", path.display());
        if !loads_extension(file_name(inner)) {
            tree.foreign_extensions.push(path_in_archive);
            continue;
        }
        // Extension modules that are too large are added without their strings.
        let size = archive.size(inner).unwrap_or(u64::MAX);
        let is_within = ByteSize(size) <= extraction_budget.max_file_size();
        let bytes = is_within.then(|| archive.read(inner)).transpose()?;
        compiled::add(
            &mut tree.modules,
            inner,
            path_in_archive,
            &bytes.unwrap_or_default(),
            &mut extraction_budget,
        );
    }
    Ok((archive, tree))
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Reads a folder: a package if it has an `__init__.py`, else a project, whose packages may be in `src`.
pub(super) fn read_folder(
    display_path: &Path,
    folder: &Path,
    name: &str,
    loads_extension: &dyn Fn(&str) -> bool,
) -> Result<Tree, AppError> {
    if folder.join("__init__.py").is_file() {
        return read_tree(display_path, folder, &format!("{name}/"), loads_extension);
    }
    let src = folder.join("src");
    let mut tree = read_tree(display_path, folder, "", loads_extension)?;
    if src.is_dir() && !src.join("__init__.py").is_file() {
        tree.modules.retain(|name, _| name.top_level() != "src");
        tree.data.retain(|path, _| !path.starts_with("src/"));
        let inner = read_tree(&display_path.join("src"), &src, "", loads_extension)?;
        for (name, file) in inner.modules {
            tree.modules.insert(unused_name(&name, &tree.modules), file);
        }
        for (path, file) in inner.data {
            tree.data.entry(path).or_insert(file);
        }
    }
    Ok(tree)
}

/// Returns whether a file counts, or the files in a folder.
fn is_searched(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_skipped = entry.file_type().is_dir()
        && (SKIPPED.contains(&&*name)
            || (entry.depth() == 1
                && SKIPPED_AT_ROOT.contains(&&*name)
                && !entry.path().join("__init__.py").exists())
            || name.starts_with('.')
            || ENVIRONMENT_MARKERS
                .iter()
                .any(|marker| entry.path().join(marker).exists()));
    entry.depth() == 0 || !is_skipped
}

/// Returns the folders that are searched for the files of an app; none unless it is a folder. A file that is added to one
/// of them may be part of the app.
pub fn searched_folders(app: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(app).follow_links(true).into_iter();
    let entries = entries.filter_entry(is_searched).flatten();
    let folders = entries.filter(|entry| entry.file_type().is_dir());
    folders.map(DirEntry::into_path).collect()
}

/// Reads the Python files below `folder`, with module names as if they were below `prefix`.
fn read_tree(
    display_path: &Path,
    folder: &Path,
    prefix: &str,
    loads_extension: &dyn Fn(&str) -> bool,
) -> Result<Tree, AppError> {
    let display_path_of = |path: &str| {
        let inner = path.strip_prefix(prefix).unwrap_or(path);
        display_path.join(inner).display().to_string()
    };
    let mut tree = Tree::default();
    let (mut paths, mut compiled) = (Vec::new(), Vec::new());
    for entry in WalkDir::new(folder)
        .follow_links(true)
        .into_iter()
        .filter_entry(is_searched)
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
                    } else if is_extension_module(name) && loads_extension(name) {
                        compiled.push(path);
                    } else if is_extension_module(name) {
                        tree.foreign_extensions.push(display_path_of(&path));
                    } else if !name.starts_with('.') && !name.ends_with(".pyc") {
                        let file = display_path_of(&path);
                        tree.data.insert(path, file);
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
    read_budget.count(paths.len() + tree.data.len())?;
    tree.foreign_extensions.sort();
    let entries = ModuleEntries::from_paths(paths);
    let file = |path: &str, kind, source| AppFile {
        kind,
        path: display_path_of(path),
        inner: path.to_owned(),
        source,
        compiled: None,
        is_excluded: false,
        origin: None,
    };
    let mut read = |path: &str| {
        let inner = path.strip_prefix(prefix).unwrap_or(path);
        read_budget.read(&folder.join(inner))
    };
    for (name, module) in entries.modules {
        let source = match module.kind {
            ModuleKind::Namespace => Vec::new(),
            _ => read(&module.path)?,
        };
        tree.modules
            .insert(name, file(&module.path, module.kind, source));
    }
    compiled.sort();
    let mut extraction_budget = ExtractionBudget::default();
    for path in compiled {
        let inner = path.strip_prefix(prefix).unwrap_or(&path);
        // A file that is too large or unreadable is added without its strings.
        let bytes = limited::read(&folder.join(inner), extraction_budget.max_file_size())
            .unwrap_or_default();
        compiled::add(
            &mut tree.modules,
            &path,
            display_path_of(&path),
            &bytes,
            &mut extraction_budget,
        );
    }
    // Files with names that cannot be imported, such as `my.script.py`, may be scripts.
    for path in entries.data {
        let inner = path.strip_prefix(prefix).unwrap_or(&path);
        let name = inner.trim_end_matches(".py").replace(['.', ' ', '/'], "_");
        if let Ok(name) = ModuleName::new(&name) {
            let script = file(&path, ModuleKind::Module, read(&path)?);
            tree.modules
                .insert(unused_name(&name, &tree.modules), script);
        }
    }
    Ok(tree)
}
