//! Files where the user wants them.

use std::borrow::Cow;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf, absolute};

use super::error::CliError;
use crate::bundle::{CHECKSUMS, OutputFile, SBOM, checksums, endings, read_receipt, sbom, write};
use crate::pipeline::{Bundle, PackError};
use crate::report::SummaryOutput;
use crate::types::{ByteSize, Sha256};

/// Where bundles go when nobody says otherwise.
const OUT: &str = "dist";

/// The folder that a bundle is written to: the flag's, the profile's, or `dist`.
pub(super) fn out_folder(flag: Option<&Path>, profile: Option<&str>) -> PathBuf {
    flag.map_or_else(|| PathBuf::from(profile.unwrap_or(OUT)), Path::to_owned)
}

/// Writes one file where the user wants it: where a link leads, or into a pipe or device.
pub(super) fn write_file(file: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let is_other = |found: Metadata| !found.is_file() && !found.is_dir();
    // What stands for an open file must not be replaced either, whatever it is open on.
    if file.starts_with("/dev") || fs::metadata(file).is_ok_and(is_other) {
        return fs::write(file, bytes).map_err(|error| {
            CliError::Environment(format!("cannot write '{}': {error}", file.display()))
        });
    }
    let is_link = fs::symlink_metadata(file).is_ok_and(|found| found.is_symlink());
    let led_to = is_link.then(|| fs::canonicalize(file).ok()).flatten();
    let file = led_to.as_deref().unwrap_or(file);
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let file = OutputFile {
        name: name.into_owned(),
        bytes: bytes.into(),
    };
    write(folder.unwrap_or(Path::new(".")), &[file], &[]).map_err(PackError::from)?;
    Ok(())
}

/// What is written beside a bundle when somebody asks for it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beside {
    /// A bill of materials.
    pub(super) sbom: bool,
    /// Digests of all other files.
    pub(super) checksums: bool,
}

/// The files of a bundle, the receipt last: with it they are a bundle.
pub(super) fn files_of(bundle: &Bundle, beside: Beside) -> Result<Vec<OutputFile<'_>>, CliError> {
    let file = |ending: &str, bytes| OutputFile {
        name: format!("{}.{ending}", bundle.stem),
        bytes,
    };
    let mut files = vec![file("zip", Cow::from(&bundle.zip))];
    let forms = bundle.forms.iter();
    files.extend(forms.map(|form| file(&form.ending, Cow::from(&form.bytes))));
    if beside.sbom {
        let receipt = read_receipt(&bundle.receipt).map_err(PackError::Internal)?;
        let document = sbom(&receipt).map_err(|error| PackError::Internal(error.to_string()))?;
        files.push(file(SBOM, Cow::from(document.into_bytes())));
    }
    let receipt = files.len();
    files.push(file("json", Cow::from(bundle.receipt.as_bytes())));
    if beside.checksums {
        let digests = CHECKSUMS.iter().zip(checksums(&files));
        let digests = digests.map(|(ending, text)| file(ending, Cow::from(text.into_bytes())));
        let digests: Vec<_> = digests.collect();
        files.splice(receipt..receipt, digests);
    }
    Ok(files)
}

/// The names that files of a bundle may have.
fn names(stem: &str) -> impl Iterator<Item = String> {
    let beside = [SBOM].into_iter().chain(CHECKSUMS);
    let endings = ["zip", "json"].into_iter().chain(endings()).chain(beside);
    endings.map(move |ending| format!("{stem}.{ending}"))
}

/// Refuses a file that is one of the bundle's own.
pub(super) fn is_none_of(file: &Path, out: &Path, bundle: &Bundle) -> Result<(), CliError> {
    let is_file = |name: String| absolute(out.join(name)).ok() == absolute(file).ok();
    if names(&bundle.stem).any(is_file) {
        return Err(CliError::Usage(format!(
            "'{}' is a file of the bundle: choose another name",
            file.display()
        )));
    }
    Ok(())
}

/// Writes the files of a bundle.
pub(super) fn write_files(
    out: &Path,
    bundle: &Bundle,
    beside: Beside,
) -> Result<Vec<SummaryOutput>, CliError> {
    let files = files_of(bundle, beside)?;
    // What an earlier run left would be served in place of the new zip, or tell of another.
    let is_old = |old: &String| files.iter().all(|file| file.name != *old);
    let old: Vec<String> = names(&bundle.stem).filter(is_old).collect();
    write(out, &files, &old).map_err(PackError::from)?;
    let output = |file: &OutputFile<'_>| SummaryOutput {
        path: out.join(&file.name),
        bytes: ByteSize::of(&file.bytes),
        sha256: Sha256::of(&file.bytes),
    };
    Ok(files.iter().map(output).collect())
}
