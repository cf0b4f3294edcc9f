//! Helpers for expressions: attribute chains, and names in strings.

use ruff_python_ast::{self as ast, Expr};

use super::summary::DYNAMIC_ATTR;

/// Returns the names of `a.b.c`, or `None` if it does not start with a name.
pub(super) fn chain_of(attribute: &ast::ExprAttribute) -> Option<Vec<&str>> {
    let mut chain = vec![attribute.attr.as_str()];
    let mut value = &*attribute.value;
    loop {
        match value {
            Expr::Attribute(inner) => {
                chain.push(&inner.attr);
                value = &inner.value;
            }
            Expr::Name(name) => {
                chain.push(&name.id);
                chain.reverse();
                return Some(chain);
            }
            _ => return None,
        }
    }
}

/// Returns `a.b.*` for `getattr(a.b, computed)`, `vars(a.b)`, `dir(a.b)`, and functions of `inspect` and
/// `unittest.mock` that read all attributes.
pub(super) fn computed_getattr(call: &ast::ExprCall) -> Option<Vec<&str>> {
    let (is_method, function) = match &*call.func {
        Expr::Name(function) => (false, function.id.as_str()),
        Expr::Attribute(function) => (true, function.attr.as_str()),
        _ => return None,
    };
    let value = match (function, &*call.arguments.args) {
        ("getattr", [value, ..]) | ("vars" | "dir", [value]) if !is_method => value,
        ("getmembers" | "getmembers_static" | "create_autospec", [value, ..]) => value,
        _ => return None,
    };
    let mut chain = match value {
        Expr::Name(value) => vec![value.id.as_str()],
        Expr::Attribute(value) => chain_of(value)?,
        _ => return None,
    };
    chain.push(DYNAMIC_ATTR);
    Some(chain)
}

/// Returns `a.b.name` for `getattr(a.b, "name")` and `hasattr(a.b, "name")`.
pub(super) fn literal_getattr(call: &ast::ExprCall) -> Option<Vec<&str>> {
    let (Expr::Name(function), [value, Expr::StringLiteral(name), ..]) =
        (&*call.func, &*call.arguments.args)
    else {
        return None;
    };
    if !matches!(function.id.as_str(), "getattr" | "hasattr") {
        return None;
    }
    let mut chain = match value {
        Expr::Name(value) => vec![value.id.as_str()],
        Expr::Attribute(value) => chain_of(value)?,
        _ => return None,
    };
    chain.push(name.value.to_str());
    Some(chain)
}

/// A string must be shorter than this to be considered a name.
const MAX_NAME_BYTES: usize = 50;

/// Returns whether a string could be an attribute name for `getattr`.
pub(super) fn could_be_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() < MAX_NAME_BYTES
        && bytes
            .next()
            .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_' || !b.is_ascii())
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_' || !b.is_ascii())
}

/// Returns the beginning of a computed name that `text` contains: `"visit_"`, `"do_%s"`.
pub(super) fn name_prefix(text: &str) -> Option<&str> {
    let start = text.strip_suffix("%s").unwrap_or(text);
    let dunder = start.starts_with("__") && start.ends_with("__");
    (!dunder && start.ends_with('_') && start.len() > 1 && could_be_name(start)).then_some(start)
}

/// Returns `text` if it may be the beginning or the end of a computed name. A single letter is too unspecific.
pub(super) fn name_part(text: &str) -> Option<&str> {
    let is_word_char = |c: char| c.is_alphanumeric() || c == '_';
    (text.len() > 1 && text.len() < MAX_NAME_BYTES && text.chars().all(is_word_char))
        .then_some(text)
}

/// Returns whether a format specification has the `z` of PEP 682: `[[fill]align][sign]z[#][0][width]...`.
///
/// It must have a precision or a type, because other strings are more often not format specifications.
pub(super) fn has_z_option(spec: &str) -> bool {
    const TYPES: [char; 8] = ['e', 'E', 'f', 'F', 'g', 'G', 'n', '%'];
    let Some((before, after)) = spec.split_once('z') else {
        return false;
    };
    let width = after.trim_end_matches(TYPES);
    (width.contains('.') || width.len() < after.len())
        && before.chars().count() <= 3
        && before.chars().all(|c| !c.is_alphanumeric())
        && width
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '#' | '.' | ',' | '_'))
}
