//! `stdlib-pack profile`: list, show or check profiles.

use std::process::ExitCode;

use super::args::ProfileCommand;
use super::error::CliError;
use crate::manifest::Manifests;
use crate::profile::{BUILT_IN, check_target, load};

pub(super) fn run(command: &ProfileCommand) -> Result<ExitCode, CliError> {
    match command {
        ProfileCommand::List => {
            for (name, _) in BUILT_IN {
                let profile = load(name).map_err(CliError::Profile)?;
                say!("{name:16} {}", profile.description);
            }
        }
        ProfileCommand::Show { profile } => {
            let profile = load(profile).map_err(CliError::Profile)?;
            say!(
                "{}",
                serde_json::to_string_pretty(&profile).unwrap_or_default()
            );
        }
        ProfileCommand::Check { profile } => {
            let profile = load(profile).map_err(CliError::Profile)?;
            check_target(&profile, &Manifests::embedded()?).map_err(CliError::Profile)?;
            say!("{}: no mistakes", profile.name);
        }
    }
    Ok(ExitCode::SUCCESS)
}
