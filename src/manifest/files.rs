//! The formats of the manifests about Python versions and imports.

use std::collections::BTreeSet;

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};

use crate::types::{Magic, ModuleName, Syntax, Version, VersionRange};

/// The content of `python-3.X.yaml`: facts about one version of CPython on all platforms.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VersionManifest {
    /// The Python version.
    pub version: Version,
    /// The magic number of the bytecode.
    pub magic: Magic,
    /// The modules that distinguish this version from others.
    pub detect: Detection,
    /// Modules that the interpreter reads from files when it starts.
    pub startup: Vec<ModuleName>,
    /// Modules that are frozen into a normal build.
    pub frozen: BTreeSet<ModuleName>,
    /// Calls that an interpreter without frozen modules makes when it starts.
    pub startup_without_frozen: Vec<StartupCall>,
    /// Built-in and extension modules that a POSIX build can have.
    pub c_modules: BTreeSet<ModuleName>,
    /// Built-in and extension modules that exist to test the interpreter.
    #[serde(default)]
    pub c_test_modules: BTreeSet<ModuleName>,
    /// C modules whose exports differ between platforms or builds.
    #[serde(default)]
    pub platform_dependent_exports: BTreeSet<ModuleName>,
    /// Files that modules read at run time.
    #[serde(default)]
    pub data_files: Vec<DataFiles>,
    /// Modules that the version before had.
    #[serde(default)]
    pub removed: Vec<ModuleName>,
    /// Packages that contain the tests of the standard library.
    #[serde(default)]
    pub test_code: Vec<String>,
}

impl VersionManifest {
    /// Returns the top-level modules for the standard library's own tests.
    pub fn test_modules(&self) -> BTreeSet<String> {
        let c_modules = self.c_test_modules.iter().map(ToString::to_string);
        let python_modules = self.test_code.iter().cloned();
        let modules = c_modules.chain(python_modules);
        modules.filter(|name| !name.contains('.')).collect()
    }
}

/// A module that the interpreter imports when it starts, and the functions that it calls.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartupCall {
    /// The name of the module.
    pub module: ModuleName,
    /// The names of the functions.
    pub functions: Vec<String>,
}

/// Modules that tell one version from its neighbours.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detection {
    /// Modules that this version has.
    #[serde(default)]
    pub has: Vec<ModuleName>,
    /// Modules that this version does not have.
    #[serde(default)]
    pub lacks: Vec<ModuleName>,
}

/// The data files of a package.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DataFiles {
    /// The package whose folder contains the files.
    pub module: ModuleName,
    /// Globs relative to that folder.
    pub files: Vec<String>,
    /// The module that cannot be imported without the required files.
    #[serde(default)]
    pub required_by: Option<ModuleName>,
    /// Globs of required files: each must match a file.
    #[serde(default)]
    pub required: Vec<String>,
}

impl DataFiles {
    /// Compiles the globs.
    ///
    /// # Errors
    /// The reason why a glob is invalid.
    pub(crate) fn globs(&self) -> Result<GlobSet, String> {
        let mut globs = GlobSetBuilder::new();
        for text in &self.files {
            globs.add(Glob::new(text).map_err(|error| error.to_string())?);
        }
        globs.build().map_err(|error| error.to_string())
    }

    /// Returns the folder of the files, with a trailing slash.
    pub fn folder(&self) -> String {
        self.module.as_str().replace('.', "/") + "/"
    }

    /// Returns the first glob of a required file that none of the `paths` of a library matches.
    ///
    /// # Errors
    /// The reason why a glob is invalid.
    pub(crate) fn first_missing(&self, paths: &[String]) -> Result<Option<&str>, String> {
        let folder = self.folder();
        for text in &self.required {
            let glob = Glob::new(text).map_err(|error| error.to_string())?;
            let glob = glob.compile_matcher();
            let mut package_paths = paths.iter().filter_map(|path| path.strip_prefix(&*folder));
            if !package_paths.any(|path| glob.is_match(path)) {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }
}

/// An entry of `hidden-imports.yaml`: an import by C code or by a computed name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HiddenImport {
    /// The importing module; `builtins` for the interpreter itself.
    pub from: ModuleName,
    /// The imported modules. A `*` stands for the target-specific rest of a name.
    pub to: Vec<ModuleName>,
    /// When the import happens.
    pub trigger: Trigger,
    /// Names of which a program must reference one for the import to happen; empty if there are no such names.
    #[serde(default)]
    pub if_referenced: Vec<String>,
    /// Syntax that a program must use for the import to happen.
    #[serde(default)]
    pub if_syntax: Vec<Syntax>,
    /// The functions that are called in the imported modules; any function if absent.
    #[serde(default)]
    pub calls: Option<Vec<String>>,
    /// The runtime feature that makes the import, for imports that no name announces.
    #[serde(default)]
    pub runtime_feature: Option<RuntimeFeature>,
    /// The versions that make the import.
    #[serde(default)]
    pub versions: VersionRange,
    /// The evidence for this entry, such as a place in CPython's sources.
    pub evidence: String,
}

impl HiddenImport {
    /// Iterates over what a program must reference for the import to happen: names, and the markers of syntax.
    pub fn conditions(&self) -> impl Iterator<Item = &str> {
        let names = self.if_referenced.iter().map(String::as_str);
        names.chain(self.if_syntax.iter().map(|syntax| syntax.marker()))
    }
}

/// An entry of `c-attribute-reads.yaml`: attributes that C code reads from Python objects.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CAttributeReads {
    /// Names of methods and attributes that are read; a `*` stands for the rest of a name.
    pub attributes: Vec<String>,
    /// The module that reads them; if absent, they are always read.
    #[serde(default)]
    pub from: Option<ModuleName>,
    /// The evidence for this entry, such as a place in CPython's sources.
    pub evidence: String,
}

/// An entry of `codec-groups.yaml`: codecs that a profile can request by the name of the group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodecGroup {
    /// The name of the group.
    pub group: String,
    /// The codecs, named like their modules in `encodings`.
    pub codecs: Vec<String>,
    /// The evidence for this entry, such as a standard.
    pub evidence: String,
}

/// An entry of `data-lookups.yaml`: functions that find codecs or code by names in data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DataLookup {
    /// What is looked up.
    pub looks_up: Wanted,
    /// What is not seen, in the words of the warning.
    pub what: String,
    /// The functions and classes with their modules; those of the language have no module.
    pub functions: Vec<String>,
    /// Whether a literal argument is read as code, so that nothing is unseen.
    #[serde(default)]
    pub unless_literal: bool,
    /// Whether nothing is unseen if a literal in the arguments names a file of the app, all of which are read.
    #[serde(default)]
    pub unless_app_file: bool,
    /// Whether calls in dependencies are told as well.
    #[serde(default)]
    pub in_dependencies: bool,
    /// The evidence for this entry, such as a place in CPython's sources.
    pub evidence: String,
}

/// What a function looks up by names in data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// Codecs.
    Codec,
    /// Modules to import, or code to run.
    Code,
}

/// An entry of `deferred-callbacks.yaml`: a callback that is registered at import time and that most programs never
/// call.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DeferredCallback {
    /// The module of the function, and its dotted name in the module.
    pub function: String,
    /// The runtime feature that calls the function.
    #[serde(default)]
    pub runtime_feature: Option<RuntimeFeature>,
    /// The builtins that call the function.
    #[serde(default)]
    pub builtins: Vec<String>,
    /// The Python functions that call the function.
    #[serde(default)]
    pub callers: Vec<String>,
    /// Names through which other modules may reach the function in another way.
    #[serde(default)]
    pub unless_referenced: Vec<String>,
    /// The evidence for this entry, such as a place in CPython's sources.
    pub evidence: String,
}

/// An entry of `redundant-imports.yaml`: an import that only runs after a failure, or whose effect is rarely visible.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RedundantImport {
    /// The importing module.
    pub from: ModuleName,
    /// The imported modules.
    pub to: Vec<ModuleName>,
    /// The C modules that prevent the failure.
    #[serde(default)]
    pub when_present: Vec<ModuleName>,
    /// The runtime feature that the import is for: with it, the import is necessary.
    #[serde(default)]
    pub runtime_feature: Option<RuntimeFeature>,
    /// Names that make the import necessary if a program references them.
    #[serde(default)]
    pub unless_referenced: Vec<String>,
    /// The top-level function of `from` that alone needs the modules, and whose callers do without its result. In a bundle
    /// that lacks one of them, it returns `None`, and imports of them at the top level of `from` are removed.
    #[serde(default)]
    pub unneeded_function: Option<String>,
    /// The values of `sys.platform` that this applies to; all if empty.
    #[serde(default)]
    pub on: Vec<String>,
    /// The versions that this applies to.
    #[serde(default)]
    pub versions: VersionRange,
    /// The evidence for this entry, such as a place in CPython's sources.
    pub evidence: String,
}

impl RedundantImport {
    /// Returns whether the entry applies to this version on this platform.
    pub fn applies_to(&self, version: Version, sys_platform: &str) -> bool {
        let is_listed = self.on.iter().any(|platform| platform == sys_platform);
        self.versions.contains(version) && (self.on.is_empty() || is_listed)
    }
}

/// An entry of `functional-checks.yaml`: an operation that `target probe` tries.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FunctionalCheck {
    /// The name of the check in the probe.
    pub name: String,
    /// The module that does not work if the check fails.
    pub module: ModuleName,
    /// Modules that do not work without that module.
    pub others: Vec<ModuleName>,
    /// A description of the failure.
    pub reason: String,
    /// The feature of `configure --enable-FEATURE` with which it works.
    pub feature: Option<String>,
    /// The evidence for this entry, such as a place in CPython's sources.
    pub evidence: String,
}

/// An entry of `import-failures.yaml`: modules that fail to import although their imports are available.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImportFailureEntry {
    /// The modules that fail to import.
    pub modules: Vec<ModuleName>,
    /// The values of `sys.platform` that this applies to; all if empty.
    #[serde(default)]
    pub on: Vec<String>,
    /// The values of `sys.platform` that this does not apply to.
    #[serde(default)]
    pub not_on: Vec<String>,
    /// C modules that the failure needs: where one is missing, the modules can be imported.
    #[serde(default)]
    pub needs: Vec<ModuleName>,
    /// The versions that this applies to.
    #[serde(default)]
    pub versions: VersionRange,
    /// The reason for the failure.
    pub reason: String,
    /// The evidence for this entry, such as a place in CPython's sources.
    pub evidence: String,
}

impl ImportFailureEntry {
    /// Returns whether the entry applies to this version on this platform.
    pub fn applies_to(&self, version: Version, sys_platform: &str) -> bool {
        let is_platform = |platform: &String| platform == sys_platform;
        let is_on_platform = self.on.is_empty() || self.on.iter().any(is_platform);
        self.versions.contains(version) && is_on_platform && !self.not_on.iter().any(is_platform)
    }
}

/// The placeholder in hidden imports for the module that the build of the target generates for `sysconfig`.
pub const SYSCONFIGDATA: &str = "_sysconfigdata_*";

/// The event that makes a hidden import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// The importing module is imported.
    Import,
    /// A function in the importing module is called.
    Call,
    /// A program names a codec, whose module is imported.
    Codec,
}

/// Behaviours of the interpreter that a program does not ask for by name.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum RuntimeFeature {
    /// Showing uncaught exceptions.
    Tracebacks,
    /// Showing warnings.
    Warnings,
    /// Integers of thousands of digits.
    HugeInts,
    /// The interactive prompt and the debugger.
    Interactive,
    /// The hint in a ResourceWarning to enable `tracemalloc`, which shows where the object was allocated.
    AllocationHints,
    /// The hint in a ModuleNotFoundError that an extension module of another Python version was found (3.15).
    ExtensionHints,
}
