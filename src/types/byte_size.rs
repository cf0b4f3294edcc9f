//! Sizes in bytes, parsed from and displayed as human-readable text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A number of bytes. It is displayed with thousands separators, and parsed from `380000`, `380 KB` or `1.5 MB` (1 KB
/// is 1,000 bytes, 1 KiB is 1,024).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "u64")]
pub struct ByteSize(pub u64);

impl schemars::JsonSchema for ByteSize {
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        if generator.contract().is_serialize() {
            return schemars::json_schema!({"description": "Bytes", "type": "integer", "minimum": 0});
        }
        schemars::json_schema!({
            "description": "Bytes: 380000, 380 KB, 380 KiB or 1.5 MB",
            "type": ["integer", "string"],
            "minimum": 0,
        })
    }
}

/// A text that is not a size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a size such as 380000, 380 KB, 380 KiB or 1.5 MB")]
pub struct SizeError(String);

const UNITS: [(&str, f64); 6] = [
    ("kib", 1024.0),
    ("mib", 1_048_576.0),
    ("kb", 1e3),
    ("mb", 1e6),
    ("bytes", 1.0),
    ("b", 1.0),
];

impl ByteSize {
    /// Returns the size of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(bytes.len() as u64)
    }

    /// Returns the share of `whole`, in percent; 0 if both are empty.
    pub fn percent_of(self, whole: Self) -> f64 {
        #[allow(clippy::cast_precision_loss)]
        let share = self.0 as f64 / whole.0.max(1) as f64;
        share * 100.0
    }
}

impl std::iter::Sum for ByteSize {
    fn sum<I: Iterator<Item = Self>>(sizes: I) -> Self {
        Self(sizes.map(|size| size.0).sum())
    }
}

impl From<ByteSize> for u64 {
    fn from(size: ByteSize) -> Self {
        size.0
    }
}

impl TryFrom<String> for ByteSize {
    type Error = SizeError;
    fn try_from(text: String) -> Result<Self, SizeError> {
        let error = || SizeError(text.clone());
        let lower = text.trim().replace(['_', ','], "").to_lowercase();
        let (number, factor) = UNITS
            .iter()
            .find_map(|(unit, factor)| Some((lower.strip_suffix(unit)?, *factor)))
            .unwrap_or((&lower, 1.0));
        let number: f64 = number.trim().parse().map_err(|_| error())?;
        let bytes = number * factor;
        // Above 2^53, a float cannot represent every integer, and no budget is that large.
        if !(0.0..=9_007_199_254_740_992.0).contains(&bytes) {
            return Err(error());
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let bytes = bytes.round() as u64;
        Ok(Self(bytes))
    }
}

/// Accepts a number, as in receipts, or a text with a unit, as in profiles.
impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Size;
        impl Visitor<'_> for Size {
            type Value = ByteSize;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a size such as 380000, 380 KB, 380 KiB or 1.5 MB")
            }
            fn visit_u64<E: de::Error>(self, bytes: u64) -> Result<ByteSize, E> {
                Ok(ByteSize(bytes))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<ByteSize, E> {
                ByteSize::try_from(text.to_owned()).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Size)
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let mut grouped = String::with_capacity(digits.len() * 4 / 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        f.pad(&grouped)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn byte_size_round_trips() {
        let text = serde_json::to_string(&ByteSize(1_234)).unwrap();
        assert_eq!(
            serde_json::from_str::<ByteSize>(&text).unwrap(),
            ByteSize(1_234)
        );
    }

    #[test]
    fn byte_size_parses_units_and_displays_separators() {
        let size = |text: &str| ByteSize::try_from(text.to_owned()).unwrap().0;
        assert_eq!(size("380000"), 380_000);
        assert_eq!(size("380 KB"), 380_000);
        assert_eq!(size("1.5MB"), 1_500_000);
        assert_eq!(size("2 KiB"), 2048);
        assert_eq!(ByteSize(1_234_567).to_string(), "1,234,567");
        assert_eq!(ByteSize(999).to_string(), "999");
        for invalid in ["", "many", "-1", "1e99 MB", "NaN"] {
            assert!(ByteSize::try_from(invalid.to_owned()).is_err(), "{invalid}");
        }
    }
}
