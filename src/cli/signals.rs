//! Signals: clean up, and exit with the code that shells expect.

use std::io;

use crate::exit_guard;

/// What shells expect of a program that a signal ended, which is added to the signal's number.
const SIGNALLED: i32 = 128;

/// The exit code of a program that `signal` ended.
pub(crate) fn exit_code(signal: i32) -> u8 {
    u8::try_from(SIGNALLED + signal).unwrap_or(u8::MAX)
}

/// Cleans up when a signal ends the program, from now on.
///
/// # Errors
/// When the system has no thread for it.
#[cfg(unix)]
pub(crate) fn clean_up_when_ended() -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let of_interest = [SIGHUP, SIGINT, SIGTERM].into_iter();
    let of_interest = of_interest.filter(|signal| !is_ignored(*signal));
    let mut signals = signal_hook::iterator::Signals::new(of_interest)?;
    std::thread::Builder::new().spawn(move || {
        if let Some(signal) = signals.forever().next() {
            end(signal);
        }
    })?;
    Ok(())
}

/// As above. There is one signal only, as if from the keyboard.
#[cfg(not(unix))]
pub(crate) fn clean_up_when_ended() -> io::Result<()> {
    const INTERRUPT: i32 = 2;
    ctrlc::set_handler(|| end(INTERRUPT)).map_err(io::Error::other)
}

#[allow(clippy::exit)]
fn end(signal: i32) {
    exit_guard::clean_up(signal);
    std::process::exit(exit_code(signal).into());
}

/// Whether the parent process made the program ignore `signal`, as `nohup` does. Only Linux reports it without unsafe code.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.unwrap_or(0) >> (signal - 1) & 1 == 1
}
