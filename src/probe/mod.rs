//! Probes an interpreter or a CPython build, and makes a target manifest from the result.

mod run;
mod states;

use std::collections::{BTreeMap, BTreeSet};

pub use run::{ProbeSource, probe};
pub use states::from_sysconfigdata;

use crate::diagnostic::Code;
use crate::manifest::{FunctionalCheck, Manifests, ModuleNote, TargetManifest, VersionManifest};
use crate::runtime::RuntimeError;
use crate::types::{ModuleName, Version, VersionRange};

/// What was learnt of a runtime.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProbeResult {
    /// Its version, with the patch number where that is known.
    pub release: String,
    /// `sys.platform`
    pub sys_platform: String,
    /// Ending of its `_sysconfigdata_…` module.
    pub sysconfigdata: String,
    /// Built-in and extension modules that it has.
    pub c_modules: BTreeSet<String>,
    /// Why it lacks others, where that is known.
    pub reasons: BTreeMap<String, String>,
    /// Frozen modules; none when that is not known.
    pub frozen: Option<BTreeSet<String>>,
    /// Modules that were read from files before the first line ran.
    pub start_up: Vec<String>,
    /// Modules that the program around the interpreter made.
    pub own: Vec<String>,
    /// Of `threads`, `processes` and `sockets`, those that were tried and failed; none when
    /// nothing was tried.
    pub fails: Option<BTreeSet<String>>,
    /// Where this is known from.
    pub source: String,
}

/// Why there is no manifest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// The command is not one.
    #[error("cannot parse the command '{0}': unbalanced quotes, or empty")]
    BadCommand(String),
    /// The file cannot be used.
    #[error("'{file}' {problem}")]
    File {
        /// The file.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The Python is one that nothing is known of.
    #[error("it is Python {version}; known are {oldest} to {newest}")]
    Version {
        /// Its version.
        version: Version,
        /// The oldest that is known.
        oldest: Version,
        /// The newest that is known.
        newest: Version,
    },
    /// It did not answer.
    #[error("'{command}' did not answer as a Python does: {what}")]
    NoAnswer {
        /// What was started.
        command: String,
        /// What happened.
        what: String,
    },
    /// The runtime cannot be had.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// The system would not let us.
    #[error("cannot start the interpreter: {0}")]
    Io(#[from] std::io::Error),
}

impl ProbeError {
    /// The code of its diagnostic.
    pub fn code(&self) -> Code {
        match self {
            Self::BadCommand(_) | Self::File { .. } => Code::InvalidArgument,
            Self::Version { .. } => Code::UnsupportedVersion,
            Self::NoAnswer { .. } => Code::RuntimeFailed,
            Self::Runtime(error) => error.code(),
            Self::Io(_) => Code::EnvironmentFailed,
        }
    }
}

/// Makes a manifest of what was found. Where `like`, a target that resembles it, has reasons and limits, they are
/// taken over; limits that were tried and are none are not.
///
/// # Errors
/// When nothing is known of its version.
pub fn build_manifest(
    found: &ProbeResult,
    name: &str,
    like: Option<&TargetManifest>,
    manifests: &Manifests,
) -> Result<TargetManifest, ProbeError> {
    let version: Option<Version> = found.release.parse().ok();
    let oldest = manifests.versions().next();
    let newest = manifests.versions().last();
    let (Some(version), Some(oldest), Some(newest)) = (version, oldest, newest) else {
        return Err(ProbeError::NoAnswer {
            command: name.to_owned(),
            what: format!("'{}' is not a version", found.release),
        });
    };
    let facts = manifests
        .version(version)
        .filter(|facts| facts.version == version);
    let facts = facts.ok_or(ProbeError::Version {
        version,
        oldest,
        newest,
    })?;
    let source = &found.source;
    Ok(TargetManifest {
        name: name.to_owned(),
        description: format!("Python {} {source}", found.release),
        versions: VersionRange::only(version),
        sys_platform: found.sys_platform.clone(),
        os_name: "posix".to_owned(),
        frozen: has_frozen(found, facts),
        sysconfigdata: Some(found.sysconfigdata.clone()),
        extra_modules: extra_modules(found, facts, like),
        startup: start_up(found, facts, like),
        not_at_startup: like.map_or_else(Vec::new, |like| like.not_at_startup.clone()),
        missing: missing(found, facts, like),
        build_dependent: build_dependent(facts, like),
        nonfunctional: nonfunctional(found, version, like, manifests.functional_checks()),
    })
}

/// The built-in target that resembles what was found.
pub fn most_similar_target<'a>(
    found: &ProbeResult,
    manifests: &'a Manifests,
) -> Option<&'a TargetManifest> {
    let name = match &*found.sys_platform {
        "wasi" => "wasi",
        "emscripten" if found.own.iter().any(|own| own == "_pyodide_core") => "pyodide",
        "emscripten" if found.c_modules.contains("_pyodide_core") => "pyodide",
        "emscripten" if found.c_modules.contains("fcntl") => "emscripten-node",
        "emscripten" => "emscripten-browser",
        _ => return None,
    };
    manifests.target(name)
}

/// Only if it has all: to keep a copy that is not needed breaks nothing.
fn has_frozen(found: &ProbeResult, facts: &VersionManifest) -> bool {
    let has = |name: &ModuleName| {
        let inside = match name.as_str() {
            "importlib._bootstrap" => "_frozen_importlib",
            "importlib._bootstrap_external" => "_frozen_importlib_external",
            name => name,
        };
        let frozen = found.frozen.as_ref();
        frozen.is_none_or(|frozen| frozen.contains(inside))
    };
    facts.frozen.iter().all(has)
}

fn names<'a>(texts: impl IntoIterator<Item = &'a String>) -> Vec<ModuleName> {
    let texts = texts.into_iter();
    texts
        .filter_map(|text| ModuleName::new(text).ok())
        .collect()
}

fn extra_modules(
    found: &ProbeResult,
    facts: &VersionManifest,
    like: Option<&TargetManifest>,
) -> Vec<ModuleName> {
    let known = |name: &ModuleName| {
        facts.c_modules.contains(name)
            || facts.c_test_modules.contains(name)
            || name.as_str().starts_with("_frozen_importlib")
    };
    let of_like = like
        .into_iter()
        .flat_map(|like| like.extra_modules.iter().cloned());
    let own = names(found.c_modules.iter().chain(&found.own));
    let all: BTreeSet<ModuleName> = own.into_iter().chain(of_like).collect();
    all.into_iter().filter(|name| !known(name)).collect()
}

/// What was seen at start-up is all that those modules import as well: a target that resembles it knows which
/// are asked for.
fn start_up(
    found: &ProbeResult,
    facts: &VersionManifest,
    like: Option<&TargetManifest>,
) -> Vec<ModuleNote> {
    if let Some(like) = like {
        let entries = like.startup.iter();
        let entries = entries.filter(|entry| entry.versions.contains(facts.version));
        return entries.cloned().collect();
    }
    let more = found.start_up.iter();
    let more = more.filter(|name| !facts.startup.iter().any(|known| known.as_str() == *name));
    let modules = names(more);
    let entry = ModuleNote {
        modules,
        reason: "Read before the first line of a program runs".to_owned(),
        versions: VersionRange::default(),
        source: found.source.clone(),
    };
    Some(entry)
        .filter(|entry| !entry.modules.is_empty())
        .into_iter()
        .collect()
}

/// Which C modules there are is known now; Python modules may still be there at some times or places.
fn build_dependent(facts: &VersionManifest, like: Option<&TargetManifest>) -> Vec<ModuleNote> {
    let of_like = like.into_iter().flat_map(|like| &like.build_dependent);
    let of_python = |lack: &&ModuleNote| {
        let is_c = |name: &ModuleName| facts.c_modules.contains(name);
        lack.versions.contains(facts.version) && !lack.modules.iter().any(is_c)
    };
    of_like.filter(of_python).cloned().collect()
}

fn missing(
    found: &ProbeResult,
    facts: &VersionManifest,
    like: Option<&TargetManifest>,
) -> Vec<ModuleNote> {
    let mut by_reason: BTreeMap<String, Vec<ModuleName>> = BTreeMap::new();
    let all = facts.c_modules.iter().chain(&facts.c_test_modules);
    for name in all.filter(|name| !found.c_modules.contains(name.as_str())) {
        let own = found.reasons.get(name.as_str()).cloned();
        let of_like = like.into_iter().flat_map(|like| &like.missing);
        let of_like = of_like
            .filter(|lack| lack.versions.contains(facts.version))
            .find(|lack| lack.modules.contains(name));
        let reason = of_like.map(|lack| lack.reason.clone()).or(own);
        let reason = reason.unwrap_or_else(|| "This build does not have it".to_owned());
        by_reason.entry(reason).or_default().push(name.clone());
    }
    let entry = |(reason, mut modules): (String, Vec<ModuleName>)| {
        modules.sort();
        ModuleNote {
            modules,
            reason,
            versions: VersionRange::default(),
            source: found.source.clone(),
        }
    };
    by_reason.into_iter().map(entry).collect()
}

fn nonfunctional(
    found: &ProbeResult,
    version: Version,
    like: Option<&TargetManifest>,
    checks: &[FunctionalCheck],
) -> Vec<ModuleNote> {
    let of_like = like.into_iter().flat_map(|like| &like.nonfunctional);
    let of_like = of_like.filter(|lack| lack.versions.contains(version));
    let stands_for = |lack: &ModuleNote, module: &ModuleName| lack.modules.contains(module);
    let tried = |what: &str| found.fails.as_ref().map(|fails| fails.contains(what));
    let (works, failed) = (
        |what: &str| tried(what) == Some(false),
        |what: &str| tried(what) == Some(true),
    );
    let refuted = |lack: &&ModuleNote| {
        checks
            .iter()
            .any(|check| works(&check.name) && stands_for(lack, &check.module))
    };
    let mut limits: Vec<ModuleNote> = of_like.filter(|lack| !refuted(lack)).cloned().collect();
    for lack in &mut limits {
        lack.versions = VersionRange::default();
    }
    for check in checks.iter().filter(|check| failed(&check.name)) {
        if !limits.iter().any(|note| stands_for(note, &check.module)) {
            let modules = [check.module.clone()].into_iter();
            limits.push(ModuleNote {
                modules: modules.chain(check.others.iter().cloned()).collect(),
                reason: check.reason.clone(),
                versions: VersionRange::default(),
                source: found.source.clone(),
            });
        }
    }
    limits
}
