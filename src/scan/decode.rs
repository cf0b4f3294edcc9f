//! Decodes source bytes to text, by the rules of PEP 263.

/// The text of a source file, or the encoding that only Python can decode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// The text.
    Text(String),
    /// The encoding that the file declares and this program does not know.
    Foreign(String),
    /// The bytes are not what the declared (or default) encoding allows; the line, from 1.
    Invalid(u32),
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Decodes a source file: UTF-8 unless one of the first two lines declares otherwise.
pub fn decode(bytes: Vec<u8>) -> Decoded {
    let marked = bytes.starts_with(BOM);
    let declared = if marked {
        None
    } else {
        declared_encoding(&bytes)
    };
    let name = declared.unwrap_or_else(|| "utf-8".to_owned());
    let bytes = if marked {
        bytes[BOM.len()..].to_vec()
    } else {
        bytes
    };
    match name.as_str() {
        "utf-8" | "utf8" | "u8" | "utf" | "ascii" | "us-ascii" => String::from_utf8(bytes)
            .map_or_else(
                |error| {
                    let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                    let lines = before.split(|&byte| byte == b'\n').count();
                    Decoded::Invalid(u32::try_from(lines).unwrap_or(u32::MAX))
                },
                Decoded::Text,
            ),
        "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "l1" => {
            Decoded::Text(bytes.into_iter().map(char::from).collect())
        }
        _ => Decoded::Foreign(name),
    }
}

/// The name in `# -*- coding: NAME -*-`, on the first line, or on the second below a comment.
pub fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let (first, rest) = first_line(bytes);
    in_comment(first).or_else(|| {
        let blank = first.trim_ascii();
        let allowed = blank.is_empty() || blank.starts_with(b"#");
        let (second, _) = first_line(rest);
        in_comment(Some(second).filter(|_| allowed)?)
    })
}

/// The first line and what follows its end, which may be `\n`, `\r\n` or `\r`.
fn first_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let (line, rest) = bytes.split_at(bytes.iter().position(is_end).unwrap_or(bytes.len()));
    let after = rest.strip_prefix(b"\r\n").or(rest.get(1..));
    (line, after.unwrap_or_default())
}

fn in_comment(line: &[u8]) -> Option<String> {
    let line = line.trim_ascii();
    let comment = line.strip_prefix(b"#")?;
    let comment = String::from_utf8_lossy(comment);
    let mut after = comment.split("coding").skip(1);
    let rest = after.find_map(|rest| rest.strip_prefix([':', '=']))?;
    let rest = rest.trim_start_matches([' ', '\t']);
    let of_name = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = rest.chars().take_while(of_name).collect();
    (!name.is_empty()).then(|| name.to_lowercase().replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
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
            Decoded::Foreign("koi8-r".to_owned())
        );
        assert_eq!(text(b"x\ny\xff"), Decoded::Invalid(2));
        assert_eq!(
            text(b"x = 1\n# coding: koi8-r\n"),
            is("x = 1\n# coding: koi8-r\n")
        );
    }
}
