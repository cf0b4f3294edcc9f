//! The kinds of files with Python in them, and what is noted about that Python.

use crate::embedded::{Place, is_javascript};

/// The kind of a file with Python in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DocumentKind {
    Notebook,
    Page,
    JavaScript,
    /// A configuration of PyScript, in JSON or TOML.
    Config,
}

impl DocumentKind {
    /// Returns the kind of a file by its name or path.
    pub(super) fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name.ends_with(".ipynb") {
            Some(Self::Notebook)
        } else if name.ends_with(".html") || name.ends_with(".htm") {
            Some(Self::Page)
        } else if is_javascript(name) {
            Some(Self::JavaScript)
        } else if name == "pyscript.toml" || name == "pyscript.json" {
            Some(Self::Config)
        } else {
            None
        }
    }
}

/// Something about the Python in a notebook, page or script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentNote {
    /// The path of the file.
    pub path: String,
    /// The place in it.
    pub place: Place,
    /// What is noted.
    pub kind: NoteKind,
}

/// What is noted about the Python in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// JavaScript runs Python that it computes.
    Computed,
    /// JavaScript gives Python a module of this name.
    Registered(String),
    /// The file names Python that is not read, for this reason.
    NotRead(String),
    /// A part that is not valid Python, or a file that is not what its name says, with the error.
    Invalid(String),
}
