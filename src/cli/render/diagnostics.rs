//! Renders diagnostics for the terminal, with their source line if there is one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Message, Origin, Renderer, Snippet, Title};
use anstream::eprintln;

use crate::cli::error::CliError;
use crate::diagnostic::{Code, Diagnostic, Location, Provenance, Severity};
use crate::escape;

/// The maximum number of diagnostics with the same code that are shown.
const MAX_PER_CODE: usize = 5;

/// Prints the diagnostics of an error on standard error.
pub(crate) fn show_error(error: &CliError) {
    show(&error.diagnostics(), false);
}

/// Prints diagnostics on standard error, grouped by code. Unless `all` is set, at most [`MAX_PER_CODE`] of each code
/// are shown.
pub(crate) fn show(diagnostics: &[Diagnostic], all: bool) {
    let mut by_code: BTreeMap<(bool, Code), Vec<&Diagnostic>> = BTreeMap::new();
    for diagnostic in diagnostics {
        let key = (!diagnostic.is_error(), diagnostic.code);
        by_code.entry(key).or_default().push(diagnostic);
    }
    for ((is_warning, code), similar) in by_code {
        let shown = if all { similar.len() } else { MAX_PER_CODE };
        for diagnostic in similar.iter().take(shown) {
            eprintln!("{}", render(diagnostic));
        }
        if let Some(more @ 1..) = similar.len().checked_sub(shown) {
            // Errors end the program before --verbose can matter.
            let flags = if is_warning {
                "--verbose or --json"
            } else {
                "--json"
            };
            note(&format!(
                "{more} more like this [{code}]: {flags} shows all"
            ));
        }
    }
}

/// Prints a warning without a code, about the run and not about an input.
pub(crate) fn warn(message: &str) {
    eprintln!(
        "{}",
        render_report(&[Group::with_title(title(Level::WARNING, message))])
    );
}

/// Prints a note, for information that is neither an error nor a warning.
pub(crate) fn note(message: &str) {
    eprintln!(
        "{}",
        render_report(&[Group::with_title(title(Level::NOTE, message))])
    );
}

/// Renders a diagnostic with colours; `anstream` removes them where they are not supported.
pub(crate) fn render(diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = title(level, &diagnostic.message).id(diagnostic.code.as_str());
    let mut group: Group<'_> = match &diagnostic.location {
        None => Group::with_title(title),
        Some(Location::File { file, line, column }) => {
            let origin = Origin::path(escape::line(file));
            let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
            title.element(match (line, column) {
                (Some(line), Some(column)) => {
                    origin.line(number(*line)).char_column(number(*column))
                }
                (Some(line), None) => origin.line(number(*line)),
                _ => origin,
            })
        }
        Some(Location::Source(Provenance::Flag(flag))) => {
            Group::with_title(title).element(message(Level::NOTE, &format!("requested by {flag}")))
        }
        Some(Location::Source(
            source @ Provenance::File {
                file, text, range, ..
            },
        )) if !is_short(text, range) => {
            let origin = Origin::path(escape::line(file));
            title.element(match source.line_and_column() {
                Some((line, column)) => origin.line(line).char_column(column),
                None => origin,
            })
        }
        Some(Location::Source(Provenance::File {
            file, text, range, ..
        })) => {
            let (text, range) = shown_source(text, range);
            title.element(
                Snippet::source(text)
                    .path(escape::line(file))
                    .annotation(AnnotationKind::Primary.span(range)),
            )
        }
    };
    for note in &diagnostic.notes {
        group = group.element(message(Level::NOTE, note));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(message(Level::HELP, help));
    }
    render_report(&[group])
}

/// The maximum length of a source line that is shown, in bytes. Rendering a longer one takes excessive time and memory.
const MAX_LINE_BYTES: usize = 1000;

/// Returns whether the lines of `range` are short enough to be shown.
fn is_short(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let after = text.get(range.end..).unwrap_or_default();
    let end = range.end + after.find('\n').unwrap_or(after.len());
    end - start <= MAX_LINE_BYTES
}

/// Returns a title with terminal control characters escaped.
fn title<'a>(level: Level<'a>, text: &str) -> Title<'a> {
    level.primary_title(escape::terminal(text))
}

/// Returns a note or help message with terminal control characters escaped.
fn message<'a>(level: Level<'a>, text: &str) -> Message<'a> {
    level.message(escape::terminal(text))
}

/// Escapes the text of a source for the terminal, and maps `range` to the escaped text.
fn shown_source<'a>(text: &'a str, range: &Range<usize>) -> (Cow<'a, str>, Range<usize>) {
    let escaped = escape::terminal(text);
    if escaped == *text {
        return (text.into(), range.clone());
    }
    // Escaping turns a CRLF into a single character, so a CR at the end of the prefix must not be counted.
    let escaped_offset = |offset: usize| {
        let prefix = text.get(..offset).unwrap_or(text);
        escape::terminal(prefix.trim_end_matches('\r')).len()
    };
    let range = escaped_offset(range.start)..escaped_offset(range.end);
    (escaped.into(), range)
}

fn render_report(report: &[Group<'_>]) -> String {
    Renderer::styled().render(report)
}
