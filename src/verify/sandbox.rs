//! The sandbox: an interpreter with the bundle as its only standard library.

use std::fs;
use std::io;
use std::path::{Path, PathBuf, absolute};
use std::time::Duration;

use serde_json::Value;

use super::native::NativeSandbox;
use super::{ImportedFrom, VerifyError, VerifyRequest};
use crate::bundle::{BundleFiles, Encoding};
use crate::exit_guard;
use crate::fs::limited;
use crate::manifest::Manifests;
use crate::profile::Compression;
use crate::runtime::{
    Files, Mount, ProcessOutput, Runtime, SANDBOX_SETUP, ScriptedRuntime, View, complete_library,
    run,
};
use crate::types::{Tier, Version};

/// The folder in which programs see an app.
pub(super) const APP_PLACE: &str = "/app";

/// The maximum time without output from a program.
const PROGRAM_TIMEOUT: Duration = Duration::from_mins(5);

/// The standard library that a program runs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LibraryUnderTest {
    /// Only the bundle.
    Bundle,
    /// The runtime's own library.
    Own,
}

/// A runtime that is prepared for a bundle and can be started repeatedly.
pub(super) struct Sandbox {
    kind: SandboxKind,
    /// The paths of the bundle's zips as programs in the sandbox see them.
    zips: Vec<PathBuf>,
    work: PathBuf,
    /// The complete library, if the runtime does not carry it.
    complete: Option<Files>,
    /// The folder into which `app.zip` is unpacked.
    app: PathBuf,
    _registration: exit_guard::ExitGuard,
    _scratch: tempfile::TempDir,
}

enum SandboxKind {
    Native(Box<NativeSandbox>),
    /// With the files of the bundle, unless there is none.
    Scripted(ScriptedRuntime, Option<Files>),
}

impl Sandbox {
    /// Prepares the runtime of `request` for `bundle`.
    ///
    /// # Errors
    /// If the runtime is missing, or does not fit the bundle.
    pub(super) fn open(
        request: &VerifyRequest,
        bundle: &BundleFiles,
        manifests: &Manifests,
    ) -> Result<Self, VerifyError> {
        let scratch = tempfile::tempdir()?;
        let home = scratch.path().join("home");
        let lib = home.join("lib");
        fs::create_dir_all(&lib)?;
        let name = format!("python{}.zip", bundle.receipt.python.tag());
        let copy = lib.join(&name);
        copy_zip(&bundle.zip, &copy)?;
        let mut further = Vec::new();
        for zip in &bundle.further_tiers {
            let copy = lib.join(zip.file_name().unwrap_or_default());
            copy_zip(zip, &copy)?;
            further.push(copy);
        }
        let mut names = vec![PathBuf::from(&name)];
        names.extend(
            further
                .iter()
                .filter_map(|copy| Some(copy.file_name()?.into())),
        );
        let python = request.build_python.as_deref();
        let (kind, folder_in_sandbox) =
            match ScriptedRuntime::find(&request.runtime, scratch.path())? {
                None => {
                    let sandbox = NativeSandbox::open(bundle, python, manifests, home)?;
                    (SandboxKind::Native(Box::new(sandbox)), lib)
                }
                Some(runtime) => {
                    let folder_in_sandbox = match &request.runtime {
                        _ if runtime.sees_host_files() => &*lib,
                        Runtime::Pyodide(folder) | Runtime::Browser(folder) => {
                            check_pyodide(folder, bundle)?;
                            Path::new("/lib")
                        }
                        Runtime::Emscripten(_) | Runtime::BrowserEmscripten(_) => Path::new("/lib"),
                        _ => Path::new("/home/lib"),
                    };
                    let artifact = |compression| {
                        let extension = Encoding::Whole(compression).extension();
                        bundle.artifact(extension).map(absolute).transpose()
                    };
                    let files = Files {
                        zip: copy,
                        further,
                        brotli: artifact(Compression::Brotli)?,
                        packed: artifact(Compression::Packed)?,
                        home,
                    };
                    let kind = SandboxKind::Scripted(runtime, Some(files));
                    (kind, folder_in_sandbox.to_owned())
                }
            };
        let complete = request.library.as_deref();
        let complete = complete.map(|path| complete_library(path, manifests, scratch.path()));
        let complete = complete.transpose()?;
        let zips = names.iter().map(|name| folder_in_sandbox.join(name));
        Self::in_scratch(kind, zips.collect(), complete, scratch)
    }

    /// Prepares a runtime that a script starts, for its own library, or for the complete one at `library`.
    ///
    /// # Errors
    /// If the runtime is missing, or [`Runtime::Native`].
    pub(super) fn without_bundle(
        runtime: &Runtime,
        library: Option<&Path>,
        manifests: &Manifests,
    ) -> Result<Self, VerifyError> {
        let scratch = tempfile::tempdir()?;
        let Some(scripted) = ScriptedRuntime::find(runtime, scratch.path())? else {
            let message = "the build Python is no runtime to record in: run the program itself";
            return Err(VerifyError::Input(message.to_owned()));
        };
        let complete = library.map(|path| complete_library(path, manifests, scratch.path()));
        let complete = complete.transpose()?;
        let kind = SandboxKind::Scripted(scripted, None);
        Self::in_scratch(kind, Vec::new(), complete, scratch)
    }

    fn in_scratch(
        kind: SandboxKind,
        zips: Vec<PathBuf>,
        complete: Option<Files>,
        scratch: tempfile::TempDir,
    ) -> Result<Self, VerifyError> {
        let work = scratch.path().join("work");
        fs::create_dir(&work)?;
        Ok(Self {
            kind,
            zips,
            work,
            complete,
            app: scratch.path().join("app"),
            _registration: exit_guard::guard_file(scratch.path()),
            _scratch: scratch,
        })
    }

    /// Runs a program of the user like [`Self::run`].
    pub(super) fn run_program(
        &self,
        program: &str,
        library: LibraryUnderTest,
        view: &View,
    ) -> Result<ProcessOutput, VerifyError> {
        self.run(program, library, view, PROGRAM_TIMEOUT)
    }

    /// Runs a Python program until it ends or has printed nothing for `timeout`. It can use the functions of
    /// `setting.py`.
    pub(super) fn run(
        &self,
        program: &str,
        library: LibraryUnderTest,
        view: &View,
        timeout: Duration,
    ) -> Result<ProcessOutput, VerifyError> {
        let task = self.work.join("task.py");
        let setup_calls = match &self.kind {
            SandboxKind::Native(native) => &native.sandbox_setup_calls,
            SandboxKind::Scripted(..) => "",
        };
        let with_bundle = library == LibraryUnderTest::Bundle;
        let mut text = format!("{SANDBOX_SETUP}\n\n");
        if with_bundle && self.zips.len() > 1 {
            // `site` does so where it runs.
            text += &format!("import {}\n", Tier::FINDER);
        }
        fs::write(&task, text + setup_calls + program)?;
        match &self.kind {
            SandboxKind::Native(native) => {
                let mut command = native.command(&task, with_bundle)?;
                if let Some(file) = &view.stdin {
                    command.stdin(fs::File::open(file)?);
                }
                Ok(run(&mut command, timeout)?)
            }
            SandboxKind::Scripted(runtime, files) => {
                let files = if with_bundle {
                    files.as_ref()
                } else {
                    self.complete.as_ref()
                };
                let mut command = runtime.command(&task, files, view)?;
                Ok(ScriptedRuntime::run(&mut command, timeout)?)
            }
        }
    }

    /// Creates the folder into which `app.zip` is unpacked.
    pub(super) fn folder_for_app(&self) -> io::Result<PathBuf> {
        fs::create_dir_all(&self.app)?;
        Ok(self.app.clone())
    }

    /// Returns the path of the zip of a tier as programs see it.
    pub(super) fn zip_of(&self, tier: Tier) -> Option<&Path> {
        let stem = self.zips.first()?.file_stem()?.to_string_lossy();
        let name = format!("{}.zip", tier.stem(&stem));
        let zip = self.zips.iter().find(|zip| zip.ends_with(&name))?;
        Some(zip)
    }

    /// Returns whether programs see the files of the host at their own paths.
    fn sees_host_files(&self) -> bool {
        match &self.kind {
            SandboxKind::Native(_) => true,
            SandboxKind::Scripted(runtime, _) => runtime.sees_host_files(),
        }
    }

    /// Returns the path of that folder as programs in the sandbox see it.
    fn app_place(&self) -> &Path {
        if self.sees_host_files() {
            &self.app
        } else {
            Path::new(APP_PLACE)
        }
    }

    /// Makes a folder or file visible to programs, and returns its path as they see it: in the folder `place`, unless
    /// the runtime sees all files.
    ///
    /// # Errors
    /// If a file cannot be copied into a folder of its own.
    pub(super) fn show(&self, path: &Path, place: &str, view: &mut View) -> io::Result<PathBuf> {
        if self.sees_host_files() {
            return Ok(path.to_owned());
        }
        let mut folder = path.to_owned();
        let mut path_in_sandbox = PathBuf::from(place);
        if path.is_file() {
            // What else lies in its folder may be much.
            folder = self.work.join(place.trim_start_matches('/'));
            fs::create_dir_all(&folder)?;
            let name = path.file_name().unwrap_or_default();
            fs::copy(path, folder.join(name))?;
            path_in_sandbox.push(name);
        }
        view.mounts.push(Mount {
            folder,
            place: place.to_owned(),
        });
        Ok(path_in_sandbox)
    }

    /// Returns where a module was imported from, by the `origin` in its spec.
    pub(super) fn imported_from(&self, origin: &str) -> ImportedFrom {
        if origin == "built-in" {
            ImportedFrom::BuiltIn
        } else if origin == "frozen" {
            ImportedFrom::Frozen
        } else if self
            .zips
            .iter()
            .any(|zip| Path::new(origin).starts_with(zip))
        {
            ImportedFrom::Bundle
        } else if Path::new(origin).starts_with(self.app_place()) {
            ImportedFrom::AppZip
        } else if origin.contains("/lib-dynload/") {
            ImportedFrom::Extension
        } else {
            ImportedFrom::Elsewhere(origin.to_owned())
        }
    }
}

fn copy_zip(zip: &Path, copy: &Path) -> io::Result<()> {
    let bytes = limited::read(zip, limited::MAX_BUNDLE).map_err(io::Error::from)?;
    fs::write(copy, bytes)
}

/// Rejects a bundle that Pyodide cannot start with, since Pyodide's own error message would not explain why.
fn check_pyodide(folder: &Path, bundle: &BundleFiles) -> Result<(), VerifyError> {
    let path = folder.display();
    let input_error = |message: String| Err(VerifyError::Input(message));
    if !bundle.receipt.kept.contains_key("_pyodide") {
        return input_error(format!(
            "the bundle lacks Pyodide's own packages, without which Pyodide does not start: pack with \
             --profile pyodide-minimal --stdlib '{path}/python_stdlib.zip' --build-python 'pyodide:{path}'"
        ));
    }
    let lock = folder.join("pyodide-lock.json");
    let lock = limited::read(&lock, limited::MAX_BUILD_FILE).unwrap_or_default();
    let lock: Value = serde_json::from_slice(&lock).unwrap_or_default();
    let python = lock["info"]["python"].as_str().unwrap_or_default();
    let version: Option<Version> = python.parse().ok();
    if version.is_some_and(|version| version != bundle.receipt.python) {
        return input_error(format!(
            "the bundle is for Python {}, the Pyodide in '{path}' is Python {python}",
            bundle.receipt.python
        ));
    }
    Ok(())
}
