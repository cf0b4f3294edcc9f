//! Printing to standard output, which may be full or closed.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use super::diagnostics::show_error;
use crate::cli::error::CliError;

/// Prints a line with terminal control characters escaped. Unlike `println!`, it does not panic if standard output is
/// closed.
macro_rules! outln {
    ($($arguments:tt)*) => {{
        use std::io::Write as _;
        let text = $crate::escape::terminal(&format!($($arguments)*));
        $crate::cli::render::stdout::note_result(writeln!(anstream::stdout(), "{text}"));
    }};
}
pub(crate) use outln;

/// Whether a write to standard output has failed.
static FAILED: AtomicBool = AtomicBool::new(false);

/// Returns whether a write to standard output has failed.
pub(crate) fn has_failed() -> bool {
    FAILED.load(Ordering::SeqCst)
}

/// Records the result of a write to standard output. A closed pipe is not a failure: its reader has read enough.
pub(crate) fn note_result(result: io::Result<()>) {
    if let Err(error) = result
        && error.kind() != io::ErrorKind::BrokenPipe
        && !FAILED.swap(true, Ordering::SeqCst)
    {
        show_error(&CliError::Environment(format!(
            "cannot write to standard output: {error}"
        )));
    }
}
