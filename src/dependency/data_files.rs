//! The data files of packages: templates, tables and whatever else lies beside their modules.

use std::collections::BTreeSet;

use super::{Dependencies, Package};
use crate::stdlib::ModuleKind;
use crate::types::ModuleName;

/// Folders of packages with their tests. What is in them is no data of the package, unless a module in them is kept.
const TEST_FOLDERS: [&str; 4] = ["test", "tests", "unit_test", "unit_tests"];

/// The file that tells type checkers that a package has annotations (PEP 561).
const TYPED_MARKER: &str = "py.typed";

/// A file that is not a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    /// The path relative to the entry of `sys.path`.
    pub path: String,
    /// The path with which it is read.
    pub file: String,
}

impl Dependencies {
    /// Returns the data files of the packages of which modules are kept: all files in their folders, except for Python
    /// modules, their stubs for type checkers, and tests.
    pub fn data_files(&self, kept: &BTreeSet<&ModuleName>) -> Vec<DataFile> {
        let packages = self.packages.iter().enumerate();
        let files = packages.flat_map(|(index, package)| {
            let folders = self.kept_folders(index, kept);
            let data = package.data.iter();
            let is_kept = move |path: &&String| self.is_data(index, path, &folders);
            data.filter(is_kept).map(|path| package.data_file(path))
        });
        files.chain(self.loose_sources(kept)).collect()
    }

    /// Returns the Python files in the folders of kept packages that are no packages themselves: templates, scripts that
    /// are copied elsewhere. What is imported of them is kept anyway.
    fn loose_sources(&self, kept: &BTreeSet<&ModuleName>) -> Vec<DataFile> {
        let kind = |name: &ModuleName| self.modules.get(name).map(|module| module.kind);
        let folders: Vec<_> = (0..self.packages.len())
            .map(|package| self.kept_folders(package, kept))
            .collect();
        let loose = self.modules.iter().filter(|(name, module)| {
            let folder = name.parent();
            !kept.contains(name)
                && module.kind == ModuleKind::Module
                && folder.and_then(|folder| kind(&folder)) == Some(ModuleKind::Namespace)
                && name
                    .ancestors()
                    .any(|package| kind(&package) == Some(ModuleKind::Package))
                && self
                    .files
                    .get(&module.path)
                    .is_some_and(|(package, path)| self.is_data(*package, path, &folders[*package]))
        });
        loose
            .filter_map(|(name, _)| self.source_as_data(name))
            .collect()
    }

    /// Returns the file of a module, to be packed as it is.
    pub fn source_as_data(&self, name: &ModuleName) -> Option<DataFile> {
        let file = self.modules.get(name)?.path.clone();
        let (_, path) = self.files.get(&file)?;
        let path = path.clone();
        Some(DataFile { path, file })
    }

    /// Returns the folders in a dependency that have kept modules in them or below.
    fn kept_folders(&self, package: usize, kept: &BTreeSet<&ModuleName>) -> BTreeSet<&str> {
        let paths = kept
            .iter()
            .filter_map(|name| self.module_in(package, name.as_str()));
        paths.flat_map(|(_, path)| folders(path)).collect()
    }

    /// Returns the kind and the path of a module, if this dependency has it.
    pub(super) fn module_in(&self, package: usize, name: &str) -> Option<(ModuleKind, &str)> {
        let module = self.modules.get(name)?;
        let (owner, path) = self.files.get(&module.path)?;
        (*owner == package).then_some((module.kind, path.as_str()))
    }

    /// Returns whether a file belongs to a package of which modules are kept: the outermost one, or the nearest
    /// namespace package if there is none.
    fn is_data(&self, package: usize, path: &str, kept: &BTreeSet<&str>) -> bool {
        let kind_of = |folder: &str| {
            let name = folder.replace('/', ".");
            self.module_in(package, &name).map(|(kind, _)| kind)
        };
        let mut inner_namespace = None;
        let mut owner = None;
        for folder in folders(path) {
            let name = folder.rsplit('/').next().unwrap_or(folder);
            if TEST_FOLDERS.contains(&name) && !kept.contains(folder) {
                return false;
            }
            if kind_of(folder) == Some(ModuleKind::Package) {
                owner = owner.or(Some(folder));
            } else if self.is_namespace(folder) {
                inner_namespace = Some(folder).filter(|folder| kept.contains(folder));
            }
        }
        let owner = owner.or(inner_namespace);
        owner.is_some_and(|owner| kept.contains(owner)) && !self.is_for_type_checkers(package, path)
    }

    fn is_namespace(&self, folder: &str) -> bool {
        let module = self.modules.get(&*folder.replace('/', "."));
        module.is_some_and(|module| module.kind == ModuleKind::Namespace)
    }

    /// Returns whether a file is a stub beside the module that it describes, or the marker of a package with
    /// annotations.
    fn is_for_type_checkers(&self, package: usize, path: &str) -> bool {
        let has_module = |stem: &str| {
            let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
            self.module_in(package, &stem.replace('/', ".")).is_some()
        };
        path.rsplit('/').next() == Some(TYPED_MARKER)
            || path.strip_suffix(".pyi").is_some_and(has_module)
    }
}

impl Package {
    pub(super) fn data_file(&self, path: &str) -> DataFile {
        DataFile {
            path: path.to_owned(),
            file: self.full_path(path),
        }
    }
}

/// Iterates over the folders that contain a file, outermost first: `a` and `a/b` for `a/b/c.txt`.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}
