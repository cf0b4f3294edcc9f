//! Builds and encodes the zip of each tier.

use std::collections::BTreeMap;

use crate::bundle::{Entry, build_zip, entry_path};
use crate::cache::Cache;
use crate::pipeline::artifacts::{Artifact, ZipToEncode, encode_artifacts, requested_encodings};
use crate::pipeline::{PackError, Plan, Reporter};
use crate::profile::Payload;
use crate::types::Tier;

/// The zip of a tier, and what it contains.
pub(in crate::pipeline) struct TierZip {
    pub(in crate::pipeline) tier: Tier,
    pub(in crate::pipeline) zip: Vec<u8>,
    pub(in crate::pipeline) entries: Vec<Entry>,
}

/// Returns the tier of each file of a kept module, by its path in the zip.
pub(in crate::pipeline) fn tiers_of_files(plan: &Plan) -> BTreeMap<String, Tier> {
    let kept = plan.selection.kept.values();
    let tier = |path: &str, tier| (entry_path(path, plan.profile.payload), tier);
    kept.map(|kept| tier(&kept.path, kept.tier)).collect()
}

/// Builds the zip of each tier that has entries, the first one first. Without tiers, there is only the first.
///
/// # Errors
/// If a zip is too large.
pub(in crate::pipeline) fn build_tier_zips(
    entries: Vec<(Tier, Entry)>,
) -> Result<Vec<TierZip>, PackError> {
    let mut by_tier: BTreeMap<Tier, Vec<Entry>> = BTreeMap::from([(Tier::Start, Vec::new())]);
    for (tier, entry) in entries {
        by_tier.entry(tier).or_default().push(entry);
    }
    let build = |(tier, entries): (Tier, Vec<Entry>)| {
        Ok(TierZip {
            tier,
            zip: build_zip(&entries).map_err(PackError::Zip)?,
            entries,
        })
    };
    by_tier.into_iter().map(build).collect()
}

/// Encodes the zips of the tiers in all requested encodings, in parallel.
///
/// # Errors
/// If an encoder fails.
pub(in crate::pipeline) fn encode_tier_zips(
    plan: &Plan,
    zips: &[TierZip],
    cache: &Cache,
    reporter: &dyn Reporter,
) -> Result<Vec<Vec<Artifact>>, PackError> {
    let to_encode = zips.iter().map(|zip| ZipToEncode {
        zip: &zip.zip,
        entries: &zip.entries,
        encodings: requested_encodings(plan, zip.tier),
    });
    let to_encode: Vec<ZipToEncode<'_>> = to_encode.collect();
    let python = (plan.profile.payload == Payload::Bytecode).then_some(&plan.python);
    encode_artifacts(&to_encode, python, cache, reporter)
}
