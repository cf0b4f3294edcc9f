//! Locals by how recently they were used: those of a few instructions before are likely again.

/// The locals that were used, the latest first; arguments are there from the start.
#[derive(Debug)]
pub(crate) struct Recency<'a> {
    names: Vec<&'a [u8]>,
}

impl<'a> Recency<'a> {
    pub(crate) fn new(arguments: &[&'a [u8]]) -> Self {
        Self {
            names: arguments.to_vec(),
        }
    }

    /// The rank of a name from 1, or 0 if it is new; it is the latest then.
    pub(crate) fn touch(&mut self, name: &'a [u8]) -> u32 {
        match self.names.iter().position(|other| *other == name) {
            Some(place) => {
                self.names[..=place].rotate_right(1);
                u32::try_from(place + 1).unwrap_or(u32::MAX)
            }
            None => {
                self.add(name);
                0
            }
        }
    }

    /// A new name, the latest.
    pub(crate) fn add(&mut self, name: &'a [u8]) {
        self.names.insert(0, name);
    }

    /// The name with a rank from 1; it is the latest then.
    pub(crate) fn take(&mut self, rank: usize) -> Option<&'a [u8]> {
        let name = *self.names.get(rank.checked_sub(1)?)?;
        self.names[..rank].rotate_right(1);
        Some(name)
    }
}
