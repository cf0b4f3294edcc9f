//! Recognises decorators that do not register what they decorate.

use ruff_python_ast::{Decorator, Expr};

use crate::manifest::{Decorated, is_non_registering};

/// Returns whether a decorator may register the function with code that calls or inspects it.
pub fn may_register(decorator: &Decorator) -> bool {
    name(decorator).is_none_or(|name| !is_non_registering(name, Decorated::Functions))
}

/// Returns whether a decorator may register the class with code that uses it.
pub(super) fn may_register_class(decorator: &Decorator) -> bool {
    name(decorator).is_none_or(|name| !is_non_registering(name, Decorated::Classes))
}

/// Returns the last name of a decorator: `wraps` for `@functools.wraps(f)`.
fn name(decorator: &Decorator) -> Option<&str> {
    let function = match &decorator.expression {
        Expr::Call(call) => &*call.func,
        other => other,
    };
    match function {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}
