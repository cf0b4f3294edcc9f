//! Escapes for Make rules, which Ninja reads too.

use std::path::Path;

/// Escapes a path for a rule. Returns `None` if a rule cannot contain it, because it has a newline or another control
/// character, or is not UTF-8.
pub fn make(path: &Path) -> Option<String> {
    let path = path.to_str()?;
    if path.chars().any(char::is_control) {
        return None;
    }
    let mut escaped = String::with_capacity(path.len());
    let mut backslashes = 0;
    for (index, character) in path.char_indices() {
        match character {
            // The colon after a drive letter does not end a path.
            ':' if cfg!(windows) && index == 1 => escaped.push(character),
            // Backslashes only have a special meaning before these characters.
            ' ' | '#' | ':' => {
                escaped.extend(std::iter::repeat_n('\\', backslashes + 1));
                escaped.push(character);
            }
            '$' => escaped.push_str("$$"),
            _ => escaped.push(character),
        }
        backslashes = if character == '\\' {
            backslashes + 1
        } else {
            0
        };
    }
    Some(escaped)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Splits a line into paths by the rules of GNU Make: a space ends a path unless a backslash precedes it, and pairs
    /// of backslashes before a space, `#` or `:` stand for one backslash.
    fn paths(text: &str) -> Vec<String> {
        let mut paths = vec![String::new()];
        let mut characters = text.chars().peekable();
        let mut backslashes = 0;
        while let Some(character) = characters.next() {
            let mut path = paths.pop().unwrap_or_default();
            match character {
                '\\' => backslashes += 1,
                ' ' | '#' | ':' => {
                    path.extend(std::iter::repeat_n('\\', backslashes / 2));
                    if backslashes % 2 == 1 {
                        path.push(character);
                    } else {
                        paths.push(std::mem::take(&mut path));
                    }
                    backslashes = 0;
                }
                _ => {
                    path.extend(std::iter::repeat_n('\\', backslashes));
                    backslashes = 0;
                    if character == '$' {
                        characters.next();
                    }
                    path.push(character);
                }
            }
            paths.push(path);
        }
        if let Some(last) = paths.last_mut() {
            last.extend(std::iter::repeat_n('\\', backslashes));
        }
        paths
    }

    #[test]
    fn make_rejects_newlines_and_escapes_special_characters() {
        assert_eq!(make(Path::new("a\nb: c")), None);
        assert_eq!(make(Path::new("a b#$:")).as_deref(), Some("a\\ b\\#$$\\:"));
    }

    proptest! {
        #[test]
        fn any_path_stays_one_path(path in r"[aé][a \\#$:é]{0,12}") {
            let escaped = make(Path::new(&path)).unwrap_or_default();
            prop_assert_eq!(paths(&escaped), [path]);
        }
    }
}
