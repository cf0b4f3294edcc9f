//! `stdlib-pack serve`: serves a folder for development.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use clap::Args;
use tiny_http::{Header, Method, Request as HttpRequest, Response as HttpResponse, Server};

use crate::bundle::{BundleFiles, other_receipts};
use crate::cli::args::is_quiet;
use crate::cli::error::CliError;
use crate::cli::render::diagnostics;
use crate::cli::render::stdout::outln;
use crate::escape;
use crate::types::ByteSize;
use crate::web::{Request, Response, Site};

/// The number of requests that are answered at the same time.
const THREADS: usize = 4;

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// The folder: that of a bundle, or a site with one in it
    #[arg(default_value = "dist")]
    pub(crate) folder: PathBuf,
    /// Port to listen on; 0 takes any
    #[arg(long, default_value_t = 8000)]
    pub(crate) port: u16,
}

pub(crate) fn run(args: &ServeArgs) -> Result<ExitCode, CliError> {
    if !args.folder.is_dir() {
        return Err(CliError::Usage(format!(
            "there is no folder '{}': pack a bundle first, or name the folder of your site",
            args.folder.display()
        )));
    }
    warn_of_changed_bundles(args);
    let server = Server::http(("127.0.0.1", args.port)).map_err(|error| {
        CliError::Environment(format!(
            "cannot listen on port {}: {error}; choose another one with --port, or 0 for any",
            args.port
        ))
    })?;
    let port = server
        .server_addr()
        .to_ip()
        .map_or(args.port, |address| address.port());
    outln!(
        "http://localhost:{port}/ serves '{}'; Ctrl-C ends it",
        args.folder.display()
    );
    let (server, site) = (Arc::new(server), Site::new(&args.folder));
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (server, site) = (Arc::clone(&server), site.clone());
            thread::spawn(move || {
                for request in server.incoming_requests() {
                    respond(&site, request);
                }
            })
        })
        .collect();
    for thread in threads {
        let _ = thread.join();
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints a warning for a bundle whose files do not match its receipt: a page would refuse them.
fn warn_of_changed_bundles(args: &ServeArgs) {
    for receipt in other_receipts(&args.folder, "") {
        if let Err(error) = BundleFiles::open(&receipt) {
            diagnostics::warn(&error.to_string());
        }
    }
}

fn respond(site: &Site, request: HttpRequest) {
    let header = |name: &str| {
        let mut headers = request.headers().iter();
        let header =
            headers.find(|header| header.field.as_str().as_str().eq_ignore_ascii_case(name));
        header.map_or("", |header| header.value.as_str())
    };
    let response = match request.method() {
        Method::Get | Method::Head => site.answer(&Request {
            path: request.url(),
            host: header("Host"),
            accept_encoding: header("Accept-Encoding"),
            available_dictionary: header("Available-Dictionary"),
            if_none_match: header("If-None-Match"),
        }),
        _ => Response {
            status: 405,
            headers: vec![("Allow", "GET, HEAD".to_owned())],
            body: Vec::new(),
        },
    };
    show(&request, &response);
    let headers = response
        .headers
        .iter()
        .filter_map(|(name, value)| Header::from_bytes(*name, value.as_bytes()).ok());
    let mut answer = HttpResponse::from_data(response.body)
        .with_status_code(response.status)
        .with_chunked_threshold(usize::MAX);
    headers.for_each(|header| answer.add_header(header));
    // The client may be gone.
    let _ = request.respond(answer);
}

/// Prints a line about an answer.
fn show(request: &HttpRequest, response: &Response) {
    if is_quiet() {
        return;
    }
    let coding = match response.header("Content-Encoding") {
        "" => String::new(),
        coding => format!(" as {coding}"),
    };
    let line = format!(
        "{} {} {} {} bytes{coding}",
        request.method(),
        request.url(),
        response.status,
        ByteSize::of(&response.body)
    );
    let _ = writeln!(anstream::stderr(), "{}", escape::line(&line));
}
