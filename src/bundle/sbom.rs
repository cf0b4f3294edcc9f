//! Builds the SBOM of a bundle, a CycloneDX 1.6 document (<https://cyclonedx.org/docs/1.6/json/>, ECMA-424).
//!
//! It contains no times or random numbers, so equal bundles have equal SBOMs.

use serde_json::{Value, json};

use super::Receipt;
use crate::types::Sha256;

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
        "components": [{
            "type": "library",
            "bom-ref": library,
            "name": "cpython-stdlib",
            "description": "Modules of CPython's standard library",
            "version": version,
            "purl": format!("pkg:generic/cpython@{version}"),
            "licenses": [{"license": {"id": "PSF-2.0"}}],
            "components": modules,
        }],
        "dependencies": [
            {"ref": "bundle", "dependsOn": [library]},
            {"ref": library, "dependsOn": []},
        ],
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn property(name: &str, value: &str) -> Value {
    json!({"name": name, "value": value})
}

fn hash(digest: &Sha256) -> Value {
    json!({"alg": "SHA-256", "content": digest})
}
