//! The snapshot of a bundle: what comparisons use of its receipt.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::bundle::{AppInput, FileDigest, Receipt};
use crate::types::{ByteSize, Magic, ModuleName, Sha256};
use crate::yaml;

/// A bundle, as far as two are compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Snapshot {
    /// `stdlib-pack` and its version.
    pub tool: String,
    /// The Python that compiled it, with the patch number; of sources the version that they are for.
    pub python: String,
    /// The magic number of its bytecode; none when it holds sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub magic: Option<Magic>,
    /// Where it will run.
    pub target: String,
    /// The profile after merging.
    pub profile: Value,
    /// The app's files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub app: Vec<AppInput>,
    /// The files that it consists of.
    #[serde(serialize_with = "a_line_each")]
    pub outputs: BTreeMap<String, FileDigest>,
    /// The modules in it.
    #[serde(serialize_with = "a_line_each")]
    pub modules: BTreeMap<ModuleName, ModuleSnapshot>,
}

/// Lines are what people read of a changed file, and what tools merge.
fn a_line_each<S: Serializer>(
    map: &BTreeMap<impl Serialize, impl Serialize>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(map.iter().map(|(name, value)| (name, yaml::OneLine(value))))
}

/// A module in a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ModuleSnapshot {
    /// Why it is there, in one word.
    pub reason: String,
    /// The module that needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub importer: Option<ModuleName>,
    /// Bytes in the zip.
    pub bytes: ByteSize,
    /// Digest of its source; none of what has no source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Sha256>,
}

impl From<Receipt> for Snapshot {
    fn from(receipt: Receipt) -> Self {
        let compiled = receipt.inputs.build_python;
        let magic = compiled.as_ref().map(|python| python.magic);
        let modules = receipt.kept.into_iter().map(|(name, kept)| {
            let state = ModuleSnapshot {
                reason: kept.because.as_str().to_owned(),
                importer: kept.because.importer().cloned(),
                bytes: kept.bytes,
                source: kept.source_sha256,
            };
            (name, state)
        });
        Self {
            tool: receipt.tool,
            python: compiled.map_or_else(|| receipt.python.to_string(), |python| python.version),
            magic,
            target: receipt.target,
            profile: receipt.profile,
            app: receipt.inputs.app,
            outputs: receipt.outputs,
            modules: modules.collect(),
        }
    }
}
