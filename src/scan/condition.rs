//! Conditions of `if` statements that a target can decide.

use ruff_python_ast::{self as ast, BoolOp, CmpOp, Expr, UnaryOp};
use serde::{Deserialize, Serialize};

use super::constants::{Constants, KnownModule};

/// A test in symbols: what is not understood is [`Test::Unknown`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// Anything that only running the program decides.
    Unknown,
    /// Always so, or never.
    Constant(bool),
    /// `typing.TYPE_CHECKING`: false whenever code runs.
    TypeChecking,
    /// `__name__ == "__main__"`.
    IsMain,
    /// The subject is one of these texts.
    Is(Subject, Vec<String>),
    /// The subject starts with one of these texts.
    StartsWith(Subject, Vec<String>),
    /// `sys.version_info` compared with numbers.
    Version(Order, Vec<u32>),
    /// `"posix" in sys.builtin_module_names`.
    BuiltIn(String),
    /// The opposite.
    Not(Box<Condition>),
    /// All hold (`and`).
    All(Vec<Condition>),
    /// At least one holds (`or`).
    Any(Vec<Condition>),
}

/// A text that a target decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// `sys.platform`
    SysPlatform,
    /// `os.name`
    OsName,
    /// `sys.implementation.name`
    Implementation,
}

/// How versions are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
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

/// An expression that a test can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StaticValue {
    Text(Subject),
    VersionInfo,
    BuiltInNames,
}

impl Condition {
    /// How many tests it is made of.
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

/// How deep a condition is parsed, since it is evaluated by recursion.
const MAX_CONDITION_DEPTH: usize = 32;

/// Understands the test `expr` of an `if`; `constants` are the module's own names for values.
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
    /// The value of that attribute of a known module.
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

/// The value that `expr` names, if it is one that a target decides.
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
        let is_main = texts(right)? == ["__main__"] && asks_for_equality(*op, right);
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
        StaticValue::Text(_) if !asks_for_equality(*op, right) => None,
        StaticValue::Text(subject) => negate_for(*op, Condition::Is(subject, texts(right)?)),
        // With a list it cannot be compared.
        StaticValue::VersionInfo if !right.is_tuple_expr() => None,
        StaticValue::VersionInfo => Some(Condition::Version(order(*op)?, numbers(right)?)),
        StaticValue::BuiltInNames => None,
    }
}

/// Whether a text is compared with whole texts: `in` a text asks for a part of it, and no list equals a text.
fn asks_for_equality(op: CmpOp, right: &Expr) -> bool {
    matches!(op, CmpOp::In | CmpOp::NotIn) == elements(right).is_some()
}

/// `test` is what `==` and `in` mean; the other operators that make sense mean its opposite.
fn negate_for(op: CmpOp, test: Condition) -> Option<Condition> {
    match op {
        CmpOp::Eq | CmpOp::In => Some(test),
        CmpOp::NotEq | CmpOp::NotIn => Some(not(test)),
        _ => None,
    }
}

fn order(op: CmpOp) -> Option<Order> {
    match op {
        CmpOp::Lt => Some(Order::Less),
        CmpOp::LtE => Some(Order::AtMost),
        CmpOp::Gt => Some(Order::Greater),
        CmpOp::GtE => Some(Order::AtLeast),
        CmpOp::Eq => Some(Order::Equal),
        _ => None,
    }
}

/// `sys.platform.startswith("win")`, or with a tuple of texts.
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

/// A text, or all texts of a tuple, list or set.
fn texts(expr: &Expr) -> Option<Vec<String>> {
    let one = |expr: &Expr| match expr {
        Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
        _ => None,
    };
    elements(expr).map_or_else(
        || Some(vec![one(expr)?]),
        |all| all.iter().map(one).collect(),
    )
}

fn numbers(expr: &Expr) -> Option<Vec<u32>> {
    let one = |expr: &Expr| match expr {
        Expr::NumberLiteral(ast::ExprNumberLiteral {
            value: ast::Number::Int(number),
            ..
        }) => number
            .as_u64()
            .and_then(|number| u32::try_from(number).ok()),
        _ => None,
    };
    elements(expr)?.iter().map(one).collect()
}

fn elements(expr: &Expr) -> Option<&[Expr]> {
    match expr {
        Expr::Tuple(tuple) => Some(&tuple.elts),
        Expr::List(list) => Some(&list.elts),
        Expr::Set(set) => Some(&set.elts),
        _ => None,
    }
}
