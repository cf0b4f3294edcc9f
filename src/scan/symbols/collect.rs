//! Walks a syntax tree and writes down what each block does with names.

use std::borrow::Cow;

use ruff_python_ast::visitor::{
    Visitor, walk_except_handler, walk_expr, walk_pattern, walk_stmt, walk_type_param,
};
use ruff_python_ast::{self as ast, ExceptHandler, Expr, ExprContext, Pattern, Stmt, TypeParam};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::{Block, BlockId, BlockKind, Bound, Mention, Role, SymbolTable};
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

/// `from __future__ import annotations` (PEP 563).
fn defers_annotations(statement: &Stmt) -> bool {
    matches!(statement, Stmt::ImportFrom(import)
        if import.module.as_deref() == Some("__future__")
            && import.names.iter().any(|alias| &alias.name == "annotations"))
}

struct Collector<'a> {
    table: SymbolTable<'a>,
    current: BlockId,
    /// The class around this point, which private names are mangled with.
    class: Option<&'a str>,
    version: Version,
    /// `from __future__ import annotations` is there (PEP 563).
    defers_annotations: bool,
}

// ---- blocks -----------------------------------------------------------------------------------

impl<'a> Collector<'a> {
    /// Opens a block; the answer is the one around it.
    fn open(&mut self, kind: BlockKind, range: TextRange) -> BlockId {
        let id = BlockId(self.table.blocks.len());
        let parent = (id != BlockId::MODULE).then_some(self.current);
        self.table.blocks.push(Block {
            kind,
            parent,
            range,
            mentions: Vec::new(),
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

    /// This block and those around it, innermost first.
    fn around(&self) -> impl Iterator<Item = BlockId> {
        std::iter::successors(Some(self.current), |id| self.table.block(*id).parent)
    }

    // ---- names --------------------------------------------------------------------------------

    fn mention(&mut self, name: &'a str, role: Role<'a>, at: TextSize) {
        self.mention_in(self.current, name, role, at);
    }

    fn mention_in(&mut self, block: BlockId, name: &'a str, role: Role<'a>, at: TextSize) {
        let name = mangled(name, self.class);
        let mentions = &mut self.table.blocks[block.0].mentions;
        mentions.push(Mention { name, role, at });
    }

    fn bind(&mut self, name: &'a ast::Identifier, bound: Bound<'a>) {
        self.mention(name.as_str(), Role::Bind(bound), name.start());
    }

    fn name(&mut self, name: &'a ast::ExprName) {
        let at = name.start();
        match name.ctx {
            ExprContext::Store => self.mention(&name.id, Role::Bind(Bound::Other), at),
            ExprContext::Del => self.mention(&name.id, Role::Bind(Bound::Deleted), at),
            ExprContext::Load | ExprContext::Invalid => {
                self.mention(&name.id, Role::Read, at);
                // `super()` finds its class in a cell.
                if &name.id == "super"
                    && !matches!(self.kind(), BlockKind::Module | BlockKind::Class)
                {
                    self.mention("__class__", Role::Read, at);
                }
            }
        }
    }

    /// `x := 1` binds in the block around comprehensions.
    fn named(&mut self, named: &'a ast::ExprNamed) {
        self.visit_expr(&named.value);
        let Expr::Name(target) = &*named.target else {
            return;
        };
        let is_comprehension =
            |id: &BlockId| matches!(self.table.block(*id).kind, BlockKind::Comprehension { .. });
        let Some(block) = self.around().find(|id| !is_comprehension(id)) else {
            return;
        };
        let role = Role::Bind(Bound::Other);
        self.mention_in(block, &target.id, role, target.start());
        if block != self.current {
            self.mention(&target.id, Role::Read, target.start());
        }
    }

    /// `self.x = ...` in a method.
    fn static_attribute(&mut self, attribute: &'a ast::ExprAttribute) {
        let on_self = matches!(&*attribute.value, Expr::Name(name) if &name.id == "self");
        if !(on_self && attribute.ctx.is_store() && self.is_since(13)) {
            return;
        }
        let is_class = |id: &BlockId| self.table.block(*id).kind == BlockKind::Class;
        let class = self.around().find(is_class);
        if let Some(class) = class.filter(|class| *class != self.current) {
            self.mention_in(
                class,
                &attribute.attr,
                Role::StaticAttribute,
                attribute.start(),
            );
        }
    }

    // ---- statements ---------------------------------------------------------------------------

    fn import(&mut self, alias: &'a ast::Alias) {
        let module = alias.name.as_str();
        match &alias.asname {
            Some(name) => self.bind(name, Bound::Module(module)),
            None => {
                let first = module.split('.').next().unwrap_or(module);
                self.mention(first, Role::Bind(Bound::Module(first)), alias.start());
            }
        }
    }

    fn import_from(&mut self, statement: &'a ast::StmtImportFrom) {
        let module = statement.module.as_ref().map_or("", |name| name.as_str());
        for alias in &statement.names {
            let name = alias.name.as_str();
            if name == "*" {
                self.table.stars.push(statement.start());
                continue;
            }
            let level = statement.level;
            let bound = Bound::From {
                level,
                module,
                name,
            };
            self.bind(alias.asname.as_ref().unwrap_or(&alias.name), bound);
        }
    }

    fn annotated(&mut self, statement: &'a ast::StmtAnnAssign) {
        let value = statement.value.as_deref();
        value.iter().for_each(|value| self.visit_expr(value));
        // Those of a function's variables are never evaluated; since PEP 649 they are not even looked at.
        if !(self.is_since(14) && self.kind() == BlockKind::Function) {
            self.visit_annotation(&statement.annotation);
        }
        match &*statement.target {
            Expr::Name(name) => {
                if statement.simple || value.is_some() {
                    let bound = value.map_or(Bound::Other, Bound::Value);
                    self.mention(&name.id, Role::Bind(bound), name.start());
                }
                if matches!(self.kind(), BlockKind::Module | BlockKind::Class) {
                    self.mention(&name.id, Role::Annotate, name.start());
                }
            }
            target => self.visit_expr(target),
        }
    }

    /// Visits what may have type parameters, which then are a block around it.
    fn generic(
        &mut self,
        parameters: Option<&'a ast::TypeParams>,
        range: TextRange,
        visit: impl FnOnce(&mut Self),
    ) {
        match parameters {
            Some(parameters) => self.within(BlockKind::Annotation, range, |inside| {
                inside.visit_type_params(parameters);
                visit(inside);
            }),
            None => visit(self),
        }
    }

    fn function(&mut self, statement: &'a ast::StmtFunctionDef) {
        for decorator in &statement.decorator_list {
            self.visit_decorator(decorator);
        }
        self.bind(&statement.name, Bound::Other);
        self.defaults(&statement.parameters);
        let range = statement.range;
        self.generic(statement.type_params.as_deref(), range, |inside| {
            let parameters = statement.parameters.iter();
            for annotation in parameters.filter_map(|parameter| parameter.annotation()) {
                inside.visit_annotation(annotation);
            }
            let returns = statement.returns.as_deref();
            returns
                .iter()
                .for_each(|returns| inside.visit_annotation(returns));
            inside.within(BlockKind::Function, range, |inside| {
                inside.parameters(&statement.parameters);
                inside.visit_body(&statement.body);
            });
        });
    }

    fn class(&mut self, statement: &'a ast::StmtClassDef) {
        for decorator in &statement.decorator_list {
            self.visit_decorator(decorator);
        }
        self.bind(&statement.name, Bound::Other);
        let outer = self.class.replace(statement.name.as_str());
        self.generic(
            statement.type_params.as_deref(),
            statement.range,
            |inside| {
                // Names in the list of bases are not yet the class's own.
                inside.class = outer;
                let arguments = statement.arguments.as_deref();
                arguments
                    .iter()
                    .for_each(|arguments| inside.visit_arguments(arguments));
                inside.class = Some(statement.name.as_str());
                inside.within(BlockKind::Class, statement.range, |inside| {
                    inside.visit_body(&statement.body);
                });
            },
        );
        self.class = outer;
    }

    fn alias(&mut self, statement: &'a ast::StmtTypeAlias) {
        self.visit_expr(&statement.name);
        self.generic(
            statement.type_params.as_deref(),
            statement.range,
            |inside| {
                inside.within(BlockKind::Annotation, statement.value.range(), |inside| {
                    inside.visit_expr(&statement.value);
                });
            },
        );
    }

    // ---- functions and comprehensions ---------------------------------------------------------

    fn defaults(&mut self, parameters: &'a ast::Parameters) {
        let parameters = parameters.iter_non_variadic_params();
        for default in parameters.filter_map(|parameter| parameter.default.as_deref()) {
            self.visit_expr(default);
        }
    }

    fn parameters(&mut self, parameters: &'a ast::Parameters) {
        for parameter in parameters {
            self.bind(parameter.name(), Bound::Other);
        }
    }

    fn lambda(&mut self, lambda: &'a ast::ExprLambda) {
        let parameters = lambda.parameters.as_deref();
        parameters
            .iter()
            .for_each(|parameters| self.defaults(parameters));
        self.within(BlockKind::Function, lambda.range, |inside| {
            parameters
                .iter()
                .for_each(|parameters| inside.parameters(parameters));
            inside.visit_expr(&lambda.body);
        });
    }

    /// The first `iter` is evaluated outside.
    fn comprehension(
        &mut self,
        range: TextRange,
        generators: &'a [ast::Comprehension],
        elements: [Option<&'a Expr>; 2],
        is_generator: bool,
    ) {
        let inlined = self.is_since(12) && !is_generator;
        generators
            .iter()
            .take(1)
            .for_each(|first| self.visit_expr(&first.iter));
        let kind = BlockKind::Comprehension { inlined };
        let id = BlockId(self.table.blocks.len());
        self.within(kind, range, |inside| {
            for (place, generator) in generators.iter().enumerate() {
                if place > 0 {
                    inside.visit_expr(&generator.iter);
                }
                inside.visit_expr(&generator.target);
                generator
                    .ifs
                    .iter()
                    .for_each(|test| inside.visit_expr(test));
            }
            elements
                .iter()
                .flatten()
                .for_each(|element| inside.visit_expr(element));
        });
        if inlined {
            self.bring_along(id);
        }
    }

    /// What an inlined comprehension binds becomes a local variable of the block that it is written into.
    fn bring_along(&mut self, id: BlockId) {
        let is_inlined =
            |id: &BlockId| self.table.block(*id).kind == BlockKind::Comprehension { inlined: true };
        let Some(block) = self.around().find(|id| !is_inlined(id)) else {
            return;
        };
        let is_bound = |mention: &&Mention<'a>| matches!(mention.role, Role::Bind(_));
        let bound = self.table.block(id).mentions.iter().filter(is_bound);
        let brought: Vec<Mention<'a>> = bound
            .map(|mention| Mention {
                role: Role::Inlined,
                ..mention.clone()
            })
            .collect();
        self.table.blocks[block.0].mentions.extend(brought);
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
                    self.mention(name.as_str(), Role::Global, name.start());
                }
            }
            Stmt::Nonlocal(statement) => {
                for name in &statement.names {
                    self.mention(name.as_str(), Role::Nonlocal, name.start());
                }
            }
            Stmt::Assign(ast::StmtAssign { targets, value, .. }) => match &**targets {
                [Expr::Name(name)] => {
                    self.visit_expr(value);
                    let role = Role::Bind(Bound::Value(value));
                    self.mention(&name.id, role, name.start());
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
            Expr::Named(named) => self.named(named),
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
                self.mention("", Role::Yield, expr.start());
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
        name.for_each(|name| self.bind(name, Bound::Other));
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
            .for_each(|name| self.bind(name, Bound::Other));
        walk_pattern(self, pattern);
    }

    fn visit_type_param(&mut self, parameter: &'a TypeParam) {
        self.bind(parameter.name(), Bound::Other);
        self.within(BlockKind::Annotation, parameter.range(), |inside| {
            walk_type_param(inside, parameter);
        });
    }
}

/// A private name of a class, as the compiler writes it (`_Py_Mangle` in `Python/symtable.c`).
fn mangled<'a>(name: &'a str, class: Option<&str>) -> Cow<'a, str> {
    let is_private = name.starts_with("__") && !name.ends_with("__") && !name.contains('.');
    let class = class.filter(|_| is_private);
    match class.map(|class| class.trim_start_matches('_')) {
        Some(class) if !class.is_empty() => Cow::from(format!("_{class}{name}")),
        _ => Cow::from(name),
    }
}
