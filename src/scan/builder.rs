//! Builds the [`ModuleSummary`] of a module while its syntax tree is visited.

use std::collections::BTreeSet;

use ruff_python_ast::{Decorator, Expr, Stmt};

use super::codecs::{declared_codecs, may_be_codec};
use super::computed_text::around_placeholders;
use super::decorators::may_register;
use super::exports::find_exports;
use super::expressions::{could_be_name, has_z_option, name_part, name_prefix};
use super::guards::GuardId;
use super::source_origin::to_u32;
use super::summary::{
    ANNOTATION_ATTRIBUTES, Binding, Class, ClassId, Identifier, LookupKind, ModuleSummary,
    NameChain, Scope, ScopeId, SitePlace, TABLE,
};
use crate::types::Syntax;

/// Name of the scopes of code in string literals.
const TEXT: &str = "<text>";

/// Builder state around code in a string literal or around a table, restored by [`SummaryBuilder::close_text`].
pub(super) struct EnclosingScopes {
    function: Option<ScopeId>,
    globals: BTreeSet<Identifier>,
    in_bases: Option<ClassId>,
}

pub(super) struct SummaryBuilder {
    pub(super) summary: ModuleSummary,
    /// The enclosing function, if any.
    function: Option<ScopeId>,
    /// The enclosing classes that are outside functions, outermost first.
    classes: Vec<ClassId>,
    /// Number of enclosing classes inside a function, which belong to the function.
    inner_classes: u32,
    /// The first parameter of the enclosing function that is not nested.
    pub(super) receiver: Option<Identifier>,
    /// The parameter of the enclosing `__getattr__` of a module.
    pub(super) getattr_parameter: Option<Identifier>,
    /// Names that the enclosing function declares `global`.
    globals: BTreeSet<Identifier>,
    /// The class whose list of bases is being visited.
    pub(super) in_bases: Option<ClassId>,
    /// Functions whose results are passed as the names of codecs.
    codec_functions: BTreeSet<Identifier>,
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
            receiver: None,
            getattr_parameter: None,
            globals: BTreeSet::new(),
            in_bases: None,
            codec_functions: BTreeSet::new(),
        }
    }

    pub(super) fn finish(mut self, body: &[Stmt]) -> ModuleSummary {
        self.summary.exports = find_exports(body);
        for scope in &mut self.summary.scopes {
            scope.reflection.names_codecs |= self.codec_functions.contains(scope.name.as_str());
        }
        for lookup in &self.summary.dynamic_lookups {
            if matches!(lookup.kind, LookupKind::Codec | LookupKind::NamedCodec) {
                self.summary.scopes[lookup.scope.0 as usize]
                    .reflection
                    .names_codecs = true;
            }
        }
        self.summary
    }

    /// Returns the scope that the current code belongs to.
    pub(super) fn scope(&self) -> ScopeId {
        self.function.unwrap_or(ScopeId::BODY)
    }

    fn current(&mut self) -> &mut Scope {
        let scope = self.scope();
        &mut self.summary.scopes[scope.0 as usize]
    }

    /// Returns whether `name` is the parameter of the enclosing `__getattr__` of a module.
    pub(super) fn is_getattr_parameter(&self, name: &str) -> bool {
        self.getattr_parameter.as_deref() == Some(name)
    }

    /// Returns whether the current code is in a function outside classes, which may be a nested one.
    pub(super) fn in_module_function(&self) -> bool {
        let is_function = |scope| self.summary.scope(scope).class.is_none();
        self.function.is_some_and(is_function) && self.inner_classes == 0
    }

    pub(super) fn in_class_body(&self) -> bool {
        self.function.is_none() && !self.classes.is_empty()
    }

    /// Returns when an import of the current code runs that is a lazy statement, or one of a listed module.
    pub(super) fn place(&self, is_lazy: bool, is_listed: bool) -> SitePlace {
        match self.function {
            Some(function) => SitePlace::Function(function),
            None if is_lazy => SitePlace::LazyStatement,
            None if is_listed && self.at_top_level() => SitePlace::ListedAsLazy,
            None => SitePlace::Body,
        }
    }

    // ---- uses ---------------------------------------------------------------------------------

    pub(super) fn add_use(&mut self, guard: GuardId, chain: &[&str]) {
        let chain = chain.iter().map(|name| Identifier::new(name)).collect();
        let name_chain = NameChain { guard, chain };
        match self.in_bases {
            Some(class) => self.summary.classes[class.0 as usize]
                .bases
                .insert(name_chain),
            None => {
                let scope = self.current();
                let mut names = name_chain.chain.iter();
                scope.reflection.reads_annotations |=
                    names.any(|name| is_annotation_attribute(name));
                scope.uses.insert(name_chain)
            }
        };
    }

    /// Records a local name of the enclosing function.
    pub(super) fn add_local(&mut self, name: &str) {
        if self.function.is_some() {
            self.current().locals.insert(name.into());
        }
    }

    /// Records an assignment to a name.
    pub(super) fn add_assigned(&mut self, name: &str) {
        if self.function.is_none() || self.globals.contains(name) {
            self.summary.assigned.insert(name.into());
        } else {
            self.add_local(name);
        }
    }

    pub(super) fn add_attribute_name(&mut self, guard: GuardId, name: &str) {
        let scope = self.current();
        scope.reflection.reads_annotations |= is_annotation_attribute(name);
        scope.attribute_names.insert((guard, name.into()));
    }

    /// Records that an attribute is set.
    pub(super) fn add_store(&mut self, guard: GuardId, name: &str) {
        self.current().stores.insert((guard, name.into()));
    }

    pub(super) fn add_string(&mut self, guard: GuardId, text: &str) {
        let around = around_placeholders(text).unwrap_or_default();
        self.add_prefix(around.prefix);
        self.add_suffix(around.suffix);
        if let Some(prefix) = name_prefix(text) {
            self.current().prefixes.insert(prefix.into());
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

    /// Records a string that comes before a computed part: `"do" + kind`.
    pub(super) fn add_prefix(&mut self, text: &str) {
        if let Some(prefix) = name_part(text) {
            self.current().prefixes.insert(prefix.into());
        }
        // `"plugins." + name`
        if text.ends_with('.') && may_be_codec(text) {
            self.current().prefixes.insert(text.into());
        }
    }

    /// Records a string that comes after a computed part.
    pub(super) fn add_suffix(&mut self, text: &str) {
        if let Some(suffix) = name_part(text) {
            self.current().suffixes.insert(suffix.into());
        }
        // `package + ".plugin"`
        if text.starts_with('.') && may_be_codec(text) {
            self.current().suffixes.insert(text.into());
        }
    }

    pub(super) fn receiver_prefixes(&mut self) -> &mut BTreeSet<Identifier> {
        &mut self.current().receiver_prefixes
    }

    pub(super) fn receiver_suffixes(&mut self) -> &mut BTreeSet<Identifier> {
        &mut self.current().receiver_suffixes
    }

    /// Returns whether `name` is the object that the current method is called on, or its class.
    pub(super) fn is_receiver(&self, name: &str) -> bool {
        let is_method = |scope| self.summary.scope(scope).class.is_some();
        self.function.is_some_and(is_method)
            && self.inner_classes == 0
            && matches!(name, "self" | "cls")
            && self.receiver.as_deref() == Some(name)
    }

    /// Returns whether `name` may be a module with this last part: it is that, or it was imported as such.
    pub(super) fn may_be_module(&self, name: &str, last_part: &str) -> bool {
        let local = self
            .function
            .map(|scope| &self.summary.scope(scope).bindings);
        let bindings = local.into_iter().chain([&self.summary.bindings]);
        let mut bindings = bindings.filter_map(|bindings| bindings.get(name)).flatten();
        name == last_part
            || bindings.any(|binding| match binding {
                Binding::Module(module) => module.rsplit('.').next() == Some(last_part),
                Binding::From(_, imported) => imported == last_part,
                Binding::Function(_) | Binding::Class(_) => false,
            })
    }

    /// Records the bases of a class in a function.
    pub(super) fn add_local_bases(&mut self, bases: &[Expr]) {
        let names = bases.iter().filter_map(|base| match base {
            Expr::Name(name) => Some(name.id.as_str()),
            Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
            _ => None,
        });
        self.summary.local_bases.extend(names.map(Identifier::new));
    }

    /// Records that the current scope imports by a name that it receives or computes.
    pub(super) fn mark_imports_dynamically(&mut self) {
        self.current().reflection.imports_dynamically = true;
    }

    /// Records the codecs that a string declares for its content.
    pub(super) fn add_declared_codecs(&mut self, text: &str) {
        declared_codecs(text).for_each(|codec| self.add_codec(codec));
    }

    /// Records a string that names a codec because of where it occurs.
    pub(super) fn add_codec(&mut self, name: &str) {
        self.current().codecs.insert(name.into());
    }

    /// Records a function whose result is passed as the name of a codec, so that its strings may be such names.
    pub(super) fn add_codec_function(&mut self, name: &str) {
        self.codec_functions.insert(name.into());
    }

    /// Records an argument that could name a codec.
    pub(super) fn add_argument(&mut self, text: &str) {
        self.current().arguments.insert(text.into());
    }

    /// Records a string that may be a format specification.
    pub(super) fn add_format_spec(&mut self, guard: GuardId, spec: &str) {
        if has_z_option(spec) {
            self.add_attribute_name(guard, Syntax::FormatZ.marker());
        }
    }

    // ---- bindings -----------------------------------------------------------------------------

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

    /// Records the name that an import binds, if the import may be lazy.
    pub(super) fn add_lazy_name(&mut self, site: usize, name: &str) {
        let summary = &mut self.summary;
        let place = summary.imports[site].place;
        if matches!(place, SitePlace::LazyStatement | SitePlace::ListedAsLazy) {
            let sites = summary.lazy_names.entry(name.into()).or_default();
            sites.push(site);
        }
    }

    pub(super) fn declare_global<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        self.globals.extend(names.map(Identifier::new));
    }

    // ---- functions and classes ----------------------------------------------------------------

    /// Opens a function and returns whether it is a separate scope. Nested functions belong to the outermost one.
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

    /// Returns whether the current code is outside functions and classes.
    pub(super) fn at_top_level(&self) -> bool {
        self.function.is_none() && self.classes.is_empty()
    }

    /// Opens the scope of a table, or of an item of one, and returns the enclosing state.
    pub(super) fn open_table(&mut self, name: &str, line: u32) -> EnclosingScopes {
        let scope = ScopeId(to_u32(self.summary.scopes.len()));
        self.summary.scopes.push(Scope {
            name: format!("{name}{TABLE}"),
            line,
            ..Scope::default()
        });
        self.bind_globally(name, Binding::Function(scope));
        EnclosingScopes {
            function: self.function.replace(scope),
            globals: std::mem::take(&mut self.globals),
            in_bases: self.in_bases.take(),
        }
    }

    /// Opens a scope for code in a string literal and returns the enclosing state.
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

    pub(super) fn close_text(&mut self, enclosing: EnclosingScopes) {
        self.function = enclosing.function;
        self.globals = enclosing.globals;
        self.in_bases = enclosing.in_bases;
    }

    pub(super) fn close_function(&mut self, opened: bool) {
        if opened {
            self.function = None;
            self.globals.clear();
        }
    }

    /// Opens a class. Returns `None` for a class inside a function, which belongs to the function.
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

    /// Records that a decorator may have registered the current class.
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

fn is_annotation_attribute(name: &str) -> bool {
    name.starts_with("__ann") && ANNOTATION_ATTRIBUTES.contains(&name)
}
