//! A worker process of the build Python: starts and ends it, exchanges length-prefixed frames with it within limits,
//! and keeps the last lines of its standard error.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::command::PythonCommand;
use super::{CompileError, PythonFacts};
use crate::exit_guard;

/// The first output of a worker; `MARK` in `worker.py`.
const HANDSHAKE: &[u8] = b"stdlib-pack worker 1\n";
/// The maximum size of an answer in bytes.
const MAX_ANSWER_BYTES: usize = 256 << 20;
/// The number of lines of standard error that are kept.
const MAX_STDERR_LINES: usize = 8;
/// The maximum length of a kept line in bytes.
const MAX_STDERR_LINE_BYTES: usize = 400;
/// The signal that Linux's out-of-memory killer sends.
#[cfg(unix)]
const SIGKILL: i32 = 9;

/// A running worker. Dropping it ends the process.
pub(super) struct Worker {
    command: String,
    child: Arc<Mutex<Child>>,
    requests: Option<Sender<Vec<u8>>>,
    answers: Receiver<Result<Vec<u8>, String>>,
    stderr_lines: Arc<Mutex<Vec<String>>>,
    /// The thread that collects standard error; it finishes when the process has closed it.
    stderr_thread: Option<JoinHandle<()>>,
    timeout: Duration,
    _exit_guard: exit_guard::ExitGuard,
}

impl Worker {
    /// Starts a worker, which may take `timeout` for each answer, and reads its introduction.
    pub(super) fn start(
        python: &PythonCommand,
        timeout: Duration,
    ) -> Result<(Self, Vec<u8>), CompileError> {
        let mut command = python.worker();
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let cannot_start = |source: io::Error| match python {
            PythonCommand::Pyodide(_) if source.kind() == io::ErrorKind::NotFound => {
                let command = python.to_string();
                CompileError::NoNode { command }
            }
            _ => CompileError::CannotStart {
                command: python.to_string(),
                source,
            },
        };
        let (child, guard) = exit_guard::spawn(&mut command).map_err(cannot_start)?;
        let pipes = {
            let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        };
        let (requests, inbox) = channel::<Vec<u8>>();
        let (outbox, answers) = channel();
        let stderr_lines = Arc::new(Mutex::new(Vec::new()));
        let mut stderr_thread = None;
        if let (Some(stdin), Some(stdout), Some(stderr)) = pipes {
            thread::spawn(move || write_requests(stdin, &inbox));
            thread::spawn(move || read_answers(stdout, &outbox));
            let lines = stderr_lines.clone();
            stderr_thread = Some(thread::spawn(move || collect_stderr(stderr, &lines)));
        }
        let worker = Self {
            command: python.to_string(),
            _exit_guard: guard,
            child,
            requests: Some(requests),
            answers,
            stderr_lines,
            stderr_thread,
            timeout,
        };
        let introduction = worker
            .receive()
            .map_err(|problem| worker.not_a_worker(problem))?;
        Ok((worker, introduction))
    }

    /// Returns the facts in the introduction of this worker.
    pub(super) fn facts(&self, introduction: &[u8]) -> Result<PythonFacts, CompileError> {
        PythonFacts::read(introduction)
            .ok_or_else(|| self.not_a_worker("sent an unknown greeting".to_owned()))
    }

    /// Sends a request about `file`, and waits for the answer.
    pub(super) fn compile_request(
        &self,
        file: &str,
        request: &[&[u8]],
    ) -> Result<Vec<u8>, CompileError> {
        let mut frame = Vec::new();
        for field in request {
            push_field(&mut frame, field);
        }
        let mut message = Vec::with_capacity(frame.len() + 4);
        push_field(&mut message, &frame);
        // Sending fails if the worker has exited; `receive` then reports how.
        let _ = self
            .requests
            .as_ref()
            .map(|requests| requests.send(message));
        self.receive().map_err(|problem| CompileError::Worker {
            command: self.command.clone(),
            problem,
            file: file.to_owned(),
            stderr_tail: self.stderr_tail(),
        })
    }

    fn receive(&self) -> Result<Vec<u8>, String> {
        match self.answers.recv_timeout(self.timeout) {
            Ok(Ok(frame)) => Ok(frame),
            Ok(Err(problem)) => Err(problem),
            Err(RecvTimeoutError::Timeout) => {
                self.kill();
                Err(format!(
                    "did not answer within {} seconds (STDLIB_PACK_TIMEOUT gives it more)",
                    self.timeout.as_secs_f32()
                ))
            }
            Err(RecvTimeoutError::Disconnected) => Err(match self.wait(Duration::from_secs(2)) {
                Some(status) => format!("stopped ({status}{})", exit_hint(status)),
                None => "closed its output".to_owned(),
            }),
        }
    }

    fn not_a_worker(&self, problem: String) -> CompileError {
        let command = self.command.clone();
        CompileError::NotAWorker {
            command,
            problem,
            stderr_tail: self.stderr_tail(),
        }
    }

    fn stderr_tail(&self) -> String {
        // The last lines may arrive after the error. The waits are short, because the process may still be running.
        self.wait(Duration::from_millis(200));
        let start = Instant::now();
        let is_collected = || {
            self.stderr_thread
                .as_ref()
                .is_none_or(JoinHandle::is_finished)
        };
        while !is_collected() && start.elapsed() < Duration::from_millis(200) {
            thread::sleep(Duration::from_millis(2));
        }
        let lines = self
            .stderr_lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(|line| format!("  {line}\n")).collect()
    }

    fn kill(&self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // An error means that the process has already ended.
        let _ = child.kill();
    }

    /// Waits up to `timeout` for the process to end, and reaps it. `None` if it is still running.
    fn wait(&self, timeout: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        loop {
            let ended = self
                .child
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .try_wait();
            match ended {
                Ok(Some(status)) => return Some(status),
                Ok(None) if start.elapsed() < timeout => thread::sleep(Duration::from_millis(2)),
                _ => return None,
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // A worker exits when its standard input is closed.
        self.requests = None;
        if self.wait(Duration::from_millis(500)).is_none() {
            self.kill();
            self.wait(Duration::from_secs(2));
        }
    }
}

/// Returns advice about an exit status, as the end of a message.
fn exit_hint(status: ExitStatus) -> &'static str {
    #[cfg(unix)]
    if std::os::unix::process::ExitStatusExt::signal(&status) == Some(SIGKILL) {
        return "; if memory ran out: fewer --jobs need less";
    }
    let _ = status;
    ""
}

fn push_field(frame: &mut Vec<u8>, field: &[u8]) {
    // Sources are far smaller than 4 GB, because they are read with a limit.
    let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
    frame.extend_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(field);
}

fn write_requests(mut stdin: ChildStdin, inbox: &Receiver<Vec<u8>>) {
    for request in inbox {
        if stdin
            .write_all(&request)
            .and_then(|()| stdin.flush())
            .is_err()
        {
            return;
        }
    }
}

pub(crate) fn read_answers(mut stdout: impl Read, outbox: &Sender<Result<Vec<u8>, String>>) {
    if let Err(problem) = read_handshake(&mut stdout) {
        // Without any output, the process has ended, and `receive` reports its exit status.
        if let Some(problem) = problem {
            let _ = outbox.send(Err(problem));
        }
        return;
    }
    while let Some(frame) = read_frame(&mut stdout) {
        let is_invalid = frame.is_err();
        if outbox.send(frame).is_err() || is_invalid {
            return;
        }
    }
}

/// Reads [`HANDSHAKE`] byte by byte, because a program that is not a worker may write less and then wait.
///
/// # Errors
/// A description of the unexpected output, or `None` if there was no output.
fn read_handshake(stdout: &mut impl Read) -> Result<(), Option<String>> {
    let mut output = Vec::new();
    for &expected in HANDSHAKE {
        let mut byte = [0];
        if stdout.read_exact(&mut byte).is_err() {
            return Err((!output.is_empty()).then(|| describe_unexpected_output(&output)));
        }
        output.push(byte[0]);
        if byte[0] != expected {
            // A little more output, for the message.
            let mut rest = [0; 80];
            let more = stdout.read(&mut rest).unwrap_or(0);
            output.extend_from_slice(&rest[..more]);
            return Err(Some(describe_unexpected_output(&output)));
        }
    }
    Ok(())
}

fn describe_unexpected_output(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(&output[..output.len().min(80)]);
    let line = text.trim().lines().next().unwrap_or_default().to_owned();
    format!("printed {line:?} where the worker should have introduced itself")
}

fn read_frame(stdout: &mut impl Read) -> Option<Result<Vec<u8>, String>> {
    let mut length_bytes = [0; 4];
    stdout.read_exact(&mut length_bytes).ok()?;
    let length = u32::from_le_bytes(length_bytes) as usize;
    if length > MAX_ANSWER_BYTES {
        return Some(Err("sent an invalid answer".to_owned()));
    }
    let mut frame = Vec::new();
    stdout.take(length as u64).read_to_end(&mut frame).ok()?;
    (frame.len() == length).then_some(Ok(frame))
}

/// Collects the last lines of `stderr` in `last_lines`, until it is closed.
pub(crate) fn collect_stderr(stderr: impl Read, last_lines: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    // Long lines are split, because a worker may write a line that never ends.
    while let Ok(read) = reader
        .by_ref()
        .take(MAX_STDERR_LINE_BYTES as u64)
        .read_until(b'\n', &mut line)
    {
        if read == 0 {
            return;
        }
        let mut last_lines = last_lines.lock().unwrap_or_else(PoisonError::into_inner);
        if last_lines.len() == MAX_STDERR_LINES {
            last_lines.remove(0);
        }
        last_lines.push(String::from_utf8_lossy(&line).trim_end().to_owned());
        line.clear();
    }
}
