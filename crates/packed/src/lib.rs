//! The packed form of compiled Python modules, from which they are rebuilt byte for byte. Compressed, it is half as
//! large.
//!
//! Much in a `.pyc` file follows from the rest: distances of jumps, sizes of stacks, tables of names in the order of
//! their use. The packed form only has instructions, and puts numbers of one kind side by side. It is to be compressed
//! with Brotli or Zstandard. `docs/src/packed-format.md` specifies it.

mod bytecode;
mod code_flags;
mod constants;
mod container;
mod decode;
mod encode;
mod error;
mod flow;
mod isa;
mod join;
mod lines;
mod model;
mod naming;
mod numbering;
mod order;
mod ordered_set;
mod pack;
mod recency;
mod signature;
mod stream;
mod strings;
mod symbols;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod unpack;
mod uses;

pub use container::{Entry, MAGIC};
pub use error::PackedError;
pub use isa::InstructionSet;
pub use pack::{Packed, pack};
pub use unpack::{Unpacked, raw_modules, unpack};
