//! Frozensets, whose elements have no order of their own.

use super::value::Value;
use super::write::without_references;

/// A frozenset, in order of its elements' bytes, as `marshal.c` sorts them (bpo-37596). The bytes are those without
/// references and interned strings: these depend on the module around the set.
pub(super) fn frozen_set(mut elements: Vec<Value<'_>>) -> Value<'_> {
    elements.sort_by_cached_key(without_references);
    Value::FrozenSet(elements.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozenset_has_one_order() {
        let (a, b) = (Value::Str(b"a"), Value::Int(1));
        assert_eq!(
            frozen_set(vec![a.clone(), b.clone()]),
            frozen_set(vec![b, a])
        );
    }
}
