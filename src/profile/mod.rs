//! Profiles: YAML files that describe which parts of the standard library a product needs.

mod built_in;
mod check_modules;
mod exclusions;
mod file;
mod find;
mod load;
mod options;
mod overrides;
mod parse;
mod pattern;
mod schema;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use built_in::BUILT_IN;
pub use check_modules::{check, check_target};
pub use exclusions::{Exclusion, Exclusions};
pub use find::is_target_file;
pub(crate) use load::load_text;
pub use load::{load, load_beside, load_merged};
pub use options::{
    Closure, Compression, Frozen, OnUnimportable, Optimize, Payload, StartTier, Strip, Tiers,
};
pub use overrides::Overrides;
pub use pattern::{Pattern, PatternError};
pub use schema::{profile_reference, profile_schema};

use crate::diagnostic::Provenance;
use crate::manifest::RuntimeFeature;
use crate::types::{ByteSize, ModuleName, ObjectReference};

/// A profile after merging its `extends` and the command line. It serializes to the format of profile files, which
/// [`load_merged`] reads.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Profile {
    /// The built-in name, or the file name without folder and extension.
    pub name: String,
    /// A description in one sentence.
    pub description: String,
    /// The target: its name, or the path of its file.
    pub target: String,
    /// The place where the target is written.
    #[serde(skip)]
    pub target_provenance: Provenance,
    /// Modules whose public API is kept.
    #[serde(skip_serializing_if = "Roots::is_default")]
    pub roots: Roots,
    /// Modules that are run with `python -m`.
    pub run_modules: Vec<Root>,
    /// Functions of the app or of its dependencies that the program starts with.
    pub entry_points: Vec<ProgramEntryPoint>,
    /// Patterns of paths in the app whose files only count when the program imports them.
    pub app_exclude: Vec<String>,
    /// Modules that must not be in the bundle.
    pub exclude: Exclusions,
    /// Which imports are followed.
    pub closure: Closure,
    /// How the bundle is split into tiers; `None` for a bundle of one zip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tiers: Option<Tiers>,
    /// What the bundle contains of each module.
    pub payload: Payload,
    /// Python's own optimisation level.
    pub optimize: Optimize,
    /// The parts that are stripped from modules, sorted and without duplicates.
    pub strip: Vec<Strip>,
    /// What happens to modules that cannot be imported on the target.
    pub on_unimportable: OnUnimportable,
    /// What happens to modules frozen into the target's interpreter.
    pub frozen: Frozen,
    /// Runtime features to support, such as printing tracebacks.
    pub runtime_features: Vec<RuntimeFeature>,
    /// Modules that are imported by computed names.
    pub hidden_imports: Vec<Root>,
    /// Codecs that are looked up by computed names.
    pub codecs: Vec<RequestedCodec>,
    /// Files that are added as modules. They are not in the receipt, which lists the modules themselves.
    #[serde(skip)]
    pub extra_modules: Vec<ExtraModule>,
    /// The paths of dependencies of the app. They are not in the receipt, which lists what was read of them.
    #[serde(skip)]
    pub dependencies: Vec<PathBuf>,
    /// Whether the bundle contains stubs that raise the reason for missing modules.
    pub missing_module_stubs: bool,
    /// What is written.
    pub output: Output,
    /// The maximum sizes of the bundle.
    pub budget: Budgets,
    /// The files of this profile and of those that it extends. They are not in the receipt.
    #[serde(skip)]
    pub files: Vec<PathBuf>,
    /// The output folder, which `--out` overrides. It is not in the receipt.
    #[serde(skip)]
    pub out: Option<String>,
}

/// The roots of a profile.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Roots {
    /// No roots are named: only the imports of the app count or, without an app, all modules are roots.
    Default,
    /// The named modules.
    #[serde(untagged)]
    Named(Vec<Root>),
}

impl Roots {
    fn is_default(&self) -> bool {
        matches!(self, Self::Default)
    }

    /// Returns whether a module with this name is a named root.
    pub fn contains(&self, module: &str) -> bool {
        match self {
            Self::Default => false,
            Self::Named(roots) => roots.iter().any(|root| root.module.as_str() == module),
        }
    }
}

/// The files that are written for a bundle.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Output {
    /// The encodings of the artifacts that are written beside each zip.
    pub compress: Vec<Compression>,
    /// Whether the app and what it needs of its dependencies are packed as well, in `app.zip`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub app: bool,
    /// The parts that are stripped from the modules in `app.zip`, in addition to those of
    /// [`Profile::strip`] that programs cannot see.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub app_strip: Vec<Strip>,
}

/// A module that a profile or flag names, and where.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Root {
    /// The name of the module.
    pub module: ModuleName,
    /// The place where it is requested.
    #[serde(skip)]
    pub provenance: Provenance,
}

/// A function that the program starts with, and where it is named.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct ProgramEntryPoint {
    /// The function, or a module.
    #[schemars(with = "String")]
    pub object: ObjectReference,
    /// The place where it is named.
    #[serde(skip)]
    pub provenance: Provenance,
}

/// A codec that is looked up by a computed name, and where it is requested.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct RequestedCodec {
    /// The name of the codec, as programs spell it.
    pub name: String,
    /// The place where it is requested.
    #[serde(skip)]
    pub provenance: Provenance,
}

/// A file to add as a module, and where it is requested.
#[derive(Clone, Debug)]
pub struct ExtraModule {
    /// The path of the file.
    pub file: PathBuf,
    /// The place where it is requested.
    pub provenance: Provenance,
}

/// The maximum sizes of a bundle, by payload.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub struct Budgets {
    /// The maximum sizes of a bundle of bytecode.
    pub bytecode: Budget,
    /// The maximum sizes of a bundle of sources.
    pub source: Budget,
    /// The maximum sizes of `app.zip` and its artifacts.
    #[serde(skip_serializing_if = "Budget::is_empty")]
    pub app: Budget,
    /// The maximum sizes of the zip of the tier `later` and its artifacts.
    #[serde(skip_serializing_if = "Budget::is_empty")]
    pub later: Budget,
    /// The maximum sizes of the zip of the tier `rest` and its artifacts.
    #[serde(skip_serializing_if = "Budget::is_empty")]
    pub rest: Budget,
}

impl Budgets {
    /// Returns the budget of bundles with this payload.
    pub fn of(&self, payload: Payload) -> Budget {
        match payload {
            Payload::Bytecode => self.bytecode,
            Payload::Source => self.source,
        }
    }

    /// Replaces the limits that `overrides` sets, for these payloads.
    pub(super) fn override_with(&mut self, overrides: Budget, payloads: &[Payload]) {
        for payload in payloads {
            let budget = match payload {
                Payload::Bytecode => &mut self.bytecode,
                Payload::Source => &mut self.source,
            };
            budget.override_with(overrides);
        }
    }
}

/// Largest accepted sizes of a bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Of the zip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zip: Option<ByteSize>,
    /// Of the `.zip.br`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brotli: Option<ByteSize>,
    /// Of the `.zip.packed.br`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packed: Option<ByteSize>,
}

impl Budget {
    /// Returns whether there are no limits.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Replaces the limits that `overrides` sets.
    pub(super) fn override_with(&mut self, overrides: Self) {
        self.zip = overrides.zip.or(self.zip);
        self.brotli = overrides.brotli.or(self.brotli);
        self.packed = overrides.packed.or(self.packed);
    }
}

/// Sorts encodings and removes duplicates. Deflate and zopfli write the same file, so the smaller one wins.
fn encodings(choices: &[Compression]) -> Vec<Compression> {
    let mut encodings = sorted_unique(choices);
    if encodings.contains(&Compression::Zopfli) {
        encodings.retain(|encoding| *encoding != Compression::Deflate);
    }
    encodings
}

/// Sorts `choices` and removes duplicates.
fn sorted_unique<T: Copy + Ord>(choices: &[T]) -> Vec<T> {
    let mut choices = choices.to_vec();
    choices.sort_unstable();
    choices.dedup();
    choices
}

impl Profile {
    /// Includes what the program needs although an exclusion with `unless-needed` matches, if the bundle is for a program:
    /// an app, roots or modules that are run.
    pub fn include_needed(&mut self, has_app: bool) {
        if has_app || !self.roots.is_default() || !self.run_modules.is_empty() {
            self.exclude.include_needed();
        }
    }

    /// Returns the first exclusion that matches `module` or one of its ancestors.
    pub fn exclusion_of(&self, module: &ModuleName) -> Option<&Exclusion> {
        self.exclude.first_match(module)
    }
}
