//! Checks whether the modules of a zip can be imported with it alone, and repacks it for comparison.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::bundle::Encoding;
use crate::cli::args::InputArgs;
use crate::cli::cache_dir::open_cache;
use crate::cli::error::CliError;
use crate::cli::render::progress::Progress;
use crate::fs::limited;
use crate::pipeline::{
    Importability, Inputs, PackError, PackRequest, Timings, assemble, build_plan,
    check_importability, compile_plan, load_inputs,
};
use crate::profile::{Compression, Profile, load_merged};
use crate::stdlib::{ArchiveContents, ArchiveLimits};
use crate::types::{ByteSize, ModuleName, Version};

/// The result of checking a zip.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ImportabilityReport {
    /// Modules in it that cannot be imported with it alone, and why.
    pub(crate) unimportable: BTreeMap<ModuleName, String>,
    /// Modules in it of which nothing is known, since Python's library has none of their names.
    pub(crate) unrecognized: Vec<ModuleName>,
    /// Modules without which no interpreter starts, and that are not there or cannot be imported.
    pub(crate) missing_at_startup: Vec<ModuleName>,
    /// None when no interpreter starts with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) repacked: Option<RepackedSize>,
}

/// What this program would make of it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RepackedSize {
    /// The zip with brotli, or as it is if that is smaller.
    pub(crate) current: ByteSize,
    /// The same modules, but for those that cannot be imported or that the target carries, with brotli.
    pub(crate) repacked: ByteSize,
    pub(crate) modules: usize,
}

/// A zip that is judged.
pub(crate) struct Candidate<'a> {
    /// The zip.
    pub(crate) zip: &'a Path,
    /// Where its library and a Python of its version are.
    pub(crate) inputs: &'a InputArgs,
    /// Without progress bars.
    pub(crate) json: bool,
    pub(crate) contents: &'a ArchiveContents,
    /// The version that it is for, if known.
    pub(crate) python: Option<Version>,
    /// Where it runs.
    pub(crate) target: &'a str,
}

/// Judges the modules of a zip by their sources: its own or, where it has none or leaves out what the runtime carries
/// inside itself, those of the library that it was made from.
///
/// # Errors
/// When there are no sources, or no Python, of that version.
pub(crate) fn check_candidate(candidate: &Candidate<'_>) -> Result<ImportabilityReport, CliError> {
    let Candidate {
        zip,
        inputs,
        contents,
        python,
        ..
    } = candidate;
    let has_sources = contents.bytecode == 0 && contents.stubs == 0;
    let own = has_sources.then_some(Some(*zip));
    let libraries = own.into_iter().chain([inputs.stdlib.as_deref()]);
    let of_version = python.map(|version| format!("python{version}"));
    let pythons = match (&inputs.build_python, &of_version) {
        (Some(named), _) => vec![Some(&**named)],
        (None, Some(of_version)) => vec![Some(&**of_version), None],
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
    /// Whether every module that was checked can be imported.
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
        let mut stages = Timings::default();
        let whole = load_inputs(&request(&[], &[])?, &mut stages)?;
        let found = whole.target.version;
        if let Some(python) = self.python.filter(|python| *python != found) {
            return Err(CliError::Environment(format!(
                "it is of Python {python}, and the build Python is {found}: name one of its version with --build-python"
            )));
        }
        let missing = self.missing_modules(&whole);
        let opened = load_inputs(&request(&missing, &[])?, &mut stages)?;
        let states = check_importability(&opened)?;
        let mut broken = BTreeMap::new();
        let (mut sound, mut unjudged) = (Vec::new(), Vec::new());
        for name in self.contents.modules.keys() {
            match states.get(name) {
                Some(Importability::Unimportable(why)) => {
                    broken.insert(name.clone(), why.clone());
                }
                Some(_) => sound.push(name.clone()),
                None => unjudged.push(name.clone()),
            }
        }
        // What the zip itself lacks may be inside the runtime; what a whole library has does not have to be.
        let is_whole = stdlib != Some(self.zip);
        let (saving, problems) = match self.repack(&request(&missing, &sound)?, &mut stages) {
            Err(CliError::Pack(PackError::Unsatisfiable(problems))) if is_whole => (None, problems),
            saving => (Some(saving?), Vec::new()),
        };
        Ok(ImportabilityReport {
            unimportable: broken,
            unrecognized: unjudged,
            missing_at_startup: problems.into_iter().map(|problem| problem.module).collect(),
            repacked: saving,
        })
    }

    /// What the zip lacks and the library has is missing; but for what the target carries inside itself.
    fn missing_modules(&self, whole: &Inputs) -> Vec<ModuleName> {
        let modules = &self.contents.modules;
        let above: BTreeSet<ModuleName> = modules.keys().flat_map(ModuleName::ancestors).collect();
        let is_missing = |name: &&ModuleName| {
            !modules.contains_key(*name)
                && !whole.target.frozen.contains(*name)
                && !above.contains(*name)
        };
        let library = whole.stdlib.modules().keys();
        library.filter(is_missing).cloned().collect()
    }

    /// Packs what is sound in it.
    fn repack(
        &self,
        request: &PackRequest,
        stages: &mut Timings,
    ) -> Result<RepackedSize, CliError> {
        let progress = Progress::of(false, self.json);
        let plan = build_plan(load_inputs(request, stages)?, stages)?;
        let compiled = compile_plan(&plan, &request.cache, request.workers, &progress, stages)?;
        let bundle = assemble(&plan, &compiled, &request.cache, &progress, stages)?;
        let limit = ByteSize(ArchiveLimits::default().packed);
        let bytes = limited::read(self.zip, limit)
            .map_err(|error| CliError::Environment(error.to_string()))?;
        let brotli = Encoding::Whole(Compression::Brotli).encode(&bytes, &[], &|_| ());
        let brotli = brotli.map_err(|error| PackError::Internal(error.to_string()))?;
        Ok(RepackedSize {
            current: ByteSize::of(&brotli).min(self.contents.packed),
            repacked: bundle.brotli_size().unwrap_or(ByteSize::of(&bundle.zip)),
            modules: bundle.totals.modules,
        })
    }

    /// A profile that keeps `roots` and nothing of `missing`.
    fn profile(&self, missing: &[ModuleName], roots: &[ModuleName]) -> Result<Profile, CliError> {
        let mut written = json!({
            "name": "inspected",
            "target": self.target,
            "closure": "import-time",
            "runtime-features": [],
            "payload": if self.contents.bytecode == 0 { "source" } else { "bytecode" },
            "strip": ["docstrings", "columns", "dead-branches"],
        });
        if !missing.is_empty() {
            written["exclude"] =
                json!([{"modules": missing, "reason": "it is not in this bundle"}]);
        }
        if !roots.is_empty() {
            written["roots"] = json!(roots);
        }
        load_merged(&written, "inspect").map_err(CliError::Diagnostics)
    }
}
