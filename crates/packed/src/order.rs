//! The difference between the expected order of a table and the order that the compiler chose.

use std::collections::{HashSet, VecDeque};
use std::hash::Hash;

use crate::error::PackedError;
use crate::stream::{StreamReader, StreamWriter, id};

/// The steps that turn one list into another: items to append, and then items to take out of turn.
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
    /// Returns the steps that turn `expected` into `actual`. `None` if `actual` lacks an item, or `expected` has
    /// duplicates.
    pub(crate) fn between(expected: &[T], actual: &[T]) -> Option<Self> {
        let mut missing: HashSet<&T> = expected.iter().collect();
        let extras = actual.iter().filter(|item| !missing.remove(item));
        let extras: Vec<T> = extras.cloned().collect();
        if expected.len() + extras.len() != actual.len() {
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
    use crate::testing::reread;

    /// Returns what a decoder makes of `expected`.
    fn round_trip(expected: &[u8], actual: &[u8]) -> Option<Vec<u8>> {
        let reordering = Reordering::between(expected, actual)?;
        let mut writer = StreamWriter::default();
        reordering.write_moves(&mut writer);
        let items = [expected, &reordering.extras].concat();
        reread(writer, |reader| {
            let ordered = read_moves(reader, items).unwrap();
            assert!(reader.is_empty());
            Some(ordered)
        })
    }

    #[test]
    fn an_item_out_of_turn_is_one_move() {
        let moved = Reordering::between(b"abcde", b"abdce").unwrap();
        assert_eq!(moved.moves, [Move { gap: 2, place: 1 }]);
        assert!(!moved.is_identity());
        assert!(Reordering::between(b"abc", b"abc").unwrap().is_identity());
        let extra = Reordering::between(b"ab", b"abc").unwrap();
        assert_eq!((&*extra.extras, extra.moves.len()), (&b"c"[..], 0));
    }

    #[test]
    fn expected_items_must_be_there() {
        assert_eq!(round_trip(b"ab", b"a"), None);
        assert_eq!(round_trip(b"aa", b"aa"), None);
        assert_eq!(round_trip(b"a", b"aa"), Some(b"aa".to_vec()));
    }

    #[test]
    fn items_that_do_not_exist_are_refused() {
        let read = |count, gap, place| {
            let mut writer = StreamWriter::default();
            writer.number(id::ORDER_COUNTS, count);
            writer.number(id::ORDER_GAPS, gap);
            writer.number(id::ORDER_PLACES, place);
            reread(writer, |reader| read_moves(reader, vec![1, 2, 3]))
        };
        assert_eq!(read(1, 1, 1), Ok(vec![1, 3, 2]));
        assert!(read(1, 1, 2).is_err());
        assert!(read(1, 3, 0).is_err());
        assert!(read(1, 4, 0).is_err());
        assert!(read(4, 0, 0).is_err());
        assert!(read(1, 0, u32::MAX).is_err());
    }

    proptest! {
        #[test]
        fn any_order_with_extras(
            (actual, kept) in prop::collection::hash_set(any::<u8>(), 0..20).prop_flat_map(|items| {
                let items: Vec<u8> = items.into_iter().collect();
                let kept = prop::sample::subsequence(items.clone(), 0..=items.len());
                (Just(items).prop_shuffle(), kept)
            }),
        ) {
            prop_assert_eq!(round_trip(&kept, &actual).unwrap(), actual);
        }
    }
}
