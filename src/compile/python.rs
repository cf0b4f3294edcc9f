//! Finds the build Python, starts it and keeps its first worker process.

use std::env;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::CompileError;
use super::command::PythonCommand;
use super::facts::PythonFacts;
use super::identity::identity;
use super::worker::Worker;
use crate::cache::Cache;
use crate::types::{Sha256, Version};

/// The default number of seconds that a worker may take for one answer. `STDLIB_PACK_TIMEOUT` overrides it.
const DEFAULT_TIMEOUT_SECONDS: f32 = 60.0;

/// A running build Python. The process that reported the facts is the first worker.
pub struct BuildPython {
    /// The command that started it.
    pub command: PythonCommand,
    /// The facts that it reported.
    pub facts: PythonFacts,
    idle_worker: Mutex<Option<Worker>>,
    identity: OnceLock<Sha256>,
    timeout: Duration,
}

impl BuildPython {
    /// Starts `command`, or else the first Python on the `PATH` that works, preferably of the `wanted` version.
    ///
    /// # Errors
    /// When no Python is found, or it is not usable, not CPython, or older than `oldest`.
    pub fn start(
        command: Option<&str>,
        wanted: Option<Version>,
        oldest: Version,
    ) -> Result<Self, CompileError> {
        let python = match command {
            Some(command) => Self::start_command(&PythonCommand::new(command)?)?,
            None => Self::search_path(wanted)?,
        };
        let command = python.command.to_string();
        let PythonFacts {
            version,
            implementation,
            ..
        } = &python.facts;
        if implementation != "cpython" {
            return Err(CompileError::NotCPython {
                command,
                implementation: implementation.clone(),
            });
        }
        if *version < oldest {
            return Err(CompileError::TooOld {
                command,
                version: *version,
                oldest,
            });
        }
        Ok(python)
    }

    fn search_path(wanted: Option<Version>) -> Result<Self, CompileError> {
        let candidates = PythonCommand::candidates(wanted);
        let mut fallback = None;
        let mut failure = None;
        for candidate in &candidates {
            match Self::start_command(candidate) {
                Ok(python) if wanted.is_none_or(|wanted| python.facts.version == wanted) => {
                    return Ok(python);
                }
                Ok(python) => fallback = fallback.or(Some(python)),
                Err(CompileError::CannotStart { .. }) => {}
                // It exists but does not work, which explains the failure best if no other candidate works.
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        let names = candidates
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>();
        let not_found = CompileError::NotFound {
            looked_for: names.join(", "),
        };
        fallback.ok_or_else(|| failure.unwrap_or(not_found))
    }

    fn start_command(command: &PythonCommand) -> Result<Self, CompileError> {
        let timeout = env::var("STDLIB_PACK_TIMEOUT").ok();
        let seconds = timeout
            .and_then(|text| text.parse().ok())
            .unwrap_or(DEFAULT_TIMEOUT_SECONDS);
        let timeout = Duration::try_from_secs_f32(seconds)
            .unwrap_or(Duration::from_secs_f32(DEFAULT_TIMEOUT_SECONDS));
        let (worker, mut facts) = Worker::start(command, timeout)?;
        if let PythonCommand::Pyodide(folder) = command {
            // Pyodide reports a path in its virtual file system.
            facts.stdlib = Some(folder.join("python_stdlib.zip"));
        }
        Ok(Self {
            command: command.clone(),
            facts,
            idle_worker: Mutex::new(Some(worker)),
            identity: OnceLock::new(),
            timeout,
        })
    }

    /// Returns a digest that distinguishes this Python from all others, for cache keys. The digest of its files is
    /// stored in `cache`.
    pub fn identity(&self, cache: &Cache) -> Sha256 {
        let identity = || identity(&self.command, &self.facts, cache);
        *self.identity.get_or_init(identity)
    }

    /// Returns the idle worker, or starts a new one.
    pub(super) fn worker(&self) -> Result<Worker, CompileError> {
        let idle = self
            .idle_worker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match idle {
            Some(worker) => Ok(worker),
            None => Worker::start(&self.command, self.timeout).map(|(worker, _)| worker),
        }
    }

    /// Keeps `worker` as the idle worker; one that was idle before ends.
    pub(super) fn return_worker(&self, worker: Worker) {
        *self
            .idle_worker
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(worker);
    }
}
