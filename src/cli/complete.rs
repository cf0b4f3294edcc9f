//! The values that shells complete: names of profiles, targets, modules, codes and bundles of the project. They are
//! asked for by the script of `stdlib-pack completions` at each key, so whatever fails completes nothing.

use std::ffi::OsStr;

use clap::CommandFactory as _;
use clap_complete::CompleteEnv;
use clap_complete::engine::{CompletionCandidate, PathCompleter, ValueCompleter};

use super::Cli;
use super::project::Project;
use crate::cache::Cache;
use crate::compile::BuildPython;
use crate::diagnostic::Code;
use crate::manifest::Manifests;
use crate::profile::{BUILT_IN, load};
use crate::stdlib::Stdlib;
use crate::types::Version;

/// The environment variable with which the scripts of shells ask.
pub(super) const VARIABLE: &str = "STDLIB_PACK_COMPLETE";

/// The forms of `--runtime`.
const RUNTIMES: [&str; 5] = ["native", "pyodide:", "wasi:", "wasmtime:", "browser:"];

/// Answers a script that asks, and ends the program; otherwise does nothing.
pub(super) fn answer() {
    CompleteEnv::with_factory(Cli::command)
        .var(VARIABLE)
        .complete();
}

/// Completes the names of the built-in profiles, and YAML files.
pub(crate) fn profiles(current: &OsStr) -> Vec<CompletionCandidate> {
    let description = |name: &str| load(name).ok().map(|profile| profile.description);
    let names = BUILT_IN.iter().map(|(name, _)| (*name, description(name)));
    let mut candidates = named(names, current);
    candidates.extend(yaml_files(current));
    candidates
}

/// Completes the names of the built-in targets, and YAML files.
pub(crate) fn targets(current: &OsStr) -> Vec<CompletionCandidate> {
    let Ok(manifests) = Manifests::embedded() else {
        return Vec::new();
    };
    let description = |name: &str| {
        let target = manifests.target(name);
        target.map(|target| target.description.clone())
    };
    let names = manifests.targets().map(|name| (name, description(name)));
    let mut candidates = named(names, current);
    candidates.extend(yaml_files(current));
    candidates
}

/// Completes the names of the bundles of the project.
pub(crate) fn bundles(current: &OsStr) -> Vec<CompletionCandidate> {
    let bundles = Project::open(None).map(|project| project.bundles);
    let bundles = bundles.unwrap_or_default();
    let names = bundles.iter();
    let names = names.map(|(name, bundle)| (&**name, Some(bundle.options.profile.value.clone())));
    named(names, current)
}

/// Completes the names of the bundles of the project, and paths.
pub(crate) fn bundles_and_paths(current: &OsStr) -> Vec<CompletionCandidate> {
    let mut candidates = bundles(current);
    candidates.extend(PathCompleter::any().complete(current));
    candidates
}

/// Completes the names of modules of the standard library, of the Python that would compile.
pub(crate) fn modules(current: &OsStr) -> Vec<CompletionCandidate> {
    let library = || {
        let manifests = Manifests::embedded().ok()?;
        let versions: Vec<Version> = manifests.versions().collect();
        let python = BuildPython::start(None, None, &versions, &Cache::disabled()).ok()?;
        Stdlib::open(python.facts.stdlib.as_deref()?, &manifests).ok()
    };
    let Some(library) = library() else {
        return Vec::new();
    };
    named(
        library.modules().keys().map(|name| (name.as_str(), None)),
        current,
    )
}

/// Completes the codes of diagnostics.
pub(crate) fn codes(current: &OsStr) -> Vec<CompletionCandidate> {
    let codes = Code::ALL.iter();
    named(
        codes.map(|code| (code.as_str(), Some(code.meaning().to_owned()))),
        current,
    )
}

/// Completes the kinds of runtimes, and the paths after them.
pub(crate) fn runtimes(current: &OsStr) -> Vec<CompletionCandidate> {
    let text = current.to_string_lossy();
    let Some((kind, path)) = text.split_once(':') else {
        return named(RUNTIMES.map(|name| (name, None)).into_iter(), current);
    };
    let paths = PathCompleter::any().complete(OsStr::new(path));
    let prefix = format!("{kind}:");
    paths
        .into_iter()
        .map(|path| path.add_prefix(&*prefix))
        .collect()
}

fn yaml_files(current: &OsStr) -> Vec<CompletionCandidate> {
    let is_yaml = |path: &std::path::Path| {
        let extension = path.extension().and_then(OsStr::to_str);
        path.is_dir() || matches!(extension, Some("yaml" | "yml"))
    };
    PathCompleter::any().filter(is_yaml).complete(current)
}

/// Returns the names that begin with what was typed.
fn named<'a>(
    names: impl Iterator<Item = (&'a str, Option<String>)>,
    current: &OsStr,
) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let names = names.filter(|(name, _)| name.starts_with(&*current));
    let candidate = |(name, help): (&str, Option<String>)| {
        CompletionCandidate::new(name).help(help.map(Into::into))
    };
    names.map(candidate).collect()
}
