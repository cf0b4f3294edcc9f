//! From flags to what they ask for.

use std::thread;

use super::args::SelectionArgs;
use super::error::CliError;
use super::pack::ArtifactArgs;
use crate::bundle::SideFiles;
use crate::cache::Cache;
use crate::pipeline::PackRequest;
use crate::profile::{Budgets, Optimize, Overrides, load};

/// How many threads run at the same time.
pub(super) fn available_cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// What the flags ask for; `forms` has those about files.
pub(super) fn build_request(
    selection: &SelectionArgs,
    forms: Option<&ArtifactArgs>,
    cache: Cache,
) -> Result<PackRequest, CliError> {
    let name = selection.profile.as_deref().unwrap_or_default();
    let mut profile = load(name).map_err(CliError::Profile)?;
    let adds = [&selection.root, &selection.run_module]
        .iter()
        .any(|names| !names.is_empty());
    let chooses =
        selection.closure.is_some() || selection.strip.is_some() || selection.optimize.is_some();
    // A built-in profile's budget is for what it is by itself.
    if profile.files.is_empty() && (adds || chooses || !selection.app.is_empty()) {
        profile.budget = Budgets::default();
    }
    let overrides = Overrides {
        roots: selection.root.clone(),
        run_modules: selection.run_module.clone(),
        exclude: selection.exclude.clone(),
        extra_modules: selection.extra_module.clone(),
        target: selection.target.clone(),
        closure: selection.closure,
        payload: selection.payload,
        strip: selection.strip.clone(),
        compress: forms.and_then(|forms| forms.compress.clone()),
        budget: forms.and_then(|forms| forms.budget),
        optimize: selection
            .optimize
            .and_then(|level| Optimize::try_from(level).ok()),
    };
    let mistakes = overrides.apply(&mut profile);
    if !mistakes.is_empty() {
        return Err(CliError::Profile(mistakes));
    }
    Ok(PackRequest {
        profile,
        stdlib: selection.stdlib.clone(),
        build_python: selection.build_python.clone(),
        cpython_build: selection.cpython_build.clone(),
        delta_from: forms.and_then(|forms| forms.delta_from.clone()),
        apps: selection.app.clone(),
        manifests: selection.manifests.clone(),
        companions: SideFiles::default(),
        cache,
        workers: selection.jobs.map_or_else(available_cores, usize::from),
    })
}
