//! The messages that tracebacks show for missing modules, from Python 3.15 on: in a module, and in the file for
//! `configure --with-missing-stdlib-config`.

use std::collections::BTreeMap;

use super::Entry;
use crate::escape;
use crate::stdlib::MESSAGES_MODULE;
use crate::types::{ModuleName, Version};

/// The first version whose tracebacks show messages (`TracebackException` in `Lib/traceback.py`).
const SINCE: Version = Version {
    major: 3,
    minor: 15,
};

/// The text after a module's name in the messages.
const NOT_IN_BUNDLE: &str = " is not in this bundle: ";

/// Returns whether tracebacks of `version` show the messages of [`build_messages_module`].
pub fn has_missing_messages(version: Version) -> bool {
    version >= SINCE
}

/// Builds the module with the messages from the reason for each missing module.
pub fn build_messages_module(missing: &BTreeMap<ModuleName, String>) -> Entry {
    let messages = messages(missing).into_iter();
    let line = |(name, message): (&ModuleName, String)| {
        format!(
            "    {}: {},\n",
            escape::python(name.as_str()),
            escape::python(&message)
        )
    };
    let lines: String = messages.map(line).collect();
    Entry {
        path: format!("{MESSAGES_MODULE}.py"),
        bytes: format!("_MISSING_STDLIB_MODULE_MESSAGES = {{\n{lines}}}\n").into_bytes(),
    }
}

/// Builds the text of the file for `configure` from the reason for each missing module.
pub fn build_missing_stdlib_config(missing: &BTreeMap<ModuleName, String>) -> String {
    serde_json::to_string_pretty(&messages(missing)).unwrap_or_default() + "\n"
}

/// Returns whether a file was built by [`build_missing_stdlib_config`].
pub fn is_missing_stdlib_config(bytes: &[u8]) -> bool {
    let messages: Option<BTreeMap<String, String>> = serde_json::from_slice(bytes).ok();
    let is_own_message = |message: &String| message.contains(NOT_IN_BUNDLE);
    messages.is_some_and(|messages| messages.values().all(is_own_message))
}

fn messages(missing: &BTreeMap<ModuleName, String>) -> BTreeMap<&ModuleName, String> {
    let message = |(name, reason): (_, &String)| (name, format!("{name}{NOT_IN_BUNDLE}{reason}"));
    missing.iter().map(message).collect()
}
