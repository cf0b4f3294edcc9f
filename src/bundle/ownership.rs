//! Checks the ownership of files: only files that the receipt of an earlier bundle lists may be replaced or deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::bundle_file::{BundleFile, has_contents};
use super::{CHECKSUM_EXTENSIONS, SBOM_EXTENSION, artifact_extensions};

/// The maximum number of bytes that are read of an earlier receipt.
const MAX_RECEIPT_BYTES: u64 = 64 << 20;

/// An error because an unrelated file has the name of a file to be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OwnershipError {
    /// No receipt lists the file.
    #[error(
        "'{}' exists and belongs to no bundle: move it away, or choose another folder; nothing was written",
        .0.display()
    )]
    NotNamed(PathBuf),
    /// The file has the name of the receipt, but is not a receipt.
    #[error(
        "'{}' exists and is not a bundle's receipt: move it away, or choose another folder; nothing was written",
        .0.display()
    )]
    NoReceipt(PathBuf),
}

/// The fields of a receipt of any version that list the files of its bundle.
#[derive(Deserialize)]
struct ReceiptHeader {
    tool: String,
    outputs: BTreeMap<String, Value>,
    #[serde(default)]
    side_files: BTreeSet<String>,
}

/// Returns the extensions of all files that a bundle can have, without the leading dot.
pub fn all_extensions() -> impl Iterator<Item = &'static str> {
    let side_files = [SBOM_EXTENSION].into_iter().chain(CHECKSUM_EXTENSIONS);
    ["zip", "json"]
        .into_iter()
        .chain(artifact_extensions())
        .chain(side_files)
}

/// Checks that `files` only replace files of an earlier bundle in `folder`. Returns the paths of the earlier bundle's
/// files that `files` does not replace.
///
/// # Errors
/// When a file to be replaced belongs to no bundle, unless its contents are the same.
pub(super) fn check(
    folder: &Path,
    stem: &str,
    files: &[BundleFile<'_>],
) -> Result<Vec<PathBuf>, OwnershipError> {
    let receipt = folder.join(format!("{stem}.json"));
    // The caller reports folders as a different error.
    let exists = |path: &Path| fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_dir());
    let owned = match bundle_files(&receipt) {
        Some(owned) => owned,
        None if exists(&receipt) => return Err(OwnershipError::NoReceipt(receipt)),
        None => BTreeSet::new(),
    };
    let is_foreign = |file: &&BundleFile<'_>| {
        let path = folder.join(&file.name);
        !owned.contains(&file.name) && exists(&path) && !has_contents(&path, &file.bytes)
    };
    if let Some(file) = files.iter().find(is_foreign) {
        return Err(OwnershipError::NotNamed(folder.join(&file.name)));
    }
    let stale = owned
        .into_iter()
        .filter(|name| files.iter().all(|file| file.name != *name));
    let stale = stale.map(|name| folder.join(name));
    Ok(stale.filter(|path| exists(path)).collect())
}

/// Returns the path of the receipt that lists `file`, if there is one.
pub fn find_owning_receipt(file: &Path) -> Option<PathBuf> {
    let name = file.file_name()?.to_str()?;
    let (stem, _) = name.split_once('.')?;
    let receipt = file.with_file_name(format!("{stem}.json"));
    bundle_files(&receipt)?.contains(name).then_some(receipt)
}

/// Returns the names of the files that a receipt lists, and its own name. Names that no file of its bundle can have are
/// ignored, so that a manipulated receipt cannot claim other files. `None` if the file is not a receipt.
fn bundle_files(receipt: &Path) -> Option<BTreeSet<String>> {
    let stem = receipt.file_stem()?.to_str()?;
    let bytes = read(receipt).ok()?;
    let header: ReceiptHeader = serde_json::from_slice(&bytes).ok()?;
    if !header.tool.starts_with("stdlib-pack ") {
        return None;
    }
    let receipt_name = format!("{stem}.json");
    let possible = all_extensions().map(|extension| format!("{stem}.{extension}"));
    let is_listed = |name: &String| {
        *name == receipt_name
            || header.outputs.contains_key(name)
            || header.side_files.contains(name)
    };
    Some(possible.filter(is_listed).collect())
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    // Reading a pipe would block.
    if !fs::metadata(file)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut bytes = Vec::new();
    File::open(file)?
        .take(MAX_RECEIPT_BYTES)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
