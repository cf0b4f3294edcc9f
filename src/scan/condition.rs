//! Parses conditions of `if` statements that a target can decide.

use ruff_python_ast::{self as ast, BoolOp, CmpOp, Expr, UnaryOp};
use serde::{Deserialize, Serialize};

use super::constants::{Constants, KnownModule};

/// A symbolic condition. Every test that is not recognised is [`Condition::Unknown`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// A test that only running the program decides.
    Unknown,
    /// Always true, or always false.
    Constant(bool),
    /// `typing.TYPE_CHECKING`: false whenever code runs.
    TypeChecking,
    /// `__name__ == "__main__"`.
    IsMain,
    /// The subject equals one of these strings.
    Is(Subject, Vec<String>),
    /// The subject starts with one of these strings.
    StartsWith(Subject, Vec<String>),
    /// `sys.version_info` compared with numbers.
    Version(VersionOrder, Vec<u32>),
    /// `"posix" in sys.builtin_module_names`.
    BuiltIn(String),
    /// Negation (`not`).
    Not(Box<Condition>),
    /// All are true (`and`).
    All(Vec<Condition>),
    /// At least one is true (`or`).
    Any(Vec<Condition>),
}

/// A string whose value depends on the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// `sys.platform`
    SysPlatform,
    /// `os.name`
    OsName,
    /// `sys.implementation.name`
    Implementation,
}

/// A comparison operator for versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VersionOrder {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
}

/// A value that depends only on the target, and that a condition can test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StaticValue {
    Text(Subject),
    VersionInfo,
    BuiltInNames,
}

impl Condition {
    /// Returns the number of tests and operators in the condition.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Not(test) => 1 + test.weight(),
            Self::All(tests) | Self::Any(tests) => {
                1 + tests.iter().map(Self::weight).sum::<usize>()
            }
            _ => 1,
        }
    }
}

/// Maximum depth of a parsed condition, because evaluation is recursive.
const MAX_CONDITION_DEPTH: usize = 32;

/// Parses the test `expr` of an `if`, where `constants` are the known names of the module.
pub(super) fn parse_condition(expr: &Expr, constants: &Constants) -> Condition {
    parse_within(MAX_CONDITION_DEPTH, expr, constants)
}

fn parse_within(depth: usize, expr: &Expr, constants: &Constants) -> Condition {
    let Some(depth) = depth.checked_sub(1) else {
        return Condition::Unknown;
    };
    match expr {
        Expr::BooleanLiteral(literal) => Condition::Constant(literal.value),
        Expr::NumberLiteral(ast::ExprNumberLiteral {
            value: ast::Number::Int(number),
            ..
        }) => Condition::Constant(number.as_u64() != Some(0)),
        Expr::UnaryOp(ast::ExprUnaryOp {
            op: UnaryOp::Not,
            operand,
            ..
        }) => not(parse_within(depth, operand, constants)),
        Expr::BoolOp(ast::ExprBoolOp { op, values, .. }) => {
            let tests = values
                .iter()
                .map(|value| parse_within(depth, value, constants))
                .collect();
            match op {
                BoolOp::And => Condition::All(tests),
                BoolOp::Or => Condition::Any(tests),
            }
        }
        Expr::Name(name) => constants.test(name).cloned().unwrap_or(Condition::Unknown),
        Expr::Attribute(attribute) if attribute.attr.id == "TYPE_CHECKING" => {
            match constants.module(&attribute.value) {
                Some(KnownModule::Typing) => Condition::TypeChecking,
                _ => Condition::Unknown,
            }
        }
        Expr::Compare(compare) => comparison(compare, constants).unwrap_or(Condition::Unknown),
        Expr::Call(call) => starts_with(call, constants).unwrap_or(Condition::Unknown),
        _ => Condition::Unknown,
    }
}

fn not(test: Condition) -> Condition {
    match test {
        Condition::Unknown => Condition::Unknown,
        test => Condition::Not(Box::new(test)),
    }
}

impl StaticValue {
    /// Returns the value of an attribute of a known module.
    pub(super) fn of(module: KnownModule, attribute: &str) -> Option<Self> {
        match (module, attribute) {
            (KnownModule::Sys, "platform") => Some(Self::Text(Subject::SysPlatform)),
            (KnownModule::Sys, "version_info") => Some(Self::VersionInfo),
            (KnownModule::Sys, "builtin_module_names") => Some(Self::BuiltInNames),
            (KnownModule::Os, "name") => Some(Self::Text(Subject::OsName)),
            _ => None,
        }
    }
}

/// Returns the value that `expr` refers to, if it depends only on the target.
pub(super) fn value(expr: &Expr, constants: &Constants) -> Option<StaticValue> {
    match expr {
        Expr::Name(name) => constants.value(name),
        Expr::Attribute(ast::ExprAttribute { value, attr, .. }) => match &**value {
            Expr::Attribute(inner) => {
                let is_sys = constants.module(&inner.value) == Some(KnownModule::Sys);
                let is_name = (inner.attr.as_str(), attr.as_str()) == ("implementation", "name");
                (is_sys && is_name).then_some(StaticValue::Text(Subject::Implementation))
            }
            owner => StaticValue::of(constants.module(owner)?, attr),
        },
        _ => None,
    }
}

fn comparison(compare: &ast::ExprCompare, constants: &Constants) -> Option<Condition> {
    let ([op], [right]) = (&*compare.ops, &*compare.comparators) else {
        return None;
    };
    let left = &*compare.left;
    if constants.is_module_name(left) {
        let is_main = texts(right)? == ["__main__"] && is_equality_test(*op, right);
        return is_main.then(|| negate_for(*op, Condition::IsMain))?;
    }
    if let (Some([text]), Some(StaticValue::BuiltInNames)) =
        (texts(left).as_deref(), value(right, constants))
    {
        return match op {
            CmpOp::In => Some(Condition::BuiltIn(text.clone())),
            CmpOp::NotIn => Some(not(Condition::BuiltIn(text.clone()))),
            _ => None,
        };
    }
    match value(left, constants)? {
        StaticValue::Text(_) if !is_equality_test(*op, right) => None,
        StaticValue::Text(subject) => negate_for(*op, Condition::Is(subject, texts(right)?)),
        // `sys.version_info` is a tuple, which cannot be ordered against a list.
        StaticValue::VersionInfo if !right.is_tuple_expr() => None,
        StaticValue::VersionInfo => Some(Condition::Version(version_order(*op)?, numbers(right)?)),
        StaticValue::BuiltInNames => None,
    }
}

/// Returns whether a comparison tests a string for equality with `right` or its elements: `in` a string tests for a
/// substring, and a list never equals a string.
fn is_equality_test(op: CmpOp, right: &Expr) -> bool {
    matches!(op, CmpOp::In | CmpOp::NotIn) == elements(right).is_some()
}

/// Returns `test` for `==` and `in`, its negation for `!=` and `not in`, and `None` for other operators.
fn negate_for(op: CmpOp, test: Condition) -> Option<Condition> {
    match op {
        CmpOp::Eq | CmpOp::In => Some(test),
        CmpOp::NotEq | CmpOp::NotIn => Some(not(test)),
        _ => None,
    }
}

fn version_order(op: CmpOp) -> Option<VersionOrder> {
    match op {
        CmpOp::Lt => Some(VersionOrder::Less),
        CmpOp::LtE => Some(VersionOrder::AtMost),
        CmpOp::Gt => Some(VersionOrder::Greater),
        CmpOp::GtE => Some(VersionOrder::AtLeast),
        CmpOp::Eq => Some(VersionOrder::Equal),
        _ => None,
    }
}

/// Parses `sys.platform.startswith("win")`, or the same call with a tuple of strings.
fn starts_with(call: &ast::ExprCall, constants: &Constants) -> Option<Condition> {
    let Expr::Attribute(function) = &*call.func else {
        return None;
    };
    let ([argument], true) = (&*call.arguments.args, function.attr.id == "startswith") else {
        return None;
    };
    match value(&function.value, constants)? {
        StaticValue::Text(_) if argument.is_list_expr() || argument.is_set_expr() => None,
        StaticValue::Text(subject) => Some(Condition::StartsWith(subject, texts(argument)?)),
        _ => None,
    }
}

/// Returns a single string, or all strings of a tuple, list or set.
fn texts(expr: &Expr) -> Option<Vec<String>> {
    let string = |expr: &Expr| match expr {
        Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
        _ => None,
    };
    elements(expr).map_or_else(
        || Some(vec![string(expr)?]),
        |elements| elements.iter().map(string).collect(),
    )
}

fn numbers(expr: &Expr) -> Option<Vec<u32>> {
    let integer = |expr: &Expr| match expr {
        Expr::NumberLiteral(ast::ExprNumberLiteral {
            value: ast::Number::Int(number),
            ..
        }) => number
            .as_u64()
            .and_then(|number| u32::try_from(number).ok()),
        _ => None,
    };
    elements(expr)?.iter().map(integer).collect()
}

fn elements(expr: &Expr) -> Option<&[Expr]> {
    match expr {
        Expr::Tuple(tuple) => Some(&tuple.elts),
        Expr::List(list) => Some(&list.elts),
        Expr::Set(set) => Some(&set.elts),
        _ => None,
    }
}
