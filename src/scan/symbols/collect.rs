//! Collects the blocks of a module and the occurrences of names in them.

mod definitions;

use std::borrow::Cow;

use ruff_python_ast::visitor::{
    Visitor, walk_except_handler, walk_expr, walk_pattern, walk_stmt, walk_type_param,
};
use ruff_python_ast::{self as ast, ExceptHandler, Expr, ExprContext, Pattern, Stmt, TypeParam};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::{BindingKind, Block, BlockId, BlockKind, NameOccurrence, NameRole, SymbolTable};
use crate::types::Version;

pub(super) fn collect(body: &[Stmt], version: Version) -> SymbolTable<'_> {
    let mut collector = Collector {
        table: SymbolTable {
            blocks: Vec::new(),
            stars: Vec::new(),
        },
        current: BlockId::MODULE,
        class: None,
        version,
        defers_annotations: body.iter().any(defers_annotations),
    };
    collector.open(BlockKind::Module, TextRange::default());
    collector.visit_body(body);
    collector.table
}

/// Returns whether a statement is `from __future__ import annotations` (PEP 563).
fn defers_annotations(statement: &Stmt) -> bool {
    matches!(statement, Stmt::ImportFrom(import)
        if import.module.as_deref() == Some("__future__")
            && import.names.iter().any(|alias| &alias.name == "annotations"))
}

struct Collector<'a> {
    table: SymbolTable<'a>,
    current: BlockId,
    /// The enclosing class, with which private names are mangled.
    class: Option<&'a str>,
    version: Version,
    /// The module has `from __future__ import annotations` (PEP 563).
    defers_annotations: bool,
}

// ---- blocks -----------------------------------------------------------------------------------

impl<'a> Collector<'a> {
    /// Opens a block and returns the enclosing one.
    fn open(&mut self, kind: BlockKind, range: TextRange) -> BlockId {
        let id = BlockId(self.table.blocks.len());
        let parent = (id != BlockId::MODULE).then_some(self.current);
        self.table.blocks.push(Block {
            kind,
            parent,
            range,
            occurrences: Vec::new(),
        });
        std::mem::replace(&mut self.current, id)
    }

    fn within(&mut self, kind: BlockKind, range: TextRange, visit: impl FnOnce(&mut Self)) {
        let outer = self.open(kind, range);
        visit(self);
        self.current = outer;
    }

    fn is_since(&self, minor: u16) -> bool {
        (self.version.major, self.version.minor) >= (3, minor)
    }

    fn kind(&self) -> BlockKind {
        self.table.block(self.current).kind
    }

    /// Returns the current block and its ancestors, innermost first.
    fn ancestors(&self) -> impl Iterator<Item = BlockId> {
        std::iter::successors(Some(self.current), |id| self.table.block(*id).parent)
    }

    // ---- names --------------------------------------------------------------------------------

    fn record(&mut self, name: &'a str, role: NameRole<'a>, at: TextSize) {
        self.record_in(self.current, name, role, at);
    }

    fn record_in(&mut self, block: BlockId, name: &'a str, role: NameRole<'a>, at: TextSize) {
        let name = mangled(name, self.class);
        let occurrences = &mut self.table.blocks[block.0].occurrences;
        occurrences.push(NameOccurrence { name, role, at });
    }

    fn bind(&mut self, name: &'a ast::Identifier, bound: BindingKind<'a>) {
        self.record(name.as_str(), NameRole::Bind(bound), name.start());
    }

    fn name(&mut self, name: &'a ast::ExprName) {
        let at = name.start();
        match name.ctx {
            ExprContext::Store => self.record(&name.id, NameRole::Bind(BindingKind::Other), at),
            ExprContext::Del => self.record(&name.id, NameRole::Bind(BindingKind::Deleted), at),
            ExprContext::Load | ExprContext::Invalid => {
                self.record(&name.id, NameRole::Read, at);
                // `super()` reads its class from the cell of `__class__`.
                if &name.id == "super"
                    && !matches!(self.kind(), BlockKind::Module | BlockKind::Class)
                {
                    self.record("__class__", NameRole::Read, at);
                }
            }
        }
    }

    /// Visits `x := 1`, which binds in the block around comprehensions.
    fn named_expr(&mut self, named: &'a ast::ExprNamed) {
        self.visit_expr(&named.value);
        let Expr::Name(target) = &*named.target else {
            return;
        };
        let is_comprehension =
            |id: &BlockId| matches!(self.table.block(*id).kind, BlockKind::Comprehension { .. });
        let Some(block) = self.ancestors().find(|id| !is_comprehension(id)) else {
            return;
        };
        let role = NameRole::Bind(BindingKind::Other);
        self.record_in(block, &target.id, role, target.start());
        if block != self.current {
            self.record(&target.id, NameRole::Read, target.start());
        }
    }

    /// Records `self.x = ...` in a method.
    fn static_attribute(&mut self, attribute: &'a ast::ExprAttribute) {
        let on_self = matches!(&*attribute.value, Expr::Name(name) if &name.id == "self");
        if !(on_self && attribute.ctx.is_store() && self.is_since(13)) {
            return;
        }
        let is_class = |id: &BlockId| self.table.block(*id).kind == BlockKind::Class;
        let class = self.ancestors().find(is_class);
        if let Some(class) = class.filter(|class| *class != self.current) {
            self.record_in(
                class,
                &attribute.attr,
                NameRole::StaticAttribute,
                attribute.start(),
            );
        }
    }
}

impl<'a> Visitor<'a> for Collector<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(statement) => statement.names.iter().for_each(|alias| self.import(alias)),
            Stmt::ImportFrom(statement) => self.import_from(statement),
            Stmt::FunctionDef(statement) => self.function(statement),
            Stmt::ClassDef(statement) => self.class(statement),
            Stmt::TypeAlias(statement) => self.alias(statement),
            Stmt::AnnAssign(statement) => self.annotated(statement),
            Stmt::Global(statement) => {
                for name in &statement.names {
                    self.record(name.as_str(), NameRole::Global, name.start());
                }
            }
            Stmt::Nonlocal(statement) => {
                for name in &statement.names {
                    self.record(name.as_str(), NameRole::Nonlocal, name.start());
                }
            }
            Stmt::Assign(ast::StmtAssign { targets, value, .. }) => match &**targets {
                [Expr::Name(name)] => {
                    self.visit_expr(value);
                    let role = NameRole::Bind(BindingKind::Value(value));
                    self.record(&name.id, role, name.start());
                }
                _ => walk_stmt(self, statement),
            },
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_annotation(&mut self, annotation: &'a Expr) {
        if self.is_since(14) || self.defers_annotations {
            self.within(BlockKind::Annotation, annotation.range(), |inside| {
                inside.visit_expr(annotation);
            });
        } else {
            self.visit_expr(annotation);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => self.name(name),
            Expr::Named(named) => self.named_expr(named),
            Expr::Lambda(lambda) => self.lambda(lambda),
            Expr::ListComp(ast::ExprListComp {
                range,
                elt,
                generators,
                ..
            })
            | Expr::SetComp(ast::ExprSetComp {
                range,
                elt,
                generators,
                ..
            }) => {
                self.comprehension(*range, generators, [Some(elt), None], false);
            }
            Expr::Generator(ast::ExprGenerator {
                range,
                elt,
                generators,
                ..
            }) => {
                self.comprehension(*range, generators, [Some(elt), None], true);
            }
            Expr::DictComp(ast::ExprDictComp {
                range,
                key,
                value,
                generators,
                ..
            }) => {
                let elements = [key.as_deref(), Some(&**value)];
                self.comprehension(*range, generators, elements, false);
            }
            Expr::Yield(_) | Expr::YieldFrom(_) => {
                self.record("", NameRole::Yield, expr.start());
                walk_expr(self, expr);
            }
            Expr::Attribute(attribute) => {
                self.static_attribute(attribute);
                walk_expr(self, expr);
            }
            _ => walk_expr(self, expr),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(handled) = handler;
        let name = handled.name.iter();
        name.for_each(|name| self.bind(name, BindingKind::Other));
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let captured = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        captured
            .iter()
            .for_each(|name| self.bind(name, BindingKind::Other));
        walk_pattern(self, pattern);
    }

    fn visit_type_param(&mut self, parameter: &'a TypeParam) {
        self.bind(parameter.name(), BindingKind::Other);
        self.within(BlockKind::Annotation, parameter.range(), |inside| {
            walk_type_param(inside, parameter);
        });
    }
}

/// Mangles a name that is private to a class, like `_Py_Mangle` in `Python/symtable.c`.
fn mangled<'a>(name: &'a str, class: Option<&str>) -> Cow<'a, str> {
    let is_private = name.starts_with("__") && !name.ends_with("__") && !name.contains('.');
    let class = class.filter(|_| is_private);
    match class.map(|class| class.trim_start_matches('_')) {
        Some(class) if !class.is_empty() => Cow::from(format!("_{class}{name}")),
        _ => Cow::from(name),
    }
}
