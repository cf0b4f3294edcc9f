//! Finds codec names in calls, strings and declarations.

use std::collections::BTreeMap;

use ruff_python_ast::{self as ast, Expr, Stmt};

use crate::manifest::{codec_arguments, takes_codec};

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

/// How a call passes a codec whose name is not a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ComputedCodec {
    /// As `encoding=`.
    Named,
    /// By position, to a function or method whose name takes one there.
    Positional,
}

/// Returns how a call passes a codec whose name is computed, if it does.
pub(super) fn computed_codec(call: &ast::ExprCall) -> Option<ComputedCodec> {
    if named_codec(call).is_some_and(is_computed) {
        return Some(ComputedCodec::Named);
    }
    let mut positional = positional_codecs(call).into_iter();
    positional
        .any(is_computed)
        .then_some(ComputedCodec::Positional)
}

/// Returns the functions whose results a call passes as the names of codecs: `data.decode(detect_encoding(data))`.
pub(super) fn codec_functions(call: &ast::ExprCall) -> impl Iterator<Item = &str> {
    let codecs = named_codec(call).into_iter().chain(positional_codecs(call));
    codecs.filter_map(|codec| Some(codec.as_call_expr()?.func.as_name_expr()?.id.as_str()))
}

/// Returns the argument `encoding=`.
fn named_codec(call: &ast::ExprCall) -> Option<&Expr> {
    let mut named = call.arguments.keywords.iter();
    let is_encoding =
        |keyword: &&ast::Keyword| keyword.arg.as_ref().is_some_and(|name| name == "encoding");
    Some(&named.find(is_encoding)?.value)
}

/// Returns the codecs that a call passes by position.
fn positional_codecs(call: &ast::ExprCall) -> Vec<&Expr> {
    let arguments = &call.arguments.args;
    let (function, object) = match &*call.func {
        Expr::Name(name) => (name.id.as_str(), None),
        Expr::Attribute(attribute) => {
            let object = attribute.value.as_name_expr();
            (
                attribute.attr.as_str(),
                Some(object.map_or("", |name| &name.id)),
            )
        }
        _ => return Vec::new(),
    };
    let is_other = matches!(function, "encode" | "decode") && !is_codec_call(call, object);
    if is_other || is_coder(&call.func) || arguments.iter().any(Expr::is_starred_expr) {
        return Vec::new();
    }
    let indices = codec_arguments(function, object);
    indices.filter_map(|index| arguments.get(index)).collect()
}

/// Returns whether a call has the arguments of `str.encode` and `bytes.decode`, or, with one more, of `codecs.encode`. Other
/// classes have methods of these names.
fn is_codec_call(call: &ast::ExprCall, object: Option<&str>) -> bool {
    let most = if object.is_none_or(|object| !object.is_empty()) {
        3
    } else {
        2
    };
    let mut keywords = call.arguments.keywords.iter();
    let is_known = |keyword: &ast::Keyword| {
        let name = keyword.arg.as_ref().map(|name| name.as_str());
        name.is_none_or(|name| matches!(name, "encoding" | "errors" | "obj"))
    };
    call.arguments.args.len() <= most && keywords.all(is_known)
}

/// Returns whether an argument is not a literal, and not a choice between literals.
fn is_computed(value: &Expr) -> bool {
    match value {
        Expr::If(ast::ExprIf { body, orelse, .. }) => is_computed(body) || is_computed(orelse),
        Expr::BoolOp(ast::ExprBoolOp { values, .. }) => values.iter().any(is_computed),
        value => !value.is_literal_expr(),
    }
}

/// Returns whether a method belongs to an encoder or decoder of values, such as `JSONDecoder().decode(text)`, by the name
/// of its object or class.
fn is_coder(function: &Expr) -> bool {
    let Expr::Attribute(method) = function else {
        return false;
    };
    let object = match &*method.value {
        Expr::Call(call) => &*call.func,
        object => object,
    };
    let name = match object {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    let name = name.to_ascii_lowercase();
    name.ends_with("coder") || name.ends_with("codec")
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
