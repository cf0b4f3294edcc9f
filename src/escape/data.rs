//! Escapes for formats with quoted strings: JSON, and YAML and Python, which accept JSON's string syntax.

use serde_json::Value;

use super::is_printable;

/// Escapes the unprintable characters in a JSON document, which keeps its meaning.
pub fn json(text: &str) -> String {
    escape_unprintable(text, |escaped, character| {
        for unit in character.encode_utf16(&mut [0; 2]) {
            escaped.push_str(&format!("\\u{unit:04x}"));
        }
    })
}

/// Escapes a JSON document for a `script` element, where only `<` could end the element or start a comment (HTML,
/// 4.12.1.3).
pub fn html_script(text: &str) -> String {
    json(text).replace('<', "\\u003c")
}

/// Converts a JSON document to YAML, which does not allow unprintable characters.
pub fn yaml_of_json(text: &str) -> String {
    escape_unprintable(text, |escaped, character| {
        let number = u32::from(character);
        escaped.push_str(&if number > 0xFFFF {
            format!("\\U{number:08x}")
        } else {
            format!("\\u{number:04x}")
        });
    })
}

/// Returns a quoted YAML scalar.
pub fn yaml(text: &str) -> String {
    yaml_of_json(&Value::from(text).to_string())
}

/// Returns a quoted Python string literal.
pub fn python(text: &str) -> String {
    yaml(text)
}

/// Replaces the unprintable characters in a JSON document. They can only be in strings, since everything else,
/// including whitespace, is ASCII.
fn escape_unprintable(text: &str, write: impl Fn(&mut String, char)) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_printable(character) || character == '\n' {
            escaped.push(character);
        } else {
            write(&mut escaped, character);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::yaml;

    #[test]
    fn yaml_round_trips_every_character() {
        let all = (0..=u32::from(char::MAX)).filter_map(char::from_u32);
        let all: Vec<char> = all.collect();
        // A single text with all characters would exceed the size limit of YAML.
        for chunk in all.chunks(1 << 16) {
            let text: String = chunk.iter().collect();
            assert_eq!(yaml::parse(&super::yaml(&text)), Ok(text));
        }
    }

    proptest! {
        #[test]
        fn any_text_stays_one_string(text in any::<String>()) {
            let value = Value::from(text.clone());
            let pretty = serde_json::to_string_pretty(&[&value]).unwrap_or_default();
            for escaped in [json(&pretty), html_script(&pretty)] {
                prop_assert!(escaped.chars().all(|c| is_printable(c) || c == '\n'));
                prop_assert_eq!(serde_json::from_str::<Vec<Value>>(&escaped).ok(), Some(vec![value.clone()]));
            }
            prop_assert!(!html_script(&pretty).contains('<'));
            let scalar = super::yaml(&text);
            prop_assert!(scalar.chars().all(is_printable));
            prop_assert_eq!(yaml::parse(&scalar), Ok(text));
        }
    }
}
