//! Whether what is in a zip can be imported with it alone, and what this program would make of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::cache::cache_if_any;
use super::error::CliError;
use super::inspect::InspectArguments;
use super::progress::Progress;
use super::request::available_cores;
use crate::bundle::{Companions, Form};
use crate::input;
use crate::pipeline::{
    Availability, Opened, PackError, Request, Stages, availability, compile, finish, open, plan,
};
use crate::profile::{Compression, Profile, load_merged};
use crate::stdlib::{Contents, Limits};
use crate::types::{ByteSize, ModuleName, Version};

/// What is broken in a zip, and what it could be.
#[derive(Serialize, JsonSchema)]
pub(super) struct Proof {
    /// Modules in it that cannot be imported with it alone, and why.
    pub(super) broken: BTreeMap<ModuleName, String>,
    /// Modules in it of which nothing is known, since Python's library has none of their names.
    pub(super) unjudged: Vec<ModuleName>,
    /// Modules without which no interpreter starts, and that are not there or cannot be imported.
    pub(super) needed_to_start: Vec<ModuleName>,
    /// None when no interpreter starts with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) saving: Option<Saving>,
}

/// What this program would make of it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Saving {
    /// The zip with brotli, or as it is if that is smaller.
    pub(super) as_it_is: ByteSize,
    /// The same modules, but for those that cannot be imported or that the target carries, with brotli.
    pub(super) packed_again: ByteSize,
    pub(super) modules: usize,
}

/// A zip that is judged.
pub(super) struct Judged<'a> {
    pub(super) arguments: &'a InspectArguments,
    pub(super) contents: &'a Contents,
    /// The version that it is for, as far as it can be told.
    pub(super) python: Option<Version>,
    /// Where it runs.
    pub(super) target: &'a str,
}

/// Judges the modules of a zip by their sources: its own or, where it has none or leaves out what the runtime carries
/// inside itself, those of the library that it was made from.
///
/// # Errors
/// When there are no sources, or no Python, of that version.
pub(super) fn prove(zip: &Judged<'_>) -> Result<Proof, CliError> {
    let Judged {
        arguments,
        contents,
        python,
        ..
    } = zip;
    let has_sources = contents.bytecode == 0 && contents.stubs == 0;
    let own = has_sources.then_some(Some(&*arguments.zip));
    let libraries = own.into_iter().chain([arguments.stdlib.as_deref()]);
    let of_version = python.map(|version| format!("python{version}"));
    let pythons = match (&arguments.build_python, &of_version) {
        (Some(named), _) => vec![Some(&**named)],
        (None, Some(of_version)) => vec![Some(&**of_version), None],
        (None, None) => vec![None],
    };
    let mut outcome = Err(CliError::Environment("there is no library".to_owned()));
    for library in libraries {
        for build_python in &pythons {
            outcome = zip.judge(library, *build_python);
            if outcome.is_ok() {
                return outcome;
            }
        }
    }
    outcome
}

impl Proof {
    /// Whether nothing in it is broken, as far as it was judged.
    pub(super) fn is_sound(&self) -> bool {
        self.broken.is_empty() && self.needed_to_start.is_empty()
    }
}

impl Judged<'_> {
    fn judge(&self, stdlib: Option<&Path>, build_python: Option<&str>) -> Result<Proof, CliError> {
        let request = |missing: &[ModuleName], roots: &[ModuleName]| {
            Ok::<_, CliError>(Request {
                profile: self.profile(missing, roots)?,
                stdlib: stdlib.map(Path::to_owned),
                build_python: build_python.map(str::to_owned),
                cpython_build: None,
                apps: Vec::new(),
                manifests: None,
                delta_from: None,
                companions: Companions::default(),
                cache: cache_if_any(),
                workers: available_cores(),
            })
        };
        let mut stages = Stages::default();
        let whole = open(&request(&[], &[])?, &mut stages)?;
        let found = whole.target.version;
        if let Some(python) = self.python.filter(|python| *python != found) {
            return Err(CliError::Environment(format!(
                "it is of Python {python}, and the build Python is {found}: name one of its version with --build-python"
            )));
        }
        let missing = self.missing(&whole);
        let opened = open(&request(&missing, &[])?, &mut stages)?;
        let states = availability(&opened)?;
        let mut broken = BTreeMap::new();
        let (mut sound, mut unjudged) = (Vec::new(), Vec::new());
        for name in self.contents.modules.keys() {
            match states.get(name) {
                Some(Availability::Broken(why)) => {
                    broken.insert(name.clone(), why.clone());
                }
                Some(_) => sound.push(name.clone()),
                None => unjudged.push(name.clone()),
            }
        }
        // What the zip itself lacks may be inside the runtime; what a whole library has does not have to be.
        let is_whole = stdlib != Some(&*self.arguments.zip);
        let (saving, problems) = match self.saving(&request(&missing, &sound)?, &mut stages) {
            Err(CliError::Pack(PackError::Broken(problems))) if is_whole => (None, problems),
            saving => (Some(saving?), Vec::new()),
        };
        Ok(Proof {
            broken,
            unjudged,
            needed_to_start: problems.into_iter().map(|problem| problem.module).collect(),
            saving,
        })
    }

    /// What the zip lacks and the library has is missing; but for what the target carries inside itself.
    fn missing(&self, whole: &Opened) -> Vec<ModuleName> {
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
    fn saving(&self, request: &Request, stages: &mut Stages) -> Result<Saving, CliError> {
        let progress = Progress::new(false, self.arguments.json);
        let plan = plan(open(request, stages)?, stages)?;
        let compiled = compile(&plan, &request.cache, request.workers, &progress, stages)?;
        let bundle = finish(&plan, &compiled, &request.cache, &progress, stages)?;
        let limit = ByteSize(Limits::default().packed);
        let bytes = input::read(&self.arguments.zip, limit)
            .map_err(|error| CliError::Environment(error.to_string()))?;
        let brotli = Form::Whole(Compression::Brotli).make(&bytes, &[], &|_| ());
        let brotli = brotli.map_err(|error| PackError::Internal(error.to_string()))?;
        Ok(Saving {
            as_it_is: ByteSize::of(&brotli).min(self.contents.packed),
            packed_again: bundle.brotli_size().unwrap_or(ByteSize::of(&bundle.zip)),
            modules: bundle.totals.modules,
        })
    }

    /// A profile that keeps `roots` and nothing of `missing`.
    fn profile(&self, missing: &[ModuleName], roots: &[ModuleName]) -> Result<Profile, CliError> {
        let mut written = json!({
            "name": "inspected",
            "target": self.target,
            "closure": "import-time",
            "robustness": [],
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
        load_merged(&written, "inspect").map_err(CliError::Profile)
    }
}
