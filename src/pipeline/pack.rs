//! The whole way, or the short one: a bundle made of the same things before is taken from memory.

use super::memory::Memory;
use super::{Bundle, Observer, Opened, PackError, Request, Stages, make, plan};

/// Makes the bundle that `request` asks for.
///
/// # Errors
/// As [`plan`] and [`make`].
pub fn pack(
    request: &Request,
    opened: Opened,
    observer: &dyn Observer,
    stages: &mut Stages,
) -> Result<Bundle, PackError> {
    let memory = Memory::of(request, &opened);
    if let Some(bundle) = memory.recall(&opened.stdlib, &opened.apps) {
        bundle.warnings.iter().for_each(|said| observer.warn(said));
        return Ok(bundle);
    }
    let plan = plan(opened, stages)?;
    plan.warnings.iter().for_each(|said| observer.warn(said));
    let bundle = make(&plan, &request.cache, request.workers, observer, stages)?;
    memory.keep(&bundle, &plan.stdlib);
    Ok(bundle)
}
