//! `stdlib-pack snippet`: prints server configuration or loader code.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use schemars::JsonSchema;
use serde::Serialize;

use crate::bundle::{APP_STEM, BundleFiles, LOADER_MODULE, UNPACK_MODULE, decompress_packed};
use crate::cli::complete;
use crate::cli::error::CliError;
use crate::cli::project::bundle_path;
use crate::cli::render::json::print_json;
use crate::cli::render::stdout::outln;
use crate::fs::limited;
use crate::profile::Compression;
use crate::report::{ServedApp, ServedEncoding, ServedTier, ServedZip, Snippet, served_extension};
use crate::types::{Sha384, Tier};
use crate::verify::VerifyError;

#[derive(Debug, Args)]
pub(crate) struct SnippetArgs {
    /// Who it is for
    #[arg(value_enum)]
    pub(crate) snippet: Snippet,
    /// The bundle: its folder, zip or receipt
    #[arg(default_value = "dist", add = ArgValueCompleter::new(complete::bundles_and_paths))]
    pub(crate) bundle: PathBuf,
    /// Path of the folder on the server
    #[arg(long, value_name = "PATH", default_value = "/")]
    pub(crate) path: String,
    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// The output of `snippet --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct SnippetOutput {
    /// The text to insert into the server configuration or the page.
    text: String,
}

pub(crate) fn run(args: &SnippetArgs) -> Result<ExitCode, CliError> {
    let path = args.path.trim_matches('/');
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.~/".contains(letter);
    if !path.chars().all(is_plain) || path.split('/').any(|part| part == "..") {
        return Err(CliError::Usage(format!(
            "'{path}' is not a plain path: use letters, digits and '-_.~/'"
        )));
    }
    let path = if path.is_empty() {
        "/".to_owned()
    } else {
        format!("/{path}/")
    };
    let snippet = args.snippet;
    match snippet {
        Snippet::Unpack => return print_text(args, UNPACK_MODULE.to_owned()),
        Snippet::Loader => return print_text(args, LOADER_MODULE.to_owned()),
        _ => {}
    }
    let bundle = BundleFiles::open(&bundle_path(&args.bundle)).map_err(VerifyError::from)?;
    let best = served(snippet, &bundle)?;
    let packed = Some(Compression::Packed);
    let also_packed = matches!(snippet, Snippet::Nginx | Snippet::Apache)
        && best != packed
        && bundle.artifact(served_extension(packed)).is_some();
    let encodings = [Some(best), also_packed.then_some(packed)];
    let mut text = String::new();
    for served in encodings.into_iter().flatten() {
        let stem = format!("python{}", bundle.receipt.python.tag());
        let library = served_zip(&bundle, &bundle.zip, &stem, served)?;
        let app = bundle.app_zip.as_deref();
        let app = app.map(|zip| served_zip(&bundle, zip, APP_STEM, served));
        let app = app.transpose()?.map(|zip| ServedApp {
            zip,
            has_main: has_main(&bundle),
        });
        let stems = Tier::FURTHER.map(|tier| tier.stem(&stem));
        let tiers = served_tiers(&bundle, &stems, served)?;
        let python = bundle.receipt.python;
        text += &snippet.text(python, served, &library, &tiers, app.as_ref(), &path);
        if snippet.is_for_each_zip() {
            let further = tiers.iter().map(|tier| &tier.zip);
            for zip in further.chain(app.as_ref().map(|app| &app.zip)) {
                text += &snippet.text(python, served, zip, &[], None, &path);
            }
        }
    }
    print_text(args, text)
}

/// Returns the later tiers of a bundle, whose files have the names `stems`.
fn served_tiers<'a>(
    bundle: &BundleFiles,
    stems: &'a [String],
    served: ServedEncoding,
) -> Result<Vec<ServedTier<'a>>, CliError> {
    let mut tiers = Vec::new();
    for zip in &bundle.further_tiers {
        let name = zip.file_name().unwrap_or_default().to_string_lossy();
        let stem = stems.iter().find(|stem| format!("{stem}.zip") == name);
        // A deflated zip is not decoded on the way.
        let sent = match served {
            Some(Compression::Deflate) => format!(
                "{}.{}",
                name.trim_end_matches(".zip"),
                served_extension(served)
            ),
            _ => name.clone().into_owned(),
        };
        let digest = bundle.receipt.outputs.get(&sent);
        if let (Some(stem), Some(digest)) = (stem, digest) {
            tiers.push(ServedTier {
                zip: served_zip(bundle, zip, stem, served)?,
                sha256: digest.sha256,
            });
        }
    }
    Ok(tiers)
}

/// Returns whether the `app.zip` of a bundle has a `__main__`.
fn has_main(bundle: &BundleFiles) -> bool {
    let app_zip = bundle.receipt.app_zip.as_ref();
    app_zip.is_some_and(|app_zip| app_zip.modules.contains_key("__main__"))
}

fn served_zip<'a>(
    bundle: &BundleFiles,
    zip: &Path,
    stem: &'a str,
    served: ServedEncoding,
) -> Result<ServedZip<'a>, CliError> {
    Ok(ServedZip {
        stem,
        unpacked: Sha384::of(&decoded(bundle, zip, served)?),
    })
}

fn print_text(args: &SnippetArgs, text: String) -> Result<ExitCode, CliError> {
    if args.json {
        print_json(&SnippetOutput { text })?;
    } else {
        outln!("{}", text.trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the served file as a browser sees it after decoding the content encoding: digests are checked then.
fn decoded(bundle: &BundleFiles, zip: &Path, served: ServedEncoding) -> Result<Vec<u8>, CliError> {
    let read = |path: &Path| {
        limited::read(path, limited::MAX_BUNDLE)
            .map_err(|error| CliError::Environment(error.to_string()))
    };
    let artifact = bundle.artifact_of(zip, served_extension(served));
    match (served, artifact) {
        (Some(Compression::Deflate), Some(artifact)) => read(&artifact),
        (Some(Compression::Packed), Some(artifact)) => {
            decompress_packed(read(&artifact)?, u32::MAX)
                .map_err(|error| CliError::Environment(error.to_string()))
        }
        _ => read(zip),
    }
}

/// Returns the encoding of the best file of the bundle for this snippet.
fn served(snippet: Snippet, bundle: &BundleFiles) -> Result<ServedEncoding, CliError> {
    let encodings = snippet.encodings();
    let is_there = |served: &&ServedEncoding| bundle.artifact(served_extension(**served)).is_some();
    encodings.iter().find(is_there).copied().ok_or_else(|| {
        let preferred = encodings[0];
        let flag = preferred.map_or("", Compression::as_str);
        CliError::Usage(format!(
            "it is for a .{}, which the bundle does not have: pack with --compress {flag}",
            served_extension(preferred)
        ))
    })
}
