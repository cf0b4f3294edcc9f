//! Reads the packages that a lock file names: `pylock.toml` (PEP 751), `uv.lock`, and `pyodide-lock.json`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::locked_package::{LockedPackage, normalized_name};
use super::requirements::parse_requirements;

/// Returns the packages that a requirements or lock file names.
///
/// # Errors
/// If it is not of the format that its extension tells.
pub(crate) fn parse_lock_file(file: &Path, text: &str) -> Result<Vec<LockedPackage>, String> {
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
