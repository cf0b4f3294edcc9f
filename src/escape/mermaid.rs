//! Escapes for Mermaid (<https://mermaid.js.org/syntax/flowchart.html#special-characters-that-break-syntax>).

use super::line;

/// Escapes a text for a quoted label. Labels can contain HTML, Markdown, icons and directives, so all characters except
/// letters, digits, spaces and those of module names are written as numeric entities.
pub fn mermaid(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in line(text).chars() {
        if character.is_alphanumeric() || matches!(character, '.' | '_' | '-' | ' ') {
            escaped.push(character);
        } else {
            escaped.push_str(&format!("#{};", u32::from(character)));
        }
    }
    escaped
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Decodes the entities, like `decodeEntities` in Mermaid's `utils.ts`.
    fn decode_entities(text: &str) -> String {
        let mut parts = text.split('#');
        let mut decoded = parts.next().unwrap().to_owned();
        for part in parts {
            let (number, rest) = part.split_once(';').unwrap();
            decoded.extend(char::from_u32(number.parse().unwrap()));
            decoded.push_str(rest);
        }
        decoded
    }

    #[test]
    fn name_cannot_add_nodes() {
        assert_eq!(mermaid("xml.etree._x-1"), "xml.etree._x-1");
        assert_eq!(mermaid("a\"];b[\"c"), "a#34;#93;#59;b#91;#34;c");
    }

    proptest! {
        #[test]
        fn any_text_stays_one_label(text in any::<String>()) {
            let label = mermaid(&text);
            let is_allowed = |c: char| c.is_alphanumeric() || "._- #;".contains(c);
            prop_assert!(label.chars().all(is_allowed));
            prop_assert_eq!(decode_entities(&label), line(&text));
        }
    }
}
