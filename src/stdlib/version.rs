//! Reads the Python version of a standard library in its sources.

use std::path::Path;

use super::Stdlib;
use crate::fs::limited;
use crate::manifest::Manifests;
use crate::types::{Magic, Version};

/// Returns the version that `patchlevel.h` of a checkout states, or the magic number that the Python source of importlib
/// contained until 3.13.
pub(super) fn stated_version(
    stdlib: &Stdlib,
    path: &Path,
    manifests: &Manifests,
) -> Option<Version> {
    from_checkout(path).or_else(|| manifests.version_of_magic(magic_in_sources(stdlib)?))
}

/// The header with the version in a CPython checkout.
const HEADER: &str = "Include/patchlevel.h";

/// Reads the version from `Include/patchlevel.h` in the checkout, which is `path` or its parent.
fn from_checkout(path: &Path) -> Option<Version> {
    let folders = [Some(path), path.parent()];
    let header = folders.into_iter().flatten().find_map(|folder| {
        limited::read_text(&folder.join(HEADER), limited::MAX_BUILD_FILE).ok()
    })?;
    let number = |name: &str| {
        let line = header
            .lines()
            .find_map(|line| line.strip_prefix("#define ")?.strip_prefix(name))?;
        line.trim().parse().ok()
    };
    Some(Version {
        major: number("PY_MAJOR_VERSION")?,
        minor: number("PY_MINOR_VERSION")?,
    })
}

/// Reads the magic number from `MAGIC_NUMBER = (3571).to_bytes(2, 'little') + b'\r\n'` in
/// `Lib/importlib/_bootstrap_external.py`.
fn magic_in_sources(stdlib: &Stdlib) -> Option<Magic> {
    let source = stdlib.read("importlib/_bootstrap_external.py").ok()?;
    let source = String::from_utf8_lossy(&source);
    let start = source.find("\nMAGIC_NUMBER = (")? + "\nMAGIC_NUMBER = (".len();
    let digits: String = source[start..]
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok().map(Magic)
}
