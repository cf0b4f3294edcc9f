//! A folder as a web site, sent as a server in production should send it: with types, content codings, dictionaries and
//! digests. For development: nothing is kept by browsers without being asked for again.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::accepts;
use crate::escape;
use crate::types::{ByteSize, Sha256};

/// The content codings of files, with the ends of their names, best first. The first two need a dictionary (RFC 9842).
const CODINGS: [(&str, &str); 4] = [
    ("dcb", ".dcb"),
    ("dcz", ".dcz"),
    ("br", ".br"),
    ("zstd", ".zst"),
];

/// What is escaped in the name of a file in a URL.
const NAME: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// Returns the digest of the dictionary of a file with a content coding that needs one (RFC 9842, sections 4 and 5).
fn dictionary_of<'a>(coding: &str, bytes: &'a [u8]) -> Option<&'a [u8]> {
    let start = match coding {
        "dcb" => 4,
        "dcz" => 8,
        _ => return None,
    };
    Some(bytes.get(start..start + 32).unwrap_or_default())
}

/// What a client asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// The path, perhaps with a query: `/python313.zip?v=1`.
    pub path: &'a str,
    /// The header `Host`.
    pub host: &'a str,
    /// The header `Accept-Encoding`.
    pub accept_encoding: &'a str,
    /// The header `Available-Dictionary`.
    pub available_dictionary: &'a str,
    /// The header `If-None-Match`.
    pub if_none_match: &'a str,
}

/// What it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// Returns the value of a header, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        let mut headers = self.headers.iter();
        let header = headers.find(|(header, _)| *header == name);
        header.map_or("", |(_, value)| value)
    }

    /// Creates the answer to a request that fails, with the reason.
    pub fn error(status: u16, reason: &str) -> Self {
        Self {
            status,
            headers: vec![("Content-Type", "text/plain; charset=utf-8".to_owned())],
            body: format!("{reason}\n").into_bytes(),
        }
    }
}

/// A folder that is served.
#[derive(Clone, Debug)]
pub struct Site {
    root: PathBuf,
}

impl Site {
    /// Creates a site of the files in `root` and the folders in it.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// Answers a request for a file or folder.
    pub fn answer(&self, request: &Request<'_>) -> Response {
        // A page of another site can give its own name this machine's address, and then read what is served here.
        if !is_local(request.host) {
            return Response::error(403, "only requests to localhost are answered");
        }
        let Some(path) = self.file(request.path) else {
            return Response::error(404, "there is no such file");
        };
        let is_folder = path.is_dir();
        if is_folder
            && !request
                .path
                .split('?')
                .next()
                .unwrap_or_default()
                .ends_with('/')
        {
            let location = format!("{}/", request.path.split('?').next().unwrap_or_default());
            let mut response = Response::error(301, &location);
            response.headers.push(("Location", location));
            return response;
        }
        let index = path.join("index.html");
        if is_folder && !index.is_file() {
            return self.list(&path);
        }
        let path = if is_folder { index } else { path };
        match send(&path, request) {
            Ok(response) => response,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Response::error(404, "there is no such file")
            }
            Err(error) => Response::error(500, &format!("the file cannot be read: {error}")),
        }
    }

    /// Returns the path of what a URL names. It lies below the root by its name; links are followed.
    fn file(&self, url: &str) -> Option<PathBuf> {
        let path = url.split(['?', '#']).next()?.strip_prefix('/')?;
        let path = percent_decode_str(path).decode_utf8().ok()?;
        let path = PathBuf::from(&*path);
        let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
        path.components()
            .all(is_plain)
            .then(|| self.root.join(path))
    }

    /// Lists a folder without a page.
    fn list(&self, folder: &Path) -> Response {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<(String, u64)> = entries
            .filter_map(|entry| {
                let metadata = fs::metadata(entry.path()).ok()?;
                let end = if metadata.is_dir() { "/" } else { "" };
                Some((entry.file_name().into_string().ok()? + end, metadata.len()))
            })
            .collect();
        names.sort();
        let shown = folder.strip_prefix(&self.root).unwrap_or(folder);
        let title = escape::html(&format!("/{}", shown.display()));
        let mut page = format!(
            "<!doctype html><meta charset=utf-8><title>{title}</title><h1>{title}</h1><ul>\n"
        );
        for (name, bytes) in names {
            let size = if name.ends_with('/') {
                String::new()
            } else {
                format!(", {} bytes", ByteSize(bytes))
            };
            let url = utf8_percent_encode(&name, &NAME);
            let _ = writeln!(
                page,
                "<li><a href=\"./{url}\">{}</a>{size}",
                escape::html(&name)
            );
        }
        Response {
            status: 200,
            headers: vec![("Content-Type", "text/html; charset=utf-8".to_owned())],
            body: page.into_bytes(),
        }
    }
}

/// Sends a file in the best form that there is of it and that the client takes.
fn send(path: &Path, request: &Request<'_>) -> io::Result<Response> {
    let (coding, bytes) = read_best(path, request)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let digest = Sha256::of(&bytes);
    let tag = format!("\"{}\"", &digest.to_string()[..16]);
    let mut headers = vec![
        ("Content-Type", content_type(&name)),
        ("Vary", "Accept-Encoding, Available-Dictionary".to_owned()),
        ("Cache-Control", "no-cache".to_owned()),
        ("ETag", tag.clone()),
        // What is sent, as it is sent (RFC 9530).
        ("Repr-Digest", format!("sha-256=:{}:", digest.base64())),
    ];
    if let Some(coding) = coding {
        headers.push(("Content-Encoding", coding.to_owned()));
    }
    if name.ends_with(".zip") {
        let url = request.path.split('?').next().unwrap_or_default();
        let folder = url.rsplit_once('/').map_or("", |(folder, _)| folder);
        headers.push(("Use-As-Dictionary", format!("match=\"{folder}/*.zip\"")));
    }
    let is_known = request
        .if_none_match
        .split(',')
        .any(|known| known.trim() == tag);
    Ok(Response {
        status: if is_known { 304 } else { 200 },
        headers,
        body: if is_known { Vec::new() } else { bytes },
    })
}

/// Reads the file, or the form of it in the best content coding, and returns it with the coding.
fn read_best(path: &Path, request: &Request<'_>) -> io::Result<(Option<&'static str>, Vec<u8>)> {
    let name = path.as_os_str().to_string_lossy();
    // A page may ask for a form by its own name.
    if let Some((coding, _)) = CODINGS.iter().find(|(_, end)| name.ends_with(end)) {
        return Ok((Some(coding), fs::read(path)?));
    }
    for (coding, end) in CODINGS {
        let form = PathBuf::from(format!("{name}{end}"));
        if !accepts(request.accept_encoding, coding) || !form.is_file() {
            continue;
        }
        let bytes = fs::read(form)?;
        let dictionary = dictionary_of(coding, &bytes);
        let is_held = |dictionary| {
            request.available_dictionary == format!(":{}:", BASE64_STANDARD.encode(dictionary))
        };
        if dictionary.is_none_or(is_held) {
            return Ok((Some(coding), bytes));
        }
    }
    Ok((None, fs::read(path)?))
}

/// Returns the type of a file, by its name without the end for its content coding.
fn content_type(name: &str) -> String {
    let coded = CODINGS.iter().find_map(|(_, end)| name.strip_suffix(end));
    let name = coded.unwrap_or(name);
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    match kind.type_() {
        mime_guess::mime::TEXT => format!("{kind}; charset=utf-8"),
        _ => kind.to_string(),
    }
}

/// Returns whether a `Host` is this machine, with any port.
fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let is_localhost = name.eq_ignore_ascii_case("localhost") || name.ends_with(".localhost");
    is_localhost || name.starts_with("127.") || name == "[::1]"
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn site() -> (tempfile::TempDir, Site) {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        write("python313.zip", b"zip");
        write("python313.zip.br", b"brotli");
        write("python313.zip.packed.br", b"packed");
        write("a b.mjs", b"export {}");
        let old = Sha256::of(b"old");
        write(
            "python313.zip.dcb",
            &[b"\xffDCB", &old.to_array()[..], b"delta"].concat(),
        );
        let site = Site::new(folder.path());
        (folder, site)
    }

    fn get(path: &str) -> Request<'_> {
        Request {
            path,
            host: "localhost:8000",
            accept_encoding: "gzip, br",
            ..Request::default()
        }
    }

    #[test]
    fn the_best_form_that_the_client_takes_is_sent() {
        let (_folder, site) = site();
        let answer = |request: Request<'_>| {
            let response = site.answer(&request);
            (
                response.header("Content-Encoding").to_owned(),
                response.body,
            )
        };
        let zip = get("/python313.zip?v=1");
        assert_eq!(answer(zip), ("br".to_owned(), b"brotli".to_vec()));
        let plain = Request {
            accept_encoding: "gzip, br;q=0",
            ..zip
        };
        assert_eq!(answer(plain), (String::new(), b"zip".to_vec()));
        let packed = get("/python313.zip.packed.br");
        assert_eq!(answer(packed), ("br".to_owned(), b"packed".to_vec()));
        let short = get("/python313.zip.packed");
        assert_eq!(answer(short), ("br".to_owned(), b"packed".to_vec()));

        let held = crate::bundle::available_dictionary(Sha256::of(b"old"));
        let with = |held| Request {
            accept_encoding: "br, dcb",
            available_dictionary: held,
            ..zip
        };
        assert_eq!(answer(with(&held)).0, "dcb");
        let other = crate::bundle::available_dictionary(Sha256::of(b"other"));
        assert_eq!(answer(with(&other)).0, "br");
    }

    #[test]
    fn headers_have_type_digest_and_etag() {
        let (_folder, site) = site();
        let zip = site.answer(&get("/python313.zip"));
        assert_eq!(zip.header("Content-Type"), "application/zip");
        assert_eq!(zip.header("Use-As-Dictionary"), "match=\"/*.zip\"");
        assert_eq!(zip.header("Vary"), "Accept-Encoding, Available-Dictionary");
        let digest = format!("sha-256=:{}:", Sha256::of(b"brotli").base64());
        assert_eq!(zip.header("Repr-Digest"), digest);
        let again = Request {
            if_none_match: zip.header("ETag"),
            ..get("/python313.zip")
        };
        let again = site.answer(&again);
        assert_eq!((again.status, again.body.len()), (304, 0));
        let script = site.answer(&get("/a%20b.mjs"));
        assert_eq!(script.header("Content-Type"), "application/javascript");
    }

    #[test]
    fn folders_are_listed_and_nothing_else_is_reached() {
        let (folder, site) = site();
        let page = String::from_utf8(site.answer(&get("/")).body).unwrap();
        assert!(
            page.contains("<a href=\"./python313.zip.br\">python313.zip.br</a>, 6 bytes"),
            "{page}"
        );
        fs::create_dir(folder.path().join("sub")).unwrap();
        let moved = site.answer(&get("/sub"));
        assert_eq!((moved.status, moved.header("Location")), (301, "/sub/"));
        fs::write(folder.path().join("sub/index.html"), "here").unwrap();
        assert_eq!(site.answer(&get("/sub/")).body, b"here");
        for path in [
            "/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/sub/../../x",
            "//etc/passwd",
            "/%ff",
            "x",
            "/none",
        ] {
            assert_eq!(site.answer(&get(path)).status, 404, "{path}");
        }
        for host in ["evil.example", "localhost.evil.example:80", ""] {
            assert_eq!(
                site.answer(&Request { host, ..get("/") }).status,
                403,
                "{host}"
            );
        }
    }
}
