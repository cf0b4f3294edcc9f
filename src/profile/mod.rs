//! Profiles: what a product needs of the standard library, in YAML.

mod built_in;
mod check;
mod exclusions;
mod file;
mod find;
mod load;
mod options;
mod overrides;
mod pattern;
mod schema;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

pub use built_in::BUILT_IN;
pub use check::{check, check_target};
pub use exclusions::{Exclusion, Exclusions};
pub use find::is_target_file;
pub(crate) use load::load_text;
pub use load::{load, load_beside, load_merged};
pub use options::{Closure, Compression, Frozen, OnUnimportable, Optimize, Payload, Strip};
pub use overrides::Overrides;
pub use pattern::{Pattern, PatternError};
pub use schema::{profile_reference, profile_schema};

use crate::diagnostic::Provenance;
use crate::manifest::RuntimeFeature;
use crate::types::{ByteSize, ModuleName};

/// A profile after its `extends` and the command line are merged. It is written as a profile file, from which
/// [`load_merged`] reads it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Profile {
    /// What it was asked for by: a built-in name, or a file's name without its folder.
    pub name: String,
    /// One sentence for people.
    pub description: String,
    /// Where the bundle will run.
    pub target: String,
    /// Who asked for the target.
    #[serde(skip)]
    pub target_provenance: Provenance,
    /// Modules whose public API the bundle guarantees.
    #[serde(skip_serializing_if = "Roots::is_default")]
    pub roots: Roots,
    /// Modules that the bundle's user runs with `python -m`.
    pub run_modules: Vec<Root>,
    /// Modules that must not be in the bundle.
    pub exclude: Exclusions,
    /// Which imports are followed.
    pub closure: Closure,
    /// What the bundle contains of each module.
    pub payload: Payload,
    /// Python's own optimisation level.
    pub optimize: Optimize,
    /// What is taken out of compiled modules; sorted, each once.
    pub strip: Vec<Strip>,
    /// What happens to modules that cannot be imported on the target.
    pub on_unimportable: OnUnimportable,
    /// What happens to modules frozen into the target's interpreter.
    pub frozen: Frozen,
    /// What the interpreter may do unasked: show exceptions and warnings, compute with huge integers.
    pub runtime_features: Vec<RuntimeFeature>,
    /// Modules that are imported by computed names.
    pub hidden_imports: Vec<Root>,
    /// Codecs that are looked up by computed names.
    pub codecs: Vec<RequestedCodec>,
    /// Files that are put in as modules. No part of the receipt, which has the modules themselves.
    #[serde(skip)]
    pub extra_modules: Vec<ExtraModule>,
    /// Include stubs that raise the reason for missing modules.
    pub missing_module_stubs: bool,
    /// Compressed artifacts that are written beside the zip.
    #[serde(rename = "output", serialize_with = "serialize_output")]
    #[schemars(with = "BTreeMap<String, Vec<Compression>>")]
    pub compress: Vec<Compression>,
    /// Largest accepted sizes.
    pub budget: Budgets,
    /// The files that it was read from: its own, and those that it extends. No part of the receipt.
    #[serde(skip)]
    pub files: Vec<PathBuf>,
    /// Where the bundle is written; the command line's `--out` wins. No part of the receipt.
    #[serde(skip)]
    pub out: Option<String>,
}

/// Modules to start from.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Roots {
    /// The profile names none: an app's imports alone, or, without an app, every module there is.
    Default,
    /// These.
    #[serde(untagged)]
    Named(Vec<Root>),
}

impl Roots {
    fn is_default(&self) -> bool {
        matches!(self, Self::Default)
    }

    /// Whether a module of this name is one of them.
    pub fn contains(&self, module: &str) -> bool {
        match self {
            Self::Default => false,
            Self::Named(roots) => roots.iter().any(|root| root.module.as_str() == module),
        }
    }
}

/// `output: {compress: [brotli]}`
fn serialize_output<S: Serializer>(
    compress: &[Compression],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    BTreeMap::from([("compress", compress)]).serialize(serializer)
}

/// A module to start from, and where it was asked for.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Root {
    /// Its name.
    pub module: ModuleName,
    /// Who asked.
    #[serde(skip)]
    pub provenance: Provenance,
}

/// A codec that is looked up by a computed name, and where it was asked for.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct RequestedCodec {
    /// Its name, as programs have it.
    pub name: String,
    /// Who asked.
    #[serde(skip)]
    pub provenance: Provenance,
}

/// A file to put in as a module, and where it was asked for.
#[derive(Clone, Debug)]
pub struct ExtraModule {
    /// The file.
    pub file: PathBuf,
    /// Who asked.
    pub provenance: Provenance,
}

/// Largest accepted sizes, by payload.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub struct Budgets {
    /// Of a bundle of bytecode.
    pub bytecode: Budget,
    /// Of a bundle of sources.
    pub source: Budget,
}

impl Budgets {
    /// Those of bundles with that payload.
    pub fn of(&self, payload: Payload) -> Budget {
        match payload {
            Payload::Bytecode => self.bytecode,
            Payload::Source => self.source,
        }
    }

    /// Replaces the limits that `said` has, for these payloads.
    pub(super) fn override_with(&mut self, said: Budget, payloads: &[Payload]) {
        for payload in payloads {
            let own = match payload {
                Payload::Bytecode => &mut self.bytecode,
                Payload::Source => &mut self.source,
            };
            own.zip = said.zip.or(own.zip);
            own.brotli = said.brotli.or(own.brotli);
        }
    }
}

/// Largest accepted sizes of a bundle.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Of the zip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zip: Option<ByteSize>,
    /// Of the `.zip.br`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brotli: Option<ByteSize>,
}

/// Choices in their order, each once.
fn sorted_unique<T: Copy + Ord>(choices: &[T]) -> Vec<T> {
    let mut choices = choices.to_vec();
    choices.sort_unstable();
    choices.dedup();
    choices
}

impl Profile {
    /// The first exclusion that names `module` or a package that holds it.
    pub fn exclusion_of(&self, module: &ModuleName) -> Option<&Exclusion> {
        self.exclude.first_match(module)
    }
}
