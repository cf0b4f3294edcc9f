//! The arguments.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand};

use super::build::BuildArgs;
use super::cache::CacheCommand;
use super::completions::{CompletionsArgs, ManArgs};
use super::diff::DiffArgs;
use super::graph::GraphArgs;
use super::help_text::{
    BUILD_EXAMPLES, COMPLETIONS_EXAMPLES, EXAMPLES, GRAPH_EXAMPLES, INSPECT_EXAMPLES,
    LOCK_EXAMPLES, REPORT_EXAMPLES, SNIPPET_EXAMPLES, VERIFY_EXAMPLES, WHY_EXAMPLES,
};
use super::inspect::InspectArgs;
use super::lock::LockArgs;
use super::pack::PackArgs;
use super::profile::ProfileCommand;
use super::report::ReportArgs;
use super::schema::SchemaArgs;
use super::snippet::SnippetArgs;
use super::target::TargetCommand;
use super::verify::VerifyArgs;
use super::why::WhyArgs;
use crate::profile::{Closure, Payload, Strip};
use crate::types::ByteSize;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Pack the part of CPython's standard library that your program needs: small, and the same bytes
/// every time.
#[derive(Debug, Parser)]
#[command(
    name = "stdlib-pack",
    version,
    styles = STYLES,
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    max_term_width = 100
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) pack: PackArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a bundle (what happens without a command)
    #[command(after_help = EXAMPLES)]
    Pack(PackArgs),
    /// Make all bundles of a project, which stdlib-pack.yaml names
    #[command(after_help = BUILD_EXAMPLES)]
    Build(BuildArgs),
    /// Write down what a bundle was made from and has to be, for --locked
    #[command(after_help = LOCK_EXAMPLES)]
    Lock(LockArgs),
    /// Tell what is different between two bundles
    Diff(DiffArgs),
    /// Import every module of a bundle with nothing else as standard library
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(VerifyArgs),
    /// Tell why a module is in the bundle, or why not
    #[command(visible_alias = "why-not", after_help = WHY_EXAMPLES)]
    Why(WhyArgs),
    /// Look into any zip of a standard library: what is in it, and what is broken
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(InspectArgs),
    /// Show where the bytes of a bundle go, as a page with a map of its modules
    #[command(after_help = REPORT_EXAMPLES)]
    Report(ReportArgs),
    /// Print who imports whom in the bundle, whole or around a module
    #[command(after_help = GRAPH_EXAMPLES)]
    Graph(GraphArgs),
    /// Print what servers and pages need to serve and load a bundle
    #[command(after_help = SNIPPET_EXAMPLES)]
    Snippet(SnippetArgs),
    /// List, show or check profiles
    #[command(subcommand)]
    Profile(ProfileCommand),
    /// List or show targets
    #[command(subcommand)]
    Target(TargetCommand),
    /// Look at or empty the cache
    #[command(subcommand)]
    Cache(CacheCommand),
    /// Print the JSON schema of what a command prints with --json, or of a file that it writes
    Schema(SchemaArgs),
    /// Print what completes commands and flags in a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(CompletionsArgs),
    /// Print or write the manual as man pages
    Man(ManArgs),
}

/// What goes into a bundle.
#[derive(Debug, Default, Args)]
pub(super) struct SelectionArgs {
    /// What the product needs: a built-in profile or a YAML file ('profile list' shows them)
    #[arg(long, value_name = "NAME|FILE", required = true)]
    pub(super) profile: Option<String>,
    /// Code whose imports must work: a script, package, project folder, wheel or zip (repeatable)
    #[arg(long, value_name = "PATH")]
    pub(super) app: Vec<PathBuf>,
    /// One more module whose whole API must work (repeatable)
    #[arg(long, value_name = "MODULE")]
    pub(super) root: Vec<String>,
    /// A module that is run with 'python -m' (repeatable)
    #[arg(long, value_name = "MODULE")]
    pub(super) run_module: Vec<String>,
    /// A module, or pattern of modules, that must not be in the bundle (repeatable)
    #[arg(long, value_name = "MODULE")]
    pub(super) exclude: Vec<String>,

    /// The standard library's sources [default: those of the build Python]
    #[arg(long, value_name = "DIR|ZIP", help_heading = "Inputs")]
    pub(super) stdlib: Option<PathBuf>,
    /// The Python that compiles, of the same version as the sources: a command, or pyodide:DIR with
    /// the folder of Pyodide's npm package [default: from the PATH]
    #[arg(long, value_name = "CMD", help_heading = "Inputs")]
    pub(super) build_python: Option<String>,
    /// A module that lies in no library, such as the _sysconfigdata_*.py of the target's build
    /// (repeatable)
    #[arg(long, value_name = "FILE", help_heading = "Inputs")]
    pub(super) extra_module: Vec<PathBuf>,
    /// Folder of a cross build of CPython: its library, its _sysconfigdata and the C modules that it
    /// built are found there
    #[arg(long, value_name = "DIR", help_heading = "Inputs")]
    pub(super) cpython_build: Option<PathBuf>,
    /// Folder of manifests that replace or add to those built in
    #[arg(long, value_name = "DIR", help_heading = "Inputs")]
    pub(super) manifests: Option<PathBuf>,
    /// Where it will run, in place of the profile's target: a built-in target or a YAML file
    /// ('target list' shows them, 'target probe' writes one)
    #[arg(long, value_name = "NAME|FILE", help_heading = "Choices")]
    pub(super) target: Option<String>,

    /// Which imports are followed, in place of the profile's choice
    #[arg(long, value_enum, help_heading = "Choices")]
    pub(super) closure: Option<Closure>,
    /// What the bundle holds of each module, in place of the profile's choice
    #[arg(long, value_enum, help_heading = "Choices")]
    pub(super) payload: Option<Payload>,
    /// Python's own optimisation: 1 drops assertions, 2 docstrings as well
    #[arg(long, value_name = "0|1|2", help_heading = "Choices",
          value_parser = clap::value_parser!(u8).range(0..=2))]
    pub(super) optimize: Option<u8>,
    /// What is taken out of modules, in place of the profile's list (comma-separated)
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        value_delimiter = ',',
        help_heading = "Choices"
    )]
    pub(super) strip: Option<Vec<Strip>>,
    /// Most processes at once [default: one per core]
    #[arg(long, short, value_name = "N", help_heading = "Choices",
          value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) jobs: Option<u16>,
}

/// How much is said.
#[derive(Debug, Args)]
pub(super) struct VerbosityArgs {
    /// Print the outcome as JSON
    #[arg(long, help_heading = "Output")]
    pub(super) json: bool,
    /// Print nothing but errors
    #[arg(long, short, help_heading = "Output", conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Also print why each module is in the bundle
    #[arg(long, short, help_heading = "Output")]
    pub(super) verbose: bool,
}

pub(super) fn parse_byte_size(text: &str) -> Result<ByteSize, String> {
    ByteSize::try_from(text.to_owned()).map_err(|error| error.to_string())
}
