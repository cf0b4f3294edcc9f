//! The facts that a build Python reports about itself when it starts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use pyc::{Lines, normalize};

use crate::manifest::NativePlatform;
use crate::types::{Magic, ModuleName, Sha256, Version};

/// The facts about a build Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonFacts {
    /// The version.
    pub version: Version,
    /// The version with the patch number, and the release level unless it is final: `3.13.0`, `3.14.0-candidate1`.
    pub release: String,
    /// The value of `sys.version`, which distinguishes builds of one release.
    pub build: String,
    /// The implementation, such as `cpython`.
    pub implementation: String,
    /// The magic number of its bytecode.
    pub magic: Magic,
    /// The folder of its standard library, if it has one.
    pub stdlib: Option<PathBuf>,
    /// The folder of its extension modules, if it has one.
    pub extensions: Option<PathBuf>,
    /// The platform that it runs on.
    pub native: NativePlatform,
    /// The files that its process was loaded from, if known.
    pub files: Vec<PathBuf>,
    /// The digest of its bytecode for a fixed source.
    pub probe: Sha256,
}

impl PythonFacts {
    /// Parses the introduction that `worker.py` sends: length-prefixed names and values, in turn. `None` if it is
    /// invalid.
    pub(crate) fn read(introduction: &[u8]) -> Option<Self> {
        let mut rest = introduction;
        let mut next = || {
            let (length, after) = rest.split_first_chunk::<4>()?;
            let (field, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            rest = after;
            Some(String::from_utf8_lossy(field).into_owned())
        };
        let mut facts = BTreeMap::new();
        while let Some(name) = next() {
            facts.insert(name, next()?);
        }
        let mut take = |name: &str| facts.remove(name);
        let release = take("version")?;
        let level = take("release")?;
        let suffix = if level == "final" {
            String::new()
        } else {
            format!("-{level}")
        };
        let c_modules: BTreeSet<ModuleName> = take("c-modules")?
            .split(' ')
            .filter_map(|name| ModuleName::new(name).ok())
            .collect();
        let files = take("files").unwrap_or_default();
        let probe = take("probe").unwrap_or_default();
        Some(Self {
            files: files.lines().map(PathBuf::from).collect(),
            probe: probe_digest(&probe),
            version: release.parse().ok()?,
            release: release + &suffix,
            build: take("build")?,
            implementation: take("implementation")?,
            magic: Magic(take("magic")?.parse().ok()?),
            stdlib: take("stdlib")
                .filter(|path| !path.is_empty())
                .map(PathBuf::from),
            extensions: take("extensions")
                .map(PathBuf::from)
                .filter(|path| path.is_dir()),
            native: NativePlatform {
                sys_platform: take("sys-platform")?,
                os_name: take("os-name")?,
                sysconfigdata: take("sysconfigdata")?,
                c_modules,
            },
        })
    }
}

/// Returns the digest of bytecode in hexadecimal digits. The bytecode is normalized first, because it depends on the
/// process that compiled it.
fn probe_digest(digits: &str) -> Sha256 {
    let pairs = digits.as_bytes().chunks(2);
    let bytes = pairs.map(|pair| {
        let text = str::from_utf8(pair).unwrap_or_default();
        u8::from_str_radix(text, 16).unwrap_or_default()
    });
    let bytes: Vec<u8> = bytes.collect();
    match normalize(&bytes, Lines::Keep) {
        Ok(code) => Sha256::of(&code),
        Err(_) => Sha256::of(digits.as_bytes()),
    }
}
