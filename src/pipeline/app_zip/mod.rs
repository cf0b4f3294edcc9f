//! `app.zip`: the app, what it needs of its dependencies, and their data files.

mod build;
mod data;
mod main_module;
mod modules;
mod receipt;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use self::build::{CompiledAppZip, assemble_app_zip, compile_app_zip};
pub(super) use self::modules::plan_app_zip;
pub(super) use self::receipt::receipt_of;
use crate::dependency::Distribution;
use crate::explain::KeptBecause;
use crate::stdlib::ModuleKind;
use crate::types::ModuleName;

/// The contents of `app.zip`, before they are compiled.
#[derive(Debug)]
pub struct AppZipPlan {
    /// The modules by name.
    pub modules: BTreeMap<ModuleName, AppZipModule>,
    /// The files that are not modules, by their path in the zip.
    pub files: BTreeMap<String, AppZipFile>,
    /// The distributions of the dependencies' modules.
    pub distributions: Vec<Distribution>,
}

/// A module in `app.zip`.
#[derive(Clone, Debug)]
pub struct AppZipModule {
    /// The path of its source or extension module in the zip; for a namespace package, that of its folder.
    pub path: String,
    /// The kind.
    pub kind: ModuleKind,
    /// Where it comes from.
    pub owner: Owner,
    /// The contents.
    pub content: ModuleContent,
    /// The reason why it is in the zip.
    pub because: KeptBecause,
}

/// Where a module in `app.zip` comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The app, given as the index of its `--app`.
    App(usize),
    /// A dependency.
    Dependency,
    /// This program: a `__main__` that starts the app.
    Generated,
}

/// The contents of a module in `app.zip`.
#[derive(Clone, Debug)]
pub enum ModuleContent {
    /// A Python source.
    Source(Arc<[u8]>),
    /// A Python source whose file the program opens, so that it is packed as it is.
    OpenedSource(Arc<[u8]>),
    /// An extension module.
    Extension(AppZipFile),
    /// A namespace package, which has no file.
    Namespace,
}

/// A file that is copied into `app.zip`.
#[derive(Clone, Debug)]
pub enum AppZipFile {
    /// A file of the app: the index of the `--app`, and the path with which it is read.
    OfApp(usize, String),
    /// A file of a dependency: the path with which it is read.
    OfDependency(String),
    /// A file with these contents.
    Generated(String),
}
