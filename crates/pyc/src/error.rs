//! Why bytes are not a code object we can read.

/// Bytes that are not a marshalled code object, or none that Python's compiler would make.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a code object of CPython 3.11 to 3.14: at byte {offset}, {problem}")]
#[non_exhaustive]
pub struct MarshalError {
    /// Where the trouble starts.
    pub offset: usize,
    /// What it is.
    pub problem: MarshalProblem,
}

/// What is wrong at some offset of a marshalled code object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MarshalProblem {
    /// The input ends inside a value.
    #[error("it breaks off")]
    Truncated,
    /// The input goes on after its value.
    #[error("there is more after its end")]
    Trailing,
    /// A type that is not found in code objects.
    #[error("a value has the unknown type {:?}", char::from(*.0))]
    UnknownType(u8),
    /// A reference to a value that is not there, or whose end has not been read yet.
    #[error("a value refers to number {0}, which is not complete before it")]
    BadReference(u32),
    /// Values inside values beyond what the compiler nests.
    #[error("values are nested too deeply")]
    TooDeep,
    /// References to references, which make of a small input a huge one.
    #[error("references make it too large")]
    TooLarge,
    /// A value of one type where another belongs.
    #[error("there is something other than {0}")]
    Expected(&'static str),
    /// A value that Python would not have written.
    #[error("there is {0}")]
    Malformed(&'static str),
}
