//! Finds the required modules that are unimportable, and builds their diagnostics. A bundle with broken requirements is
//! not made.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::explain::{FailureCause, FailureChain};
use crate::graph::{
    AnalysisContext, EdgeKind, EntryPoint, ImportGraph, ModuleProvider, Resolved,
    UnavailableBecause, app_import_failure,
};
use crate::profile::{OnUnimportable, Profile, Roots};
use crate::types::ModuleName;

/// A required module that is unimportable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenRequirement {
    /// The module.
    pub module: ModuleName,
    /// The kind of entry point that requires it; [`EdgeKind::Optional`] if only `on-unimportable: error` does.
    pub required_as: EdgeKind,
    /// The import chain from the module to the cause.
    pub chain: FailureChain,
}

/// Returns the broken requirements: the roots, startup modules and app modules that are unimportable on the target,
/// and, with `on-unimportable: error`, all other reached modules that are unimportable. App modules are only required
/// if `is_used` returns true for them.
pub fn find_broken_requirements<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    graph: &ImportGraph,
    entry_points: &[EntryPoint],
    profile: &Profile,
    is_used: &dyn Fn(&ModuleName) -> bool,
) -> Vec<BrokenRequirement> {
    // Without roots and an app, every module is a root, and unimportable ones are dropped.
    let whole_stdlib = matches!(profile.roots, Roots::Default);
    let mut broken = Vec::new();
    for EntryPoint { module, kind, .. } in entry_points {
        // `runpy` is only required by run modules: an app can be started in other ways.
        let is_runpy = *kind == EdgeKind::through_runpy() && profile.run_modules.is_empty();
        if is_runpy || whole_stdlib && *kind == EdgeKind::Root {
            continue;
        }
        let chain = if *kind == EdgeKind::App {
            app_import_failure(context, module, &graph.unimportable)
                .filter(|_| is_used(module))
                .map(|failure| FailureChain::new(module, &failure, &graph.unimportable))
        } else {
            required_module_failure(context, graph, module, kind)
        };
        broken.extend(chain.map(|chain| BrokenRequirement {
            module: module.clone(),
            required_as: kind.clone(),
            chain,
        }));
    }
    if profile.on_unimportable == OnUnimportable::Error {
        for (module, failure) in &graph.unimportable {
            if !broken
                .iter()
                .any(|requirement| requirement.module == *module)
            {
                broken.push(BrokenRequirement {
                    module: module.clone(),
                    required_as: EdgeKind::Optional,
                    chain: FailureChain::new(module, failure, &graph.unimportable),
                });
            }
        }
    }
    broken
}

/// Returns the reason why a required library module is unimportable, or `None` if it is importable.
fn required_module_failure<S: ModuleProvider>(
    context: &AnalysisContext<'_, S>,
    graph: &ImportGraph,
    module: &ModuleName,
    kind: &EdgeKind,
) -> Option<FailureChain> {
    let in_library = context.stdlib.kind(module.as_str()).is_some();
    if *kind == EdgeKind::Root && context.app.contains_key(module) && in_library {
        return Some(FailureChain::of_cause(FailureCause::HiddenByApp));
    }
    if let Some(failure) = graph.unimportable.get(module) {
        return Some(FailureChain::new(module, failure, &graph.unimportable));
    }
    match context.resolve(module.as_str()) {
        Resolved::Unavailable(name, because) => Some(FailureChain::of_cause(
            FailureCause::Unavailable(name, because),
        )),
        _ => None,
    }
}

/// Returns one diagnostic for all requirements that are broken for the same reason, with the shortest import chain.
pub fn broken_requirement_diagnostics(broken: &[BrokenRequirement]) -> Vec<Diagnostic> {
    let mut by_cause: BTreeMap<_, Vec<&BrokenRequirement>> = BTreeMap::new();
    for requirement in broken {
        let last = requirement.chain.steps.last().map(|step| &step.module);
        let key = (
            last,
            requirement.chain.cause.to_string(),
            requirement.required_as.as_str(),
        );
        by_cause.entry(key).or_default().push(requirement);
    }
    let mut diagnostics = Vec::new();
    for mut group in by_cause.into_values() {
        group.sort_by_key(|requirement| requirement.chain.steps.len());
        if let Some((first, others)) = group.split_first() {
            diagnostics.push(diagnostic(first, others));
        }
    }
    diagnostics
}

fn diagnostic(broken: &BrokenRequirement, others: &[&BrokenRequirement]) -> Diagnostic {
    let BrokenRequirement {
        module,
        required_as,
        chain,
    } = broken;
    let (code, message) = match required_as {
        EdgeKind::Root => (
            Code::UnimportableRoot,
            format!("the root '{module}' cannot be imported on the target"),
        ),
        EdgeKind::Startup => (
            Code::UnimportableStartupModule,
            format!("the interpreter cannot start without '{module}'"),
        ),
        EdgeKind::App => (
            Code::UnimportableAppModule,
            format!("the app's module '{module}' cannot be imported with this bundle"),
        ),
        _ => (
            Code::UnimportableModule,
            format!(
                "'{module}' cannot be imported on the target, and 'on-unimportable' is 'error'"
            ),
        ),
    };
    let mut diagnostic = Diagnostic::error(code, message).with_module(module);
    let exclusion = match &chain.cause {
        FailureCause::Unavailable(_, UnavailableBecause::Excluded(exclusion)) => Some(exclusion),
        _ => None,
    };
    let place = |line: Option<u32>| line.map_or(String::new(), |line| format!(" (line {line})"));
    for (importer, imported) in chain.steps.iter().zip(chain.steps.iter().skip(1)) {
        let (importer, imported) = (importer, &imported.module);
        let place = place(importer.line);
        diagnostic = diagnostic.with_note(format!("{} imports {imported}{place}", importer.module));
    }
    diagnostic = diagnostic.with_note(match chain.steps.last() {
        Some(last) => format!("{}{}: {}", last.module, place(last.line), chain.cause),
        None => chain.cause.to_string(),
    });
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().map(|other| other.module.as_str()).collect();
        diagnostic = diagnostic.with_note(format!("the same for {}", names.join(", ")));
    }
    match exclusion {
        Some(exclusion) => diagnostic
            .with_provenance(&exclusion.provenance)
            .with_help(format!(
                "remove the exclusion, or the module that needs '{module}'"
            )),
        None => diagnostic.with_help(help_text(code).to_owned()),
    }
}

/// Returns the help for requirements that no exclusion breaks.
fn help_text(code: Code) -> &'static str {
    match code {
        Code::UnimportableRoot => "remove the root, keep what it needs, or choose another target",
        Code::UnimportableStartupModule => {
            "remove the exclusion: no Python starts without this module"
        }
        Code::UnimportableAppModule => {
            "keep what it needs, or import it in a try that catches ImportError"
        }
        _ => "set 'on-unimportable: drop' to leave such modules out",
    }
}
