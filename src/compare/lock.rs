//! `stdlib-pack.lock`: the snapshots that bundles have to match.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Snapshot;
use crate::fs::limited::{self, MAX_LOCK};
use crate::types::ByteSize;
use crate::yaml::{self, YamlError};

/// What a lock is called when nobody says otherwise.
pub const LOCK_FILE: &str = "stdlib-pack.lock";

/// Version of the layout; a change that readers must know of raises it.
const LOCK_VERSION: u32 = 1;

const LOCK_HEADER: &str = "\
# Written by 'stdlib-pack lock': what each bundle was made from, and what it has to be. Commit it;
# 'stdlib-pack --locked' refuses to make anything else.
";

/// Bundles by name, as they have to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The bundles.
    pub bundles: BTreeMap<String, Snapshot>,
}

/// A lock that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// There is none.
    #[error("there is no lock '{}': 'stdlib-pack lock' with the same flags writes one", .0.display())]
    Missing(PathBuf),
    /// It cannot be read.
    #[error("cannot read '{}': {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is no lock.
    #[error("'{}' is not a lock: {message}", path.display())]
    Bad {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
}

/// The file, as it is written.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LockFile<B = BTreeMap<String, Snapshot>> {
    /// Version of the layout.
    pub version: u32,
    /// Bundles by name.
    pub bundles: B,
}

impl Lock {
    /// Reads the lock in `path`.
    ///
    /// # Errors
    /// When there is none, or it is no lock.
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
        Self::parse(&text).map_err(|message| LockError::Bad {
            path: path.to_owned(),
            message,
        })
    }

    /// Reads the text of a lock.
    ///
    /// # Errors
    /// A sentence on what is wrong with it.
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

    /// Whether a file holds a lock.
    pub fn is_in(bytes: &[u8]) -> bool {
        str::from_utf8(bytes).is_ok_and(|text| Self::parse(text).is_ok())
    }

    /// The text of the lock.
    ///
    /// # Errors
    /// When it would be larger than what [`Lock::read`] accepts.
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

    /// A lock of bundles with a thousand modules each.
    fn lock(bundles: usize) -> Lock {
        let state = ModuleSnapshot {
            reason: "app".to_owned(),
            importer: Some(ModuleName::new("a_module_of_the_app").unwrap()),
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
            outputs: BTreeMap::new(),
            modules: modules.collect(),
        };
        let bundles = (0..bundles).map(|number| (format!("bundle{number}"), snapshot.clone()));
        Lock {
            bundles: bundles.collect(),
        }
    }

    #[test]
    fn what_is_written_can_be_read_again() {
        let large = lock(100);
        let text = large.to_yaml().unwrap();
        assert!(text.len() > 10 << 20, "{}", text.len());
        assert_eq!(Lock::parse(&text), Ok(large));
        let refused = lock(400).to_yaml().unwrap_err();
        assert!(refused.message.contains("can be read again"), "{refused}");
    }
}
