//! Checks whether the modules of a zip can be imported with that zip alone, and repacks it for comparison.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::bundle::quick_brotli_size;
use crate::cli::args::InputArgs;
use crate::cli::cache_dir::open_cache;
use crate::cli::error::CliError;
use crate::cli::render::diagnostics::show;
use crate::cli::render::progress::Progress;
use crate::compile::BuildPython;
use crate::diagnostic::Code;
use crate::fs::limited;
use crate::pipeline::{
    Importability, Inputs, PackError, PackRequest, Timings, assemble, build_plan,
    check_importability, compile_plan, load_inputs, load_inputs_with,
};
use crate::profile::{Profile, load_merged};
use crate::stdlib::{ArchiveContents, ArchiveLimits};
use crate::types::{ByteSize, ModuleName, Version};

/// The result of checking a zip.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ImportabilityReport {
    /// The reason for each module in the zip that cannot be imported with it alone.
    pub(crate) unimportable: BTreeMap<ModuleName, String>,
    /// Modules in the zip that were not checked, because Python's library does not have them.
    pub(crate) unrecognized: Vec<ModuleName>,
    /// Modules that an interpreter needs to start and that are missing or unimportable.
    pub(crate) missing_at_startup: Vec<ModuleName>,
    /// The effect of repacking the zip; absent if no interpreter starts with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) repacked: Option<RepackedSize>,
}

/// The size of a zip before and after repacking.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RepackedSize {
    /// The size of the zip, with brotli at quality 9 or as it is, whichever is smaller.
    pub(crate) current: ByteSize,
    /// The size with brotli at quality 9 of a bundle of the same modules, without unimportable ones and those frozen on the target.
    pub(crate) repacked: ByteSize,
    pub(crate) modules: usize,
}

/// A zip to check.
pub(crate) struct Candidate<'a> {
    /// The zip.
    pub(crate) zip: &'a Path,
    /// The locations of the library and a Python of the same version.
    pub(crate) inputs: &'a InputArgs,
    /// Whether the output is JSON, which disables progress bars.
    pub(crate) json: bool,
    pub(crate) contents: &'a ArchiveContents,
    /// The zip's Python version, if known.
    pub(crate) python: Option<Version>,
    /// The target that the zip runs on.
    pub(crate) target: &'a str,
}

/// Checks the modules of a zip by their sources. These are the zip's own or, where it lacks sources or modules that are
/// frozen in the runtime, those of the library that it was made from.
///
/// # Errors
/// If there are no sources or no Python of that version.
pub(crate) fn check_candidate(candidate: &Candidate<'_>) -> Result<ImportabilityReport, CliError> {
    let Candidate {
        zip,
        inputs,
        contents,
        python,
        ..
    } = candidate;
    let has_sources = contents.bytecode == 0 && contents.stubs == 0;
    let zip_library = has_sources.then_some(Some(*zip));
    let libraries = zip_library.into_iter().chain([inputs.stdlib.as_deref()]);
    let versioned = python.map(|version| format!("python{version}"));
    let pythons = match (&inputs.build_python, &versioned) {
        (Some(named), _) => vec![Some(&**named)],
        (None, Some(versioned)) => vec![Some(&**versioned), None],
        (None, None) => vec![None],
    };
    let mut outcome = Err(CliError::Environment("there is no library".to_owned()));
    for library in libraries {
        for build_python in &pythons {
            outcome = candidate.check_with(library, *build_python);
            if outcome.is_ok() {
                return outcome;
            }
        }
    }
    outcome
}

impl ImportabilityReport {
    /// Returns whether all checked modules can be imported, and an interpreter can start.
    pub(crate) fn all_importable(&self) -> bool {
        self.unimportable.is_empty() && self.missing_at_startup.is_empty()
    }
}

impl Candidate<'_> {
    fn check_with(
        &self,
        stdlib: Option<&Path>,
        build_python: Option<&str>,
    ) -> Result<ImportabilityReport, CliError> {
        let request = |missing: &[ModuleName], roots: &[ModuleName]| {
            let mut inputs = self.inputs.paths();
            inputs.stdlib = stdlib.map(Path::to_owned);
            inputs.build_python = build_python.map(str::to_owned);
            let mut request = PackRequest::new(self.profile(missing, roots)?).with_inputs(inputs);
            request.cache = open_cache();
            Ok::<_, CliError>(request)
        };
        let mut timings = Timings::default();
        let progress = Progress::new(self.json);
        let full_request = request(&[], &[])?;
        let full_inputs = progress.during("open", || load_inputs(&full_request, &mut timings))?;
        let build_version = full_inputs.target.version;
        if let Some(python) = self.python.filter(|python| *python != build_version) {
            return Err(CliError::Environment(format!(
                "it is of Python {python}, and the build Python is {build_version}: name one of its version with --build-python"
            )));
        }
        let mut warnings = full_inputs.diagnostics.clone();
        warnings.retain(|warning| warning.code == Code::NewerPython);
        show(&warnings, true);
        let missing = self.missing_modules(&full_inputs);
        let python = full_inputs.python;
        let without_missing = request(&missing, &[])?;
        let inputs_without_missing =
            load_inputs_with(&without_missing, Some(python), &mut timings)?;
        let states = progress.during("scan", || check_importability(&inputs_without_missing))?;
        let mut unimportable = BTreeMap::new();
        let (mut importable, mut unrecognized) = (Vec::new(), Vec::new());
        for name in self.contents.modules.keys() {
            match states.get(name) {
                Some(Importability::Unimportable(why)) => {
                    unimportable.insert(name.clone(), why.clone());
                }
                Some(_) => importable.push(name.clone()),
                None => unrecognized.push(name.clone()),
            }
        }
        // Modules that the zip lacks may be frozen in the runtime. A full library has them all, so they are really
        // missing.
        let is_full_library = stdlib != Some(self.zip);
        let python = inputs_without_missing.python;
        let request = request(&missing, &importable)?;
        let (repacked, problems) = match self.repack(&request, python, &mut timings) {
            Err(CliError::Pack(PackError::Unsatisfiable(problems))) if is_full_library => {
                (None, problems)
            }
            repacked => (Some(repacked?), Vec::new()),
        };
        Ok(ImportabilityReport {
            unimportable,
            unrecognized,
            missing_at_startup: problems.into_iter().map(|problem| problem.module).collect(),
            repacked,
        })
    }

    /// Returns the modules of the library that the zip lacks and that are not frozen on the target.
    fn missing_modules(&self, full_inputs: &Inputs) -> Vec<ModuleName> {
        let modules = &self.contents.modules;
        let ancestors: BTreeSet<ModuleName> =
            modules.keys().flat_map(ModuleName::ancestors).collect();
        let is_missing = |name: &&ModuleName| {
            !modules.contains_key(*name)
                && !full_inputs.target.frozen.contains(*name)
                && !ancestors.contains(*name)
        };
        let library = full_inputs.stdlib.modules().keys();
        library.filter(is_missing).cloned().collect()
    }

    /// Packs the importable modules of the zip, and compares the sizes.
    fn repack(
        &self,
        request: &PackRequest,
        python: BuildPython,
        timings: &mut Timings,
    ) -> Result<RepackedSize, CliError> {
        let progress = Progress::new(self.json);
        let inputs = load_inputs_with(request, Some(python), timings)?;
        let plan = progress.during("scan", || build_plan(inputs, timings))?;
        let compiled = compile_plan(&plan, &request.cache, request.workers, &progress, timings)?;
        let bundle = assemble(&plan, &compiled, &request.cache, &progress, timings)?;
        let limit = ByteSize(ArchiveLimits::default().packed);
        let bytes = limited::read(self.zip, limit)
            .map_err(|error| CliError::Environment(error.to_string()))?;
        let (current, repacked) = progress.during("compress", || {
            rayon::join(
                || quick_brotli_size(&bytes),
                || quick_brotli_size(&bundle.zip),
            )
        });
        Ok(RepackedSize {
            current: current.min(self.contents.packed),
            repacked,
            modules: bundle.totals.modules,
        })
    }

    /// Returns a profile that keeps `roots` and excludes `missing`.
    fn profile(&self, missing: &[ModuleName], roots: &[ModuleName]) -> Result<Profile, CliError> {
        let mut profile = json!({
            "name": "inspected",
            "target": self.target,
            "closure": "import-time",
            "runtime-features": [],
            "payload": if self.contents.bytecode == 0 { "source" } else { "bytecode" },
            "strip": ["docstrings", "columns", "dead-branches"],
            "output": {"compress": []},
        });
        if !missing.is_empty() {
            profile["exclude"] =
                json!([{"modules": missing, "reason": "it is not in this bundle"}]);
        }
        if !roots.is_empty() {
            profile["roots"] = json!(roots);
        }
        load_merged(&profile, "inspect").map_err(CliError::Diagnostics)
    }
}
