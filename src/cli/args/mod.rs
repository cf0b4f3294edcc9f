//! Argument groups that several commands share.

mod inputs;
mod output;
mod selection;
mod verbosity;

pub(crate) use inputs::InputArgs;
pub(crate) use output::{ArtifactArgs, OutputArgs};
pub(crate) use selection::SelectionArgs;
pub(crate) use verbosity::VerbosityArgs;
