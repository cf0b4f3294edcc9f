//! Finds the wheels of the packages that a requirements or lock file names.
//!
//! Nothing is downloaded: the wheels lie in a folder. If the file has digests of a package, the wheel must have one of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use super::error::DependencyError;
use super::lock_file::parse_lock_file;
use super::locked_package::{LockedPackage, normalized_name};
use super::requirements::required_packages;
use crate::fs::limited;
use crate::types::{ByteSize, Sha256};

/// The maximum size of a requirements or lock file. That of Pyodide has less than 1 MB.
const MAX_LOCK: ByteSize = ByteSize(64 << 20);

/// The maximum size of a wheel.
const MAX_WHEEL: ByteSize = ByteSize(256 << 20);

/// Returns the wheels in `folder` of the packages that `file` names. A requirements file may leave out what its packages
/// require in turn: that is added if its wheel is in the folder.
///
/// # Errors
/// If the file cannot be read, or a wheel is missing, ambiguous, or has another digest.
pub fn find_wheels(file: &Path, folder: &Path) -> Result<Vec<PathBuf>, DependencyError> {
    let invalid = |reason: String| DependencyError::LockFile {
        file: file.to_owned(),
        reason,
    };
    let text = limited::read_text(file, MAX_LOCK).map_err(|error| invalid(error.to_string()))?;
    let packages = parse_lock_file(file, &text).map_err(invalid)?;
    let wheels = list_wheels(folder).map_err(|error| {
        invalid(format!(
            "cannot list the wheels in '{}': {error}",
            folder.display()
        ))
    })?;
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    let mut known: BTreeSet<(String, String)> = BTreeSet::new();
    let pinned = packages.iter().filter_map(|package| {
        let version = package.version.clone()?;
        Some((package.name.clone(), version))
    });
    let pinned: BTreeMap<String, String> = pinned.collect();
    let mut packages = VecDeque::from(packages);
    while let Some(package) = packages.pop_front() {
        let candidates = wheels.get(&package.name).map_or(&[][..], Vec::as_slice);
        let is_wanted = |wheel: &&Wheel| {
            package
                .version
                .as_ref()
                .is_none_or(|version| normalized_version(version) == wheel.version)
        };
        let wanted: Vec<&Wheel> = candidates.iter().filter(is_wanted).collect();
        match wanted[..] {
            [] if package.is_conditional => {}
            [] => missing.push(match &package.version {
                Some(version) => format!("{} {version}", package.name),
                None => package.name.clone(),
            }),
            [wheel] => {
                check_digest(wheel, &package).map_err(invalid)?;
                if !found.contains(&wheel.path) {
                    found.push(wheel.path.clone());
                }
                if let Some(extras) = &package.extras {
                    for mut required in required_packages(&wheel.path, extras).map_err(invalid)? {
                        required.version = pinned.get(&required.name).cloned();
                        let extras = required.extras.iter().flatten().cloned();
                        let names = extras.map(|extra| (required.name.clone(), extra));
                        let base = [(required.name.clone(), String::new())];
                        // What was there before has nothing new to require.
                        if base.into_iter().chain(names).any(|name| known.insert(name)) {
                            packages.push_back(required);
                        }
                    }
                }
            }
            [first, second, ..] => {
                return Err(invalid(format!(
                    "'{}' and '{}' are both wheels of {}: keep one of them, or name its version",
                    first.path.display(),
                    second.path.display(),
                    package.name
                )));
            }
        }
    }
    if missing.is_empty() {
        Ok(found)
    } else {
        Err(invalid(format!(
            "'{}' has no wheel of {}: download them with 'pip download --only-binary :all: --dest {}'",
            folder.display(),
            missing.join(", "),
            folder.display()
        )))
    }
}

/// A wheel in the folder.
struct Wheel {
    path: PathBuf,
    version: String,
}

/// Returns the wheels in a folder by the normalized names of their packages.
fn list_wheels(folder: &Path) -> std::io::Result<BTreeMap<String, Vec<Wheel>>> {
    let mut wheels: BTreeMap<String, Vec<Wheel>> = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // NAME-VERSION-TAGS.whl ("Binary distribution format" of the packaging specifications).
        let Some(stem) = name.strip_suffix(".whl") else {
            continue;
        };
        let mut parts = stem.split('-');
        if let (Some(name), Some(version)) = (parts.next(), parts.next()) {
            let (name, version) = (normalized_name(name), normalized_version(version));
            wheels
                .entry(name)
                .or_default()
                .push(Wheel { path, version });
        }
    }
    for wheels in wheels.values_mut() {
        wheels.sort_by(|a, b| a.path.cmp(&b.path));
    }
    Ok(wheels)
}

fn check_digest(wheel: &Wheel, package: &LockedPackage) -> Result<(), String> {
    if package.sha256.is_empty() {
        return Ok(());
    }
    let bytes = limited::read(&wheel.path, MAX_WHEEL)
        .map_err(|error| format!("cannot read '{}': {error}", wheel.path.display()))?;
    let digest = Sha256::of(&bytes).to_string();
    if package.sha256.contains(&digest) {
        return Ok(());
    }
    Err(format!(
        "'{}' has the digest {digest}, which is none of those of {}: download it again",
        wheel.path.display(),
        package.name
    ))
}

/// Normalizes a version as far as the names of wheels do: a local part follows `+` or `_`.
fn normalized_version(version: &str) -> String {
    version.to_lowercase().replace('_', "+")
}
