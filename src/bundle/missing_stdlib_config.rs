//! The file for `configure --with-missing-stdlib-config` of Python 3.15: why modules are not there.

use std::collections::BTreeMap;

use crate::types::ModuleName;

/// What follows a module's name in the messages.
const NOT_IN_BUNDLE: &str = " is not in this bundle: ";

/// The file's text, from the reasons by module.
pub fn build_missing_stdlib_config(missing: &BTreeMap<ModuleName, String>) -> String {
    let message = |(name, reason): (_, &String)| (name, format!("{name}{NOT_IN_BUNDLE}{reason}"));
    let messages: BTreeMap<&ModuleName, String> = missing.iter().map(message).collect();
    serde_json::to_string_pretty(&messages).unwrap_or_default() + "\n"
}

/// Whether a file holds what [`build_missing_stdlib_config`] writes.
pub fn is_missing_stdlib_config(bytes: &[u8]) -> bool {
    let messages: Option<BTreeMap<String, String>> = serde_json::from_slice(bytes).ok();
    let is_ours = |message: &String| message.contains(NOT_IN_BUNDLE);
    messages.is_some_and(|messages| messages.values().all(is_ours))
}
