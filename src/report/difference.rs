//! Renders the differences between two bundles as text and Markdown.

use std::fmt::Write as _;

use serde_json::Value;

use crate::compare::{
    BundleChange, Changed, Difference, LockDifference, ModuleSnapshot, ReasonChange,
};
use crate::escape;
use crate::types::{ByteSize, ModuleName};

/// The maximum number of modules in a section. JSON lists all.
const MAX_LISTED: usize = 40;

/// The titles of the sections.
pub(super) const ADDED: &str = "added";
pub(super) const DROPPED: &str = "dropped";
pub(super) const CHANGED: &str = "changed source";
pub(super) const REPACKED: &str = "same source, different file";
pub(super) const MOVED: &str = "reason changed";
pub(super) const APP_FILES: &str = "other files in app.zip";

/// A section: a title, and lines with the size difference in the zip.
struct Section {
    title: &'static str,
    lines: Vec<(String, Option<i64>)>,
}

/// Renders the difference for a terminal.
pub fn difference_text(difference: &Difference) -> String {
    if difference.is_empty() {
        return "no difference\n".to_owned();
    }
    let mut text = String::new();
    for (name, change) in &difference.inputs {
        let _ = writeln!(
            text,
            "{}: {}",
            escape::line(name),
            format_change(change, escape::line)
        );
    }
    for (name, change) in &difference.outputs {
        let _ = writeln!(text, "{}: {}", escape::line(name), format_output(*change));
    }
    for section in sections(difference) {
        let _ = writeln!(
            text,
            "\n{} ({}{}):",
            section.title,
            section.lines.len(),
            format_cost(&section)
        );
        for (line, bytes) in section.lines.iter().take(MAX_LISTED) {
            let line = escape::line(line);
            match bytes {
                Some(bytes) => {
                    let _ = writeln!(text, "  {:>10}  {line}", format_signed(*bytes));
                }
                None => {
                    let _ = writeln!(text, "  {line}");
                }
            }
        }
        if section.lines.len() > MAX_LISTED {
            let _ = writeln!(text, "  and {} more", section.lines.len() - MAX_LISTED);
        }
    }
    text
}

/// Renders the difference as Markdown, for the comment of a pull request.
pub fn difference_markdown(difference: &Difference) -> String {
    if difference.is_empty() {
        return "No difference.\n".to_owned();
    }
    let mut text = String::new();
    if !difference.outputs.is_empty() {
        text.push_str("| File | Before | After | Difference |\n|---|---:|---:|---:|\n");
    }
    for (name, change) in &difference.outputs {
        let size = |size: Option<ByteSize>| size.map_or("–".to_owned(), |size| size.to_string());
        let size_difference = match (change.old, change.new) {
            (Some(old), Some(new)) => format_signed(size_change(Changed { old, new })),
            _ => String::new(),
        };
        let (old, new) = (size(change.old), size(change.new));
        let _ = writeln!(
            text,
            "| {} | {old} | {new} | {size_difference} |",
            escape::markdown(name)
        );
    }
    if !difference.inputs.is_empty() {
        text.push('\n');
    }
    for (name, change) in &difference.inputs {
        let _ = writeln!(
            text,
            "- {}: {}",
            escape::markdown(name),
            format_change(change, escape::markdown)
        );
    }
    for section in sections(difference) {
        let (count, cost) = (section.lines.len(), format_cost(&section));
        let _ = writeln!(
            text,
            "\n<details><summary>{}: {count}{cost}</summary>\n",
            section.title
        );
        for (line, bytes) in section.lines.iter().take(MAX_LISTED) {
            let bytes = bytes.map_or(String::new(), |bytes| format!(": {}", format_signed(bytes)));
            let _ = writeln!(text, "- {}{bytes}", escape::markdown(line));
        }
        if count > MAX_LISTED {
            let _ = writeln!(text, "- and {} more", count - MAX_LISTED);
        }
        text.push_str("\n</details>\n");
    }
    text
}

/// Formats the difference between two locks for a terminal.
pub fn lock_difference_text(difference: &LockDifference) -> String {
    join_bundles(difference, "no difference\n", |name, change| {
        let name = escape::line(name);
        match change {
            BundleChange::Added => format!("{name}: added\n"),
            BundleChange::Removed => format!("{name}: removed\n"),
            BundleChange::Changed(difference) => {
                format!("{name}:\n{}", difference_text(difference))
            }
        }
    })
}

/// Formats the difference between two locks as Markdown, with a heading for each bundle.
pub fn lock_difference_markdown(difference: &LockDifference) -> String {
    join_bundles(difference, "No difference.\n", |name, change| {
        let heading = format!("### {}\n\n", escape::markdown(name));
        heading
            + &match change {
                BundleChange::Added => "Added.\n".to_owned(),
                BundleChange::Removed => "Removed.\n".to_owned(),
                BundleChange::Changed(difference) => difference_markdown(difference),
            }
    })
}

/// Joins the texts of the bundles that differ, or returns `none` if there are no such bundles.
fn join_bundles(
    difference: &LockDifference,
    none: &str,
    text: impl Fn(&str, &BundleChange) -> String,
) -> String {
    if difference.is_empty() {
        return none.to_owned();
    }
    let bundles = difference.bundles.iter();
    let texts: Vec<String> = bundles.map(|(name, change)| text(name, change)).collect();
    texts.join("\n")
}

fn sections(difference: &Difference) -> Vec<Section> {
    let Difference {
        inputs: _,
        outputs: _,
        added,
        dropped,
        changed,
        repacked,
        moved,
        app_files,
    } = difference;
    let state_line = |sign: i64| {
        move |(name, state): (&ModuleName, &ModuleSnapshot)| {
            let line = format!(
                "{name} ({})",
                format_reason(&state.reason_and_tier(), state.importer.as_ref())
            );
            (line, Some(sign * to_signed(state.bytes)))
        }
    };
    let change_line = |(name, change): (&ModuleName, &Changed<ByteSize>)| {
        (name.to_string(), Some(size_change(*change)))
    };
    let reason_line = |(name, ReasonChange { old, new }): (&ModuleName, &ReasonChange)| {
        let (old, new) = (
            format_reason(&old.0, old.1.as_ref()),
            format_reason(&new.0, new.1.as_ref()),
        );
        (format!("{name}: {old} → {new}"), None)
    };
    let file_line = |(path, change): (&String, &Changed<Option<ByteSize>>)| {
        let (old, new) = (
            change.old.unwrap_or(ByteSize(0)),
            change.new.unwrap_or(ByteSize(0)),
        );
        (path.clone(), Some(size_change(Changed { old, new })))
    };
    let sections = [
        Section {
            title: ADDED,
            lines: added.iter().map(state_line(1)).collect(),
        },
        Section {
            title: DROPPED,
            lines: dropped.iter().map(state_line(-1)).collect(),
        },
        Section {
            title: CHANGED,
            lines: changed.iter().map(change_line).collect(),
        },
        Section {
            title: REPACKED,
            lines: repacked.iter().map(change_line).collect(),
        },
        Section {
            title: MOVED,
            lines: moved.iter().map(reason_line).collect(),
        },
        Section {
            title: APP_FILES,
            lines: app_files.iter().map(file_line).collect(),
        },
    ];
    let mut sections: Vec<Section> = sections
        .into_iter()
        .filter(|section| !section.lines.is_empty())
        .collect();
    for section in &mut sections {
        section.lines.sort_by_key(|(_, bytes)| {
            std::cmp::Reverse(bytes.map_or(0, |bytes| bytes.unsigned_abs()))
        });
    }
    sections
}

/// Formats a reason with its importer, as in `eager, by json`.
pub(super) fn format_reason(word: &str, by: Option<&ModuleName>) -> String {
    match by {
        Some(by) => format!("{word}, by {by}"),
        None => word.to_owned(),
    }
}

/// Formats the total size difference of a section in the zip; empty if it has no sizes.
fn format_cost(section: &Section) -> String {
    let bytes: Vec<i64> = section
        .lines
        .iter()
        .filter_map(|(_, bytes)| *bytes)
        .collect();
    if bytes.is_empty() {
        String::new()
    } else {
        let sum = bytes.into_iter().fold(0, i64::saturating_add);
        format!(", {} bytes in the zip", format_signed(sum))
    }
}

fn format_output(change: Changed<Option<ByteSize>>) -> String {
    match (change.old, change.new) {
        (Some(old), Some(new)) if old == new => format!("other bytes, {new} as before"),
        (Some(old), Some(new)) => {
            format!(
                "{old} → {new} bytes ({})",
                format_signed(size_change(Changed { old, new }))
            )
        }
        (None, Some(new)) => format!("new, {new} bytes"),
        (Some(old), None) => format!("removed, {old} bytes"),
        (None, None) => String::new(),
    }
}

/// Formats the old and new value. For lists, which may be long, formats the removed and added items.
pub(super) fn format_change(
    change: &Changed<String>,
    escape_text: impl Fn(&str) -> String,
) -> String {
    let Changed { old, new } = change;
    match format_list_change(old, new) {
        Some(items) => escape_text(&items),
        None => format!(
            "{} → {}",
            escape_text(&abbreviate_digests(old)),
            escape_text(&abbreviate_digests(new))
        ),
    }
}

/// Formats the removed and added items of two JSON lists, as in `−columns +asserts`. Returns `None` if a value is not a
/// list, or if both lists have the same items.
fn format_list_change(old: &str, new: &str) -> Option<String> {
    let list = |text| serde_json::from_str::<Vec<Value>>(text).ok();
    let (old, new) = (list(old)?, list(new)?);
    let is_word = |text: &str| {
        text.chars()
            .all(|c| c.is_alphanumeric() || "-_.*".contains(c))
    };
    let word = |value: &Value| match value {
        Value::String(text) if is_word(text) => text.clone(),
        other => other.to_string(),
    };
    let removed = old.iter().filter(|value| !new.contains(value));
    let added = new.iter().filter(|value| !old.contains(value));
    let removed = removed.map(|value| format!("−{}", word(value)));
    let added = added.map(|value| format!("+{}", word(value)));
    let items: Vec<String> = removed.chain(added).collect();
    (!items.is_empty()).then(|| items.join(" "))
}

/// Abbreviates digests.
fn abbreviate_digests(text: &str) -> String {
    let is_digest = |word: &str| word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let words = text.split(' ').map(|word| {
        if is_digest(word) {
            format!("{}…", &word[..12])
        } else {
            word.to_owned()
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

pub(super) fn size_change(Changed { old, new }: Changed<ByteSize>) -> i64 {
    to_signed(new) - to_signed(old)
}

fn to_signed(bytes: ByteSize) -> i64 {
    i64::try_from(bytes.0).unwrap_or(i64::MAX)
}

/// Formats a size difference, as in `+1,234`.
pub(super) fn format_signed(bytes: i64) -> String {
    let sign = match bytes {
        ..0 => "−",
        0 => "±",
        _ => "+",
    };
    format!("{sign}{}", ByteSize(bytes.unsigned_abs()))
}
