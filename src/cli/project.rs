//! `stdlib-pack.yaml`: the bundles of a project.

use std::collections::BTreeMap;
use std::env;
use std::path::Path;

use clap::{Args, FromArgMatches};
use serde::Deserialize;

use super::args::SelectionArgs;
use super::error::CliError;
use super::pack::OutputArgs;
use crate::fs::limited;
use crate::yaml;

/// What a project's file is called when nobody says otherwise.
pub(super) const PROJECT_FILE: &str = "stdlib-pack.yaml";

/// A project: bundles by name. The keys of a bundle are the flags of `pack` without their dashes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectFile {
    bundles: BTreeMap<String, BTreeMap<String, FlagValue>>,
}

/// What a flag is given.
#[derive(Deserialize)]
#[serde(untagged)]
enum FlagValue {
    Switch(bool),
    Number(u64),
    Text(String),
    Several(Vec<FlagValue>),
}

/// A bundle of a project.
#[derive(Args)]
#[command(no_binary_name = true)]
pub(crate) struct ProjectBundle {
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// Reads a project's bundles. Its paths are relative to its folder, where the program works from then on.
///
/// # Errors
/// When there is no such file, or a mistake in it.
pub(super) fn read_project(file: &Path) -> Result<BTreeMap<String, ProjectBundle>, CliError> {
    let shown = file.display();
    let bad = |message: String| CliError::Usage(format!("{shown}: {message}"));
    let text = limited::read_text(file, limited::MAX_YAML).map_err(|error| {
        CliError::Usage(format!(
            "cannot read the project '{shown}': {error}; it names bundles, each with the flags that make it"
        ))
    })?;
    let bundles = parse_project(&text).map_err(bad)?;
    if let Some(folder) = file.parent().filter(|folder| *folder != Path::new("")) {
        env::set_current_dir(folder).map_err(|error| {
            CliError::Environment(format!("cannot enter the folder of '{shown}': {error}"))
        })?;
    }
    Ok(bundles)
}

/// The bundles that the text of a project names.
///
/// # Errors
/// A sentence on what is wrong with it.
pub(crate) fn parse_project(text: &str) -> Result<BTreeMap<String, ProjectBundle>, String> {
    let project: ProjectFile = yaml::parse(text).map_err(|error| {
        let line = text[..error.range.start].lines().count().max(1);
        format!("line {line}: {}", error.message)
    })?;
    if project.bundles.is_empty() {
        return Err("it names no bundles".to_owned());
    }
    let mut bundles = BTreeMap::new();
    for (name, keys) in project.bundles {
        let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']);
        if !plain {
            return Err(format!(
                "'{name}' is no name of a bundle: its folder is called so"
            ));
        }
        let bundle = bundle(&keys).map_err(|error| format!("bundle '{name}': {error}"))?;
        bundles.insert(name, bundle);
    }
    Ok(bundles)
}

fn bundle(keys: &BTreeMap<String, FlagValue>) -> Result<ProjectBundle, String> {
    let mut flags = Vec::new();
    for (key, value) in keys {
        push(&mut flags, key, value)?;
    }
    let command = ProjectBundle::augment_args(clap::Command::new("bundle").no_binary_name(true));
    let matches = command.disable_help_flag(true).try_get_matches_from(flags);
    let bundle = matches.and_then(|matches| ProjectBundle::from_arg_matches(&matches));
    bundle.map_err(|error| {
        let text = error.to_string();
        let said = text.split("\nUsage:").next().unwrap_or_default();
        let said = WORDS
            .iter()
            .fold(said.to_owned(), |said, (old, new)| said.replace(old, new));
        let lines: Vec<&str> = said
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        lines.join("; ").replace(":; ", ": ")
    })
}

/// What flags are called on the command line, and here.
const WORDS: [(&str, &str); 6] = [
    ("error: ", ""),
    ("tip: ", ""),
    ("--", ""),
    ("unexpected argument", "unexpected key"),
    ("a similar argument", "a similar key"),
    (
        "the following required arguments were not provided",
        "what is missing",
    ),
];

fn push(flags: &mut Vec<String>, key: &str, value: &FlagValue) -> Result<(), String> {
    if key.starts_with('-') || key.len() < 2 {
        return Err(format!(
            "'{key}' is no key: write flags in full, without their dashes"
        ));
    }
    match value {
        FlagValue::Switch(true) => flags.push(format!("--{key}")),
        FlagValue::Switch(false) => {}
        FlagValue::Number(number) => flags.push(format!("--{key}={number}")),
        FlagValue::Text(text) => flags.push(format!("--{key}={text}")),
        FlagValue::Several(values) => {
            for value in values {
                push(flags, key, value)?;
            }
        }
    }
    Ok(())
}
