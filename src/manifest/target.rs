//! The manifest format of targets: which modules a runtime has and lacks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::types::{ModuleName, VersionRange};

/// `targets/NAME.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TargetManifest {
    /// How profiles call it.
    pub name: String,
    /// One sentence for people.
    pub description: String,
    /// The Python versions that it runs.
    #[serde(default)]
    pub versions: VersionRange,
    /// Its `sys.platform`, or `build-python` for whatever the build Python says.
    pub sys_platform: String,
    /// Its `os.name`, or `build-python`.
    pub os_name: String,
    /// It carries the frozen modules inside itself.
    pub frozen: bool,
    /// Ending of its `_sysconfigdata_…` module.
    #[serde(default)]
    pub sysconfigdata: Option<String>,
    /// C modules of its own, or made by the program around it, that CPython has not.
    #[serde(default)]
    pub extra_modules: Vec<ModuleName>,
    /// Modules that the program around the interpreter imports when it starts it, and calls.
    #[serde(default)]
    pub startup: Vec<ModuleNote>,
    /// Modules that Pythons elsewhere read when they start, and it never does.
    #[serde(default)]
    pub not_at_startup: Vec<ModuleNote>,
    /// C modules that no build of it has.
    #[serde(default)]
    pub missing: Vec<ModuleNote>,
    /// Modules that some builds of it have, or that it has at some times or places.
    #[serde(default)]
    pub build_dependent: Vec<ModuleNote>,
    /// Modules that can be imported there and do not work.
    #[serde(default)]
    pub nonfunctional: Vec<ModuleNote>,
}

impl TargetManifest {
    /// Whether it is WebAssembly, by the names that CPython has for such platforms (PEP 11).
    pub fn is_webassembly(&self) -> bool {
        matches!(&*self.sys_platform, "emscripten" | "wasi")
    }
}

/// Modules, and what is special about them on a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModuleNote {
    /// Their names.
    pub modules: Vec<ModuleName>,
    /// Why, for people.
    pub reason: String,
    /// The versions that this is true of.
    #[serde(default)]
    pub versions: VersionRange,
    /// Where this is known from.
    pub source: String,
}

/// What stands for "ask the build Python" in a manifest.
pub(super) const BUILD_PYTHON_VALUE: &str = "build-python";
