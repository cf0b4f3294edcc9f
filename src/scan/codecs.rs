//! Codec names in sources.

use std::collections::BTreeMap;

use ruff_python_ast::{self as ast, Expr, Stmt};

use crate::manifest::takes_codec;

/// The strings in a call that may name codecs: by position in functions that take codecs, or by a keyword
/// that says so.
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
            .is_some_and(|name| is_codec_function(name))
            .then_some(&keyword.value)
    });
    positional.iter().chain(named).filter_map(string_literal)
}

/// Whether a call says `encoding=` something that is not a literal. What is passed by
/// position is not looked at: `encode` and `decode` are methods of much that is no text.
pub(super) fn has_dynamic_codec(call: &ast::ExprCall) -> bool {
    let open = |value: &Expr| !matches!(value, Expr::StringLiteral(_) | Expr::NoneLiteral(_));
    let mut named = call.arguments.keywords.iter();
    named.any(|keyword| {
        keyword.arg.as_ref().is_some_and(|name| name == "encoding") && open(&keyword.value)
    })
}

/// Whether a parameter or variable of that name holds the name of a codec.
pub(super) fn is_codec_function(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("encoding") || name.contains("charset") || name.contains("codec")
}

/// The text that an expression is.
pub(super) fn string_literal(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::StringLiteral(literal) => Some(literal.value.to_str()),
        _ => None,
    }
}

/// What stands before the name of a codec in texts that others decode: a source's cookie (PEP 263),
/// an XML declaration, a MIME or HTML header, an encoded word of RFC 2047.
const ENCODING_DECLARATIONS: [&str; 4] = ["coding:", "coding=", "charset=", "=?"];

/// The codecs that a text declares for itself or for what follows it.
pub(super) fn declared_codecs(text: &str) -> impl Iterator<Item = &str> {
    ENCODING_DECLARATIONS.iter().flat_map(move |mark| {
        text.match_indices(mark).filter_map(move |(place, _)| {
            let rest = text[place + mark.len()..].trim_start_matches([' ', '\t', '"', '\'']);
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            let name = &rest[..rest.find(|c| !fits(c)).unwrap_or(rest.len())];
            (!name.is_empty()).then_some(name)
        })
    })
}

/// Whether a text could name a codec or, with dots, an object of a module.
pub(super) fn may_be_codec(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':' | b' ');
    (2..80).contains(&text.len())
        && text.bytes().all(fits)
        && text.bytes().any(|b| b.is_ascii_alphabetic())
}

/// The dictionary `aliases` of `encodings/aliases.py`.
pub(super) fn aliases_in(body: &[Stmt]) -> BTreeMap<String, String> {
    let is_it = |target: &Expr| matches!(target, Expr::Name(name) if name.id == "aliases");
    let dictionaries = body.iter().filter_map(|stmt| match stmt {
        Stmt::Assign(assign) if assign.targets.iter().any(is_it) => match &*assign.value {
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
