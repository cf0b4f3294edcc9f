//! From a request to the selection: what the bundle will hold, and why.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::said;
use super::scanned::{ScannedStdlib, scan_apps};
use super::{LibrarySize, Opened, PackError, Stage, Stages};
use crate::app::App;
use crate::compile::BuildPython;
use crate::graph::{Codecs, ImportGraph, World, close, doubted};
use crate::manifest::{HiddenImport, TargetFacts};
use crate::profile::Profile;
use crate::scan::codec_aliases;
use crate::select::{Selection, problems, seeds, select};
use crate::stdlib::Stdlib;
use crate::types::ModuleName;

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
    /// How large the standard library is, but for what the profile excludes.
    pub library: LibrarySize,
    /// What there is to say.
    pub warnings: Vec<String>,
}

/// Decides what the bundle will hold.
///
/// # Errors
/// When a source cannot be read or does not compile, or the bundle could not work.
pub fn plan(opened: Opened, stages: &mut Stages) -> Result<Plan, PackError> {
    stages.time(Stage::Scan, || decide(opened))
}

fn decide(opened: Opened) -> Result<Plan, PackError> {
    let Opened {
        profile,
        manifests,
        stdlib,
        python,
        target,
        apps,
        library,
        diagnostics: _,
    } = opened;
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
        held_functions: manifests.held_functions(),
        codecs: Codecs::new(aliases),
        wanted_codecs: profile.codecs.clone(),
        doubted: doubted(&app, &target),
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
    warnings.extend(said::of_profile(&profile));
    warnings.extend(said::of_app(&app, &app_paths, &profile, &stdlib));
    warnings.extend(said::of_others(&graph, &app_paths));
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
        library,
        warnings,
    })
}
