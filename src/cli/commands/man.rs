//! `stdlib-pack man`: man pages.

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

/// Prints or writes the pages of `program`.
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

/// The page of a command and of each command below it: `stdlib-pack-profile-check.1`.
fn pages(folder: &Path, command: &Command, name: &str) -> Result<Vec<(PathBuf, String)>, CliError> {
    let file = folder.join(format!("{name}.1"));
    let mut all = vec![(file, page(command.clone(), name)?)];
    let below = command.get_subcommands();
    for inner in below.filter(|inner| inner.get_name() != "help") {
        all.extend(pages(
            folder,
            inner,
            &format!("{name}-{}", inner.get_name()),
        )?);
    }
    Ok(all)
}

fn page(command: Command, name: &str) -> Result<String, CliError> {
    let mut text = Vec::new();
    let failed = |error: io::Error| CliError::Environment(error.to_string());
    // clap keeps names as long as the program lives.
    let named = command.name(String::leak(name.to_owned()) as &'static str);
    let end = named.get_after_help().map(ToString::to_string);
    // What clap_mangen makes of it is one section EXTRA of filled lines.
    let named = named.after_help(None);
    Man::new(named).render(&mut text).map_err(failed)?;
    let end = sections(&end.unwrap_or_default());
    Ok(String::from_utf8_lossy(&text).into_owned() + &end)
}

/// What help ends with, a section for each of its titles, with lines that stay as they are: they are commands.
fn sections(help: &str) -> String {
    let mut roff = Roff::new();
    let mut within = false;
    for line in help.lines() {
        let title = line.strip_suffix(':').filter(|_| !line.starts_with(' '));
        if let Some(title) = title {
            if within {
                roff.control("fi", []);
            }
            roff.control("SH", [title.to_uppercase().as_str()]);
            roff.control("nf", []);
            within = true;
        } else if !line.is_empty() {
            roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
        }
    }
    if within {
        roff.control("fi", []);
    }
    // The definition of an apostrophe that `render` begins with is on the page already.
    let text = roff.render();
    let start = text.find(".SH").unwrap_or(text.len());
    text[start..].to_owned()
}
