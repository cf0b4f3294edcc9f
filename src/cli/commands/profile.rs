//! `stdlib-pack profile`: lists, shows, checks and creates profiles.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use clap_complete::engine::ArgValueCompleter;
use schemars::JsonSchema;
use serde::Serialize;

use super::init::{InitArgs, init};
use crate::cli::args::InputArgs;
use crate::cli::cache_dir::open_cache;
use crate::cli::complete;
use crate::cli::error::CliError;
use crate::cli::render::diagnostics;
use crate::cli::render::json::{ListEntry, print_json};
use crate::cli::render::stdout::outln;
use crate::compile::CompileError;
use crate::diagnostic::Sourced;
use crate::escape;
use crate::pipeline::{
    Importability, PackError, PackRequest, Timings, check_importability, load_inputs,
};
use crate::profile::{
    BUILT_IN, Overrides, check_target, is_target_file, load, profile_reference, profile_schema,
};
use crate::types::{ModuleName, Version};

#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// List the built-in profiles
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a profile after its 'extends' are merged
    Show {
        /// A built-in profile or a YAML file
        #[arg(add = ArgValueCompleter::new(complete::profiles))]
        profile: String,
    },
    /// Write a profile for an app, with comments
    Init(InitArgs),
    /// Print the JSON schema of profiles, for editors
    Schema {
        /// For people: Markdown
        #[arg(long)]
        markdown: bool,
    },
    /// Check a profile, and list modules that cannot be imported on its target
    Check(CheckArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// A built-in profile or a YAML file
    #[arg(add = ArgValueCompleter::new(complete::profiles))]
    pub(crate) profile: String,
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    /// Built-in target or YAML file, overriding the profile
    #[arg(long, value_name = "NAME|FILE", add = ArgValueCompleter::new(complete::targets))]
    pub(crate) target: Option<String>,
    /// Print every module with its state as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// The output of `profile check --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CheckReport {
    profile: String,
    target: String,
    python: Version,
    modules: BTreeMap<ModuleName, Importability>,
}

pub(crate) fn run(command: &ProfileCommand) -> Result<ExitCode, CliError> {
    match command {
        ProfileCommand::List { json } => list(*json)?,
        ProfileCommand::Show { profile } => {
            let profile = load(profile).map_err(CliError::Diagnostics)?;
            print_json(&profile)?;
        }
        ProfileCommand::Init(args) => init(args)?,
        ProfileCommand::Schema { markdown: true } => outln!("{}", profile_reference().trim_end()),
        ProfileCommand::Schema { .. } => {
            print_json(&profile_schema())?;
        }
        ProfileCommand::Check(args) => check(args)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn list(json: bool) -> Result<(), CliError> {
    let profiles = BUILT_IN.iter().map(|(name, _)| {
        let profile = load(name).map_err(CliError::Diagnostics)?;
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

fn check(args: &CheckArgs) -> Result<(), CliError> {
    let mut profile = load(&args.profile).map_err(CliError::Diagnostics)?;
    let extra_modules = args.inputs.extra_module.iter();
    let target = args.target.as_ref();
    let overrides = Overrides {
        target: target.map(|name| Sourced::of_flag("--target", name, name.clone())),
        extra_modules: extra_modules
            .map(|file| Sourced::of_flag("--extra-module", file.display(), file.clone()))
            .collect(),
        ..Overrides::default()
    };
    overrides.apply(&mut profile);
    let manifests = args.inputs.load_manifests()?;
    if !is_target_file(&profile.target) {
        check_target(&profile, &manifests).map_err(CliError::Diagnostics)?;
    }
    let name = profile.name.clone();
    let mut request = PackRequest::new(profile).with_inputs(args.inputs.paths());
    request.cache = open_cache();
    let inputs = match load_inputs(&request, &mut Timings::default()) {
        // Without a Python, only the profile itself could be checked.
        Err(PackError::Compile(CompileError::NotFound { .. })) if args.inputs.stdlib.is_none() => {
            outln!(
                "{name}: no errors; pass --build-python to see which modules its target can import"
            );
            return Ok(());
        }
        inputs => inputs?,
    };
    diagnostics::show(&inputs.diagnostics, false);
    let report = CheckReport {
        profile: name,
        target: inputs.target.name.clone(),
        python: inputs.target.version,
        modules: check_importability(&inputs)?,
    };
    if args.json {
        print_json(&report)?;
    } else {
        print_check(&report);
    }
    Ok(())
}

fn print_check(report: &CheckReport) {
    let CheckReport {
        profile,
        target,
        python,
        modules,
    } = report;
    let count = |predicate: fn(&Importability) -> bool| {
        modules.values().filter(|&state| predicate(state)).count()
    };
    let importable = count(|state| *state == Importability::Importable);
    outln!("{profile}: no errors");
    outln!(
        "{importable} of {} modules of Python {python} can be imported on {target}",
        modules.len()
    );
    let excluded = count(|state| matches!(state, Importability::Excluded(_)));
    if excluded > 0 {
        outln!("{excluded} are excluded by the profile");
    }
    let (mut build_dependent, mut unimportable) = (Vec::new(), Vec::new());
    for (name, state) in modules {
        match state {
            Importability::BuildDependent(why) => build_dependent.push((name, why)),
            Importability::Unimportable(why) => unimportable.push((name, why)),
            Importability::Importable | Importability::Excluded(_) => {}
        }
    }
    let parts = [
        ("build-dependent", build_dependent),
        ("unimportable", unimportable),
    ];
    for (title, entries) in parts {
        if !entries.is_empty() {
            outln!("\n{title} ({}):", entries.len());
        }
        for (name, why) in entries {
            outln!("  {name}: {}", escape::line(why));
        }
    }
}
