//! Runtimes that Node.js starts: Pyodide, CPython for WASI, and Pyodide in Chromium.

use std::fs;
use std::path::{Path, PathBuf, absolute};
use std::process::{Command, Stdio};

use serde::Serialize;
use serde_json::Value;

use super::bundle::BundleFiles;
use super::place::Library;
use super::{Runtime, VerifyError};
use crate::types::Version;

const PYODIDE: &str = include_str!("pyodide.mjs");
const WASI: &str = include_str!("wasi.mjs");
const BROWSER: &str = include_str!("browser.mjs");

/// Oldest Node.js that does: `node:wasi` without a flag, `loadPyodide` of all releases.
const OLDEST_NODE: u32 = 20;

/// A runtime that Node.js starts with the bundle as its only standard library.
pub(super) struct NodePlace {
    runtime: Runtime,
    scratch: PathBuf,
    zip: PathBuf,
    brotli: Option<PathBuf>,
    home: PathBuf,
    /// How the runtime calls the place of the bundle.
    pub(super) zip_there: PathBuf,
}

/// What the scripts in this folder are told.
#[derive(Serialize)]
struct Config<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pyodide: Option<&'a Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wasm: Option<&'a Path>,
    zip: Option<&'a Path>,
    brotli: Option<&'a Path>,
    home: Option<&'a Path>,
    scratch: &'a Path,
    work: &'a Path,
    task: &'a Path,
    app: Option<&'a Path>,
}

impl NodePlace {
    /// Looks whether the runtime is there and runs bundles like this one.
    pub(super) fn open(
        bundle: &BundleFiles,
        runtime: &Runtime,
        scratch: &Path,
    ) -> Result<Self, VerifyError> {
        node_is_there()?;
        let version = bundle.promise.python;
        let tag = version.tag();
        let runtime = match runtime {
            Runtime::Pyodide(folder) => {
                fits_pyodide(folder, bundle)?;
                Runtime::Pyodide(absolute(folder)?)
            }
            Runtime::Browser(folder) => {
                fits_pyodide(folder, bundle)?;
                Runtime::Browser(absolute(folder)?)
            }
            Runtime::Wasi(file) if !file.is_file() => {
                let file = file.display();
                return Err(VerifyError::Runtime(format!("there is no file '{file}'")));
            }
            Runtime::Wasi(file) => Runtime::Wasi(absolute(file)?),
            Runtime::Native => Runtime::Native,
        };
        let home = scratch.join("home");
        let lib = home.join("lib");
        fs::create_dir_all(&lib)?;
        let name = format!("python{tag}.zip");
        let zip = lib.join(&name);
        fs::copy(&bundle.zip, &zip)?;
        let zip_there = match &runtime {
            Runtime::Wasi(_) => Path::new("/home/lib").join(name),
            _ => Path::new("/lib").join(name),
        };
        Ok(Self {
            runtime,
            scratch: scratch.to_owned(),
            zip,
            brotli: bundle.brotli().map(absolute).transpose()?,
            home,
            zip_there,
        })
    }

    /// The command that runs the program in the file `task`; it sees the folder `app` as `/app`.
    pub(super) fn command(
        &self,
        task: &Path,
        library: Library,
        app: Option<&Path>,
    ) -> Result<Command, VerifyError> {
        let with_bundle = library == Library::Bundle;
        let (name, script) = match &self.runtime {
            Runtime::Wasi(_) => ("wasi.mjs", WASI),
            Runtime::Browser(_) => ("browser.mjs", BROWSER),
            Runtime::Native | Runtime::Pyodide(_) => ("pyodide.mjs", PYODIDE),
        };
        let (mut pyodide, mut wasm) = (None, None);
        match &self.runtime {
            Runtime::Pyodide(folder) | Runtime::Browser(folder) => pyodide = Some(&**folder),
            Runtime::Wasi(file) => wasm = Some(&**file),
            Runtime::Native => {}
        }
        let config = Config {
            pyodide,
            wasm,
            zip: with_bundle.then_some(&*self.zip),
            brotli: self.brotli.as_deref().filter(|_| with_bundle),
            home: with_bundle.then_some(&*self.home),
            scratch: &self.scratch,
            work: task.parent().unwrap_or(&self.scratch),
            task,
            app,
        };
        let script_place = self.scratch.join(name);
        fs::write(&script_place, script)?;
        let config_place = self.scratch.join("config.json");
        fs::write(&config_place, serde_json::to_vec(&config)?)?;
        let mut command = Command::new("node");
        command.args([Path::new("--no-warnings"), &script_place, &config_place]);
        let is_browser = matches!(self.runtime, Runtime::Browser(_));
        // The script for the browser ends it when its standard input is closed.
        command.stdin(if is_browser {
            Stdio::piped()
        } else {
            Stdio::null()
        });
        Ok(command)
    }
}

fn node_is_there() -> Result<(), VerifyError> {
    let output = Command::new("node").arg("--version").output();
    let said = output.ok().filter(|output| output.status.success());
    let said = said.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let major = said.as_deref().and_then(|said| {
        let (major, _) = said.strip_prefix('v')?.split_once('.')?;
        major.parse::<u32>().ok()
    });
    if major.is_some_and(|major| major >= OLDEST_NODE) {
        return Ok(());
    }
    let found = said.map_or("none is on the PATH".to_owned(), |said| {
        format!("'node' is {said}")
    });
    Err(VerifyError::Missing(format!(
        "this runtime is started by Node.js {OLDEST_NODE} or newer, and {found}"
    )))
}

/// Refuses what could not boot, with words that help more than those of a Pyodide that did not.
fn fits_pyodide(folder: &Path, bundle: &BundleFiles) -> Result<(), VerifyError> {
    let place = folder.display();
    let bad = |message: String| Err(VerifyError::Runtime(message));
    if !folder.join("pyodide.mjs").is_file() {
        return bad(format!(
            "'{place}' is no npm package of Pyodide: it holds no pyodide.mjs"
        ));
    }
    if !bundle.promise.kept.contains_key("_pyodide") {
        return bad(format!(
            "the bundle lacks Pyodide's own packages, without which Pyodide does not start: pack with \
             --profile pyodide-minimal --stdlib '{place}/python_stdlib.zip'"
        ));
    }
    let lock = fs::read(folder.join("pyodide-lock.json")).unwrap_or_default();
    let lock: Value = serde_json::from_slice(&lock).unwrap_or_default();
    let python = lock["info"]["python"].as_str().unwrap_or_default();
    let version: Option<Version> = python.parse().ok();
    if version.is_some_and(|version| version != bundle.promise.python) {
        return bad(format!(
            "the bundle is for Python {}, the Pyodide in '{place}' is Python {python}",
            bundle.promise.python
        ));
    }
    Ok(())
}
