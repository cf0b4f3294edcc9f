//! From flags to what they ask for.

use std::thread;

use super::args::SelectionArgs;
use super::error::CliError;
use super::pack::ArtifactArgs;
use crate::bundle::SideFiles;
use crate::compile::Cache;
use crate::pipeline::PackRequest;
use crate::profile::{Budgets, Optimize, Overrides, load};

/// How many threads run at the same time.
pub(super) fn available_cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// What the flags ask for; `forms` has those about files.
pub(super) fn build_request(
    what: &SelectionArgs,
    forms: Option<&ArtifactArgs>,
    cache: Cache,
) -> Result<PackRequest, CliError> {
    let name = what.profile.as_deref().unwrap_or_default();
    let mut profile = load(name).map_err(CliError::Profile)?;
    let adds = [&what.root, &what.run_module]
        .iter()
        .any(|names| !names.is_empty());
    let chooses = what.closure.is_some() || what.strip.is_some() || what.optimize.is_some();
    // A built-in profile's budget is for what it is by itself.
    if profile.files.is_empty() && (adds || chooses || !what.app.is_empty()) {
        profile.budget = Budgets::default();
    }
    let overrides = Overrides {
        roots: what.root.clone(),
        run_modules: what.run_module.clone(),
        exclude: what.exclude.clone(),
        extra_modules: what.add.clone(),
        target: what.target.clone(),
        closure: what.closure,
        payload: what.payload,
        strip: what.strip.clone(),
        compress: forms.and_then(|forms| forms.compress.clone()),
        budget: forms.and_then(|forms| forms.budget),
        optimize: what
            .optimize
            .and_then(|level| Optimize::try_from(level).ok()),
    };
    let mistakes = overrides.apply(&mut profile);
    if !mistakes.is_empty() {
        return Err(CliError::Profile(mistakes));
    }
    Ok(PackRequest {
        profile,
        stdlib: what.stdlib.clone(),
        build_python: what.build_python.clone(),
        cpython_build: what.cpython_build.clone(),
        delta_from: forms.and_then(|forms| forms.delta_from.clone()),
        apps: what.app.clone(),
        manifests: what.manifests.clone(),
        companions: SideFiles::default(),
        cache,
        workers: what.jobs.map_or_else(available_cores, usize::from),
    })
}
