//! What there is in the standard library of a Python.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::common::pythons::Python;

/// Modules that another puts into `sys.modules` under a second name.
const ALIASES: [(&str, &str); 1] = [("collections.abc", "_collections_abc")];

/// Packages that distributors leave out of a library, or put into a package of its own.
const OPTIONAL: [&str; 6] = [
    "ensurepip",
    "idlelib",
    "test",
    "tkinter",
    "turtledemo",
    "venv",
];

type Names = BTreeSet<String>;

#[derive(Deserialize)]
pub(super) struct Library {
    /// Modules in files.
    pub(super) python: Names,
    /// Modules of this build in C.
    pub(super) c: Names,
    /// `sys.stdlib_module_names`: those of other builds and systems as well.
    pub(super) named: Names,
    /// Every word in the sources.
    words: Names,
    described: BTreeMap<String, Module>,
}

/// Names in a module; of one in C `identifiers` alone, which are those in it and in its types.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Module {
    /// Dotted names of functions, classes and variables.
    pub(super) definitions: Names,
    /// Names that the module has once it is imported.
    bound: Names,
    pub(super) imports: Names,
    identifiers: Names,
}

impl Library {
    /// Asks a Python, with descriptions of the modules `asked`.
    pub(super) fn of(python: &Python, asked: &BTreeSet<&str>) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/manifests/library.py");
        let aliases = ALIASES.map(|(_, module)| module);
        let asked: BTreeSet<&str> = asked.iter().copied().chain(aliases).collect();
        let mut process = Command::new(&python.path)
            .args(["-I", "-W", "ignore", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let asked = serde_json::to_vec(&asked).unwrap();
        process.stdin.take().unwrap().write_all(&asked).unwrap();
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", python.path);
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Whether there is a module in a file of that name; `*` stands for any part of one.
    pub(super) fn has_file(&self, name: &str) -> bool {
        match name.split_once('*') {
            Some((begin, end)) => self
                .python
                .iter()
                .any(|module| module.starts_with(begin) && module.ends_with(end)),
            None => self.python.contains(name) || ALIASES.iter().any(|(alias, _)| *alias == name),
        }
    }

    /// Whether a module belongs to what was left out of this library.
    pub(super) fn is_cut(&self, name: &str) -> bool {
        let package = name.split('.').next().unwrap_or(name);
        OPTIONAL.contains(&package) && !self.python.contains(package)
    }

    pub(super) fn module(&self, name: &str) -> Option<&Module> {
        let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
        self.described.get(alias.map_or(name, |(_, module)| module))
    }

    /// Whether a module has that name in it.
    pub(super) fn binds(&self, module: &str, name: &str) -> bool {
        self.module(module)
            .is_some_and(|module| module.bound.contains(name) || module.identifiers.contains(name))
    }

    /// Whether a module mentions that name; if it is in C, whether it has it.
    pub(super) fn mentions(&self, module: &str, name: &str) -> bool {
        self.module(module)
            .is_some_and(|module| module.identifiers.contains(name))
    }

    /// Whether a function of that dotted name, module and all, is in a source.
    pub(super) fn defines(&self, function: &str) -> bool {
        let places = function.match_indices('.');
        places
            .map(|(dot, _)| (&function[..dot], &function[dot + 1..]))
            .any(|(module, name)| {
                self.described
                    .get(module)
                    .is_some_and(|module| module.definitions.contains(name))
            })
    }

    /// Whether any source has that word; `*` stands for the rest of one.
    pub(super) fn has_word(&self, word: &str) -> bool {
        match word.strip_suffix('*') {
            Some(begin) => self.words.iter().any(|word| word.starts_with(begin)),
            None => self.words.contains(word),
        }
    }
}
