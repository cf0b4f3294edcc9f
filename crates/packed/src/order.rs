//! How a list that a compiler made differs from one that its instructions tell.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use crate::error::PackedError;
use crate::stream::{Reader, Streams, id};

/// What makes one list of another: items to add at its end, and then items to take out of turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reordering<T> {
    pub(crate) extras: Vec<T>,
    /// How many items keep their turn, and the place among the rest of the one that comes then.
    moves: Vec<(u32, u32)>,
}

impl<T: Clone + Eq + Hash> Reordering<T> {
    /// None if `expected` lacks no item but `actual` does: such lists cannot be written.
    pub(crate) fn between(expected: &[T], actual: &[T]) -> Option<Self> {
        let mut left: HashMap<&T, ()> = expected.iter().map(|item| (item, ())).collect();
        let extras = actual.iter().filter(|item| left.remove(item).is_none());
        let extras: Vec<T> = extras.cloned().collect();
        if !left.is_empty() || expected.len() + extras.len() != actual.len() {
            return None;
        }
        let mut rest: VecDeque<&T> = expected.iter().chain(&extras).collect();
        let mut moves = Vec::new();
        let mut in_turn = 0;
        for item in actual {
            let place = rest.iter().position(|other| *other == item)?;
            rest.remove(place);
            if place == 0 {
                in_turn += 1;
            } else {
                moves.push((in_turn, u32::try_from(place).ok()?));
                in_turn = 0;
            }
        }
        Some(Self { extras, moves })
    }

    pub(crate) fn is_identity(&self) -> bool {
        self.extras.is_empty() && self.moves.is_empty()
    }

    pub(crate) fn write_moves(&self, streams: &mut Streams<'_>) {
        streams.number(
            id::ORDER_COUNTS,
            u32::try_from(self.moves.len()).unwrap_or(u32::MAX),
        );
        for (in_turn, place) in &self.moves {
            streams.number(id::ORDER_GAPS, *in_turn);
            streams.number(id::ORDER_PLACES, *place);
        }
    }
}

/// Applies the moves that follow to a list with its extras.
pub(crate) fn read_moves<T>(reader: &mut Reader<'_>, items: Vec<T>) -> Result<Vec<T>, PackedError> {
    const BAD: PackedError = PackedError("an order that cannot be");
    let mut rest = VecDeque::from(items);
    let mut ordered = Vec::with_capacity(rest.len());
    for _ in 0..reader.count(id::ORDER_COUNTS, rest.len())? {
        for _ in 0..reader.count(id::ORDER_GAPS, rest.len())? {
            ordered.push(rest.pop_front().ok_or(BAD)?);
        }
        let place = reader.number(id::ORDER_PLACES)? as usize;
        reader.spend(place.min(rest.len()))?;
        ordered.push(rest.remove(place).ok_or(BAD)?);
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
        let mut streams = Streams::default();
        reordering.write_moves(&mut streams);
        let written = streams.into_inner();
        let mut slices = vec![&[][..]; usize::from(id::END)];
        for (stream, bytes) in &written {
            slices[usize::from(*stream)] = bytes;
        }
        let items = [expected, &reordering.extras].concat();
        Some(read_moves(&mut Reader::new(slices), items).unwrap())
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
