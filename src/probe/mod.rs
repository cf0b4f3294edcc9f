//! Probes an interpreter or a CPython build, and creates a target manifest from the result.

mod run;
mod states;

use std::collections::{BTreeMap, BTreeSet};

pub use run::{ProbeSource, probe};
pub use states::from_sysconfigdata;

use crate::diagnostic::Code;
use crate::manifest::{
    CallNote, FunctionalCheck, Manifests, ModuleNote, TargetManifest, VersionManifest,
};
use crate::runtime::RuntimeError;
use crate::types::{ModuleName, Version, VersionRange};

/// The description of an interpreter or build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProbeResult {
    /// The Python version, with the patch number if known.
    pub release: String,
    /// `sys.platform`
    pub sys_platform: String,
    /// The suffix of the name of the `_sysconfigdata_…` module.
    pub sysconfigdata: String,
    /// The available built-in and extension modules.
    pub c_modules: BTreeSet<String>,
    /// The reasons why other C modules are missing, where known.
    pub reasons: BTreeMap<String, String>,
    /// The frozen modules, if known.
    pub frozen: Option<BTreeSet<String>>,
    /// The modules that were read from files before the first line of the program ran.
    pub startup: Vec<String>,
    /// The modules that the embedding program created.
    pub embedder_modules: Vec<String>,
    /// The functional checks whose outcome is known, such as `threads`, and whether each passed.
    pub checks: BTreeMap<String, bool>,
    /// The source of these facts, as a phrase.
    pub source: String,
}

/// The reason why no manifest could be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// A command that cannot be parsed.
    #[error("cannot parse the command '{0}': unbalanced quotes, or empty")]
    BadCommand(String),
    /// A file that cannot be used.
    #[error("'{file}' {problem}")]
    File {
        /// The path of the file.
        file: String,
        /// The problem with the file.
        problem: String,
    },
    /// A Python version without a manifest, and older than one that has one.
    #[error("it is Python {version}; known are {oldest} to {newest}")]
    Version {
        /// The version of the Python.
        version: Version,
        /// The oldest version with a manifest.
        oldest: Version,
        /// The newest version with a manifest.
        newest: Version,
    },
    /// An interpreter that did not answer.
    #[error("'{command}' did not answer as a Python does: {problem}")]
    NoAnswer {
        /// The command that was run.
        command: String,
        /// A description of what happened.
        problem: String,
    },
    /// A library for an interpreter that is started with its own.
    #[error(
        "{0} is started with its own library: --stdlib is for emscripten, browser-emscripten, wasi and wasmtime"
    )]
    HasLibrary(String),
    /// A runtime that is missing or cannot be started.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// An error of the operating system.
    #[error("cannot start the interpreter: {0}")]
    Io(#[from] std::io::Error),
}

impl ProbeError {
    /// Returns the diagnostic code of the error.
    pub fn code(&self) -> Code {
        match self {
            Self::BadCommand(_) | Self::HasLibrary(_) | Self::File { .. } => Code::InvalidArgument,
            Self::Version { .. } => Code::UnsupportedVersion,
            Self::NoAnswer { .. } => Code::RuntimeFailed,
            Self::Runtime(error) => error.code(),
            Self::Io(_) => Code::EnvironmentFailed,
        }
    }
}

/// Creates a target manifest from a probe. Reasons and nonfunctional modules are taken over from the similar target
/// `base_target`, except for modules whose functional checks passed.
///
/// # Errors
/// If there is no manifest for the Python version, and it is not newer than all that have one.
pub fn build_manifest(
    result: &ProbeResult,
    name: &str,
    base_target: Option<&TargetManifest>,
    manifests: &Manifests,
) -> Result<TargetManifest, ProbeError> {
    let version: Option<Version> = result.release.parse().ok();
    let oldest = manifests.versions().next();
    let newest = manifests.versions().last();
    let (Some(version), Some(oldest), Some(newest)) = (version, oldest, newest) else {
        return Err(ProbeError::NoAnswer {
            command: name.to_owned(),
            problem: format!("'{}' is not a version", result.release),
        });
    };
    let facts = manifests.version(version).ok_or(ProbeError::Version {
        version,
        oldest,
        newest,
    })?;
    let source = &result.source;
    Ok(TargetManifest {
        name: name.to_owned(),
        description: format!("Python {} {source}", result.release),
        versions: VersionRange::only(version),
        sys_platform: result.sys_platform.clone(),
        os_name: "posix".to_owned(),
        frozen: has_frozen(result, facts),
        sysconfigdata: Some(result.sysconfigdata.clone()),
        extra_modules: extra_modules(result, facts, base_target),
        startup: startup_notes(result, facts, base_target),
        not_at_startup: base_target
            .map_or_else(Vec::new, |base_target| base_target.not_at_startup.clone()),
        missing: missing(result, facts, base_target),
        build_dependent: build_dependent(facts, base_target),
        nonfunctional: nonfunctional(result, version, base_target, manifests.functional_checks()),
        failing_calls: failing_calls(result, version, base_target, manifests.functional_checks()),
        after_install: base_target.map_or_else(Vec::new, |target| target.after_install.clone()),
        packages: base_target.map_or_else(Vec::new, |target| target.packages.clone()),
    })
}

/// Returns the built-in target that is most similar to the probed one.
pub fn most_similar_target<'a>(
    result: &ProbeResult,
    manifests: &'a Manifests,
) -> Option<&'a TargetManifest> {
    let name = match &*result.sys_platform {
        "wasi" => "wasi",
        "emscripten"
            if result
                .embedder_modules
                .iter()
                .any(|name| name == "_pyodide_core") =>
        {
            "pyodide"
        }
        "emscripten" if result.c_modules.contains("_pyodide_core") => "pyodide",
        "emscripten" if result.c_modules.contains("fcntl") => "emscripten-node",
        "emscripten" => "emscripten-browser",
        _ => return None,
    };
    manifests.target(name)
}

/// Returns whether all frozen modules of the version are present. Otherwise they are kept in bundles, where unneeded
/// copies do no harm.
fn has_frozen(result: &ProbeResult, facts: &VersionManifest) -> bool {
    let is_frozen = |name: &ModuleName| {
        let frozen_name = match name.as_str() {
            "importlib._bootstrap" => "_frozen_importlib",
            "importlib._bootstrap_external" => "_frozen_importlib_external",
            name => name,
        };
        let frozen = result.frozen.as_ref();
        frozen.is_none_or(|frozen| frozen.contains(frozen_name))
    };
    facts.frozen.iter().all(is_frozen)
}

fn names<'a>(texts: impl IntoIterator<Item = &'a String>) -> Vec<ModuleName> {
    let texts = texts.into_iter();
    texts
        .filter_map(|text| ModuleName::new(text).ok())
        .collect()
}

fn extra_modules(
    result: &ProbeResult,
    facts: &VersionManifest,
    base_target: Option<&TargetManifest>,
) -> Vec<ModuleName> {
    let is_known = |name: &ModuleName| {
        facts.c_modules.contains(name)
            || facts.c_test_modules.contains(name)
            || name.as_str().starts_with("_frozen_importlib")
    };
    let similar = base_target
        .into_iter()
        .flat_map(|base_target| base_target.extra_modules.iter().cloned());
    let probed = names(result.c_modules.iter().chain(&result.embedder_modules));
    let candidates: BTreeSet<ModuleName> = probed.into_iter().chain(similar).collect();
    candidates
        .into_iter()
        .filter(|name| !is_known(name))
        .collect()
}

/// Returns the startup modules. Those of a similar target are preferred, since a probe cannot tell which modules the
/// embedding program imports from those that these import.
fn startup_notes(
    result: &ProbeResult,
    facts: &VersionManifest,
    base_target: Option<&TargetManifest>,
) -> Vec<ModuleNote> {
    if let Some(base_target) = base_target {
        let entries = base_target.startup.iter();
        let entries = entries.filter(|entry| entry.versions.contains(facts.version));
        return entries.cloned().collect();
    }
    let additional = result.startup.iter();
    let additional =
        additional.filter(|name| !facts.startup.iter().any(|known| known.as_str() == *name));
    let modules = names(additional);
    let entry = ModuleNote {
        modules,
        reason: "Read before the first line of a program runs".to_owned(),
        versions: VersionRange::default(),
        source: result.source.clone(),
    };
    Some(entry)
        .filter(|entry| !entry.modules.is_empty())
        .into_iter()
        .collect()
}

/// Returns the build-dependent Python modules of a similar target. The available C modules are known from the probe.
fn build_dependent(
    facts: &VersionManifest,
    base_target: Option<&TargetManifest>,
) -> Vec<ModuleNote> {
    let notes = base_target
        .into_iter()
        .flat_map(|base_target| &base_target.build_dependent);
    let applies = |note: &&ModuleNote| {
        let is_c = |name: &ModuleName| facts.c_modules.contains(name);
        note.versions.contains(facts.version) && !note.modules.iter().any(is_c)
    };
    notes.filter(applies).cloned().collect()
}

fn missing(
    result: &ProbeResult,
    facts: &VersionManifest,
    base_target: Option<&TargetManifest>,
) -> Vec<ModuleNote> {
    let mut by_reason: BTreeMap<String, Vec<ModuleName>> = BTreeMap::new();
    let candidates = facts.c_modules.iter().chain(&facts.c_test_modules);
    for name in candidates.filter(|name| !result.c_modules.contains(name.as_str())) {
        let probed_reason = result.reasons.get(name.as_str()).cloned();
        let similar = base_target
            .into_iter()
            .flat_map(|base_target| &base_target.missing);
        let similar = similar
            .filter(|note| note.versions.contains(facts.version))
            .find(|note| note.modules.contains(name));
        let reason = similar.map(|note| note.reason.clone()).or(probed_reason);
        let reason = reason.unwrap_or_else(|| "This build does not have it".to_owned());
        by_reason.entry(reason).or_default().push(name.clone());
    }
    let entry = |(reason, mut modules): (String, Vec<ModuleName>)| {
        modules.sort();
        ModuleNote {
            modules,
            reason,
            versions: VersionRange::default(),
            source: result.source.clone(),
        }
    };
    by_reason.into_iter().map(entry).collect()
}

fn nonfunctional(
    result: &ProbeResult,
    version: Version,
    base_target: Option<&TargetManifest>,
    checks: &[FunctionalCheck],
) -> Vec<ModuleNote> {
    let similar = base_target
        .into_iter()
        .flat_map(|base_target| &base_target.nonfunctional);
    let similar = similar.filter(|note| note.versions.contains(version));
    let includes = |note: &ModuleNote, module: &ModuleName| note.modules.contains(module);
    let (passed, failed) = (
        |check: &str| result.checks.get(check) == Some(&true),
        |check: &str| result.checks.get(check) == Some(&false),
    );
    let has_passed_check = |note: &&ModuleNote| {
        checks
            .iter()
            .any(|check| passed(&check.name) && includes(note, &check.module))
    };
    let mut notes: Vec<ModuleNote> = similar
        .filter(|note| !has_passed_check(note))
        .cloned()
        .collect();
    for note in &mut notes {
        note.versions = VersionRange::default();
    }
    for check in checks.iter().filter(|check| failed(&check.name)) {
        if !notes.iter().any(|note| includes(note, &check.module)) {
            let modules = [check.module.clone()].into_iter();
            notes.push(ModuleNote {
                modules: modules.chain(check.others.iter().cloned()).collect(),
                reason: check.reason.clone(),
                versions: VersionRange::default(),
                source: result.source.clone(),
            });
        }
    }
    notes
}

/// Returns the failing calls of the similar target, without those of modules whose functional checks passed.
fn failing_calls(
    result: &ProbeResult,
    version: Version,
    base_target: Option<&TargetManifest>,
    checks: &[FunctionalCheck],
) -> Vec<CallNote> {
    let similar = base_target
        .into_iter()
        .flat_map(|base_target| &base_target.failing_calls);
    let similar = similar.filter(|note| note.versions.contains(version));
    let passed = checks
        .iter()
        .filter(|check| result.checks.get(&check.name) == Some(&true));
    let working: Vec<String> = passed.map(|check| format!("{}.", check.module)).collect();
    let works = |call: &String| working.iter().any(|module| call.starts_with(module));
    let failing = similar.filter(|note| !note.calls.iter().any(works));
    failing
        .map(|note| CallNote {
            versions: VersionRange::default(),
            ..note.clone()
        })
        .collect()
}
