//! Texts without separators in which names are searched.

/// Strings that Cython adds to its tables, each with the string beside which it does so: the option of modules compiled
/// for debugging, and the module that is searched for a marker when `asyncio` asks whether a function is a coroutine
/// (`Cython/Utility/Exceptions.c`, `Cython/Utility/CythonFunction.c`).
const CYTHON_STRINGS: [(&str, &str); 2] = [
    ("cline_in_traceback", "cline_in_traceback"),
    ("asyncio.coroutines", "_is_coroutine"),
];

/// A text that is searched for many names, few of which it contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StringTable {
    text: String,
    /// A bit for each hash of four bytes that follow each other in the text.
    hashes: Vec<u64>,
}

impl StringTable {
    /// The maximum number of hashes. Fewer are enough for a short text.
    const MAX_HASHES: usize = 1 << 20;

    pub(super) fn new(mut text: String) -> Self {
        for (name, user) in CYTHON_STRINGS {
            if text.contains(user) {
                text = text.replacen(name, "\n", 1);
            }
        }
        let count = text.len().saturating_mul(8).next_power_of_two();
        let count = count.clamp(64, Self::MAX_HASHES);
        let mut hashes = vec![0; count / 64];
        for hash in Self::hashes_of(&text, count) {
            hashes[hash / 64] |= 1_u64 << (hash % 64);
        }
        Self { text, hashes }
    }

    /// Iterates over the hashes of a text, each less than `count`, which is a power of two.
    fn hashes_of(text: &str, count: usize) -> impl Iterator<Item = usize> {
        let bits = count.ilog2();
        let parts = text.as_bytes().array_windows();
        // Fibonacci hashing
        let hash = |part: &[u8; 4]| u32::from_le_bytes(*part).wrapping_mul(0x9e37_79b1);
        parts.map(move |part| (hash(part) >> (32 - bits)) as usize)
    }

    /// Returns whether the text contains `name`.
    pub(super) fn contains(&self, name: &str) -> bool {
        let is_set = |hash: usize| self.hashes[hash / 64] & (1 << (hash % 64)) != 0;
        Self::hashes_of(name, self.hashes.len() * 64).all(is_set) && self.text.contains(name)
    }

    /// Returns the text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_short_and_long_texts() {
        for count in [0, 1, 100, 100_000] {
            let table = StringTable::new(format!("{}jsonzip", "filler".repeat(count)));
            for (name, is_in) in [
                ("json", true),
                ("jsonzip", true),
                ("gzip", false),
                ("zip", true),
            ] {
                assert_eq!(table.contains(name), is_in, "{count} {name}");
            }
        }
        let table = StringTable::new("_is_coroutineasyncio.coroutinescolorsys".to_owned());
        assert!(!table.contains("asyncio") && table.contains("colorsys"));
    }
}
