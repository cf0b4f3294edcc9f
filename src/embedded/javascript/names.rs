//! Collects the names by which a script may use objects of Python.

use std::collections::BTreeSet;

use oxc_ast::ast::{
    Argument, CallExpression, ComputedMemberExpression, Expression, ObjectProperty, StringLiteral,
    TemplateLiteral,
};
use oxc_ast_visit::{Visit, walk};

use crate::embedded::Text;
use crate::embedded::js_values::literal;

/// What a script may do with objects, all of which may be those of Python.
#[derive(Default)]
pub(super) struct ObjectUses<'a> {
    /// The names of the members that it reads.
    pub(super) members: BTreeSet<&'a str>,
    /// The texts that it passes to functions.
    arguments: BTreeSet<&'a str>,
    /// The line where it first reads a member whose name it computes.
    pub(super) computed_member: Option<u32>,
}

impl<'a> ObjectUses<'a> {
    /// Adds a call.
    pub(super) fn add_call(&mut self, call: &CallExpression<'a>) {
        let arguments = call.arguments.iter().filter_map(Argument::as_expression);
        self.arguments.extend(arguments.filter_map(literal));
    }

    /// Adds `object[name]`, which is in a line.
    pub(super) fn add_computed_member(&mut self, member: &ComputedMemberExpression<'a>, line: u32) {
        if let Some(name) = literal(&member.expression) {
            self.members.insert(name);
        } else if !matches!(member.expression, Expression::NumericLiteral(_)) {
            self.computed_member.get_or_insert(line);
        }
    }

    /// Returns texts that use objects of Python in the same way, at a line.
    pub(super) fn texts(&self, line: u32) -> impl Iterator<Item = Text> {
        let members = Text::reading(line, self.members.iter().copied());
        let arguments = Text::naming(line, self.arguments.iter().copied());
        members.into_iter().chain(arguments)
    }
}

/// Longer texts are no names.
const MAX_NAME: usize = 100;

/// Collects the texts of a script that may be names of members, while it walks the syntax tree: `object[name]` reads one
/// of them.
#[derive(Default)]
pub(super) struct Names(pub(super) BTreeSet<String>);

impl Names {
    fn add(&mut self, text: &str) {
        if text.len() <= MAX_NAME && !self.0.contains(text) {
            self.0.insert(text.to_owned());
        }
    }
}

impl<'a> Visit<'a> for Names {
    fn visit_string_literal(&mut self, literal: &StringLiteral<'a>) {
        self.add(&literal.value);
    }

    fn visit_template_literal(&mut self, template: &TemplateLiteral<'a>) {
        if let Some(text) = template.single_quasi() {
            self.add(&text);
        }
        walk::walk_template_literal(self, template);
    }

    fn visit_object_property(&mut self, property: &ObjectProperty<'a>) {
        if let Some(key) = property.key.static_name() {
            self.add(&key);
        }
        walk::walk_object_property(self, property);
    }
}
