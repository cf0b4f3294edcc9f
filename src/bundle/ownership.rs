//! Checks the ownership of files: only files that the receipt of an earlier bundle lists may be replaced or deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::bundle_file::{BundleFile, has_contents};
use super::{CHECKSUM_EXTENSIONS, SBOM_EXTENSION, artifact_extensions};
use crate::types::Tier;

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
    /// Another bundle in the folder lists the file.
    #[error(
        "'{}' is a file of the bundle of '{}': choose another folder; nothing was written",
        file.display(), receipt.display()
    )]
    OtherBundle {
        /// The file.
        file: PathBuf,
        /// The receipt of the other bundle.
        receipt: PathBuf,
    },
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

/// The file name of the zip with the app, without its extension.
pub const APP_STEM: &str = "app";

/// Returns the names of all files that a bundle can have. `stem` is that of its zip.
pub fn all_file_names(stem: &str) -> Vec<String> {
    let zips = || std::iter::once("zip").chain(artifact_extensions());
    let about = ["json", SBOM_EXTENSION];
    let about = about.into_iter().chain(CHECKSUM_EXTENSIONS);
    let further = Tier::FURTHER.map(|tier| tier.stem(stem));
    let further = further.iter().map(String::as_str).chain([APP_STEM]);
    let of_bundle = zips().chain(about).map(|extension| (stem, extension));
    let of_others = further.flat_map(|stem| zips().map(move |extension| (stem, extension)));
    let all = of_bundle.chain(of_others);
    all.map(|(stem, extension)| format!("{stem}.{extension}"))
        .collect()
}

/// Returns whether a text is the file name of a bundle's zip without its extension, such as `python313`.
fn is_bundle_stem(stem: &str) -> bool {
    let digits = stem.strip_prefix("python").unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
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
        let file = folder.join(&file.name);
        return Err(match find_owning_receipt(&file) {
            Some(receipt) => OwnershipError::OtherBundle { file, receipt },
            None => OwnershipError::NotNamed(file),
        });
    }
    let stale = owned
        .into_iter()
        .filter(|name| files.iter().all(|file| file.name != *name));
    let stale = stale.map(|name| folder.join(name));
    Ok(stale.filter(|path| exists(path)).collect())
}

/// Returns the receipts of bundles of other Python versions in a folder, sorted. `stem` is that of the own bundle.
pub fn other_receipts(folder: &Path, stem: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let others = names.filter(|name| {
        let other = name.strip_suffix(".json");
        other.is_some_and(|other| is_bundle_stem(other) && other != stem)
    });
    let others = others.map(|name| folder.join(name));
    let mut receipts: Vec<_> = others.filter(|file| bundle_files(file).is_some()).collect();
    receipts.sort();
    receipts
}

/// Returns the path of the receipt that lists `file`, if there is one.
pub fn find_owning_receipt(file: &Path) -> Option<PathBuf> {
    let name = file.file_name()?.to_str()?;
    let (stem, _) = name.split_once('.')?;
    let lists_file =
        |receipt: &PathBuf| bundle_files(receipt).is_some_and(|files| files.contains(name));
    if is_bundle_stem(stem) {
        return Some(file.with_file_name(format!("{stem}.json"))).filter(lists_file);
    }
    if stem != APP_STEM {
        return None;
    }
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    let siblings = fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let names = siblings.filter_map(|sibling| sibling.ok()?.file_name().into_string().ok());
    let receipts = names.filter(|name| name.strip_suffix(".json").is_some_and(is_bundle_stem));
    let receipts = receipts.map(|name| file.with_file_name(name));
    receipts.filter(lists_file).min()
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
    let possible = all_file_names(stem).into_iter();
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
