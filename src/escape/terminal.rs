//! Escapes for terminals: control and invisible characters become `\u{1b}`.

use super::is_printable;

/// Escapes a text for a terminal, except for newlines and tabs. A CRLF becomes a newline.
pub fn terminal(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    escape_characters(&text, |character| matches!(character, '\n' | '\t'))
}

/// Escapes a name, path or message that is part of a line, also in a drawing or comment. The result has no line breaks.
pub fn line(text: &str) -> String {
    escape_characters(text, |_| false)
}

fn escape_characters(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_printable(character) || keep(character) {
            escaped.push(character);
        } else {
            escaped.extend(character.escape_debug());
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn invisible_characters_are_escaped() {
        assert_eq!(line("red\x1b[31m\u{9b}0m"), "red\\u{1b}[31m\\u{9b}0m");
        assert_eq!(line("a\u{202e}b\u{feff}"), "a\\u{202e}b\\u{feff}");
        assert_eq!(line("a\nb\tc"), "a\\nb\\tc");
        assert_eq!(terminal("a\r\nb\rc\td"), "a\nb\\rc\td");
    }

    #[test]
    fn letters_of_any_script_are_kept() {
        // The accent is a separate combining character.
        let text = "it's \"cafe\u{301}\" \\ 日本語 → −1";
        assert_eq!(line(text), text);
    }

    proptest! {
        #[test]
        fn escaped_text_is_printable(text in any::<String>()) {
            prop_assert!(line(&text).chars().all(is_printable));
            let lines = terminal(&text);
            prop_assert!(lines.chars().all(|c| is_printable(c) || c == '\n' || c == '\t'));
            // Escaping is idempotent.
            prop_assert_eq!(terminal(&lines), lines);
            prop_assert_eq!(terminal(&line(&text)), line(&text));
        }
    }
}
