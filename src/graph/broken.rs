//! Which modules cannot be imported on the target, derived from what they import.

use std::collections::BTreeMap;

use super::failure::{Cause, Failure};
use super::fold::Folded;
use super::resolve::Resolved;
use super::world::{Modules, World};
use crate::manifest::{BUILD_DATA, Moment};
use crate::scan::{Guard, ImportSite, ModuleSummary, Place};
use crate::types::ModuleName;

/// Which of `modules` cannot be imported on the target, and why.
///
/// # Errors
/// When a source cannot be read.
pub fn broken_among<S: Modules>(
    world: &World<'_, S>,
    modules: &[ModuleName],
) -> Result<BTreeMap<ModuleName, Failure>, S::Error> {
    world.stdlib.prepare(modules)?;
    let mut broken = BTreeMap::new();
    find_broken(world, modules, &mut broken);
    Ok(broken)
}

/// Adds to `broken` those of `modules` that cannot be imported, until there are no more.
pub(super) fn find_broken<S: Modules>(
    world: &World<'_, S>,
    modules: &[ModuleName],
    broken: &mut BTreeMap<ModuleName, Failure>,
) {
    loop {
        let before = broken.len();
        for module in modules {
            if broken.contains_key(module) || world.app.contains_key(module) {
                continue;
            }
            if let Some(failure) = failure(world, module, broken) {
                broken.insert(module.clone(), failure);
            }
        }
        if broken.len() == before {
            return;
        }
    }
}

/// Why `module` cannot be imported, given what is known to be broken so far.
pub(super) fn failure<S: Modules>(
    world: &World<'_, S>,
    module: &ModuleName,
    broken: &BTreeMap<ModuleName, Failure>,
) -> Option<Failure> {
    if let Some(parent) = module.parent()
        && broken.contains_key(&parent)
    {
        return Some(Failure {
            line: 0,
            cause: Cause::Broken(parent),
        });
    }
    if let Some(reason) = world.target.unimportable.get(module) {
        return Some(Failure {
            line: 0,
            cause: Cause::Known(reason.clone()),
        });
    }
    let summary = match world.summary(module)? {
        Ok(summary) => summary,
        Err(reason) => {
            return Some(Failure {
                line: 0,
                cause: Cause::DoesNotCompile(reason),
            });
        }
    };
    let folded = Folded::imported(world, module, summary, broken);
    failing_import(&folded, summary)
        .or_else(|| failing_raise(&folded, summary))
        .or_else(|| without_build_data(world, module))
}

/// `sysconfig` reads a module that only the target's own build writes. Whoever asks it while being
/// imported cannot be imported without that module.
fn without_build_data<S: Modules>(world: &World<'_, S>, module: &ModuleName) -> Option<Failure> {
    let hidden = world.hidden.get(module)?.iter();
    let mut at_import = hidden.filter(|hidden| hidden.at == Moment::Import);
    let data = at_import.find_map(|hidden| {
        let name = hidden.to.iter().find(|name| name.as_str() == BUILD_DATA)?;
        let there = |name: &String| matches!(world.resolve(name), Resolved::Module(..));
        let names = world.called(name);
        (!names.iter().any(there)).then(|| names.into_iter().next())
    })?;
    let name = data.and_then(|name| ModuleName::new(&name).ok());
    let name = name.or_else(|| ModuleName::new("_sysconfigdata_").ok())?;
    let reason = "the build of the target writes it; give it with --add or --cpython-build";
    Some(Failure {
        line: 0,
        cause: Cause::Unavailable(name, reason.to_owned()),
    })
}

/// Why a module of the app cannot be imported. Modules that neither the standard library nor the app
/// has are not held against it: others provide them.
pub fn app_failure<S: Modules>(
    world: &World<'_, S>,
    module: &ModuleName,
    broken: &BTreeMap<ModuleName, Failure>,
) -> Option<Failure> {
    let summary = world.summary(module)?.ok()?;
    let folded = Folded::imported(world, module, summary, broken);
    failing_import(&folded, summary)
}

/// What a module of the app imports in its functions and will not get, with the line; imports in a `try` that
/// survives their failure do not count.
pub fn app_shortcomings<S: Modules>(
    world: &World<'_, S>,
    module: &ModuleName,
    broken: &BTreeMap<ModuleName, Failure>,
) -> Vec<Failure> {
    let Some(Ok(summary)) = world.summary(module) else {
        return Vec::new();
    };
    let folded = Folded::imported(world, module, summary, broken);
    let sites = summary.imports.iter().enumerate();
    let in_functions = sites.filter(|(place, site)| {
        let live = folded.liveness(site.guard, *place);
        site.place != Place::Body && live.is_some_and(|live| !live.optional)
    });
    in_functions
        .filter_map(|(_, site)| failure_of(&folded, site))
        .collect()
}

fn failing_import<S: Modules>(folded: &Folded<'_, S>, summary: &ModuleSummary) -> Option<Failure> {
    let sites = summary.imports.iter().enumerate();
    let mut surely_needed = sites.filter(|(place, site)| {
        let live = folded.liveness(site.guard, *place);
        site.place == Place::Body && live.is_some_and(|live| live.certain && !live.optional)
    });
    surely_needed.find_map(|(_, site)| failure_of(folded, site))
}

/// Why what stands at `site` cannot be imported, if it cannot.
fn failure_of<S: Modules>(folded: &Folded<'_, S>, site: &ImportSite) -> Option<Failure> {
    let of_app = folded.world.app.contains_key(folded.module);
    let targets = folded.world.targets(folded.module, &site.import);
    targets.into_iter().find_map(|(resolved, needed)| {
        let cause = match resolved {
            Resolved::Module(name, _) if needed && folded.broken.contains_key(&name) => {
                Cause::Broken(name)
            }
            Resolved::Unavailable(name, reason) if needed => Cause::Unavailable(name, reason),
            Resolved::Unknown(name) if needed && !of_app => Cause::Unknown(name),
            _ => return None,
        };
        Some(Failure {
            line: site.line,
            cause,
        })
    })
}

fn failing_raise<S: Modules>(folded: &Folded<'_, S>, summary: &ModuleSummary) -> Option<Failure> {
    // Inside the body of a `try`, any error may be one that a handler waits for.
    let caught = |guard| {
        summary
            .guards
            .chain(guard)
            .any(|(_, guard)| matches!(guard, Guard::Body(_)))
    };
    let surely = |guard| {
        folded
            .liveness(guard, usize::MAX)
            .is_some_and(|live| live.certain)
    };
    let site = summary
        .raises
        .iter()
        .find(|site| !caught(site.guard) && surely(site.guard))?;
    Some(Failure {
        line: site.line,
        cause: Cause::Raises,
    })
}
