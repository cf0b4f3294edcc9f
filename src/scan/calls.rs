//! Dynamic import calls: `importlib.import_module("json")`.

use ruff_python_ast::{self as ast, Expr, Operator};

use super::codecs::string_literal;
use super::exports::literal;
use super::summary::Import;

/// An import made by a call.
pub(super) enum DynamicCall {
    /// Its name stands in the text.
    Literal(Import),
    /// Its name is not a literal.
    Unknown,
}

/// The import that `call` makes, if it makes one.
pub(super) fn dynamic_import(call: &ast::ExprCall) -> Option<DynamicCall> {
    let function = match &*call.func {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return None,
    };
    let takes_module = matches!(
        function,
        "__import__" | "import_module" | "find_spec" | "run_module"
    );
    let takes_object = function == "resolve_name";
    if !takes_module && !takes_object {
        return None;
    }
    let keywords = call.arguments.keywords.iter();
    let mut named = keywords.filter(|k| k.arg.as_ref().is_some_and(|name| name == "name"));
    let name = call
        .arguments
        .args
        .first()
        .or_else(|| named.next().map(|keyword| &keyword.value));
    let Some(Expr::StringLiteral(name)) = name else {
        let stem = name.and_then(beginning).filter(|stem| stem.contains('.'));
        return Some(stem.map_or(DynamicCall::Unknown, |stem| {
            DynamicCall::Literal(Import::Prefix(stem.to_owned()))
        }));
    };
    let name = name.value.to_str();
    // `pkgutil.resolve_name("package.module:object")`
    let module = name.split(':').next().unwrap_or(name);
    let relative = module.len() - module.trim_start_matches('.').len();
    if relative == 0 {
        if let Some(names) = from_list(call).filter(|_| function == "__import__") {
            let module = module.to_owned();
            let level = 0;
            return Some(DynamicCall::Literal(Import::From {
                level,
                module,
                names,
            }));
        }
        return Some(DynamicCall::Literal(Import::Dynamic(module.to_owned())));
    }
    // `import_module(".x", __package__)`: relative to the module itself, as the statement would be.
    let package_is_own = match call.arguments.args.get(1) {
        Some(Expr::Name(package)) => matches!(package.id.as_str(), "__package__" | "__name__"),
        _ => false,
    };
    if !package_is_own {
        return Some(DynamicCall::Unknown);
    }
    Some(DynamicCall::Literal(Import::From {
        level: u32::try_from(relative).unwrap_or(u32::MAX),
        module: module.trim_start_matches('.').to_owned(),
        names: Vec::new(),
    }))
}

/// What stands in the text before the rest is computed: `"plugins." + name`, `f"plugins.{name}"`,
/// `"plugins.%s" % name`, `"plugins.{}".format(name)`.
fn beginning(name: &Expr) -> Option<&str> {
    match name {
        Expr::BinOp(ast::ExprBinOp {
            left,
            op: Operator::Add,
            ..
        }) => string_literal(left),
        Expr::BinOp(ast::ExprBinOp {
            left,
            op: Operator::Mod,
            ..
        }) => before(left),
        Expr::FString(literal) => match literal.value.elements().next()? {
            ast::InterpolatedStringElement::Literal(first) => Some(&first.value),
            ast::InterpolatedStringElement::Interpolation(_) => None,
        },
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(format) if format.attr.id == "format" => before(&format.value),
            _ => None,
        },
        _ => None,
    }
}

/// What stands before the first placeholder of a template.
fn before(template: &Expr) -> Option<&str> {
    let template = string_literal(template)?;
    Some(&template[..template.find(['%', '{'])?])
}

/// The names of `__import__("a", fromlist=["b"])`.
fn from_list(call: &ast::ExprCall) -> Option<Vec<String>> {
    let list = call.arguments.find_argument_value("fromlist", 3)?;
    literal(list).filter(|names| !names.is_empty())
}
