//! Tells the files of this program in the folder of an app from those of the app.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::{Inputs, PROJECT_FILE};
use crate::bundle::{find_owning_receipt, is_depfile, is_missing_stdlib_config};
use crate::compare::LOCK_FILE;
use crate::pyproject::{PYPROJECT_FILE, read_tool_table};
use crate::recording::Recording;

/// A key that reports in JSON have.
pub const REPORT_KEY: &str = "compressed_artifact";

/// Returns whether a file is one that this program reads or has written: a profile, project or lock, or a file of a
/// bundle. A bundle that depends on itself would differ each time.
pub(super) fn is_of_this_program(inputs: &Inputs, file: &Path) -> bool {
    let is_profile = |profile: &PathBuf| profile.canonicalize().ok() == file.canonicalize().ok();
    let name = file.file_name().unwrap_or_default();
    name == PROJECT_FILE
        || name == LOCK_FILE
        || inputs.profile.files.iter().any(is_profile)
        || find_owning_receipt(file).is_some()
}

/// Returns the content of a file of an app without what is for this program: the table of a `pyproject.toml`, which names
/// modules because a bundle is to have them, or not.
pub(super) fn without_own_table<'a>(path: &str, content: Cow<'a, [u8]>) -> Cow<'a, [u8]> {
    if !path.ends_with(PYPROJECT_FILE) {
        return content;
    }
    let text = str::from_utf8(&content).unwrap_or_default();
    match read_tool_table(text) {
        Ok(Some(table)) => table.blank(text).into_bytes().into(),
        _ => content,
    }
}

/// Returns whether a file has the content of one that this program writes wherever it is told to: a depfile, a recording, a
/// report or the messages for missing modules. They name modules because a bundle has them, or has not.
pub(super) fn has_own_content(path: &str, content: &[u8]) -> bool {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension);
    match extension {
        Some("json") => {
            let keys: Option<serde_json::Map<String, serde_json::Value>> =
                serde_json::from_slice(content).ok();
            keys.is_some_and(|keys| {
                let is_config = !keys.is_empty() && is_missing_stdlib_config(content);
                is_config || keys.contains_key(REPORT_KEY)
            })
        }
        Some("yaml" | "yml") => Recording::is_recording(content),
        _ => is_depfile(content),
    }
}

#[cfg(test)]
mod tests {
    use super::has_own_content;

    #[test]
    fn own_files_are_known_by_their_content() {
        let messages = br#"{"ssl": "ssl is not in this bundle: excluded"}"#;
        assert!(has_own_content("a/missing.json", messages));
        assert!(has_own_content("r.json", b"{\"compressed_artifact\": 1}"));
        assert!(has_own_content("a.d", b"a.zip a.json: \\\n"));
        for (path, content) in [
            ("a.json", &b"{}"[..]),
            ("a.json", b"{\"ssl\": \"on\"}"),
            ("a.json", b"[]"),
            ("a.yaml", b"handlers: [logging.handlers]\n"),
            ("a.txt", b"a.zip\n"),
        ] {
            assert!(!has_own_content(path, content), "{path}");
        }
    }
}
