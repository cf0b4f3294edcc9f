//! The receipt of a bundle: its inputs, its modules with reasons, and its files.
//!
//! It contains no absolute paths, times or user names, so equal inputs give equal receipts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CHECKSUM_EXTENSIONS, SBOM_EXTENSION};
use crate::explain::KeptBecause;
use crate::types::{ByteSize, DocumentCounts, Magic, ModuleName, Sha256, Tier, Version};

/// The version of the receipt's layout. It increases with every incompatible change.
pub const RECEIPT_SCHEMA_VERSION: u32 = 1;

/// The receipt of a bundle.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    /// The version of the receipt's layout: [`RECEIPT_SCHEMA_VERSION`].
    pub schema: u32,
    /// The name and version of this program, such as `stdlib-pack 1.0.0`.
    pub tool: String,
    /// The Python version of the bundle.
    pub python: Version,
    /// The name of the target that the bundle runs on.
    pub target: String,
    /// The profile after merging, with the keys of a profile file.
    pub profile: Value,
    /// The inputs that the bundle was made from.
    pub inputs: ReceiptInputs,
    /// The counts and sizes of modules.
    pub totals: Totals,
    /// The zip and the artifacts, by file name.
    pub outputs: BTreeMap<String, FileDigest>,
    /// The names of the side files, if there are any: the SBOM and the checksums.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub side_files: Vec<String>,
    /// The kept modules, by name.
    pub kept: BTreeMap<ModuleName, ReceiptModule>,
    /// The contents of `app.zip`, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_zip: Option<ReceiptAppZip>,
    /// The dropped modules, by name.
    pub dropped: BTreeMap<ModuleName, DroppedReceiptModule>,
    /// The C modules that the bundle's modules import, which the runtime has to provide.
    pub c_modules: Vec<ModuleName>,
    /// The third-party modules that the app imports, each with the place of the first import as `module:line`.
    pub third_party: BTreeMap<String, String>,
}

/// The side files of a bundle: optional files about its other files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SideFiles {
    /// Whether there is an SBOM.
    pub sbom: bool,
    /// Whether there are checksums of all other files.
    pub checksums: bool,
}

impl SideFiles {
    /// Returns the side files that a receipt lists.
    pub fn of(receipt: &Receipt) -> Self {
        let is_listed = |extension: &str| {
            let mut names = receipt.side_files.iter();
            names.any(|name| name.ends_with(extension))
        };
        Self {
            sbom: is_listed(SBOM_EXTENSION),
            checksums: CHECKSUM_EXTENSIONS.into_iter().any(is_listed),
        }
    }

    /// Returns the extensions of the side files, without the leading dot.
    pub fn extensions(self) -> Vec<&'static str> {
        let sbom = self.sbom.then_some(SBOM_EXTENSION);
        let checksums = CHECKSUM_EXTENSIONS.into_iter().filter(|_| self.checksums);
        sbom.into_iter().chain(checksums).collect()
    }
}

/// The inputs that a bundle was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiptInputs {
    /// The digest of the paths and sources of the kept modules.
    pub stdlib_sha256: Sha256,
    /// The app, with one item for each `--app`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub app: Vec<AppInput>,
    /// The dependencies of the app, with one item for each `--dependency`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<AppInput>,
    /// The build Python that compiled the bundle; absent if the payload is `source`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_python: Option<BuildPythonInput>,
}

/// One `--app` or `--dependency`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AppInput {
    /// The last component of its path.
    pub name: String,
    /// The number of its module files; of a dependency, of those that were reached.
    pub files: usize,
    /// How many of these files are notebooks, pages and scripts.
    #[serde(default, skip_serializing_if = "DocumentCounts::is_empty")]
    pub documents: DocumentCounts,
    /// The number of packages that are installed in an app. They are dependencies, whose files are not counted above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installed_packages: Option<usize>,
    /// The digest of their paths and contents, with those of installed packages.
    pub sha256: Sha256,
}

/// The build Python that compiled a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BuildPythonInput {
    /// The version with the patch number, such as `3.13.0`.
    pub version: String,
    /// The magic number of its bytecode.
    pub magic: Magic,
}

/// The counts and sizes of a bundle's modules.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// The number of modules in the bundle.
    pub modules: usize,
    /// The number of modules in the standard library, without those that the profile excludes.
    pub stdlib_modules: usize,
    /// The size in bytes of the sources of the modules in the bundle.
    pub source_bytes: ByteSize,
    /// The size in bytes of the sources of the standard library, without the modules that the profile excludes.
    pub stdlib_source_bytes: ByteSize,
    /// The size in bytes of the modules in the zip.
    pub packed_bytes: ByteSize,
}

/// The size and digest of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileDigest {
    /// The size in bytes.
    pub bytes: ByteSize,
    /// The digest.
    pub sha256: Sha256,
}

impl FileDigest {
    /// Returns the size and digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            bytes: ByteSize::of(bytes),
            sha256: Sha256::of(bytes),
        }
    }
}

/// A module in the bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiptModule {
    /// `module`, `package` or `namespace`.
    pub kind: Cow<'static, str>,
    /// The reason why it is kept.
    #[serde(flatten)]
    pub because: KeptBecause,
    /// The tier that it is in, if the bundle has tiers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// The size in bytes in the zip.
    pub bytes: ByteSize,
    /// The digest of these bytes; absent for namespace packages, and in receipts of earlier versions of this program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256>,
    /// The size in bytes of its source.
    pub source_bytes: ByteSize,
    /// The digest of its source; absent for namespace packages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_sha256: Option<Sha256>,
}

/// The contents of `app.zip`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiptAppZip {
    /// The modules, by name.
    pub modules: BTreeMap<ModuleName, ReceiptAppModule>,
    /// The other files, by path.
    pub files: BTreeMap<String, FileDigest>,
    /// The versions of the distributions that the modules belong to, by name.
    pub distributions: BTreeMap<String, String>,
}

/// A module in `app.zip`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiptAppModule {
    /// `app` or `dependency`.
    pub of: Cow<'static, str>,
    /// The module. Its kind may also be `extension`.
    #[serde(flatten)]
    pub module: ReceiptModule,
}

/// A module not in the bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DroppedReceiptModule {
    /// `excluded`, `unimportable`, `frozen` or `not-reached`.
    pub reason: Cow<'static, str>,
    /// The exclusion's pattern and reason, or the import chain to the module that is unavailable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Receipt {
    /// Returns the text of the receipt's file: indented JSON with a final newline.
    pub fn to_json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Returns the roots of the receipt's profile.
    pub fn roots(&self) -> Vec<ModuleName> {
        let roots = self.profile.get("roots").and_then(Value::as_array);
        let names = roots.into_iter().flatten().filter_map(Value::as_str);
        names
            .filter_map(|name| ModuleName::new(name).ok())
            .collect()
    }
}

/// The reason why a text is not a receipt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ReceiptError(String);

/// Parses a receipt.
///
/// # Errors
/// When the text is not JSON of the current layout.
pub fn parse_receipt(text: &str) -> Result<Receipt, ReceiptError> {
    let receipt: Receipt =
        serde_json::from_str(text).map_err(|error| ReceiptError(error.to_string()))?;
    if receipt.schema == RECEIPT_SCHEMA_VERSION {
        Ok(receipt)
    } else {
        Err(ReceiptError(format!(
            "its layout is version {}, this program knows {RECEIPT_SCHEMA_VERSION}",
            receipt.schema
        )))
    }
}
