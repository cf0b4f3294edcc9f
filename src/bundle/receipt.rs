//! The receipt: inputs, modules with reasons, and outputs of a bundle.
//!
//! It holds no path of the machine, no time and no name of a user: equal inputs give equal receipts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CHECKSUM_EXTENSIONS, SBOM_EXTENSION};
use crate::explain::KeptBecause;
use crate::types::{ByteSize, Magic, ModuleName, Sha256, Version};

/// Version of the receipt's layout; a change that readers must know of raises it.
pub const RECEIPT_SCHEMA_VERSION: u32 = 1;

/// The receipt of a bundle.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    /// [`RECEIPT_SCHEMA_VERSION`].
    pub schema: u32,
    /// `stdlib-pack` and its version.
    pub tool: String,
    /// The Python version of the bundle.
    pub python: Version,
    /// Where it will run.
    pub target: String,
    /// The profile after merging, with the keys of a profile file.
    pub profile: Value,
    /// What it was made from.
    pub inputs: ReceiptInputs,
    /// Counts and sizes.
    pub totals: Totals,
    /// The files that were written, by name.
    pub outputs: BTreeMap<String, FileDigest>,
    /// Names of the files that tell of them, if any were asked for: a bill of materials, digests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub side_files: Vec<String>,
    /// Modules in the bundle, by name.
    pub kept: BTreeMap<ModuleName, ReceiptModule>,
    /// Modules not in the bundle, by name.
    pub dropped: BTreeMap<ModuleName, DroppedReceiptModule>,
    /// C modules that the bundle's modules import, which the runtime has to have.
    pub c_modules: Vec<ModuleName>,
    /// Modules that the app imports and that others provide, with the app's file and line.
    pub third_party: BTreeMap<String, String>,
}

/// Files that tell of a bundle's, for those who ask for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SideFiles {
    /// A bill of materials.
    pub sbom: bool,
    /// Digests of all other files.
    pub checksums: bool,
}

impl SideFiles {
    /// Those that a receipt names.
    pub fn of(receipt: &Receipt) -> Self {
        let names = |ending: &str| {
            let mut names = receipt.side_files.iter();
            names.any(|name| name.ends_with(ending))
        };
        Self {
            sbom: names(SBOM_EXTENSION),
            checksums: CHECKSUM_EXTENSIONS.into_iter().any(names),
        }
    }

    /// Endings of their names, after the bundle's name and a dot.
    pub fn extensions(self) -> Vec<&'static str> {
        let sbom = self.sbom.then_some(SBOM_EXTENSION);
        let checksums = CHECKSUM_EXTENSIONS.into_iter().filter(|_| self.checksums);
        sbom.into_iter().chain(checksums).collect()
    }
}

/// What a bundle was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiptInputs {
    /// Digest of the kept modules' paths and sources.
    pub stdlib_sha256: Sha256,
    /// The app's files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub app: Vec<AppInput>,
    /// Who compiled it; none when it holds sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_python: Option<BuildPythonInput>,
}

/// One `--app`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AppInput {
    /// Its last path component.
    pub name: String,
    /// Number of its Python files.
    pub files: usize,
    /// Digest of their paths and contents.
    pub sha256: Sha256,
}

/// Who compiled a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BuildPythonInput {
    /// With the patch number: 3.13.0.
    pub version: String,
    /// The magic number of its bytecode.
    pub magic: Magic,
}

/// Counts and sizes, in bytes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Modules in the bundle.
    pub modules: usize,
    /// Modules in the standard library, but for those that the profile excludes.
    pub stdlib_modules: usize,
    /// Sources of the modules in the bundle.
    pub source_bytes: ByteSize,
    /// Sources of the standard library, but for the modules that the profile excludes.
    pub stdlib_source_bytes: ByteSize,
    /// The modules as they are in the zip.
    pub packed_bytes: ByteSize,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileDigest {
    /// Its size.
    pub bytes: ByteSize,
    /// Its digest.
    pub sha256: Sha256,
}

impl FileDigest {
    /// The size and digest of these bytes.
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
    /// Why it is there.
    #[serde(flatten)]
    pub because: KeptBecause,
    /// Bytes in the zip.
    pub bytes: ByteSize,
    /// Digest of these bytes; none for what has no file, and in receipts of programs that did not write it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256>,
    /// Bytes of its source.
    pub source_bytes: ByteSize,
    /// Digest of its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_sha256: Option<Sha256>,
}

/// A module not in the bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DroppedReceiptModule {
    /// `excluded`, `unimportable`, `frozen` (into the runtime) or `not-reached`.
    pub reason: Cow<'static, str>,
    /// The pattern that excludes it and why, or from it to what it lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Receipt {
    /// The receipt as it is written: indented, with a newline at the end.
    pub fn to_json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// The names that its profile has as roots.
    pub fn roots(&self) -> Vec<ModuleName> {
        let roots = self.profile.get("roots").and_then(Value::as_array);
        let names = roots.into_iter().flatten().filter_map(Value::as_str);
        names
            .filter_map(|name| ModuleName::new(name).ok())
            .collect()
    }
}

/// Why a text is not a receipt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ReceiptError(String);

/// Reads a receipt that was written before.
///
/// # Errors
/// When it is not JSON of this layout.
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
