//! `stdlib-pack schema`: prints the JSON schemas of outputs and files.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::build::BuildReport;
use super::check_url::UrlReport;
use super::inspect::InspectReport;
use super::profile::CheckReport;
use super::rebuild::RebuildReport;
use super::snippet::SnippetOutput;
use super::unpack::UnpackReport;
use super::verify::VerifyOutput;
use super::why::WhyOutput;
use crate::bundle::Receipt;
use crate::cache::CacheInfo;
use crate::cli::error::CliError;
use crate::cli::render::json::{ErrorOutput, ListEntry, print_json};
use crate::compare::{Difference, LockDifference, LockFile};
use crate::manifest::TargetManifest;
use crate::profile::{Profile, profile_schema};
use crate::recording::Recording;
use crate::report::{BundleReport, GraphView, Summary};

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// The command whose --json it is, or the file
    #[arg(value_enum)]
    pub(crate) of: SchemaKind,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SchemaKind {
    /// 'pack --json'
    Pack,
    /// 'build --json': the result of each bundle, by name
    Build,
    /// 'lock --json', and what --locked refuses
    Lock,
    /// 'diff --json' of two bundles
    Diff,
    /// 'diff --json' of two locks
    DiffLocks,
    /// 'verify --json'
    Verify,
    /// 'verify --rebuild --json'
    Rebuild,
    /// 'check-url --json'
    CheckUrl,
    /// 'unpack --json'
    Unpack,
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
    /// What 'record' writes: recording.yaml
    Recording,
    /// A profile in YAML, as 'profile schema' prints it
    Profile,
    /// What any command with --json prints when it fails
    Error,
}

pub(crate) fn run(args: &SchemaArgs) -> Result<ExitCode, CliError> {
    print_json(&args.of.schema())?;
    Ok(ExitCode::SUCCESS)
}

impl SchemaKind {
    fn schema(self) -> Value {
        match self {
            Self::Pack => serialized_schema::<Summary>(),
            Self::Build => serialized_schema::<BTreeMap<String, BuildReport>>(),
            Self::Lock | Self::Diff => serialized_schema::<Difference>(),
            Self::DiffLocks => serialized_schema::<LockDifference>(),
            Self::Verify => serialized_schema::<VerifyOutput<'_>>(),
            Self::Rebuild => serialized_schema::<RebuildReport>(),
            Self::CheckUrl => serialized_schema::<Vec<UrlReport>>(),
            Self::Unpack => serialized_schema::<UnpackReport>(),
            Self::Why => serialized_schema::<WhyOutput>(),
            Self::Inspect => serialized_schema::<InspectReport>(),
            Self::Report => serialized_schema::<BundleReport>(),
            Self::Graph => serialized_schema::<GraphView>(),
            Self::Snippet => serialized_schema::<SnippetOutput>(),
            Self::List => serialized_schema::<Vec<ListEntry>>(),
            Self::ProfileShow => serialized_schema::<Profile>(),
            Self::ProfileCheck => serialized_schema::<CheckReport>(),
            Self::TargetShow => serialized_schema::<TargetManifest>(),
            Self::CacheInfo => serialized_schema::<Option<CacheInfo>>(),
            Self::Receipt => serialized_schema::<Receipt>(),
            Self::LockFile => serialized_schema::<LockFile>(),
            Self::Recording => serialized_schema::<Recording>(),
            Self::Profile => profile_schema(),
            Self::Error => serialized_schema::<ErrorOutput>(),
        }
    }
}

/// Returns the schema (draft 2020-12) of the serialized form of a type.
fn serialized_schema<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}
