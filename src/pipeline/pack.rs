//! Runs the phases that make a bundle, or takes the bundle from the cache.

use std::sync::{Mutex, PoisonError};

use super::boot::check_boot;
use super::bundle_cache::BundleCache;
use super::recorded::compare_with_recordings;
use super::{
    Bundle, Inputs, PackError, PackRequest, Reporter, Stage, Timings, assemble, build_plan,
    compile_plan,
};
use crate::diagnostic::Diagnostic;

/// A lock that makes concurrent [`pack`] calls scan and compile one at a time, so that each finds the results of the
/// others in the cache. Compressing takes longest and shares no work, so it runs without the lock.
#[derive(Debug, Default)]
pub struct ScanLock(Mutex<()>);

/// Makes the bundle of `request`.
///
/// # Errors
/// When the target cannot start with the inputs, or the bundle lacks what a recording has, and those of [`build_plan`], [`compile_plan`] and [`assemble`].
pub fn pack(
    request: &PackRequest,
    inputs: Inputs,
    reporter: &dyn Reporter,
    timings: &mut Timings,
    scan_lock: &ScanLock,
) -> Result<Bundle, PackError> {
    check_boot(request, &inputs)?;
    let bundle_cache = BundleCache::new(request, &inputs);
    // Only a plan tells why the bundle lacks what was recorded.
    let needs_plan = !inputs.recordings.is_empty();
    if let Some(bundle) = bundle_cache.get(&inputs).filter(|_| !needs_plan) {
        reporter.warn(&bundle.warnings);
        return Ok(bundle);
    }
    let cache = &request.cache;
    let scan_guard = scan_lock.0.lock().unwrap_or_else(PoisonError::into_inner);
    reporter.begin(Stage::Scan, 0, "");
    let plan = build_plan(inputs, timings);
    reporter.end();
    let plan = plan?;
    let compared = compare_with_recordings(&plan);
    if compared.iter().any(Diagnostic::is_error) {
        return Err(PackError::LacksRecorded(compared));
    }
    reporter.warn(&plan.warnings);
    reporter.warn(&compared);
    let compiled = compile_plan(&plan, cache, request.workers, reporter, timings)?;
    drop(scan_guard);
    let mut bundle = assemble(&plan, &compiled, cache, reporter, timings)?;
    bundle_cache.put(&bundle, &plan);
    // They are not the bundle's own.
    bundle.warnings.extend(compared);
    Ok(bundle)
}
