//! Reads and writes `stdlib-pack.lock`, which contains the snapshots that bundles must match.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Snapshot;
use crate::fs::limited::{self, MAX_LOCK};
use crate::types::ByteSize;
use crate::yaml::{self, YamlError};

/// The default file name of a lock.
pub const LOCK_FILE: &str = "stdlib-pack.lock";

/// The version of the layout. It increases with every incompatible change.
const LOCK_VERSION: u32 = 1;

const LOCK_HEADER: &str = "\
# Written by 'stdlib-pack lock': what each bundle was made from, and what it has to be. Commit it;
# 'stdlib-pack --locked' refuses to make anything else.
";

/// A lock: the snapshots that bundles must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The snapshots, by the name of the bundle.
    pub bundles: BTreeMap<String, Snapshot>,
}

/// The reason why a lock cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// The file does not exist.
    #[error("there is no lock '{}': 'stdlib-pack lock' with the same flags writes one", .0.display())]
    Missing(PathBuf),
    /// The file cannot be read.
    #[error("cannot read '{}': {source}", path.display())]
    Io {
        /// The path of the file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// The file is not a lock.
    #[error("'{}' is not a lock: {message}", path.display())]
    Invalid {
        /// The path of the file.
        path: PathBuf,
        /// The reason why it is not a lock.
        message: String,
    },
}

/// The YAML representation of [`Lock`].
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LockFile<B = BTreeMap<String, Snapshot>> {
    /// The version of the layout.
    pub version: u32,
    /// The snapshots, by the name of the bundle.
    pub bundles: B,
}

impl Lock {
    /// Reads the lock at `path`.
    ///
    /// # Errors
    /// When the file does not exist, cannot be read, or is not a lock.
    pub fn read(path: &Path) -> Result<Self, LockError> {
        let text = match limited::read_text(path, MAX_LOCK).map_err(io::Error::from) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(LockError::Missing(path.to_owned()));
            }
            Err(source) => {
                let path = path.to_owned();
                return Err(LockError::Io { path, source });
            }
        };
        Self::parse(&text).map_err(|message| LockError::Invalid {
            path: path.to_owned(),
            message,
        })
    }

    /// Parses the text of a lock.
    ///
    /// # Errors
    /// A message with the reason why it is not a lock.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let file: LockFile = yaml::parse_within(MAX_LOCK, text).map_err(|error| {
            let line = text[..error.range.start].lines().count().max(1);
            format!("line {line}: {}", error.message)
        })?;
        if file.version != LOCK_VERSION {
            return Err(format!(
                "its layout is version {}, this program knows {LOCK_VERSION}",
                file.version
            ));
        }
        let bundles = file.bundles;
        Ok(Self { bundles })
    }

    /// Returns whether a file contains a lock.
    pub fn is_lock(bytes: &[u8]) -> bool {
        str::from_utf8(bytes).is_ok_and(|text| Self::parse(text).is_ok())
    }

    /// Returns the text of the lock's file.
    ///
    /// # Errors
    /// When it would be larger than [`Lock::read`] accepts.
    pub fn to_yaml(&self) -> Result<String, YamlError> {
        let file = LockFile {
            version: LOCK_VERSION,
            bundles: &self.bundles,
        };
        let text = yaml::write(&file)?;
        let text = format!("{LOCK_HEADER}{text}");
        let size = ByteSize::of(text.as_bytes());
        if size > MAX_LOCK {
            return Err(YamlError {
                message: format!(
                    "the lock would have {size} bytes, where at most {MAX_LOCK} can be read again: give some of its bundles \
                 a lock of their own"
                ),
                help: None,
                range: 0..0,
            });
        }
        Ok(text)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::compare::ModuleSnapshot;
    use crate::types::{ModuleName, Sha256};

    /// Returns a lock of bundles with a thousand modules each.
    fn lock(bundles: usize) -> Lock {
        let state = ModuleSnapshot {
            reason: "app".to_owned(),
            importer: Some(ModuleName::new("a_module_of_the_app").unwrap()),
            tier: None,
            bytes: ByteSize(123_456),
            source: Some(Sha256::of(b"source")),
        };
        let modules = (0..1000).map(|number| {
            let name = format!("package.module_{number}");
            (ModuleName::new(&name).unwrap(), state.clone())
        });
        let snapshot = Snapshot {
            tool: "stdlib-pack 0.1.0".to_owned(),
            python: "3.13.1".to_owned(),
            magic: None,
            target: "native".to_owned(),
            profile: serde_json::json!({}),
            app: Vec::new(),
            dependencies: Vec::new(),
            outputs: BTreeMap::new(),
            modules: modules.collect(),
            app_zip: None,
        };
        let bundles = (0..bundles).map(|number| (format!("bundle{number}"), snapshot.clone()));
        Lock {
            bundles: bundles.collect(),
        }
    }

    #[test]
    fn to_yaml_round_trips_or_refuses_large_locks() {
        let large = lock(100);
        let text = large.to_yaml().unwrap();
        assert!(text.len() > 10 << 20, "{}", text.len());
        assert_eq!(Lock::parse(&text), Ok(large));
        let error = lock(400).to_yaml().unwrap_err();
        assert!(error.message.contains("can be read again"), "{error}");
    }
}
