//! What scripts may do with objects of Python.

use std::collections::BTreeSet;

use oxc_ast::ast::{
    Argument, AssignmentTargetPropertyIdentifier, AssignmentTargetPropertyProperty,
    BindingProperty, CallExpression, ComputedMemberExpression, Expression, ObjectProperty,
    PropertyKey, StaticMemberExpression, StringLiteral, TemplateLiteral,
};
use oxc_ast_visit::{Visit, walk};

use crate::embedded::Text;
use crate::embedded::js_values::literal;

/// Longer texts are no names.
const MAX_NAME: usize = 100;

/// The names by which scripts may use objects, all of which may be those of Python.
#[derive(Debug, Default)]
pub struct ObjectUses {
    /// The names of the members that they read.
    members: BTreeSet<String>,
    /// The texts that they pass to functions.
    arguments: BTreeSet<String>,
    /// All texts.
    texts: BTreeSet<String>,
    /// Whether they read a member whose name they compute: it may be any of the texts.
    computes_member: bool,
}

impl ObjectUses {
    /// Adds those of another script.
    pub fn extend(&mut self, other: Self) {
        self.members.extend(other.members);
        self.arguments.extend(other.arguments);
        self.texts.extend(other.texts);
        self.computes_member |= other.computes_member;
    }

    /// Counts all texts as passed to functions: a script may put them into variables first.
    pub(super) fn pass_all(&mut self) {
        self.arguments.extend(self.texts.iter().cloned());
    }

    /// Returns Python that uses objects in the same way, for a line.
    pub fn python(&self, line: u32) -> impl Iterator<Item = Text> {
        let computed = self.texts.iter().filter(|_| self.computes_member);
        let members: BTreeSet<&String> = self.members.iter().chain(computed).collect();
        let members = Text::reading(line, members.into_iter().map(String::as_str));
        let arguments = Text::naming(line, self.arguments.iter().map(String::as_str));
        members.into_iter().chain(arguments)
    }

    fn add_key(&mut self, key: &PropertyKey<'_>, is_computed: bool) {
        match key.static_name() {
            Some(name) => insert(&mut self.members, &name),
            None => self.computes_member |= is_computed,
        }
    }
}

fn insert(names: &mut BTreeSet<String>, text: &str) {
    if text.len() <= MAX_NAME && !names.contains(text) {
        names.insert(text.to_owned());
    }
}

impl<'a> Visit<'a> for ObjectUses {
    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        let arguments = call.arguments.iter().filter_map(Argument::as_expression);
        for text in arguments.filter_map(literal) {
            insert(&mut self.arguments, text);
        }
        walk::walk_call_expression(self, call);
    }

    fn visit_static_member_expression(&mut self, member: &StaticMemberExpression<'a>) {
        insert(&mut self.members, &member.property.name);
        walk::walk_static_member_expression(self, member);
    }

    fn visit_computed_member_expression(&mut self, member: &ComputedMemberExpression<'a>) {
        match literal(&member.expression) {
            Some(name) => insert(&mut self.members, name),
            None => {
                self.computes_member |= !matches!(member.expression, Expression::NumericLiteral(_));
            }
        }
        walk::walk_computed_member_expression(self, member);
    }

    // `const {a, "b": c, [d]: e} = object`
    fn visit_binding_property(&mut self, property: &BindingProperty<'a>) {
        self.add_key(&property.key, property.computed);
        walk::walk_binding_property(self, property);
    }

    // `({a, b: c} = object)`
    fn visit_assignment_target_property_identifier(
        &mut self,
        property: &AssignmentTargetPropertyIdentifier<'a>,
    ) {
        insert(&mut self.members, &property.binding.name);
        walk::walk_assignment_target_property_identifier(self, property);
    }

    fn visit_assignment_target_property_property(
        &mut self,
        property: &AssignmentTargetPropertyProperty<'a>,
    ) {
        self.add_key(&property.name, property.computed);
        walk::walk_assignment_target_property_property(self, property);
    }

    fn visit_string_literal(&mut self, literal: &StringLiteral<'a>) {
        insert(&mut self.texts, &literal.value);
    }

    fn visit_template_literal(&mut self, template: &TemplateLiteral<'a>) {
        if let Some(text) = template.single_quasi() {
            insert(&mut self.texts, &text);
        }
        walk::walk_template_literal(self, template);
    }

    fn visit_object_property(&mut self, property: &ObjectProperty<'a>) {
        if let Some(key) = property.key.static_name() {
            insert(&mut self.texts, &key);
        }
        walk::walk_object_property(self, property);
    }
}
