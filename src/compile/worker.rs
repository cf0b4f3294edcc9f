//! A worker process: length-prefixed frames, limits, and the tail of standard error.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::command::PythonCommand;
use super::{CompileError, PythonFacts};
use crate::exit_guard;

/// What a worker says first.
const MARK: &[u8] = b"stdlib-pack worker 1\n";
/// Longest accepted answer, in bytes.
const MAX_ANSWER_BYTES: usize = 256 << 20;
/// Lines of standard error that are kept, and the longest kept line.
const MAX_STDERR_LINES: usize = 8;
const MAX_STDERR_LINE_CHARS: usize = 400;
/// What ends a process that a system without memory chooses to end.
#[cfg(unix)]
const SIGKILL: i32 = 9;

/// A running worker. Dropping it ends the process.
pub(super) struct Worker {
    command: String,
    child: Arc<Mutex<Child>>,
    requests: Option<Sender<Vec<u8>>>,
    answers: Receiver<Result<Vec<u8>, String>>,
    last_words: Arc<Mutex<Vec<String>>>,
    /// Ends when everything that the process wrote to standard error was collected.
    listener: Option<JoinHandle<()>>,
    patience: Duration,
    _registration: exit_guard::ExitGuard,
}

impl Worker {
    /// Starts a worker and reads its introduction.
    pub(super) fn start(
        python: &PythonCommand,
        patience: Duration,
    ) -> Result<(Self, PythonFacts), CompileError> {
        let mut command = python.worker();
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let cannot_start = |source| CompileError::CannotStart {
            command: python.to_string(),
            source,
        };
        let mut child = command.spawn().map_err(cannot_start)?;
        let (requests, inbox) = channel::<Vec<u8>>();
        let (outbox, answers) = channel();
        let last_words = Arc::new(Mutex::new(Vec::new()));
        let mut listener = None;
        if let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        {
            thread::spawn(move || write_requests(stdin, &inbox));
            thread::spawn(move || read_answers(stdout, &outbox));
            let words = last_words.clone();
            listener = Some(thread::spawn(move || collect_stderr(stderr, &words)));
        }
        let child = Arc::new(Mutex::new(child));
        let worker = Self {
            command: python.to_string(),
            _registration: exit_guard::guard_child(&child),
            child,
            requests: Some(requests),
            answers,
            last_words,
            listener,
            patience,
        };
        let introduction = worker.receive().map_err(|what| worker.not_a_worker(what))?;
        let facts = PythonFacts::read(&introduction)
            .ok_or_else(|| worker.not_a_worker("sent an unknown greeting".to_owned()))?;
        Ok((worker, facts))
    }

    /// Sends a request about `file` and waits for the answer.
    pub(super) fn compile_request(
        &self,
        file: &str,
        request: &[&[u8]],
    ) -> Result<Vec<u8>, CompileError> {
        let mut frame = Vec::new();
        for field in request {
            push_field(&mut frame, field);
        }
        let mut whole = Vec::with_capacity(frame.len() + 4);
        push_field(&mut whole, &frame);
        // A worker that is gone takes no requests: hearing from it then says what happened.
        let _ = self.requests.as_ref().map(|requests| requests.send(whole));
        self.receive().map_err(|what| CompileError::Worker {
            command: self.command.clone(),
            what,
            file: file.to_owned(),
            last_words: self.stderr_tail(),
        })
    }

    fn receive(&self) -> Result<Vec<u8>, String> {
        match self.answers.recv_timeout(self.patience) {
            Ok(Ok(frame)) => Ok(frame),
            Ok(Err(problem)) => Err(problem),
            Err(RecvTimeoutError::Timeout) => {
                self.kill();
                Err(format!(
                    "did not answer within {} seconds (STDLIB_PACK_TIMEOUT gives it more)",
                    self.patience.as_secs_f32()
                ))
            }
            Err(RecvTimeoutError::Disconnected) => Err(match self.wait(Duration::from_secs(2)) {
                Some(status) => format!("stopped ({status}{})", exit_hint(status)),
                None => "closed its output".to_owned(),
            }),
        }
    }

    fn not_a_worker(&self, what: String) -> CompileError {
        let command = self.command.clone();
        CompileError::NotAWorker {
            command,
            what,
            last_words: self.stderr_tail(),
        }
    }

    fn stderr_tail(&self) -> String {
        // The listener may be a moment behind; a process that lives on is not waited for.
        self.wait(Duration::from_millis(200));
        let start = Instant::now();
        let heard_all = || self.listener.as_ref().is_none_or(JoinHandle::is_finished);
        while !heard_all() && start.elapsed() < Duration::from_millis(200) {
            thread::sleep(Duration::from_millis(2));
        }
        let words = self
            .last_words
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        words.iter().map(|line| format!("  {line}\n")).collect()
    }

    fn kill(&self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // An error means that it is gone already.
        let _ = child.kill();
    }

    /// Waits for the process to end, so that no zombie stays.
    fn wait(&self, longest: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        loop {
            let ended = self
                .child
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .try_wait();
            match ended {
                Ok(Some(status)) => return Some(status),
                Ok(None) if start.elapsed() < longest => thread::sleep(Duration::from_millis(2)),
                _ => return None,
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // A worker stops at the end of its input.
        self.requests = None;
        if self.wait(Duration::from_millis(500)).is_none() {
            self.kill();
            self.wait(Duration::from_secs(2));
        }
    }
}

/// What to do about a process that ended so.
fn exit_hint(status: ExitStatus) -> &'static str {
    #[cfg(unix)]
    if std::os::unix::process::ExitStatusExt::signal(&status) == Some(SIGKILL) {
        return "; if memory ran out: fewer --jobs need less";
    }
    let _ = status;
    ""
}

fn push_field(frame: &mut Vec<u8>, field: &[u8]) {
    // Sources are limited to far less than 4 GB where they are read.
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
    if let Err(problem) = read_mark(&mut stdout) {
        // No output is not an answer: the process has ended, and its exit code says more.
        if let Some(problem) = problem {
            let _ = outbox.send(Err(problem));
        }
        return;
    }
    while let Some(frame) = read_frame(&mut stdout) {
        let bad = frame.is_err();
        if outbox.send(frame).is_err() || bad {
            return;
        }
    }
}

/// Reads the mark byte by byte: what is no worker may say less and then wait.
fn read_mark(stdout: &mut impl Read) -> Result<(), Option<String>> {
    let mut heard = Vec::new();
    for &expected in MARK {
        let mut byte = [0];
        if stdout.read_exact(&mut byte).is_err() {
            return Err((!heard.is_empty()).then(|| describe_noise(&heard)));
        }
        heard.push(byte[0]);
        if byte[0] != expected {
            // A little more of it, for the message.
            let mut rest = [0; 80];
            let more = stdout.read(&mut rest).unwrap_or(0);
            heard.extend_from_slice(&rest[..more]);
            return Err(Some(describe_noise(&heard)));
        }
    }
    Ok(())
}

fn describe_noise(heard: &[u8]) -> String {
    let text = String::from_utf8_lossy(&heard[..heard.len().min(80)]);
    let line = text.trim().lines().next().unwrap_or_default().to_owned();
    format!("printed {line:?} where the worker should have introduced itself")
}

fn read_frame(stdout: &mut impl Read) -> Option<Result<Vec<u8>, String>> {
    let mut head = [0; 4];
    stdout.read_exact(&mut head).ok()?;
    let length = u32::from_le_bytes(head) as usize;
    if length > MAX_ANSWER_BYTES {
        return Some(Err("sent an invalid answer".to_owned()));
    }
    let mut frame = Vec::new();
    stdout.take(length as u64).read_to_end(&mut frame).ok()?;
    (frame.len() == length).then_some(Ok(frame))
}

pub(crate) fn collect_stderr(stderr: impl Read, words: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stderr);
    let mut line = Vec::new();
    // Lines are cut, not collected: a worker may write one without end.
    while let Ok(read) = lines
        .by_ref()
        .take(MAX_STDERR_LINE_CHARS as u64)
        .read_until(b'\n', &mut line)
    {
        if read == 0 {
            return;
        }
        let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
        if words.len() == MAX_STDERR_LINES {
            words.remove(0);
        }
        words.push(String::from_utf8_lossy(&line).trim_end().to_owned());
        line.clear();
    }
}
