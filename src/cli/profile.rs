//! `stdlib-pack profile`: list, show or check profiles.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use schemars::JsonSchema;
use serde::Serialize;

use super::cache::open_cache;
use super::diagnostics::show_diagnostics;
use super::error::CliError;
use super::init::{InitArgs, init};
use super::json::{ListEntry, print_json};
use crate::bundle::SideFiles;
use crate::compile::CompileError;
use crate::escape;
use crate::manifest::Manifests;
use crate::pipeline::{
    Importability, PackError, PackRequest, Timings, check_importability, load_inputs,
};
use crate::profile::{
    BUILT_IN, Overrides, check_target, is_target_file, load, profile_reference, profile_schema,
};
use crate::types::{ModuleName, Version};

#[derive(Debug, Subcommand)]
pub(super) enum ProfileCommand {
    /// List the built-in profiles
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a profile after its 'extends' are merged
    Show {
        /// A built-in profile or a YAML file
        profile: String,
    },
    /// Write a profile for an app, with comments
    Init(InitArgs),
    /// Print what a profile may say, as JSON schema for editors
    Schema {
        /// For people: Markdown
        #[arg(long)]
        markdown: bool,
    },
    /// Look for mistakes in a profile, and tell which modules cannot be imported on its target
    Check(CheckArgs),
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
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
    pub(super) extra_module: Vec<PathBuf>,
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

/// What `profile check --json` prints.
#[derive(Serialize, JsonSchema)]
pub(super) struct CheckReport {
    profile: String,
    target: String,
    python: Version,
    modules: BTreeMap<ModuleName, Importability>,
}

pub(super) fn run(command: &ProfileCommand) -> Result<ExitCode, CliError> {
    match command {
        ProfileCommand::List { json } => list(*json)?,
        ProfileCommand::Show { profile } => {
            let profile = load(profile).map_err(CliError::Profile)?;
            print_json(&profile)?;
        }
        ProfileCommand::Init(arguments) => init(arguments)?,
        ProfileCommand::Schema { markdown: true } => outln!("{}", profile_reference().trim_end()),
        ProfileCommand::Schema { .. } => {
            print_json(&profile_schema())?;
        }
        ProfileCommand::Check(arguments) => check(arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn list(json: bool) -> Result<(), CliError> {
    let profiles = BUILT_IN.iter().map(|(name, _)| {
        let profile = load(name).map_err(CliError::Profile)?;
        Ok(ListEntry {
            name: profile.name,
            description: profile.description,
        })
    });
    let profiles = profiles.collect::<Result<Vec<_>, CliError>>()?;
    if json {
        return print_json(&profiles);
    }
    for profile in profiles {
        outln!("{:16} {}", profile.name, profile.description);
    }
    Ok(())
}

fn check(arguments: &CheckArgs) -> Result<(), CliError> {
    let mut profile = load(&arguments.profile).map_err(CliError::Profile)?;
    let overrides = Overrides {
        target: arguments.target.clone(),
        extra_modules: arguments.extra_module.clone(),
        ..Overrides::default()
    };
    overrides.apply(&mut profile);
    let manifests = match &arguments.manifests {
        Some(folder) => Manifests::with_folder(folder)?,
        None => Manifests::embedded()?,
    };
    if !is_target_file(&profile.target) {
        check_target(&profile, &manifests).map_err(CliError::Profile)?;
    }
    let name = profile.name.clone();
    let request = PackRequest {
        profile,
        stdlib: arguments.stdlib.clone(),
        build_python: arguments.build_python.clone(),
        cpython_build: arguments.cpython_build.clone(),
        delta_from: None,
        apps: Vec::new(),
        manifests: arguments.manifests.clone(),
        companions: SideFiles::default(),
        cache: open_cache(),
        workers: 1,
    };
    let opened = match load_inputs(&request, &mut Timings::default()) {
        // Without any Python, what can be said of the profile alone has been looked at.
        Err(PackError::Compile(CompileError::NotFound { .. })) if arguments.stdlib.is_none() => {
            outln!(
                "{name}: no mistakes; name a Python with --build-python to see what its target can import"
            );
            return Ok(());
        }
        opened => opened?,
    };
    show_diagnostics(&opened.diagnostics);
    let checked = CheckReport {
        profile: name,
        target: opened.target.name.clone(),
        python: opened.target.version,
        modules: check_importability(&opened)?,
    };
    if arguments.json {
        print_json(&checked)?;
    } else {
        print_check(&checked);
    }
    Ok(())
}

fn print_check(checked: &CheckReport) {
    let CheckReport {
        profile,
        target,
        python,
        modules,
    } = checked;
    let count =
        |is: fn(&Importability) -> bool| modules.values().filter(|&state| is(state)).count();
    let importable = count(|state| *state == Importability::Importable);
    outln!("{profile}: no mistakes");
    outln!(
        "{importable} of {} modules of Python {python} can be imported on {target}",
        modules.len()
    );
    let excluded = count(|state| matches!(state, Importability::Excluded(_)));
    if excluded > 0 {
        outln!("{excluded} are excluded by the profile");
    }
    let (mut depending, mut broken) = (Vec::new(), Vec::new());
    for (name, state) in modules {
        match state {
            Importability::BuildDependent(why) => depending.push((name, why)),
            Importability::Unimportable(why) => broken.push((name, why)),
            Importability::Importable | Importability::Excluded(_) => {}
        }
    }
    let parts = [("in some builds only", depending), ("not there", broken)];
    for (title, found) in parts {
        if !found.is_empty() {
            outln!("\n{title} ({}):", found.len());
        }
        for (name, why) in found {
            outln!("  {name}: {}", escape::line(why));
        }
    }
}
