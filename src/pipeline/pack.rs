//! The whole way, or the short one: a bundle made of the same things before is taken from memory.

use std::sync::{Mutex, PoisonError};

use super::boot::check_boot;
use super::memory::Memory;
use super::{Bundle, Observer, Opened, PackError, Request, Stages, compile, finish, plan};

/// Bundles that are made at the same time scan and compile by turns: what one has done, the next finds in the cache.
/// Compressing, which takes longest and has nothing in common, goes on beside it.
#[derive(Debug, Default)]
pub struct Turn(Mutex<()>);

/// Makes the bundle that `request` asks for.
///
/// # Errors
/// As [`plan`], [`compile`] and [`finish`].
pub fn pack(
    request: &Request,
    opened: Opened,
    observer: &dyn Observer,
    stages: &mut Stages,
    turn: &Turn,
) -> Result<Bundle, PackError> {
    check_boot(request, &opened)?;
    let memory = Memory::of(request, &opened);
    if let Some(bundle) = memory.recall(&opened.stdlib, &opened.apps) {
        bundle.warnings.iter().for_each(|said| observer.warn(said));
        return Ok(bundle);
    }
    let cache = &request.cache;
    let own_turn = turn.0.lock().unwrap_or_else(PoisonError::into_inner);
    let plan = plan(opened, stages)?;
    plan.warnings.iter().for_each(|said| observer.warn(said));
    let compiled = compile(&plan, cache, request.workers, observer, stages)?;
    drop(own_turn);
    let bundle = finish(&plan, &compiled, cache, observer, stages)?;
    memory.keep(&bundle, &plan.stdlib);
    Ok(bundle)
}
