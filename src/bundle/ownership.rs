//! Ownership of files: only those that an earlier bundle's receipt names may be replaced.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::bundle_file::{BundleFile, holds};
use super::{CHECKSUM_EXTENSIONS, SBOM_EXTENSION, artifact_extensions};

/// Longest receipt that is read to find out whose files there are.
const MAX_OWNED_FILE_BYTES: u64 = 64 << 20;

/// A file that is not ours stands where one of ours belongs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OwnershipError {
    /// No receipt names it.
    #[error(
        "'{}' exists and belongs to no bundle: move it away, or choose another folder; nothing was written",
        .0.display()
    )]
    NotNamed(PathBuf),
    /// It is where the receipt belongs.
    #[error(
        "'{}' exists and is not a bundle's receipt: move it away, or choose another folder; nothing was written",
        .0.display()
    )]
    NoReceipt(PathBuf),
}

/// The part of a receipt, of any version, that lists its bundle's files.
#[derive(Deserialize)]
struct ReceiptHeader {
    tool: String,
    outputs: BTreeMap<String, Value>,
    #[serde(default)]
    companions: BTreeSet<String>,
}

/// Endings of the files that a bundle may have, after its name and a dot.
pub fn all_extensions() -> impl Iterator<Item = &'static str> {
    let companions = [SBOM_EXTENSION].into_iter().chain(CHECKSUM_EXTENSIONS);
    ["zip", "json"]
        .into_iter()
        .chain(artifact_extensions())
        .chain(companions)
}

/// Checks that `files` replace nothing in `folder` but files of a bundle. The bundle's files that
/// are not among them are returned.
///
/// # Errors
/// When one of them belongs to something else. Files with the same bytes as ours are accepted.
pub(super) fn check(
    folder: &Path,
    stem: &str,
    files: &[BundleFile<'_>],
) -> Result<Vec<PathBuf>, OwnershipError> {
    let receipt = folder.join(format!("{stem}.json"));
    // Folders are an error of another kind.
    let is_there =
        |path: &Path| fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_dir());
    let ours = match bundle_files(&receipt) {
        Some(ours) => ours,
        None if is_there(&receipt) => return Err(OwnershipError::NoReceipt(receipt)),
        None => BTreeSet::new(),
    };
    let is_foreign = |file: &&BundleFile<'_>| {
        let path = folder.join(&file.name);
        !ours.contains(&file.name) && is_there(&path) && !holds(&path, &file.bytes)
    };
    if let Some(file) = files.iter().find(is_foreign) {
        return Err(OwnershipError::NotNamed(folder.join(&file.name)));
    }
    let unwanted = ours
        .into_iter()
        .filter(|name| files.iter().all(|file| file.name != *name));
    let unwanted = unwanted.map(|name| folder.join(name));
    Ok(unwanted.filter(|path| is_there(path)).collect())
}

/// The receipt of the bundle that `file` is a file of.
pub fn find_owning_receipt(file: &Path) -> Option<PathBuf> {
    let name = file.file_name()?.to_str()?;
    let (stem, _) = name.split_once('.')?;
    let receipt = file.with_file_name(format!("{stem}.json"));
    bundle_files(&receipt)?.contains(name).then_some(receipt)
}

/// The names of the files that a receipt lists, its own included; none if it is not a receipt. Only names that
/// files of its bundle may have count, whatever it says.
fn bundle_files(receipt: &Path) -> Option<BTreeSet<String>> {
    let stem = receipt.file_stem()?.to_str()?;
    let bytes = read(receipt).ok()?;
    let named: ReceiptHeader = serde_json::from_slice(&bytes).ok()?;
    if !named.tool.starts_with("stdlib-pack ") {
        return None;
    }
    let itself = format!("{stem}.json");
    let possible = all_extensions().map(|ending| format!("{stem}.{ending}"));
    let is_named = |name: &String| {
        *name == itself || named.outputs.contains_key(name) || named.companions.contains(name)
    };
    Some(possible.filter(is_named).collect())
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    // A pipe would be waited for.
    if !fs::metadata(file)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut bytes = Vec::new();
    File::open(file)?
        .take(MAX_OWNED_FILE_BYTES)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
