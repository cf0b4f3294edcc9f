//! Provenance: where a value of a profile, a project or the command line was written.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

use crate::types::Sha256;

/// The text of a configuration file. Its `Debug` form is a digest: thousands of values may come from one text, and the
/// key of a cached bundle holds them all.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceText(Arc<Digested>);

#[derive(PartialEq, Eq)]
struct Digested {
    text: Box<str>,
    digest: Sha256,
}

impl From<&str> for SourceText {
    fn from(text: &str) -> Self {
        let digest = Sha256::of(text.as_bytes());
        let text = text.into();
        Self(Arc::new(Digested { text, digest }))
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

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// A place in a YAML file.
    File {
        /// The file, as the user named it.
        file: Arc<str>,
        /// The file's text.
        text: SourceText,
        /// The bytes of the text.
        range: Range<usize>,
        /// It is a built-in profile.
        built_in: bool,
    },
    /// A flag of the command line, as it was written.
    Flag(String),
}

/// A value, and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub provenance: Provenance,
}

impl<T> Sourced<T> {
    /// A value of the flag `flag`, which is shown as `text`.
    pub fn of_flag(flag: &str, text: impl fmt::Display, value: T) -> Self {
        Self {
            value,
            provenance: Provenance::Flag(format!("{flag} {text}")),
        }
    }

    /// The same place with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced {
            value: change(self.value),
            provenance: self.provenance,
        }
    }
}

impl Provenance {
    /// Whether it is in a built-in profile.
    pub fn is_built_in(&self) -> bool {
        matches!(self, Self::File { built_in: true, .. })
    }

    /// The file, as the user named it; none for a flag.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::File { file, .. } => Some(file),
            Self::Flag(_) => None,
        }
    }

    /// Line and column in characters, both from 1; none for a flag.
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
    /// `profiles/x.yaml:3:5`, or the flag.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.line_and_column()) {
            (Self::File { file, .. }, Some((line, column))) => write!(f, "{file}:{line}:{column}"),
            (Self::File { file, .. }, None) => f.write_str(file),
            (Self::Flag(flag), _) => f.write_str(flag),
        }
    }
}
