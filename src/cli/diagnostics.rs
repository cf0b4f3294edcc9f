//! Errors and warnings as people read them, profiles' with their source line.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Message, Origin, Renderer, Snippet, Title};
use anstream::eprintln;

use super::error::CliError;
use crate::escape;
use crate::graph::EdgeKind;
use crate::pipeline::PackError;
use crate::profile::{Diagnostic, Provenance, Severity};
use crate::select::BrokenRequirement;

/// Prints an error.
pub(super) fn show_error(error: &CliError) {
    let diagnostics = error.diagnostics();
    if diagnostics.is_empty() {
        if let CliError::Pack(PackError::Unsatisfiable(problems)) = error {
            show_broken_requirements(problems);
        } else {
            show(&[Group::with_title(title(Level::ERROR, &error.to_string()))]);
        }
    }
    show_diagnostics(diagnostics);
}

/// Prints a warning.
pub(super) fn warn(message: &str) {
    show(&[Group::with_title(title(Level::WARNING, message))]);
}

/// Prints what is no mistake, and good to know.
pub(super) fn note(message: &str) {
    show(&[Group::with_title(title(Level::NOTE, message))]);
}

/// How many mistakes are shown; of the others their number is.
const MAX_SHOWN: usize = 20;

/// Prints what there is to say about a profile.
pub(super) fn show_diagnostics(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics.iter().take(MAX_SHOWN) {
        eprintln!("{}", diagnostic_text(diagnostic));
    }
    if let Some(more @ 1..) = diagnostics.len().checked_sub(MAX_SHOWN) {
        note(&format!("there are {more} more of them"));
    }
}

/// Longest line that is shown, in bytes. To lay out a longer one takes memory and time without end.
const MAX_LINE: usize = 1000;

/// Whether the lines that `range` is on can be shown.
fn is_short(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let after = text.get(range.end..).unwrap_or_default();
    let end = range.end + after.find('\n').unwrap_or(after.len());
    end - start <= MAX_LINE
}

/// What there is to say about a profile, with its place.
pub(crate) fn diagnostic_text(diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = title(level, &diagnostic.message);
    let mut group: Group<'_> = match &diagnostic.provenance {
        Provenance::File {
            file, text, range, ..
        } if !is_short(text, range) => {
            let origin = Origin::path(escape::line(file));
            let place = diagnostic.provenance.line_and_column();
            title.element(match place {
                Some((line, column)) => origin.line(line).char_column(column),
                None => origin,
            })
        }
        Provenance::File {
            file, text, range, ..
        } => {
            let (text, range) = shown_source(text, range);
            title.element(
                Snippet::source(text)
                    .path(escape::line(file))
                    .annotation(AnnotationKind::Primary.span(range)),
            )
        }
        Provenance::Flag(flag) => {
            Group::with_title(title).element(message(Level::NOTE, &format!("asked for by {flag}")))
        }
    };
    if let Some(help) = &diagnostic.help {
        group = group.element(message(Level::HELP, help));
    }
    rendered(&[group])
}

/// One report for all that break for the same reason, with the shortest way to it.
fn show_broken_requirements(problems: &[BrokenRequirement]) {
    let mut by_cause: BTreeMap<_, Vec<&BrokenRequirement>> = BTreeMap::new();
    for problem in problems {
        let last = problem.chain.last().map(|(module, _)| module);
        by_cause
            .entry((last, &problem.cause, problem.required_as.as_str()))
            .or_default()
            .push(problem);
    }
    for alike in by_cause.values_mut() {
        alike.sort_by_key(|problem| problem.chain.len());
        if let Some((first, others)) = alike.split_first() {
            show(&broken_requirement_report(first, others));
        }
    }
}

fn broken_requirement_report<'a>(
    problem: &'a BrokenRequirement,
    others: &[&'a BrokenRequirement],
) -> Vec<Group<'a>> {
    let module = &problem.module;
    let (title, ways_out) = match problem.required_as {
        EdgeKind::Root => (
            format!("the root '{module}' cannot be imported on the target"),
            "take it out of the roots, keep what it needs, or choose another target",
        ),
        EdgeKind::Startup => (
            format!("the interpreter cannot start without '{module}'"),
            "take the exclusion back: no Python starts without this module",
        ),
        EdgeKind::App => (
            format!("the app's module '{module}' cannot be imported with this bundle"),
            "keep what it needs, or import it in a try that survives ImportError",
        ),
        _ => (
            format!(
                "'{module}' cannot be imported on the target, and 'on-unimportable' is 'error'"
            ),
            "set 'on-unimportable: drop' to leave such modules out",
        ),
    };
    let mut group = Group::with_title(self::title(Level::ERROR, &title));
    let importers = problem.chain.iter();
    let imported = problem
        .chain
        .iter()
        .skip(1)
        .map(|(name, _)| Some(name))
        .chain([None]);
    for ((importer, line), imported) in importers.zip(imported) {
        let place = if *line > 0 {
            format!(" (line {line})")
        } else {
            String::new()
        };
        let selection = match imported {
            Some(module) => format!("{importer} imports {module}{place}"),
            None => format!("{importer}: {}{place}", problem.cause),
        };
        group = group.element(message(Level::NOTE, &selection));
    }
    if problem.chain.is_empty() {
        group = group.element(message(Level::NOTE, &problem.cause));
    }
    if !others.is_empty() {
        let names: Vec<&str> = others
            .iter()
            .map(|problem| problem.module.as_str())
            .collect();
        group = group.element(message(
            Level::NOTE,
            &format!("so it is with {}", names.join(", ")),
        ));
    }
    vec![group.element(message(Level::HELP, ways_out))]
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

fn show(report: &[Group<'_>]) {
    eprintln!("{}", rendered(report));
}

fn rendered(report: &[Group<'_>]) -> String {
    Renderer::styled().render(report)
}
