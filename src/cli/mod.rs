//! The command line: arguments in, calls to the library, words for people out.
#![allow(clippy::print_stdout, clippy::print_stderr)]

/// Prints a line, in which no word of others can move the terminal. Whoever reads it may have gone away: that is no
/// reason to panic.
macro_rules! outln {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let text = $crate::escape::terminal(&format!($($words)*));
        $crate::cli::note_stdout_error(writeln!(anstream::stdout(), "{text}"));
    }};
}

mod args;
mod build;
mod build_bundle;
mod cache;
mod completions;
mod diagnostics;
mod diff;
mod error;
mod graph;
mod help_text;
mod hermetic;
mod importability;
mod init;
mod inputs;
mod inspect;
mod json;
mod lock;
mod output;
mod pack;
mod parallel;
mod profile;
mod progress;
mod project;
mod rebuild;
mod report;
mod resolve_args;
mod schema;
mod signals;
mod snippet;
mod target;
mod verify;
mod why;

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Parser;

use args::{Cli, Command};
pub(crate) use diagnostics::diagnostic_text;
use error::CliError;
pub(crate) use project::parse_project;
use resolve_args::available_cores;

/// Reads the arguments, does what they say, and tells how it went.
pub fn main() -> ExitCode {
    let arguments = match Cli::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return exit_with_clap_error(&error),
    };
    if let Err(error) = prepare() {
        diagnostics::show_error(&error);
        return ExitCode::from(error.exit_code());
    }
    match run(arguments) {
        Ok(_) if STDOUT_FAILED.load(Ordering::SeqCst) => ExitCode::from(3),
        Ok(code) => code,
        Err(error) => match crate::exit_guard::received_signal() {
            Some(signal) => ExitCode::from(signals::exit_code(signal)),
            None => {
                diagnostics::show_error(&error);
                ExitCode::from(error.exit_code())
            }
        },
    }
}

/// Shows why there is nothing to run. Help and version are asked for and go to standard output; the rest is bad usage.
fn exit_with_clap_error(error: &clap::Error) -> ExitCode {
    let printed = error.print();
    if error.use_stderr() {
        return ExitCode::from(2);
    }
    note_stdout_error(printed.and_then(|()| io::stdout().flush()));
    ExitCode::from(if STDOUT_FAILED.load(Ordering::SeqCst) {
        3
    } else {
        0
    })
}

/// Starts the threads that live as long as the program.
fn prepare() -> Result<(), CliError> {
    let failed = |error: &dyn std::fmt::Display| {
        CliError::Environment(format!("cannot start a thread: {error}"))
    };
    signals::clean_up_when_ended().map_err(|error| failed(&error))?;
    let threads = rayon::ThreadPoolBuilder::new().num_threads(available_cores());
    threads.build_global().map_err(|error| failed(&error))
}

/// Something could not be written to standard output.
static STDOUT_FAILED: AtomicBool = AtomicBool::new(false);

/// Notes whether a line reached standard output. A reader that has gone away has read enough.
fn note_stdout_error(written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != io::ErrorKind::BrokenPipe
        && !STDOUT_FAILED.swap(true, Ordering::SeqCst)
    {
        diagnostics::show_error(&CliError::Environment(format!(
            "cannot write to standard output: {error}"
        )));
    }
}

fn run(arguments: Cli) -> Result<ExitCode, CliError> {
    match arguments.command.unwrap_or(Command::Pack(arguments.pack)) {
        Command::Pack(arguments) => pack::run(&arguments),
        Command::Build(arguments) => build::run(&arguments),
        Command::Lock(arguments) => lock::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Why(arguments) => why::run(&arguments),
        Command::Inspect(arguments) => inspect::run(arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Graph(arguments) => graph::run(&arguments),
        Command::Profile(command) => profile::run(&command),
        Command::Target(command) => target::run(&command),
        Command::Snippet(arguments) => snippet::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Completions(arguments) => Ok(completions::completions(&arguments)),
        Command::Man(arguments) => completions::man(&arguments),
        Command::Cache(command) => cache::run(&command),
    }
}
