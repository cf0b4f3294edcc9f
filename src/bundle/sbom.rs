//! Builds the SBOM of a bundle, a CycloneDX 1.6 document (<https://cyclonedx.org/docs/1.6/json/>, ECMA-424).
//!
//! It contains no times or random numbers, so equal bundles have equal SBOMs.

use serde_json::{Value, json};

use super::{FileDigest, Receipt, ReceiptAppModule, ReceiptAppZip};
use crate::types::{ModuleName, Sha256};

/// The extension of the SBOM's file.
pub const SBOM_EXTENSION: &str = "cdx.json";

/// Builds the SBOM of the bundle that `receipt` describes.
///
/// # Errors
/// When JSON serialization fails, which the values of a receipt cannot cause.
pub fn build_sbom(receipt: &Receipt) -> serde_json::Result<String> {
    let python = receipt.inputs.build_python.as_ref();
    let version = python.map_or_else(
        || receipt.python.to_string(),
        |python| python.version.clone(),
    );
    let stem = format!("python{}.zip", receipt.python.tag());
    let library = "stdlib";
    let modules: Vec<Value> = receipt
        .kept
        .iter()
        .map(|(name, kept)| {
            let mut module = json!({
                "type": "file",
                "bom-ref": format!("module:{name}"),
                "name": name,
                "properties": [
                    property("stdlib-pack:reason", kept.because.as_str()),
                    property("stdlib-pack:bytes", &kept.bytes.0.to_string()),
                ],
            });
            if let (Some(tier), Some(properties)) = (kept.tier, module["properties"].as_array_mut())
            {
                properties.push(property("stdlib-pack:tier", tier.as_str()));
            }
            if let Some(source) = &kept.source_sha256 {
                module["hashes"] = json!([hash(source)]);
            }
            module
        })
        .collect();
    let outputs = receipt.outputs.iter();
    let outputs: Vec<Value> = outputs
        .map(|(name, output)| {
            json!({
                "type": "file",
                "bom-ref": format!("output:{name}"),
                "name": name,
                "hashes": [hash(&output.sha256)],
            })
        })
        .collect();
    let mut components = vec![json!({
        "type": "library",
        "bom-ref": library,
        "name": "cpython-stdlib",
        "description": "Modules of CPython's standard library",
        "version": version,
        "purl": format!("pkg:generic/cpython@{version}"),
        "licenses": [{"license": {"id": "PSF-2.0"}}],
        "components": modules,
    })];
    let distributions = receipt
        .app_zip
        .iter()
        .flat_map(|app_zip| &app_zip.distributions);
    components.extend(distributions.map(|(name, version)| distribution(name, version)));
    components.extend(receipt.app_zip.as_ref().map(app));
    let references: Vec<Value> = components
        .iter()
        .map(|component| component["bom-ref"].clone())
        .collect();
    let mut dependencies = vec![json!({"ref": "bundle", "dependsOn": references})];
    dependencies.extend(
        references
            .iter()
            .map(|reference| json!({"ref": reference, "dependsOn": []})),
    );
    let (tool, tool_version) = receipt.tool.split_once(' ').unwrap_or((&receipt.tool, ""));
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "tools": {"components": [{"type": "application", "name": tool, "version": tool_version}]},
            "component": {
                "type": "library",
                "bom-ref": "bundle",
                "name": stem,
                "version": version,
                "components": outputs,
                "properties": [
                    property("stdlib-pack:target", &receipt.target),
                    property("stdlib-pack:stdlib-sha256", &receipt.inputs.stdlib_sha256.to_string()),
                ],
            },
        },
        "components": components,
        "dependencies": dependencies,
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

/// Returns the component of a distribution whose modules are in `app.zip`.
fn distribution(name: &str, version: &str) -> Value {
    let normalized = normalize(name);
    json!({
        "type": "library",
        "bom-ref": format!("distribution:{normalized}"),
        "name": name,
        "version": version,
        "purl": format!("pkg:pypi/{}@{}", percent_encode(&normalized), percent_encode(version)),
    })
}

/// Returns the component of the app, with the modules and other files in `app.zip`.
fn app(app_zip: &ReceiptAppZip) -> Value {
    let module = |(name, module): (&ModuleName, &ReceiptAppModule)| {
        let mut component = json!({
            "type": "file",
            "bom-ref": format!("app-module:{name}"),
            "name": name,
            "properties": [
                property("stdlib-pack:of", &module.of),
                property("stdlib-pack:reason", module.module.because.as_str()),
                property("stdlib-pack:bytes", &module.module.bytes.0.to_string()),
            ],
        });
        if let Some(digest) = module.module.source_sha256.or(module.module.sha256) {
            component["hashes"] = json!([hash(&digest)]);
        }
        component
    };
    let file = |(path, file): (&String, &FileDigest)| {
        json!({
            "type": "file",
            "bom-ref": format!("app-file:{path}"),
            "name": path,
            "hashes": [hash(&file.sha256)],
        })
    };
    let modules = app_zip.modules.iter().map(module);
    let files = app_zip.files.iter().map(file);
    json!({
        "type": "application",
        "bom-ref": "app",
        "name": "app",
        "components": modules.chain(files).collect::<Vec<Value>>(),
    })
}

/// Normalizes the name of a distribution (PEP 503): purls of PyPI have normalized names.
fn normalize(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_lowercase()
}

/// Percent-encodes a part of a purl.
fn percent_encode(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

fn property(name: &str, value: &str) -> Value {
    json!({"name": name, "value": value})
}

fn hash(digest: &Sha256) -> Value {
    json!({"alg": "SHA-256", "content": digest})
}
