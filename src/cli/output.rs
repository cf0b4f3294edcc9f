//! Files where the user wants them.

use std::path::{Path, PathBuf};

use super::error::CliError;
use crate::bundle::{OutputFile, endings, write};
use crate::pipeline::Bundle;
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
    )
    .map_err(crate::pipeline::PackError::from)?;
    Ok(())
}

/// Writes the files, the receipt last: it tells of the others.
pub(super) fn write_files(out: &Path, bundle: &Bundle) -> Result<Vec<SummaryOutput>, CliError> {
    let name = |ending: &str| format!("{}.{ending}", bundle.stem);
    let mut files = vec![OutputFile {
        name: name("zip"),
        bytes: &bundle.zip,
    }];
    files.extend(bundle.forms.iter().map(|form| OutputFile {
        name: name(&form.ending),
        bytes: &form.bytes,
    }));
    files.push(OutputFile {
        name: name("json"),
        bytes: bundle.receipt.as_bytes(),
    });
    write(out, &files).map_err(crate::pipeline::PackError::from)?;
    // What an earlier run left would be served in place of the new zip.
    let is_old = |ending: &&str| bundle.forms.iter().all(|form| form.ending != *ending);
    for ending in endings().into_iter().filter(is_old) {
        let old = out.join(name(ending));
        if let Err(error) = std::fs::remove_file(&old)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            let old = old.display();
            return Err(CliError::Environment(format!(
                "cannot remove '{old}' of an earlier bundle: {error}"
            )));
        }
    }
    let output = |file: &OutputFile<'_>| SummaryOutput {
        path: out.join(&file.name),
        bytes: ByteSize::of(file.bytes),
        sha256: Sha256::of(file.bytes),
    };
    Ok(files.iter().map(output).collect())
}
