//! Python versions, version ranges and magic numbers.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A feature release of Python, such as 3.13. Patch releases share their bytecode format.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
pub struct Version {
    /// The major version, so far always 3.
    pub major: u16,
    /// The minor version, such as 13.
    pub minor: u16,
}

/// A text that is not a version or version range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a Python version such as 3.13")]
pub struct VersionError(String);

impl Version {
    /// Returns the version without the dot, as in names of zips and folders: `313` for 3.13.
    pub fn tag(self) -> String {
        format!("{}{}", self.major, self.minor)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for Version {
    type Err = VersionError;
    /// Parses `3.13` or `3.13.2`, whose patch number is ignored.
    fn from_str(text: &str) -> Result<Self, VersionError> {
        let error = || VersionError(text.to_owned());
        let mut parts = text.trim().splitn(3, '.');
        let mut next = || {
            parts
                .next()
                .and_then(|part| part.parse().ok())
                .ok_or_else(error)
        };
        Ok(Self {
            major: next()?,
            minor: next()?,
        })
    }
}

impl TryFrom<String> for Version {
    type Error = VersionError;
    fn try_from(text: String) -> Result<Self, VersionError> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

/// A range of Python versions, such as `>=3.12, <3.14`. The empty range contains all versions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct VersionRange(Vec<(Comparison, Version)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    AtLeast,
    AtMost,
    Above,
    Below,
    Exactly,
}

const BOUNDS: [(&str, Comparison); 5] = [
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    ("==", Comparison::Exactly),
    (">", Comparison::Above),
    ("<", Comparison::Below),
];

impl VersionRange {
    /// Creates a range that contains only `version`.
    pub fn only(version: Version) -> Self {
        Self(vec![(Comparison::Exactly, version)])
    }

    /// Returns whether the range contains `version`.
    pub fn contains(&self, version: Version) -> bool {
        self.0.iter().all(|&(bound, limit)| match bound {
            Comparison::AtLeast => version >= limit,
            Comparison::AtMost => version <= limit,
            Comparison::Above => version > limit,
            Comparison::Below => version < limit,
            Comparison::Exactly => version == limit,
        })
    }
}

impl TryFrom<String> for VersionRange {
    type Error = VersionError;
    fn try_from(text: String) -> Result<Self, VersionError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let parse_part = |part: &str| {
            let part = part.trim();
            let (bound, rest) = BOUNDS
                .iter()
                .find_map(|(sign, bound)| Some((*bound, part.strip_prefix(sign)?)))
                .unwrap_or((Comparison::Exactly, part));
            Ok((bound, rest.parse()?))
        };
        text.split(',')
            .map(parse_part)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl From<VersionRange> for String {
    fn from(range: VersionRange) -> Self {
        let format_part = |(bound, version): &(Comparison, Version)| {
            let sign = BOUNDS
                .iter()
                .find(|(_, b)| b == bound)
                .map_or("", |(sign, _)| sign);
            format!("{sign}{version}")
        };
        range
            .0
            .iter()
            .map(format_part)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// The number that identifies the bytecode format of a `.pyc` file: the first two bytes of
/// `importlib.util.MAGIC_NUMBER`, in little-endian order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Magic(pub u16);

impl Magic {
    /// Returns the first four bytes of a `.pyc` file (PEP 3147).
    pub fn bytes(self) -> [u8; 4] {
        let [low, high] = self.0.to_le_bytes();
        [low, high, b'\r', b'\n']
    }
}

impl fmt::Display for Magic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        assert!(version("3.9") < version("3.13"));
        assert_eq!(version("3.13.0").to_string(), "3.13");
        assert!("3".parse::<Version>().is_err());
        assert!("three.one".parse::<Version>().is_err());
    }

    #[test]
    fn range_contains_versions_and_round_trips() {
        let range = VersionRange::try_from(">=3.12, <3.14".to_owned()).unwrap();
        let contained: Vec<bool> = (11..15)
            .map(|minor| range.contains(Version { major: 3, minor }))
            .collect();
        assert_eq!(contained, [false, true, true, false]);
        assert_eq!(String::from(range), ">=3.12, <3.14");
        assert!(VersionRange::default().contains(Version { major: 3, minor: 8 }));
    }
}
