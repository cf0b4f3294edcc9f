//! `stdlib-pack profile init`: creates a profile for an app.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Component, Path, PathBuf, absolute};

use clap::Args;

use super::init_project::NewProject;
use crate::cli::args::{Choice, InputArgs, SelectionArgs};
use crate::cli::cache_dir::open_cache;
use crate::cli::error::CliError;
use crate::cli::input_files::InputFiles;
use crate::cli::output::{UserFile, write_user_files};
use crate::cli::render::progress::Progress;
use crate::cli::render::stdout::outln;
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::escape;
use crate::graph::Origin;
use crate::manifest::Manifests;
use crate::pipeline::available_cores;
use crate::pipeline::{Plan, Timings, assemble, build_plan, compile_plan, load_inputs};
use crate::profile::{BUILT_IN, Strip, is_target_file};
use crate::project::PROJECT_FILE;
use crate::types::ByteSize;

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The app that it is for: a script, package, project folder, notebook, web page, wheel or zip
    /// (repeatable)
    #[arg(long, value_name = "PATH", required = true)]
    pub(crate) app: Vec<PathBuf>,
    /// Where it will run ('target list' shows the names) [default: pyodide, if the build Python is
    /// one or there is a node_modules/pyodide, else emscripten-browser]
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) target: Option<String>,
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    /// File that it is written to. Without a project, stdlib-pack.yaml in this folder gets the other
    /// flags, for 'stdlib-pack build'
    #[arg(long, value_name = "FILE", default_value = "profile.yaml")]
    pub(crate) out: PathBuf,
    /// Overwrite an existing file
    #[arg(long)]
    pub(crate) force: bool,
}

/// The name of the profile that the new one extends, and its description.
type BaseProfile = (&'static str, &'static str);

const WASM: BaseProfile = (
    "wasm",
    "Excludes tests, GUI modules and other modules without use on WebAssembly.",
);
const NATIVE: BaseProfile = (
    "native",
    "Excludes tests, and keeps modules that are frozen into the interpreter.",
);

/// The parts that the new profile strips. A program only notices the missing docstrings.
const STRIP: [Strip; 3] = [Strip::Docstrings, Strip::Columns, Strip::DeadBranches];

/// How far the budget exceeds the current size, in percent.
const BUDGET_HEADROOM_PERCENT: u64 = 10;
/// The step that the budget is rounded up to, in bytes.
const BUDGET_STEP_BYTES: u64 = 5_000;

/// The target of Pyodide.
const PYODIDE: &str = "pyodide";

/// The target without any sign of another one.
const DEFAULT_TARGET: &str = "emscripten-browser";

pub(crate) fn init(args: &InitArgs) -> Result<(), CliError> {
    let args = &with_defaults(args);
    let file = &args.out;
    if file.exists() && !args.force {
        return Err(CliError::OutputConflict(format!(
            "'{}' exists: name another file with --out, or overwrite it with --force",
            file.display()
        )));
    }
    let base = base_profile(&args.target)?;
    let selection = SelectionArgs {
        profile: Some(base.0.to_owned()),
        app: args.app.clone(),
        target: Some(args.target.clone()),
        inputs: args.inputs.clone(),
        strip: Some(STRIP.map(Choice::Of).to_vec()),
        ..SelectionArgs::default()
    };
    let request = selection.request(open_cache())?;
    let mut timings = Timings::default();
    let progress = Progress::new(false);
    let inputs = load_inputs(&request, &mut timings)?;
    let manifests = inputs.manifests.files().to_vec();
    let plan = build_plan(inputs, &mut timings)?;
    let compiled = compile_plan(
        &plan,
        &request.cache,
        available_cores(),
        &progress,
        &mut timings,
    )?;
    let bundle = assemble(&plan, &compiled, &request.cache, &progress, &mut timings)?;
    let size = bundle.brotli_size().unwrap_or(ByteSize::of(&bundle.zip));
    let user_file = |path, text: String| UserFile {
        path,
        bytes: text.into_bytes(),
        // Without --force, an existing file was already rejected.
        is_earlier: |_| true,
    };
    let project = NewProject {
        profile: file,
        apps: &args.app,
        inputs: &args.inputs,
    };
    let project = project.text();
    let next = match project {
        Some(_) => "stdlib-pack build".to_owned(),
        None => next_command(args),
    };
    let mut files = vec![user_file(file, profile_text(args, base, &plan, size))];
    let profile_name = file.display();
    let written = match project {
        Some(project) => {
            files.push(user_file(Path::new(PROJECT_FILE), project));
            format!("{profile_name} and {PROJECT_FILE}")
        }
        None => profile_name.to_string(),
    };
    write_user_files(
        &files,
        &InputFiles::new(&request, &manifests, &bundle.reads),
    )?;
    outln!("{written}: {size} bytes compressed; next:");
    outln!("  {next}");
    Ok(())
}

/// The arguments with the target and the build Python that the surroundings suggest.
struct Init {
    app: Vec<PathBuf>,
    target: String,
    inputs: InputArgs,
    out: PathBuf,
    force: bool,
}

/// Fills in the target by the build Python, and the build Python by the Pyodide of the project.
fn with_defaults(args: &InitArgs) -> Init {
    let mut inputs = args.inputs.clone();
    let has_python =
        inputs.build_python.is_some() || inputs.stdlib.is_some() || inputs.cpython_build.is_some();
    let may_be_pyodide = args
        .target
        .as_deref()
        .is_none_or(|target| target == PYODIDE);
    if !has_python && may_be_pyodide {
        let folder = find_pyodide(&args.app);
        inputs.build_python = folder.map(|folder| format!("pyodide:{}", folder.display()));
    }
    let python = inputs.build_python.as_deref();
    let is_pyodide = python.is_some_and(|python| python.starts_with("pyodide:"));
    let default = if is_pyodide { PYODIDE } else { DEFAULT_TARGET };
    Init {
        app: args.app.clone(),
        target: args.target.clone().unwrap_or_else(|| default.to_owned()),
        inputs,
        out: args.out.clone(),
        force: args.force,
    }
}

/// Finds the Pyodide that npm installed for the project: in the folder of an app or of this run, or in one above, as
/// Node.js looks for packages.
fn find_pyodide(apps: &[PathBuf]) -> Option<PathBuf> {
    let here = absolute(".").ok()?;
    let starts =
        std::iter::once(here.clone()).chain(apps.iter().filter_map(|app| absolute(app).ok()));
    let folders: Vec<PathBuf> = starts
        .flat_map(|start| start.ancestors().map(Path::to_owned).collect::<Vec<_>>())
        .collect();
    let candidates = folders
        .iter()
        .map(|folder| folder.join("node_modules").join("pyodide"));
    let found = candidates
        .into_iter()
        .find(|folder| folder.join("pyodide.asm.wasm").is_file())?;
    // A path in a shell command, and in a profile that moves with the project.
    Some(
        found
            .strip_prefix(&here)
            .map(Path::to_owned)
            .unwrap_or(found),
    )
}

/// Returns the profile to extend for `target`. `wasm` would exclude modules that work on a native Python.
fn base_profile(target: &str) -> Result<BaseProfile, CliError> {
    let mut manifests = Manifests::embedded()?;
    let name = if is_target_file(target) {
        &manifests.add_target_file(Path::new(target))?
    } else {
        target
    };
    let target = manifests.target(name);
    let is_native = target.is_some_and(|target| !target.is_webassembly());
    Ok(if is_native { NATIVE } else { WASM })
}

/// Returns the shell command that packs the app with the new profile.
fn next_command(args: &Init) -> String {
    let mut command = vec![
        "stdlib-pack".to_owned(),
        "--profile".to_owned(),
        file_argument(&args.out),
    ];
    for app in &args.app {
        command.extend(["--app".to_owned(), file_argument(app)]);
    }
    let stdlib = &args.inputs.stdlib;
    let stdlib = stdlib.as_ref().map(|path| path.display().to_string());
    let manifests = args.inputs.manifests.iter();
    let manifests = manifests.map(|path| ("--manifests", Some(path.display().to_string())));
    let extra_modules = args.inputs.extra_module.iter();
    let extra_modules =
        extra_modules.map(|path| ("--extra-module", Some(path.display().to_string())));
    let build = args.inputs.cpython_build.as_ref();
    let build = build.map(|path| path.display().to_string());
    let inputs = [
        ("--stdlib", stdlib),
        ("--build-python", args.inputs.build_python.clone()),
        ("--cpython-build", build),
    ]
    .into_iter()
    .chain(manifests)
    .chain(extra_modules);
    for (flag, value) in inputs {
        let arguments = value.map(|value| [flag.to_owned(), value]);
        command.extend(arguments.into_iter().flatten());
    }
    // Quoting only fails for NUL, which no argument contains.
    let quoted = shlex::try_join(command.iter().map(String::as_str));
    quoted.unwrap_or_else(|_| command.join(" "))
}

/// Returns the path as an argument. A leading `./` keeps it from being read as a flag or as a built-in profile.
fn file_argument(file: &Path) -> String {
    let name = file.display().to_string();
    let is_built_in = BUILT_IN.iter().any(|(built_in, _)| *built_in == name);
    if is_built_in || name.starts_with('-') {
        format!("./{name}")
    } else {
        name
    }
}

/// Returns the target as the profile must name it: the path of a file is relative to the profile's folder.
fn target_value(args: &Init) -> String {
    let target = Path::new(&args.target);
    if !is_target_file(&args.target) || target.is_absolute() {
        return args.target.clone();
    }
    let path = relative_path(&args.out, target).or_else(|| absolute(target).ok());
    let path = path.unwrap_or_else(|| target.to_owned());
    let path = path.to_string_lossy().into_owned();
    if is_target_file(&path) {
        path
    } else {
        format!("./{path}")
    }
}

/// Returns the path of `file` relative to the folder of `profile`, which is created. Returns `None` if there is no
/// relative path, as between drives.
fn relative_path(profile: &Path, file: &Path) -> Option<PathBuf> {
    let folder_of = |file: &Path| Some(Path::new(".").join(file.parent()?));
    let folder = folder_of(profile)?;
    fs::create_dir_all(&folder).ok()?;
    // The operating system resolves `..` after following links, so links are resolved here, too.
    let folder = folder.canonicalize().ok()?;
    let file = folder_of(file)?
        .canonicalize()
        .ok()?
        .join(file.file_name()?);
    let common = folder.components().zip(file.components());
    let common = common.take_while(|(left, right)| left == right).count();
    if common == 0 {
        return None;
    }
    let parents = folder
        .components()
        .skip(common)
        .map(|_| Component::ParentDir);
    Some(parents.chain(file.components().skip(common)).collect())
}

fn profile_text(args: &Init, base: BaseProfile, plan: &Plan, size: ByteSize) -> String {
    let names: Vec<&str> = plan.apps.iter().map(|app| &*app.name).collect();
    let names = names.join(", ");
    let mut text = String::new();
    let _ = write!(
        text,
        "# yaml-language-server: $schema=profile.schema.json
# Written by stdlib-pack {version} profile init. Editors know the keys after
# 'stdlib-pack profile schema > profile.schema.json'; every key is optional.
description: {description}

# {leaves}
extends: [{base}]

# All targets: stdlib-pack target list
target: {target}

# The app's imports are found by --app. Of a module named here the full public API is kept:
# for code that is loaded later, for example.
roots: []

",
        version = env!("CARGO_PKG_VERSION"),
        description = escape::yaml(&format!("what {names} needs")),
        base = base.0,
        leaves = base.1,
        target = escape::yaml(&target_value(args)),
    );
    text.push_str("# Standard library modules that the app imports:\n");
    write_wrapped(&mut text, imported_names(plan).iter().map(String::as_str));
    let third_party = &plan.graph.third_party;
    if !third_party.is_empty() {
        text.push_str("# and third-party modules, which something else has to provide:\n");
        write_wrapped(&mut text, third_party.keys().map(String::as_str));
    }
    text.push_str("\n# Modules and codecs that the app looks up by names that are not literals.\n");
    let is_dynamic =
        |warning: &&Diagnostic| matches!(warning.code, Code::DynamicImport | Code::DynamicCodec);
    for warning in plan.warnings.iter().filter(is_dynamic) {
        let location = match &warning.location {
            Some(Location::File { file, line, .. }) => {
                let line = line.map_or_else(String::new, |line| format!(":{line}"));
                format!("{file}{line}: ")
            }
            _ => String::new(),
        };
        let _ = writeln!(text, "# {location}{}", escape::line(&warning.message));
    }
    let budget = ByteSize(
        ((size.0 * (100 + BUDGET_HEADROOM_PERCENT) / 100) / BUDGET_STEP_BYTES + 1)
            * BUDGET_STEP_BYTES,
    );
    let _ = write!(
        text,
        "hidden-imports: []
codecs: []

# bytecode starts two to three times faster; source is the smallest download.
payload: bytecode
# Tracebacks keep their lines. All strip options and their effects: stdlib-pack profile schema --markdown
strip: [docstrings, columns, dead-branches]

# Modules that must not be in the bundle, with the reason:
#   - modules: [socket, 'encodings.cp*']
#     reason: no sockets in a browser
exclude: []

output:
  compress: [brotli]

# Currently {size} bytes. If the bundle exceeds this, the build fails and lists the largest modules.
budget:
  brotli: {} KB
",
        budget.0 / 1_000
    );
    text
}

/// Returns the modules outside the app that its files import.
fn imported_names(plan: &Plan) -> BTreeSet<String> {
    let origin = |name: &_| plan.graph.origin(name);
    let imports = plan.graph.imports().into_keys();
    let app_imports = imports.filter(|(from, to)| {
        origin(from) == Some(&Origin::App) && !matches!(origin(to), Some(Origin::App) | None)
    });
    app_imports.map(|(_, to)| to.to_string()).collect()
}

/// Writes words as wrapped comment lines.
fn write_wrapped<'a>(text: &mut String, words: impl Iterator<Item = &'a str>) {
    const WIDTH: usize = 96;
    let mut line = String::from("#  ");
    for word in words {
        if line.len() + word.len() > WIDTH {
            let _ = writeln!(text, "{line}");
            line = String::from("#  ");
        }
        let _ = write!(line, " {}", escape::line(word));
    }
    if line.trim_end() == "#" {
        line.push_str(" nothing");
    }
    let _ = writeln!(text, "{line}");
}
