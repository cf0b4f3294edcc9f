//! Records the digests of files that are read.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::types::Sha256;

/// The digest of each file that was read, by path.
#[derive(Debug, Default)]
pub struct ReadLog(Mutex<BTreeMap<String, Sha256>>);

impl ReadLog {
    /// Records the content of a file.
    pub fn record(&self, path: &str, content: &[u8]) {
        let digest = Sha256::of(content);
        let mut digests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        digests.insert(path.to_owned(), digest);
    }

    /// Returns the digest of each file that was read so far, by path.
    pub fn digests(&self) -> BTreeMap<String, Sha256> {
        let digests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        digests.clone()
    }
}
