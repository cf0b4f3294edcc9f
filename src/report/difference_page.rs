//! Renders the differences between bundles as a page that needs nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::difference::{
    ADDED, APP_FILES, CHANGED, DROPPED, MOVED, REPACKED, format_change, format_reason,
    format_signed, size_change,
};
use crate::compare::{BundleChange, Changed, Difference, LockDifference};
use crate::escape;
use crate::types::{ByteSize, ModuleName};

/// The page, in which what differs replaces [`BODY_PLACEHOLDER`].
const TEMPLATE: &str = include_str!("difference.html");
const BODY_PLACEHOLDER: &str = "@BODY@";

/// What may happen to a module, in the order of the buttons.
const KINDS: [&str; 6] = [ADDED, DROPPED, CHANGED, REPACKED, MOVED, APP_FILES];

/// A row of the table of modules.
#[derive(Default)]
struct Row {
    kind: &'static str,
    old: Option<ByteSize>,
    new: Option<ByteSize>,
    /// Why it is kept.
    note: String,
}

impl Row {
    fn bytes(&self) -> i64 {
        let size = |size: Option<ByteSize>| size.unwrap_or(ByteSize(0));
        size_change(Changed {
            old: size(self.old),
            new: size(self.new),
        })
    }
}

/// Renders the difference between two bundles, which `names` tells apart, as a page.
pub fn difference_html(difference: &Difference, names: &Changed<String>) -> String {
    let rows = rows(difference);
    let mut body = header(names, &[&rows]);
    body += &if difference.is_empty() {
        "<p>No difference.</p>\n".to_owned()
    } else {
        bundle_html(difference, &rows)
    };
    page(&body)
}

/// Renders the difference between two locks as a page, with a part for each bundle.
pub fn lock_difference_html(difference: &LockDifference, names: &Changed<String>) -> String {
    let changes = difference.bundles.iter();
    let parts: Vec<_> = changes
        .map(|(name, change)| match change {
            BundleChange::Changed(difference) => (name, change, rows(difference)),
            BundleChange::Added | BundleChange::Removed => (name, change, Vec::new()),
        })
        .collect();
    let all_rows: Vec<&Vec<_>> = parts.iter().map(|(_, _, rows)| rows).collect();
    let mut body = header(names, &all_rows);
    if difference.is_empty() {
        body += "<p>No difference.</p>\n";
    }
    for (name, change, rows) in &parts {
        let _ = writeln!(body, "<h2>{}</h2>", escape::html(name));
        body += &match change {
            BundleChange::Added => "<p>Added.</p>\n".to_owned(),
            BundleChange::Removed => "<p>Removed.</p>\n".to_owned(),
            BundleChange::Changed(difference) => bundle_html(difference, rows),
        };
    }
    page(&body)
}

fn page(body: &str) -> String {
    TEMPLATE.replacen(BODY_PLACEHOLDER, body.trim_end(), 1)
}

/// Returns the modules and files of the app that differ, those that weigh most first.
fn rows(difference: &Difference) -> Vec<(String, Row)> {
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
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for (kind, modules) in [(ADDED, added), (DROPPED, dropped)] {
        for (name, module) in modules {
            let bytes = Some(module.bytes);
            let (old, new) = if kind == ADDED {
                (None, bytes)
            } else {
                (bytes, None)
            };
            let note = format_reason(&module.reason_and_tier(), module.importer.as_ref());
            let row = Row {
                kind,
                old,
                new,
                note,
            };
            rows.insert(name.to_string(), row);
        }
    }
    let sizes = |modules: &BTreeMap<ModuleName, Changed<ByteSize>>, kind| {
        let row = |(name, change): (&ModuleName, &Changed<ByteSize>)| {
            let row = Row {
                kind,
                old: Some(change.old),
                new: Some(change.new),
                note: String::new(),
            };
            (name.to_string(), row)
        };
        modules.iter().map(row).collect::<Vec<_>>()
    };
    rows.extend(sizes(changed, CHANGED));
    rows.extend(sizes(repacked, REPACKED));
    for (name, reason) in moved {
        let [old, new] = [&reason.old, &reason.new]
            .map(|(word, importer)| format_reason(word, importer.as_ref()));
        let row = rows.entry(name.to_string()).or_insert_with(|| Row {
            kind: MOVED,
            ..Row::default()
        });
        row.note = format!("{old} → {new}");
    }
    let mut rows: Vec<(String, Row)> = rows.into_iter().collect();
    rows.extend(app_files.iter().map(|(path, change)| {
        let row = Row {
            kind: APP_FILES,
            old: change.old,
            new: change.new,
            note: String::new(),
        };
        (path.clone(), row)
    }));
    rows.sort_by_key(|(_, row)| std::cmp::Reverse(row.bytes().unsigned_abs()));
    rows
}

/// Renders what is compared, and what filters the rows of all bundles.
fn header(names: &Changed<String>, bundles: &[&Vec<(String, Row)>]) -> String {
    let mut text = format!(
        "<h1>What changed</h1>\n<p class=\"lead\"><code>{}</code> → <code>{}</code></p>\n",
        escape::html(&names.old),
        escape::html(&names.new)
    );
    let all = bundles.iter().flat_map(|rows| rows.iter());
    let kinds: Vec<&str> = all.map(|(_, row)| row.kind).collect();
    if kinds.is_empty() {
        return text;
    }
    text += "<div class=\"tools\">\n<label><span class=\"unseen\">Search the modules</span>\
             <input id=\"search\" type=\"search\" placeholder=\"Search the modules\"></label>\n";
    let _ = writeln!(
        text,
        "<button value=\"\" aria-pressed=\"true\">all {}</button>",
        kinds.len()
    );
    let present: BTreeSet<&str> = kinds.iter().copied().collect();
    for kind in KINDS.into_iter().filter(|kind| present.contains(kind)) {
        let count = kinds.iter().filter(|other| **other == kind).count();
        let _ = writeln!(
            text,
            "<button value=\"{kind}\" aria-pressed=\"false\">{kind} {count}</button>"
        );
    }
    text + "<span id=\"found\" role=\"status\"></span>\n</div>\n"
}

/// Renders what differs between two bundles.
fn bundle_html(difference: &Difference, rows: &[(String, Row)]) -> String {
    let mut text = String::new();
    let files = difference.outputs.iter().map(|(name, change)| {
        let row = Row {
            old: change.old,
            new: change.new,
            ..Row::default()
        };
        (name, row)
    });
    let files: Vec<_> = files.collect();
    if !files.is_empty() {
        text += "<h3>Files</h3>\n<table>\n<thead><tr><th>file</th>";
        text += SIZE_HEADS;
        text += "</tr></thead>\n<tbody>\n";
        for (name, row) in &files {
            let _ = writeln!(
                text,
                "<tr><th scope=\"row\">{}</th>{}</tr>",
                escape::html(name),
                size_cells(row, 0)
            );
        }
        text += "</tbody>\n</table>\n";
    }
    if !difference.inputs.is_empty() {
        text += "<h3>Inputs</h3>\n<ul>\n";
        for (name, change) in &difference.inputs {
            let change = format_change(change, escape::html);
            let _ = writeln!(
                text,
                "<li><code>{}</code>: {change}</li>",
                escape::html(name)
            );
        }
        text += "</ul>\n";
    }
    if !rows.is_empty() {
        let largest = rows.iter().map(|(_, row)| row.bytes().unsigned_abs()).max();
        text += "<h3>Modules and files, with their bytes in the zips</h3>\n<table class=\"modules\">\n\
                 <thead><tr><th>name</th><th class=\"kind\">change</th><th class=\"note\">why it is there</th>";
        text += SIZE_HEADS;
        text += "</tr></thead>\n<tbody>\n";
        for (name, row) in rows {
            let _ = writeln!(
                text,
                "<tr data-kind=\"{kind}\"><th scope=\"row\">{}</th><td class=\"kind\">{kind}</td><td class=\"note\">{}</td>{}</tr>",
                escape::html(name),
                escape::html(&row.note),
                size_cells(row, largest.unwrap_or(0)),
                kind = row.kind,
            );
        }
        text += "</tbody>\n</table>\n";
    }
    text
}

const SIZE_HEADS: &str = "<th class=\"number before\">before</th><th class=\"number\">after</th>\
                          <th class=\"number\">difference</th>";

/// Renders the sizes of a row. The bar behind the difference is its part of `largest`.
fn size_cells(row: &Row, largest: u64) -> String {
    let size = |size: Option<ByteSize>| size.map_or("–".to_owned(), |size| size.to_string());
    let bytes = row.bytes();
    let class = match bytes {
        ..0 => " less",
        0 => "",
        _ => " more",
    };
    let part = (bytes.unsigned_abs().saturating_mul(100))
        .checked_div(largest)
        .unwrap_or(0);
    let difference = match (row.old, row.new) {
        (None, None) => String::new(),
        (old, new) if old == new => "other bytes".to_owned(),
        _ => format_signed(bytes),
    };
    format!(
        "<td class=\"number before\">{}</td><td class=\"number\">{}</td>\
         <td class=\"number{class}\" style=\"--part: {part}%\">{difference}</td>",
        size(row.old),
        size(row.new),
    )
}
