//! Finds the build Python, starts it and keeps its first worker process.

use std::env;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::CompileError;
use super::command::PythonCommand;
use super::facts::PythonFacts;
use super::find::candidates;
use super::identity::{identity, pyodide_key};
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
    /// Whether it was found, and not named by a command.
    pub was_searched: bool,
    idle_worker: Mutex<Option<Worker>>,
    identity: OnceLock<Sha256>,
    timeout: Duration,
}

impl BuildPython {
    /// Starts `command`, which may be a version such as `3.13`, or else the first Python that is found and works,
    /// preferably of the `wanted` version. What a Pyodide reports is kept in `cache`.
    ///
    /// # Errors
    /// When no Python is found, or it is not usable, not CPython, or older than all `versions`, which are sorted.
    pub fn start(
        command: Option<&str>,
        wanted: Option<Version>,
        versions: &[Version],
        cache: &Cache,
    ) -> Result<Self, CompileError> {
        // Two numbers: a patch number would be ignored.
        let version = command.filter(|command| command.matches('.').count() == 1);
        let version = version.and_then(|version| version.parse::<Version>().ok());
        let python = match (command, version) {
            (Some(_), Some(version)) => Self::find_version(version, cache)?,
            (Some(command), None) => Self::start_command(&PythonCommand::new(command)?, cache)?,
            (None, _) => Self::find(wanted, versions, cache)?,
        };
        let oldest = versions.first().copied().unwrap_or(python.facts.version);
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

    /// Finds a Python of exactly this version.
    fn find_version(version: Version, cache: &Cache) -> Result<Self, CompileError> {
        let not_found = || CompileError::NoSuchVersion { version };
        match Self::find(Some(version), &[], cache) {
            Ok(python) if python.facts.version == version => Ok(python),
            Ok(_) | Err(CompileError::NotFound { .. }) => Err(not_found()),
            Err(error) => Err(error),
        }
    }

    /// Finds a Python, preferably of the `wanted` version, and not older than all `versions`.
    fn find(
        wanted: Option<Version>,
        versions: &[Version],
        cache: &Cache,
    ) -> Result<Self, CompileError> {
        let candidates = candidates(wanted, versions);
        let is_wanted = |python: &Self| match wanted {
            Some(wanted) => python.facts.version == wanted,
            None => versions
                .first()
                .is_none_or(|oldest| python.facts.version >= *oldest),
        };
        let mut fallback = None;
        let mut failure = None;
        for candidate in &candidates {
            match Self::start_command(candidate, cache) {
                Ok(mut python) if is_wanted(&python) => {
                    python.was_searched = true;
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

    fn start_command(command: &PythonCommand, cache: &Cache) -> Result<Self, CompileError> {
        let timeout = env::var("STDLIB_PACK_TIMEOUT").ok();
        let seconds = timeout
            .and_then(|text| text.parse().ok())
            .unwrap_or(DEFAULT_TIMEOUT_SECONDS);
        let timeout = Duration::try_from_secs_f32(seconds)
            .unwrap_or(Duration::from_secs_f32(DEFAULT_TIMEOUT_SECONDS));
        let (worker, facts) = match command {
            PythonCommand::Native(_) => {
                let (worker, introduction) = Worker::start(command, timeout)?;
                let facts = worker.facts(&introduction)?;
                (Some(worker), facts)
            }
            PythonCommand::Pyodide(folder) => {
                let (worker, mut facts) = Self::pyodide_facts(command, folder, timeout, cache)?;
                // Pyodide reports a path in its virtual file system.
                facts.stdlib = Some(folder.join("python_stdlib.zip"));
                (worker, facts)
            }
        };
        Ok(Self {
            command: command.clone(),
            facts,
            was_searched: false,
            idle_worker: Mutex::new(worker),
            identity: OnceLock::new(),
            timeout,
        })
    }

    /// Returns what a Pyodide reports, and its worker if it had to be started, which takes seconds.
    fn pyodide_facts(
        command: &PythonCommand,
        folder: &Path,
        timeout: Duration,
        cache: &Cache,
    ) -> Result<(Option<Worker>, PythonFacts), CompileError> {
        let key = cache.is_enabled().then(|| pyodide_key(folder, cache));
        let known = key.and_then(|key| PythonFacts::read(&cache.get(key)?));
        if let Some(facts) = known {
            return Ok((None, facts));
        }
        let (worker, introduction) = Worker::start(command, timeout)?;
        let facts = worker.facts(&introduction)?;
        if let Some(key) = key {
            cache.put(key, &introduction);
        }
        Ok((Some(worker), facts))
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
