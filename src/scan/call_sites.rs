//! Records the calls and base classes of an app by name, so that later phases can tell what a call does.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextSize};
use serde::{Deserialize, Serialize};

use super::codecs::string_literal;
use super::expressions::chain_of;
use super::guards::GuardId;
use super::source_origin::SourceOrigin;
use super::summary::{Binding, Identifier, Import, ModuleSummary, ScopeId};
use super::visit::ScanVisitor;

/// A call in the app, or a base of one of its classes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallSite {
    /// The function or class as it is written: `os`, `system`.
    pub function: Box<[Identifier]>,
    /// Line, from 1.
    pub line: u32,
    /// The scope with the call.
    pub scope: ScopeId,
    /// The guard that the call is under.
    pub guard: GuardId,
    /// Whether the first argument is a literal or a lambda, both of which are read, or there is none.
    pub has_literal_argument: bool,
    /// The names, without folders, of the Python files that literals in the arguments name.
    pub python_files: Box<[Box<str>]>,
}

impl ScanVisitor<'_> {
    /// Records a call in the app.
    pub(super) fn call_site(&mut self, call: &ast::ExprCall) {
        if let Some(function) = dotted(&call.func) {
            let arguments = &call.arguments;
            let named = arguments.keywords.iter().map(|keyword| &keyword.value);
            let first = arguments.args.iter().chain(named).next();
            let has_literal_argument =
                first.is_none_or(|first| first.is_literal_expr() || first.is_lambda_expr());
            let mut files = PythonFiles::default();
            files.visit_arguments(arguments);
            self.add_call_site(call.start(), &function, has_literal_argument, files.names);
        }
    }

    /// Records the bases of a class of the app, whose functions its instances call.
    pub(super) fn base_sites(&mut self, bases: &[Expr]) {
        for base in bases {
            if let Some(class) = dotted(base) {
                self.add_call_site(base.start(), &class, true, Vec::new());
            }
        }
    }

    fn add_call_site(
        &mut self,
        at: TextSize,
        function: &[&str],
        has_literal_argument: bool,
        python_files: Vec<Box<str>>,
    ) {
        if self.origin != SourceOrigin::App {
            return;
        }
        let site = CallSite {
            function: function.iter().map(|name| Identifier::new(name)).collect(),
            line: self.line(at),
            scope: self.builder.scope(),
            guard: self.guard,
            has_literal_argument,
            python_files: python_files.into(),
        };
        self.builder.summary.call_sites.push(site);
    }
}

/// Collects the names of Python files from literals, wherever they are in an expression: `HERE / "tools" / "check.py"`.
#[derive(Default)]
struct PythonFiles {
    names: Vec<Box<str>>,
    depth: usize,
}

impl PythonFiles {
    /// Deeper expressions are not searched: each call around them would search them again.
    const MAX_DEPTH: usize = 8;
}

impl Visitor<'_> for PythonFiles {
    fn visit_expr(&mut self, expr: &Expr) {
        if let Some(path) = string_literal(expr) {
            let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
            if name.ends_with(".py") {
                self.names.push(name.into());
            }
        }
        if self.depth < Self::MAX_DEPTH {
            self.depth += 1;
            walk_expr(self, expr);
            self.depth -= 1;
        }
    }
}

/// Returns the names of `a.b.c` or `a`.
pub(super) fn dotted(expr: &Expr) -> Option<Vec<&str>> {
    match expr {
        Expr::Name(name) => Some(vec![name.id.as_str()]),
        Expr::Attribute(attribute) => chain_of(attribute),
        _ => None,
    }
}

/// What a dotted name in a scope refers to, as far as the module itself tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Referent<'a> {
    /// A function or class of the module itself, or of a module that it imports relative to itself.
    Own,
    /// A module, or a name in it, that is imported: `os`, then the attributes that are read from it.
    Imported {
        /// The module.
        module: &'a str,
        /// The imported name, for `from module import name`.
        name: Option<&'a str>,
        /// The attributes that are read.
        attributes: &'a [Identifier],
    },
    /// A name that the module does not bind: a builtin.
    Builtin(&'a str),
    /// An attribute of a value.
    Value,
}

impl Referent<'_> {
    /// Returns the dotted name of what is imported, such as `os.system`, or the name of a builtin.
    pub fn dotted_name(&self) -> Option<String> {
        match self {
            Self::Imported {
                module,
                name,
                attributes,
            } => {
                let attributes = attributes.iter().map(Identifier::as_str);
                let parts = std::iter::once(*module).chain(*name).chain(attributes);
                Some(parts.collect::<Vec<_>>().join("."))
            }
            Self::Builtin(name) => Some((*name).to_owned()),
            Self::Own | Self::Value => None,
        }
    }
}

impl ModuleSummary {
    /// Returns what a dotted name refers to where `scope` reads it.
    pub fn referent<'a>(&'a self, scope: ScopeId, name: &'a [Identifier]) -> Referent<'a> {
        let Some((first, attributes)) = name.split_first() else {
            return Referent::Value;
        };
        let local = self.scope(scope);
        let bindings = local.bindings.get(first).or_else(|| {
            let is_local = local.locals.contains(first);
            self.bindings.get(first).filter(|_| !is_local)
        });
        match bindings.and_then(|bindings| bindings.first()) {
            Some(Binding::Function(_) | Binding::Class(_)) => Referent::Own,
            Some(Binding::Module(module)) => Referent::Imported {
                module,
                name: None,
                attributes,
            },
            Some(Binding::From(site, name)) => match &self.imports[*site].import {
                Import::From {
                    level: 0, module, ..
                } => Referent::Imported {
                    module,
                    name: Some(name),
                    attributes,
                },
                _ => Referent::Own,
            },
            None if attributes.is_empty() && self.may_be_builtin(scope, first) => {
                Referent::Builtin(first)
            }
            None => Referent::Value,
        }
    }
}
