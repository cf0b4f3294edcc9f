//! Decodes source bytes to text according to PEP 263.

/// The result of decoding a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// The decoded text.
    Text(String),
    /// The encoding that the file declares, which only Python can decode.
    Unsupported(String),
    /// The line, from 1, of the first byte that is invalid in the declared or default encoding.
    Invalid(u32),
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Decodes a source file: UTF-8 unless one of the first two lines declares otherwise.
pub fn decode(bytes: Vec<u8>) -> Decoded {
    let has_bom = bytes.starts_with(BOM);
    let declared = if has_bom {
        None
    } else {
        declared_encoding(&bytes)
    };
    let name = declared.unwrap_or_else(|| "utf-8".to_owned());
    let bytes = if has_bom {
        bytes[BOM.len()..].to_vec()
    } else {
        bytes
    };
    match name.as_str() {
        "utf-8" | "utf8" | "u8" | "utf" | "ascii" | "us-ascii" => String::from_utf8(bytes)
            .map_or_else(
                |error| {
                    let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                    let lines = valid.split(|&byte| byte == b'\n').count();
                    Decoded::Invalid(u32::try_from(lines).unwrap_or(u32::MAX))
                },
                Decoded::Text,
            ),
        "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "l1" => {
            Decoded::Text(bytes.into_iter().map(char::from).collect())
        }
        _ => Decoded::Unsupported(name),
    }
}

/// Returns NAME of `# -*- coding: NAME -*-` on the first line, or on the second line after a comment or a blank line.
pub fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let (first, rest) = first_line(bytes);
    encoding_in_comment(first).or_else(|| {
        let blank = first.trim_ascii();
        let allowed = blank.is_empty() || blank.starts_with(b"#");
        let (second, _) = first_line(rest);
        encoding_in_comment(Some(second).filter(|_| allowed)?)
    })
}

/// Splits off the first line, which ends with `\n`, `\r\n` or `\r`, and returns it and the rest.
fn first_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let (line, rest) = bytes.split_at(bytes.iter().position(is_end).unwrap_or(bytes.len()));
    let after = rest.strip_prefix(b"\r\n").or(rest.get(1..));
    (line, after.unwrap_or_default())
}

fn encoding_in_comment(line: &[u8]) -> Option<String> {
    let line = line.trim_ascii();
    let comment = line.strip_prefix(b"#")?;
    let comment = String::from_utf8_lossy(comment);
    let mut after = comment.split("coding").skip(1);
    let rest = after.find_map(|rest| rest.strip_prefix([':', '=']))?;
    let rest = rest.trim_start_matches([' ', '\t']);
    let is_name_char = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = rest.chars().take_while(is_name_char).collect();
    (!name.is_empty()).then(|| name.to_lowercase().replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_follows_pep_263() {
        let text = |bytes: &[u8]| decode(bytes.to_vec());
        let is = |text: &str| Decoded::Text(text.to_owned());
        assert_eq!(text("é".as_bytes()), is("é"));
        assert_eq!(text(b"\xef\xbb\xbfx"), is("x"));
        assert_eq!(text(b"# coding: latin-1\n\xe9"), is("# coding: latin-1\né"));
        assert_eq!(
            text(b"#!x\n# vim: set fileencoding=iso8859_1 :\n\xe9").clone(),
            is("#!x\n# vim: set fileencoding=iso8859_1 :\né")
        );
        assert_eq!(
            text(b"#a\r#b\r# coding: koi8-r\r"),
            is("#a\r#b\r# coding: koi8-r\r")
        );
        let named_late = b"# encoding is coding: latin-1\n\xe9";
        assert_eq!(
            text(named_late),
            is("# encoding is coding: latin-1\n\u{e9}")
        );
        assert_eq!(
            text(b"# coding: koi8-r\n"),
            Decoded::Unsupported("koi8-r".to_owned())
        );
        assert_eq!(text(b"x\ny\xff"), Decoded::Invalid(2));
        assert_eq!(
            text(b"x = 1\n# coding: koi8-r\n"),
            is("x = 1\n# coding: koi8-r\n")
        );
    }
}
