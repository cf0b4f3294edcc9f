//! What the scripts of an app may do with objects of Python.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::MAX_PAGE;
use super::document::DocumentKind;
use crate::embedded::{ObjectUses, object_uses, object_uses_in_page};
use crate::fs::limited;

/// Returns the pages and scripts among these paths.
pub(super) fn scripts(paths: &BTreeSet<PathBuf>) -> Vec<&PathBuf> {
    let has_scripts = |path: &&PathBuf| {
        let kind = DocumentKind::of(&path.to_string_lossy());
        matches!(kind, Some(DocumentKind::Page | DocumentKind::JavaScript))
    };
    paths.iter().filter(has_scripts).collect()
}

/// Returns what the pages and scripts at these paths below `root` may do with objects of Python.
pub(super) fn uses_in_scripts(root: &Path, scripts: &[&PathBuf]) -> ObjectUses {
    let uses: Vec<ObjectUses> = scripts
        .par_iter()
        .map(|path| uses_in_file(root, path))
        .collect();
    let mut all = ObjectUses::default();
    for uses in uses {
        all.extend(uses);
    }
    all
}

fn uses_in_file(root: &Path, path: &Path) -> ObjectUses {
    let name = path.to_string_lossy();
    // A file that cannot be read was told when the documents were read.
    let bytes = limited::read(&root.join(path), MAX_PAGE).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    match DocumentKind::of(&name) {
        Some(DocumentKind::Page) => object_uses_in_page(&text),
        _ => object_uses(&text, &name),
    }
}
