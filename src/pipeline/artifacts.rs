//! Encodes the artifacts that the profile requests, and caches them.

use std::io;

use packed::InstructionSet;
use rayon::prelude::*;

use super::{PackError, Plan, Reporter, Stage};
use crate::bundle::{Encoding, Entry};
use crate::cache::Cache;
use crate::compile::{BuildPython, read_instruction_set};
use crate::profile::Payload;
use crate::types::Sha256;

/// A compressed artifact of a bundle, not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// The extension of its file name, such as `zip.br`.
    pub extension: String,
    /// The contents.
    pub bytes: Vec<u8>,
}

/// Returns the encodings that `plan` requests: the profile's compression formats, and the deltas. Sources have no packed
/// form.
pub(super) fn requested_encodings(plan: &Plan) -> Vec<Encoding<'_>> {
    let wholes = plan
        .profile
        .output
        .compress
        .iter()
        .copied()
        .map(Encoding::Whole);
    let is_bytecode = plan.profile.payload == Payload::Bytecode;
    let wholes = wholes.filter(|encoding| is_bytecode || !encoding.is_packed());
    let base = plan.delta_from.iter();
    let deltas = base.flat_map(|base| [Encoding::Dcb(base), Encoding::Dcz(base)]);
    wholes.chain(deltas).collect()
}

/// Encodes `zip`, which contains `entries` compiled by `python`, in each of `encodings`, in parallel.
///
/// # Errors
/// When an encoder fails.
pub(super) fn encode_artifacts(
    encodings: &[Encoding<'_>],
    zip: &[u8],
    entries: &[Entry],
    python: Option<&BuildPython>,
    cache: &Cache,
    reporter: &dyn Reporter,
) -> Result<Vec<Artifact>, PackError> {
    let cached: Vec<Option<Vec<u8>>> = encodings
        .iter()
        .map(|encoding| cache.get(key(*encoding, zip)))
        .collect();
    let uncached = cached.iter().filter(|cached| cached.is_none()).count() as u64;
    let mut instructions = InstructionSet::default();
    let needs_instructions = encodings
        .iter()
        .zip(&cached)
        .any(|(encoding, cached)| cached.is_none() && encoding.is_packed());
    if let Some(python) = python.filter(|_| needs_instructions) {
        instructions = read_instruction_set(python)?;
    }
    if uncached > 0 {
        reporter.begin(Stage::Compress, uncached * zip.len() as u64, "bytes");
    }
    let artifacts = encodings.par_iter().zip(cached).map(|(encoding, cached)| {
        let bytes = match cached {
            Some(cached) => cached,
            None => {
                let encoded =
                    encoding.encode(zip, entries, &instructions, &|done| reporter.advance(done))?;
                cache.put(key(*encoding, zip), &encoded);
                encoded
            }
        };
        let extension = encoding.extension().to_owned();
        Ok(Artifact { extension, bytes })
    });
    // Collected before errors are checked, so that all encoders have finished when the stage ends.
    let artifacts: Vec<io::Result<Artifact>> = artifacts.collect();
    if uncached > 0 {
        reporter.end();
    }
    let artifacts: io::Result<Vec<Artifact>> = artifacts.into_iter().collect();
    artifacts.map_err(PackError::Compress)
}

/// Returns the cache key of an artifact: a digest of everything that its bytes depend on.
fn key(encoding: Encoding<'_>, zip: &[u8]) -> Sha256 {
    let program = env!("STDLIB_PACK_BUNDLE").as_bytes();
    Sha256::of_parts([
        program,
        encoding.extension().as_bytes(),
        encoding.dictionary(),
        zip,
    ])
}
