//! `stdlib-pack target`: lists, shows and probes targets.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use clap_complete::engine::ArgValueCompleter;

use crate::cli::complete;
use crate::cli::error::CliError;
use crate::cli::help_text::PROBE;
use crate::cli::input_files::InputFiles;
use crate::cli::output::{UserFile, write_user_file};
use crate::cli::render::diagnostics::show;
use crate::cli::render::json::{ListEntry, print_json};
use crate::cli::render::stdout::outln;
use crate::did_you_mean;
use crate::manifest::{Manifests, ModuleNote, TargetManifest};
use crate::probe::{ProbeSource, build_manifest, from_sysconfigdata, most_similar_target, probe};
use crate::profile::is_target_file;
use crate::types::VersionRange;

#[derive(Debug, Subcommand)]
pub(crate) enum TargetCommand {
    /// List the targets
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print what a target lacks, and why
    Show {
        /// Name of the target, or its YAML file
        #[arg(add = ArgValueCompleter::new(complete::targets))]
        target: String,
        /// Print the whole manifest as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a target file from an interpreter or a CPython build
    #[command(after_help = PROBE)]
    Probe(ProbeArgs),
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("of").required(true).args(["run", "sysconfigdata"]))]
pub(crate) struct ProbeArgs {
    /// Start this interpreter and ask it: a command to which '-c PROGRAM' is added, pyodide:DIR,
    /// browser:DIR, emscripten:DIR, browser-emscripten:DIR, wasi:FILE.wasm or wasmtime:FILE.wasm
    #[arg(long, value_name = "CMD")]
    pub(crate) run: Option<String>,
    /// Library that it starts with, if it carries none: Lib folder, zip or prefix
    #[arg(long, value_name = "PATH", requires = "run")]
    pub(crate) stdlib: Option<PathBuf>,
    /// Run nothing: read the _sysconfigdata_*.py that a build of CPython wrote
    #[arg(long, value_name = "FILE")]
    pub(crate) sysconfigdata: Option<PathBuf>,
    /// Name of the target
    #[arg(long, default_value = "probed")]
    pub(crate) name: String,
    /// Target whose limits and reasons are taken over [default: the built-in one that resembles it]
    #[arg(long, value_name = "TARGET")]
    pub(crate) like: Option<String>,
    /// File that the target is written to [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

pub(crate) fn run(command: &TargetCommand) -> Result<ExitCode, CliError> {
    let mut manifests = Manifests::embedded()?;
    match command {
        TargetCommand::List { json } => list(&manifests, *json)?,
        TargetCommand::Show { target, json } => {
            let name = if is_target_file(target) {
                &manifests.add_target_file(Path::new(target))?
            } else {
                target
            };
            match find_target(name, &manifests)? {
                target if *json => print_json(target)?,
                target => print_target(target),
            }
        }
        TargetCommand::Probe(args) => write_probed(args, &manifests)?,
    }
    Ok(ExitCode::SUCCESS)
}

impl ProbeArgs {
    fn inputs(&self) -> InputFiles {
        let command = self.run.as_deref().unwrap_or_default();
        let runtime = command.split_once(':').map_or(command, |(_, file)| file);
        let sysconfigdata = self.sysconfigdata.iter().cloned();
        sysconfigdata
            .chain([PathBuf::from(runtime)])
            .chain(self.stdlib.clone())
            .fold(InputFiles::default(), InputFiles::with_file)
    }
}

fn list(manifests: &Manifests, json: bool) -> Result<(), CliError> {
    let names = manifests.targets();
    let targets = names.filter_map(|name| manifests.target(name));
    if json {
        let to_entry = |target: &TargetManifest| ListEntry {
            name: target.name.clone(),
            description: target.description.clone(),
        };
        return print_json(&targets.map(to_entry).collect::<Vec<_>>());
    }
    for target in targets {
        outln!("{:20} {}", target.name, target.description);
    }
    Ok(())
}

pub(crate) fn find_target<'a>(
    name: &str,
    manifests: &'a Manifests,
) -> Result<&'a TargetManifest, CliError> {
    manifests.target(name).ok_or_else(|| {
        let help = did_you_mean::suggestion(name, manifests.targets(), "targets are");
        CliError::Usage(format!("there is no target '{name}': {help}"))
    })
}

fn write_probed(args: &ProbeArgs, manifests: &Manifests) -> Result<(), CliError> {
    let probed = match (&args.run, &args.sysconfigdata) {
        (Some(command), _) => {
            let source = ProbeSource::new(command)?;
            probe(&source, args.stdlib.as_deref(), manifests)?
        }
        (None, file) => from_sysconfigdata(file.as_deref().unwrap_or(Path::new("")), manifests)?,
    };
    let base_target = match &args.like {
        Some(name) => Some(find_target(name, manifests)?),
        None => most_similar_target(&probed, manifests),
    };
    let target = build_manifest(&probed, &args.name, base_target, manifests)?;
    let version = probed.release.parse().ok();
    let warning = version.and_then(|version| manifests.newer_python_warning(version));
    show(&warning.into_iter().collect::<Vec<_>>(), true);
    let text = format!(
        "# Written by stdlib-pack {} target probe.\n\n{}",
        env!("CARGO_PKG_VERSION"),
        target.to_yaml()
    );
    let Some(out) = &args.out else {
        outln!("{}", text.trim_end());
        return Ok(());
    };
    let user_file = UserFile {
        path: out,
        bytes: text.into_bytes(),
        is_earlier: |_| true,
    };
    write_user_file(&user_file, &args.inputs())?;
    outln!("{}: {}", out.display(), target.description);
    Ok(())
}

fn print_target(target: &TargetManifest) {
    outln!("{}: {}", target.name, target.description);
    outln!(
        "sys.platform {}, os.name {}",
        target.sys_platform,
        target.os_name
    );
    print_notes("unavailable", &target.missing);
    print_notes("build-dependent", &target.build_dependent);
    print_notes("nonfunctional", &target.nonfunctional);
    if !target.failing_calls.is_empty() {
        outln!("\nfailing calls:");
    }
    for note in &target.failing_calls {
        print_note(&note.calls.join(" "), &note.versions, &note.reason);
    }
}

fn print_notes(title: &str, notes: &[ModuleNote]) {
    if !notes.is_empty() {
        outln!("\n{title}:");
    }
    for note in notes {
        let names: Vec<&str> = note.modules.iter().map(|name| name.as_str()).collect();
        print_note(&names.join(" "), &note.versions, &note.reason);
    }
}

fn print_note(names: &str, versions: &VersionRange, reason: &str) {
    let versions = String::from(versions.clone());
    let versions = if versions.is_empty() {
        versions
    } else {
        format!(" (Python {versions})")
    };
    outln!("  {names}{versions}\n    {}", reason.trim_end());
}
