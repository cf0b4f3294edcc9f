//! Target facts: a target's manifest combined with that of a Python version.

use std::collections::{BTreeMap, BTreeSet};

use super::target::BUILD_PYTHON_VALUE;
use super::{
    CallNote, DataFiles, ImportFailureEntry, Manifests, PackageNote, StartupCall, TargetManifest,
};
use crate::types::{ModuleName, Version, VersionRange};

/// Modules that are neither C modules nor files: the interpreter creates them when it starts (`Python/import.c`,
/// `init_importlib`; `Python/pylifecycle.c`, `add_main_module`).
const INTERPRETER_MODULES: [&str; 3] = [
    "__main__",
    "_frozen_importlib",
    "_frozen_importlib_external",
];

/// The availability of a C module on a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// All builds have the module.
    Present,
    /// Only some builds have the module, or only at some times, for this reason.
    BuildDependent(String),
    /// No build has the module, for this reason.
    Missing(String),
}

/// The platform of the build Python, for the target `native`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NativePlatform {
    /// `sys.platform`
    pub sys_platform: String,
    /// `os.name`
    pub os_name: String,
    /// The built-in and extension modules.
    pub c_modules: BTreeSet<ModuleName>,
    /// The suffix of the name of the `_sysconfigdata_…` module, such as `_linux_x86_64-linux-gnu`.
    pub sysconfigdata: String,
}

/// Everything known about one target and one Python version.
#[derive(Clone, Debug)]
pub struct TargetFacts {
    /// The name of the target.
    pub name: String,
    /// The Python version.
    pub version: Version,
    /// `sys.platform` on the target.
    pub sys_platform: String,
    /// `os.name` on the target.
    pub os_name: String,
    /// Frozen modules, which the interpreter never reads from a bundle.
    pub frozen: BTreeSet<ModuleName>,
    /// Modules that the interpreter reads from files when it starts.
    pub startup: Vec<ModuleName>,
    /// Calls that an interpreter without frozen modules makes when it starts.
    pub startup_without_frozen: Vec<StartupCall>,
    /// C modules whose exports differ between platforms or builds.
    pub platform_dependent_exports: BTreeSet<ModuleName>,
    /// Modules that fail to import although their imports are available, each with the reason.
    pub import_failures: BTreeMap<ModuleName, String>,
    /// Python modules that can be imported only in some builds or at some times, each with the reason.
    pub build_dependent: BTreeMap<ModuleName, String>,
    /// Modules that can be imported but do not work, each with the reason.
    pub nonfunctional: BTreeMap<ModuleName, String>,
    /// Calls that fail although the functions exist.
    pub failing_calls: Vec<CallNote>,
    /// Functions that the embedding program calls after it has installed a package: `importlib.invalidate_caches`.
    pub after_install: Vec<String>,
    /// Packages that come with the embedding program, and the modules that they may import.
    pub packages: Vec<PackageNote>,
    /// Modules that earlier versions had, each with the version that no longer has it.
    pub removed: BTreeMap<ModuleName, Version>,
    /// Modules for the standard library's own tests, with those below them. `sys.stdlib_module_names` lacks them.
    pub test_modules: BTreeSet<String>,
    /// Files that modules read at run time.
    pub data_files: Vec<DataFiles>,
    /// The suffix of the name of the `_sysconfigdata_…` module, if known.
    pub sysconfigdata: Option<String>,
    c_modules: BTreeMap<ModuleName, Presence>,
    /// The C modules that failures to import need, by the module that fails.
    failures_need: BTreeMap<ModuleName, Vec<ModuleName>>,
}

/// Returns the modules that can be imported but do not work, each with the reason.
fn nonfunctional_modules(
    target: &TargetManifest,
    version: Version,
) -> BTreeMap<ModuleName, String> {
    let notes = target.nonfunctional.iter();
    let notes = notes.filter(|note| note.versions.contains(version));
    let modules = notes.flat_map(|note| note.modules.iter().map(|name| (name, &note.reason)));
    modules
        .map(|(name, reason)| (name.clone(), reason.clone()))
        .collect()
}

impl TargetFacts {
    /// Combines the manifests of a target and of a version. `native` is used if the target stands for the build Python.
    ///
    /// Returns `None` if no manifest covers the version.
    pub fn new(
        target: &TargetManifest,
        version: Version,
        manifests: &Manifests,
        native: &NativePlatform,
    ) -> Option<Self> {
        let facts = manifests.version(version)?;
        let is_native = target.sys_platform == BUILD_PYTHON_VALUE;
        let or_native = |target_value: &str, native: &str| {
            if target_value == BUILD_PYTHON_VALUE {
                native.to_owned()
            } else {
                target_value.to_owned()
            }
        };
        let sys_platform = or_native(&target.sys_platform, &native.sys_platform);
        let mut c_modules = BTreeMap::new();
        for name in facts.c_modules.iter().chain(&facts.c_test_modules) {
            let is_present = !is_native || native.c_modules.contains(name);
            let presence = if is_present {
                Presence::Present
            } else {
                Presence::Missing("this build of Python does not have it".to_owned())
            };
            c_modules.insert(name.clone(), presence);
        }
        if is_native {
            let c_module_names = native.c_modules.iter().cloned();
            c_modules.extend(c_module_names.map(|name| (name, Presence::Present)));
        }
        let extra_modules = target.extra_modules.iter().cloned();
        c_modules.extend(extra_modules.map(|name| (name, Presence::Present)));
        for name in INTERPRETER_MODULES {
            c_modules.extend(ModuleName::new(name).map(|name| (name, Presence::Present)));
        }
        // The modules of a build Python are known, so nothing is build-dependent there.
        let build_dependent_notes = target
            .build_dependent
            .iter()
            .filter(|note| !is_native && note.versions.contains(version));
        let mut build_dependent = BTreeMap::new();
        for note in build_dependent_notes {
            for name in &note.modules {
                let reason = note.reason.clone();
                if facts.c_modules.contains(name) {
                    c_modules.insert(name.clone(), Presence::BuildDependent(reason));
                } else {
                    build_dependent.insert(name.clone(), reason);
                }
            }
        }
        for note in target
            .missing
            .iter()
            .filter(|note| note.versions.contains(version))
        {
            let missing = || Presence::Missing(note.reason.clone());
            c_modules.extend(note.modules.iter().map(|name| (name.clone(), missing())));
        }
        let target_startup = target.startup.iter();
        let target_startup = target_startup.filter(|entry| entry.versions.contains(version));
        let not_at_startup = |name: &ModuleName| {
            let entries = target.not_at_startup.iter();
            let mut entries = entries.filter(|entry| entry.versions.contains(version));
            entries.any(|entry| entry.modules.contains(name))
        };
        let startup = facts.startup.iter().filter(|name| !not_at_startup(name));
        let startup = startup.chain(target_startup.flat_map(|entry| &entry.modules));
        let failures = manifests.import_failures(version, &sys_platform);
        let mut facts = Self {
            name: target.name.clone(),
            version,
            startup_without_frozen: facts.startup_without_frozen.clone(),
            sys_platform: sys_platform.clone(),
            os_name: or_native(&target.os_name, &native.os_name),
            frozen: if target.frozen {
                facts.frozen.clone()
            } else {
                BTreeSet::new()
            },
            startup: startup.cloned().collect(),
            platform_dependent_exports: facts.platform_dependent_exports.clone(),
            import_failures: BTreeMap::new(),
            build_dependent,
            nonfunctional: nonfunctional_modules(target, version),
            removed: manifests.removed_modules(version),
            failing_calls: of_version(&target.failing_calls, version, |note| &note.versions),
            after_install: of_version(&target.after_install, version, |note| &note.versions)
                .into_iter()
                .flat_map(|note| note.calls)
                .collect(),
            packages: of_version(&target.packages, version, |note| &note.versions),
            test_modules: facts.test_modules(),
            data_files: facts.data_files.clone(),
            sysconfigdata: if is_native {
                Some(native.sysconfigdata.clone())
            } else {
                target.sysconfigdata.clone()
            },
            c_modules,
            failures_need: BTreeMap::new(),
        };
        for failure in failures {
            facts.add_import_failure(failure);
        }
        Some(facts)
    }

    fn add_import_failure(&mut self, failure: &ImportFailureEntry) {
        let presence = |name| self.c_modules.get(name);
        let is_there = |name| presence(name).is_some_and(|is| !matches!(is, Presence::Missing(_)));
        if !failure.needs.iter().all(is_there) {
            return;
        }
        let is_certain = |name| matches!(presence(name), Some(Presence::Present));
        let failing = if failure.needs.iter().all(is_certain) {
            &mut self.import_failures
        } else {
            &mut self.build_dependent
        };
        for module in &failure.modules {
            failing.insert(module.clone(), failure.reason.clone());
            self.failures_need
                .insert(module.clone(), failure.needs.clone());
        }
    }

    /// Returns the availability of the C module `name`, or `None` if no CPython has such a module.
    pub fn c_module(&self, name: &str) -> Option<&Presence> {
        self.c_modules.get(name)
    }

    /// Marks the C modules in `reasons`, which say why a build lacks them, as missing.
    pub fn mark_not_built(&mut self, reasons: &BTreeMap<String, String>) {
        for (module, presence) in &mut self.c_modules {
            if !matches!(presence, Presence::Missing(_))
                && let Some(reason) = reasons.get(module.as_str())
            {
                *presence = Presence::Missing(reason.clone());
            }
        }
        let c_modules = &self.c_modules;
        let is_missing = |name| matches!(c_modules.get(name), Some(Presence::Missing(_)));
        for (module, needs) in &self.failures_need {
            if needs.iter().any(is_missing) {
                self.import_failures.remove(module);
                self.build_dependent.remove(module);
            }
        }
    }

    /// Returns the facts of a build that lacks all build-dependent modules.
    #[must_use]
    pub fn pessimistic(&self) -> Self {
        let mut facts = self.clone();
        for presence in facts.c_modules.values_mut() {
            if let Presence::BuildDependent(reason) = presence {
                *presence = Presence::Missing(std::mem::take(reason));
            }
        }
        facts.import_failures.append(&mut facts.build_dependent);
        facts
    }

    /// Iterates over the names of all known C modules, available or not.
    pub fn c_modules(&self) -> impl Iterator<Item = &ModuleName> {
        self.c_modules.keys()
    }

    /// Iterates over the names of the C modules that the target lacks.
    pub fn missing_c_modules(&self) -> impl Iterator<Item = &ModuleName> {
        let is_missing = |(_, presence): &(_, &Presence)| matches!(presence, Presence::Missing(_));
        self.c_modules
            .iter()
            .filter(is_missing)
            .map(|(name, _)| name)
    }
}

/// Returns the notes that apply to a version.
fn of_version<T: Clone>(
    notes: &[T],
    version: Version,
    versions: impl Fn(&T) -> &VersionRange,
) -> Vec<T> {
    let notes = notes.iter().filter(|note| versions(note).contains(version));
    notes.cloned().collect()
}
