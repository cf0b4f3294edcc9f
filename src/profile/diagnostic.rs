//! What there is to say about a profile, and about which place in it.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

use crate::types::Sha256;

/// The text of a profile. A digest stands for it where it is debugged: thousands of wishes may come from one text, and
/// what a bundle is remembered by has them all.
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

/// Where a wish comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// A place in a profile.
    File {
        /// How the user knows the file.
        file: Arc<str>,
        /// The file's text.
        text: SourceText,
        /// The bytes of the text.
        range: Range<usize>,
        /// The profile is one of the program's own.
        built_in: bool,
    },
    /// A flag of the command line, as it was written.
    Flag(String),
}

impl Provenance {
    /// Whether it is a profile that comes with the program.
    pub fn is_built_in(&self) -> bool {
        matches!(self, Self::File { built_in: true, .. })
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

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Nothing can be made of it.
    Error,
    /// It works, and is probably not what was meant.
    Warning,
}

/// One thing to say about a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Which place it is about.
    pub provenance: Provenance,
}
