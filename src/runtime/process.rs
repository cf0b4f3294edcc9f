//! Runs an interpreter and collects its output line by line, within limits.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::exit_guard;

/// The byte before answers on standard output; `MARK` in `setting.py`.
const MARK: u8 = 1;
/// The maximum length of a line, in bytes.
const MAX_LINE_BYTES: u64 = 1 << 20;
/// The maximum size of the end of standard error that is kept, in bytes.
const MAX_STDERR_BYTES: usize = 1 << 20;
/// The maximum size of standard output that is kept, in bytes.
const MAX_OUTPUT_BYTES: usize = 64 << 20;

/// The maximum time to wait for standard error after the interpreter has ended.
const STDERR_GRACE: Duration = Duration::from_secs(2);

/// The output of an interpreter.
#[derive(Debug, Default)]
pub struct ProcessOutput {
    /// The answers, each split at tabs.
    pub answers: Vec<Vec<String>>,
    /// The rest of standard output.
    pub stdout: Vec<u8>,
    /// The text on standard error, up to the maximum size.
    pub stderr: String,
    /// The exit code; `None` if a signal ended the interpreter.
    pub exit_code: Option<i32>,
    /// Whether the interpreter was stopped because it printed nothing for too long.
    pub timed_out: bool,
}

impl ProcessOutput {
    /// Returns the last line on standard error, which usually is the error that ended the interpreter.
    pub fn stderr_tail(&self) -> &str {
        let lines = self.stderr.trim_end().lines();
        lines.last().unwrap_or_default()
    }
}

/// Runs `command` until it ends or has printed nothing for `timeout`. Its standard input, if piped, is closed to make
/// it exit.
pub fn run(command: &mut Command, timeout: Duration) -> std::io::Result<ProcessOutput> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let (child, _guard) = exit_guard::spawn(command)?;
    let (stdin, stdout, stderr) = {
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    };
    let errors = thread::spawn(move || {
        let tail = read_tail(stderr?, MAX_STDERR_BYTES);
        Some(String::from_utf8_lossy(&tail).into_owned())
    });
    let (sender, lines) = channel();
    thread::spawn(move || {
        let mut stdout = BufReader::new(stdout?);
        loop {
            let mut line = Vec::new();
            let result = stdout
                .by_ref()
                .take(MAX_LINE_BYTES)
                .read_until(b'\n', &mut line);
            if result.ok()? == 0 {
                return Some(());
            }
            sender.send(line).ok()?;
        }
    });
    let mut output = collect_output(&lines, timeout);
    drop(stdin);
    output.exit_code = wait_or_kill(&child, output.timed_out)?;
    // Child processes of the interpreter may keep standard error open, so the wait is limited.
    let (error_sender, error_receiver) = channel();
    thread::spawn(move || error_sender.send(errors.join().ok().flatten()));
    let error_text = error_receiver.recv_timeout(STDERR_GRACE).ok().flatten();
    output.stderr = error_text.unwrap_or_default();
    Ok(output)
}

/// Reads to the end, since the interpreter would block if the pipe were full, and returns at most the last `limit`
/// bytes.
fn read_tail(mut input: impl Read, limit: usize) -> Vec<u8> {
    let mut tail = Vec::new();
    // Each round keeps at most `limit` bytes of the rounds before.
    while let Ok(1..) = input.by_ref().take(limit as u64).read_to_end(&mut tail) {
        let excess = tail.len().saturating_sub(limit);
        tail.drain(..excess);
    }
    tail
}

fn collect_output(lines: &Receiver<Vec<u8>>, timeout: Duration) -> ProcessOutput {
    let mut output = ProcessOutput::default();
    loop {
        match lines.recv_timeout(timeout) {
            Ok(line) => {
                let mut parts = line.splitn(2, |&byte| byte == MARK);
                let printed = parts.next().unwrap_or_default();
                if output.stdout.len() < MAX_OUTPUT_BYTES {
                    output.stdout.extend_from_slice(printed);
                }
                output.answers.extend(parts.next().map(|answer| {
                    let answer = String::from_utf8_lossy(answer);
                    let fields = answer.trim_end_matches('\n').split('\t');
                    fields.map(str::to_owned).collect()
                }));
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                output.timed_out = true;
                break;
            }
        }
    }
    output
}

/// Waits for the child to exit, and kills it after a timeout, or at once if it hangs.
fn wait_or_kill(child: &Mutex<Child>, timed_out: bool) -> std::io::Result<Option<i32>> {
    let start = Instant::now();
    let timeout = Duration::from_secs(if timed_out { 0 } else { 5 });
    loop {
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(status) = child.try_wait()? {
            return Ok(status.code());
        }
        if start.elapsed() >= timeout {
            let _ = child.kill();
            return Ok(child.wait()?.code());
        }
        drop(child);
        thread::sleep(Duration::from_millis(2));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_tail_keeps_the_end() {
        assert_eq!(read_tail(&b""[..], 3), b"");
        assert_eq!(read_tail(&b"abc"[..], 3), b"abc");
        assert_eq!(read_tail(&b"abcdefgh"[..], 3), b"fgh");
    }
}
