//! Counts of the files of an app that have Python in them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The number of files with Python in them, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DocumentCounts {
    /// Jupyter notebooks.
    pub notebooks: usize,
    /// Web pages.
    pub pages: usize,
    /// Files of JavaScript and TypeScript.
    pub scripts: usize,
}

impl DocumentCounts {
    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds other counts.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            notebooks: self.notebooks + other.notebooks,
            pages: self.pages + other.pages,
            scripts: self.scripts + other.scripts,
        }
    }
}

impl fmt::Display for DocumentCounts {
    /// Writes `3 notebooks, 1 page`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            notebooks,
            pages,
            scripts,
        } = self;
        let counts = [
            (notebooks, "notebook"),
            (pages, "page"),
            (scripts, "script"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| **count > 0);
        let words = counts.map(|(count, word)| match count {
            1 => format!("1 {word}"),
            count => format!("{count} {word}s"),
        });
        f.write_str(&words.collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_there_is_is_written() {
        let counts = DocumentCounts {
            notebooks: 3,
            pages: 0,
            scripts: 1,
        };
        assert_eq!(counts.to_string(), "3 notebooks, 1 script");
        assert_eq!(counts.plus(counts).to_string(), "6 notebooks, 2 scripts");
    }
}
