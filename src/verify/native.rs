//! The build Python itself as the place of the trial, made to look like the target: `sys.platform`
//! is the target's, and modules that the target lacks cannot be imported.
//!
//! The layout is the one that CPython's `Modules/getpath.py` finds: a prefix with
//! `lib/python3X.zip` and the landmark folder `lib/python3.X/lib-dynload`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::VerifyError;
use crate::bundle::BundleFiles;
use crate::bundle::Receipt;
use crate::compile::BuildPython;
use crate::escape;
use crate::manifest::{Manifests, TargetFacts};

/// A build Python with a prefix in which the bundle is the only standard library.
pub(super) struct NativeSandbox {
    python: BuildPython,
    prefix: PathBuf,
    /// What makes it look like the target, as calls of what `setting.py` defines.
    pub(super) setting: String,
    frozen: bool,
}

impl NativeSandbox {
    /// Starts the build Python, and makes the folder with the bundle in `lib` a prefix.
    pub(super) fn open(
        bundle: &BundleFiles,
        build_python: Option<&str>,
        manifests: &Manifests,
        prefix: PathBuf,
    ) -> Result<Self, VerifyError> {
        let promise = &bundle.receipt;
        let oldest = manifests.versions().next().unwrap_or(promise.python);
        let python = BuildPython::start(build_python, Some(promise.python), oldest)?;
        if python.facts.version != promise.python {
            return Err(VerifyError::Version {
                bundle: promise.python,
                command: python.command.to_string(),
                python: python.facts.version,
            });
        }
        let own = prefix.join(format!("lib/python{}", promise.python));
        fs::create_dir_all(&own)?;
        link_or_make(python.facts.extensions.as_deref(), &own.join("lib-dynload"))?;
        // When the bundle holds what an interpreter without frozen modules needs, it is tried on
        // one: else the interpreter's own frozen copies would hide what is missing.
        let self_contained = ["abc", "codecs", "io", "linecache"];
        let frozen = !self_contained
            .iter()
            .all(|name| promise.kept.contains_key(*name));
        if manifests.target(&promise.target).is_none() {
            return Err(VerifyError::Input(format!(
                "the bundle is for '{}', which is not a built-in target: pass its file with --target",
                promise.target
            )));
        }
        Ok(Self {
            setting: setting(promise, manifests, &python),
            python,
            prefix,
            frozen,
        })
    }

    /// The command that runs the program in the file `task`, with the bundle or with the Python's own library.
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

/// What the build Python has and the target has not, and the other way round.
fn setting(promise: &Receipt, manifests: &Manifests, python: &BuildPython) -> String {
    let target = manifests.target(&promise.target);
    let facts = target.and_then(|target| {
        TargetFacts::new(target, promise.python, manifests, &python.facts.native)
    });
    let (Some(target), Some(facts)) = (target, facts) else {
        return String::new();
    };
    // A library may have Python modules in place of C modules that the target lacks.
    let missing = facts
        .missing_c_modules()
        .filter(|name| !promise.kept.contains_key(*name));
    let missing = missing.map(|name| format!("without({})\n", escape::python(name.as_str())));
    let own = target.extra_modules.iter();
    let own = own.map(|name| format!("stand_in({})\n", escape::python(name.as_str())));
    // `_sysconfigdata_` + ABI flags + `_` + platform + `_` + architecture: sysconfig._get_sysconfigdata_name
    let architecture = facts.sysconfigdata.as_deref().and_then(|ending| {
        let (_, after) = ending.split_once(&format!("_{}_", facts.sys_platform))?;
        Some(format!("architecture({})\n", escape::python(after)))
    });
    let platform = format!("platform({})\n", escape::python(&facts.sys_platform));
    missing
        .chain(own)
        .chain(architecture)
        .chain([platform])
        .collect()
}

/// Extension modules are the runtime's, not the bundle's: they are lent to the trial.
#[cfg(unix)]
fn link_or_make(extensions: Option<&Path>, place: &Path) -> std::io::Result<()> {
    match extensions {
        Some(folder) => std::os::unix::fs::symlink(folder, place),
        None => fs::create_dir(place),
    }
}

#[cfg(not(unix))]
fn link_or_make(_: Option<&Path>, place: &Path) -> std::io::Result<()> {
    fs::create_dir(place)
}
