//! How instructions change the height of the stack.

/// The change of the stack's height for an argument: `base`, plus `slope` times the argument. With a `mask`, `slope`
/// counts for each bit that is set in both the mask and the argument instead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StackEffect {
    pub(crate) base: i8,
    pub(crate) slope: i8,
    pub(crate) mask: u8,
}

impl StackEffect {
    /// The masks and slopes of the instructions of CPython 3.11 to 3.15, the most frequent first.
    const MASKS: [u8; 6] = [0, 1, 2, 4, 8, 0xff];
    const SLOPES: [i8; 5] = [0, -1, 1, -2, 2];

    /// Returns the change for an argument.
    pub(crate) fn of(self, argument: u32) -> i64 {
        let factor = match self.mask {
            0 => i64::from(argument),
            mask => i64::from((argument & u32::from(mask)).count_ones()),
        };
        i64::from(self.base) + i64::from(self.slope) * factor
    }

    /// Returns the effect whose changes for the arguments from 0 are `samples`, of which `None` is an invalid argument.
    /// If there is none, returns a constant effect: predictions are worse, but encoder and decoder agree on them.
    pub(super) fn fit(samples: &[Option<i64>]) -> Self {
        let first = samples.iter().flatten().next().copied();
        let base = i8::try_from(first.unwrap_or_default()).unwrap_or_default();
        let fits = |effect: &Self| {
            let mut pairs = samples.iter().zip(0..);
            pairs
                .all(|(sample, argument)| sample.is_none_or(|sample| sample == effect.of(argument)))
        };
        let effects = Self::MASKS.into_iter().flat_map(|mask| {
            Self::SLOPES
                .into_iter()
                .map(move |slope| Self { base, slope, mask })
        });
        let constant = Self {
            base,
            ..Self::default()
        };
        effects.into_iter().find(fits).unwrap_or(constant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(effect: impl Fn(i64) -> i64) -> Vec<Option<i64>> {
        (0..16).map(|argument| Some(effect(argument))).collect()
    }

    #[test]
    fn fit_finds_constants_slopes_and_masks() {
        let effect = |base, slope, mask| StackEffect { base, slope, mask };
        assert_eq!(StackEffect::fit(&samples(|_| -1)), effect(-1, 0, 0));
        // BUILD_LIST
        assert_eq!(StackEffect::fit(&samples(|n| 1 - n)), effect(1, -1, 0));
        // BUILD_MAP
        assert_eq!(StackEffect::fit(&samples(|n| 1 - 2 * n)), effect(1, -2, 0));
        // LOAD_GLOBAL
        assert_eq!(StackEffect::fit(&samples(|n| 1 + n % 2)), effect(1, 1, 1));
        // MAKE_FUNCTION up to 3.12
        let bits = |n: i64| -1 - i64::from(n.count_ones());
        assert_eq!(StackEffect::fit(&samples(bits)), effect(-1, -1, 0xff));
    }

    #[test]
    fn fit_ignores_invalid_arguments() {
        let every_other = StackEffect::fit(&[Some(1), None, Some(-1), None]);
        assert_eq!([0, 1, 2, 3].map(|n| every_other.of(n)), [1, 0, -1, -2]);
        // Some instructions do not accept 0.
        assert_eq!(StackEffect::fit(&[None, Some(-3), Some(-3)]).of(2), -3);
        assert_eq!(StackEffect::fit(&[None, None]), StackEffect::default());
        assert_eq!(StackEffect::fit(&[]), StackEffect::default());
    }

    #[test]
    fn fit_approximates_other_functions_by_a_constant() {
        let squares = StackEffect::fit(&samples(|n| 3 + n * n));
        assert_eq!((squares.of(0), squares.of(9)), (3, 3));
        // A base that does not fit into a byte.
        assert_eq!(StackEffect::fit(&[Some(1000)]).of(0), 0);
    }

    #[test]
    fn large_arguments_do_not_overflow() {
        let effect = StackEffect {
            base: i8::MIN,
            slope: i8::MIN,
            mask: 0,
        };
        assert_eq!(effect.of(u32::MAX), -128 - 128 * i64::from(u32::MAX));
    }
}
