//! The command line: parses arguments, calls the library, and prints text and JSON.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod args;
mod build_bundle;
mod cache_dir;
mod commands;
mod complete;
mod drop_in;
mod error;
mod help_text;
mod hermetic;
mod input_files;
mod output;
mod parallel;
mod project;
mod render;
mod signals;

use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{CommandFactory, Parser, Subcommand};

use commands::{
    build, cache, check_url, completions, diff, explain, graph, inspect, lock, man, pack, profile,
    record, report, schema, serve, snippet, target, unpack, verify, why,
};
use error::CliError;
use help_text as help;
pub(crate) use render::diagnostics::render as render_diagnostic;
use render::{diagnostics, json, stdout};

use crate::pipeline::available_cores;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Pack the part of CPython's standard library that your program needs: small, and byte for byte reproducible.
#[derive(Debug, Parser)]
#[command(
    name = "stdlib-pack",
    version,
    styles = STYLES,
    after_help = help::PACK,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    max_term_width = 100
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    pack: pack::PackArgs,
    #[command(flatten)]
    global: args::GlobalArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build a bundle (default command)
    #[command(after_help = help::PACK)]
    Pack(pack::PackArgs),
    /// Build all bundles of a project (stdlib-pack.yaml or pyproject.toml)
    #[command(after_help = help::BUILD)]
    Build(build::BuildArgs),
    /// Write or check stdlib-pack.lock
    #[command(after_help = help::LOCK)]
    Lock(lock::LockArgs),
    /// Compare two bundles
    #[command(after_help = help::DIFF)]
    Diff(diff::DiffArgs),
    /// Import every module of a bundle in a real runtime, with no other standard library
    #[command(after_help = help::VERIFY)]
    Verify(verify::VerifyArgs),
    /// Run a program on its own Python, and record what it loads of the standard library
    #[command(after_help = help::RECORD)]
    Record(record::RecordArgs),
    /// Explain why a module is or is not in the bundle
    #[command(visible_alias = "why-not", after_help = help::WHY)]
    Why(why::WhyArgs),
    /// Inspect any standard library zip: contents, sizes, unimportable modules
    #[command(after_help = help::INSPECT)]
    Inspect(inspect::InspectArgs),
    /// Write a size report: an HTML page with a treemap, Markdown or JSON
    #[command(after_help = help::REPORT)]
    Report(report::ReportArgs),
    /// Print the import graph, whole or around a module
    #[command(after_help = help::GRAPH)]
    Graph(graph::GraphArgs),
    /// Print server configuration or loader code for a bundle
    #[command(after_help = help::SNIPPET)]
    Snippet(snippet::SnippetArgs),
    /// Serve a folder for development, with the headers that a server in production should send
    #[command(after_help = help::SERVE)]
    Serve(serve::ServeArgs),
    /// Tell what a server does wrong with a published bundle, and how to mend it
    #[command(after_help = help::CHECK_URL)]
    CheckUrl(check_url::CheckUrlArgs),
    /// Rebuild a zip from its packed form (--compress packed)
    #[command(after_help = help::UNPACK)]
    Unpack(unpack::UnpackArgs),
    /// List, show, check or create profiles
    #[command(subcommand)]
    Profile(profile::ProfileCommand),
    /// List, show or probe targets
    #[command(subcommand)]
    Target(target::TargetCommand),
    /// Show or clear the cache
    #[command(subcommand)]
    Cache(cache::CacheCommand),
    /// Explain the code of an error or warning
    Explain(explain::ExplainArgs),
    /// Print the JSON schema of a command's --json output or of a file that it writes
    Schema(schema::SchemaArgs),
    /// Print a shell completion script
    #[command(after_help = help::COMPLETIONS)]
    Completions(completions::CompletionsArgs),
    /// Print or write man pages
    Man(man::ManArgs),
}

/// Runs the program: parses the arguments, runs the command, and returns its exit code.
pub fn main() -> ExitCode {
    complete::answer();
    let wants_json = wants_json(std::env::args_os());
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit_with_clap_error(&error, wants_json),
    };
    cli.global.clone().store();
    let outcome = start_threads().and_then(|()| run(cli));
    match outcome {
        Ok(_) if stdout::has_failed() => ExitCode::from(3),
        Ok(code) => code,
        Err(error) => match crate::exit_guard::received_signal() {
            Some(signal) => ExitCode::from(signals::exit_code(signal)),
            None => exit_with_error(&error, wants_json),
        },
    }
}

/// Returns whether errors are to be printed as JSON as well: with `--json`, or `--format json`.
fn wants_json(arguments: impl Iterator<Item = OsString>) -> bool {
    // What comes after '--' is for a program that is run.
    let arguments = arguments.take_while(|argument| argument != OsStr::new("--"));
    let arguments: Vec<OsString> = arguments.collect();
    let format = [OsStr::new("--format"), OsStr::new("json")];
    arguments.contains(&OsString::from("--json"))
        || arguments.contains(&OsString::from("--format=json"))
        || arguments.windows(2).any(|pair| pair == format)
}

fn exit_with_error(error: &CliError, wants_json: bool) -> ExitCode {
    diagnostics::show_error(error);
    if wants_json {
        json::print_error(error);
    }
    ExitCode::from(error.exit_code())
}

/// Prints the message of clap and returns its exit code: 0 for help and version, 2 for bad usage.
fn exit_with_clap_error(error: &clap::Error, wants_json: bool) -> ExitCode {
    let printed = error.print();
    if error.use_stderr() {
        if wants_json {
            json::print_error(&CliError::Usage(first_line(error)));
        }
        return ExitCode::from(2);
    }
    stdout::note_result(printed.and_then(|()| io::stdout().flush()));
    ExitCode::from(if stdout::has_failed() { 3 } else { 0 })
}

/// Returns the first line of the message of clap, without the usage and the hints below it.
fn first_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

/// Starts the threads that run until the program ends.
fn start_threads() -> Result<(), CliError> {
    let failed = |error: &dyn std::fmt::Display| {
        CliError::Environment(format!("cannot start a thread: {error}"))
    };
    signals::clean_up_when_ended().map_err(|error| failed(&error))?;
    let threads =
        rayon::ThreadPoolBuilder::new().num_threads(args::jobs().unwrap_or_else(available_cores));
    threads.build_global().map_err(|error| failed(&error))
}

fn run(cli: Cli) -> Result<ExitCode, CliError> {
    match cli.command.unwrap_or(Command::Pack(cli.pack)) {
        Command::Pack(args) => pack::run(&args),
        Command::Build(args) => build::run(&args),
        Command::Lock(args) => lock::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Record(args) => record::run(&args),
        Command::Why(args) => why::run(&args),
        Command::Inspect(args) => inspect::run(args),
        Command::Report(args) => report::run(&args),
        Command::Graph(args) => graph::run(&args),
        Command::Profile(command) => profile::run(&command),
        Command::Target(command) => target::run(&command),
        Command::Snippet(args) => snippet::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::CheckUrl(args) => check_url::run(&args),
        Command::Unpack(args) => unpack::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args, Cli::command()),
        Command::Cache(command) => cache::run(&command),
    }
}
