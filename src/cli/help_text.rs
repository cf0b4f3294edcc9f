//! The texts below the help of each command: examples, exit codes and environment variables.

pub(crate) const PACK: &str = "\
Examples:
  stdlib-pack --profile browser-minimal
      pack the standard library of the Python on the PATH for a browser
  stdlib-pack --profile native --app ./my_app
      pack what my_app imports
  stdlib-pack --profile browser-minimal --root csv --exclude 'encodings.cp*'
      add a module, leave out some codecs
  stdlib-pack --profile pyodide-minimal --build-python pyodide:node_modules/pyodide
      pack Pyodide's library, compiled by Pyodide itself under Node.js
  stdlib-pack verify dist/
      import every module of the bundle, with no other standard library

Exit codes:
  0  done
  1  check failed: over the budget, not what the lock says, or without what was recorded
  2  bad usage or input: flags, profile, standard library, app
  3  the environment failed: no build Python, or it crashed; disk full

Environment:
  STDLIB_PACK_CACHE    cache folder (default: stdlib-pack in the user's cache folder)
  STDLIB_PACK_TIMEOUT  seconds that the build Python may take for one file (default: 60)
  NO_COLOR             no colours
  SOURCE_DATE_EPOCH is not needed: a bundle contains no time.";

pub(crate) const VERIFY: &str = "\
Examples:
  stdlib-pack verify
      import the modules of the bundle in dist/ in the build Python
  stdlib-pack verify --runtime pyodide:node_modules/pyodide --app main.py
      import them in Pyodide under Node.js, and compare what main.py does there
  stdlib-pack verify --app main.py --dependency site-packages --stdin input.txt -- --option value
      compare what main.py does with these arguments and this standard input
  stdlib-pack verify --runtime browser:node_modules/pyodide
      the same in headless Chromium, with the .zip.br as a server sends it
  stdlib-pack verify --runtime emscripten:builddir/emscripten-browser --app main.py --stdlib ../cpython
      import them in CPython's own build, and compare with the library of its sources, as it carries none

Runtimes:
  native                  the build Python, with sys.platform and the C modules of the bundle's target
  pyodide:DIR             Pyodide's npm package under Node.js 20 or newer
  browser:DIR             the same in Chromium (from the PATH, or named by CHROMIUM)
  emscripten:DIR|FILE     CPython's own Emscripten build under Node.js: its folder, python.js or python.mjs
  browser-emscripten:...  the same in Chromium
  wasi:FILE.wasm          CPython for WASI under Node.js 20 or newer
  wasmtime:FILE.wasm      the same under wasmtime, by its package for the python3 on the PATH

Exit codes:
  0  every module imports, every app does the same
  1  check failed: a module does not import, or an app does something else or fails with the full library as well
  2  bad usage or input, or the runtime does not fit the bundle
  3  the environment failed: no Node.js, no Chromium, no Python";

pub(crate) const SERVE: &str = "\
Examples:
  stdlib-pack serve
      serve the bundle in dist/ at http://localhost:8000/
  stdlib-pack serve public --port 3000
      serve a site with a bundle in it

A file that has a .br or .zst beside it is sent so to browsers that take it, and as .dcb or .dcz to those that have its
dictionary. Only this machine can ask. It is for development: a server for the public is what 'stdlib-pack snippet' prints
configuration for.

Exit codes:
  2  bad usage: no such folder
  3  the environment failed: the port is taken";

pub(crate) const CHECK_URL: &str = "\
Examples:
  stdlib-pack check-url https://example.org/static/python313.zip
      ask for a file as browsers do, and look at what comes back
  stdlib-pack check-url https://example.org/static/python313.zip.packed.br --bundle dist
      also compare it with the bundle that was published
  stdlib-pack check-url https://cdn.example/python313.zip --origin https://app.example
      also check that pages of another origin may read it

It finds: an error or a page in place of the file, a missing, wrong or second compression, a compressed file that is larger
than that of the bundle, a missing 'Vary', an old or damaged file, and addresses that are kept too long or not at all. Each
comes with the line that mends it.

Exit codes:
  0  nothing is wrong
  1  something is wrong
  2  bad usage or input
  3  the environment failed: no answer";

pub(crate) const RECORD: &str = "\
Examples:
  stdlib-pack record -- python app.py --an-option
      run the app, and write recording.yaml
  stdlib-pack record --append -- pytest
      run the tests as well, and add what they load
  stdlib-pack record --out runner.yaml -- pytest --collect-only empty/
  stdlib-pack record --without runner.yaml --exit-code -- pytest
      leave out what pytest loads by itself; fail if a test does
  stdlib-pack --profile browser-minimal --app app.py --check-against recording.yaml
      pack, unless the bundle lacks what was recorded

The program is executed, with all its effects. It has the terminal, standard input and output, and receives the
signals; only its PYTHONPATH has one more folder in front. Child processes that are Python count as well, other than
those that replace or ignore PYTHONPATH (python -I, -E or -S).

Exit codes:
  0  the recording was written, however the program ended
  1  with --exit-code: the recording was written, and the program's exit code is not 0
  2  bad usage or input: there is no such program, or no Python 3.11 or newer was recorded
  3  the environment failed";

pub(crate) const PROBE: &str = "\
Examples:
  stdlib-pack target probe --run 'node python.mjs' --out my-build.yaml
      ask an interpreter that you built
  stdlib-pack target probe --run pyodide:node_modules/pyodide --out my-pyodide.yaml
      ask a Pyodide under Node.js
  stdlib-pack target probe --run emscripten:builddir/emscripten-browser --stdlib ../cpython
      ask CPython's own build, which carries no library
  stdlib-pack target probe --sysconfigdata _sysconfigdata__emscripten_wasm32-emscripten.py
      read the facts that configure wrote
  stdlib-pack --profile browser-minimal --target my-build.yaml
      pack for it";

pub(crate) const BUILD: &str = "\
Examples:
  stdlib-pack build
      build all bundles of the project
  stdlib-pack build --update-lock
      the same, and write stdlib-pack.lock
  stdlib-pack build --check
      write nothing; check every bundle against the lock

A project:
  bundles:
    web:
      profile: browser-minimal
      app: [src/my_app]
      payload: source
      out: public/python
    worker:
      profile: wasi
      app: worker.py
  The keys of a bundle are the flags of 'pack' without dashes; paths are relative to the file.
  In a pyproject.toml, it is [tool.stdlib-pack.bundles.web].
  Without 'out', a bundle is written to dist/NAME.

Exit codes:
  0  all bundles were built (with --check: match the lock)
  1  check failed: a bundle differs from the lock, or exceeds its budget
  2  bad usage or input
  3  the environment failed";

pub(crate) const REPORT: &str = "\
Examples:
  stdlib-pack report --profile browser-minimal --app ./my_app
      write report.html: a treemap of the bundle, and a table with a reason for every module
  stdlib-pack report --profile browser-minimal --app ./my_app --recording recording.yaml --format md
      also what of it a recorded run never loaded, and the import that keeps each
  stdlib-pack report --profile browser-minimal --format md >> \"$GITHUB_STEP_SUMMARY\"
      the totals and the largest modules";

pub(crate) const COMPLETIONS: &str = "\
Examples:
  stdlib-pack completions bash > ~/.local/share/bash-completion/completions/stdlib-pack
  stdlib-pack completions zsh > ~/.zfunc/_stdlib-pack
  stdlib-pack completions fish > ~/.config/fish/completions/stdlib-pack.fish
  stdlib-pack completions powershell >> $PROFILE";

pub(crate) const SNIPPET: &str = "\
Examples:
  stdlib-pack snippet nginx dist --path /static/python > python.conf
  stdlib-pack snippet pyodide dist --path /static/python > public/load.mjs
  stdlib-pack snippet integrity dist";

pub(crate) const UNPACK: &str = "\
Examples:
  stdlib-pack unpack dist/python313.zip.packed.br --out python313.zip
      the same bytes as dist/python313.zip, checked against the digest in the file

Exit codes:
  0  the zip was written
  2  bad usage or input
  3  the environment failed";

pub(crate) const INSPECT: &str = "\
Examples:
  stdlib-pack inspect dist/python313.zip
      modules, sizes, and whether every module can be imported with this zip alone
  stdlib-pack inspect node_modules/pyodide/python_stdlib.zip --build-python pyodide:node_modules/pyodide
      the same for Pyodide's own library

Exit codes:
  0  every module can be imported, or that could not be checked
  1  check failed: a module cannot be imported
  2  bad usage or input
  3  the environment failed";

pub(crate) const LOCK: &str = "\
Examples:
  stdlib-pack lock --profile browser-minimal --app ./my_app
      write stdlib-pack.lock, or show how the bundle differs from it
  stdlib-pack --profile browser-minimal --app ./my_app --locked
      build exactly that bundle, or fail
  stdlib-pack lock --profile browser-minimal --app ./my_app --update json.decoder
      accept another source of one module, and nothing else

Exit codes:
  0  the lock was written
  1  check failed: the bundle differs, and the lock was not changed
  2  bad usage or input
  3  the environment failed";

pub(crate) const DIFF: &str = "\
Examples:
  stdlib-pack diff old/ dist/
      modules that were added, removed or changed, with their size impact
  stdlib-pack diff old.lock stdlib-pack.lock --format markdown
      all bundles of two locks, for the comment of a pull request
  stdlib-pack diff old/ dist/ --format html > diff.html
      a page with every module that differs, to look at
  stdlib-pack diff web
      the bundle 'web' of the project, and what the lock says of it

Exit codes:
  0  both could be read (and, with --exit-code, are the same)
  1  they differ, with --exit-code
  2  bad usage or input";

pub(crate) const WHY: &str = "\
Examples:
  stdlib-pack why ast --profile browser-minimal
      the import chain from a root to ast, and why the functions in it can be called
  stdlib-pack why ssl --bundle web
      why ssl is not in the bundle 'web' of the project

Exit codes:
  0  the module is in the bundle
  1  it is not
  2  bad usage or input
  3  the environment failed";

pub(crate) const GRAPH: &str = "\
Examples:
  stdlib-pack graph --profile browser-minimal | dot -Tsvg > imports.svg
      the whole graph; dashed arrows are imports that may not happen
  stdlib-pack graph ast --distance 2 --profile native --app main.py --format mermaid
      what imports ast and what it imports, up to two imports away
  stdlib-pack graph --profile browser-minimal --cycles
      modules that import each other";
