//! Finds the wheels of the packages that a requirements or lock file names.
//!
//! Formats: requirements files of pip, `pylock.toml` (PEP 751), `uv.lock`, and `pyodide-lock.json`. Nothing is downloaded:
//! the wheels lie in a folder. If the file has digests of a package, the wheel must have one of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::DependencyError;
use crate::fs::limited;
use crate::stdlib::{Archive, StdlibError};
use crate::types::{ByteSize, Sha256};

/// The maximum size of a requirements or lock file. That of Pyodide has less than 1 MB.
const MAX_LOCK: ByteSize = ByteSize(64 << 20);

/// The maximum size of a wheel.
const MAX_WHEEL: ByteSize = ByteSize(256 << 20);

/// A package that a file names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct LockedPackage {
    /// The normalized name.
    name: String,
    /// The version, if the file pins it.
    version: Option<String>,
    /// The digests of its files; empty if the file has none.
    sha256: Vec<String>,
    /// Whether only some environments need it.
    is_conditional: bool,
    /// The extras whose requirements are needed too; `None` if the file lists all packages.
    extras: Option<Vec<String>>,
}

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
    let packages = parse(file, &text).map_err(invalid)?;
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

/// Returns the packages that a wheel requires with some of its extras (core metadata, `Requires-Dist`).
fn required_packages(wheel: &Path, extras: &[String]) -> Result<Vec<LockedPackage>, String> {
    let unreadable = |error: StdlibError| error.to_string();
    let (archive, entries) = Archive::open_any(wheel).map_err(unreadable)?;
    let is_metadata = |path: &&String| path.ends_with(".dist-info/METADATA");
    let Some(metadata) = entries.data.iter().find(is_metadata) else {
        return Ok(Vec::new());
    };
    let metadata = archive.read(metadata).map_err(unreadable)?;
    let metadata = String::from_utf8_lossy(&metadata);
    // The description follows after an empty line.
    let headers = metadata.lines().take_while(|line| !line.is_empty());
    let requirements = headers.filter_map(|line| line.strip_prefix("Requires-Dist:"));
    let required = requirements.filter_map(|text| {
        let requirement = Requirement::parse(text.trim());
        let is_wanted = match requirement.marker {
            Some(marker) if marker.contains("extra") => {
                let quoted = marker.split(['"', '\'']).map(normalized_name);
                quoted.into_iter().any(|word| extras.contains(&word))
            }
            _ => true,
        };
        is_wanted.then(|| LockedPackage {
            name: normalized_name(requirement.name),
            // The requirements file, or else the user who filled the folder, decides on versions.
            version: None,
            sha256: Vec::new(),
            is_conditional: true,
            extras: Some(requirement.extras()),
        })
    });
    Ok(required.collect())
}

/// The parts of a requirement such as `requests[socks]>=2; python_version < "4"` (PEP 508).
struct Requirement<'a> {
    name: &'a str,
    /// What follows the name.
    rest: &'a str,
    marker: Option<&'a str>,
}

impl<'a> Requirement<'a> {
    fn parse(text: &'a str) -> Self {
        let (text, marker) = match text.split_once(';') {
            Some((text, marker)) => (text, Some(marker)),
            None => (text, None),
        };
        let end = text.find(|c: char| "=<>!~[@ (".contains(c));
        let (name, rest) = text.split_at(end.unwrap_or(text.len()));
        Self { name, rest, marker }
    }

    /// Returns the normalized names of the extras.
    fn extras(&self) -> Vec<String> {
        let extras = self.rest.trim_start().strip_prefix('[');
        let extras = extras.and_then(|rest| rest.split_once(']'));
        let extras = extras.into_iter().flat_map(|(extras, _)| extras.split(','));
        extras.map(|extra| normalized_name(extra.trim())).collect()
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

/// Normalizes the name of a package like PEP 503.
pub(super) fn normalized_name(name: &str) -> String {
    let mut normalized = String::with_capacity(name.len());
    for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        if !normalized.is_empty() {
            normalized.push('-');
        }
        normalized.push_str(&part.to_lowercase());
    }
    normalized
}

/// Normalizes a version as far as the names of wheels do: a local part follows `+` or `_`.
fn normalized_version(version: &str) -> String {
    version.to_lowercase().replace('_', "+")
}

fn parse(file: &Path, text: &str) -> Result<Vec<LockedPackage>, String> {
    let extension = file.extension().and_then(|extension| extension.to_str());
    match extension {
        Some("json") => parse_pyodide_lock(text),
        Some("toml" | "lock") => parse_toml(text),
        _ => parse_requirements(text),
    }
}

/// The parts of `pylock.toml` and `uv.lock` that matter, which are alike.
#[derive(Deserialize)]
struct TomlLock {
    #[serde(default, alias = "package")]
    packages: Vec<TomlPackage>,
}

#[derive(Deserialize)]
struct TomlPackage {
    name: String,
    version: Option<String>,
    marker: Option<String>,
    #[serde(default)]
    wheels: Vec<TomlWheel>,
    #[serde(default)]
    source: BTreeMap<String, toml::Value>,
}

#[derive(Deserialize)]
struct TomlWheel {
    /// `sha256:…`, in `uv.lock`.
    hash: Option<String>,
    /// By algorithm, in `pylock.toml`.
    #[serde(default)]
    hashes: BTreeMap<String, String>,
}

fn parse_toml(text: &str) -> Result<Vec<LockedPackage>, String> {
    let lock: TomlLock = toml::from_str(text).map_err(|error| error.to_string())?;
    if lock.packages.is_empty() {
        return Err("it names no packages: is it a pylock.toml or uv.lock?".to_owned());
    }
    // The project itself is not a dependency.
    let is_project = |package: &TomlPackage| {
        ["editable", "virtual"]
            .iter()
            .any(|key| package.source.contains_key(*key))
    };
    let packages = lock
        .packages
        .into_iter()
        .filter(|package| !is_project(package));
    let locked = packages.map(|package| LockedPackage {
        name: normalized_name(&package.name),
        version: package.version,
        sha256: package
            .wheels
            .into_iter()
            .filter_map(wheel_digest)
            .collect(),
        // Which environments need a package of uv.lock stands at those that depend on it.
        is_conditional: package.marker.is_some() || !package.source.is_empty(),
        extras: None,
    });
    Ok(locked.collect())
}

fn wheel_digest(mut wheel: TomlWheel) -> Option<String> {
    let hash = wheel
        .hash
        .as_deref()
        .and_then(|hash| hash.strip_prefix("sha256:"));
    let hash = hash.map(str::to_owned);
    hash.or_else(|| wheel.hashes.remove("sha256"))
        .map(|hash| hash.to_lowercase())
}

#[derive(Deserialize)]
struct PyodideLock {
    packages: BTreeMap<String, PyodidePackage>,
}

#[derive(Deserialize)]
struct PyodidePackage {
    name: String,
    version: String,
    #[serde(default)]
    sha256: String,
}

fn parse_pyodide_lock(text: &str) -> Result<Vec<LockedPackage>, String> {
    let lock: PyodideLock = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let packages = lock.packages.into_values();
    // Pyodide's lock lists all packages of the distribution: those whose wheels are there are meant.
    let locked = packages.map(|package| LockedPackage {
        name: normalized_name(&package.name),
        version: Some(package.version),
        sha256: Some(package.sha256.to_lowercase())
            .filter(|sha256| !sha256.is_empty())
            .into_iter()
            .collect(),
        is_conditional: true,
        extras: None,
    });
    Ok(locked.collect())
}

/// Parses a requirements file of pip ("Requirements File Format" in pip's documentation). Only names, pinned versions and
/// digests matter.
fn parse_requirements(text: &str) -> Result<Vec<LockedPackage>, String> {
    let mut packages = Vec::new();
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    for (index, line) in joined.lines().enumerate() {
        let line = line.split(" #").next().unwrap_or(line).trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(other) = [
            "-r",
            "--requirement",
            "-c",
            "--constraint",
            "-e",
            "--editable",
        ]
        .iter()
        .find(|option| line.starts_with(**option))
        {
            return Err(format!(
                "line {}: '{other}' is not followed: pass that file as well, or a lock file",
                index + 1
            ));
        }
        if line.starts_with('-') {
            continue;
        }
        let mut words = line.split_whitespace();
        let hashes = words
            .clone()
            .filter_map(|word| word.strip_prefix("--hash=sha256:"));
        let requirement: Vec<&str> = words
            .by_ref()
            .take_while(|word| !word.starts_with("--"))
            .collect();
        let requirement = requirement.join(" ");
        let requirement = Requirement::parse(&requirement);
        let Requirement { name, rest, marker } = requirement;
        if name.is_empty() || rest.contains('@') {
            return Err(format!(
                "line {}: '{line}' names no package and version",
                index + 1
            ));
        }
        let pinned = rest.rsplit_once("==").filter(|_| !rest.contains(','));
        let version = pinned.map(|(_, version)| version.trim_matches(['=', ' ', ')']).to_owned());
        packages.push(LockedPackage {
            name: normalized_name(name),
            version: version.filter(|version| !version.contains('*')),
            sha256: hashes.map(str::to_lowercase).collect(),
            is_conditional: marker.is_some(),
            extras: Some(requirement.extras()),
        });
    }
    Ok(packages)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn package(
        name: &str,
        version: Option<&str>,
        sha256: &[&str],
        is_conditional: bool,
    ) -> LockedPackage {
        LockedPackage {
            name: name.to_owned(),
            version: version.map(str::to_owned),
            sha256: sha256.iter().map(ToString::to_string).collect(),
            is_conditional,
            extras: None,
        }
    }

    #[test]
    fn requirements() {
        let text = "# all\nRich==13.0.1 \\\n    --hash=sha256:AB \\\n    --hash=sha256:cd\nzope.interface >= 5 # any\n\
                    colorama==0.4.6 ; sys_platform == 'win32'\nflask[async]==3.0.*\n--index-url https://example.org\n";
        let expected = [
            package("rich", Some("13.0.1"), &["ab", "cd"], false),
            package("zope-interface", None, &[], false),
            package("colorama", Some("0.4.6"), &[], true),
            package("flask", None, &[], false),
        ];
        let expected = expected.map(|package| LockedPackage {
            extras: Some(match &*package.name {
                "flask" => vec!["async".to_owned()],
                _ => Vec::new(),
            }),
            ..package
        });
        assert_eq!(parse_requirements(text).unwrap(), expected);
        for wrong in ["-r other.txt", "a @ https://example.org/a.whl", "-e ."] {
            assert!(parse_requirements(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn pylock() {
        let text = "lock-version = '1.0'\n[[packages]]\nname = 'attrs'\nversion = '25.1.0'\n\
                    wheels = [{name = 'attrs-25.1.0-py3-none-any.whl', hashes = {sha256 = 'AB'}}]\n\
                    [[packages]]\nname = 'colorama'\nmarker = \"os_name == 'nt'\"\n";
        let expected = [
            package("attrs", Some("25.1.0"), &["ab"], false),
            package("colorama", None, &[], true),
        ];
        assert_eq!(parse_toml(text).unwrap(), expected);
        assert!(parse_toml("a = 1").is_err());
    }

    #[test]
    fn uv_lock() {
        let text = "version = 1\n[[package]]\nname = 'mine'\nversion = '1'\nsource = { virtual = '.' }\n\
                    [[package]]\nname = 'idna'\nversion = '3.10'\nsource = { registry = 'https://example.org' }\n\
                    wheels = [{ url = 'https://example.org/idna-3.10-py3-none-any.whl', hash = 'sha256:ef' }]\n";
        let expected = [package("idna", Some("3.10"), &["ef"], true)];
        assert_eq!(parse_toml(text).unwrap(), expected);
    }

    #[test]
    fn pyodide_lock() {
        let text = r#"{"packages": {"a": {"name": "A_b", "version": "1.0", "sha256": "ab", "depends": []}}}"#;
        let expected = [package("a-b", Some("1.0"), &["ab"], true)];
        assert_eq!(parse_pyodide_lock(text).unwrap(), expected);
    }
}
