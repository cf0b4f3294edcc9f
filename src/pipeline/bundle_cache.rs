//! The cache of whole bundles.
//!
//! A bundle is known again by everything that decided it: this build of the program, the profile,
//! the target, the build Python, the app's files, the names of the library's files, and the
//! contents of those that were read. The names of the files that were read are not known before
//! the work is done, so they are kept with the bundle and looked at when it is recalled.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::assemble::read_files;
use super::{Artifact, Bundle, Inputs, PackRequest};
use crate::app::App;
use crate::bundle::{SideFiles, Totals};
use crate::cache::Cache;
use crate::diagnostic::{Diagnostic, DiagnosticRecord};
use crate::stdlib::Stdlib;
use crate::types::{ModuleName, Sha256};

/// The place in the cache of the bundle that a request leads to.
pub(super) struct BundleCache<'a> {
    cache: &'a Cache,
    side_files: SideFiles,
    /// None when something decides that has no digest.
    key: Option<Sha256>,
}

/// What is kept before the bytes of the files themselves.
#[derive(Serialize, Deserialize)]
struct Header {
    /// Files of the library that were read.
    reads: BTreeMap<String, Sha256>,
    stem: String,
    totals: Totals,
    compiled: usize,
    warnings: Vec<DiagnosticRecord>,
    missing: BTreeMap<ModuleName, String>,
    /// Sizes of the files that follow.
    zip: usize,
    forms: Vec<(String, usize)>,
}

impl<'a> BundleCache<'a> {
    pub(super) fn new(request: &'a PackRequest, opened: &Inputs) -> Self {
        // Manifests of the user's own are for trying things out.
        let is_known = request.manifests.is_none() && request.cache.is_enabled();
        let key = is_known.then(|| key(request, opened));
        Self {
            cache: &request.cache,
            side_files: request.side_files,
            key,
        }
    }

    /// The bundle, if it was made before of the very same files.
    pub(super) fn get(&self, stdlib: &Stdlib, apps: &[App]) -> Option<Bundle> {
        let entry = self.cache.get(self.key?)?;
        let (size, rest) = entry.split_first_chunk::<8>()?;
        let (header, files) =
            rest.split_at_checked(usize::try_from(u64::from_le_bytes(*size)).ok()?)?;
        let header: Header = serde_json::from_slice(header).ok()?;
        let unchanged = |(path, digest): (&String, &Sha256)| {
            stdlib.digest(path).is_ok_and(|now| now == *digest)
        };
        if !header.reads.iter().all(unchanged) {
            return None;
        }
        let (zip, mut files) = files.split_at_checked(header.zip)?;
        let mut forms = Vec::new();
        for (ending, size) in header.forms {
            let (bytes, rest) = files.split_at_checked(size)?;
            let bytes = bytes.to_vec();
            forms.push(Artifact {
                extension: ending,
                bytes,
            });
            files = rest;
        }
        Some(Bundle {
            stem: header.stem,
            zip: zip.to_vec(),
            artifacts: forms,
            receipt: serde_json::from_slice(files).ok()?,
            side_files: self.side_files,
            totals: header.totals,
            compiled: header.compiled,
            cached: header.compiled,
            warnings: header.warnings.into_iter().map(Diagnostic::from).collect(),
            missing: header.missing,
            reads: read_files(stdlib, apps, header.reads.keys()),
        })
    }

    /// Keeps `bundle`, made of what was read of `stdlib`.
    pub(super) fn put(&self, bundle: &Bundle, stdlib: &Stdlib) {
        let Some(key) = self.key else { return };
        let header = Header {
            reads: stdlib.reads(),
            stem: bundle.stem.clone(),
            totals: bundle.totals.clone(),
            compiled: bundle.compiled,
            warnings: bundle.warnings.iter().map(DiagnosticRecord::from).collect(),
            missing: bundle.missing.clone(),
            zip: bundle.zip.len(),
            forms: bundle
                .artifacts
                .iter()
                .map(|form| (form.extension.clone(), form.bytes.len()))
                .collect(),
        };
        let header = serde_json::to_vec(&header);
        let receipt = serde_json::to_vec(&bundle.receipt);
        let (Ok(header), Ok(receipt)) = (header, receipt) else {
            return;
        };
        let size = (header.len() as u64).to_le_bytes();
        let mut entry = [&size, &header[..], &bundle.zip].concat();
        for form in &bundle.artifacts {
            entry.extend_from_slice(&form.bytes);
        }
        entry.extend_from_slice(&receipt);
        self.cache.put(key, &entry);
    }
}

fn key(request: &PackRequest, opened: &Inputs) -> Sha256 {
    let chosen = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?}",
        opened.side_files,
        opened.extra_modules,
        opened.profile,
        opened.target,
        opened.stdlib_size,
        request.apps,
    );
    let apps: Vec<Sha256> = opened.apps.iter().map(|app| app.digest()).collect();
    let listing = opened.stdlib.listing();
    let python = opened.python.identity(&request.cache);
    let fixed = [
        env!("STDLIB_PACK_PIPELINE").as_bytes(),
        python.as_bytes(),
        chosen.as_bytes(),
        listing.as_bytes(),
        opened.delta_from.as_deref().unwrap_or_default(),
    ];
    let warnings = opened.stdlib.warnings.iter().map(String::as_bytes);
    let apps = apps.iter().map(|digest| digest.as_bytes());
    Sha256::of_parts(fixed.into_iter().chain(apps).chain(warnings))
}
