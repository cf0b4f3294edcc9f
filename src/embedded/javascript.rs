//! Reads JavaScript and TypeScript: the Python that it gives to Pyodide.

mod object_uses;
mod reader;

use std::path::Path;

use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_ast_visit::Visit;
use oxc_parser::Parser;
use oxc_span::SourceType;

pub use self::object_uses::ObjectUses;
use self::reader::{Lines, Reader};
use super::js_values::Values;
use super::{Document, DocumentError};

/// Whether code is a classic script or a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JavaScript {
    Script,
    Module,
}

impl JavaScript {
    fn source_type(self) -> SourceType {
        match self {
            Self::Script => SourceType::script(),
            Self::Module => SourceType::mjs(),
        }
    }
}

/// The words that code with Python texts has.
const WORDS: [&str; 9] = [
    "runPython",
    "pyimport",
    ".py\"",
    ".py'",
    ".py`",
    ".py?",
    "loadPackage",
    "registerJsModule",
    "stlite",
];

/// The maximum number of tokens that can be nested in each other.
const MAX_LEVELS: usize = 100_000;

/// The stack that a level of nesting takes, in any build.
const STACK_PER_LEVEL: usize = 8 << 10;

/// A line of generated code is longer.
const MAX_WRITTEN_LINE: usize = 2_000;

/// Returns whether a script may have Python texts. Parsing is slow, and most scripts have none.
pub fn may_have_python(text: &str) -> bool {
    WORDS.iter().any(|word| text.contains(word))
}

/// Reads a file, whose name tells its language.
///
/// # Errors
/// If it does not parse.
pub fn read_javascript(text: &str, name: &str) -> Result<Document, DocumentError> {
    let kind = SourceType::from_path(Path::new(name)).unwrap_or_default();
    read(text, kind, 0)
}

/// Reads the inline scripts of a page, each with the line of its start. What does not parse is left out, as in browsers.
pub(super) fn read_inline(scripts: &[(JavaScript, u32, String)]) -> Document {
    let mut document = Document::default();
    for (kind, line, text) in scripts {
        let read = read(text, kind.source_type(), line - 1);
        document.extend(read.unwrap_or_default());
    }
    document
}

/// Returns what a file may do with objects of Python: nothing if it does not parse.
pub fn object_uses(text: &str, name: &str) -> ObjectUses {
    let kind = SourceType::from_path(Path::new(name)).unwrap_or_default();
    uses(text, kind)
}

/// Returns what the inline scripts of a page may do.
pub(super) fn uses_in_inline(scripts: &[(JavaScript, u32, String)]) -> ObjectUses {
    let mut all = ObjectUses::default();
    for (kind, _, text) in scripts {
        all.extend(uses(text, kind.source_type()));
    }
    all
}

fn uses(text: &str, kind: SourceType) -> ObjectUses {
    let uses = parse(text, kind, |program| {
        let mut uses = ObjectUses::default();
        uses.visit_program(program);
        if may_have_python(text) {
            uses.pass_all();
        }
        uses
    });
    uses.unwrap_or_default()
}

fn read(text: &str, kind: SourceType, lines_before: u32) -> Result<Document, DocumentError> {
    parse(text, kind, |program| {
        let lines = Lines::of(text, lines_before);
        let mut values = Values::default();
        values.visit_program(program);
        let is_written = text.lines().all(|line| line.len() <= MAX_WRITTEN_LINE);
        let is_stlite = text.contains("stlite");
        let mut reader = Reader::new(lines, &values, is_written, is_stlite);
        reader.visit_program(program);
        reader.finish()
    })
}

/// Parses a script, and returns what `read` makes of its syntax tree.
fn parse<T>(
    text: &str,
    kind: SourceType,
    read: impl FnOnce(&Program<'_>) -> T,
) -> Result<T, DocumentError> {
    let levels = max_levels(text);
    if levels > MAX_LEVELS {
        return Err(DocumentError::TooComplex);
    }
    stacker::grow((1 << 20) + levels * STACK_PER_LEVEL, || {
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, text, kind).parse();
        if parsed.panicked {
            let error = parsed.diagnostics.into_iter().next();
            let message = error.map_or_else(String::new, |error| error.message.to_string());
            return Err(DocumentError::Format(format!("does not parse: {message}")));
        }
        Ok(read(&parsed.program))
    })
}

/// Returns an upper bound of the depth of the syntax tree: the number of tokens that can be around others.
fn max_levels(text: &str) -> usize {
    let punctuation = text.bytes().filter(|byte| {
        byte.is_ascii_punctuation()
            && !matches!(
                byte,
                b',' | b';' | b')' | b']' | b'}' | b'"' | b'\'' | b'_' | b'\\' | b'#' | b'@'
            )
    });
    let is_nesting = |word: &&str| {
        matches!(
            *word,
            "as" | "async"
                | "await"
                | "case"
                | "delete"
                | "do"
                | "else"
                | "extends"
                | "function"
                | "in"
                | "infer"
                | "instanceof"
                | "is"
                | "keyof"
                | "new"
                | "of"
                | "readonly"
                | "return"
                | "satisfies"
                | "throw"
                | "typeof"
                | "unique"
                | "void"
                | "yield"
                | "asserts"
                | "export"
                | "default"
                | "abstract"
                | "declare"
        )
    };
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
    punctuation.count() + words.filter(is_nesting).count()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
