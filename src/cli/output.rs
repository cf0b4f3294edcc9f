//! Files where the user wants them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use super::error::CliError;
use super::inputs::{InputFiles, canonical, reject_bundle_file};
use crate::bundle::{
    BundleFile, BundleOutput, CHECKSUM_EXTENSIONS, FileChange, SBOM_EXTENSION, all_extensions,
    build_checksums, build_sbom, parse_receipt, write_bundle, write_files,
};
use crate::pipeline::{Bundle, PackError};
use crate::report::SummaryOutput;
use crate::types::{ByteSize, Sha256};

/// Where bundles go when nobody says otherwise.
const DEFAULT_OUT: &str = "dist";

/// The folder that a bundle is written to: the flag's, the profile's, or `dist`.
pub(super) fn out_folder(flag: Option<&Path>, profile: Option<&str>) -> PathBuf {
    flag.map_or_else(
        || PathBuf::from(profile.unwrap_or(DEFAULT_OUT)),
        Path::to_owned,
    )
}

/// A file that the user names.
pub(super) struct UserFile<'a> {
    /// Its name.
    pub(super) path: &'a Path,
    /// What is written.
    pub(super) bytes: Vec<u8>,
    /// Whether bytes are what was written to such a file before.
    pub(super) is_earlier: fn(&[u8]) -> bool,
}

/// Where the bytes of a named file go.
enum Destination {
    /// A file, which is replaced.
    File(PathBuf),
    /// A pipe or device, which takes them as they come.
    Stream(PathBuf),
}

impl UserFile<'_> {
    /// Where it is written: where a link leads, or into a pipe or device. Refuses what is read, and files of bundles.
    fn destination(&self, inputs: &InputFiles) -> Result<Destination, CliError> {
        let path = self.path;
        let is_other = |metadata: Metadata| !metadata.is_file() && !metadata.is_dir();
        // What stands for an open file must not be replaced either, whatever it is open on.
        if path.starts_with("/dev") || fs::metadata(path).is_ok_and(is_other) {
            return Ok(Destination::Stream(path.to_owned()));
        }
        inputs.reject_overwrite([path])?;
        inputs.reject_overwrite_inside(path, self.is_earlier)?;
        let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
        let linked = is_link.then(|| fs::canonicalize(path).ok()).flatten();
        let path = linked.unwrap_or_else(|| path.to_owned());
        reject_bundle_file(&path)?;
        Ok(Destination::File(path))
    }
}

fn write_stream(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    fs::write(path, bytes).map_err(|error| {
        CliError::Environment(format!("cannot write '{}': {error}", path.display()))
    })
}

/// Writes one file where the user wants it.
pub(super) fn write_user_file(file: &UserFile<'_>, inputs: &InputFiles) -> Result<(), CliError> {
    match file.destination(inputs)? {
        Destination::Stream(path) => write_stream(&path, &file.bytes),
        Destination::File(path) => {
            let bytes = Some(&*file.bytes);
            Ok(write_files(&[FileChange { path, bytes }]).map_err(PackError::from)?)
        }
    }
}

/// The files of a bundle.
pub(super) fn bundle_files(bundle: &Bundle) -> Result<Vec<BundleFile<'_>>, CliError> {
    let file = |ending: &str, bytes| BundleFile {
        name: format!("{}.{ending}", bundle.stem),
        bytes,
    };
    let mut files = vec![file("zip", Cow::from(&bundle.zip))];
    let forms = bundle.artifacts.iter();
    files.extend(forms.map(|form| file(&form.extension, Cow::from(&form.bytes))));
    if bundle.companions.sbom {
        let receipt = parse_receipt(&bundle.receipt).map_err(PackError::Internal)?;
        let document =
            build_sbom(&receipt).map_err(|error| PackError::Internal(error.to_string()))?;
        files.push(file(SBOM_EXTENSION, Cow::from(document.into_bytes())));
    }
    let before_receipt = files.len();
    files.push(file("json", Cow::from(bundle.receipt.as_bytes())));
    if bundle.companions.checksums {
        let digests = CHECKSUM_EXTENSIONS.into_iter().zip(build_checksums(&files));
        let digests = digests.map(|(ending, text)| file(ending, Cow::from(text.into_bytes())));
        let digests: Vec<_> = digests.collect();
        files.splice(before_receipt..before_receipt, digests);
    }
    Ok(files)
}

/// Every file that a bundle in that folder may have, in one spelling.
pub(super) fn bundle_paths<'a>(out: &'a Path, stem: &'a str) -> impl Iterator<Item = PathBuf> + 'a {
    all_extensions().map(move |ending| canonical(&out.join(format!("{stem}.{ending}"))))
}

/// Refuses a file that is one of the bundle's own.
pub(super) fn reject_bundle_path(file: &Path, out: &Path, bundle: &Bundle) -> Result<(), CliError> {
    if bundle_paths(out, &bundle.stem).any(|own| own == canonical(file)) {
        return Err(CliError::Usage(format!(
            "'{}' is a file of the bundle: choose another name",
            file.display()
        )));
    }
    Ok(())
}

/// Writes the files of a bundle and those that are named, all or none.
pub(super) fn write_bundle_and_files(
    out: &Path,
    bundle: &Bundle,
    named: &[UserFile<'_>],
    inputs: &InputFiles,
) -> Result<Vec<SummaryOutput>, CliError> {
    let files = bundle_files(bundle)?;
    let paths: Vec<PathBuf> = files.iter().map(|file| out.join(&file.name)).collect();
    inputs.reject_overwrite(paths.iter().map(PathBuf::as_path))?;
    let (mut others, mut streams, mut taken) = (Vec::new(), Vec::new(), BTreeSet::new());
    for file in named {
        reject_bundle_path(file.path, out, bundle)?;
        match file.destination(inputs)? {
            Destination::Stream(path) => streams.push((path, &file.bytes)),
            Destination::File(path) if taken.insert(canonical(&path)) => others.push(FileChange {
                path,
                bytes: Some(&file.bytes),
            }),
            Destination::File(path) => {
                return Err(CliError::Usage(format!(
                    "two files would be written to '{}': give each a name of its own",
                    path.display()
                )));
            }
        }
    }
    let output = BundleOutput {
        folder: out,
        stem: &bundle.stem,
        files: &files,
    };
    write_bundle(output, &others).map_err(PackError::from)?;
    for (path, bytes) in streams {
        write_stream(&path, bytes)?;
    }
    let output = |file: &BundleFile<'_>| SummaryOutput {
        path: out.join(&file.name),
        bytes: ByteSize::of(&file.bytes),
        sha256: Sha256::of(&file.bytes),
    };
    Ok(files.iter().map(output).collect())
}
