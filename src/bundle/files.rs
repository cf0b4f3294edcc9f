//! A bundle on disk: its receipt and files, checked against each other.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Receipt, parse_receipt};
use crate::fs::limited;
use crate::types::Sha256;

/// There is no bundle there, or its files are not those of its receipt.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BundleError(String);

/// A bundle whose files match its receipt.
pub struct BundleFiles {
    /// What it promises.
    pub receipt: Receipt,
    /// The zip.
    pub zip: PathBuf,
}

impl BundleFiles {
    /// Finds receipt and zip at `path`, the folder, zip or receipt of a bundle, and checks that they
    /// belong together.
    ///
    /// # Errors
    /// When there is none, or they do not.
    pub fn open(path: &Path) -> Result<Self, BundleError> {
        let bad = |message: String| BundleError(message);
        let (receipt, file) = read_receipt_at(path)?;
        for (name, written) in &receipt.outputs {
            let plain = Path::new(name)
                .file_name()
                .is_some_and(|file| file == name.as_str());
            if !plain {
                return Err(bad(format!(
                    "the receipt names the file {name:?}, which cannot lie beside it"
                )));
            }
            let output = file.with_file_name(name);
            let bytes = limited::read(&output, limited::MAX_BUNDLE)
                .map_err(|error| bad(format!("cannot read '{}': {error}", output.display())))?;
            if Sha256::of(&bytes) != written.sha256 {
                let file = output.display();
                return Err(bad(format!(
                    "'{file}' does not match its receipt: pack again"
                )));
            }
        }
        let zip = file.with_extension("zip");
        Ok(Self { receipt, zip })
    }

    /// The file with that ending, after the bundle's name and a dot, if the bundle has one.
    pub fn artifact(&self, ending: &str) -> Option<PathBuf> {
        let file = self.zip.with_extension(ending);
        let name = file.file_name()?.to_string_lossy().into_owned();
        self.receipt.outputs.contains_key(&name).then_some(file)
    }
}

/// The receipt of the bundle at `path`, its folder, zip or receipt, and the receipt's file.
///
/// # Errors
/// When there is none.
pub fn read_receipt_at(path: &Path) -> Result<(Receipt, PathBuf), BundleError> {
    let bad = |message: String| BundleError(message);
    if !path.exists() {
        let path = path.display();
        return Err(bad(format!(
            "there is no bundle at '{path}': no such file or folder"
        )));
    }
    let file = if path.is_dir() {
        find_only_receipt(path)?
    } else {
        path.with_extension("json")
    };
    let text = limited::read_text(&file, limited::MAX_RECEIPT).map_err(|error| {
        bad(format!(
            "cannot read the receipt '{}': {error}",
            file.display()
        ))
    })?;
    let receipt = parse_receipt(&text).map_err(|error| {
        bad(format!(
            "'{}' is not a bundle's receipt: {error}",
            file.display()
        ))
    })?;
    Ok((receipt, file))
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
