//! Packs a bundle, or takes it from the cache.

use std::sync::{Mutex, PoisonError};

use super::boot::check_boot;
use super::bundle_cache::BundleCache;
use super::{
    Bundle, Inputs, PackError, PackRequest, Reporter, Timings, assemble, build_plan, compile_plan,
};

/// Bundles that are made at the same time scan and compile by turns: what one has done, the next finds in the cache.
/// Compressing, which takes longest and has nothing in common, goes on beside it.
#[derive(Debug, Default)]
pub struct ScanLock(Mutex<()>);

/// Makes the bundle that `request` asks for.
///
/// # Errors
/// As [`plan`], [`compile`] and [`finish`].
pub fn pack(
    request: &PackRequest,
    opened: Inputs,
    observer: &dyn Reporter,
    stages: &mut Timings,
    turn: &ScanLock,
) -> Result<Bundle, PackError> {
    check_boot(request, &opened)?;
    let memory = BundleCache::new(request, &opened);
    if let Some(bundle) = memory.get(&opened.stdlib, &opened.apps) {
        observer.warn(&bundle.warnings);
        return Ok(bundle);
    }
    let cache = &request.cache;
    let own_turn = turn.0.lock().unwrap_or_else(PoisonError::into_inner);
    let plan = build_plan(opened, stages)?;
    observer.warn(&plan.warnings);
    let compiled = compile_plan(&plan, cache, request.workers, observer, stages)?;
    drop(own_turn);
    let bundle = assemble(&plan, &compiled, cache, observer, stages)?;
    memory.put(&bundle, &plan.stdlib);
    Ok(bundle)
}
