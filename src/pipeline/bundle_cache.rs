//! Caches whole bundles.
//!
//! The key of a bundle is a digest of its inputs: this build of the program, the profile, the target, the build Python,
//! the app's files and the names of the library's files. Which library files a bundle depends on is only known after
//! the analysis, so the entry lists the digests of the files that were read, and a look-up compares them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::assemble::read_files;
use super::{Artifact, Bundle, BundleZip, Inputs, PackRequest, Plan};
use crate::app::App;
use crate::bundle::{SideFiles, Totals};
use crate::cache::Cache;
use crate::diagnostic::{Diagnostic, DiagnosticRecord};
use crate::types::{ModuleName, Sha256};

/// The cache entry of the bundle for one request.
pub(super) struct BundleCache<'a> {
    cache: &'a Cache,
    side_files: SideFiles,
    /// `None` if the bundle is not cached: caching is off, or an input has no digest.
    key: Option<Sha256>,
}

/// The header of a cache entry; the zip, the artifacts and the receipt follow.
#[derive(Serialize, Deserialize)]
struct Header {
    /// The digests of the library files that were read, by path.
    reads: BTreeMap<String, Sha256>,
    /// The digests of the files of dependencies that were read, by path.
    dependency_reads: BTreeMap<String, Sha256>,
    /// The digests of the files of each app that were read, other than modules, by path.
    app_reads: Vec<BTreeMap<String, Sha256>>,
    stem: String,
    totals: Totals,
    compiled: usize,
    warnings: Vec<DiagnosticRecord>,
    missing: BTreeMap<ModuleName, String>,
    zip: ZipHeader,
    /// The further zips, with the names of their files without the extension.
    further: Vec<(String, ZipHeader)>,
}

/// The sizes of a zip and its artifacts in bytes.
#[derive(Serialize, Deserialize)]
struct ZipHeader {
    zip: usize,
    /// The extension and the size of each artifact.
    artifacts: Vec<(String, usize)>,
}

impl ZipHeader {
    fn of(zip: &[u8], artifacts: &[Artifact]) -> Self {
        let sizes = artifacts
            .iter()
            .map(|artifact| (artifact.extension.clone(), artifact.bytes.len()));
        Self {
            zip: zip.len(),
            artifacts: sizes.collect(),
        }
    }

    /// Takes the zip and the artifacts from the start of `files`.
    fn take(self, files: &mut &[u8]) -> Option<(Vec<u8>, Vec<Artifact>)> {
        let mut take = |size| {
            let (bytes, rest) = files.split_at_checked(size)?;
            *files = rest;
            Some(bytes.to_vec())
        };
        let zip = take(self.zip)?;
        let artifacts = self.artifacts.into_iter().map(|(extension, size)| {
            let bytes = take(size)?;
            Some(Artifact { extension, bytes })
        });
        Some((zip, artifacts.collect::<Option<_>>()?))
    }
}

impl<'a> BundleCache<'a> {
    pub(super) fn new(request: &'a PackRequest, inputs: &Inputs) -> Self {
        // The key has no digest of a manifest folder (`--manifests`), whose files change while someone edits them.
        let is_cacheable = request.manifests.is_none() && request.cache.is_enabled();
        let key = is_cacheable.then(|| key(request, inputs));
        Self {
            cache: &request.cache,
            side_files: request.side_files,
            key,
        }
    }

    /// Returns the cached bundle, if every library file that it was made from is unchanged.
    pub(super) fn get(&self, inputs: &Inputs) -> Option<Bundle> {
        let Inputs {
            stdlib,
            apps,
            dependencies,
            ..
        } = inputs;
        let entry = self.cache.get(self.key?)?;
        let (size, rest) = entry.split_first_chunk::<8>()?;
        let (header, files) =
            rest.split_at_checked(usize::try_from(u64::from_le_bytes(*size)).ok()?)?;
        let header: Header = serde_json::from_slice(header).ok()?;
        let unchanged = |(path, digest): (&String, &Sha256)| {
            stdlib.digest(path).is_ok_and(|now| now == *digest)
        };
        let unchanged_app_files = |(app, reads): (&App, &BTreeMap<String, Sha256>)| {
            let mut reads = reads.iter();
            reads.all(|(path, digest)| app.read(path).is_ok_and(|now| Sha256::of(&now) == *digest))
        };
        let unchanged_dependency = |(path, digest): (&String, &Sha256)| {
            dependencies.digest(path).is_ok_and(|now| now == *digest)
        };
        if !header.reads.iter().all(unchanged)
            || !header.dependency_reads.iter().all(unchanged_dependency)
            || apps.len() != header.app_reads.len()
            || !apps.iter().zip(&header.app_reads).all(unchanged_app_files)
        {
            return None;
        }
        let mut files = files;
        let (zip, artifacts) = header.zip.take(&mut files)?;
        let mut further = Vec::new();
        for (stem, header) in header.further {
            let (zip, artifacts) = header.take(&mut files)?;
            further.push(BundleZip {
                stem,
                zip,
                artifacts,
            });
        }
        Some(Bundle {
            stem: header.stem,
            zip,
            artifacts,
            receipt: serde_json::from_slice(files).ok()?,
            side_files: self.side_files,
            totals: header.totals,
            compiled: header.compiled,
            cached: header.compiled,
            warnings: header.warnings.into_iter().map(Diagnostic::from).collect(),
            missing: header.missing,
            reads: read_files(
                (stdlib, header.reads.keys()),
                (apps, header.app_reads.iter().flat_map(BTreeMap::keys)),
                (dependencies, header.dependency_reads.keys()),
            ),
            further,
        })
    }

    /// Stores `bundle`, which was made from the files that were read of the libraries of `plan`.
    pub(super) fn put(&self, bundle: &Bundle, plan: &Plan) {
        let Some(key) = self.key else { return };
        let header = Header {
            reads: plan.stdlib.reads(),
            dependency_reads: plan.dependencies.reads(),
            app_reads: plan.apps.iter().map(App::reads).collect(),
            stem: bundle.stem.clone(),
            totals: bundle.totals.clone(),
            compiled: bundle.compiled,
            warnings: bundle.warnings.iter().map(DiagnosticRecord::from).collect(),
            missing: bundle.missing.clone(),
            zip: ZipHeader::of(&bundle.zip, &bundle.artifacts),
            further: bundle
                .further
                .iter()
                .map(|further| {
                    let header = ZipHeader::of(&further.zip, &further.artifacts);
                    (further.stem.clone(), header)
                })
                .collect(),
        };
        let header = serde_json::to_vec(&header);
        let receipt = serde_json::to_vec(&bundle.receipt);
        let (Ok(header), Ok(receipt)) = (header, receipt) else {
            return;
        };
        let size = (header.len() as u64).to_le_bytes();
        let mut entry = [&size, &header[..]].concat();
        let further = bundle.further.iter();
        let further = further.map(|further| (&further.zip, &further.artifacts));
        for (zip, artifacts) in std::iter::once((&bundle.zip, &bundle.artifacts)).chain(further) {
            entry.extend_from_slice(zip);
            for artifact in artifacts {
                entry.extend_from_slice(&artifact.bytes);
            }
        }
        entry.extend_from_slice(&receipt);
        self.cache.put(key, &entry);
    }
}

fn key(request: &PackRequest, inputs: &Inputs) -> Sha256 {
    let settings = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        inputs.side_files,
        inputs.extra_modules,
        inputs.profile,
        inputs.target,
        inputs.stdlib_size,
        inputs.start_recording,
        request.apps,
        request.dependencies,
    );
    let data = inputs.apps.iter().map(|app| format!("{:?}", app.data));
    let data: Vec<String> = data.collect();
    let apps: Vec<Sha256> = inputs.apps.iter().map(|app| app.digest()).collect();
    let listing = inputs.stdlib.listing();
    let dependencies = inputs.dependencies.listing();
    let python = inputs.python.identity(&request.cache);
    let fixed = [
        env!("STDLIB_PACK_PIPELINE").as_bytes(),
        python.as_bytes(),
        settings.as_bytes(),
        listing.as_bytes(),
        dependencies.as_bytes(),
    ];
    let delta_bases = inputs.delta_from.values().map(Vec::as_slice);
    let warnings = inputs.stdlib.warnings.iter().map(String::as_bytes);
    let apps = apps.iter().map(|digest| digest.as_bytes());
    let data = data.iter().map(String::as_bytes);
    Sha256::of_parts(
        fixed
            .into_iter()
            .chain(delta_bases)
            .chain(apps)
            .chain(data)
            .chain(warnings),
    )
}
