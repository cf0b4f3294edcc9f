//! Scans the modules of the library and the app, and provides their summaries to the graph.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::PackError;
use crate::app::{App, ExtensionModuleStrings};
use crate::cache::Cache;
use crate::compile::{BuildPython, scan_with_python};
use crate::graph::ModuleProvider;
use crate::scan::{
    FallbackScanner, GuardId, ModuleSummary, ScanError, Scanned, Scope, SourceOrigin, SourceReader,
    SummaryCache, SummaryStore, scan,
};
use crate::stdlib::{ModuleKind, Stdlib};
use crate::types::{ModuleName, Sha256, unused_name};

impl SourceReader for Stdlib {
    type Error = PackError;
    fn read(&self, path: &str) -> Result<Vec<u8>, PackError> {
        Ok(Stdlib::read(self, path)?)
    }
}

impl SummaryCache for Cache {
    fn get(&self, source: &[u8]) -> Option<ModuleSummary> {
        postcard::from_bytes(&self.get(summary_key(source))?).ok()
    }

    fn put(&self, source: &[u8], summary: &ModuleSummary) {
        if let Ok(bytes) = postcard::to_stdvec(summary) {
            self.put(summary_key(source), &bytes);
        }
    }
}

/// Returns the cache key of a summary. It includes the digest of the scanner's sources, because another build may
/// serialize summaries differently.
fn summary_key(source: &[u8]) -> Sha256 {
    let build = env!("STDLIB_PACK_SCAN").as_bytes();
    Sha256::of_parts([b"summary", build, source])
}

impl FallbackScanner<PackError> for BuildPython {
    fn scan_with_python(
        &self,
        files: &[(String, Arc<[u8]>)],
    ) -> Result<Vec<Result<ModuleSummary, ScanError>>, PackError> {
        Ok(scan_with_python(self, files, SourceOrigin::Library)?)
    }
}

/// The standard library with the summaries of its modules.
pub(super) struct ScannedStdlib<'a> {
    stdlib: &'a Stdlib,
    summaries: SummaryStore<'a, Stdlib>,
}

impl<'a> ScannedStdlib<'a> {
    pub(super) fn new(stdlib: &'a Stdlib, python: &'a BuildPython, cache: &'a Cache) -> Self {
        let files = stdlib
            .modules()
            .iter()
            .filter(|(_, module)| module.kind != ModuleKind::Namespace);
        let paths = files.map(|(name, module)| (name.clone(), module.path.clone()));
        Self {
            stdlib,
            summaries: SummaryStore::new(stdlib, cache, python, paths),
        }
    }

    /// Returns the source of a reached module.
    pub(super) fn source(&self, name: &ModuleName) -> Option<Arc<[u8]>> {
        self.summaries.get(name).map(|module| module.source.clone())
    }

    /// Returns the paths of the reached modules that do not compile, with their errors.
    pub(super) fn uncompilable(&self) -> impl Iterator<Item = (&str, &ScanError)> {
        let modules = self.stdlib.modules().iter();
        modules.filter_map(|(name, module)| {
            let error = self.summaries.get(name)?.summary.as_ref().err()?;
            Some((module.path.as_str(), error))
        })
    }
}

impl ModuleProvider for ScannedStdlib<'_> {
    type Error = PackError;

    fn prepare(&self, names: &[ModuleName]) -> Result<(), PackError> {
        self.summaries.prepare(names)
    }

    fn kind(&self, name: &str) -> Option<ModuleKind> {
        self.stdlib.get(name).map(|module| module.kind)
    }

    fn starting_with(&self, stem: &str) -> Vec<String> {
        let names = self.stdlib.modules().keys().map(ToString::to_string);
        names.filter(|name| name.starts_with(stem)).collect()
    }

    fn summary(&self, name: &ModuleName) -> Option<Result<&ModuleSummary, &ScanError>> {
        let module = self.summaries.get(name)?;
        Some(module.summary.as_ref())
    }
}

/// The scanned app.
pub(super) struct ScannedApp {
    /// The modules with their summaries.
    pub(super) modules: BTreeMap<ModuleName, (ModuleKind, ModuleSummary)>,
    /// The path of each module's file.
    pub(super) paths: BTreeMap<ModuleName, String>,
    /// The modules that do not compile, with their errors; their summaries are empty.
    pub(super) uncompilable: BTreeMap<ModuleName, ScanError>,
    /// The library modules that an extension module names, each with the path of the first file that names it.
    pub(super) named_in_compiled: BTreeMap<ModuleName, String>,
    /// The paths of the extension modules.
    pub(super) compiled: Vec<String>,
}

/// Scans all files of the apps. The build Python scans the files that Ruff's parser rejects, in one batch.
pub(super) fn scan_apps(
    apps: &[App],
    python: &BuildPython,
    stdlib: &Stdlib,
) -> Result<ScannedApp, PackError> {
    use rayon::prelude::*;

    let files: Vec<_> = apps.iter().flat_map(|app| &app.modules).collect();
    let scanned: Vec<Scanned> = files
        .par_iter()
        .map(|(_, file)| match &file.compiled {
            Some(strings) => Scanned::Summary(Box::new(summary_of_compiled(strings))),
            None => scan(file.source.clone(), SourceOrigin::App),
        })
        .collect();
    let rejected = files.iter().zip(&scanned);
    let rejected = rejected.filter(|(_, scanned)| matches!(scanned, Scanned::Rejected(_)));
    let batch: Vec<(String, Arc<[u8]>)> = rejected
        .map(|((_, file), _)| (file.path.clone(), file.source.as_slice().into()))
        .collect();
    let rescanned = if batch.is_empty() {
        Vec::new()
    } else {
        scan_with_python(python, &batch, SourceOrigin::App)?
    };
    let mut rescanned = rescanned.into_iter();
    let mut app = ScannedApp {
        modules: BTreeMap::new(),
        paths: BTreeMap::new(),
        uncompilable: BTreeMap::new(),
        named_in_compiled: BTreeMap::new(),
        compiled: Vec::new(),
    };
    for ((name, file), scanned) in files.into_iter().zip(scanned) {
        let name = unused_name(name, &app.modules);
        let summary = match scanned {
            Scanned::Summary(summary) => Ok(*summary),
            Scanned::Rejected(error) => rescanned.next().unwrap_or(Err(error)),
        };
        let summary = summary.unwrap_or_else(|error| {
            app.uncompilable.insert(name.clone(), error);
            empty_summary()
        });
        if let Some(strings) = &file.compiled {
            app.compiled.push(file.path.clone());
            for module in strings.modules(stdlib.modules().keys()) {
                let first = app.named_in_compiled.entry(module.clone());
                first.or_insert_with(|| file.path.clone());
            }
        }
        app.modules.insert(name.clone(), (file.kind, summary));
        app.paths.insert(name, file.path.clone());
    }
    Ok(app)
}

fn empty_summary() -> ModuleSummary {
    ModuleSummary {
        scopes: vec![Scope::default()],
        ..ModuleSummary::default()
    }
}

/// Returns the summary of an extension module. All that is known of it are the attribute names that it may read.
fn summary_of_compiled(strings: &ExtensionModuleStrings) -> ModuleSummary {
    let mut summary = empty_summary();
    summary.opaque = true;
    let names = strings.names().filter(|name| !name.contains('.'));
    summary.scopes[0].attribute_names = names.map(|name| (GuardId::ALWAYS, name.into())).collect();
    summary
}
