//! Builds the summary of a module while its tree is visited.

use std::collections::BTreeSet;

use ruff_python_ast::{Decorator, Stmt};

use super::codecs::{declared_codecs, may_be_codec};
use super::decorators::may_register;
use super::exports::find_exports;
use super::expressions::{
    around_placeholders, asks_for_no_negative_zero, could_be_name, name_part, name_prefix,
};
use super::guards::GuardId;
use super::source_origin::to_u32;
use super::summary::{
    Binding, Class, ClassId, Identifier, ModuleSummary, NameChain, Scope, ScopeId,
};
use crate::types::Syntax;

/// How the scope of code in a text is called.
const TEXT: &str = "<text>";

/// What code in a text stands in.
pub(super) struct EnclosingScopes {
    function: Option<ScopeId>,
    globals: BTreeSet<Identifier>,
    in_bases: Option<ClassId>,
}

pub(super) struct SummaryBuilder {
    pub(super) summary: ModuleSummary,
    /// The function around this point, if there is one.
    function: Option<ScopeId>,
    /// The classes around this point, outside functions.
    classes: Vec<ClassId>,
    /// Classes around this point inside functions: they belong to the function.
    inner_classes: u32,
    /// The first parameter of the function around this point.
    pub(super) first_parameter: Option<Identifier>,
    /// Names that the function around this point declares global.
    globals: BTreeSet<Identifier>,
    /// This point is in the list of bases of that class.
    pub(super) in_bases: Option<ClassId>,
}

impl SummaryBuilder {
    pub(super) fn new() -> Self {
        let summary = ModuleSummary {
            scopes: vec![Scope::default()],
            ..ModuleSummary::default()
        };
        Self {
            summary,
            function: None,
            classes: Vec::new(),
            inner_classes: 0,
            first_parameter: None,
            globals: BTreeSet::new(),
            in_bases: None,
        }
    }

    pub(super) fn finish(mut self, body: &[Stmt]) -> ModuleSummary {
        self.summary.exports = find_exports(body);
        self.summary
    }

    /// The scope that the code at this point belongs to.
    pub(super) fn scope(&self) -> ScopeId {
        self.function.unwrap_or(ScopeId::BODY)
    }

    fn current(&mut self) -> &mut Scope {
        let scope = self.scope();
        &mut self.summary.scopes[scope.0 as usize]
    }

    /// Whether `name` is what the module's `__getattr__` around this point is asked for.
    pub(super) fn is_getattr_parameter(&self, name: &str) -> bool {
        self.function
            .is_some_and(|scope| self.summary.scope(scope).name == "__getattr__")
            && self.first_parameter.as_deref() == Some(name)
    }

    pub(super) fn in_class_body(&self) -> bool {
        self.function.is_none() && !self.classes.is_empty()
    }

    // ---- what scopes read ---------------------------------------------------------------------

    pub(super) fn add_use(&mut self, guard: GuardId, chain: &[&str]) {
        let chain = chain.iter().map(|word| Identifier::new(word)).collect();
        let reading = NameChain { guard, chain };
        match self.in_bases {
            Some(class) => self.summary.classes[class.0 as usize].bases.insert(reading),
            None => self.current().uses.insert(reading),
        };
    }

    /// A name of the function around this point.
    pub(super) fn add_local(&mut self, name: &str) {
        if self.function.is_some() {
            self.current().locals.insert(name.into());
        }
    }

    /// A name is assigned to.
    pub(super) fn add_assigned(&mut self, name: &str) {
        if self.function.is_none() || self.globals.contains(name) {
            self.summary.assigned.insert(name.into());
        } else {
            self.add_local(name);
        }
    }

    pub(super) fn add_attribute_name(&mut self, guard: GuardId, name: &str) {
        self.current().attribute_names.insert((guard, name.into()));
    }

    /// An attribute of that name is set.
    pub(super) fn add_store(&mut self, guard: GuardId, name: &str) {
        self.current().stores.insert((guard, name.into()));
    }

    pub(super) fn add_string(&mut self, guard: GuardId, text: &str) {
        let (beginning, ending) = around_placeholders(text);
        if let Some(prefix) = beginning.or_else(|| name_prefix(text)) {
            self.current().prefixes.insert(prefix.into());
        }
        if let Some(suffix) = ending {
            self.current().suffixes.insert(suffix.into());
        }
        if could_be_name(text) {
            self.add_attribute_name(guard, text);
        }
        if may_be_codec(text) {
            self.current().strings.insert(text.into());
        }
        self.add_declared_codecs(text);
        // `format(x, "z.2f")`, `"{:z.2f}".format(x)`
        let spec = text.rsplit(':').next().unwrap_or(text);
        self.add_format_spec(guard, spec.trim_end_matches('}'));
    }

    /// A text that something computed is put behind: `"do" + kind`.
    pub(super) fn add_prefix(&mut self, text: &str) {
        if let Some(prefix) = name_part(text) {
            self.current().prefixes.insert(prefix.into());
        }
    }

    /// A text that stands after something computed.
    pub(super) fn add_suffix(&mut self, text: &str) {
        if let Some(suffix) = name_part(text) {
            self.current().suffixes.insert(suffix.into());
        }
    }

    /// The code at this point imports by a name that it is given or computes.
    pub(super) fn mark_imports_dynamically(&mut self) {
        self.current().imports_dynamically = true;
    }

    /// A text that may declare in what codec it is.
    pub(super) fn add_declared_codecs(&mut self, text: &str) {
        declared_codecs(text).for_each(|codec| self.add_codec(codec));
    }

    /// A text that names a codec by the place where it stands.
    pub(super) fn add_codec(&mut self, name: &str) {
        self.current().codecs.insert(name.into());
    }

    /// A text that may be a format specification.
    pub(super) fn add_format_spec(&mut self, guard: GuardId, spec: &str) {
        if asks_for_no_negative_zero(spec) {
            self.add_attribute_name(guard, Syntax::FormatZ.marker());
        }
    }

    // ---- what names stand for -----------------------------------------------------------------

    fn bind(&mut self, name: &str, binding: Binding) {
        if self.function.is_some() {
            if self.globals.contains(name) {
                self.bind_globally(name, binding.clone());
            }
            self.current()
                .bindings
                .entry(name.into())
                .or_default()
                .push(binding);
        } else {
            self.bind_globally(name, binding);
        }
    }

    fn bind_globally(&mut self, name: &str, binding: Binding) {
        self.summary
            .bindings
            .entry(name.into())
            .or_default()
            .push(binding);
    }

    pub(super) fn bind_module(&mut self, module: &str, alias: Option<&str>) {
        let first = module.split('.').next().unwrap_or(module);
        match alias {
            Some(alias) => self.bind(alias, Binding::Module(module.into())),
            None => self.bind(first, Binding::Module(first.into())),
        }
    }

    pub(super) fn bind_from(&mut self, site: usize, name: &str, bound: &str) {
        if name == "*" {
            self.summary.stars.push(site);
        } else {
            self.bind(bound, Binding::From(site, name.into()));
        }
    }

    pub(super) fn declare_global<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        self.globals.extend(names.map(Identifier::new));
    }

    // ---- functions and classes ----------------------------------------------------------------

    /// Opens a function; returns whether it is a scope of its own.
    pub(super) fn open_function(
        &mut self,
        name: &str,
        decorators: &[Decorator],
        line: u32,
    ) -> bool {
        if self.function.is_some() {
            return false;
        }
        let scope = ScopeId(to_u32(self.summary.scopes.len()));
        let class = self.classes.last().copied();
        let qualified = match class {
            Some(class) => format!("{}.{name}", self.summary.class(class).name),
            None => name.to_owned(),
        };
        self.summary.scopes.push(Scope {
            name: qualified,
            line,
            class,
            may_be_registered: decorators.iter().any(may_register),
            ..Scope::default()
        });
        match class {
            Some(class) => self.summary.classes[class.0 as usize].methods.push(scope),
            None => self.bind_globally(name, Binding::Function(scope)),
        }
        self.function = Some(scope);
        true
    }

    /// Opens the scope of code that stands in a text; the answer is what the text stands in.
    pub(super) fn open_text(&mut self, line: u32) -> EnclosingScopes {
        let scope = ScopeId(to_u32(self.summary.scopes.len()));
        self.summary.scopes.push(Scope {
            name: TEXT.to_owned(),
            line,
            in_text: true,
            ..Scope::default()
        });
        EnclosingScopes {
            function: self.function.replace(scope),
            globals: std::mem::take(&mut self.globals),
            in_bases: self.in_bases.take(),
        }
    }

    pub(super) fn close_text(&mut self, around: EnclosingScopes) {
        self.function = around.function;
        self.globals = around.globals;
        self.in_bases = around.in_bases;
    }

    pub(super) fn close_function(&mut self, opened: bool) {
        if opened {
            self.function = None;
            self.globals.clear();
        }
    }

    /// Opens a class; none for one inside a function, which belongs to the function.
    pub(super) fn open_class(&mut self, name: &str) -> Option<ClassId> {
        if self.function.is_some() {
            self.inner_classes += 1;
            return None;
        }
        let class = ClassId(to_u32(self.summary.classes.len()));
        let outer = self.classes.last().copied();
        let qualified = match outer {
            Some(outer) => format!("{}.{name}", self.summary.class(outer).name),
            None => name.to_owned(),
        };
        self.summary.classes.push(Class {
            name: qualified,
            ..Class::default()
        });
        match outer {
            Some(outer) => self.summary.classes[outer.0 as usize].classes.push(class),
            None => self.bind_globally(name, Binding::Class(class)),
        }
        self.classes.push(class);
        Some(class)
    }

    /// A decorator may hand the class on.
    pub(super) fn register_class(&mut self) {
        if let (None, Some(class)) = (self.function, self.classes.last()) {
            self.summary.classes[class.0 as usize].may_be_registered = true;
        }
    }

    pub(super) fn close_class(&mut self) {
        if self.inner_classes > 0 {
            self.inner_classes -= 1;
        } else {
            self.classes.pop();
        }
    }
}
