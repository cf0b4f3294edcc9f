//! `stdlib-pack schema`: what the JSON of each command, and each file that is written, looks like.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::build::Built;
use super::error::CliError;
use super::inspect::Inspected;
use super::json::{Listed, print_json};
use super::profile::Checked;
use super::rebuild::Rebuilt;
use super::snippet::Told;
use super::verify::Report;
use super::why::Answer;
use crate::bundle::Receipt;
use crate::compare::{Difference, LockFile};
use crate::compile::CacheInfo;
use crate::manifest::TargetManifest;
use crate::profile::{Profile, profile_schema};
use crate::report::{BundleReport, Picture, Summary};

#[derive(Debug, Args)]
pub(super) struct SchemaArguments {
    /// The command whose --json it is, or the file
    #[arg(value_enum)]
    pub(super) of: Of,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Of {
    /// 'pack --json'
    Pack,
    /// 'build --json': what became of each bundle, by name
    Build,
    /// 'lock --json', and what --locked refuses
    Lock,
    /// 'diff --json'
    Diff,
    /// 'verify --json'
    Verify,
    /// 'verify --rebuild --json'
    Rebuild,
    /// 'why --json'
    Why,
    /// 'inspect --json'
    Inspect,
    /// 'report --json'
    Report,
    /// 'graph --format json'
    Graph,
    /// 'snippet --json'
    Snippet,
    /// 'profile list --json', 'target list --json'
    List,
    /// 'profile show'
    ProfileShow,
    /// 'profile check --json'
    ProfileCheck,
    /// 'target show --json'
    TargetShow,
    /// 'cache info --json'
    CacheInfo,
    /// The receipt beside a bundle: python313.json
    Receipt,
    /// stdlib-pack.lock
    LockFile,
    /// A profile in YAML, as 'profile schema' prints it
    Profile,
}

pub(super) fn run(arguments: &SchemaArguments) -> Result<ExitCode, CliError> {
    print_json(&arguments.of.schema())?;
    Ok(ExitCode::SUCCESS)
}

impl Of {
    fn schema(self) -> Value {
        match self {
            Self::Pack => written::<Summary>(),
            Self::Build => written::<BTreeMap<String, Built>>(),
            Self::Lock | Self::Diff => written::<Difference>(),
            Self::Verify => written::<Report<'_>>(),
            Self::Rebuild => written::<Rebuilt>(),
            Self::Why => written::<Answer>(),
            Self::Inspect => written::<Inspected>(),
            Self::Report => written::<BundleReport>(),
            Self::Graph => written::<Picture>(),
            Self::Snippet => written::<Told>(),
            Self::List => written::<Vec<Listed>>(),
            Self::ProfileShow => written::<Profile>(),
            Self::ProfileCheck => written::<Checked>(),
            Self::TargetShow => written::<TargetManifest>(),
            Self::CacheInfo => written::<Option<CacheInfo>>(),
            Self::Receipt => written::<Receipt>(),
            Self::LockFile => written::<LockFile>(),
            Self::Profile => profile_schema(),
        }
    }
}

/// The schema of what is written of a type (draft 2020-12), from the type.
fn written<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}
