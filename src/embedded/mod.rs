//! Python in files that are not Python: notebooks, web pages, JavaScript and PyScript's configuration.
//!
//! Each kind of file has a reader, which turns its text into a [`Document`]: the Python texts in it, each line with the
//! place that it comes from, and the other files that it names. [`join`] makes one source of the texts, which is then
//! analysed like a `.py` file. Readers open no files and run nothing.

mod indent;
mod javascript;
mod join;
mod js_values;
mod notebook;
mod page;
mod pyscript_config;

use crate::scan::is_identifier;

pub use self::javascript::{ObjectUses, may_have_python, object_uses, read_javascript};
pub use self::join::{Joined, Rejected, join};
pub use self::js_values::is_javascript;
pub use self::notebook::read_notebook;
pub use self::page::{object_uses_in_page, read_page};
pub use self::pyscript_config::read_pyscript_config;

/// What Pyodide runs when it has loaded a package (`src/js/load-package.ts`).
const LOADS_PACKAGE: &str = "import importlib; importlib.invalidate_caches()";

/// What PyScript and stlite run to install the packages of a configuration.
const INSTALLS_PACKAGES: &str = "import micropip, importlib; importlib.invalidate_caches()";

/// What PyScript runs before the Python of a page (`src/stdlib.js` of `@pyscript/core`).
const STARTS_PYSCRIPT: &str = "import os, pathlib, pyscript";

/// What a page of marimo runs before its notebook (`frontend/src/core/wasm/worker/bootstrap.ts`).
const STARTS_MARIMO: &str = "import asyncio, gc, importlib, micropip; importlib.invalidate_caches()\n\
    from marimo._pyodide.bootstrap import create_session, instantiate";

/// A place in a file with Python texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The number of the code cell of a notebook, from 1; 0 in other files.
    pub cell: u32,
    /// The line in the cell, or else in the file, from 1.
    pub line: u32,
}

/// A Python text in another file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The Python source.
    pub code: String,
    /// The place of each line of `code`.
    pub places: Vec<Place>,
}

impl Text {
    /// Creates a text whose lines follow each other from `first`.
    pub fn starting_at(first: Place, code: String) -> Self {
        let places = (0..).map(|line| Place {
            line: first.line.saturating_add(line),
            ..first
        });
        let places = places.take(line_count(&code)).collect();
        Self { code, places }
    }

    /// Creates a text all of whose lines come from one place.
    pub fn all_at(place: Place, code: String) -> Self {
        let places = vec![place; line_count(&code)];
        Self { code, places }
    }

    /// Creates a text for what a page makes Pyodide run without showing it, at a line.
    fn implied(line: u32, code: &str) -> Self {
        Self::all_at(Place { cell: 0, line }, code.to_owned())
    }

    /// Creates a text that reads members with these names, as JavaScript may do at a line. Names that are not
    /// identifiers of Python are left out; returns `None` if no others are there.
    pub fn reading<'n>(line: u32, names: impl Iterator<Item = &'n str>) -> Option<Self> {
        let names = names.filter(|name| is_identifier(name));
        let members: String = names.map(|name| format!("_.{name}, ")).collect();
        (!members.is_empty()).then(|| Self::implied(line, &format!("lambda _: ({members})")))
    }

    /// Creates a text with names, also dotted ones, as strings that JavaScript may pass to Python at a line. Other texts
    /// are left out; returns `None` if no others are there.
    pub fn naming<'n>(line: u32, names: impl Iterator<Item = &'n str>) -> Option<Self> {
        let names = names.filter(|name| name.split('.').all(is_identifier));
        let strings: String = names.map(|name| format!("'{name}', ")).collect();
        (!strings.is_empty()).then(|| Self::implied(line, &format!("({strings})")))
    }
}

fn line_count(code: &str) -> usize {
    code.split('\n').count()
}

/// What another file is to the document that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceKind {
    /// Python that runs where the texts of the document run.
    Python,
    /// A name in a script that may be that of a Python file.
    Mentioned,
    /// A script or module of JavaScript.
    JavaScript,
    /// A configuration of PyScript.
    Config,
    /// A file that PyScript copies to this path, from which Python imports it.
    Copied(String),
}

impl ReferenceKind {
    /// Returns whether the file is certainly Python.
    pub fn is_python(&self) -> bool {
        matches!(self, Self::Python | Self::Copied(_))
    }
}

/// Another file that a document names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The address, as the document has it.
    pub address: String,
    /// What the file is to the document.
    pub kind: ReferenceKind,
    /// The line of the document that names it, from 1.
    pub line: u32,
}

/// The Python in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The texts that run, in their order in the file.
    pub texts: Vec<Text>,
    /// The texts that become files from which Python imports, with their paths.
    pub modules: Vec<(String, Text)>,
    /// The other files that it names.
    pub references: Vec<Reference>,
    /// The lines where code runs that is only known when the program runs.
    pub computed: Vec<u32>,
    /// The names of the modules that JavaScript gives to Python, with their lines.
    pub registered: Vec<(String, u32)>,
    /// The first line where JavaScript may get objects of Python.
    pub calls_python: Option<u32>,
}

impl Document {
    /// Returns whether the file has anything to do with Python.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
            && self.modules.is_empty()
            && self.references.is_empty()
            && self.computed.is_empty()
            && self.registered.is_empty()
    }

    /// Adds what another document has.
    pub fn extend(&mut self, other: Self) {
        let Self {
            texts,
            modules,
            references,
            computed,
            registered,
            calls_python,
        } = other;
        self.texts.extend(texts);
        self.modules.extend(modules);
        self.references.extend(references);
        self.computed.extend(computed);
        self.registered.extend(registered);
        self.calls_python = self.calls_python.or(calls_python);
    }
}

/// Why a file cannot be read as what it seems to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// A text that is not of the file's format.
    #[error("{0}")]
    Format(String),
    /// A script that is too large or too complex.
    #[error("not read: the script is too large or too complex")]
    TooComplex,
    /// A notebook for another language.
    #[error("its code is {0}, not Python")]
    OtherLanguage(String),
}
