//! `stdlib-pack check-url`: tells what a server does wrong with a file of a bundle.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use schemars::JsonSchema;
use serde::Serialize;

use crate::bundle::{BundleFiles, decompress_packed};
use crate::cli::complete;
use crate::cli::error::CliError;
use crate::cli::project::bundle_path;
use crate::cli::render::json::print_json;
use crate::cli::render::stdout::outln;
use crate::fs::limited;
use crate::types::{ByteSize, Sha256};
use crate::verify::VerifyError;
use crate::web::{Answer, ExpectedFile, Problem, check};

/// What Chromium and Firefox accept over TLS.
const BROWSER: &str = "gzip, deflate, br, zstd";

/// The longest that a request may take.
const TIMEOUT: Duration = Duration::from_mins(2);

#[derive(Debug, Args)]
pub(crate) struct CheckUrlArgs {
    /// Addresses of files of a bundle, as pages ask for them
    #[arg(required = true, value_name = "URL")]
    pub(crate) urls: Vec<String>,
    /// The bundle that was published, to compare the files with: its folder, zip or receipt
    #[arg(long, value_name = "PATH", add = ArgValueCompleter::new(complete::bundles_and_paths))]
    pub(crate) bundle: Option<PathBuf>,
    /// Origin of the page that asks, if it is another one: https://app.example
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) origin: Option<String>,
    /// Print it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// The output of `check-url --json` for one address.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UrlReport {
    /// The address.
    url: String,
    /// The status code.
    status: u16,
    /// Bytes of the body as it was sent.
    bytes: ByteSize,
    /// The content coding that a browser is sent; empty for none.
    content_encoding: String,
    /// What is wrong.
    problems: Vec<Problem>,
}

pub(crate) fn run(args: &CheckUrlArgs) -> Result<ExitCode, CliError> {
    let bundle = args
        .bundle
        .as_deref()
        .map(|path| BundleFiles::open(&bundle_path(path)));
    let bundle = bundle.transpose().map_err(VerifyError::from)?;
    let mut reports = Vec::new();
    for url in &args.urls {
        let expected = bundle
            .as_ref()
            .map(|bundle| expected_file(bundle, url))
            .transpose()?;
        let browser = ask(url, BROWSER, args.origin.as_deref())?;
        let plain = ask(url, "identity", args.origin.as_deref())?;
        let problems = check(
            url,
            &browser,
            &plain,
            expected.as_ref(),
            args.origin.as_deref(),
        );
        reports.push(UrlReport {
            url: url.clone(),
            status: browser.status,
            bytes: ByteSize::of(&browser.body),
            content_encoding: browser.header("content-encoding").to_owned(),
            problems,
        });
    }
    let is_good = reports.iter().all(|report| report.problems.is_empty());
    if args.json {
        print_json(&reports)?;
    } else {
        reports.iter().for_each(show);
    }
    Ok(ExitCode::from(u8::from(!is_good)))
}

fn show(report: &UrlReport) {
    let coding = match &*report.content_encoding {
        "" => String::new(),
        coding => format!(" as {coding}"),
    };
    let verdict = match report.problems.len() {
        0 => "as it should be".to_owned(),
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    outln!("{}: {} bytes{coding}: {verdict}", report.url, report.bytes);
    for problem in &report.problems {
        outln!("  {}\n    {}", problem.message, problem.remedy);
    }
}

/// Returns what the file of an address should be, by its name in the bundle.
fn expected_file(bundle: &BundleFiles, url: &str) -> Result<ExpectedFile, CliError> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let outputs = &bundle.receipt.outputs;
    // A server may send the compressed file for the name without its end.
    let files = [name.to_owned(), format!("{name}.br"), format!("{name}.zst")];
    let listed: Vec<(&String, ByteSize)> = files
        .iter()
        .filter_map(|file| Some((file, outputs.get(file)?.bytes)))
        .collect();
    let smallest = listed.iter().min_by_key(|(_, bytes)| bytes.0);
    let Some((file, smallest)) = smallest else {
        let names: Vec<&str> = outputs.keys().map(String::as_str).collect();
        return Err(CliError::Usage(format!(
            "the bundle has no file '{name}': it has {}; without --bundle, the address is checked on its own",
            names.join(", ")
        )));
    };
    let sha256 = match outputs.get(name.trim_end_matches(".br").trim_end_matches(".zst")) {
        Some(zip) => zip.sha256,
        None => Sha256::of(&unpacked(&bundle.zip.with_file_name(file))?),
    };
    Ok(ExpectedFile {
        sha256,
        smallest: *smallest,
    })
}

/// Returns the packed form in a file, not compressed any more.
fn unpacked(file: &Path) -> Result<Vec<u8>, CliError> {
    let failed = |error: &dyn std::fmt::Display| {
        CliError::Environment(format!("cannot read '{}': {error}", file.display()))
    };
    let bytes = limited::read(file, limited::MAX_BUNDLE).map_err(|error| failed(&error))?;
    decompress_packed(bytes, u32::MAX).map_err(|error| failed(&error))
}

/// Asks a server for a file, as a client that accepts these content codings.
fn ask(url: &str, accept_encoding: &str, origin: Option<&str>) -> Result<Answer, CliError> {
    let failed = |error: ureq::Error| match error {
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => CliError::Usage(format!(
            "'{url}' is not an address such as https://example.org/python313.zip"
        )),
        error => CliError::Environment(format!(
            "cannot ask for '{url}': {error}; is the address right, and the server running?"
        )),
    };
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(TIMEOUT));
    let agent = config.build().new_agent();
    let mut request = agent.get(url).header("Accept-Encoding", accept_encoding);
    if let Some(origin) = origin {
        request = request.header("Origin", origin);
    }
    let mut response = request.call().map_err(failed)?;
    let headers: BTreeMap<String, String> = response
        .headers()
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    let body = response
        .body_mut()
        .with_config()
        .limit(limited::MAX_BUNDLE.0)
        .read_to_vec();
    Ok(Answer {
        status: response.status().as_u16(),
        headers,
        body: body.map_err(failed)?,
    })
}
