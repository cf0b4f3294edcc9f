//! Finds scopes that may read the annotations of functions.

use crate::scan::{ANNOTATION_ATTRIBUTES, ModuleSummary, Scope, ScopeId, SourceOrigin};

/// Returns the scopes of a module that may read the annotations of a function when they run.
///
/// Tables outside the app, and module bodies of the library, contain the attributes only as names to copy or to leave
/// out, as in `functools` and `typing`. All scopes of an opaque module may read annotations, because nothing is known of
/// them.
pub(super) fn annotation_reading_scopes(
    summary: &ModuleSummary,
    origin: SourceOrigin,
) -> impl Iterator<Item = ScopeId> {
    let is_app = origin == SourceOrigin::App;
    let scopes = summary.scopes.iter().zip((0..).map(ScopeId));
    scopes.filter_map(move |(scope, id)| {
        let is_body = origin == SourceOrigin::Library && id == ScopeId::BODY;
        let is_table = is_body || !is_app && scope.is_table();
        let may_read = match &summary.extension {
            Some(strings) => ANNOTATION_ATTRIBUTES
                .iter()
                .any(|name| strings.mentions(name)),
            None => summary.opaque || !is_table && reads(scope, is_app),
        };
        may_read.then_some(id)
    })
}

fn reads(scope: &Scope, is_app: bool) -> bool {
    scope.reflection.reads_annotations
        || is_app && scope.prefixes.iter().any(|prefix| may_begin(prefix))
}

/// Returns whether a computed name with this prefix may be one of the attributes. `"__" + name` is too unspecific.
fn may_begin(prefix: &str) -> bool {
    prefix.len() > 2
        && ANNOTATION_ATTRIBUTES
            .iter()
            .any(|name| name.starts_with(prefix))
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
        assert_eq!(
            annotation_reading_scopes(&summary, SourceOrigin::Library).count(),
            0
        );
        summary.opaque = true;
        assert!(annotation_reading_scopes(&summary, SourceOrigin::Library).eq([ScopeId::BODY]));
    }
}
