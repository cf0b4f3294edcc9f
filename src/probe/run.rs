//! Probes a running interpreter.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{ProbeError, ProbeResult};
use crate::escape;
use crate::exit_guard;
use crate::manifest::Manifests;
use crate::runtime::{ProcessOutput, Runtime, SANDBOX_SETUP, ScriptedRuntime, run};

const PROBE: &str = include_str!("probe.py");

/// Longest that the interpreter may be silent.
const PROBE_TIMEOUT: Duration = Duration::from_mins(1);

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeSource {
    /// A runtime that this tool knows how to start.
    Known(Runtime),
    /// A command that runs Python; `-c PROGRAM` is added to it.
    Command(Vec<String>),
}

impl ProbeSource {
    /// Reads `pyodide:DIR`, `wasi:FILE`, `wasmtime:FILE`, `browser:DIR`, or else a command as a shell would split it.
    ///
    /// # Errors
    /// When there is nothing in it, or its quotes do not match.
    pub fn new(text: &str) -> Result<Self, ProbeError> {
        if let Ok(runtime) = text.parse::<Runtime>()
            && runtime != Runtime::Native
        {
            return Ok(Self::Known(runtime));
        }
        let words = shlex::split(text).filter(|words| !words.is_empty());
        let words = words.ok_or_else(|| ProbeError::BadCommand(text.to_owned()))?;
        Ok(Self::Command(words))
    }
}

/// Starts the interpreter and asks it.
///
/// # Errors
/// When it cannot be started, or does not answer.
pub fn probe(probed: &ProbeSource, manifests: &Manifests) -> Result<ProbeResult, ProbeError> {
    let scratch = tempfile::tempdir()?;
    let _registration = exit_guard::guard_file(scratch.path());
    let versions: Vec<_> = manifests.versions().collect();
    let facts = versions
        .iter()
        .filter_map(|version| manifests.version(*version));
    let candidates: BTreeSet<&str> = facts
        .flat_map(|facts| &facts.c_modules)
        .map(|name| name.as_str())
        .collect();
    let candidates: Vec<String> = candidates.into_iter().map(escape::python).collect();
    let call = format!("probe([{}])\n", candidates.join(", "));
    let program = format!("{SANDBOX_SETUP}\n\n{PROBE}{call}");
    let (name, heard) = match probed {
        ProbeSource::Known(runtime) => {
            let work = scratch.path().join("work");
            fs::create_dir(&work)?;
            let task = work.join("task.py");
            fs::write(&task, program)?;
            let started = ScriptedRuntime::find(runtime, scratch.path())?;
            let started = started.ok_or_else(|| ProbeError::BadCommand(runtime.to_string()))?;
            let mut command = started.command(&task, None, None)?;
            let heard = ScriptedRuntime::run(&mut command, PROBE_TIMEOUT)?;
            (short_name(runtime), heard)
        }
        ProbeSource::Command(words) => {
            let mut command = Command::new(&words[0]);
            command.args(&words[1..]).arg("-c").arg(program);
            command.stdin(Stdio::null());
            (words.join(" "), run(&mut command, PROBE_TIMEOUT)?)
        }
    };
    parse_probe_output(&heard, &name)
}

fn parse_probe_output(heard: &ProcessOutput, command: &str) -> Result<ProbeResult, ProbeError> {
    let mut found = ProbeResult::default();
    let mut last = None;
    let (mut frozen, mut fails) = (BTreeSet::new(), BTreeSet::new());
    for answer in &heard.answers {
        let [kind, value] = &answer[..] else {
            continue;
        };
        let value = value.clone();
        last = Some((kind.clone(), value.clone()));
        match &**kind {
            "release" => found.release = value,
            "sys-platform" => found.sys_platform = value,
            "sysconfigdata" => found.sysconfigdata = value,
            "frozen" => drop(frozen.insert(value)),
            "fails" => drop(fails.insert(value)),
            "built-in" | "extension" => drop(found.c_modules.insert(value)),
            "start-up" => found.start_up.push(value),
            "own" => found.own.push(value),
            _ => {}
        }
    }
    let what = match last {
        Some((kind, _)) if kind == "done" => {
            found.frozen = Some(frozen);
            found.fails = Some(fails);
            found.source = format!("as '{command}' answered stdlib-pack target probe");
            return Ok(found);
        }
        Some((kind, module)) if kind == "begin" => {
            format!(
                "it ended while it imported {module}: {}",
                heard.stderr_tail()
            )
        }
        _ if heard.hung => "it printed nothing for a minute".to_owned(),
        _ => format!("it ended: {}", heard.stderr_tail()),
    };
    Err(ProbeError::NoAnswer {
        command: command.to_owned(),
        what,
    })
}

/// What it is, without where: manifests are shared.
fn short_name(runtime: &Runtime) -> String {
    let (Runtime::Pyodide(place)
    | Runtime::Browser(place)
    | Runtime::Wasi(place)
    | Runtime::Wasmtime(place)) = runtime
    else {
        return runtime.to_string();
    };
    let name = place.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
