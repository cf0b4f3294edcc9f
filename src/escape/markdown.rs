//! Escapes for GitHub Flavored Markdown (<https://github.github.com/gfm/>).

use super::line;

/// Returns a code span with this text, for a paragraph or a table. Nothing in it is parsed as Markdown or HTML.
pub fn markdown(text: &str) -> String {
    let text = line(text);
    // A bar would start the next cell of a table, and spaces at the ends would be stripped.
    let fits_in_backticks = !text.is_empty() && text.trim() == text && !text.contains(['`', '|']);
    if fits_in_backticks {
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

    /// Returns the texts of the code spans that a Markdown parser finds, and whether there is no other content.
    fn spans(text: &str) -> (Vec<String>, bool) {
        let mut spans = Vec::new();
        let mut open: Option<String> = None;
        let mut only_spans = true;
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            match (event, &mut open) {
                (Event::Code(text), None) => spans.push(text.into_string()),
                (Event::InlineHtml(tag), None) if &*tag == "<code>" => open = Some(String::new()),
                (Event::InlineHtml(tag), Some(_)) if &*tag == "</code>" => {
                    spans.extend(open.take());
                }
                (Event::Text(text), Some(open)) => open.push_str(&text),
                (Event::Start(tag), None) => {
                    let is_container = matches!(
                        tag,
                        Tag::Paragraph
                            | Tag::List(_)
                            | Tag::Item
                            | Tag::Table(_)
                            | Tag::TableHead
                            | Tag::TableRow
                            | Tag::TableCell
                    );
                    only_spans &= is_container;
                }
                (Event::End(_), None) => {}
                _ => only_spans = false,
            }
        }
        (spans, only_spans)
    }

    #[test]
    fn markdown_and_html_are_not_parsed() {
        assert_eq!(markdown("<img src=x> [a](b)"), "`<img src=x> [a](b)`");
        assert_eq!(markdown("a`b|c"), "<code>a&#96;b&#124;c</code>");
        assert_eq!(markdown("a\n# b"), "`a\\n# b`");
    }

    proptest! {
        #[test]
        fn any_text_stays_one_span(text in any::<String>()) {
            let span = markdown(&text);
            for text_with_span in [format!("- {span}\n"), format!("| {span} |\n|---|\n| {span} |\n")] {
                let (spans, only_spans) = spans(&text_with_span);
                prop_assert!(only_spans, "{}", text_with_span);
                prop_assert!(spans.iter().all(|span| *span == line(&text)), "{}", text_with_span);
                prop_assert_eq!(spans.len(), text_with_span.matches(&span).count());
            }
        }
    }
}
