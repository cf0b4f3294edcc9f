//! `stdlib-pack completions`: a completion script for a shell.

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

/// Prints the script for `program`.
pub(crate) fn run(args: &CompletionsArgs, mut program: Command) -> ExitCode {
    let mut text = Vec::new();
    generate(args.shell, &mut program, "stdlib-pack", &mut text);
    let mut text = String::from_utf8_lossy(&text).into_owned();
    if args.shell == Shell::Bash {
        text = with_one_name(&text);
    }
    outln!("{}", text.trim_end());
    ExitCode::SUCCESS
}

/// clap_complete 4.6 calls the program `stdlib__pack` where its script looks for the command, and
/// `stdlib__subcmd__pack` where the script tells what each command takes: a hyphen is written there as the space
/// before a command is (clap-rs/clap#6421). Without one name for both, no command's flags are completed.
fn with_one_name(script: &str) -> String {
    script.replace("stdlib__subcmd__pack", "stdlib__pack")
}
