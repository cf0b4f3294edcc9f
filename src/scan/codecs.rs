//! Finds codec names in calls, strings and declarations.

use std::collections::BTreeMap;

use ruff_python_ast::{self as ast, Expr, Stmt};

use crate::manifest::takes_codec;

/// Returns the string arguments of a call that may name codecs: all positional arguments of functions that take a
/// codec, and keyword arguments such as `encoding`.
pub(super) fn codecs_of_call(call: &ast::ExprCall) -> impl Iterator<Item = &str> {
    let function = match &*call.func {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => "",
    };
    let positional = if takes_codec(function) {
        &*call.arguments.args
    } else {
        &[]
    };
    let named = call.arguments.keywords.iter().filter_map(|keyword| {
        keyword
            .arg
            .as_ref()
            .is_some_and(|name| is_codec_variable(name))
            .then_some(&keyword.value)
    });
    positional.iter().chain(named).filter_map(string_literal)
}

/// Returns whether the `encoding=` of a call is not a literal.
///
/// Positional arguments are ignored, because objects other than strings have methods `encode` and `decode` too.
pub(super) fn has_dynamic_codec(call: &ast::ExprCall) -> bool {
    let is_computed =
        |value: &Expr| !matches!(value, Expr::StringLiteral(_) | Expr::NoneLiteral(_));
    let mut named = call.arguments.keywords.iter();
    named.any(|keyword| {
        keyword.arg.as_ref().is_some_and(|name| name == "encoding") && is_computed(&keyword.value)
    })
}

/// Returns whether a parameter or variable called `name` holds the name of a codec.
pub(super) fn is_codec_variable(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("encoding") || name.contains("charset") || name.contains("codec")
}

/// Returns the value of a string literal.
pub(super) fn string_literal(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::StringLiteral(literal) => Some(literal.value.to_str()),
        _ => None,
    }
}

/// Markers before a codec name in data that declares its encoding: an encoding cookie (PEP 263), an XML declaration, a
/// MIME or HTML header, an encoded word of RFC 2047.
const ENCODING_DECLARATIONS: [&str; 4] = ["coding:", "coding=", "charset=", "=?"];

/// Returns the codecs that a string declares for itself or for the data after it.
pub(super) fn declared_codecs(text: &str) -> impl Iterator<Item = &str> {
    ENCODING_DECLARATIONS.iter().flat_map(move |marker| {
        text.match_indices(marker).filter_map(move |(offset, _)| {
            let rest = text[offset + marker.len()..].trim_start_matches([' ', '\t', '"', '\'']);
            let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            let name = &rest[..rest.find(|c| !is_allowed(c)).unwrap_or(rest.len())];
            (!name.is_empty()).then_some(name)
        })
    })
}

/// Returns whether a string could name a codec or, with dots, an object of a module.
pub(super) fn may_be_codec(text: &str) -> bool {
    let is_allowed =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':' | b' ');
    (2..80).contains(&text.len())
        && text.bytes().all(is_allowed)
        && text.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Returns the dictionary `aliases` of `encodings/aliases.py`.
pub(super) fn aliases_in(body: &[Stmt]) -> BTreeMap<String, String> {
    let is_aliases = |target: &Expr| matches!(target, Expr::Name(name) if name.id == "aliases");
    let dictionaries = body.iter().filter_map(|stmt| match stmt {
        Stmt::Assign(assign) if assign.targets.iter().any(is_aliases) => match &*assign.value {
            Expr::Dict(dictionary) => Some(dictionary),
            _ => None,
        },
        _ => None,
    });
    dictionaries
        .flat_map(|dictionary| &dictionary.items)
        .filter_map(|item| {
            Some((
                string_literal(item.key.as_ref()?)?.to_owned(),
                string_literal(&item.value)?.to_owned(),
            ))
        })
        .collect()
}
