//! `stdlib-pack target`: list or show targets.

use std::process::ExitCode;

use super::args::TargetCommand;
use super::error::CliError;
use crate::manifest::{Lack, Manifests};
use crate::yaml;

pub(super) fn run(command: &TargetCommand) -> Result<ExitCode, CliError> {
    let manifests = Manifests::embedded()?;
    match command {
        TargetCommand::List => {
            for target in manifests
                .targets()
                .filter_map(|name| manifests.target(name))
            {
                say!("{:20} {}", target.name, target.description);
            }
        }
        TargetCommand::Show { target: name } => {
            let target = manifests.target(name).ok_or_else(|| {
                let help = yaml::suggestion(name, manifests.targets(), "targets are");
                CliError::Usage(format!("there is no target '{name}': {help}"))
            })?;
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
    }
    Ok(ExitCode::SUCCESS)
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
