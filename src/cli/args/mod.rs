//! Argument groups that several commands share.

mod choice;
mod global;
mod inputs;
mod output;
mod selection;

pub(crate) use choice::{Choice, chosen};
pub(crate) use global::{GlobalArgs, is_quiet, is_verbose, jobs};
pub(crate) use inputs::InputArgs;
pub(crate) use output::{ArtifactArgs, OutputArgs};
pub(crate) use selection::{BundleArgs, SelectionArgs};
