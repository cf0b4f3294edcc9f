//! Files where the user wants them.

use std::path::{Path, PathBuf};

use super::error::CliError;
use super::pack::OutputArguments;
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

/// Writes one file where the user wants it.
pub(super) fn write_file(file: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let name = name.into_owned();
    write(
        folder.unwrap_or(Path::new(".")),
        &[OutputFile { name, bytes }],
        &[],
    )
    .map_err(PackError::from)?;
    Ok(())
}

/// Writes the files, the receipt last: with it they are a bundle.
pub(super) fn write_files(
    out: &Path,
    bundle: &Bundle,
    wanted: &OutputArguments,
) -> Result<Vec<SummaryOutput>, CliError> {
    let name = |ending: &str| format!("{}.{ending}", bundle.stem);
    let file = |ending: &str, bytes| OutputFile {
        name: name(ending),
        bytes,
    };
    let mut files = vec![file("zip", &bundle.zip[..])];
    let forms = bundle.forms.iter();
    files.extend(forms.map(|form| file(&form.ending, &form.bytes)));
    let document;
    if wanted.sbom {
        let receipt = read_receipt(&bundle.receipt).map_err(PackError::Internal)?;
        document = sbom(&receipt).map_err(|error| PackError::Internal(error.to_string()))?;
        files.push(file(SBOM, document.as_bytes()));
    }
    files.push(file("json", bundle.receipt.as_bytes()));
    let digests;
    if wanted.checksums {
        digests = checksums(&files);
        let named = CHECKSUMS.iter().zip(&digests);
        let named = named.map(|(ending, text)| file(ending, text.as_bytes()));
        let receipt = files.len() - 1;
        files.splice(receipt..receipt, named);
    }
    // What an earlier run left would be served in place of the new zip, or tell of another.
    let all = endings().into_iter().chain([SBOM]).chain(CHECKSUMS);
    let is_old = |old: &String| files.iter().all(|file| file.name != *old);
    let old: Vec<String> = all.map(name).filter(is_old).collect();
    write(out, &files, &old).map_err(PackError::from)?;
    let output = |file: &OutputFile<'_>| SummaryOutput {
        path: out.join(&file.name),
        bytes: ByteSize::of(file.bytes),
        sha256: Sha256::of(file.bytes),
    };
    Ok(files.iter().map(output).collect())
}
