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
        for signal in signals.forever() {
            match exit_guard::foreground() {
                Some(process) => pass_on(signal, process),
                None => terminate(signal),
            }
        }
    })?;
    Ok(())
}

/// Passes a signal on to the process in the foreground. SIGINT comes from the terminal, which sends it to that process as
/// well: a second one would interrupt its clean-up.
#[cfg(unix)]
fn pass_on(signal: i32, process: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    let signal = Signal::from_named_raw(signal).filter(|signal| *signal != Signal::INT);
    if let Some((process, signal)) = process.zip(signal) {
        // An error means that the process has already ended.
        let _ = kill_process(process, signal);
    }
}

/// Installs a handler for Ctrl-C, the only signal here, which a process in the foreground receives as well. The exit code
/// is that of SIGINT.
#[cfg(not(unix))]
pub(crate) fn clean_up_when_ended() -> io::Result<()> {
    const INTERRUPT: i32 = 2;
    let handler = || {
        if exit_guard::foreground().is_none() {
            terminate(INTERRUPT);
        }
    };
    ctrlc::set_handler(handler).map_err(io::Error::other)
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
