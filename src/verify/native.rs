//! A sandbox in the build Python, which is made to look like the target: `sys.platform` is the target's, and modules
//! that the target lacks cannot be imported.
//!
//! The layout is the one that CPython's `Modules/getpath.py` looks for: a prefix with `lib/python3X.zip` and the
//! landmark folder `lib/python3.X/lib-dynload`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::VerifyError;
use crate::bundle::BundleFiles;
use crate::bundle::Receipt;
use crate::cache::Cache;
use crate::compile::BuildPython;
use crate::escape;
use crate::manifest::{Manifests, TargetFacts};
use crate::types::Version;

/// A build Python with a prefix in which the bundle is the only standard library.
pub(super) struct NativeSandbox {
    python: BuildPython,
    prefix: PathBuf,
    /// Calls of functions in `setting.py` that make the interpreter look like the target.
    pub(super) sandbox_setup_calls: String,
    frozen: bool,
}

impl NativeSandbox {
    /// Starts the build Python, and turns the folder `prefix`, which has the bundle in `lib`, into a prefix.
    ///
    /// # Errors
    /// If there is no such Python, or its version or target do not fit the bundle.
    pub(super) fn open(
        bundle: &BundleFiles,
        build_python: Option<&str>,
        manifests: &Manifests,
        prefix: PathBuf,
    ) -> Result<Self, VerifyError> {
        let receipt = &bundle.receipt;
        let versions: Vec<Version> = manifests.versions().collect();
        let cache = Cache::disabled();
        let python = BuildPython::start(build_python, Some(receipt.python), &versions, &cache)?;
        if python.facts.version != receipt.python {
            return Err(VerifyError::Version {
                bundle: receipt.python,
                command: python.command.to_string(),
                python: python.facts.version,
            });
        }
        let lib_folder = prefix.join(format!("lib/python{}", receipt.python));
        fs::create_dir_all(&lib_folder)?;
        link_extensions(
            python.facts.extensions.as_deref(),
            &lib_folder.join("lib-dynload"),
        )?;
        // The interpreter's frozen copies would hide modules that the bundle lacks. They are disabled if the bundle
        // contains what an interpreter without frozen modules needs.
        let required = ["abc", "codecs", "io", "linecache"];
        let frozen = !required.iter().all(|name| receipt.kept.contains_key(*name));
        if manifests.target(&receipt.target).is_none() {
            return Err(VerifyError::Input(format!(
                "the bundle is for '{}', which is not a built-in target: pass its file with --target",
                receipt.target
            )));
        }
        Ok(Self {
            sandbox_setup_calls: sandbox_setup_calls(receipt, manifests, &python),
            python,
            prefix,
            frozen,
        })
    }

    /// Returns the command that runs the program in the file `task`, with the bundle or with the Python's own library.
    pub(super) fn command(&self, task: &Path, with_bundle: bool) -> Result<Command, VerifyError> {
        let command = self.python.command.probe_command();
        let mut command = command.ok_or_else(|| {
            let python = &self.python.command;
            VerifyError::Input(format!(
                "'{python}' is not a native Python: try the bundle there with --runtime {python}"
            ))
        })?;
        command.args(["-S", "-s", "-P", "-B", "-W", "ignore"]);
        if with_bundle {
            if !self.frozen {
                command.args(["-X", "frozen_modules=off"]);
            }
            command.env("PYTHONHOME", &self.prefix);
        }
        command.arg(task).current_dir(&self.prefix);
        // Some modules open a web browser when they are imported.
        command.env("BROWSER", "true").stdin(Stdio::null());
        Ok(command)
    }
}

/// Returns calls of `setting.py` that hide modules that the target lacks, stand in for modules that only the target
/// has, and set the platform.
fn sandbox_setup_calls(receipt: &Receipt, manifests: &Manifests, python: &BuildPython) -> String {
    let target = manifests.target(&receipt.target);
    let facts = target.and_then(|target| {
        TargetFacts::new(target, receipt.python, manifests, &python.facts.native)
    });
    let (Some(target), Some(facts)) = (target, facts) else {
        return String::new();
    };
    // The library may have Python modules in place of C modules that the target lacks.
    let missing = facts
        .missing_c_modules()
        .filter(|name| !receipt.kept.contains_key(*name));
    let missing = missing.map(|name| format!("without({})\n", escape::python(name.as_str())));
    let stand_ins = target.extra_modules.iter();
    let stand_ins = stand_ins.map(|name| format!("stand_in({})\n", escape::python(name.as_str())));
    let architecture = facts.flags_and_multiarch();
    let architecture =
        architecture.map(|(_, multiarch)| format!("architecture({})\n", escape::python(multiarch)));
    let platform = format!("platform({})\n", escape::python(&facts.sys_platform));
    missing
        .chain(stand_ins)
        .chain(architecture)
        .chain([platform])
        .collect()
}

/// Links `path` to the runtime's extension modules, which a bundle does not contain, or creates an empty folder.
#[cfg(unix)]
fn link_extensions(extensions: Option<&Path>, path: &Path) -> std::io::Result<()> {
    match extensions {
        Some(folder) => std::os::unix::fs::symlink(folder, path),
        None => fs::create_dir(path),
    }
}

#[cfg(not(unix))]
fn link_extensions(_: Option<&Path>, path: &Path) -> std::io::Result<()> {
    fs::create_dir(path)
}
