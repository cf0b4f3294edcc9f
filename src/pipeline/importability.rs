//! Determines the importability of every module of a library on a target.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::context::analysis_context;
use super::module_provider::scan_dependencies;
use super::{Inputs, PackError};
use crate::explain::FailureChain;
use crate::graph::{ImportFailure, unimportable_modules};
use crate::manifest::{Presence, TargetFacts, Trigger};
use crate::types::ModuleName;

/// The importability of a module on a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Importability {
    /// It can be imported.
    Importable,
    /// It can be imported in some builds only: the import chain to the build-dependent module, and the reason.
    BuildDependent(String),
    /// It cannot be imported: the import chain to the missing module, and the reason.
    Unimportable(String),
    /// The profile excludes it, for this reason.
    Excluded(String),
}

/// Returns the importability of every Python module of the library and every known C module, by name. The profile's
/// exclusions count as missing modules.
///
/// # Errors
/// When a source cannot be read.
pub fn check_importability(
    inputs: &Inputs,
) -> Result<BTreeMap<ModuleName, Importability>, PackError> {
    let modules: Vec<ModuleName> = inputs.stdlib.modules().keys().cloned().collect();
    let app = BTreeMap::new();
    let dependencies = scan_dependencies(inputs);
    let unimportable_on = |target: &TargetFacts| {
        let context = analysis_context(inputs, target, &app, &dependencies)?;
        unimportable_modules(&context, &modules)
    };
    let pessimistic = inputs.target.pessimistic();
    let (unimportable, possibly_unimportable) = (
        unimportable_on(&inputs.target)?,
        unimportable_on(&pessimistic)?,
    );
    let explain = |name: &ModuleName, failure: &ImportFailure, all| {
        FailureChain::new(name, failure, all).to_string()
    };
    let python_modules = modules.iter().map(|name| {
        let importability = match (unimportable.get(name), possibly_unimportable.get(name)) {
            (Some(failure), _) => {
                Importability::Unimportable(explain(name, failure, &unimportable))
            }
            (None, Some(failure)) => {
                Importability::BuildDependent(explain(name, failure, &possibly_unimportable))
            }
            (None, None) => Importability::Importable,
        };
        (name, importability)
    });
    let c_modules = inputs.target.c_modules().map(|name| {
        let importability = match inputs.target.c_module(name.as_str()) {
            Some(Presence::Missing(reason)) => Importability::Unimportable(reason.clone()),
            Some(Presence::BuildDependent(reason)) => Importability::BuildDependent(reason.clone()),
            _ => match failing_import(inputs, name, &unimportable) {
                Some(needed) => Importability::Unimportable(format!("it imports {needed}")),
                None => Importability::Importable,
            },
        };
        (name, importability)
    });
    // Later items win: a Python module replaces a C module of the same name.
    let all = c_modules.chain(python_modules);
    let unless_excluded = |(name, importability): (&ModuleName, Importability)| {
        let state = match inputs.profile.exclusion_of(name) {
            Some(exclusion) => Importability::Excluded(exclusion.reason.clone()),
            None => importability,
        };
        (name.clone(), state)
    };
    Ok(all.map(unless_excluded).collect())
}

/// Returns the first unimportable module that a C module imports while it is itself imported.
fn failing_import<'a>(
    inputs: &'a Inputs,
    name: &ModuleName,
    unimportable: &BTreeMap<ModuleName, ImportFailure>,
) -> Option<&'a ModuleName> {
    let hidden_imports = inputs.manifests.hidden_imports(inputs.target.version);
    let mut import_time =
        hidden_imports.filter(|hidden| hidden.from == *name && hidden.trigger == Trigger::Import);
    import_time.find_map(|hidden| {
        hidden
            .to
            .iter()
            .find(|needed| unimportable.contains_key(*needed))
    })
}
