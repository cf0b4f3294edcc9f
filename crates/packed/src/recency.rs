//! The locals of a code object by recency (move to front): those that were just used are likely to be used again.

/// A list of locals, the most recently used last. At first, these are the arguments, the first one last.
#[derive(Debug)]
pub(crate) struct Recency<'a> {
    names: Vec<&'a [u8]>,
}

impl<'a> Recency<'a> {
    pub(crate) fn new(arguments: &[&'a [u8]]) -> Self {
        Self {
            names: arguments.iter().rev().copied().collect(),
        }
    }

    /// Returns the rank of a name, which is 1 for the most recent one, or 0 if it is new. It becomes the most recent.
    pub(crate) fn rank(&mut self, name: &'a [u8]) -> u32 {
        let rank = self.names.iter().rev().position(|other| *other == name);
        match rank {
            Some(before) => {
                self.move_to_front(before + 1);
                u32::try_from(before + 1).unwrap_or(u32::MAX)
            }
            None => {
                self.add(name);
                0
            }
        }
    }

    /// Adds a new name as the most recent.
    pub(crate) fn add(&mut self, name: &'a [u8]) {
        self.names.push(name);
    }

    /// Returns the name at a rank, which becomes the most recent. `None` if there is none.
    pub(crate) fn take(&mut self, rank: usize) -> Option<&'a [u8]> {
        let exists = (1..=self.names.len()).contains(&rank);
        exists.then(|| self.move_to_front(rank))?;
        self.names.last().copied()
    }

    /// Makes the name at an existing rank the most recent.
    fn move_to_front(&mut self, rank: usize) {
        let start = self.names.len() - rank;
        self.names[start..].rotate_left(1);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_argument_is_the_most_recent_at_first() {
        let mut recency = Recency::new(&[b"self", b"x"]);
        assert_eq!(recency.rank(b"x"), 2);
        assert_eq!(recency.rank(b"x"), 1);
        assert_eq!(recency.rank(b"self"), 2);
        assert_eq!(recency.rank(b"new"), 0);
        assert_eq!(recency.rank(b"x"), 3);
    }

    #[test]
    fn ranks_that_do_not_exist_have_no_name() {
        let mut recency = Recency::new(&[b"x"]);
        assert_eq!(recency.take(0), None);
        assert_eq!(recency.take(2), None);
        assert_eq!(recency.take(1), Some(&b"x"[..]));
        assert_eq!(Recency::new(&[]).take(1), None);
    }

    proptest! {
        #[test]
        fn take_finds_the_name_of_a_rank(uses in prop::collection::vec(0_usize..6, 0..40)) {
            let names: [&[u8]; 6] = [b"a", b"b", b"c", b"d", b"e", b"f"];
            let (mut written, mut read) = (Recency::new(&names[..2]), Recency::new(&names[..2]));
            for index in uses {
                match written.rank(names[index]) {
                    0 => read.add(names[index]),
                    rank => prop_assert_eq!(read.take(rank as usize), Some(names[index])),
                }
            }
        }
    }
}
