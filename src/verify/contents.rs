//! Compares the files in the zips of a bundle with its receipt.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use zip::ZipArchive;

use super::VerifyError;
use crate::bundle::{
    BundleFiles, Encoding, FileDigest, ReceiptModule, decompress_packed, unpack_zip,
};
use crate::fs::limited;
use crate::profile::Compression;
use crate::stdlib::{STUB_PREFIX, is_stub};
use crate::types::ModuleName;
use pyc::file_name;

/// The size of the header of a `.pyc` file (PEP 552).
const PYC_HEADER_BYTES: usize = 16;

/// Returns the modules in `zip` that differ from the receipt, with a message. `find` returns the module of a name, if the
/// receipt has it, and `is_data` whether a path is that of another file. Modules that are missing in the zip are not
/// included.
pub(super) fn content_differences<'a>(
    zip: &Path,
    find: impl Fn(&ModuleName) -> Option<&'a ReceiptModule>,
    is_data: impl Fn(&str) -> bool,
) -> Result<BTreeMap<ModuleName, String>, VerifyError> {
    let input_error = |error: &dyn std::fmt::Display| {
        VerifyError::Input(format!("cannot read '{}': {error}", zip.display()))
    };
    let mut zip = ZipArchive::new(BufReader::new(File::open(zip)?));
    let zip = zip.as_mut().map_err(|error| input_error(&*error))?;
    let mut differences = BTreeMap::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).map_err(|error| input_error(&error))?;
        let path = file
            .name()
            .map_err(|error| input_error(&error))?
            .into_owned();
        let Some(name) = module_name(&path).filter(|_| !is_data(&path)) else {
            continue;
        };
        let kept = find(&name);
        // One byte more than expected suffices to notice a file that is too large.
        let limit = kept.map_or(STUB_PREFIX.len() as u64, |kept| kept.bytes.0 + 1);
        let mut bytes = Vec::new();
        let result = file.by_ref().take(limit).read_to_end(&mut bytes);
        result.map_err(|error| input_error(&format!("{path}: {error}")))?;
        let difference = match kept {
            Some(kept) => difference(kept, &path, &bytes),
            None if is_stub(&path, &bytes) => None,
            None => Some("it is not in the receipt".to_owned()),
        };
        differences.extend(difference.map(|difference| (name, difference)));
    }
    Ok(differences)
}

/// Checks that the packed forms of a bundle unpack to its zips.
pub(super) fn check_packed_forms(bundle: &BundleFiles) -> Result<(), VerifyError> {
    for compression in [Compression::Packed, Compression::PackedZstd] {
        let extension = Encoding::Whole(compression).extension();
        let zips = std::iter::once(&bundle.zip).chain(&bundle.further_tiers);
        for zip in zips.chain(&bundle.app_zip) {
            if let Some(artifact) = bundle.artifact_of(zip, extension) {
                check_packed_form(&artifact, zip)?;
            }
        }
    }
    Ok(())
}

/// Checks that the packed form in the file `artifact` unpacks to `zip`.
fn check_packed_form(artifact: &Path, zip: &Path) -> Result<(), VerifyError> {
    let input_error = |error: &dyn std::fmt::Display| {
        VerifyError::Input(format!("cannot unpack '{}': {error}", artifact.display()))
    };
    let read = |path| limited::read(path, limited::MAX_BUNDLE);
    let packed = read(artifact).map_err(|error| input_error(&error))?;
    let zip = read(zip).map_err(|error| input_error(&error))?;
    let max_bytes = u32::try_from(zip.len()).unwrap_or(u32::MAX);
    let unpacked = decompress_packed(packed, max_bytes.saturating_mul(2).max(1 << 16))
        .and_then(|packed| unpack_zip(&packed, max_bytes))
        .map_err(|error| input_error(&error))?;
    if unpacked == zip {
        Ok(())
    } else {
        Err(input_error(&"it is of another zip"))
    }
}

/// Returns a message if the file of a module differs from the receipt.
fn difference(kept: &ReceiptModule, path: &str, bytes: &[u8]) -> Option<String> {
    let packed = FileDigest::of(bytes);
    // Receipts of older versions have no digests.
    let same_digest = kept.sha256.is_none_or(|sha256| sha256 == packed.sha256);
    if !same_digest || kept.bytes != packed.bytes {
        return Some(format!("'{path}' does not match the receipt"));
    }
    // The file may match a receipt that was written for the bytecode of another module.
    let source = path
        .strip_suffix('c')
        .filter(|path| path.ends_with(".py"))?;
    match file_name(bytes.get(PYC_HEADER_BYTES..).unwrap_or_default()) {
        Ok(name) if name == source => None,
        Ok(name) => Some(format!("'{path}' is the bytecode of '{name}'")),
        Err(error) => Some(format!("'{path}' is not bytecode: {error}")),
    }
}

/// Returns the name of the module in a file of a zip, or `None` for a data file.
fn module_name(path: &str) -> Option<ModuleName> {
    let stem = path
        .strip_suffix(".pyc")
        .or_else(|| path.strip_suffix(".py"))?;
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    ModuleName::new(&stem.replace('/', ".")).ok()
}
