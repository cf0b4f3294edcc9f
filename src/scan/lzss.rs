//! Decompresses the tables of strings of Cython 3.3 and later (`Cython/Utility/StringTools.c`, `DecompressString_LZSS`).
//!
//! A byte of flags comes before each eight items. An item is a byte, or a reference to bytes before it: how many bytes
//! lie between, and how many there are, less the minimum.

/// The minimum length of what a reference refers to.
const MIN_REFERENCE: usize = 3;

/// Decompresses the text at the beginning of `data`, up to `max` bytes. Returns it and the number of bytes that were
/// read. Where the data ends is not known: the text ends before the first reference or byte that cannot be in one.
pub(super) fn decompress_text(data: &[u8], max: usize) -> (Vec<u8>, usize) {
    let mut text = Vec::new();
    let mut reader = Reader { data, position: 0 };
    while let Some(flags) = reader.next() {
        for item in 0..8 {
            let start = reader.position;
            let length = text.len();
            let is_valid = if flags & (1 << item) == 0 {
                reader.copy_reference(&mut text).is_some()
            } else {
                reader.next().map(|byte| text.push(byte)).is_some()
            };
            let is_text = text[length..].iter().all(|byte| is_text(*byte));
            if !is_valid || !is_text || text.len() > max {
                text.truncate(length);
                return (text, start);
            }
        }
    }
    (text, reader.position)
}

/// Returns whether a byte may be part of a text.
pub(super) fn is_text(byte: u8) -> bool {
    !byte.is_ascii_control() || matches!(byte, b'\n' | b'\r' | b'\t')
}

struct Reader<'a> {
    data: &'a [u8],
    position: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let byte = self.data.get(self.position)?;
        self.position += 1;
        Some(*byte)
    }

    /// Reads a reference, and appends what it refers to.
    fn copy_reference(&mut self, text: &mut Vec<u8>) -> Option<()> {
        let (low, high) = (usize::from(self.next()?), usize::from(self.next()?));
        let (between, length) = if low & 0x80 == 0 {
            (low, high)
        } else if high & 0x80 == 0 {
            (0x80 + (high << 2 & 0x180 | low & 0x7f), high & 0x1f)
        } else {
            let between = 0x80 + ((high & 0x7f) << 7 | low & 0x7f);
            (between, usize::from(self.next()?))
        };
        let length = length + MIN_REFERENCE;
        let start = text.len().checked_sub(between + length)?;
        text.extend_from_within(start..start + length);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_copied() {
        let data = [0b0111, b'a', b'b', b'c', 0, 0, b'd'];
        assert_eq!(decompress_text(&data, 99), (b"abcabc".to_vec(), 6));
        let text: Vec<u8> = (0..40_000_u32).map(|n| (n % 251) as u8).collect();
        for (reference, between, length) in [
            (&[0x05, 0xff][..], 5, 0xff),
            (&[0x85, 0x1f], 0x80 + 5, 0x1f),
            (&[0x85, 0x7f], 0x80 + 0x185, 0x1f),
            (&[0xff, 0xff, 2], 0x80 + 0x3fff, 2),
        ] {
            let (mut copy, data, position) = (text.clone(), reference, 0);
            let copied = Reader { data, position }.copy_reference(&mut copy);
            let end = text.len() - between;
            let expected = &text[end - length - MIN_REFERENCE..end];
            assert_eq!(copied, Some(()), "{reference:x?}");
            assert_eq!(&copy[text.len()..], expected, "{reference:x?}");
        }
    }

    #[test]
    fn other_data_ends_the_text() {
        for data in [
            &[][..],
            &[0],
            &[0, 0, 0],
            &[1, 0],
            &[3, b'a'],
            &[1, b'a', 0, 9],
        ] {
            let (text, read) = decompress_text(data, 99);
            assert!(text.len() <= 1 && read <= data.len(), "{data:?}");
        }
        assert_eq!(decompress_text(&[0xff, b'a', b'b', b'c'], 2).0, b"ab");
    }
}
