//! Writes bundles and single files to the paths that the user chose, without overwriting inputs or foreign files.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{self, File, FileTimes, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::bundle::{
    APP_STEM, BundleFile, BundleOutput, CHECKSUM_EXTENSIONS, FileChange, SBOM_EXTENSION,
    all_file_names, build_checksums, build_depfile, build_missing_stdlib_config, build_sbom,
    is_depfile, is_missing_stdlib_config, write_bundle, write_files,
};
use crate::cli::drop_in::DropIn;
use crate::cli::error::CliError;
use crate::cli::input_files::{InputFiles, canonical, reject_bundle_file};
use crate::escape;
use crate::pipeline::{Bundle, PackError};
use crate::report::SummaryOutput;
use crate::types::{ByteSize, Sha256};

/// The default output folder of a bundle.
const DEFAULT_OUT: &str = "dist";

/// Returns the output folder of a bundle: from the flag, else from the profile, else `dist`.
pub(crate) fn out_folder(flag: Option<&Path>, profile: Option<&str>) -> PathBuf {
    flag.map_or_else(
        || PathBuf::from(profile.unwrap_or(DEFAULT_OUT)),
        Path::to_owned,
    )
}

/// A file whose path the user chose.
pub(crate) struct UserFile<'a> {
    /// The path, as the user wrote it.
    pub(crate) path: &'a Path,
    /// The content to write.
    pub(crate) bytes: Vec<u8>,
    /// Returns whether these bytes look like an earlier version of the file, which may be overwritten.
    pub(crate) is_earlier: fn(&[u8]) -> bool,
}

/// The resolved destination of a [`UserFile`].
enum Destination {
    /// A regular file, which is replaced.
    File(PathBuf),
    /// A pipe or device, which is written to directly.
    Stream(PathBuf),
}

impl UserFile<'_> {
    /// Resolves the path: follows links, and recognizes pipes and devices. Rejects inputs of this run and files of
    /// bundles.
    fn destination(&self, inputs: &InputFiles) -> Result<Destination, CliError> {
        let path = self.path;
        let is_other = |metadata: Metadata| !metadata.is_file() && !metadata.is_dir();
        // A path such as /dev/stdout stands for an open file, and must not be replaced even if that is a regular file.
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

/// Writes one file to the path that the user chose.
pub(crate) fn write_user_file(file: &UserFile<'_>, inputs: &InputFiles) -> Result<(), CliError> {
    write_user_files(std::slice::from_ref(file), inputs)
}

/// Writes files to the paths that the user chose: all of them, or none.
pub(crate) fn write_user_files(
    files: &[UserFile<'_>],
    inputs: &InputFiles,
) -> Result<(), CliError> {
    let (mut streams, mut changes) = (Vec::new(), Vec::new());
    for file in files {
        let bytes = &*file.bytes;
        match file.destination(inputs)? {
            Destination::Stream(path) => streams.push((path, bytes)),
            Destination::File(path) => changes.push(FileChange {
                path,
                bytes: Some(bytes),
            }),
        }
    }
    write_files(&changes).map_err(PackError::from)?;
    streams
        .into_iter()
        .try_for_each(|(path, bytes)| write_stream(&path, bytes))
}

/// Returns the files of a bundle in the order in which they are written.
pub(crate) fn bundle_files(bundle: &Bundle) -> Result<Vec<BundleFile<'_>>, CliError> {
    let internal = |error: serde_json::Error| PackError::Internal(error.to_string());
    let file = |extension: &str, bytes| BundleFile {
        name: format!("{}.{extension}", bundle.stem),
        bytes,
    };
    let mut files = vec![file("zip", Cow::from(&bundle.zip))];
    let artifacts = bundle.artifacts.iter();
    files.extend(artifacts.map(|artifact| file(&artifact.extension, Cow::from(&artifact.bytes))));
    for further in &bundle.further {
        let file = |extension: &str, bytes| BundleFile {
            name: format!("{}.{extension}", further.stem),
            bytes,
        };
        files.push(file("zip", Cow::from(&further.zip)));
        let artifacts = further.artifacts.iter();
        files.extend(
            artifacts.map(|artifact| file(&artifact.extension, Cow::from(&artifact.bytes))),
        );
    }
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

/// Returns the canonical path of every file that `bundle` may have in the folder `out`.
pub(crate) fn bundle_paths(out: &Path, bundle: &Bundle) -> Vec<PathBuf> {
    let mut names = all_file_names(&bundle.stem);
    // Bundles of several versions of Python may lie in one folder, if none of them has an app.
    let has_app = bundle.further_zip(APP_STEM).is_some();
    names.retain(|name| has_app || name.starts_with(&bundle.stem));
    let paths = names.iter().map(|name| canonical(&out.join(name)));
    paths.collect()
}

/// Rejects a path that belongs to one of the files of `bundle` in the folder `out`.
pub(crate) fn reject_bundle_path(file: &Path, out: &Path, bundle: &Bundle) -> Result<(), CliError> {
    if bundle_paths(out, bundle).contains(&canonical(file)) {
        return Err(CliError::OutputConflict(format!(
            "'{}' is a file of the bundle: choose another name",
            file.display()
        )));
    }
    Ok(())
}

/// The output paths of a bundle and of the files that are written with it.
pub(crate) struct Destinations<'a> {
    /// The output folder of the bundle.
    pub(crate) out: &'a Path,
    /// The path of the file for `configure --with-missing-stdlib-config` of Python 3.15.
    pub(crate) missing_stdlib_config: Option<&'a Path>,
    /// The path of the depfile, which contains a Make rule.
    pub(crate) depfile: Option<&'a Path>,
    /// A copy of Pyodide with the bundle as its library.
    pub(crate) drop_in: Option<DropIn>,
}

impl Destinations<'_> {
    /// Writes all files, or none.
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
        let outputs = self.write_all(bundle, &files, inputs)?;
        if self.depfile.is_some() {
            let config = self.missing_stdlib_config.map(Path::to_owned);
            let written = outputs.iter().map(|output| output.path.clone());
            touch(written.chain(config));
        }
        Ok(outputs)
    }

    /// Writes the files of a bundle, the `user_files` and the copy of Pyodide, all of them or none. Pipes and devices are
    /// written last.
    fn write_all(
        &self,
        bundle: &Bundle,
        user_files: &[UserFile<'_>],
        inputs: &InputFiles,
    ) -> Result<Vec<SummaryOutput>, CliError> {
        let out = self.out;
        let files = bundle_files(bundle)?;
        let paths: Vec<PathBuf> = files.iter().map(|file| out.join(&file.name)).collect();
        let drop_in = self.drop_in.as_ref();
        let copied = drop_in.into_iter().flat_map(DropIn::paths);
        inputs.reject_overwrite(paths.iter().map(PathBuf::as_path).chain(copied))?;
        let (mut changes, mut streams, mut user_paths) = (Vec::new(), Vec::new(), BTreeSet::new());
        for file in user_files {
            reject_bundle_path(file.path, out, bundle)?;
            match file.destination(inputs)? {
                Destination::Stream(path) => streams.push((path, &file.bytes)),
                Destination::File(path) if user_paths.insert(canonical(&path)) => {
                    changes.push(FileChange {
                        path,
                        bytes: Some(&file.bytes),
                    });
                }
                Destination::File(path) => {
                    return Err(CliError::OutputConflict(format!(
                        "two files would be written to '{}': give each a name of its own",
                        path.display()
                    )));
                }
            }
        }
        changes.extend(drop_in.into_iter().flat_map(DropIn::changes));
        let output = BundleOutput {
            folder: out,
            stem: &bundle.stem,
            files: &files,
        };
        write_bundle(output, &changes).map_err(PackError::from)?;
        for (path, bytes) in streams {
            write_stream(&path, bytes)?;
        }
        let files = files
            .iter()
            .map(|file| (out.join(&file.name), &*file.bytes));
        let copied = drop_in.into_iter().flat_map(DropIn::library);
        let copied = copied.map(|(path, bytes)| (path.clone(), bytes.as_slice()));
        let output = |(path, bytes): (PathBuf, &[u8])| SummaryOutput {
            path,
            bytes: ByteSize::of(bytes),
            sha256: Sha256::of(bytes),
        };
        Ok(files.chain(copied).map(output).collect())
    }

    /// Returns a Make rule with the written files as targets and the inputs as prerequisites.
    fn depfile_rule(&self, bundle: &Bundle, inputs: &InputFiles) -> Result<String, CliError> {
        let files = bundle_files(bundle)?.into_iter();
        let files: Vec<PathBuf> = files.map(|file| self.out.join(file.name)).collect();
        let outputs = files.iter().map(PathBuf::as_path);
        let drop_in = self.drop_in.iter().flat_map(DropIn::library);
        let drop_in = drop_in.map(|(path, _)| path.as_path());
        build_depfile(
            outputs.chain(self.missing_stdlib_config).chain(drop_in),
            &inputs.files_and_folders(),
        )
        .map_err(|path| {
            CliError::Usage(format!(
                "'{}' cannot be named in a Make rule: rename it, or leave out the depfile",
                escape::line(&path.display().to_string())
            ))
        })
    }
}

/// Gives files the current time. A file whose content stays the same is not written, but build systems compare times: it
/// would be older than what it was made from, and be made again in each run.
fn touch(files: impl Iterator<Item = PathBuf>) {
    let times = FileTimes::new().set_modified(SystemTime::now());
    for file in files {
        // The files are written, so a file system without times is no error.
        let _ = File::open(file).and_then(|file| file.set_times(times));
    }
}
