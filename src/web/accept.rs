//! Reads `Accept-Encoding` (RFC 9110, section 12.5.3).

/// Returns whether a client with this `Accept-Encoding` takes the content coding `coding`.
pub fn accepts(accept_encoding: &str, coding: &str) -> bool {
    accept_encoding.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let is_refused = parts.any(|part| {
            let quality = part.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
            quality.is_some_and(|quality| quality <= 0.0)
        });
        name.eq_ignore_ascii_case(coding) && !is_refused
    })
}

#[cfg(test)]
mod tests {
    use super::accepts;

    #[test]
    fn codings_are_listed_with_their_qualities() {
        for (header, expected) in [
            ("gzip, deflate, br, zstd", true),
            ("BR;q=0.5", true),
            ("br;q=0, gzip", false),
            ("brotli", false),
            ("", false),
        ] {
            assert_eq!(accepts(header, "br"), expected, "{header}");
        }
    }
}
