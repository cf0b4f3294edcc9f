//! Plans a bundle: analyses the inputs and selects modules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::context::analysis_context;
use super::module_provider::{ScannedApp, scan_apps};
use super::warnings::PlanFacts;
use super::{Inputs, PackError, Stage, StdlibSize, Timings};
use crate::app::App;
use crate::bundle::SideFiles;
use crate::compile::BuildPython;
use crate::diagnostic::Diagnostic;
use crate::explain::DroppedBecause;
use crate::graph::{
    AnalysisContext, EdgeKind, EntryPoint, ImportGraph, ModuleProvider, Origin, Resolved,
    build_graph, imported_app_modules,
};
use crate::manifest::TargetFacts;
use crate::profile::{Profile, Strip};
use crate::select::{
    Selection, entry_points, find_broken_requirements, missing_modules, select_modules,
};
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
    /// What a program may ask for in vain, with the reasons.
    pub missing: BTreeMap<ModuleName, DroppedBecause>,
    /// Sources of the kept modules.
    pub sources: BTreeMap<ModuleName, Arc<[u8]>>,
    /// How large the standard library is, but for what the profile excludes.
    pub stdlib_size: StdlibSize,
    /// The zip that clients have, to make a delta from.
    pub delta_from: Option<Vec<u8>>,
    /// The profile strips annotations, and some of [`ImportGraph::annotation_readers`] may read them: they stay.
    pub annotations_stay: bool,
    /// Side files that are written with the bundle.
    pub side_files: SideFiles,
    /// What there is to say.
    pub warnings: Vec<Diagnostic>,
}

/// Decides what the bundle will hold.
///
/// # Errors
/// When a source cannot be read or does not compile, or the bundle could not work.
pub fn build_plan(opened: Inputs, stages: &mut Timings) -> Result<Plan, PackError> {
    stages.time(Stage::Scan, || plan_from_inputs(opened))
}

/// Whether something outside the app may run or import a module of it: it is not in a package, or
/// what a package does when it is run.
fn is_app_entry(name: &ModuleName, profile: &Profile) -> bool {
    name.parent().is_none()
        || name.last_part() == "__main__"
        || profile.run_modules.iter().any(|run| run.module == *name)
}

/// What compiled code names counts as imported by it, as far as the bundle can have it.
fn entry_points_of_compiled<S: ModuleProvider>(
    scanned: &ScannedApp,
    context: &AnalysisContext<'_, S>,
) -> Vec<EntryPoint> {
    let named = scanned.named_in_compiled.iter();
    let can_be_had = named.filter(|(module, _)| {
        matches!(
            context.resolve(module.as_str()),
            Resolved::Module(_, Origin::Stdlib)
        )
    });
    let entry_point = |(module, path): (&ModuleName, &String)| EntryPoint {
        module: module.clone(),
        kind: EdgeKind::Implicit(format!("named in the extension module '{path}'")),
        all_functions_live: true,
        called_functions: Vec::new(),
    };
    can_be_had.map(entry_point).collect()
}

/// A file that no Python would compile is an error where something needs it.
fn reject_uncompilable(
    scanned: &ScannedApp,
    apps: &[App],
    imported: &BTreeSet<ModuleName>,
) -> Result<(), PackError> {
    let is_alone = |name: &ModuleName| {
        let mut alone = apps.iter().filter(|app| app.modules.len() == 1);
        alone.any(|app| app.modules.contains_key(name))
    };
    let is_needed = |name: &ModuleName| {
        imported.contains(name) || name.last_part() == "__main__" || is_alone(name)
    };
    match scanned
        .uncompilable
        .iter()
        .find(|(name, _)| is_needed(name))
    {
        Some((name, error)) => Err(PackError::AppSource {
            path: scanned.paths.get(name).cloned().unwrap_or_default(),
            error: error.clone(),
        }),
        None => Ok(()),
    }
}

fn plan_from_inputs(inputs: Inputs) -> Result<Plan, PackError> {
    let app = scan_apps(&inputs.apps, &inputs.python, &inputs.stdlib)?;
    let decision = decide(&inputs, &app)?;
    let Decision {
        graph,
        selection,
        sources,
        warnings,
    } = decision;
    let Inputs {
        mut profile,
        manifests: _,
        extra_modules: _,
        stdlib,
        python,
        target,
        apps,
        stdlib_size,
        delta_from,
        side_files,
        cache: _,
        diagnostics: _,
    } = inputs;
    let missing = missing_modules(&selection, &target);
    let annotations_stay =
        profile.strip.contains(&Strip::Annotations) && !graph.annotation_readers.is_empty();
    if annotations_stay {
        profile.strip.retain(|what| *what != Strip::Annotations);
    }
    Ok(Plan {
        profile,
        stdlib,
        python,
        target,
        apps,
        app_paths: app.paths,
        graph,
        selection,
        missing,
        sources,
        stdlib_size,
        delta_from,
        annotations_stay,
        side_files,
        warnings,
    })
}

/// What the analysis of the inputs gives.
struct Decision {
    graph: ImportGraph,
    selection: Selection,
    sources: BTreeMap<ModuleName, Arc<[u8]>>,
    warnings: Vec<Diagnostic>,
}

fn decide(inputs: &Inputs, app: &ScannedApp) -> Result<Decision, PackError> {
    let Inputs {
        profile,
        target,
        stdlib,
        extra_modules,
        ..
    } = inputs;
    let context = analysis_context(inputs, target, &app.modules)?;
    let app_modules: Vec<ModuleName> = app.modules.keys().cloned().collect();
    let required = entry_points(profile, extra_modules, target, stdlib, &app_modules);
    let of_compiled = entry_points_of_compiled(app, &context);
    let all: Vec<EntryPoint> = required.iter().cloned().chain(of_compiled).collect();
    let graph = build_graph(&context, &all, profile.closure)?;
    let imported = imported_app_modules(&context, &graph.unimportable, |name| {
        is_app_entry(name, profile)
    });
    let runs = |name: &ModuleName| is_app_entry(name, profile) || imported.contains(name);
    reject_uncompilable(app, &inputs.apps, &imported)?;
    let broken = find_broken_requirements(&context, &graph, &required, profile, &runs);
    if !broken.is_empty() {
        return Err(PackError::Unsatisfiable(broken));
    }
    let selection = select_modules(&graph, stdlib, profile, target);
    let kept = selection.kept.keys();
    let sources = kept.filter_map(|name| Some((name.clone(), context.stdlib.source(name)?)));
    let sources = sources.collect();
    let facts = PlanFacts {
        inputs,
        app,
        context: &context,
        graph: &graph,
        selection: &selection,
        runs: &runs,
    };
    let warnings = facts.warnings();
    Ok(Decision {
        graph,
        selection,
        sources,
        warnings,
    })
}
