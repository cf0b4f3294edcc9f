//! Evaluates conditions with the target's facts.

use crate::manifest::TargetFacts;
use crate::scan::{Condition, Order, Subject};

/// Whether a module runs as `__main__`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsMain {
    /// It is imported.
    No,
    /// It is the app's: its user may run it or import it.
    Unknown,
    /// It is run.
    Yes,
}

/// The value of a condition on the target, if it is known.
pub fn evaluate(test: &Condition, target: &TargetFacts, main: IsMain) -> Option<bool> {
    let outcome = |test| evaluate(test, target, main);
    match test {
        Condition::Unknown => None,
        Condition::Constant(value) => Some(*value),
        Condition::IsMain => match main {
            IsMain::No => Some(false),
            IsMain::Unknown => None,
            IsMain::Yes => Some(true),
        },
        Condition::TypeChecking => Some(false),
        Condition::Is(subject, texts) => Some(texts.iter().any(|t| t == text(*subject, target))),
        Condition::StartsWith(subject, texts) => Some(
            texts
                .iter()
                .any(|prefix| text(*subject, target).starts_with(prefix)),
        ),
        Condition::Version(order, numbers) => version(*order, numbers, target),
        Condition::BuiltIn(name) => match target.c_module(name) {
            // `posix` is how `os` finds out where it is; whether others are built in or
            // extensions differs from build to build.
            Some(_) if name != "posix" => None,
            Some(_) => Some(true),
            None => Some(false),
        },
        Condition::Not(test) => outcome(test).map(|value| !value),
        Condition::All(tests) => {
            let outcomes: Vec<_> = tests.iter().map(outcome).collect();
            if outcomes.contains(&Some(false)) {
                return Some(false);
            }
            outcomes.iter().all(|o| *o == Some(true)).then_some(true)
        }
        Condition::Any(tests) => {
            let outcomes: Vec<_> = tests.iter().map(outcome).collect();
            if outcomes.contains(&Some(true)) {
                return Some(true);
            }
            outcomes.iter().all(|o| *o == Some(false)).then_some(false)
        }
    }
}

fn text(subject: Subject, target: &TargetFacts) -> &str {
    match subject {
        Subject::SysPlatform => &target.sys_platform,
        Subject::OsName => &target.os_name,
        Subject::Implementation => "cpython",
    }
}

/// `sys.version_info >= (3, 12)`. A comparison that the patch release decides stays open.
fn version(order: Order, numbers: &[u32], target: &TargetFacts) -> Option<bool> {
    let own = [
        u32::from(target.version.major),
        u32::from(target.version.minor),
    ];
    let known = numbers.len().min(2);
    let ordering = own[..known].cmp(&numbers[..known]);
    let decided_by_patch = ordering.is_eq() && numbers.len() > 2;
    if decided_by_patch {
        return None;
    }
    // The real tuple is longer than (3, 13): equal so far, it is greater.
    Some(match order {
        Order::Less | Order::AtMost => ordering.is_lt(),
        Order::Greater | Order::AtLeast => ordering.is_ge(),
        Order::Equal => false,
    })
}
