//! A profile against the standard library and target that it is used with.

use std::collections::BTreeSet;

use super::diagnostic::{Diagnostic, Severity};
use super::{Profile, Root, Roots};
use crate::did_you_mean;
use crate::manifest::{Manifests, TargetFacts, TargetManifest};
use crate::stdlib::{ModuleKind, Stdlib};
use crate::types::ModuleName;

/// Nobody reads more than so many; each costs a search for names that are near.
const MAX_DIAGNOSTICS: usize = 100;

/// The target that a profile names.
///
/// # Errors
/// When there is no such target.
pub fn check_target<'a>(
    profile: &Profile,
    manifests: &'a Manifests,
) -> Result<&'a TargetManifest, Vec<Diagnostic>> {
    let name = &profile.target;
    manifests.target(name).ok_or_else(|| {
        let help = did_you_mean::suggestion(name, manifests.targets(), "targets are");
        vec![Diagnostic {
            severity: Severity::Error,
            message: format!("there is no target '{name}'"),
            help: Some(help),
            provenance: profile.target_provenance.clone(),
        }]
    })
}

/// What is wrong with `profile` for this library and target: roots that do not exist or are
/// excluded, modules that cannot be run (errors), exclusions that hold nothing and roots named twice
/// (warnings). `of_app` tells the user's own modules.
pub fn check(
    profile: &Profile,
    stdlib: &Stdlib,
    target: &TargetFacts,
    of_app: &dyn Fn(&ModuleName) -> bool,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Roots::Named(roots) = &profile.roots {
        let mut seen = BTreeSet::new();
        for root in roots {
            if found.len() >= MAX_DIAGNOSTICS {
                break;
            }
            let say = |severity, message, help| Diagnostic {
                severity,
                message,
                help,
                provenance: root.provenance.clone(),
            };
            let name = &root.module;
            let exists =
                stdlib.get(name.as_str()).is_some() || target.c_module(name.as_str()).is_some();
            if !exists {
                let message = format!("Python {} has no module '{name}'", target.version);
                let help = suggest_module(name, stdlib, target);
                found.push(say(Severity::Error, message, help));
            } else if let Some(exclusion) = profile.exclusion_of(name) {
                let message = format!("the root '{name}' is excluded: {}", exclusion.reason);
                let help = format!(
                    "take it out of the roots, or narrow the pattern '{}' at {}",
                    exclusion.pattern, exclusion.provenance
                );
                found.push(say(Severity::Error, message, Some(help)));
            } else if !seen.insert(name) {
                let message = format!("the root '{name}' is named more than once");
                found.push(say(Severity::Warning, message, None));
            }
        }
    }
    let exists = |name: &ModuleName| {
        stdlib.get(name.as_str()).is_some() || target.c_module(name.as_str()).is_some()
    };
    for named in profile
        .hidden_imports
        .iter()
        .filter(|named| !exists(&named.module))
        .take(MAX_DIAGNOSTICS)
    {
        found.push(Diagnostic {
            severity: Severity::Error,
            message: format!("Python {} has no module '{}'", target.version, named.module),
            help: suggest_module(&named.module, stdlib, target),
            provenance: named.provenance.clone(),
        });
    }
    found.extend(check_run_modules(profile, stdlib, target, of_app).take(MAX_DIAGNOSTICS));
    found.extend(unmatched_exclusions(profile, stdlib, target).take(MAX_DIAGNOSTICS));
    found.truncate(MAX_DIAGNOSTICS);
    found
}

/// Modules that `python -m` could not run.
fn check_run_modules<'a>(
    profile: &'a Profile,
    stdlib: &'a Stdlib,
    target: &'a TargetFacts,
    of_app: &'a dyn Fn(&ModuleName) -> bool,
) -> impl Iterator<Item = Diagnostic> + 'a {
    let mistake = move |named: &Root| {
        let name = &named.module;
        let (message, help) = match stdlib.get(name.as_str()).map(|module| module.kind) {
            Some(ModuleKind::Module) => return None,
            Some(_) if stdlib.get(&format!("{name}.__main__")).is_some() => return None,
            Some(_) => (
                format!("the package '{name}' cannot be run: it has no '{name}.__main__'"),
                None,
            ),
            None if target.c_module(name.as_str()).is_some() => {
                (format!("the C module '{name}' cannot be run"), None)
            }
            None => (
                format!("Python {} has no module '{name}'", target.version),
                suggest_module(name, stdlib, target),
            ),
        };
        Some(Diagnostic {
            severity: Severity::Error,
            message,
            help,
            provenance: named.provenance.clone(),
        })
    };
    let of_library = profile
        .run_modules
        .iter()
        .filter(|named| !of_app(&named.module));
    of_library.filter_map(mistake)
}

/// Exclusions of the user's own that hold nothing. Built-in profiles name modules of every version
/// and are not reproached for those of others.
fn unmatched_exclusions<'a>(
    profile: &'a Profile,
    stdlib: &'a Stdlib,
    target: &'a TargetFacts,
) -> impl Iterator<Item = Diagnostic> + 'a {
    let names = stdlib.modules().keys().chain(target.c_modules());
    let idle = profile.exclude.unmatched(names);
    idle.filter(|exclusion| !exclusion.provenance.is_built_in())
        .map(move |exclusion| Diagnostic {
            severity: Severity::Warning,
            message: format!(
                "no module of Python {} matches '{}'",
                target.version, exclusion.pattern
            ),
            help: exclusion
                .pattern
                .plain_name()
                .and_then(|name| ModuleName::new(name).ok())
                .and_then(|name| suggest_module(&name, stdlib, target)),
            provenance: exclusion.provenance.clone(),
        })
}

fn suggest_module(name: &ModuleName, stdlib: &Stdlib, target: &TargetFacts) -> Option<String> {
    let names = stdlib
        .modules()
        .keys()
        .chain(target.c_modules())
        .map(ModuleName::as_str);
    let near = did_you_mean::nearest(name.as_str(), names)?;
    Some(format!("did you mean '{near}'?"))
}
