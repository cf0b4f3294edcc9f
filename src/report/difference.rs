//! Differences of two bundles as text and Markdown.

use std::fmt::Write as _;

use serde_json::Value;

use crate::compare::{Changed, Difference, ModuleSnapshot, ReasonChange};
use crate::escape;
use crate::types::{ByteSize, ModuleName};

/// Most modules that a section lists; the JSON has all of them.
const MAX_LISTED: usize = 40;

/// A part of the difference: a title, and lines with what each costs in the zip.
struct Section {
    title: &'static str,
    lines: Vec<(String, Option<i64>)>,
}

/// The difference for a terminal.
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
            shown(change, escape::line)
        );
    }
    for (name, change) in &difference.outputs {
        let _ = writeln!(text, "{}: {}", escape::line(name), output(*change));
    }
    for part in parts(difference) {
        let _ = writeln!(
            text,
            "\n{} ({}{}):",
            part.title,
            part.lines.len(),
            cost(&part)
        );
        for (line, bytes) in part.lines.iter().take(MAX_LISTED) {
            let line = escape::line(line);
            match bytes {
                Some(bytes) => {
                    let _ = writeln!(text, "  {:>10}  {line}", signed(*bytes));
                }
                None => {
                    let _ = writeln!(text, "  {line}");
                }
            }
        }
        if part.lines.len() > MAX_LISTED {
            let _ = writeln!(text, "  and {} more", part.lines.len() - MAX_LISTED);
        }
    }
    text
}

/// The difference for the comment of a pull request.
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
        let by = match (change.old, change.new) {
            (Some(old), Some(new)) => signed(by(Changed { old, new })),
            _ => String::new(),
        };
        let (old, new) = (size(change.old), size(change.new));
        let _ = writeln!(
            text,
            "| {} | {old} | {new} | {by} |",
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
            shown(change, escape::markdown)
        );
    }
    for part in parts(difference) {
        let (count, cost) = (part.lines.len(), cost(&part));
        let _ = writeln!(
            text,
            "\n<details><summary>{}: {count}{cost}</summary>\n",
            part.title
        );
        for (line, bytes) in part.lines.iter().take(MAX_LISTED) {
            let bytes = bytes.map_or(String::new(), |bytes| format!(": {}", signed(bytes)));
            let _ = writeln!(text, "- {}{bytes}", escape::markdown(line));
        }
        if count > MAX_LISTED {
            let _ = writeln!(text, "- and {} more", count - MAX_LISTED);
        }
        text.push_str("\n</details>\n");
    }
    text
}

fn parts(difference: &Difference) -> Vec<Section> {
    let Difference {
        inputs: _,
        outputs: _,
        added,
        dropped,
        changed,
        repacked,
        moved,
    } = difference;
    let of_state = |sign: i64| {
        move |(name, state): (&ModuleName, &ModuleSnapshot)| {
            let line = format!(
                "{name} ({})",
                reason(&state.reason, state.importer.as_ref())
            );
            (line, Some(sign * by_zero(state.bytes)))
        }
    };
    let of_change =
        |(name, change): (&ModuleName, &Changed<ByteSize>)| (name.to_string(), Some(by(*change)));
    let of_move = |(name, ReasonChange { old, new }): (&ModuleName, &ReasonChange)| {
        let (old, new) = (
            reason(&old.0, old.1.as_ref()),
            reason(&new.0, new.1.as_ref()),
        );
        (format!("{name}: {old} → {new}"), None)
    };
    let parts = [
        Section {
            title: "added",
            lines: added.iter().map(of_state(1)).collect(),
        },
        Section {
            title: "dropped",
            lines: dropped.iter().map(of_state(-1)).collect(),
        },
        Section {
            title: "changed source",
            lines: changed.iter().map(of_change).collect(),
        },
        Section {
            title: "same source, different file",
            lines: repacked.iter().map(of_change).collect(),
        },
        Section {
            title: "reason changed",
            lines: moved.iter().map(of_move).collect(),
        },
    ];
    let mut parts: Vec<Section> = parts
        .into_iter()
        .filter(|part| !part.lines.is_empty())
        .collect();
    for part in &mut parts {
        part.lines.sort_by_key(|(_, bytes)| {
            std::cmp::Reverse(bytes.map_or(0, |bytes| bytes.unsigned_abs()))
        });
    }
    parts
}

/// `eager, by json`
fn reason(word: &str, by: Option<&ModuleName>) -> String {
    match by {
        Some(by) => format!("{word}, by {by}"),
        None => word.to_owned(),
    }
}

/// What a part costs in the zip.
fn cost(part: &Section) -> String {
    let bytes: Vec<i64> = part.lines.iter().filter_map(|(_, bytes)| *bytes).collect();
    if bytes.is_empty() {
        String::new()
    } else {
        let sum = bytes.into_iter().fold(0, i64::saturating_add);
        format!(", {} bytes in the zip", signed(sum))
    }
}

fn output(change: Changed<Option<ByteSize>>) -> String {
    match (change.old, change.new) {
        (Some(old), Some(new)) if old == new => format!("other bytes, {new} as before"),
        (Some(old), Some(new)) => {
            format!("{old} → {new} bytes ({})", signed(by(Changed { old, new })))
        }
        (None, Some(new)) => format!("new, {new} bytes"),
        (Some(old), None) => format!("removed, {old} bytes"),
        (None, None) => String::new(),
    }
}

/// The old and the new value. Of lists, which may be long, what was removed and added.
fn shown(change: &Changed<String>, told: impl Fn(&str) -> String) -> String {
    let Changed { old, new } = change;
    match moves(old, new) {
        Some(moves) => told(&moves),
        None => format!("{} → {}", told(&short(old)), told(&short(new))),
    }
}

/// `−columns +asserts`; none when these are no lists, or lists of the same in another order.
fn moves(old: &str, new: &str) -> Option<String> {
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
    let went = old.iter().filter(|value| !new.contains(value));
    let came = new.iter().filter(|value| !old.contains(value));
    let went = went.map(|value| format!("−{}", word(value)));
    let came = came.map(|value| format!("+{}", word(value)));
    let moves: Vec<String> = went.chain(came).collect();
    (!moves.is_empty()).then(|| moves.join(" "))
}

/// Digests are abbreviated.
fn short(text: &str) -> String {
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

fn by(Changed { old, new }: Changed<ByteSize>) -> i64 {
    by_zero(new) - by_zero(old)
}

fn by_zero(bytes: ByteSize) -> i64 {
    i64::try_from(bytes.0).unwrap_or(i64::MAX)
}

/// `+1,234`
fn signed(bytes: i64) -> String {
    let sign = match bytes {
        ..0 => "−",
        0 => "±",
        _ => "+",
    };
    format!("{sign}{}", ByteSize(bytes.unsigned_abs()))
}
