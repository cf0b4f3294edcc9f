//! SHA-256 digests.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::Digest;

/// The SHA-256 digest of some bytes; shown and serialised in lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
pub struct Sha256(#[schemars(with = "String", regex(pattern = "^[0-9a-f]{64}$"))] [u8; 32]);

impl Sha256 {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// The digest of several parts, each with its length, so that no two lists of parts agree by
    /// moving bytes from one part to the next.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = sha2::Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// The digest in base64, as HTTP headers have it.
    pub fn base64(&self) -> String {
        BASE64_STANDARD.encode(self.0)
    }

    /// The digest's 32 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The SHA-384 digest of some bytes, which browsers check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sha384([u8; 48]);

impl Sha384 {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha384::digest(bytes).into())
    }

    /// The value of an `integrity` attribute (W3C, Subresource Integrity).
    pub fn integrity(&self) -> String {
        format!("sha384-{}", BASE64_STANDARD.encode(self.0))
    }
}

impl fmt::Display for Sha384 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits: Option<Vec<u8>> = text
            .chars()
            .map(|digit| Some(u8::try_from(digit.to_digit(16)?).unwrap_or_default()))
            .collect();
        let digits = digits.unwrap_or_default();
        let (pairs, _) = digits.as_chunks::<2>();
        let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
        let whole = bytes.try_into().ok().filter(|_| text.len() == 64);
        whole
            .map(Self)
            .ok_or_else(|| de::Error::custom("64 hexadecimal digits expected"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read_back() {
        let digest = Sha256::of(b"some bytes");
        let text = serde_json::to_string(&digest).unwrap();
        assert_eq!(serde_json::from_str::<Sha256>(&text).unwrap(), digest);
        for wrong in ["\"\"", "\"12\"", "7", &text.replace('"', "\"0")] {
            assert!(serde_json::from_str::<Sha256>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn known_digest() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Sha256::of(b"").to_string(), empty);
    }

    #[test]
    fn parts_do_not_run_together() {
        let split = |a: &[u8], b: &[u8]| Sha256::of_parts([a, b]);
        assert_ne!(split(b"ab", b"c"), split(b"a", b"bc"));
    }
}
