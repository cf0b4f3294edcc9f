//! The options of a profile that are enumerations.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which imports are followed from the roots.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Closure {
    /// What importing the roots and running the app's own code loads: breaks on calls
    ImportTime,
    /// What a run can reach
    Reachable,
    /// Every import in every function, needed or not
    Everything,
}

/// What a bundle holds of each module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Payload {
    /// Compiled modules (.pyc): start two to three times faster
    Bytecode,
    /// Sources (.py): the smallest download
    Source,
}

impl Payload {
    /// Returns the file name extension of the modules.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Bytecode => "pyc",
            Self::Source => "py",
        }
    }
}

/// Python's own optimisation levels, `-O` and `-OO`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "u8", into = "u8")]
// With `try_from`, the schema is that of u8, and a range on the field would be lost.
#[schemars(extend("maximum" = 2))]
pub struct Optimize(u8);

impl TryFrom<u8> for Optimize {
    type Error = String;
    fn try_from(level: u8) -> Result<Self, String> {
        if level <= 2 {
            Ok(Self(level))
        } else {
            Err(format!("optimize is 0, 1 or 2, not {level}"))
        }
    }
}

impl From<Optimize> for u8 {
    fn from(level: Optimize) -> Self {
        level.0
    }
}

/// What is taken out of modules.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Strip {
    /// Docstrings: `help()` and `__doc__` are empty
    Docstrings,
    /// Column positions: tracebacks keep their line numbers and lose the `^^^^` marks
    Columns,
    /// Line numbers: tracebacks name the line where the function begins
    Lines,
    /// `assert` statements, as `-O` does
    Asserts,
    /// Annotations of functions, where nothing in the bundle or the app may read them
    Annotations,
    /// `if __name__ == "__main__"` blocks, except in modules that the bundle runs
    MainBlocks,
    /// Branches for other platforms and versions than the target's
    DeadBranches,
    /// Variables of the build in `_sysconfigdata_*` that neither a packed module nor the app names
    BuildVariables,
}

impl Strip {
    /// All options, in the order of their declaration.
    pub const ALL: &[Self] = &[
        Self::Docstrings,
        Self::Columns,
        Self::Lines,
        Self::Asserts,
        Self::Annotations,
        Self::MainBlocks,
        Self::DeadBranches,
        Self::BuildVariables,
    ];
}

/// How a bundle is split into tiers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Tiers {
    /// What the first zip contains: `import-time`, what importing the roots and the app loads; or `recorded FILE`, what
    /// a recording of `stdlib-pack record` has loaded. The path is relative to the profile's file.
    pub start: StartTier,
    /// Whether a last zip contains every other module that the target can import, except for excluded ones.
    pub rest: bool,
}

impl Default for Tiers {
    fn default() -> Self {
        Self {
            start: StartTier::ImportTime,
            rest: true,
        }
    }
}

/// What the first zip of a bundle with tiers contains: `import-time` or `recorded FILE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^(import-time|recorded .+)$"))]
pub enum StartTier {
    /// What importing the roots and the app loads.
    ImportTime,
    /// What the recording in a file has loaded.
    Recorded(PathBuf),
}

impl StartTier {
    const IMPORT_TIME: &str = "import-time";
    const RECORDED: &str = "recorded ";
}

impl TryFrom<String> for StartTier {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == Self::IMPORT_TIME {
            return Ok(Self::ImportTime);
        }
        let file = text.strip_prefix(Self::RECORDED).map(str::trim);
        match file.filter(|file| !file.is_empty()) {
            Some(file) => Ok(Self::Recorded(file.into())),
            None => Err(format!(
                "'{text}' is not what a first zip can contain: write 'import-time' or 'recorded FILE', with a file of \
                 'stdlib-pack record'"
            )),
        }
    }
}

impl From<StartTier> for String {
    fn from(start: StartTier) -> Self {
        match start {
            StartTier::ImportTime => StartTier::IMPORT_TIME.to_owned(),
            StartTier::Recorded(file) => format!("{}{}", StartTier::RECORDED, file.display()),
        }
    }
}

/// What happens to modules that cannot be imported on the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum OnUnimportable {
    /// They are left out and listed, unless a root or the app needs them
    Drop,
    /// They are an error
    Error,
}

/// What happens to modules frozen into the target's interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Frozen {
    /// They are left out: the target never reads them from a bundle
    Drop,
    /// They are kept, for `inspect.getsource` and interpreters built without them
    Keep,
}

/// Encodings of the zip.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Compression {
    /// Brotli, quality 11, window 24: `.zip.br`
    Brotli,
    /// Zstandard, level 19: `.zip.zst`
    Zstd,
    /// A zip with deflated entries, for hosts that serve files as they are: `.deflated.zip`
    Deflate,
    /// The same file, a little smaller and much slower
    Zopfli,
    /// The packed form, with brotli, of bytecode only: half as large, for pages with stdlib-unpack.mjs:
    /// `.zip.packed.br`
    Packed,
    /// The packed form, with Zstandard: `.zip.packed.zst`
    PackedZstd,
}

impl Compression {
    /// All encodings, in the order of their declaration.
    pub const ALL: &[Self] = &[
        Self::Brotli,
        Self::Zstd,
        Self::Deflate,
        Self::Zopfli,
        Self::Packed,
        Self::PackedZstd,
    ];

    /// Returns the name in YAML and flags.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Brotli => "brotli",
            Self::Zstd => "zstd",
            Self::Deflate => "deflate",
            Self::Zopfli => "zopfli",
            Self::Packed => "packed",
            Self::PackedZstd => "packed-zstd",
        }
    }
}
