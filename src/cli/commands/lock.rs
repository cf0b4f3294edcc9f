//! `stdlib-pack lock`: writes or updates the lock.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::cli::args::{ArtifactArgs, SelectionArgs, is_quiet};
use crate::cli::build_bundle::{BuiltBundle, build_bundle};
use crate::cli::error::CliError;
use crate::cli::output::{UserFile, write_user_file};
use crate::cli::render::json::print_json;
use crate::cli::render::stdout::outln;
use crate::compare::{Difference, LOCK_FILE, Lock, LockError};
use crate::escape;
use crate::pipeline::PackError;
use crate::report::difference_text;
use crate::types::ModuleName;

#[derive(Debug, Args)]
pub(crate) struct LockArgs {
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) artifacts: ArtifactArgs,
    /// Print the difference as JSON
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
    /// Lock file
    #[arg(long, value_name = "FILE", help_heading = "Supply chain", default_value = LOCK_FILE)]
    pub(crate) lock: PathBuf,
    /// Accept another source of this module, and nothing else (repeatable)
    #[arg(long, value_name = "MODULE", help_heading = "Supply chain")]
    pub(crate) update: Vec<String>,
    /// Accept every difference
    #[arg(long, help_heading = "Supply chain", conflicts_with = "update")]
    pub(crate) update_all: bool,
}

pub(crate) fn run(args: &LockArgs) -> Result<ExitCode, CliError> {
    let LockArgs {
        selection,
        artifacts,
        json,
        lock: file,
        ..
    } = args;
    let accepted = args.update.iter().map(|name| ModuleName::new(name));
    let accepted: Result<BTreeSet<_>, _> = accepted.collect();
    let accepted = accepted.map_err(|error| CliError::Usage(error.to_string()))?;
    let request = selection.request_with(artifacts, artifacts.cache()?)?;
    let built = build_bundle(&request, *json)?;
    let mut lock = match Lock::read(file) {
        Err(LockError::Missing(_)) => Lock::default(),
        lock => lock?,
    };
    let new = built.snapshot();
    let mut difference = Difference::default();
    if let Some(old) = lock.bundles.get(&built.profile) {
        difference = Difference::new(old, &new);
        let refused = difference.without_accepted(&accepted);
        if !args.update_all && !refused.is_empty() {
            print_difference(&refused, *json)?;
            return Err(CliError::LockMismatch(format!(
                "'{}' says otherwise of '{}', and was not changed: accept every difference with --update-all, or single \
                 modules with --update MODULE",
                file.display(),
                built.profile
            )));
        }
    }
    let modules = new.modules.len();
    lock.bundles.insert(built.profile.clone(), new);
    let text = lock.to_yaml();
    let text = text.map_err(|error| PackError::Internal(error.to_string()))?;
    let user_file = UserFile {
        path: file,
        bytes: text.into_bytes(),
        is_earlier: Lock::is_lock,
    };
    write_user_file(&user_file, &built.inputs)?;
    if *json || !difference.is_empty() {
        print_difference(&difference, *json)?;
    }
    if !*json && !is_quiet() {
        outln!(
            "{}: '{}' with {modules} modules",
            file.display(),
            escape::line(&built.profile)
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Rejects a bundle that does not match the lock, and prints the difference.
pub(super) fn check_locked(built: &BuiltBundle, file: &Path, json: bool) -> Result<(), CliError> {
    let lock = Lock::read(file)?;
    let name = &built.profile;
    let old = lock.bundles.get(name).ok_or_else(|| {
        let names: Vec<&str> = lock.bundles.keys().map(String::as_str).collect();
        CliError::Usage(format!(
            "'{}' has no bundle '{name}', but {}: 'stdlib-pack lock' with the same flags adds it",
            file.display(),
            names.join(", ")
        ))
    })?;
    let difference = Difference::new(old, &built.snapshot());
    if difference.is_empty() {
        return Ok(());
    }
    print_difference(&difference, json)?;
    let lock = file.display();
    Err(CliError::LockMismatch(format!(
        "the bundle is not what '{lock}' says, and was not written: 'stdlib-pack lock --update-all' with the same flags \
         accepts it"
    )))
}

fn print_difference(difference: &Difference, json: bool) -> Result<(), CliError> {
    if json {
        print_json(difference)?;
    } else if !is_quiet() {
        outln!("{}", difference_text(difference).trim_end());
    }
    Ok(())
}
