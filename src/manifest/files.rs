//! The manifest formats: Python versions, hidden imports, deferred callbacks and the like.

use std::collections::BTreeSet;

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};

use crate::types::{Magic, ModuleName, Syntax, Version, VersionRange};

/// `python-3.X.yaml`: what is true of one version of CPython wherever it runs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VersionManifest {
    /// The version.
    pub version: Version,
    /// The magic number of its bytecode.
    pub magic: Magic,
    /// What distinguishes its sources from those of other versions.
    pub detect: Detection,
    /// Modules that it reads from files when it starts.
    pub startup: Vec<ModuleName>,
    /// Modules that a normal build carries inside itself.
    pub frozen: BTreeSet<ModuleName>,
    /// Built-in and extension modules that a POSIX build can have.
    pub c_modules: BTreeSet<ModuleName>,
    /// The same, for modules that exist to test the interpreter.
    #[serde(default)]
    pub c_test_modules: BTreeSet<ModuleName>,
    /// C modules whose contents differ by platform or build.
    #[serde(default)]
    pub platform_dependent_exports: BTreeSet<ModuleName>,
    /// Files that modules read at run time.
    #[serde(default)]
    pub data_files: Vec<DataFiles>,
    /// Packages that are the standard library's own tests.
    #[serde(default)]
    pub test_code: Vec<String>,
}

/// Modules that one version has, or lacks, and its neighbours not.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detection {
    /// All of these are there.
    #[serde(default)]
    pub has: Vec<ModuleName>,
    /// None of these is.
    #[serde(default)]
    pub lacks: Vec<ModuleName>,
}

/// Data files of a package.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DataFiles {
    /// The package whose folder they are in.
    pub module: ModuleName,
    /// Globs relative to that folder.
    pub files: Vec<String>,
    /// The module of it that cannot be imported without some of them.
    #[serde(default)]
    pub required_by: Option<ModuleName>,
    /// Globs of those: each has to match a file.
    #[serde(default)]
    pub required: Vec<String>,
}

impl DataFiles {
    /// The globs, ready to be asked; the error says what is wrong with one.
    pub(crate) fn globs(&self) -> Result<GlobSet, String> {
        let mut globs = GlobSetBuilder::new();
        for text in &self.files {
            globs.add(Glob::new(text).map_err(|error| error.to_string())?);
        }
        globs.build().map_err(|error| error.to_string())
    }

    /// The folder that they are in, with a slash behind it.
    pub fn folder(&self) -> String {
        self.module.as_str().replace('.', "/") + "/"
    }

    /// The first glob of what is needed that no file of a library with these `paths` matches; the error says what is wrong
    /// with a glob.
    pub(crate) fn first_missing(&self, paths: &[String]) -> Result<Option<&str>, String> {
        let folder = self.folder();
        for text in &self.required {
            let glob = Glob::new(text).map_err(|error| error.to_string())?;
            let glob = glob.compile_matcher();
            let mut inner = paths.iter().filter_map(|path| path.strip_prefix(&*folder));
            if !inner.any(|path| glob.is_match(path)) {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }
}

/// One entry of `hidden-imports.yaml`: an import made by C code, or by a computed name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HiddenImport {
    /// The module that imports; `builtins` for the interpreter itself.
    pub from: ModuleName,
    /// What it imports. A `*` stands for whatever the target calls the rest of the name.
    pub to: Vec<ModuleName>,
    /// When.
    pub trigger: Trigger,
    /// Names one of which a program must mention for it to happen; empty when none can be named.
    #[serde(default)]
    pub if_referenced: Vec<String>,
    /// Syntax that a program must use for it to happen.
    #[serde(default)]
    pub if_syntax: Vec<Syntax>,
    /// Names of what it calls there; when it is not said, any function may be called.
    #[serde(default)]
    pub calls: Option<Vec<String>>,
    /// For imports that no name announces: the behaviour they belong to.
    #[serde(default)]
    pub runtime_feature: Option<RuntimeFeature>,
    /// The versions that do it.
    #[serde(default)]
    pub versions: VersionRange,
    /// Where this was seen.
    pub evidence: String,
}

impl HiddenImport {
    /// What a program must reference for it to happen: names, and the markers of syntax.
    pub fn conditions(&self) -> impl Iterator<Item = &str> {
        let names = self.if_referenced.iter().map(String::as_str);
        names.chain(self.if_syntax.iter().map(|syntax| syntax.marker()))
    }
}

/// One entry of `c-attribute-reads.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CAttributeReads {
    /// Names of methods and attributes that are read of objects; a `*` stands for the rest of a name.
    pub attributes: Vec<String>,
    /// The module that does; always, when none is named.
    #[serde(default)]
    pub from: Option<ModuleName>,
    /// Where this was seen.
    pub evidence: String,
}

/// One entry of `deferred-callbacks.yaml`: a callback that is registered at import time and that most programs never call.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DeferredCallback {
    /// Its module and its dotted name in it.
    pub function: String,
    /// The behaviour that calls it.
    #[serde(default)]
    pub runtime_feature: Option<RuntimeFeature>,
    /// The builtins that call it.
    #[serde(default)]
    pub builtins: Vec<String>,
    /// The functions that call it.
    #[serde(default)]
    pub callers: Vec<String>,
    /// The names by which other modules may get hold of it in another way.
    #[serde(default)]
    pub unless_referenced: Vec<String>,
    /// Where this was seen.
    pub evidence: String,
}

/// One entry of `redundant-imports.yaml`: an import that is only made after a failure, or for what hardly anybody sees.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RedundantImport {
    /// The module that imports.
    pub from: ModuleName,
    /// What it imports.
    pub to: Vec<ModuleName>,
    /// The C modules that keep the failure from happening.
    #[serde(default)]
    pub when_present: Vec<ModuleName>,
    /// The names by which programs ask for it.
    #[serde(default)]
    pub unless_referenced: Vec<String>,
    /// The versions that this is true of.
    #[serde(default)]
    pub versions: VersionRange,
    /// Where this was seen.
    pub evidence: String,
}

/// One entry of `import-failures.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImportFailureEntry {
    /// The modules.
    pub modules: Vec<ModuleName>,
    /// Only where `sys.platform` is one of these; everywhere when there are none.
    #[serde(default)]
    pub on: Vec<String>,
    /// Only where `sys.platform` is none of these.
    #[serde(default)]
    pub not_on: Vec<String>,
    /// The versions that this is true of.
    #[serde(default)]
    pub versions: VersionRange,
    /// Why, for people.
    pub reason: String,
    /// Where this was seen.
    pub evidence: String,
}

impl ImportFailureEntry {
    /// Whether it is true of a version on a platform.
    pub fn applies_to(&self, version: Version, sys_platform: &str) -> bool {
        let is = |platform: &String| platform == sys_platform;
        let here = self.on.is_empty() || self.on.iter().any(is);
        self.versions.contains(version) && here && !self.not_on.iter().any(is)
    }
}

/// What stands in hidden imports for the module that the target's build writes for `sysconfig`.
pub const SYSCONFIGDATA: &str = "_sysconfigdata_*";

/// When a hidden import happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// While the importing module is imported.
    Import,
    /// When something in it is called.
    Call,
    /// When a program names a codec: the codec's module.
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
}
