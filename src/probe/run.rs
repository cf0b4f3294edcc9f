//! Probes an interpreter by running a program in it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{ProbeError, ProbeResult};
use crate::escape;
use crate::exit_guard;
use crate::manifest::Manifests;
use crate::runtime::{
    ProcessOutput, Runtime, SANDBOX_SETUP, ScriptedRuntime, View, complete_library, run,
};

const PROBE: &str = include_str!("probe.py");

/// The maximum time without output from the interpreter.
const PROBE_TIMEOUT: Duration = Duration::from_mins(1);

/// An interpreter to probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeSource {
    /// A runtime that stdlib-pack can start.
    Known(Runtime),
    /// A command that runs Python; `-c PROGRAM` is appended to it.
    Command(Vec<String>),
}

impl ProbeSource {
    /// Parses a runtime such as `pyodide:DIR` or `wasi:FILE`, or else a command, which is split like in a shell.
    ///
    /// # Errors
    /// If the command is empty, or its quotes do not match.
    pub fn new(text: &str) -> Result<Self, ProbeError> {
        if let Ok(runtime) = text.parse::<Runtime>()
            && runtime != Runtime::Native
        {
            return Ok(Self::Known(runtime));
        }
        let command = shlex::split(text).filter(|command| !command.is_empty());
        let command = command.ok_or_else(|| ProbeError::BadCommand(text.to_owned()))?;
        Ok(Self::Command(command))
    }
}

/// Starts an interpreter and parses its answers. An interpreter that carries no library starts with the one at `stdlib`.
///
/// # Errors
/// If the interpreter cannot be started, does not answer, or does not take a library.
pub fn probe(
    source: &ProbeSource,
    stdlib: Option<&Path>,
    manifests: &Manifests,
) -> Result<ProbeResult, ProbeError> {
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
    let (name, output) = match source {
        ProbeSource::Known(runtime) => {
            let work = scratch.path().join("work");
            fs::create_dir(&work)?;
            let task = work.join("task.py");
            fs::write(&task, program)?;
            let scripted = ScriptedRuntime::find(runtime, scratch.path())?;
            let scripted = scripted.ok_or_else(|| ProbeError::BadCommand(runtime.to_string()))?;
            if stdlib.is_some() && !runtime.takes_library() {
                return Err(ProbeError::HasLibrary(runtime.to_string()));
            }
            let library = stdlib.map(|path| complete_library(path, manifests, scratch.path()));
            let library = library.transpose()?;
            let mut command = scripted.command(&task, library.as_ref(), &View::default())?;
            let output = ScriptedRuntime::run(&mut command, PROBE_TIMEOUT)?;
            (short_name(runtime), output)
        }
        ProbeSource::Command(arguments) if stdlib.is_some() => {
            return Err(ProbeError::HasLibrary(arguments.join(" ")));
        }
        ProbeSource::Command(arguments) => {
            let mut command = Command::new(&arguments[0]);
            command.args(&arguments[1..]).arg("-c").arg(program);
            command.stdin(Stdio::null());
            (arguments.join(" "), run(&mut command, PROBE_TIMEOUT)?)
        }
    };
    parse_probe_output(&output, &name)
}

/// The error of an interpreter that finds no library.
const NO_LIBRARY: &str = "No module named 'encodings'";

fn parse_probe_output(output: &ProcessOutput, command: &str) -> Result<ProbeResult, ProbeError> {
    let mut result = ProbeResult::default();
    let mut last = None;
    let mut frozen = BTreeSet::new();
    for answer in &output.answers {
        let [kind, value] = &answer[..] else {
            continue;
        };
        let value = value.clone();
        last = Some((kind.clone(), value.clone()));
        match &**kind {
            "release" => result.release = value,
            "sys-platform" => result.sys_platform = value,
            "sysconfigdata" => result.sysconfigdata = value,
            "frozen" => drop(frozen.insert(value)),
            "works" => _ = result.checks.insert(value, true),
            "fails" => _ = result.checks.insert(value, false),
            "built-in" | "extension" => drop(result.c_modules.insert(value)),
            "start-up" => result.startup.push(value),
            "own" => result.embedder_modules.push(value),
            _ => {}
        }
    }
    let problem = match last {
        Some((kind, _)) if kind == "done" => {
            result.frozen = Some(frozen);
            result.source = format!("as '{command}' answered stdlib-pack target probe");
            return Ok(result);
        }
        Some((kind, module)) if kind == "begin" => {
            format!(
                "it ended while it imported {module}: {}",
                output.stderr_tail()
            )
        }
        // `init_fs_encoding` of Python/pylifecycle.c.
        None if output.stderr.contains(NO_LIBRARY) => {
            "it carries no library: name one with --stdlib".to_owned()
        }
        _ if output.timed_out => "it printed nothing for a minute".to_owned(),
        _ => format!("it ended: {}", output.stderr_tail()),
    };
    Err(ProbeError::NoAnswer {
        command: command.to_owned(),
        problem,
    })
}

/// Returns the file name of a runtime, without its folder, since manifests are shared with others.
fn short_name(runtime: &Runtime) -> String {
    let (Runtime::Pyodide(path)
    | Runtime::Browser(path)
    | Runtime::Emscripten(path)
    | Runtime::BrowserEmscripten(path)
    | Runtime::Wasi(path)
    | Runtime::Wasmtime(path)) = runtime
    else {
        return runtime.to_string();
    };
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
