//! Reads what a requirements file names, and what a wheel requires.

use std::path::Path;

use super::locked_package::{LockedPackage, normalized_name};
use crate::stdlib::{Archive, StdlibError};

/// Parses a requirements file of pip ("Requirements File Format" in pip's documentation). Only names, pinned versions and
/// digests matter.
pub(super) fn parse_requirements(text: &str) -> Result<Vec<LockedPackage>, String> {
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

/// Returns the packages that a wheel requires with some of its extras (core metadata, `Requires-Dist`).
pub(super) fn required_packages(
    wheel: &Path,
    extras: &[String],
) -> Result<Vec<LockedPackage>, String> {
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn requirements() {
        let text = "# all\nRich==13.0.1 \\\n    --hash=sha256:AB \\\n    --hash=sha256:cd\nzope.interface >= 5 # any\n\
                    colorama==0.4.6 ; sys_platform == 'win32'\nflask[async]==3.0.*\n--index-url https://example.org\n";
        let package = |name: &str, version: Option<&str>, is_conditional, extras: &[&str]| {
            let sha256: &[&str] = if name == "rich" { &["ab", "cd"] } else { &[] };
            LockedPackage {
                name: name.to_owned(),
                version: version.map(str::to_owned),
                sha256: sha256.iter().map(ToString::to_string).collect(),
                is_conditional,
                extras: Some(extras.iter().map(ToString::to_string).collect()),
            }
        };
        let expected = [
            package("rich", Some("13.0.1"), false, &[]),
            package("zope-interface", None, false, &[]),
            package("colorama", Some("0.4.6"), true, &[]),
            package("flask", None, false, &["async"]),
        ];
        assert_eq!(parse_requirements(text).unwrap(), expected);
        for wrong in ["-r other.txt", "a @ https://example.org/a.whl", "-e ."] {
            assert!(parse_requirements(wrong).is_err(), "{wrong}");
        }
    }
}
