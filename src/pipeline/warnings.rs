//! What there is to say about a bundle besides the bundle itself: warnings and reasons.

use std::collections::BTreeMap;

use super::module_provider::ScannedApp;
use crate::graph::{
    AnalysisContext, EdgeKind, ImportGraph, ModuleProvider, app_import_failure,
    lazy_import_failures,
};
use crate::manifest::TargetFacts;
use crate::profile::Profile;
use crate::scan::{DynamicImport, LookupKind, ModuleSummary};
use crate::select::{KeptModule, Selection, explain_failure};
use crate::stdlib::{ModuleKind, Stdlib};
use crate::types::ModuleName;

/// What in the app may make it behave otherwise than its author thinks.
pub(super) fn dynamic_import_warnings(
    app: &BTreeMap<ModuleName, (ModuleKind, ModuleSummary)>,
    paths: &BTreeMap<ModuleName, String>,
    profile: &Profile,
    stdlib: &Stdlib,
) -> Vec<String> {
    let hiding = app
        .keys()
        .filter(|name| stdlib.get(name.as_str()).is_some())
        .map(|name| {
            format!(
                "the app's own module '{name}' hides the standard library's module of that name"
            )
        });
    let declared = |what| match what {
        LookupKind::Module => !profile.hidden_imports.is_empty(),
        LookupKind::Codec => !profile.codecs.is_empty(),
    };
    hiding.chain(computed(app, paths, &declared)).collect()
}

/// Modules of the bundle that lie elsewhere than the library seems to have them.
pub(super) fn outside_link_warning(stdlib: &Stdlib, selection: &Selection) -> Option<String> {
    let files = selection
        .kept
        .values()
        .filter(|kept| kept.kind != ModuleKind::Namespace);
    let mut outside = files.filter_map(|kept| Some((&kept.path, stdlib.outside(&kept.path)?)));
    let (path, real) = outside.next()?;
    let others = match outside.count() {
        0 => String::new(),
        others => format!(", and {others} more files are such links"),
    };
    Some(format!(
        "{path} is a link out of the library, to {}, and that is what is packed{others}",
        real.display()
    ))
}

/// Compiled code, in which not everything can be seen.
pub(super) fn compiled_code_warning(scanned: &ScannedApp, profile: &Profile) -> Option<String> {
    let path = scanned
        .compiled
        .first()
        .filter(|_| profile.hidden_imports.is_empty())?;
    let others = match scanned.compiled.len() - 1 {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    Some(format!(
        "{path}{others}: of compiled code only the modules are known whose names stand in it; list others that it imports under 'hidden-imports:' in the profile"
    ))
}

/// Files that nothing imports and no Python would compile.
pub(super) fn uncompilable_warnings(scanned: &ScannedApp) -> impl Iterator<Item = String> {
    scanned.uncompilable.iter().map(|(name, error)| {
        let path = scanned
            .paths
            .get(name)
            .map_or(name.as_str(), String::as_str);
        let (line, column, message) = (error.line, error.column, &error.message);
        format!("{path}:{line}:{column}: left out, since nothing imports it: {message}")
    })
}

/// Modules of the app that nothing imports on the target, and that could not be imported there.
pub(super) fn unimported_warnings<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    graph: &ImportGraph,
    paths: &BTreeMap<ModuleName, String>,
    runs: &dyn Fn(&ModuleName) -> bool,
) -> Vec<String> {
    let unimported = context.app.keys().filter(|name| !runs(name));
    let failing = unimported.filter_map(|module| {
        let failure = app_import_failure(context, module, &graph.unimportable)?;
        let path = paths.get(module).map_or(module.as_str(), String::as_str);
        let way = explain_failure(module, failure, &graph.unimportable);
        let target = &context.target.name;
        Some(format!(
            "{path}: nothing imports it on {target}, where it could not be imported: {way}"
        ))
    });
    failing.collect()
}

/// What functions of the app import and the bundle cannot have: the rest of the app works without.
pub(super) fn lazy_import_warnings<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    graph: &ImportGraph,
    paths: &BTreeMap<ModuleName, String>,
) -> Vec<String> {
    let mut said = Vec::new();
    for module in context.app.keys() {
        let path = paths.get(module).map_or(module.as_str(), String::as_str);
        for failure in lazy_import_failures(context, module, &graph.unimportable) {
            let line = failure.line;
            let way = explain_failure(module, failure, &graph.unimportable);
            let way = way.split_once(" → ").map_or(&*way, |(_, way)| way);
            said.push(format!(
                "{path}:{line}: a function imports what it will not get: {way}"
            ));
        }
    }
    said
}

/// What the app itself imports and the target has in name only; each module once.
pub(super) fn nonfunctional_warnings(
    graph: &ImportGraph,
    target: &TargetFacts,
    paths: &BTreeMap<ModuleName, String>,
) -> Vec<String> {
    let mut told = BTreeMap::new();
    for ((importer, module), edge) in graph.imports() {
        if let (Some(path), Some(limit)) = (paths.get(importer), target.nonfunctional.get(module)) {
            let place = format!("{path}:{}", edge.line);
            told.entry(module).or_insert((place, limit));
        }
    }
    let one = |(module, (place, limit)): (&ModuleName, (String, &String))| {
        let target = &target.name;
        format!(
            "{place}: '{module}' can be imported on {target}, and has its limits there: {limit}"
        )
    };
    told.into_iter().map(one).collect()
}

/// Modules that the app expects from elsewhere.
pub(super) fn third_party_warnings(
    graph: &ImportGraph,
    paths: &BTreeMap<ModuleName, String>,
) -> impl Iterator<Item = String> {
    graph.third_party.iter().map(|(name, (module, line))| {
        let path = paths
            .get(module)
            .map_or_else(|| module.to_string(), Clone::clone);
        format!("'{name}' is not of the standard library, others provide it: {path}:{line}")
    })
}

/// One line for each kept module: why it is there.
pub(super) fn reasons(selection: &Selection) -> Vec<String> {
    let line = |(name, kept): (&ModuleName, &KeptModule)| format!("{name}: {}", reason(kept));
    selection.kept.iter().map(line).collect()
}

fn reason(kept: &KeptModule) -> String {
    let by = kept.importer.as_ref().map(ToString::to_string);
    let by = by.unwrap_or_default();
    let place = if kept.line > 0 {
        format!("{by}:{}", kept.line)
    } else {
        by
    };
    match &kept.reason {
        EdgeKind::Startup => "read when the interpreter starts".to_owned(),
        EdgeKind::Root => "root".to_owned(),
        EdgeKind::RunModule => "run by the profile".to_owned(),
        EdgeKind::App => "app".to_owned(),
        EdgeKind::Eager => format!("imported by {place}"),
        EdgeKind::Optional => format!("imported by {place}, which could do without"),
        EdgeKind::Parent => format!("package of {place}"),
        EdgeKind::Lazy(function) => format!("imported by {place} in {function}()"),
        EdgeKind::Implicit(evidence) => format!("imported by {place} unseen: {evidence}"),
    }
}

/// What the app looks up by computed names and the profile does not declare, and how it would.
fn computed(
    app: &BTreeMap<ModuleName, (ModuleKind, ModuleSummary)>,
    paths: &BTreeMap<ModuleName, String>,
    declared: &dyn Fn(LookupKind) -> bool,
) -> Vec<String> {
    let one = |name: &ModuleName, computed: &DynamicImport| {
        let path = paths
            .get(name)
            .map_or_else(|| name.to_string(), Clone::clone);
        let (what, key) = match computed.kind {
            LookupKind::Module => ("a module", "hidden-imports"),
            LookupKind::Codec => ("a codec", "codecs"),
        };
        let line = computed.line;
        format!(
            "{path}:{line}: {what} is looked up by a computed name; list it under '{key}:' in the profile"
        )
    };
    let open = |summary: &'_ ModuleSummary| {
        summary
            .dynamic_imports
            .iter()
            .filter(|c| !declared(c.kind))
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
