//! Ctrl-C, and other ways to end the program, while the build Python works.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Before;

/// Waits until `done` gives something.
fn wait_for<T>(mut done: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(result) = done() {
            return result;
        }
        assert!(start.elapsed() < Duration::from_mins(1), "waited too long");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Packs with a build Python that runs `script` and then hangs, sends a signal once it does, and looks
/// at what is left and at the exit code.
fn interrupted(script: &str, signal: &str, code: i32) {
    let before = Before::new();
    let script = format!("{script}\necho $$ > \"${{0%/*}}/pid\"\nexec sleep 1000\n");
    let python = before.world.fake_python("fake", &script);
    let mut command = before.world.pack_command(&python, &["--no-cache"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().unwrap();
    let child = wait_for(|| {
        let pid = fs::read_to_string(before.world.path("pid")).ok()?;
        pid.trim()
            .parse::<u32>()
            .ok()
            .filter(|_| pid.ends_with('\n'))
    });
    let sent = Command::new("kill")
        .args([signal, &program.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    let start = Instant::now();
    wait_for(|| program.try_wait().unwrap());
    assert!(start.elapsed() < Duration::from_mins(1), "not at once");
    let outcome = before.world.outcome(&program.wait_with_output().unwrap());
    before.refuses(code, outcome);
    // A child that is left sleeps on. One that was ended may be there, as a zombie, until init reaps it.
    let ended = || {
        let stat = fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        stat.rsplit(')')
            .next()
            .is_none_or(|rest| rest.is_empty() || rest.starts_with(" Z"))
    };
    wait_for(|| ended().then_some(()));
}

#[test]
fn while_it_starts() {
    interrupted("", "-INT", 130);
    interrupted("", "-TERM", 143);
    interrupted("", "-HUP", 129);
}

#[test]
fn while_it_compiles() {
    interrupted(
        "\"$PYTHON\" \"$@\" </dev/null\nhead -c 1 >/dev/null",
        "-INT",
        130,
    );
}
