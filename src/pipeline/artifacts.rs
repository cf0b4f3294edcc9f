//! Encodes the artifacts that the profile asks for, with a cache.

use std::io;

use rayon::prelude::*;

use super::{PackError, Plan, Reporter, Stage};
use crate::bundle::{Encoding, Entry};
use crate::cache::Cache;
use crate::types::Sha256;

/// A compressed artifact of a bundle, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// The ending of its file's name: `zip.br`.
    pub extension: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The encodings that `plan` asks for.
pub(super) fn requested_encodings(plan: &Plan) -> Vec<Encoding<'_>> {
    let wholes = plan.profile.compress.iter().copied().map(Encoding::Whole);
    let old = plan.delta_from.iter();
    let deltas = old.flat_map(|old| [Encoding::Dcb(old), Encoding::Dcz(old)]);
    wholes.chain(deltas).collect()
}

/// Encodes `zip`, which contains `entries`, on every core.
///
/// # Errors
/// When an encoder fails.
pub(super) fn encode_artifacts(
    forms: &[Encoding<'_>],
    zip: &[u8],
    entries: &[Entry],
    cache: &Cache,
    observer: &dyn Reporter,
) -> Result<Vec<Artifact>, PackError> {
    let known: Vec<Option<Vec<u8>>> = forms
        .iter()
        .map(|form| cache.get(key(*form, zip)))
        .collect();
    let open = known.iter().filter(|known| known.is_none()).count() as u64;
    if open > 0 {
        observer.begin(Stage::Compress, open * zip.len() as u64, "bytes");
    }
    let made = forms.par_iter().zip(known).map(|(form, known)| {
        let bytes = match known {
            Some(known) => known,
            None => {
                let made = form.encode(zip, entries, &|done| observer.advance(done))?;
                cache.put(key(*form, zip), &made);
                made
            }
        };
        let ending = form.extension().to_owned();
        Ok(Artifact {
            extension: ending,
            bytes,
        })
    });
    // All have come to an end before the first error is looked at.
    let made: Vec<io::Result<Artifact>> = made.collect();
    if open > 0 {
        observer.end();
    }
    let made: io::Result<Vec<Artifact>> = made.into_iter().collect();
    made.map_err(PackError::Compress)
}

/// The cache key: everything that the bytes of an artifact depend on.
fn key(form: Encoding<'_>, zip: &[u8]) -> Sha256 {
    let program = env!("STDLIB_PACK_BUNDLE").as_bytes();
    Sha256::of_parts([program, form.extension().as_bytes(), form.dictionary(), zip])
}
