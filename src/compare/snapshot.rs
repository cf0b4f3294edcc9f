//! The snapshot of a bundle: the parts of its receipt that are compared.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::bundle::{AppInput, FileDigest, Receipt, ReceiptModule};
use crate::types::{ByteSize, Magic, ModuleName, Sha256, Tier};
use crate::yaml;

/// The comparable state of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Snapshot {
    /// The name and version of the program that made it, such as `stdlib-pack 1.0.0`.
    pub tool: String,
    /// The version of the Python that compiled it, with the patch number; without it if the payload is `source`.
    pub python: String,
    /// The magic number of its bytecode; absent if the payload is `source`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub magic: Option<Magic>,
    /// The name of the target.
    pub target: String,
    /// The profile after merging.
    pub profile: Value,
    /// The app, with one item for each `--app`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub app: Vec<AppInput>,
    /// The dependencies of the app.
    pub dependencies: Vec<AppInput>,
    /// The zip and the artifacts, by file name.
    #[serde(serialize_with = "one_line_per_item")]
    pub outputs: BTreeMap<String, FileDigest>,
    /// The kept modules, by name.
    #[serde(serialize_with = "one_line_per_item")]
    pub modules: BTreeMap<ModuleName, ModuleSnapshot>,
    /// The contents of `app.zip`, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_zip: Option<AppZipSnapshot>,
}

/// The comparable contents of `app.zip`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AppZipSnapshot {
    /// The modules, by name.
    #[serde(serialize_with = "one_line_per_item")]
    pub modules: BTreeMap<ModuleName, ModuleSnapshot>,
    /// The other files, by path.
    #[serde(serialize_with = "one_line_per_item")]
    pub files: BTreeMap<String, FileDigest>,
}

/// Serializes each item of a map on one line, because diffs and merges work on lines.
fn one_line_per_item<S: Serializer>(
    map: &BTreeMap<impl Serialize, impl Serialize>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(map.iter().map(|(name, value)| (name, yaml::OneLine(value))))
}

/// The comparable state of a module in a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ModuleSnapshot {
    /// The reason why it is kept, as one word.
    pub reason: String,
    /// The module that imports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub importer: Option<ModuleName>,
    /// The tier that it is in, if the bundle has tiers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// The size in bytes in the zip.
    pub bytes: ByteSize,
    /// The digest of its source; absent for namespace packages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Sha256>,
}

impl From<Receipt> for Snapshot {
    fn from(receipt: Receipt) -> Self {
        let compiled = receipt.inputs.build_python;
        let magic = compiled.as_ref().map(|python| python.magic);
        let modules = receipt.kept.into_iter();
        let modules = modules.map(|(name, kept)| (name, ModuleSnapshot::from(kept)));
        let app_zip = receipt.app_zip.map(|app_zip| {
            let modules = app_zip.modules.into_iter();
            AppZipSnapshot {
                modules: modules
                    .map(|(name, module)| (name, ModuleSnapshot::from(module.module)))
                    .collect(),
                files: app_zip.files,
            }
        });
        Self {
            tool: receipt.tool,
            python: compiled.map_or_else(|| receipt.python.to_string(), |python| python.version),
            magic,
            target: receipt.target,
            profile: receipt.profile,
            app: receipt.inputs.app,
            dependencies: receipt.inputs.dependencies,
            outputs: receipt.outputs,
            modules: modules.collect(),
            app_zip,
        }
    }
}

impl From<ReceiptModule> for ModuleSnapshot {
    fn from(kept: ReceiptModule) -> Self {
        Self {
            reason: kept.because.as_str().to_owned(),
            importer: kept.because.importer().cloned(),
            tier: kept.tier,
            bytes: kept.bytes,
            source: kept.source_sha256.or(kept.sha256),
        }
    }
}

impl ModuleSnapshot {
    /// Returns the reason with the tier, such as `lazy (later)`.
    pub fn reason_and_tier(&self) -> String {
        match self.tier {
            Some(tier) => format!("{} ({tier})", self.reason),
            None => self.reason.clone(),
        }
    }
}

impl Snapshot {
    /// Returns the modules of the library and of `app.zip`, by name. If both have one, that of `app.zip` counts, which
    /// is imported.
    pub fn all_modules(&self) -> BTreeMap<&ModuleName, &ModuleSnapshot> {
        let in_app_zip = self.app_zip.iter().flat_map(|app_zip| &app_zip.modules);
        self.modules.iter().chain(in_app_zip).collect()
    }

    /// Returns the files in `app.zip` that are not modules, by path.
    pub fn app_files(&self) -> BTreeMap<&String, &FileDigest> {
        let app_zip = self.app_zip.iter();
        app_zip.flat_map(|app_zip| &app_zip.files).collect()
    }
}
