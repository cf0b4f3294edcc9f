//! Explains why a module cannot be imported, by following import failures to the cause.

use std::collections::BTreeMap;
use std::fmt;

use crate::graph::{ImportError, ImportFailure, UnavailableBecause};
use crate::types::ModuleName;

/// A module in a failure chain, and its import of the next one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FailureStep {
    /// The module.
    pub module: ModuleName,
    /// The line of the import, from 1; `None` if the failure is not at a line.
    pub line: Option<u32>,
}

/// The cause of an import failure: what is wrong at the end of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureCause {
    /// The module is unavailable in the bundle.
    Unavailable(ModuleName, UnavailableBecause),
    /// No Python of this version and platform has a module of this name.
    Unknown(String),
    /// The module cannot be imported, for a reason that was not followed further.
    Unimportable(ModuleName),
    /// A manifest lists the failure, with this reason.
    Known(String),
    /// The module raises an error when it is imported on this target.
    Raises,
    /// The module's source does not compile, for this reason.
    DoesNotCompile(String),
    /// An app module of the same name hides the module.
    HiddenByApp,
}

/// The chain of imports from an unimportable module to the cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureChain {
    /// The modules in the order of the imports; empty if the module itself is the cause.
    pub steps: Vec<FailureStep>,
    /// The failure of the last module.
    pub cause: FailureCause,
}

impl FailureChain {
    /// Follows the `failure` of `module` through the `unimportable` modules to the cause.
    pub fn new(
        module: &ModuleName,
        failure: &ImportFailure,
        unimportable: &BTreeMap<ModuleName, ImportFailure>,
    ) -> Self {
        let step = |module: &ModuleName, line: u32| FailureStep {
            module: module.clone(),
            line: (line > 0).then_some(line),
        };
        let mut steps = vec![step(module, failure.line)];
        let mut error = &failure.error;
        loop {
            let cause = match error {
                ImportError::Unimportable(next) => match unimportable.get(next) {
                    // A module only fails because of one that failed before it, so the chain has no cycles.
                    Some(deeper) if steps.len() <= unimportable.len() => {
                        steps.push(step(next, deeper.line));
                        error = &deeper.error;
                        continue;
                    }
                    _ => FailureCause::Unimportable(next.clone()),
                },
                ImportError::Unavailable(name, because) => {
                    FailureCause::Unavailable(name.clone(), because.clone())
                }
                ImportError::Unknown(name) => FailureCause::Unknown(name.clone()),
                ImportError::Known(reason) => FailureCause::Known(reason.clone()),
                ImportError::Raises => FailureCause::Raises,
                ImportError::DoesNotCompile(reason) => FailureCause::DoesNotCompile(reason.clone()),
            };
            return Self { steps, cause };
        }
    }

    /// Returns the chain of a module that is itself the cause.
    pub fn of_cause(cause: FailureCause) -> Self {
        let steps = Vec::new();
        Self { steps, cause }
    }

    /// Removes the first module of the chain.
    #[must_use]
    pub fn without_first(mut self) -> Self {
        self.steps.drain(..1.min(self.steps.len()));
        self
    }
}

impl fmt::Display for FailureChain {
    /// Writes the chain as one line, such as `ssl:98 → _ssl is not available: not built`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for FailureStep { module, line } in &self.steps {
            match line {
                Some(line) => write!(f, "{module}:{line} → ")?,
                None => write!(f, "{module} → ")?,
            }
        }
        self.cause.fmt(f)
    }
}

impl fmt::Display for FailureCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(name, because @ UnavailableBecause::Excluded(_)) => {
                write!(f, "{name} is excluded: {because}")
            }
            Self::Unavailable(name, because) => write!(f, "{name} is not available: {because}"),
            Self::Unknown(name) => write!(f, "no Python of this version and platform has {name}"),
            Self::Unimportable(name) => write!(f, "{name} cannot be imported"),
            Self::Known(reason) => f.write_str(reason),
            Self::Raises => f.write_str("it raises an error on this target"),
            Self::DoesNotCompile(reason) => write!(f, "it does not compile: {reason}"),
            Self::HiddenByApp => f.write_str(
                "an app module of the same name hides it: rename that one, or remove the root",
            ),
        }
    }
}
