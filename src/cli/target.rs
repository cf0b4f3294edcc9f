//! `stdlib-pack target`: list, show or probe targets.

use std::path::Path;
use std::process::ExitCode;

use super::args::{ProbeArguments, TargetCommand};
use super::error::CliError;
use super::pack::write_file;
use crate::manifest::{Lack, Manifests, TargetManifest};
use crate::probe::{Probed, from_sysconfigdata, manifest, probe, resembling};
use crate::profile::is_target_file;
use crate::yaml;

pub(super) fn run(command: &TargetCommand) -> Result<ExitCode, CliError> {
    let mut manifests = Manifests::embedded()?;
    match command {
        TargetCommand::List => {
            for target in manifests
                .targets()
                .filter_map(|name| manifests.target(name))
            {
                say!("{:20} {}", target.name, target.description);
            }
        }
        TargetCommand::Show { target } if is_target_file(target) => {
            let name = manifests.add_target_file(Path::new(target))?;
            tell(named(&name, &manifests)?);
        }
        TargetCommand::Show { target } => tell(named(target, &manifests)?),
        TargetCommand::Probe(arguments) => write_probed(arguments, &manifests)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn named<'a>(name: &str, manifests: &'a Manifests) -> Result<&'a TargetManifest, CliError> {
    manifests.target(name).ok_or_else(|| {
        let help = yaml::suggestion(name, manifests.targets(), "targets are");
        CliError::Usage(format!("there is no target '{name}': {help}"))
    })
}

fn write_probed(arguments: &ProbeArguments, manifests: &Manifests) -> Result<(), CliError> {
    let found = match (&arguments.run, &arguments.sysconfigdata) {
        (Some(command), _) => probe(&Probed::new(command)?, manifests)?,
        (None, file) => from_sysconfigdata(file.as_deref().unwrap_or(Path::new("")), manifests)?,
    };
    let like = match &arguments.like {
        Some(name) => Some(named(name, manifests)?),
        None => resembling(&found, manifests),
    };
    let target = manifest(&found, &arguments.name, like, manifests)?;
    let text = format!(
        "# Written by stdlib-pack {} target probe.\n\n{}",
        env!("CARGO_PKG_VERSION"),
        target.to_yaml()
    );
    let Some(out) = &arguments.out else {
        say!("{}", text.trim_end());
        return Ok(());
    };
    write_file(out, text.as_bytes())?;
    say!("{}: {}", out.display(), target.description);
    Ok(())
}

fn tell(target: &TargetManifest) {
    say!("{}: {}", target.name, target.description);
    say!(
        "sys.platform {}, os.name {}",
        target.sys_platform,
        target.os_name
    );
    show("never there", &target.missing);
    show("there in some builds", &target.depends_on_build);
    show("importable, but do not work", &target.limits);
}

fn show(title: &str, lacks: &[Lack]) {
    if !lacks.is_empty() {
        say!("\n{title}:");
    }
    for lack in lacks {
        let names: Vec<&str> = lack.modules.iter().map(|name| name.as_str()).collect();
        let versions = String::from(lack.versions.clone());
        let versions = if versions.is_empty() {
            versions
        } else {
            format!(" (Python {versions})")
        };
        say!(
            "  {}{versions}\n    {}",
            names.join(" "),
            lack.reason.trim_end()
        );
    }
}
