//! The difference between the expected order of a table and the order that the compiler chose.

use std::collections::{HashSet, VecDeque};
use std::hash::Hash;

use crate::error::PackedError;
use crate::stream::{StreamReader, StreamWriter, id};

/// How to make one list of another: append items, and then take some out of turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reordering<T> {
    /// The items to append.
    pub(crate) extras: Vec<T>,
    moves: Vec<Move>,
}

/// An item that is taken out of turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Move {
    /// The number of items that are taken in turn before.
    gap: u32,
    /// The index of the item among the rest.
    place: u32,
}

impl<T: Clone + Eq + Hash> Reordering<T> {
    /// Returns how to make `actual` of `expected`. `None` if it lacks an item of `expected`, or that has one repeatedly.
    pub(crate) fn between(expected: &[T], actual: &[T]) -> Option<Self> {
        let mut missing: HashSet<&T> = expected.iter().collect();
        let extras = actual.iter().filter(|item| !missing.remove(item));
        let extras: Vec<T> = extras.cloned().collect();
        if !missing.is_empty() || expected.len() + extras.len() != actual.len() {
            return None;
        }
        let mut rest: VecDeque<&T> = expected.iter().chain(&extras).collect();
        let mut moves = Vec::new();
        let mut gap = 0;
        for item in actual {
            let place = rest.iter().position(|other| *other == item)?;
            rest.remove(place);
            if place == 0 {
                gap += 1;
            } else {
                let place = u32::try_from(place).ok()?;
                moves.push(Move { gap, place });
                gap = 0;
            }
        }
        Some(Self { extras, moves })
    }

    /// Returns whether the lists are the same.
    pub(crate) fn is_identity(&self) -> bool {
        self.extras.is_empty() && self.moves.is_empty()
    }

    pub(crate) fn write_moves(&self, writer: &mut StreamWriter<'_>) {
        let count = u32::try_from(self.moves.len()).unwrap_or(u32::MAX);
        writer.number(id::ORDER_COUNTS, count);
        for Move { gap, place } in &self.moves {
            writer.number(id::ORDER_GAPS, *gap);
            writer.number(id::ORDER_PLACES, *place);
        }
    }
}

/// Reads moves, and applies them to a list with its extras.
pub(crate) fn read_moves<T>(
    reader: &mut StreamReader<'_>,
    items: Vec<T>,
) -> Result<Vec<T>, PackedError> {
    const NO_ITEM: PackedError = PackedError::damaged("order of items that do not exist");
    let mut rest = VecDeque::from(items);
    let mut ordered = Vec::with_capacity(rest.len());
    for _ in 0..reader.number_up_to(id::ORDER_COUNTS, rest.len())? {
        let gap = reader.number_up_to(id::ORDER_GAPS, rest.len())?;
        ordered.extend(rest.drain(..gap));
        let place = reader.number(id::ORDER_PLACES)? as usize;
        reader.count_steps(place.min(rest.len()))?;
        ordered.push(rest.remove(place).ok_or(NO_ITEM)?);
    }
    ordered.extend(rest);
    Ok(ordered)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn round_trip(expected: &[u8], actual: &[u8]) -> Option<Vec<u8>> {
        let reordering = Reordering::between(expected, actual)?;
        let mut streams = StreamWriter::default();
        reordering.write_moves(&mut streams);
        let written = streams.into_streams();
        let mut slices = vec![&[][..]; usize::from(id::END)];
        for (stream, bytes) in &written {
            slices[usize::from(*stream)] = bytes;
        }
        let items = [expected, &reordering.extras].concat();
        Some(read_moves(&mut StreamReader::new(slices), items).unwrap())
    }

    #[test]
    fn lists_that_lack_an_item() {
        assert_eq!(round_trip(b"ab", b"a"), None);
        assert_eq!(round_trip(b"a", b"aa"), Some(b"aa".to_vec()));
    }

    proptest! {
        #[test]
        fn any_order_with_extras(
            (actual, kept) in prop::collection::hash_set(any::<u8>(), 0..20)
                .prop_map(|items| items.into_iter().collect::<Vec<u8>>())
                .prop_flat_map(|items| (Just(items.clone()).prop_shuffle(), prop::sample::subsequence(items.clone(), 0..=items.len()))),
        ) {
            prop_assert_eq!(round_trip(&kept, &actual).unwrap(), actual);
        }
    }
}
