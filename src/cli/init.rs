//! `stdlib-pack profile init`: a profile to begin with.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::WhatArguments;
use super::cache::cache_if_any;
use super::error::CliError;
use super::output::write_file;
use super::progress::Progress;
use super::request::{available_cores, request};
use crate::graph::Origin;
use crate::pipeline::{Plan, Stages, compile, finish, open, plan};
use crate::profile::Strip;
use crate::types::ByteSize;

#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// The app that it is for: a script, package, project folder, wheel or zip (repeatable)
    #[arg(long, value_name = "PATH", required = true)]
    pub(super) app: Vec<PathBuf>,
    /// Where it will run ('target list' shows the names)
    #[arg(long, value_name = "NAME|FILE", default_value = "emscripten-browser")]
    pub(super) target: String,
    /// The standard library's sources [default: those of the build Python]
    #[arg(long, value_name = "DIR|ZIP")]
    pub(super) stdlib: Option<PathBuf>,
    /// The Python that compiles: a command, or pyodide:DIR [default: from the PATH]
    #[arg(long, value_name = "CMD")]
    pub(super) build_python: Option<String>,
    /// File that it is written to
    #[arg(long, value_name = "FILE", default_value = "profile.yaml")]
    pub(super) out: PathBuf,
    /// Write over a file that is there
    #[arg(long)]
    pub(super) force: bool,
}

/// The profile that everything begins with.
const BASE: &str = "wasm";

/// What is stripped: nothing that a program can tell, but for the text of docstrings.
const STRIP: [Strip; 3] = [Strip::Docstrings, Strip::Columns, Strip::DeadBranches];

/// Room that a budget leaves, in percent, and what it is rounded up to.
const ROOM: u64 = 10;
const STEP: u64 = 5_000;

pub(super) fn init(arguments: &InitArguments) -> Result<(), CliError> {
    let file = &arguments.out;
    if file.exists() && !arguments.force {
        return Err(CliError::Usage(format!(
            "'{}' is there already: name another with --out, or write over it with --force",
            file.display()
        )));
    }
    let what = WhatArguments {
        profile: Some(BASE.to_owned()),
        app: arguments.app.clone(),
        target: Some(arguments.target.clone()),
        stdlib: arguments.stdlib.clone(),
        build_python: arguments.build_python.clone(),
        strip: Some(STRIP.to_vec()),
        ..WhatArguments::default()
    };
    let request = request(&what, None, cache_if_any())?;
    let mut stages = Stages::default();
    let progress = Progress::new(false, false);
    let plan = plan(open(&request, &mut stages)?, &mut stages)?;
    let compiled = compile(
        &plan,
        &request.cache,
        available_cores(),
        &progress,
        &mut stages,
    )?;
    let bundle = finish(&plan, &compiled, &request.cache, &progress, &mut stages)?;
    let size = bundle.brotli_size().unwrap_or(ByteSize::of(&bundle.zip));
    write_file(file, text(arguments, &plan, size).as_bytes())?;
    let flags: Vec<String> = arguments
        .app
        .iter()
        .map(|app| format!(" --app {}", app.display()))
        .collect();
    say!("{}: {} bytes with brotli; next:", file.display(), size);
    say!("  stdlib-pack --profile {}{}", shown(file), flags.concat());
    Ok(())
}

/// A name with an ending or a slash is known as a file.
fn shown(file: &Path) -> String {
    file.display().to_string()
}

fn text(arguments: &InitArguments, plan: &Plan, size: ByteSize) -> String {
    let names: Vec<&str> = plan.apps.iter().map(|app| &*app.name).collect();
    let names = names.join(", ");
    let mut text = String::new();
    let _ = write!(
        text,
        "# yaml-language-server: $schema=profile.schema.json
# Written by stdlib-pack {version} profile init. Editors know the keys after
# 'stdlib-pack profile schema > profile.schema.json'; every key may be left out.
description: {description}

# Leaves out tests, windows and whatever else WebAssembly has no use for.
extends: [{BASE}]

# Others: stdlib-pack target list
target: {target}

# The app's imports are found by --app. A module named here works as a whole, whoever uses it:
# for code that is loaded later, say.
roots: []

",
        version = env!("CARGO_PKG_VERSION"),
        description = quoted(&format!("what {names} needs")),
        target = quoted(&arguments.target),
    );
    text.push_str("# The app imports of the standard library:\n");
    wrapped(&mut text, imported(plan).iter().map(String::as_str));
    let others = &plan.graph.foreign;
    if !others.is_empty() {
        text.push_str("# and of others, who have to provide it:\n");
        wrapped(&mut text, others.keys().map(String::as_str));
    }
    text.push_str(
        "\n# What is looked up by a name that only running the app tells has to be named here.\n",
    );
    let computed = plan
        .warnings
        .iter()
        .filter(|said| said.contains("computed name"));
    for said in computed {
        let _ = writeln!(text, "# {}", said.replace('\n', " "));
    }
    let budget = ByteSize(((size.0 * (100 + ROOM) / 100) / STEP + 1) * STEP);
    let _ = write!(
        text,
        "also-import: []
codecs: []

# bytecode starts two to three times faster; source is the smallest download.
payload: bytecode
# Tracebacks keep their lines. More to strip, with what each costs: stdlib-pack profile schema --markdown
strip: [docstrings, columns, dead-branches]

# What must not be in, with the reason:
#   - modules: [socket, 'encodings.cp*']
#     reason: no sockets in a browser
exclude: []

output:
  dir: dist
  compress: [brotli]

# Today it is {size} bytes. Over this there is no bundle, but what would save most.
budget:
  brotli: {} KB
",
        budget.0 / 1_000
    );
    text
}

/// Modules of the library that the app's own files import.
fn imported(plan: &Plan) -> BTreeSet<String> {
    let origin = |name: &_| {
        plan.graph
            .node(name)
            .map(|node| &plan.graph.graph[node].origin)
    };
    let imports = plan.graph.imports().into_keys();
    let of_app = imports.filter(|(from, to)| {
        origin(from) == Some(&Origin::App) && !matches!(origin(to), Some(Origin::App) | None)
    });
    of_app.map(|(_, to)| to.to_string()).collect()
}

/// Words in lines of a comment.
fn wrapped<'a>(text: &mut String, words: impl Iterator<Item = &'a str>) {
    const WIDTH: usize = 96;
    let mut line = String::from("#  ");
    for word in words {
        if line.len() + word.len() > WIDTH {
            let _ = writeln!(text, "{line}");
            line = String::from("#  ");
        }
        let _ = write!(line, " {word}");
    }
    if line.trim_end() == "#" {
        line.push_str(" nothing");
    }
    let _ = writeln!(text, "{line}");
}

/// JSON's texts are YAML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
