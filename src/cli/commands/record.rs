//! `stdlib-pack record`: runs a program and records what it loads of the standard library.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::cli::args::is_quiet;
use crate::cli::error::CliError;
use crate::cli::input_files::InputFiles;
use crate::cli::output::{UserFile, write_user_file};
use crate::cli::render::diagnostics;
use crate::cli::render::stdout::note_result;
use crate::escape;
use crate::manifest::Manifests;
use crate::pipeline::PackError;
use crate::recording::{self, ProgramRun, RECORDING_FILE, Recording};
use crate::runtime::Runtime;
use crate::verify::{RecordRequest, record};

/// The number of modules that a message names.
const MAX_NAMED: usize = 5;

#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// File that the recording is written to
    #[arg(long, value_name = "FILE", default_value = RECORDING_FILE)]
    pub(crate) out: PathBuf,
    /// Add to what the file has, so that several runs make one recording
    #[arg(long)]
    pub(crate) append: bool,
    /// Leave out what this recording has, such as that of a test runner alone (repeatable)
    #[arg(long, value_name = "FILE")]
    pub(crate) without: Vec<PathBuf>,
    /// Runtime that runs the program with its own library: pyodide:DIR, browser:DIR, emscripten:DIR,
    /// browser-emscripten:DIR, wasi:FILE.wasm or wasmtime:FILE.wasm. The program is then a script, or a folder or zip
    /// with a __main__.py [default: none, the program is a command]
    #[arg(long, value_name = "RUNTIME")]
    pub(crate) runtime: Option<Runtime>,
    /// With --runtime, what the program depends on: wheel, zip, package or folder of packages (repeatable)
    #[arg(long, value_name = "PATH", requires = "runtime")]
    pub(crate) dependency: Vec<PathBuf>,
    /// The complete library of a runtime that carries none: Lib folder or zip
    #[arg(long, value_name = "PATH", requires = "runtime")]
    pub(crate) stdlib: Option<PathBuf>,
    /// Exit with 1 if the program's exit code is not 0
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// The program to run, and its arguments
    #[arg(last = true, required = true, value_name = "PROGRAM")]
    pub(crate) program: Vec<OsString>,
}

pub(crate) fn run(args: &RecordArgs) -> Result<ExitCode, CliError> {
    // Before the program runs, which may take long.
    let without = args.without.iter().map(|file| Recording::read(file));
    let without = without.collect::<Result<Vec<_>, _>>()?;
    reject_foreign_file(&args.out)?;
    earlier_recording(args)?;
    let Some((program, arguments)) = args.program.split_first() else {
        return Err(CliError::Usage("name a program after '--'".to_owned()));
    };
    let run = match &args.runtime {
        Some(runtime) => record_in(runtime, args, Path::new(program), arguments)?,
        None => recording::run(program, arguments)?,
    };
    let Some(mut recording) = run.recording.clone() else {
        return Err(CliError::Usage(format!(
            "no Python was recorded, and nothing was written: the program is not Python 3.11 or newer, or it \
             replaces or ignores PYTHONPATH (python -I, -E or -S); its exit code was {}",
            run.exit_code
        )));
    };
    for other in &without {
        recording.subtract(other);
    }
    // Read again, since another run may have added to it.
    if let Some(mut earlier) = earlier_recording(args)? {
        earlier.merge(recording)?;
        recording = earlier;
    }
    let text = recording.to_yaml().map_err(PackError::Internal)?;
    let file = UserFile {
        path: &args.out,
        bytes: text.into_bytes(),
        is_earlier: Recording::is_recording,
    };
    let inputs = args
        .without
        .iter()
        .fold(InputFiles::default(), |inputs, file| inputs.with_file(file));
    write_user_file(&file, &inputs)?;
    if !is_quiet() {
        tell(&args.out, &recording, &run);
    }
    let failed = args.exit_code && run.exit_code != 0;
    Ok(ExitCode::from(u8::from(failed)))
}

/// Runs a program in a runtime, and prints what it prints.
fn record_in(
    runtime: &Runtime,
    args: &RecordArgs,
    program: &Path,
    arguments: &[OsString],
) -> Result<ProgramRun, CliError> {
    if args.stdlib.is_some() && !runtime.takes_library() {
        return Err(CliError::Usage(
            "this runtime carries its own library: leave --stdlib out".to_owned(),
        ));
    }
    let arguments = arguments.iter();
    let arguments = arguments.map(|argument| argument.to_string_lossy().into_owned());
    let request = RecordRequest {
        runtime: runtime.clone(),
        library: args.stdlib.clone(),
        program: program.to_owned(),
        dependencies: args.dependency.clone(),
        arguments: arguments.collect(),
    };
    let (recording, run) = record(&request, &Manifests::embedded()?)?;
    // Their terminal codes are the program's own.
    note_result(io::stdout().write_all(run.stdout.as_bytes()));
    if run.raised {
        diagnostics::warn(&format!(
            "the program failed: {}",
            escape::line(&run.stderr_last_line)
        ));
    }
    Ok(ProgramRun {
        recording: Some(recording),
        exit_code: run.exit_code.unwrap_or(u8::MAX),
        loaded_by_site: Vec::new(),
        other_versions: Vec::new(),
    })
}

/// Reads the file that is added to, if there is one.
fn earlier_recording(args: &RecordArgs) -> Result<Option<Recording>, CliError> {
    if !args.append || !args.out.exists() {
        return Ok(None);
    }
    Ok(Some(Recording::read(&args.out)?))
}

/// Rejects an existing file that is not a recording.
fn reject_foreign_file(file: &Path) -> Result<(), CliError> {
    let is_file = fs::metadata(file).is_ok_and(|metadata| metadata.is_file());
    let is_recording = || fs::read(file).is_ok_and(|bytes| Recording::is_recording(&bytes));
    if is_file && !is_recording() {
        return Err(CliError::OutputConflict(format!(
            "'{}' exists and is not a recording: name another file with --out",
            file.display()
        )));
    }
    Ok(())
}

/// Says on standard error what was recorded: standard output is the program's.
fn tell(file: &Path, recording: &Recording, run: &ProgramRun) {
    let counted = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    };
    diagnostics::note(&format!(
        "{}: {}, {} and {} of Python {}; the program's exit code is {}",
        file.display(),
        counted(recording.modules.len(), "module"),
        counted(recording.codecs.len(), "codec"),
        counted(recording.data_files.len(), "data file"),
        recording.python,
        run.exit_code
    ));
    if !run.loaded_by_site.is_empty() {
        let names = run.loaded_by_site.iter().take(MAX_NAMED);
        let names: Vec<&str> = names.map(|name| name.as_str()).collect();
        let more = if run.loaded_by_site.len() > MAX_NAMED {
            ", ..."
        } else {
            ""
        };
        diagnostics::warn(&format!(
            "{} loaded before the program started, by .pth files or sitecustomize, so that it is unknown whether the \
             program loads them: {}{more}; record in an environment of its own",
            match run.loaded_by_site.len() {
                1 => "1 module was".to_owned(),
                count => format!("{count} modules were"),
            },
            names.join(", ")
        ));
    }
    if !run.other_versions.is_empty() {
        let versions: Vec<String> = run.other_versions.iter().map(ToString::to_string).collect();
        diagnostics::warn(&format!(
            "what Python {} loaded is not in the recording, which is of the Python that started first",
            versions.join(", ")
        ));
    }
}
