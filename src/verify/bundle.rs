//! A bundle as it lies on disk: its receipt and its files, checked against each other.

use std::fs;
use std::path::{Path, PathBuf};

use super::VerifyError;
use crate::bundle::{Promise, read_receipt};
use crate::types::Sha256;

/// A bundle whose files are those that its receipt tells of.
pub(super) struct BundleFiles {
    /// What the receipt promises.
    pub(super) promise: Promise,
    /// The zip.
    pub(super) zip: PathBuf,
}

impl BundleFiles {
    /// Finds receipt and zip at `path`, the folder, zip or receipt of a bundle, and checks that they
    /// belong together.
    pub(super) fn open(path: &Path) -> Result<Self, VerifyError> {
        let bad = |message: String| VerifyError::Bundle(message);
        if !path.exists() {
            let path = path.display();
            return Err(bad(format!(
                "there is no bundle at '{path}': no such file or folder"
            )));
        }
        let receipt = if path.is_dir() {
            the_only_receipt(path)?
        } else {
            path.with_extension("json")
        };
        let text = fs::read_to_string(&receipt).map_err(|error| {
            bad(format!(
                "cannot read the receipt '{}': {error}",
                receipt.display()
            ))
        })?;
        let promise = read_receipt(&text).map_err(|error| {
            bad(format!(
                "'{}' is no receipt of a bundle: {error}",
                receipt.display()
            ))
        })?;
        for (name, written) in &promise.outputs {
            let plain = Path::new(name)
                .file_name()
                .is_some_and(|file| file == name.as_str());
            if !plain {
                return Err(bad(format!(
                    "the receipt names the file {name:?}, which cannot lie beside it"
                )));
            }
            let file = receipt.with_file_name(name);
            let bytes = fs::read(&file)
                .map_err(|error| bad(format!("cannot read '{}': {error}", file.display())))?;
            if Sha256::of(&bytes).to_string() != written.sha256 {
                let file = file.display();
                return Err(bad(format!(
                    "'{file}' is not the file that its receipt tells of: pack again"
                )));
            }
        }
        let zip = receipt.with_extension("zip");
        Ok(Self { promise, zip })
    }

    /// The brotli form, if the bundle has one.
    pub(super) fn brotli(&self) -> Option<PathBuf> {
        let file = self.zip.with_extension("zip.br");
        let name = file.file_name()?.to_string_lossy();
        self.promise
            .outputs
            .contains_key(&*name)
            .then_some(file.clone())
    }
}

fn the_only_receipt(folder: &Path) -> Result<PathBuf, VerifyError> {
    let is_receipt = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("python") && name.ends_with(".json")
    };
    let entries = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    let mut receipts: Vec<PathBuf> = entries.filter(is_receipt).collect();
    match receipts.len() {
        1 => Ok(receipts.remove(0)),
        0 => Err(VerifyError::Bundle(format!(
            "there is no bundle in '{}' (no python3XX.json): pack one first",
            folder.display()
        ))),
        _ => Err(VerifyError::Bundle(format!(
            "there are several bundles in '{}': name one of their .zip files",
            folder.display()
        ))),
    }
}
