//! The JSON schema and the reference of profiles, generated from the types that they are parsed to.

use std::fmt::Write as _;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::file::ProfileFile;

/// Returns the JSON schema of profiles (draft 2020-12).
pub fn profile_schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    generator.into_root_schema_for::<ProfileFile>().to_value()
}

/// Returns a reference of the keys of profiles, in Markdown.
pub fn profile_reference() -> String {
    let schema = profile_schema();
    let mut text = String::new();
    write_keys(&mut text, &schema, &schema, "");
    text
}

/// Writes a section for each key of `object`; `path` is the prefix of the keys.
fn write_keys(text: &mut String, schema: &Value, object: &Value, path: &str) {
    let properties = object["properties"].as_object().into_iter().flatten();
    for (key, property) in properties {
        let path = format!("{path}{key}");
        let resolved = resolve_reference(schema, property);
        let description = property["description"]
            .as_str()
            .or(resolved["description"].as_str());
        let _ = writeln!(
            text,
            "### `{path}`\n\n{}\n",
            description.unwrap_or_default()
        );
        write_choices(text, resolved);
        write_keys(
            text,
            schema,
            item_schema(schema, resolved),
            &format!("{path}."),
        );
    }
}

/// Returns the schema of a property, without the alternative `null`.
fn resolve_reference<'a>(schema: &'a Value, property: &'a Value) -> &'a Value {
    let mut options = property["anyOf"].as_array().into_iter().flatten();
    let option = options.find(|option| option["type"] != "null");
    let option = option.unwrap_or(property);
    item_schema(schema, option)
}

/// Resolves references, and returns the item schema of a list.
fn item_schema<'a>(schema: &'a Value, value: &'a Value) -> &'a Value {
    if let Some(reference) = value["$ref"].as_str() {
        let definition = schema.pointer(reference.trim_start_matches('#'));
        return item_schema(schema, definition.unwrap_or(value));
    }
    match &value["items"] {
        Value::Object(_) => item_schema(schema, &value["items"]),
        _ => value,
    }
}

fn write_choices(text: &mut String, schema: &Value) {
    let one_of = schema["oneOf"].as_array().into_iter().flatten();
    let mut has_choices = false;
    for choice in one_of {
        let description = choice["description"].as_str().unwrap_or_default();
        let names = choice["enum"].as_array().into_iter().flatten();
        for name in names.chain(choice.get("const")).filter_map(Value::as_str) {
            let _ = writeln!(text, "- `{name}`: {description}");
            has_choices = true;
        }
    }
    if has_choices {
        text.push('\n');
    }
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn reference_describes_every_key() {
        let reference = profile_reference();
        for key in [
            "roots",
            "exclude.reason",
            "budget.bytecode.brotli",
            "on-unimportable",
            "output.compress",
        ] {
            let title = format!("### `{key}`\n\n");
            let (_, rest) = reference
                .split_once(&title)
                .unwrap_or_else(|| panic!("{key}: {reference}"));
            assert!(rest.starts_with(char::is_alphabetic), "{key}");
        }
        assert!(
            reference.contains("- `bytecode`: Compiled modules"),
            "{reference}"
        );
        assert!(!reference.contains("\n\n\n\n"));
    }

    /// Without the range, the schema would accept levels that loading rejects.
    #[test]
    fn schema_limits_optimize_levels() {
        let schema = profile_schema();
        let level = &schema["$defs"]["Optimize"];
        assert_eq!(
            (&level["minimum"], &level["maximum"]),
            (&0.into(), &2.into())
        );
    }
}
