//! Scans the modules of the library, the app and its dependencies, and provides their summaries to the graph.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::shared_names::share_names;
use super::{Inputs, PackError};
use crate::app::App;
use crate::cache::Cache;
use crate::compile::{BuildPython, scan_with_python};
use crate::dependency::Dependencies;
use crate::embedded::Place;
use crate::graph::ModuleProvider;
use crate::scan::{
    ExtensionModuleStrings, ExtractionBudget, FallbackScanner, GuardId, ModuleSummary, ScanError,
    Scanned, Scope, SourceOrigin, SourceReader, SummaryCache, SummaryStore, scan,
};
use crate::stdlib::{ModuleKind, Stdlib};
use crate::types::{ByteSize, ModuleName, Sha256, unused_name};

/// The kinds of modules, by name.
type Kinds<'a> = HashMap<&'a str, ModuleKind, hashbrown::DefaultHashBuilder>;

impl SourceReader for Stdlib {
    type Error = PackError;
    fn read(&self, path: &str) -> Result<Vec<u8>, PackError> {
        Ok(Stdlib::read(self, path)?)
    }
}

impl SourceReader for Dependencies {
    type Error = PackError;
    fn read(&self, path: &str) -> Result<Vec<u8>, PackError> {
        Ok(Dependencies::read(self, path)?)
    }
}

impl SummaryCache for Cache {
    fn get(&self, source: &[u8], origin: SourceOrigin) -> Option<ModuleSummary> {
        postcard::from_bytes(&self.get(summary_key(source, origin))?).ok()
    }

    fn put(&self, source: &[u8], origin: SourceOrigin, summary: &ModuleSummary) {
        if let Ok(bytes) = postcard::to_stdvec(summary) {
            self.put(summary_key(source, origin), &bytes);
        }
    }
}

/// Returns the cache key of a summary. It includes the digest of the scanner's sources, because another build may
/// serialize summaries differently.
fn summary_key(source: &[u8], origin: SourceOrigin) -> Sha256 {
    let build = env!("STDLIB_PACK_SCAN").as_bytes();
    let kind: &[u8] = match origin {
        SourceOrigin::Library => b"summary",
        SourceOrigin::Dependency => b"summary of a dependency",
        SourceOrigin::App => b"summary of an app",
    };
    Sha256::of_parts([kind, build, source])
}

impl FallbackScanner<PackError> for BuildPython {
    fn scan_with_python(
        &self,
        files: &[(String, Arc<[u8]>)],
        origin: SourceOrigin,
    ) -> Result<Vec<Result<ModuleSummary, ScanError>>, PackError> {
        Ok(scan_with_python(self, files, origin)?)
    }
}

/// The standard library with the summaries of its modules.
pub(super) struct ScannedStdlib<'a> {
    stdlib: &'a Stdlib,
    kinds: Kinds<'a>,
    summaries: SummaryStore<'a, Stdlib>,
}

impl<'a> ScannedStdlib<'a> {
    pub(super) fn new(stdlib: &'a Stdlib, python: &'a BuildPython, cache: &'a Cache) -> Self {
        let files = stdlib
            .modules()
            .iter()
            .filter(|(_, module)| module.kind != ModuleKind::Namespace);
        let paths = files.map(|(name, module)| (name.clone(), module.path.clone()));
        let modules = stdlib.modules().iter();
        Self {
            stdlib,
            kinds: modules.map(|(name, m)| (name.as_str(), m.kind)).collect(),
            summaries: SummaryStore::new(stdlib, SourceOrigin::Library, cache, python, paths),
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
        self.kinds.get(name).copied()
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

/// The dependencies with the summaries of their modules.
pub(super) struct ScannedDependencies<'a> {
    dependencies: &'a Dependencies,
    kinds: Kinds<'a>,
    summaries: SummaryStore<'a, Dependencies>,
    /// The summaries of extension modules.
    extensions: BTreeMap<ModuleName, OnceLock<ModuleSummary>>,
    extraction_budget: Mutex<ExtractionBudget>,
    stdlib: &'a Stdlib,
}

impl<'a> ScannedDependencies<'a> {
    pub(super) fn new(
        dependencies: &'a Dependencies,
        stdlib: &'a Stdlib,
        python: &'a BuildPython,
        cache: &'a Cache,
    ) -> Self {
        let files = dependencies.modules().iter();
        let files = files.filter(|(_, module)| module.kind != ModuleKind::Namespace);
        let (extensions, sources): (Vec<_>, Vec<_>) =
            files.partition(|(_, module)| module.is_extension);
        let paths = sources
            .into_iter()
            .map(|(name, module)| (name.clone(), module.path.clone()));
        let extensions = extensions.into_iter();
        let origin = SourceOrigin::Dependency;
        let summaries = SummaryStore::new(dependencies, origin, cache, python, paths);
        let vendored = dependencies.vendored(|name| stdlib.get(name).is_some());
        let modules = dependencies.modules().iter();
        Self {
            dependencies,
            kinds: modules.map(|(name, m)| (name.as_str(), m.kind)).collect(),
            summaries: summaries.with_completion(move |name, summary| {
                vendored.add_imports(name, summary);
            }),
            extensions: extensions
                .map(|(name, _)| (name.clone(), OnceLock::new()))
                .collect(),
            extraction_budget: Mutex::default(),
            stdlib,
        }
    }

    /// Returns the source of a reached module.
    pub(super) fn source(&self, name: &ModuleName) -> Option<Arc<[u8]>> {
        self.summaries.get(name).map(|module| module.source.clone())
    }

    /// Reads the strings of an extension module, which are empty if it is too large.
    fn scan_extension(&self, name: &ModuleName) -> ModuleSummary {
        let budget = self.extraction_budget.lock();
        let mut budget = budget.unwrap_or_else(PoisonError::into_inner);
        let path = self.dependencies.modules().get(name).map(|m| &*m.path);
        let bytes = path.and_then(|path| self.dependencies.read(path).ok());
        let is_within = |bytes: &Vec<u8>| ByteSize::of(bytes) <= budget.max_file_size();
        let bytes = bytes.filter(is_within).unwrap_or_default();
        let strings = ExtensionModuleStrings::read(&bytes, &mut budget);
        let mut summary = summary_of_compiled(&strings, self.stdlib);
        let modules = self.dependencies.modules().keys();
        let modules = strings.long_names(modules.filter(|module| *module != name));
        let modules = modules.map(|module| module.as_str().into());
        summary.named_modules.extend(modules);
        summary
    }
}

impl ModuleProvider for ScannedDependencies<'_> {
    type Error = PackError;

    fn prepare(&self, names: &[ModuleName]) -> Result<(), PackError> {
        for name in names {
            if let Some(summary) = self.extensions.get(name) {
                summary.get_or_init(|| self.scan_extension(name));
            }
        }
        self.summaries.prepare(names)
    }

    fn kind(&self, name: &str) -> Option<ModuleKind> {
        self.kinds.get(name).copied()
    }

    fn starting_with(&self, stem: &str) -> Vec<String> {
        let from = (Bound::Included(stem), Bound::Unbounded);
        let names = self.dependencies.modules().range::<str, _>(from);
        let names = names.map(|(name, _)| name.to_string());
        names.take_while(|name| name.starts_with(stem)).collect()
    }

    fn summary(&self, name: &ModuleName) -> Option<Result<&ModuleSummary, &ScanError>> {
        if let Some(summary) = self.extensions.get(name) {
            return summary.get().map(Ok);
        }
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
    /// The paths of the extension modules.
    pub(super) compiled: Vec<String>,
    /// The modules that are not part of the program, and only count when it imports them.
    pub(super) excluded: BTreeSet<ModuleName>,
    /// The place of each line of the notebooks.
    pub(super) cells: BTreeMap<ModuleName, Vec<Place>>,
}

/// Returns the dependencies of `inputs`, which are scanned on demand.
pub(super) fn scan_dependencies(inputs: &Inputs) -> ScannedDependencies<'_> {
    let Inputs {
        dependencies,
        stdlib,
        python,
        cache,
        ..
    } = inputs;
    ScannedDependencies::new(dependencies, stdlib, python, cache)
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
            Some(strings) => Scanned::Summary(Box::new(summary_of_compiled(strings, stdlib))),
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
        compiled: Vec::new(),
        excluded: BTreeSet::new(),
        cells: BTreeMap::new(),
    };
    let mut sharing = BTreeSet::new();
    for ((name, file), scanned) in files.into_iter().zip(scanned) {
        let name = unused_name(name, &app.modules);
        let summary = match scanned {
            Scanned::Summary(summary) => Ok(*summary),
            Scanned::Rejected(error) => rescanned.next().unwrap_or(Err(error)),
        };
        let mut summary = summary.unwrap_or_else(|error| {
            app.uncompilable.insert(name.clone(), error);
            empty_summary()
        });
        if let Some(origin) = &file.origin {
            if origin.places.iter().any(|place| place.cell > 0) {
                app.cells.insert(name.clone(), origin.places.clone());
            } else if !origin.places.is_empty() {
                summary.map_lines(|line| line_of(&origin.places, line));
            }
            if !origin.is_importable {
                // The other cells and scripts run whether or not one fails.
                summary.raises.clear();
            }
            if origin.shares_names {
                sharing.insert(name.clone());
            }
        }
        if file.compiled.is_some() {
            app.compiled.push(file.path.clone());
        }
        if file.is_excluded {
            app.excluded.insert(name.clone());
        }
        app.modules.insert(name.clone(), (file.kind, summary));
        app.paths.insert(name, file.path.clone());
    }
    share_names(&mut app.modules, &sharing);
    Ok(app)
}

/// Returns the line in a page or script of a line of its source.
fn line_of(places: &[Place], line: u32) -> u32 {
    let index = usize::try_from(line).unwrap_or(usize::MAX);
    let place = index.checked_sub(1).and_then(|index| places.get(index));
    place.map_or(line, |place| place.line)
}

fn empty_summary() -> ModuleSummary {
    ModuleSummary {
        scopes: vec![Scope::default()],
        ..ModuleSummary::default()
    }
}

/// Returns the summary of an extension module. All that is known of it are the attribute names that it may read, and
/// the library modules that it may import.
fn summary_of_compiled(strings: &ExtensionModuleStrings, stdlib: &Stdlib) -> ModuleSummary {
    let mut summary = empty_summary();
    summary.opaque = true;
    let names = strings.names().filter(|name| !name.contains('.'));
    summary.scopes[0].attribute_names = names.map(|name| (GuardId::ALWAYS, name.into())).collect();
    let modules = strings.modules(stdlib.modules().keys()).into_iter();
    summary.named_modules = modules.map(|module| module.as_str().into()).collect();
    summary.extension = Some(strings.clone());
    summary
}
