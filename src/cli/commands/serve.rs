//! `stdlib-pack serve`: serves a folder for development.

use std::io::{self, BufWriter, Read as _, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clap::Args;

use crate::bundle::{BundleFiles, other_receipts};
use crate::cli::args::is_quiet;
use crate::cli::error::CliError;
use crate::cli::render::diagnostics;
use crate::cli::render::stdout::outln;
use crate::escape;
use crate::types::ByteSize;
use crate::web::{Request, Response, Site};

/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 64 << 10;

/// The most headers of a request.
const MAX_HEADERS: usize = 100;

/// The longest that a client may take to send a request, or to take some of the answer.
const TIMEOUT: Duration = Duration::from_secs(30);

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
    let failed = |error: io::Error| {
        CliError::Environment(format!(
            "cannot listen on port {}: {error}; choose another one with --port, or 0 for any",
            args.port
        ))
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port)).map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    outln!(
        "http://localhost:{port}/ serves '{}'; Ctrl-C ends it",
        args.folder.display()
    );
    let site = Arc::new(Site::new(&args.folder));
    for stream in listener.incoming().flatten() {
        let site = Arc::clone(&site);
        // A browser opens few connections, and each is for one request. Without a thread, it is closed, and tries again.
        let _ = thread::Builder::new().spawn(move || {
            // The client may be gone.
            let _ = respond(&site, &stream);
        });
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

/// Answers the request of a connection, and closes it.
fn respond(site: &Site, stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let head = read_head(stream)?;
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let is_valid = request
        .parse(&head)
        .is_ok_and(|status| status.is_complete());
    let (method, path) = (
        request.method.unwrap_or_default(),
        request.path.unwrap_or_default(),
    );
    let header = |name: &str| {
        let mut headers = request.headers.iter();
        let header = headers.find(|header| header.name.eq_ignore_ascii_case(name));
        header.map_or("", |header| {
            str::from_utf8(header.value).unwrap_or_default()
        })
    };
    let response = match method {
        _ if !is_valid => Response::error(400, "this is no request of HTTP"),
        "GET" | "HEAD" => site.answer(&Request {
            path,
            host: header("Host"),
            accept_encoding: header("Accept-Encoding"),
            available_dictionary: header("Available-Dictionary"),
            if_none_match: header("If-None-Match"),
        }),
        _ => Response::error(405, "only GET and HEAD are answered"),
    };
    show(method, path, &response);
    let mut output = BufWriter::new(stream);
    write!(output, "HTTP/1.1 {} \r\n", response.status)?;
    for (name, value) in &response.headers {
        write!(output, "{name}: {value}\r\n")?;
    }
    let length = response.body.len();
    write!(
        output,
        "Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    if method != "HEAD" {
        output.write_all(&response.body)?;
    }
    output.flush()
}

/// Reads the head of a request, which ends with an empty line.
fn read_head(stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    for byte in io::BufReader::new(stream).take(MAX_HEAD as u64).bytes() {
        head.push(byte?);
        if head.ends_with(b"\r\n\r\n") {
            break;
        }
    }
    Ok(head)
}

/// Prints a line about an answer.
fn show(method: &str, path: &str, response: &Response) {
    if is_quiet() {
        return;
    }
    let coding = match response.header("Content-Encoding") {
        "" => String::new(),
        coding => format!(" as {coding}"),
    };
    let line = format!(
        "{method} {path} {} {} bytes{coding}",
        response.status,
        ByteSize::of(&response.body)
    );
    let _ = writeln!(anstream::stderr(), "{}", escape::line(&line));
}
