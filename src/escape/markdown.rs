//! Escapes for GitHub Flavored Markdown (<https://github.github.com/gfm/>).

use super::line;

/// A span of code with this text, in a paragraph or in a table: nothing in it is Markdown or HTML.
pub fn markdown(text: &str) -> String {
    let text = line(text);
    // A bar would begin the next cell of a table, and blanks at the ends do not count.
    let as_it_is = !text.is_empty() && text.trim() == text && !text.contains(['`', '|']);
    if as_it_is {
        return format!("`{text}`");
    }
    let mut span = String::from("<code>");
    for character in text.chars() {
        if character.is_ascii_punctuation() || character == ' ' {
            span.push_str(&format!("&#{};", u32::from(character)));
        } else {
            span.push(character);
        }
    }
    span + "</code>"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::*;

    /// The texts of the spans of code that a reader finds, and whether there is nothing but them.
    fn spans(text: &str) -> (Vec<String>, bool) {
        let mut spans = Vec::new();
        let mut open: Option<String> = None;
        let mut only = true;
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            match (event, &mut open) {
                (Event::Code(text), None) => spans.push(text.into_string()),
                (Event::InlineHtml(tag), None) if &*tag == "<code>" => open = Some(String::new()),
                (Event::InlineHtml(tag), Some(_)) if &*tag == "</code>" => {
                    spans.extend(open.take());
                }
                (Event::Text(text), Some(open)) => open.push_str(&text),
                (Event::Start(tag), None) => {
                    let around = matches!(
                        tag,
                        Tag::Paragraph
                            | Tag::List(_)
                            | Tag::Item
                            | Tag::Table(_)
                            | Tag::TableHead
                            | Tag::TableRow
                            | Tag::TableCell
                    );
                    only &= around;
                }
                (Event::End(_), None) => {}
                _ => only = false,
            }
        }
        (spans, only)
    }

    #[test]
    fn code_stays_code() {
        assert_eq!(markdown("<img src=x> [a](b)"), "`<img src=x> [a](b)`");
        assert_eq!(markdown("a`b|c"), "<code>a&#96;b&#124;c</code>");
        assert_eq!(markdown("a\n# b"), "`a\\n# b`");
    }

    proptest! {
        #[test]
        fn any_text_is_one_span(text in any::<String>()) {
            let span = markdown(&text);
            for place in [format!("- {span}\n"), format!("| {span} |\n|---|\n| {span} |\n")] {
                let (spans, only) = spans(&place);
                prop_assert!(only, "{}", place);
                prop_assert!(spans.iter().all(|span| *span == line(&text)), "{}", place);
                prop_assert_eq!(spans.len(), place.matches(&span).count());
            }
        }
    }
}
