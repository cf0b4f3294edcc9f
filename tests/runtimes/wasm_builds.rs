//! CPython's own builds for Emscripten and WASI, which `make wasm-builds` makes: what the tool says of them is compared
//! with what they do. `make test-wasm-builds` runs these tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::boot::{in_repository, script};
use crate::common::pythons::{playwright, python};
use crate::common::{World, zip_of};
use crate::matrix::{imported_alone, predicted_states};

/// A build, as a line of `builds.txt` names it.
struct Build {
    version: String,
    /// Such as `emscripten-node-pthreads`.
    kind: String,
    folder: PathBuf,
}

/// Fails without builds, since only `make test-wasm-builds`, which makes them, asks for these tests.
fn builds() -> Vec<Build> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/wasm-builds/builds.txt");
    let list = fs::read_to_string(&list).expect("no builds: run `make wasm-builds`");
    let build = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        Build {
            version: words[0].to_owned(),
            kind: words[1].to_owned(),
            folder: words[2].into(),
        }
    };
    let builds: Vec<Build> = list.lines().map(build).collect();
    assert!(builds.len() >= 3, "{list}");
    builds
}

impl Build {
    fn name(&self) -> String {
        format!("{} {}", self.version, self.kind)
    }

    /// Such as `3.13`.
    fn short_version(&self) -> &str {
        self.version.rsplit_once('.').unwrap().0
    }

    fn build_python(&self) -> &str {
        let python = python(self.short_version());
        &python.expect("a native Python of the same version").path
    }

    fn is_wasi(&self) -> bool {
        self.kind == "wasi"
    }

    /// Whether it is for Node.js, of whichever kind.
    fn is_node(&self) -> bool {
        self.kind.contains("emscripten-node")
    }

    /// The target of the tool that it is.
    fn target(&self) -> &str {
        if self.is_node() {
            "emscripten-node"
        } else {
            &self.kind
        }
    }

    /// The file that starts it.
    fn program(&self) -> PathBuf {
        let name = if self.is_wasi() {
            "python.wasm"
        } else {
            "python.js"
        };
        self.folder.join(name)
    }

    /// As in `verify --runtime`.
    fn runtimes(&self) -> Vec<String> {
        let folder = self.folder.display();
        match self.target() {
            "wasi" => vec![format!("wasi:{folder}/python.wasm")],
            "emscripten-node" => vec![format!("emscripten:{folder}")],
            _ => vec![
                format!("emscripten:{folder}"),
                format!("emscripten:{folder}/script"),
                format!("emscripten:{folder}/module"),
                format!("browser-emscripten:{folder}"),
                format!("browser-emscripten:{folder}/module/python.mjs"),
            ],
        }
    }

    fn library(&self) -> PathBuf {
        let sources = self.folder.parent().unwrap().parent().unwrap();
        sources.join("Lib")
    }

    /// The files that it generated for the library.
    fn generated_files(&self) -> Vec<PathBuf> {
        let folder = fs::read_to_string(self.folder.join("pybuilddir.txt")).unwrap();
        let files = fs::read_dir(self.folder.join(folder.trim())).unwrap();
        files.map(|file| file.unwrap().path()).collect()
    }

    /// The module of it that it generated.
    fn sysconfigdata(&self) -> PathBuf {
        let is_data = |file: &PathBuf| {
            let name = file.file_name().unwrap().to_string_lossy();
            name.starts_with("_sysconfigdata_") && name.ends_with(".py")
        };
        self.generated_files().into_iter().find(is_data).unwrap()
    }

    /// The configuration of the scripts in src/runtime, with the library that is the zip at `zip`.
    fn config(&self, zip: Option<&Path>) -> Value {
        json!({
            "place": self.program(),
            "zip": zip,
            "home": zip.map(|zip| zip.parent().unwrap().parent().unwrap()),
            "seesHostFiles": self.is_node(),
            "mounts": [],
            "further": [],
        })
    }

    fn script(&self) -> &'static str {
        if self.is_wasi() {
            "src/runtime/wasi.mjs"
        } else {
            "src/runtime/emscripten.mjs"
        }
    }

    /// Puts all modules, with the one that the build generated, into a zip where the build looks for it, and side modules
    /// beside it.
    fn zip_library(&self, world: &World) -> PathBuf {
        let library = self.library();
        let mut files = Vec::new();
        for entry in walkdir::WalkDir::new(&library) {
            let entry = entry.unwrap();
            let path = entry.path().strip_prefix(&library).unwrap();
            let name = path.to_string_lossy().into_owned();
            if name.ends_with(".py") {
                files.push((name, fs::read(entry.path()).unwrap()));
            }
        }
        let data = self.sysconfigdata();
        let name = data.file_name().unwrap().to_string_lossy().into_owned();
        files.push((name, fs::read(data).unwrap()));
        for file in self.generated_files() {
            if file.extension().is_some_and(|ending| ending == "so") {
                let name = file.file_name().unwrap().to_string_lossy().into_owned();
                let folder = format!("library/lib/python{}/lib-dynload", self.short_version());
                world.write(&format!("{folder}/{name}"), fs::read(file).unwrap());
            }
        }
        let tag = self.short_version().replace('.', "");
        world.write(&format!("library/lib/python{tag}.zip"), zip_of(&files))
    }
}

/// Every module, but for CPython's own tests, by three descriptions of the build: what it is when it is read, what it says
/// when it is asked, and the built-in target with the generated module.
#[test]
#[ignore = "needs `make wasm-builds`"]
fn wasm_builds_are_as_predicted() {
    let mut wrong = Vec::new();
    for build in builds() {
        let world = World::empty();
        world.write("all.yaml", "target: native\n");
        let [folder, library, data] = [&build.folder, &build.library(), &build.sysconfigdata()]
            .map(|path| path.display().to_string());
        let runtime = &build.runtimes()[0];
        let probe = ["target", "probe", "--run", runtime, "--stdlib", &library];
        world
            .run(&[&probe[..], &["--out", "probed.yaml"]].concat())
            .exits(0);

        let python = ["--build-python", build.build_python()];
        let read = ["--target", build.target(), "--cpython-build", &folder];
        let given = ["--stdlib", &*library, "--extra-module", &*data];
        let asked = [&["--target", "probed.yaml"][..], &given].concat();
        let built_in = [&["--target", build.target()][..], &given].concat();
        let descriptions = [
            ("read", &read[..]),
            ("probed", &asked),
            ("built-in", &built_in),
        ];
        let descriptions = descriptions
            .map(|(whose, flags)| (whose, predicted_states(&world, &[flags, &python].concat())));

        let names = descriptions[0].1.keys();
        let names: Vec<&String> = names.filter(|name| !name.starts_with("test.")).collect();
        let zip = build.zip_library(&world);
        let real = imported_alone(&world, build.script(), &build.config(Some(&zip)), &names);
        let before = wrong.len();
        // What the figures below do not count as wrong, so that they can be read for what they are.
        let mut undecided = Vec::new();
        for (name, error) in &real {
            for (whose, states) in &descriptions {
                let (state, why) = &states[name];
                let as_said = match &**state {
                    "importable" => error.is_empty(),
                    "unimportable" => !error.is_empty(),
                    // What a plain build may lack is for the others to tell. What depends on more than that, all say.
                    _ => *whose == "built-in" || descriptions[2].1[name].0 == "build-dependent",
                };
                if !matches!(&**state, "importable" | "unimportable") && as_said {
                    undecided.push(format!("{name} ({whose})"));
                }
                if !as_said {
                    wrong.push(format!(
                        "{}: {name}: {whose} says {state} {why}, it says {error}",
                        build.name()
                    ));
                }
            }
        }
        let importable = real.values().filter(|error| error.is_empty()).count();
        println!(
            "{:26} {:4} modules: {importable:4} importable, {:3} not; {} not as predicted, {} left open: {}",
            build.name(),
            real.len(),
            real.len() - importable,
            wrong.len() - before,
            undecided.len(),
            undecided.join(", ")
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Bundles of the built-in profiles start these builds, and all of their modules are imported with nothing else.
#[test]
#[ignore = "needs `make wasm-builds`"]
fn wasm_builds_run_on_bundles() {
    for build in builds() {
        let profiles: &[&str] = match build.target() {
            "wasi" => &["wasi", "interpreter"],
            "emscripten-node" => &["node", "interpreter"],
            _ => &["browser", "browser-minimal", "interpreter"],
        };
        for profile in profiles {
            let world = World::empty();
            let folder = build.folder.display().to_string();
            let flags = [
                "--profile",
                profile,
                "--target",
                build.target(),
                "--cpython-build",
                &folder,
                "--build-python",
                build.build_python(),
            ];
            world.run(&flags).exits(0);
            let stem = format!("dist/python{}", build.short_version().replace('.', ""));
            let size = |name: &str| {
                fs::metadata(world.path(&format!("{stem}.{name}"))).map_or(0, |file| file.len())
            };
            println!(
                "{:26} {profile:16} {:9} bytes as .zip.br",
                build.name(),
                size("zip.br")
            );
            for runtime in build.runtimes() {
                let said = world.run(&["verify", "--runtime", &runtime]).exits(0).out;
                let kind = runtime.split(':').next().unwrap();
                println!(
                    "{:26} {profile:16} {kind}: {}",
                    build.name(),
                    said.trim_end()
                );
            }
        }
    }
}

/// Packs a program for a build, and returns what `verify` says of it: `same`, `fails-anyway` or `different`; or that it is
/// `refused` when it is packed; or that it `names-another` module in the error that ends it: one that cannot be imported is
/// not in a bundle.
fn outcome(build: &Build, program: &Path) -> String {
    let world = World::empty();
    let profile = "extends: [no-tests]\noutput: {compress: []}\n";
    world.write("profile.yaml", profile);
    // Under a name that no module has.
    world.write("program.py", fs::read(program).unwrap());
    let folder = build.folder.display().to_string();
    let packed = world.run(&[
        "--profile",
        "profile.yaml",
        "--app",
        "program.py",
        "--target",
        build.target(),
        "--cpython-build",
        &folder,
        "--build-python",
        build.build_python(),
    ]);
    if packed.code != Some(0) {
        return "refused".to_owned();
    }
    // With the module that the build generated.
    let library = build.zip_library(&world).display().to_string();
    let runtime = &build.runtimes()[0];
    let verify = ["verify", "--app", "program.py", "--json"];
    let words = ["--runtime", runtime, "--stdlib", &library];
    let said = world.run(&[&verify[..], &words].concat());
    let is_answer = said.code.is_some_and(|code| code < 2);
    assert!(
        is_answer,
        "{}: {} {}",
        program.display(),
        said.out,
        said.err
    );
    let program = &said.json()["programs"][0];
    match program["outcome"].as_str().unwrap() {
        "different" if names_another_module(program) => "names-another".to_owned(),
        "different" => format!("different: {program}"),
        outcome => outcome.to_owned(),
    }
}

/// Whether a program prints the same with both libraries, and then misses another module.
fn names_another_module(program: &Value) -> bool {
    let [expected, got] = [&program["expected"], &program["got"]];
    let misses_module = |side: &Value| {
        let last = side["last-words"].as_str().unwrap_or_default();
        last.starts_with("ModuleNotFoundError: No module named ")
    };
    ["printed", "exit-code", "raised"]
        .iter()
        .all(|key| expected[key] == got[key])
        && misses_module(expected)
        && misses_module(got)
}

/// The programs of the call truth print the same with their bundles as with the whole library.
#[test]
#[ignore = "needs `make wasm-builds`"]
fn wasm_builds_run_programs() {
    let folder = in_repository("tests/truth/programs");
    let mut programs: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    programs.sort();
    let mut different = Vec::new();
    for build in builds() {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for program in &programs {
            let said = outcome(&build, program);
            let (kind, _) = said.split_once(':').unwrap_or((&said, ""));
            *counts.entry(kind.to_owned()).or_default() += 1;
            if kind == "different" {
                let name = program.file_name().unwrap().to_string_lossy().into_owned();
                println!("{}: {name}: {said}", build.name());
                different.push(name);
            }
        }
        println!(
            "{:26} {:4} programs: {counts:?}",
            build.name(),
            programs.len()
        );
        assert!(counts["same"] > programs.len() / 2, "{counts:?}");
    }
    assert!(different.is_empty(), "{different:?}");
}

/// What CPython's own `Tools/wasm/wasm_assets.py` puts into the build for browsers, which its link preloads.
#[test]
#[ignore = "needs `make wasm-builds`"]
fn wasm_builds_with_the_assets_of_cpython() {
    for build in builds() {
        let world = World::empty();
        let tag = build.short_version().replace('.', "");
        let zip = build.folder.join(format!("usr/local/lib/python{tag}.zip"));
        if !zip.is_file() {
            continue;
        }
        let size = fs::metadata(&zip).unwrap().len();
        world.write("upstream.zip", fs::read(zip).unwrap());
        let names: Vec<String> = world
            .zip_names("upstream.zip")
            .into_iter()
            .filter_map(|path| {
                let path = path.strip_suffix(".pyc")?;
                let name = path.strip_suffix("/__init__").unwrap_or(path);
                Some(name.replace('/', "."))
            })
            .collect();
        let names: Vec<&String> = names.iter().collect();
        let real = imported_alone(&world, build.script(), &build.config(None), &names);
        let failed: Vec<&str> = real
            .iter()
            .filter(|(_, error)| !error.is_empty())
            .map(|(name, _)| &**name)
            .collect();
        println!(
            "{:26} wasm_assets.py: {size} bytes, {} modules, {} cannot be imported: {}",
            build.name(),
            real.len(),
            failed.len(),
            failed.join(" ")
        );
        assert!(failed.len() < names.len() / 10);
    }
}

/// What `snippet` prints, with the names of files as they are.
fn snippet(world: &World, kind: &str) -> String {
    let output = world
        .command()
        .args(["snippet", kind, "site"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What the pages of `snippet` run.
const APP: &str = "import json, sys\n\
    print(json.dumps({'platform': sys.platform, 'version': sys.version.split()[0]}))\n\
    print('done')\n";

/// The pages that `snippet` prints for the script and for the module, from each form of the bundle, with and without tiers.
#[test]
#[ignore = "needs `make wasm-builds`"]
fn wasm_builds_start_from_snippets() {
    let is_of_browser = |build: &Build| build.kind == "emscripten-browser";
    for build in builds().into_iter().filter(is_of_browser) {
        let version = &build.version;
        let expected =
            format!("{{\"platform\": \"emscripten\", \"version\": \"{version}\"}}\ndone\n");
        for (form, tiers) in [
            ("deflate", false),
            ("brotli", false),
            ("packed", false),
            ("packed", true),
        ] {
            let world = World::empty();
            world.write("app/__main__.py", APP);
            let folder = build.folder.display().to_string();
            let flags = [
                "--profile",
                "browser-minimal",
                "--app",
                "app",
                "--app-zip",
                "--cpython-build",
                &folder,
                "--build-python",
                build.build_python(),
                "--compress",
                form,
                "--out",
                "site",
            ];
            let tiers: &[&str] = if tiers { &["--tiers"] } else { &[] };
            world.run(&[&flags[..], tiers].concat()).exits(0);
            for module in ["unpack", "loader"] {
                let text = snippet(&world, module);
                world.write(&format!("site/stdlib-{module}.mjs"), text);
            }
            for (kind, folder) in [("emscripten-script", "script"), ("emscripten", "module")] {
                let text = snippet(&world, kind);
                world.write("site/load.mjs", text);
                let mut arguments =
                    vec![playwright(), build.folder.join(folder), world.path("site")];
                // Where to put pictures of the pages, for who wants to see them.
                if let Some(pictures) = std::env::var_os("SCREENSHOTS") {
                    arguments
                        .push(Path::new(&pictures).join(format!("{version}-{folder}-{form}.png")));
                }
                let said = script("own_page.mjs", &arguments);
                assert_eq!(said, expected, "{kind} {form} {tiers:?}");
                println!("{:26} snippet {kind} {form} {tiers:?}: runs", build.name());
            }
        }
    }
}
