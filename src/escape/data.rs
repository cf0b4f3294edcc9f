//! Formats whose texts stand in quotes: JSON, and YAML and Python, which read JSON's texts as well.

use serde_json::Value;

use super::is_printable;

/// A text of JSON in which every character is seen: what is written by number in it means the same.
pub fn json(text: &str) -> String {
    numbered(text, |escaped, character| {
        for unit in character.encode_utf16(&mut [0; 2]) {
            escaped.push_str(&format!("\\u{unit:04x}"));
        }
    })
}

/// JSON for a script element of a page: there only `<` could end it, or begin a comment (HTML, 4.12.1.3).
pub fn html_script(text: &str) -> String {
    json(text).replace('<', "\\u003c")
}

/// A text of JSON as YAML, which wants characters that are not printable by number.
pub fn yaml_of_json(text: &str) -> String {
    numbered(text, |escaped, character| {
        let number = u32::from(character);
        escaped.push_str(&if number > 0xFFFF {
            format!("\\U{number:08x}")
        } else {
            format!("\\u{number:04x}")
        });
    })
}

/// A scalar of YAML, in its quotes.
pub fn yaml(text: &str) -> String {
    yaml_of_json(&Value::from(text).to_string())
}

/// A text of Python, in its quotes.
pub fn python(text: &str) -> String {
    yaml(text)
}

/// Replaces what is not seen in a text of JSON. Outside of its texts all is ASCII, and so are the blanks there.
fn numbered(text: &str, write: impl Fn(&mut String, char)) -> String {
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
    fn every_character_is_read_as_itself() {
        let all = (0..=u32::from(char::MAX)).filter_map(char::from_u32);
        let all: Vec<char> = all.collect();
        // All in one text would be larger than any YAML may be.
        for some in all.chunks(1 << 16) {
            let text: String = some.iter().collect();
            assert_eq!(yaml::parse(&super::yaml(&text)), Ok(text));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_one_text(text in any::<String>()) {
            let value = Value::from(text.clone());
            let pretty = serde_json::to_string_pretty(&[&value]).unwrap_or_default();
            for written in [json(&pretty), html_script(&pretty)] {
                prop_assert!(written.chars().all(|c| is_printable(c) || c == '\n'));
                prop_assert_eq!(serde_json::from_str::<Vec<Value>>(&written).ok(), Some(vec![value.clone()]));
            }
            prop_assert!(!html_script(&pretty).contains('<'));
            let scalar = super::yaml(&text);
            prop_assert!(scalar.chars().all(is_printable));
            prop_assert_eq!(yaml::parse(&scalar), Ok(text));
        }
    }
}
