//! YAML text → typed values, with the place of every mistake. The one file that knows the YAML
//! library.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::DeserializeOwned;
pub use serde_saphyr::FlowMap as OneLine;
use serde_saphyr::{Budget, Error, Location};

use crate::did_you_mean::suggestion;
use crate::fs::limited::MAX_YAML;
use crate::types::ByteSize;

/// A mistake in a YAML text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct YamlError {
    /// What is wrong, in one line.
    pub message: String,
    /// What to do about it, where that can be said.
    pub help: Option<String>,
    /// The bytes of the text that it is about; empty where no place is known.
    pub range: Range<usize>,
}

/// A value and the bytes of the text it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place in the text.
    pub range: Range<usize>,
}

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Spanned<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = serde_saphyr::Spanned::<T>::deserialize(deserializer)?;
        let range = bytes_of(spanned.referenced);
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

/// Reads `text`. Unknown keys, wrong types, duplicate keys, deep nesting and exploding aliases are
/// errors.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, YamlError> {
    parse_within(MAX_YAML, text)
}

/// As [`parse`], of a text of at most `limit` bytes that programs write.
pub fn parse_within<T: DeserializeOwned>(limit: ByteSize, text: &str) -> Result<T, YamlError> {
    let size = ByteSize::of(text.as_bytes());
    if size > limit {
        return Err(YamlError {
            message: format!("{size} bytes of YAML exceed the limit of {limit}"),
            help: None,
            range: 0..0,
        });
    }
    // As many values as the library takes in the largest text that people write, for each such part.
    let parts = usize::try_from(limit.0.div_ceil(MAX_YAML.0)).unwrap_or(usize::MAX);
    let default = Budget::default();
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: default.max_events.saturating_mul(parts),
            max_nodes: default.max_nodes.saturating_mul(parts),
        },
    };
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| explain(error.without_snippet(), text))
}

/// Writes `value` as YAML.
///
/// # Errors
/// When it is of no kind that YAML has.
pub fn write(value: &impl serde::Serialize) -> Result<String, YamlError> {
    serde_saphyr::to_string(value).map_err(|error| YamlError {
        message: error.to_string(),
        help: None,
        range: 0..0,
    })
}

fn explain(error: &Error, text: &str) -> YamlError {
    let range = error.location().map_or(0..0, bytes_of);
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
        Error::Unexpected { expected, .. } => (format!("expected {}", plain(expected)), None),
        other => (one_line(&other.to_string()), None),
    };
    YamlError {
        message,
        help,
        range,
    }
}

/// What the library's words for the shapes of values mean.
fn plain(expected: &str) -> &str {
    match expected {
        "sequence start" => "a list",
        "mapping start" => "keys and values",
        "string scalar" => "a string",
        other => other,
    }
}

/// The library ends some messages with "at line 1, column 2": the place is shown otherwise.
fn one_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or("not valid YAML");
    let cut = line.find(" at line ").unwrap_or(line.len());
    line[..cut].trim_end_matches(',').to_owned()
}

fn bytes_of(location: Location) -> Range<usize> {
    let span = location.span();
    let start = span.byte_offset().unwrap_or(0);
    let end = start + span.byte_len().unwrap_or(0);
    let bound = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    bound(start)..bound(end)
}

/// A range within `text`, on character boundaries, and not past the end of its first line.
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
        fn any_text_is_read_as_it_was_written(text in any::<String>()) {
            let texts = vec![text];
            let written = write(&texts).unwrap_or_default();
            prop_assert_eq!(parse::<Vec<String>>(&written), Ok(texts));
        }
    }
}
