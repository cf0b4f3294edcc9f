//! Where programs are tried: an interpreter that is started with nothing but the bundle.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::bundle::BundleFiles;
use super::native::NativePlace;
use super::node::NodePlace;
use super::session::{self, Heard};
use super::{Provenance, Request, Runtime, VerifyError};
use crate::manifest::Manifests;

const SETTING: &str = include_str!("setting.py");

/// With which standard library a program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Library {
    /// The bundle and nothing else.
    Bundle,
    /// The runtime's own.
    Own,
}

/// A runtime that is ready to be started, as often as needed.
pub(super) struct Place {
    kind: Kind,
    work: PathBuf,
    _scratch: tempfile::TempDir,
}

enum Kind {
    Native(Box<NativePlace>),
    Node(NodePlace),
}

impl Place {
    /// Prepares the runtime that `request` names for `bundle`.
    pub(super) fn open(
        request: &Request,
        bundle: &BundleFiles,
        manifests: &Manifests,
    ) -> Result<Self, VerifyError> {
        let scratch = tempfile::tempdir()?;
        let python = request.build_python.as_deref();
        let kind = match &request.runtime {
            Runtime::Native => {
                let native = NativePlace::open(bundle, python, manifests, scratch.path())?;
                Kind::Native(Box::new(native))
            }
            runtime => Kind::Node(NodePlace::open(bundle, runtime, scratch.path())?),
        };
        let work = scratch.path().join("work");
        fs::create_dir(&work)?;
        Ok(Self {
            kind,
            work,
            _scratch: scratch,
        })
    }

    /// Runs a Python program, which can use what `setting.py` defines, until it ends or has said
    /// nothing for `patience`.
    pub(super) fn run(
        &self,
        program: &str,
        library: Library,
        app: Option<&Path>,
        patience: Duration,
    ) -> Result<Heard, VerifyError> {
        let task = self.work.join("task.py");
        let setting = match &self.kind {
            Kind::Native(native) => &native.setting,
            Kind::Node(_) => "",
        };
        fs::write(&task, format!("{SETTING}\n\n{setting}{program}"))?;
        let mut command: Command = match &self.kind {
            Kind::Native(native) => native.command(&task, library)?,
            Kind::Node(node) => node.command(&task, library, app)?,
        };
        Ok(session::run(&mut command, patience)?)
    }

    /// How a program there calls the folder `app`.
    pub(super) fn app_folder(&self, app: &Path) -> PathBuf {
        match &self.kind {
            Kind::Native(_) => app.to_owned(),
            Kind::Node(_) => PathBuf::from("/app"),
        }
    }

    /// Where a module comes from whose spec has this `origin`.
    pub(super) fn provenance(&self, origin: &str) -> Provenance {
        let zip = match &self.kind {
            Kind::Native(native) => &native.zip,
            Kind::Node(node) => &node.zip_there,
        };
        if origin == "built-in" {
            Provenance::BuiltIn
        } else if origin == "frozen" {
            Provenance::Frozen
        } else if Path::new(origin).starts_with(zip) {
            Provenance::Bundle
        } else if origin.contains("/lib-dynload/") {
            Provenance::Extension
        } else {
            Provenance::Elsewhere(origin.to_owned())
        }
    }
}

/// `text` as Python would write it: a JSON string means the same there.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
