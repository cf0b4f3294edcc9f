//! What packages need of the library that come with the embedding program, or are installed when the program runs.

use super::Inputs;
use crate::graph::{EdgeKind, EntryPoint, ImportGraph, Origin};
use crate::manifest::PackageNote;
use crate::types::ModuleName;

/// Returns the packages of the target that the program imports and that were not given with it.
pub(super) fn imported_packages<'a>(
    inputs: &'a Inputs,
    graph: &'a ImportGraph,
) -> impl Iterator<Item = &'a PackageNote> {
    let notes = inputs.target.packages.iter();
    notes.filter(|note| graph.third_party.keys().any(|name| is_of(note, name)))
}

/// Returns whether a module is of the packages of a note.
pub(super) fn is_of(note: &PackageNote, module: &str) -> bool {
    let top_level = module.split('.').next().unwrap_or(module);
    note.packages.iter().any(|package| package == top_level)
}

/// Returns entry points for what the packages need that the program imports.
pub(super) fn needed_by_packages(inputs: &Inputs, graph: &ImportGraph) -> Vec<EntryPoint> {
    let mut entry_points = Vec::new();
    for note in imported_packages(inputs, graph) {
        let by = note.packages.join(", ");
        let modules = note.modules.iter();
        let modules = modules.filter(|module| {
            let is_known = inputs.stdlib.get(module.as_str()).is_some();
            is_known && inputs.profile.exclusion_of(module).is_none()
        });
        entry_points.extend(modules.map(|module| EntryPoint {
            module: module.clone(),
            kind: EdgeKind::Implicit(format!("needed by {by}, which the program imports")),
            all_functions_live: false,
            called_functions: Vec::new(),
        }));
    }
    // What is there, or packed with the program, need not be installed.
    let is_installed = |module: &str| {
        let mut built_in = inputs.target.packages.iter().filter(|note| note.built_in);
        !built_in.any(|note| is_of(note, module))
    };
    let is_packed = inputs.profile.output.app;
    let dependencies = graph.modules().filter(|_| !is_packed);
    let mut dependencies = dependencies.filter(|node| node.origin == Origin::Dependency);
    let installs = graph.third_party.keys().any(|name| is_installed(name))
        || dependencies.any(|node| is_installed(node.name.as_str()));
    let calls = inputs.target.after_install.iter().filter(|_| installs);
    entry_points.extend(calls.filter_map(|call| {
        let (module, function) = call.rsplit_once('.')?;
        Some(EntryPoint {
            module: ModuleName::new(module).ok()?,
            kind: EdgeKind::Implicit("called after a package was installed".to_owned()),
            all_functions_live: false,
            called_functions: vec![[function.into()].into()],
        })
    }));
    entry_points
}
