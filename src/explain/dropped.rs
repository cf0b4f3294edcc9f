//! Why a module is not in the bundle.

use std::fmt;

use super::{FailureCause, FailureChain};
use crate::graph::UnavailableBecause;
use crate::profile::Exclusion;

/// Why a module is not in the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DroppedBecause {
    /// The profile or a flag excludes it.
    Excluded(Exclusion),
    /// It cannot be imported on the target.
    Unimportable {
        /// From the module to the cause.
        chain: FailureChain,
        /// The target's name.
        target: String,
    },
    /// It is frozen into the target's interpreter.
    Frozen {
        /// The target's name.
        target: String,
    },
    /// Nothing that is kept imports it.
    NotReached,
    /// It is a C module, which the runtime has and no bundle can hold.
    CModule,
    /// It is a C module that the target does not have.
    NotOnTarget {
        /// The target's name.
        target: String,
        /// Why it does not.
        reason: String,
    },
}

impl DroppedBecause {
    /// The reason in one word, as JSON has it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Excluded(_) => "excluded",
            Self::Unimportable { .. } => "unimportable",
            Self::Frozen { .. } => "frozen",
            Self::NotReached => "not-reached",
            Self::CModule => "c-module",
            Self::NotOnTarget { .. } => "not-on-target",
        }
    }

    /// What the one word leaves open: the pattern and its reason, or the way to what cannot be had.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Excluded(exclusion) => {
                Some(format!("{}: {}", exclusion.pattern, exclusion.reason))
            }
            Self::Unimportable { chain, .. } => Some(chain.to_string()),
            Self::NotOnTarget { reason, .. } => Some(reason.clone()),
            Self::Frozen { .. } | Self::NotReached | Self::CModule => None,
        }
    }

    /// Whether it cannot be had because of an exclusion, if it is one.
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
    /// What follows `is not in the bundle: `. No place of a profile is in it: stubs have this text, and a bundle does not
    /// depend on where its profile lies.
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
            Self::CModule => f.write_str(
                "it is a C module: the runtime provides it, a bundle holds Python modules only",
            ),
            Self::NotOnTarget { target, reason } => {
                write!(f, "{target} does not have this C module: {reason}")
            }
        }
    }
}
