//! `stdlib-pack man`: prints or writes man pages.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::bundle::{FileChange, write_files};
use crate::cli::error::CliError;
use crate::cli::render::stdout::outln;
use crate::pipeline::PackError;

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Folder that a page for each command is written to [default: the page of the program, to standard output]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// Prints the page of `program`, or writes the pages of all its commands.
pub(crate) fn run(args: &ManArgs, mut program: Command) -> Result<ExitCode, CliError> {
    program.build();
    match &args.out {
        Some(folder) => {
            let pages = pages(folder, &program, "stdlib-pack")?;
            let changes = pages.iter().map(|(path, text)| FileChange {
                path: path.clone(),
                bytes: Some(text.as_bytes()),
            });
            write_files(&changes.collect::<Vec<_>>()).map_err(PackError::from)?;
        }
        None => outln!("{}", page(program, "stdlib-pack")?.trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the page of a command and of all its subcommands, such as `stdlib-pack-profile-check.1`.
fn pages(folder: &Path, command: &Command, name: &str) -> Result<Vec<(PathBuf, String)>, CliError> {
    let file = folder.join(format!("{name}.1"));
    let mut all = vec![(file, page(command.clone(), name)?)];
    let subcommands = command.get_subcommands();
    for subcommand in subcommands.filter(|subcommand| subcommand.get_name() != "help") {
        all.extend(pages(
            folder,
            subcommand,
            &format!("{name}-{}", subcommand.get_name()),
        )?);
    }
    Ok(all)
}

fn page(command: Command, name: &str) -> Result<String, CliError> {
    let mut text = Vec::new();
    let to_error = |error: io::Error| CliError::Environment(error.to_string());
    // clap requires names with a static lifetime.
    let command = command.name(String::leak(name.to_owned()) as &'static str);
    let after_help = command.get_after_help().map(ToString::to_string);
    // clap_mangen would put this text into a section EXTRA, with filled lines.
    let command = command.after_help(None);
    Man::new(command).render(&mut text).map_err(to_error)?;
    let after_help = sections(&after_help.unwrap_or_default());
    Ok(String::from_utf8_lossy(&text).into_owned() + &after_help)
}

/// Renders the text after the help, with a section for each title. Lines are not filled, since most are commands.
fn sections(help: &str) -> String {
    let mut roff = Roff::new();
    let mut in_section = false;
    for line in help.lines() {
        let title = line.strip_suffix(':').filter(|_| !line.starts_with(' '));
        if let Some(title) = title {
            if in_section {
                roff.control("fi", []);
            }
            roff.control("SH", [title.to_uppercase().as_str()]);
            roff.control("nf", []);
            in_section = true;
        } else if !line.is_empty() {
            roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
        }
    }
    if in_section {
        roff.control("fi", []);
    }
    // `render` starts with the definition of an apostrophe, which the page already has.
    let text = roff.render();
    let start = text.find(".SH").unwrap_or(text.len());
    text[start..].to_owned()
}
