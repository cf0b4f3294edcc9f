//! Explains why a module is not in the bundle.

use std::fmt;

use super::{FailureCause, FailureChain};
use crate::graph::UnavailableBecause;
use crate::profile::Exclusion;

/// The reason why a module is not in the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DroppedBecause {
    /// The profile or a flag excludes it.
    Excluded(Exclusion),
    /// It cannot be imported on the target.
    Unimportable {
        /// The import chain from the module to the cause.
        chain: FailureChain,
        /// The target's name.
        target: String,
    },
    /// It is frozen into the target's interpreter.
    Frozen {
        /// The target's name.
        target: String,
    },
    /// No kept module imports it.
    NotReached,
    /// It is a module of the app or of a dependency, which only `app.zip` contains.
    NotPacked,
    /// It is a C module, which the runtime provides and a bundle cannot contain.
    CModule,
    /// It is a C module that the target does not have.
    NotOnTarget {
        /// The target's name.
        target: String,
        /// The reason why the target does not have it.
        reason: String,
    },
}

impl DroppedBecause {
    /// Returns the reason as one word, as in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Excluded(_) => "excluded",
            Self::Unimportable { .. } => "unimportable",
            Self::Frozen { .. } => "frozen",
            Self::NotReached => "not-reached",
            Self::NotPacked => "not-packed",
            Self::CModule => "c-module",
            Self::NotOnTarget { .. } => "not-on-target",
        }
    }

    /// Returns the details of the reason: the exclusion's pattern and reason, or the import chain to the cause.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Excluded(exclusion) => {
                Some(format!("{}: {}", exclusion.pattern, exclusion.reason))
            }
            Self::Unimportable { chain, .. } => Some(chain.to_string()),
            Self::NotOnTarget { reason, .. } => Some(reason.clone()),
            Self::Frozen { .. } | Self::NotReached | Self::NotPacked | Self::CModule => None,
        }
    }

    /// Returns the exclusion that makes the module unavailable, if there is one.
    pub fn exclusion(&self) -> Option<&Exclusion> {
        match self {
            Self::Excluded(exclusion) => Some(exclusion),
            Self::Unimportable { chain, .. } => match &chain.cause {
                FailureCause::Unavailable(_, UnavailableBecause::Excluded(exclusion)) => {
                    Some(exclusion)
                }
                _ => None,
            },
            _ => None,
        }
    }
}

impl fmt::Display for DroppedBecause {
    /// Writes the text after `is not in the bundle: `. It contains no provenance, because stubs contain this text, and
    /// a bundle must not depend on where its profile is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Excluded(exclusion) => write!(
                f,
                "excluded by '{}': {}",
                exclusion.pattern, exclusion.reason
            ),
            Self::Unimportable { chain, target } => {
                write!(f, "it cannot be imported on {target}: {chain}")
            }
            Self::Frozen { target } => write!(f, "it is frozen into the interpreter of {target}"),
            Self::NotReached => f.write_str("nothing in the bundle imports it"),
            Self::NotPacked => f.write_str(
                "it is of the app or of a dependency, and needed: --app-zip packs it into app.zip",
            ),
            Self::CModule => f.write_str(
                "it is a C module: the runtime provides it, a bundle holds Python modules only",
            ),
            Self::NotOnTarget { target, reason } => {
                write!(f, "{target} does not have this C module: {reason}")
            }
        }
    }
}
