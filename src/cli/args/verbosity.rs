//! Arguments for the format and amount of output.

use clap::Args;

/// The format and amount of output.
#[derive(Debug, Args)]
pub(crate) struct VerbosityArgs {
    /// Print the outcome as JSON
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
    /// Print nothing but errors
    #[arg(long, short, help_heading = "Output", conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Also print why each module is in the bundle, and every warning
    #[arg(long, short, help_heading = "Output")]
    pub(crate) verbose: bool,
}
