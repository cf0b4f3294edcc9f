//! Recognises calls that import, such as `importlib.import_module("json")`.

use ruff_python_ast::{self as ast, Expr};

use super::computed_text::{LiteralParts, literal_parts};
use super::constant_text::constant_text;
use super::exports::literal;
use super::summary::Import;
use crate::types::ModuleName;

/// An import made by a call.
pub(super) enum DynamicCall {
    /// The name is a literal, or begins with one.
    Literal(Import),
    /// The name is computed.
    Unknown,
}

/// A function that imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CallKind {
    /// It takes the name of a module, or of an object in one.
    Module,
    /// It takes a package, whose files it reads.
    Package,
}

impl CallKind {
    /// Returns the kind of a function by its name, or `None` if it does not import.
    fn of(function: &str, expr: &Expr, is_resources: impl Fn(&str) -> bool) -> Option<Self> {
        match function {
            "__import__" | "import_module" | "find_spec" | "run_module" | "resolve_name" => {
                Some(Self::Module)
            }
            // `importlib.resources`, and `pkgutil.get_data`
            "get_data" | "open_binary" | "open_text" | "read_binary" | "is_resource" => {
                Some(Self::Package)
            }
            // Other modules have functions of these names.
            "files" | "contents" | "path" | "read_text" | "as_file" => {
                let is_resources = match expr {
                    Expr::Attribute(attribute) => match &*attribute.value {
                        Expr::Name(name) => is_resources(&name.id),
                        Expr::Attribute(module) => is_resources(&module.attr),
                        _ => false,
                    },
                    _ => function == "files",
                };
                is_resources.then_some(Self::Package)
            }
            _ => None,
        }
    }

    /// Returns the names of the parameter that takes the module.
    fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Module => &["name", "mod_name"],
            Self::Package => &["package", "anchor"],
        }
    }
}

/// Returns whether a function is `runpy.run_module`, which may run a module as `__main__`, and the `__main__` of a package.
pub(super) fn is_run_module(function: &Expr) -> bool {
    match function {
        Expr::Name(name) => name.id == "run_module",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "run_module",
        _ => false,
    }
}

/// Returns the import that `call` performs, if any. `is_resources` says which names may be those of
/// `importlib.resources`.
pub(super) fn dynamic_import(
    call: &ast::ExprCall,
    is_resources: impl Fn(&str) -> bool,
) -> Option<DynamicCall> {
    let function = match &*call.func {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return None,
    };
    let kind = CallKind::of(function, &call.func, is_resources)?;
    let keywords = call.arguments.keywords.iter();
    let mut keywords = keywords.filter(|keyword| {
        keyword
            .arg
            .as_ref()
            .is_some_and(|name| kind.parameters().contains(&name.as_str()))
    });
    let name = call
        .arguments
        .args
        .first()
        .or_else(|| keywords.next().map(|keyword| &keyword.value));
    let text = name.and_then(constant_text);
    if kind == CallKind::Package {
        // Packages that are given as objects are imported, and others are told by the functions that look them up.
        let text = text.filter(|text| ModuleName::new(text).is_ok())?;
        return Some(DynamicCall::Literal(Import::Dynamic(text.into_owned())));
    }
    let Some(name) = text else {
        let parts = name.and_then(literal_parts).unwrap_or_default();
        let LiteralParts { prefix, suffix } = parts;
        return Some(if prefix.contains('.') && !prefix.starts_with('.') {
            let (prefix, suffix) = (prefix.to_owned(), suffix.to_owned());
            DynamicCall::Literal(Import::Computed { prefix, suffix })
        } else {
            DynamicCall::Unknown
        });
    };
    // `pkgutil.resolve_name("package.module:object")`
    let module = name.split(':').next().unwrap_or(&name);
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

/// Returns the names in `__import__("a", fromlist=["b"])`.
fn from_list(call: &ast::ExprCall) -> Option<Vec<String>> {
    let list = call.arguments.find_argument_value("fromlist", 3)?;
    literal(list).filter(|names| !names.is_empty())
}
