//! A world for each test: a folder of its own with a small standard library, a profile and a cache
//! in it, in which the program runs.

// Each test program uses a part of it.
#![allow(dead_code, unreachable_pub)]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod pythons;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

pub use pythons::any_python;

/// Longest that one run may take; a run that hangs fails its test.
const LONGEST: Duration = Duration::from_mins(5);

/// The standard library of most tests: `greet` needs `names.world`, and one of its functions needs
/// `lazily`; nothing needs `lonely`.
const TINY: [(&str, &str); 7] = [
    ("encodings/__init__.py", "'Codecs.'\n"),
    (
        "greet.py",
        "'Greets.'\nimport names.world\n\ndef again():\n    import lazily\n    return lazily\n",
    ),
    ("names/__init__.py", ""),
    ("names/world.py", "WORLD = 'world'\n"),
    ("lazily.py", "LATE = True\n"),
    ("lonely.py", "ALONE = True\n"),
    ("test/test_greet.py", "import greet\n"),
];

/// The profile of most tests. Without brotli: most tests look at the zip.
const PROFILE: &str = "roots: [greet]\noutput:\n  compress: []\n";

/// A temporary folder with `Lib`, `profile.yaml` and `cache`; the program runs in it.
pub struct World {
    folder: tempfile::TempDir,
}

/// What a run left behind. In its words `[dir]` stands for the world's folder, `[python]` for any
/// Python, and `Python 3.x` and `python3xx` for its version.
pub struct Outcome {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl World {
    /// A world with the tiny standard library and its profile.
    pub fn new() -> Self {
        let world = Self::empty();
        for (path, text) in TINY {
            world.write(&format!("Lib/{path}"), text);
        }
        world.write("profile.yaml", PROFILE);
        world
    }

    /// A world with nothing in it.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, with the folders above it.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Writes a zip of `files`.
    pub fn write_zip(&self, name: &str, files: &[(&str, &str)]) -> PathBuf {
        self.write(name, zip_of(files))
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Reads a JSON file.
    pub fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.read(name)).unwrap()
    }

    /// Names in a zip, sorted as they are in it.
    pub fn zip_names(&self, name: &str) -> Vec<String> {
        let zip = ZipArchive::new(Cursor::new(self.read(name))).unwrap();
        (0..zip.len())
            .map(|place| zip.name_for_index(place).unwrap().unwrap().into_owned())
            .collect()
    }

    /// One file of a zip.
    pub fn zip_file(&self, name: &str, file: &str) -> Vec<u8> {
        let mut zip = ZipArchive::new(Cursor::new(self.read(name))).unwrap();
        let mut bytes = Vec::new();
        let mut entry = zip.by_name(file).unwrap();
        entry.read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// The files of a folder, by name.
    pub fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.path(folder)).unwrap().flatten();
        entries
            .filter(|entry| entry.path().is_file())
            .map(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                (name, fs::read(entry.path()).unwrap())
            })
            .collect()
    }

    /// The program with nothing of the user's around it.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stdlib-pack"));
        command
            .current_dir(self.folder.path())
            .env("STDLIB_PACK_CACHE", self.path("cache"))
            .env("UV_PYTHON_INSTALL_DIR", self.path("no-uv"))
            .env("PYENV_ROOT", self.path("no-pyenv"))
            .env_remove("STDLIB_PACK_TIMEOUT")
            .env_remove("SOURCE_DATE_EPOCH")
            .env("NO_COLOR", "1");
        command
    }

    /// Runs the program.
    pub fn run(&self, args: &[&str]) -> Outcome {
        let mut command = self.command();
        command.args(args);
        self.finish(command)
    }

    /// Packs `Lib` by `profile.yaml` with any Python, and with `more` flags.
    pub fn pack(&self, more: &[&str]) -> Outcome {
        self.finish(self.pack_command(&any_python().path, more))
    }

    /// Packs `Lib` by `profile.yaml` with that command for the build Python.
    pub fn pack_with(&self, python: &str, more: &[&str]) -> Outcome {
        self.finish(self.pack_command(python, more))
    }

    pub fn pack_command(&self, python: &str, more: &[&str]) -> Command {
        let mut command = self.command();
        command
            .args(["--profile", "profile.yaml", "--stdlib", "Lib"])
            .args(["--build-python", python])
            .args(more);
        command
    }

    /// Runs a command to its end.
    pub fn finish(&self, command: Command) -> Outcome {
        let mut command = assert_cmd::Command::from_std(command);
        let output = command.timeout(LONGEST).output().unwrap();
        self.outcome(&output)
    }

    /// What a finished run left behind.
    pub fn outcome(&self, output: &Output) -> Outcome {
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let python = any_python();
            text.replace(&self.folder.path().display().to_string(), "[dir]")
                .replace(&python.path, "[python]")
                .replace(&format!("Python {}", python.version), "Python 3.x")
                .replace(&python.stem(), "python3xx")
        };
        Outcome {
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// The command of a build Python that is this shell script. `$PYTHON` in it is a real one.
    pub fn fake_python(&self, name: &str, script: &str) -> String {
        let real = format!("PYTHON='{}'\n", any_python().path);
        let path = self.write(name, real + script);
        // By way of sh: a file just written may still be open in a child of another test.
        format!("sh '{}'", path.display())
    }
}

impl Outcome {
    /// Fails the test, with what the program said, unless it exited with `code`.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n{}{}", self.out, self.err);
        self
    }

    /// The standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}:\n{}", self.out))
    }

    /// What it printed, with standard error first, for snapshots: sizes, times and the version of
    /// Python differ from machine to machine.
    pub fn said(&self) -> String {
        format!("{}{}", self.err, self.out)
    }
}

/// Filters for what differs from one Python, or one moment, to the next.
pub fn steady(test: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r" *[\d,]+ bytes", " [n] bytes");
    settings.add_filter(
        r"(open|scan|compile|zip|compress|write) \d+\.\d\d",
        "$1 [s]",
    );
    settings.bind(test);
}

/// `command` started by a shell that runs `script` first.
pub fn by_shell(script: &str, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("{script}\nexec \"$0\" \"$@\"")])
        .arg(command.get_program())
        .args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

/// The PATH with the program, the downloaded tools and any Python in front.
pub fn tool_path() -> std::ffi::OsString {
    let program = Path::new(env!("CARGO_BIN_EXE_stdlib-pack"))
        .parent()
        .unwrap();
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/bin");
    let python = Path::new(&any_python().path).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [program.to_owned(), tools, python];
    let folders = folders.into_iter().chain(std::env::split_paths(&path));
    std::env::join_paths(folders).unwrap()
}

/// A zip of `files`.
pub fn zip_of(files: &[(impl AsRef<str>, impl AsRef<[u8]>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(name.as_ref(), SimpleFileOptions::default())
            .unwrap();
        zip.write_all(content.as_ref()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Copies a folder of sources, without what compiling or installing left in it.
pub fn copy_sources(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let place = to.join(entry.path().strip_prefix(from).unwrap());
        if entry
            .path()
            .extension()
            .is_some_and(|ending| ending == "py")
        {
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::copy(entry.path(), place).unwrap();
        }
    }
}
