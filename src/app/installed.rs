//! Packages that are installed into the folder or zip of an app, as by `pip install --target`: they are dependencies.

use std::collections::BTreeSet;

use super::{App, AppError, AppFile};
use crate::stdlib::{Archive, ModuleKind};
use crate::types::{ModuleName, RECORD, Sha256, paths_in_record};

/// Returns the folder in a zip with packages that no entry of `sys.path` has until they are unpacked: `site-packages` of
/// shiv, and one for each wheel in `.deps` of pex.
pub(super) fn unpacked_folder(archive: &Archive) -> Option<String> {
    archive.names().find_map(|path| {
        let (folder, rest) = path.split_once('/')?;
        let packages = match folder {
            "site-packages" => rest,
            ".deps" => rest.split_once('/')?.1,
            _ => return None,
        };
        let metadata = packages.split('/').next()?;
        metadata.ends_with(".dist-info").then(|| folder.to_owned())
    })
}

/// The packages that are installed into an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledPackages {
    /// The number of packages.
    pub count: usize,
    /// The paths of their files, relative to the entry of `sys.path`.
    pub files: BTreeSet<String>,
    /// A digest of their modules.
    pub(super) digest: Sha256,
}

impl App {
    /// Takes the installed packages out of the modules and files of the app. If it has no modules but theirs, they are the
    /// app, and stay.
    ///
    /// # Errors
    /// If the list of the files of a package cannot be read.
    pub(super) fn take_installed(&mut self, path: &str) -> Result<(), AppError> {
        let mut files = BTreeSet::new();
        let mut count = 0;
        for (inner, file) in &self.data {
            let is_record = inner.strip_suffix(RECORD).is_some_and(|folder| {
                folder.ends_with(".dist-info/") && folder.matches('/').count() == 1
            });
            // Files in `src` are imported from another entry of `sys.path` than that of the folder.
            if is_record && *file == format!("{path}/{inner}") {
                let text = self.read(file)?;
                files.extend(paths_in_record(&String::from_utf8_lossy(&text)));
                count += 1;
            }
        }
        let is_own = |name: &str| !files.contains(name);
        let has_own = self.modules.values().any(|file| {
            file.kind != ModuleKind::Namespace && !file.is_excluded && is_own(&file.inner)
        });
        if count == 0 || !has_own {
            return Ok(());
        }
        let (own, installed): (Vec<_>, Vec<_>) = std::mem::take(&mut self.modules)
            .into_iter()
            .partition(|(_, file)| is_own(&file.inner));
        let parts = installed.iter();
        let parts = parts.flat_map(|(name, file)| [name.as_str().as_bytes(), &file.source[..]]);
        let digest = Sha256::of_parts(parts);
        let files_of_own = own.iter();
        let files_of_own = files_of_own.filter(|(_, file)| file.kind != ModuleKind::Namespace);
        let parents: BTreeSet<ModuleName> = files_of_own
            .flat_map(|(name, _)| name.ancestors())
            .collect();
        let is_left = |(name, file): &(ModuleName, AppFile)| {
            file.kind != ModuleKind::Namespace || parents.contains(name)
        };
        self.modules = own.into_iter().filter(is_left).collect();
        self.data.retain(|inner, _| is_own(inner));
        self.installed = Some(InstalledPackages {
            count,
            files,
            digest,
        });
        Ok(())
    }
}
