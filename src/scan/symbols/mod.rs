//! The symbol table of a module: its blocks and the scopes of their names.
//!
//! It matches the table of CPython's compiler (`Python/symtable.c`), as far as that decides how names are looked up.

mod collect;
mod resolve;

use std::borrow::Cow;

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{TextRange, TextSize};

pub use resolve::{Resolution, Symbol};

use crate::types::Version;

/// Identifies a block of a symbol table; [`BlockId::MODULE`] is the module itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId(usize);

impl BlockId {
    /// The module.
    pub const MODULE: Self = Self(0);
}

/// The kind of code of a block.
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
        /// Whether the compiler inlines it into the enclosing block (PEP 709).
        inlined: bool,
    },
    /// Type parameters, the value of a type alias (PEP 695) or annotations (PEP 649), which are evaluated as functions.
    Annotation,
}

/// A piece of code with its own names.
#[derive(Clone, Debug)]
pub struct Block<'a> {
    /// The kind of code.
    pub kind: BlockKind,
    /// The enclosing block; `None` for the module.
    pub parent: Option<BlockId>,
    /// The position in the source.
    pub range: TextRange,
    /// The occurrences of names, in source order.
    pub occurrences: Vec<NameOccurrence<'a>>,
}

/// An occurrence of a name in a block.
#[derive(Clone, Debug)]
pub struct NameOccurrence<'a> {
    /// The name, mangled if it is private to a class.
    pub name: Cow<'a, str>,
    /// What the block does with the name.
    pub role: NameRole<'a>,
    /// The position in the source.
    pub at: TextSize,
}

/// What a block does with a name.
#[derive(Clone, Copy, Debug)]
pub enum NameRole<'a> {
    /// Reads the name.
    Read,
    /// Binds the name.
    Bind(BindingKind<'a>),
    /// Declares the name `global`.
    Global,
    /// Declares the name `nonlocal`.
    Nonlocal,
    /// Receives the name from an inlined comprehension.
    Inlined,
    /// Annotates the name, in a module or class.
    Annotate,
    /// Not a name: the block contains a `yield`.
    Yield,
    /// An attribute of `self` that a method of this class sets (`__static_attributes__`, since 3.13).
    StaticAttribute,
}

/// What a name is bound to.
#[derive(Clone, Copy, Debug)]
pub enum BindingKind<'a> {
    /// The module that `import` binds.
    Module(&'a str),
    /// A name of a module.
    From {
        /// Number of leading dots.
        level: u32,
        /// The module; empty if there are only dots.
        module: &'a str,
        /// The name in the module.
        name: &'a str,
    },
    /// The value of an expression.
    Value(&'a Expr),
    /// Nothing: `del` unbinds the name.
    Deleted,
    /// Something else.
    Other,
}

/// All blocks of a module.
#[derive(Clone, Debug)]
pub struct SymbolTable<'a> {
    /// The blocks, each after its parent.
    blocks: Vec<Block<'a>>,
    /// The positions of star imports.
    pub stars: Vec<TextSize>,
}

impl<'a> SymbolTable<'a> {
    /// Builds the table that the compiler of `version` would build for the statements of a module.
    pub fn of(body: &'a [Stmt], version: Version) -> Self {
        collect::collect(body, version)
    }

    /// Returns all blocks, each after its parent.
    pub fn blocks(&self) -> impl Iterator<Item = (BlockId, &Block<'a>)> {
        self.blocks
            .iter()
            .enumerate()
            .map(|(index, block)| (BlockId(index), block))
    }

    /// Returns a block.
    pub fn block(&self, id: BlockId) -> &Block<'a> {
        &self.blocks[id.0]
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
