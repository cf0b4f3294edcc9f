//! The texts that expressions of JavaScript may have, as far as the script shows them.

use std::collections::HashMap;

use oxc_ast::ast::{
    ArrowFunctionExpression, AssignmentExpression, BinaryOperator, CallExpression, Expression,
    Function, ImportDeclaration, SimpleAssignmentTarget, StringLiteral, TemplateLiteral,
    VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_syntax::scope::ScopeFlags;

use crate::scan::PLACEHOLDER;

/// A text in a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ScriptText<'a> {
    /// Where it starts.
    pub(super) at: u32,
    /// Its source.
    pub(super) raw: &'a str,
    /// Its value, with a placeholder for the parts that are computed.
    pub(super) code: String,
    /// Whether it has parts that are computed.
    pub(super) is_partial: bool,
}

/// What an expression may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Text(ScriptText<'a>),
    /// The text of a file that a literal names.
    File,
    Unknown,
}

/// The values of the variables of a script, by name.
#[derive(Default)]
pub(super) struct Values<'a>(HashMap<&'a str, Vec<Value<'a>>>);

/// The maximum number of values that a variable may have; the others count as unknown.
const MAX_VALUES: usize = 16;

impl<'a> Values<'a> {
    /// Records what a variable may be. Minified code has few names, each with many values.
    fn add(&mut self, name: &'a str, values: Vec<Value<'a>>) {
        let known = self.0.entry(name).or_default();
        for value in values {
            let value = if known.len() < MAX_VALUES {
                value
            } else {
                Value::Unknown
            };
            if !known.contains(&value) {
                known.push(value);
            }
        }
    }

    /// Returns what an expression may be.
    pub(super) fn of(&self, expression: &Expression<'a>) -> Vec<Value<'a>> {
        match expression.get_inner_expression() {
            Expression::Identifier(name) => {
                let known = self.0.get(name.name.as_str());
                known.cloned().unwrap_or_else(|| vec![Value::Unknown])
            }
            Expression::ConditionalExpression(either) => {
                let values = [&either.consequent, &either.alternate];
                values
                    .into_iter()
                    .flat_map(|value| self.of(value))
                    .collect()
            }
            inner => vec![match value_of(inner) {
                Value::Unknown if names_file(inner) => Value::File,
                value => value,
            }],
        }
    }
}

impl<'a> Visit<'a> for Values<'a> {
    fn visit_variable_declarator(&mut self, declarator: &VariableDeclarator<'a>) {
        if let Some(name) = declarator.id.get_identifier_name()
            && let Some(init) = &declarator.init
        {
            let values = self.of(init);
            self.add(name.as_str(), values);
        }
        walk::walk_variable_declarator(self, declarator);
    }

    fn visit_assignment_expression(&mut self, assignment: &AssignmentExpression<'a>) {
        let target = assignment.left.as_simple_assignment_target();
        if let Some(SimpleAssignmentTarget::AssignmentTargetIdentifier(name)) = target {
            let values = self.of(&assignment.right);
            self.add(name.name.as_str(), values);
        }
        walk::walk_assignment_expression(self, assignment);
    }

    fn visit_import_declaration(&mut self, import: &ImportDeclaration<'a>) {
        // `import code from "./main.py?raw"`
        if is_python_file(&import.source.value) {
            for specifier in import.specifiers.iter().flatten() {
                let name = specifier.local().name.as_str();
                self.add(name, vec![Value::File]);
            }
        }
    }
}

/// Returns whether a file is JavaScript or TypeScript, by its name.
pub fn is_javascript(name: &str) -> bool {
    let extensions = [".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"];
    extensions.iter().any(|extension| name.ends_with(extension))
        && ![".d.ts", ".d.mts", ".d.cts"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// Returns the text of a literal: `"a"`, or `` `a` ``, as minifiers write it.
pub(super) fn literal<'a>(expression: &Expression<'a>) -> Option<&'a str> {
    match expression.get_inner_expression() {
        Expression::StringLiteral(literal) => Some(literal.value.as_str()),
        Expression::TemplateLiteral(template) => Some(template.single_quasi()?.as_str()),
        _ => None,
    }
}

/// Returns whether a literal names a Python file: `main.py`, `./main.py?raw`.
pub(super) fn is_python_file(literal: &str) -> bool {
    let path = literal.split(['?', '#']).next().unwrap_or(literal);
    let is_path = |c: char| !c.is_whitespace() && !matches!(c, '*' | '<' | '>' | '(' | '{');
    path.ends_with(".py") && path.len() > 3 && path.chars().all(is_path)
}

fn value_of<'a>(expression: &Expression<'a>) -> Value<'a> {
    match expression.get_inner_expression() {
        Expression::StringLiteral(literal) => text(
            literal.span.start,
            literal.raw.map_or("", |raw| raw.as_str()),
            literal.value.to_string(),
            false,
        ),
        Expression::TemplateLiteral(template) => template_text(template, false),
        // A tag may format the text, such as `dedent`, or be a mark for editors.
        Expression::TaggedTemplateExpression(tagged) => {
            let is_raw = matches!(&tagged.tag, Expression::StaticMemberExpression(tag) if tag.property.name == "raw");
            template_text(&tagged.quasi, is_raw)
        }
        Expression::BinaryExpression(sum) if sum.operator == BinaryOperator::Addition => {
            sum_of([value_of(&sum.left), value_of(&sum.right)])
        }
        // What TypeScript makes of a template for old browsers: `"a".concat(b, "c")`.
        Expression::CallExpression(call) if method(call) == Some("concat") => {
            let object = match &call.callee {
                Expression::StaticMemberExpression(member) => value_of(&member.object),
                _ => Value::Unknown,
            };
            let arguments = call.arguments.iter();
            let arguments = arguments.map(|argument| match argument.as_expression() {
                Some(argument) => value_of(argument),
                None => Value::Unknown,
            });
            sum_of(std::iter::once(object).chain(arguments))
        }
        // `text.trim()`, `dedent(text)`
        Expression::CallExpression(call) => {
            let object = match &call.callee {
                Expression::StaticMemberExpression(member) => Some(value_of(&member.object)),
                _ => call
                    .arguments
                    .first()
                    .and_then(|first| Some(value_of(first.as_expression()?))),
            };
            object.unwrap_or(Value::Unknown)
        }
        Expression::ArrayExpression(lines) => {
            // `["import a", "a.b()"].join("\n")`
            let texts: Option<Vec<ScriptText<'a>>> = lines
                .elements
                .iter()
                .map(|line| match value_of(line.as_expression()?) {
                    Value::Text(text) => Some(text),
                    _ => None,
                })
                .collect();
            match texts.as_deref() {
                Some([first, ..]) => {
                    let codes: Vec<&str> = texts.iter().flatten().map(|text| &*text.code).collect();
                    let is_partial = texts.iter().flatten().any(|text| text.is_partial);
                    text(first.at, first.raw, codes.join("\n"), is_partial)
                }
                _ => Value::Unknown,
            }
        }
        _ => Value::Unknown,
    }
}

/// Returns the name of the method that a call is of.
fn method<'a>(call: &CallExpression<'a>) -> Option<&'a str> {
    match &call.callee {
        Expression::StaticMemberExpression(member) => Some(member.property.name.as_str()),
        _ => None,
    }
}

/// Returns the value of texts that follow each other, some of which may be computed.
fn sum_of<'a>(parts: impl IntoIterator<Item = Value<'a>>) -> Value<'a> {
    let mut first = None;
    let mut code = String::new();
    let mut is_partial = false;
    for part in parts {
        match part {
            Value::Text(part) => {
                if code.is_empty() {
                    code = part.code;
                } else {
                    code.push_str(&part.code);
                }
                is_partial |= part.is_partial;
                first.get_or_insert((part.at, part.raw));
            }
            Value::File | Value::Unknown => {
                code.push_str(PLACEHOLDER);
                is_partial = true;
            }
        }
    }
    match first {
        Some((at, raw)) => text(at, raw, code, is_partial),
        None => Value::Unknown,
    }
}

fn text(at: u32, raw: &str, code: String, is_partial: bool) -> Value<'_> {
    Value::Text(ScriptText {
        at,
        raw,
        code,
        is_partial,
    })
}

/// Returns the value of a template.
pub(super) fn template_text<'a>(template: &TemplateLiteral<'a>, is_raw: bool) -> Value<'a> {
    let mut code = String::new();
    for (index, part) in template.quasis.iter().enumerate() {
        if index > 0 {
            code.push_str(PLACEHOLDER);
        }
        let cooked = part.value.cooked.filter(|_| !is_raw);
        code.push_str(cooked.unwrap_or(part.value.raw).as_str());
    }
    let raw = template.quasis.first();
    let raw = raw.map_or("", |part| part.value.raw.as_str());
    text(
        template.span.start,
        raw,
        code,
        !template.expressions.is_empty(),
    )
}

/// Returns whether an expression has a literal with the name of a Python file, as in `fetch("main.py")`.
fn names_file(expression: &Expression<'_>) -> bool {
    struct Finder(bool);
    impl<'a> Visit<'a> for Finder {
        // What a function does is not the value.
        fn visit_function(&mut self, _: &Function<'a>, _: ScopeFlags) {}
        fn visit_arrow_function_expression(&mut self, _: &ArrowFunctionExpression<'a>) {}

        fn visit_string_literal(&mut self, literal: &StringLiteral<'a>) {
            self.0 |= is_python_file(&literal.value);
        }

        fn visit_template_literal(&mut self, template: &TemplateLiteral<'a>) {
            self.0 |= template
                .single_quasi()
                .is_some_and(|text| is_python_file(&text));
        }
    }
    let mut finder = Finder(false);
    finder.visit_expression(expression);
    finder.0
}
