//! Provenance: the places where values of profiles, projects and the command line are written.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

use crate::types::Sha256;

/// The text of a configuration file. Its `Debug` output is a digest, since the key of a cached bundle contains the
/// `Debug` output of all values, and thousands of values may share one text.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceText(Arc<DigestedText>);

#[derive(PartialEq, Eq)]
struct DigestedText {
    text: Box<str>,
    digest: Sha256,
}

impl From<&str> for SourceText {
    fn from(text: &str) -> Self {
        let digest = Sha256::of(text.as_bytes());
        let text = text.into();
        Self(Arc::new(DigestedText { text, digest }))
    }
}

impl Deref for SourceText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0.text
    }
}

impl fmt::Debug for SourceText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.digest, f)
    }
}

/// The place where a value is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// A range in a YAML file.
    File {
        /// The path of the file, as the user wrote it.
        file: Arc<str>,
        /// The text of the file.
        text: SourceText,
        /// The range of bytes in the text.
        range: Range<usize>,
        /// Whether the file is a built-in profile.
        built_in: bool,
    },
    /// A flag and its value, as written on the command line.
    Flag(String),
}

/// A value with its provenance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// The place where the value is written.
    pub provenance: Provenance,
}

impl<T> Sourced<T> {
    /// Creates a value from the flag `flag`; `text` is the value in messages.
    pub fn of_flag(flag: &str, text: impl fmt::Display, value: T) -> Self {
        Self {
            value,
            provenance: Provenance::Flag(format!("{flag} {text}")),
        }
    }

    /// Maps the value, and keeps the provenance.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced {
            value: change(self.value),
            provenance: self.provenance,
        }
    }
}

impl Provenance {
    /// Returns whether the value is from a built-in profile.
    pub fn is_built_in(&self) -> bool {
        matches!(self, Self::File { built_in: true, .. })
    }

    /// Returns the path of the file, as the user wrote it; `None` for a flag.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::File { file, .. } => Some(file),
            Self::Flag(_) => None,
        }
    }

    /// Returns the line and the column in characters, both starting at 1; `None` for a flag.
    pub fn line_and_column(&self) -> Option<(usize, usize)> {
        let Self::File { text, range, .. } = self else {
            return None;
        };
        let before = text.get(..range.start)?;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.matches('\n').count() + 1;
        Some((line, before[line_start..].chars().count() + 1))
    }
}

impl fmt::Display for Provenance {
    /// Formats the provenance as `profiles/x.yaml:3:5`, or as the flag.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.line_and_column()) {
            (Self::File { file, .. }, Some((line, column))) => write!(f, "{file}:{line}:{column}"),
            (Self::File { file, .. }, None) => f.write_str(file),
            (Self::Flag(flag), _) => f.write_str(flag),
        }
    }
}
