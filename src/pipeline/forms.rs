//! The compressed forms that the profile wants, each made once and then remembered.

use std::io;

use rayon::prelude::*;

use super::{Observer, PackError, Plan, Stage};
use crate::bundle::{Entry, FORM_OF_DCB, FORM_OF_DCZ, delta, ending, form};
use crate::compile::Cache;
use crate::profile::Compression;
use crate::types::Sha256;

/// A compressed form of a bundle's zip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The ending of its file's name: `zip.br`.
    pub ending: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What has to be made.
#[derive(Clone, Copy)]
enum Job<'a> {
    Whole(Compression),
    /// For clients that have this zip.
    Delta(&'a [u8]),
}

/// Makes the forms of `zip`, which holds `entries`, on every core.
///
/// # Errors
/// When an encoder fails.
pub(super) fn forms(
    plan: &Plan,
    zip: &[u8],
    entries: &[Entry],
    cache: &Cache,
    observer: &dyn Observer,
) -> Result<Vec<Form>, PackError> {
    let wanted = plan.profile.compress.iter().map(|kind| Job::Whole(*kind));
    let old = plan.delta_from.as_deref().map(Job::Delta);
    let jobs: Vec<Job<'_>> = wanted.chain(old).collect();
    let known: Vec<Option<Vec<u8>>> = jobs.iter().map(|job| cache.get(job.key(zip))).collect();
    let open = || jobs.iter().zip(&known).filter(|(_, known)| known.is_none());
    let work: u64 = open().map(|(job, _)| job.passes() * zip.len() as u64).sum();
    if work > 0 {
        observer.begin(Stage::Compress, work, "bytes");
    }
    let made: Vec<io::Result<Vec<Form>>> = jobs
        .par_iter()
        .zip(known)
        .map(|(job, known)| {
            if let Some(known) = known {
                return Ok(job.named(&known));
            }
            let bytes = job.make(zip, entries, &|done| observer.advance(done))?;
            cache.put(job.key(zip), &bytes);
            Ok(job.named(&bytes))
        })
        .collect();
    if work > 0 {
        observer.end();
    }
    let made: io::Result<Vec<Vec<Form>>> = made.into_iter().collect();
    Ok(made.map_err(PackError::Compress)?.concat())
}

impl Job<'_> {
    /// What the result depends on.
    fn key(self, zip: &[u8]) -> Sha256 {
        let program = env!("STDLIB_PACK_BUILD").as_bytes();
        match self {
            Self::Whole(kind) => Sha256::of_parts([program, ending(kind).as_bytes(), zip]),
            Self::Delta(old) => Sha256::of_parts([program, b"delta", old, zip]),
        }
    }

    /// How often it goes through the zip.
    fn passes(self) -> u64 {
        match self {
            Self::Whole(_) => 1,
            Self::Delta(_) => 2,
        }
    }

    /// The form; or both forms of a delta, behind the length of the first.
    fn make(
        self,
        zip: &[u8],
        entries: &[Entry],
        progress: &(dyn Fn(u64) + Sync),
    ) -> io::Result<Vec<u8>> {
        match self {
            Self::Whole(kind) => form(kind, zip, entries, progress),
            Self::Delta(old) => {
                let delta = delta(zip, old, progress)?;
                let length = (delta.brotli.len() as u64).to_le_bytes();
                Ok([&length[..], &delta.brotli, &delta.zstd].concat())
            }
        }
    }

    fn named(self, bytes: &[u8]) -> Vec<Form> {
        let form = |ending: &str, bytes: &[u8]| Form {
            ending: ending.to_owned(),
            bytes: bytes.to_vec(),
        };
        match self {
            Self::Whole(kind) => vec![form(ending(kind), bytes)],
            Self::Delta(_) => {
                let (length, both) = bytes.split_first_chunk().unwrap_or((&[0; 8], bytes));
                let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or_default();
                let (brotli, zstd) = both.split_at_checked(length).unwrap_or((both, &[]));
                vec![form(FORM_OF_DCB, brotli), form(FORM_OF_DCZ, zstd)]
            }
        }
    }
}
