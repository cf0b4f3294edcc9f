//! Finds and starts the build Python.

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

/// Seconds that the build Python may take for one answer; `STDLIB_PACK_TIMEOUT` changes it.
const START_TIMEOUT_SECONDS: f32 = 60.0;

/// A Python that was started and has introduced itself. The process that did is its first worker.
pub struct BuildPython {
    /// How it was started.
    pub command: PythonCommand,
    /// What it said.
    pub facts: PythonFacts,
    first: Mutex<Option<Worker>>,
    identity: OnceLock<Sha256>,
    patience: Duration,
}

impl BuildPython {
    /// Starts `command`, or else the first Python on the PATH that works, one of the `wanted`
    /// version if there is one.
    ///
    /// # Errors
    /// When there is none, it does not behave as Python does, is not CPython, or is older than
    /// `oldest`.
    pub fn start(
        command: Option<&str>,
        wanted: Option<Version>,
        oldest: Version,
    ) -> Result<Self, CompileError> {
        let python = match command {
            Some(command) => Self::introduce(&PythonCommand::new(command)?)?,
            None => Self::search(wanted)?,
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

    fn search(wanted: Option<Version>) -> Result<Self, CompileError> {
        let candidates = PythonCommand::candidates(wanted);
        let mut fallback = None;
        let mut failure = None;
        for candidate in &candidates {
            match Self::introduce(candidate) {
                Ok(python) if wanted.is_none_or(|wanted| python.facts.version == wanted) => {
                    return Ok(python);
                }
                Ok(python) => fallback = fallback.or(Some(python)),
                Err(CompileError::CannotStart { .. }) => {}
                // It is there and does not work: worth telling, if nothing better is found.
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

    fn introduce(command: &PythonCommand) -> Result<Self, CompileError> {
        let patience = env::var("STDLIB_PACK_TIMEOUT").ok();
        let seconds = patience
            .and_then(|text| text.parse().ok())
            .unwrap_or(START_TIMEOUT_SECONDS);
        let patience = Duration::try_from_secs_f32(seconds)
            .unwrap_or(Duration::from_secs_f32(START_TIMEOUT_SECONDS));
        let (worker, mut facts) = Worker::start(command, patience)?;
        if let PythonCommand::Pyodide(folder) = command {
            // What it calls the place of its library is a place in its own file system.
            facts.stdlib = Some(folder.join("python_stdlib.zip"));
        }
        let first = Mutex::new(Some(worker));
        Ok(Self {
            command: command.clone(),
            facts,
            first,
            identity: OnceLock::new(),
            patience,
        })
    }

    /// What distinguishes it from any other Python, for cache keys; the digest of its files is kept in `cache`.
    pub fn identity(&self, cache: &Cache) -> Sha256 {
        let identity = || identity(&self.command, &self.facts, cache);
        *self.identity.get_or_init(identity)
    }

    /// A worker: the one that is waiting, or a new one.
    pub(super) fn worker(&self) -> Result<Worker, CompileError> {
        let waiting = self
            .first
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match waiting {
            Some(worker) => Ok(worker),
            None => Worker::start(&self.command, self.patience).map(|(worker, _)| worker),
        }
    }

    /// Gives a worker back, for the next who needs one.
    pub(super) fn return_worker(&self, worker: Worker) {
        *self.first.lock().unwrap_or_else(PoisonError::into_inner) = Some(worker);
    }
}
