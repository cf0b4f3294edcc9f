//! Maps file paths to module names.

use std::collections::{BTreeMap, BTreeSet};

use super::StdlibModule;
use crate::types::ModuleName;

/// What a module is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleKind {
    /// One `.py` file.
    Module,
    /// A folder with an `__init__.py`.
    Package,
    /// A folder of modules without an `__init__.py` (PEP 420).
    Namespace,
}

/// The files of a tree of Python sources, sorted into modules and data.
#[derive(Debug, Default)]
pub struct ModuleEntries {
    /// Modules and packages by name.
    pub modules: BTreeMap<ModuleName, StdlibModule>,
    /// Paths of all other files, sorted.
    pub data: Vec<String>,
    /// What could not be taken, one sentence each.
    pub warnings: Vec<String>,
}

impl ModuleEntries {
    /// Sorts `paths`, relative with forward slashes, into modules and data files.
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

    /// A package wins over a module of the same name, as `importlib`'s `FileFinder` has it.
    fn add(&mut self, name: ModuleName, path: String, kind: ModuleKind) {
        let taken = self
            .modules
            .get(&name)
            .is_some_and(|m| m.kind == ModuleKind::Package);
        if !taken {
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

/// The module that a source file is, or none for a data file.
fn module_at(path: &str) -> Option<(ModuleName, ModuleKind)> {
    let stem = path.strip_suffix(".py")?;
    let (stem, kind) = match stem.strip_suffix("/__init__") {
        Some(package) => (package, ModuleKind::Package),
        None => (stem, ModuleKind::Module),
    };
    // A dot in a folder's or file's own name is no package boundary: such a file cannot be imported.
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
    fn modules_packages_namespaces_and_data() {
        let found = entries(&[
            "os.py",
            "json/__init__.py",
            "json/decoder.py",
            "space/inner/leaf.py",
            "pydoc_data/_pydoc.css",
            "a.b.py",
        ]);
        let kinds: Vec<(&str, ModuleKind)> = found
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
        assert_eq!(found.data, ["a.b.py", "pydoc_data/_pydoc.css"]);
    }

    #[test]
    fn a_package_wins_over_a_module() {
        let found = entries(&["string.py", "string/__init__.py"]);
        assert_eq!(found.modules["string"].path, "string/__init__.py");
    }
}
