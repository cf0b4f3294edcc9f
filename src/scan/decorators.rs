//! Decorators that are known not to register the function.

use ruff_python_ast::{Decorator, Expr};

/// Decorators of the language and the standard library that wrap or mark a function and do not give
/// it to code that calls it. Any other may.
const NON_REGISTERING: [&str; 39] = [
    "abstractclassmethod",
    "abstractmethod",
    "abstractproperty",
    "abstractstaticmethod",
    "asynccontextmanager",
    "cache",
    "cached_property",
    "classmethod",
    "contextmanager",
    "coroutine",
    "deleter",
    "deprecated",
    "final",
    "getter",
    "lru_cache",
    "no_type_check",
    "overload",
    "override",
    "property",
    "recursive_repr",
    "setter",
    "singledispatch",
    "singledispatchmethod",
    "staticmethod",
    "total_ordering",
    "wraps",
    // The standard library's own: signal, ssl, typing, collections, importlib, unittest.
    "_LiteralSpecialForm",
    "_SpecialForm",
    "_TypedCacheSpecialForm",
    "_check_name",
    "_recursive_repr",
    "_requires_builtin",
    "_requires_frozen",
    "_sslcopydoc",
    "_tp_cache",
    "_wraps",
    "failfast",
    "method_cache",
    "pass_none",
];

/// Whether a decorator may register the function with code that calls or inspects it.
pub fn may_register(decorator: &Decorator) -> bool {
    let function = match &decorator.expression {
        Expr::Call(call) => &*call.func,
        other => other,
    };
    let name = match function {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return true,
    };
    !NON_REGISTERING.contains(&name)
}

/// Decorators of classes that keep the class to themselves.
const NON_REGISTERING_ON_CLASSES: [&str; 7] = [
    "_simple_enum",
    "dataclass",
    "deprecated",
    "final",
    "runtime_checkable",
    "total_ordering",
    "unique",
];

/// Whether a decorator may register the class with code that uses it.
pub(super) fn may_register_class(decorator: &Decorator) -> bool {
    let function = match &decorator.expression {
        Expr::Call(call) => &*call.func,
        other => other,
    };
    match function {
        Expr::Name(name) => !NON_REGISTERING_ON_CLASSES.contains(&name.id.as_str()),
        Expr::Attribute(attribute) => {
            !NON_REGISTERING_ON_CLASSES.contains(&attribute.attr.as_str())
        }
        _ => true,
    }
}
