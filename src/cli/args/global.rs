//! Arguments that every command takes.

use std::sync::OnceLock;

use clap::Args;

/// The arguments of this run.
static GIVEN: OnceLock<GlobalArgs> = OnceLock::new();

/// The amount of output and of parallel work.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Maximum number of threads and of worker processes [default: one per core]
    #[arg(long, short, global = true, value_name = "N",
          value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Print no progress, warnings or summaries
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Print more: every warning, and why each module is in the bundle
    #[arg(long, short, global = true)]
    verbose: bool,
}

impl GlobalArgs {
    /// Makes these the arguments of this run.
    pub(crate) fn store(self) {
        // A run has one command line.
        let _ = GIVEN.set(self);
    }
}

/// Returns the maximum number of threads and of worker processes, if it was given.
pub(crate) fn jobs() -> Option<usize> {
    GIVEN.get()?.jobs.map(usize::from)
}

/// Returns whether only errors and what was asked for are printed.
pub(crate) fn is_quiet() -> bool {
    GIVEN.get().is_some_and(|given| given.quiet)
}

/// Returns whether everything is printed that can be.
pub(crate) fn is_verbose() -> bool {
    GIVEN.get().is_some_and(|given| given.verbose)
}
