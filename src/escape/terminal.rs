//! Escapes for terminals: control and invisible characters become `\u{1b}`.

use super::is_printable;

/// A text of one line or more for a terminal: its lines and tabs stay.
pub fn terminal(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    escaped(&text, |character| matches!(character, '\n' | '\t'))
}

/// A name, path or message that stands in a line with other words, also of a drawing or comment: it stays in that line.
pub fn line(text: &str) -> String {
    escaped(text, |_| false)
}

fn escaped(text: &str, stays: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_printable(character) || stays(character) {
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
    fn what_is_not_seen_is_shown() {
        assert_eq!(line("red\x1b[31m\u{9b}0m"), "red\\u{1b}[31m\\u{9b}0m");
        assert_eq!(line("a\u{202e}b\u{feff}"), "a\\u{202e}b\\u{feff}");
        assert_eq!(line("a\nb\tc"), "a\\nb\\tc");
        assert_eq!(terminal("a\r\nb\rc\td"), "a\nb\\rc\td");
    }

    #[test]
    fn letters_of_any_script_stay() {
        // The accent is a character of its own.
        let text = "it's \"cafe\u{301}\" \\ 日本語 → −1";
        assert_eq!(line(text), text);
    }

    proptest! {
        #[test]
        fn nothing_is_left_that_acts(text in any::<String>()) {
            prop_assert!(line(&text).chars().all(is_printable));
            let several = terminal(&text);
            prop_assert!(several.chars().all(|c| is_printable(c) || c == '\n' || c == '\t'));
            // What was escaped before stays as it is.
            prop_assert_eq!(terminal(&several), several);
            prop_assert_eq!(terminal(&line(&text)), line(&text));
        }
    }
}
