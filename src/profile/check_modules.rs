//! Checks a profile against a standard library and a target.

use std::collections::BTreeSet;

use super::{Profile, ProgramEntryPoint, Root, Roots};
use crate::diagnostic::{Code, Diagnostic};
use crate::did_you_mean;
use crate::manifest::{Manifests, TargetFacts, TargetManifest};
use crate::stdlib::{ModuleKind, Stdlib};
use crate::types::ModuleName;

/// The maximum number of diagnostics. More are not useful, and each one needs a search for similar names.
const MAX_DIAGNOSTICS: usize = 100;

/// Returns the target of a profile.
///
/// # Errors
/// If there is no such target.
pub fn check_target<'a>(
    profile: &Profile,
    manifests: &'a Manifests,
) -> Result<&'a TargetManifest, Vec<Diagnostic>> {
    let name = &profile.target;
    manifests.target(name).ok_or_else(|| {
        let help = did_you_mean::suggestion(name, manifests.targets(), "targets are");
        let message = format!("there is no target '{name}'");
        let error = Diagnostic::error(Code::UnknownTarget, message).with_help(help);
        vec![error.with_provenance(&profile.target_provenance)]
    })
}

/// Checks `profile` against a library and a target. Roots that do not exist or are excluded and modules that cannot be
/// run are errors. Exclusions that match nothing and roots that are named twice are warnings. `is_of_program`
/// returns whether a module belongs to the app or a dependency.
pub fn check(
    profile: &Profile,
    stdlib: &Stdlib,
    target: &TargetFacts,
    is_of_program: &dyn Fn(&ModuleName) -> bool,
) -> Vec<Diagnostic> {
    let library = Library { stdlib, target };
    let mut diagnostics = check_roots(profile, &library);
    let unknown = profile.hidden_imports.iter();
    let unknown = unknown.filter(|root| !library.has(&root.module) && !is_of_program(&root.module));
    diagnostics.extend(
        unknown
            .map(|root| library.unknown_module(root))
            .take(MAX_DIAGNOSTICS),
    );
    let entry_points = profile.entry_points.iter();
    let entry_points = entry_points.filter(|entry| {
        let module = &entry.object.module;
        !library.has(module) && !is_of_program(module)
    });
    diagnostics.extend(entry_points.map(unknown_entry_point).take(MAX_DIAGNOSTICS));
    diagnostics.extend(check_run_modules(profile, &library, is_of_program).take(MAX_DIAGNOSTICS));
    diagnostics.extend(unmatched_exclusions(profile, &library).take(MAX_DIAGNOSTICS));
    diagnostics.truncate(MAX_DIAGNOSTICS);
    diagnostics
}

/// The modules that a profile may name: those of the library and C modules.
struct Library<'a> {
    stdlib: &'a Stdlib,
    target: &'a TargetFacts,
}

impl Library<'_> {
    fn has(&self, name: &ModuleName) -> bool {
        let name = name.as_str();
        self.stdlib.get(name).is_some() || self.target.c_module(name).is_some()
    }

    fn unknown_module(&self, root: &Root) -> Diagnostic {
        let name = &root.module;
        let message = format!("Python {} has no module '{name}'", self.target.version);
        Diagnostic::error(Code::UnknownModule, message)
            .with_help(self.suggest(name))
            .with_module(name)
            .with_provenance(&root.provenance)
    }

    fn suggest(&self, name: &ModuleName) -> Option<String> {
        if let Some(version) = self.target.removed.get(name) {
            return Some(format!("Python {version} no longer has it: remove it"));
        }
        let names = self.stdlib.modules().keys();
        let names = names.chain(self.target.c_modules()).map(ModuleName::as_str);
        let nearest = did_you_mean::nearest(name.as_str(), names)?;
        Some(format!("did you mean '{nearest}'?"))
    }
}

fn unknown_entry_point(entry: &ProgramEntryPoint) -> Diagnostic {
    let module = &entry.object.module;
    let message = format!("neither the app nor a dependency has the module '{module}'");
    let help = "give its package with --dependency, or your own code with --app".to_owned();
    Diagnostic::error(Code::UnknownModule, message)
        .with_help(help)
        .with_module(module)
        .with_provenance(&entry.provenance)
}

/// Reports roots that do not exist, are excluded or are named twice.
fn check_roots(profile: &Profile, library: &Library<'_>) -> Vec<Diagnostic> {
    let Roots::Named(roots) = &profile.roots else {
        return Vec::new();
    };
    let mut seen = BTreeSet::new();
    let check = |root: &Root| {
        let name = &root.module;
        let diagnostic = if !library.has(name) {
            return Some(library.unknown_module(root));
        } else if let Some(exclusion) = profile.exclusion_of(name) {
            let message = format!("the root '{name}' is excluded: {}", exclusion.reason);
            let help = format!(
                "remove it from the roots, or narrow the pattern '{}' at {}",
                exclusion.pattern, exclusion.provenance
            );
            Diagnostic::error(Code::ExcludedRoot, message).with_help(help)
        } else if !seen.insert(name.clone()) {
            let message = format!("the root '{name}' is named more than once");
            Diagnostic::warning(Code::DuplicateRoot, message)
        } else {
            return None;
        };
        Some(
            diagnostic
                .with_module(name)
                .with_provenance(&root.provenance),
        )
    };
    roots
        .iter()
        .filter_map(check)
        .take(MAX_DIAGNOSTICS)
        .collect()
}

/// Reports modules that `python -m` cannot run.
fn check_run_modules<'a>(
    profile: &'a Profile,
    library: &'a Library<'_>,
    is_of_program: &'a dyn Fn(&ModuleName) -> bool,
) -> impl Iterator<Item = Diagnostic> + 'a {
    let Library { stdlib, target } = library;
    let check = move |root: &Root| {
        let name = &root.module;
        let message = match stdlib.get(name.as_str()).map(|module| module.kind) {
            Some(ModuleKind::Module) => return None,
            Some(_) if stdlib.get(&format!("{name}.__main__")).is_some() => return None,
            Some(_) => format!("the package '{name}' cannot be run: it has no '{name}.__main__'"),
            None if target.c_module(name.as_str()).is_some() => {
                format!("the C module '{name}' cannot be run")
            }
            None => return Some(library.unknown_module(root)),
        };
        let error = Diagnostic::error(Code::NotRunnable, message);
        Some(error.with_module(name).with_provenance(&root.provenance))
    };
    let in_library = profile.run_modules.iter();
    let in_library = in_library.filter(|root| !is_of_program(&root.module));
    in_library.filter_map(check)
}

/// Reports exclusions that match nothing, except those of built-in profiles, which name modules of all versions.
fn unmatched_exclusions<'a>(
    profile: &'a Profile,
    library: &'a Library<'_>,
) -> impl Iterator<Item = Diagnostic> + 'a {
    let Library { stdlib, target } = library;
    let names = stdlib.modules().keys().chain(target.c_modules());
    let unmatched = profile.exclude.unmatched(names);
    let unmatched = unmatched.filter(|exclusion| !exclusion.provenance.is_built_in());
    unmatched.map(move |exclusion| {
        let pattern = &exclusion.pattern;
        let message = format!("no module of Python {} matches '{pattern}'", target.version);
        let name = pattern.plain_name();
        let name = name.and_then(|name| ModuleName::new(name).ok());
        Diagnostic::warning(Code::UnmatchedExclusion, message)
            .with_help(name.and_then(|name| library.suggest(&name)))
            .with_provenance(&exclusion.provenance)
    })
}
