//! Checks the files in a bundle's zip against its receipt.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read as _};

use zip::ZipArchive;

use super::VerifyError;
use crate::bundle::{BundleFiles, FileDigest, ReceiptModule};
use crate::stdlib::{STUB_PREFIX, is_stub};
use crate::types::ModuleName;
use pyc::file_name;

/// Bytes before the code in a `.pyc` file (PEP 552).
const PYC_HEADER_BYTES: usize = 16;

/// The modules that differ from the receipt, and how. Missing modules are not among them.
pub(super) fn content_differences(
    bundle: &BundleFiles,
) -> Result<BTreeMap<ModuleName, String>, VerifyError> {
    let bad = |error: &dyn std::fmt::Display| {
        VerifyError::Input(format!("cannot read '{}': {error}", bundle.zip.display()))
    };
    let mut zip = ZipArchive::new(BufReader::new(File::open(&bundle.zip)?));
    let zip = zip.as_mut().map_err(|error| bad(&*error))?;
    let mut differences = BTreeMap::new();
    for place in 0..zip.len() {
        let mut file = zip.by_index(place).map_err(|error| bad(&error))?;
        let path = file.name().map_err(|error| bad(&error))?.into_owned();
        let Some(name) = module_name(&path) else {
            continue;
        };
        let kept = bundle.receipt.kept.get(&name);
        // What is larger than it should be need not be read to its end.
        let expected = kept.map_or(STUB_PREFIX.len() as u64, |kept| kept.bytes.0 + 1);
        let mut bytes = Vec::new();
        let read = file.by_ref().take(expected).read_to_end(&mut bytes);
        read.map_err(|error| bad(&format!("{path}: {error}")))?;
        let difference = match kept {
            Some(kept) => difference(kept, &path, &bytes),
            None if is_stub(&path, &bytes) => None,
            None => Some("it is not in the receipt".to_owned()),
        };
        differences.extend(difference.map(|difference| (name, difference)));
    }
    Ok(differences)
}

/// How the file of a module differs from the receipt.
fn difference(kept: &ReceiptModule, path: &str, bytes: &[u8]) -> Option<String> {
    let packed = FileDigest::of(bytes);
    // Receipts of older programs have sizes and no digests.
    let same = kept.sha256.is_none_or(|sha256| sha256 == packed.sha256);
    if !same || kept.bytes != packed.bytes {
        return Some(format!("'{path}' does not match the receipt"));
    }
    // A receipt of another module's bytecode is no better than such bytecode.
    let source = path
        .strip_suffix('c')
        .filter(|path| path.ends_with(".py"))?;
    match file_name(bytes.get(PYC_HEADER_BYTES..).unwrap_or_default()) {
        Ok(name) if name == source => None,
        Ok(name) => Some(format!("'{path}' is the bytecode of '{name}'")),
        Err(error) => Some(format!("'{path}' is not bytecode: {error}")),
    }
}

/// The module that a file of a zip is, if it is one.
fn module_name(path: &str) -> Option<ModuleName> {
    let stem = path
        .strip_suffix(".pyc")
        .or_else(|| path.strip_suffix(".py"))?;
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    ModuleName::new(&stem.replace('/', ".")).ok()
}
