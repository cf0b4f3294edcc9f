//! `stdlib-pack inspect`: what is in a standard library's zip, whoever made it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::cache::cache_if_any;
use super::error::CliError;
use super::json::print_json;
use super::progress::Progress;
use super::request::available_cores;
use crate::bundle::{BundleFiles, Form};
use crate::manifest::Manifests;
use crate::pipeline::{
    Availability, PackError, Request, Stages, availability, compile, finish, open, plan,
};
use crate::profile::{Compression, Profile, load_merged};
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
    /// Modules in it that cannot be imported with it alone, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    broken: Option<BTreeMap<ModuleName, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    saving: Option<Saving>,
    /// Why the two above are not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<String>,
}

/// What this program would make of it.
#[derive(Serialize, JsonSchema)]
struct Saving {
    /// The zip with brotli, or as it is if that is smaller.
    as_it_is: ByteSize,
    /// The same modules, but for those that cannot be imported or that the target carries, with brotli.
    packed_again: ByteSize,
    modules: usize,
}

pub(super) fn run(mut arguments: InspectArguments) -> Result<ExitCode, CliError> {
    let manifests = Manifests::embedded()?;
    if let Ok(BundleFiles { receipt, zip }) = BundleFiles::open(&arguments.zip) {
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
    let python = of_magic.or_else(sources);
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
    let (broken, saving, unknown) = match prove(arguments, &contents, &target) {
        Ok((broken, saving)) => (Some(broken), Some(saving), None),
        Err(error @ (CliError::Usage(_) | CliError::Profile(_))) => return Err(error),
        Err(error) => (None, None, Some(error.to_string())),
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
        broken,
        saving,
        unknown,
    };
    if arguments.json {
        print_json(&inspected)?;
    } else {
        tell(&inspected);
    }
    let sound = inspected.broken.as_ref().is_none_or(BTreeMap::is_empty);
    Ok(ExitCode::from(u8::from(!sound)))
}

/// Which modules cannot be imported, and what the rest would be if this program packed it.
fn prove(
    arguments: &InspectArguments,
    contents: &Contents,
    target: &str,
) -> Result<(BTreeMap<ModuleName, String>, Saving), CliError> {
    let own_sources = contents.bytecode == 0;
    let request = |profile| Request {
        profile,
        stdlib: if own_sources {
            Some(arguments.zip.clone())
        } else {
            arguments.stdlib.clone()
        },
        build_python: arguments.build_python.clone(),
        cpython_build: None,
        apps: Vec::new(),
        manifests: None,
        delta_from: None,
        cache: cache_if_any(),
        workers: available_cores(),
    };
    let mut stages = Stages::default();
    let whole = open(&request(profile(contents, target, &[], &[])?), &mut stages)?;
    // What the zip lacks and the library has is missing; but for what the target carries inside itself.
    let missing = whole.stdlib.modules().keys().filter(|name| {
        !contents.modules.contains_key(*name)
            && !whole.target.frozen.contains(*name)
            && !contents
                .modules
                .keys()
                .any(|own| own.ancestors().any(|above| above == **name))
    });
    let missing: Vec<ModuleName> = missing.cloned().collect();
    let opened = open(
        &request(profile(contents, target, &missing, &[])?),
        &mut stages,
    )?;
    let states = availability(&opened)?;
    let mut broken = BTreeMap::new();
    let mut sound = Vec::new();
    for name in contents.modules.keys() {
        match states.get(name) {
            Some(Availability::Broken(why)) => {
                broken.insert(name.clone(), why.clone());
            }
            Some(_) => sound.push(name.clone()),
            None => {}
        }
    }
    let request = request(profile(contents, target, &missing, &sound)?);
    let progress = Progress::new(false, arguments.json);
    let plan = plan(open(&request, &mut stages)?, &mut stages)?;
    let compiled = compile(
        &plan,
        &request.cache,
        request.workers,
        &progress,
        &mut stages,
    )?;
    let bundle = finish(&plan, &compiled, &request.cache, &progress, &mut stages)?;
    let bytes =
        std::fs::read(&arguments.zip).map_err(|error| CliError::Environment(error.to_string()))?;
    let brotli = Form::Whole(Compression::Brotli).make(&bytes, &[], &|_| ());
    let brotli = brotli.map_err(|error| PackError::Internal(error.to_string()))?;
    let saving = Saving {
        as_it_is: ByteSize::of(&brotli).min(contents.packed),
        packed_again: bundle.brotli_size().unwrap_or(ByteSize::of(&bundle.zip)),
        modules: bundle.totals.modules,
    };
    Ok((broken, saving))
}

/// A profile that keeps `roots` and nothing of `missing`.
fn profile(
    contents: &Contents,
    target: &str,
    missing: &[ModuleName],
    roots: &[ModuleName],
) -> Result<Profile, CliError> {
    let mut written = json!({
        "name": "inspected",
        "target": target,
        "closure": "import-time",
        "robustness": [],
        "payload": if contents.bytecode == 0 { "source" } else { "bytecode" },
        "strip": ["docstrings", "columns", "dead-branches"],
    });
    if !missing.is_empty() {
        written["exclude"] = json!([{"modules": missing, "reason": "it is not in this bundle"}]);
    }
    if !roots.is_empty() {
        written["roots"] = json!(roots);
    }
    load_merged(&written, "inspect").map_err(CliError::Profile)
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
    if let Some(broken) = &inspected.broken {
        if broken.is_empty() {
            say!(
                "\nevery module can be imported with it alone on {}",
                inspected.target
            );
        } else {
            say!(
                "\ncannot be imported with it alone on {} ({}):",
                inspected.target,
                broken.len()
            );
        }
        for (name, why) in broken {
            say!("  {name}: {why}");
        }
    }
    if let Some(saving) = &inspected.saving {
        say!(
            "\n{} of its modules, packed by this program with docstrings stripped: {} bytes with brotli, where it has {}",
            saving.modules,
            saving.packed_again,
            saving.as_it_is
        );
    }
    if let Some(unknown) = &inspected.unknown {
        say!("\nwhat is broken in it cannot be told: {unknown}");
    }
}
