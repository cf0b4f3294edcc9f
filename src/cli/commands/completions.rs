//! `stdlib-pack completions`: prints a completion script for a shell.

use std::process::ExitCode;

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use crate::cli::render::stdout::outln;

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// Prints the completion script of `program`.
pub(crate) fn run(args: &CompletionsArgs, mut program: Command) -> ExitCode {
    let mut text = Vec::new();
    generate(args.shell, &mut program, "stdlib-pack", &mut text);
    let mut text = String::from_utf8_lossy(&text).into_owned();
    if args.shell == Shell::Bash {
        text = unify_program_name(&text);
    }
    outln!("{}", text.trim_end());
    ExitCode::SUCCESS
}

/// Works around clap-rs/clap#6421, which keeps flags of subcommands from being completed in Bash. clap_complete 4.6
/// names the program `stdlib__pack` where the script finds the command, but `stdlib__subcmd__pack` where it lists the
/// flags, because it encodes the hyphen like the space before a subcommand.
fn unify_program_name(script: &str) -> String {
    script.replace("stdlib__subcmd__pack", "stdlib__pack")
}
