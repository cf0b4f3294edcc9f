//! Adds extension modules to the modules of an app.

use std::collections::BTreeMap;

use super::AppFile;
use crate::scan::{ExtensionModuleStrings, ExtractionBudget};
use crate::stdlib::ModuleKind;
use crate::types::{ModuleName, Sha256, unused_name};

/// Adds the extension module at `inner`, a path inside the app, unless its name is not a module name.
pub(super) fn add(
    modules: &mut BTreeMap<ModuleName, AppFile>,
    inner: &str,
    path: String,
    bytes: &[u8],
    budget: &mut ExtractionBudget,
) {
    let (folder, file) = inner.rsplit_once('/').unwrap_or(("", inner));
    // Strips the ABI tag and the extension, as in `x.cpython-313-x86_64-linux-gnu.so`.
    let stem = file.split('.').next().unwrap_or(file);
    let dotted = format!("{}.{stem}", folder.replace('/', "."));
    if let Ok(name) = ModuleName::new(dotted.trim_start_matches('.')) {
        let file = AppFile {
            kind: ModuleKind::Module,
            path,
            inner: inner.to_owned(),
            source: Sha256::of(bytes).as_bytes().to_vec(),
            compiled: Some(ExtensionModuleStrings::read(bytes, budget)),
            is_excluded: false,
            origin: None,
        };
        modules.insert(unused_name(&name, modules), file);
    }
}
