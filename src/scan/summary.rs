//! The summary of a module: imports, scopes, classes and bindings.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::extension_strings::ExtensionModuleStrings;
use super::{CallSite, Exports, GuardId, Guards};

/// Stands for a computed attribute name in a [`NameChain`].
pub const DYNAMIC_ATTR: &str = "*";

/// An identifier in the source.
pub type Identifier = CompactString;

/// What later phases know about the source of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleSummary {
    /// Import sites in source order.
    pub imports: Vec<ImportSite>,
    /// Top-level `raise` statements. A module that certainly reaches one cannot be imported.
    pub raises: Vec<RaiseSite>,
    /// The content of `__all__`, if the module has one.
    pub exports: Option<Exports>,
    /// The guards that the other fields refer to.
    pub guards: Guards,
    /// The body of the module first, then its functions and methods. Nested functions belong to the outermost one.
    pub scopes: Vec<Scope>,
    /// Classes outside functions.
    pub classes: Vec<Class>,
    /// The bindings of the module's names. A name may have several.
    pub bindings: BTreeMap<Identifier, Vec<Binding>>,
    /// Names that are assigned at the top level.
    pub assigned: BTreeSet<Identifier>,
    /// The last parts of the names of the bases of classes in functions.
    pub local_bases: BTreeSet<Identifier>,
    /// Star imports at the top level, as indices into `imports`.
    pub stars: Vec<usize>,
    /// The names that imports at the top level bind which may be lazy, each with the indices of these in `imports`.
    pub lazy_names: BTreeMap<Identifier, Vec<usize>>,
    /// Calls that import, or look up a codec, by a computed name.
    pub dynamic_lookups: Vec<DynamicLookup>,
    /// The strings of a module of the app that are paths of data files, such as pickles.
    pub data_files: BTreeSet<Identifier>,
    /// The calls and base classes of a module of the app.
    pub call_sites: Vec<CallSite>,
    /// Modules that an extension module may import, because its strings name them.
    pub named_modules: Vec<Identifier>,
    /// The strings of an extension module; `None` for Python code.
    #[serde(skip)]
    pub extension: Option<ExtensionModuleStrings>,
    /// The scopes are unknown, so everything that the module may do when called is assumed to happen.
    pub opaque: bool,
}

/// A piece of code that runs as a whole: the body of a module, a function or a method.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The qualified name, such as `Class.method`; empty for the body of the module.
    pub name: String,
    /// Line of the definition, from 1.
    pub line: u32,
    /// The class of a method.
    pub class: Option<ClassId>,
    /// A decorator may have registered the function with code that calls it.
    pub may_be_registered: bool,
    /// Names that are read, each with the attributes that are read from it.
    pub uses: BTreeSet<NameChain>,
    /// Attributes read from values without a name, and strings that could be names.
    pub attribute_names: BTreeSet<(GuardId, Identifier)>,
    /// Attributes that are set, which only calls their setters.
    pub stores: BTreeSet<(GuardId, Identifier)>,
    /// Strings that begin a computed name: `"visit_"`.
    pub prefixes: BTreeSet<Identifier>,
    /// Strings that end a computed name: `kind + "_open"`.
    pub suffixes: BTreeSet<Identifier>,
    /// Prefixes of computed names of attributes that a method reads from its receiver: `getattr(self, "do_" + name)`.
    pub receiver_prefixes: BTreeSet<Identifier>,
    /// Suffixes of such names.
    pub receiver_suffixes: BTreeSet<Identifier>,
    /// Strings that name codecs because of where they occur.
    pub codecs: BTreeSet<Identifier>,
    /// Strings that could be looked up as a codec or as `module.object`.
    pub strings: BTreeSet<Identifier>,
    /// Strings of a dependency that are arguments of calls, and that could name a codec.
    pub arguments: BTreeSet<Identifier>,
    /// Parameters and assigned names, which may shadow names of the module.
    pub locals: BTreeSet<Identifier>,
    /// The names that imports in this scope bind.
    pub bindings: BTreeMap<Identifier, Vec<Binding>>,
    /// What the scope looks up by names that are computed, or that are data.
    pub reflection: Reflection,
    /// The scope is code in a string, which may run in another interpreter, or never.
    pub in_text: bool,
}

impl Scope {
    /// Returns whether the scope is a table, whose name ends in a form that no function has.
    pub fn is_table(&self) -> bool {
        self.name.ends_with(TABLE)
    }
}

/// What a scope looks up by names that are computed, or that are data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reflection {
    /// It imports by a name that it receives or computes.
    pub imports_dynamically: bool,
    /// Any of its strings may name a codec: it looks one up by a computed name, or its result is such a name.
    pub names_codecs: bool,
    /// It reads an attribute through which annotations are read, or has a string that names one.
    pub reads_annotations: bool,
}

/// The attributes through which annotations are read (PEP 3107, PEP 649). `typing.get_type_hints`,
/// `inspect.signature` and `functools.singledispatch` read one of them as well.
pub const ANNOTATION_ATTRIBUTES: [&str; 4] = [
    "__annotations__",
    "__annotate__",
    "__annotate_func__",
    "__annotations_cache__",
];

/// The end of the names of scopes of tables.
pub(super) const TABLE: &str = " = ...";

/// A name and the attributes that are read from it: `os.path.join`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NameChain {
    /// The guard that it is under.
    pub guard: GuardId,
    /// The name, then the attributes.
    pub chain: Box<[Identifier]>,
}

/// A class outside functions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// The qualified name.
    pub name: String,
    /// Names in the list of bases.
    pub bases: BTreeSet<NameChain>,
    /// A decorator may have registered the class with code that uses it.
    pub may_be_registered: bool,
    /// The methods of the class.
    pub methods: Vec<ScopeId>,
    /// The nested classes.
    pub classes: Vec<ClassId>,
}

/// Identifies a scope of a module.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct ScopeId(pub u32);

impl ScopeId {
    /// The body of the module.
    pub const BODY: Self = Self(0);
}

/// Identifies a class of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClassId(pub u32);

/// What a name refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Binding {
    /// A function.
    Function(ScopeId),
    /// A class.
    Class(ClassId),
    /// A module: `a` for `import a.b`, `a.b` for `import a.b as c`.
    Module(Identifier),
    /// A name of another module: the index of the import site, and the name in that module.
    From(usize, Identifier),
}

/// A call that looks up a module or a codec by a computed name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DynamicLookup {
    /// Line, from 1.
    pub line: u32,
    /// What is looked up.
    pub kind: LookupKind,
    /// The scope with the call.
    pub scope: ScopeId,
    /// The function as it is written, if it has a name: `data`, `decode`.
    pub function: Box<[Identifier]>,
}

/// The kind of object that is looked up by a computed name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LookupKind {
    /// A module.
    Module,
    /// A module that another interpreter runs.
    RunModule,
    /// A codec, whose name is passed by position.
    Codec,
    /// A codec, whose name is passed as `encoding=`.
    NamedCodec,
}

/// One import by a statement or a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportSite {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is imported.
    pub import: Import,
    /// When the code around it runs.
    pub place: SitePlace,
    /// The guard that it is under.
    pub guard: GuardId,
}

/// What an import site imports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Import {
    /// `import a.b`. A statement has one import for each name.
    Module(String),
    /// `from ..a import b, c`.
    From {
        /// Number of leading dots.
        level: u32,
        /// The name after the dots; empty in `from . import x`.
        module: String,
        /// The imported names, which include `*`.
        names: Vec<String>,
    },
    /// A call with a literal name: `importlib.import_module("a.b")`, `__import__("a")`.
    Dynamic(String),
    /// A call with a partly computed name: `import_module(f"locales.{name}.months")`.
    Computed {
        /// The beginning of the name, with a dot.
        prefix: String,
        /// The end of the name; empty if it ends with a computed part.
        suffix: String,
    },
    /// A module that another interpreter runs as its main module: `["-m", "json.tool"]`.
    RunModule(String),
}

impl Import {
    /// Returns the module that a statement names, unless the name is relative.
    pub fn absolute_name(&self) -> Option<&str> {
        match self {
            Self::Module(name) => Some(name),
            Self::From {
                level: 0, module, ..
            } => Some(module),
            _ => None,
        }
    }
}

/// When the code around an import runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SitePlace {
    /// While the module is imported: at its top level or in a class body.
    Body,
    /// When the function is called.
    Function(ScopeId),
    /// When the imported name is first read (PEP 810 `lazy import`).
    LazyStatement,
    /// The same, if the Python knows PEP 810, and else while the module is imported: `__lazy_modules__` lists what is
    /// imported.
    ListedAsLazy,
}

/// A `raise` that runs while the module is imported, unless its guard prevents it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaiseSite {
    /// Line, from 1.
    pub line: u32,
    /// The guard that it is under.
    pub guard: GuardId,
}

impl ModuleSummary {
    /// Replaces all lines, for a source whose lines are those of another file.
    pub fn map_lines(&mut self, line: impl Fn(u32) -> u32) {
        let Self {
            imports,
            raises,
            scopes,
            dynamic_lookups,
            call_sites,
            exports: _,
            guards: _,
            classes: _,
            bindings: _,
            assigned: _,
            local_bases: _,
            stars: _,
            lazy_names: _,
            data_files: _,
            named_modules: _,
            extension: _,
            opaque: _,
        } = self;
        let lines = imports.iter_mut().map(|site| &mut site.line);
        let lines = lines.chain(raises.iter_mut().map(|site| &mut site.line));
        let lines = lines.chain(scopes.iter_mut().map(|scope| &mut scope.line));
        let lines = lines.chain(dynamic_lookups.iter_mut().map(|lookup| &mut lookup.line));
        let lines = lines.chain(call_sites.iter_mut().map(|site| &mut site.line));
        lines.for_each(|mapped| *mapped = line(*mapped));
    }

    /// Returns a scope of this module.
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    /// Returns whether `word` occurs in the module: as a name, as an attribute, as a string that could be one or begin
    /// or end one, or in an import. Always true for an opaque module, except for an extension module, whose strings tell.
    pub fn references(&self, word: &str) -> bool {
        if let Some(strings) = &self.extension {
            return strings.mentions(word);
        }
        let is_in = |used: &NameChain| used.chain.iter().any(|name| name == word);
        // Shorter parts match too many names.
        let is_specific = |part: &Identifier| part.len() > 3;
        let in_scope = |scope: &Scope| {
            let begins = |part: &Identifier| is_specific(part) && word.starts_with(&**part);
            let ends = |part: &Identifier| is_specific(part) && word.ends_with(&**part);
            scope.uses.iter().any(is_in)
                || scope.attribute_names.iter().any(|(_, name)| name == word)
                || scope.prefixes.iter().any(begins)
                || scope.suffixes.iter().any(ends)
        };
        let in_class = |class: &Class| class.bases.iter().any(is_in);
        let in_import = |site: &ImportSite| {
            let (module, names) = match &site.import {
                Import::From { module, names, .. } => (module, &**names),
                Import::Module(name) | Import::Dynamic(name) | Import::RunModule(name) => {
                    (name, &[][..])
                }
                Import::Computed { .. } => return false,
            };
            module.split('.').any(|part| part == word) || names.iter().any(|name| name == word)
        };
        self.opaque
            || self.scopes.iter().any(in_scope)
            || self.classes.iter().any(in_class)
            || self.imports.iter().any(in_import)
    }

    /// Returns whether a scope reads an attribute `name`, or has a string that could be one.
    pub fn reads_attribute(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| {
            let mut attributes = scope.uses.iter().flat_map(|used| used.chain.iter().skip(1));
            attributes.any(|attribute| attribute == name)
                || scope.attribute_names.iter().any(|(_, text)| text == name)
        })
    }

    /// Returns whether `name` may be a builtin where `scope` reads it: neither the scope nor the module binds it.
    pub fn may_be_builtin(&self, scope: ScopeId, name: &str) -> bool {
        let is_local =
            |scope: &Scope| scope.locals.contains(name) || scope.bindings.contains_key(name);
        !self.bindings.contains_key(name)
            && !self.assigned.contains(name)
            && !is_local(self.scope(scope))
    }

    /// Returns whether an import is in a string.
    pub fn is_in_string(&self, site: &ImportSite) -> bool {
        matches!(site.import, Import::RunModule(_))
            || matches!(site.place, SitePlace::Function(scope) if self.scope(scope).in_text)
    }

    /// Returns a class of this module.
    pub fn class(&self, id: ClassId) -> &Class {
        &self.classes[id.0 as usize]
    }

    /// Returns whether the module may bind `name` itself, apart from a submodule of that name.
    pub fn may_bind(&self, name: &str) -> bool {
        self.opaque
            || !self.stars.is_empty()
            || self.bindings.contains_key(name)
            || self.bindings.contains_key("__getattr__")
            || self.assigned.contains(name)
    }
}
