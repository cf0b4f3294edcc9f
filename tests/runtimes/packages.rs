//! Packages that pages load while they run: what JavaScript calls then is in the bundle, and so is what micropip and
//! PyScript need, although nobody gives them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::boot::in_repository;
use crate::common::World;
use crate::common::pythons::{PYODIDES, pyodide};

/// Loads a wheel that a server has, as pages do.
const PROGRAM: &str = r#"
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
const [module, zip, wheel] = process.argv.slice(2);
const { loadPyodide } = await import(module);
const server = createServer((request, response) => response.end(readFileSync(wheel)));
await new Promise((done) => server.listen(0, "127.0.0.1", done));
try {
  const pyodide = await loadPyodide({ stdLibURL: zip });
  const name = wheel.split("/").pop();
  await pyodide.loadPackage(`http://127.0.0.1:${server.address().port}/${name}`, { messageCallback() {} });
  console.log(pyodide.runPython("import wheeled; wheeled.said"));
} catch (error) {
  console.log(String(error.message).slice(-1000));
}
process.exit(0);
"#;

fn write_wheel(world: &World) -> PathBuf {
    world.write_zip(
        "wheeled-1.0-py3-none-any.whl",
        &[
            ("wheeled.py", "said = 'here'\n"),
            (
                "wheeled-1.0.dist-info/METADATA",
                "Metadata-Version: 2.1\nName: wheeled\nVersion: 1.0\n",
            ),
            (
                "wheeled-1.0.dist-info/WHEEL",
                "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            ),
            ("wheeled-1.0.dist-info/RECORD", ""),
        ],
    )
}

#[test]
fn pages_can_load_packages() {
    for (release, _) in PYODIDES {
        let world = World::empty();
        let wheel = write_wheel(&world);
        world.write("page.mjs", "await pyodide.loadPackage('wheeled');\n");
        world.write(
            "profile.yaml",
            "extends: [pyodide-minimal]\noutput: {compress: []}\n",
        );
        world.write("program.mjs", PROGRAM);
        let place = pyodide(release);
        let python = format!("pyodide:{}", place.display());
        let flags = [
            "--profile",
            "profile.yaml",
            "--app",
            "page.mjs",
            "--build-python",
            &python,
        ];
        world.run(&flags).exits(0);
        let zips = world.files("dist").into_keys();
        let zip = zips
            .into_iter()
            .find(|name| name.ends_with(".zip"))
            .unwrap();
        let output = Command::new("node")
            .arg(world.path("program.mjs"))
            .args([
                place.join("pyodide.mjs"),
                world.path(&format!("dist/{zip}")),
                wheel,
            ])
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert_eq!(
            printed,
            "here\n",
            "{release}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// The modules of the library that a bundle for a program would have.
fn reached(world: &World, release: &str, dependencies: &[PathBuf]) -> BTreeSet<String> {
    let python = format!("pyodide:{}", pyodide(release).display());
    let mut flags = vec![
        "graph",
        "--profile",
        "pyodide-minimal",
        "--app",
        "app.py",
        "--format",
        "json",
    ];
    flags.extend(["--build-python", &python]);
    let dependencies: Vec<String> = dependencies
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    for path in &dependencies {
        flags.extend(["--dependency", path]);
    }
    let graph = world.run(&flags).exits(0).json();
    let nodes = graph["nodes"].as_array().unwrap().iter();
    let nodes = nodes.filter(|node| node["origin"] == "stdlib");
    nodes
        .map(|node| node["module"].as_str().unwrap().to_owned())
        .collect()
}

#[track_caller]
fn without_the_package_nothing_is_missing(program: &str, dependencies: &[PathBuf]) {
    let world = World::empty();
    world.write("app.py", program);
    for (release, _) in PYODIDES {
        let given = reached(&world, release, dependencies);
        let known = reached(&world, release, &[]);
        let missing: Vec<&String> = given.difference(&known).collect();
        assert!(
            missing.is_empty(),
            "{release}: {missing:?}: add them to stdlib-manifests/targets/pyodide.yaml"
        );
        assert!(known.len() > 140, "{release}: {known:?}");
    }
}

#[test]
fn what_micropip_needs_is_known() {
    let wheels = in_repository("tests/tools/wheels");
    let wheel = |name: &str| {
        let files = std::fs::read_dir(&wheels).unwrap().flatten();
        let mut files = files.map(|file| file.path());
        let starts = |path: &PathBuf| {
            path.file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with(name)
        };
        files
            .find(starts)
            .unwrap_or_else(|| panic!("no wheel of {name}: run tests/setup/wheels.sh"))
    };
    let program = "import micropip\nmicropip.install\nmicropip.uninstall\nmicropip.list\nmicropip.freeze\n\
        micropip.add_mock_package\nmicropip.set_index_urls\n";
    without_the_package_nothing_is_missing(program, &[wheel("micropip-"), wheel("packaging-")]);
}

#[test]
fn what_pyscript_needs_is_known() {
    let package = Path::new("tests/tools/node/node_modules/@pyscript/core/src/stdlib/pyscript");
    let program = "import os, pathlib, pyscript\nfrom pyscript import *\n";
    without_the_package_nothing_is_missing(program, &[in_repository(&package.to_string_lossy())]);
}
