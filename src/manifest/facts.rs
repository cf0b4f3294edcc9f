//! The facts of one target for one Python version.

use std::collections::{BTreeMap, BTreeSet};

use super::target::BUILD_PYTHON_VALUE;
use super::{DataFiles, Manifests, StartupCall, TargetManifest};
use crate::types::{ModuleName, Version};

/// Modules that are neither in C nor in files: the interpreter makes them when it starts
/// (`Python/import.c`, `init_importlib`; `Python/pylifecycle.c`, `add_main_module`).
const INTERPRETER_MODULES: [&str; 3] = [
    "__main__",
    "_frozen_importlib",
    "_frozen_importlib_external",
];

/// Whether a target has a C module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Every build has it.
    Present,
    /// Some builds have it, or have it at some times, for this reason.
    BuildDependent(String),
    /// No build has it, for this reason.
    Missing(String),
}

/// What a build Python says of its own platform, for the `native` target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NativePlatform {
    /// `sys.platform`
    pub sys_platform: String,
    /// `os.name`
    pub os_name: String,
    /// Its built-in and extension modules.
    pub c_modules: BTreeSet<ModuleName>,
    /// Ending of `_sysconfigdata_…`, such as `_linux_x86_64-linux-gnu`.
    pub sysconfigdata: String,
}

/// What a bundle for one target and version can rely on.
#[derive(Clone, Debug)]
pub struct TargetFacts {
    /// The target's name.
    pub name: String,
    /// The Python version it runs.
    pub version: Version,
    /// `sys.platform` there.
    pub sys_platform: String,
    /// `os.name` there.
    pub os_name: String,
    /// Modules it carries inside itself and never reads from a bundle.
    pub frozen: BTreeSet<ModuleName>,
    /// Modules it reads from files when it starts.
    pub startup: Vec<ModuleName>,
    /// What it calls at startup of modules that are usually frozen, where they are not.
    pub startup_without_frozen: Vec<StartupCall>,
    /// C modules whose contents differ by platform or build.
    pub platform_dependent_exports: BTreeSet<ModuleName>,
    /// Modules that cannot be imported there though their imports can, each with the reason.
    pub import_failures: BTreeMap<ModuleName, String>,
    /// Python modules that can be imported there at some times or places, each with the reason.
    pub build_dependent: BTreeMap<ModuleName, String>,
    /// Modules that can be imported there and do not do their work, each with the reason.
    pub nonfunctional: BTreeMap<ModuleName, String>,
    /// Files that modules read at run time.
    pub data_files: Vec<DataFiles>,
    /// Ending of its `_sysconfigdata_…` module, where it is known.
    pub sysconfigdata: Option<String>,
    c_modules: BTreeMap<ModuleName, Presence>,
}

impl TargetFacts {
    /// Puts a target's manifest and a version's together. `native` is needed by the target that
    /// stands for the build Python itself.
    ///
    /// None when no manifest covers the version.
    pub fn new(
        target: &TargetManifest,
        version: Version,
        manifests: &Manifests,
        native: &NativePlatform,
    ) -> Option<Self> {
        let facts = manifests.version(version)?;
        let is_native = target.sys_platform == BUILD_PYTHON_VALUE;
        let or_native = |own: &str, native: &str| {
            if own == BUILD_PYTHON_VALUE {
                native.to_owned()
            } else {
                own.to_owned()
            }
        };
        let sys_platform = or_native(&target.sys_platform, &native.sys_platform);
        let unimportable = manifests.import_failures(version, &sys_platform);
        let mut c_modules = BTreeMap::new();
        for name in facts.c_modules.iter().chain(&facts.c_test_modules) {
            let has = !is_native || native.c_modules.contains(name);
            let presence = if has {
                Presence::Present
            } else {
                Presence::Missing("this build of Python does not have it".to_owned())
            };
            c_modules.insert(name.clone(), presence);
        }
        if is_native {
            let own = native.c_modules.iter().cloned();
            c_modules.extend(own.map(|name| (name, Presence::Present)));
        }
        let own = target.extra_modules.iter().cloned();
        c_modules.extend(own.map(|name| (name, Presence::Present)));
        for name in INTERPRETER_MODULES {
            c_modules.extend(ModuleName::new(name).map(|name| (name, Presence::Present)));
        }
        // What the build Python has is known.
        let uncertain = target
            .build_dependent
            .iter()
            .filter(|lack| !is_native && lack.versions.contains(version));
        let mut unsteady = BTreeMap::new();
        for lack in uncertain {
            for name in &lack.modules {
                let reason = lack.reason.clone();
                if facts.c_modules.contains(name) {
                    c_modules.insert(name.clone(), Presence::BuildDependent(reason));
                } else {
                    unsteady.insert(name.clone(), reason);
                }
            }
        }
        for lack in target
            .missing
            .iter()
            .filter(|lack| lack.versions.contains(version))
        {
            let missing = || Presence::Missing(lack.reason.clone());
            c_modules.extend(lack.modules.iter().map(|name| (name.clone(), missing())));
        }
        let of_target = target.startup.iter();
        let of_target = of_target.filter(|entry| entry.versions.contains(version));
        let limits = target.nonfunctional.iter();
        let limits = limits.filter(|lack| lack.versions.contains(version));
        let limits = limits.flat_map(|lack| lack.modules.iter().map(|name| (name, &lack.reason)));
        let limits = limits.map(|(name, reason)| (name.clone(), reason.clone()));
        let limits = limits.collect();
        let unread = |name: &ModuleName| {
            let entries = target.not_at_startup.iter();
            let mut entries = entries.filter(|entry| entry.versions.contains(version));
            entries.any(|entry| entry.modules.contains(name))
        };
        let start_up = facts.startup.iter().filter(|name| !unread(name));
        let start_up = start_up.chain(of_target.flat_map(|entry| &entry.modules));
        let start_up = start_up.cloned().collect();
        Some(Self {
            name: target.name.clone(),
            version,
            startup_without_frozen: facts.startup_without_frozen.clone(),
            sys_platform,
            os_name: or_native(&target.os_name, &native.os_name),
            frozen: if target.frozen {
                facts.frozen.clone()
            } else {
                BTreeSet::new()
            },
            startup: start_up,
            platform_dependent_exports: facts.platform_dependent_exports.clone(),
            import_failures: unimportable,
            build_dependent: unsteady,
            nonfunctional: limits,
            data_files: facts.data_files.clone(),
            sysconfigdata: if is_native {
                Some(native.sysconfigdata.clone())
            } else {
                target.sysconfigdata.clone()
            },
            c_modules,
        })
    }

    /// Whether the target has the C module `name`; none when no CPython has one of that name.
    pub fn c_module(&self, name: &str) -> Option<&Presence> {
        self.c_modules.get(name)
    }

    /// The facts of a build, at a time and place, that has none of what is uncertain.
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

    /// Names of all C modules that exist somewhere.
    pub fn c_modules(&self) -> impl Iterator<Item = &ModuleName> {
        self.c_modules.keys()
    }

    /// Names of the C modules that it does not have.
    pub fn missing_c_modules(&self) -> impl Iterator<Item = &ModuleName> {
        let missing = |(_, presence): &(_, &Presence)| matches!(presence, Presence::Missing(_));
        self.c_modules.iter().filter(missing).map(|(name, _)| name)
    }
}
