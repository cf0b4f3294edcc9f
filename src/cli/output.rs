//! Writes bundles and files where the user wants them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use crate::bundle::{
    BundleFile, BundleOutput, CHECKSUM_EXTENSIONS, FileChange, SBOM_EXTENSION, all_extensions,
    build_checksums, build_depfile, build_missing_stdlib_config, build_sbom, is_depfile,
    is_missing_stdlib_config, write_bundle, write_files,
};
use crate::cli::error::CliError;
use crate::cli::input_files::{InputFiles, canonical, reject_bundle_file};
use crate::escape;
use crate::pipeline::{Bundle, PackError};
use crate::report::SummaryOutput;
use crate::types::{ByteSize, Sha256};

/// Where bundles go when nobody says otherwise.
const DEFAULT_OUT: &str = "dist";

/// The folder that a bundle is written to: the flag's, the profile's, or `dist`.
pub(crate) fn out_folder(flag: Option<&Path>, profile: Option<&str>) -> PathBuf {
    flag.map_or_else(
        || PathBuf::from(profile.unwrap_or(DEFAULT_OUT)),
        Path::to_owned,
    )
}

/// A file that the user names.
pub(crate) struct UserFile<'a> {
    /// Its name.
    pub(crate) path: &'a Path,
    /// What is written.
    pub(crate) bytes: Vec<u8>,
    /// Whether bytes are what was written to such a file before.
    pub(crate) is_earlier: fn(&[u8]) -> bool,
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
pub(crate) fn write_user_file(file: &UserFile<'_>, inputs: &InputFiles) -> Result<(), CliError> {
    match file.destination(inputs)? {
        Destination::Stream(path) => write_stream(&path, &file.bytes),
        Destination::File(path) => {
            let bytes = Some(&*file.bytes);
            Ok(write_files(&[FileChange { path, bytes }]).map_err(PackError::from)?)
        }
    }
}

/// The files of a bundle.
pub(crate) fn bundle_files(bundle: &Bundle) -> Result<Vec<BundleFile<'_>>, CliError> {
    let internal = |error: serde_json::Error| PackError::Internal(error.to_string());
    let file = |extension: &str, bytes| BundleFile {
        name: format!("{}.{extension}", bundle.stem),
        bytes,
    };
    let mut files = vec![file("zip", Cow::from(&bundle.zip))];
    let artifacts = bundle.artifacts.iter();
    files.extend(artifacts.map(|artifact| file(&artifact.extension, Cow::from(&artifact.bytes))));
    if bundle.side_files.sbom {
        let document = build_sbom(&bundle.receipt).map_err(internal)?;
        files.push(file(SBOM_EXTENSION, Cow::from(document.into_bytes())));
    }
    let before_receipt = files.len();
    let receipt = bundle.receipt.to_json().map_err(internal)?;
    files.push(file("json", Cow::from(receipt.into_bytes())));
    if bundle.side_files.checksums {
        let digests = CHECKSUM_EXTENSIONS.into_iter().zip(build_checksums(&files));
        let digests =
            digests.map(|(extension, text)| file(extension, Cow::from(text.into_bytes())));
        let digests: Vec<_> = digests.collect();
        files.splice(before_receipt..before_receipt, digests);
    }
    Ok(files)
}

/// Every file that a bundle in that folder may have, in one spelling.
pub(crate) fn bundle_paths<'a>(out: &'a Path, stem: &'a str) -> impl Iterator<Item = PathBuf> + 'a {
    all_extensions().map(move |ending| canonical(&out.join(format!("{stem}.{ending}"))))
}

/// Refuses a file that is one of the bundle's own.
pub(crate) fn reject_bundle_path(file: &Path, out: &Path, bundle: &Bundle) -> Result<(), CliError> {
    if bundle_paths(out, &bundle.stem).any(|own| own == canonical(file)) {
        return Err(CliError::OutputConflict(format!(
            "'{}' is a file of the bundle: choose another name",
            file.display()
        )));
    }
    Ok(())
}

/// Where a bundle goes, and what else is written with it.
pub(crate) struct Destinations<'a> {
    /// The folder of the bundle.
    pub(crate) out: &'a Path,
    /// File for Python 3.15's `configure --with-missing-stdlib-config`.
    pub(crate) missing_stdlib_config: Option<&'a Path>,
    /// File for the rule of Make.
    pub(crate) depfile: Option<&'a Path>,
}

impl Destinations<'_> {
    /// Writes all of it, or nothing.
    pub(crate) fn write(
        &self,
        bundle: &Bundle,
        inputs: &InputFiles,
    ) -> Result<Vec<SummaryOutput>, CliError> {
        let mut files = Vec::new();
        files.extend(self.missing_stdlib_config.map(|path| UserFile {
            path,
            bytes: build_missing_stdlib_config(&bundle.missing).into_bytes(),
            is_earlier: is_missing_stdlib_config,
        }));
        if let Some(path) = self.depfile {
            files.push(UserFile {
                path,
                bytes: self.depfile_rule(bundle, inputs)?.into_bytes(),
                is_earlier: is_depfile,
            });
        }
        write_bundle_and_files(self.out, bundle, &files, inputs)
    }

    /// The files that are written, and what they were built from, as Make reads it.
    fn depfile_rule(&self, bundle: &Bundle, inputs: &InputFiles) -> Result<String, CliError> {
        let files = bundle_files(bundle)?.into_iter();
        let files: Vec<PathBuf> = files.map(|file| self.out.join(file.name)).collect();
        let written = files.iter().map(PathBuf::as_path);
        build_depfile(written.chain(self.missing_stdlib_config), inputs.files()).map_err(|path| {
            CliError::Usage(format!(
                "'{}' cannot be named in a Make rule: rename it, or pack without --depfile",
                escape::line(&path.display().to_string())
            ))
        })
    }
}

/// Writes the files of a bundle and those that are named, all or none.
fn write_bundle_and_files(
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
                return Err(CliError::OutputConflict(format!(
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
