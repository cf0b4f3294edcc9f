//! The arguments.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::examples::{EXAMPLES, GRAPH_EXAMPLES, PROBE_EXAMPLES, VERIFY_EXAMPLES, WHY_EXAMPLES};
use crate::profile::{Closure, Compression, Payload, Strip};
use crate::runtime::Runtime;
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
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) pack: PackArguments,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a bundle (what happens without a command)
    #[command(after_help = EXAMPLES)]
    Pack(PackArguments),
    /// Import every module of a bundle with nothing else as standard library
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(VerifyArguments),
    /// Tell why a module is in the bundle, or why not
    #[command(visible_alias = "why-not", after_help = WHY_EXAMPLES)]
    Why(WhyArguments),
    /// Print who imports whom in the bundle, whole or around a module
    #[command(after_help = GRAPH_EXAMPLES)]
    Graph(GraphArguments),
    /// List, show or check profiles
    #[command(subcommand)]
    Profile(ProfileCommand),
    /// List or show targets
    #[command(subcommand)]
    Target(TargetCommand),
    /// Look at or empty the cache
    #[command(subcommand)]
    Cache(CacheCommand),
}

#[derive(Debug, Args)]
pub(super) struct PackArguments {
    #[command(flatten)]
    pub(super) what: WhatArguments,

    /// Folder that the bundle is written to
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(super) out: Option<PathBuf>,
    /// Compressed forms beside the zip, in place of the profile's list (comma-separated)
    #[arg(
        long,
        value_enum,
        value_name = "FORM",
        value_delimiter = ',',
        help_heading = "Output"
    )]
    pub(super) compress: Option<Vec<Compression>>,
    /// Largest accepted size of the brotli form (of the zip, where there is none), in place of the
    /// profile's: 300KB
    #[arg(long, value_name = "SIZE", help_heading = "Output", value_parser = size)]
    pub(super) budget: Option<ByteSize>,
    /// Also write .dcb and .dcz, small upgrades for clients that have this earlier zip (compression
    /// dictionary transport, RFC 9842)
    #[arg(long, value_name = "ZIP", help_heading = "Output")]
    pub(super) delta_from: Option<PathBuf>,
    /// Also write why each module is not in the bundle, as the JSON that Python 3.15's
    /// 'configure --with-missing-stdlib-config' reads
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) missing_stdlib_config: Option<PathBuf>,
    #[command(flatten)]
    pub(super) talk: TalkArguments,
    /// Remember nothing and use nothing remembered
    #[arg(long, help_heading = "Output")]
    pub(super) no_cache: bool,
}

/// What goes into a bundle.
#[derive(Debug, Args)]
pub(super) struct WhatArguments {
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
    pub(super) add: Vec<PathBuf>,
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
pub(super) struct TalkArguments {
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

#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// The bundle: its folder, zip or receipt
    #[arg(default_value = "dist")]
    pub(super) bundle: PathBuf,
    /// Where to try it: native, pyodide:DIR, wasi:FILE.wasm, wasmtime:FILE.wasm or browser:DIR
    #[arg(long, value_name = "RUNTIME", default_value = "native")]
    pub(super) runtime: Runtime,
    /// A script, or folder with a __main__.py, that must do with only the bundle what it does with
    /// the runtime's whole library (repeatable)
    #[arg(long, value_name = "PATH")]
    pub(super) app: Vec<PathBuf>,
    /// The Python that is the native runtime, of the bundle's version [default: from the PATH]
    #[arg(long, value_name = "CMD")]
    pub(super) build_python: Option<String>,
    /// Folder of manifests that replace or add to those built in
    #[arg(long, value_name = "DIR")]
    pub(super) manifests: Option<PathBuf>,
    /// The YAML file of the bundle's target, when it is not a built-in one
    #[arg(long, value_name = "FILE")]
    pub(super) target: Option<PathBuf>,
    #[command(flatten)]
    pub(super) talk: TalkArguments,
}

#[derive(Debug, Args)]
pub(super) struct WhyArguments {
    /// The module, such as xml.dom.minidom
    pub(super) module: String,
    #[command(flatten)]
    pub(super) what: WhatArguments,
    /// Print the answer as JSON
    #[arg(long, help_heading = "Output")]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct GraphArguments {
    /// Only what is around this module
    pub(super) module: Option<String>,
    #[command(flatten)]
    pub(super) what: WhatArguments,
    /// The language of the picture
    #[arg(long, value_enum, default_value = "dot", help_heading = "Output")]
    pub(super) format: GraphFormat,
    /// How many imports away from MODULE is still around it
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Output")]
    pub(super) distance: usize,
}

/// What `graph` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    /// Graphviz: `| dot -Tsvg`
    Dot,
    /// Modules and imports with their reasons
    Json,
    /// For Markdown pages
    Mermaid,
}

#[derive(Debug, Subcommand)]
pub(super) enum ProfileCommand {
    /// List the built-in profiles
    List,
    /// Print a profile after its 'extends' are merged
    Show {
        /// A built-in profile or a YAML file
        profile: String,
    },
    /// Look for mistakes in a profile, and tell which modules cannot be imported on its target
    Check(CheckArguments),
}

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// A built-in profile or a YAML file
    pub(super) profile: String,
    /// The standard library's sources [default: those of the build Python]
    #[arg(long, value_name = "DIR|ZIP")]
    pub(super) stdlib: Option<PathBuf>,
    /// The Python whose version and library it is about: a command, or pyodide:DIR [default: from
    /// the PATH]
    #[arg(long, value_name = "CMD")]
    pub(super) build_python: Option<String>,
    /// A module that lies in no library, such as the _sysconfigdata_*.py of the target's build
    /// (repeatable)
    #[arg(long, value_name = "FILE")]
    pub(super) add: Vec<PathBuf>,
    /// Folder of a cross build of CPython: its library, its _sysconfigdata and the C modules that it
    /// built are found there
    #[arg(long, value_name = "DIR")]
    pub(super) cpython_build: Option<PathBuf>,
    /// Folder of manifests that replace or add to those built in
    #[arg(long, value_name = "DIR")]
    pub(super) manifests: Option<PathBuf>,
    /// Where it will run, in place of the profile's target
    #[arg(long, value_name = "NAME|FILE")]
    pub(super) target: Option<String>,
    /// Print every module with its state as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum TargetCommand {
    /// List the targets
    List,
    /// Print what a target lacks, and why
    Show {
        /// Name of the target, or its YAML file
        target: String,
    },
    /// Write a target of your own: what an interpreter, or a build of CPython, says of itself
    #[command(after_help = PROBE_EXAMPLES)]
    Probe(ProbeArguments),
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("of").required(true).args(["run", "sysconfigdata"]))]
pub(super) struct ProbeArguments {
    /// Start this interpreter and ask it: a command to which '-c PROGRAM' is added, pyodide:DIR,
    /// browser:DIR or wasi:FILE.wasm
    #[arg(long, value_name = "CMD")]
    pub(super) run: Option<String>,
    /// Run nothing: read the _sysconfigdata_*.py that a build of CPython wrote
    #[arg(long, value_name = "FILE")]
    pub(super) sysconfigdata: Option<PathBuf>,
    /// Name of the target
    #[arg(long, default_value = "probed")]
    pub(super) name: String,
    /// Target whose limits and reasons are taken over [default: the built-in one that resembles it]
    #[arg(long, value_name = "TARGET")]
    pub(super) like: Option<String>,
    /// File that the target is written to [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum CacheCommand {
    /// Where the cache is and what it holds
    Info {
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Delete what it holds
    Clean,
}

fn size(text: &str) -> Result<ByteSize, String> {
    ByteSize::try_from(text.to_owned()).map_err(|error| error.to_string())
}
