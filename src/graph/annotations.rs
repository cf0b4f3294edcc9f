//! Finds scopes that may read the annotations of functions.

use crate::scan::{ModuleSummary, Scope, ScopeId};

/// The attributes through which annotations are read (PEP 3107, PEP 649). `typing.get_type_hints`,
/// `inspect.signature` and `functools.singledispatch` read one of them as well.
const ATTRIBUTES: [&str; 4] = [
    "__annotations__",
    "__annotate__",
    "__annotate_func__",
    "__annotations_cache__",
];

/// Returns the scopes of a module that may read the annotations of a function when they run.
///
/// Module bodies of the library contain the attributes only in tables of names: `functools` copies them, `typing`
/// leaves them out. All scopes of an opaque module may read annotations, because nothing is known of them.
pub(super) fn annotation_reading_scopes(
    summary: &ModuleSummary,
    is_app: bool,
) -> impl Iterator<Item = ScopeId> {
    let scopes = summary.scopes.iter().zip((0..).map(ScopeId));
    scopes.filter_map(move |(scope, id)| {
        let is_table = !is_app && id == ScopeId::BODY;
        let may_read = match &summary.extension {
            Some(strings) => ATTRIBUTES.iter().any(|name| strings.mentions(name)),
            None => summary.opaque || !is_table && reads(scope, is_app),
        };
        may_read.then_some(id)
    })
}

fn reads(scope: &Scope, is_app: bool) -> bool {
    let is_attribute = |name: &str| ATTRIBUTES.contains(&name);
    let mut chains = scope.uses.iter().flat_map(|used| &used.chain);
    chains.any(|name| is_attribute(name))
        || scope
            .attribute_names
            .iter()
            .any(|(_, name)| is_attribute(name))
        || is_app && scope.prefixes.iter().any(|prefix| may_begin(prefix))
}

/// Returns whether a computed name with this prefix may be one of the attributes. `"__" + name` is too unspecific.
fn may_begin(prefix: &str) -> bool {
    prefix.len() > 2 && ATTRIBUTES.iter().any(|name| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For a source that only Python can parse, nothing but the imports is known.
    #[test]
    fn opaque_module_may_read_annotations() {
        let mut summary = ModuleSummary {
            scopes: vec![Scope::default()],
            ..ModuleSummary::default()
        };
        assert_eq!(annotation_reading_scopes(&summary, false).count(), 0);
        summary.opaque = true;
        assert!(annotation_reading_scopes(&summary, false).eq([ScopeId::BODY]));
    }
}
