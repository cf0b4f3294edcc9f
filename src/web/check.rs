//! Finds what is wrong with how a server sends a file of a bundle.

use schemars::JsonSchema;
use serde::Serialize;

use super::answer::{Answer, decode};
use crate::bundle::{quick_brotli_size, unpack_zip};
use crate::types::{ByteSize, Sha256};

/// A file that is sent with less than this share of its bytes by Brotli is one that pays to compress, in percent.
const WORTH_COMPRESSING: u64 = 85;

/// What the file should be.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedFile {
    /// The digest of what a page is to receive, after decoding.
    pub sha256: Sha256,
    /// The size of its smallest form for this address.
    pub smallest: ByteSize,
}

/// A kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// The status is not 200.
    Status,
    /// A page is sent in place of the file.
    Page,
    /// A compressed file is sent without its content coding.
    NoContentEncoding,
    /// The body is not in the content coding that the header names.
    BadContentEncoding,
    /// The file is compressed a second time.
    CompressedTwice,
    /// The file is not compressed, or less than it could be.
    TooLarge,
    /// Clients that do not take a content coding are sent it.
    Unrequested,
    /// A cache may send one client what was meant for another.
    NoVary,
    /// The file is not that of the bundle.
    OtherFile,
    /// The file is damaged, or no zip.
    NoZip,
    /// Browsers are not told how long to keep the file.
    NoCacheControl,
    /// Browsers keep the file for so long that they miss the next one.
    KeptTooLong,
    /// Pages of another origin cannot read the file.
    NoAccess,
}

/// Something that is wrong, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Problem {
    /// The kind.
    pub kind: ProblemKind,
    /// What is wrong.
    pub message: String,
    /// What to do; for what the server's configuration decides, a line for nginx.
    pub remedy: String,
}

impl Problem {
    fn new(kind: ProblemKind, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            remedy: remedy.into(),
        }
    }
}

/// The form that a file has by its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A zip.
    Zip,
    /// The packed form.
    Packed,
    /// Something else.
    Other,
}

/// The name of the file in an address, and the content coding that its end stands for.
fn name_of(url: &str) -> (Form, Option<&'static str>) {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let codings = [(".br", "br"), (".zst", "zstd"), (".gz", "gzip")];
    let coded = codings
        .iter()
        .find_map(|(end, coding)| Some((name.strip_suffix(end)?, *coding)));
    let (name, coding) = coded.map_or((name, None), |(name, coding)| (name, Some(coding)));
    let form = if name.ends_with(".zip") {
        Form::Zip
    } else if name.ends_with(".packed") {
        Form::Packed
    } else {
        Form::Other
    };
    (form, coding)
}

/// Checks the answers of a server for `url`: to a browser, and to a client that takes no content coding. `origin` is that
/// of the page, if it is another one.
pub fn check(
    url: &str,
    browser: &Answer,
    plain: &Answer,
    expected: Option<&ExpectedFile>,
    origin: Option<&str>,
) -> Vec<Problem> {
    if let Some(problem) = check_status(browser) {
        return vec![problem];
    }
    let (form, coding) = name_of(url);
    let mut problems = check_content(form, coding, browser, expected);
    if problems.is_empty() {
        problems.extend(check_size(form, browser, expected));
    }
    problems.extend(check_negotiation(coding, browser, plain));
    problems.extend(check_caching(url, browser));
    let allowed = browser.header("access-control-allow-origin");
    if let Some(origin) = origin.filter(|origin| allowed != "*" && allowed != *origin) {
        problems.push(Problem::new(
            ProblemKind::NoAccess,
            format!(
                "pages of {origin} cannot read it: there is no Access-Control-Allow-Origin for them"
            ),
            format!("nginx: add_header Access-Control-Allow-Origin {origin};"),
        ));
    }
    problems
}

fn check_status(answer: &Answer) -> Option<Problem> {
    if answer.status != 200 {
        return Some(Problem::new(
            ProblemKind::Status,
            format!("the server answers with HTTP status {}", answer.status),
            "put the file there, or correct the address",
        ));
    }
    let is_page = answer.header("content-type").starts_with("text/html");
    is_page.then(|| {
        Problem::new(
            ProblemKind::Page,
            "the server sends a page (text/html) in place of the file, as servers of single-page apps do for what is \
             not there",
            "put the file where the address says, or exempt the folder from that rule",
        )
    })
}

/// Checks what a page receives.
fn check_content(
    form: Form,
    coding: Option<&str>,
    answer: &Answer,
    expected: Option<&ExpectedFile>,
) -> Vec<Problem> {
    let sent = answer.codings().join(", ");
    let mut content = match answer.content() {
        Ok(content) => content,
        Err(error) => {
            return vec![Problem::new(
                ProblemKind::BadContentEncoding,
                format!(
                    "the header says 'Content-Encoding: {sent}', but the body does not decode: {error}"
                ),
                "send the header only with the compressed file, and the file unchanged",
            )];
        }
    };
    let mut problems = Vec::new();
    if !is_intact(form, &content)
        && let Some((again, inner)) = decode_again(form, &content)
    {
        content = inner;
        problems.push(match coding {
            Some(coding) if sent.is_empty() => Problem::new(
                ProblemKind::NoContentEncoding,
                "there is no Content-Encoding: the page receives the compressed file, which nothing decodes",
                format!("nginx: add_header Content-Encoding {coding};"),
            ),
            _ => Problem::new(
                ProblemKind::CompressedTwice,
                format!("the file is already compressed ({again}), and is compressed again ({sent})"),
                "nginx: gzip off; and brotli off; where the compressed file is served",
            ),
        });
    }
    if !is_intact(form, &content) {
        problems.push(Problem::new(
            ProblemKind::NoZip,
            match form {
                Form::Packed => "what arrives is damaged, or not the packed form of a zip",
                _ => "what arrives is damaged, or no zip",
            },
            "copy the file again, in binary mode",
        ));
    } else if let Some(expected) = expected {
        let found = Sha256::of(&content);
        if found != expected.sha256 {
            problems.push(Problem::new(
                ProblemKind::OtherFile,
                format!("it is not the file of the bundle: its SHA-256 is {found}, and that of the bundle's is {}", expected.sha256),
                "publish the bundle again, purge the caches in between, and give each version an address of its own (?v=...)",
            ));
        }
    }
    problems
}

/// Returns whether a page can use what it receives.
fn is_intact(form: Form, content: &[u8]) -> bool {
    match form {
        Form::Zip => zip::ZipArchive::new(std::io::Cursor::new(content)).is_ok(),
        Form::Packed => unpack_zip(content, u32::MAX >> 3).is_ok(),
        Form::Other => true,
    }
}

/// Decodes a content that is still in a content coding, and returns it with the coding.
fn decode_again(form: Form, content: &[u8]) -> Option<(&'static str, Vec<u8>)> {
    let codings = ["br", "gzip", "zstd"].into_iter();
    let mut decoded = codings.filter_map(|coding| Some((coding, decode(content, coding).ok()?)));
    decoded.find(|(_, inner)| is_intact(form, inner))
}

/// Checks that the file travels in its smallest form.
fn check_size(form: Form, answer: &Answer, expected: Option<&ExpectedFile>) -> Option<Problem> {
    let sent = ByteSize::of(&answer.body);
    let (smallest, of) = match expected {
        Some(expected) => (expected.smallest, "the bundle's own compressed file has"),
        None if form == Form::Zip && answer.codings().is_empty() => {
            (quick_brotli_size(&answer.body), "Brotli would make it")
        }
        None => return None,
    };
    let is_worth = smallest.0 * 100 < sent.0 * WORTH_COMPRESSING;
    is_worth.then(|| {
        let how = match answer.codings().join(", ") {
            codings if codings.is_empty() => "uncompressed".to_owned(),
            codings => format!("as {codings}"),
        };
        Problem::new(
            ProblemKind::TooLarge,
            format!("it is sent {how} with {sent} bytes: {of} {smallest}"),
            "send the .zip.br with 'Content-Encoding: br'; nginx: brotli_static on; (or what 'stdlib-pack snippet nginx' prints)",
        )
    })
}

/// Checks that caches and clients without content codings are served right.
fn check_negotiation(coding: Option<&str>, browser: &Answer, plain: &Answer) -> Vec<Problem> {
    // An address that names the coding is for clients that take it.
    if coding.is_some() || browser.codings().is_empty() {
        return Vec::new();
    }
    let mut problems = Vec::new();
    if plain.status == 200 && !plain.codings().is_empty() {
        problems.push(Problem::new(
            ProblemKind::Unrequested,
            format!(
                "clients that take no compressed file are sent one as well ({})",
                plain.codings().join(", ")
            ),
            "send the compressed file only to clients whose Accept-Encoding lists its coding",
        ));
    }
    let vary = browser.header("vary").to_ascii_lowercase();
    if !vary
        .split(',')
        .any(|name| ["accept-encoding", "*"].contains(&name.trim()))
    {
        problems.push(Problem::new(
            ProblemKind::NoVary,
            "there is no 'Vary: Accept-Encoding': a cache may send the compressed file to a client that does not take it",
            "nginx: add_header Vary Accept-Encoding;",
        ));
    }
    problems
}

/// The longest that a file may be kept under an address that does not change with it, in seconds: a day.
const KEPT_UNVERSIONED: u64 = 86_400;

fn check_caching(url: &str, answer: &Answer) -> Option<Problem> {
    let header = answer.header("cache-control").to_ascii_lowercase();
    if header.is_empty() {
        return Some(Problem::new(
            ProblemKind::NoCacheControl,
            "there is no Cache-Control: browsers guess how long to keep the file",
            "nginx: add_header Cache-Control \"public, max-age=31536000, immutable, no-transform\"; with ?v=... in the \
             address, or \"no-cache\" without",
        ));
    }
    let directives = header.split(',').map(str::trim);
    let ages = directives.filter_map(|directive| directive.strip_prefix("max-age=")?.parse().ok());
    let kept: u64 = ages.max().unwrap_or(0);
    (kept > KEPT_UNVERSIONED && !is_versioned(url)).then(|| {
        Problem::new(
            ProblemKind::KeptTooLong,
            format!("browsers keep it for {} days, and its address does not change with its content", kept / KEPT_UNVERSIONED),
            "ask for it with its version (?v=..., as 'stdlib-pack snippet' writes it), or send 'Cache-Control: no-cache'",
        )
    })
}

/// Returns whether an address changes with the content: it has a query, or a name with a hash as bundlers make it.
fn is_versioned(url: &str) -> bool {
    let path = url.split('#').next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let parts = name.split(['-', '.']);
    let is_hash = |part: &str| {
        part.len() >= 8
            && part
                .bytes()
                .any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    path.contains('?') || parts.skip(1).any(is_hash)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
