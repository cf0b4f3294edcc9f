//! Parses Python sources, and scans them into summaries.

use std::collections::BTreeMap;

use ruff_python_ast::{Expr, Mod, PythonVersion};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_expression, parse_unchecked};
use ruff_source_file::LineIndex;

use super::ModuleSummary;
use super::codecs::aliases_in;
use super::decode::{Decoded, declared_encoding, decode};
use super::future::late_future_import;
use super::nesting::{MAX_NESTING, nesting, with_stack};
use super::source_origin::{SourceOrigin, to_u32};
use super::visit::summarize;

/// The result of scanning a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scanned {
    /// The summary of a file that was parsed.
    Summary(Box<ModuleSummary>),
    /// The file was not parsed. Only the Python that it is for can tell whether it is valid, because its encoding may
    /// be unsupported here, or its syntax newer than the parser.
    Rejected(ScanError),
}

/// Why a file was not parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ScanError {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Message of the parser.
    pub message: String,
}

/// Parses a module with the newest syntax, which includes what older versions accept. The result contains the errors.
pub(super) fn parse(text: &str) -> Parsed<Mod> {
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY315);
    parse_unchecked(text, options)
}

/// Returns whether a text is an identifier, and no keyword.
pub fn is_identifier(text: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    // The parser takes also `(a)` and `a # b`.
    text.chars().all(is_part)
        && parse_expression(text).is_ok_and(|parsed| matches!(parsed.expr(), Expr::Name(_)))
}

/// Parses a module and passes the result to `walk`, on a stack that is large enough for its nesting.
///
/// Returns `None` if the source contains a null byte or is nested too deep.
pub fn with_parsed<T>(text: &str, walk: impl FnOnce(&Parsed<Mod>) -> T) -> Option<T> {
    // CPython rejects such a source, and the parser would report an error for each null byte.
    if text.contains('\0') {
        return None;
    }
    let parsed = parse(text);
    let nesting = nesting(parsed.tokens());
    if nesting > MAX_NESTING {
        // Dropping the tree is recursive too, and could overflow the stack.
        std::mem::forget(parsed);
        return None;
    }
    with_stack(nesting, move || Some(walk(&parsed)))
}

/// Scans one source file.
pub fn scan(source: Vec<u8>, origin: SourceOrigin) -> Scanned {
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
        Decoded::Unsupported(name) => return rejected(1, format!("source in encoding '{name}'")),
        Decoded::Invalid(line) => {
            return rejected(line, "bytes that are not of the file's encoding".to_owned());
        }
    };
    scan_text(&text, declared, origin)
}

/// Scans a decoded source file, where `declared` is the encoding that it declares.
pub fn scan_text(text: &str, declared: Option<String>, origin: SourceOrigin) -> Scanned {
    let scanned = with_parsed(text, |parsed| scan_parsed(parsed, text, declared, origin));
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
    origin: SourceOrigin,
) -> Scanned {
    let lines = LineIndex::from_source_text(text);
    let rejected = |offset, message| {
        let position = lines.line_column(offset, text);
        Scanned::Rejected(ScanError {
            line: to_u32(position.line.get()),
            column: to_u32(position.column.get()),
            message,
        })
    };
    if let Some(error) = parsed.errors().first() {
        return rejected(error.location.start(), error.error.to_string());
    }
    match parsed.syntax() {
        Mod::Module(module) => {
            if let Some(offset) = late_future_import(&module.body) {
                let message = "from __future__ imports must occur at the beginning of the file";
                return rejected(offset, message.to_owned());
            }
            let mut summary = summarize(&module.body, text, &lines, origin);
            // Compiling the file needs the codec.
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

/// Returns the codec aliases in the source of `encodings/aliases.py`, which are empty if it does not parse.
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
