//! Printing to standard output, which may be full or closed.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use super::diagnostics::show_error;
use crate::cli::error::CliError;

/// Prints a line, in which no word of others can move the terminal. Whoever reads it may have gone away: that is no
/// reason to panic.
macro_rules! outln {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let text = $crate::escape::terminal(&format!($($words)*));
        $crate::cli::render::stdout::note_result(writeln!(anstream::stdout(), "{text}"));
    }};
}
pub(crate) use outln;

/// Something could not be written to standard output.
static FAILED: AtomicBool = AtomicBool::new(false);

/// Whether something could not be written to standard output.
pub(crate) fn has_failed() -> bool {
    FAILED.load(Ordering::SeqCst)
}

/// Notes whether a line reached standard output. A reader that has gone away has read enough.
pub(crate) fn note_result(written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != io::ErrorKind::BrokenPipe
        && !FAILED.swap(true, Ordering::SeqCst)
    {
        show_error(&CliError::Environment(format!(
            "cannot write to standard output: {error}"
        )));
    }
}
