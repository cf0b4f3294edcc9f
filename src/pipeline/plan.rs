//! Plans a bundle: scans the inputs, builds the import graph and selects the modules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::app_zip::{AppZipPlan, plan_app_zip};
use super::context::analysis_context;
use super::module_provider::{ScannedApp, ScannedStdlib, scan_apps, scan_dependencies};
use super::named_in_data::modules_named_in_data;
use super::packages::needed_by_packages;
use super::tiers::{add_finder, split_into_tiers};
use super::unneeded::find_unneeded;
use super::warnings::PlanFacts;
use super::{Inputs, PackError, Stage, StdlibSize, Timings};
use crate::app::App;
use crate::bundle::SideFiles;
use crate::compile::BuildPython;
use crate::dependency::Dependencies;
use crate::diagnostic::Diagnostic;
use crate::embedded::Place;
use crate::explain::{DroppedBecause, FailureChain};
use crate::graph::{
    AnalysisContext, EdgeKind, EntryPoint, ImportFailure, ImportGraph, ModuleProvider, Origin,
    build_graph, imported_app_modules, unimportable_modules,
};
use crate::manifest::TargetFacts;
use crate::profile::{Closure, Profile, Strip};
use crate::recording::RecordingFile;
use crate::select::{
    Selection, entry_points, find_broken_requirements, missing_modules, select_modules,
};
use crate::stdlib::Stdlib;
use crate::strip::Unneeded;
use crate::types::{ModuleName, Tier};

/// The contents of a bundle before it is compiled, and the facts that they were selected by.
pub struct Plan {
    /// The profile, with the overrides applied.
    pub profile: Profile,
    /// The standard library.
    pub stdlib: Stdlib,
    /// The build Python, running.
    pub python: BuildPython,
    /// The target that the bundle runs on.
    pub target: TargetFacts,
    /// The app.
    pub apps: Vec<App>,
    /// The dependencies of the app.
    pub dependencies: Dependencies,
    /// The path of each app module.
    pub app_paths: BTreeMap<ModuleName, String>,
    /// The places of the lines of each notebook.
    pub cells: BTreeMap<ModuleName, Vec<Place>>,
    /// The import graph.
    pub graph: ImportGraph,
    /// The kept and the dropped modules.
    pub selection: Selection,
    /// Modules that a program may import although the bundle does not contain them, with the reasons.
    pub missing: BTreeMap<ModuleName, DroppedBecause>,
    /// The sources of the kept modules.
    pub sources: BTreeMap<ModuleName, Arc<[u8]>>,
    /// Parts of kept modules that are removed, because they only do something with modules that the bundle lacks.
    pub unneeded: BTreeMap<ModuleName, Unneeded>,
    /// The contents of `app.zip`, if it is written.
    pub app_zip: Option<AppZipPlan>,
    /// The size of the standard library without the modules that the profile excludes.
    pub stdlib_size: StdlibSize,
    /// The earlier zips that clients have, by tier: the bases of the deltas.
    pub delta_from: BTreeMap<Tier, Vec<u8>>,
    /// The recordings that the bundle is checked against.
    pub recordings: Vec<RecordingFile>,
    /// The modules in the recordings that cannot be imported on the target, reached or not.
    pub unimportable_recorded: BTreeMap<ModuleName, DroppedBecause>,
    /// Whether annotations are kept although the profile strips them, because some of
    /// [`ImportGraph::annotation_readers`] may read them.
    pub keeps_annotations: bool,
    /// The side files to write with the bundle.
    pub side_files: SideFiles,
    /// The warnings for the user.
    pub warnings: Vec<Diagnostic>,
}

impl Plan {
    /// Describes a line of a module, such as `json:106`, or `demo.ipynb:cell 2:1` for a line of a notebook.
    pub fn place(&self, module: &ModuleName, line: u32) -> String {
        let cells = self.cells.get(module).zip(self.app_paths.get(module));
        let index = usize::try_from(line).unwrap_or_default().checked_sub(1);
        let in_cell = cells.and_then(|(cells, path)| Some((path, cells.get(index?)?)));
        match in_cell {
            Some((path, Place { cell, line })) => format!("{path}:cell {cell}:{line}"),
            None => format!("{module}:{line}"),
        }
    }
}

/// Plans the bundle of the given inputs.
///
/// # Errors
/// When a source cannot be read or does not compile, or something that the bundle requires is unimportable.
pub fn build_plan(inputs: Inputs, timings: &mut Timings) -> Result<Plan, PackError> {
    timings.time(Stage::Scan, || plan_from_inputs(inputs))
}

/// Returns whether something outside the app may run or import an app module: a top-level module, a `__main__` or a run
/// module.
fn is_app_entry(name: &ModuleName, profile: &Profile) -> bool {
    name.parent().is_none()
        || name.last_part() == "__main__"
        || profile.run_modules.iter().any(|run| run.module == *name)
}

/// Reports an app module that does not compile if something needs it. Other such modules only give a warning.
fn reject_uncompilable(
    scanned: &ScannedApp,
    apps: &[App],
    imported: &BTreeSet<ModuleName>,
) -> Result<(), PackError> {
    let is_only_module = |name: &ModuleName| {
        let mut single_module_apps = apps.iter().filter(|app| app.modules.len() == 1);
        single_module_apps.any(|app| app.modules.contains_key(name))
    };
    let is_needed = |name: &ModuleName| {
        imported.contains(name) || name.last_part() == "__main__" || is_only_module(name)
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
        unneeded,
        unimportable_recorded,
        app_zip,
        warnings,
    } = decision;
    let Inputs {
        mut profile,
        manifests: _,
        start_recording: _,
        extra_modules: _,
        stdlib,
        python,
        target,
        apps,
        dependencies,
        stdlib_size,
        delta_from,
        recordings,
        side_files,
        cache: _,
        diagnostics: _,
    } = inputs;
    let missing = missing_modules(&selection, &target);
    let keeps_annotations =
        profile.strip.contains(&Strip::Annotations) && !graph.annotation_readers.is_empty();
    if !graph.annotation_readers.is_empty() {
        for strip in [&mut profile.strip, &mut profile.output.app_strip] {
            strip.retain(|option| *option != Strip::Annotations);
        }
    }
    Ok(Plan {
        profile,
        stdlib,
        python,
        target,
        apps,
        dependencies,
        app_paths: app.paths,
        cells: app.cells,
        graph,
        selection,
        missing,
        sources,
        unneeded,
        app_zip,
        stdlib_size,
        delta_from,
        recordings,
        unimportable_recorded,
        keeps_annotations,
        side_files,
        warnings,
    })
}

/// The result of analysing the inputs.
struct Decision {
    graph: ImportGraph,
    selection: Selection,
    sources: BTreeMap<ModuleName, Arc<[u8]>>,
    unneeded: BTreeMap<ModuleName, Unneeded>,
    unimportable_recorded: BTreeMap<ModuleName, DroppedBecause>,
    app_zip: Option<AppZipPlan>,
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
    let dependencies = scan_dependencies(inputs);
    let mut context = analysis_context(inputs, target, &app.modules, &dependencies)?;
    let program = app.modules.keys();
    let program = program.filter(|name| !app.excluded.contains(*name));
    let app_modules: Vec<ModuleName> = program.cloned().collect();
    let mut required = entry_points(profile, extra_modules, target, stdlib, &app_modules);
    let declared = required.len();
    let mut graph = build_whole_graph(inputs, &mut context, &mut required)?;
    let vendored = inputs
        .dependencies
        .vendored(|name| stdlib.get(name).is_some());
    graph.third_party.retain(|name, _| !vendored.contains(name));
    let hidden = graph.hidden_library_modules(|module| stdlib.get(module.as_str()).is_some());
    let mut reached = Vec::new();
    if !hidden.is_empty() {
        let is_visible = |name: &ModuleName| !hidden.contains_key(name.top_level());
        let mut visible = app.modules.clone();
        visible.retain(|name, _| is_visible(name));
        let context = analysis_context(inputs, target, &visible, &dependencies)?;
        let mut required = required.clone();
        required.retain(|entry| entry.kind != EdgeKind::App || is_visible(&entry.module));
        let visible_graph = build_graph(&context, &required, profile.closure, &BTreeMap::new())?;
        graph.absorb(visible_graph);
        let modules = graph.modules();
        let library = modules.filter(|node| node.origin == Origin::Stdlib);
        reached = library.map(|node| node.name.clone()).collect();
    }
    context.stdlib.prepare(&reached)?;
    let imported = imported_app_modules(&context, &graph.unimportable, |name| {
        is_app_entry(name, profile) && !app.excluded.contains(name)
    });
    let is_used = |name: &ModuleName| {
        is_app_entry(name, profile) && !app.excluded.contains(name) || imported.contains(name)
    };
    reject_uncompilable(app, &inputs.apps, &imported)?;
    let declared = &required[..declared];
    let broken = find_broken_requirements(&context, &graph, declared, profile, &is_used);
    if !broken.is_empty() {
        return Err(PackError::Unsatisfiable(broken));
    }
    let mut selection = select_modules(&graph, stdlib, profile, target);
    if let Some(tiers) = &profile.tiers {
        split_into_tiers(
            &context,
            inputs,
            tiers,
            &required,
            &mut graph,
            &mut selection,
        )?;
    }
    let kept = selection.kept.keys();
    let sources = kept.filter_map(|name| Some((name.clone(), context.stdlib.source(name)?)));
    let mut sources: BTreeMap<ModuleName, Arc<[u8]>> = sources.collect();
    if profile.tiers.is_some() {
        sources.extend(add_finder(&mut selection)?);
    }
    let reached = graph.modules();
    let packages = reached.filter_map(|node| dependencies.source(&node.name));
    let unneeded = find_unneeded(inputs, &selection, &sources, packages);
    let plan_app_zip = || plan_app_zip(inputs, app, &dependencies, &graph, &is_used);
    let app_zip = profile.output.app.then(plan_app_zip).transpose()?;
    let facts = PlanFacts {
        inputs,
        app,
        context: &context,
        graph: &graph,
        selection: &selection,
        app_zip: app_zip.as_ref(),
        is_used: &is_used,
        hidden: &hidden,
    };
    let warnings = facts.warnings();
    // Last, since it scans modules that nothing has reached.
    let unimportable_recorded = unimportable_recorded(inputs, &context)?;
    Ok(Decision {
        graph,
        selection,
        sources,
        unneeded,
        unimportable_recorded,
        app_zip,
        warnings,
    })
}

/// Builds the graph of the program, and adds to `required` what data files name and packages need.
fn build_whole_graph(
    inputs: &Inputs,
    context: &mut AnalysisContext<'_, ScannedStdlib<'_>>,
    required: &mut Vec<EntryPoint>,
) -> Result<ImportGraph, PackError> {
    let closure = inputs.profile.closure;
    // Most modules that decide about others are imported at the start, and these are known in a fraction of the time.
    let start = build_graph(context, required, Closure::ImportTime, &BTreeMap::new())?;
    context.keep_imports_that_dependencies_need(&start);
    let mut graph = build_graph(context, required, closure, &start.unimportable)?;
    // The modules that are found may need imports of others, or have data files of their own.
    loop {
        if context.keep_imports_that_dependencies_need(&graph) {
            graph = build_graph(context, required, closure, &graph.unimportable)?;
        }
        let named = modules_named_in_data(inputs, context, &graph)?;
        let named = named.into_iter().chain(needed_by_packages(inputs, &graph));
        let named = named.filter(|named| !required.contains(named));
        let named: Vec<_> = named.collect();
        if named.is_empty() {
            return Ok(graph);
        }
        required.extend(named);
        graph = build_graph(context, required, closure, &graph.unimportable)?;
    }
}

/// Returns the modules in the recordings that cannot be imported on the target.
fn unimportable_recorded(
    inputs: &Inputs,
    context: &AnalysisContext<'_, ScannedStdlib<'_>>,
) -> Result<BTreeMap<ModuleName, DroppedBecause>, PackError> {
    let recorded = inputs.recordings.iter();
    let recorded = recorded.flat_map(|file| file.recording.loaded());
    let recorded: BTreeSet<ModuleName> = recorded
        .filter(|name| inputs.stdlib.get(name.as_str()).is_some())
        .collect();
    let recorded: Vec<ModuleName> = recorded.into_iter().collect();
    let failures = unimportable_modules(context, &recorded)?;
    let because = |(name, failure): (&ModuleName, &ImportFailure)| {
        let because = DroppedBecause::Unimportable {
            chain: FailureChain::new(name, failure, &failures),
            target: inputs.target.name.clone(),
        };
        (name.clone(), because)
    };
    Ok(failures.iter().map(because).collect())
}
