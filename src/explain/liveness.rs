//! Explains why a function is live.

use crate::graph::{ImportGraph, LivenessReason};
use crate::types::ModuleName;

/// The maximum number of functions in an explanation.
const MAX_STEPS: usize = 8;

/// Explains why a function is live: one sentence for each step from the function to a scope that is live by itself.
/// Empty for the body of a module, which needs no explanation.
pub fn explain_liveness(graph: &ImportGraph, module: &ModuleName, function: &str) -> Vec<String> {
    let mut steps = Vec::new();
    for ((module, function), reason) in graph.liveness_chain(module, function) {
        if steps.len() == MAX_STEPS {
            steps.push("…".to_owned());
            break;
        }
        if reason.by.is_none() && function.is_empty() {
            break;
        }
        steps.push(sentence(module, function, reason));
    }
    steps
}

fn sentence(module: &ModuleName, function: &str, reason: &LivenessReason) -> String {
    let LivenessReason { by, attribute } = reason;
    let function = scope_name(module, function);
    let Some((caller, scope)) = by else {
        return format!("{function} is public API, app code, or called by the interpreter");
    };
    let caller = match &**scope {
        "" => format!("the body of {caller}"),
        scope => scope_name(caller, scope),
    };
    match attribute {
        Some(attribute) => format!("{function} matches .{attribute} in {caller}"),
        None => format!("{function} is referenced by {caller}"),
    }
}

/// Returns the text for a function or a table.
fn scope_name(module: &ModuleName, scope: &str) -> String {
    if scope.ends_with('.') {
        format!("{module}.{scope}")
    } else {
        format!("{module}.{scope}()")
    }
}
