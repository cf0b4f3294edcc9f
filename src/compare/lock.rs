//! `stdlib-pack.lock`: bundles as they have to be.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Snapshot;
use crate::yaml;

/// What a lock is called when nobody says otherwise.
pub const LOCK_FILE: &str = "stdlib-pack.lock";

/// Version of the layout; a change that readers must know of raises it.
const VERSION: u32 = 1;

const HEADER: &str = "\
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
    #[error("'{}' is no lock: {message}", path.display())]
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
        let text = match fs::read_to_string(path) {
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
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: LockFile = yaml::parse(text).map_err(|error| {
            let line = text[..error.range.start].lines().count().max(1);
            format!("line {line}: {}", error.message)
        })?;
        if file.version != VERSION {
            return Err(format!(
                "its layout is version {}, this program knows {VERSION}",
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
    /// Never, with the values that it holds.
    pub fn to_yaml(&self) -> Result<String, String> {
        let file = LockFile {
            version: VERSION,
            bundles: &self.bundles,
        };
        let text = yaml::write(&file)?;
        Ok(format!("{HEADER}{text}"))
    }
}
