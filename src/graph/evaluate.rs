//! Evaluates conditions against the target's facts.

use crate::manifest::TargetFacts;
use crate::scan::{Condition, Subject, VersionOrder};

/// Whether a module runs as `__main__`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsMain {
    /// The module is imported.
    No,
    /// The module is part of the app, and may be run or imported.
    Unknown,
    /// The module is run.
    Yes,
}

/// Returns the value of a condition on the target, if it is known.
pub fn evaluate(test: &Condition, target: &TargetFacts, main: IsMain) -> Option<bool> {
    let value_of = |test| evaluate(test, target, main);
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
            // `os` uses `posix` to detect its platform. Whether other modules are built in or extensions depends on
            // the build.
            Some(_) if name != "posix" => None,
            Some(_) => Some(true),
            None => Some(false),
        },
        Condition::Not(test) => value_of(test).map(|value| !value),
        Condition::All(tests) => {
            let values: Vec<_> = tests.iter().map(value_of).collect();
            if values.contains(&Some(false)) {
                return Some(false);
            }
            values.iter().all(|o| *o == Some(true)).then_some(true)
        }
        Condition::Any(tests) => {
            let values: Vec<_> = tests.iter().map(value_of).collect();
            if values.contains(&Some(true)) {
                return Some(true);
            }
            values.iter().all(|o| *o == Some(false)).then_some(false)
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

/// Evaluates `sys.version_info >= (3, 12)`. Returns `None` for a comparison that depends on the patch release.
fn version(order: VersionOrder, numbers: &[u32], target: &TargetFacts) -> Option<bool> {
    let target_numbers = [
        u32::from(target.version.major),
        u32::from(target.version.minor),
    ];
    let compared = numbers.len().min(2);
    let ordering = target_numbers[..compared].cmp(&numbers[..compared]);
    let depends_on_patch = ordering.is_eq() && numbers.len() > 2;
    if depends_on_patch {
        return None;
    }
    // The real tuple is longer than (3, 13), so it is greater if it begins with it.
    Some(match order {
        VersionOrder::Less | VersionOrder::AtMost => ordering.is_lt(),
        VersionOrder::Greater | VersionOrder::AtLeast => ordering.is_ge(),
        VersionOrder::Equal => false,
    })
}
