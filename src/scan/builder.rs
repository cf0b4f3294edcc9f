//! Puts a summary together while the tree is walked: scopes, classes, and what names stand for.

use std::collections::BTreeSet;

use ruff_python_ast::{Decorator, Stmt};

use super::code::number;
use super::codecs::{could_be_looked_up, declared_in};
use super::decorators::may_register;
use super::exports::exports;
use super::expressions::{
    around_placeholders, asks_for_no_negative_zero, could_be_name, name_part, name_prefix,
};
use super::guards::GuardId;
use super::summary::{Binding, Class, ClassId, ModuleSummary, Scope, ScopeId, Use, Word};

/// How manifests call a format that asks for no negative zero.
const Z_FORMAT: &str = "<z format>";

/// How the scope of code in a text is called.
const TEXT: &str = "<text>";

/// What code in a text stands in.
pub(super) struct Around {
    function: Option<ScopeId>,
    globals: BTreeSet<Word>,
    in_bases: Option<ClassId>,
}

pub(super) struct Builder {
    pub(super) summary: ModuleSummary,
    /// The function around this point, if there is one.
    function: Option<ScopeId>,
    /// The classes around this point, outside functions.
    classes: Vec<ClassId>,
    /// Classes around this point inside functions: they belong to the function.
    inner_classes: u32,
    /// The first parameter of the function around this point.
    pub(super) first_parameter: Option<Word>,
    /// Names that the function around this point declares global.
    globals: BTreeSet<Word>,
    /// This point is in the list of bases of that class.
    pub(super) in_bases: Option<ClassId>,
}

impl Builder {
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
        self.summary.exports = exports(body);
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
    pub(super) fn is_asked_for(&self, name: &str) -> bool {
        self.function
            .is_some_and(|scope| self.summary.scope(scope).name == "__getattr__")
            && self.first_parameter.as_deref() == Some(name)
    }

    pub(super) fn in_class_body(&self) -> bool {
        self.function.is_none() && !self.classes.is_empty()
    }

    // ---- what scopes read ---------------------------------------------------------------------

    pub(super) fn read(&mut self, guard: GuardId, chain: &[&str]) {
        let chain = chain.iter().map(|word| Word::new(word)).collect();
        let reading = Use { guard, chain };
        match self.in_bases {
            Some(class) => self.summary.classes[class.0 as usize].bases.insert(reading),
            None => self.current().uses.insert(reading),
        };
    }

    /// A name of the function around this point.
    pub(super) fn local(&mut self, name: &str) {
        if self.function.is_some() {
            self.current().locals.insert(name.into());
        }
    }

    /// A name is assigned to.
    pub(super) fn assign(&mut self, name: &str) {
        if self.function.is_none() || self.globals.contains(name) {
            self.summary.assigned.insert(name.into());
        } else {
            self.local(name);
        }
    }

    pub(super) fn member(&mut self, guard: GuardId, name: &str) {
        self.current().members.insert((guard, name.into()));
    }

    /// An attribute of that name is set.
    pub(super) fn store(&mut self, guard: GuardId, name: &str) {
        self.current().stores.insert((guard, name.into()));
    }

    pub(super) fn text(&mut self, guard: GuardId, text: &str) {
        let (beginning, ending) = around_placeholders(text);
        if let Some(prefix) = beginning.or_else(|| name_prefix(text)) {
            self.current().prefixes.insert(prefix.into());
        }
        if let Some(suffix) = ending {
            self.current().suffixes.insert(suffix.into());
        }
        if could_be_name(text) {
            self.member(guard, text);
        }
        if could_be_looked_up(text) {
            self.current().texts.insert(text.into());
        }
        self.declared(text);
        // `format(x, "z.2f")`, `"{:z.2f}".format(x)`
        let spec = text.rsplit(':').next().unwrap_or(text);
        self.format(guard, spec.trim_end_matches('}'));
    }

    /// A text that something computed is put behind: `"do" + kind`.
    pub(super) fn beginning(&mut self, text: &str) {
        if let Some(prefix) = name_part(text) {
            self.current().prefixes.insert(prefix.into());
        }
    }

    /// A text that stands after something computed.
    pub(super) fn ending(&mut self, text: &str) {
        if let Some(suffix) = name_part(text) {
            self.current().suffixes.insert(suffix.into());
        }
    }

    /// The code at this point imports by a name that it is given or computes.
    pub(super) fn imports_computed(&mut self) {
        self.current().imports_computed = true;
    }

    /// A text that may declare in what codec it is.
    pub(super) fn declared(&mut self, text: &str) {
        declared_in(text).for_each(|codec| self.codec(codec));
    }

    /// A text that names a codec by the place where it stands.
    pub(super) fn codec(&mut self, name: &str) {
        self.current().codecs.insert(name.into());
    }

    /// A text that may be a format specification.
    pub(super) fn format(&mut self, guard: GuardId, spec: &str) {
        if asks_for_no_negative_zero(spec) {
            self.member(guard, Z_FORMAT);
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
        self.globals.extend(names.map(Word::new));
    }

    // ---- functions and classes ----------------------------------------------------------------

    /// Opens a function; the answer tells whether it is a scope of its own.
    pub(super) fn open_function(
        &mut self,
        name: &str,
        decorators: &[Decorator],
        line: u32,
    ) -> bool {
        if self.function.is_some() {
            return false;
        }
        let scope = ScopeId(number(self.summary.scopes.len()));
        let class = self.classes.last().copied();
        let qualified = match class {
            Some(class) => format!("{}.{name}", self.summary.class(class).name),
            None => name.to_owned(),
        };
        self.summary.scopes.push(Scope {
            name: qualified,
            line,
            class,
            registered: decorators.iter().any(may_register),
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
    pub(super) fn open_text(&mut self, line: u32) -> Around {
        let scope = ScopeId(number(self.summary.scopes.len()));
        self.summary.scopes.push(Scope {
            name: TEXT.to_owned(),
            line,
            in_text: true,
            ..Scope::default()
        });
        Around {
            function: self.function.replace(scope),
            globals: std::mem::take(&mut self.globals),
            in_bases: self.in_bases.take(),
        }
    }

    pub(super) fn close_text(&mut self, around: Around) {
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
        let class = ClassId(number(self.summary.classes.len()));
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
            self.summary.classes[class.0 as usize].registered = true;
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
