//! The command line: arguments in, calls to the library, words for people out.
#![allow(clippy::print_stdout, clippy::print_stderr)]

/// Prints a line. Whoever reads it may have gone away: that is no reason to panic.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        $crate::cli::told(writeln!(anstream::stdout(), $($words)*));
    }};
}

mod args;
mod at_once;
mod build;
mod cache;
mod diagnostics;
mod diff;
mod error;
mod examples;
mod graph;
mod hermetic;
mod init;
mod inputs;
mod inspect;
mod json;
mod lock;
mod made;
mod output;
mod pack;
mod profile;
mod progress;
mod project;
mod proof;
mod rebuild;
mod report;
mod request;
mod schema;
mod shells;
mod snippet;
mod target;
mod verify;
mod why;

use std::io;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use clap::Parser;

use args::{Arguments, Command};
pub(crate) use diagnostics::diagnostic_text;
use error::CliError;
pub(crate) use project::bundles_in;

/// Reads the arguments, does what they say, and tells how it went.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are asked for and go to standard output; the rest is bad usage.
            let code = if error.use_stderr() { 2 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    clean_up_when_interrupted();
    on_large_stacks(|| match run(arguments) {
        Ok(_) if UNTOLD.load(Ordering::SeqCst) => ExitCode::from(3),
        Ok(code) => code,
        Err(_) if crate::cleanup::interrupted() => ExitCode::from(INTERRUPTED),
        Err(error) => {
            diagnostics::show_error(&error);
            ExitCode::from(error.exit_code())
        }
    })
}

/// Something could not be written to standard output.
static UNTOLD: AtomicBool = AtomicBool::new(false);

/// Notes whether a line reached standard output. A reader that has gone away has read enough.
fn told(written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != io::ErrorKind::BrokenPipe
        && !UNTOLD.swap(true, Ordering::SeqCst)
    {
        diagnostics::show_error(&CliError::Environment(format!(
            "cannot write to standard output: {error}"
        )));
    }
}

/// Runs `work` where deeply nested sources can be walked by recursion.
fn on_large_stacks(work: impl FnOnce() -> ExitCode + Send) -> ExitCode {
    // An error means that there are threads already.
    let _ = rayon::ThreadPoolBuilder::new()
        .stack_size(STACK)
        .build_global();
    let failed = ExitCode::from(3);
    thread::scope(|scope| {
        let thread = thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, work);
        thread.map_or(failed, |thread| thread.join().unwrap_or(failed))
    })
}

fn run(arguments: Arguments) -> Result<ExitCode, CliError> {
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
        Command::Completions(arguments) => Ok(shells::completions(&arguments)),
        Command::Man(arguments) => shells::man(&arguments),
        Command::Cache(command) => cache::run(&command),
    }
}

/// Bytes of stack for a thread that scans; only what is used is taken from memory.
const STACK: usize = 512 << 20;

/// What shells expect of a program that SIGINT ended: 128 + 2.
const INTERRUPTED: u8 = 130;

#[allow(clippy::exit)]
fn clean_up_when_interrupted() {
    // Without a handler an interrupt still ends the program; only the cleaning would be missing.
    let _ = ctrlc::set_handler(|| {
        crate::cleanup::clean_up();
        std::process::exit(INTERRUPTED.into());
    });
}
