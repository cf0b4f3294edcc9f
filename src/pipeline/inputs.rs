//! Pack requests, and loading their inputs: the standard library, the build Python, the target and the app.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;

use super::cpython_build::CpythonBuild;
use super::{PackError, Stage, Timings};
use crate::app::{App, AppExclusions};
use crate::bundle::SideFiles;
use crate::cache::Cache;
use crate::compile::{BuildPython, CompileError};
use crate::dependency::Dependencies;
use crate::diagnostic::{Code, Diagnostic};
use crate::fs::limited;
use crate::manifest::{Manifests, TargetFacts};
use crate::probe::from_sysconfigdata;
use crate::profile::{Profile, StartTier, check, check_target, is_target_file};
use crate::recording::{RecordingError, RecordingFile};
use crate::stdlib::{ModuleKind, Stdlib};
use crate::types::{ByteSize, ModuleName, Tier, Version};

/// A request for one bundle.
#[derive(Debug)]
pub struct PackRequest {
    /// The profile, with the overrides applied.
    pub profile: Profile,
    /// The standard library; by default that of the build Python.
    pub stdlib: Option<PathBuf>,
    /// The build Python; by default one from the `PATH`.
    pub build_python: Option<String>,
    /// A cross build of CPython that provides the library and the target facts.
    pub cpython_build: Option<PathBuf>,
    /// The paths of the app: files, folders, wheels or zips.
    pub apps: Vec<PathBuf>,
    /// The paths of the dependencies: wheels, zips, packages or folders of packages.
    pub dependencies: Vec<PathBuf>,
    /// A folder of manifests that replaces the embedded ones.
    pub manifests: Option<PathBuf>,
    /// An earlier zip that clients have: the base of the deltas. Those of the further tiers lie beside it.
    pub delta_from: Option<PathBuf>,
    /// The recordings that the bundle is checked against.
    pub check_against: Vec<PathBuf>,
    /// The side files to write with the bundle.
    pub side_files: SideFiles,
    /// The cache on disk.
    pub cache: Cache,
    /// The maximum number of worker processes.
    pub workers: usize,
}

impl PackRequest {
    /// Returns a request for a bundle of `profile`, without an app or a cache. It uses the build Python from the `PATH`
    /// and one worker per core.
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            stdlib: None,
            build_python: None,
            cpython_build: None,
            apps: Vec::new(),
            dependencies: Vec::new(),
            manifests: None,
            delta_from: None,
            check_against: Vec::new(),
            side_files: SideFiles::default(),
            cache: Cache::disabled(),
            workers: available_cores(),
        }
    }
}

impl PackRequest {
    /// Returns the paths of the earlier zips that deltas are made from, by tier: the one that the request names, and
    /// those of further tiers beside it.
    pub fn delta_bases(&self) -> BTreeMap<Tier, PathBuf> {
        let Some(zip) = &self.delta_from else {
            return BTreeMap::new();
        };
        let mut bases = BTreeMap::from([(Tier::Start, zip.clone())]);
        let stem = zip.file_stem().unwrap_or_default().to_string_lossy();
        for tier in Tier::FURTHER
            .iter()
            .filter(|_| self.profile.tiers.is_some())
        {
            let further = zip.with_file_name(format!("{}.zip", tier.stem(&stem)));
            if further.is_file() {
                bases.insert(*tier, further);
            }
        }
        bases
    }
}

/// Returns the number of threads that can run in parallel, or 1 if it is unknown.
pub fn available_cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The loaded inputs of a bundle, not scanned yet.
pub struct Inputs {
    /// The profile, with the overrides applied.
    pub profile: Profile,
    /// The facts about Python versions and targets.
    pub manifests: Manifests,
    /// The standard library.
    pub stdlib: Stdlib,
    /// The modules that the profile adds to the standard library.
    pub extra_modules: Vec<ModuleName>,
    /// The build Python, running.
    pub python: BuildPython,
    /// The target that the bundle runs on.
    pub target: TargetFacts,
    /// The app.
    pub apps: Vec<App>,
    /// The dependencies of the app.
    pub dependencies: Dependencies,
    /// The size of the standard library without the modules that the profile excludes.
    pub stdlib_size: StdlibSize,
    /// The earlier zips that clients have, by tier: the bases of the deltas.
    pub delta_from: BTreeMap<Tier, Vec<u8>>,
    /// The recording whose modules the tier `start` has, if the profile names one.
    pub start_recording: Option<RecordingFile>,
    /// The recordings that the bundle is checked against, with that one.
    pub recordings: Vec<RecordingFile>,
    /// The side files to write with the bundle.
    pub side_files: SideFiles,
    /// The cache on disk.
    pub cache: Cache,
    /// Warnings about the profile.
    pub diagnostics: Vec<Diagnostic>,
}

/// The size of a standard library.
#[derive(Clone, Copy, Debug)]
pub struct StdlibSize {
    /// The number of modules, without namespace packages.
    pub modules: usize,
    /// The total size of their sources.
    pub source_bytes: ByteSize,
}

/// Opens the inputs of a request, and checks that they fit together.
///
/// # Errors
/// When an input is missing or invalid, or does not fit the others.
pub fn load_inputs(request: &PackRequest, timings: &mut Timings) -> Result<Inputs, PackError> {
    load_inputs_with(request, None, timings)
}

/// Opens the inputs of a request like [`load_inputs`], with the build Python that is already running, if there is one.
///
/// # Errors
/// Those of [`load_inputs`].
pub fn load_inputs_with(
    request: &PackRequest,
    running: Option<BuildPython>,
    timings: &mut Timings,
) -> Result<Inputs, PackError> {
    timings.time(Stage::Open, || {
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
        let (mut stdlib, python) =
            open_stdlib_and_python(request, running, build.as_ref(), &manifests)?;
        if let Some(build) = build {
            // Imports may find it, but it is not a root.
            stdlib.add(&build.sysconfigdata)?;
        }
        let extra_modules = profile
            .extra_modules
            .iter()
            .map(|extra_module| stdlib.add(&extra_module.file));
        let extra_modules = extra_modules.collect::<Result<Vec<_>, _>>()?;
        let mut target = target_facts(&profile, &manifests, &python)?;
        mark_modules_without_data(&mut target, &stdlib)?;
        for extra_module in &profile.extra_modules {
            mark_modules_not_built(&mut target, &extra_module.file, &manifests);
        }
        let mut delta_from = BTreeMap::new();
        for (tier, zip) in request.delta_bases() {
            delta_from.insert(tier, read_delta_base(&zip)?);
        }
        let recordings = request.check_against.iter();
        let recordings = recordings.map(|path| RecordingFile::read(path));
        let mut recordings = recordings.collect::<Result<Vec<_>, _>>()?;
        let start_recording = read_start_recording(&mut profile)?;
        recordings.extend(start_recording.clone());
        let exclusions = AppExclusions::new(&profile.app_exclude).map_err(|reason| {
            PackError::Profile(vec![Diagnostic::error(Code::InvalidPattern, reason)])
        })?;
        let apps = request.apps.iter();
        let loads_extension = |name: &str| target.loads_extension(name);
        let apps = apps.map(|path| App::open(path, &exclusions, &loads_extension));
        let apps = apps.collect::<Result<Vec<_>, _>>()?;
        // The folder of a script is the first entry of `sys.path`.
        let mut dependencies = Dependencies::default();
        for packages in apps.iter().filter_map(|app| app.installed.as_ref()) {
            dependencies.add_installed(&packages.path, &packages.files, &loads_extension)?;
        }
        dependencies.add_all(&request.dependencies, &loads_extension)?;
        let has_program =
            !(apps.is_empty() && profile.entry_points.is_empty() && profile.run_modules.is_empty());
        if !request.dependencies.is_empty() && !has_program {
            let message = "nothing imports the dependencies";
            let help = "name your program with --app, or a function of a dependency with --entry";
            let error = Diagnostic::error(Code::InvalidArgument, message.to_owned());
            return Err(PackError::Profile(vec![error.with_help(help.to_owned())]));
        }
        if profile.output.app && !has_program {
            let message = "there is nothing to pack into app.zip";
            let help = "name your program with --app, or a function of a dependency with --entry";
            let error = Diagnostic::error(Code::InvalidArgument, message.to_owned());
            return Err(PackError::Profile(vec![error.with_help(help.to_owned())]));
        }
        let is_of_program = |name: &ModuleName| {
            dependencies.modules().contains_key(name)
                || apps.iter().any(|app| app.modules.contains_key(name))
        };
        let mut diagnostics = check(&profile, &stdlib, &target, &is_of_program);
        diagnostics.extend(manifests.newer_python_warning(target.version));
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Err(PackError::Profile(diagnostics));
        }
        Ok(Inputs {
            apps,
            dependencies,
            stdlib_size: stdlib_size(&stdlib, &profile)?,
            profile,
            manifests,
            stdlib,
            extra_modules,
            python,
            target,
            delta_from,
            start_recording,
            recordings,
            side_files: request.side_files,
            cache: request.cache.clone(),
            diagnostics,
        })
    })
}

/// Reads the recording that the tier `start` is made from. The profile keeps its name alone: a path would make the receipt
/// depend on where the file is.
fn read_start_recording(profile: &mut Profile) -> Result<Option<RecordingFile>, RecordingError> {
    let start = profile.tiers.as_mut().map(|tiers| &mut tiers.start);
    let Some(StartTier::Recorded(path)) = start else {
        return Ok(None);
    };
    let file = RecordingFile::read(path)?;
    *path = path.file_name().map_or_else(PathBuf::new, PathBuf::from);
    Ok(Some(file))
}

/// Opens the standard library, starts the build Python, and checks that their versions match.
fn open_stdlib_and_python(
    request: &PackRequest,
    running: Option<BuildPython>,
    build: Option<&CpythonBuild>,
    manifests: &Manifests,
) -> Result<(Stdlib, BuildPython), PackError> {
    let versions: Vec<Version> = manifests.versions().collect();
    let supported_versions = || {
        let oldest = versions.first().copied().unwrap_or(Version {
            major: 3,
            minor: 11,
        });
        (oldest, versions.last().copied().unwrap_or(oldest))
    };
    let mut running = running;
    let mut start = |wanted| {
        if let Some(python) = running.take() {
            return Ok(python);
        }
        let command = request.build_python.as_deref();
        BuildPython::start(command, wanted, &versions, &request.cache)
    };
    let build_library = build.map(|build| build.library.clone());
    Ok(match request.stdlib.clone().or(build_library) {
        Some(path) => {
            let stdlib = Stdlib::open(&path, manifests)?;
            let version = stdlib.version();
            if let Some(version) = version.filter(|version| *version < supported_versions().0) {
                return Err(PackError::Version {
                    version,
                    supported: supported_versions(),
                });
            }
            let python = start(version)?;
            let facts = &python.facts;
            if let Some(version) = version.filter(|_| !stdlib.may_be_of(facts.version, manifests)) {
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
            let no_stdlib = || PackError::NoStdlib(python.command.to_string());
            let path = python.facts.stdlib.clone().ok_or_else(no_stdlib)?;
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

/// Adds an import failure to `target` for each module whose required data files are missing from the library.
fn mark_modules_without_data(target: &mut TargetFacts, stdlib: &Stdlib) -> Result<(), PackError> {
    for files in &target.data_files {
        let Some(module) = &files.required_by else {
            continue;
        };
        let missing_file = files
            .first_missing(stdlib.data())
            .map_err(PackError::Internal)?;
        if let Some(missing_file) = missing_file {
            let reason = format!(
                "the library has no {}{missing_file}, which only an installed Python has",
                files.folder()
            );
            target.import_failures.insert(module.clone(), reason);
        }
    }
    Ok(())
}

/// Marks C modules as missing that a build lacks, if `file` is the `_sysconfigdata_…` module that it
/// generated and not a stand-in. Pyodide links modules by its own rules.
fn mark_modules_not_built(target: &mut TargetFacts, file: &Path, manifests: &Manifests) {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    if !name.starts_with("_sysconfigdata_") || target.c_module("_pyodide_core").is_some() {
        return;
    }
    let Ok(build) = from_sysconfigdata(file, manifests) else {
        return;
    };
    if build.sys_platform != target.sys_platform || build.release.parse() != Ok(target.version) {
        return;
    }
    target.mark_not_built(&build.reasons);
}

/// Reads the zip that deltas are made from.
fn read_delta_base(file: &Path) -> Result<Vec<u8>, PackError> {
    let delta_error = |problem: String| PackError::Delta {
        file: file.display().to_string(),
        problem,
    };
    let bytes = limited::read(file, limited::MAX_DELTA_BASE)
        .map_err(|error| delta_error(error.to_string()))?;
    if bytes.starts_with(b"PK") {
        Ok(bytes)
    } else {
        Err(delta_error(
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
