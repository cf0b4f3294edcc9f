//! The sandbox: an interpreter with the bundle as its only library.

use std::fs;
use std::io;
use std::path::{Path, PathBuf, absolute};
use std::time::Duration;

use serde_json::Value;

use super::native::NativeSandbox;
use super::{ImportedFrom, VerifyError, VerifyRequest};
use crate::bundle::BundleFiles;
use crate::exit_guard;
use crate::fs::limited;
use crate::manifest::Manifests;
use crate::runtime::{Files, ProcessOutput, Runtime, SANDBOX_SETUP, ScriptedRuntime, run};
use crate::types::Version;

/// With which standard library a program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LibraryUnderTest {
    /// The bundle and nothing else.
    Bundle,
    /// The runtime's own.
    Own,
}

/// A runtime that is ready to be started, as often as needed.
pub(super) struct Sandbox {
    kind: SandboxKind,
    /// The bundle, as programs there call it.
    zip: PathBuf,
    work: PathBuf,
    _registration: exit_guard::ExitGuard,
    _scratch: tempfile::TempDir,
}

enum SandboxKind {
    Native(Box<NativeSandbox>),
    Scripted(ScriptedRuntime, Files),
}

impl Sandbox {
    /// Prepares the runtime that `request` names for `bundle`.
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
        let bytes = limited::read(&bundle.zip, limited::MAX_BUNDLE).map_err(io::Error::from)?;
        fs::write(&copy, bytes)?;
        let python = request.build_python.as_deref();
        let (kind, zip) = match ScriptedRuntime::find(&request.runtime, scratch.path())? {
            None => {
                let native = NativeSandbox::open(bundle, python, manifests, home)?;
                (SandboxKind::Native(Box::new(native)), copy)
            }
            Some(runtime) => {
                let there = match &request.runtime {
                    Runtime::Pyodide(folder) | Runtime::Browser(folder) => {
                        fits_pyodide(folder, bundle)?;
                        Path::new("/lib")
                    }
                    _ => Path::new("/home/lib"),
                };
                let files = Files {
                    zip: copy,
                    brotli: bundle.artifact("zip.br").map(absolute).transpose()?,
                    home,
                };
                (SandboxKind::Scripted(runtime, files), there.join(name))
            }
        };
        let work = scratch.path().join("work");
        fs::create_dir(&work)?;
        Ok(Self {
            kind,
            zip,
            work,
            _registration: exit_guard::guard_file(scratch.path()),
            _scratch: scratch,
        })
    }

    /// Runs a Python program, which can use what `setting.py` defines, until it ends or has said
    /// nothing for `patience`.
    pub(super) fn run(
        &self,
        program: &str,
        library: LibraryUnderTest,
        app: Option<&Path>,
        patience: Duration,
    ) -> Result<ProcessOutput, VerifyError> {
        let task = self.work.join("task.py");
        let setting = match &self.kind {
            SandboxKind::Native(native) => &native.setting,
            SandboxKind::Scripted(..) => "",
        };
        fs::write(&task, format!("{SANDBOX_SETUP}\n\n{setting}{program}"))?;
        let with_bundle = library == LibraryUnderTest::Bundle;
        match &self.kind {
            SandboxKind::Native(native) => {
                let mut command = native.command(&task, with_bundle)?;
                Ok(run(&mut command, patience)?)
            }
            SandboxKind::Scripted(runtime, files) => {
                let files = with_bundle.then_some(files);
                let mut command = runtime.command(&task, files, app)?;
                Ok(ScriptedRuntime::run(&mut command, patience)?)
            }
        }
    }

    /// How a program there calls the folder `app`.
    pub(super) fn app_folder(&self, app: &Path) -> PathBuf {
        match &self.kind {
            SandboxKind::Native(_) => app.to_owned(),
            SandboxKind::Scripted(..) => PathBuf::from("/app"),
        }
    }

    /// Where a module comes from whose spec has this `origin`.
    pub(super) fn provenance(&self, origin: &str) -> ImportedFrom {
        if origin == "built-in" {
            ImportedFrom::BuiltIn
        } else if origin == "frozen" {
            ImportedFrom::Frozen
        } else if Path::new(origin).starts_with(&self.zip) {
            ImportedFrom::Bundle
        } else if origin.contains("/lib-dynload/") {
            ImportedFrom::Extension
        } else {
            ImportedFrom::Elsewhere(origin.to_owned())
        }
    }
}

/// Refuses what could not boot, with words that help more than those of a Pyodide that did not.
fn fits_pyodide(folder: &Path, bundle: &BundleFiles) -> Result<(), VerifyError> {
    let place = folder.display();
    let bad = |message: String| Err(VerifyError::Input(message));
    if !bundle.receipt.kept.contains_key("_pyodide") {
        return bad(format!(
            "the bundle lacks Pyodide's own packages, without which Pyodide does not start: pack with \
             --profile pyodide-minimal --stdlib '{place}/python_stdlib.zip' --build-python 'pyodide:{place}'"
        ));
    }
    let lock = folder.join("pyodide-lock.json");
    let lock = limited::read(&lock, limited::MAX_BUILD_FILE).unwrap_or_default();
    let lock: Value = serde_json::from_slice(&lock).unwrap_or_default();
    let python = lock["info"]["python"].as_str().unwrap_or_default();
    let version: Option<Version> = python.parse().ok();
    if version.is_some_and(|version| version != bundle.receipt.python) {
        return bad(format!(
            "the bundle is for Python {}, the Pyodide in '{place}' is Python {python}",
            bundle.receipt.python
        ));
    }
    Ok(())
}
