//! The format of target manifests, which list the modules that a runtime has and lacks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::types::{ModuleName, VersionRange};

/// The content of `targets/NAME.yaml`: facts about one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TargetManifest {
    /// The name of the target in profiles.
    pub name: String,
    /// A description in one sentence.
    pub description: String,
    /// The Python versions of the target.
    #[serde(default)]
    pub versions: VersionRange,
    /// The value of `sys.platform`, or `build-python` for that of the build Python.
    pub sys_platform: String,
    /// The value of `os.name`, or `build-python` for that of the build Python.
    pub os_name: String,
    /// Whether the interpreter contains the frozen modules.
    pub frozen: bool,
    /// The suffix of the name of the `_sysconfigdata_…` module.
    #[serde(default)]
    pub sysconfigdata: Option<String>,
    /// Modules that CPython lacks: C modules of the target, or modules created by the embedding program.
    #[serde(default)]
    pub extra_modules: Vec<ModuleName>,
    /// Modules that the embedding program imports and calls when it starts the interpreter.
    #[serde(default)]
    pub startup: Vec<ModuleNote>,
    /// Modules that other interpreters read when they start and this one does not.
    #[serde(default)]
    pub not_at_startup: Vec<ModuleNote>,
    /// C modules that no build of the target has.
    #[serde(default)]
    pub missing: Vec<ModuleNote>,
    /// Modules that are available only in some builds of the target, or only at some times.
    #[serde(default)]
    pub build_dependent: Vec<ModuleNote>,
    /// Modules that can be imported but do not work.
    #[serde(default)]
    pub nonfunctional: Vec<ModuleNote>,
    /// Functions and classes that exist, but fail whenever they are called.
    #[serde(default)]
    pub failing_calls: Vec<CallNote>,
    /// Functions that the embedding program calls after it has installed a package.
    #[serde(default)]
    pub after_install: Vec<CallNote>,
    /// Packages that the embedding program brings or installs, and what they need of the library.
    #[serde(default)]
    pub packages: Vec<PackageNote>,
}

impl TargetManifest {
    /// Returns whether the target is a WebAssembly platform of CPython (PEP 11).
    pub fn is_webassembly(&self) -> bool {
        matches!(&*self.sys_platform, "emscripten" | "wasi")
    }
}

/// Modules that have something in common on a target, with the reason and evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModuleNote {
    /// The names of the modules.
    pub modules: Vec<ModuleName>,
    /// The reason.
    pub reason: String,
    /// The versions that this applies to.
    #[serde(default)]
    pub versions: VersionRange,
    /// The source of this fact.
    pub source: String,
}

/// Calls that fail on a target, with the reason and evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallNote {
    /// The functions and classes with their modules: `os.fork`. Those of the language have no module: `breakpoint`. A `*`
    /// at the end stands for the rest of a name.
    pub calls: Vec<String>,
    /// The reason.
    pub reason: String,
    /// The versions that this applies to.
    #[serde(default)]
    pub versions: VersionRange,
    /// The source of this fact.
    pub source: String,
}

/// What packages need of the library that a program imports but cannot give with it, because they come with the
/// embedding program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PackageNote {
    /// The top-level modules of the packages.
    pub packages: Vec<String>,
    /// The modules that they may import.
    #[serde(default)]
    pub modules: Vec<ModuleName>,
    /// Whether they are there when the program starts, so that nothing has to be installed.
    #[serde(default)]
    pub built_in: bool,
    /// The reason.
    pub reason: String,
    /// The versions that this applies to.
    #[serde(default)]
    pub versions: VersionRange,
    /// The source of this fact.
    pub source: String,
}

impl CallNote {
    /// Returns whether a function with this dotted name is one of the calls.
    pub fn includes(&self, function: &str) -> bool {
        self.calls.iter().any(|call| match call.strip_suffix('*') {
            Some(prefix) => function.starts_with(prefix),
            None => function == call,
        })
    }
}

/// The value in a manifest that stands for that of the build Python.
pub(super) const BUILD_PYTHON_VALUE: &str = "build-python";
