//! Escapes for Mermaid (<https://mermaid.js.org/syntax/flowchart.html#special-characters-that-break-syntax>).

use super::line;

/// The text between the quotes of a label. Labels can have HTML, Markdown, icons and directives in them, so all but
/// letters, digits and what names of modules are made of is written by its number.
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

    /// What the numbers stand for, as `decodeEntities` in Mermaid's `utils.ts` has it.
    fn decoded(text: &str) -> String {
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
    fn no_node_comes_out_of_a_name() {
        assert_eq!(mermaid("xml.etree._x-1"), "xml.etree._x-1");
        assert_eq!(mermaid("a\"];b[\"c"), "a#34;#93;#59;b#91;#34;c");
    }

    proptest! {
        #[test]
        fn any_text_is_one_label(text in any::<String>()) {
            let label = mermaid(&text);
            let fits = |c: char| c.is_alphanumeric() || "._- #;".contains(c);
            prop_assert!(label.chars().all(fits));
            prop_assert_eq!(decoded(&label), line(&text));
        }
    }
}
