//! The symbol table of a module: its blocks and the scopes of their names.
//!
//! The same table as CPython's compiler makes (`Python/symtable.c`), as far as it decides how names are looked up.

mod collect;
mod resolve;

use std::borrow::Cow;

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{TextRange, TextSize};

pub use resolve::{Resolution, Symbol};

use crate::types::Version;

/// A block of a module's symbol table; [`BlockId::MODULE`] is the module itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId(usize);

impl BlockId {
    /// The module.
    pub const MODULE: Self = Self(0);
}

/// What kind of code a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// The module.
    Module,
    /// The body of a class.
    Class,
    /// A function or a lambda.
    Function,
    /// A comprehension or a generator expression.
    Comprehension {
        /// The compiler writes it into the block around it (PEP 709).
        inlined: bool,
    },
    /// Type parameters, an alias's value (PEP 695) or annotations (PEP 649): evaluated like functions.
    Annotation,
}

/// Code with names of its own.
#[derive(Clone, Debug)]
pub struct Block<'a> {
    /// What kind of code it is.
    pub kind: BlockKind,
    /// The block around it; none for the module.
    pub parent: Option<BlockId>,
    /// Where it stands.
    pub range: TextRange,
    /// What it does with names, in source order.
    pub mentions: Vec<NameOccurrence<'a>>,
}

/// A name in a block.
#[derive(Clone, Debug)]
pub struct NameOccurrence<'a> {
    /// The name, mangled if it is private to a class.
    pub name: Cow<'a, str>,
    /// What is done with it.
    pub role: NameRole<'a>,
    /// Where.
    pub at: TextSize,
}

/// What a block does with a name.
#[derive(Clone, Copy, Debug)]
pub enum NameRole<'a> {
    /// It reads it.
    Read,
    /// It gives it a value.
    Bind(BindingKind<'a>),
    /// It declares it `global`.
    Global,
    /// It declares it `nonlocal`.
    Nonlocal,
    /// A comprehension that is inlined brings it along.
    Inlined,
    /// It annotates it, in a module or class.
    Annotate,
    /// Not a name: it has a `yield`.
    Yield,
    /// A method sets this attribute of `self` (`__static_attributes__`, since 3.13); the block is the class.
    StaticAttribute,
}

/// What a name is bound to.
#[derive(Clone, Copy, Debug)]
pub enum BindingKind<'a> {
    /// The module that `import` binds.
    Module(&'a str),
    /// A name of that module.
    From {
        /// How many dots stand in front of it.
        level: u32,
        /// The module; empty when there are only dots.
        module: &'a str,
        /// The name in the module.
        name: &'a str,
    },
    /// The value of that expression.
    Value(&'a Expr),
    /// Nothing any more: `del`.
    Deleted,
    /// Something else.
    Other,
}

/// All blocks of a module.
#[derive(Clone, Debug)]
pub struct SymbolTable<'a> {
    /// The blocks, each after the one around it.
    blocks: Vec<Block<'a>>,
    /// Where names are imported with `*`.
    pub stars: Vec<TextSize>,
}

impl<'a> SymbolTable<'a> {
    /// The table of a module's statements, as that version's compiler would make it.
    pub fn of(body: &'a [Stmt], version: Version) -> Self {
        collect::collect(body, version)
    }

    /// All blocks, each after the one around it.
    pub fn blocks(&self) -> impl Iterator<Item = (BlockId, &Block<'a>)> {
        self.blocks
            .iter()
            .enumerate()
            .map(|(place, block)| (BlockId(place), block))
    }

    /// One of them.
    pub fn block(&self, id: BlockId) -> &Block<'a> {
        &self.blocks[id.0]
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
