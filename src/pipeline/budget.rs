//! Compares the sizes of a bundle's files with the budget.

use super::artifacts::{Artifact, find_artifact};
use super::retained::largest_retained;
use super::tiers::TierZip;
use super::{PackError, Plan, SizeAnalysis};
use crate::bundle::Entry;
use crate::profile::{Budget, Compression};
use crate::types::{ByteSize, ModuleName, Tier};

/// Compares the zip of a tier with its budget. That of the first one is the budget of the bundle.
///
/// # Errors
/// If something is larger than its limit.
pub(super) fn check_tier_budget(
    plan: &Plan,
    stem: &str,
    tier_zip: &TierZip,
    artifacts: &[Artifact],
) -> Result<(), PackError> {
    let budget = match tier_zip.tier {
        Tier::Start => plan.profile.budget.of(plan.profile.payload),
        Tier::Later => plan.profile.budget.later,
        Tier::Rest => plan.profile.budget.rest,
    };
    let modules = plan.selection.kept.iter();
    let modules = modules.filter(|(_, kept)| kept.tier == tier_zip.tier);
    let modules: Vec<_> = modules.map(|(name, kept)| (name, &*kept.path)).collect();
    let stem = tier_zip.tier.stem(stem);
    let checked = ZipToCheck {
        label: if tier_zip.tier == Tier::Start {
            ""
        } else {
            &stem
        },
        zip: &tier_zip.zip,
        artifacts,
        entries: &tier_zip.entries,
    };
    check_budget(plan, budget, &checked, &modules)
}

/// A zip whose size is compared with a budget.
pub(super) struct ZipToCheck<'a> {
    /// The name before the extension in messages; empty for the zip of the library.
    pub(super) label: &'a str,
    pub(super) zip: &'a [u8],
    pub(super) artifacts: &'a [Artifact],
    pub(super) entries: &'a [Entry],
}

/// Compares a zip and its artifacts with a budget. `modules` are the paths of the sources of the modules in it.
///
/// # Errors
/// If something is larger than its limit.
pub(super) fn check_budget(
    plan: &Plan,
    budget: Budget,
    checked: &ZipToCheck<'_>,
    modules: &[(&ModuleName, &str)],
) -> Result<(), PackError> {
    let artifact = |compression| find_artifact(checked.artifacts, compression);
    let limits = [
        ("zip", Some(checked.zip), budget.zip),
        ("zip.br", artifact(Compression::Brotli), budget.brotli),
        (
            "zip.packed.br",
            artifact(Compression::Packed),
            budget.packed,
        ),
    ];
    for (extension, bytes, budget) in limits {
        let sizes = bytes.map(ByteSize::of).zip(budget);
        if let Some((size, budget)) = sizes.filter(|(size, budget)| size > budget) {
            let sizes = SizeAnalysis::new(plan, modules, checked.entries, size);
            return Err(PackError::Budget {
                artifact: match (checked.label, extension) {
                    ("", "zip") => "the zip".to_owned(),
                    ("", extension) => format!("the .{extension}"),
                    (stem, extension) => format!("{stem}.{extension}"),
                },
                size,
                budget,
                largest: largest_retained(modules.iter().map(|(name, _)| *name), &sizes),
            });
        }
    }
    Ok(())
}
