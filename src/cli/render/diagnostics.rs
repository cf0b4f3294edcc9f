//! Renders diagnostics, with their source line where there is one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Message, Origin, Renderer, Snippet, Title};
use anstream::eprintln;

use crate::cli::error::CliError;
use crate::diagnostic::{Code, Diagnostic, Location, Provenance, Severity};
use crate::escape;

/// How many diagnostics of one code are shown.
const MAX_PER_CODE: usize = 5;

/// Prints an error, whole.
pub(crate) fn show_error(error: &CliError) {
    show(&error.diagnostics(), false);
}

/// Prints diagnostics on standard error, alike ones together. Of each code only some are shown, unless `all` are wanted.
pub(crate) fn show(diagnostics: &[Diagnostic], all: bool) {
    let mut by_code: BTreeMap<(bool, Code), Vec<&Diagnostic>> = BTreeMap::new();
    for diagnostic in diagnostics {
        let key = (!diagnostic.is_error(), diagnostic.code);
        by_code.entry(key).or_default().push(diagnostic);
    }
    for ((_, code), alike) in by_code {
        let shown = if all { alike.len() } else { MAX_PER_CODE };
        for diagnostic in alike.iter().take(shown) {
            eprintln!("{}", render(diagnostic));
        }
        if let Some(more @ 1..) = alike.len().checked_sub(shown) {
            note(&format!(
                "{more} more like this [{code}]: --verbose or --json shows all"
            ));
        }
    }
}

/// Prints a warning that has no code: it is about the run, not about an input.
pub(crate) fn warn(message: &str) {
    eprintln!(
        "{}",
        rendered(&[Group::with_title(title(Level::WARNING, message))])
    );
}

/// Prints what is no mistake, and good to know.
pub(crate) fn note(message: &str) {
    eprintln!(
        "{}",
        rendered(&[Group::with_title(title(Level::NOTE, message))])
    );
}

/// The text of a diagnostic, in colours that `anstream` takes away where they do not belong.
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
    rendered(&[group])
}

/// Longest line that is shown, in bytes. To lay out a longer one takes memory and time without end.
const MAX_LINE_BYTES: usize = 1000;

/// Whether the lines that `range` is on can be shown.
fn is_short(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let after = text.get(range.end..).unwrap_or_default();
    let end = range.end + after.find('\n').unwrap_or(after.len());
    end - start <= MAX_LINE_BYTES
}

/// A title in which no word of others can move the terminal.
fn title<'a>(level: Level<'a>, text: &str) -> Title<'a> {
    level.primary_title(escape::terminal(text))
}

/// The same for what stands below it.
fn message<'a>(level: Level<'a>, text: &str) -> Message<'a> {
    level.message(escape::terminal(text))
}

/// The text of a source as it is shown, and a range of it there.
fn shown_source<'a>(text: &'a str, range: &Range<usize>) -> (Cow<'a, str>, Range<usize>) {
    let shown = escape::terminal(text);
    if shown == *text {
        return (text.into(), range.clone());
    }
    // What ends a line in two characters is one after it.
    let before = |place: usize| {
        let before = text.get(..place).unwrap_or(text);
        escape::terminal(before.trim_end_matches('\r')).len()
    };
    let range = before(range.start)..before(range.end);
    (shown.into(), range)
}

fn rendered(report: &[Group<'_>]) -> String {
    Renderer::styled().render(report)
}
