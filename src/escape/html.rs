//! Escapes texts for HTML.

/// Returns `text` as text of a page, or as the value of an attribute in quotes.
pub fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_of_a_text_is_markup() {
        let escaped = super::html("<a href='x' title=\"&\">");
        assert_eq!(
            escaped,
            "&lt;a href=&#39;x&#39; title=&quot;&amp;&quot;&gt;"
        );
    }
}
