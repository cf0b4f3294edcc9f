//! Writes a copy of the Pyodide that compiles, with the bundle as its library, for pages and tools that load Pyodide from a
//! folder and cannot be told another library.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::bundle::{FileChange, FileDigest, Receipt, parse_receipt};
use crate::cli::error::CliError;
use crate::fs::limited;
use crate::pipeline::{Bundle, PackError};
use crate::types::{ByteSize, Tier};

/// The name of Pyodide's library, without its extension.
const STEM: &str = "python_stdlib";

/// The forms of a zip that servers send in its place.
const ENCODINGS: [&str; 2] = ["zip.br", "zip.zst"];

/// The maximum size of a file of Pyodide.
const MAX_FILE: ByteSize = ByteSize(256 << 20);

/// The files of a copy of Pyodide.
pub(crate) struct DropIn {
    /// The contents of the files, by path.
    files: BTreeMap<PathBuf, Vec<u8>>,
    /// Files of an earlier copy that this one does not have.
    stale: Vec<PathBuf>,
}

impl DropIn {
    /// Reads the Pyodide with which `bundle` was compiled, for a copy in `folder`. `build_python` is the command of the
    /// build Python.
    ///
    /// # Errors
    /// When the build Python is no Pyodide, the bundle has tiers, a file cannot be read, or `folder` has files that are
    /// not of an earlier copy.
    pub(crate) fn new(
        folder: &Path,
        build_python: &str,
        bundle: &Bundle,
    ) -> Result<Self, CliError> {
        let Some(pyodide) = build_python.strip_prefix("pyodide:") else {
            return Err(CliError::Usage(format!(
                "--drop-in copies the Pyodide that compiles, but the build Python is '{build_python}': name a Pyodide with \
                 --build-python pyodide:DIR"
            )));
        };
        let tiers = Tier::FURTHER.map(|tier| tier.stem(&bundle.stem));
        if tiers.iter().any(|stem| bundle.further_zip(stem).is_some()) {
            return Err(CliError::Usage(
                "--drop-in is for bundles of one zip, because pages have to load tiers themselves: pack without --tiers"
                    .to_owned(),
            ));
        }
        let mut files = read_folder(Path::new(pyodide))?;
        files.extend(library(bundle)?);
        let earlier = earlier_files(folder);
        let stale = earlier.iter().flatten();
        let stale = stale.filter(|name| !files.contains_key(*name));
        let stale = stale
            .map(|name| folder.join(name))
            .filter(|path| path.is_file());
        let stale = stale.collect();
        let files = files.into_iter();
        let files = files
            .map(|(name, bytes)| (folder.join(name), bytes))
            .collect();
        if earlier.is_none() {
            reject_foreign(&files)?;
        }
        Ok(Self { files, stale })
    }

    /// Returns the paths of the files.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.keys().map(PathBuf::as_path)
    }

    /// Returns the bundle's zip and its compressed forms in the copy, with their contents.
    pub(crate) fn library(&self) -> impl Iterator<Item = (&PathBuf, &Vec<u8>)> {
        self.files.iter().filter(|(path, _)| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(&format!("{STEM}.zip"))
        })
    }

    /// Returns the changes that make the copy.
    pub(crate) fn changes(&self) -> impl Iterator<Item = FileChange<'_>> {
        let stale = self.stale.iter().map(|path| (path, None));
        let files = self.files.iter();
        let files = files.map(|(path, bytes)| (path, Some(bytes.as_slice())));
        stale.chain(files).map(|(path, bytes)| FileChange {
            path: path.clone(),
            bytes,
        })
    }
}

/// Reads the files of a Pyodide but its library, by name. It has no folders.
fn read_folder(pyodide: &Path) -> Result<BTreeMap<String, Vec<u8>>, CliError> {
    let failed = |path: &Path, error: &dyn std::fmt::Display| {
        CliError::Environment(format!("cannot read '{}': {error}", path.display()))
    };
    let entries = fs::read_dir(pyodide).map_err(|error| failed(pyodide, &error))?;
    let mut files = BTreeMap::new();
    for entry in entries {
        let path = entry.map_err(|error| failed(pyodide, &error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // Servers would send a compressed form of the other library.
        let is_library = name.starts_with(&format!("{STEM}."));
        if path.is_file() && !name.starts_with('.') && !is_library {
            let bytes = limited::read(&path, MAX_FILE).map_err(|error| failed(&path, &error))?;
            files.insert(name.into_owned(), bytes);
        }
    }
    Ok(files)
}

/// Returns the bundle's zip and its compressed forms under the names of Pyodide's library, and a receipt of them. The zip
/// is the deflated one, if there is no form that servers send in its place.
fn library(bundle: &Bundle) -> Result<BTreeMap<String, Vec<u8>>, CliError> {
    let artifacts = bundle.artifacts.iter();
    let encoded = artifacts.filter(|artifact| ENCODINGS.contains(&&*artifact.extension));
    let encoded = encoded.map(|artifact| (&*artifact.extension, artifact.bytes.clone()));
    let encoded: Vec<_> = encoded.collect();
    let mut artifacts = bundle.artifacts.iter();
    let deflated = artifacts.find(|artifact| artifact.extension == "deflated.zip");
    let zip = match deflated {
        Some(deflated) if encoded.is_empty() => &deflated.bytes,
        _ => &bundle.zip,
    };
    let forms = std::iter::once(("zip", zip.clone())).chain(encoded);
    let forms = forms.map(|(extension, bytes)| (format!("{STEM}.{extension}"), bytes));
    let mut files: BTreeMap<String, Vec<u8>> = forms.collect();
    let digests = files.iter();
    let digests = digests.map(|(name, bytes)| (name.clone(), FileDigest::of(bytes)));
    let receipt = Receipt {
        outputs: digests.collect(),
        side_files: Vec::new(),
        app_zip: None,
        ..bundle.receipt.clone()
    };
    let receipt = receipt.to_json();
    let receipt = receipt.map_err(|error| PackError::Internal(error.to_string()))?;
    files.insert(format!("{STEM}.json"), receipt.into_bytes());
    Ok(files)
}

/// Returns the names of the library's files in an earlier copy, or `None` if the folder has none.
fn earlier_files(folder: &Path) -> Option<Vec<String>> {
    let file = folder.join(format!("{STEM}.json"));
    let text = limited::read_text(&file, limited::MAX_RECEIPT).ok()?;
    let receipt = parse_receipt(&text).ok()?;
    // A receipt that was tampered with must not name other files.
    let possible = ["zip"].into_iter().chain(ENCODINGS);
    let possible = possible.map(|extension| format!("{STEM}.{extension}"));
    let listed = possible.filter(|name| receipt.outputs.contains_key(name));
    Some(listed.collect())
}

/// Rejects files that exist with other contents.
fn reject_foreign(files: &BTreeMap<PathBuf, Vec<u8>>) -> Result<(), CliError> {
    let is_foreign = |(path, bytes): &(&PathBuf, &Vec<u8>)| {
        let metadata = fs::symlink_metadata(path);
        let is_same = |length: u64| length == bytes.len() as u64;
        metadata.is_ok_and(|metadata| {
            !is_same(metadata.len()) || fs::read(path).map_or(true, |found| found != **bytes)
        })
    };
    match files.iter().find(is_foreign) {
        Some((path, _)) => Err(CliError::OutputConflict(format!(
            "'{}' exists and is not of a copy that --drop-in wrote: move it away, or choose another folder; nothing was \
             written",
            path.display()
        ))),
        None => Ok(()),
    }
}
