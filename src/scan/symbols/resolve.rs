//! Resolves the names of each block, like `analyze_name` in `Python/symtable.c`.

use std::collections::HashMap;

use super::{BlockId, BlockKind, NameOccurrence, NameRole, SymbolTable};

/// What a name refers to in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A local name of the block.
    Local {
        /// Whether it is in a cell, because a function inside the block uses it too.
        cell: bool,
    },
    /// A local name of this enclosing block.
    Free(BlockId),
    /// A name of the module, or a builtin.
    Global {
        /// Whether a `global` statement declares it.
        declared: bool,
    },
}

/// The strongest use that a block makes of a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Used {
    #[default]
    Not,
    Read,
    Bound,
}

/// How a block declares a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Declared {
    #[default]
    Not,
    Global,
    Nonlocal,
}

/// The combined occurrences of a name in a block.
#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    used: Used,
    declared: Declared,
    inlined: bool,
    cell: bool,
    /// The enclosing block whose name the blocks inside this one use.
    passed: Option<BlockId>,
}

impl Flags {
    /// Returns whether the name is local to the block.
    fn is_local(self) -> bool {
        self.used == Used::Bound && self.declared == Declared::Not
    }
}

/// The resolved names of a symbol table.
#[derive(Debug)]
pub struct Resolution<'t> {
    table: &'t SymbolTable<'t>,
    names: Vec<HashMap<&'t str, Flags>>,
}

impl<'t> Resolution<'t> {
    /// Resolves the names of `table`, and ignores occurrences for which `counts` returns false.
    pub fn of(table: &'t SymbolTable<'t>, counts: impl Fn(&NameOccurrence<'_>) -> bool) -> Self {
        let names = table.blocks().map(|(_, block)| {
            let mut names: HashMap<&str, Flags> = HashMap::new();
            for occurrence in block
                .occurrences
                .iter()
                .filter(|occurrence| counts(occurrence))
            {
                let flags = names.entry(&occurrence.name).or_default();
                match occurrence.role {
                    NameRole::Read => flags.used = flags.used.max(Used::Read),
                    NameRole::Bind(_) => flags.used = Used::Bound,
                    NameRole::Global => flags.declared = Declared::Global,
                    NameRole::Nonlocal => flags.declared = Declared::Nonlocal,
                    NameRole::Inlined => flags.inlined = true,
                    NameRole::Annotate | NameRole::Yield | NameRole::StaticAttribute => {}
                }
            }
            names
        });
        let names = names.collect();
        let mut resolution = Self { table, names };
        resolution.connect_free_names();
        resolution
    }

    /// Marks the cells of free names, and the blocks between a use and its cell.
    fn connect_free_names(&mut self) {
        let mut free = Vec::new();
        for (id, _) in self.table.blocks() {
            for name in self.names[id.0].keys() {
                if let Some(Symbol::Free(owner)) = self.symbol(id, name) {
                    free.push((id, *name, owner));
                }
            }
        }
        for (id, name, owner) in free {
            let parents = std::iter::successors(Some(id), |id| self.table.block(*id).parent);
            for block in parents.skip(1).take_while(|block| *block != owner) {
                self.names[block.0].entry(name).or_default().passed = Some(owner);
            }
            if self.compiled_into(id) != owner {
                self.names[owner.0].entry(name).or_default().cell = true;
            }
        }
    }

    /// Returns the block that the code of `id` is compiled into: an inlined comprehension is part of its parent.
    fn compiled_into(&self, id: BlockId) -> BlockId {
        let block = self.table.block(id);
        match (block.kind, block.parent) {
            (BlockKind::Comprehension { inlined: true }, Some(parent)) => {
                self.compiled_into(parent)
            }
            _ => id,
        }
    }

    /// Returns what `name` refers to in a block, or `None` if the block does not mention it.
    pub fn symbol(&self, id: BlockId, name: &str) -> Option<Symbol> {
        let flags = self.names[id.0].get(name)?;
        if (flags.used, flags.declared) == (Used::Not, Declared::Not) {
            let cell = flags.cell;
            // Only the methods of a class mention its `__class__`.
            let local = (flags.inlined || cell).then_some(Symbol::Local { cell });
            return local.or(flags.passed.map(Symbol::Free));
        }
        Some(match flags.declared {
            Declared::Global => Symbol::Global { declared: true },
            Declared::Not if flags.used == Used::Bound => Symbol::Local { cell: flags.cell },
            _ => self.resolve_in_parents(id, name),
        })
    }

    /// Returns whether `id` can see a name of a class that binds `name`. Annotations and type parameters directly in a
    /// class see its names, which are looked up when they are evaluated (PEP 695).
    fn is_seen_in_class(&self, id: BlockId, name: &str) -> bool {
        let block = self.table.block(id);
        let Some(parent) = block.parent.filter(|_| block.kind == BlockKind::Annotation) else {
            return false;
        };
        match self.table.block(parent).kind {
            BlockKind::Class => {
                let flags = self.names[parent.0].get(name).copied().unwrap_or_default();
                flags.is_local()
            }
            _ => self.is_seen_in_class(parent, name),
        }
    }

    /// Returns what a name refers to that the block itself does not bind.
    fn resolve_in_parents(&self, id: BlockId, name: &str) -> Symbol {
        if self.is_seen_in_class(id, name) {
            return Symbol::Global { declared: false };
        }
        let parents = std::iter::successors(self.table.block(id).parent, |id| {
            self.table.block(*id).parent
        });
        for block in parents {
            let flags = self.names[block.0].get(name).copied().unwrap_or_default();
            match self.table.block(block).kind {
                BlockKind::Module => break,
                BlockKind::Class if name == "__class__" => return Symbol::Free(block),
                BlockKind::Class => {}
                _ if flags.declared == Declared::Global => break,
                _ if flags.is_local() => return Symbol::Free(block),
                _ => {}
            }
        }
        Symbol::Global { declared: false }
    }

    /// Returns the block that owns the name that `name` refers to in `id`.
    pub fn owner(&self, id: BlockId, name: &str) -> Option<BlockId> {
        Some(match self.symbol(id, name)? {
            Symbol::Local { .. } => id,
            Symbol::Free(owner) => owner,
            Symbol::Global { .. } => BlockId::MODULE,
        })
    }

    /// Returns the enclosing block whose `name` the blocks inside `id` use, whatever `name` refers to in `id` itself.
    pub fn passed(&self, id: BlockId, name: &str) -> Option<BlockId> {
        self.names[id.0].get(name)?.passed
    }

    /// Returns the names of a block.
    pub fn names(&self, id: BlockId) -> impl Iterator<Item = &'t str> {
        self.names[id.0].keys().copied()
    }
}
