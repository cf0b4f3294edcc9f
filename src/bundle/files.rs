//! Opens a bundle on disk, and checks its files against its receipt.

use std::fs;
use std::path::{Path, PathBuf};

use super::encoding::artifact_extensions;
use super::ownership::{APP_STEM, find_owning_receipt};
use super::{Receipt, parse_receipt};
use crate::fs::limited;
use crate::types::{Sha256, Tier};

/// An error because there is no bundle, or its files do not match its receipt.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BundleError(String);

/// A bundle whose files match its receipt.
pub struct BundleFiles {
    /// The receipt.
    pub receipt: Receipt,
    /// The path of the zip.
    pub zip: PathBuf,
    /// The paths of the zips of the further tiers.
    pub further_tiers: Vec<PathBuf>,
    /// The path of `app.zip`, if there is one.
    pub app_zip: Option<PathBuf>,
}

impl BundleFiles {
    /// Opens the bundle at `path`, which is its folder, zip, receipt or an artifact, and checks the digests of its files.
    /// The side files have no digest in the receipt and only have to be there: a run that was killed may have deleted
    /// some of them and nothing else.
    ///
    /// # Errors
    /// When there is no bundle, or a file is missing, cannot be read or does not match the receipt.
    pub fn open(path: &Path) -> Result<Self, BundleError> {
        let bundle_error = |message: String| BundleError(message);
        let (receipt, file) = read_receipt_at(path)?;
        let beside = |name: &String| {
            let is_plain_name = Path::new(name)
                .file_name()
                .is_some_and(|file| file == name.as_str());
            if is_plain_name {
                return Ok(file.with_file_name(name));
            }
            Err(bundle_error(format!(
                "the receipt names the file {name:?}, which cannot lie beside it"
            )))
        };
        for name in &receipt.side_files {
            let side_file = beside(name)?;
            if !side_file.exists() {
                let file = side_file.display();
                return Err(bundle_error(format!(
                    "'{file}', which the receipt names, is missing: pack again"
                )));
            }
        }
        for (name, expected) in &receipt.outputs {
            let output = beside(name)?;
            let bytes = limited::read(&output, limited::MAX_BUNDLE).map_err(|error| {
                bundle_error(format!("cannot read '{}': {error}", output.display()))
            })?;
            if Sha256::of(&bytes) != expected.sha256 {
                let file = output.display();
                return Err(bundle_error(format!(
                    "'{file}' does not match its receipt: pack again"
                )));
            }
        }
        let listed_zip = |stem: &str| {
            let zip = format!("{stem}.zip");
            let is_listed = receipt.outputs.contains_key(&zip);
            is_listed.then(|| file.with_file_name(zip))
        };
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let further = Tier::FURTHER.map(|tier| listed_zip(&tier.stem(&stem)));
        let app_zip = listed_zip(APP_STEM);
        Ok(Self {
            receipt,
            zip: file.with_extension("zip"),
            further_tiers: further.into_iter().flatten().collect(),
            app_zip,
        })
    }

    /// Returns the path of the zip that `path` is of: the zip itself, or one of its artifacts. For the folder and the
    /// receipt it is the first zip.
    pub fn zip_of(&self, path: &Path) -> &Path {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_of = |zip: &&PathBuf| {
            let stem = zip.file_stem().unwrap_or_default().to_string_lossy();
            name.starts_with(&format!("{stem}."))
        };
        let mut further = self.further_tiers.iter().chain(&self.app_zip);
        further.find(is_of).unwrap_or(&self.zip)
    }

    /// Returns the path of the artifact with the extension `extension`, if the bundle has one.
    pub fn artifact(&self, extension: &str) -> Option<PathBuf> {
        self.artifact_of(&self.zip, extension)
    }

    /// Returns the path of the artifact of `zip`, which is one of the bundle, if there is one with this extension.
    pub fn artifact_of(&self, zip: &Path, extension: &str) -> Option<PathBuf> {
        let file = zip.with_extension(extension);
        let name = file.file_name()?.to_string_lossy().into_owned();
        self.receipt.outputs.contains_key(&name).then_some(file)
    }
}

/// Reads the receipt of the bundle at `path`, which is its folder, zip, receipt or an artifact. Returns it with its path.
///
/// # Errors
/// When there is no receipt, several, or an invalid one.
pub fn read_receipt_at(path: &Path) -> Result<(Receipt, PathBuf), BundleError> {
    let bundle_error = |message: String| BundleError(message);
    if !path.exists() {
        let path = path.display();
        return Err(bundle_error(format!(
            "there is no bundle at '{path}': no such file or folder"
        )));
    }
    let file = if path.is_dir() {
        find_only_receipt(path)?
    } else {
        receipt_of(path)
    };
    let text = limited::read_text(&file, limited::MAX_RECEIPT).map_err(|error| {
        bundle_error(format!(
            "cannot read the receipt '{}': {error}",
            file.display()
        ))
    })?;
    let receipt = parse_receipt(&text).map_err(|error| {
        bundle_error(format!(
            "'{}' is not a bundle's receipt: {error}",
            file.display()
        ))
    })?;
    Ok((receipt, file))
}

/// Returns the path of the receipt beside a bundle's zip or artifact.
fn receipt_of(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    if let Some(receipt) = find_owning_receipt(file) {
        return receipt;
    }
    let artifacts = artifact_extensions();
    let mut stems = artifacts
        .iter()
        .filter_map(|extension| name.strip_suffix(extension)?.strip_suffix('.'));
    match stems.next() {
        Some(stem) => file.with_file_name(format!("{stem}.json")),
        None => file.with_extension("json"),
    }
}

fn find_only_receipt(folder: &Path) -> Result<PathBuf, BundleError> {
    let is_receipt = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let tag = name.strip_prefix("python");
        let tag = tag.and_then(|rest| rest.strip_suffix(".json"));
        tag.is_some_and(|tag| tag.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let failed = |error| BundleError(format!("cannot read '{}': {error}", folder.display()));
    let entries = fs::read_dir(folder)
        .map_err(failed)?
        .flatten()
        .map(|entry| entry.path());
    let mut receipts: Vec<PathBuf> = entries.filter(is_receipt).collect();
    match receipts.len() {
        1 => Ok(receipts.remove(0)),
        0 => Err(BundleError(format!(
            "there is no bundle in '{}' (no python3XX.json): pack one first",
            folder.display()
        ))),
        _ => Err(BundleError(format!(
            "there are several bundles in '{}': name one of their .zip files",
            folder.display()
        ))),
    }
}
