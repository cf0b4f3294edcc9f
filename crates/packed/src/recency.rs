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
