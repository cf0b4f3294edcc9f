//! Imports the modules of `app.zip` in the sandbox.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read as _};
use std::path::Path;

use zip::ZipArchive;

use super::contents::content_differences;
use super::modules::{Imports, take_differing};
use super::sandbox::{APP_PLACE, LibraryUnderTest, Sandbox};
use super::{ModuleResult, VerifyError};
use crate::bundle::BundleFiles;
use crate::escape;
use crate::runtime::View;
use crate::stdlib::ArchiveLimits;
use crate::types::ModuleName;

/// Imports the modules of `app.zip`, unpacked into a folder, with only the bundle. Of `__main__`, only the code is
/// read. A module may need what is not there, such as a package that it can do without: it passes if it fails in the
/// same way with the runtime's own library.
pub(super) fn import_app_zip(
    sandbox: &Sandbox,
    bundle: &BundleFiles,
) -> Result<Vec<ModuleResult>, VerifyError> {
    let (Some(zip), Some(receipt)) = (&bundle.app_zip, &bundle.receipt.app_zip) else {
        return Ok(Vec::new());
    };
    let folder = sandbox.folder_for_app()?;
    unpack(zip, &folder)?;
    let mut modules: BTreeMap<ModuleName, String> = receipt
        .modules
        .iter()
        .map(|(name, module)| (name.clone(), module.module.because.as_str().to_owned()))
        .collect();
    let module = |name: &ModuleName| Some(&receipt.modules.get(name)?.module);
    // Sources that are data, such as templates, are not modules.
    let is_data = |path: &str| receipt.files.contains_key(path);
    let differences = content_differences(zip, module, is_data)?;
    let mut results = take_differing(&mut modules, differences);
    let mut view = View::default();
    let place = sandbox.show(&folder, APP_PLACE, &mut view)?;
    let place = escape::python(&place.to_string_lossy());
    let imports = Imports {
        setup: format!("sys.path.insert(0, {place})\n"),
        view,
    };
    let modules = modules.into_iter().collect();
    let imported = imports.run(sandbox, LibraryUnderTest::Bundle, modules)?;
    results.extend(imports.retry_failed(sandbox, imported, |_| true)?);
    results.sort_by(|a, b| a.module.cmp(&b.module));
    Ok(results)
}

/// Unpacks a zip into an empty folder.
fn unpack(zip: &Path, folder: &Path) -> Result<(), VerifyError> {
    let input_error = |error: &dyn std::fmt::Display| {
        VerifyError::Input(format!("cannot unpack '{}': {error}", zip.display()))
    };
    let mut archive = ZipArchive::new(BufReader::new(File::open(zip)?));
    let archive = archive.as_mut().map_err(|error| input_error(&*error))?;
    let mut remaining = ArchiveLimits::default().archive;
    for index in 0..archive.len() {
        let mut file = archive
            .by_index(index)
            .map_err(|error| input_error(&error))?;
        let Some(path) = file.enclosed_name() else {
            return Err(input_error(&"a path leads out of it"));
        };
        let path = folder.join(path);
        if file.is_dir() {
            fs::create_dir_all(path)?;
            continue;
        }
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        let mut target = File::create(path)?;
        let copied = io::copy(&mut file.by_ref().take(remaining), &mut target)?;
        remaining -= copied;
        if remaining == 0 {
            return Err(input_error(&"it is too large"));
        }
    }
    Ok(())
}
