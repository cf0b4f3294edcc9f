//! `stdlib-pack completions`: prints a script that makes a shell ask the program for completions.

use std::process::ExitCode;

use clap::{Args, ValueEnum as _};
use clap_complete::Shell;
use clap_complete::env::Shells;

use crate::cli::complete::VARIABLE;
use crate::cli::error::CliError;
use crate::cli::render::stdout::outln;

/// The name of the program, which the script finds on the PATH.
const PROGRAM: &str = "stdlib-pack";

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// Prints the script for a shell.
pub(crate) fn run(args: &CompletionsArgs) -> Result<ExitCode, CliError> {
    let name = args.shell.to_possible_value();
    let shells = Shells::builtins();
    let shell = name.and_then(|name| shells.completer(name.get_name()));
    let failed = |error: &str| CliError::Environment(format!("cannot write the script: {error}"));
    let shell = shell.ok_or_else(|| failed("the shell is not known"))?;
    let mut text = Vec::new();
    shell
        .write_registration(VARIABLE, PROGRAM, PROGRAM, PROGRAM, &mut text)
        .map_err(|error| failed(&error.to_string()))?;
    outln!("{}", String::from_utf8_lossy(&text).trim_end());
    Ok(ExitCode::SUCCESS)
}
