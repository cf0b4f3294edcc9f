//! Arguments that several commands share, each group once.

mod inputs;
mod output;
mod selection;
mod verbosity;

pub(crate) use inputs::InputArgs;
pub(crate) use output::{ArtifactArgs, OutputArgs};
pub(crate) use selection::SelectionArgs;
pub(crate) use verbosity::VerbosityArgs;
