//! Recognises calls that import, such as `importlib.import_module("json")`.

use ruff_python_ast::{self as ast, Expr, Operator};

use super::codecs::string_literal;
use super::exports::literal;
use super::summary::Import;

/// An import made by a call.
pub(super) enum DynamicCall {
    /// The name is a literal, or begins with one.
    Literal(Import),
    /// The name is computed.
    Unknown,
}

/// Returns the import that `call` performs, if any.
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
    let mut name_keywords = keywords.filter(|k| k.arg.as_ref().is_some_and(|name| name == "name"));
    let name = call
        .arguments
        .args
        .first()
        .or_else(|| name_keywords.next().map(|keyword| &keyword.value));
    let Some(Expr::StringLiteral(name)) = name else {
        let prefix = name
            .and_then(literal_prefix)
            .filter(|prefix| prefix.contains('.') && !prefix.starts_with('.'));
        return Some(prefix.map_or(DynamicCall::Unknown, |prefix| {
            DynamicCall::Literal(Import::Prefix(prefix.to_owned()))
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
    let keywords = call.arguments.keywords.iter();
    let mut keywords = keywords.filter(|k| k.arg.as_ref().is_some_and(|name| name == "package"));
    let package = call
        .arguments
        .args
        .get(1)
        .or_else(|| keywords.next().map(|keyword| &keyword.value));
    Some(
        relative_import(module, relative, package)
            .map_or(DynamicCall::Unknown, DynamicCall::Literal),
    )
}

/// Returns the import of the relative name `module`, which begins with `level` dots, from `package`.
fn relative_import(module: &str, level: usize, package: Option<&Expr>) -> Option<Import> {
    let rest = module.trim_start_matches('.');
    match package? {
        // `import_module(".x", __package__)` is relative to the module itself, like `from .x import ...`.
        Expr::Name(package) if matches!(package.id.as_str(), "__package__" | "__name__") => {
            Some(Import::From {
                level: u32::try_from(level).unwrap_or(u32::MAX),
                module: rest.to_owned(),
                names: Vec::new(),
            })
        }
        // `import_module(".pool", "multiprocessing")`
        Expr::StringLiteral(package) => {
            let package = package.value.to_str();
            // One dot is the package itself, and each further one a package around it.
            let kept = package.split('.').count().checked_sub(level - 1)?;
            let package: Vec<&str> = package.split('.').take(kept).collect();
            (kept > 0).then(|| Import::Dynamic(format!("{}.{rest}", package.join("."))))
        }
        _ => None,
    }
}

/// Returns the literal beginning of a computed name: `"plugins." + name`, `f"plugins.{name}"`, `"plugins.%s" % name`,
/// `"plugins.{}".format(name)`.
fn literal_prefix(name: &Expr) -> Option<&str> {
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
        }) => before_placeholder(left),
        Expr::FString(literal) => match literal.value.elements().next()? {
            ast::InterpolatedStringElement::Literal(first) => Some(&first.value),
            ast::InterpolatedStringElement::Interpolation(_) => None,
        },
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(format) if format.attr.id == "format" => {
                before_placeholder(&format.value)
            }
            _ => None,
        },
        _ => None,
    }
}

/// Returns the part of a template before its first placeholder.
fn before_placeholder(template: &Expr) -> Option<&str> {
    let template = string_literal(template)?;
    Some(&template[..template.find(['%', '{'])?])
}

/// Returns the names in `__import__("a", fromlist=["b"])`.
fn from_list(call: &ast::ExprCall) -> Option<Vec<String>> {
    let list = call.arguments.find_argument_value("fromlist", 3)?;
    literal(list).filter(|names| !names.is_empty())
}
