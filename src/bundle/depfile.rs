//! Which files others were made from, as build systems read it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A rule of Make, in the form that compilers write and that Ninja reads (`depfile`,
/// <https://ninja-build.org/manual.html#_depfile>).
pub fn depfile<'a>(outputs: impl IntoIterator<Item = &'a Path>, inputs: Vec<PathBuf>) -> String {
    let outputs: Vec<String> = outputs.into_iter().map(escaped).collect();
    let mut rule = outputs.join(" ") + ":";
    for input in inputs {
        let _ = write!(rule, " \\\n  {}", escaped(&input));
    }
    rule + "\n"
}

/// Whether a file is such a rule, for a bundle.
pub fn is_depfile(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\n').next();
    let line = String::from_utf8_lossy(line.unwrap_or_default());
    line.contains(".zip ") && line.ends_with(": \\")
}

fn escaped(path: &Path) -> String {
    let mut text = String::new();
    for character in path.to_string_lossy().chars() {
        match character {
            ' ' | '#' => text.extend(['\\', character]),
            '$' => text.push_str("$$"),
            _ => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_each_input() {
        let rule = depfile(
            [Path::new("out/a b.zip")],
            vec!["Lib/os.py".into(), "$x#".into()],
        );
        assert!(is_depfile(
            rule.replace(".zip:", ".zip out/a.json:").as_bytes()
        ));
        assert!(!is_depfile(b"roots: [greet]\n"));
        assert_eq!(rule, "out/a\\ b.zip: \\\n  Lib/os.py \\\n  $$x\\#\n");
    }
}
