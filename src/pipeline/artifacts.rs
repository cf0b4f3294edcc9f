//! Encodes the artifacts that the profile requests, and caches them.

use std::io;

use packed::InstructionSet;
use rayon::prelude::*;

use super::{PackError, Plan, Reporter, Stage};
use crate::bundle::{Encoding, Entry};
use crate::cache::Cache;
use crate::compile::{BuildPython, read_instruction_set};
use crate::profile::{Compression, Payload};
use crate::types::{Sha256, Tier};

/// A compressed artifact of a bundle, not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// The extension of its file name, such as `zip.br`.
    pub extension: String,
    /// The contents.
    pub bytes: Vec<u8>,
}

/// Returns the bytes of the artifact with this compression, if there is one.
pub(super) fn find_artifact(artifacts: &[Artifact], compression: Compression) -> Option<&[u8]> {
    let extension = Encoding::Whole(compression).extension();
    let artifact = artifacts
        .iter()
        .find(|artifact| artifact.extension == extension);
    artifact.map(|artifact| &artifact.bytes[..])
}

/// Returns the encodings that `plan` requests of the zip of a tier: the profile's compression formats, and the deltas.
/// Sources have no packed form.
pub(super) fn requested_encodings(plan: &Plan, tier: Tier) -> Vec<Encoding<'_>> {
    let base = plan.delta_from.get(&tier);
    let deltas = base
        .into_iter()
        .flat_map(|base| [Encoding::Dcb(base), Encoding::Dcz(base)]);
    whole_encodings(plan).into_iter().chain(deltas).collect()
}

/// Returns the encodings of the zips that no earlier zip is a dictionary for.
pub(super) fn whole_encodings<'a>(plan: &Plan) -> Vec<Encoding<'a>> {
    let wholes = plan
        .profile
        .output
        .compress
        .iter()
        .copied()
        .map(Encoding::Whole);
    let is_bytecode = plan.profile.payload == Payload::Bytecode;
    let wholes = wholes.filter(|encoding| is_bytecode || !encoding.is_packed());
    wholes.collect()
}

/// A zip to encode.
pub(super) struct ZipToEncode<'a> {
    pub(super) zip: &'a [u8],
    /// What it contains.
    pub(super) entries: &'a [Entry],
    pub(super) encodings: Vec<Encoding<'a>>,
}

/// Encodes zips, whose entries `python` has compiled, in parallel. Returns the artifacts of each.
///
/// # Errors
/// When an encoder fails.
pub(super) fn encode_artifacts(
    zips: &[ZipToEncode<'_>],
    python: Option<&BuildPython>,
    cache: &Cache,
    reporter: &dyn Reporter,
) -> Result<Vec<Vec<Artifact>>, PackError> {
    let jobs = zips.iter().flat_map(|zip| {
        let encodings = zip.encodings.iter();
        encodings.map(move |encoding| (zip, *encoding, cache.get(key(*encoding, zip.zip))))
    });
    let jobs: Vec<(&ZipToEncode<'_>, Encoding<'_>, Option<Vec<u8>>)> = jobs.collect();
    let uncached = || jobs.iter().filter(|(.., cached)| cached.is_none());
    let mut instructions = InstructionSet::default();
    let needs_instructions = uncached().any(|(_, encoding, _)| encoding.is_packed());
    if let Some(python) = python.filter(|_| needs_instructions) {
        instructions = read_instruction_set(python)?;
    }
    let bytes: u64 = uncached().map(|(zip, ..)| zip.zip.len() as u64).sum();
    if bytes > 0 {
        reporter.begin(Stage::Compress, bytes, "bytes");
    }
    let artifacts = jobs.into_par_iter().map(|(zip, encoding, cached)| {
        let bytes = match cached {
            Some(cached) => cached,
            None => {
                let advance = |done| reporter.advance(done);
                let encoded = encoding.encode(zip.zip, zip.entries, &instructions, &advance)?;
                cache.put(key(encoding, zip.zip), &encoded);
                encoded
            }
        };
        let extension = encoding.extension().to_owned();
        Ok(Artifact { extension, bytes })
    });
    // Collected before errors are checked, so that all encoders have finished when the stage ends.
    let artifacts: Vec<io::Result<Artifact>> = artifacts.collect();
    if bytes > 0 {
        reporter.end();
    }
    let artifacts: io::Result<Vec<Artifact>> = artifacts.into_iter().collect();
    let mut artifacts = artifacts.map_err(PackError::Compress)?.into_iter();
    let of_zip = |zip: &ZipToEncode<'_>| artifacts.by_ref().take(zip.encodings.len()).collect();
    Ok(zips.iter().map(of_zip).collect())
}

/// Returns the cache key of an artifact: a digest of everything that its bytes depend on.
fn key(encoding: Encoding<'_>, zip: &[u8]) -> Sha256 {
    let program = env!("STDLIB_PACK_BUNDLE").as_bytes();
    Sha256::of_parts([
        program,
        encoding.name().as_bytes(),
        encoding.dictionary(),
        zip,
    ])
}
