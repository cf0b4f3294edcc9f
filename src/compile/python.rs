//! Which Python compiles, and what it says of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt;
use std::path::{Path, PathBuf, absolute};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::CompileError;
use super::worker::Worker;
use crate::manifest::Native;
use crate::types::{Magic, ModuleName, Version};

const WORKER: &str = include_str!("worker.py");

/// Seconds that the build Python may take for one answer; `STDLIB_PACK_TIMEOUT` changes it.
const PATIENCE: f32 = 60.0;

/// How to start a Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonCommand {
    words: Vec<String>,
}

impl PythonCommand {
    /// Reads a command as a shell would split it; a path with blanks that exists is taken whole.
    ///
    /// # Errors
    /// When there is nothing in it, or its quotes do not match.
    pub fn new(text: &str) -> Result<Self, CompileError> {
        if let (true, Ok(path)) = (Path::new(text).is_file(), absolute(text)) {
            let words = vec![path.to_string_lossy().into_owned()];
            return Ok(Self { words });
        }
        let words = shlex::split(text).filter(|words| !words.is_empty());
        let mut words = words.ok_or_else(|| CompileError::BadCommand(text.to_owned()))?;
        // It is started in other folders too.
        if words[0].contains('/')
            && let Ok(path) = absolute(&words[0])
        {
            words[0] = path.to_string_lossy().into_owned();
        }
        Ok(Self { words })
    }

    /// The Pythons to try when none is named, in order: of the wanted version first.
    fn candidates(wanted: Option<Version>) -> Vec<Self> {
        let named = wanted.map(|version| format!("python{version}"));
        let names = named
            .into_iter()
            .chain(["python3".to_owned(), "python".to_owned()]);
        names.map(|name| Self { words: vec![name] }).collect()
    }

    /// A command for this Python that hears nothing of the user's settings: neither variables for
    /// Python nor the locale and time zone.
    pub fn clean(&self) -> Command {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]);
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            let heard = text.starts_with("PYTHON") || text.starts_with("LC_");
            if heard || matches!(&*text, "LANG" | "LANGUAGE" | "TZ" | "SOURCE_DATE_EPOCH") {
                command.env_remove(&name);
            }
        }
        command.env("LC_ALL", "C.UTF-8").env("PYTHONHASHSEED", "0");
        command
    }

    /// The command that runs a worker.
    pub(super) fn worker(&self) -> Command {
        let mut command = self.clean();
        command.args(["-I", "-S", "-B", "-X", "utf8", "-W", "ignore", "-c", WORKER]);
        command
    }
}

impl fmt::Display for PythonCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words.join(" "))
    }
}

/// What a build Python says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonFacts {
    /// Its version.
    pub version: Version,
    /// Its version with the patch number and what follows: `3.13.0`, `3.14.0rc1`.
    pub release: String,
    /// Its `sys.version`: tells builds of one release apart.
    pub build: String,
    /// `cpython`, one hopes.
    pub implementation: String,
    /// The magic number of its bytecode.
    pub magic: Magic,
    /// The folder of its standard library, if it has one.
    pub stdlib: Option<PathBuf>,
    /// The folder of its extension modules, if it has one.
    pub extensions: Option<PathBuf>,
    /// Its own platform.
    pub native: Native,
}

impl PythonFacts {
    /// Reads the introduction of `worker.py`.
    pub(super) fn read(introduction: &[u8]) -> Option<Self> {
        let mut rest = introduction;
        let mut next = || {
            let (length, after) = rest.split_first_chunk::<4>()?;
            let (field, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            rest = after;
            Some(String::from_utf8_lossy(field).into_owned())
        };
        let mut facts = BTreeMap::new();
        while let Some(name) = next() {
            facts.insert(name, next()?);
        }
        let mut take = |name: &str| facts.remove(name);
        let release = take("version")?;
        let level = take("release")?;
        let suffix = if level == "final" {
            String::new()
        } else {
            format!("-{level}")
        };
        let c_modules: BTreeSet<ModuleName> = take("c-modules")?
            .split(' ')
            .filter_map(|name| ModuleName::new(name).ok())
            .collect();
        Some(Self {
            version: release.parse().ok()?,
            release: release + &suffix,
            build: take("build")?,
            implementation: take("implementation")?,
            magic: Magic(take("magic")?.parse().ok()?),
            stdlib: take("stdlib")
                .filter(|path| !path.is_empty())
                .map(PathBuf::from),
            extensions: take("extensions")
                .map(PathBuf::from)
                .filter(|path| path.is_dir()),
            native: Native {
                sys_platform: take("sys-platform")?,
                os_name: take("os-name")?,
                sysconfigdata: take("sysconfigdata")?,
                c_modules,
            },
        })
    }
}

/// A Python that was started and has introduced itself. The process that did is its first worker.
pub struct BuildPython {
    /// How it was started.
    pub command: PythonCommand,
    /// What it said.
    pub facts: PythonFacts,
    first: Mutex<Option<Worker>>,
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
            .unwrap_or(PATIENCE);
        let patience =
            Duration::try_from_secs_f32(seconds).unwrap_or(Duration::from_secs_f32(PATIENCE));
        let (worker, facts) = Worker::start(command, patience)?;
        let first = Mutex::new(Some(worker));
        Ok(Self {
            command: command.clone(),
            facts,
            first,
            patience,
        })
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
    pub(super) fn give_back(&self, worker: Worker) {
        *self.first.lock().unwrap_or_else(PoisonError::into_inner) = Some(worker);
    }
}
