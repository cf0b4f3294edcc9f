//! `stdlib-pack pack`: make a bundle.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::args::{SelectionArgs, VerbosityArgs, parse_byte_size};
use super::build_bundle::{BuiltBundle, build_bundle};
use super::cache::cache_folder;
use super::error::CliError;
use super::hermetic;
use super::inputs::InputFiles;
use super::json::print_json;
use super::lock::check_locked;
use super::output::{UserFile, bundle_files, out_folder, write_bundle_and_files};
use super::resolve_args::build_request;
use crate::bundle::{SideFiles, build_depfile, is_depfile};
use crate::cache::Cache;
use crate::compare::LOCK_FILE;
use crate::escape;
use crate::pipeline::{Bundle, Stage};
use crate::profile::Compression;
use crate::report::SummaryOutput;
use crate::types::ByteSize;

#[derive(Debug, Args)]
pub(super) struct PackArgs {
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) verbosity: VerbosityArgs,
    /// Refuse, with exit code 1, to make anything but what the lock says ('stdlib-pack lock' writes one)
    #[arg(long, help_heading = "Trust")]
    pub(super) locked: bool,
    /// The lock
    #[arg(long, value_name = "FILE", help_heading = "Trust", default_value = LOCK_FILE, requires = "locked")]
    pub(super) lock: PathBuf,
    /// Depend on nothing but the flags: they have to name the library, the build Python and the folder that is
    /// written, and nothing is remembered; for build systems such as Bazel, Nix and Ninja
    #[arg(long, help_heading = "Trust", requires_all = ["stdlib", "build_python", "out"])]
    pub(super) hermetic: bool,
    /// Also write which files the bundle was made from, as a rule of Make that Ninja reads as well
    #[arg(long, value_name = "FILE", help_heading = "Trust")]
    pub(super) depfile: Option<PathBuf>,
}

/// What is written, and where.
#[derive(Debug, Args)]
pub(super) struct OutputArgs {
    /// Folder that the bundle is written to
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) forms: ArtifactArgs,
    /// Also write why each module is not in the bundle, as the JSON that Python 3.15's
    /// 'configure --with-missing-stdlib-config' reads
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) missing_stdlib_config: Option<PathBuf>,
    /// Also write what is in the bundle as CycloneDX 1.6 JSON, a software bill of materials
    #[arg(long, help_heading = "Trust")]
    pub(super) sbom: bool,
    /// Also write digests that 'sha256sum -c' and 'sha384sum -c' read
    #[arg(long, help_heading = "Trust")]
    pub(super) checksums: bool,
}

impl OutputArgs {
    /// What tells of the bundle's files.
    pub(super) fn companions(&self) -> SideFiles {
        SideFiles {
            sbom: self.sbom,
            checksums: self.checksums,
        }
    }

    /// Writes the bundle, and what is asked for beside it.
    pub(super) fn write(
        &self,
        out: &Path,
        bundle: &Bundle,
        depfile: Option<&Path>,
        inputs: &InputFiles,
    ) -> Result<Vec<SummaryOutput>, CliError> {
        let config = self.missing_stdlib_config.as_deref();
        let mut named = Vec::new();
        named.extend(config.map(|path| UserFile {
            path,
            bytes: missing_stdlib_config(bundle).into_bytes(),
            is_earlier: is_missing_stdlib_config,
        }));
        if let Some(path) = depfile {
            named.push(UserFile {
                path,
                bytes: depfile_rule(out, bundle, config, inputs)?.into_bytes(),
                is_earlier: is_depfile,
            });
        }
        write_bundle_and_files(out, bundle, &named, inputs)
    }
}

/// The files that are written, and what they were made from, as Make reads it.
fn depfile_rule(
    out: &Path,
    bundle: &Bundle,
    config: Option<&Path>,
    inputs: &InputFiles,
) -> Result<String, CliError> {
    let files = bundle_files(bundle)?.into_iter();
    let files: Vec<PathBuf> = files.map(|file| out.join(file.name)).collect();
    let written = files.iter().map(PathBuf::as_path).chain(config);
    build_depfile(written, inputs.files()).map_err(|path| {
        CliError::Usage(format!(
            "'{}' cannot be named in a rule of Make: rename it, or pack without --depfile",
            escape::line(&path.display().to_string())
        ))
    })
}

/// The forms that a bundle is made in, which its receipt tells of.
#[derive(Debug, Args)]
pub(super) struct ArtifactArgs {
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
    #[arg(long, value_name = "SIZE", help_heading = "Output", value_parser = parse_byte_size)]
    pub(super) budget: Option<ByteSize>,
    /// Also write .dcb and .dcz, small upgrades for clients that have this earlier zip (compression
    /// dictionary transport, RFC 9842)
    #[arg(long, value_name = "ZIP", help_heading = "Output")]
    pub(super) delta_from: Option<PathBuf>,
    /// Remember nothing and use nothing remembered
    #[arg(long, help_heading = "Output")]
    pub(super) no_cache: bool,
}

pub(super) fn run(arguments: &PackArgs) -> Result<ExitCode, CliError> {
    let PackArgs {
        selection,
        output,
        verbosity,
        ..
    } = arguments;
    if arguments.hermetic {
        hermetic::check(selection)?;
    }
    let cache = if arguments.hermetic {
        Cache::none()
    } else {
        output.forms.cache()?
    };
    let mut request = build_request(selection, Some(&output.forms), cache)?;
    request.companions = output.companions();
    let mut made = build_bundle(&request, verbosity)?;
    let mut inputs = made.inputs.clone();
    if arguments.locked {
        check_locked(&made, &arguments.lock, verbosity)?;
        inputs = inputs.and(&arguments.lock);
    }
    let out = out_folder(output.out.as_deref(), made.out.as_deref());
    let (bundle, depfile) = (&made.bundle, arguments.depfile.as_deref());
    let write = || output.write(&out, bundle, depfile, &inputs);
    let outputs = made.stages.time(Stage::Write, write)?;
    print_outcome(made, outputs, verbosity)?;
    Ok(ExitCode::SUCCESS)
}

impl ArtifactArgs {
    /// What is remembered.
    pub(super) fn cache(&self) -> Result<Cache, CliError> {
        if self.no_cache {
            return Ok(Cache::none());
        }
        Ok(Cache::in_folder(cache_folder()?))
    }
}

/// What follows a module's name in the messages of [`missing_stdlib_config`].
const NOT_IN_BUNDLE: &str = " is not in this bundle: ";

/// Why each module is not there, as Python 3.15's configure wants it.
fn missing_stdlib_config(bundle: &Bundle) -> String {
    let messages = bundle.missing.iter();
    let messages = messages.map(|(name, why)| (name, format!("{name}{NOT_IN_BUNDLE}{why}")));
    let messages: BTreeMap<_, _> = messages.collect();
    serde_json::to_string_pretty(&messages).unwrap_or_default() + "\n"
}

fn is_missing_stdlib_config(bytes: &[u8]) -> bool {
    let messages: Option<BTreeMap<String, String>> = serde_json::from_slice(bytes).ok();
    messages.is_some_and(|messages| {
        messages
            .values()
            .all(|message| message.contains(NOT_IN_BUNDLE))
    })
}

fn print_outcome(
    made: BuiltBundle,
    outputs: Vec<SummaryOutput>,
    verbosity: &VerbosityArgs,
) -> Result<(), CliError> {
    if verbosity.verbose {
        for reason in &made.bundle.reasons {
            let _ = writeln!(anstream::stderr(), "{}", escape::line(reason));
        }
    }
    let summary = made.summary(outputs);
    if verbosity.json {
        print_json(&summary)?;
    } else if !verbosity.quiet {
        outln!("{}", summary.to_text().trim_end());
    }
    Ok(())
}
