//! Numbers symbols so that a compressor predicts them well.
//!
//! Brotli predicts a byte from the two bytes before it, of which it distinguishes eight classes (RFC 7932, section 7.1, the
//! context mode "signed"). Which symbols are in one class is free, so a local search exchanges them while that makes
//! the stream smaller. All arithmetic is on integers, so that the result is the same on every machine.

/// The number of symbols that take one byte: the limit of [`id::SYMBOLS`](crate::stream::id::SYMBOLS).
const SHORT_SYMBOLS: usize = 240;

/// Short symbols, and after them the bytes of longer ones.
const TOKENS: usize = SHORT_SYMBOLS + 256;

const CLASSES: usize = 8;

/// How often the search may move an occurrence, for each byte of the stream.
const MOVES_PER_BYTE: usize = 12;

/// Returns the class of a byte.
fn class(byte: usize) -> usize {
    match byte {
        0 => 0,
        1..=15 => 1,
        16..=63 => 2,
        64..=127 => 3,
        128..=191 => 4,
        192..=239 => 5,
        240..=254 => 6,
        _ => 7,
    }
}

/// Shorter streams are too short for predictions.
const MIN_SYMBOLS: usize = 1 << 12;

/// Returns new numbers for symbols, by their number in `sequence`. Those from [`SHORT_SYMBOLS`] on stay the same.
pub(crate) fn renumber(sequence: &[u32], symbols: usize) -> Vec<u32> {
    if sequence.len() < MIN_SYMBOLS {
        return (0..).take(symbols).collect();
    }
    let short = symbols.min(SHORT_SYMBOLS);
    let mut search = Search::new(sequence);
    search.run(short);
    // Numbers in ascending order of the class, and within it in that of the old number.
    let mut order: Vec<usize> = (0..short).collect();
    order.sort_by_key(|symbol| (search.classes[*symbol], *symbol));
    let mut numbers: Vec<u32> = (0..).take(symbols).collect();
    for (number, symbol) in (0..).zip(order) {
        numbers[symbol] = number;
    }
    numbers
}

struct Search {
    tokens: Vec<u16>,
    /// The places of each token.
    places: Vec<Vec<u32>>,
    /// The class of each token.
    classes: Vec<usize>,
    /// How often each token follows each pair of classes.
    counts: Vec<[u32; TOKENS]>,
    totals: [u32; CLASSES * CLASSES],
    costs: Costs,
}

impl Search {
    fn new(sequence: &[u32]) -> Self {
        let mut tokens: Vec<u16> = Vec::with_capacity(sequence.len());
        let mut add = |token: usize| tokens.push(u16::try_from(token).unwrap_or_default());
        for symbol in sequence {
            let symbol = *symbol as usize;
            match symbol.checked_sub(SHORT_SYMBOLS) {
                None => add(symbol),
                Some(rest) => {
                    add(SHORT_SYMBOLS + (SHORT_SYMBOLS + (rest >> 8)).min(255));
                    add(SHORT_SYMBOLS + (rest & 255));
                }
            }
        }
        let mut places = vec![Vec::new(); TOKENS];
        for (place, token) in (0..).zip(&tokens) {
            places[usize::from(*token)].push(place);
        }
        let classes = (0..SHORT_SYMBOLS).chain(0..256).map(class).collect();
        let mut search = Self {
            tokens,
            places,
            classes,
            counts: vec![[0; TOKENS]; CLASSES * CLASSES],
            totals: [0; CLASSES * CLASSES],
            costs: Costs::new(),
        };
        for place in 0..search.tokens.len() {
            let context = search.context(place);
            search.counts[context][usize::from(search.tokens[place])] += 1;
            search.totals[context] += 1;
        }
        search
    }

    /// Returns the classes of the two tokens before a place, as one number.
    fn context(&self, place: usize) -> usize {
        let class_before = |distance: usize| {
            let place = place.checked_sub(distance);
            place.map_or(0, |place| self.classes[usize::from(self.tokens[place])])
        };
        class_before(1) * CLASSES + class_before(2)
    }

    /// Exchanges the classes of short symbols while that helps.
    fn run(&mut self, short: usize) {
        let mut moves = self.tokens.len().saturating_mul(MOVES_PER_BYTE);
        let mut random = Random(1);
        // Few places are of short symbols in a stream of rare ones.
        let mut attempts = self.tokens.len();
        while moves > 0 && attempts > 0 && short > 1 {
            attempts -= 1;
            let first = usize::from(self.tokens[random.below(self.tokens.len())]);
            let second = random.below(short);
            if first >= short || self.classes[first] == self.classes[second] {
                continue;
            }
            let cost = 2 * (self.places[first].len() + self.places[second].len());
            moves = moves.saturating_sub(cost);
            if self.exchange(first, second) >= 0 {
                moves = moves.saturating_sub(cost);
                self.exchange(first, second);
            }
        }
    }

    /// Exchanges the classes of two tokens, and returns the change of the size.
    fn exchange(&mut self, first: usize, second: usize) -> i64 {
        let mut places: Vec<usize> = [first, second]
            .iter()
            .flat_map(|token| &self.places[*token])
            .flat_map(|place| [*place as usize + 1, *place as usize + 2])
            .filter(|place| *place < self.tokens.len())
            .collect();
        places.sort_unstable();
        places.dedup();
        let before: Vec<usize> = places.iter().map(|place| self.context(*place)).collect();
        self.classes.swap(first, second);
        let mut change = 0;
        for (place, from) in places.into_iter().zip(before) {
            let to = self.context(place);
            if to != from {
                change += self.move_occurrence(usize::from(self.tokens[place]), from, to);
            }
        }
        change
    }

    fn move_occurrence(&mut self, token: usize, from: usize, to: usize) -> i64 {
        let cost = |count| self.costs.of(count);
        let change = cost(self.totals[to] + 1) - cost(self.totals[from])
            + cost(self.counts[from][token])
            - cost(self.counts[to][token] + 1);
        self.totals[from] -= 1;
        self.totals[to] += 1;
        self.counts[from][token] -= 1;
        self.counts[to][token] += 1;
        change
    }
}

/// The cost of the n-th occurrence of something: n log n - (n - 1) log (n - 1), in 2^-16 bits.
struct Costs(Vec<i64>);

impl Costs {
    const TABLE: u32 = 1 << 12;

    fn new() -> Self {
        let product = |number: u32| i64::from(number) * log2(number);
        let costs = (1..Self::TABLE).map(|number| product(number) - product(number - 1));
        Self(std::iter::once(0).chain(costs).collect())
    }

    fn of(&self, count: u32) -> i64 {
        let shift = (u32::BITS - count.leading_zeros()).saturating_sub(Self::TABLE.ilog2());
        let cost = self.0.get((count >> shift) as usize);
        cost.copied().unwrap_or_default() + (i64::from(shift) << 16)
    }
}

/// Returns the binary logarithm in 2^-16; 0 for 0.
fn log2(number: u32) -> i64 {
    let Some(whole) = number.checked_ilog2() else {
        return 0;
    };
    // The number in [1, 2), with 31 bits after the point. Squaring it gives one bit of the logarithm after the other.
    let mut rest = u64::from(number) << (31 - whole);
    let mut log = i64::from(whole);
    for _ in 0..16 {
        rest = (rest * rest) >> 31;
        log <<= 1;
        if rest >> 32 != 0 {
            rest >>= 1;
            log |= 1;
        }
    }
    log
}

/// Numbers that look random (the multiplier of Knuth's MMIX).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % end.max(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns the size of the stream in 2^-16 bits, as the search estimates it.
    fn size(search: &Search) -> i64 {
        let sum = |count: u32| (1..=count).map(|count| search.costs.of(count)).sum::<i64>();
        let totals: i64 = search.totals.iter().map(|total| sum(*total)).sum();
        let counts = search.counts.iter().flatten();
        totals - counts.map(|count| sum(*count)).sum::<i64>()
    }

    #[test]
    fn logarithms_are_exact_for_powers() {
        assert_eq!(log2(0), 0);
        assert_eq!(log2(1), 0);
        assert_eq!(log2(1 << 20), 20 << 16);
        assert_eq!(log2(3), 103_872); // 1.58496
    }

    #[test]
    fn symbols_that_are_followed_by_the_same_get_one_class() {
        // Symbols below 100 are followed by 200 or 201: by 200 if they are even.
        let mut random = Random(3);
        let sequence: Vec<u32> = (0..20_000)
            .flat_map(|_| {
                let symbol = u32::try_from(random.below(100)).unwrap_or_default();
                [symbol, 200 + symbol % 2]
            })
            .collect();
        let mut search = Search::new(&sequence);
        let before = size(&search);
        search.run(SHORT_SYMBOLS);
        assert!(size(&search) < before);
    }

    proptest! {
        #[test]
        fn numbers_are_a_permutation(sequence in prop::collection::vec(0_u32..600, 4_000..5_000), more in 0_usize..100) {
            let symbols = 600 + more;
            let numbers = renumber(&sequence, symbols);
            let mut sorted = numbers.clone();
            sorted.sort_unstable();
            prop_assert!(sorted.into_iter().eq((0..).take(symbols)));
            prop_assert!(numbers.into_iter().zip(0..).skip(SHORT_SYMBOLS).all(|(number, old)| number == old));
        }

        #[test]
        fn changes_of_the_size_are_exact(sequence in prop::collection::vec(0_u32..300, 1..500), first in 0_usize..240, second in 0_usize..240) {
            let mut search = Search::new(&sequence);
            let before = size(&search);
            let change = search.exchange(first, second);
            prop_assert_eq!(size(&search), before + change);
        }
    }
}
