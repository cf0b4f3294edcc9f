//! Requests, and loading their inputs: standard library, build Python, target and app.

use std::path::{Path, PathBuf};
use std::thread;

use super::cpython_build::CpythonBuild;
use super::{PackError, Stage, Timings};
use crate::app::App;
use crate::bundle::SideFiles;
use crate::cache::Cache;
use crate::compile::{BuildPython, CompileError};
use crate::diagnostic::Diagnostic;
use crate::fs::limited;
use crate::manifest::{Manifests, TargetFacts};
use crate::profile::{Profile, check, check_target, is_target_file};
use crate::stdlib::{ModuleKind, Stdlib};
use crate::types::{ByteSize, ModuleName, Version};

/// A request for one bundle.
#[derive(Debug)]
pub struct PackRequest {
    /// The profile, with the command line's changes.
    pub profile: Profile,
    /// The standard library; the build Python's own if none is named.
    pub stdlib: Option<PathBuf>,
    /// The build Python; one from the PATH if none is named.
    pub build_python: Option<String>,
    /// A cross build of CPython, whose library and facts are used.
    pub cpython_build: Option<PathBuf>,
    /// The user's code.
    pub apps: Vec<PathBuf>,
    /// A folder of manifests to use in place of those built in.
    pub manifests: Option<PathBuf>,
    /// The zip that clients have, to make a delta from.
    pub delta_from: Option<PathBuf>,
    /// Side files that are written with the bundle.
    pub side_files: SideFiles,
    /// The cache.
    pub cache: Cache,
    /// Most worker processes at once.
    pub workers: usize,
}

impl PackRequest {
    /// A bundle by this profile alone, with the build Python of the PATH and nothing cached, on every core. The fields
    /// say what else there is to choose.
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            stdlib: None,
            build_python: None,
            cpython_build: None,
            apps: Vec::new(),
            manifests: None,
            delta_from: None,
            side_files: SideFiles::default(),
            cache: Cache::none(),
            workers: available_cores(),
        }
    }
}

/// How many threads run at the same time.
pub fn available_cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The loaded inputs of a bundle, not scanned yet.
pub struct Inputs {
    /// The profile, with the command line's changes.
    pub profile: Profile,
    /// What is known of Python versions and targets.
    pub manifests: Manifests,
    /// The standard library.
    pub stdlib: Stdlib,
    /// Modules of it that the profile puts in.
    pub extra_modules: Vec<ModuleName>,
    /// The build Python, running.
    pub python: BuildPython,
    /// Where the bundle will run.
    pub target: TargetFacts,
    /// The user's code.
    pub apps: Vec<App>,
    /// How large the standard library is, but for what the profile excludes.
    pub stdlib_size: StdlibSize,
    /// The zip that clients have.
    pub delta_from: Option<Vec<u8>>,
    /// Side files that are written with the bundle.
    pub side_files: SideFiles,
    /// The cache.
    pub cache: Cache,
    /// Warnings about the profile.
    pub diagnostics: Vec<Diagnostic>,
}

/// The size of a standard library.
#[derive(Clone, Copy, Debug)]
pub struct StdlibSize {
    /// Number of its modules.
    pub modules: usize,
    /// Their sources.
    pub source_bytes: ByteSize,
}

/// Finds what the request names, and checks that it fits together.
///
/// # Errors
/// When an input is missing or wrong.
pub fn load_inputs(request: &PackRequest, stages: &mut Timings) -> Result<Inputs, PackError> {
    stages.time(Stage::Open, || {
        let mut manifests = match &request.manifests {
            Some(folder) => Manifests::with_folder(folder)?,
            None => Manifests::embedded()?,
        };
        let mut profile = request.profile.clone();
        if is_target_file(&profile.target) {
            profile.target = manifests.add_target_file(Path::new(&profile.target))?;
        }
        check_target(&profile, &manifests).map_err(PackError::Profile)?;
        let build = match &request.cpython_build {
            Some(folder) => Some(CpythonBuild::open(folder, &profile.target, &mut manifests)?),
            None => None,
        };
        let (mut stdlib, python) = open_stdlib_and_python(request, build.as_ref(), &manifests)?;
        if let Some(build) = build {
            // It is available to imports, and not a root.
            stdlib.add(&build.sysconfigdata)?;
        }
        let added = profile
            .extra_modules
            .iter()
            .map(|added| stdlib.add(&added.file));
        let added = added.collect::<Result<Vec<_>, _>>()?;
        let mut target = target_facts(&profile, &manifests, &python)?;
        mark_modules_without_data(&mut target, &stdlib)?;
        let delta_from = request
            .delta_from
            .as_deref()
            .map(read_delta_base)
            .transpose()?;
        let apps = request.apps.iter().map(|path| App::open(path));
        let apps = apps.collect::<Result<Vec<_>, _>>()?;
        let of_app = |name: &ModuleName| apps.iter().any(|app| app.modules.contains_key(name));
        let diagnostics = check(&profile, &stdlib, &target, &of_app);
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Err(PackError::Profile(diagnostics));
        }
        Ok(Inputs {
            apps,
            stdlib_size: stdlib_size(&stdlib, &profile)?,
            profile,
            manifests,
            stdlib,
            extra_modules: added,
            python,
            target,
            delta_from,
            side_files: request.side_files,
            cache: request.cache.clone(),
            diagnostics,
        })
    })
}

/// Finds the standard library and the build Python, and checks that the two fit.
fn open_stdlib_and_python(
    request: &PackRequest,
    build: Option<&CpythonBuild>,
    manifests: &Manifests,
) -> Result<(Stdlib, BuildPython), PackError> {
    let known = || {
        let mut versions = manifests.versions();
        let oldest = versions.next().unwrap_or(Version {
            major: 3,
            minor: 11,
        });
        (oldest, versions.last().unwrap_or(oldest))
    };
    let start = |wanted| BuildPython::start(request.build_python.as_deref(), wanted, known().0);
    let of_build = build.map(|build| build.library.clone());
    Ok(match request.stdlib.clone().or(of_build) {
        Some(path) => {
            let stdlib = Stdlib::open(&path, manifests)?;
            let version = stdlib.version();
            if let Some(version) = version.filter(|version| *version < known().0) {
                return Err(PackError::Version {
                    version,
                    known: known(),
                });
            }
            let python = start(version)?;
            let facts = &python.facts;
            if let Some(version) = version.filter(|version| *version != facts.version) {
                return Err(PackError::Compile(CompileError::VersionMismatch {
                    stdlib: path.display().to_string(),
                    stdlib_version: version,
                    command: python.command.to_string(),
                    version: facts.version,
                    magic: facts.magic,
                }));
            }
            (stdlib, python)
        }
        None => {
            let python = start(None)?;
            let own = || PackError::NoStdlib(python.command.to_string());
            let path = python.facts.stdlib.clone().ok_or_else(own)?;
            (Stdlib::open(&path, manifests)?, python)
        }
    })
}

fn target_facts(
    profile: &Profile,
    manifests: &Manifests,
    python: &BuildPython,
) -> Result<TargetFacts, PackError> {
    let target = check_target(profile, manifests).map_err(PackError::Profile)?;
    let version = python.facts.version;
    if !target.versions.contains(version) {
        let versions = String::from(target.versions.clone());
        return Err(PackError::TargetVersion {
            target: target.name.clone(),
            versions,
            version,
        });
    }
    TargetFacts::new(target, version, manifests, &python.facts.native)
        .ok_or_else(|| PackError::Internal(format!("no manifest for Python {version}")))
}

/// What cannot be imported from this library, since it lacks data files, is as what cannot be imported on the target.
fn mark_modules_without_data(target: &mut TargetFacts, stdlib: &Stdlib) -> Result<(), PackError> {
    for files in &target.data_files {
        let Some(module) = &files.required_by else {
            continue;
        };
        let lacking = files
            .first_missing(stdlib.data())
            .map_err(PackError::Internal)?;
        if let Some(lacking) = lacking {
            let reason = format!(
                "the library has no {}{lacking}, which only an installed Python has",
                files.folder()
            );
            target.import_failures.insert(module.clone(), reason);
        }
    }
    Ok(())
}

/// Reads the zip that clients have.
fn read_delta_base(file: &Path) -> Result<Vec<u8>, PackError> {
    let bad = |problem: String| PackError::Delta {
        file: file.display().to_string(),
        problem,
    };
    let bytes =
        limited::read(file, limited::MAX_DELTA_BASE).map_err(|error| bad(error.to_string()))?;
    if bytes.starts_with(b"PK") {
        Ok(bytes)
    } else {
        Err(bad(
            "not a zip: pass the python3XX.zip that was served before, not a compressed artifact"
                .to_owned(),
        ))
    }
}

fn stdlib_size(stdlib: &Stdlib, profile: &Profile) -> Result<StdlibSize, PackError> {
    let mut size = StdlibSize {
        modules: 0,
        source_bytes: ByteSize(0),
    };
    for (name, module) in stdlib.modules() {
        if module.kind != ModuleKind::Namespace && profile.exclusion_of(name).is_none() {
            size.modules += 1;
            size.source_bytes.0 += stdlib.size(&module.path)?;
        }
    }
    Ok(size)
}
