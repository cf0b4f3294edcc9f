//! From a request to the selection: what the bundle will hold, and why.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use super::scanned::{ScannedStdlib, scan_apps};
use super::{PackError, Stage, Stages};
use crate::app::App;
use crate::compile::{BuildPython, Cache, CompileError};
use crate::graph::{Codecs, ImportGraph, World, close};
use crate::manifest::{HiddenImport, Manifests, TargetFacts};
use crate::profile::{Diagnostic, Profile, Severity, check, check_target};
use crate::scan::{Computed, Lookup, ModuleSummary, codec_aliases};
use crate::select::{Selection, problems, seeds, select};
use crate::stdlib::{Kind, Stdlib};
use crate::types::{ModuleName, Version};

/// What the user asks for.
#[derive(Debug)]
pub struct Request {
    /// The profile, with the command line's changes.
    pub profile: Profile,
    /// The standard library; the build Python's own if none is named.
    pub stdlib: Option<PathBuf>,
    /// The build Python; one from the PATH if none is named.
    pub build_python: Option<String>,
    /// The user's code.
    pub apps: Vec<PathBuf>,
    /// A folder of manifests to use in place of those built in.
    pub manifests: Option<PathBuf>,
    /// Where results are remembered.
    pub cache: Cache,
    /// Most worker processes at once.
    pub workers: usize,
}

/// What a bundle will hold, and all that it was decided from.
pub struct Plan {
    /// The profile, with the command line's changes.
    pub profile: Profile,
    /// The standard library.
    pub stdlib: Stdlib,
    /// The build Python, running.
    pub python: BuildPython,
    /// Where the bundle will run.
    pub target: TargetFacts,
    /// The user's code.
    pub apps: Vec<App>,
    /// Where each of its modules is.
    pub app_paths: BTreeMap<ModuleName, String>,
    /// Who imports whom.
    pub graph: ImportGraph,
    /// Kept and dropped.
    pub selection: Selection,
    /// Sources of the kept modules.
    pub sources: BTreeMap<ModuleName, Arc<[u8]>>,
    /// What there is to say about the profile.
    pub diagnostics: Vec<Diagnostic>,
    /// What else there is to say.
    pub warnings: Vec<String>,
}

/// Decides what the bundle will hold.
///
/// # Errors
/// When an input is missing or wrong, or the bundle could not work.
pub fn plan(request: &Request, stages: &mut Stages) -> Result<Plan, PackError> {
    let profile = request.profile.clone();
    let (manifests, stdlib, python) = stages.time(Stage::Open, || open(request))?;
    let target = target_facts(&profile, &manifests, &python)?;
    stages.time(Stage::Scan, || {
        decide(request, profile, &manifests, stdlib, python, target)
    })
}

/// Finds the manifests, the standard library and the build Python, and checks that the two fit.
fn open(request: &Request) -> Result<(Manifests, Stdlib, BuildPython), PackError> {
    let manifests = match &request.manifests {
        Some(folder) => Manifests::with_folder(folder)?,
        None => Manifests::embedded()?,
    };
    let known = || {
        let mut versions = manifests.versions();
        let oldest = versions.next().unwrap_or(Version {
            major: 3,
            minor: 11,
        });
        (oldest, versions.last().unwrap_or(oldest))
    };
    let start = |wanted| BuildPython::start(request.build_python.as_deref(), wanted, known().0);
    let (stdlib, python) = match &request.stdlib {
        Some(path) => {
            let stdlib = Stdlib::open(path, &manifests)?;
            let version = stdlib.version();
            if let Some(version) = version.filter(|version| *version < known().0) {
                return Err(PackError::Version {
                    version,
                    known: known(),
                });
            }
            let python = start(version)?;
            let facts = &python.facts;
            if let Some(version) = version.filter(|version| *version != facts.version) {
                return Err(PackError::Compile(CompileError::VersionMismatch {
                    stdlib: path.display().to_string(),
                    stdlib_version: version,
                    command: python.command.to_string(),
                    version: facts.version,
                    magic: facts.magic,
                }));
            }
            (stdlib, python)
        }
        None => {
            let python = start(None)?;
            let own = || PackError::NoStdlib(python.command.to_string());
            let path = python.facts.stdlib.clone().ok_or_else(own)?;
            (Stdlib::open(&path, &manifests)?, python)
        }
    };
    Ok((manifests, stdlib, python))
}

fn target_facts(
    profile: &Profile,
    manifests: &Manifests,
    python: &BuildPython,
) -> Result<TargetFacts, PackError> {
    let target = check_target(profile, manifests).map_err(PackError::Profile)?;
    let version = python.facts.version;
    TargetFacts::new(target, version, manifests, &python.facts.native)
        .ok_or_else(|| PackError::Internal(format!("no manifest for Python {version}")))
}

fn decide(
    request: &Request,
    profile: Profile,
    manifests: &Manifests,
    stdlib: Stdlib,
    python: BuildPython,
    target: TargetFacts,
) -> Result<Plan, PackError> {
    let diagnostics = check(&profile, &stdlib, &target);
    if diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
    {
        return Err(PackError::Profile(diagnostics));
    }
    let apps = request
        .apps
        .iter()
        .map(|path| App::open(path))
        .collect::<Result<Vec<_>, _>>()?;
    let (app, app_paths) = scan_apps(&apps, &python)?;
    let scanned = ScannedStdlib::new(&stdlib, &python);
    let mut hidden: HashMap<&ModuleName, Vec<&HiddenImport>> = HashMap::new();
    for edge in manifests.hidden(target.version) {
        hidden.entry(&edge.from).or_default().push(edge);
    }
    let excluded = |name: &ModuleName| {
        profile
            .excluded(name)
            .map(|exclusion| exclusion.reason.clone())
    };
    let aliases = stdlib
        .get("encodings.aliases")
        .map(|module| stdlib.read(&module.path));
    let aliases = aliases
        .transpose()?
        .map(|source| codec_aliases(&source))
        .unwrap_or_default();
    let world = World {
        groups: profile.robustness.iter().copied().collect(),
        called_members: manifests.called_members(),
        codecs: Codecs::new(aliases),
        wanted_codecs: profile.codecs.clone(),
        stdlib: &scanned,
        app: &app,
        target: &target,
        hidden,
        excluded: &excluded,
    };
    let app_modules: Vec<ModuleName> = app.keys().cloned().collect();
    let seeds = seeds(&profile, &target, &stdlib, &app_modules);
    let graph = close(&world, &seeds, profile.closure)?;
    let problems = problems(&world, &graph, &seeds, &profile);
    if !problems.is_empty() {
        return Err(PackError::Broken(problems));
    }
    let selection = select(&graph, &stdlib, &profile, &target);
    let sources = selection
        .kept
        .keys()
        .filter_map(|name| Some((name.clone(), scanned.source(name)?)))
        .collect();
    let mut warnings = stdlib.warnings.clone();
    warnings.extend(scanned.uncompilable());
    warnings.extend(
        app.keys()
            .filter(|name| stdlib.get(name.as_str()).is_some())
            .map(|name| {
                format!(
                    "the app's own module '{name}' hides the standard library's module of that name"
                )
            }),
    );
    let declared = |what| match what {
        Lookup::Module => !profile.also_import.is_empty(),
        Lookup::Codec => !profile.codecs.is_empty(),
    };
    warnings.extend(computed(&app, &app_paths, &declared));
    Ok(Plan {
        profile,
        stdlib,
        python,
        target,
        apps,
        app_paths,
        graph,
        selection,
        sources,
        diagnostics,
        warnings,
    })
}

/// What the app looks up by computed names and the profile does not declare, and how it would.
fn computed(
    app: &BTreeMap<ModuleName, (Kind, ModuleSummary)>,
    paths: &BTreeMap<ModuleName, String>,
    declared: &dyn Fn(Lookup) -> bool,
) -> Vec<String> {
    let one = |name: &ModuleName, computed: &Computed| {
        let path = paths
            .get(name)
            .map_or_else(|| name.to_string(), Clone::clone);
        let (what, key) = match computed.what {
            Lookup::Module => ("a module", "also-import"),
            Lookup::Codec => ("a codec", "codecs"),
        };
        let line = computed.line;
        format!(
            "{path}:{line}: {what} is looked up by a computed name; list it under '{key}:' in the profile"
        )
    };
    let open = |summary: &'_ ModuleSummary| {
        summary
            .computed
            .iter()
            .filter(|c| !declared(c.what))
            .cloned()
            .collect::<Vec<_>>()
    };
    app.iter()
        .flat_map(|(name, (_, summary))| {
            open(summary)
                .into_iter()
                .map(move |computed| one(name, &computed))
        })
        .collect()
}
