//! Sorts the elements of frozensets, whose order is not defined.

use super::value::Value;
use super::write::without_references;

/// Returns a frozenset, sorted by the bytes of its elements, as in `marshal.c` (bpo-37596). The bytes are those without
/// references and interned strings, which depend on the rest of the module.
pub(super) fn frozen_set(mut elements: Vec<Value<'_>>) -> Value<'_> {
    elements.sort_by_cached_key(without_references);
    Value::FrozenSet(elements.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frozen_set_ignores_the_order_of_elements() {
        let (a, b) = (Value::Str(b"a"), Value::Int(1));
        assert_eq!(
            frozen_set(vec![a.clone(), b.clone()]),
            frozen_set(vec![b, a])
        );
    }
}
