//! The schema and the reference of profiles, generated from the types that read them.

use std::fmt::Write as _;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::file::ProfileFile;

/// The JSON schema of profiles (draft 2020-12).
pub fn profile_schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    generator.into_root_schema_for::<ProfileFile>().to_value()
}

/// The keys of a profile as a page of Markdown.
pub fn profile_reference() -> String {
    let schema = profile_schema();
    let mut text = String::new();
    write_keys(&mut text, &schema, &schema, "");
    text
}

/// Tells of the keys of `object`, which stands below `path`.
fn write_keys(text: &mut String, schema: &Value, object: &Value, path: &str) {
    let properties = object["properties"].as_object().into_iter().flatten();
    for (key, property) in properties {
        let path = format!("{path}{key}");
        let meant = resolve_reference(schema, property);
        let said = property["description"]
            .as_str()
            .or(meant["description"].as_str());
        let _ = writeln!(text, "### `{path}`\n\n{}\n", said.unwrap_or_default());
        write_choices(text, meant);
        write_keys(
            text,
            schema,
            item_schema(schema, meant),
            &format!("{path}."),
        );
    }
}

/// What a property is, where it is not null.
fn resolve_reference<'a>(schema: &'a Value, property: &'a Value) -> &'a Value {
    let mut options = property["anyOf"].as_array().into_iter().flatten();
    let option = options.find(|option| option["type"] != "null");
    let option = option.unwrap_or(property);
    item_schema(schema, option)
}

/// What a list is of, and what a reference is to.
fn item_schema<'a>(schema: &'a Value, value: &'a Value) -> &'a Value {
    if let Some(place) = value["$ref"].as_str() {
        let found = schema.pointer(place.trim_start_matches('#'));
        return item_schema(schema, found.unwrap_or(value));
    }
    match &value["items"] {
        Value::Object(_) => item_schema(schema, &value["items"]),
        _ => value,
    }
}

fn write_choices(text: &mut String, meant: &Value) {
    let one_of = meant["oneOf"].as_array().into_iter().flatten();
    let mut any = false;
    for choice in one_of {
        let said = choice["description"].as_str().unwrap_or_default();
        let names = choice["enum"].as_array().into_iter().flatten();
        for name in names.chain(choice.get("const")).filter_map(Value::as_str) {
            let _ = writeln!(text, "- `{name}`: {said}");
            any = true;
        }
    }
    if any {
        text.push('\n');
    }
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_told_of() {
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

    /// A schema that says less would accept what loading refuses.
    #[test]
    fn the_schema_knows_the_levels_that_load() {
        let schema = profile_schema();
        let level = &schema["$defs"]["Optimize"];
        assert_eq!(
            (&level["minimum"], &level["maximum"]),
            (&0.into(), &2.into())
        );
    }
}
