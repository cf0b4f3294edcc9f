//! How sources are parsed, and a parsed source's way to its summary.

use std::collections::BTreeMap;

use ruff_python_ast::{Mod, PythonVersion};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};
use ruff_source_file::LineIndex;

use super::ModuleSummary;
use super::code::{Code, number};
use super::codecs::aliases_in;
use super::decode::{Decoded, declared_encoding, decode};
use super::visit::summarise;

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
pub fn parse(text: &str) -> Parsed<Mod> {
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY315);
    parse_unchecked(text, options)
}

/// Scans one source file.
pub fn scan(source: Vec<u8>, code: Code) -> Scanned {
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
pub fn scan_text(text: &str, declared: Option<String>, code: Code) -> Scanned {
    let parsed = parse(text);
    let lines = LineIndex::from_source_text(text);
    if let Some(error) = parsed.errors().first() {
        let place = lines.line_column(error.location.start(), text);
        return Scanned::Rejected(ScanError {
            line: number(place.line.get()),
            column: number(place.column.get()),
            message: error.error.to_string(),
        });
    }
    match parsed.syntax() {
        Mod::Module(module) => {
            let mut summary = summarise(&module.body, text, &lines, code);
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
    match parse(&text).syntax() {
        Mod::Module(module) => aliases_in(&module.body),
        Mod::Expression(_) => BTreeMap::new(),
    }
}
