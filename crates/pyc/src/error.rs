//! The error type for bytes that are not a readable code object.

/// The bytes are not a marshalled code object, or not one that Python's compiler could produce.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a code object of CPython 3.11 to 3.15: at byte {offset}, {problem}")]
#[non_exhaustive]
pub struct MarshalError {
    /// The byte offset of the problem.
    pub offset: usize,
    /// The problem.
    pub problem: MarshalProblem,
}

/// A problem in a marshalled code object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MarshalProblem {
    /// The input ends inside a value.
    #[error("it breaks off")]
    Truncated,
    /// The input continues after the code object.
    #[error("there is more after its end")]
    Trailing,
    /// A value has a type that does not occur in code objects.
    #[error("a value has the unknown type {:?}", char::from(*.0))]
    UnknownType(u8),
    /// A reference is to a value that does not exist, or that is not completely read yet.
    #[error("a value refers to number {0}, which is not complete before it")]
    BadReference(u32),
    /// Values are nested more deeply than the compiler nests them.
    #[error("values are nested too deeply")]
    TooDeep,
    /// References to values with references make the input too large.
    #[error("references make it too large")]
    TooLarge,
    /// A value has another type than the expected one.
    #[error("there is something other than {0}")]
    Expected(&'static str),
    /// Python would not have written the value.
    #[error("there is {0}")]
    Malformed(&'static str),
}
