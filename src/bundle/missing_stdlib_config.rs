//! Builds and recognises the file for `configure --with-missing-stdlib-config` of Python 3.15, which contains the
//! messages for missing modules.

use std::collections::BTreeMap;

use crate::types::ModuleName;

/// The text after a module's name in the messages.
const NOT_IN_BUNDLE: &str = " is not in this bundle: ";

/// Builds the text of the file from the reason for each missing module.
pub fn build_missing_stdlib_config(missing: &BTreeMap<ModuleName, String>) -> String {
    let message = |(name, reason): (_, &String)| (name, format!("{name}{NOT_IN_BUNDLE}{reason}"));
    let messages: BTreeMap<&ModuleName, String> = missing.iter().map(message).collect();
    serde_json::to_string_pretty(&messages).unwrap_or_default() + "\n"
}

/// Returns whether a file was built by [`build_missing_stdlib_config`].
pub fn is_missing_stdlib_config(bytes: &[u8]) -> bool {
    let messages: Option<BTreeMap<String, String>> = serde_json::from_slice(bytes).ok();
    let is_own_message = |message: &String| message.contains(NOT_IN_BUNDLE);
    messages.is_some_and(|messages| messages.values().all(is_own_message))
}
