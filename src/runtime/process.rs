//! Runs one interpreter and collects its output, line by line, with limits.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::exit_guard;

/// What answers begin with on standard output; `MARK` in `setting.py`.
const MARK: u8 = 1;
/// Longest line that is read, and most that is kept of standard error, in bytes.
const MAX_LINE_BYTES: u64 = 1 << 20;
/// Most that is kept of what a program prints, in bytes.
const MAX_OUTPUT_BYTES: usize = 64 << 20;

/// Longest wait for the rest of standard error once the interpreter has ended.
const STDERR_GRACE: Duration = Duration::from_secs(2);

/// What an interpreter said until it ended.
#[derive(Debug, Default)]
pub struct ProcessOutput {
    /// Its answers, each as its tab-separated words.
    pub answers: Vec<Vec<String>>,
    /// What else it printed.
    pub printed: Vec<u8>,
    /// The end of what it wrote to standard error.
    pub errors: String,
    /// Its exit code; none when a signal ended it.
    pub exit_code: Option<i32>,
    /// It was stopped because it said nothing for too long.
    pub hung: bool,
}

impl ProcessOutput {
    /// The last line on standard error: as a rule, the error that ended it.
    pub fn stderr_tail(&self) -> &str {
        let lines = self.errors.trim_end().lines();
        lines.last().unwrap_or_default()
    }
}

/// Runs `command` to its end, or until it has said nothing for `patience`. Its standard input, if
/// it has one, is closed when it shall end.
pub fn run(command: &mut Command, patience: Duration) -> std::io::Result<ProcessOutput> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let child = Arc::new(Mutex::new(child));
    let _registration = exit_guard::guard_child(&child);
    let errors = thread::spawn(move || {
        let mut bytes = Vec::new();
        let mut stderr = stderr?;
        let _ = stderr.by_ref().take(MAX_LINE_BYTES).read_to_end(&mut bytes);
        // What is too much is read all the same, or the interpreter would wait for a reader.
        let _ = std::io::copy(&mut stderr, &mut std::io::sink());
        Some(String::from_utf8_lossy(&bytes).into_owned())
    });
    let (sender, lines) = channel();
    thread::spawn(move || {
        let mut stdout = BufReader::new(stdout?);
        loop {
            let mut line = Vec::new();
            let read = stdout
                .by_ref()
                .take(MAX_LINE_BYTES)
                .read_until(b'\n', &mut line);
            if read.ok()? == 0 {
                return Some(());
            }
            sender.send(line).ok()?;
        }
    });
    let mut heard = collect_output(&lines, patience);
    drop(stdin);
    heard.exit_code = end(&child, heard.hung)?;
    // What it started itself may still hold standard error open: that is not waited for.
    let (told, words) = channel();
    thread::spawn(move || told.send(errors.join().ok().flatten()));
    let words = words.recv_timeout(STDERR_GRACE).ok().flatten();
    heard.errors = words.unwrap_or_default();
    Ok(heard)
}

fn collect_output(lines: &Receiver<Vec<u8>>, patience: Duration) -> ProcessOutput {
    let mut heard = ProcessOutput::default();
    loop {
        match lines.recv_timeout(patience) {
            Ok(line) => {
                let mut parts = line.splitn(2, |&byte| byte == MARK);
                let printed = parts.next().unwrap_or_default();
                if heard.printed.len() < MAX_OUTPUT_BYTES {
                    heard.printed.extend_from_slice(printed);
                }
                heard.answers.extend(parts.next().map(|answer| {
                    let answer = String::from_utf8_lossy(answer);
                    let words = answer.trim_end_matches('\n').split('\t');
                    words.map(str::to_owned).collect()
                }));
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                heard.hung = true;
                break;
            }
        }
    }
    heard
}

/// Waits for a child that was asked to exit, and kills it if it does not.
fn end(child: &Mutex<Child>, hung: bool) -> std::io::Result<Option<i32>> {
    let start = Instant::now();
    let longest = Duration::from_secs(if hung { 0 } else { 5 });
    loop {
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(status) = child.try_wait()? {
            return Ok(status.code());
        }
        if start.elapsed() >= longest {
            let _ = child.kill();
            return Ok(child.wait()?.code());
        }
        drop(child);
        thread::sleep(Duration::from_millis(2));
    }
}
