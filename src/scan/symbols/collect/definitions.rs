//! Visits definitions: statements and expressions that open blocks or bind names.

use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};

use super::{BindingKind, BlockId, BlockKind, Collector, NameOccurrence, NameRole};

impl<'a> Collector<'a> {
    pub(super) fn import(&mut self, alias: &'a ast::Alias) {
        let module = alias.name.as_str();
        match &alias.asname {
            Some(name) => self.bind(name, BindingKind::Module(module)),
            None => {
                let first = module.split('.').next().unwrap_or(module);
                self.record(
                    first,
                    NameRole::Bind(BindingKind::Module(first)),
                    alias.start(),
                );
            }
        }
    }

    pub(super) fn import_from(&mut self, statement: &'a ast::StmtImportFrom) {
        let module = statement.module.as_ref().map_or("", |name| name.as_str());
        for alias in &statement.names {
            let name = alias.name.as_str();
            if name == "*" {
                self.table.stars.push(statement.start());
                continue;
            }
            let level = statement.level;
            let bound = BindingKind::From {
                level,
                module,
                name,
            };
            self.bind(alias.asname.as_ref().unwrap_or(&alias.name), bound);
        }
    }

    pub(super) fn annotated(&mut self, statement: &'a ast::StmtAnnAssign) {
        let value = statement.value.as_deref();
        value.iter().for_each(|value| self.visit_expr(value));
        // Annotations of local variables are never evaluated. Since PEP 649, the compiler ignores them altogether.
        if !(self.is_since(14) && self.kind() == BlockKind::Function) {
            self.visit_annotation(&statement.annotation);
        }
        match &*statement.target {
            Expr::Name(name) => {
                if statement.simple || value.is_some() {
                    let bound = value.map_or(BindingKind::Other, BindingKind::Value);
                    self.record(&name.id, NameRole::Bind(bound), name.start());
                }
                if matches!(self.kind(), BlockKind::Module | BlockKind::Class) {
                    self.record(&name.id, NameRole::Annotate, name.start());
                }
            }
            target => self.visit_expr(target),
        }
    }

    /// Visits a definition that may have type parameters, which then form a block around it.
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

    pub(super) fn function(&mut self, statement: &'a ast::StmtFunctionDef) {
        for decorator in &statement.decorator_list {
            self.visit_decorator(decorator);
        }
        self.bind(&statement.name, BindingKind::Other);
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

    pub(super) fn class(&mut self, statement: &'a ast::StmtClassDef) {
        for decorator in &statement.decorator_list {
            self.visit_decorator(decorator);
        }
        self.bind(&statement.name, BindingKind::Other);
        let outer = self.class.replace(statement.name.as_str());
        self.generic(
            statement.type_params.as_deref(),
            statement.range,
            |inside| {
                // Private names in the list of bases are not mangled with this class.
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

    pub(super) fn alias(&mut self, statement: &'a ast::StmtTypeAlias) {
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

    fn defaults(&mut self, parameters: &'a ast::Parameters) {
        let parameters = parameters.iter_non_variadic_params();
        for default in parameters.filter_map(|parameter| parameter.default.as_deref()) {
            self.visit_expr(default);
        }
    }

    fn parameters(&mut self, parameters: &'a ast::Parameters) {
        for parameter in parameters {
            self.bind(parameter.name(), BindingKind::Other);
        }
    }

    pub(super) fn lambda(&mut self, lambda: &'a ast::ExprLambda) {
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

    /// Visits a comprehension. Its first `iter` is evaluated in the enclosing block.
    pub(super) fn comprehension(
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
            for (index, generator) in generators.iter().enumerate() {
                if index > 0 {
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
            self.add_inlined_names(id);
        }
    }

    /// Adds the names that an inlined comprehension binds to the block that it is inlined into.
    fn add_inlined_names(&mut self, id: BlockId) {
        let is_inlined =
            |id: &BlockId| self.table.block(*id).kind == BlockKind::Comprehension { inlined: true };
        let Some(block) = self.ancestors().find(|id| !is_inlined(id)) else {
            return;
        };
        let is_bound =
            |occurrence: &&NameOccurrence<'a>| matches!(occurrence.role, NameRole::Bind(_));
        let bound = self.table.block(id).occurrences.iter().filter(is_bound);
        let inlined: Vec<NameOccurrence<'a>> = bound
            .map(|occurrence| NameOccurrence {
                role: NameRole::Inlined,
                ..occurrence.clone()
            })
            .collect();
        self.table.blocks[block.0].occurrences.extend(inlined);
    }
}
