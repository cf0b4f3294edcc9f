//! Maps file paths to module names.

use std::collections::{BTreeMap, BTreeSet};

use super::{MESSAGES_MODULE, StdlibModule};
use crate::types::ModuleName;

/// The form of a module on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleKind {
    /// A `.py` file.
    Module,
    /// A folder with an `__init__.py`.
    Package,
    /// A folder of modules without an `__init__.py` (PEP 420).
    Namespace,
}

/// The files of a tree of Python sources, divided into modules and data files.
#[derive(Debug, Default)]
pub struct ModuleEntries {
    /// The modules and packages, by name.
    pub modules: BTreeMap<ModuleName, StdlibModule>,
    /// The sorted paths of all other files.
    pub data: Vec<String>,
    /// Messages about files that were skipped.
    pub warnings: Vec<String>,
}

impl ModuleEntries {
    /// Divides `paths` into modules and data files. They are relative, with forward slashes.
    pub fn from_paths(paths: impl IntoIterator<Item = String>) -> Self {
        let mut entries = Self::default();
        for path in paths.into_iter().collect::<BTreeSet<_>>() {
            match module_at(&path) {
                Some((name, kind)) => entries.add(name, path, kind),
                None => entries.data.push(path),
            }
        }
        entries.add_namespaces();
        entries
    }

    /// Divides the files of a library, without what was made for one build of it.
    pub fn of_library(paths: impl IntoIterator<Item = String>) -> Self {
        let mut entries = Self::from_paths(paths);
        entries
            .modules
            .retain(|name, _| name.as_str() != MESSAGES_MODULE);
        entries
    }

    /// Adds a module. A package takes precedence over a module of the same name, as in `importlib`'s `FileFinder`.
    fn add(&mut self, name: ModuleName, path: String, kind: ModuleKind) {
        let has_package = self
            .modules
            .get(&name)
            .is_some_and(|m| m.kind == ModuleKind::Package);
        if !has_package {
            self.modules.insert(name, StdlibModule { path, kind });
        }
    }

    fn add_namespaces(&mut self) {
        let missing: BTreeSet<ModuleName> = self
            .modules
            .keys()
            .flat_map(ModuleName::ancestors)
            .filter(|package| !self.modules.contains_key(package))
            .collect();
        for name in missing {
            let path = format!("{}/", name.as_str().replace('.', "/"));
            let kind = ModuleKind::Namespace;
            self.modules.insert(name, StdlibModule { path, kind });
        }
    }
}

/// Returns the name and kind of the module in a file, or `None` for a data file.
fn module_at(path: &str) -> Option<(ModuleName, ModuleKind)> {
    let stem = path.strip_suffix(".py")?;
    let (stem, kind) = match stem.strip_suffix("/__init__") {
        Some(package) => (package, ModuleKind::Package),
        None => (stem, ModuleKind::Module),
    };
    // A file cannot be imported if its name or that of a folder contains a dot.
    if stem.contains('.') {
        return None;
    }
    let name = ModuleName::new(&stem.replace('/', ".")).ok()?;
    Some((name, kind))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn entries(paths: &[&str]) -> ModuleEntries {
        ModuleEntries::from_paths(paths.iter().map(ToString::to_string))
    }

    #[test]
    fn from_paths_divides_modules_and_data() {
        let divided = entries(&[
            "os.py",
            "json/__init__.py",
            "json/decoder.py",
            "space/inner/leaf.py",
            "pydoc_data/_pydoc.css",
            "a.b.py",
        ]);
        let kinds: Vec<(&str, ModuleKind)> = divided
            .modules
            .iter()
            .map(|(name, module)| (name.as_str(), module.kind))
            .collect();
        assert_eq!(
            kinds,
            [
                ("json", ModuleKind::Package),
                ("json.decoder", ModuleKind::Module),
                ("os", ModuleKind::Module),
                ("space", ModuleKind::Namespace),
                ("space.inner", ModuleKind::Namespace),
                ("space.inner.leaf", ModuleKind::Module),
            ]
        );
        assert_eq!(divided.data, ["a.b.py", "pydoc_data/_pydoc.css"]);
    }

    #[test]
    fn package_takes_precedence_over_module() {
        let divided = entries(&["string.py", "string/__init__.py"]);
        assert_eq!(divided.modules["string"].path, "string/__init__.py");
    }
}
