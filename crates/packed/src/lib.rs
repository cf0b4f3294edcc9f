//! The packed form of compiled Python modules: what a compressor sees of them is a third of the bytes, and they are
//! rebuilt byte for byte.
//!
//! A `.pyc` repeats in other words what can be derived: distances of jumps, sizes of stacks, tables of names in the
//! order of their use. The packed form writes instructions without any of that, and puts numbers of one kind side by
//! side. It is meant to be compressed by Brotli or Zstandard.

mod consts;
mod container;
mod decode;
mod encode;
mod error;
mod flow;
mod instructions;
mod isa;
mod join;
mod lower;
mod naming;
mod order;
mod pack;
mod recency;
mod signature;
mod stream;
mod strings;
mod symbols;
mod unpack;
mod uses;

pub use container::{Entry, MAGIC};
pub use error::PackedError;
pub use isa::InstructionSet;
pub use pack::{Packed, pack};
pub use unpack::{Unpacked, raw_modules, unpack};
