//! Importability of every module of a library on a target.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::context::analysis_context;
use super::{Inputs, PackError};
use crate::explain::FailureChain;
use crate::graph::{ImportFailure, unimportable_modules};
use crate::manifest::{Presence, TargetFacts, Trigger};
use crate::types::ModuleName;

/// Whether a module can be imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Importability {
    /// It can.
    Importable,
    /// It can where something is there that only some builds have: the way to that, and why.
    BuildDependent(String),
    /// It cannot: the way to what is missing, and why.
    Unimportable(String),
    /// The profile rules it out, for this reason.
    Excluded(String),
}

/// What becomes of every Python module of the library and every C module there is, by name. Exclusions of the profile
/// count as what is missing does.
///
/// # Errors
/// When a source cannot be read.
pub fn check_importability(
    opened: &Inputs,
) -> Result<BTreeMap<ModuleName, Importability>, PackError> {
    let modules: Vec<ModuleName> = opened.stdlib.modules().keys().cloned().collect();
    let app = BTreeMap::new();
    let broken_on = |target: &TargetFacts| {
        let context = analysis_context(opened, target, &app)?;
        unimportable_modules(&context, &modules)
    };
    let pessimistic = opened.target.pessimistic();
    let (broken, perhaps) = (broken_on(&opened.target)?, broken_on(&pessimistic)?);
    let explain = |name: &ModuleName, failure: &ImportFailure, all| {
        FailureChain::new(name, failure, all).to_string()
    };
    let python = modules.iter().map(|name| {
        let derived = match (broken.get(name), perhaps.get(name)) {
            (Some(failure), _) => Importability::Unimportable(explain(name, failure, &broken)),
            (None, Some(failure)) => {
                Importability::BuildDependent(explain(name, failure, &perhaps))
            }
            (None, None) => Importability::Importable,
        };
        (name, derived)
    });
    let c_modules = opened.target.c_modules().map(|name| {
        let derived = match opened.target.c_module(name.as_str()) {
            Some(Presence::Missing(reason)) => Importability::Unimportable(reason.clone()),
            Some(Presence::BuildDependent(reason)) => Importability::BuildDependent(reason.clone()),
            _ => match failing_import(opened, name, &broken) {
                Some(needed) => Importability::Unimportable(format!("it imports {needed}")),
                None => Importability::Importable,
            },
        };
        (name, derived)
    });
    // A Python module takes the place of a C module of its name.
    let all = c_modules.chain(python);
    let unless_excluded = |(name, derived): (&ModuleName, Importability)| {
        let state = match opened.profile.exclusion_of(name) {
            Some(exclusion) => Importability::Excluded(exclusion.reason.clone()),
            None => derived,
        };
        (name.clone(), state)
    };
    Ok(all.map(unless_excluded).collect())
}

/// What a C module imports while it is imported, and cannot.
fn failing_import<'a>(
    opened: &'a Inputs,
    name: &ModuleName,
    broken: &BTreeMap<ModuleName, ImportFailure>,
) -> Option<&'a ModuleName> {
    let hidden = opened.manifests.hidden_imports(opened.target.version);
    let mut own = hidden.filter(|hidden| hidden.from == *name && hidden.trigger == Trigger::Import);
    own.find_map(|hidden| hidden.to.iter().find(|needed| broken.contains_key(*needed)))
}
