//! Packages that are installed into the folder or zip of an app, as by `pip install --target`: they are dependencies.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::tree::Tree;
use super::{AppError, AppFile};
use crate::stdlib::{Archive, ModuleKind};
use crate::types::{ModuleName, RECORD, paths_in_record};

/// The packages that are installed into an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledPackages {
    /// The path of the app.
    pub path: PathBuf,
    /// The number of packages.
    pub count: usize,
    /// The paths of their files in the app.
    pub files: BTreeSet<String>,
}

/// Takes the installed packages out of the files of the app at `path`, whose files `read` reads. If it has no code that
/// uses them, they are the app, and stay.
///
/// # Errors
/// If the list of the files of a package cannot be read.
pub(super) fn take_installed(
    tree: &mut Tree,
    path: &Path,
    mut read: impl FnMut(&str) -> Result<Vec<u8>, AppError>,
) -> Result<Option<InstalledPackages>, AppError> {
    let prefix = format!("{}/", path.display());
    let in_app = |file: &str| file.strip_prefix(&prefix).map(str::to_owned);
    let modules = tree.modules.values().map(|file| file.inner.clone());
    let foreign = tree.foreign_extensions.iter();
    let foreign = foreign.filter_map(|file| in_app(file));
    let data = tree.data.keys().cloned();
    let known: BTreeSet<String> = modules.chain(foreign).chain(data).collect();
    let mut files = BTreeSet::new();
    let mut count = 0;
    for (inner, file) in &tree.data {
        let folder = inner.strip_suffix(RECORD).unwrap_or_default();
        let is_record = folder.ends_with(".dist-info/") && folder.matches('/').count() == 1;
        // Files in `src` are imported from another entry of `sys.path` than that of the folder.
        if is_record && in_app(file).as_ref() == Some(inner) {
            let text = read(file)?;
            let text = String::from_utf8_lossy(&text);
            let listed = paths_in_record(&text).map(|path| path_in_app(&path));
            files.extend(listed.filter(|path| known.contains(path)));
            count += 1;
        }
    }
    let is_own = |inner: &str| !files.contains(inner);
    if !uses_installed(tree, &is_own) {
        return Ok(None);
    }
    tree.modules.retain(|_, file| is_own(&file.inner));
    let parents: BTreeSet<ModuleName> = tree
        .modules
        .iter()
        .filter(|(_, file)| has_file(file))
        .flat_map(|(name, _)| name.ancestors())
        .collect();
    tree.modules
        .retain(|name, file| has_file(file) || parents.contains(name));
    tree.data.retain(|inner, _| is_own(inner));
    let is_path_of_own = |file: &str| file.strip_prefix(&prefix).is_none_or(is_own);
    tree.foreign_extensions.retain(|file| is_path_of_own(file));
    tree.notes.retain(|note| is_path_of_own(&note.path));
    tree.documents.retain(|(file, _)| is_path_of_own(file));
    Ok(Some(InstalledPackages {
        path: path.to_owned(),
        count,
        files,
    }))
}

fn has_file(file: &AppFile) -> bool {
    file.kind != ModuleKind::Namespace
}

/// Returns whether the sources of the app itself name a module that is installed. What lies beside packages may be no
/// program: a `conftest.py`, or a hook of an environment.
fn uses_installed(tree: &Tree, is_own: &impl Fn(&str) -> bool) -> bool {
    let (own, installed): (Vec<_>, Vec<_>) = tree
        .modules
        .iter()
        .filter(|(_, file)| has_file(file))
        .partition(|(_, file)| is_own(&file.inner));
    let tops: BTreeSet<&str> = installed.iter().map(|(name, _)| name.top_level()).collect();
    let own = own.iter().filter(|(_, file)| !file.is_excluded);
    let mut sources = own.map(|(_, file)| String::from_utf8_lossy(&file.source));
    sources.any(|source| {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        source
            .split(|c| !is_part(c))
            .any(|word| tops.contains(word))
    })
}

/// Returns the path in an app of a file in a list. pip lists scripts as if they were installed beside `lib`, and puts them
/// into `bin` of the folder that `--target` names.
fn path_in_app(listed: &str) -> String {
    let path = listed.replace('\\', "/");
    let inner = path.trim_start_matches("../");
    if inner.len() < path.len() {
        let is_script = inner.starts_with("bin/") || inner.starts_with("Scripts/");
        return if is_script { inner.to_owned() } else { path };
    }
    path.trim_start_matches("./").to_owned()
}

/// Returns the folder in a zip with packages that no entry of `sys.path` has until they are unpacked: `site-packages` of
/// shiv, and `.deps` of pex.
pub(super) fn unpacked_folder(archive: &Archive) -> Option<&'static str> {
    let has = |file: &str| archive.names().any(|name| name == file);
    if has("PEX-INFO") {
        Some(".deps")
    } else if has("environment.json") && has("_bootstrap/__init__.py") {
        Some("site-packages")
    } else {
        None
    }
}
