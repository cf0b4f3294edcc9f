//! Builds and recognises depfiles: Make rules that list outputs and inputs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::escape;

/// Builds a Make rule in the format that compilers write and Ninja reads (`depfile`,
/// <https://ninja-build.org/manual.html#_depfile>). Like with `-MP` of compilers, each input has an empty rule, so that
/// an input that is deleted is no error.
///
/// # Errors
/// A path that a rule cannot contain.
pub fn build_depfile<'a>(
    outputs: impl IntoIterator<Item = &'a Path>,
    inputs: &[PathBuf],
) -> Result<String, PathBuf> {
    let name = |path: &Path| escape::make(path).ok_or_else(|| path.to_owned());
    let outputs: Vec<String> = outputs.into_iter().map(name).collect::<Result<_, _>>()?;
    let inputs = inputs.iter().map(|input| name(input));
    let inputs: Vec<String> = inputs.collect::<Result<_, _>>()?;
    let mut rule = outputs.join(" ") + ":";
    for input in &inputs {
        let _ = write!(rule, " \\\n  {input}");
    }
    for input in &inputs {
        let _ = write!(rule, "\n\n{input}:");
    }
    Ok(rule + "\n")
}

/// Returns whether a file is a depfile of a bundle.
pub fn is_depfile(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\n').next();
    let line = String::from_utf8_lossy(line.unwrap_or_default());
    line.contains(".zip ") && line.ends_with(": \\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn build_depfile_writes_a_line_for_each_input() {
        let rule = build_depfile(
            [Path::new("out/a b.zip")],
            &["Lib/os.py".into(), "$x#".into()],
        );
        let expected = "out/a\\ b.zip: \\\n  Lib/os.py \\\n  $$x\\#\n\nLib/os.py:\n\n$$x\\#:\n";
        assert_eq!(rule.as_deref(), Ok(expected));
        assert!(is_depfile(
            expected.replace(".zip:", ".zip out/a.json:").as_bytes()
        ));
        assert!(!is_depfile(b"roots: [greet]\n"));
    }
}
