//! `stdlib-pack inspect`: what is in a standard library's zip, whoever made it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::error::CliError;
use super::json::print_json;
use super::proof::{Judged, Proof, prove};
use super::target::named;
use crate::bundle::BundleFiles;
use crate::escape;
use crate::manifest::Manifests;
use crate::pipeline::PackError;
use crate::stdlib::{Contents, Stdlib};
use crate::types::{ByteSize, ModuleName, Version};

#[derive(Debug, Args)]
pub(super) struct InspectArguments {
    /// The zip: Pyodide's python_stdlib.zip, CPython's python3XX.zip, or a bundle, as its folder too
    pub(super) zip: PathBuf,
    /// Where it runs [default: a bundle's own target; else pyodide where Pyodide's own modules are in
    /// it, or emscripten-browser]
    #[arg(long, value_name = "NAME")]
    pub(super) target: Option<String>,
    /// Sources of the library that bytecode was made from [default: those of the build Python]
    #[arg(long, value_name = "DIR|ZIP")]
    pub(super) stdlib: Option<PathBuf>,
    /// A Python of its version: a command, or pyodide:DIR [default: from the PATH]
    #[arg(long, value_name = "CMD")]
    pub(super) build_python: Option<String>,
    /// Print it as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// How many modules are told of.
const MOST: usize = 10;

/// What is told.
#[derive(Serialize, JsonSchema)]
pub(super) struct Inspected {
    python: Option<Version>,
    target: String,
    payload: &'static str,
    modules: BTreeMap<ModuleName, ByteSize>,
    data_files: usize,
    /// Files that say why a module is not in it.
    stubs: usize,
    packed: ByteSize,
    unpacked: ByteSize,
    /// Files that are compressed inside the zip.
    compressed_inside: usize,
    /// Another build of it has other bytes.
    dated: bool,
    #[serde(flatten)]
    proof: Option<Proof>,
    /// Why nothing is told of what is broken in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<String>,
}

pub(super) fn run(mut arguments: InspectArguments) -> Result<ExitCode, CliError> {
    let manifests = Manifests::embedded()?;
    let mut of_receipt = None;
    if let Ok(BundleFiles { receipt, zip }) = BundleFiles::open(&arguments.zip) {
        of_receipt = Some(receipt.python);
        let is_known = manifests.target(&receipt.target).is_some();
        let of_bundle = is_known.then_some(receipt.target);
        arguments.target = arguments.target.or(of_bundle);
        arguments.zip = zip;
    }
    let arguments = &arguments;
    let contents = Contents::read(&arguments.zip).map_err(PackError::from)?;
    if contents.modules.is_empty() {
        return Err(CliError::Usage(format!(
            "'{}' holds no Python modules",
            arguments.zip.display()
        )));
    }
    let sources = || Stdlib::open(&arguments.zip, &manifests).ok()?.version();
    let of_magic = contents
        .magic
        .and_then(|magic| manifests.version_of_magic(magic));
    let python = of_magic.or(of_receipt).or_else(sources);
    let of_pyodide = contents
        .modules
        .keys()
        .any(|name| name.as_str() == "_pyodide");
    let target = arguments.target.clone().unwrap_or_else(|| {
        if of_pyodide {
            "pyodide"
        } else {
            "emscripten-browser"
        }
        .to_owned()
    });
    named(&target, &manifests)?;
    let judged = Judged {
        arguments,
        contents: &contents,
        python,
        target: &target,
    };
    let (proof, unknown) = match prove(&judged) {
        Ok(proof) => (Some(proof), None),
        Err(error) => (None, Some(first_words(&error))),
    };
    let inspected = Inspected {
        python,
        target,
        payload: match (contents.sources, contents.bytecode) {
            (_, 0) => "source",
            (0, _) => "bytecode",
            _ => "both",
        },
        data_files: contents.data,
        stubs: contents.stubs,
        packed: contents.packed,
        unpacked: contents.unpacked,
        compressed_inside: contents.compressed,
        dated: contents.dated,
        modules: contents.modules,
        proof,
        unknown,
    };
    if arguments.json {
        print_json(&inspected)?;
    } else {
        tell(&inspected);
    }
    let proof = inspected.proof.as_ref();
    let sound = proof.is_none_or(Proof::is_sound);
    Ok(ExitCode::from(u8::from(!sound)))
}

/// What an error says first.
fn first_words(error: &CliError) -> String {
    let first = error.diagnostics().first();
    first.map_or_else(|| error.to_string(), |first| first.message.clone())
}

fn tell(inspected: &Inspected) {
    let python = inspected
        .python
        .map_or("an unknown Python".to_owned(), |version| {
            format!("Python {version}")
        });
    let modules = inspected.modules.len();
    say!(
        "{modules} modules of {python} as {}, {} data files: {} bytes, {} unpacked",
        inspected.payload,
        inspected.data_files,
        inspected.packed,
        inspected.unpacked
    );
    if inspected.stubs > 0 {
        say!("{} files say why a module is not in it", inspected.stubs);
    }
    if inspected.compressed_inside > 0 {
        let count = inspected.compressed_inside;
        say!("{count} files are compressed inside the zip, so brotli finds little more in it");
    }
    if inspected.dated {
        say!("there are dates in it: made again, it has other bytes");
    }
    let mut largest: Vec<_> = inspected.modules.iter().collect();
    largest.sort_by_key(|(name, bytes)| (std::cmp::Reverse(**bytes), *name));
    say!("\nlargest:");
    for (name, bytes) in largest.into_iter().take(MOST) {
        say!("  {:>10}  {name}", bytes.to_string());
    }
    if let Some(proof) = &inspected.proof {
        tell_proof(proof, &inspected.target);
    }
    if let Some(unknown) = &inspected.unknown {
        say!(
            "\nwhat is broken in it cannot be told: {}",
            escape::line(unknown)
        );
    }
}

fn tell_proof(proof: &Proof, target: &str) {
    let Proof {
        broken,
        unjudged,
        needed_to_start,
        saving,
    } = proof;
    if !needed_to_start.is_empty() {
        let names = listed(needed_to_start);
        say!("\nno interpreter starts with it on {target}: it would have to import {names}");
    }
    if broken.is_empty() {
        let whose = if unjudged.is_empty() {
            "every module"
        } else {
            "every module of Python's library"
        };
        say!("\n{whose} can be imported with it alone on {target}");
    } else {
        let count = broken.len();
        say!("\ncannot be imported with it alone on {target} ({count}):");
    }
    for (name, why) in broken {
        say!("  {name}: {}", escape::line(why));
    }
    if !unjudged.is_empty() {
        let names = listed(unjudged);
        say!("\nnot of Python's library, and not judged: {names}");
    }
    if let Some(saving) = saving {
        say!(
            "\n{} of its modules, packed by this program with docstrings stripped: {} bytes with brotli, where it has {}",
            saving.modules,
            saving.packed_again,
            saving.as_it_is
        );
    }
}

fn listed(modules: &[ModuleName]) -> String {
    let names: Vec<&str> = modules.iter().map(ModuleName::as_str).collect();
    names.join(", ")
}
