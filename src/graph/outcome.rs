//! Tests against a target's facts.

use crate::manifest::TargetFacts;
use crate::scan::{Order, Subject, Test};

/// Whether a module runs as `__main__`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Main {
    /// It is imported.
    No,
    /// It is the app's: its user may run it or import it.
    Perhaps,
    /// It is run.
    Yes,
}

/// The outcome of a test on the target, where it can be told.
pub fn outcome(test: &Test, target: &TargetFacts, main: Main) -> Option<bool> {
    let outcome = |test| outcome(test, target, main);
    match test {
        Test::Unknown => None,
        Test::Known(value) => Some(*value),
        Test::IsMain => match main {
            Main::No => Some(false),
            Main::Perhaps => None,
            Main::Yes => Some(true),
        },
        Test::TypeChecking => Some(false),
        Test::Is(subject, texts) => Some(texts.iter().any(|t| t == text(*subject, target))),
        Test::StartsWith(subject, texts) => Some(
            texts
                .iter()
                .any(|prefix| text(*subject, target).starts_with(prefix)),
        ),
        Test::Version(order, numbers) => version(*order, numbers, target),
        Test::BuiltIn(name) => match target.c_module(name) {
            // `posix` is how `os` finds out where it is; whether others are built in or
            // extensions differs from build to build.
            Some(_) if name != "posix" => None,
            Some(_) => Some(true),
            None => Some(false),
        },
        Test::Not(test) => outcome(test).map(|value| !value),
        Test::All(tests) => {
            let outcomes: Vec<_> = tests.iter().map(outcome).collect();
            if outcomes.contains(&Some(false)) {
                return Some(false);
            }
            outcomes.iter().all(|o| *o == Some(true)).then_some(true)
        }
        Test::Any(tests) => {
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
