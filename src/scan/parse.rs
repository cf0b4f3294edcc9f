//! Parses sources.

use std::collections::BTreeMap;

use ruff_python_ast::{Mod, PythonVersion};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};
use ruff_source_file::LineIndex;

use super::ModuleSummary;
use super::codecs::aliases_in;
use super::decode::{Decoded, declared_encoding, decode};
use super::nesting::{MAX_NESTING, nesting, with_stack};
use super::source_origin::{SourceOrigin, to_u32};
use super::visit::summarize;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scanned {
    /// It was understood.
    Summary(Box<ModuleSummary>),
    /// Only the Python that the file is meant for can tell: it may be in an encoding that is not
    /// known here, or in a syntax newer than the parser.
    Rejected(ScanError),
}

/// Why a file was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ScanError {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What the parser says.
    pub message: String,
}

/// Parses a module in the newest syntax, which takes in what older versions accept; mistakes are in the result.
pub(super) fn parse(text: &str) -> Parsed<Mod> {
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY315);
    parse_unchecked(text, options)
}

/// Parses a module and hands the result to `walk`, on a stack that is as large as its nesting needs; none where it holds
/// a null byte, or is nested deeper than is accepted.
pub fn with_parsed<T>(text: &str, walk: impl FnOnce(&Parsed<Mod>) -> T) -> Option<T> {
    // CPython compiles no such source, and the parser would note a mistake for each.
    if text.contains('\0') {
        return None;
    }
    let parsed = parse(text);
    let nesting = nesting(parsed.tokens());
    if nesting > MAX_NESTING {
        // A tree of any depth would be dropped by recursion as well.
        std::mem::forget(parsed);
        return None;
    }
    with_stack(nesting, move || Some(walk(&parsed)))
}

/// Scans one source file.
pub fn scan(source: Vec<u8>, code: SourceOrigin) -> Scanned {
    let rejected = |line, message: String| {
        let column = 1;
        Scanned::Rejected(ScanError {
            line,
            column,
            message,
        })
    };
    let declared = declared_encoding(&source);
    let text = match decode(source) {
        Decoded::Text(text) => text,
        Decoded::Foreign(name) => return rejected(1, format!("source in encoding '{name}'")),
        Decoded::Invalid(line) => {
            return rejected(line, "bytes that are not of the file's encoding".to_owned());
        }
    };
    scan_text(&text, declared, code)
}

/// Scans a decoded source file, which declares that encoding.
pub fn scan_text(text: &str, declared: Option<String>, code: SourceOrigin) -> Scanned {
    let scanned = with_parsed(text, |parsed| scan_parsed(parsed, text, declared, code));
    scanned.unwrap_or_else(|| {
        let message = if text.contains('\0') {
            "source code cannot contain null bytes"
        } else {
            "it is nested too deep"
        };
        Scanned::Rejected(ScanError {
            line: 1,
            column: 1,
            message: message.to_owned(),
        })
    })
}

fn scan_parsed(
    parsed: &Parsed<Mod>,
    text: &str,
    declared: Option<String>,
    code: SourceOrigin,
) -> Scanned {
    let lines = LineIndex::from_source_text(text);
    if let Some(error) = parsed.errors().first() {
        let place = lines.line_column(error.location.start(), text);
        return Scanned::Rejected(ScanError {
            line: to_u32(place.line.get()),
            column: to_u32(place.column.get()),
            message: error.error.to_string(),
        });
    }
    match parsed.syntax() {
        Mod::Module(module) => {
            let mut summary = summarize(&module.body, text, &lines, code);
            // Whoever compiles the file has to decode it.
            summary.scopes[0].codecs.extend(declared.map(Into::into));
            Scanned::Summary(Box::new(summary))
        }
        Mod::Expression(_) => Scanned::Rejected(ScanError {
            line: 1,
            column: 1,
            message: "an expression where a module was expected".to_owned(),
        }),
    }
}

/// The aliases of codecs in the source of `encodings/aliases.py`; none when it does not parse.
pub fn codec_aliases(source: &[u8]) -> BTreeMap<String, String> {
    let Decoded::Text(text) = decode(source.to_vec()) else {
        return BTreeMap::new();
    };
    let aliases = with_parsed(&text, |parsed| match parsed.syntax() {
        Mod::Module(module) => aliases_in(&module.body),
        Mod::Expression(_) => BTreeMap::new(),
    });
    aliases.unwrap_or_default()
}
