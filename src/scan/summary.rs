//! The summary of a module: imports, scopes, classes and bindings.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::{Exports, GuardId, Guards};

/// In a chain of attributes: one whose name is computed.
pub const DYNAMIC_ATTR: &str = "*";

/// An identifier of the source.
pub type Identifier = CompactString;

/// All that later stages know of one module's text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleSummary {
    /// Import sites in the order of the text.
    pub imports: Vec<ImportSite>,
    /// Top-level `raise` statements: a module that surely meets one cannot be imported.
    pub raises: Vec<RaiseSite>,
    /// What `__all__` holds, if there is one.
    pub exports: Option<Exports>,
    /// The conditions that everything here names.
    pub guards: Guards,
    /// The module's own body first, then its functions and methods. Functions inside functions belong
    /// to the outermost.
    pub scopes: Vec<Scope>,
    /// Classes outside functions.
    pub classes: Vec<Class>,
    /// What the module's names stand for. A name may stand for several things.
    pub bindings: BTreeMap<Identifier, Vec<Binding>>,
    /// Names that are assigned to at the top level.
    pub assigned: BTreeSet<Identifier>,
    /// Import sites (by place in `imports`) of star imports at the top level.
    pub stars: Vec<usize>,
    /// Calls that import, or look up a codec, by a name that is not a literal.
    pub dynamic_imports: Vec<DynamicImport>,
    /// Nothing is known of its scopes: what it does when called has to be taken for granted.
    pub opaque: bool,
}

/// A piece of code that runs as a whole: a module's body, a function, a method.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// `Class.method`; empty for the module's body.
    pub name: String,
    /// Line of its definition, from 1.
    pub line: u32,
    /// The class it is a method of.
    pub class: Option<ClassId>,
    /// A decorator may have registered it with code that calls it.
    pub may_be_registered: bool,
    /// Names, each with the attributes that are read of it.
    pub uses: BTreeSet<NameChain>,
    /// Attributes read of values that no name stands for, and texts that could be names.
    pub attribute_names: BTreeSet<(GuardId, Identifier)>,
    /// Attributes that it sets: of these only setters are called.
    pub stores: BTreeSet<(GuardId, Identifier)>,
    /// Texts that begin a computed name: `"visit_"`.
    pub prefixes: BTreeSet<Identifier>,
    /// Texts that end a computed name: `kind + "_open"`.
    pub suffixes: BTreeSet<Identifier>,
    /// Texts that name codecs by the place where they stand.
    pub codecs: BTreeSet<Identifier>,
    /// Strings that could be looked up: as a codec, or as `module.object`.
    pub strings: BTreeSet<Identifier>,
    /// Its parameters and the names that it assigns to: values that may hide a module's name.
    pub locals: BTreeSet<Identifier>,
    /// What its own imports bind.
    pub bindings: BTreeMap<Identifier, Vec<Binding>>,
    /// It imports by a name that it is given or computes.
    pub imports_dynamically: bool,
    /// It is code that stands in a text: it may run in another interpreter, or never.
    pub in_text: bool,
}

/// A name and the attributes read of it: `os.path.join`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NameChain {
    /// Under which condition.
    pub guard: GuardId,
    /// The name, then the attributes.
    pub chain: Box<[Identifier]>,
}

/// A class outside functions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// Its dotted name.
    pub name: String,
    /// Names in its list of bases.
    pub bases: BTreeSet<NameChain>,
    /// A decorator may have registered it with code that uses it.
    pub may_be_registered: bool,
    /// Its methods.
    pub methods: Vec<ScopeId>,
    /// Classes inside it.
    pub classes: Vec<ClassId>,
}

/// A scope of a module.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct ScopeId(pub u32);

impl ScopeId {
    /// The module's body.
    pub const BODY: Self = Self(0);
}

/// A class of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClassId(pub u32);

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Binding {
    /// A function.
    Function(ScopeId),
    /// A class.
    Class(ClassId),
    /// A module: what `import a.b` binds is `a`, what `import a.b as c` binds is `a.b`.
    Module(Identifier),
    /// A name of another module: the import site and the name there.
    From(usize, Identifier),
}

/// A look-up by a computed name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DynamicImport {
    /// Line, from 1.
    pub line: u32,
    /// What is looked up.
    pub kind: LookupKind,
}

/// What is looked up by a computed name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LookupKind {
    /// A module.
    Module,
    /// A codec.
    Codec,
}

/// One import, of one statement or call.
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
    /// Under which condition.
    pub guard: GuardId,
}

/// What an import site names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Import {
    /// `import a.b`, one for each name of the statement.
    Module(String),
    /// `from ..a import b, c`.
    From {
        /// Number of leading dots.
        level: u32,
        /// The name after the dots; empty in `from . import x`.
        module: String,
        /// The imported names; `*` stands for itself.
        names: Vec<String>,
    },
    /// A call with a literal name: `importlib.import_module("a.b")`, `__import__("a")`.
    Dynamic(String),
    /// A call whose name is put together: one of the modules whose names begin so.
    Prefix(String),
    /// Another interpreter runs it as its main module: `["-m", "json.tool"]`.
    RunModule(String),
}

/// When the code around an import runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SitePlace {
    /// While the module is imported: its top level and its class bodies.
    Body,
    /// When that function is called.
    Function(ScopeId),
    /// At the first use of the imported name (PEP 810 `lazy import`).
    LazyStatement,
}

/// A `raise` that runs while the module is imported, unless its guard forbids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaiseSite {
    /// Line, from 1.
    pub line: u32,
    /// Under which condition.
    pub guard: GuardId,
}

impl ModuleSummary {
    /// A scope of this module.
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    /// Whether `word` stands anywhere in it: as a name, as an attribute, as a text that could be one or begin or end
    /// one, or as a part of what is imported. In an opaque module it always may.
    pub fn references(&self, word: &str) -> bool {
        let is_in = |used: &NameChain| used.chain.iter().any(|name| name == word);
        // Shorter parts would fit everything.
        let tells = |part: &Identifier| part.len() > 3;
        let of_scope = |scope: &Scope| {
            let begins = |part: &Identifier| tells(part) && word.starts_with(&**part);
            let ends = |part: &Identifier| tells(part) && word.ends_with(&**part);
            scope.uses.iter().any(is_in)
                || scope.attribute_names.iter().any(|(_, name)| name == word)
                || scope.prefixes.iter().any(begins)
                || scope.suffixes.iter().any(ends)
        };
        let of_class = |class: &Class| class.bases.iter().any(is_in);
        let of_import = |site: &ImportSite| {
            let (module, names) = match &site.import {
                Import::From { module, names, .. } => (module, &**names),
                Import::Module(name) | Import::Dynamic(name) | Import::RunModule(name) => {
                    (name, &[][..])
                }
                Import::Prefix(_) => return false,
            };
            module.split('.').any(|part| part == word) || names.iter().any(|name| name == word)
        };
        self.opaque
            || self.scopes.iter().any(of_scope)
            || self.classes.iter().any(of_class)
            || self.imports.iter().any(of_import)
    }

    /// Whether it reads the builtin `word`: as a name that nothing here binds, or somehow of the module of builtins.
    pub fn reads_builtin(&self, word: &str) -> bool {
        let is_bound = self.bindings.contains_key(word) || self.assigned.contains(word);
        let is_name = |scope: &Scope| {
            let is_local = scope.locals.contains(word) || scope.bindings.contains_key(word);
            let mut names = scope.uses.iter().filter_map(|used| used.chain.first());
            !is_bound && !is_local && names.any(|name| name == word)
        };
        let is_attribute = |scope: &Scope| {
            let mut attributes = scope.uses.iter().flat_map(|used| used.chain.iter().skip(1));
            attributes.any(|name| name == word)
                || scope.attribute_names.iter().any(|(_, text)| text == word)
        };
        let is_imported = |site: &ImportSite| matches!(&site.import, Import::From { names, .. } if names.iter().any(|name| name == word));
        let names_module = || self.references("builtins") || self.references("__builtins__");
        self.opaque
            || self.scopes.iter().any(is_name)
            || ((self.scopes.iter().any(is_attribute) || self.imports.iter().any(is_imported))
                && names_module())
    }

    /// Whether an import stands in a text.
    pub fn is_in_string(&self, site: &ImportSite) -> bool {
        matches!(site.import, Import::RunModule(_))
            || matches!(site.place, SitePlace::Function(scope) if self.scope(scope).in_text)
    }

    /// A class of this module.
    pub fn class(&self, id: ClassId) -> &Class {
        &self.classes[id.0 as usize]
    }

    /// Whether the module may give `name` a meaning of its own, beside submodules of that name.
    pub fn may_bind(&self, name: &str) -> bool {
        self.opaque
            || !self.stars.is_empty()
            || self.bindings.contains_key(name)
            || self.bindings.contains_key("__getattr__")
            || self.assigned.contains(name)
    }
}
