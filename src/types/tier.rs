use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A part of a bundle that has a zip of its own.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// What the program imports when it starts: the first download.
    Start,
    /// The rest of what the program can reach.
    Later,
    /// Every other module that the target can import.
    Rest,
}

impl Tier {
    /// The tiers whose zips are opened when a module of theirs is first imported.
    pub const FURTHER: [Self; 2] = [Self::Later, Self::Rest];

    /// The name of the module in the first tier that finds those of the further ones, once it is imported.
    pub const FINDER: &str = "_stdlib_tiers";

    /// Returns the name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Later => "later",
            Self::Rest => "rest",
        }
    }

    /// Returns the file name of the tier's zip without its extension. `stem` is that of the bundle.
    pub fn stem(self, stem: &str) -> String {
        match self {
            Self::Start => stem.to_owned(),
            Self::Later | Self::Rest => format!("{stem}.{self}"),
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
