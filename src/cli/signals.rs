//! Signal handling: cleans up and exits with the code that shells expect.

use std::io;

use crate::exit_guard;

/// The offset that shells add to the signal number in the exit code of a terminated program.
const SIGNAL_EXIT_CODE_BASE: i32 = 128;

/// Returns the exit code of a program that was terminated by `signal`.
pub(crate) fn exit_code(signal: i32) -> u8 {
    u8::try_from(SIGNAL_EXIT_CODE_BASE + signal).unwrap_or(u8::MAX)
}

/// Installs a handler that cleans up when a signal terminates the program.
///
/// # Errors
/// If the handler or its thread cannot be created.
#[cfg(unix)]
pub(crate) fn clean_up_when_ended() -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let handled = [SIGHUP, SIGINT, SIGTERM].into_iter();
    let handled = handled.filter(|signal| !is_ignored(*signal));
    let mut signals = signal_hook::iterator::Signals::new(handled)?;
    std::thread::Builder::new().spawn(move || {
        if let Some(signal) = signals.forever().next() {
            terminate(signal);
        }
    })?;
    Ok(())
}

/// Installs a handler for Ctrl-C, the only signal here; its exit code is that of SIGINT.
#[cfg(not(unix))]
pub(crate) fn clean_up_when_ended() -> io::Result<()> {
    const INTERRUPT: i32 = 2;
    ctrlc::set_handler(|| terminate(INTERRUPT)).map_err(io::Error::other)
}

#[allow(clippy::exit)]
fn terminate(signal: i32) {
    exit_guard::clean_up(signal);
    std::process::exit(exit_code(signal).into());
}

/// Returns whether the parent process made the program ignore `signal`, as `nohup` does. Reads `/proc`, because only
/// Linux reports it without unsafe code.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.unwrap_or(0) >> (signal - 1) & 1 == 1
}
