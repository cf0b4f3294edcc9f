//! SHA-256 and SHA-384 digests.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::Digest;

/// A SHA-256 digest, displayed and serialized in lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
pub struct Sha256(#[schemars(with = "String", regex(pattern = "^[0-9a-f]{64}$"))] [u8; 32]);

impl Sha256 {
    /// Returns the digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// Returns the digest of several parts. It includes their lengths, so that moving bytes from one part to the next
    /// changes it.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = sha2::Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// Returns the digest in base64, as used in HTTP headers.
    pub fn base64(&self) -> String {
        BASE64_STANDARD.encode(self.0)
    }

    /// Returns the 32 bytes of the digest.
    pub fn to_array(self) -> [u8; 32] {
        self.0
    }

    /// Returns the bytes of the digest, as a slice.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A SHA-384 digest, which browsers check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sha384([u8; 48]);

impl Sha384 {
    /// Returns the digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha384::digest(bytes).into())
    }

    /// Returns the value of an `integrity` attribute (W3C, Subresource Integrity).
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
        let digest = bytes.try_into().ok().filter(|_| text.len() == 64);
        digest
            .map(Self)
            .ok_or_else(|| de::Error::custom("64 hexadecimal digits expected"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn digest_round_trips() {
        let digest = Sha256::of(b"some bytes");
        let text = serde_json::to_string(&digest).unwrap();
        assert_eq!(serde_json::from_str::<Sha256>(&text).unwrap(), digest);
        for invalid in ["\"\"", "\"12\"", "7", &text.replace('"', "\"0")] {
            assert!(
                serde_json::from_str::<Sha256>(invalid).is_err(),
                "{invalid}"
            );
        }
    }

    #[test]
    fn empty_input_has_known_digest() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Sha256::of(b"").to_string(), empty);
    }

    #[test]
    fn digest_depends_on_part_boundaries() {
        let split = |a: &[u8], b: &[u8]| Sha256::of_parts([a, b]);
        assert_ne!(split(b"ab", b"c"), split(b"a", b"bc"));
    }
}
