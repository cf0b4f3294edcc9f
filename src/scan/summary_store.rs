//! The summaries of many files, computed on demand.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::ModuleSummary;
use super::parse::{ScanError, Scanned, scan};
use super::source_origin::SourceOrigin;
use crate::types::ModuleName;

/// One scanned module: its source, and what is in it.
#[derive(Debug)]
pub struct ScannedModule {
    /// The file's bytes.
    pub source: Arc<[u8]>,
    /// Its summary, or why it cannot be compiled.
    pub summary: Result<ModuleSummary, ScanError>,
}

/// Reads a module's source by its path.
pub trait SourceReader: Sync {
    /// What reading can fail with.
    type Error: Send;
    /// The bytes of the file at `path`.
    fn read(&self, path: &str) -> Result<Vec<u8>, Self::Error>;
}

/// Somebody who can judge files that [`scan`] rejected: the Python they are meant for.
pub trait FallbackScanner<E> {
    /// Judges `files` (path and source), in one batch, in their order.
    fn scan_with_python(
        &self,
        files: &[(String, Arc<[u8]>)],
    ) -> Result<Vec<Result<ModuleSummary, ScanError>>, E>;
}

/// A cache of summaries.
pub trait SummaryCache: Sync {
    /// The summary of that very source, if it was scanned before.
    fn get(&self, source: &[u8]) -> Option<ModuleSummary>;
    /// Keeps the summary of a source.
    fn put(&self, source: &[u8], summary: &ModuleSummary);
}

/// The modules of a tree of sources, scanned on demand.
pub struct SummaryStore<'a, R: SourceReader> {
    reader: &'a R,
    memory: &'a dyn SummaryCache,
    second_opinion: &'a dyn FallbackScanner<R::Error>,
    places: BTreeMap<ModuleName, SummarySlot>,
}

struct SummarySlot {
    path: String,
    text: OnceLock<ScannedModule>,
}

impl<'a, R: SourceReader> SummaryStore<'a, R> {
    /// A library of the modules at `paths`, none of them read yet.
    pub fn new(
        reader: &'a R,
        memory: &'a dyn SummaryCache,
        second_opinion: &'a dyn FallbackScanner<R::Error>,
        paths: impl IntoIterator<Item = (ModuleName, String)>,
    ) -> Self {
        let place = |path| SummarySlot {
            path,
            text: OnceLock::new(),
        };
        let places = paths
            .into_iter()
            .map(|(name, path)| (name, place(path)))
            .collect();
        Self {
            reader,
            memory,
            second_opinion,
            places,
        }
    }

    /// Reads and scans those of `names` that have not been, on every core.
    ///
    /// # Errors
    /// When a file cannot be read, or the second opinion fails.
    pub fn prepare(&self, names: &[ModuleName]) -> Result<(), R::Error> {
        let open = names.iter().filter_map(|name| self.places.get(name));
        let open: Vec<&SummarySlot> = open.filter(|place| place.text.get().is_none()).collect();
        let (reader, memory) = (self.reader, self.memory);
        let scanned = open.par_iter().map(|place| {
            let source = reader.read(&place.path)?;
            let kept: Arc<[u8]> = Arc::from(source.as_slice());
            let scanned = scan_cached(memory, &kept, source);
            Ok((kept, scanned))
        });
        let mut rejected = Vec::new();
        for (place, result) in open.iter().zip(scanned.collect::<Vec<_>>()) {
            match result? {
                (source, Scanned::Summary(summary)) => place.fill(source, Ok(*summary)),
                (source, Scanned::Rejected(_)) => rejected.push((*place, source)),
            }
        }
        if rejected.is_empty() {
            return Ok(());
        }
        let files: Vec<_> = rejected
            .iter()
            .map(|(place, source)| (place.path.clone(), source.clone()))
            .collect();
        let judged = self.second_opinion.scan_with_python(&files)?;
        for ((place, source), summary) in rejected.into_iter().zip(judged) {
            place.fill(source, summary);
        }
        Ok(())
    }

    /// A prepared module; none when the library has no such module or it was not prepared.
    pub fn get(&self, name: &ModuleName) -> Option<&ScannedModule> {
        self.places.get(name)?.text.get()
    }
}

impl SummarySlot {
    fn fill(&self, source: Arc<[u8]>, summary: Result<ModuleSummary, ScanError>) {
        // Two threads may have scanned one file: both have the same answer.
        let _ = self.text.set(ScannedModule { source, summary });
    }
}

/// Scans a source, of which `kept` is a copy, unless it was scanned before.
fn scan_cached(memory: &dyn SummaryCache, kept: &[u8], source: Vec<u8>) -> Scanned {
    if let Some(summary) = memory.get(kept) {
        return Scanned::Summary(Box::new(summary));
    }
    let scanned = scan(source, SourceOrigin::Library);
    if let Scanned::Summary(summary) = &scanned {
        memory.put(kept, summary);
    }
    scanned
}
