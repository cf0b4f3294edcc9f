//! `stdlib-pack lock`: write down what a bundle has to be.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::args::{SelectionArgs, VerbosityArgs};
use super::build_bundle::{BuiltBundle, build_bundle};
use super::error::CliError;
use super::json::print_json;
use super::output::{UserFile, write_user_file};
use super::pack::ArtifactArgs;
use super::resolve_args::build_request;
use crate::compare::{Difference, LOCK_FILE, Lock, LockError};
use crate::escape;
use crate::report::difference_text;
use crate::types::ModuleName;

#[derive(Debug, Args)]
pub(super) struct LockArgs {
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
    #[command(flatten)]
    pub(super) forms: ArtifactArgs,
    #[command(flatten)]
    pub(super) verbosity: VerbosityArgs,
    /// The lock
    #[arg(long, value_name = "FILE", help_heading = "Trust", default_value = LOCK_FILE)]
    pub(super) lock: PathBuf,
    /// Accept another source of this module, and nothing else (repeatable)
    #[arg(long, value_name = "MODULE", help_heading = "Trust")]
    pub(super) update: Vec<String>,
    /// Accept whatever differs
    #[arg(long, help_heading = "Trust", conflicts_with = "update")]
    pub(super) update_all: bool,
}

pub(super) fn run(arguments: &LockArgs) -> Result<ExitCode, CliError> {
    let LockArgs {
        selection,
        forms,
        verbosity,
        lock: file,
        ..
    } = arguments;
    let accepted = arguments.update.iter().map(|name| ModuleName::new(name));
    let accepted: Result<BTreeSet<_>, _> = accepted.collect();
    let accepted = accepted.map_err(|error| CliError::Usage(error.to_string()))?;
    let made = build_bundle(
        &build_request(selection, Some(forms), forms.cache()?)?,
        verbosity,
    )?;
    let mut lock = match Lock::read(file) {
        Err(LockError::Missing(_)) => Lock::default(),
        lock => lock?,
    };
    let new = made.snapshot()?;
    let mut what_changed = Difference::default();
    if let Some(old) = lock.bundles.get(&made.profile) {
        what_changed = Difference::new(old, &new);
        let refused = what_changed.without_accepted(&accepted);
        if !arguments.update_all && !refused.is_empty() {
            print_difference(&refused, verbosity)?;
            return Err(CliError::CheckFailed(format!(
                "'{}' says otherwise of '{}', and stays as it is: accept it with --update-all, or single modules \
                 with --update MODULE",
                file.display(),
                made.profile
            )));
        }
    }
    let modules = new.modules.len();
    lock.bundles.insert(made.profile.clone(), new);
    let text = lock.to_yaml().map_err(CliError::Environment)?;
    let named = UserFile {
        path: file,
        bytes: text.into_bytes(),
        is_earlier: Lock::is_in,
    };
    write_user_file(&named, &made.inputs)?;
    if verbosity.json || !what_changed.is_empty() {
        print_difference(&what_changed, verbosity)?;
    }
    if !verbosity.json && !verbosity.quiet {
        outln!(
            "{}: '{}' with {modules} modules",
            file.display(),
            escape::line(&made.profile)
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Refuses a bundle that is not what the lock says, and tells what differs.
pub(super) fn check_locked(
    made: &BuiltBundle,
    file: &Path,
    verbosity: &VerbosityArgs,
) -> Result<(), CliError> {
    let lock = Lock::read(file)?;
    let name = &made.profile;
    let old = lock.bundles.get(name).ok_or_else(|| {
        let names: Vec<&str> = lock.bundles.keys().map(String::as_str).collect();
        CliError::Usage(format!(
            "'{}' has no bundle '{name}', but {}: 'stdlib-pack lock' with the same flags adds it",
            file.display(),
            names.join(", ")
        ))
    })?;
    let difference = Difference::new(old, &made.snapshot()?);
    if difference.is_empty() {
        return Ok(());
    }
    print_difference(&difference, verbosity)?;
    let lock = file.display();
    Err(CliError::CheckFailed(format!(
        "the bundle is not what '{lock}' says, and was not written: 'stdlib-pack lock --update-all' with the same flags \
         accepts it"
    )))
}

fn print_difference(difference: &Difference, verbosity: &VerbosityArgs) -> Result<(), CliError> {
    if verbosity.json {
        print_json(difference)?;
    } else if !verbosity.quiet {
        outln!("{}", difference_text(difference).trim_end());
    }
    Ok(())
}
