//! Scans the modules of a source tree on demand and stores their summaries.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::ModuleSummary;
use super::parse::{ScanError, Scanned, scan};
use super::source_origin::SourceOrigin;
use crate::types::ModuleName;

/// A scanned module.
#[derive(Debug)]
pub struct ScannedModule {
    /// The file's bytes.
    pub source: Arc<[u8]>,
    /// The summary, or why the module cannot be compiled.
    pub summary: Result<ModuleSummary, ScanError>,
}

/// Reads a module's source by its path.
pub trait SourceReader: Sync {
    /// The error of a failed read.
    type Error: Send;
    /// Reads the file at `path`.
    fn read(&self, path: &str) -> Result<Vec<u8>, Self::Error>;
}

/// Scans files that [`scan`] rejected, with the Python that they are for.
pub trait FallbackScanner<E> {
    /// Scans `files` (path and source) in one batch, and returns the results in the same order.
    fn scan_with_python(
        &self,
        files: &[(String, Arc<[u8]>)],
        origin: SourceOrigin,
    ) -> Result<Vec<Result<ModuleSummary, ScanError>>, E>;
}

/// A cache of summaries.
pub trait SummaryCache: Sync {
    /// Returns the summary of exactly this source, if it is cached.
    fn get(&self, source: &[u8], origin: SourceOrigin) -> Option<ModuleSummary>;
    /// Stores the summary of a source.
    fn put(&self, source: &[u8], origin: SourceOrigin, summary: &ModuleSummary);
}

/// Adds to the summary of a module what only its name tells.
type Completion = Box<dyn Fn(&ModuleName, &mut ModuleSummary) + Send + Sync>;

/// The modules of a source tree, scanned on demand.
pub struct SummaryStore<'a, R: SourceReader> {
    reader: &'a R,
    origin: SourceOrigin,
    cache: &'a dyn SummaryCache,
    fallback: &'a dyn FallbackScanner<R::Error>,
    slots: BTreeMap<ModuleName, SummarySlot>,
    completion: Option<Completion>,
}

struct SummarySlot {
    path: String,
    scanned: OnceLock<ScannedModule>,
}

impl<'a, R: SourceReader> SummaryStore<'a, R> {
    /// Creates a store of the modules at `paths`, without reading them.
    pub fn new(
        reader: &'a R,
        origin: SourceOrigin,
        cache: &'a dyn SummaryCache,
        fallback: &'a dyn FallbackScanner<R::Error>,
        paths: impl IntoIterator<Item = (ModuleName, String)>,
    ) -> Self {
        let slot = |path| SummarySlot {
            path,
            scanned: OnceLock::new(),
        };
        let slots = paths
            .into_iter()
            .map(|(name, path)| (name, slot(path)))
            .collect();
        Self {
            reader,
            origin,
            cache,
            fallback,
            slots,
            completion: None,
        }
    }

    /// Completes each summary by `completion`.
    #[must_use]
    pub fn with_completion(
        mut self,
        completion: impl Fn(&ModuleName, &mut ModuleSummary) + Send + Sync + 'static,
    ) -> Self {
        self.completion = Some(Box::new(completion));
        self
    }

    /// Reads and scans those of `names` that are not scanned yet, on all cores.
    ///
    /// # Errors
    /// If a file cannot be read, or the fallback scanner fails.
    pub fn prepare(&self, names: &[ModuleName]) -> Result<(), R::Error> {
        let slots = names
            .iter()
            .filter_map(|name| self.slots.get_key_value(name));
        let unscanned: Vec<(&ModuleName, &SummarySlot)> = slots
            .filter(|(_, slot)| slot.scanned.get().is_none())
            .collect();
        let (reader, origin, cache) = (self.reader, self.origin, self.cache);
        let scanned = unscanned.par_iter().map(|(_, slot)| {
            let source = reader.read(&slot.path)?;
            let copy: Arc<[u8]> = Arc::from(source.as_slice());
            let scanned = scan_cached(cache, origin, &copy, source);
            Ok((copy, scanned))
        });
        let mut rejected = Vec::new();
        for ((name, slot), result) in unscanned.iter().zip(scanned.collect::<Vec<_>>()) {
            match result? {
                (source, Scanned::Summary(summary)) => {
                    slot.fill(source, Ok(self.complete(name, *summary)));
                }
                (source, Scanned::Rejected(_)) => rejected.push((*name, *slot, source)),
            }
        }
        if rejected.is_empty() {
            return Ok(());
        }
        let files: Vec<_> = rejected
            .iter()
            .map(|(_, slot, source)| (slot.path.clone(), source.clone()))
            .collect();
        let summaries = self.fallback.scan_with_python(&files, origin)?;
        for ((name, slot, source), summary) in rejected.into_iter().zip(summaries) {
            slot.fill(source, summary.map(|summary| self.complete(name, summary)));
        }
        Ok(())
    }

    fn complete(&self, name: &ModuleName, mut summary: ModuleSummary) -> ModuleSummary {
        if let Some(completion) = &self.completion {
            completion(name, &mut summary);
        }
        summary
    }

    /// Returns a prepared module, or `None` if the store has no such module or it was not prepared.
    pub fn get(&self, name: &ModuleName) -> Option<&ScannedModule> {
        self.slots.get(name)?.scanned.get()
    }
}

impl SummarySlot {
    fn fill(&self, source: Arc<[u8]>, summary: Result<ModuleSummary, ScanError>) {
        // Two threads may have scanned the same file, with the same result.
        let _ = self.scanned.set(ScannedModule { source, summary });
    }
}

/// Scans `source` unless its summary is cached. `copy` has the same bytes.
fn scan_cached(
    cache: &dyn SummaryCache,
    origin: SourceOrigin,
    copy: &[u8],
    source: Vec<u8>,
) -> Scanned {
    if let Some(summary) = cache.get(copy, origin) {
        return Scanned::Summary(Box::new(summary));
    }
    let scanned = scan(source, origin);
    if let Scanned::Summary(summary) = &scanned {
        cache.put(copy, origin, summary);
    }
    scanned
}
