//! Build Pythons that are killed, stopped or confused while they work.

use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use super::{Files, Signals};
use crate::common::World;

/// Writes down who it is, and becomes a real build Python.
const REAL: &str = "echo $$ >> \"${0%/*}/pids\"\nexec \"$PYTHON\" \"$@\"\n";

/// Introduces itself as a good worker does, and then waits for the first piece of work.
const INTRODUCES_ITSELF: &str = "\
    echo $$ >> \"${0%/*}/pids\"\n\"$PYTHON\" \"$@\" </dev/null\nhead -c 1 >/dev/null\n";

/// Becomes a Python that runs the worker's program, with the output of `few_answers.py`.
const FEW_ANSWERS: &str = "echo $$ >> \"${0%/*}/pids\"\nfor last; do :; done\n\
                           exec \"$PYTHON\" -I \"${0%/*}/few_answers.py\" \"$last\"\n";

/// An output that takes an introduction and three answers, and then does something else with what it is given.
const OUTPUT: &str = "\
import os, sys
class Output:
    def __init__(self, out):
        self.out, self.left = out, 4
    def write(self, data):
        if self.left:
            self.left -= 1
            self.out.write(data)
        else:
            THEN
    def flush(self):
        self.out.flush()
sys.stdout = type('', (), {'buffer': Output(sys.stdout.buffer)})
exec(sys.argv[1])
";

/// A world in which a bundle was packed before.
struct Before {
    world: World,
    bundle: Files,
}

impl Before {
    fn new() -> Self {
        let world = World::new();
        world.pack(&[]).exits(0);
        let bundle = world.files("dist");
        Self { world, bundle }
    }

    /// One whose next bundle holds so many modules that it takes long to compile. There is a worker for each twelve.
    fn with_slow_modules(count: usize) -> Self {
        let before = Self::new();
        // Each `finally` is compiled twice: for when all went well, and for when not.
        let nested = (0..15).map(|depth| {
            let space = " ".repeat(depth);
            format!("{space}try:\n{space} x()\n{space}finally:\n")
        });
        let nested = nested.collect::<String>() + &" ".repeat(15) + "x()\n";
        let mut imports = String::new();
        for number in 0..count {
            let text = format!("{nested}# {number}\n");
            before.world.write(&format!("Lib/slow{number}.py"), text);
            imports += &format!("import slow{number}\n");
        }
        before.world.write("Lib/greet.py", imports);
        before
    }

    fn start(&self, script: &str, patience: &str, flags: &[&str]) -> Child {
        let python = self.world.fake_python("fake", script);
        let mut command = self.world.pack_command(&python, flags);
        command.env("STDLIB_PACK_TIMEOUT", patience);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// A run whose worker gives three answers and then does something else, in Python, for the next.
    fn start_with_few_answers(&self, then: &str, flags: &[&str]) -> Child {
        for number in 0..6 {
            self.world
                .write(&format!("Lib/greet{number}.py"), format!("x = {number}\n"));
        }
        let imports: String = (0..6)
            .map(|number| format!("import greet{number}\n"))
            .collect();
        self.world.write("Lib/greet.py", imports);
        self.world
            .write("few_answers.py", OUTPUT.replace("THEN", then));
        self.start(FEW_ANSWERS, "60", &[&["--jobs", "1"], flags].concat())
    }

    /// The worker processes so far, in the order in which they were started.
    fn workers(&self) -> Vec<u32> {
        let pids = fs::read_to_string(self.world.path("pids")).unwrap_or_default();
        let whole = pids.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|pid| pid.parse().unwrap()).collect()
    }

    /// Waits until `count` workers have each worked for some hundredths of a second.
    fn wait_for_work(&self, count: usize, hundredths: u32) -> Vec<u32> {
        let start = Instant::now();
        loop {
            let workers = self.workers();
            if workers.len() == count && workers.iter().all(|pid| worked(*pid) >= hundredths) {
                return workers;
            }
            assert!(start.elapsed() < Duration::from_mins(1), "{workers:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// What is said by a run that failed. It left the old bundle, nothing beside it, and no process.
    fn fails(&self, run: Child) -> String {
        let outcome = self.world.outcome(&run.wait_with_output().unwrap());
        let outcome = outcome.exits(3);
        assert_eq!(outcome.out, "");
        assert!(self.world.files("dist") == self.bundle);
        for pid in self.workers() {
            assert!(!lives(pid), "a worker is left");
        }
        outcome.err
    }
}

/// What the system tells of a process, from its state on; none when it is gone.
fn process(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after_name) = text.rsplit_once(") ")?;
    Some(after_name.split(' ').map(str::to_owned).collect())
}

fn lives(pid: u32) -> bool {
    process(pid).is_some()
}

/// Hundredths of seconds that a process has worked (proc_pid_stat(5), field 14).
fn worked(pid: u32) -> u32 {
    process(pid).map_or(0, |fields| fields[11].parse().unwrap())
}

/// What is said when, of so many workers on `modules`, the last is sent a signal while all work.
fn sent(signal: &str, patience: &str, modules: usize, workers: usize) -> String {
    let before = Before::with_slow_modules(modules);
    let jobs = workers.to_string();
    let run = before.start(REAL, patience, &["--jobs", &jobs]);
    let pids = before.wait_for_work(workers, 20);
    Signals::new().send(signal, pids[workers - 1]);
    before.fails(run)
}

/// One of several: the others end as well.
#[test]
fn killed_while_it_compiles() {
    for (modules, workers) in [(6, 1), (30, 3)] {
        let err = sent("KILL", "60", modules, workers);
        assert!(
            err.contains("stopped (signal: 9 (SIGKILL); if memory ran out: fewer --jobs need less) while working on slow"),
            "{err}"
        );
    }
}

#[test]
fn stopped_while_it_compiles() {
    let err = sent("STOP", "6", 6, 1);
    assert!(
        err.contains("did not answer within 6 seconds (STDLIB_PACK_TIMEOUT gives it more) while working on slow"),
        "{err}"
    );
}

/// What was compiled until then is remembered.
#[test]
fn what_was_done_before_is_not_lost() {
    let before = Before::new();
    // The same files both times: to the cache, another worker is another Python.
    let then = "self.out.write(data) if os.path.exists(os.path.dirname(__file__) + '/go') else os.kill(os.getpid(), 9)";
    let err = before.fails(before.start_with_few_answers(then, &[]));
    assert!(err.contains("stopped (signal: 9 (SIGKILL)"), "{err}");
    before.world.write("go", "");
    let run = before.start_with_few_answers(then, &["--json"]);
    let output = run.wait_with_output().unwrap();
    let said = before.world.outcome(&output).exits(0).json();
    assert_eq!(said["cached"], 3);
}

/// The program is killed: a worker that nobody listens to ends by itself.
#[test]
fn a_worker_of_a_killed_program() {
    let before = Before::with_slow_modules(20);
    let mut run = before.start(REAL, "60", &["--jobs", "2"]);
    let workers = before.wait_for_work(2, 20);
    run.kill().unwrap();
    run.wait().unwrap();
    let start = Instant::now();
    // A zombie that nobody waits for has ended too.
    let works = |pid: &u32| process(*pid).is_some_and(|fields| fields[0] != "Z");
    while workers.iter().any(works) {
        assert!(start.elapsed() < Duration::from_mins(1), "a worker is left");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn closes_its_output_and_lives_on() {
    let script = INTRODUCES_ITSELF.to_owned() + "exec sleep 1000 >&-\n";
    let before = Before::new();
    let run = before.start(&script, "60", &["--no-cache"]);
    assert_snapshot!(before.fails(run), @"error[build-python-failed]: the build Python 'sh [dir]/fake' closed its output while working on encodings/__init__.py");
}

/// Answers of an unknown kind, and one of nothing.
#[test]
fn answers_in_another_way() {
    for (answer, said) in [("\\4\\0\\0\\0?who", "\"who\""), ("\\0\\0\\0\\0", "\"\"")] {
        let script = format!("{INTRODUCES_ITSELF}printf '{answer}'\nexec sleep 1000\n");
        let before = Before::new();
        let run = before.start(&script, "60", &["--no-cache"]);
        let err = before.fails(run);
        let expected = format!("answered {said} while working on encodings/__init__.py");
        assert!(err.contains(&expected), "{err}");
    }
}

/// Good answers, and then noise where the next should begin.
#[test]
fn answers_well_and_then_not() {
    let before = Before::new();
    let run = before.start_with_few_answers("self.out.write(b'noise' * 1000)", &["--no-cache"]);
    assert_snapshot!(before.fails(run), @"error[build-python-failed]: the build Python 'sh [dir]/fake' sent an invalid answer while working on greet1.py");
}

/// A source that is larger than what a pipe holds, for a worker that reads nothing.
#[test]
fn does_not_listen() {
    let before = Before::new();
    let text = "# nothing\n".repeat(100_000);
    before.world.write("Lib/encodings/__init__.py", text);
    let script = INTRODUCES_ITSELF.to_owned() + "exec sleep 1000\n";
    let run = before.start(&script, "5", &["--no-cache"]);
    let err = before.fails(run);
    assert!(
        err.contains("did not answer within 5 seconds (STDLIB_PACK_TIMEOUT gives it more) while working on encodings"),
        "{err}"
    );
}
