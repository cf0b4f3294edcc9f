//! Parses YAML into typed values, with the location of every error. No other file uses the YAML library.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::DeserializeOwned;
pub use serde_saphyr::FlowMap as OneLine;
use serde_saphyr::{Budget, Error, Location};

use crate::did_you_mean::suggestion;
use crate::fs::limited::MAX_YAML;
use crate::types::ByteSize;

/// An error in a YAML text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct YamlError {
    /// The message, in one line.
    pub message: String,
    /// The help, if there is any.
    pub help: Option<String>,
    /// The byte range of the error in the text; empty if it is unknown.
    pub range: Range<usize>,
}

/// A value, and the range of the text that it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The byte range in the text.
    pub range: Range<usize>,
}

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Spanned<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = serde_saphyr::Spanned::<T>::deserialize(deserializer)?;
        let range = byte_range(spanned.referenced);
        let value = spanned.value;
        Ok(Self { value, range })
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Spanned<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

/// Parses `text`.
///
/// # Errors
/// For unknown keys, wrong types, duplicate keys, deep nesting, and aliases that expand too far.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, YamlError> {
    parse_within(MAX_YAML, text)
}

/// Parses a text that programs write, of at most `limit` bytes, like [`parse`].
pub fn parse_within<T: DeserializeOwned>(limit: ByteSize, text: &str) -> Result<T, YamlError> {
    let size = ByteSize::of(text.as_bytes());
    if size > limit {
        return Err(YamlError {
            message: format!("{size} bytes of YAML exceed the limit of {limit}"),
            help: None,
            range: 0..0,
        });
    }
    // The library's default budget is for a text of `MAX_YAML` bytes, so it is scaled to the limit.
    let factor = usize::try_from(limit.0.div_ceil(MAX_YAML.0)).unwrap_or(usize::MAX);
    let default = Budget::default();
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: default.max_events.saturating_mul(factor),
            max_nodes: default.max_nodes.saturating_mul(factor),
        },
    };
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| describe_error(error.without_snippet(), text))
}

/// Serializes `value` as YAML.
///
/// # Errors
/// When the value cannot be represented in YAML.
pub fn write(value: &impl serde::Serialize) -> Result<String, YamlError> {
    serde_saphyr::to_string(value).map_err(|error| YamlError {
        message: error.to_string(),
        help: None,
        range: 0..0,
    })
}

fn describe_error(error: &Error, text: &str) -> YamlError {
    let range = error.location().map_or(0..0, byte_range);
    let range = clamp(&range, text);
    let (message, help) = match error {
        Error::SerdeUnknownField {
            field, expected, ..
        } => (
            format!("unknown key '{field}'"),
            Some(suggestion(field, expected.iter().copied(), "keys here are")),
        ),
        Error::SerdeUnknownVariant {
            variant, expected, ..
        } => (
            format!("'{variant}' is not one of the choices"),
            Some(suggestion(variant, expected.iter().copied(), "choices are")),
        ),
        Error::SerdeMissingField { field, .. } => (format!("the key '{field}' is missing"), None),
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().unwrap_or("this");
            (
                format!("duplicate key '{key}'"),
                Some("remove or merge one of them".to_owned()),
            )
        }
        Error::SerdeInvalidType {
            unexpected,
            expected,
            ..
        }
        | Error::SerdeInvalidValue {
            unexpected,
            expected,
            ..
        } => (format!("expected {expected}, found {unexpected}"), None),
        Error::Unexpected { expected, .. } => (format!("expected {}", kind_name(expected)), None),
        other => (one_line(&other.to_string()), None),
    };
    YamlError {
        message,
        help,
        range,
    }
}

/// Translates the library's names for kinds of values into those of messages.
fn kind_name(expected: &str) -> &str {
    match expected {
        "sequence start" => "a list",
        "mapping start" => "keys and values",
        "string scalar" => "a string",
        other => other,
    }
}

/// Removes "at line 1, column 2" from the end of the library's messages, because diagnostics show the location.
fn one_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or("not valid YAML");
    let end = line.find(" at line ").unwrap_or(line.len());
    line[..end].trim_end_matches(',').to_owned()
}

fn byte_range(location: Location) -> Range<usize> {
    let span = location.span();
    let start = span.byte_offset().unwrap_or(0);
    let end = start + span.byte_len().unwrap_or(0);
    let bound = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    bound(start)..bound(end)
}

/// Clamps a range to `text`, to character boundaries, and to the end of the line that it starts on.
fn clamp(range: &Range<usize>, text: &str) -> Range<usize> {
    let mut start = range.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let line_end = text[start..]
        .find('\n')
        .map_or(text.len(), |length| start + length);
    let mut end = range.end.clamp(start, line_end);
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn strings_round_trip(text in any::<String>()) {
            let texts = vec![text];
            let written = write(&texts).unwrap_or_default();
            prop_assert_eq!(parse::<Vec<String>>(&written), Ok(texts));
        }
    }
}
